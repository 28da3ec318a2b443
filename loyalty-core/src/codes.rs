//! Codes of coupons: what people type becomes one form, and a check character tells slips of the finger.

use icu_normalizer::ComposingNormalizer;

/// The characters of minted codes: digits and capital letters without 0, 1, I, L and O, which look like each other.
/// There are 31, a prime number, which the check character makes use of.
pub const ALPHABET: &str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

const BASE: u64 = 31;

/// The longest prefix of minted codes, in letters.
pub const PREFIX_MAX: usize = 16;

/// How many characters a minted code may have behind its prefix: enough that none is guessed, and no more than the check
/// character can tell apart.
pub const LENGTHS: core::ops::RangeInclusive<u32> = 12..=30;

/// How often the steps are gone through until nothing more changes; more than any text has been seen to need.
const ROUNDS_MAX: usize = 6;

/// One form for all ways in which a code is typed: compatibility forms (full width, ligatures) become plain, letters
/// capital, Arabic and Persian digits ASCII; spaces, hyphens and invisible marks go.
///
/// ```
/// use loyalty_core::codes::normalise;
///
/// assert_eq!(normalise(" bday-k7qm 2xvb\u{200f}"), "BDAYK7QM2XVB");
/// assert_eq!(normalise("ＳＰＲＩＮＧ２０"), "SPRING20");
/// assert_eq!(normalise("خصم٢٠"), "خصم20");
/// ```
#[must_use]
pub fn normalise(code: &str) -> String {
    let mut plain = once(code);
    for _ in 0..ROUNDS_MAX {
        let next = once(&plain);
        if next == plain {
            break;
        }
        plain = next;
    }
    plain
}

fn once(code: &str) -> String {
    // Capitals of compatibility forms may be compatible with something once more: `ŉ` is `ʼN`. And what stood apart may come
    // together when a blank goes: `¸` is a blank with a cedilla.
    let nfkc = ComposingNormalizer::new_nfkc();
    let capital = nfkc.normalize(code).to_uppercase();
    let plain = nfkc.normalize(&capital);
    plain.chars().filter(|letter| !passed_over(*letter)).map(digit).collect()
}

/// What nobody means to type as part of a code.
fn passed_over(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter,
            '-' | '_' | '.' | '\u{ad}' | '\u{61c}' | '\u{640}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2010}'..='\u{2015}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}'
            | '\u{2212}' | '\u{feff}')
}

fn digit(letter: char) -> char {
    let value = match letter {
        '\u{660}'..='\u{669}' => u32::from(letter) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(letter) - 0x6f0,
        _ => return letter,
    };
    char::from_digit(value, 10).unwrap_or(letter)
}

/// Whether the last character of a minted code is the one that its others ask for. `code` is normalised and without its
/// prefix.
///
/// Every single wrong character is found, and every pair of characters that have changed places: the weights of the places
/// differ, and the number of characters is a prime. Of codes that are wrong in other ways one in 31 is not.
///
/// ```
/// use loyalty_core::codes::{check_character, is_sound};
///
/// let code = format!("K7QM2XVB9FTRAH3{}", check_character("K7QM2XVB9FTRAH3").unwrap());
/// assert!(is_sound(&code));
/// assert!(!is_sound(&code.replace("QM", "MQ")));
/// ```
#[must_use]
pub fn is_sound(code: &str) -> bool {
    let mut letters = code.chars();
    let last = letters.next_back();
    last.is_some() && check_character(letters.as_str()) == last
}

/// The check character of the others; nothing if one of them is none of [`ALPHABET`].
#[must_use]
pub fn check_character(code: &str) -> Option<char> {
    let mut sum = 0;
    for (place, letter) in code.chars().enumerate() {
        // Weights from 2 on: the check character itself has the weight 1.
        sum += (place as u64 + 2) % BASE * value(letter)?;
    }
    // All together come to nothing.
    character((BASE - sum % BASE) % BASE)
}

/// How many bits of a minted code a guess has to get right, rounded down: all characters behind its prefix but the check
/// character, which follows from them.
///
/// ```
/// use loyalty_core::codes::entropy_bits;
///
/// assert_eq!(entropy_bits(16), 74);
/// ```
#[must_use]
pub fn entropy_bits(length: u32) -> u32 {
    // The logarithm of 31 to the base of 2 is 4.954196….
    (u64::from(length.saturating_sub(1)) * 4_954_196 / 1_000_000) as u32
}

/// Whether a prefix of minted codes stands as it will in them: capital letters and digits, none of which is passed over
/// when a code is read, and at most [`PREFIX_MAX`].
///
/// ```
/// use loyalty_core::codes::is_prefix;
///
/// assert!(is_prefix("BDAY"));
/// assert!(!is_prefix("bday") && !is_prefix("B-DAY") && !is_prefix(""));
/// ```
#[must_use]
pub fn is_prefix(prefix: &str) -> bool {
    !prefix.is_empty() && prefix.chars().count() <= PREFIX_MAX && normalise(prefix) == prefix
}

/// A number as so many characters of the alphabet, the lowest digit last.
pub(crate) fn from_number(mut number: u64, count: usize) -> String {
    let mut letters: Vec<char> = Vec::with_capacity(count);
    for _ in 0..count {
        letters.extend(character(number % BASE));
        number /= BASE;
    }
    letters.iter().rev().collect()
}

fn value(letter: char) -> Option<u64> {
    ALPHABET.chars().position(|known| known == letter).map(|place| place as u64)
}

fn character(value: u64) -> Option<char> {
    ALPHABET.chars().nth(value as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_slip_of_one_character_and_every_swap_is_found() {
        let code = format!("K7QM2XVB9FTRAH3{}", check_character("K7QM2XVB9FTRAH3").unwrap());
        let letters: Vec<char> = code.chars().collect();
        for place in 0..letters.len() {
            for other in ALPHABET.chars().filter(|other| *other != letters[place]) {
                let mut slip = letters.clone();
                slip[place] = other;
                assert!(!is_sound(&slip.iter().collect::<String>()));
            }
            for other in place + 1..letters.len() {
                let mut swapped = letters.clone();
                swapped.swap(place, other);
                assert_eq!(is_sound(&swapped.iter().collect::<String>()), letters[place] == letters[other]);
            }
        }
    }

    #[test]
    fn what_stood_apart_comes_together_when_a_blank_goes() {
        assert_eq!(normalise("c\u{b8}"), "\u{c7}");
    }

    proptest! {
        #[test]
        fn what_is_normalised_stays_so(text in ".{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
