//! What people write, as it is compared: compatibility forms, capitals, Arabic letters, digits and punctuation set aside.

use icu_normalizer::ComposingNormalizer;

/// How often the steps are gone through until nothing more changes; one more than any text has been seen to need.
const ROUNDS_MAX: usize = 6;

/// A text as inbound texts are compared; it is the same when it is made again.
///
/// In this order: NFKC; capitals; Arabic letters in their plain form, without tatweel and marks; digits of every script as
/// ASCII; marks that nobody sees are left out; blanks are one; punctuation around the text goes, if anything is left, but for the
/// minus of a number.
pub fn plain(text: &str) -> String {
    let mut plain = once(text);
    for _ in 0..ROUNDS_MAX {
        let next = once(&plain);
        if next == plain {
            break;
        }
        plain = next;
    }
    plain
}

fn once(text: &str) -> String {
    let nfkc = ComposingNormalizer::new_nfkc();
    let small: String =
        nfkc.normalize(text).chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect();
    let folded = nfkc.normalize(&small);
    let letters: String = folded.chars().filter(|letter| !unseen(*letter)).map(letter).collect();
    let words: Vec<&str> = letters.split_whitespace().collect();
    let joined = words.join(" ");
    let around = |character: char| character.is_whitespace() || is_punctuation(character);
    let from = joined.trim_start_matches(around);
    let trimmed = from.trim_end_matches(around);
    if trimmed.is_empty() {
        return joined;
    }
    let before = joined.strip_suffix(from).and_then(|before| before.chars().next_back());
    let after = from.strip_prefix(trimmed).and_then(|after| after.chars().next());
    // A sign belongs to its number; the same on both sides is a frame.
    let signed = before == Some('-') && after != Some('-') && trimmed.starts_with(|first: char| first.is_ascii_digit());
    if signed { format!("-{trimmed}") } else { trimmed.to_owned() }
}

/// Marks that change nothing of what is said: vowel marks and tatweel of Arabic, joiners, directions, variation selectors, and
/// the shades of emoji.
fn unseen(character: char) -> bool {
    matches!(
        character,
        '\u{640}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}'..='\u{6e8}'
            | '\u{6ea}'..='\u{6ed}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{1f3fb}'..='\u{1f3ff}'
    )
}

/// A letter in its plain form, a digit in ASCII.
fn letter(character: char) -> char {
    match character {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ئ' | 'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' => 'ه',
        '\u{2212}' => '-',
        '\u{660}'..='\u{669}' => digit(character, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(character, 0x6f0),
        '\u{966}'..='\u{96f}' => digit(character, 0x966),
        '\u{9e6}'..='\u{9ef}' => digit(character, 0x9e6),
        '\u{a66}'..='\u{a6f}' => digit(character, 0xa66),
        '\u{ae6}'..='\u{aef}' => digit(character, 0xae6),
        '\u{be6}'..='\u{bef}' => digit(character, 0xbe6),
        '\u{c66}'..='\u{c6f}' => digit(character, 0xc66),
        '\u{ce6}'..='\u{cef}' => digit(character, 0xce6),
        '\u{d66}'..='\u{d6f}' => digit(character, 0xd66),
        '\u{e50}'..='\u{e59}' => digit(character, 0xe50),
        '\u{1040}'..='\u{1049}' => digit(character, 0x1040),
        '\u{17e0}'..='\u{17e9}' => digit(character, 0x17e0),
        other => other,
    }
}

fn digit(character: char, zero: u32) -> char {
    let value = u32::from(character).saturating_sub(zero);
    char::from_digit(value, 10).unwrap_or(character)
}

fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(
            character,
            '\u{a1}' | '\u{a7}' | '\u{ab}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
                | '،' | '؛' | '؟' | '٪' | '٫' | '٬' | '٭' | '۔'
                | '\u{964}' | '\u{965}'
                | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
                | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain;

    #[test]
    fn scripts_digits_and_signs() {
        for (written, meant) in [
            ("  YES!! ", "yes"),
            ("Ｙｅｓ", "yes"),
            ("Straße", "strasse"),
            ("ΣΟΦΟΣ", "σοφοσ"),
            ("نَعَـــم؟", "نعم"),
            ("إيقاف", "ايقاف"),
            ("آخر", "اخر"),
            ("مسؤول", "مسوول"),
            ("٣٤ ۵۶ 7", "34 56 7"),
            ("१२", "12"),
            ("👍🏽", "👍"),
            ("❤\u{fe0f}", "❤"),
            ("«نقاط»، ", "نقاط"),
            ("?", "?"),
            ("-3", "-3"),
            ("(−٣)!", "-3"),
            ("- 3", "3"),
            ("-3-", "3"),
            ("-a", "a"),
            ("a\u{200d} \n\t b", "a b"),
        ] {
            assert_eq!(plain(written), meant, "{written}");
        }
    }

    proptest! {
        #[test]
        fn once_is_enough(text in any::<String>(), words in "[ -~\u{600}-\u{6ff}\u{fe70}-\u{fefc}\u{1f3fb}-\u{1f44f}\u{300}-\u{36f}ßİıΣς\u{3000}-\u{303f}]{0,24}") {
            for text in [text, words] {
                let once = plain(&text);
                prop_assert_eq!(plain(&once), once);
            }
        }
    }
}
