//! The corpus of bad programs: each with its rendered diagnostics beside it.
//!
//! `BLESS=1` writes the expected texts anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use loyalty_core::diagnostic::{Code, render};

use crate::{codes, compile, repository};

#[test]
fn every_code_has_a_bad_program_that_is_told_as_expected() {
    let mut raised = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut paths: Vec<_> = fs::read_dir(repository("corpus/bad"))
        .expect("corpus/bad")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "loyalty")) {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let code = name.split('-').next().unwrap_or_default();
        let text = fs::read_to_string(path).expect("a program");
        let (_, diagnostics) = compile(&text);
        if !codes(&diagnostics).contains(&code) {
            wrong.push(format!("{name} does not raise {code}: {:?}", codes(&diagnostics)));
        }
        raised.insert(code.to_owned());
        wrong.extend(differs(&path.with_extension("expected"), &render::render(&diagnostics, &text, name, false)));
    }
    let listed: BTreeSet<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    assert_eq!(raised, listed);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differs(path: &Path, rendered: &str) -> Option<String> {
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, rendered).expect("the expected text");
        return None;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    (expected != rendered).then(|| format!("{}:\n{rendered}", path.display()))
}
