//! `loyalty advance`: time passes for those members of a store for whom something is due.

use std::collections::BTreeMap;
use std::time::Instant as Clock;

use loyalty_core::Decision;
use serde_json::json;

use crate::arguments::Advance;
use crate::failure::{Failure, Verdict};
use crate::members::Members;
use crate::program;
use crate::store::Store;
use crate::table::{grouped, table};
use crate::terminal;

/// Advances who is due and says what was decided.
pub(crate) fn advance(arguments: &Advance) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    // A store that is not there would be made: here that is a slip.
    drop(Store::open(&arguments.store)?);
    let began = Clock::now();
    let mut members = Members::open(&program, Some(&arguments.store), arguments.out.as_deref())?;
    let mut due = 0_u64;
    let mut kinds: BTreeMap<&'static str, u64> = BTreeMap::new();
    members.advance_due(arguments.to, |outcome| {
        due = due.saturating_add(1);
        for kind in outcome.decisions().iter().map(Decision::kind) {
            let count = kinds.entry(kind).or_default();
            *count = count.saturating_add(1);
        }
    })?;
    let (all, undelivered) = (members.count()?, members.undelivered()?);
    members.close()?;
    let text = if arguments.json {
        let answer = json!({
            "to": arguments.to.to_string(), "members": all, "due": due, "decisions": kinds, "undelivered": undelivered,
            "seconds": format!("{:.3}", began.elapsed().as_secs_f64()),
        });
        format!("{answer}\n")
    } else {
        let counts = [("members", all), ("due", due)].into_iter().chain(kinds);
        let rows = counts.map(|(name, count)| vec![name.replace('_', " "), grouped(&count.to_string())]);
        let mut page = table(&[], rows, 1);
        if undelivered > 0 {
            let waiting = grouped(&undelivered.to_string());
            page.push_str(&format!("{waiting} outcomes wait in the store for a command with --out\n"));
        }
        page
    };
    terminal::print(&text)?;
    Ok(Verdict::Yes)
}
