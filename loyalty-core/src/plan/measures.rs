//! Measures and segments, and the counters that what is added up lives in.

use super::{Dated, NodeId};
use crate::check::model::{AggregateFunction, Length, Period, Window};

/// A counter of the member's state: how it is keyed by time and how long it is kept.
#[derive(Debug, Clone)]
pub struct TallyPlan {
    /// Identifies the counter in saved state.
    pub key: Box<str>,
    pub grain: Grain,
    /// Days after which an entry may be forgotten; none: never.
    pub keep_days: Option<i32>,
    /// It is read in stretches of that length, each from a first entry on, and forgotten by whole ones.
    pub from_first: Option<Length>,
}

/// The word that saved state knows a period by.
pub fn period_name(period: Period) -> &'static str {
    match period {
        Period::HalfYear => "half-year",
        other => other.word(),
    }
}

/// What the key of a tally's entries means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// One entry for all time.
    Ever,
    Period(Period),
    Day,
    /// Microseconds.
    Instant,
}

#[derive(Debug)]
pub struct MeasurePlan {
    pub name: Box<str>,
    /// Written in place or for a trigger, and not shown to hosts.
    pub hidden: bool,
    /// The event that it goes over; nothing for what moves in a wallet.
    pub event: Option<u16>,
    pub function: AggregateFunction,
    pub forms: Vec<Dated<MeasureFormPlan>>,
    pub revoke: bool,
    /// Sums, counts, averages and streaks live in a tally; the rest in marks.
    pub tally: Option<u32>,
    /// The counter of the same by instants, as long as late events may ask what there was before one of them; nothing where nobody
    /// asks, or where `tally` says it.
    pub moments: Option<u32>,
    /// It goes over what time does to points, which is done before levels are judged at the same instant.
    pub by_time: bool,
    /// It remembers when a step of a challenge was done.
    pub step: bool,
    /// A window of a challenge begins with it, or it is a step in such a window: an order that is edited stays where it was.
    pub of_purchase: bool,
    /// Longest window, in days, that a mark must outlive the clock; none: all time.
    pub keep_days: Option<i32>,
    /// Of one that goes over all time: so many days old, marks may be drawn into one, for no form tells them apart; none: never.
    pub draw_days: Option<i32>,
}

#[derive(Debug, Clone)]
pub struct MeasureFormPlan {
    pub value: Option<NodeId>,
    pub filter: Option<NodeId>,
    pub window: Window,
    /// A digest of what it counts, for states that another version of the program has saved.
    pub rating: u32,
}

#[derive(Debug)]
pub struct SegmentPlan {
    pub name: Box<str>,
    pub forms: Vec<Dated<NodeId>>,
}
