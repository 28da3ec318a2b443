//! `loyalty broadcast`: a message to many, and first how many it would reach.

use std::collections::BTreeMap;

use loyalty_core::{BroadcastEstimate, Document, EventError, Outcome, Program};
use serde_json::json;

use crate::arguments::Broadcast;
use crate::failure::{Failure, Verdict};
use crate::members::Members;
use crate::program;
use crate::store::{self, Store};
use crate::table::{grouped, table};
use crate::terminal;

/// Counts whom it would reach, or lets it happen.
pub(crate) fn broadcast(arguments: &Broadcast) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    // A store that is not there would be made: here that is a slip.
    let store = Store::open(&arguments.store)?;
    let event = event(arguments);
    if arguments.apply {
        drop(store);
        return apply(&program, arguments, &event);
    }
    let estimate = program.broadcast_estimate(&event, store.counters()?);
    let mut estimate = estimate.map_err(|error| refused(&error))?;
    store.each_page(|page| {
        for (id, state) in page {
            estimate.add(&store::load(&program, store.path(), &id, &state)?.member);
        }
        Ok(())
    })?;
    let text = if arguments.json { format!("{}\n", estimate.to_json()) } else { page(&estimate) };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}

/// The event, whose id is the same for every member and tells this run from others of the campaign.
fn event(arguments: &Broadcast) -> String {
    let Broadcast { message, campaign, at, segment, fields, .. } = arguments;
    let mut event = json!({
        "type": "broadcast", "id": format!("{campaign}/{message}@{at}"), "at": at.to_string(), "message": message, "campaign": campaign,
    });
    if let Some(event) = event.as_object_mut() {
        let segment = segment.iter().map(|segment| ("segment".to_owned(), segment.clone()));
        event.extend(segment.chain(fields.iter().cloned()).map(|(name, value)| (name, value.into())));
    }
    event.to_string()
}

fn refused(error: &EventError) -> Failure {
    Failure::no(format!("the broadcast is refused: {error}"))
}

fn page(estimate: &BroadcastEstimate) -> String {
    let mut rows = vec![
        ("members".to_owned(), estimate.members()),
        ("now".to_owned(), estimate.now()),
        ("later".to_owned(), estimate.later()),
    ];
    let suppressed = estimate.suppressed();
    let not = suppressed.iter().map(|(reason, members)| (format!("not: {}", reason.replace('_', " ")), *members));
    rows.extend(not);
    let refused = estimate.refused().iter();
    rows.extend(refused.map(|(code, members)| (format!("refused: {}", code.replace('_', " ")), *members)));
    counted(rows)
}

fn counted(rows: impl IntoIterator<Item = (String, u64)>) -> String {
    let rows = rows.into_iter().map(|(name, members)| vec![name, grouped(&members.to_string())]);
    table(&[], rows, 1)
}

fn apply(program: &Program, arguments: &Broadcast, event: &str) -> Result<Verdict, Failure> {
    let event = program.decode(event.as_bytes()).map_err(|error| refused(&error))?;
    let mut members = Members::open(program, Some(&arguments.store), arguments.out.as_deref())?;
    // What is wrong with it is wrong for everybody, and told before anything has happened.
    let shape = self::event(arguments);
    program.broadcast_estimate(shape, members.counters().clone()).map_err(|error| refused(&error))?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    members.happens_to_all(&event, |happened| {
        let word = match happened {
            Ok(outcome) if outcome.replayed() => "known already".to_owned(),
            Ok(outcome) => word(outcome, &arguments.campaign),
            Err(error) => format!("refused: {}", error.code().as_str().replace('_', " ")),
        };
        let count = counts.entry(word).or_default();
        *count = count.saturating_add(1);
    })?;
    let (all, undelivered) = (members.count()?, members.undelivered()?);
    members.close()?;
    let text = if arguments.json {
        format!("{}\n", json!({ "members": all, "came_to": counts, "undelivered": undelivered }))
    } else {
        let mut page = counted([("members".to_owned(), all)].into_iter().chain(counts));
        if undelivered > 0 {
            let waiting = grouped(&undelivered.to_string());
            page.push_str(&format!("{waiting} outcomes wait in the store for a command with --out\n"));
        }
        page
    };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}

/// What came of it for one member, in the words of the estimate.
fn word(outcome: &Outcome, campaign: &str) -> String {
    let document = outcome.to_document();
    let Some(Document::List(decisions)) = document.get("decisions") else { return String::new() };
    let text = |document: &Document, key: &str| match document.get(key) {
        Some(Document::Text(text)) => text.clone(),
        _ => String::new(),
    };
    for decision in decisions.iter().rev() {
        let because = match decision.get("because") {
            Some(Document::List(because)) => because.first(),
            _ => None,
        };
        if because.is_none_or(|because| text(because, "broadcast") != campaign) {
            continue;
        }
        return match (text(decision, "kind").as_str(), text(decision, "reason").as_str()) {
            ("message", _) => "now".to_owned(),
            (_, "held") => "later".to_owned(),
            (_, reason) => format!("not: {}", reason.replace('_', " ")),
        };
    }
    "not".to_owned()
}
