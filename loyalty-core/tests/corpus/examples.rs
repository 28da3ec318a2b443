//! The programs of `examples/`: nothing to warn of, laid out, and their own tests hold.

use std::path::Path;

use loyalty_core::Program;

fn holds(path: &str) {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(path)).unwrap();
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
    holds("grocery/grocery.loyalty");
}

#[test]
fn wholesaler() {
    holds("wholesaler/wholesaler.loyalty");
}
