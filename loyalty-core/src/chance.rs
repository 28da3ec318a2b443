//! Chance that is chosen, not rolled: numbers from a keyed hash that nobody can guess without the host's secret, and
//! that everybody who has it can work out again.
//!
//! The hash is HMAC-SHA-256 with the secret as its key. Its message is a list of fields, each behind its length in bytes
//! as eight bytes, the highest first: so no two lists give one message. The first field says what the number is for. The
//! number is the first eight bytes of the hash, the highest first; where a number has to be thrown away (see
//! [`Draw::below`]), the next one has a further field, the count of those thrown away so far as decimal digits.

use core::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The fewest bytes of a secret: shorter ones can be found by trying.
pub const SECRET_BYTES_MIN: usize = 16;

/// A host's secret, with which draws and arms are chosen. It is never written anywhere.
#[derive(Clone)]
pub struct Secret(Arc<Hmac<Sha256>>);

/// Two are the same if they say the same.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.seal(&[]) == other.seal(&[])
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The secret is too short to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretTooShort {
    bytes: usize,
}

impl SecretTooShort {
    /// How many bytes it has.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.bytes
    }
}

impl fmt::Display for SecretTooShort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "a secret has at least {SECRET_BYTES_MIN} bytes, and this one has {}: shorter ones can be found by trying; \
             take 32 random bytes, and keep them as long as the program runs",
            self.bytes
        )
    }
}

impl std::error::Error for SecretTooShort {}

impl Secret {
    pub fn new(bytes: &[u8]) -> Result<Self, SecretTooShort> {
        let short = SecretTooShort { bytes: bytes.len() };
        if bytes.len() < SECRET_BYTES_MIN {
            return Err(short);
        }
        // A key of any length will do.
        Hmac::new_from_slice(bytes).map(|mac| Self(Arc::new(mac))).map_err(|_| short)
    }

    /// What only a holder of the secret can have said of a list of fields: the first sixteen bytes of the hash, as
    /// hexadecimal digits.
    pub fn seal(&self, fields: &[&str]) -> String {
        let mut mac = (*self.0).clone();
        fields.iter().for_each(|field| put(&mut mac, field));
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The number that belongs to a list of fields.
    pub fn draw(&self, fields: &[&str]) -> Draw {
        let mut mac = (*self.0).clone();
        fields.iter().for_each(|field| put(&mut mac, field));
        Draw { number: first_eight(mac.clone()), mac }
    }
}

fn put(mac: &mut Hmac<Sha256>, field: &str) {
    mac.update(&(field.len() as u64).to_be_bytes());
    mac.update(field.as_bytes());
}

fn first_eight(mac: Hmac<Sha256>) -> u64 {
    let hash: [u8; 32] = mac.finalize().into_bytes().into();
    hash.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

/// A number that chance has chosen, evenly among all of 64 bits.
pub struct Draw {
    /// The number itself.
    pub number: u64,
    mac: Hmac<Sha256>,
}

/// A number below a bound, and what it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The number of 64 bits that was taken.
    pub number: u64,
    /// How many were thrown away before it.
    pub thrown_away: u32,
    /// The whole part of `number × bound / 2^64`.
    pub position: u64,
}

impl Draw {
    /// The same occasion, had it drawn another number.
    #[cfg(test)]
    pub fn with_number(self, number: u64) -> Self {
        Self { number, ..self }
    }

    /// A position below a bound, each exactly as likely as every other: of the 2^64 numbers those are thrown away that
    /// are left over when they are dealt out evenly (fewer than the bound, so that it hardly ever happens).
    ///
    /// The position grows with the number, so that one number lies at the same share of every bound.
    pub fn below(&self, bound: u64) -> Position {
        let mut found = Position { number: self.number, thrown_away: 0, position: 0 };
        if bound == 0 {
            return found;
        }
        // 2^64 modulo the bound.
        let left_over = bound.wrapping_neg() % bound;
        loop {
            let product = u128::from(found.number) * u128::from(bound);
            if product as u64 >= left_over {
                found.position = (product >> 64) as u64;
                return found;
            }
            found.thrown_away += 1;
            let mut mac = self.mac.clone();
            put(&mut mac, &found.thrown_away.to_string());
            found.number = first_eight(mac);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draw, Secret};

    fn secret() -> Secret {
        Secret::new(b"a secret of tests").unwrap()
    }

    #[test]
    fn a_short_secret_is_refused_and_a_kept_one_is_not_printed() {
        assert_eq!(Secret::new(b"short").unwrap_err().bytes(), 5);
        assert_eq!(format!("{:?}", secret()), "Secret(…)");
    }

    /// The same by Python: `hmac.new(b"a secret of tests", b"".join(len(f).to_bytes(8, "big") + f for f in [b"draw",
    /// b"Bean Club", b"spin", b"m-1", b"e-1", b"1"]), "sha256").hexdigest()[:16]`.
    #[test]
    fn the_construction_is_as_documented() {
        let fields = ["draw", "Bean Club", "spin", "m-1", "e-1", "1"];
        assert_eq!(format!("{:016x}", secret().draw(&fields).number), KNOWN);
    }
    const KNOWN: &str = "c08cfe92529f5727";

    #[test]
    fn fields_are_told_apart_by_their_lengths() {
        assert_ne!(secret().draw(&["ab", "c"]).number, secret().draw(&["a", "bc"]).number);
        assert_ne!(secret().draw(&["a"]).number, secret().draw(&["a", ""]).number);
    }

    #[test]
    fn a_number_that_is_left_over_is_thrown_away() {
        let secret = secret();
        let draw = secret.draw(&["x"]);
        // Of three numbers per position, one would be left over at zero.
        let zero = Draw { number: 0, ..draw };
        let found = zero.below(3);
        assert_eq!((found.thrown_away, found.number), (1, secret.draw(&["x", "1"]).number));
        let half = Draw { number: (1 << 63) | 1, ..zero };
        assert_eq!(half.below(100).position, 50);
        assert_eq!(half.below(u64::MAX).position, 1 << 63);
        assert_eq!(half.below(1).position, 0);
    }
}
