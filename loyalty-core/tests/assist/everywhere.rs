//! Every place of every program in the repository: nothing panics, and the word that stands there is among the offered ones.

use std::fs;
use std::path::PathBuf;

use loyalty_core::assist::{self, Class};

fn programs() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    let page = fs::read_to_string(root.join("docs/language.md")).expect("the page");
    for (number, block) in page.split("```loyalty\n").skip(1).enumerate() {
        found.push((format!("language.md {number}"), block.split("```").next().expect("a block").to_owned()));
    }
    for name in ["grocery/grocery", "wholesaler/wholesaler"] {
        let text = fs::read_to_string(root.join(format!("examples/{name}.loyalty"))).expect("a program");
        found.push((name.to_owned(), text));
    }
    found
}

/// What the cursor sees while the declaration is being written: the rest of it is not there yet, the others are.
#[test]
fn the_word_that_stands_there_is_offered() {
    let (mut asked, mut missing) = (0, Vec::new());
    for (name, text) in programs() {
        let outline = assist::outline(&text);
        let tokens = assist::tokens(&text);
        // A third of the places is as telling as all of them.
        for (number, token) in tokens.iter().enumerate().step_by(3) {
            // The author makes up the names of fields.
            let typed = tokens[number + 1..].iter().take(2).find(|next| next.class() != Class::Sign);
            if typed.is_some_and(|next| next.class() == Class::Type) {
                continue;
            }
            let (start, end) = (token.span().start as usize, token.span().end as usize);
            let known = matches!(
                token.class(),
                Class::Keyword | Class::Function | Class::Name | Class::Unit | Class::Type | Class::Field
            );
            let item = outline
                .iter()
                .filter_map(|symbol| symbol.span())
                .find(|span| (span.start as usize..span.end as usize).contains(&start));
            let Some(item) = item.filter(|_| known) else { continue };
            let first = text[start..].chars().next().expect("a letter").len_utf8();
            let cut = format!("{}\n{}", &text[..start + first], &text[item.end as usize..]);
            let word = &text[start..end];
            let offered = assist::complete(&cut, start + first);
            asked += 1;
            if !offered.items().iter().any(|item| item.label().split(' ').any(|part| part == word)) {
                missing.push(format!(
                    "{name}: {word} after …{}",
                    &text[start.saturating_sub(30).max(item.start as usize)..start].replace('\n', " ")
                ));
            }
        }
    }
    let share = missing.len() * 100 / asked;
    println!("{} of {asked} not offered", missing.len());
    assert!(share < 1, "{share} % of {asked} are not offered:\n{}", missing.join("\n"));
}
