//! The events that are still remembered: to tell duplicates, to repeat their decisions, and to judge returns.
//!
//! Records lie one behind the other in pages of bytes, so that remembering an event costs no allocation of its own, and one
//! that is written stays where it is: a single buffer would be moved as a whole whenever it has to grow.

mod form;

use smallvec::SmallVec;

use super::granted;
use super::outcome::Decision;
use crate::wire::codec::{Malformed, Reader, Writer};
use crate::wire::digest;

#[derive(Debug)]
struct Head {
    /// Digest of the event's id.
    hash: u64,
    at: i64,
    /// The number of its page, and where it begins there.
    page: u32,
    start: u32,
    /// Where the part begins that only returns need.
    order: u32,
    end: u32,
}

#[derive(Debug, Default)]
pub struct Log {
    /// The page that is written on.
    page: Vec<u8>,
    /// Those before it.
    full: Vec<Vec<u8>>,
    heads: Vec<Head>,
    /// The lowest bits of each head's hash: every event looks through all of them, so that they lie close together; those of a
    /// member who seldom comes lie in the log itself.
    marks: SmallVec<[u16; 12]>,
}

/// How much is remembered: records are only ever added to it, until some are forgotten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    full: usize,
    bytes: usize,
    records: usize,
}

/// One remembered event.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    pub id: &'a str,
    pub event: u16,
    pub at: i64,
    /// The [`mark`] of the fields read, under the layout with that signature.
    pub digest: u32,
    pub signature: u64,
    decisions: &'a [u8],
    /// What returns need; empty once the order is too old to be returned.
    pub order: &'a [u8],
}

impl Record<'_> {
    pub fn decisions(&self) -> Result<Vec<Decision>, Malformed> {
        form::read(&mut Reader(self.decisions), self.at)
    }
}

/// What is remembered of a digest of fields: that they have changed under the same id shows in 32 bits but once in four
/// thousand million times.
pub fn mark(digest: u64) -> u32 {
    digest as u32
}

/// The key of an event id.
pub fn hash(id: &str) -> u64 {
    digest(id.as_bytes())
}

/// The first page has room for this much, and each twice as much as the one before it, up to the largest.
const FIRST: usize = 256;
const LARGEST: usize = 64 * 1_024;

impl Log {
    /// How much is remembered.
    pub fn length(&self) -> Length {
        Length { full: self.full.len(), bytes: self.page.len(), records: self.heads.len() }
    }

    /// Takes out again what was remembered since there was so much.
    pub fn cut(&mut self, to: Length) {
        if self.full.len() > to.full {
            self.page = self.full.swap_remove(to.full);
            self.full.truncate(to.full);
        }
        self.page.truncate(to.bytes);
        self.heads.truncate(to.records);
        self.marks.truncate(to.records);
    }

    /// The record of an event: the newest, if an id has come again after it had been forgotten. It may be one that is no
    /// longer remembered and not dropped yet.
    pub fn find(&self, id: &str) -> Option<Record<'_>> {
        const AT_ONCE: usize = 64;
        let hash = hash(id);
        // Without a branch for each mark, several are compared by one instruction.
        let among = |marks: &[u16]| marks.iter().fold(0, |found, mark| found | u16::from(*mark == hash as u16)) != 0;
        for (chunk, marks) in self.marks.chunks(AT_ONCE).enumerate().rev() {
            let found = match <&[u16; AT_ONCE]>::try_from(marks) {
                Ok(all) => among(all),
                Err(_) => among(marks),
            };
            if !found {
                continue;
            }
            let heads = self.heads.iter().skip(chunk * AT_ONCE).take(AT_ONCE).filter(|head| head.hash == hash);
            let mut records = heads.rev().filter_map(|head| self.record(head));
            if let Some(record) = records.find(|record| record.id == id) {
                return Some(record);
            }
        }
        None
    }

    /// Where the event with that digest of its id stands among the remembered ones: the newest.
    pub fn place_of(&self, hash: u64) -> Option<usize> {
        self.heads.iter().rposition(|head| head.hash == hash)
    }

    /// The digest of the id of the event that stands there.
    pub fn hash_at(&self, place: usize) -> Option<u64> {
        self.heads.get(place).map(|head| head.hash)
    }

    /// The record that stands there.
    pub fn at(&self, place: usize) -> Option<Record<'_>> {
        self.heads.get(place).and_then(|head| self.record(head))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// All records, in the order of their coming.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        self.heads.iter().filter_map(|head| self.record(head))
    }

    /// When the remembered events were, in the order of their coming.
    pub fn instants(&self) -> impl Iterator<Item = i64> {
        self.heads.iter().map(|head| head.at)
    }

    fn record(&self, head: &Head) -> Option<Record<'_>> {
        let page = self.full.get(head.page as usize).unwrap_or(&self.page);
        let mut reader = Reader(page.get(head.start as usize..head.order as usize)?);
        let id = reader.text().ok()?;
        let event = u16::try_from(reader.number().ok()?).ok()?;
        let digest = reader.short().ok()?;
        let signature = reader.fixed().ok()?;
        Some(Record {
            id,
            event,
            at: head.at,
            digest,
            signature,
            decisions: reader.0,
            order: page.get(head.order as usize..head.end as usize)?,
        })
    }

    /// Turns the page, if there is no room on it for so much. One that turns out longer makes its page grow.
    fn make_room(&mut self, bytes: usize) {
        let room = self.page.capacity();
        if room - self.page.len() < bytes {
            let next = Vec::with_capacity((room * 2).clamp(FIRST, LARGEST).max(bytes));
            let before = core::mem::replace(&mut self.page, next);
            if room > 0 {
                self.full.push(before);
            }
        }
    }

    /// Remembers an event; `order` writes the part that returns need.
    pub fn push(
        &mut self,
        id: &str,
        event: u16,
        at: i64,
        (digest, signature): (u32, u64),
        decisions: &[Decision],
        order: impl FnOnce(&mut Writer<'_>),
    ) {
        // The events of a member are much alike.
        self.make_room(self.heads.last().map_or(1, |last| (last.end - last.start) as usize));
        let start = self.page.len() as u32;
        let mut writer = Writer(&mut self.page);
        writer.text(id);
        writer.number(u64::from(event));
        writer.short(digest);
        writer.fixed(signature);
        form::write(&mut writer, decisions, at);
        let middle = writer.0.len() as u32;
        order(&mut writer);
        let end = self.page.len() as u32;
        self.remember(Head { hash: hash(id), at, page: self.full.len() as u32, start, order: middle, end });
    }

    fn remember(&mut self, head: Head) {
        self.marks.push(head.hash as u16);
        self.heads.push(head);
    }

    /// Takes over the records of another log since `horizon`, their ledger entries numbered on from `entries`. Of an id
    /// that both remember, the own record stays.
    pub fn absorb(&mut self, other: &Log, horizon: i64, entries: u64) -> Result<(), Malformed> {
        for record in other.iter().filter(|record| record.at >= horizon) {
            if self.find(record.id).is_some_and(|own| own.at >= horizon) {
                continue;
            }
            let mut decisions = record.decisions()?;
            decisions.iter_mut().try_for_each(|decision| decision.kind.renumber(entries))?;
            self.push(record.id, record.event, record.at, (record.digest, record.signature), &decisions, |writer| {
                writer.0.extend_from_slice(record.order);
            });
        }
        Ok(())
    }

    /// Drops records older than `horizon`, and the order parts of those older than `returns`.
    pub fn forget(&mut self, horizon: i64, returns: i64) {
        let stale = |head: &Head| head.at < horizon || (head.at < returns && head.order < head.end);
        if !self.heads.iter().any(stale) {
            return;
        }
        let old = core::mem::take(self);
        for mut head in old.heads {
            if head.at < horizon {
                continue;
            }
            let end = if head.at < returns { head.order } else { head.end };
            let page = old.full.get(head.page as usize).unwrap_or(&old.page);
            let Some(bytes) = page.get(head.start as usize..end as usize) else { continue };
            self.make_room(bytes.len());
            let start = self.page.len() as u32;
            self.page.extend_from_slice(bytes);
            head.order = head.order - head.start + start;
            head.page = self.full.len() as u32;
            head.start = start;
            head.end = self.page.len() as u32;
            self.remember(head);
        }
    }
}

/// A copy has all on one page, so that it takes no more allocations however often one is copied and goes on.
impl Clone for Log {
    fn clone(&self) -> Self {
        let pages = || self.full.iter().chain([&self.page]);
        let mut page = Vec::with_capacity(pages().map(Vec::len).sum());
        let begins: SmallVec<[u32; 16]> = pages()
            .map(|bytes| {
                let begin = page.len() as u32;
                page.extend_from_slice(bytes);
                begin
            })
            .collect();
        let heads = self.heads.iter().map(|head| {
            let by = begins.get(head.page as usize).copied().unwrap_or(0);
            Head { page: 0, start: head.start + by, order: head.order + by, end: head.end + by, ..*head }
        });
        Self { page, full: Vec::new(), heads: heads.collect(), marks: self.marks.clone() }
    }
}

/// Records are the same if they say the same: an amount may be written with zeros behind its last digit or without.
impl PartialEq for Record<'_> {
    fn eq(&self, other: &Self) -> bool {
        let head = |record: &Self| (record.event, record.at, record.digest, record.signature, record.order.is_empty());
        let order = |record: &Self| granted::read(&mut Reader(record.order));
        self.id == other.id
            && head(self) == head(other)
            && self.decisions() == other.decisions()
            && order(self) == order(other)
    }
}

/// Records are the same wherever their bytes lie.
impl PartialEq for Log {
    fn eq(&self, other: &Self) -> bool {
        self.heads.len() == other.heads.len() && self.iter().eq(other.iter())
    }
}
