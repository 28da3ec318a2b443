//! What came in time and is told late: points that ran out for want of it are there again, or ran out later.

use super::calendar::{Micros, start};
use super::ledger::{Account, End, Lot, Member, Vesting, Want};
use super::number::zero;
use super::program::{Activity, Flow, Length};
use super::reactions::Happened;

impl Member<'_> {
    /// Why a lot runs out at an instant, if something may yet be told that would have kept it.
    pub(super) fn wanted(&self, lot: usize, at: Micros) -> Option<(Micros, Want)> {
        let lot = &self.lots[lot];
        // What goes by the rest of the lot goes by what has run out of it before.
        if lot.lapsed > zero() {
            return lot.gone.clone();
        }
        let want = match (&lot.vesting, &lot.end) {
            (Vesting::On { event, .. }, _) => Want::Event(event.clone()),
            (_, End::Idle(length, without) | End::IdleAtLeast(length, without, _)) => {
                Want::Activity(*length, without.clone())
            }
            (_, End::Open) => {
                let (_, length, without) = self.taken_over(lot)?;
                Want::Activity(length, without)
            }
            _ => return None,
        };
        Some((at, want))
    }

    /// Activity of a kind is told: what ran out since and would not have yet comes back, and runs out when it would have.
    pub(super) fn bring_back(&mut self, wallet: usize, at: Micros, counts: impl Fn(&Activity) -> bool) {
        if at >= self.clock {
            return;
        }
        for lot in 0..self.lots.len() {
            let Some((over, Want::Activity(length, without))) = self.lots[lot].gone.clone() else { continue };
            let in_time = at < over && over >= self.horizon();
            if self.lots[lot].wallet != wallet || !in_time || !counts(&without) {
                continue;
            }
            let first = self.kept_until(at, length);
            if first <= over {
                continue;
            }
            let end = self.idle_after(wallet, (length, &without), first);
            if end == Some(over) {
                continue;
            }
            self.reinstate(lot, over);
            self.settle(lot);
            if let Some(end) = end {
                self.run_out(lot, end);
            }
        }
    }

    /// When points ran out that were kept to an instant, and whatever came by then went on to keep; nothing, if they are there until the
    /// last activity.
    fn idle_after(&self, wallet: usize, (length, without): (Length, &Activity), mut end: Micros) -> Option<Micros> {
        let activities = self.activities(wallet, length, without);
        // From one to the next, as long as each is in time.
        while let Some(later) = activities
            .iter()
            .filter(|one| **one < end)
            .map(|one| self.kept_until(*one, length))
            .max()
            .filter(|later| *later > end)
        {
            end = later;
        }
        activities.iter().any(|one| *one >= end).then_some(end)
    }

    /// Until when what came by an instant keeps points that are in a lot then; the day that brought its form, too.
    pub(super) fn kept_at(&self, lot: &Lot, at: Micros) -> Option<(Length, Activity, Micros)> {
        let zone = self.program.zone;
        let (length, without, begun) = match &lot.end {
            End::Idle(length, without) => (*length, without.clone(), self.begun(lot, *length, without)),
            End::IdleAtLeast(length, without, until) => {
                return Some((*length, without.clone(), self.until(lot, *until)));
            }
            End::Open => {
                let (from, length, without) = self.taken_over(lot)?;
                (length, without, Some(start(zone, from)))
            }
            _ => return None,
        };
        let activities = self.activities(lot.wallet, length, &without);
        let last = activities.into_iter().filter(|one| *one <= at).max().max(begun);
        Some((length, without, last.map_or(Micros::MIN, |last| self.kept_until(last, length))))
    }

    /// Points that are told late may have run out long since, although there was activity after that.
    pub(super) fn run_out_since(&mut self, lot: usize, at: Micros) {
        if at >= self.clock || self.lots[lot].vesting != Vesting::Done {
            return;
        }
        let Some((length, without, kept)) = self.kept_at(&self.lots[lot], at) else { return };
        if let Some(end) = self.idle_after(self.lots[lot].wallet, (length, &without), kept) {
            self.run_out(lot, end);
        }
    }

    fn run_out(&mut self, lot: usize, over: Micros) {
        let amount = std::mem::replace(&mut self.lots[lot].amount, zero());
        if amount == zero() {
            return;
        }
        self.lots[lot].gone = self.wanted(lot, over);
        let wallet = self.lots[lot].wallet;
        self.lots[lot].lapsed += &amount;
        self.flows.push((wallet, Flow::Expired, amount.clone(), over));
        self.note_instant(over);
        self.tell_moved(Flow::Expired, wallet, &amount, over);
        self.note(wallet, Account::Expired, amount);
    }

    /// What ran out of a lot is there again, from that instant on.
    pub(super) fn reinstate(&mut self, lot: usize, over: Micros) {
        let (wallet, amount) = (self.lots[lot].wallet, std::mem::replace(&mut self.lots[lot].lapsed, zero()));
        self.lots[lot].gone = None;
        self.lots[lot].amount += &amount;
        if amount == zero() {
            return;
        }
        self.note(wallet, Account::Expired, -amount.clone());
        self.flows.push((wallet, Flow::Expired, -amount.clone(), over));
        self.note_instant(over);
        self.happened.push(Happened::Reinstated { wallet, amount, at: over });
    }
}
