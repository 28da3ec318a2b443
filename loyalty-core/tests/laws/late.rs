//! What is told late comes out as if it had been told in time: law 7 on histories in any order.

use loyalty_core::{Instant, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

const HOUR: i64 = 3_600_000_000;

/// Events, the calendar and rules that follow tell of the same tags.
const TAGS: &str = r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
member { last text? }
event stop {}
wallet pts {}
wallet gifts {}
rule base    on order        { earn 1 pts  tag "buyer"  set member.last = "order" }
rule thank   on earned pts   { earn 1 gifts  tag "earner"  untag "rests"  set member.last = "thanks" }
rule further on earned gifts { tag "given to"  untag "gone" }
rule came    on visit        { tag "rests"  tag "buyer" }
rule stopped on stop         { untag "earner"  untag "given to"  tag "gone"  set member.last = "stop" }
rule weekly  every week      { untag "buyer"  untag "gone"  tag "rests"  set member.last = "week" }
"#;

/// Points that run out for want of what brings them, at once or once they have vested.
const IDLE: &str = r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
event stop {}
wallet pts   { expire after 5 days without order }
wallet stars { expire after 3 days without earning }
wallet gems  { vest after 2 days  expire after 4 days without activity }
wallet beans { vest after 1 day   expire after 2 days without order, visit }
rule base on order { earn 100 pts  earn 10 gems  earn 1 beans }
rule came on visit { earn 10 stars }
rule more on stop  { earn 1 stars  earn 1 gems }
measure gone       = sum(pts.expired)
measure this_month = sum(stars.expired) this month
"#;

/// What happens, and at which hour of the history; no two at one.
fn happens(kinds: &'static [&'static str]) -> impl Strategy<Value = Vec<(usize, &'static str)>> {
    let hours = proptest::sample::subsequence((0..1000).collect::<Vec<usize>>(), 1..10);
    (hours, vec(0..kinds.len(), 10))
        .prop_map(|(hours, chosen)| hours.into_iter().zip(chosen).map(|(hour, kind)| (hour, kinds[kind])).collect())
}

struct Told {
    program: Program,
    member: Member,
    begun: i64,
}

impl Told {
    fn new(text: &str) -> Self {
        let program = compile(text);
        // Half past, so that no event meets an instant of the calendar.
        let begun = Instant::parse("2026-01-05T00:30:00+01:00").unwrap();
        let member = program.enroll("m-1", begun).unwrap();
        Self { program, member, begun: begun.as_micros() }
    }

    /// What there is in the end, if the events are told in this order, before each of which time may pass.
    fn all(text: &str, events: Vec<(usize, &str)>, passed: Vec<Option<usize>>) -> Value {
        let mut told = Self::new(text);
        for (event, passed) in events.into_iter().zip(passed.into_iter().chain(std::iter::repeat(None))) {
            passed.into_iter().for_each(|hour| told.pass(hour));
            told.tell(event);
        }
        told.pass(1000);
        told.view()
    }

    fn at(&self, hour: usize) -> i64 {
        self.begun + hour as i64 * HOUR
    }

    fn tell(&mut self, (hour, event): (usize, &str)) {
        let (kind, fields) = event.split_once(' ').unwrap_or((event, ""));
        let at = instant(self.at(hour));
        let event = format!(r#"{{"type":"{kind}","id":"e-{hour}","at":"{at}"{fields}}}"#);
        if let Err(error) = self.program.apply(&mut self.member, &event) {
            panic!("{event}: {error}");
        }
    }

    fn pass(&mut self, hour: usize) {
        let at = self.at(hour);
        self.program.advance(&mut self.member, instant(at)).unwrap();
    }

    fn view(&self) -> Value {
        let view = self.program.view(&self.member, self.member.clock());
        serde_json::from_str(&view.to_json()).unwrap()
    }
}

proptest! {
    #![proptest_config(settings(128))]

    #[test]
    fn tags_and_attributes_are_those_of_the_events_in_order(
        (in_order, told) in happens(&["order ,\"subtotal\":\"1\"", "visit", "stop"])
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        passed in vec(prop::option::of(0_usize..1000), 10),
    ) {
        let (late, timely) = (Told::all(TAGS, told, passed), Told::all(TAGS, in_order, Vec::new()));
        for part in ["tags", "attributes"] {
            prop_assert_eq!(&late[part], &timely[part], "{} (told late, in time)", part);
        }
    }

    #[test]
    fn points_ran_out_when_they_would_have(
        (in_order, told) in happens(&["order ,\"subtotal\":\"1\"", "visit", "stop"])
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        passed in vec(prop::option::of(0_usize..1000), 10),
    ) {
        let (late, timely) = (Told::all(IDLE, told, passed), Told::all(IDLE, in_order, Vec::new()));
        prop_assert_eq!(&late["measures"], &timely["measures"], "measures (told late, in time)");
        for wallet in ["pts", "stars", "gems", "beans"] {
            for part in ["available", "pending", "expired"] {
                let of = |view: &Value| view["wallets"][wallet][part].clone();
                prop_assert_eq!(of(&late), of(&timely), "{} {} (told late, in time)", wallet, part);
            }
        }
    }
}
