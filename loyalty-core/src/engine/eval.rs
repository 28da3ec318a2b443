//! Evaluating nodes. Bounded by the size of the expression and of the event; nothing is allocated.
//!
//! `eval` answers any node with a value. Conditions and amounts are asked for by `holds` and `number`, which answer the
//! shapes that programs are full of without making a value first, and leave the others to `eval`.

mod folds;
mod times;
mod worked;

use core::cmp::Ordering;

use rust_decimal::Decimal;

use super::claims::Counters;
use super::coupons;
use super::cycles::Cycles;
use super::event::{EventData, Slot};
use super::experiments;
use super::ladders;
use super::measures::Delta;
use super::member::Member;
use super::questions;
use super::reactions::Cause;
use super::tags;
use super::tally::Seen;
use super::value::Value;
use super::wheels;
use crate::amount::{self, Overflow};
use crate::calendar::Calendar;
use crate::check::model::{BadgeFigure, CauseFigure, DatePart, StandingMoment, WalletFigure};
use crate::locale::inbound;
use crate::plan::node::{Node, NodeId, Range};
use crate::plan::{Plan, in_force};
use crate::time::{SECOND, date_of};
use worked::{calculate, holds, measured};

/// No list item is at hand.
pub const NO_ROW: usize = usize::MAX;

/// Decimals that a division in an expression is carried to, rounded half even.
pub const DIVISION_DIGITS: u32 = 12;

/// What an expression may look at.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub plan: &'a Plan,
    pub member: &'a Member,
    pub event: Option<&'a EventData>,
    /// The instant that windows and conditions are judged at.
    pub at: i64,
    /// Its local day.
    pub day: i32,
    /// What the event adds to its measures, before it is committed.
    pub deltas: &'a [Delta],
    /// What the last event did to each wallet, in tests.
    pub last: Option<&'a dyn Fn(u16, WalletFigure) -> Decimal>,
    /// What set the rule at hand off, if no event did.
    pub cause: Option<&'a Cause>,
    /// Calendar windows are those that end at this instant, not those that begin: for a review at the end of a period.
    pub closing: bool,
    /// Measures are those of what there was up to the scope's instant; of what came later nothing counts, although it is known by now.
    pub as_of: bool,
    /// Where the counters over all members stand, if the host says so.
    pub counters: Option<&'a Counters>,
    /// The rules of which something stays of the order that the event at hand replaces.
    pub kept: &'a [u32],
    /// The coupons that the event at hand uses.
    pub uses: &'a [u32],
    /// What folds within the one at hand come to: the same for each of its items.
    pub folded: &'a [(NodeId, Value<'a>)],
}

impl<'a> Scope<'a> {
    /// Where periods end, and the years of the member.
    pub fn cycles(&self) -> Cycles<'a> {
        Cycles::of(self.plan, self.member)
    }

    /// Where limits and caps are looked at from.
    #[inline]
    pub fn seen(&self) -> Seen {
        Seen { at: self.at, day: self.day, joined_at: self.member.enrolled_at }
    }

    /// A member alone at an instant.
    pub fn of(plan: &'a Plan, member: &'a Member, at: i64) -> Self {
        let day = plan.calendar.day_at(at);
        Self {
            plan,
            member,
            event: None,
            at,
            day,
            deltas: &[],
            last: None,
            cause: None,
            closing: false,
            as_of: false,
            counters: None,
            kept: &[],
            uses: &[],
            folded: &[],
        }
    }

    pub fn eval(&self, id: NodeId, row: usize) -> Result<Value<'a>, Overflow> {
        let Some(node) = self.plan.nodes.get(id as usize) else { return Ok(Value::Missing) };
        Ok(match *node {
            Node::Number(number) => Value::Number(number),
            Node::Text(symbol) => Value::Text(self.plan.symbols.text(symbol), symbol),
            Node::Bool(value) => Value::Bool(value),
            Node::Date(day) => Value::Date(day),
            Node::Instant(micros) => Value::Instant(micros),
            Node::Time(micros) => Value::Time(micros),
            Node::Weekday(day) => Value::Weekday(day),
            Node::Slot(slot) => self.event.map_or(Value::Missing, |event| event.slot(slot)),
            Node::Item(slot) => self.event.map_or(Value::Missing, |event| event.item(row, slot)),
            Node::At => Value::Instant(self.at),
            Node::Id => self.event.map_or(Value::Missing, |event| Value::Text(&event.id, 0)),
            Node::Member(field) => {
                let field = usize::from(field);
                match self.member.attributes.get(field).map_or(Value::Missing, |stored| stored.value()) {
                    // What nobody has told is what the program says it is then, a constant.
                    Value::Missing => match self.plan.member.get(field).and_then(|field| field.default) {
                        Some(default) => self.eval(default, NO_ROW)?,
                        None => Value::Missing,
                    },
                    told => told,
                }
            }
            Node::MemberId => Value::Text(&self.member.id, 0),
            Node::Enrolled => Value::Instant(self.member.enrolled_at),
            Node::Level(ladder) => Value::Level(ladder, ladders::seen(self, ladder)?),
            Node::LevelBefore(ladder) => {
                let before = self.cause.and_then(|cause| cause.before);
                before.map_or(Value::Missing, |level| Value::Level(ladder, level))
            }
            Node::LevelNamed(ladder, level) => Value::Level(ladder, level),
            Node::Benefit(ladder, benefit) => {
                let level = ladders::seen(self, ladder)?;
                let form = ladders::form(self.plan, ladder, self.day);
                let level = form.and_then(|form| form.levels.get(usize::from(level)));
                match level.and_then(|level| level.benefits.get(usize::from(benefit))) {
                    Some(value) => self.eval(*value, NO_ROW)?,
                    None => Value::Missing,
                }
            }
            Node::Standing(ladder, moment) => {
                let standing = self.member.standings.get(usize::from(ladder));
                let at = standing.and_then(|standing| match moment {
                    StandingMoment::Since => Some(standing.since),
                    StandingMoment::Until => standing.ends_at(),
                });
                at.map_or(Value::Missing, Value::Instant)
            }
            Node::Held(coupon) => Value::Number(Decimal::from(self.member.coupons.usable(coupon, self.at))),
            Node::Used(coupon) => Value::Bool(self.uses.contains(&coupon)),
            Node::CauseCoupon(figure) => {
                let coupon = self.cause.and_then(|cause| cause.coupon);
                coupon.map_or(Value::Missing, |coupon| coupons::figure(self, coupon, figure))
            }
            Node::Arm(experiment) => {
                let arm = experiments::arm(self.plan, self.member, experiment, self.at);
                let arms = self.plan.experiments.get(usize::from(experiment)).map(|experiment| &experiment.arms);
                match arm.and_then(|arm| arms?.get(usize::from(arm))) {
                    Some(arm) => Value::Text(&arm.name, arm.symbol),
                    None => Value::Missing,
                }
            }
            Node::Cards(wheel) => Value::Number(Decimal::from(wheels::cards(self.member, wheel, self.at).count())),
            Node::Question(question, figure) => questions::figure(self.plan, self.member, question, figure),
            Node::Badge(badge, figure) => {
                let held = self.member.badges.get(usize::from(badge)).copied().unwrap_or_default();
                match figure {
                    BadgeFigure::Held(level) => Value::Bool(held.level > level),
                    BadgeFigure::Since if held.level > 0 => Value::Instant(held.since),
                    BadgeFigure::Since => Value::Missing,
                }
            }
            Node::Cause(figure) => match (self.cause, figure) {
                (Some(cause), CauseFigure::Amount) => Value::Number(cause.amount),
                (Some(cause), CauseFigure::At) => Value::Instant(cause.at),
                (None, _) => Value::Missing,
            },
            Node::Challenge(challenge, figure) => super::challenges::figure(self, usize::from(challenge), figure)?,
            Node::Referral(referral, figure) => super::referrals::figure(self, referral, figure),
            Node::Measure(measure) => super::measures::value(self, measure)?,
            Node::MeasureBefore(measure) => super::measures::value(&Scope { deltas: &[], ..*self }, measure)?,
            Node::Segment(segment) => {
                let forms = self.plan.segments.get(usize::from(segment)).map(|segment| segment.forms.as_slice());
                match in_force(forms.unwrap_or(&[]), self.day) {
                    Some(condition) => self.eval(*condition, NO_ROW)?,
                    None => Value::Bool(false),
                }
            }
            Node::Reward(reward, figure) => super::rewards::figure(self, reward, figure)?,
            Node::Wallet(wallet, figure) => Value::Number(self.figure(wallet, figure)),
            Node::Part(part, of) => self.part(part, of, row)?,
            Node::Since(unit, of) => self.apart(unit, self.eval(of, row)?, Value::Instant(self.at)),
            Node::Apart(unit, from, to) => self.apart(unit, self.eval(from, row)?, self.eval(to, row)?),
            Node::Moved { of, by, back } => self.moved(self.eval(of, row)?, by, back),
            Node::Not(of) => match self.eval(of, row)? {
                Value::Bool(value) => Value::Bool(!value),
                _ => Value::Missing,
            },
            Node::Negate(of) => self.eval(of, row)?.number().map_or(Value::Missing, |number| Value::Number(-number)),
            Node::And(parts) => self.all(parts, row)?,
            Node::Or(parts) => self.any(parts, row)?,
            Node::Compare(comparison, left, right) => {
                let order = self.operand(left, row)?.order(self.operand(right, row)?);
                order.map_or(Value::Missing, |order| Value::Bool(holds(comparison, order)))
            }
            Node::SlotAgainst(comparison, slot, right) => match self.slot(slot) {
                Slot::Number(left) => Value::Bool(holds(comparison, amount::compare(*left, right))),
                _ => Value::Missing,
            },
            Node::SlotIs(slot, symbol) => match self.slot(slot) {
                Slot::Text { symbol: own, .. } => Value::Bool(*own == symbol),
                _ => Value::Missing,
            },
            Node::ItemIs(slot, symbol) => match self.event.map_or(Value::Missing, |event| event.item(row, slot)) {
                Value::Text(_, own) => Value::Bool(own == symbol),
                _ => Value::Missing,
            },
            Node::SlotIn { slot, set, negated } => match self.slot(slot) {
                Slot::Text { symbol: own, .. } => Value::Bool(self.has(set, *own) != negated),
                _ => Value::Missing,
            },
            Node::ItemIn { slot, set, negated } => {
                match self.event.map_or(Value::Missing, |event| event.item(row, slot)) {
                    Value::Text(_, own) => Value::Bool(self.has(set, own) != negated),
                    _ => Value::Missing,
                }
            }
            Node::InConstants { value, items, negated } => {
                let found = self.is_among(value, items, row)?;
                found.map_or(Value::Missing, |found| Value::Bool(found != negated))
            }
            Node::InList { value, list, negated } => self.in_list(self.eval(value, row)?, list, negated),
            Node::InTags { value, negated } => match self.eval(value, row)? {
                Value::Text(text, _) => Value::Bool(tags::has(self.member, text) != negated),
                _ => Value::Missing,
            },
            Node::Consents(category) => {
                let category = self.plan.messages.consents.get(usize::from(category));
                Value::Bool(category.is_some_and(|category| self.member.contact.consents(category)))
            }
            // What is said to a question is no unknown text.
            Node::Matches { negated: true, .. }
                if self.event.is_some_and(|event| questions::hears(self.plan, self.member, event).is_some()) =>
            {
                Value::Bool(false)
            }
            Node::Matches { value, words, negated } => match self.eval(value, row)? {
                Value::Text(text, _) => {
                    let words = self.plan.messages.words.get(words as usize).map_or(&[][..], Vec::as_slice);
                    let plain = inbound::plain(text);
                    Value::Bool(words.binary_search_by(|known| (**known).cmp(&plain)).is_ok() != negated)
                }
                _ => Value::Missing,
            },
            Node::IsMissing { value, negated } => Value::Bool(self.eval(value, row)?.is_missing() != negated),
            Node::Otherwise(value, other) => match self.eval(value, row)? {
                Value::Missing => self.eval(other, row)?,
                value => value,
            },
            Node::Arithmetic(operator, left, right) => {
                match (self.eval(left, row)?.number(), self.eval(right, row)?.number()) {
                    (Some(left), Some(right)) => calculate(operator, left, right)?,
                    _ => Value::Missing,
                }
            }
            Node::Least(parts) => self.extreme(parts, row, Ordering::Less)?,
            Node::Greatest(parts) => self.extreme(parts, row, Ordering::Greater)?,
            Node::Floor(of) => {
                self.eval(of, row)?.number().map_or(Value::Missing, |number| Value::Number(number.floor()))
            }
            Node::Ceil(of) => {
                self.eval(of, row)?.number().map_or(Value::Missing, |number| Value::Number(number.ceil()))
            }
            Node::Absolute(of) => {
                self.eval(of, row)?.number().map_or(Value::Missing, |number| Value::Number(number.abs()))
            }
            Node::Fold { function, list, value, filter } => match self.folded(id) {
                Some(folded) => folded,
                None => self.fold(id, function, list, (value, filter))?,
            },
            Node::PlainSum { list, value, only, .. } => match self.folded(id) {
                Some(folded) => folded,
                None => self.plain_sum(list, value, only)?.map_or(Value::Missing, Value::Number),
            },
            Node::Match { subject, arms, otherwise } => self.matching(subject, arms, otherwise, row)?,
            // Patterns are judged by their match.
            Node::Equals(_) | Node::Between(..) => Value::Missing,
        })
    }

    /// Whether a value is one of some; nothing if it is missing.
    fn is_among(&self, value: NodeId, items: Range, row: usize) -> Result<Option<bool>, Overflow> {
        let value = self.operand(value, row)?;
        if value.is_missing() {
            return Ok(None);
        }
        if let Value::Weekday(day) = value {
            let is_day = |item: &NodeId| self.plan.nodes.get(*item as usize).is_some_and(|item| item.is_weekday(day));
            return Ok(Some(items.of(&self.plan.operands).iter().any(is_day)));
        }
        let mut found = false;
        for item in items.of(&self.plan.operands) {
            found |= match (self.operand(*item, row)?, value) {
                (Value::Weekday(item), Value::Weekday(day)) => item == day,
                (item, value) => value.order(item) == Some(Ordering::Equal),
            };
        }
        Ok(Some(found))
    }

    /// The same for what is compared, which is a constant, a field or a measure nearly always.
    #[inline]
    fn operand(&self, node: NodeId, row: usize) -> Result<Value<'a>, Overflow> {
        match self.plan.nodes.get(node as usize) {
            Some(Node::Number(number)) => Ok(Value::Number(*number)),
            Some(Node::Weekday(day)) => Ok(Value::Weekday(*day)),
            Some(Node::At) => Ok(Value::Instant(self.at)),
            Some(Node::Measure(measure)) => super::measures::value(self, *measure),
            Some(Node::Part(part, of)) => self.part(*part, *of, row),
            _ => self.eval(node, row),
        }
    }

    /// Whether a condition holds; a missing one does not.
    #[inline]
    pub fn holds(&self, node: NodeId) -> Result<bool, Overflow> {
        Ok(match self.plan.nodes.get(node as usize) {
            Some(Node::SlotAgainst(comparison, slot, right)) => {
                matches!(self.slot(*slot), Slot::Number(left) if holds(*comparison, amount::compare(*left, *right)))
            }
            Some(Node::SlotIs(slot, symbol)) => {
                matches!(self.slot(*slot), Slot::Text { symbol: own, .. } if own == symbol)
            }
            Some(Node::SlotIn { slot, set, negated }) => match self.slot(*slot) {
                Slot::Text { symbol: own, .. } => self.has(*set, *own) != *negated,
                _ => false,
            },
            _ => return self.other_holds(node),
        })
    }

    /// The same of a condition that takes more than a look at a field; out of line, so that the others are short.
    #[inline(never)]
    fn other_holds(&self, node: NodeId) -> Result<bool, Overflow> {
        Ok(match self.plan.nodes.get(node as usize) {
            Some(Node::Compare(comparison, left, right)) => {
                if let Some((measure, right)) = measured(self.plan, *left, *right) {
                    let left = super::measures::value(self, measure)?.number();
                    return Ok(left.is_some_and(|left| holds(*comparison, amount::compare(left, right))));
                }
                let order = self.operand(*left, NO_ROW)?.order(self.operand(*right, NO_ROW)?);
                order.is_some_and(|order| holds(*comparison, order))
            }
            Some(Node::InConstants { value, items, negated }) => {
                self.is_among(*value, *items, NO_ROW)?.is_some_and(|found| found != *negated)
            }
            _ => self.eval(node, NO_ROW)?.is_true(),
        })
    }

    /// A number of the event as a whole; nothing if it is missing.
    #[inline]
    pub fn number(&self, node: NodeId) -> Result<Option<Decimal>, Overflow> {
        Ok(match self.plan.nodes.get(node as usize) {
            Some(Node::Number(number)) => Some(*number),
            Some(Node::Slot(slot)) => match self.slot(*slot) {
                Slot::Number(number) => Some(*number),
                _ => None,
            },
            _ => return self.other_number(node),
        })
    }

    /// The same of what is no constant and no field; out of line, so that those are short.
    #[inline(never)]
    fn other_number(&self, node: NodeId) -> Result<Option<Decimal>, Overflow> {
        match self.plan.nodes.get(node as usize) {
            Some(Node::PlainSum { list, value, only, .. }) => self.plain_sum(*list, *value, *only),
            _ => Ok(self.eval(node, NO_ROW)?.number()),
        }
    }

    /// Whether a set of symbols holds one.
    fn has(&self, set: Range, symbol: u32) -> bool {
        set.of(&self.plan.symbol_sets).binary_search(&symbol).is_ok()
    }

    #[inline]
    fn slot(&self, slot: u16) -> &'a Slot {
        self.event.and_then(|event| event.slots.get(usize::from(slot))).unwrap_or(&Slot::Missing)
    }

    fn figure(&self, wallet: u16, figure: WalletFigure) -> Decimal {
        let Some(state) = self.member.wallets.get(usize::from(wallet)) else { return Decimal::ZERO };
        match figure {
            WalletFigure::Balance => state.available,
            WalletFigure::Pending => state.pending,
            WalletFigure::Debt => state.debt,
            _ => self.last.map_or(Decimal::ZERO, |last| last(wallet, figure)),
        }
    }

    fn all(&self, parts: Range, row: usize) -> Result<Value<'a>, Overflow> {
        let mut missing = false;
        for part in parts.of(&self.plan.operands) {
            match self.eval(*part, row)? {
                Value::Bool(true) => {}
                Value::Bool(false) => return Ok(Value::Bool(false)),
                _ => missing = true,
            }
        }
        Ok(if missing { Value::Missing } else { Value::Bool(true) })
    }

    fn any(&self, parts: Range, row: usize) -> Result<Value<'a>, Overflow> {
        let mut missing = false;
        for part in parts.of(&self.plan.operands) {
            match self.eval(*part, row)? {
                Value::Bool(false) => {}
                Value::Bool(true) => return Ok(Value::Bool(true)),
                _ => missing = true,
            }
        }
        Ok(if missing { Value::Missing } else { Value::Bool(false) })
    }

    fn extreme(&self, parts: Range, row: usize, wanted: Ordering) -> Result<Value<'a>, Overflow> {
        let mut best = Value::Missing;
        for part in parts.of(&self.plan.operands) {
            let value = self.eval(*part, row)?;
            if value.is_missing() {
                return Ok(Value::Missing);
            }
            if best.is_missing() || value.order(best) == Some(wanted) {
                best = value;
            }
        }
        Ok(best)
    }

    fn in_list(&self, value: Value<'a>, list: u16, negated: bool) -> Value<'a> {
        let Some(event) = self.event else { return Value::Missing };
        let list = event.list(list);
        if !list.present || value.is_missing() {
            return Value::Missing;
        }
        let found = event.rows_of(list).any(|row| event.item(row, 0).order(value) == Some(Ordering::Equal));
        Value::Bool(found != negated)
    }

    fn part(&self, part: DatePart, of: NodeId, row: usize) -> Result<Value<'a>, Overflow> {
        let calendar = &self.plan.calendar;
        let (day, time) = match self.operand(of, row)? {
            Value::Instant(at) if at == self.at => (self.day, Some(at)),
            Value::Instant(at) => (calendar.day_at(at), Some(at)),
            Value::Date(day) => (day, None),
            _ => return Ok(Value::Missing),
        };
        let clock = |unit: i64, modulo: i64| {
            time.map_or(Value::Missing, |at| Value::Number(Decimal::from(calendar.time_at(at) / unit % modulo)))
        };
        use chrono::Datelike as _;
        Ok(match part {
            DatePart::Weekday => Value::Weekday(Calendar::weekday(day)),
            DatePart::Hour => clock(3_600 * SECOND, 24),
            DatePart::Minute => clock(60 * SECOND, 60),
            DatePart::Day => Value::Number(Decimal::from(date_of(day).day())),
            DatePart::Month => Value::Number(Decimal::from(date_of(day).month())),
            DatePart::Year => Value::Number(Decimal::from(date_of(day).year())),
            DatePart::Date => Value::Date(day),
            DatePart::Time => time.map_or(Value::Missing, |at| Value::Time(calendar.time_at(at))),
        })
    }

    fn matching(
        &self,
        subject: NodeId,
        arms: Range,
        otherwise: Option<NodeId>,
        row: usize,
    ) -> Result<Value<'a>, Overflow> {
        let subject = self.eval(subject, row)?;
        if !subject.is_missing() {
            for arm in arms.of(&self.plan.operands).chunks_exact(2) {
                if let [pattern, value] = arm
                    && self.matches(subject, *pattern, row)?
                {
                    return self.eval(*value, row);
                }
            }
        }
        otherwise.map_or(Ok(Value::Missing), |otherwise| self.eval(otherwise, row))
    }

    fn matches(&self, subject: Value<'a>, pattern: NodeId, row: usize) -> Result<bool, Overflow> {
        Ok(match self.plan.nodes.get(pattern as usize) {
            Some(Node::Equals(literal)) => subject.order(self.eval(*literal, row)?) == Some(Ordering::Equal),
            Some(Node::Between(from, to)) => {
                let from = from.map(|from| self.eval(from, row)).transpose()?;
                let to = to.map(|to| self.eval(to, row)).transpose()?;
                from.is_none_or(|from| matches!(subject.order(from), Some(Ordering::Equal | Ordering::Greater)))
                    && to.is_none_or(|to| subject.order(to) == Some(Ordering::Less))
            }
            _ => false,
        })
    }
}
