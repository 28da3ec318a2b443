//! The programs of `examples/` and `docs/examples/`: nothing to warn of, laid out, and their own tests hold.

use std::path::{Path, PathBuf};

use loyalty_core::Program;

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
    holds("examples/grocery/challenges.loyalty");
}

#[test]
fn wholesaler() {
    holds("examples/wholesaler/wholesaler.loyalty");
}

#[test]
fn nightly_crm() {
    holds("examples/nightly-crm/club.loyalty");
}

#[test]
fn shopify_whatsapp() {
    holds("examples/shopify-whatsapp/shop.loyalty");
}

#[test]
fn every_program_of_the_documentation() {
    let entries = std::fs::read_dir(repository("docs/examples")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".loyalty"));
    names.sort();
    assert!(names.len() >= 7, "only {names:?}");
    let index = std::fs::read_to_string(repository("docs/examples/README.md")).unwrap();
    for name in names {
        assert!(index.contains(&format!("| `{name}` |")), "{name} has no row in the README of the examples");
        holds(&format!("docs/examples/{name}"));
    }
}
