//! Coupons in a member's hand the slow way: a list of those issued, gone through for every question. Days are those of UTC.

use super::calendar::Micros;
use super::challenges::DAY;

/// A coupon that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    pub kind: usize,
    pub at: Micros,
    /// The first instant at which it is of no use.
    pub end: Micros,
    /// The number of the order that uses it.
    pub used: Option<usize>,
}

/// How long coupons of a kind are valid, what one gives, and whether it stays used.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub days: i64,
    pub points: i64,
    pub kept: bool,
}

/// What an order names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The code of an issued one, by its place.
    Code(usize),
    /// The name of a kind.
    Name(usize),
}

#[derive(Debug, Default)]
pub struct Hand {
    pub issued: Vec<Issued>,
    pub points: i64,
    pub clock: Micros,
}

impl Hand {
    pub fn issue(&mut self, kind: usize, kinds: &[Kind], at: Micros) {
        self.clock = self.clock.max(at);
        let end = (at.div_euclid(DAY) + kinds[kind].days + 1) * DAY;
        self.issued.push(Issued { kind, at, end, used: None });
    }

    /// Uses what an order names, or says why not. Late orders use what was valid when they were placed.
    pub fn order(&mut self, number: usize, named: Named, kinds: &[Kind], at: Micros) -> Result<usize, &'static str> {
        self.clock = self.clock.max(at);
        let is_usable = |one: &Issued| one.used.is_none() && one.at <= at && at < one.end;
        let place = match named {
            Named::Code(place) if self.issued[place].used.is_some() => return Err("already_used"),
            Named::Code(place) if at >= self.issued[place].end => return Err("expired"),
            Named::Code(place) => place,
            Named::Name(kind) => {
                let usable = self.issued.iter().enumerate().filter(|(_, one)| one.kind == kind && is_usable(one));
                usable.min_by_key(|(place, one)| (one.end, *place)).map(|(place, _)| place).ok_or("")?
            }
        };
        self.issued[place].used = Some(number);
        self.points += kinds[self.issued[place].kind].points;
        Ok(place)
    }

    /// An order is called off.
    pub fn cancel(&mut self, number: usize, kinds: &[Kind], at: Micros) {
        self.clock = self.clock.max(at);
        for one in self.issued.iter_mut().filter(|one| one.used == Some(number)) {
            self.points -= kinds[one.kind].points;
            if !kinds[one.kind].kept {
                one.used = None;
            }
        }
    }

    pub fn state(&self, place: usize) -> &'static str {
        let one = &self.issued[place];
        match one.used {
            Some(_) => "used",
            None if self.clock >= one.end => "expired",
            None => "usable",
        }
    }
}
