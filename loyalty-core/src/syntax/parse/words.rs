//! The words of the language, as the build script reads them out of the grammar's own text.

pub(crate) use super::grammar::{DECLARATIONS, WORDS};

#[cfg(test)]
mod tests {
    use super::{DECLARATIONS, WORDS};

    #[test]
    fn words_are_those_of_the_grammar() {
        for word in ["round", "half", "even", "subtract", "wallet", "distinct", "saturday", "december", "refused"] {
            assert_eq!(WORDS.contains(&word), word != "subtract", "{word}");
        }
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn declarations_are_words() {
        assert!(DECLARATIONS.contains(&"wallet") && DECLARATIONS.contains(&"test"));
        assert!(DECLARATIONS.iter().all(|word| WORDS.contains(word)), "{DECLARATIONS:?}");
    }
}
