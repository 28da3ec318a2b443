//! Every case gives its answer, to the byte.

use std::fs;

use super::case::{all, at, files_ending, lines};
use loyalty_core::Document;

#[test]
fn every_case_gives_its_answer() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    let mut cases = all();
    assert!(cases.len() > 60, "only {} cases", cases.len());
    for case in &mut cases {
        let answer = case.asked();
        let document = match &answer {
            Ok(document) => document.clone(),
            Err(error) => error.to_document(),
        };
        let before = failures.len();
        for (path, wanted) in &case.expect {
            let found = at(&document, path);
            if found != *wanted {
                failures.push(format!("{}: {path} is {found}, not {wanted}", case.name));
            }
        }
        let told = lines(&answer);
        if told == case.answer || before != failures.len() {
            continue;
        }
        if bless {
            let head = case.text.split("\n=== answer").next().unwrap().trim_end();
            // At once, for other tests read the same files.
            let draft = case.path.with_extension("new");
            fs::write(&draft, format!("{head}\n=== answer\n{told}\n")).unwrap();
            fs::rename(&draft, &case.path).unwrap();
        } else {
            failures.push(format!("{}\n  wanted {}\n  got    {told}", case.name, case.answer));
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_case_expects_something_by_hand() {
    let without: Vec<_> = all().into_iter().filter(|case| case.expect.is_empty()).map(|case| case.name).collect();
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn every_payload_is_in_a_case() {
    let cases: String = all().into_iter().map(|case| case.text).collect();
    for path in files_ending("json") {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(cases.contains(name), "{name} is in no case");
    }
}

#[test]
fn every_reason_is_in_a_case() {
    let told: String = all().into_iter().map(|case| case.answer).collect();
    for reason in loyalty_hosts::Reason::ALL {
        let text = Document::from(reason.as_str()).to_string();
        assert!(told.contains(&format!("\"reason\":{text}")), "no case is parked as {text}");
    }
}
