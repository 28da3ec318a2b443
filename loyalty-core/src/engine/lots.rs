//! Wallets as lots: what was earned when, until when it may be spent, and in which order it goes.
//!
//! Conservation, always: issued + transferred in = available + pending + held + spent + transferred out + expired +
//! clawed back − debt − written off.

use core::ops::{Deref, DerefMut};

use rust_decimal::Decimal;

use super::cycles::Cycles;
use super::idle::Idle;
use super::undo::{Apart, Kept, Rows, Turn, Undo, undo_all};
use crate::amount::{self, Overflow};
use crate::calendar::Calendar;
use crate::check::model::{ExpireStart, Length, Period, SpendOrder, ToEnd};
use crate::plan::{ExpirePlan, InactivityPlan, Plan, VestPlan};
use crate::sorting::Arrange as _;
use crate::time::{date_of, day_of, is_beyond_all};

/// When a lot's points may first be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vesting {
    Done,
    At(i64),
    /// On an event of that type for the lot's order, before the deadline.
    On {
        event: u16,
        deadline: i64,
    },
}

/// When a lot's points are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    Never,
    /// The wallet set no end when the points were earned; a form of inactivity that it takes on later holds for them.
    Open,
    At(i64),
    /// By a form of inactivity of the wallet.
    Inactivity(u16),
    /// By that form, but not before that instant: they have come back since.
    AtLeast {
        form: u16,
        until: i64,
    },
    /// They ran out by that form at that instant, as far as is known: activity before it may be told yet.
    Lapsed {
        form: u16,
        at: i64,
    },
    /// Not known before the points vest; then by this form, numbered in the wallet's saved forms.
    AfterVesting(Length),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    /// The ledger entry that granted it: its name, and the last word in every ordering.
    pub entry: u64,
    /// The id of the event that granted it, as a digest.
    pub source: u64,
    pub amount: Decimal,
    pub earned_at: i64,
    pub vesting: Vesting,
    pub expiry: Expiry,
    /// Points of this lot that ran out; kept while its order may still be returned. Where it still waits for an event, they ran out
    /// because that did not come in time, as far as is known.
    pub expired: Decimal,
}

/// One wallet of one member. It reads as its sums.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WalletState {
    /// Invariant: ascending by entry.
    pub lots: Rows<Lot>,
    pub sums: Kept<Sums>,
    /// The last activity for each form of inactivity of the wallet; before any, nothing.
    pub activity: Rows<Option<i64>>,
    /// When there was none for so long that points run out, as long as a late event may fall there; of each form ascending.
    pub idle: Apart<Rows<Idle>>,
    pub front: Front,
}

undo_all!(WalletState { lots, sums, activity, idle, front });

/// When something happens next to the lots at the front that wait for no other event, while these are as they were. A member's old
/// lots only run out, one after the other: that is worked out once for all of them. It is no part of the state.
#[derive(Debug, Clone, Copy)]
pub struct Front {
    due: i64,
}

impl Default for Front {
    fn default() -> Self {
        Self { due: i64::MAX }
    }
}

/// What is worked out says nothing of what there is.
impl PartialEq for Front {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Undo for Front {
    fn turn(&mut self, _: Turn) {}
}

/// What the points of a wallet add up to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sums {
    pub available: Decimal,
    pub pending: Decimal,
    /// Set aside for purchases under way, in no lot.
    pub held: Decimal,
    pub issued: Decimal,
    pub spent: Decimal,
    pub transferred_in: Decimal,
    pub transferred_out: Decimal,
    pub expired: Decimal,
    pub clawed_back: Decimal,
    pub written_off: Decimal,
    pub debt: Decimal,
}

impl Sums {
    /// All points that have ever come into the wallet: with these within 64 bits, everything else is.
    pub fn come_in(&self) -> Result<Decimal, Overflow> {
        // Few wallets have had points from others.
        if self.transferred_in.is_zero() { Ok(self.issued) } else { amount::add(self.issued, self.transferred_in) }
    }

    /// Whether the equation of conservation holds.
    pub fn conserved(&self) -> bool {
        let sum = || -> Result<bool, Overflow> {
            let mut right = self.available;
            for part in [
                self.pending,
                self.held,
                self.spent,
                self.transferred_out,
                self.expired,
                self.clawed_back,
                -self.debt,
                -self.written_off,
            ] {
                right = amount::add(right, part)?;
            }
            Ok(right == self.come_in()?)
        };
        sum().unwrap_or(false)
    }
}

impl Deref for WalletState {
    type Target = Sums;

    fn deref(&self) -> &Sums {
        &self.sums
    }
}

impl DerefMut for WalletState {
    fn deref_mut(&mut self) -> &mut Sums {
        &mut self.sums
    }
}

/// Points taken from one lot.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    pub entry: u64,
    pub source: u64,
    pub amount: Decimal,
    pub earned_at: i64,
    pub expiry: Expiry,
}

impl Lot {
    pub fn pending(&self) -> bool {
        self.vesting != Vesting::Done
    }

    /// Whether its points ran out, for what they wait for has not been told.
    pub fn missed(&self) -> bool {
        self.pending() && !self.expired.is_zero()
    }

    /// The last instant as of which something may be told that brings back what ran out of it.
    pub fn may_come_back(&self) -> Option<i64> {
        match self.expiry {
            _ if self.missed() => Some(self.earned_at),
            Expiry::Lapsed { at, .. } => Some(at),
            _ => None,
        }
    }

    /// Whether it waited for an event before an instant, or waits for it still.
    pub fn waited_at(&self, at: i64) -> bool {
        matches!(self.vesting, Vesting::On { deadline, .. } if at < deadline)
    }
}

impl WalletState {
    /// When points of one form of inactivity that are earned at an instant run out, if nothing happens before.
    pub fn inactivity_end(&self, plan: &Plan, form: u16, plans: &[InactivityPlan], earned_at: i64) -> Option<i64> {
        let inactivity = plans.get(usize::from(form))?;
        let since = inactivity.since.map(|day| plan.calendar.start_of(day)).filter(|since| *since <= earned_at);
        self.idle_end(plan, form, inactivity, since)
    }

    /// The end that comes so long after the last activity, or after `since`.
    fn idle_end(&self, plan: &Plan, form: u16, inactivity: &InactivityPlan, since: Option<i64>) -> Option<i64> {
        let last = self.activity.get(usize::from(form)).copied().flatten().max(since)?;
        Some(plan.calendar.end_after(last, inactivity.length))
    }

    /// The instant from which a lot's points are gone, as far as it is known.
    pub fn expires_at(&self, plan: &Plan, plans: &[InactivityPlan], lot: &Lot) -> Option<i64> {
        match lot.expiry {
            Expiry::Never | Expiry::AfterVesting(_) => None,
            // Points that have not vested yet outlive any inactivity.
            Expiry::Open | Expiry::Inactivity(_) if lot.pending() => None,
            // What is put into it later is as good as what was there.
            Expiry::Lapsed { form, .. } => self.inactivity_end(plan, form, plans, lot.earned_at),
            Expiry::Open => {
                let (day, form) = taken_over(plan, plans, lot.earned_at)?;
                self.idle_end(plan, form, plans.get(usize::from(form))?, Some(plan.calendar.start_of(day)))
            }
            Expiry::At(at) => Some(at),
            Expiry::Inactivity(form) => self.inactivity_end(plan, form, plans, lot.earned_at),
            Expiry::AtLeast { form, until } => self.inactivity_end(plan, form, plans, lot.earned_at).max(Some(until)),
        }
    }

    /// The next instant at which something happens in this wallet by time alone. While frozen, nothing runs out that had
    /// not ended since then.
    pub fn next_due(&self, plan: &Plan, plans: &[InactivityPlan], frozen: Option<i64>) -> Option<i64> {
        self.first_due(&self.lots, plan, plans, frozen)
    }

    /// What is due next is known: from here on what comes is told by [`WalletState::added_due`].
    pub fn mark(&mut self) {
        self.lots.mark();
        self.activity.mark();
    }

    /// When something happens next with the lots that have come since the mark, or since the change under way began; nothing,
    /// if anything else has changed by which something is due.
    pub fn added_due(&self, plan: &Plan, plans: &[InactivityPlan], frozen: Option<i64>) -> Option<i64> {
        let added = self.lots.added().filter(|_| self.activity.added().is_some())?;
        Some(self.first_due(added, plan, plans, frozen).unwrap_or(i64::MAX))
    }

    fn first_due(&self, lots: &[Lot], plan: &Plan, plans: &[InactivityPlan], frozen: Option<i64>) -> Option<i64> {
        let due = lots.iter().map(|lot| self.due_of(plan, plans, lot, frozen)).min();
        due.filter(|due| *due != i64::MAX)
    }

    /// When something happens to a lot by time alone; the largest number for never. All lots are asked whenever time passes,
    /// so that the usual ones are answered here.
    #[inline]
    pub fn due_of(&self, plan: &Plan, plans: &[InactivityPlan], lot: &Lot, frozen: Option<i64>) -> i64 {
        match (lot.vesting, lot.expiry) {
            (Vesting::At(at), _) => at,
            (Vesting::On { .. }, _) if !lot.expired.is_zero() => i64::MAX,
            (Vesting::On { deadline, .. }, _) => deadline,
            (Vesting::Done, Expiry::Never | Expiry::AfterVesting(_)) => i64::MAX,
            (Vesting::Done, _) if lot.amount.is_zero() => i64::MAX,
            (Vesting::Done, expiry) => {
                let end = match expiry {
                    Expiry::At(at) => at,
                    _ => self.expires_at(plan, plans, lot).unwrap_or(i64::MAX),
                };
                if frozen.is_some_and(|since| end > since) { i64::MAX } else { end }
            }
        }
    }

    /// The lots to which something happens up to an instant, by their places; tells when something happens next to one of the
    /// others.
    pub fn due_by(
        &mut self,
        plan: &Plan,
        plans: &[InactivityPlan],
        frozen: Option<i64>,
        (due, mut found): (i64, impl FnMut(usize)),
    ) -> i64 {
        let mut settled = self.lots.settled();
        let mut front = if settled > 0 { self.front.due } else { i64::MAX };
        // While ends are frozen, or where one of those at the front is due, all are asked.
        if frozen.is_some() || front <= due {
            (settled, front) = (0, i64::MAX);
        }
        while let Some(lot) = self.lots.get(settled).filter(|_| frozen.is_none()) {
            let by_itself = matches!(lot.expiry, Expiry::Never | Expiry::At(_) | Expiry::AfterVesting(_));
            let at = self.due_of(plan, plans, lot, frozen);
            if at <= due || lot.pending() || !by_itself {
                break;
            }
            (settled, front) = (settled + 1, front.min(at));
        }
        let mut next = front;
        for (place, lot) in self.lots.get(settled..).unwrap_or(&[]).iter().enumerate() {
            let at = self.due_of(plan, plans, lot, frozen);
            if at <= due {
                found(settled + place);
            } else {
                next = next.min(at);
            }
        }
        if frozen.is_none() {
            self.front.due = front;
            self.lots.settle_front(settled);
        }
        next
    }

    /// The spendable lots, in the order in which they go.
    pub fn spending_order(&self, plan: &Plan, plans: &[InactivityPlan], order: SpendOrder) -> Vec<usize> {
        let lots = self.lots.iter().enumerate().filter(|(_, lot)| !lot.pending() && !lot.amount.is_zero());
        let mut keyed: Vec<(i64, i64, u64, usize)> = lots
            .map(|(at, lot)| {
                let expires = match order {
                    SpendOrder::Oldest => 0,
                    SpendOrder::SoonestExpiring => self.expires_at(plan, plans, lot).unwrap_or(i64::MAX),
                };
                (expires, lot.earned_at, lot.entry, at)
            })
            .collect();
        keyed.arrange();
        keyed.into_iter().map(|(_, _, _, at)| at).collect()
    }

    /// The spendable lots that are gone before an instant.
    pub fn ending_before(
        &self,
        plan: &Plan,
        plans: &[InactivityPlan],
        instant: Option<i64>,
    ) -> impl Iterator<Item = &Lot> {
        self.lots.iter().filter(move |lot| {
            let end = instant.and_then(|_| self.expires_at(plan, plans, lot));
            !lot.pending() && end.zip(instant).is_some_and(|(end, instant)| end < instant)
        })
    }

    /// Takes up to `wanted` from the lots in that order; tells what was taken from which.
    pub fn take(&mut self, lots: &[usize], wanted: Decimal) -> Result<Vec<Use>, Overflow> {
        let mut uses = Vec::new();
        let mut left = wanted;
        for lot in lots {
            if left <= Decimal::ZERO {
                break;
            }
            let taken = self.lots.get(*lot).map_or(Decimal::ZERO, |lot| lot.amount.min(left));
            let Some(lot) = self.lots.get_mut(*lot).filter(|_| !taken.is_zero()) else { continue };
            lot.amount = amount::subtract(lot.amount, taken)?;
            left = amount::subtract(left, taken)?;
            let sums = &mut self.sums;
            if lot.pending() {
                sums.pending = amount::subtract(sums.pending, taken)?;
            } else {
                sums.available = amount::subtract(sums.available, taken)?;
            }
            uses.push(Use {
                entry: lot.entry,
                source: lot.source,
                amount: taken,
                earned_at: lot.earned_at,
                expiry: lot.expiry,
            });
        }
        Ok(uses)
    }

    /// Drops lots that hold nothing; those with a run-out part are kept while `matters` says that it may come back, and that
    /// part itself is forgotten with it: when lots are drawn together must not show. Tells whether any were dropped.
    pub fn sweep(&mut self, matters: impl Fn(&Lot) -> bool) -> bool {
        for at in 0..self.lots.len() {
            let past = |lot: &&Lot| !lot.expired.is_zero() && !matters(lot);
            if self.lots.get(at).filter(past).is_some()
                && let Some(lot) = self.lots.get_mut(at)
            {
                lot.expired = Decimal::ZERO;
            }
        }
        let kept = |lot: &Lot| !lot.amount.is_zero() || (!lot.expired.is_zero() && matters(lot));
        let any = !self.lots.iter().all(kept);
        if any {
            self.lots.retain(kept);
        }
        any
    }

    /// Makes one lot of those that never run out and that neither a return nor a late event reaches any more: what was earned before
    /// `horizon` and would be spent one after the other. The latest gives it its name, so that what is left of it after
    /// spending is what would be left of them, and a wallet whose points stay does not grow with each event.
    pub fn draw_together(&mut self, plans: &[InactivityPlan], horizon: i64) {
        let lapses = plans.iter().any(|form| !form.takes_over.is_empty());
        let settled = |lot: &Lot| {
            let endless = lot.expiry == Expiry::Never || (lot.expiry == Expiry::Open && !lapses);
            endless && !lot.pending() && lot.earned_at < horizon && !lot.amount.is_zero()
        };
        if self.lots.iter().filter(|lot| settled(lot)).nth(1).is_none() {
            return;
        }
        let lots = self.lots.iter().enumerate().filter(|(_, lot)| !lot.amount.is_zero());
        let mut order: Vec<(i64, u64, usize)> = lots.map(|(at, lot)| (lot.earned_at, lot.entry, at)).collect();
        order.arrange();
        let mut before: Option<usize> = None;
        for (_, _, at) in order {
            let Some(lot) = self.lots.get(at) else { return };
            if !settled(lot) {
                before = None;
                continue;
            }
            let older = before.and_then(|before| self.lots.get(before)).filter(|older| older.expiry == lot.expiry);
            // The parts of a balance add up to it, which has been added up before.
            let sum = older.and_then(|older| amount::add(older.amount, lot.amount).ok());
            if let (Some(sum), Some(before)) = (sum, before) {
                if let Some(older) = self.lots.get_mut(before) {
                    (older.amount, older.expired) = (Decimal::ZERO, Decimal::ZERO);
                }
                if let Some(lot) = self.lots.get_mut(at) {
                    (lot.amount, lot.expired) = (sum, Decimal::ZERO);
                }
            }
            before = Some(at);
        }
        self.lots.retain(|lot| !lot.amount.is_zero() || !lot.expired.is_zero());
    }

    /// Settles debt from points that have just become available in a lot; tells how much.
    pub fn settle(&mut self, lot: usize) -> Result<Decimal, Overflow> {
        let settled = self.lots.get(lot).map_or(Decimal::ZERO, |lot| self.debt.min(lot.amount));
        if settled > Decimal::ZERO
            && let Some(lot) = self.lots.get_mut(lot)
        {
            lot.amount = amount::subtract(lot.amount, settled)?;
            self.available = amount::subtract(self.available, settled)?;
            self.debt = amount::subtract(self.debt, settled)?;
        }
        Ok(settled.max(Decimal::ZERO))
    }
}

/// The first form of inactivity that takes over points without an end that were earned at an instant, and its day.
pub fn taken_over(plan: &Plan, plans: &[InactivityPlan], earned_at: i64) -> Option<(i32, u16)> {
    let mut days =
        plans.iter().zip(0..).flat_map(|(form, number)| form.takes_over.iter().map(move |day| (*day, number)));
    let first = days.next()?;
    let earned = plan.calendar.day_at(earned_at);
    core::iter::once(first).chain(days).filter(|(day, _)| *day > earned).min()
}

/// When points earned at an instant may be spent by a form.
pub fn vesting(cycles: Cycles<'_>, form: VestPlan, earned_at: i64) -> Vesting {
    let calendar = cycles.calendar;
    let at = match form {
        VestPlan::AtOnce => return Vesting::Done,
        VestPlan::After(length) => return Vesting::At(calendar.plus(earned_at, length)),
        VestPlan::On { event, within } => {
            return Vesting::On { event, deadline: calendar.end_after(earned_at, within) };
        }
        VestPlan::At(day) => calendar.start_of(day),
        VestPlan::EndOf { of, after } => {
            let day = reached(calendar.day_at(earned_at), after);
            calendar.start_of(cycles.end_day(ToEnd { next: false, of }, day))
        }
        VestPlan::OnDayOfNextMonth { day } => {
            calendar.start_of(day_of_next_month(calendar, day, calendar.day_at(earned_at)))
        }
        VestPlan::OnDay { month, day, after, next_year } => {
            let earned = calendar.day_at(earned_at);
            let from = if next_year { next_year_from(calendar, earned) } else { reached(earned, after) };
            calendar.start_of(next_day(month, day, from))
        }
    };
    if at <= earned_at { Vesting::Done } else { Vesting::At(at) }
}

/// The first day of the year after that of another day.
fn next_year_from(calendar: &Calendar, day: i32) -> i32 {
    calendar.first_day(Period::Year, calendar.period_of(Period::Year, day) + 1)
}

/// That day of the month after that of another day, or the last day of a shorter one.
fn day_of_next_month(calendar: &Calendar, of_month: u32, day: i32) -> i32 {
    let next = calendar.period_of(Period::Month, day) + 1;
    let (first, after) = (calendar.first_day(Period::Month, next), calendar.first_day(Period::Month, next + 1));
    first.saturating_add_unsigned(of_month.saturating_sub(1)).min(after - 1)
}

pub fn reached(day: i32, after: Option<Length>) -> i32 {
    after.map_or(day, |after| Calendar::day_plus(day, after))
}

/// The midnight that ends the period of a day.
fn end_of(calendar: &Calendar, period: Period, day: i32) -> i64 {
    let next = calendar.period_of(period, day) + 1;
    calendar.start_of(calendar.first_day(period, next))
}

/// The first day of that date on or after another.
pub fn next_day(month: u32, day: u32, reached: i32) -> i32 {
    use chrono::Datelike as _;

    let year = date_of(reached).year();
    let in_year = |year: i32| chrono::NaiveDate::from_ymd_opt(year, month, day).map(day_of);
    let found = in_year(year).filter(|found| *found >= reached).or_else(|| in_year(year + 1));
    found.unwrap_or(reached)
}

/// When points earned (or vested) at `start` run out by a form. What would be later than anything that can happen is never.
pub fn expiry(plan: &Plan, form: ExpirePlan, start: i64, vested: bool) -> Expiry {
    match fixed_expiry(plan, form, start, vested) {
        Expiry::At(end) if is_beyond_all(end) => Expiry::Never,
        expiry => expiry,
    }
}

fn fixed_expiry(plan: &Plan, form: ExpirePlan, start: i64, vested: bool) -> Expiry {
    let calendar = &plan.calendar;
    let day = calendar.day_at(start);
    match form {
        ExpirePlan::Never => Expiry::Never,
        ExpirePlan::Open => Expiry::Open,
        ExpirePlan::After { length, start: ExpireStart::Vesting } if !vested => Expiry::AfterVesting(length),
        ExpirePlan::After { length, .. } => Expiry::At(calendar.end_after(start, length)),
        ExpirePlan::EndOf { period, after } => Expiry::At(end_of(calendar, period, reached(day, after))),
        ExpirePlan::OnDayOfNextMonth { day: of_month } => {
            Expiry::At(calendar.start_of(day_of_next_month(calendar, of_month, day).saturating_add(1)))
        }
        ExpirePlan::OnDay { month, day: of_month, after, next_year } => {
            let from = if next_year { next_year_from(calendar, day) } else { reached(day, after) };
            let last = next_day(month, of_month, from);
            Expiry::At(calendar.start_of(last.saturating_add(1)))
        }
        // It has become a day before any points are earned by it.
        ExpirePlan::Told(_) | ExpirePlan::EndOfMembership { .. } => Expiry::At(start),
        ExpirePlan::Inactivity(form) => Expiry::Inactivity(form),
        ExpirePlan::At(last) => Expiry::At(calendar.start_of(last.saturating_add(1))),
    }
}
