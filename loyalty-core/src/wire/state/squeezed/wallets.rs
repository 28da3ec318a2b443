//! Wallets: most lots are those that the remembered events granted, and the sums are those of the lots.

use rust_decimal::Decimal;

use super::super::values::{Amount, Moment, SavedExpiry, SavedSource, SavedUnit, SavedVesting};
use super::super::wallets::{SavedLot, SavedWallet};
use super::events::{Events, Expected};
use super::{Shared, list};
use crate::amount;
use crate::wire::squeeze::{Amounts, Coder, Flag, Instants, Malformed, Number, Small};

/// A lot is as expected; or but for the amount, for some of it is gone; or another.
const EXPECTED: usize = 0;
const IN_PART: usize = 1;
const ANOTHER: usize = 2;

#[derive(Default)]
struct Lots {
    lengths: Number,
    how: Small,
    /// How many expected ones are gone.
    gone: Number,
    amounts: Amounts,
    expired: Amounts,
    entries: Number,
    known: Flag,
    places: Number,
    earned_at: Instants,
    vesting: Small,
    vests_at: Instants,
    events: Number,
    expiry: Small,
    expires_at: Instants,
    forms: Number,
    units: Number,
}

pub fn code(
    coder: &mut dyn Coder,
    shared: &mut Shared,
    events: &Events,
    wallets: &mut Vec<SavedWallet>,
    clock: i64,
) -> Result<(), Malformed> {
    let (mut lengths, mut lots) = (Number::default(), Lots::default());
    let (mut forms, mut active, mut activity) = (Number::default(), Flag::default(), Instants::default());
    let mut sums: [Amounts; 7] = Default::default();
    let (mut follows, mut others) = (Flag::default(), Amounts::default());
    let (mut number, mut decimals) = (0, Number::default());
    list(coder, &mut lengths, wallets, |coder, wallet| {
        shared.name(coder, &mut wallet.name)?;
        wallet.holds.code(coder, shared, &mut decimals)?;
        list(coder, &mut forms, &mut wallet.activity, |coder, (key, last)| {
            shared.name(coder, key)?;
            *last = match active.code(coder, last.is_some())? {
                true => Some(Moment(activity.code(coder, last.map_or(0, |last| last.0), clock)?)),
                false => None,
            };
            Ok(())
        })?;
        let expected: Vec<&Expected> = events.expected.iter().filter(|lot| lot.wallet == number).collect();
        number = number.wrapping_add(1);
        coder.part("lots");
        lots.code(coder, &expected, events, &mut wallet.lots)?;
        coder.part("wallets");
        let known = [
            &mut wallet.spent,
            &mut wallet.transferred_in,
            &mut wallet.transferred_out,
            &mut wallet.expired,
            &mut wallet.clawed_back,
            &mut wallet.written_off,
            &mut wallet.debt,
        ];
        for (sum, column) in known.into_iter().zip(&mut sums) {
            sum.0 = column.code(coder, sum.0)?;
        }
        // What follows from the others, unless points are set aside.
        let of_lots = |pending: bool| {
            let lots = wallet.lots.iter().filter(|lot| !matches!(lot.vesting, SavedVesting::Done) == pending);
            lots.map(|lot| lot.amount.0).try_fold(Decimal::ZERO, amount::add).unwrap_or_default()
        };
        let (available, pending) = (of_lots(false), of_lots(true));
        let issued = [
            available,
            pending,
            wallet.spent.0,
            wallet.transferred_out.0,
            wallet.expired.0,
            wallet.clawed_back.0,
            -wallet.debt.0,
            -wallet.written_off.0,
            -wallet.transferred_in.0,
        ];
        let issued = issued.into_iter().try_fold(Decimal::ZERO, amount::add).unwrap_or_default();
        for (sum, expected) in
            [(&mut wallet.available, available), (&mut wallet.pending, pending), (&mut wallet.issued, issued)]
        {
            sum.0 = if follows.code(coder, sum.0 == expected)? {
                expected.normalize()
            } else {
                others.code(coder, sum.0)?
            };
        }
        Ok(())
    })
}

impl Lots {
    fn code(
        &mut self,
        coder: &mut dyn Coder,
        expected: &[&Expected],
        events: &Events,
        lots: &mut Vec<SavedLot>,
    ) -> Result<(), Malformed> {
        let (mut at, mut before) = (0_usize, None::<(u64, i64)>);
        for place in 0..self.lengths.code(coder, lots.len() as u64)? as usize {
            coder.things(1)?;
            if coder.reads() {
                lots.push(SavedLot::default());
            }
            let lot = lots.get_mut(place).ok_or(Malformed)?;
            let left = expected.get(at..).unwrap_or_default();
            let gone = left.iter().position(|known| known.entry == lot.entry);
            let how = match gone.and_then(|gone| left.get(gone)) {
                Some(known) if !coder.reads() && known.is(lot, events) => {
                    if known.amount == lot.amount.0 {
                        EXPECTED
                    } else {
                        IN_PART
                    }
                }
                _ => ANOTHER,
            };
            match self.how.code(coder, how)? {
                ANOTHER => self.another(coder, before, events, lot)?,
                how => {
                    at = at.saturating_add(self.gone.narrow(coder, gone.unwrap_or_default() as u64)?);
                    let known = expected.get(at).ok_or(Malformed)?;
                    at += 1;
                    let amount = if how == EXPECTED { known.amount } else { self.amounts.code(coder, lot.amount.0)? };
                    if coder.reads() {
                        *lot = known.lot(amount, events)?;
                    }
                }
            }
            before = Some((lot.entry, lot.earned_at.0));
        }
        Ok(())
    }

    fn another(
        &mut self,
        coder: &mut dyn Coder,
        before: Option<(u64, i64)>,
        events: &Events,
        lot: &mut SavedLot,
    ) -> Result<(), Malformed> {
        let (entry, near) = before.unwrap_or((0, events.last()));
        lot.entry = self.entries.signed(coder, lot.entry.wrapping_sub(entry) as i64)?.wrapping_add(entry as i64) as u64;
        let known = self.known.code(coder, matches!(lot.source, SavedSource::Event(_)))?;
        lot.source = match (known, lot.source) {
            (true, source) => SavedSource::Event(self.places.narrow(coder, u64::from(source.place()))?),
            (false, SavedSource::Digest(digest)) => SavedSource::Digest(coder.plain(64, digest)?),
            (false, SavedSource::Event(_)) => SavedSource::Digest(coder.plain(64, 0)?),
        };
        lot.amount.0 = self.amounts.code(coder, lot.amount.0)?;
        lot.expired.0 = self.expired.code(coder, lot.expired.0)?;
        let near =
            if let SavedSource::Event(place) = lot.source { events.at(place as usize).unwrap_or(near) } else { near };
        let earned_at = self.earned_at.code(coder, lot.earned_at.0, near)?;
        lot.earned_at = Moment(earned_at);
        let (kind, at, event) = match lot.vesting {
            SavedVesting::Done => (0, 0, 0),
            SavedVesting::At(at) => (1, at.0, 0),
            SavedVesting::On(event, at) => (2, at.0, event),
        };
        lot.vesting = match self.vesting.code(coder, kind)? {
            0 => SavedVesting::Done,
            1 => SavedVesting::At(Moment(self.vests_at.code(coder, at, earned_at)?)),
            2 => {
                let event = self.events.narrow(coder, u64::from(event))?;
                SavedVesting::On(event, Moment(self.vests_at.code(coder, at, earned_at)?))
            }
            _ => return Err(Malformed),
        };
        let (kind, at, count, unit) = match &lot.expiry {
            SavedExpiry::Never => (0, 0, 0, 0),
            SavedExpiry::Open => (1, 0, 0, 0),
            SavedExpiry::At(at) => (2, at.0, 0, 0),
            SavedExpiry::Inactivity(form) => (3, 0, u64::from(*form), 0),
            SavedExpiry::AfterVesting(count, unit) => (4, 0, u64::from(*count), *unit as u64),
            SavedExpiry::Lapsed(form, at) => (5, at.0, u64::from(*form), 0),
            SavedExpiry::AtLeast(form, until) => (6, until.0, u64::from(*form), 0),
        };
        lot.expiry = match self.expiry.code(coder, kind)? {
            0 => SavedExpiry::Never,
            1 => SavedExpiry::Open,
            2 => SavedExpiry::At(Moment(self.expires_at.code(coder, at, earned_at)?)),
            3 => SavedExpiry::Inactivity(self.forms.narrow(coder, count)?),
            4 => {
                let count = self.forms.narrow(coder, count)?;
                let unit = SavedUnit::of(self.units.narrow(coder, unit)?).ok_or(Malformed)?;
                SavedExpiry::AfterVesting(count, unit)
            }
            5 => {
                let form = self.forms.narrow(coder, count)?;
                SavedExpiry::Lapsed(form, Moment(self.expires_at.code(coder, at, earned_at)?))
            }
            6 => {
                let form = self.forms.narrow(coder, count)?;
                SavedExpiry::AtLeast(form, Moment(self.expires_at.code(coder, at, earned_at)?))
            }
            _ => return Err(Malformed),
        };
        Ok(())
    }
}

impl Expected {
    /// Whether the lot is this one, its amount aside.
    fn is(&self, lot: &SavedLot, events: &Events) -> bool {
        let vesting = match lot.vesting {
            SavedVesting::Done => self.vests_at.is_none(),
            SavedVesting::At(at) => self.vests_at == Some(at.0),
            SavedVesting::On(..) => false,
        };
        let expiry = match lot.expiry {
            SavedExpiry::Never => self.expires_at.is_none(),
            SavedExpiry::At(at) => self.expires_at == Some(at.0),
            _ => false,
        };
        let source = matches!(lot.source, SavedSource::Event(place) if place as usize == self.place);
        let earned_at = events.at(self.place) == Some(lot.earned_at.0);
        lot.entry == self.entry && vesting && expiry && source && earned_at && lot.expired.0.is_zero()
    }

    fn lot(&self, amount: Decimal, events: &Events) -> Result<SavedLot, Malformed> {
        let at = |at: Option<i64>| at.map(Moment);
        Ok(SavedLot {
            entry: self.entry,
            source: SavedSource::Event(self.place as u32),
            amount: Amount(amount),
            earned_at: Moment(events.at(self.place).ok_or(Malformed)?),
            vesting: at(self.vests_at).map_or(SavedVesting::Done, SavedVesting::At),
            expiry: at(self.expires_at).map_or(SavedExpiry::Never, SavedExpiry::At),
            expired: Amount::default(),
        })
    }
}
