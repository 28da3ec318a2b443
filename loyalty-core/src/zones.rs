//! Time zones: the names of the IANA database, and what their clocks show from 1970 to 2100.
//!
//! `zones/zones.bin` is what is left of the database once abbreviations, local mean times and doubled zones are gone: a
//! twentieth of it, which matters to a page that loads this crate. `cargo xtask zones` writes the file, and a test compares it
//! with the database, second by second around every change.
//!
//! The file is numbers of seven bits a byte, the low ones first and all but the last byte of each with its high bit set;
//! those that may be negative are zigzagged. It holds: the length of the version and the version; how many names there are,
//! and for each its length, itself and the number of its clock, in the order of the names; how many clocks there are, and for
//! each how many changes, its first offset, and for each change the seconds since the one before (at first since 1970) and the
//! new offset. Offsets are in seconds east of UTC.

use core::fmt;

const FILE: &[u8] = include_bytes!("zones/zones.bin");

/// A time zone of the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    name: &'static str,
    clock: u64,
}

impl Zone {
    /// The zone without a summer.
    pub const UTC: Self = Self { name: "UTC", clock: u64::MAX };

    /// The zone of that name.
    pub fn find(name: &str) -> Option<Self> {
        if name == Self::UTC.name {
            return Some(Self::UTC);
        }
        all().find(|zone| zone.name == name)
    }

    /// Its name in the database, such as `Asia/Kuala_Lumpur`.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The stretches of its clock, in order: the second from which an offset holds, and the offset. The first holds from the
    /// beginning of time, and the last to its end.
    pub fn stretches(self) -> Stretches {
        let mut file = Numbers(FILE);
        let clocks = skip_names(&mut file);
        if self.clock < clocks {
            for _ in 0..self.clock {
                clock(&mut file);
            }
        } else {
            file = Numbers(&[]);
        }
        clock(&mut file)
    }

    /// The first second at which the clock shows a local time, given in seconds since 1970; nothing for one that it skips.
    pub fn second_of(self, local: i64) -> Option<i64> {
        let stretches = self.stretches();
        let ends = self.stretches().skip(1).map(|(start, _)| start).chain([i64::MAX]);
        stretches.zip(ends).find_map(|((start, offset), end)| {
            let second = local.saturating_sub(offset);
            (second >= start && second < end).then_some(second)
        })
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

/// All zones, in the order of their names.
pub fn all() -> impl Iterator<Item = Zone> {
    let mut file = Numbers(FILE);
    file.text();
    let count = file.number();
    (0..count).map(move |_| Zone { name: file.text(), clock: file.number() })
}

/// Goes to the clocks, and says how many there are.
fn skip_names(file: &mut Numbers) -> u64 {
    file.text();
    for _ in 0..file.number() {
        file.text();
        file.number();
    }
    file.number()
}

/// Goes along one clock. An empty file has one that shows UTC.
fn clock(file: &mut Numbers) -> Stretches {
    let left = file.number();
    let offset = file.signed();
    let stretches = Stretches { file: *file, left, start: 0, next: Some((i64::MIN, offset)) };
    // The caller may want the clock after this one.
    for _ in 0..left {
        file.number();
        file.signed();
    }
    stretches
}

/// See [`Zone::stretches`].
pub struct Stretches {
    file: Numbers,
    left: u64,
    start: i64,
    next: Option<(i64, i64)>,
}

impl Iterator for Stretches {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        let given = self.next.take();
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            self.start = self.start.saturating_add(self.file.number() as i64);
            self.next = Some((self.start, self.file.signed()));
        }
        given
    }
}

/// What is left of the file. Beyond its end there are zeros and empty texts.
#[derive(Clone, Copy)]
struct Numbers(&'static [u8]);

impl Numbers {
    fn number(&mut self) -> u64 {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let Some((byte, rest)) = self.0.split_first() else { break };
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        value
    }

    fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1) as i64 ^ -((number & 1) as i64)
    }

    fn text(&mut self) -> &'static str {
        let length = self.number() as usize;
        let Some((text, rest)) = self.0.split_at_checked(length) else { return "" };
        self.0 = rest;
        core::str::from_utf8(text).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Offset, TimeZone};
    use chrono_tz::{TZ_VARIANTS, Tz};

    use super::{Zone, all};

    /// Seconds to the end of the year 2100.
    const END: i64 = 47_847 * 86_400;

    fn offset(zone: Tz, second: i64) -> i64 {
        let utc = chrono::DateTime::from_timestamp(second, 0).unwrap().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
    }

    #[test]
    fn the_names_are_those_of_the_database() {
        let mut names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        names.sort_unstable();
        assert_eq!(all().map(Zone::name).collect::<Vec<_>>(), names);
        assert!(names.iter().all(|name| Zone::find(name).is_some_and(|zone| zone.name() == *name)));
        assert_eq!(Zone::find("Mars/Olympus"), None);
    }

    #[test]
    fn the_clocks_are_those_of_the_database() {
        for zone in TZ_VARIANTS {
            let stretches: Vec<(i64, i64)> = Zone::find(zone.name()).unwrap().stretches().collect();
            let ends = stretches.iter().skip(1).map(|(start, _)| *start).chain([END]);
            for ((start, offset_told), end) in stretches.iter().zip(ends) {
                let first = (*start).max(0);
                // Both ends of the stretch, and so often between them that no change fits in.
                let inside = (first..end).step_by(2 * 86_400).chain([end - 1]);
                for second in inside {
                    assert_eq!(offset(zone, second), *offset_told, "{} at {second}", zone.name());
                }
            }
        }
    }

    #[test]
    fn a_local_time_is_the_first_instant_that_shows_it() {
        let berlin = Zone::find("Europe/Berlin").unwrap();
        let local =
            |text: &str| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc().timestamp();
        assert_eq!(berlin.second_of(local("2026-01-01 12:00")), Some(local("2026-01-01 11:00")));
        assert_eq!(berlin.second_of(local("2026-03-29 02:30")), None);
        assert_eq!(berlin.second_of(local("2026-10-25 02:30")), Some(local("2026-10-25 00:30")));
        assert_eq!(Zone::UTC.second_of(7), Some(7));
    }
}
