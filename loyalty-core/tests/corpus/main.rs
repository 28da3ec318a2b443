//! The corpus of good programs: every case gives its outcomes to the byte, in every way in which it can be played.
//!
//! `BLESS=1` writes the outcomes of the cases whose expectations hold; a person reads them before they are committed.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "the runner reads the files of the corpus; the purity is that of the core"
)]

mod case;
mod examples;
mod limits;
mod play;
mod words;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use case::Case;
use loyalty_core::{Program, Refusal};
use play::{Way, play};

/// The cases of one member, which every host runs.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/good")
}

/// All cases: those of one member, and those of several.
fn cases() -> Vec<Result<Case, String>> {
    [root(), root().join("../members"), root().join("../quotes"), root().join("../leaderboards")]
        .iter()
        .flat_map(|root| case::all(root))
        .collect()
}

/// Fails once, with everything that is wrong.
fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_case_gives_its_outcomes() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut failures = Vec::new();
    for case in cases() {
        match case.and_then(|case| outcomes(&case, bless)) {
            Ok(mut found) => failures.append(&mut found),
            Err(failure) => failures.push(failure),
        }
    }
    report(&failures);
}

fn programs(case: &Case) -> Result<Vec<Program>, String> {
    let compile = |text: &String| {
        let program = Program::compile(text).map_err(|errors| errors.render(&case.name, false))?;
        match &case.secret {
            Some(secret) => program.with_secret(secret.as_bytes()).map_err(|error| format!("{}: {error}", case.name)),
            None => Ok(program),
        }
    };
    case.programs.iter().map(compile).collect()
}

fn outcomes(case: &Case, bless: bool) -> Result<Vec<String>, String> {
    let played = play(case, &programs(case)?, Way::Plain);
    let mut failures = played.failures;
    if bless && failures.is_empty() {
        case.bless(&played.outcomes);
    } else if played.outcomes != case.outcomes {
        let mut pairs = played.outcomes.iter().zip(&case.outcomes).enumerate();
        let place = match pairs.find(|(_, (found, wanted))| found != wanted) {
            Some((at, (found, wanted))) => {
                format!("outcome {} is not the one of the file\n  file  {wanted}\n  found {found}", at + 1)
            }
            None => format!("{} outcomes, and the file has {}", played.outcomes.len(), case.outcomes.len()),
        };
        failures.push(format!("{}: {place}", case.name));
    }
    Ok(failures)
}

/// The cases whose programs compile; the others are told of elsewhere.
fn sound() -> impl Iterator<Item = (Case, Vec<Program>)> {
    cases().into_iter().flatten().filter_map(|case| {
        let programs = programs(&case).ok()?;
        Some((case, programs))
    })
}

#[test]
fn it_makes_no_difference_how_a_case_is_played() {
    let mut failures = Vec::new();
    for (case, programs) in sound() {
        let plain = play(&case, &programs, Way::Plain);
        for way in [Way::Twice, Way::ThroughJson, Way::ThroughBinary, Way::InSteps] {
            let played = play(&case, &programs, way);
            // In steps, time's own decisions are told by the advances between the events.
            let same = way == Way::InSteps || (&played.outcomes, &played.state) == (&plain.outcomes, &plain.state);
            if !same || played.view != plain.view {
                failures.push(format!("{}: in the way {way:?} it comes to something else", case.name));
            }
            failures.extend(played.failures.into_iter().filter(|failure| !plain.failures.contains(failure)));
        }
    }
    report(&failures);
}

/// The text is laid out already, and what an author has not lined up comes to the same text.
/// A history is played in the order of its events where this says so, and apart otherwise.
#[test]
fn a_program_says_where_members_bear_on_each_other() {
    let bears = ["claim", "transferred", "referred"].map(|kind| format!(r#""kind":"{kind}""#));
    let mut seen = 0;
    let mut failures = Vec::new();
    for (case, programs) in sound() {
        let played = play(&case, &programs, Way::Plain);
        if played.outcomes.iter().any(|outcome| bears.iter().any(|kind| outcome.contains(kind))) {
            seen += 1;
            if programs.iter().all(|program| program.across_members().is_none()) {
                failures.push(format!("{}: its program says nothing of it", case.name));
            }
        }
    }
    report(&failures);
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_program_is_laid_out_as_the_formatter_does_it() {
    let mut failures = Vec::new();
    let cases = cases();
    let texts: BTreeSet<(&str, &str)> = cases
        .iter()
        .flatten()
        .flat_map(|case| case.programs.iter().map(|text| (text.as_str(), case.name.as_str())))
        .collect();
    let mut before = "";
    for (text, name) in texts {
        if text == before {
            continue;
        }
        before = text;
        let ragged: Vec<&str> = text.lines().map(str::trim).collect();
        for text_before in [text, &ragged.join("\n")] {
            match loyalty_core::format(text_before) {
                Ok(formatted) if formatted == text => {}
                Ok(_) => failures.push(format!("{name}: `loyalty fmt` would change it")),
                Err(errors) => failures.push(errors.render(name, false)),
            }
        }
    }
    report(&failures);
}

#[test]
fn every_refusal_has_a_case() {
    let cases: Vec<Case> = cases().into_iter().flatten().collect();
    let mut told: BTreeSet<&str> = cases.iter().flat_map(Case::refusals).collect();
    told.extend(limits::REFUSALS);
    let all: BTreeSet<&str> = Refusal::ALL.iter().map(|refusal| refusal.as_str()).collect();
    assert_eq!(told, all, "the refusals of the cases and those of the engine");
}
