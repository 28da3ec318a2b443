//! The programs of `examples/` and `docs/examples/`: nothing to warn of, laid out, and their own tests hold.

use std::path::{Path, PathBuf};

use loyalty_core::Program;

/// Of `docs/examples`, what asks for parts that this version does not run.
const LATER: &str = "bean_club.loyalty";

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn holds(path: &str) {
    let text = std::fs::read_to_string(repository(path)).unwrap();
    let program = Program::compile(&text).unwrap_or_else(|errors| panic!("{}", errors.render(path, false)));
    assert_eq!(program.warnings().render(path, false), "");
    assert_eq!(loyalty_core::format(&text).unwrap(), text);
    let results = program.run_tests();
    assert!(!results.is_empty());
    let failed: Vec<_> = results.iter().filter(|result| !result.passed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn grocery() {
    holds("examples/grocery/grocery.loyalty");
}

#[test]
fn wholesaler() {
    holds("examples/wholesaler/wholesaler.loyalty");
}

#[test]
fn shopify_whatsapp() {
    holds("examples/shopify-whatsapp/shop.loyalty");
}

#[test]
fn every_program_of_the_documentation() {
    let entries = std::fs::read_dir(repository("docs/examples")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".loyalty") && name != LATER);
    names.sort();
    assert!(names.len() >= 7, "only {names:?}");
    let index = std::fs::read_to_string(repository("docs/examples/README.md")).unwrap();
    for name in names {
        assert!(index.contains(&format!("| `{name}` |")), "{name} has no row in the README of the examples");
        holds(&format!("docs/examples/{name}"));
    }
}

#[test]
fn what_is_left_for_later_is_left_for_nothing_else() {
    let text = std::fs::read_to_string(repository("docs/examples").join(LATER)).unwrap();
    let errors = Program::compile(&text).expect_err("it compiles: hold it like the others");
    assert!(errors.iter().all(|error| error.code().as_str() == "L0215"), "{}", errors.render(LATER, false));
}
