//! The rows of a report: sums up to each period, and rates of them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{ALL, Cell, Flow, Group, Report};
use crate::amount::{self, Overflow};
use crate::check::model::Period;
use crate::engine::error::{EventError, Refusal};
use crate::time::date_of;
use crate::wire::document::Document;

/// Periods, as the language calls them.
pub const PERIODS: [(Period, &str); 6] = [
    (Period::Day, "day"),
    (Period::Week, "week"),
    (Period::Month, "month"),
    (Period::Quarter, "quarter"),
    (Period::HalfYear, "half-year"),
    (Period::Year, "year"),
];

/// The most rows of one group.
const ROWS_MAX: i64 = 10_000;

/// Decimals of a rate, rounded half even.
const RATE_DECIMALS: u32 = 4;

/// How many members of a group did what in a period.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    active: u64,
    purchasers: u64,
    repeat_purchasers: u64,
    /// Of those who were active in the period before.
    retained: u64,
}

pub fn document(report: &Report) -> Result<Document, EventError> {
    let plan = &report.plan;
    let name = PERIODS.iter().find(|(period, _)| *period == report.period).map_or("", |(_, name)| *name);
    let event = |number: &u16| plan.events.get(usize::from(*number)).map_or("", |event| &*event.layout.name);
    let mut document = Document::object()
        .with("program", plan.settings.title.as_str())
        .with("version", plan.settings.version)
        .with("period", name)
        .with("active", report.active.iter().map(event).collect::<Document>());
    let mut groups = Vec::new();
    if let Some((first, last)) = report.span {
        if last.saturating_sub(first) >= ROWS_MAX {
            return Err(EventError::new(Refusal::TooManyItems)
                .in_field("period")
                .expecting(format!("at most {ROWS_MAX} periods"))
                .but_found(last.saturating_sub(first).to_string())
                .advising("ask for longer periods"));
        }
        let counts = counts(report);
        for (number, group) in report.groups.iter().enumerate() {
            let number = number as u32;
            let mut cells = report.cells.range((number, i64::MIN)..=(number, i64::MAX)).peekable();
            if number != ALL && cells.peek().is_none() {
                continue;
            }
            let rows = rows(report, number, cells.map(|((_, period), cell)| (*period, cell)), &counts, (first, last))?;
            groups.push(head(report, group).with("rows", Document::List(rows)));
        }
    }
    document.put("groups", Document::List(groups));
    Ok(document)
}

fn head(report: &Report, group: &Group) -> Document {
    let document = Document::object();
    match group {
        Group::All => document.with("by", "all"),
        Group::Level { ladder, level } => {
            let ladder = report.plan.ladders.get(*ladder);
            let level = ladder.and_then(|ladder| ladder.levels.get(usize::from(*level)));
            let ladder = ladder.map_or("", |ladder| &*ladder.name);
            document.with("by", "tier").with("ladder", ladder).with("level", level.map_or("", |level| &**level))
        }
        Group::Arm { experiment, arm } => {
            let experiment = report.plan.experiments.get(*experiment);
            let arm = experiment.and_then(|experiment| experiment.arms.get(usize::from(*arm)));
            let experiment = experiment.map_or("", |experiment| &*experiment.name);
            document.with("by", "arm").with("experiment", experiment).with("arm", arm.map_or("", |arm| &*arm.name))
        }
    }
}

/// Who did something, by group and period.
fn counts(report: &Report) -> BTreeMap<(u32, i64), Counts> {
    let mut counts: BTreeMap<(u32, i64), Counts> = BTreeMap::new();
    for facts in report.members.values() {
        for (place, seen) in facts.seen.iter().enumerate() {
            let next = seen.period.saturating_add(1);
            let back = facts.seen.get(place.saturating_add(1)).is_some_and(|after| after.period == next);
            for group in core::iter::once(&ALL).chain(&seen.groups) {
                let own = counts.entry((*group, seen.period)).or_default();
                own.active = own.active.saturating_add(1);
                own.purchasers = own.purchasers.saturating_add(u64::from(seen.purchases > 0));
                own.repeat_purchasers = own.repeat_purchasers.saturating_add(u64::from(seen.purchases > 1));
                if back {
                    let own = counts.entry((*group, next)).or_default();
                    own.retained = own.retained.saturating_add(1);
                }
            }
        }
    }
    counts
}

fn rows<'r>(
    report: &Report,
    group: u32,
    cells: impl Iterator<Item = (i64, &'r Cell)>,
    counts: &BTreeMap<(u32, i64), Counts>,
    (first, last): (i64, i64),
) -> Result<Vec<Document>, Overflow> {
    let mut cells = cells.peekable();
    let (mut members, mut sums) = (0_i64, vec![Flow::default(); report.plan.wallets.len()]);
    let count = |period: i64| counts.get(&(group, period)).copied().unwrap_or_default();
    let mut rows = Vec::new();
    for period in first..=last {
        let mut own = Cell::default();
        // What was there before the first row is a part of what it begins with.
        while let Some((at, cell)) = cells.next_if(|(at, _)| *at <= period) {
            members = members.saturating_add(cell.members);
            for (sum, flow) in sums.iter_mut().zip(&cell.wallets) {
                sum.add(*flow)?;
            }
            if at == period {
                own = cell.clone();
            }
        }
        let (now, before) = (count(period), count(period.saturating_sub(1)));
        let members = u64::try_from(members).unwrap_or(0);
        let calendar = &report.plan.calendar;
        let (from, to) = (
            calendar.first_day(report.period, period),
            calendar.first_day(report.period, period.saturating_add(1)).saturating_sub(1),
        );
        let mut wallets = Document::object();
        for (place, (wallet, sum)) in report.plan.wallets.iter().zip(&sums).enumerate() {
            let flow = own.wallets.get(place).copied().unwrap_or_default();
            let named = amount::subtract(amount::subtract(flow.issued, flow.redeemed)?, flow.expired)?;
            let mut row = Document::object()
                .with("issued", flow.issued)
                .with("redeemed", flow.redeemed)
                .with("expired", flow.expired)
                .with("other", amount::subtract(flow.change, named)?)
                .with("outstanding", sum.change)
                .with("redemption_rate", rate(flow.redeemed, flow.issued)?)
                .with("breakage_rate", rate(sum.expired, sum.issued)?);
            if let Some(value) = report.values.get(place).copied().flatten() {
                row.put("liability", amount::multiply(sum.change, value)?);
            }
            wallets.put(&wallet.name, row);
        }
        rows.push(
            Document::object()
                .with("first_day", date_of(from).to_string())
                .with("last_day", date_of(to).to_string())
                .with("members", members)
                .with("active", now.active)
                .with("active_before", before.active)
                .with("retained", now.retained)
                .with("purchasers", now.purchasers)
                .with("repeat_purchasers", now.repeat_purchasers)
                .with("engagement_rate", share(now.active, members)?)
                .with("retention_rate", share(now.retained, before.active)?)
                .with("repeat_purchase_rate", share(now.repeat_purchasers, now.purchasers)?)
                .with("wallets", wallets),
        );
    }
    Ok(rows)
}

fn share(part: u64, of: u64) -> Result<Option<Decimal>, Overflow> {
    rate(Decimal::from(part), Decimal::from(of))
}

/// A part of a whole; nothing where there is no whole.
fn rate(part: Decimal, of: Decimal) -> Result<Option<Decimal>, Overflow> {
    if of <= Decimal::ZERO {
        return Ok(None);
    }
    amount::divide(part, of, RATE_DECIMALS).map(|rate| Some(rate.normalize()))
}
