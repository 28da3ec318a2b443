//! What a run came to: counts, the amounts of every wallet over all members, and whether they add up.

use std::collections::BTreeMap;
use std::iter;
use std::time::Duration;

use loyalty_core::{Decimal, Instant, Program, Totals};
use serde_json::{Map, Value, json};

use crate::achieved::Achieved;
use crate::amounts;
use crate::failure::Failure;
use crate::members::Members;
use crate::refusals::Refusals;
use crate::store::{CarriedOver, Note};
use crate::table::{grouped, table};

/// Counts of the events of a run.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) events: u64,
    pub(crate) applied: u64,
    pub(crate) replayed: u64,
    pub(crate) refused: Refusals,
    /// Those among the refused that an earlier run over this file had refused; they were not judged again.
    pub(crate) refused_before: u64,
    /// The file begins as one list or object over many lines.
    pub(crate) one_document: bool,
    /// Those among the applied that could not earn.
    pub(crate) unearned: Refusals,
}

/// What a run came to.
pub(crate) struct Summary<'a> {
    title: String,
    version: u32,
    source: &'a str,
    counts: &'a Counts,
    elapsed: Duration,
    members: u64,
    /// In the program's order.
    wallets: Vec<Totals>,
    /// Members some of whose amounts do not add up.
    unbalanced: u64,
    carried_over: Option<&'a CarriedOver>,
    /// Outcomes that wait in the store for a run with a file of decisions.
    undelivered: u64,
    achieved: Achieved,
}

impl<'a> Summary<'a> {
    /// Sums up all members.
    pub(crate) fn new(
        program: &Program,
        source: &'a str,
        counts: &'a Counts,
        elapsed: Duration,
        members: &'a Members<'_>,
        achieved: Achieved,
    ) -> Result<Self, Failure> {
        let mut count = 0_u64;
        let mut unbalanced = 0_u64;
        let mut wallets = nothing(program);
        members.each(|member| {
            count = count.saturating_add(1);
            let totals = program.totals(member);
            unbalanced = unbalanced.saturating_add(u64::from(!totals.iter().all(Totals::conserved)));
            let added = wallets.iter_mut().zip(&totals).try_for_each(|(sum, more)| amounts::add(sum, more));
            added.ok_or_else(too_large)
        })?;
        let (title, version) = (program.title().to_owned(), program.version());
        let carried_over = members.carried_over();
        let undelivered = members.undelivered()?;
        Ok(Self {
            title,
            version,
            source,
            counts,
            elapsed,
            members: count,
            wallets,
            unbalanced,
            carried_over,
            undelivered,
            achieved,
        })
    }

    /// Whether the amounts of every wallet add up, for each member and for all together.
    pub(crate) fn conserved(&self) -> bool {
        self.unbalanced == 0 && self.wallets.iter().all(Totals::conserved)
    }

    fn per_second(&self) -> u64 {
        let microseconds = self.elapsed.as_micros().max(1);
        let rate = u128::from(self.counts.events).saturating_mul(1_000_000) / microseconds;
        u64::try_from(rate).unwrap_or(u64::MAX)
    }

    /// What people read.
    pub(crate) fn page(&self) -> String {
        let mut page = format!("{}, version {}, over {}\n", self.title, self.version, self.source);
        if let Some(carried) = self.carried_over {
            page.push_str(&format!(
                "\n{} members carried over from version {} of the program\n",
                grouped(&carried.members.to_string()),
                carried.from_version
            ));
            for (word, notes) in [("no more", &carried.dropped), ("new", &carried.added)] {
                for Note { first, members } in notes.values() {
                    let others = if *members > 1 { ", and the like" } else { "" };
                    page.push_str(&format!("  {word}: {first}{others} ({} members)\n", grouped(&members.to_string())));
                }
            }
        }
        let refused = self.counts.refused.page(|reason| format!("refused as {reason}"), self.source);
        let unearned = self.counts.unearned.page(|reason| format!("earned nothing ({reason})"), self.source);
        for places in [refused, unearned].iter().filter(|places| !places.is_empty()) {
            page.push_str(&format!("\n{places}"));
        }
        if self.counts.one_document {
            page.push_str("  events are JSON Lines, one on each line: `jq -c '.[]'` makes them of a list, `jq -c .` of what is laid out\n");
        }
        if self.counts.refused_before > 0 {
            let before = grouped(&self.counts.refused_before.to_string());
            page.push_str(&format!(
                "  {before} as in an earlier run over this file: --retry-refused judges them again\n"
            ));
        }
        page.push_str(&format!("\n{}", self.tables()));
        page.push_str(&self.achieved.page());
        page.push('\n');
        for sum in &self.wallets {
            let verdict = if sum.conserved() { "adds up" } else { "DOES NOT ADD UP" };
            page.push_str(&format!("{} {verdict}: {}\n", sum.wallet, amounts::equation(sum)));
        }
        if self.unbalanced > 0 {
            page.push_str(&format!(
                "THE AMOUNTS OF {} MEMBERS DO NOT ADD UP: this is a fault of loyalty, please report it\n",
                grouped(&self.unbalanced.to_string())
            ));
        }
        if self.undelivered > 0 {
            page.push_str(&format!(
                "{} outcomes wait in the store for a run with --out\n",
                grouped(&self.undelivered.to_string())
            ));
        }
        page.push_str(&format!(
            "{} events in {:.1} s, {} events/s\n",
            grouped(&self.counts.events.to_string()),
            self.elapsed.as_secs_f64(),
            grouped(&self.per_second().to_string())
        ));
        page
    }

    /// One table where there is one wallet; else one of counts and one with a row for each wallet.
    fn tables(&self) -> String {
        let count = |name: &str, count: u64| vec![name.to_owned(), grouped(&count.to_string())];
        let mut rows = vec![count("events", self.counts.events)];
        if self.counts.replayed > 0 {
            rows.push(count("known before", self.counts.replayed));
        }
        rows.push(count("members", self.members));
        let told = amounts::told(&self.wallets);
        let amounts = |sum| amounts::amounts(sum).filter(|(name, _)| told.contains(name));
        let text = |amount: Decimal| grouped(&amounts::exact(amount));
        if let [sum] = self.wallets.as_slice() {
            rows.extend(amounts(sum).map(|(name, amount)| vec![name.to_owned(), text(amount)]));
        }
        rows.push(count("refused", self.counts.refused.count()));
        let mut page = table(&[], rows, 1);
        if self.wallets.len() > 1 {
            let head: Vec<&str> = iter::once("wallet").chain(told.iter().copied()).collect();
            let rows = self.wallets.iter().map(|sum| {
                iter::once(sum.wallet.clone()).chain(amounts(sum).map(|(_, amount)| text(amount))).collect()
            });
            page.push_str(&format!("\n{}", table(&head, rows, 1)));
        }
        page
    }

    /// What machines read.
    pub(crate) fn json(&self) -> Value {
        let wallets: Map<String, Value> =
            self.wallets.iter().map(|sum| (sum.wallet.clone(), amounts::json(sum))).collect();
        json!({
            "program": { "title": self.title, "version": self.version },
            "source": self.source,
            "events": self.counts.events,
            "applied": self.counts.applied,
            "replayed": self.counts.replayed,
            "refused": self.counts.refused.count(),
            "refused_before": self.counts.refused_before,
            "refusals": self.counts.refused.json(self.source),
            "earned_nothing": self.counts.unearned.json(self.source),
            "members": self.members,
            "wallets": wallets,
            "challenges": self.achieved.json("challenges"),
            "badges": self.achieved.json("badges"),
            "leaderboards": self.achieved.json("leaderboards"),
            "conserved": self.conserved(),
            "carried_over": self.carried_over.map(|carried| json!({
                "from_version": carried.from_version,
                "members": carried.members,
                "dropped": notes(&carried.dropped),
                "added": notes(&carried.added),
            })),
            "undelivered": self.undelivered,
            "seconds": format!("{:.3}", self.elapsed.as_secs_f64()),
            "events_per_second": self.per_second(),
        })
    }
}

/// The totals of a member who has done nothing.
fn nothing(program: &Program) -> Vec<Totals> {
    let nobody = Instant::from_micros(0).and_then(|at| program.enroll("nobody", at).ok());
    nobody.map_or_else(Vec::new, |nobody| program.totals(&nobody))
}

fn notes(notes: &BTreeMap<String, Note>) -> Value {
    notes.values().map(|note| json!({ "first": note.first, "members": note.members })).collect()
}

fn too_large() -> Failure {
    Failure::no("the amounts of all members together are too large to be summed up exactly")
        .help("the members themselves are kept; sum up fewer of them at a time")
}
