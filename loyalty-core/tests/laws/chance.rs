//! Chance: arms move no more than they must, and their shares are what is written.

use loyalty_core::{Instant, Member, Program};
use proptest::prelude::*;

use crate::settings;

const SECRET: &[u8] = b"a secret for the laws of chance";
const ARMS: [&str; 4] = ["red", "green", "blue", "holdout"];

/// A program whose experiment has these shares in percents; an arm without a share is not written.
fn program(shares: &[u32]) -> Program {
    let arms: String = ARMS
        .iter()
        .zip(shares)
        .filter(|(_, share)| **share > 0)
        .map(|(arm, share)| format!(" {arm} {share}% "))
        .collect();
    let text = format!(
        "program \"Shop\" {{}}\nwallet pts {{}}\nexperiment colour {{{arms}}}\n\
         rule met on visit when colour in [{}] {{ earn 1 pts }}",
        ARMS.iter().zip(shares).find(|(_, share)| **share > 0).map_or("", |(arm, _)| arm)
    );
    let program = Program::compile(&text).unwrap_or_else(|found| panic!("{}", found.render("shop", false)));
    program.with_secret(SECRET).unwrap()
}

fn at(day: u32) -> Instant {
    Instant::parse(&format!("2026-01-{day:02}T10:00:00Z")).unwrap()
}

fn arm(program: &Program, member: &Member) -> usize {
    let view: serde_json::Value = serde_json::from_str(&program.view(member, at(1)).to_json()).unwrap();
    let name = view["experiments"]["colour"]["arm"].as_str().unwrap().to_owned();
    ARMS.iter().position(|arm| *arm == name).unwrap()
}

/// A visit, whose rules read the arm.
fn visit(program: &Program, member: &mut Member, day: u32) {
    let event = format!(r#"{{"type":"visit","id":"v-{day}","at":"2026-01-{day:02}T10:00:00Z"}}"#);
    program.apply(member, event).unwrap();
}

/// Four shares that add up to 100.
fn shares() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(0_u32..=100, 3).prop_map(|mut cuts| {
        cuts.sort_unstable();
        vec![cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], 100 - cuts[2]]
    })
}

/// How many of so many members are in each arm, and that number by the shares.
fn counted(arms: &[usize]) -> [usize; 4] {
    let mut counts = [0; 4];
    arms.iter().for_each(|arm| counts[*arm] += 1);
    counts
}

const MEMBERS: usize = 400;

/// Five standard deviations of a count out of `MEMBERS`.
fn slack(share: u32) -> usize {
    let variance = MEMBERS * share as usize * (100 - share as usize) / 10_000;
    5 * (variance.isqrt() + 1)
}

proptest! {
    #![proptest_config(settings(24))]

    #[test]
    fn an_arm_moves_no_more_than_it_must(old in shares(), new in shares(), third in shares()) {
        let programs = [program(&old), program(&new), program(&third)];
        let mut members: Vec<Member> =
            (0..MEMBERS).map(|number| programs[0].enroll(&format!("m-{number}"), at(1)).unwrap()).collect();
        let mut before: Vec<usize> = Vec::new();
        for (round, (program, shares)) in programs.iter().zip([&old, &new, &third]).enumerate() {
            for member in &mut members {
                if round > 0 {
                    *member = program.load(&programs[round - 1].save(member)).unwrap().member;
                }
                visit(program, member, round as u32 + 2);
            }
            let arms: Vec<usize> = members.iter().map(|member| arm(program, member)).collect();
            for (place, count) in counted(&arms).into_iter().enumerate() {
                let wanted = MEMBERS * shares[place] as usize / 100;
                prop_assert!(count.abs_diff(wanted) <= slack(shares[place]) + 1, "{count} of {wanted} in {}", ARMS[place]);
            }
            if round > 0 {
                let last = if round == 1 { &old } else { &new };
                for (from, to) in before.iter().zip(&arms).filter(|(from, to)| from != to) {
                    prop_assert!(shares[*from] < last[*from], "{} has not shrunk", ARMS[*from]);
                    prop_assert!(shares[*to] > last[*to], "{} has not grown", ARMS[*to]);
                }
            }
            before = arms;
        }
    }

    /// Members whom nobody has noted: as against the others, the arm that they leave has shrunk or the one they come to has grown.
    #[test]
    fn what_the_hash_alone_gives_depends_on_ratios(old in shares(), new in shares()) {
        let (one, other) = (program(&old), program(&new));
        for number in 0..MEMBERS {
            let id = format!("m-{number}");
            let from = arm(&one, &one.enroll(&id, at(1)).unwrap());
            let to = arm(&other, &other.enroll(&id, at(1)).unwrap());
            // new[from] / old[from] < new[to] / old[to]
            prop_assert!(from == to || new[from] * old[to] < new[to] * old[from] || old[to] == 0);
        }
    }
}

#[test]
fn the_same_member_has_the_same_arm_whoever_asks() {
    let (one, other) = (program(&[50, 50, 0, 0]), program(&[50, 50, 0, 0]));
    for number in 0..50 {
        let id = format!("m-{number}");
        let mut member = one.enroll(&id, at(1)).unwrap();
        let asked = arm(&other, &other.enroll(&id, at(1)).unwrap());
        visit(&one, &mut member, 2);
        assert_eq!(arm(&one, &member), asked);
    }
    let another = program(&[50, 50, 0, 0]).with_secret(b"another secret of the laws").unwrap();
    let differs = (0..50).filter(|number| {
        let id = format!("m-{number}");
        arm(&one, &one.enroll(&id, at(1)).unwrap()) != arm(&another, &another.enroll(&id, at(1)).unwrap())
    });
    assert!(differs.count() > 10);
}
