//! Members who bear on each other: a history comes to what a host comes to that applies event by event, commits every claim and
//! delivers what is held ready; at once or in parts, on however many threads.

use std::collections::BTreeMap;

use loyalty_core::{Counters, Decision, Instant, Member, Outcome, Program, ReplayOptions};
use proptest::prelude::*;

use crate::settings;
use crate::side_by_side::{Idle, played};

/// All that reaches over members: limits, budgets, stock and what they send each other.
const CLUB: &str = r#"program "Club" { currency EUR }
event gift { to text  points number }
wallet points { hold at most 300 points }
coupon SPRING { give { earn 20 points }  budget 90 points }
reward mug { cost 30 points  limit 3 in total  give { tag "mug" } }
referral friends by signup.referrer { qualify order  friend { earn 5 points }  advocate { earn 7 points } }
rule base  on order { earn 1 points per 1 EUR of order.subtotal }
rule early on order limit 4 in total { earn 100 points }
rule twice on order { earn 2 points }
group both [early, twice] { limit 9 in total }
rule send  on gift { transfer gift.points from points to gift.to }
rule take  on received cap 150 points per month { accept points }
rule often every month limit 11 in total { earn 1 points }"#;

const UNTIL: &str = "2026-04-01T00:00:00Z";

fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = (0..6_u32, 0..6_u32, 0..50_u32, 1..28_u32, 0..12_u32).prop_map(|(member, other, number, day, kind)| {
        let head = format!(r#""member":"m-{member}","at":"2026-01-{day:02}T10:00:00Z""#);
        let id = format!("{number}-{member}");
        match kind {
            0 => format!(r#"{{"type":"cancel","id":"c-{id}","order":"o-{id}",{head}}}"#),
            1 => format!(r#"{{"type":"signup","id":"s-{id}","referrer":"m-{other}",{head}}}"#),
            2 => format!(r#"{{"type":"pause","id":"p-{id}",{head}}}"#),
            3 => format!(r#"{{"type":"resume","id":"q-{id}",{head}}}"#),
            4 => format!(r#"{{"type":"redeem","id":"w-{id}","reward":"mug",{head}}}"#),
            5..=7 => format!(r#"{{"type":"gift","id":"g-{id}","to":"m-{other}","points":{},{head}}}"#, number + 1),
            8 => format!(r#"{{"type":"order","id":"o-{id}","#),
            9 => format!(r#"{{"type":"order","id":"o-{id}",{head},"subtotal":{number},"coupons":["SPRING"]}}"#),
            _ => format!(r#"{{"type":"order","id":"o-{id}",{head},"subtotal":{number}}}"#),
        }
    });
    prop::collection::vec(line, 0..120)
}

/// A host that keeps members and counters, as [Members](../../../docs/members.md) tells hosts to.
#[derive(Default)]
struct Host {
    members: BTreeMap<String, Member>,
    counters: Counters,
}

impl Host {
    fn commit(&mut self, outcome: &Outcome) {
        for claim in outcome.decisions().iter().filter_map(Decision::claim) {
            self.counters.commit(&claim);
        }
    }

    fn happens(&mut self, program: &Program, json: &str) {
        let Ok(event) = program.decode(json.as_bytes()) else { return };
        let Some(id) = event.member().map(str::to_owned) else { return };
        let known = self.members.get(&id).cloned();
        let mut member = known.unwrap_or_else(|| program.enroll(&id, event.at()).expect("enrolled"));
        match program.apply_event_with(&mut member, &event, None, self.counters.clone()) {
            Ok(outcome) if outcome.replayed() => {}
            Ok(outcome) => {
                self.members.insert(id, member);
                self.commit(&outcome);
                outcome.outgoing().iter().for_each(|sent| self.happens(program, sent));
            }
            Err(_) => {
                if let Ok(back) = program.send_back(json) {
                    self.happens(program, &back);
                }
            }
        }
    }

    fn passes(&mut self, program: &Program, until: Instant) {
        let ids: Vec<String> = self.members.keys().cloned().collect();
        for id in ids {
            let member = self.members.get_mut(&id).expect("there");
            if member.clock() < until {
                let outcome = program.advance_with(member, until, self.counters.clone()).expect("time passes");
                self.commit(&outcome);
            }
        }
    }
}

proptest! {
    #![proptest_config(settings(40))]

    #[test]
    fn a_history_comes_to_what_a_host_comes_to(lines in lines(), cut in 0..120_usize) {
        let program = Program::compile(CLUB).unwrap_or_else(|errors| panic!("{}", errors.render("club", false)));
        let until: Instant = UNTIL.parse().expect("an instant");
        let mut host = Host::default();
        lines.iter().for_each(|line| host.happens(&program, line));
        host.passes(&program, until);

        let options = ReplayOptions { until: Some(until), ..ReplayOptions::default() };
        let at_once = program.replay(lines.join("\n").as_bytes(), options);
        let saved = |members: &mut dyn Iterator<Item = &Member>| members.map(|member| program.save(member)).collect::<Vec<_>>();
        prop_assert_eq!(saved(&mut at_once.members()), saved(&mut host.members.values()));
        prop_assert_eq!(at_once.counters(), &host.counters);
        for (counter, most) in [("rule early", 4), ("rule often", 11), ("group both", 9), ("budget SPRING", 90), ("reward mug", 3)] {
            prop_assert!(host.counters.get(counter) <= most.into(), "{counter}");
        }

        let (early, late) = lines.split_at(cut.min(lines.len()));
        let first = program.replay(early.join("\n").as_bytes(), ReplayOptions::default());
        let before: Vec<Member> = first.members().cloned().collect();
        let second = program
            .resume(before.clone(), options, &mut |_| {})
            .counting(first.counters().clone())
            .lines(late.join("\n").as_bytes());
        prop_assert_eq!(saved(&mut second.members()), saved(&mut at_once.members()));
        prop_assert_eq!(second.counters(), at_once.counters());

        let alone = played(&program, &before, &late.join("\n"), None);
        prop_assert_eq!(&played(&program, &before, &late.join("\n"), Some(&Idle)), &alone);
    }
}
