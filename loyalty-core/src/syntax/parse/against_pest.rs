//! The machine reads as the parsers do that pest makes of the same grammars.

#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "the test reads the corpus, and cuts its programs at spaces"
)]

use std::fs;
use std::path::{Path, PathBuf};

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::pair::{self, Rules};
use super::{grammar, texts};
use crate::sorting::Arrange as _;

mod language {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/grammar.pest"]
    pub struct Language;
}

mod messages {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/message.pest"]
    pub struct Messages;
}

/// Pairs within each other, or the place of the error and what was expected there.
fn by_pest<R: pest::RuleType, P: Parser<R>>(rule: R, text: &str) -> String {
    fn told<R: pest::RuleType>(pair: pest::iterators::Pair<'_, R>) -> String {
        let (rule, span) = (pair.as_rule(), pair.as_span());
        let inner: Vec<String> = pair.into_inner().map(told).collect();
        format!("({rule:?} {} {}{})", span.start(), span.end(), inner.concat())
    }
    match P::parse(rule, text) {
        Ok(pairs) => pairs.map(told).collect(),
        Err(error) => {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            match error.variant {
                ErrorVariant::ParsingError { positives, .. } => format!("{at} {positives:?}"),
                ErrorVariant::CustomError { message } => message,
            }
        }
    }
}

fn by_us<R: Rules + std::fmt::Debug>(rule: R, text: &str) -> String {
    fn told<R: Rules + std::fmt::Debug>(pair: pair::Pair<'_, R>) -> String {
        let inner: Vec<String> = pair.into_inner().map(told).collect();
        format!("({:?} {} {}{})", pair.as_rule(), pair.start(), pair.end(), inner.concat())
    }
    match (pair::read(rule, text), pair::stopped(rule, text)) {
        (Some(reading), None) => reading.pairs().map(told).collect(),
        (None, Some(stopped)) => format!("{} {:?}", stopped.at, stopped.expected),
        (read, _) => format!("read or not: {}", read.is_some()),
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "loyalty" || ending == "case") {
            found.push(path);
        }
    }
    found.arrange();
}

/// The programs of the corpus.
fn programs() -> Vec<String> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus"), &mut found);
    let texts = found.iter().map(|path| fs::read_to_string(path).unwrap());
    let programs: Vec<String> = texts.filter_map(|text| program(&text).map(str::to_owned)).collect();
    assert!(programs.len() > 500);
    programs
}

/// The program of a case, or a file that is one.
fn program(text: &str) -> Option<&str> {
    let Some((_, program)) = text.split_once("=== program\n") else {
        return (!text.contains("\n=== ")).then_some(text);
    };
    program.split("\n=== ").next()
}

/// Every third program whole, cut off somewhere, and with something left out somewhere.
#[test]
fn programs_are_read_as_by_pest() {
    use grammar::Rule as Ours;
    use language::{Language, Rule as Theirs};
    let same = |ours: Ours, theirs: Theirs, text: &str| {
        assert_eq!(by_us(ours, text), by_pest::<_, Language>(theirs, text), "{text}");
    };
    for (number, program) in programs().iter().enumerate().step_by(3) {
        let spaces: Vec<usize> = program.match_indices(' ').map(|(at, _)| at).collect();
        if spaces.len() < 2 {
            continue; // a word, such as the name of a file
        }
        let (from, to) = (spaces[number * 7 % (spaces.len() - 1)], spaces[number * 5 % spaces.len()]);
        let declaration = &program[program.find("\nrule ").map_or(0, |at| at + 1)..];
        same(Ours::file, Theirs::file, program);
        same(Ours::file, Theirs::file, &format!("{}{}", &program[..from], &program[to.max(from)..]));
        same(Ours::lone_item, Theirs::lone_item, declaration);
        same(Ours::lone_item, Theirs::lone_item, &program[..to]);
        same(Ours::lone_item, Theirs::lone_item, &program[from..]);
        same(Ours::lone_expr, Theirs::lone_expr, &program[from..]);
    }
}

/// The texts of all programs as messages: most are plain, those with braces are not.
#[test]
fn texts_of_messages_are_read_as_by_pest() {
    use messages::{Messages, Rule as Theirs};
    use texts::Rule as Ours;
    let programs = programs();
    let mut texts: Vec<&str> = programs.iter().flat_map(|program| program.split('"')).collect();
    texts.arrange();
    texts.dedup();
    let broken = texts.iter().filter_map(|text| text.rsplit_once('}').map(|(before, _)| before));
    for text in texts.iter().copied().chain(broken) {
        assert_eq!(by_us(Ours::text, text), by_pest::<_, Messages>(Theirs::text, text), "{text}");
    }
}
