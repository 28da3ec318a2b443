//! What sets a rule off.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use super::pair::Pair;
use crate::syntax::calendar::{month, weekday};
use crate::syntax::tree::Trigger;
use crate::syntax::trigger::{CalendarDay, Every, TriggerKind};

impl Build {
    pub(super) fn trigger(&self, pair: &Pair<'_, Rule>) -> Option<Trigger> {
        let form = pair.children().next()?;
        let span = self.span(&form);
        let kind = match form.as_rule() {
            Rule::on_trigger => self.on_trigger(&form.children().nth(1)?)?,
            Rule::every_trigger => match literal::membership(&form) {
                Some(each) => TriggerKind::Membership(each),
                None => TriggerKind::Every(self.every(&form)?),
            },
            Rule::before_trigger => TriggerKind::Before {
                duration: self.duration_of(&form)?,
                subject: self.path_of(&form)?,
                expires: form.has(Rule::expires_),
            },
            _ => self.after(&form)?,
        };
        Some(Trigger { kind, span })
    }

    fn on_trigger(&self, pair: &Pair<'_, Rule>) -> Option<TriggerKind> {
        Some(match pair.as_rule() {
            Rule::on_message => TriggerKind::Message {
                matching: match pair.child(Rule::list) {
                    Some(list) => Some(self.exprs_of(&list)?),
                    None => None,
                },
            },
            Rule::on_segment => TriggerKind::Segment { name: self.name_of(pair)?, entered: pair.has(Rule::entered_) },
            Rule::on_decision => {
                TriggerKind::Decision { decision: self.name(&pair.child(Rule::decision)?), of: self.name_of(pair)? }
            }
            _ if pair.has(Rule::field) => TriggerKind::Anniversary(self.path(pair)?),
            _ => match (pair.child(Rule::change), pair.child(Rule::reaches)) {
                (Some(change), _) => TriggerKind::Change { subject: self.name_of(pair)?, change: self.name(&change) },
                (_, Some(reaches)) => {
                    TriggerKind::Reaches { subject: self.name_of(pair)?, level: self.name_of(&reaches)? }
                }
                _ => TriggerKind::Event(self.name_of(pair)?),
            },
        })
    }

    fn every(&self, pair: &Pair<'_, Rule>) -> Option<Every> {
        let from = match pair.child(Rule::every_from) {
            Some(from) => Some(self.date_of(&from)?),
            None => None,
        };
        let at = pair.child(Rule::at_time).and_then(|at| at.child(Rule::time)).map(|time| self.time(&time));
        if let Some(day) = pair.child(Rule::ordinal_weekday) {
            let day = Some(nth_weekday(&day)?);
            return Some(Every { count: None, unit: None, half_year: false, day, at, from });
        }
        let day = match pair.child(Rule::every_day) {
            Some(day) => Some(self.calendar_day(&day.children().nth(1)?)?),
            None => None,
        };
        if pair.has(Rule::half_year) {
            return Some(Every { count: None, unit: None, half_year: true, day, at, from });
        }
        let unit = Some(literal::time_unit(&pair.child(Rule::time_unit)?)?);
        Some(Every { count: self.integer_of(pair), unit, half_year: false, day, at, from })
    }

    fn calendar_day(&self, pair: &Pair<'_, Rule>) -> Option<CalendarDay> {
        Some(match pair.as_rule() {
            Rule::day_number => CalendarDay::Number(self.integer_of(pair)?),
            Rule::last_day => CalendarDay::Last,
            Rule::ordinal_weekday => nth_weekday(pair)?,
            Rule::weekday => CalendarDay::Weekday(weekday(pair.as_str())?),
            _ => CalendarDay::MonthDay {
                month: month(pair.child(Rule::month_name)?.as_str())?,
                day: self.integer_of(pair)?,
            },
        })
    }

    fn after(&self, pair: &Pair<'_, Rule>) -> Option<TriggerKind> {
        let duration = self.duration_of(pair)?;
        if let Some(last) = pair.child(Rule::after_last) {
            return Some(TriggerKind::AfterLast { duration, event: self.name_of(&last)? });
        }
        let event = pair.child(Rule::after_event)?;
        let without = event.child(Rule::without_event).and_then(|without| self.name_of(&without));
        Some(TriggerKind::After { duration, event: self.name_of(&event)?, without })
    }
}

fn nth_weekday(pair: &Pair<'_, Rule>) -> Option<CalendarDay> {
    let nth = match pair.child(Rule::ordinal)?.as_str() {
        "first" => Some(1),
        "second" => Some(2),
        "third" => Some(3),
        "fourth" => Some(4),
        "fifth" => Some(5),
        _ => None,
    };
    Some(CalendarDay::NthWeekday { nth, weekday: weekday(pair.child(Rule::weekday)?.as_str())? })
}
