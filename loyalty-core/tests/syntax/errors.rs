//! Every message about a text that cannot be read, drawn as people see it.
//!
//! `errors/NAME.loyalty` holds a broken text and `errors/NAME.expected` what is said about it. `BLESS=1` writes the
//! expected files anew, to be read by a person.

use std::path::Path;

use loyalty_core::diagnostic::render::render;
use loyalty_core::syntax::{format, parse};

#[test]
fn broken_texts_are_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/errors");
    let mut failures = Vec::new();
    let mut cases = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "loyalty") {
            continue;
        }
        cases += 1;
        let text = std::fs::read_to_string(&path).expect("a case");
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (_, diagnostics) = parse(&text);
        assert_eq!(format(&text).err().unwrap_or_default(), diagnostics, "{name}");
        let told = render(&diagnostics, &text, &name, false);
        let expected = path.with_extension("expected");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &told).expect("a place to write");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != told {
            failures.push(format!("{name} says\n{told}"));
        }
    }
    assert!(cases >= 20, "only {cases} cases");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_broken_declaration_hides_no_other() {
    let text = "wallet a { round down }\nwallet b { rund down }\nwallet c { }\nwalet d { }\n/// e\nwallet e { }\n";
    let (file, diagnostics) = parse(text);
    assert_eq!(file.items.len(), 3);
    assert_eq!(diagnostics.len(), 2);
    assert_eq!(file.items.last().map(|item| item.docs.clone()), Some(vec!["e".to_owned()]));
}

#[test]
fn places_are_exact() {
    let text = "segment ذهبي = حالة == = 1\n";
    let (_, diagnostics) = parse(text);
    let [only] = diagnostics.as_slice() else { panic!("one diagnostic") };
    let span = only.span();
    assert_eq!(text.get(span.start as usize..span.end as usize), Some("="));
    assert!(render(&diagnostics, text, "f", false).contains("--> f:1:24\n"));
}

#[test]
fn spans_hold_no_space_after_what_they_name() {
    let text = "segment s = a   // why\n\nrule r on order   {\n  earn 5 beans   // c\n  tag \"x\"   \n}\n// end";
    let (file, diagnostics) = parse(text);
    assert_eq!(diagnostics, []);
    let said = |span: loyalty_core::source::Span| text.get(span.start as usize..span.end as usize).unwrap_or("?");
    let [segment, rule] = file.items.as_slice() else { panic!("two declarations") };
    assert_eq!(said(segment.span), "segment s = a");
    let loyalty_core::syntax::tree::ItemKind::Rule { clauses, .. } = &rule.kind else { panic!("a rule") };
    assert_eq!(clauses.iter().map(|clause| said(clause.span)).collect::<Vec<_>>(), ["earn 5 beans", "tag \"x\""]);
}

#[test]
fn at_most_fifty_are_drawn() {
    let text = "walet w { }\nwallet v { }\n".repeat(60);
    let (_, diagnostics) = parse(&text);
    assert_eq!(diagnostics.len(), 60);
    let told = render(&diagnostics, &text, "f", false);
    assert_eq!(told.matches("error[L0101]").count(), 50);
    assert!(told.ends_with("\n60 errors; the first 50 are shown\n"));
}

#[test]
fn colours_only_add_colours() {
    let text = "walet w { }\n";
    let (_, diagnostics) = parse(text);
    let (plain, mut coloured) = (render(&diagnostics, text, "f", false), render(&diagnostics, text, "f", true));
    assert_ne!(plain, coloured);
    for code in ["1;31", "1;34", "1", "0"] {
        coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(plain, coloured);
}

#[test]
fn nothing_to_draw_is_nothing() {
    assert_eq!(render(&[], "", "f", true), "");
}
