//! Saved state as JSON.

use rust_decimal::Decimal;

use super::{Field, Form, Items, Saved, Unread};
use crate::time::Instant;
use crate::wire::scan::Tree;
use crate::wire::sink::{Moment, Sink as _};
use crate::wire::writer::Writer;

pub fn write_json(saved: &mut dyn Saved) -> String {
    let mut json = String::new();
    // Writing passes over what is there, and there is nothing that could not be read.
    let _ = saved.code(&mut Writing { out: Writer::new(&mut json), chosen: "" });
    json
}

pub fn read_json(tree: &Tree<'_>, saved: &mut dyn Saved) -> Result<(), Unread> {
    saved.code(&mut Reading(tree))
}

struct Writing<'o> {
    out: Writer<'o>,
    /// A choice whose parts follow.
    chosen: &'static str,
}

impl Form for Writing<'_> {
    fn reads(&self) -> bool {
        false
    }

    fn object<'p>(&mut self, fields: &mut [Field<'p>], unless_empty: &mut [Field<'p>]) -> Result<(), Unread> {
        self.out.begin_object();
        for (name, part) in fields.iter_mut().chain(unless_empty.iter_mut().filter(|(_, part)| !part.is_empty())) {
            self.out.key(name);
            part.code(self)?;
        }
        self.out.end_object();
        Ok(())
    }

    fn row(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        self.out.begin_list();
        for part in parts {
            part.code(self)?;
        }
        self.out.end_list();
        Ok(())
    }

    fn list(&mut self, items: &mut dyn Items) -> Result<(), Unread> {
        self.out.begin_list();
        for at in 0..items.count() {
            if let Some(item) = items.item(at) {
                item.code(self)?;
            }
        }
        self.out.end_list();
        Ok(())
    }

    fn choice(&mut self, _: &[&'static str], chosen: &'static str) -> Result<&'static str, Unread> {
        self.chosen = chosen;
        Ok(chosen)
    }

    fn parts(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        if parts.is_empty() {
            self.out.text(self.chosen);
            return Ok(());
        }
        self.out.begin_object();
        self.out.key(self.chosen);
        match parts {
            [part] => part.code(self)?,
            parts => self.row(parts)?,
        }
        self.out.end_object();
        Ok(())
    }

    fn some(&mut self, is: bool) -> Result<bool, Unread> {
        if !is {
            self.out.null();
        }
        Ok(is)
    }

    fn flag(&mut self, set: bool) -> Result<bool, Unread> {
        self.out.bool(set);
        Ok(set)
    }

    fn count(&mut self, number: u64) -> Result<u64, Unread> {
        self.out.number(number.into());
        Ok(number)
    }

    fn signed(&mut self, number: i64) -> Result<i64, Unread> {
        self.out.number(number.into());
        Ok(number)
    }

    fn amount(&mut self, amount: Decimal) -> Result<Decimal, Unread> {
        self.out.amount(amount);
        Ok(amount)
    }

    fn moment(&mut self, at: i64) -> Result<i64, Unread> {
        self.out.instant(Moment { at: Instant(at), offset: 0 });
        Ok(at)
    }

    fn text(&mut self, text: &mut String) -> Result<(), Unread> {
        self.out.text(text);
        Ok(())
    }

    fn bytes(&mut self, bytes: &mut Vec<u8>) -> Result<(), Unread> {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        let digits: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        self.out.text(&digits);
        Ok(())
    }
}

/// The value that is read next.
struct Reading<'t>(&'t Tree<'t>);

impl Reading<'_> {
    fn number<T: TryFrom<i128>>(&self) -> Result<T, Unread> {
        let number = self.0.number().and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| Unread::expecting("a whole number"))
    }

    fn words(&self, expected: &'static str) -> Result<&str, Unread> {
        self.0.text().ok_or_else(|| Unread::expecting(expected))
    }
}

impl Form for Reading<'_> {
    fn reads(&self) -> bool {
        true
    }

    fn object<'p>(&mut self, fields: &mut [Field<'p>], unless_empty: &mut [Field<'p>]) -> Result<(), Unread> {
        let Tree::Object(_) = self.0 else { return Err(Unread::expecting("an object")) };
        let fields = fields.iter_mut().map(|field| (field, true));
        for ((name, part), needed) in fields.chain(unless_empty.iter_mut().map(|field| (field, false))) {
            match self.0.get(name) {
                Some(value) => part.code(&mut Reading(value)).map_err(|unread| unread.within(name))?,
                None if needed => return Err(Unread::expecting("a value").within(name)),
                None => {}
            }
        }
        Ok(())
    }

    fn row(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        let Tree::List(values) = self.0 else { return Err(Unread::expecting("a list")) };
        if values.len() != parts.len() {
            return Err(Unread::expecting("a list of another length"));
        }
        values.iter().zip(parts).try_for_each(|(value, part)| part.code(&mut Reading(value)))
    }

    fn list(&mut self, items: &mut dyn Items) -> Result<(), Unread> {
        let Tree::List(values) = self.0 else { return Err(Unread::expecting("a list")) };
        for value in values {
            items.add();
            if let Some(item) = items.item(items.count() - 1) {
                item.code(&mut Reading(value))?;
            }
        }
        Ok(())
    }

    fn choice(&mut self, names: &[&'static str], _: &'static str) -> Result<&'static str, Unread> {
        let (chosen, parts) = match self.0 {
            Tree::Text(name) => (&**name, &Tree::Null),
            Tree::Object(entries) => match &**entries {
                [(name, parts)] => (&**name, parts),
                _ => return Err(Unread::expecting("one key")),
            },
            _ => return Err(Unread::expecting("a name")),
        };
        self.0 = parts;
        names.iter().find(|name| **name == chosen).copied().ok_or_else(|| Unread::expecting("another name"))
    }

    fn parts(&mut self, parts: &mut [&mut dyn Saved]) -> Result<(), Unread> {
        match parts {
            [] => Ok(()),
            [part] => part.code(self),
            parts => self.row(parts),
        }
    }

    fn some(&mut self, _: bool) -> Result<bool, Unread> {
        Ok(!matches!(self.0, Tree::Null))
    }

    fn flag(&mut self, _: bool) -> Result<bool, Unread> {
        if let Tree::Bool(set) = self.0 { Ok(*set) } else { Err(Unread::expecting("true or false")) }
    }

    fn count(&mut self, _: u64) -> Result<u64, Unread> {
        self.number()
    }

    fn signed(&mut self, _: i64) -> Result<i64, Unread> {
        self.number()
    }

    fn amount(&mut self, _: Decimal) -> Result<Decimal, Unread> {
        let expected = "an amount as a text";
        Decimal::from_str_exact(self.words(expected)?).map_err(|_| Unread::expecting(expected))
    }

    fn moment(&mut self, _: i64) -> Result<i64, Unread> {
        let expected = "an instant";
        Instant::parse_reckoned(self.words(expected)?).map(|at| at.0).ok_or_else(|| Unread::expecting(expected))
    }

    fn text(&mut self, text: &mut String) -> Result<(), Unread> {
        self.words("a text")?.clone_into(text);
        Ok(())
    }

    fn bytes(&mut self, bytes: &mut Vec<u8>) -> Result<(), Unread> {
        let expected = "pairs of hexadecimal digits";
        let digits = self.words(expected)?.chars().map(|digit| Some(digit.to_digit(16)? as u8));
        let digits: Vec<u8> = digits.collect::<Option<_>>().ok_or_else(|| Unread::expecting(expected))?;
        let (pairs, rest) = digits.as_chunks::<2>();
        bytes.extend(pairs.iter().map(|[high, low]| high << 4 | low));
        if rest.is_empty() { Ok(()) } else { Err(Unread::expecting(expected)) }
    }
}
