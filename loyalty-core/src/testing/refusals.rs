//! Law 9: a refused event leaves the state untouched, to the byte, wherever in it the refusal comes.
//!
//! The steps of the corpus are taken again and again, and each time another of their sums fails: in the rules, in the
//! wallets, in what follows, at the very end. `Member::whole` has nothing to put back by but what its rooms have noted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::amount::fuse;
use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::program::Program;
use crate::sorting::Arrange as _;
use crate::time::Instant;
use crate::wire::decode::event_head;

/// Sums that fail of one step, one after the other; of a step with more, so many that lie spread over it.
const FAILURES: u64 = 10;

#[expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "the cases lie in files")]
fn cases() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/good")];
    let mut cases = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => folders.push(path),
                Some(end) if end == "case" => cases.push((path.clone(), std::fs::read_to_string(path).unwrap())),
                Some(_) => {}
            }
        }
    }
    cases.arrange();
    cases
}

/// The parts of a case: its first program, its secret and its steps.
fn parts(case: &str) -> Option<(Program, impl Iterator<Item = &str>)> {
    let (head, rest) = case.split_once("=== program\n")?;
    let (program, rest) = rest.split_once("=== steps\n")?;
    let program = program.split("=== program\n").next()?;
    let secret = head.lines().find_map(|line| line.strip_prefix("secret: "));
    let program = Program::compile(program).ok()?;
    let program = match secret {
        Some(secret) => program.with_secret(secret.as_bytes()).ok()?,
        None => program,
    };
    Some((program, rest.lines().take_while(|line| !line.starts_with("==="))))
}

/// Takes a step as often as it has sums to fail at, and then once more; tells how many failures were put back.
fn failing(
    program: &Program,
    member: &mut Member,
    name: &str,
    step: impl Fn(&mut Member) -> Result<Outcome, EventError>,
) -> u64 {
    let before = member.clone();
    let bytes = program.save_binary(&before);
    let untouched = |member: &Member, sums: u64| assert_eq!(*member, before, "{name}, with {sums} sums");
    let mut trial = before.clone();
    fuse::set(u64::MAX - 1);
    let told = step(&mut trial);
    let sums = u64::MAX - 1 - fuse::clear();
    if told.is_err() {
        untouched(&trial, u64::MAX);
    }
    let mut put_back = 0;
    for number in 0..sums.min(FAILURES) {
        let at = number * sums / sums.min(FAILURES);
        fuse::set(at);
        let given = step(member);
        fuse::clear();
        if given.is_err() {
            untouched(member, at);
            put_back += 1;
        } else {
            // Not every sum is one that must be known: what goes on without it has happened.
            *member = before.clone();
        }
    }
    // A member that has been put back so often is as good as any.
    assert_eq!(program.save_binary(member), bytes, "{name}");
    let again = step(member);
    let json =
        |given: Result<Outcome, EventError>| given.map_or_else(|error| error.to_json(), |outcome| outcome.to_json());
    assert_eq!(json(again), json(told), "{name}");
    assert_eq!(*member, trial, "{name}");
    put_back
}

#[test]
fn a_refusal_at_any_sum_leaves_the_state_to_the_byte() {
    let mut put_back = 0;
    for (path, case) in cases() {
        let Some((program, steps)) = parts(&case) else { continue };
        let mut members: BTreeMap<String, Member> = BTreeMap::new();
        let mut at_hand = "m-1".to_owned();
        for (number, step) in steps.enumerate() {
            let name = format!("{}, step {number}", path.display());
            let (word, rest) = step.split_once(' ').unwrap_or((step, ""));
            if word == "next" {
                break;
            }
            if word == "enroll" || word == "member" {
                let (id, at) =
                    if word == "member" { rest.split_once(' ').unwrap_or((rest, "")) } else { ("m-1", rest) };
                at_hand = id.to_owned();
                if let Some(member) = Instant::parse(at).and_then(|at| program.enroll(id, at).ok()) {
                    members.entry(id.to_owned()).or_insert(member);
                }
                continue;
            }
            if word == "advance"
                && let (Some(member), Some(to)) = (members.get_mut(&at_hand), Instant::parse(rest))
            {
                put_back += failing(&program, member, &name, |member| program.advance(member, to));
            }
            let Some(head) = step.starts_with('{').then(|| event_head(step.as_bytes()).ok()).flatten() else {
                continue;
            };
            let id = head.member.unwrap_or_else(|| at_hand.clone());
            let Some(at) = head.at else { continue };
            let member = members.entry(id.clone()).or_insert_with(|| program.enroll(&id, at).unwrap());
            put_back += failing(&program, member, &name, |member| program.apply(member, step));
        }
    }
    assert!(put_back > 5_000, "{put_back} refusals are too few to show anything");
}
