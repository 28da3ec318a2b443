//! Every program in the documentation is compiled, and its tests are run.
//!
//! | tag | what is expected |
//! |---|---|
//! | `loyalty` | a whole program without errors or warnings, whose tests pass |
//! | `loyalty fragment` | the same behind [`SHOP`] |
//! | `… error=L0301` | it raises that code, an error or a warning, and no other |

use loyalty_core::Program;

use crate::page::{Block, blocks, pages};

/// What stands before a fragment, as `docs/language.md` says in its first section; each declaration gives way to one of
/// the same kind and name in the fragment.
const SHOP: [(&str, &str); 3] = [
    ("program ", "program \"Corner Shop\" { currency EUR  timezone \"Europe/Berlin\" }\n"),
    ("wallet points ", "wallet points {}\n"),
    ("rule joined ", "rule joined on signup { earn 1 points }\n"),
];

/// Tags of blocks that are no programs of the language. Rust is run as doctests of the crate.
const OTHERS: [&str; 8] = ["rust", "python", "js", "json", "html", "text", "sh", "markdown"];

fn program(block: &Block, fragment: bool) -> String {
    if !fragment {
        return block.text.clone();
    }
    let missing = SHOP.iter().filter(|(start, _)| !block.text.lines().any(|line| line.starts_with(start)));
    missing.map(|(_, text)| *text).chain([block.text.as_str()]).collect()
}

/// What is wrong with a block, in words.
fn judge(block: &Block) -> Option<String> {
    let words: Vec<&str> = block.tag.split(' ').collect();
    let (first, rest) = words.split_first()?;
    if *first != "loyalty" {
        let known = OTHERS.contains(first) && rest.is_empty();
        return (!known).then(|| format!("`{}` is no tag of a block", block.tag));
    }
    let fragment = rest.contains(&"fragment");
    let expected: Vec<&str> = rest.iter().filter_map(|word| word.strip_prefix("error=")).collect();
    if rest.len() != expected.len() + usize::from(fragment) {
        return Some(format!("`{}` is no tag of a block", block.tag));
    }
    let text = program(block, fragment);
    let compiled = Program::compile(&text);
    let diagnostics = match &compiled {
        Ok(program) => program.warnings(),
        Err(diagnostics) => diagnostics,
    };
    let mut codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code().as_str()).collect();
    codes.dedup();
    if codes != expected {
        return Some(format!("raises {codes:?}, not {expected:?}\n{}", diagnostics.render("block.loyalty", false)));
    }
    let failures: Vec<String> = compiled
        .iter()
        .flat_map(Program::run_tests)
        .flat_map(|test| {
            let title = test.title().to_owned();
            let told = test.failures().iter().map(move |failure| format!("{title}: {}", failure.message()));
            told.collect::<Vec<_>>()
        })
        .collect();
    (!failures.is_empty()).then(|| failures.join("\n"))
}

#[test]
fn every_program_is_as_the_page_says() {
    let wrong: Vec<String> = pages()
        .iter()
        .flat_map(|page| blocks(page))
        .filter_map(|block| judge(&block).map(|wrong| format!("{}: {wrong}", block.place)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A page whose fences were mistyped would hold no programs and pass.
#[test]
fn the_reference_holds_programs_with_tests() {
    let programs = blocks("docs/language.md").into_iter().filter(|block| block.tag.starts_with("loyalty"));
    let (tests, programs): (Vec<_>, Vec<_>) =
        programs.partition(|block| block.text.lines().any(|line| line.starts_with("test ")));
    assert!(tests.len() >= 30, "{} programs with tests, {} without", tests.len(), programs.len());
}

/// What is given between events is given then, and not before the first: it runs out as what is earned then.
#[test]
fn what_is_given_in_a_test_is_told_when_it_is_given() {
    let program = Program::compile(
        "program \"Shop\" { currency EUR }\nwallet points { expire 30 days after earning }\n\
         rule base on order { earn 1 points per 1 EUR of order.subtotal }\n\
         test \"in between\" {\n  given 5 points\n  on order { at 2026-01-05  subtotal 10 EUR }\n  given 7 points\n  \
         advance to 2026-02-01\n  given 9 points\n  expect points == 31 points\n  \
         advance to 2026-02-05\n  expect points == 9 points\n}",
    )
    .unwrap_or_else(|errors| panic!("{}", errors.render("in between", false)));
    assert!(program.run_tests().iter().all(loyalty_core::TestResult::passed));
    let [scenario] = program.scenarios().try_into().expect("one test");
    let mut member = program.enroll("m-1", scenario.enrolled()).expect("a member");
    for event in scenario.events() {
        program.apply(&mut member, event).expect("an outcome");
    }
    program.advance(&mut member, scenario.until()).expect("an outcome");
    let view = program.view(&member, member.clock()).to_json();
    assert!(view.contains(r#""available":"9""#), "{view}");
}

/// A scenario comes to the same as its test: played event by event it leaves no step out, and refuses what the test has refused.
#[test]
fn tests_can_be_played_as_histories() {
    let programs = blocks("docs/language.md").into_iter().filter(|block| block.tag.starts_with("loyalty"));
    let mut played = 0;
    for block in programs {
        let Ok(program) = Program::compile(&program(&block, block.tag.contains("fragment"))) else { continue };
        for scenario in program.scenarios() {
            let mut member = program.enroll("m-1", scenario.enrolled()).expect("a member");
            for event in scenario.events() {
                let refused = program.apply(&mut member, event).err().map(|error| error.to_string());
                let expected = block.text.contains("expect refused");
                assert!(refused.is_none() || expected, "{}: {event}: {refused:?}", block.place);
            }
            program.advance(&mut member, scenario.until()).expect("an outcome");
            played += 1;
        }
    }
    assert!(played > 40, "{played} scenarios");
}
