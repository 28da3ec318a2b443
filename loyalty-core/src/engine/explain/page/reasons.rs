//! The wording of reasons: what a condition lacked, and why a rule stayed silent.

use super::figures::{cut_words, figure_words, held_words, rounding_words};
use super::row::{Row, Words, joined, words};
use crate::engine::explain::caps::Owner;
use crate::engine::explain::silent::{Gap, Reason, Silent, What};
use crate::engine::explain::trace::Figure;
use crate::engine::explain::words as say;
use crate::plan::Plan;
use crate::wire::json::rule_name;

pub(super) fn silent_row(plan: &Plan, silent: &Silent) -> Row {
    let head = words().code(rule_name(plan, silent.rule)).line(Some(silent.line));
    let rows = silent.reasons.iter().map(|reason| reason_row(plan, reason, Some(silent.line))).collect();
    Row { rows, ..head.row() }
}

/// A reason with its parts below it; its line is left out where it is that of what stands above.
pub(super) fn reason_row(plan: &Plan, reason: &Reason, above: Option<u32>) -> Row {
    let shown = matches!(reason.what, What::Condition | What::Nothing | What::Limit { .. });
    let line = reason.line.filter(|_| shown && reason.line != above);
    let said = reason_with_line(plan, reason, line);
    // What is missing, or stands in the row already, is not said again below it.
    let told = |figure: &&Figure| {
        let only = reason.figures.len() == 1 && reason.actual.as_ref() == Some(&figure.value);
        !figure.value.is_missing() && (!only || figure.over.is_some())
    };
    let figures = reason.figures.iter().filter(told);
    let mut rows: Vec<Row> = figures.map(|figure| figure_words(plan, words(), figure).row()).collect();
    rows.extend(reason.parts.iter().map(|part| reason_row(plan, part, reason.line)));
    Row { rows, ..said.row() }
}

/// A reason in words: what stood in the way, what was found, and what is missing.
pub fn reason_words(plan: &Plan, reason: &Reason) -> Words {
    reason_with_line(plan, reason, None)
}

fn reason_with_line(plan: &Plan, reason: &Reason, line: Option<u32>) -> Words {
    let mut said = words();
    if !reason.said.is_empty() {
        said = said.code(&*reason.said).line(line);
    }
    let mut facts: Vec<String> = Vec::new();
    match &reason.what {
        What::Cap(cut) => return joined(said.say(": "), cut_words(plan, cut)),
        What::Rounded(rounding) => return joined(said.say(": "), rounding_words(rounding)),
        What::Held(held) => return joined(said.say(": "), held_words(plan, held)),
        What::Limit { owner, used, of } => {
            if let Owner::Group(group) = owner {
                let name = plan.groups.get(usize::from(*group)).map_or("", |group| &*group.name);
                said = said.say(" of group ").code(name);
            }
            facts.push(format!("used {used} of {of}"));
        }
        _ => {}
    }
    let mut note = reason.words.as_str();
    if reason.what == What::Nothing && !note.is_empty() {
        facts.push(core::mem::take(&mut note).to_owned());
    }
    if !reason.missing.is_empty() {
        let verb = if reason.missing.len() == 1 { "is" } else { "are" };
        facts.push(format!("{} {verb} missing", reason.missing.join(", ")));
    } else if let Some(actual) = &reason.actual {
        facts.push(format!("is {}", say::value(plan, actual, reason.unit)));
    }
    if reason.missing.is_empty() {
        match reason.gap {
            Some(Gap::Short(gap)) if !gap.is_zero() => {
                facts.push(format!("{} short", say::number(plan, gap, reason.unit)));
            }
            Some(Gap::Over(gap)) if !gap.is_zero() => {
                facts.push(format!("{} over", say::number(plan, gap, reason.unit)));
            }
            _ => {}
        }
    }
    if !note.is_empty() {
        facts.push(note.to_owned());
    }
    if let Some(until) = reason.until {
        let from = say::from(plan, until);
        facts.push(match reason.what {
            What::Limit { .. } => format!("free again from {from}"),
            What::Valid => format!("next from {from}"),
            _ => format!("from {from}"),
        });
    }
    if facts.is_empty() {
        return said;
    }
    let colon = if said.0.is_empty() { "" } else { ": " };
    said.say(format!("{colon}{}", facts.join(", ")))
}
