//! The forms in which a [`Snapshot`] is kept: JSON, bytes, and the bytes of before.

use serde::Deserialize;

use super::{Form, Loaded, Snapshot, StateError, restore, snapshot, squeezed, written_off};
use crate::engine::member::Member;
use crate::plan::Plan;

/// The version of the form; a reader refuses what it does not know.
pub const FORMAT: u8 = 6;
/// From this one on it is told what counters count, and by what.
pub const SAYS_COUNTING: u8 = 6;
/// From this one on it is told what wallets hold.
pub const SAYS_HOLDINGS: u8 = 5;
/// The first whose bytes are told from what is to be expected; it and all since are read still.
const SQUEEZED: u8 = 4;
/// The one before that, which is read still, too. In its JSON digests of events were longer. Its bytes are those
/// of `postcard`, without expectations: they are still written for a member who is told in so few bytes that no reader
/// would believe it, and then say what the forms since say behind everything else.
const PLAIN_FORMAT: u8 = 3;
/// How much of their digest stands before the bytes, so that damaged ones are known.
const CHECK_BYTES: usize = 4;

/// The state as JSON.
pub fn save_json(plan: &Plan, member: &Member) -> String {
    let mut snapshot = snapshot(plan, member, Form::Json);
    snapshot.events.write_bytes();
    // Every key is a text and every value a plain one, so that writing cannot fail.
    serde_json::to_string(&snapshot).unwrap_or_default()
}

/// The state as bytes.
pub fn save_binary(plan: &Plan, member: &Member) -> Vec<u8> {
    bytes_of(snapshot(plan, member, Form::Bytes), plan.calendar.offset_at(member.clock))
}

/// `offset` is that of the program's zone at some instant that is usual in the state.
fn bytes_of(mut snapshot: Snapshot, offset: i64) -> Vec<u8> {
    if let Some(squeezed) = squeezed::write(&mut snapshot, offset) {
        let mut bytes = Vec::with_capacity(1 + CHECK_BYTES + squeezed.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&check_of(&squeezed));
        bytes.extend_from_slice(&squeezed);
        return bytes;
    }
    snapshot.format = PLAIN_FORMAT;
    snapshot.events.write_bytes();
    let bytes = postcard::to_allocvec(&snapshot).unwrap_or_default();
    let bytes = written_off::append_all(&snapshot.written_off, bytes).unwrap_or_default();
    let since = (&snapshot.holdings.items, &snapshot.events.ratings.items, &snapshot.arrivals.items);
    let bytes = postcard::to_extend(&since, bytes).unwrap_or_default();
    let since = (&snapshot.counted_by.items, &snapshot.counted_of.items, &snapshot.uncounted.items);
    let bytes = postcard::to_extend(&since, bytes).unwrap_or_default();
    match snapshot.edited.is_empty() {
        true => bytes,
        false => postcard::to_extend(&snapshot.edited.items, bytes).unwrap_or_default(),
    }
}

/// How many bits of the bytes each part takes.
pub fn measure(plan: &Plan, member: &Member) -> Vec<(&'static str, u64)> {
    squeezed::measure(&mut snapshot(plan, member, Form::Bytes), plan.calendar.offset_at(member.clock))
}

fn check_of(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    (crate::wire::digest(bytes) as u32).to_le_bytes()
}

pub fn load_json(plan: &Plan, json: &str) -> Result<Loaded, StateError> {
    if json.trim().is_empty() {
        return Err(empty());
    }
    let unread = |error: serde_json::Error| StateError::new(format!("not a saved member: {error}"));
    let Format { format } = serde_json::from_str(json).map_err(unread)?;
    check_format(format)?;
    restore(plan, with_records(serde_json::from_str(json).map_err(unread)?)?)
}

pub fn load_binary(plan: &Plan, bytes: &[u8]) -> Result<Loaded, StateError> {
    restore(plan, snapshot_of(bytes)?)
}

fn snapshot_of(bytes: &[u8]) -> Result<Snapshot, StateError> {
    if bytes.is_empty() {
        return Err(empty());
    }
    // The first byte, whatever follows in another form.
    bytes.first().map_or(Ok(()), |format| check_format(*format))?;
    if let Some(format) = bytes.first().copied().filter(|format| *format >= SQUEEZED) {
        let rest = bytes.get(1..).and_then(|rest| rest.split_at_checked(CHECK_BYTES));
        let (check, squeezed) = rest.unwrap_or_default();
        // Whoever looks for holes in the reading would never come past the check.
        let damaged = !cfg!(fuzzing) && check != check_of(squeezed);
        let snapshot = if damaged { None } else { squeezed::read(squeezed, format).ok() };
        return snapshot.ok_or_else(|| StateError::new("not a saved member: its bytes are damaged"));
    }
    match postcard::take_from_bytes::<Snapshot>(bytes) {
        Ok((mut snapshot, rest)) => {
            let more = || StateError::new("not a saved member: more bytes than it has");
            let (written_off, rest) = written_off::take(rest).ok_or_else(more)?;
            snapshot.written_off = written_off;
            if !rest.is_empty() {
                let ((holdings, ratings, arrivals), rest) = postcard::take_from_bytes(rest).map_err(|_| more())?;
                (snapshot.holdings.items, snapshot.events.ratings.items) = (holdings, ratings);
                snapshot.arrivals.items = arrivals;
                snapshot.format = SAYS_HOLDINGS;
                if !rest.is_empty() {
                    let (since, rest) = postcard::take_from_bytes(rest).map_err(|_| more())?;
                    (snapshot.counted_by.items, snapshot.counted_of.items, snapshot.uncounted.items) = since;
                    snapshot.format = SAYS_COUNTING;
                    if !rest.is_empty() {
                        let (edited, rest) = postcard::take_from_bytes(rest).map_err(|_| more())?;
                        snapshot.edited.items = edited;
                        if !rest.is_empty() {
                            return Err(more());
                        }
                    }
                }
            }
            with_records(snapshot)
        }
        Err(error) => Err(StateError::new(format!("not a saved member: {error}"))),
    }
}

/// A snapshot whose single events have been packed as bytes.
fn with_records(mut snapshot: Snapshot) -> Result<Snapshot, StateError> {
    snapshot.events.read_bytes().map_err(|_| damaged_events())?;
    Ok(snapshot)
}

fn empty() -> StateError {
    StateError::new("not a saved member: there is nothing in it; a member without a state is enrolled")
}

pub fn damaged_events() -> StateError {
    StateError::new("not a saved member: its events are damaged")
}

/// What every form says first.
#[derive(Deserialize)]
struct Format {
    format: u8,
}

fn check_format(format: u8) -> Result<(), StateError> {
    if matches!(format, PLAIN_FORMAT..=FORMAT) {
        return Ok(());
    }
    Err(StateError::new(format!(
        "saved in form {format}, and this library reads forms {PLAIN_FORMAT} to {FORMAT}: read it with the library that wrote it"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::SavedCounter;
    use super::super::columns::{Counted, JsonOnly};
    use super::super::values::Amount;
    use super::*;

    #[test]
    fn what_would_be_too_few_bytes_to_be_believed_is_kept_in_the_form_of_before() {
        let counter = |entries: i64| {
            let mut counter = SavedCounter { key: "measure visits".to_owned(), ..SavedCounter::default() };
            counter.entries.0.extend((0..entries).map(|day| Counted(day, 1, Amount::default())));
            counter
        };
        for (entries, form) in [(1_000, FORMAT), (200_000, PLAIN_FORMAT)] {
            let counted_by = JsonOnly { items: vec!["day".to_owned()] };
            let snapshot = Snapshot { counters: vec![counter(entries)], counted_by, ..Snapshot::default() };
            let bytes = bytes_of(snapshot, 0);
            assert_eq!(bytes.first(), Some(&form));
            let read = snapshot_of(&bytes).unwrap();
            assert!(read.says_counting());
            assert_eq!(read.counted_by.items, ["day"]);
            assert_eq!(read.counters.first().map(|counter| counter.entries.0.len() as i64), Some(entries));
        }
    }
}
