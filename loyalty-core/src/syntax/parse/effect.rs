//! Effects, and the triggers that lead to them.

use pest::iterators::Pair;

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use crate::syntax::later::{CalendarDay, LaterEffect, LaterTrigger, LaterTriggerKind};
use crate::syntax::tree::{Earn, Effect, Trigger};

impl Build {
    pub(super) fn effect(&self, pair: &Pair<'_, Rule>) -> Option<Effect> {
        Some(match pair.as_rule() {
            Rule::earn => self.earn(pair)?,
            Rule::multiply => {
                let list = pair.child(Rule::name_list);
                let rules = self.names_of(list.as_ref().unwrap_or(pair));
                Effect::Multiply { rules, by: self.expr_of(&pair.child(Rule::factor)?)? }
            }
            Rule::spend => Effect::Spend {
                amount: self.expr_of(pair)?,
                up_to: pair.has(Rule::up_to_),
                from: pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from)),
            },
            Rule::tag => Effect::Tag(self.expr_of(pair)?),
            Rule::untag => Effect::Untag(self.expr_of(pair)?),
            Rule::set => Effect::Set { field: self.name(&pair.child(Rule::word)?), value: self.expr_of(pair)? },
            Rule::signal => {
                Effect::Signal { name: self.name_of(pair)?, to: self.expr_of(&pair.child(Rule::signal_to)?)? }
            }
            _ => Effect::Later(self.later_effect(pair)?),
        })
    }

    fn earn(&self, pair: &Pair<'_, Rule>) -> Option<Effect> {
        let points = self.expr_of(pair)?;
        let amount = match pair.child(Rule::rate) {
            Some(rate) => Earn::Rate {
                points,
                per: self.per_operand(&rate.child(Rule::per_operand)?)?,
                full: rate.has(Rule::full_),
                of: self.expr_of(&rate)?,
            },
            None => Earn::Amount(points),
        };
        Some(Effect::Earn {
            amount,
            to: pair.child(Rule::to_wallet).and_then(|to| self.name_of(&to)),
            vest: pair.child(Rule::vest_clause).and_then(|vest| self.vest(&vest)),
            expire: pair.child(Rule::earn_expire).and_then(|expire| self.expire(&expire)),
        })
    }

    fn later_effect(&self, pair: &Pair<'_, Rule>) -> Option<LaterEffect> {
        if pair.as_rule() == Rule::convert {
            let to = self.expr_of(&pair.child(Rule::convert_to)?)?;
            return Some(LaterEffect::Convert { amount: self.expr_of(pair)?, to });
        }
        let name = self.name_of(pair)?;
        Some(match pair.as_rule() {
            Rule::award => LaterEffect::Award(name),
            Rule::issue => LaterEffect::Issue(name),
            Rule::redeem => LaterEffect::Redeem(name),
            Rule::draw => LaterEffect::Draw(name),
            Rule::ask => LaterEffect::Ask(name),
            Rule::say => LaterEffect::Say(name),
            Rule::consent => LaterEffect::Consent(name),
            Rule::withdraw => LaterEffect::Withdraw(name),
            _ => return None,
        })
    }

    pub(super) fn trigger(&self, pair: &Pair<'_, Rule>) -> Option<Trigger> {
        let form = pair.children().next()?;
        let span = self.span(&form);
        let kind = match form.as_rule() {
            Rule::on_trigger => {
                let on = form.children().nth(1)?;
                if on.as_rule() == Rule::on_subject && !on.has(Rule::field) && !on.has(Rule::change) {
                    return Some(Trigger::Event(self.name_of(&on)?));
                }
                self.on_trigger(&on)?
            }
            Rule::every_trigger => self.every(&form)?,
            Rule::before_trigger => LaterTriggerKind::Before {
                duration: self.duration_of(&form)?,
                subject: self.path_of(&form)?,
                expires: form.has(Rule::expires_),
            },
            _ => self.after(&form)?,
        };
        Some(Trigger::Later(LaterTrigger { kind, span }))
    }

    fn on_trigger(&self, pair: &Pair<'_, Rule>) -> Option<LaterTriggerKind> {
        Some(match pair.as_rule() {
            Rule::on_message => LaterTriggerKind::Message { matching: self.exprs_of(&pair.child(Rule::list)?)? },
            Rule::on_segment => {
                LaterTriggerKind::Segment { name: self.name_of(pair)?, entered: pair.has(Rule::entered_) }
            }
            Rule::on_decision => LaterTriggerKind::Decision {
                decision: self.name(&pair.child(Rule::decision)?),
                of: self.name_of(pair)?,
            },
            _ => match pair.child(Rule::change) {
                Some(change) => LaterTriggerKind::Change { subject: self.name_of(pair)?, change: self.name(&change) },
                None => LaterTriggerKind::Anniversary(self.path(pair)?),
            },
        })
    }

    fn every(&self, pair: &Pair<'_, Rule>) -> Option<LaterTriggerKind> {
        let at = pair.child(Rule::at_time).and_then(|at| at.child(Rule::time)).map(|time| self.time(&time));
        if let Some(day) = pair.child(Rule::ordinal_weekday) {
            let day = Some(nth_weekday(&day)?);
            return Some(LaterTriggerKind::Every { count: None, unit: None, day, at });
        }
        let day = match pair.child(Rule::every_day) {
            Some(day) => Some(self.calendar_day(&day.children().nth(1)?)?),
            None => None,
        };
        let unit = Some(literal::time_unit(&pair.child(Rule::time_unit)?)?);
        Some(LaterTriggerKind::Every { count: self.integer_of(pair), unit, day, at })
    }

    fn calendar_day(&self, pair: &Pair<'_, Rule>) -> Option<CalendarDay> {
        Some(match pair.as_rule() {
            Rule::day_number => CalendarDay::Number(self.integer_of(pair)?),
            Rule::last_day => CalendarDay::Last,
            Rule::ordinal_weekday => nth_weekday(pair)?,
            Rule::weekday => CalendarDay::Weekday(literal::weekday(pair)?),
            _ => CalendarDay::MonthDay {
                month: literal::month(&pair.child(Rule::month_name)?)?,
                day: self.integer_of(pair)?,
            },
        })
    }

    fn after(&self, pair: &Pair<'_, Rule>) -> Option<LaterTriggerKind> {
        let duration = self.duration_of(pair)?;
        if let Some(last) = pair.child(Rule::after_last) {
            return Some(LaterTriggerKind::AfterLast { duration, event: self.name_of(&last)? });
        }
        let event = pair.child(Rule::after_event)?;
        let without = event.child(Rule::without_event).and_then(|without| self.name_of(&without));
        Some(LaterTriggerKind::After { duration, event: self.name_of(&event)?, without })
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
    Some(CalendarDay::NthWeekday { nth, weekday: literal::weekday(&pair.child(Rule::weekday)?)? })
}
