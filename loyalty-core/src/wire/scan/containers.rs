//! Objects and lists: their keys are passed, and their values handed to whoever asked for them.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::keys::Seen;
use super::{Json, Key, Slip, Wrong, invalid};
use crate::engine::error::EventError;
use crate::plan::layout::EVENT_FIELDS_MAX;
use crate::wire::input::{Fields, Refused};

fn twice(key: &str) -> EventError {
    invalid(&format!("the key `{key}` twice"))
}

impl Json<'_> {
    /// The fields of the object that opens here.
    pub(super) fn object(
        &mut self,
        wanted: &Fields,
        outermost: bool,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), Refused> {
        let mut refused: Option<Refused> = None;
        let mut seen = Seen::default();
        let mut others: SmallVec<[Cow<'_, str>; 16]> = SmallVec::new();
        if !outermost && self.pattern_of != core::ptr::from_ref(wanted).addr() {
            self.pattern_of = core::ptr::from_ref(wanted).addr();
            self.pattern.clear();
        }
        let mut count = 0;
        self.at += 1;
        loop {
            let number = match if outermost { None } else { self.known(count) } {
                Some(number) => number,
                None => {
                    let start = self.at;
                    match self.entry(count == 0) {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(slip) => return Err(Refused::object(self.told(slip))),
                    }
                    let number = match self.field(wanted).map_err(|slip| Refused::object(self.told(slip)))? {
                        Key::Wanted(number) => Some(number),
                        Key::Other(key) if outermost && others.contains(&key) => {
                            return Err(Refused::object(twice(&key)));
                        }
                        Key::Other(key) => {
                            if outermost {
                                others.push(key);
                            }
                            None
                        }
                    };
                    if !outermost {
                        self.remember(count, start, number);
                    }
                    number
                }
            };
            count += 1;
            if outermost && count > EVENT_FIELDS_MAX {
                let slip = Slip { at: self.at, what: Wrong::Keys };
                return Err(Refused::object(self.told(slip)));
            }
            let start = self.at;
            if let Some(number) = number {
                if seen.again(number) {
                    return Err(Refused::object(twice(wanted.name(number))));
                }
                match take(number, self) {
                    Ok(()) => {}
                    Err(error) if error.is_of_the_whole() => return Err(Refused::object(error)),
                    Err(error) => {
                        self.at = start;
                        if refused.as_ref().is_none_or(|known| known.field > Some(number)) {
                            refused = Some(Refused::field(number, error));
                        }
                    }
                }
            }
            // What was not wanted, not read or not taken still has to be JSON.
            if self.at == start {
                self.pass_value().map_err(|slip| Refused::object(self.told(slip)))?;
            }
        }
        if outermost && self.after_space().is_some() {
            return Err(Refused::object(self.told(Slip { at: self.at, what: Wrong::Byte })));
        }
        refused.map_or(Ok(()), Err)
    }

    /// The items of the list that opens here.
    pub(super) fn list(
        &mut self,
        mut take: impl FnMut(usize, &mut Self) -> Result<(), EventError>,
    ) -> Result<(), EventError> {
        let mut refused = None;
        let mut number = 0;
        self.after_space();
        let mut more = self.open(b']');
        while more {
            self.after_space();
            let start = self.at;
            if refused.is_none() {
                match take(number, self) {
                    Ok(()) => {}
                    Err(error) if error.is_of_the_whole() => return Err(error),
                    Err(error) => {
                        self.at = start;
                        refused = Some(error);
                    }
                }
            }
            if self.at == start {
                self.pass_value().map_err(|slip| self.told(slip))?;
            }
            number += 1;
            more = self.more(b']').map_err(|slip| self.told(slip))?;
        }
        refused.map_or(Ok(()), Err)
    }

    /// Whether the object has another entry; goes before its key, or behind the object.
    fn entry(&mut self, first: bool) -> Result<bool, Slip> {
        match self.after_space() {
            Some(b'}') => self.at += 1,
            _ if first => return Ok(true),
            Some(b',') => {
                self.at += 1;
                return Ok(true);
            }
            _ => return self.slip(),
        }
        Ok(false)
    }

    /// Goes to the value of a wanted field of the object that opens here; whether there is one.
    pub(super) fn seek(&mut self, wanted: &Fields, number: usize) -> Result<bool, Slip> {
        let mut more = self.open(b'}');
        while more {
            if matches!(self.field(wanted)?, Key::Wanted(found) if found == number) {
                return Ok(true);
            }
            self.pass_value()?;
            more = self.more(b'}')?;
        }
        Ok(false)
    }
}
