//! The wording of numbers: figures that a rule has read, and what caps, roundings and greatest balances make of them.

use rust_decimal::Decimal;

use super::row::{Row, Words, words};
use crate::amount;
use crate::check::model::RoundScope;
use crate::engine::explain::caps::{Cut, Owner};
use crate::engine::explain::stage::{Held, Rounding};
use crate::engine::explain::trace::{Figure, Over};
use crate::engine::explain::words as say;
use crate::plan::Plan;

pub(super) fn cut_words(plan: &Plan, cut: &Cut) -> Words {
    let points = |amount: Decimal| say::points(plan, amount, cut.wallet);
    let mut said = words().code(format!("cap {}{}", points(cut.most), say::per(cut.per)));
    if let Owner::Group(group) = cut.owner {
        let name = plan.groups.get(usize::from(group)).map_or("", |group| &*group.name);
        said = said.say(" of group ").code(name);
    }
    let said = said.line(Some(cut.line));
    let (asked, room) = (amount::text(cut.asked), amount::text(cut.room));
    let lost = amount::subtract(cut.asked, cut.left).map_or_else(|_| String::new(), amount::text);
    let all = if cut.rejects { ", and it gives all or nothing" } else { "" };
    let until = cut.until.map_or_else(String::new, |at| format!("; counted anew from {}", say::from(plan, at)));
    said.say(format!(" had room for {room} of {asked}, so {lost} are cut{all}{until}"))
}

pub(super) fn rounding_words(rounding: &Rounding) -> Words {
    let exact = amount::text(rounding.exact);
    let (mode, result) = (rounding.mode.word(), amount::text(rounding.result));
    if !rounding.before.is_zero() {
        let before = amount::text(rounding.before);
        return words()
            .say(format!("the running sum {exact} is rounded {mode} to {result}; earlier lots have {before} of it"));
    }
    let said = words().say(format!("{exact} is rounded {mode} to {result}"));
    match rounding.scope {
        RoundScope::PerOrder => said,
        scope => said.say(format!(", {}", scope.word())),
    }
}

pub(super) fn held_words(plan: &Plan, held: &Held) -> Words {
    let points = |amount: Decimal| say::points(plan, amount, held.wallet);
    let said = words().code(format!("hold at most {}", points(held.most))).line(held.line);
    let (before, room, asked) = (amount::text(held.held), amount::text(held.room), amount::text(held.asked));
    said.say(format!(" had room for {room} of {asked}: {before} were there before"))
}

pub(super) fn figure_rows(plan: &Plan, figures: &[Figure]) -> Vec<Row> {
    figures.iter().map(|figure| figure_words(plan, words(), figure).row()).collect()
}

/// `order.subtotal = 42.86 EUR`, behind other words.
pub(super) fn figure_words(plan: &Plan, before: Words, figure: &Figure) -> Words {
    let value = say::value(plan, &figure.value, figure.unit);
    let over = figure.over.as_ref().map_or_else(String::new, over);
    before.code(&*figure.said).say(format!(" = {value}{over}"))
}

/// Which items a figure took in.
fn over(over: &Over) -> String {
    let one = over.list.strip_suffix('s').unwrap_or(&over.list);
    match over.items.as_slice() {
        [] => format!(" over none of {} {}", over.of, if over.of == 1 { one } else { &*over.list }),
        [item] => format!(" over {one} {item}"),
        all if all.len() == over.of as usize => format!(" over all {} {}", over.of, over.list),
        some => format!(" over {} {}", over.list, say::several(some)),
    }
}
