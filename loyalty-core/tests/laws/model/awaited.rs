//! What points of an order wait for has come, whichever form of it it was told of.

use std::rc::Rc;

use super::DAY;
use super::calendar::Micros;
use super::event::Event;
use super::ledger::{Known, Lot, Member, Vesting, Want};
use super::number::zero;
use super::program::Flow;

impl Member<'_> {
    pub(super) fn vest_on(&mut self, event: &Event) {
        let Some(named) = event.text("order") else { return };
        let (mut order, mut at) = (named.to_owned(), event.at);
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        // An order that was edited waits as it is by now.
        while !self.waits(&order, &event.kind) {
            let edits = |known: &&Rc<Known>| {
                known.event.at >= returnable && known.event.text("replaces") == Some(order.as_str())
            };
            let Some(next) = self.known.iter().find(edits) else { break };
            (order, at) = (next.event.id.clone(), event.at.max(next.event.at));
        }
        self.vest_waiting(&order, &event.kind, at);
    }

    /// What an order waits for may have been told before it, and have come of a form before.
    pub(super) fn vest_by_what_has_come(&mut self, order: &Event, replaced: Option<&str>) {
        let returnable = self.clock - Micros::from(self.program.returns_days) * DAY;
        let mut forms = vec![order.id.clone()];
        let mut next = replaced.map(str::to_owned);
        while let Some(known) = next.and_then(|id| self.known.iter().find(|known| known.event.id == id)) {
            forms.push(known.event.id.clone());
            next = known.event.text("replaces").filter(|_| known.event.at >= returnable).map(str::to_owned);
        }
        let come = self.known.iter().filter(|known| !known.ignored || known.rested);
        let come = come.filter(|known| known.event.text("order").is_some_and(|of| forms.iter().any(|id| id == of)));
        let mut come: Vec<_> = come.map(|known| (known.event.at, known.event.kind.clone())).collect();
        come.sort();
        for (at, kind) in come {
            self.vest_waiting(&order.id, &kind, at.max(order.at));
        }
    }

    /// Whether points of an order wait for an event.
    pub(super) fn waits(&self, order: &str, kind: &str) -> bool {
        let on = |lot: &Lot| match (&lot.vesting, &lot.gone) {
            (Vesting::On { event, .. }, _) => *event == kind && lot.amount > zero(),
            (_, Some((_, Want::Event(event)))) => *event == kind && lot.lapsed > zero(),
            _ => false,
        };
        self.lots.iter().any(|lot| lot.source == order && on(lot))
    }

    pub(super) fn vest_waiting(&mut self, order: &str, kind: &str, at: Micros) {
        for wallet in 0..self.program.wallets.len() {
            for number in 0..self.lots.len() {
                if (self.lots[number].wallet, self.lots[number].source.as_str()) != (wallet, order) {
                    continue;
                }
                if let Some((over, Want::Event(event))) = self.lots[number].gone.clone()
                    && event == kind
                    && at < over
                    && self.lots[number].earned_at >= self.horizon()
                    && self.lots[number].lapsed > zero()
                {
                    // It came in time.
                    self.reinstate(number, over);
                    for (at, amount) in std::mem::take(&mut self.lots[number].left_unvested) {
                        self.flows.push((wallet, Flow::Vested, -amount, at));
                    }
                    let at = at.max(self.lots[number].earned_at);
                    self.vest(number, at);
                }
                let lot = &self.lots[number];
                let waits = matches!(&lot.vesting, Vesting::On { event, deadline } if *event == kind && at < *deadline);
                if waits && (lot.wallet, lot.source.as_str()) == (wallet, order) && lot.amount > zero() {
                    let at = at.max(lot.earned_at);
                    self.vest(number, at);
                }
            }
        }
    }
}
