//! What a return takes from the lots, what it gives back into them, and what is made up for.

use super::calendar::{Micros, day, through};
use super::ledger::{Account, End, Lot, Member, Missing, Use, Vesting, Want};
use super::number::{Exact, zero};
use super::program::{Clawback, Dated, Expire, Flow, Restore};

impl Member<'_> {
    /// Takes `amount` of what the event `source` granted back; tells what of it stays with the member.
    pub fn claw_back(&mut self, wallet: usize, (source, then): (&str, Micros), amount: &Exact, at: Micros) -> Exact {
        let missing = self.missing.len();
        let policy = self.program.wallets[wallet].on(day(self.program.zone, then)).clawback;
        let own = |member: &Member<'_>, pending: bool| -> Vec<usize> {
            let is_own =
                |lot: &Lot| lot.wallet == wallet && lot.source == source && (lot.vesting != Vesting::Done) == pending;
            (0..member.lots.len()).filter(|index| is_own(&member.lots[*index])).collect()
        };
        let sum = |uses: Vec<Use>| -> Exact { uses.iter().map(|used| &used.amount).sum() };
        let mut left = amount.clone();
        let pending = own(self, true);
        left -= sum(self.take(&pending, &left));
        self.flows.push((wallet, Flow::Earned, -amount.clone(), then));
        let mut vested = left.clone();
        self.note_instant(at);
        self.tell_moved(Flow::ClawedBack, wallet, amount, at);
        let (mut written_off, mut debt) = (zero(), zero());
        if policy == Clawback::OnlyPending {
            // What has vested since the day of the return was pending then.
            let mut since = own(self, false);
            since.retain(|lot| self.lots[*lot].vested_at.is_some_and(|vested| vested > at));
            left -= sum(self.take(&since, &left));
            written_off = left.clone();
            // So was what ran out later, and would come back.
            for lot in own(self, false) {
                if !matches!(&self.lots[lot].gone, Some((over, Want::Event(_))) if *over > at) {
                    continue;
                }
                let gone = self.lots[lot].lapsed.clone().min(left.clone());
                self.lots[lot].lapsed -= &gone;
                left -= &gone;
                vested -= &gone;
                self.miss(wallet, source, gone, false);
            }
            // What was given up before has not vested either, and may yet, when what it waited for is told: then it had by now.
            let mut rest = left.clone();
            for lot in own(self, false) {
                let returned: Exact = self.lots[lot].left_unvested.iter().map(|(_, amount)| amount).sum();
                if !matches!(&self.lots[lot].gone, Some((over, Want::Event(_))) if *over <= at) {
                    continue;
                }
                let part = (self.lots[lot].lapsed.clone() - returned).max(zero()).min(rest.clone());
                rest -= &part;
                vested -= &part;
                self.lots[lot].left_unvested.push((at, part));
            }
            self.miss(wallet, source, left, false);
        } else {
            let active = own(self, false);
            left -= sum(self.take(&active, &left));
            for lot in active {
                let gone = self.lots[lot].lapsed.clone().min(left.clone());
                self.lots[lot].lapsed -= &gone;
                left -= &gone;
                written_off += &gone;
                if matches!(self.lots[lot].gone, Some((_, Want::Event(_)))) {
                    // What was given up while it waited has never vested.
                    vested -= &gone;
                }
                self.miss(wallet, source, gone, false);
            }
            let others = self.spending_order(wallet, at);
            left -= sum(self.take(&others, &left));
            match policy {
                Clawback::MayOverdraw => debt = left,
                _ => {
                    self.miss(wallet, source, left.clone(), true);
                    written_off += left;
                }
            }
        }
        self.flows.push((wallet, Flow::Vested, -vested, at));
        self.note(wallet, Account::ClawedBack, amount.clone());
        self.note(wallet, Account::WrittenOff, written_off);
        self.note(wallet, Account::Debt, debt);
        let stays = |missing: &&Missing| missing.spent || policy == Clawback::OnlyPending;
        self.missing[missing..].iter().filter(stays).map(|missing| &missing.amount).sum()
    }

    /// Gives spent points back into the lot that they came from, or a new one where its end moves.
    pub fn give_back(
        &mut self,
        policy: Restore,
        used: &Use,
        amount: Exact,
        (used_at, at): (Micros, Micros),
        fresh: &Expire,
    ) {
        let (zone, wallet) = (self.program.zone, self.lots[used.lot].wallet);
        let amount_back = amount.clone();
        let mut lot =
            Lot { amount: amount.clone(), lapsed: zero(), vested_at: None, gone: None, ..self.lots[used.lot].clone() };
        let mut lives_anew = false;
        let into = match policy {
            Restore::Never => return,
            Restore::Fresh => {
                (lot.earned_at, lot.counted_from) = (at, at);
                lot.end = self.end_of(fresh, at, true);
                lives_anew = true;
                self.start_clock(&lot, at);
                None
            }
            Restore::Original { at_least } => {
                let mut same = true;
                if let End::At(end) = lot.end {
                    let now = self.moved(end, lot.counted_from);
                    let least = at_least.map(|length| through(zone, at, length));
                    if let Some(least) = least.filter(|least| self.moved(*least, at) > now) {
                        (lot.end, lot.counted_from, same) = (End::At(least), at, false);
                    }
                    // What has ended ends now.
                    if self.ends_at(&lot).is_some_and(|end| end < at) {
                        (lot.end, same) = (End::Over(at), false);
                    }
                }
                let idle = match &lot.end {
                    End::Idle(length, without) | End::IdleAtLeast(length, without, _) => {
                        Some((*length, without.clone()))
                    }
                    End::Open => self.taken_over(&lot).map(|(_, length, without)| (length, without)),
                    _ => None,
                };
                let least = at_least.map(|length| through(zone, at, length));
                if let (Some((length, without)), Some(least), Some(now)) = (idle, least, self.ends_at(&lot))
                    && (self.moved(least, at) > now || at < self.clock)
                {
                    let least = match lot.end {
                        End::IdleAtLeast(.., before) if self.until(&lot, before) > self.moved(least, at) => before,
                        _ => {
                            lot.counted_from = at;
                            least
                        }
                    };
                    (lot.end, same, lives_anew) = (End::IdleAtLeast(length, without, least), false, true);
                }
                same.then_some(used.lot)
            }
        };
        self.note(wallet, Account::Spent, -amount.clone());
        self.flows.push((wallet, Flow::Spent, -amount.clone(), used_at));
        self.note_instant(at);
        self.tell_moved(Flow::Restored, wallet, &amount, at);
        let into = match into {
            Some(lot) => {
                self.lots[lot].amount += amount;
                lot
            }
            None => {
                self.lots.push(lot);
                self.lots.len() - 1
            }
        };
        let before = self.lots[into].amount.clone();
        self.settle(into);
        let mut left = amount_back - (before - &self.lots[into].amount);
        if lives_anew {
            self.run_out_since(into, at);
        }
        // What was spent before a return did not find it is found now.
        for number in 0..self.missing.len() {
            let missing = &mut self.missing[number];
            if missing.spent && missing.wallet == wallet && used.payment <= missing.payments {
                let found = missing.amount.clone().min(left.clone());
                missing.amount -= &found;
                left -= &found;
                self.lots[into].amount -= &found;
                self.note(wallet, Account::WrittenOff, -found);
            }
        }
    }

    fn miss(&mut self, wallet: usize, order: &str, amount: Exact, spent: bool) {
        self.missing.push(Missing { order: order.to_owned(), spent, wallet, amount, payments: self.payments });
    }

    /// What an order has just granted makes up for what was not found of the one in whose place it is, and of those in
    /// whose place that one was. The rest is missing of the new one.
    pub fn net(&mut self, wallet: usize, source: &str, replaced: &str) {
        for number in 0..self.missing.len() {
            if self.missing[number].wallet != wallet || self.missing[number].order != replaced {
                continue;
            }
            for lot in 0..self.lots.len() {
                if self.lots[lot].wallet == wallet && self.lots[lot].source == source {
                    let found = self.lots[lot].amount.clone().min(self.missing[number].amount.clone());
                    self.missing[number].amount -= &found;
                    self.lots[lot].amount -= &found;
                    self.note(wallet, Account::WrittenOff, -found);
                }
            }
            self.missing[number].order = source.to_owned();
        }
    }
}
