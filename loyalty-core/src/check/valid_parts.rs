//! Warnings of `valid`: two parts of one kind, which must both hold, and evenings that end a minute before midnight.

use chrono::{NaiveTime, Timelike as _};

use super::Checker;
use super::model::Valid;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Checker<'_> {
    /// Looks at a `valid` whose parts have days and times in common.
    pub(super) fn lint_valid_parts(&mut self, valid: &[Valid], span: Span) {
        let twice = |such: fn(&Valid) -> bool| valid.iter().filter(|part| such(part)).count() > 1;
        let dates = |part: &Valid| matches!(part, Valid::Dates { from: Some(_), to: Some(_), .. });
        let kinds: [(bool, &str); 3] = [
            (twice(dates), "days"),
            (twice(|part| matches!(part, Valid::Weekdays { .. })), "weekdays"),
            (twice(|part| matches!(part, Valid::Hours { .. })), "times of day"),
        ];
        if let Some((_, what)) = kinds.into_iter().find(|(found, _)| *found) {
            let text = format!("these {what} hold only where both parts of `valid` do, for a comma is no `or` here");
            let help = match what {
                "weekdays" => "several weekdays stand in one list: `on [friday, saturday, sunday]`",
                _ => "one part says it, or two rules cover two seasons",
            };
            self.report(Diagnostic::new(Code::ValidTwice, span, text).help(help));
        }
        let ends = valid.iter().find_map(|part| match part {
            Valid::Hours { from, to } if is_last_minute(*to) => Some(*from),
            _ => None,
        });
        if let Some(from) = ends {
            let text = "the last minute of the day is left out, for a time ends before its second value";
            self.report(
                Diagnostic::new(Code::LastMinute, span, text)
                    .help(format!("midnight is `00:00`: `{} .. 00:00`", from.format("%H:%M"))),
            );
        }
    }
}

fn is_last_minute(time: NaiveTime) -> bool {
    time.hour() == 23 && time.minute() == 59
}
