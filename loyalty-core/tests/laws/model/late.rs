//! What came in time and is told late: points that ran out for want of it are there again.

use super::calendar::{Micros, through};
use super::ledger::{Account, End, Member, Vesting, Want};
use super::number::zero;
use super::program::{Activity, Flow};
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
            (_, End::Idle(length, without)) => Want::Activity(*length, without.clone()),
            (_, End::Open) => {
                let (_, length, without) = self.taken_over(lot)?;
                Want::Activity(length, without)
            }
            _ => return None,
        };
        Some((at, want))
    }

    /// Activity of a kind is told: of the points of a wallet that ran out since, those come back that would be there by now.
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
            let zone = self.program.zone;
            let activities = self.activities(wallet, length, &without);
            // From one to the next, as long as each is in time.
            let mut end = through(zone, at, length);
            while let Some(later) = activities
                .iter()
                .filter(|one| **one < end)
                .map(|one| through(zone, *one, length))
                .max()
                .filter(|later| *later > end)
            {
                end = later;
            }
            if end > over && activities.iter().all(|one| *one < end) {
                self.reinstate(lot, over);
                self.settle(lot);
            }
        }
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
