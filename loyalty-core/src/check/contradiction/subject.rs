//! What a comparison speaks of, where it is certain that two comparisons speak of the same, and what that can be at all.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::from_zero;
use crate::check::Checker;
use crate::check::intervals::{Bound, Interval};
use crate::check::matching::{Key, key};
use crate::check::model::{
    AggregateFunction, Arithmetic, DatePart, EventIndex, Expr, ExprKind, FieldIndex, Measure, Type, WalletFigure,
    Window,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject<'e> {
    Event(usize),
    /// A field of the line at hand.
    Item(usize),
    Member(usize),
    Measure(usize),
    Segment(usize),
    /// Where a member stands on a ladder.
    Level(usize),
    Wallet(usize, u8),
    At,
    /// A part of the event's instant.
    Part(DatePart),
    Id,
    /// Whether a list of the event holds a constant.
    Held(usize, Key<'e>),
    /// Whether the member has a tag.
    Tagged(Key<'e>),
}

/// Something that says on which days a rule may fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MomentPart {
    Instant,
    Of(DatePart),
}

impl Subject<'_> {
    pub(super) fn moment(self) -> Option<MomentPart> {
        match self {
            Self::At => Some(MomentPart::Instant),
            Self::Part(part) => Some(MomentPart::Of(part)),
            _ => None,
        }
    }
}

pub(super) fn subject(expr: &Expr) -> Option<Subject<'_>> {
    Some(match &expr.kind {
        ExprKind::Event(field) => Subject::Event(*field),
        ExprKind::Item(field) => Subject::Item(*field),
        ExprKind::Member(field) => Subject::Member(*field),
        ExprKind::Measure(measure) => Subject::Measure(*measure),
        ExprKind::Segment(segment) => Subject::Segment(*segment),
        ExprKind::Level(ladder) => Subject::Level(*ladder),
        ExprKind::Wallet(wallet, WalletFigure::Balance) => Subject::Wallet(*wallet, 0),
        ExprKind::Wallet(wallet, WalletFigure::Pending) => Subject::Wallet(*wallet, 1),
        ExprKind::Wallet(wallet, WalletFigure::Debt) => Subject::Wallet(*wallet, 2),
        ExprKind::At => Subject::At,
        ExprKind::Part(part, of) if matches!(of.kind, ExprKind::At) => Subject::Part(*part),
        ExprKind::Id => Subject::Id,
        _ => return None,
    })
}

/// What `x in list` speaks of, where the list is one of the event or the member's tags.
pub(super) fn held<'e>(value: &'e Expr, list: &Expr) -> Option<Subject<'e>> {
    let value = key(value)?;
    Some(match &list.kind {
        ExprKind::Event(field) => Subject::Held(*field, value),
        ExprKind::Tags => Subject::Tagged(value),
        _ => return None,
    })
}

/// What the subject can be at all, and how to say it; nothing: anything.
pub(super) fn domain<'e>(
    checker: &Checker<'_>,
    event: Option<EventIndex>,
    about: Subject<'_>,
) -> Option<(Interval<Key<'e>>, &'static str)> {
    Some(match about {
        Subject::Part(DatePart::Hour) => (whole(0, 23), "an hour is 0 to 23"),
        Subject::Part(DatePart::Minute) => (whole(0, 59), "a minute is 0 to 59"),
        Subject::Part(DatePart::Day) => (whole(1, 31), "a day of the month is 1 to 31"),
        Subject::Part(DatePart::Month) => (whole(1, 12), "a month is 1 to 12"),
        Subject::Level(_) => (Interval::ALL, "no level is above the highest of its ladder, and none below the lowest"),
        Subject::Event(field) if never_negative(checker, event?, field, &mut BTreeSet::new()) => {
            (from_zero(), "an amount below zero is refused with its event")
        }
        Subject::Measure(measure) => {
            let measure = checker.measures.get(measure)?.as_ref()?;
            let counts = matches!(
                measure.function,
                AggregateFunction::Count | AggregateFunction::CountDistinct | AggregateFunction::Streak
            );
            if !counts {
                return None;
            }
            if counts_itself(measure, event) {
                (whole(1, i64::MAX), "the event at hand is counted already; `.before` is the figure without it")
            } else {
                (from_zero(), "what is counted is never below zero")
            }
        }
        _ => return None,
    })
}

/// All that the subject can be, where these are few.
pub(super) fn all<'e>(checker: &Checker<'_>, about: Subject<'_>) -> Option<BTreeSet<Key<'e>>> {
    let Subject::Level(ladder) = about else { return None };
    let levels = checker.ladders.get(ladder)?.levels.len();
    Some((0..levels).map(|level| Key::Moment(level as i64)).collect())
}

fn whole<'e>(from: i64, to: i64) -> Interval<Key<'e>> {
    Interval {
        from: Bound::At(Key::Number(Decimal::from(from)), false),
        to: Bound::At(Key::Number(Decimal::from(to)), true),
    }
}

/// Whether the measure counts every event that sets the rule off, among them the one at hand.
fn counts_itself(measure: &Measure, event: Option<EventIndex>) -> bool {
    let [form] = measure.versions.as_slice() else { return false };
    measure.function == AggregateFunction::Count
        && event.is_some()
        && measure.of.event() == event
        && form.value.value.is_none()
        && form.value.filter.is_none()
        && form.value.window == Window::AllTime
}

/// Whether a field is never below zero: events are refused that say so, and what is worked out takes nothing away.
fn never_negative(checker: &Checker<'_>, event: EventIndex, field: FieldIndex, met: &mut BTreeSet<FieldIndex>) -> bool {
    let Some(event_of) = checker.events.get(event).filter(|event| event.refuses_negative()) else { return false };
    let Some(field_of) = event_of.fields.get(field) else { return false };
    if !matches!(field_of.ty, Type::Number | Type::Money(_)) {
        return false;
    }
    let Some(default) = field_of.default.as_ref().filter(|_| met.insert(field)) else { return true };
    let mut sound = true;
    default.walk(&mut |part| {
        sound &= match &part.kind {
            ExprKind::Event(read) => part.ty == Type::Text || never_negative(checker, event, *read, met),
            ExprKind::Number(number) => !number.is_sign_negative(),
            ExprKind::Arithmetic(Arithmetic::Subtract, ..) | ExprKind::Negate(_) | ExprKind::Member(_) => false,
            ExprKind::Item(_)
            | ExprKind::Text(_)
            | ExprKind::Arithmetic(..)
            | ExprKind::Otherwise(..)
            | ExprKind::Or(_)
            | ExprKind::And(_)
            | ExprKind::Compare(..)
            | ExprKind::IsMissing { .. } => true,
            ExprKind::Fold { list, .. } => checker
                .events
                .get(event)
                .and_then(|event| event.fields.get(*list))
                .is_some_and(|list| list.name == "lines" || list.name == "tenders"),
            _ => false,
        };
    });
    sound
}
