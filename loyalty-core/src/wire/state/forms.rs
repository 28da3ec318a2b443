//! The two forms in which a [`Snapshot`] is kept, JSON and bytes. None is read but those that are written.

use super::saved::{Unread, read_json, write_json};
use super::{Loaded, Snapshot, StateError, restore, snapshot, squeezed};
use crate::engine::member::Member;
use crate::plan::Plan;
use crate::wire::scan::Tree;

/// The number of both, which they say first. It is another whenever one of them is.
pub const FORMAT: u8 = 11;
/// The characters of a text begin here, and no form has such a number.
const FORMS_END: u8 = b' ';
/// How much of their digest stands before the bytes, so that damaged ones are known.
const CHECK_BYTES: usize = 4;

/// The state as JSON.
pub fn save_json(plan: &Plan, member: &Member) -> String {
    let mut snapshot = snapshot(plan, member);
    snapshot.events.write_bytes();
    write_json(&mut snapshot)
}

/// The state as bytes.
pub fn save_binary(plan: &Plan, member: &Member) -> Vec<u8> {
    bytes_of(snapshot(plan, member), plan.calendar.offset_at(member.clock))
}

/// `offset` is that of the program's zone at some instant that is usual in the state.
fn bytes_of(mut snapshot: Snapshot, offset: i64) -> Vec<u8> {
    let squeezed = squeezed::write(&mut snapshot, offset);
    let mut bytes = Vec::with_capacity(1 + CHECK_BYTES + squeezed.len());
    bytes.push(FORMAT);
    bytes.extend_from_slice(&check_of(&squeezed));
    bytes.extend_from_slice(&squeezed);
    bytes
}

/// How many bits of the bytes each part takes.
pub fn measure(plan: &Plan, member: &Member) -> Vec<(&'static str, u64)> {
    squeezed::measure(&mut snapshot(plan, member), plan.calendar.offset_at(member.clock))
}

fn check_of(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    (crate::wire::digest(bytes) as u32).to_le_bytes()
}

pub fn load_json(plan: &Plan, json: &str) -> Result<Loaded, StateError> {
    if json.trim().is_empty() {
        return Err(empty());
    }
    let unread = |what: &str| StateError::new(format!("not a saved member: {what}"));
    let tree = Tree::read(json).map_err(|found| unread(&found))?;
    let format = tree.get("format").and_then(Tree::number);
    check_format(format.ok_or_else(|| unread("it does not say in which form it is"))?)?;
    let mut snapshot = Snapshot::default();
    let read = read_json(&tree, &mut snapshot);
    read.map_err(|Unread { expected, within }| unread(&format!("`{within}`, expected {expected}")))?;
    snapshot.events.read_bytes().map_err(|_| damaged_events())?;
    restore(plan, snapshot)
}

pub fn load_binary(plan: &Plan, bytes: &[u8]) -> Result<Loaded, StateError> {
    restore(plan, snapshot_of(bytes)?)
}

fn snapshot_of(bytes: &[u8]) -> Result<Snapshot, StateError> {
    let (format, rest) = bytes.split_first().ok_or_else(empty)?;
    if bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).starts_with(b"{") {
        return Err(StateError::new("not a saved member in bytes: this is one in JSON, which is read as text"));
    }
    if *format >= FORMS_END {
        return Err(StateError::new("not a saved member: these bytes are not of any form in which members are saved"));
    }
    check_format((*format).into())?;
    let (check, squeezed) = rest.split_at_checked(CHECK_BYTES).unwrap_or_default();
    // Whoever looks for holes in the reading would never come past the check.
    let damaged = !cfg!(fuzzing) && check != check_of(squeezed);
    let snapshot = if damaged { None } else { squeezed::read(squeezed).ok() };
    snapshot.ok_or_else(|| StateError::new("not a saved member: its bytes are damaged"))
}

fn empty() -> StateError {
    StateError::new("not a saved member: there is nothing in it; a member without a state is enrolled")
}

pub fn damaged_events() -> StateError {
    StateError::new("not a saved member: its events are damaged")
}

fn check_format(format: i128) -> Result<(), StateError> {
    if format == FORMAT.into() {
        return Ok(());
    }
    Err(StateError::new(format!(
        "saved in form {format}, and this library reads form {FORMAT}: read it with the library that wrote it"
    )))
}

#[cfg(test)]
mod tests {
    use super::super::SavedCounter;
    use super::super::counters::Counted;
    use super::super::values::Amount;
    use super::*;

    #[test]
    fn what_is_told_in_few_bytes_is_written_in_as_many_as_a_reader_believes() {
        for count in [1_000, 200_000] {
            let entries = (0..count).map(|day| Counted(day, 1, Amount::default())).collect();
            let counter = SavedCounter { key: "measure visits".to_owned(), by: "day".to_owned(), entries };
            let bytes = bytes_of(Snapshot { counters: vec![counter], ..Snapshot::default() }, 0);
            let read = snapshot_of(&bytes).unwrap();
            assert_eq!(read.counters.first().map(|counter| counter.entries.len() as i64), Some(count));
        }
    }
}
