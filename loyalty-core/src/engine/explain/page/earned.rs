//! The wording of what is earned: each part with its steps, and how long it waits and lasts.

use super::figures::{cut_words, figure_rows, figure_words, held_words, rounding_words};
use super::reasons::reason_row;
use super::row::{Piece, Row, Words, joined, words};
use crate::amount;
use crate::engine::explain::granted::{Choice, Earn, Multiply, Part, Step};
use crate::engine::explain::words as say;
use crate::engine::explain::{Explanation, Story};
use crate::engine::lots::Vesting;
use crate::engine::outcome::Because;
use crate::plan::Plan;
use crate::wire::json::rule_name;

pub(super) fn earned_rows(
    told: &Explanation,
    story: &Story,
    (vesting, expires_at): (Vesting, Option<i64>),
    because: &[Because],
) -> Vec<Row> {
    let plan = told.plan();
    let granted = story.granted.as_ref();
    let none = Part::default();
    let parts = because.iter().enumerate().map(|(number, part)| {
        let story = granted.and_then(|granted| granted.parts.get(number)).unwrap_or(&none);
        part_row(told, part, story)
    });
    let mut rows: Vec<Row> = parts.collect();
    let (vest, expire) = granted.map_or_else(Default::default, |told| (told.vest.clone(), told.expire.clone()));
    let pending = match vesting {
        Vesting::Done => None,
        Vesting::At(at) => Some(format!("pending until {}", say::moment(plan, at))),
        Vesting::On { event, deadline } => {
            let event = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
            Some(format!("pending until an event {event} comes for it, {} at the latest", say::through(plan, deadline)))
        }
    };
    rows.extend(pending.map(|pending| choice_row(told, pending, &vest)));
    let expires = match expires_at {
        Some(at) => Some(format!("usable {}", say::through(plan, at))),
        None if expire.quote.is_some() || !expire.passed.is_empty() => Some("no last day is set".to_owned()),
        None => None,
    };
    rows.extend(expires.map(|expires| choice_row(told, expires, &expire)));
    rows
}

fn choice_row(told: &Explanation, says: String, choice: &Choice) -> Row {
    let head = words().say(says);
    let head = match choice.quote {
        Some(quote) => {
            let code = say::quoted(&told.source, quote);
            head.say(": ").code(code).line(Some(quote.line))
        }
        None => head,
    };
    let passed = choice.passed.iter().map(|reason| {
        let mut row = reason_row(told.plan(), reason, None);
        row.words.0.insert(0, Piece::Words("not the clause with ".to_owned()));
        row
    });
    Row { rows: passed.collect(), ..head.row() }
}

fn part_row(told: &Explanation, part: &Because, story: &Part) -> Row {
    let plan = told.plan();
    let (head, amount) = match part {
        Because::Rule { rule, amount } => (words().code(rule_name(plan, *rule)), amount),
        Because::Rounding { amount } => (words().say("rounding"), amount),
        Because::Cap { amount } => (words().say("the wallet's cap"), amount),
        Because::HoldAtMost { amount } => (words().say("the wallet's greatest balance"), amount),
        Because::Adjustment { amount } => (words().say("given by staff"), amount),
    };
    let mut steps = story.steps.as_slice();
    // What is no rule's has one step, which says all in the same row.
    let head = match steps {
        [step @ Step::Round(_)] if !matches!(part, Because::Rule { .. }) => {
            steps = &[];
            joined(head.line(story.line).say(": "), step_words(told, step, story))
        }
        [step @ (Step::Cut(_) | Step::Hold(_))] if !matches!(part, Because::Rule { .. }) => {
            steps = &[];
            joined(head.say(": "), step_words(told, step, story))
        }
        _ => head.line(story.line),
    };
    let holding = story.holding.iter().map(|condition| reason_row(plan, condition, story.line));
    let steps = steps.iter().map(|step| Row {
        rows: match step {
            Step::Earn(earn) => earn_rows(plan, earn),
            Step::Multiply(multiply) => figure_rows(plan, &multiply.figures),
            _ => Vec::new(),
        },
        ..step_words(told, step, story).row()
    });
    Row { amount: Some(say::signed(*amount)), words: head, rows: holding.chain(steps).collect() }
}

pub(super) fn step_words(told: &Explanation, step: &Step, part: &Part) -> Words {
    let plan = told.plan();
    match step {
        Step::Effect(quote) => {
            let line = Some(quote.line).filter(|line| part.line != Some(*line));
            words().code(say::quoted(&told.source, *quote)).line(line)
        }
        Step::Earn(earn) => earn_words(told, earn, part),
        Step::Multiply(multiply) => multiply_words(plan, multiply, part),
        Step::Cut(cut) => cut_words(plan, cut),
        Step::Lot(amount) => words().say(format!("{} of what is left are in this lot", amount::text(*amount))),
        Step::Round(rounding) => rounding_words(rounding),
        Step::Hold(held) => held_words(plan, held),
    }
}

/// What an `earn` says, in numbers where it is a rate.
fn earn_words(told: &Explanation, earn: &Earn, part: &Part) -> Words {
    let plan = told.plan();
    let line = Some(earn.quote.line).filter(|line| part.line != Some(*line));
    // One step comes to what the part says.
    let total = match part.steps.len() {
        1 => String::new(),
        _ => format!(": {}", say::signed(earn.amount)),
    };
    let Some(rate) = &earn.rate else {
        return words().code(say::quoted(&told.source, earn.quote)).line(line).say(total);
    };
    let points = say::bare(plan, rate.points, say::unit_of(plan, earn.wallet));
    let per = say::bare(plan, rate.per, rate.unit);
    let figure = earn.figures.iter().find(|figure| figure.said == rate.said);
    let of = |said: Words| match figure {
        Some(figure) => figure_words(plan, said, figure),
        None => said.say(say::number(plan, rate.of, rate.unit)),
    };
    let said = match rate.blocks {
        Some(blocks) => {
            let blocks = amount::text(blocks);
            let plural = if blocks == "1" { "" } else { "s" };
            of(words().say(format!("{points} for each of {blocks} full block{plural} of {per} in ")))
        }
        None => of(words().say(format!("{points} per {per} of "))),
    };
    said.line(line).say(total)
}

/// The numbers below an `earn`.
fn earn_rows(plan: &Plan, earn: &Earn) -> Vec<Row> {
    let said = earn.rate.as_ref().map(|rate| rate.said.as_str());
    let figures = earn.figures.iter().filter(|figure| Some(figure.said.as_str()) != said);
    let mut rows: Vec<Row> = figures.map(|figure| figure_words(plan, words(), figure).row()).collect();
    if !earn.lines.is_empty() {
        let lines = earn.lines.iter().map(|(line, amount)| format!("line {line}: {}", amount::text(*amount)));
        let lines: Vec<String> = lines.collect();
        rows.push(words().say(format!("rounded line by line: {}", lines.join(", "))).row());
    }
    rows
}

/// A factor with what it does to what it multiplies.
fn multiply_words(plan: &Plan, multiply: &Multiply, part: &Part) -> Words {
    let (before, after) = (amount::text(multiply.before), amount::text(multiply.after));
    let line = Some(multiply.quote.line).filter(|line| part.line != Some(*line));
    let said = words().say("the factor of ").code(rule_name(plan, multiply.rule));
    let said = said.say(format!(" goes from {before} to {after}")).line(line);
    let said = match part.steps.len() {
        1 => said,
        _ => said.say(format!(": {}", say::signed(multiply.amount))),
    };
    if amount::is_one(multiply.before.normalize()) {
        return said;
    }
    let how = multiply.multipliers.word();
    said.say(", as ").code(format!("multipliers {how}")).say(" has it").line(multiply.line)
}
