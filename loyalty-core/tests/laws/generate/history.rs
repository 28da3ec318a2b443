//! What happens to a member, full of collisions: the same day, exact thresholds, exact expiries, clock changes.

use chrono::NaiveDate;

use super::{CATEGORIES, LENGTHS, PAYMENTS, Rolls, money};
use crate::model::calendar::{Micros, day, instant, later, through};
use crate::model::event::{Event, Field, Line, Step};
use crate::model::number::{scaled, whole};
use crate::model::program::Program;

const SECOND: Micros = 1_000_000;
const HOUR: Micros = 3600 * SECOND;

/// What may happen; the first is the plainest.
const MIXED: &[&str] = &[
    "order",
    "order",
    "order",
    "order",
    "order",
    "order",
    "refund",
    "refund",
    "refund",
    "cancel",
    "delivered",
    "redeem",
    "redeem",
    "visit",
    "stamp",
    "again",
    "advance",
    "advance",
    "profile",
];
const LEVELS: &[&str] = &[
    "order",
    "order",
    "refund",
    "assign_level",
    "order",
    "advance",
    "profile",
    "visit",
    "stamp",
    "redeem",
    "cancel",
    "advance",
];
const RETURNS: &[&str] = &["order", "refund", "refund", "order", "refund", "redeem", "cancel", "again"];
const TIME: &[&str] = &["order", "advance", "order", "advance", "redeem", "delivered", "visit", "refund", "stamp"];

pub fn make(program: &Program, start: Vec<u32>, steps: Vec<Vec<u32>>) -> (Micros, Vec<Step>) {
    let mut rolls = Rolls::new(start);
    // Days before clock changes of the zones, month ends, a leap day, a turn of the year.
    let days = [
        (2026, 1, 5),
        (2026, 3, 28),
        (2026, 10, 24),
        (2024, 2, 28),
        (2025, 12, 30),
        (2026, 4, 23),
        (2026, 3, 7),
        (2026, 1, 31),
        (2024, 2, 29),
    ];
    let (year, month, day) = rolls.pick(&days);
    let hour = rolls.pick(&[10, 0, 2, 23]);
    let first = NaiveDate::from_ymd_opt(year, month, day).expect("a date").and_hms_opt(hour, 30, 0).expect("a time");
    let start = instant(program.zone, first);
    let plain = program.lengths.is_empty();
    let kinds = if plain {
        rolls.pick(&[MIXED, MIXED, RETURNS, TIME])
    } else {
        rolls.pick(&[LEVELS, LEVELS, MIXED, RETURNS, TIME])
    };
    let mut history = History { program, kinds, times: vec![start], steps: vec![] };
    for rolls in steps {
        history.step(&mut Rolls::new(rolls));
    }
    let enrolled = if rolls.one_in(5) { start + HOUR } else { start };
    (enrolled, history.steps)
}

struct History<'p> {
    program: &'p Program,
    kinds: &'static [&'static str],
    times: Vec<Micros>,
    steps: Vec<Step>,
}

impl History<'_> {
    fn step(&mut self, rolls: &mut Rolls) {
        let number = self.steps.len();
        let kind = rolls.pick(self.kinds);
        let at = self.time(rolls);
        let mut event = Event::new(kind, &format!("e{number}"), at);
        event.offset = rolls.pick(&[0, 60, -300, 345]);
        let step = match kind {
            "order" => {
                let order = self.order(event, rolls);
                Step::Apply(if rolls.one_in(8) { order.with("replaces", self.earlier(rolls)) } else { order })
            }
            "refund" => Step::Apply(self.refund(event, rolls)),
            "cancel" | "delivered" => Step::Apply(event.with("order", self.earlier(rolls))),
            "profile" => {
                let birthdays = ["1996-02-29", "1990-03-29", "2000-10-25", "1985-12-31", "1970-01-06"];
                let mut event = event.with("birthday", text(rolls.pick(&birthdays)));
                if rolls.one_in(2) {
                    event = event.with("contract", self.told(at, rolls));
                }
                Step::Apply(if rolls.one_in(3) { event.with("card", text(rolls.pick(&PAYMENTS))) } else { event })
            }
            "assign_level" => match self.assigned(event, rolls) {
                Some(event) => Step::Apply(event),
                None => Step::Advance(at),
            },
            "stamp" => match rolls.below(4) {
                0 => Step::Apply(event),
                count => Step::Apply(event.with("count", Field::Number(scaled(count as i64 * 10 + 5, 1)))),
            },
            "again" => self.again(rolls, at),
            "advance" => Step::Advance(at),
            _ => Step::Apply(if rolls.one_in(4) { event.with("best_by", self.told(at, rolls)) } else { event }),
        };
        self.times.push(at);
        self.steps.push(step);
    }

    /// Mostly a little later than the latest; often exactly where something vests, ends or begins; sometimes late.
    fn time(&self, rolls: &mut Rolls) -> Micros {
        let zone = self.program.zone;
        let latest = *self.times.iter().max().expect("a first time");
        let any = rolls.pick(&self.times);
        match rolls.below(10) {
            0 | 1 => latest + HOUR,
            2 => latest,
            3 => latest + 20 * HOUR,
            4 => later(zone, any, rolls.pick(&LENGTHS)).max(latest),
            5 => (through(zone, any, rolls.pick(&LENGTHS)) + rolls.pick(&[0, -SECOND, SECOND])).max(latest),
            6 => later(zone, latest, rolls.pick(&LENGTHS)),
            // Late.
            7 => any - rolls.pick(&[0, SECOND, 20 * HOUR]),
            8 => later(zone, any, rolls.pick(&LENGTHS)).min(latest),
            _ => latest + rolls.pick(&[24 * HOUR, 1, 31 * 24 * HOUR]),
        }
    }

    fn assigned(&self, event: Event, rolls: &mut Rolls) -> Option<Event> {
        let ladders = &self.program.ladders;
        let ladder = (!ladders.is_empty()).then(|| &ladders[rolls.below(ladders.len())])?;
        let level = &ladder.forms[0].1.levels[rolls.below(ladder.forms[0].1.levels.len())];
        let event = event.with("ladder", text(&ladder.name)).with("level", text(level.name));
        Some(match rolls.below(3) {
            0 => event,
            1 => {
                let length = rolls.pick(&LENGTHS);
                let day = day(self.program.zone, later(self.program.zone, event.at, length));
                event.with("until", text(&day.to_string()))
            }
            _ => event.with("until", text(rolls.pick(&["2026-03-31", "2024-02-29", "2026-12-31"]))),
        })
    }

    /// A day that an event or a member tells: mostly to come, sometimes over.
    fn told(&self, at: Micros, rolls: &mut Rolls) -> Field {
        let zone = self.program.zone;
        let far = later(zone, at, rolls.pick(&LENGTHS));
        text(&day(zone, if rolls.one_in(5) { 2 * at - far } else { far }).to_string())
    }

    fn order(&self, event: Event, rolls: &mut Rolls) -> Event {
        let currency = self.program.currency;
        let lines: Vec<Line> = (0..rolls.pick(&[0, 1, 2, 3])).map(|index| self.line(index, rolls)).collect();
        let mut event = event;
        if lines.is_empty() {
            event = event.with("subtotal", Field::Number(money(rolls, currency)));
        } else {
            let sum = lines.iter().filter_map(|line| crate::model::event::number(line, "amount")).sum();
            event = event.with("lines", Field::Lines(lines));
            match rolls.below(4) {
                0 | 1 => {}
                2 => event = event.with("subtotal", Field::Number(sum)),
                _ => {
                    let off = money(rolls, currency).min(sum.clone());
                    event = event.with("subtotal", Field::Number(sum - off));
                }
            }
        }
        if rolls.one_in(4) {
            event = event.with("total", Field::Number(money(rolls, currency)));
        }
        if rolls.one_in(5) {
            event = event.with("tax", Field::Number(money(rolls, currency)));
        }
        if rolls.one_in(5) {
            let day = self.told(event.at, rolls);
            event = event.with("best_by", day);
        }
        if rolls.one_in(6) {
            event = event.with("shipping", Field::Number(money(rolls, currency)));
        }
        match rolls.below(PAYMENTS.len() + 1) {
            0 => event,
            other => event.with("payment", text(PAYMENTS[other - 1])),
        }
    }

    fn line(&self, index: usize, rolls: &mut Rolls) -> Line {
        let mut line = Line::new();
        line.insert("amount".to_owned(), Field::Number(money(rolls, self.program.currency)));
        if rolls.one_in(2) {
            let quantity = rolls.pick(&[whole(2), whole(3), scaled(15, 1), whole(1)]);
            line.insert("quantity".to_owned(), Field::Number(quantity));
        }
        // Two lines may have one id.
        let id = if rolls.one_in(8) { 0 } else { index };
        line.insert("id".to_owned(), text(&id.to_string()));
        line.insert("sku".to_owned(), text(rolls.pick(&["A", "B"])));
        match rolls.below(CATEGORIES.len() + 1) {
            0 => {}
            other => {
                line.insert("category".to_owned(), text(CATEGORIES[other - 1]));
            }
        }
        if rolls.one_in(6) {
            line.insert("kind".to_owned(), text(rolls.pick(&["gift_card", "goods", "shipping"])));
        }
        line
    }

    fn refund(&self, event: Event, rolls: &mut Rolls) -> Event {
        let event = event.with("order", self.earlier(rolls));
        match rolls.below(8) {
            0 | 1 => event,
            2 => event.with("amount", Field::Number(money(rolls, self.program.currency))),
            3 => event.with("points", Field::Number(whole(rolls.pick(&[1, 5])))),
            _ => {
                let lines = (0..1 + rolls.below(2)).map(|_| self.returned_line(rolls)).collect();
                event.with("lines", Field::Lines(lines))
            }
        }
    }

    fn returned_line(&self, rolls: &mut Rolls) -> Line {
        let mut line = Line::new();
        if rolls.one_in(3) {
            line.insert("sku".to_owned(), text(rolls.pick(&["A", "B"])));
        } else {
            line.insert("id".to_owned(), text(rolls.pick(&["0", "1", "2"])));
        }
        match rolls.below(4) {
            0 => {}
            1 | 2 => {
                let quantity = rolls.pick(&[whole(1), whole(2), scaled(5, 1)]);
                line.insert("quantity".to_owned(), Field::Number(quantity));
            }
            _ => {
                let amount = money(rolls, self.program.currency);
                line.insert("amount".to_owned(), Field::Number(amount));
            }
        }
        line
    }

    /// The id of an earlier event, mostly of an order.
    fn earlier(&self, rolls: &mut Rolls) -> Field {
        let applied = |wanted: Option<&str>| -> Vec<String> {
            let events =
                self.steps.iter().filter_map(|step| if let Step::Apply(event) = step { Some(event) } else { None });
            events.filter(|event| wanted.is_none_or(|kind| event.kind == kind)).map(|event| event.id.clone()).collect()
        };
        let kind = [Some("order"), Some("order"), Some("order"), Some("order"), Some("redeem"), None, Some("stamp")]
            [rolls.below(7)];
        let mut ids = applied(kind);
        ids.reverse();
        if ids.is_empty() { text("nobody") } else { text(&rolls.pick(&ids)) }
    }

    /// An event that was sent before, the same or changed.
    fn again(&self, rolls: &mut Rolls, at: Micros) -> Step {
        let sent = |step: &&Step| matches!(step, Step::Apply(_));
        let earlier: Vec<Step> = self.steps.iter().filter(sent).cloned().collect();
        let Some(Step::Apply(mut event)) = (!earlier.is_empty()).then(|| rolls.pick(&earlier)) else {
            return Step::Advance(at);
        };
        match rolls.below(4) {
            0 | 1 => event.offset = 0,
            2 if event.kind == "order" => {
                event = event.with("subtotal", Field::Number(money(rolls, self.program.currency)));
            }
            _ => event.at += SECOND,
        }
        Step::Apply(event)
    }
}

fn text(text: &str) -> Field {
    Field::Text(text.to_owned())
}
