//! `cargo xtask zones`: what the core knows of time zones, out of the IANA database as chrono-tz has it.
//!
//! `loyalty-core/src/zones.rs` says what the file holds.

use std::fs;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{IANA_TZDB_VERSION, TZ_VARIANTS, Tz};

use crate::{Done, root};

/// The last day that is looked at: the end of the year 2100.
const LAST_DAY: i64 = 47_846;
const DAY: i64 = 86_400;

/// The first offset of a clock and its changes: when, and to what.
#[derive(PartialEq)]
struct Clock {
    first: i64,
    changes: Vec<(i64, i64)>,
}

pub fn write() -> Done {
    let mut clocks: Vec<Clock> = Vec::new();
    let mut zones: Vec<(&str, usize)> = TZ_VARIANTS
        .iter()
        .map(|zone| {
            let clock = clock(*zone);
            let number = clocks.iter().position(|known| *known == clock).unwrap_or_else(|| {
                clocks.push(clock);
                clocks.len() - 1
            });
            (zone.name(), number)
        })
        .collect();
    zones.sort_unstable();
    let mut file = Vec::new();
    text(&mut file, IANA_TZDB_VERSION);
    number(&mut file, zones.len() as u64);
    for (name, clock) in &zones {
        text(&mut file, name);
        number(&mut file, *clock as u64);
    }
    number(&mut file, clocks.len() as u64);
    for clock in &clocks {
        number(&mut file, clock.changes.len() as u64);
        signed(&mut file, clock.first);
        let mut before = 0;
        for (start, offset) in &clock.changes {
            number(&mut file, u64::try_from(start - before)?);
            signed(&mut file, *offset);
            before = *start;
        }
    }
    fs::write(root()?.join("loyalty-core/src/zones/zones.bin"), &file)?;
    println!("{} zones, {} clocks, {} bytes, of {IANA_TZDB_VERSION}", zones.len(), clocks.len(), file.len());
    Ok(())
}

fn offset(zone: Tz, second: i64) -> i64 {
    let utc = DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// No zone changes its offset twice within two days, so that a probe every second day finds every change.
fn clock(zone: Tz) -> Clock {
    let first = offset(zone, 0);
    let mut current = first;
    let mut changes = Vec::new();
    for day in (0..LAST_DAY).step_by(2) {
        let (mut before, mut after) = (day * DAY, (day + 2) * DAY);
        let next = offset(zone, after);
        if next == current {
            continue;
        }
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if offset(zone, middle) == current { before = middle } else { after = middle }
        }
        changes.push((after, next));
        current = next;
    }
    Clock { first, changes }
}

fn number(file: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        file.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    file.push(value as u8);
}

fn signed(file: &mut Vec<u8>, value: i64) {
    number(file, ((value << 1) ^ (value >> 63)) as u64);
}

fn text(file: &mut Vec<u8>, text: &str) {
    number(file, text.len() as u64);
    file.extend_from_slice(text.as_bytes());
}
