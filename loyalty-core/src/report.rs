//! How a program does: retention, redemption, engagement, repeat purchases, liability and breakage, by period, level and arm,
//! worked out from outcomes as they come.
//!
//! Amounts are sums of what decisions move, so that nothing of an outcome is kept. Whether somebody comes back can only be
//! told by who was there: of each member there is kept what it is now, and one small entry for each period in which it did
//! something.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::amount::{self, Overflow};
use crate::check::model::Period;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::members::Fate;
use crate::engine::outcome::Outcome;
use crate::plan::{Plan, Unit};
use crate::program::Program;
use crate::wire::document::Document;
use crate::wire::told;

mod changes;
mod rows;

use changes::Change;

/// The standard events that tell that a member has done something.
const ACTIVE: [&str; 9] = ["order", "visit", "review", "message", "redeem", "hold", "draw", "opt_in", "signup"];

/// What is asked of a [`Report`].
#[derive(Debug, Clone, Default)]
pub struct ReportOptions {
    /// How long a row is: `day`, `week`, `month`, `quarter`, `half-year` or `year`; nothing for `month`.
    pub period: Option<String>,
    /// The events that tell that a member has done something; empty for the standard ones of members' own doing.
    pub active: Vec<String>,
    /// What a point of a wallet is worth in money, by the wallet's name; a wallet of money is worth what it holds.
    pub values: Vec<(String, Decimal)>,
}

/// Measures of success in the making: outcomes are added one by one, those of one member in their order.
///
/// ```
/// use loyalty_core::{Document, Instant, Program, ReportOptions};
///
/// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
/// let mut report = program.report(&ReportOptions::default()).unwrap();
/// let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
/// for (id, orders) in [("ana", 2), ("ben", 1), ("cy", 0)] {
///     let mut member = program.enroll(id, at).unwrap();
///     for order in 1..=orders {
///         let event = format!(r#"{{"type":"order","id":"o-{order}","at":"2026-01-0{order}T10:00:00Z","subtotal":"50.00"}}"#);
///         let outcome = program.apply(&mut member, event).unwrap();
///         report.add(&outcome, &member).unwrap();
///     }
///     report.know(&member).unwrap();
/// }
/// let report = report.finish().unwrap();
/// let january = report.get("groups").unwrap().item(0).unwrap().get("rows").unwrap().item(0).unwrap();
/// let text = |key: &str| january.get(key).unwrap().to_string();
/// assert_eq!((text("members"), text("active"), text("engagement_rate")), ("3".into(), "2".into(), "\"0.6667\"".into()));
/// assert_eq!(text("repeat_purchase_rate"), "\"0.5\"");
/// assert_eq!(january.get("wallets").unwrap().get("points").unwrap().get("issued").unwrap().to_string(), "\"150\"");
/// ```
#[derive(Debug, Clone)]
pub struct Report {
    plan: Arc<Plan>,
    period: Period,
    /// By number of the event.
    active: Vec<u16>,
    /// One for each wallet.
    values: Vec<Option<Decimal>>,
    groups: Arc<[Group]>,
    members: BTreeMap<Box<str>, Facts>,
    /// By group and period.
    cells: BTreeMap<(u32, i64), Cell>,
    /// The first and the last period in which anything happened.
    span: Option<(i64, i64)>,
}

/// Members who are looked at together.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Group {
    All,
    Level { ladder: usize, level: u16 },
    Arm { experiment: usize, arm: u16 },
}

/// All members.
const ALL: u32 = 0;

/// What is known of one member.
#[derive(Debug, Clone)]
struct Facts {
    revision: u64,
    /// Of each wallet what may still be spent, less what is owed.
    balances: Vec<Decimal>,
    /// The groups that it is in, `ALL` apart: one for each ladder, and one or none for each experiment.
    groups: Groups,
    /// By period, ascending.
    seen: Vec<Seen>,
    /// It counts as a member.
    counts: bool,
}

type Groups = smallvec::SmallVec<[u32; 4]>;

/// A period in which a member did something.
#[derive(Debug, Clone)]
struct Seen {
    period: i64,
    /// 2 stands for more.
    purchases: u8,
    /// The groups that it was in when it did last.
    groups: Groups,
}

/// What changed in one period for one group.
#[derive(Debug, Clone, Default)]
struct Cell {
    members: i64,
    /// One for each wallet that anything happened in.
    wallets: Vec<Flow>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    issued: Decimal,
    /// Spent, less what was given back.
    redeemed: Decimal,
    expired: Decimal,
    /// By how much what is outstanding has grown.
    change: Decimal,
}

impl Program {
    /// Begins a report.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongType`] for a period that there is not, [`Refusal::UnknownEvent`], [`Refusal::UnknownWallet`].
    pub fn report(&self, options: &ReportOptions) -> Result<Report, EventError> {
        let plan = Arc::clone(self.plan());
        let period = options.period.as_deref().unwrap_or("month");
        let Some((period, _)) = rows::PERIODS.iter().find(|(_, name)| *name == period) else {
            let names: Vec<String> = rows::PERIODS.iter().map(|(_, name)| format!("`{name}`")).collect();
            return Err(EventError::new(Refusal::WrongType)
                .in_field("period")
                .expecting(names.join(" or "))
                .but_found(format!("`{period}`")));
        };
        let named = |name: &str| plan.events.iter().position(|event| *event.layout.name == *name);
        let mut active = Vec::new();
        for name in &options.active {
            let number = named(name).ok_or_else(|| {
                EventError::new(Refusal::UnknownEvent)
                    .in_field("active")
                    .expecting("events that the program knows")
                    .but_found(format!("`{name}`"))
            })?;
            active.push(number as u16);
        }
        if active.is_empty() {
            active.extend(ACTIVE.iter().filter_map(|name| named(name)).map(|number| number as u16));
        }
        let money = |unit: Unit| matches!(unit, Unit::Money(_)).then_some(Decimal::ONE);
        let mut values: Vec<Option<Decimal>> = plan.wallets.iter().map(|wallet| money(wallet.unit)).collect();
        for (name, value) in &options.values {
            let place = plan.wallets.iter().position(|wallet| *wallet.name == **name);
            let Some(place) = place.and_then(|place| values.get_mut(place)) else {
                return Err(EventError::new(Refusal::UnknownWallet)
                    .in_field("values")
                    .expecting("a wallet of the program")
                    .but_found(format!("`{name}`")));
            };
            *place = Some(*value);
        }
        let levels = plan.ladders.iter().enumerate().flat_map(|(ladder, of)| {
            (0..of.levels.len()).map(move |level| Group::Level { ladder, level: level as u16 })
        });
        let arms =
            plan.experiments.iter().enumerate().flat_map(|(experiment, of)| {
                (0..of.arms.len()).map(move |arm| Group::Arm { experiment, arm: arm as u16 })
            });
        let groups = core::iter::once(Group::All).chain(levels).chain(arms).collect();
        Ok(Report {
            period: *period,
            active,
            values,
            groups,
            members: BTreeMap::new(),
            cells: BTreeMap::new(),
            span: None,
            plan,
        })
    }
}

impl Report {
    /// Of how many members it knows.
    #[must_use]
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// Adds an outcome, with the member as it is after it. Outcomes of one member come in their order; one that has been
    /// added, and a replay, change nothing. Tells whether it counted.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`], [`Refusal::WrongMember`], [`Refusal::NotAlike`] for a member of another revision than the
    /// outcome, [`Refusal::Overflow`]; the report is then as before.
    pub fn add(&mut self, outcome: &Outcome, member: &Member) -> Result<bool, EventError> {
        if outcome.plan.fingerprint != self.plan.fingerprint {
            return Err(EventError::new(Refusal::OtherProgram));
        }
        let happened = Happened {
            member: &outcome.member,
            at: outcome.at,
            revision: outcome.revision,
            replayed: outcome.replayed,
            event: outcome.event.as_deref(),
            changes: outcome.decisions.iter().filter_map(|decision| changes::of(&self.plan, decision)).collect(),
        };
        self.happened(&happened, member)
    }

    /// The same for an outcome as its JSON, such as a line of a file of decisions.
    ///
    /// # Errors
    ///
    /// As [`Report::add`]; [`Refusal::InvalidJson`] for what is no outcome.
    pub fn add_json(&mut self, outcome: &str, member: &Member) -> Result<bool, EventError> {
        let told = told::outcome(&self.plan, outcome)?;
        let happened = Happened {
            member: &told.member,
            at: told.at,
            revision: told.revision,
            replayed: told.replayed,
            event: told.event.as_deref(),
            changes: told.decisions.iter().filter_map(|decision| changes::told(&self.plan, decision)).collect(),
        };
        self.happened(&happened, member)
    }

    fn happened(&mut self, outcome: &Happened<'_>, member: &Member) -> Result<bool, EventError> {
        self.same_program(member)?;
        if *outcome.member != *member.id {
            return Err(EventError::new(Refusal::WrongMember)
                .in_field("member")
                .expecting(format!("`{}`, whose outcome this is", outcome.member))
                .but_found(format!("`{}`", member.id)));
        }
        let known = self.members.get(&*member.id);
        if outcome.replayed || known.is_some_and(|known| outcome.revision <= known.revision) {
            return Ok(false);
        }
        if outcome.revision != member.revision {
            return Err(EventError::new(Refusal::NotAlike)
                .in_field("revision")
                .expecting(format!("the member as it is after the outcome, at revision {}", outcome.revision))
                .but_found(member.revision.to_string())
                .advising("add each outcome before the next event is applied to its member"));
        }
        self.take(member, outcome.at, &outcome.changes, outcome.event)?;
        Ok(true)
    }

    /// Tells of a member without an outcome, so that it counts among the members. One that is known changes nothing. Tells
    /// whether it was not.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`], [`Refusal::Overflow`].
    pub fn know(&mut self, member: &Member) -> Result<bool, EventError> {
        self.same_program(member)?;
        if self.members.contains_key(&*member.id) {
            return Ok(false);
        }
        self.take(member, member.enrolled_at, &[], None)?;
        Ok(true)
    }

    fn same_program(&self, member: &Member) -> Result<(), EventError> {
        crate::engine::doors::same_program(&self.plan, member)
    }

    fn period_at(&self, at: i64) -> i64 {
        self.plan.calendar.period_of(self.period, self.plan.calendar.day_at(at))
    }

    fn take(
        &mut self,
        member: &Member,
        at: i64,
        changes: &[(i64, Change)],
        event: Option<&str>,
    ) -> Result<(), EventError> {
        let now = self.period_at(at);
        let happened = event.is_some() || !changes.is_empty();
        let mut working = Working { report: self, touched: BTreeMap::new(), span: self.span };
        let actual = balances(&self.plan, member)?;
        let known = self.members.get(&*member.id);
        let first_seen = known.is_none();
        let mut facts = known.cloned().unwrap_or_else(|| Facts {
            revision: 0,
            balances: vec![Decimal::ZERO; self.plan.wallets.len()],
            groups: self.groups_before(member, changes),
            seen: Vec::new(),
            // Who was erased has been counted under another name.
            counts: member.account.fate != Fate::Erased,
        });
        let joined = self.period_at(member.enrolled_at);
        if first_seen && facts.counts {
            working.members(&facts.groups, joined, 1);
        }
        // What decisions move, when they do.
        let mut moved = vec![Decimal::ZERO; actual.len()];
        for (at, change) in changes {
            let Change::Moved(wallet, flow) = *change else { continue };
            let Some(moved) = moved.get_mut(wallet) else { continue };
            *moved = amount::add(*moved, flow.change)?;
            working.flow(&facts.groups, self.period_at(*at), wallet, flow)?;
        }
        // What they do not tell: what was there before the report, and what merging brings.
        for (wallet, ((before, moved), actual)) in facts.balances.iter().zip(&moved).zip(&actual).enumerate() {
            let rest = amount::subtract(*actual, amount::add(*before, *moved)?)?;
            if !rest.is_zero() && (facts.counts || !first_seen) {
                let period = if first_seen { joined } else { now };
                working.flow(&facts.groups, period, wallet, Flow { change: rest, ..Flow::default() })?;
            }
        }
        facts.balances = actual;
        let groups = self.groups_of(member);
        if groups != facts.groups {
            let changed = changes.iter().rev().find(|(_, change)| !matches!(change, Change::Moved(..)));
            let period = changed.map_or(now, |(at, _)| self.period_at(*at));
            working.move_over(&facts, &groups, period)?;
            facts.groups = groups;
        }
        if facts.counts && matches!(member.account.fate, Fate::Merged { .. }) {
            facts.counts = false;
            working.members(&facts.groups, now, -1);
        }
        if let Some(purchase) = self.did(member, at, event) {
            note(&mut facts, now, purchase);
        }
        facts.revision = member.revision;
        if happened {
            working.happened(now);
        }
        let (touched, span) = (working.touched, working.span);
        self.cells.extend(touched);
        self.span = span;
        self.members.insert((*member.id).into(), facts);
        Ok(())
    }

    /// Whether an event tells that the member has done something, and if so, whether it was a purchase.
    fn did(&self, member: &Member, at: i64, event: Option<&str>) -> Option<bool> {
        let record = member.remembered(&self.plan, event?)?;
        if at < member.enrolled_at || !self.active.contains(&record.event) {
            return None;
        }
        let event = self.plan.events.get(usize::from(record.event))?;
        Some(&*event.layout.name == "order")
    }

    /// The groups that a member is in, one for each ladder and experiment, in the program's order.
    fn groups_of(&self, member: &Member) -> Groups {
        let levels = member.standings.iter().map(crate::engine::standing::Standing::effective);
        let arms = member.arms.iter().map(|assigned| assigned.as_ref().map(|assigned| assigned.arm));
        let levels = levels.enumerate().map(|(ladder, level)| Group::Level { ladder, level });
        let arms = arms.enumerate().filter_map(|(experiment, arm)| Some(Group::Arm { experiment, arm: arm? }));
        levels.chain(arms).filter_map(|group| self.number_of(&group)).collect()
    }

    fn number_of(&self, group: &Group) -> Option<u32> {
        self.groups.iter().position(|known| known == group).map(|number| number as u32)
    }

    /// The same before the decisions that have changed them.
    fn groups_before(&self, member: &Member, changes: &[(i64, Change)]) -> Groups {
        let mut groups = self.groups_of(member);
        for (_, change) in changes.iter().rev() {
            match *change {
                Change::Level { ladder, before } => {
                    let before = self.number_of(&Group::Level { ladder, level: before });
                    let same = |group: &u32| {
                        matches!(self.groups.get(*group as usize), Some(Group::Level { ladder: of, .. }) if *of == ladder)
                    };
                    if let (Some(place), Some(before)) = (groups.iter_mut().find(|group| same(group)), before) {
                        *place = before;
                    }
                }
                Change::FirstArm { experiment } => groups.retain(|group| {
                    !matches!(self.groups.get(*group as usize), Some(Group::Arm { experiment: of, .. }) if *of == experiment)
                }),
                Change::Moved(..) | Change::Arm => {}
            }
        }
        groups
    }

    /// Takes in the report of other members, made apart; the result is the same in every order.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotAlike`] for another program, another period, other events or values, or where a member is in both
    /// parts; [`Refusal::Overflow`]. The report is then as before.
    pub fn merge(&mut self, other: &Self) -> Result<(), EventError> {
        let unlike =
            |expected: &str, found: String| EventError::new(Refusal::NotAlike).expecting(expected).but_found(found);
        if (self.plan.fingerprint, self.period, &self.active, &self.values)
            != (other.plan.fingerprint, other.period, &other.active, &other.values)
        {
            return Err(unlike("a report of the same program with the same options", "another".to_owned()));
        }
        if let Some(id) = other.members.keys().find(|id| self.members.contains_key(*id)) {
            return Err(unlike("parts that have no member in common", format!("`{id}` in both")));
        }
        let mut cells = self.cells.clone();
        for (place, cell) in &other.cells {
            cells.entry(*place).or_default().add(cell)?;
        }
        self.cells = cells;
        self.members.extend(other.members.iter().map(|(id, facts)| (id.clone(), facts.clone())));
        for (first, last) in [self.span, other.span].into_iter().flatten() {
            let span = self.span.get_or_insert((first, last));
            *span = (span.0.min(first), span.1.max(last));
        }
        Ok(())
    }

    /// The report as a document; see `docs/report.md` for every figure.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooManyItems`] for more than 10 000 periods, [`Refusal::Overflow`].
    pub fn finish(&self) -> Result<Document, EventError> {
        rows::document(self)
    }
}

/// Remembers that a member did something in a period.
fn note(facts: &mut Facts, period: i64, purchase: bool) {
    let place = facts.seen.partition_point(|seen| seen.period < period);
    if facts.seen.get(place).is_none_or(|seen| seen.period != period) {
        facts.seen.insert(place, Seen { period, purchases: 0, groups: Groups::new() });
    }
    if let Some(seen) = facts.seen.get_mut(place) {
        seen.purchases = seen.purchases.saturating_add(u8::from(purchase)).min(2);
        seen.groups.clone_from(&facts.groups);
    }
}

/// What is outstanding of each wallet: what is there, what will be and what is set aside, less what is owed.
fn balances(plan: &Plan, member: &Member) -> Result<Vec<Decimal>, Overflow> {
    let wallets = plan.wallets.iter().zip(&member.wallets);
    wallets
        .map(|(_, state)| {
            let there = amount::add(amount::add(state.available, state.pending)?, state.held)?;
            amount::subtract(there, state.debt)
        })
        .collect()
}

impl Cell {
    fn flow(&mut self, wallet: usize, flow: Flow) -> Result<(), Overflow> {
        if self.wallets.len() <= wallet {
            self.wallets.resize(wallet.saturating_add(1), Flow::default());
        }
        self.wallets.get_mut(wallet).map_or(Ok(()), |own| own.add(flow))
    }

    fn add(&mut self, other: &Self) -> Result<(), Overflow> {
        self.members = self.members.saturating_add(other.members);
        other.wallets.iter().enumerate().try_for_each(|(wallet, flow)| self.flow(wallet, *flow))
    }
}

impl Flow {
    fn add(&mut self, other: Self) -> Result<(), Overflow> {
        self.issued = amount::add(self.issued, other.issued)?;
        self.redeemed = amount::add(self.redeemed, other.redeemed)?;
        self.expired = amount::add(self.expired, other.expired)?;
        self.change = amount::add(self.change, other.change)?;
        Ok(())
    }
}

/// An outcome, as far as a report goes by it.
struct Happened<'a> {
    member: &'a str,
    at: i64,
    revision: u64,
    replayed: bool,
    event: Option<&'a str>,
    changes: Vec<(i64, Change)>,
}

/// The cells that an outcome changes, as they will be.
struct Working<'a> {
    report: &'a Report,
    touched: BTreeMap<(u32, i64), Cell>,
    span: Option<(i64, i64)>,
}

impl Working<'_> {
    fn cell(&mut self, group: u32, period: i64) -> &mut Cell {
        let before = || self.report.cells.get(&(group, period)).cloned().unwrap_or_default();
        self.touched.entry((group, period)).or_insert_with(before)
    }

    fn happened(&mut self, period: i64) {
        let span = self.span.get_or_insert((period, period));
        *span = (span.0.min(period), span.1.max(period));
    }

    fn members(&mut self, groups: &[u32], period: i64, by: i64) {
        for group in core::iter::once(&ALL).chain(groups) {
            let cell = self.cell(*group, period);
            cell.members = cell.members.saturating_add(by);
        }
    }

    fn flow(&mut self, groups: &[u32], period: i64, wallet: usize, flow: Flow) -> Result<(), Overflow> {
        if !(flow.issued.is_zero() && flow.redeemed.is_zero() && flow.expired.is_zero()) {
            self.happened(period);
        }
        for group in core::iter::once(&ALL).chain(groups) {
            self.cell(*group, period).flow(wallet, flow)?;
        }
        Ok(())
    }

    /// A member leaves groups and enters others, with all that it has.
    fn move_over(&mut self, facts: &Facts, to: &[u32], period: i64) -> Result<(), Overflow> {
        let left = facts.groups.iter().filter(|group| !to.contains(group)).map(|group| (*group, -1));
        let entered = to.iter().filter(|group| !facts.groups.contains(group)).map(|group| (*group, 1));
        for (group, by) in left.chain(entered) {
            let cell = self.cell(group, period);
            cell.members = cell.members.saturating_add(if facts.counts { by } else { 0 });
            for (wallet, balance) in facts.balances.iter().enumerate() {
                let change = if by < 0 { -*balance } else { *balance };
                cell.flow(wallet, Flow { change, ..Flow::default() })?;
            }
        }
        Ok(())
    }
}
