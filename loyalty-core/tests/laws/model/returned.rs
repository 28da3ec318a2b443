//! What comes back: what is taken for it, what is given back, and what stays used up.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::DAY;
use super::calendar::{self, Micros};
use super::earn::{self, Share};
use super::event::Event;
use super::expr::Scope;
use super::ledger::{Account, Known, Lot, Member, Use, Vesting};
use super::number::{Exact, zero};
use super::program::{Activity, Clawback, Dated, Effect, Flow, Restore};

impl Member<'_> {
    /// A refund or a cancellation.
    pub(super) fn come_back(&mut self, refund: &Event, lives_on: bool) -> Result<(), &'static str> {
        let id = refund.text("order").ok_or("unknown_order")?;
        let horizon = self.horizon();
        let is_it = |known: &Rc<Known>| known.event.id == id && known.event.at >= horizon;
        let index = self.known.iter().position(is_it).ok_or("unknown_order")?;
        let mut known = Known::clone(&self.known[index]);
        if matches!(known.event.kind.as_str(), "refund" | "cancel" | "profile" | "assign_level") {
            return Err("unknown_order");
        }
        if known.event.at < self.clock - Micros::from(self.program.returns_days) * DAY {
            return Err("return_window_closed");
        }
        let at = refund.at.max(known.event.at);
        let points = refund.number("points");
        match &points {
            Some(_) if known.kept.whole => return Err("already_returned"),
            Some(_) if refund.lines().is_none() && refund.number("amount").is_none() => {}
            _ => known.kept.take_back(refund)?,
        }
        known.replaced |= lives_on;
        for wallet in 0..self.program.wallets.len() {
            let Some(granted) = known.granted.get(&wallet) else { continue };
            let clawed = known.clawed.get(&wallet).cloned().unwrap_or_else(zero);
            let due = granted - self.rerated(&known, wallet) - clawed;
            let kept = self.kept_had(&self.known[index], wallet);
            if due > zero() {
                let waits = |lot: &&Lot| lot.wallet == wallet && lot.source == id && lot.vesting != Vesting::Done;
                let pending: Exact = self.lots.iter().filter(waits).map(|lot| &lot.amount).sum();
                if lives_on {
                    self.had_vested.insert(wallet, (&due - pending).max(zero()));
                }
                *known.clawed.entry(wallet).or_insert_with(zero) += &due;
                let stays = self.claw_back(wallet, (id, known.event.at), &due, at);
                if !lives_on {
                    *known.had_in.entry(wallet).or_insert_with(zero) += stays;
                }
            }
            for (rule, now) in self.kept_had(&known, wallet).into_iter().filter(|_| !lives_on) {
                let before = kept.get(&rule).cloned().unwrap_or_else(zero);
                *known.had.entry((rule, wallet)).or_insert_with(zero) += now - before;
            }
        }
        // What is given back sees the member without what came back.
        self.known[index] = Rc::new(known.clone());
        self.give_points_back(&mut known, points, (at, lives_on))?;
        if known.kept.whole {
            // What of an edited order is used up is judged when it is known what the other form sets off.
            let fired = known.judgement.fired.iter().filter(|_| !lives_on);
            known.stays = fired.filter(|rule| self.something_stays(&known, **rule, id)).copied().collect();
            let free = known.judgement.fired.iter().filter(|rule| !known.stays.contains(rule));
            let free: Vec<usize> = free.copied().collect();
            self.claim(&free, known.event.at, (-1, at));
        }
        self.known[index] = Rc::new(known);
        Ok(())
    }

    /// What stays with the member of what returns of an order have taken from the rules on it: it makes room in no cap.
    fn kept_had(&self, known: &Known, wallet: usize) -> BTreeMap<usize, Exact> {
        let whole = |shares: Vec<Share>| shares.into_iter().filter(move |share| share.wallet == wallet);
        let on = calendar::day(self.program.zone, known.event.at);
        let leaves = self.program.wallets[wallet].on(on).clawback == Clawback::OnlyPending;
        let own = self.missing.iter().filter(|missing| missing.wallet == wallet && missing.order == known.event.id);
        let mut left: Exact = own.filter(|missing| missing.spent || leaves).map(|missing| &missing.amount).sum();
        let mut less: BTreeMap<usize, Exact> = BTreeMap::new();
        let mut first = known.clone();
        first.kept = Known::new(&known.event, self.program.currency.minor, false).kept;
        for share in whole(self.current_shares(&first)) {
            *less.entry(share.rule).or_insert_with(zero) += &share.amount;
        }
        for share in whole(self.current_shares(known)) {
            *less.entry(share.rule).or_insert_with(zero) -= &share.amount;
        }
        for less in less.values_mut() {
            let kept = less.clone().min(left.clone()).max(zero());
            left -= &kept;
            *less = kept;
        }
        less
    }

    /// Whether a rule that an order has set off gave something that its return does not find, under the name of the order
    /// that it is missing of.
    pub(super) fn something_stays(&self, known: &Known, rule: usize, missing_of: &str) -> bool {
        let raises = |effect: &Effect| matches!(effect, Effect::Raise { .. });
        let on = calendar::day(self.program.zone, known.event.at);
        if known.judgement.lasting.contains(&rule) || self.program.rules[rule].on(on).effects.iter().any(raises) {
            return true;
        }
        let gave = |wallet: usize| {
            let own = |share: &Share| (share.rule, share.wallet) == (rule, wallet) && share.amount > zero();
            known.judgement.shares.iter().any(own)
        };
        self.missing.iter().any(|missing| {
            let leaves = self.program.wallets[missing.wallet].on(on).clawback == Clawback::OnlyPending;
            let gone = missing.order == missing_of && missing.amount > zero();
            gone && (missing.spent || leaves) && gave(missing.wallet)
        })
    }

    /// Gives spent points back in the reverse order of their use: those asked for, else those of what came back.
    pub(super) fn give_points_back(
        &mut self,
        known: &mut Known,
        points: Option<Exact>,
        (at, lives_on): (Micros, bool),
    ) -> Result<(), &'static str> {
        let mut asked = points;
        for (wallet, uses) in known.uses.clone() {
            let policy = self.program.wallets[wallet].on(calendar::day(self.program.zone, known.event.at));
            let spent: Exact = uses.iter().map(|used| &used.amount).sum();
            let before = known.restored.get(&wallet).cloned().unwrap_or_else(zero);
            let left = &spent - &before;
            let due = match &mut asked {
                Some(asked) => {
                    let due = left.min(asked.clone());
                    *asked -= &due;
                    due
                }
                None if known.kept.whole => left,
                None if policy.restore_full_only => zero(),
                None => {
                    let (tenders, others): (Vec<Use>, Vec<Use>) = uses.iter().cloned().partition(|used| used.tender);
                    let sum = |uses: &[Use]| -> Exact { uses.iter().map(|used| &used.amount).sum() };
                    let of_all = known.kept.share_of_all(&sum(&tenders), policy.decimals);
                    of_all + known.kept.share_of_goods(&sum(&others), policy.decimals) - &before
                }
            };
            if due <= zero() || policy.restore == Restore::Never && !lives_on {
                continue;
            }
            let mut restore = policy.restore;
            if restore == Restore::Never {
                // The other form of the order pays with them, and what it leaves is taken again.
                restore = Restore::Original { at_least: None };
                *self.lent.entry(wallet).or_insert_with(zero) += &due;
            }
            *known.restored.entry(wallet).or_insert_with(zero) += &due;
            let (mut skip, mut due) = (before, due);
            for used in uses.iter().rev() {
                let passed = used.amount.clone().min(skip.clone());
                skip -= &passed;
                let part = (&used.amount - passed).min(due.clone());
                if part > zero() {
                    due -= &part;
                    self.give_back_one((wallet, restore), used, part, (known.event.at, at));
                }
            }
        }
        if asked.is_some_and(|rest| rest > zero()) { Err("refund_exceeds_order") } else { Ok(()) }
    }

    /// Takes again what the form of an order that is known last has left of points that are never given back.
    pub(super) fn take_again(&mut self, at: Micros) {
        for (wallet, lent) in std::mem::take(&mut self.lent) {
            let mut known = Known::clone(self.known.last().expect("it is known by now"));
            let uses = known.uses.entry(wallet).or_default();
            let paid: Exact = uses.iter().map(|used| &used.amount).sum();
            let left = (lent - paid).min(self.available(wallet));
            if left <= zero() {
                continue;
            }
            self.payments += 1;
            let order = self.spending_order(wallet, at);
            uses.extend(self.take(&order, &left));
            *self.known.last_mut().expect("it is known by now") = Rc::new(known);
            self.note(wallet, Account::Spent, left.clone());
            self.spent.push((wallet, at));
            self.flows.push((wallet, Flow::Spent, left.clone(), at));
            self.tell_moved(Flow::Spent, wallet, &left, at);
            self.bring_back(wallet, at, |without| *without == Activity::Any);
        }
    }

    pub(super) fn give_back_one(
        &mut self,
        (wallet, restore): (usize, Restore),
        used: &Use,
        part: Exact,
        (used_at, at): (Micros, Micros),
    ) {
        let seen = self.seen(at, false, false);
        let nothing = Event::new("", "", at);
        let scope = Scope { program: self.program, event: &nothing, seen: &seen };
        let fresh = earn::wallet_expiry(scope.wallet(wallet), &scope);
        self.give_back(restore, used, part, (used_at, at), &fresh);
    }
}
