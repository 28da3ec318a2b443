//! What few members have, by its description (see [`saved`](super::super::saved)): one column for each kind of value.

use rust_decimal::Decimal;

use super::super::saved::{Field, Form, Items, Saved, Unread};
use super::Shared;
use crate::wire::squeeze::{Amounts, Bytes, Coder, Flag, Instants, Malformed, Number, Small};

pub struct Rest<'c> {
    coder: &'c mut dyn Coder,
    shared: &'c mut Shared,
    /// The instant before, which the next one may be near.
    near: i64,
    choices: Small,
    some: Flag,
    flags: Flag,
    lengths: Number,
    numbers: Number,
    signed: Number,
    amounts: Amounts,
    moments: Instants,
    bytes: Bytes,
}

impl<'c> Rest<'c> {
    pub fn new(coder: &'c mut dyn Coder, shared: &'c mut Shared, near: i64) -> Self {
        Self {
            coder,
            shared,
            near,
            choices: Small::default(),
            some: Flag::default(),
            flags: Flag::default(),
            lengths: Number::default(),
            numbers: Number::default(),
            signed: Number::default(),
            amounts: Amounts::default(),
            moments: Instants::default(),
            bytes: Bytes::default(),
        }
    }
}

impl From<Malformed> for Unread {
    fn from(_: Malformed) -> Self {
        Self::expecting("other bytes")
    }
}

impl Form for Rest<'_> {
    fn reads(&self) -> bool {
        self.coder.reads()
    }

    fn object<'p>(&mut self, fields: &mut [Field<'p>], unless_empty: &mut [Field<'p>]) -> Result<(), Unread> {
        fields.iter_mut().chain(unless_empty).try_for_each(|(_, part)| part.code(self))
    }

    fn row(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        parts.iter_mut().try_for_each(|part| part.code(self))
    }

    fn list(&mut self, items: &mut dyn Items) -> Result<(), Unread> {
        for at in 0..self.lengths.code(self.coder, items.count() as u64)? as usize {
            // Some of what is listed takes several times the room of a thing.
            self.coder.things(4)?;
            if self.coder.reads() {
                items.add();
            }
            items.item(at).ok_or(Malformed)?.code(self)?;
        }
        Ok(())
    }

    fn choice(&mut self, names: &[&'static str], chosen: &'static str) -> Result<&'static str, Unread> {
        let place = names.iter().position(|name| *name == chosen).unwrap_or_default();
        let place = self.choices.code(self.coder, place)?;
        Ok(names.get(place).ok_or(Malformed)?)
    }

    fn parts(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        self.row(parts)
    }

    fn some(&mut self, is: bool) -> Result<bool, Unread> {
        Ok(self.some.code(self.coder, is)?)
    }

    fn flag(&mut self, set: bool) -> Result<bool, Unread> {
        Ok(self.flags.code(self.coder, set)?)
    }

    fn count(&mut self, number: u64) -> Result<u64, Unread> {
        Ok(self.numbers.code(self.coder, number)?)
    }

    fn signed(&mut self, number: i64) -> Result<i64, Unread> {
        Ok(self.signed.signed(self.coder, number)?)
    }

    fn amount(&mut self, amount: Decimal) -> Result<Decimal, Unread> {
        Ok(self.amounts.code(self.coder, amount)?)
    }

    fn moment(&mut self, at: i64) -> Result<i64, Unread> {
        self.near = self.moments.code(self.coder, at, self.near)?;
        Ok(self.near)
    }

    fn text(&mut self, text: &mut String) -> Result<(), Unread> {
        Ok(self.shared.name(self.coder, text)?)
    }

    fn bytes(&mut self, bytes: &mut Vec<u8>) -> Result<(), Unread> {
        Ok(self.bytes.code(self.coder, bytes)?)
    }
}
