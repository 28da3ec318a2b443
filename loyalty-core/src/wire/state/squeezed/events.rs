//! Remembered events, and the names that they need.

use rust_decimal::Decimal;

use super::super::layouts::SavedLayout;
use super::super::pack::{Packed, SavedRecord};
use super::{Shared, list};
use crate::engine::lots::Vesting;
use crate::engine::outcome::{Decision, Kind};
use crate::wire::squeeze::{Amounts, Coder, Flag, Ids, Instants, Malformed, Number};

mod decisions;
mod order;

use decisions::Decisions;
use order::Orders;

/// The tables of names.
pub fn tables(coder: &mut dyn Coder, shared: &mut Shared, packed: &mut Packed) -> Result<(), Malformed> {
    let (mut lengths, mut kinds, mut plain) = (Number::default(), Number::default(), Flag::default());
    let mut slots = |coder: &mut dyn Coder, shared: &mut Shared, slots: &mut Vec<(String, u8)>| {
        list(coder, &mut lengths, slots, |coder, (name, kind)| {
            // What is learnt of its column takes more room than the slot itself.
            coder.things(8)?;
            shared.name(coder, name)?;
            *kind = kinds.narrow(coder, u64::from(*kind))?;
            Ok(())
        })
    };
    let mut counts = Number::default();
    list(coder, &mut counts, &mut packed.events, |coder, SavedLayout { name, signature, slots: own, lists }| {
        coder.part("names of fields");
        coder.things(16)?;
        shared.name(coder, name)?;
        *signature = coder.plain(64, *signature)?;
        slots(coder, shared, own)?;
        list(coder, &mut Number::default(), lists, |coder, (name, is_plain, fields)| {
            shared.name(coder, name)?;
            *is_plain = plain.code(coder, *is_plain)?;
            slots(coder, shared, fields)
        })
    })?;
    coder.part("names of rules");
    for names in [&mut packed.rules, &mut packed.fields] {
        list(coder, &mut counts, names, |coder, name| shared.name(coder, name))?;
    }
    let mut denominators = Amounts::default();
    list(coder, &mut counts, &mut packed.denominators, |coder, denominator| {
        denominator.0 = denominators.code(coder, denominator.0)?;
        Ok(())
    })
}

/// A lot that the events granted, as far as they tell what became of it.
pub struct Expected {
    pub entry: u64,
    pub wallet: u16,
    pub amount: Decimal,
    pub vests_at: Option<i64>,
    pub expires_at: Option<i64>,
    /// Its event's place among the remembered ones.
    pub place: usize,
}

/// Of more lots what becomes of them is not expected.
const EXPECTED_MAX: usize = 256;

/// All that was read or written of the events, for what is expected of them and of what stands behind.
pub struct Events {
    /// When each of them was.
    pub ats: Vec<i64>,
    /// The last entry of the ledger.
    pub entry: u64,
    /// Invariant: ascending by entry, as far as whoever wrote it kept to that.
    pub expected: Vec<Expected>,
    types: Vec<OfType>,
    orders: Vec<Orders>,
    decisions: Decisions,
    same_type: Number,
}

/// What was learnt of events of a type.
#[derive(Default)]
struct OfType {
    ids: Ids,
    at: Instants,
    own_digest: Flag,
    own_signature: Flag,
    has_order: Flag,
}

impl Events {
    pub fn new(packed: &Packed) -> Result<Self, Malformed> {
        Ok(Self {
            ats: Vec::new(),
            entry: 0,
            expected: Vec::new(),
            types: packed.events.iter().map(|_| OfType::default()).collect(),
            orders: packed.layouts()?.into_iter().map(Orders::new).collect(),
            decisions: Decisions::default(),
            same_type: Number::default(),
        })
    }

    pub fn last(&self) -> i64 {
        self.ats.last().copied().unwrap_or_default()
    }

    pub fn at(&self, place: usize) -> Option<i64> {
        self.ats.get(place).copied()
    }

    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        records: &mut Vec<SavedRecord>,
        enrolled_at: i64,
    ) -> Result<(), Malformed> {
        let length = Number::default().code(coder, records.len() as u64)?;
        let mut near = enrolled_at;
        for place in 0..length as usize {
            coder.things(2)?;
            if coder.reads() {
                records.push(SavedRecord::default());
            }
            let record = records.get_mut(place).ok_or(Malformed)?;
            coder.part("events: ids");
            record.event = self.same_type.narrow(coder, u64::from(record.event))?;
            let number = usize::from(record.event);
            let model = self.types.get_mut(number).ok_or(Malformed)?;
            model.ids.code(&mut shared.words, coder, &mut record.id)?;
            coder.part("events: instants");
            record.at = model.at.code(coder, record.at, near)?;
            near = record.at;
            self.ats.push(near);
            coder.part("events: digests");
            let own = model.own_digest.code(coder, record.digest.is_some())?;
            record.digest = match own {
                true => Some(coder.plain(32, u64::from(record.digest.unwrap_or_default()))? as u32),
                false => None,
            };
            let own = model.own_signature.code(coder, record.signature.is_some())?;
            record.signature = match own {
                true => Some(coder.plain(64, record.signature.unwrap_or_default())?),
                false => None,
            };
            let has_order = model.has_order.code(coder, record.order.is_some())?;
            if coder.reads() && has_order {
                record.order = Some(Default::default());
            }
            coder.part("events: fields for returns");
            let orders = self.orders.get_mut(number).ok_or(Malformed)?;
            if let Some(order) = &mut record.order {
                orders.fields(coder, &mut shared.words, &mut order.fields, near)?;
            }
            coder.part("events: decisions");
            self.decisions(coder, shared, place, record)?;
            coder.part("events: grants for returns");
            if let Some(order) = &mut record.order {
                self.decisions.granted(coder, order, &record.decisions)?;
            }
        }
        Ok(())
    }

    fn decisions(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        place: usize,
        record: &mut SavedRecord,
    ) -> Result<(), Malformed> {
        let fields = record.order.as_ref().map(|order| &order.fields);
        self.decisions.begin(fields);
        for number in 0.. {
            coder.things(1)?;
            let given = if coder.reads() { None } else { record.decisions.get_mut(number) };
            let expected = &self.expected;
            let Some(read) = self.decisions.code(coder, shared, expected, self.entry, record.at, given)? else { break };
            if let Some(read) = read {
                record.decisions.push(read);
            }
            if let Some(decision) = record.decisions.get(number) {
                self.follow(place, decision);
            }
        }
        Ok(())
    }

    /// What is expected after a decision.
    fn follow(&mut self, place: usize, decision: &Decision) {
        self.entry = entry_of(&decision.kind).unwrap_or(self.entry);
        let expected = &mut self.expected;
        match &decision.kind {
            Kind::Earned { entry, wallet, amount, vesting, expires_at, .. } => {
                let vests_at = if let Vesting::At(at) = vesting { Some(*at) } else { None };
                if expected.len() >= EXPECTED_MAX {
                    expected.remove(0);
                }
                let (amount, expires_at) = (amount.normalize(), *expires_at);
                expected.push(Expected { entry: *entry, wallet: *wallet, amount, vests_at, expires_at, place });
            }
            Kind::Vested { lot, expires_at, .. } => {
                if let Some(lot) = expected.iter_mut().find(|known| known.entry == *lot) {
                    lot.vests_at = None;
                    lot.expires_at = *expires_at;
                }
            }
            Kind::Expired { lot, .. } => expected.retain(|known| known.entry != *lot),
            Kind::Spent { uses, .. } => {
                for used in uses {
                    if let Some(lot) = expected.iter_mut().find(|known| known.entry == used.entry) {
                        lot.amount = crate::amount::add(lot.amount, -used.amount).unwrap_or_default().normalize();
                    }
                }
                expected.retain(|known| !known.amount.is_zero());
            }
            _ => {}
        }
    }
}

/// The entry of the ledger that the decision is.
fn entry_of(kind: &Kind) -> Option<u64> {
    match kind {
        Kind::Earned { entry, .. }
        | Kind::Vested { entry, .. }
        | Kind::Expired { entry, .. }
        | Kind::Spent { entry, .. }
        | Kind::ClawedBack { entry, .. }
        | Kind::Restored { entry, .. }
        | Kind::DebtSettled { entry, .. }
        | Kind::WriteOffSettled { entry, .. }
        | Kind::Reinstated { entry, .. }
        | Kind::Transferred { entry, .. }
        | Kind::Received { entry, .. }
        | Kind::Held { entry, .. }
        | Kind::Released { entry, .. }
        | Kind::Forfeited { entry, .. }
        | Kind::Joined { entry, .. } => Some(*entry),
        _ => None,
    }
}
