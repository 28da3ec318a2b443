//! The words of the language, read out of the grammar's own text: there is no second list that could differ from it.

use std::collections::BTreeSet;

const GRAMMAR: &str = include_str!("../grammar.pest");

/// Rules that hold pieces of words, or words that stand in rules of their own.
const NOT_WORDS: [&str; 4] = ["reserved", "unit_stop", "item_start", "item_word"];

/// Every word that means something of its own somewhere in a program.
pub(crate) fn words() -> BTreeSet<&'static str> {
    let mut words = BTreeSet::new();
    for definition in definitions() {
        let Some((name, body)) = definition.split_once('=') else { continue };
        if !NOT_WORDS.contains(&name.trim()) && body.contains("!PART") {
            let quoted = body.split('"').skip(1).step_by(2);
            words.extend(
                quoted.filter(|word| {
                    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                }),
            );
        }
    }
    words
}

/// The words that start a declaration.
pub(crate) fn declarations() -> BTreeSet<&'static str> {
    let list = definitions().find(|definition| definition.starts_with("item_word")).unwrap_or("");
    list.split('"').skip(1).step_by(2).collect()
}

/// The grammar cut before each rule, which starts its line; what goes on with a rule is indented, or closes it.
fn definitions() -> impl Iterator<Item = &'static str> {
    let mut rest = GRAMMAR;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let starts =
            |at: &usize| rest.get(at + 1..).is_some_and(|next| next.starts_with(|first: char| first.is_alphabetic()));
        let end = rest.match_indices('\n').map(|(at, _)| at).find(starts).map_or(rest.len(), |at| at + 1);
        let (definition, after) = rest.split_at(end);
        rest = after;
        Some(definition)
    })
}

#[cfg(test)]
mod tests {
    use super::{declarations, words};

    #[test]
    fn words_are_those_of_the_grammar() {
        let words = words();
        for word in ["round", "half", "even", "subtract", "wallet", "distinct", "saturday", "december", "refused"] {
            assert_eq!(words.contains(word), word != "subtract", "{word}");
        }
        assert!(words.iter().all(|word| super::GRAMMAR.contains(&format!("\"{word}\""))));
    }

    #[test]
    fn declarations_are_words() {
        let (words, declarations) = (words(), declarations());
        assert!(declarations.contains("wallet") && declarations.contains("test"));
        assert!(declarations.iter().all(|word| words.contains(word)), "{declarations:?}");
    }
}
