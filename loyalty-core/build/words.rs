//! The words of the language, read out of the grammar's own text: there is no second list that could differ from it.

use std::collections::BTreeSet;

/// Rules that hold pieces of words, or words that stand in rules of their own.
const NOT_WORDS: [&str; 4] = ["reserved", "unit_stop", "item_start", "item_word"];

pub fn write(grammar: &str) -> String {
    let (words, declarations) = (words(grammar), declarations(grammar));
    format!(
        "/// Every word that means something of its own somewhere in a program, in order.\n\
         pub(crate) static WORDS: &[&str] = &{words:?};\n\
         /// The words that start a declaration, in order.\n\
         pub(crate) static DECLARATIONS: &[&str] = &{declarations:?};\n"
    )
}

fn words(grammar: &str) -> Vec<&str> {
    let mut words = BTreeSet::new();
    for definition in definitions(grammar) {
        let Some((name, body)) = definition.split_once('=') else { continue };
        if !NOT_WORDS.contains(&name.trim()) && body.contains("!PART") {
            let quoted = body.split('"').skip(1).step_by(2);
            let word =
                |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            words.extend(quoted.filter(word));
        }
    }
    words.into_iter().collect()
}

fn declarations(grammar: &str) -> Vec<&str> {
    let list = definitions(grammar).find(|definition| definition.starts_with("item_word")).unwrap_or("");
    let words: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    words.into_iter().collect()
}

/// The grammar cut before each rule, which starts its line; what goes on with a rule is indented, or closes it.
fn definitions(grammar: &str) -> impl Iterator<Item = &str> {
    let mut rest = grammar;
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
