//! What sets a rule off, and what its conditions can read there.

use super::Checker;
use super::expression::{Cause, Scope};
use super::model::{
    AggregateFunction, Anniversary, CalendarDay, ClockTrigger, CouponChange, CouponIndex, DecisionTrigger, Every,
    ExprKind, LadderChange, Length, Measure, MeasureForm, MeasureIndex, MeasureOf, Moment, Origin, OwnPeriod, Period,
    Returns, TimeUnit, Trigger, Type, Versioned, Window,
};
use super::names::Value;
use super::path::split;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Duration, Name, TriggerKind};
use crate::syntax::trigger;

/// The standard event that brings what a member has written.
pub(super) const MESSAGE: &str = "message";

/// Stands for every coupon.
const ANY_COUPON: &str = "coupon";

impl<'a> Checker<'a> {
    /// The trigger, and the scope of the rule's expressions.
    pub(super) fn trigger(&mut self, trigger: &'a tree::Trigger) -> Option<(Trigger, Scope)> {
        let span = trigger.span;
        Some(match &trigger.kind {
            TriggerKind::Event(event) => {
                let event = self.event(event)?;
                (Trigger::Event(event), Scope::rule(event))
            }
            TriggerKind::Message { .. } => {
                let event = self.names.events.get(MESSAGE).copied()?;
                (Trigger::Event(event), Scope::rule(event))
            }
            TriggerKind::Segment { name, entered } => {
                let segment = self.segment_named(name)?;
                let versions = self.segments.get(segment).map(|segment| segment.versions.clone()).unwrap_or_default();
                versions.iter().for_each(|version| self.watched(&version.value, "a segment that a rule watches"));
                (Trigger::Segment { segment, entered: *entered }, Scope::reaction(Cause::Nothing))
            }
            TriggerKind::Decision { decision, of } if self.coupon_change(decision, of).is_some() => {
                let (change, coupon) = self.coupon_change(decision, of)?;
                (Trigger::Coupon(change, coupon), Scope::reaction(Cause::Coupon))
            }
            TriggerKind::Decision { decision, of } => {
                if decision.text == "redeemed" {
                    let reward = self.reward(of)?;
                    return Some((Trigger::Declared(Moment::Redeemed(reward)), Scope::reaction(Cause::Nothing)));
                }
                let kind = match decision.text.as_str() {
                    "earned" => DecisionTrigger::Earned,
                    "vested" => DecisionTrigger::Vested,
                    "spent" => DecisionTrigger::Spent,
                    "expired" => DecisionTrigger::Expired,
                    "restored" => DecisionTrigger::Restored,
                    "clawed_back" => DecisionTrigger::ClawedBack,
                    _ => {
                        self.report(
                            Diagnostic::new(Code::NotBuilt, decision.span, "this decision sets off no rules in this version")
                                .help("`earned`, `vested`, `spent`, `expired`, `restored` and `clawed_back` do, each with a wallet; `issued`, `redeemed` and `expired` with a coupon; `redeemed` with a reward"),
                        );
                        return None;
                    }
                };
                let wallet = self.wallet(of)?;
                (Trigger::Decision(kind, wallet), Scope::reaction(Cause::Decision(kind, wallet)))
            }
            TriggerKind::Change { subject, change } => {
                if let Some(challenge) = self.names.challenge(&subject.text) {
                    return self.challenge_change(challenge, change);
                }
                let ladder = self.ladder(subject)?;
                let change = match change.text.as_str() {
                    "rises" => LadderChange::Rises,
                    "falls" => LadderChange::Falls,
                    "changes" => LadderChange::Changes,
                    _ => {
                        self.report(
                            Diagnostic::new(Code::NotBuilt, change.span, "a ladder does not do this")
                                .help("a ladder `rises`, `falls`, `changes` and `reaches` a level"),
                        );
                        return None;
                    }
                };
                (Trigger::Ladder(ladder, change), Scope::reaction(Cause::Ladder(ladder)))
            }
            TriggerKind::Reaches { subject, level } => {
                if let Some(challenge) = self.names.challenge(&subject.text) {
                    let goal = self.goal_named(challenge, &[level])?;
                    return Some((Trigger::Declared(Moment::Goal(challenge, goal)), Scope::reaction(Cause::Nothing)));
                }
                let ladder = self.ladder(subject)?;
                let level = self.level(ladder, level)?;
                (Trigger::Ladder(ladder, LadderChange::Reaches(level)), Scope::reaction(Cause::Ladder(ladder)))
            }
            TriggerKind::Anniversary(of) => {
                let of = self.anniversary(of)?;
                let clock = ClockTrigger::Anniversary { of, each: OwnPeriod::Year, before: None };
                (Trigger::Clock(clock), Scope::reaction(Cause::Nothing))
            }
            TriggerKind::Membership(each) => {
                let clock = ClockTrigger::Anniversary { of: Anniversary::Joining, each: *each, before: None };
                (Trigger::Clock(clock), Scope::reaction(Cause::Nothing))
            }
            TriggerKind::Every(every) => {
                (Trigger::Clock(ClockTrigger::Every(self.every(every, span)?)), Scope::reaction(Cause::Nothing))
            }
            TriggerKind::Before { duration, subject, expires } => self.before(duration, subject, *expires)?,
            TriggerKind::AfterLast { duration, event } => {
                let (length, event) = (self.length(duration), self.event(event));
                let (length, event) = (length?, event?);
                let of = self.instants_of(event, None, span);
                (Trigger::Clock(ClockTrigger::AfterLast { length, of }), Scope::reaction(Cause::Nothing))
            }
            TriggerKind::After { duration, event, without } => {
                let (length, event) = (self.length(duration), self.event(event));
                let without = without.as_ref().map(|without| self.event(without));
                let (length, event) = (length?, event?);
                let of = self.instants_of(event, Some(length), span);
                let without = match without {
                    Some(without) => Some(self.instants_of(without?, Some(length), span)),
                    None => None,
                };
                (Trigger::Clock(ClockTrigger::AfterEach { length, of, without }), Scope::reaction(Cause::Nothing))
            }
        })
    }

    /// What happens to which coupon, if a decision is about one; `coupon` means any.
    fn coupon_change(&self, decision: &Name, of: &Name) -> Option<(CouponChange, Option<CouponIndex>)> {
        let change = match decision.text.as_str() {
            "issued" => CouponChange::Issued,
            "redeemed" => CouponChange::Redeemed,
            "expired" => CouponChange::Expired,
            _ => return None,
        };
        match self.names.values.get(of.text.as_str()) {
            Some(Value::Coupon(coupon)) => Some((change, Some(*coupon))),
            None if of.text == ANY_COUPON => Some((change, None)),
            _ => None,
        }
    }

    pub(super) fn segment_named(&mut self, name: &Name) -> Option<usize> {
        if let Some(Value::Segment(segment)) = self.names.values.get(name.text.as_str()).copied() {
            return Some(segment);
        }
        let known: Vec<String> = self.segments.iter().map(|segment| segment.name.clone()).collect();
        self.unknown(Code::UnknownName, name.span, "segment", &name.text, known.iter().map(String::as_str));
        None
    }

    /// A date of the member's that comes round every year.
    fn anniversary(&mut self, of: &'a tree::Expr) -> Option<Anniversary> {
        let date = self.expression(of, &Scope::member("a trigger"))?;
        match (&date.kind, &date.ty) {
            (ExprKind::Member(field), Type::Date) => Some(Anniversary::Attribute(*field)),
            (ExprKind::Enrolled, _) => Some(Anniversary::Joining),
            _ => {
                let message =
                    format!("a day that comes round is a date of the member, and this is {}", self.describe(&date.ty));
                let diagnostic = Diagnostic::new(Code::WrongType, date.span, message);
                self.report(
                    diagnostic
                        .help("declare it as one, as in `member { birthday date? }`; `member.enrolled` is one too"),
                );
                None
            }
        }
    }

    fn before(&mut self, duration: &Duration, subject: &'a tree::Expr, expires: bool) -> Option<(Trigger, Scope)> {
        let length = self.length(duration);
        if !expires {
            let of = self.anniversary(subject);
            let clock = ClockTrigger::Anniversary { of: of?, each: OwnPeriod::Year, before: Some(length?) };
            return Some((Trigger::Clock(clock), Scope::reaction(Cause::Nothing)));
        }
        let value = match split(subject) {
            // Any of them.
            Some((ANY_COUPON, _, rest)) if rest.is_empty() && !self.names.values.contains_key(ANY_COUPON) => {
                let clock = ClockTrigger::BeforeCoupon { coupon: None, before: length? };
                return Some((Trigger::Clock(clock), Scope::reaction(Cause::Coupon)));
            }
            Some((root, _, rest)) if rest.is_empty() => self.names.values.get(root).copied(),
            _ => None,
        };
        match value {
            Some(Value::Wallet(wallet)) => {
                let clock = ClockTrigger::BeforeExpiry { wallet, before: length? };
                Some((Trigger::Clock(clock), Scope::reaction(Cause::Expiring(wallet))))
            }
            Some(Value::Coupon(coupon)) => {
                let clock = ClockTrigger::BeforeCoupon { coupon: Some(coupon), before: length? };
                Some((Trigger::Clock(clock), Scope::reaction(Cause::Coupon)))
            }
            Some(Value::Ladder(ladder)) => {
                let clock = ClockTrigger::BeforeEnd { ladder, before: length? };
                Some((Trigger::Clock(clock), Scope::reaction(Cause::Nothing)))
            }
            _ => {
                self.report(
                    Diagnostic::new(Code::WrongType, subject.span, "this does not expire")
                        .help("points of a wallet expire, coupons, and the level of a ladder: `3 days before beans expire`, `2 days before coupon expires`"),
                );
                None
            }
        }
    }

    fn every(&mut self, every: &trigger::Every, span: Span) -> Option<Every> {
        let period = match every.unit {
            None if every.half_year => Period::HalfYear,
            None | Some(TimeUnit::Month) => Period::Month,
            Some(TimeUnit::Day) => Period::Day,
            Some(TimeUnit::Week) => Period::Week,
            Some(TimeUnit::Quarter) => Period::Quarter,
            Some(TimeUnit::Year) => Period::Year,
            Some(TimeUnit::Hour | TimeUnit::Minute | TimeUnit::Second) => {
                self.report(
                    Diagnostic::new(Code::OutOfRange, span, "rules by the calendar are set off once a day at most")
                        .help("write `every day at 09:00`, and one rule for each time of the day"),
                );
                return None;
            }
        };
        let count = every.count.unwrap_or(1);
        if count == 0 || count > 1_000 {
            self.report(Diagnostic::new(Code::OutOfRange, span, "between two times there is 1 to 1000 periods"));
            return None;
        }
        let fits = match every.day {
            None => true,
            Some(CalendarDay::Weekday(_)) => period != Period::Day && period != Period::Month,
            Some(CalendarDay::Number(day)) => {
                let most = match period {
                    Period::Month => 31,
                    Period::Quarter => 92,
                    Period::HalfYear => 184,
                    Period::Year => 366,
                    _ => 0,
                };
                (1..=most).contains(&day)
            }
            Some(CalendarDay::Last) => period > Period::Week,
            Some(CalendarDay::NthWeekday { .. }) => period > Period::Week,
            Some(CalendarDay::MonthDay { month, day }) => {
                period == Period::Year && chrono::NaiveDate::from_ymd_opt(2028, month, day).is_some()
            }
        } && !(matches!(every.day, Some(CalendarDay::Weekday(_))) && period != Period::Week);
        if !fits {
            self.report(
                Diagnostic::new(Code::NoSuchDay, span, "this period has no such day")
                    .help("`every week on monday`, `every month on day 15`, `every month on last day`, `every second wednesday`, `every year on 31 december`"),
            );
            return None;
        }
        if every.from.is_some() && every.day.is_some() {
            self.report(
                Diagnostic::new(Code::ClauseNotAllowed, span, "`from` already says which day it is")
                    .help("leave out the day after `on`"),
            );
            return None;
        }
        Some(Every { count, period, day: every.day, at: every.at.unwrap_or_default(), from: every.from })
    }

    /// The measure that remembers when an event happened: all of it within a length, or the last.
    fn instants_of(&mut self, event: usize, within: Option<Length>, span: Span) -> MeasureIndex {
        let event_name = self.events.get(event).map_or("", |event| &event.name);
        let name = match within {
            Some(length) => format!("{event_name} within {} {:?}", length.count, length.unit),
            None => format!("last {event_name}"),
        };
        let known =
            self.measures.iter().flatten().position(|known| known.origin == Origin::Trigger && known.name == name);
        if let Some(known) = known.filter(|_| self.measures.iter().all(Option::is_some)) {
            return known;
        }
        let window = within.map_or(Window::AllTime, Window::Rolling);
        self.measures.push(Some(Measure {
            name,
            origin: Origin::Trigger,
            of: MeasureOf::Event(event),
            function: AggregateFunction::Last,
            by: None,
            ty: Type::Instant,
            versions: vec![Versioned { from: None, value: MeasureForm { value: None, filter: None, window } }],
            returns: Returns::Revoke,
            meter: None,
            span,
        }));
        self.measures.len() - 1
    }
}
