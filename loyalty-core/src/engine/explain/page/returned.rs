//! The wording of what a return takes back and gives back.

use rust_decimal::Decimal;

use super::figures::rounding_words;
use super::row::{Row, quoted, words};
use crate::amount;
use crate::engine::explain::Explanation;
use crate::engine::explain::returned::{Kept, Restored, Taken};
use crate::engine::explain::words as say;
use crate::plan::{Plan, RestorePlan};
use crate::wire::json::rule_name;

pub(super) fn taken_rows(told: &Explanation, taken: &Taken) -> Vec<Row> {
    let plan = told.plan();
    let amounts = |amount: Decimal| Some(say::signed(amount));
    let mut rows = Vec::new();
    let order = told.returned.as_ref();
    let (id, at) = order.map_or(("", 0), |order| (order.order.as_str(), order.ordered_at));
    let said = words().say("granted by ").code(id).say(format!(" on {}", say::moment(plan, at)));
    rows.push(Row { amount: amounts(taken.granted), ..said.row() });
    let whole = order.is_some_and(|order| order.whole);
    let said = if whole { "nothing of it is kept" } else { "for the part that is kept" };
    let mut kept = Row { amount: amounts(-taken.kept), ..words().say(said).row() };
    if !whole {
        kept.rows = taken.parts.iter().map(|part| kept_row(plan, part)).collect();
        if taken.rounding.exact != taken.rounding.result {
            kept.rows.push(rounding_words(&taken.rounding).line(taken.rounding.line).row());
        }
        if taken.rounding.result > taken.granted {
            kept.rows.push(words().say("never more than was granted").row());
        }
    }
    rows.push(kept);
    if !taken.before.is_zero() {
        rows.push(Row { amount: amounts(-taken.before), ..words().say("taken back before").row() });
    }
    rows
}

fn kept_row(plan: &Plan, part: &Kept) -> Row {
    let said = words().code(rule_name(plan, part.rule)).line(part.line);
    let said = said.say(format!(": {} of {}", amount::text(part.kept), amount::text(part.granted)));
    let said = match &part.of {
        Some(of) => {
            let (then, kept) = (say::value(plan, &of.then, of.unit), say::value(plan, &of.kept, of.unit));
            said.say(", as ").code(&*of.said).say(format!(" is {kept} of {then}"))
        }
        None => said,
    };
    said.row()
}

pub(super) fn restored_rows(told: &Explanation, restored: &Restored) -> Vec<Row> {
    let plan = told.plan();
    let spent = say::points(plan, restored.spent, restored.wallet);
    let before = if restored.before.is_zero() {
        String::new()
    } else {
        format!(", {} were given back before", amount::text(restored.before))
    };
    let mut rows = vec![words().say(format!("{spent} were spent with the order{before}")).row()];
    rows.push(match (restored.restore, restored.policy) {
        (Some(quote), _) => quoted(told, quote).row(),
        (None, RestorePlan::Original { at_least: Some(length) }) => {
            words().say(format!("they keep their last day, and have at least {length}")).row()
        }
        (None, RestorePlan::Original { at_least: None }) => words().say("they keep their last day").row(),
        (None, RestorePlan::Fresh) => words().say("they last as long as points that are earned then").row(),
        (None, RestorePlan::Never) => words().say("they do not come back").row(),
    });
    rows
}
