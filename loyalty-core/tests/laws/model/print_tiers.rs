//! Prints ladders and triggers as rules text.

use super::number::print;
use super::print_expr::MEMBER;
use super::print_words::{cycle, length, membership, month_name, period, weekday};
use super::program::*;

impl Program {
    pub(super) fn ladder(&self, ladder: &Ladder) -> String {
        let by = ladder.by.as_ref().map(|by| format!(" by {}", self.expr(by, MEMBER))).unwrap_or_default();
        let mut text = format!("tiers {}{by} {{\n  benefit rate = 1\n", ladder.name);
        let mut before: Vec<String> = vec![];
        for (from, form) in &ladder.forms {
            let clauses = self.ladder_clauses(form, ladder.by.as_ref());
            // A later form says what is different.
            let different = clauses.iter().filter(|clause| !before.contains(clause)).cloned().collect::<Vec<_>>();
            match from {
                None => different.iter().for_each(|clause| text.push_str(&format!("  {clause}\n"))),
                Some(from) => text.push_str(&format!("  from {from} {{\n    {}\n  }}\n", different.join("\n    "))),
            }
            before = clauses;
        }
        text.push_str("}\n");
        text
    }

    /// Whether levels are reached by one measure alone, which counts in that period.
    fn is_own_period(&self, by: Option<&Expr>, form: &LadderForm, of: Period) -> bool {
        let alone = form.retain.is_none() && form.levels.iter().all(|level| level.when.is_empty());
        let own = |by: &Expr| matches!(by, Expr::Measure(by) if self.measures[*by].window == Window::This(of) && self.measures[*by].later.is_empty());
        alone && by.is_some_and(own)
    }

    fn ladder_clauses(&self, form: &LadderForm, by: Option<&Expr>) -> Vec<String> {
        let mut clauses: Vec<String> = form
            .levels
            .iter()
            .map(|level| {
                let from = level.from.as_ref().map(|from| format!(" from {}", self.expr(from, MEMBER)));
                let when: Vec<String> = level.when.iter().map(|when| self.expr(when, MEMBER)).collect();
                let when = (!when.is_empty()).then(|| format!(" when {}", when.join(" and ")));
                let (from, when) = (from.unwrap_or_default(), when.unwrap_or_default());
                format!("{}{from}{when} {{ rate {} }}", level.name, print(&level.rate))
            })
            .collect();
        clauses.push(match form.rise {
            Rise::AtOnce => "rise at once".to_owned(),
            Rise::AtEndOf(Cycle::Calendar(of)) if self.is_own_period(by, form, of) => "rise at period end".to_owned(),
            Rise::AtEndOf(of) => format!("rise at end of {}", cycle(of)),
            Rise::On { month, day } => format!("rise on {day} {}", month_name(month)),
        });
        clauses.push(match form.keep {
            Keep::WhileQualified => "keep while qualified".to_owned(),
            Keep::For(of) => format!("keep {}", length(of)),
            Keep::ForToEnd(time, of) => format!("keep {} to end of {}", length(time), cycle(of)),
            Keep::ToEnd { next, period: of } => format!("keep to end of {}{}", next_word(next), period(of)),
            Keep::ToEndOfMembership { of, next } => format!("keep to end of {}{}", next_word(next), membership(of)),
            Keep::ToAnniversary => "keep to anniversary".to_owned(),
        });
        clauses.push(match form.grace {
            None => "grace none".to_owned(),
            Some((of, None)) => format!("grace {}", length(of)),
            Some((of, Some(to))) => format!("grace {} to end of {}", length(of), cycle(to)),
        });
        clauses.push(
            match form.fall {
                Fall::ToEarnedLevel => "fall to earned level",
                Fall::OneLevel => "fall one level",
                Fall::Never => "fall never",
            }
            .to_owned(),
        );
        if let Some((count, conditions)) = &form.retain {
            let conditions: Vec<String> = conditions.iter().map(|condition| self.expr(condition, MEMBER)).collect();
            clauses.push(format!("retain when any {count} of [{}]", conditions.join(", ")));
        }
        clauses.push(format!("seen {}", if form.seen_after { "after" } else { "before" }));
        clauses.extend(form.carry.map(|carry| match carry {
            Carry::Rest => "carry".to_owned(),
            Carry::Nothing => "carry nothing".to_owned(),
        }));
        clauses.push(match form.returns {
            LadderReturns::Keep => "returns keep".to_owned(),
            LadderReturns::Revoke => "returns revoke".to_owned(),
            LadderReturns::KeepToEnd(of) => format!("returns keep to end of {}", cycle(of)),
        });
        clauses
    }

    pub(super) fn trigger(&self, trigger: &Trigger) -> String {
        match trigger {
            Trigger::Moved(flow, wallet) => format!("on {} {}", moved(*flow), self.wallets[*wallet].name),
            Trigger::Ladder(ladder, change) => {
                let ladder = &self.ladders[*ladder];
                let change = match change {
                    Change::Rises => "rises".to_owned(),
                    Change::Falls => "falls".to_owned(),
                    Change::Changes => "changes".to_owned(),
                    Change::Reaches(level) => format!("reaches {}", ladder.forms[0].1.levels[*level].name),
                };
                format!("on {} {change}", ladder.name)
            }
            Trigger::Segment { segment, entered } => {
                format!("on segment {} {}", self.segments[*segment].name, if *entered { "entered" } else { "left" })
            }
            Trigger::Every(every) => self.every(every),
            Trigger::Yearly { birthday, before } => {
                let day = if *birthday { "member.birthday" } else { "member.enrolled" };
                match before {
                    None => format!("on {day}"),
                    Some(before) => format!("{} before {day}", length(*before)),
                }
            }
            Trigger::Membership(of) => format!("every {}", membership(*of)),
            Trigger::BeforeExpiry { wallet, before } => {
                format!("{} before {} expire", length(*before), self.wallets[*wallet].name)
            }
            Trigger::BeforeEnd { ladder, before } => {
                format!("{} before {} expires", length(*before), self.ladders[*ladder].name)
            }
            Trigger::AfterLast { length: of, event } => format!("{} after last {event}", length(*of)),
            Trigger::After { length: of, event, without } => {
                let without = without.map(|without| format!(" without {without}")).unwrap_or_default();
                format!("{} after {event}{without}", length(*of))
            }
        }
    }

    fn every(&self, every: &Every) -> String {
        let unit = period(every.period);
        let unit = if every.count == 1 { unit.to_owned() } else { format!("{} {unit}s", every.count) };
        let day = match every.day {
            None => String::new(),
            Some(CalendarDay::Number(day)) => format!(" on day {day}"),
            Some(CalendarDay::Last) => " on last day".to_owned(),
            Some(CalendarDay::Weekday(day)) => format!(" on {}", weekday(day)),
            Some(CalendarDay::Nth(nth, day)) => format!(" on {} {}", ordinal(nth), weekday(day)),
            Some(CalendarDay::MonthDay(month, day)) => {
                let month = chrono::Month::try_from(month as u8).expect("a month").name().to_lowercase();
                format!(" on {day} {month}")
            }
        };
        let at = every.at.map(|at| format!(" at {}", at.format("%H:%M"))).unwrap_or_default();
        let from = every.from.map(|from| format!(" from {from}")).unwrap_or_default();
        format!("every {unit}{day}{at}{from}")
    }
}

fn next_word(next: bool) -> &'static str {
    if next { "next " } else { "" }
}

fn ordinal(nth: Option<u32>) -> &'static str {
    match nth {
        None => "last",
        Some(1) => "first",
        Some(2) => "second",
        Some(3) => "third",
        Some(4) => "fourth",
        Some(_) => "fifth",
    }
}

/// The word for what moves.
pub fn moved(flow: Flow) -> &'static str {
    match flow {
        Flow::Earned => "earned",
        Flow::Vested => "vested",
        Flow::Spent => "spent",
        Flow::Expired => "expired",
        Flow::Restored => "restored",
        Flow::ClawedBack => "clawed_back",
    }
}
