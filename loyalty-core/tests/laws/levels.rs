//! Levels go by when things happened, not by when they are told: what an order earns, and which level is reached, in any order.

use loyalty_core::{Instant, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::engine::{compile, instant};
use crate::settings;

const HOUR: i64 = 3_600_000_000;
/// The days of a history.
const DAYS: usize = 80;

/// For how long levels are kept.
const KEEPS: [&str; 7] = [
    "",
    "keep 20 days",
    "keep to end of month",
    "keep to end of next month",
    "keep to end of next membership month",
    "keep 1 month to end of month",
    "keep to anniversary",
];

/// What happens at an hour of the history, at half past, so that it meets no instant of the calendar; no two at one.
#[derive(Debug, Clone)]
struct Happens {
    hour: usize,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    Visit,
    Order(u8),
    /// Of the visit that is the last one by then.
    Cancel,
    Review,
    Given(u8),
}

/// The clauses of a ladder by visits, with levels from 2 and from 4 of them.
fn ladder(clauses: &[&'static str]) -> String {
    let lines: Vec<String> =
        clauses.iter().filter(|clause| !clause.is_empty()).map(|line| format!("  {line}\n")).collect();
    format!(
        "tiers st by n {{\n  benefit rate = 1\n  low {{}}\n  mid from 2 {{ rate 2 }}\n  top from 4 {{ rate 3 }}\n{}}}\n",
        lines.concat()
    )
}

fn program(zone: &str, window: &str, clauses: &[&'static str]) -> String {
    format!(
        "program \"Shop\" {{ currency EUR  timezone \"{zone}\"  history 2 years }}\n\
         wallet pts {{}}\nwallet b {{}}\nmeasure n = count(visit) {window}\n{}\
         rule base on order cap match st {{ top 90 pts, mid 60 pts, else 45 pts }} per month {{\n  \
           earn 1 pts per 1 EUR of order.subtotal\n}}\n\
         rule mul on order when st > low {{ multiply base by st.rate }}\n\
         rule bon on order limit match st {{ top 3, else 1 }} per member per 10 days {{ earn 1 b }}\n\
         rule tr  on review {{ raise st to top for 12 days }}\n",
        ladder(clauses)
    )
}

fn windows() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "",
            "this month",
            "this quarter",
            "this year",
            "this membership month",
            "over last 30 days",
            "over last 500 hours",
        ][..],
    )
}

fn rises() -> impl Strategy<Value = &'static str> {
    let ends = ["week", "month", "quarter", "membership month"];
    let ends: Vec<&'static str> = ends.iter().map(|of| &*format!("rise at end of {of}").leak()).collect();
    prop_oneof![Just("rise at once"), select(ends), Just("rise on 10 march")]
}

fn history(kinds: Vec<(u32, BoxedStrategy<What>)>) -> impl Strategy<Value = Vec<Happens>> {
    let what = proptest::strategy::Union::new_weighted(kinds);
    let hours = proptest::sample::subsequence((0..DAYS * 24).collect::<Vec<usize>>(), 6..30);
    (hours, vec(what, 30))
        .prop_map(|(hours, what)| hours.into_iter().zip(what).map(|(hour, what)| Happens { hour, what }).collect())
}

struct Told {
    program: Program,
    member: Member,
    begun: i64,
    /// What each order earned, by its hour.
    earned: std::collections::BTreeMap<usize, Vec<Value>>,
}

impl Told {
    fn new(text: &str) -> Self {
        let program = compile(text);
        let begun = Instant::parse("2026-01-29T10:30:00+01:00").unwrap();
        let member = program.enroll("m-1", begun).unwrap();
        Self { program, member, begun: begun.as_micros(), earned: Default::default() }
    }

    fn all(text: &str, events: &[Happens]) -> Self {
        let mut told = Self::new(text);
        let mut visits: Vec<usize> = vec![];
        // What a cancellation names goes by when it happened, too.
        let mut in_order: Vec<&Happens> = events.iter().collect();
        in_order.sort_by_key(|one| one.hour);
        let mut cancels = std::collections::BTreeMap::new();
        for one in in_order {
            match one.what {
                What::Visit => visits.push(one.hour),
                What::Cancel => drop(cancels.insert(one.hour, visits.pop())),
                _ => {}
            }
        }
        for one in events {
            let (hour, at) = (one.hour, instant(told.begun + (one.hour as i64 + 1) * HOUR));
            let mut event = json!({"id": format!("e-{hour}"), "at": at.to_string()});
            let more = match one.what {
                What::Visit => json!({"type": "visit"}),
                What::Order(amount) => json!({"type": "order", "subtotal": amount.to_string()}),
                What::Cancel => match cancels[&hour] {
                    Some(visit) => json!({"type": "cancel", "order": format!("e-{visit}")}),
                    None => continue,
                },
                What::Review => json!({"type": "review"}),
                What::Given(days) => {
                    let until = instant(told.begun + (hour as i64 + 24 * i64::from(days)) * HOUR).to_string();
                    json!({"type": "assign_level", "level": "mid", "until": until.split('T').next()})
                }
            };
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let outcome = told.program.apply(&mut told.member, event.to_string());
            let outcome: Value = match outcome {
                Ok(outcome) => serde_json::from_str(&outcome.to_json()).unwrap(),
                Err(error) => panic!("{event}: {error}"),
            };
            if let What::Order(_) = one.what {
                let decisions = outcome["decisions"].as_array().unwrap();
                let own = decisions.iter().filter(|one| one["kind"] == "earned" && one.get("at").is_none());
                told.earned.insert(hour, own.map(|one| json!([one["wallet"], one["amount"]])).collect());
            }
        }
        told.program.advance(&mut told.member, instant(told.begun + (DAYS as i64 * 24 + 1) * HOUR)).unwrap();
        told
    }

    fn tiers(&self) -> Value {
        let view = self.program.view(&self.member, self.member.clock());
        let view: Value = serde_json::from_str(&view.to_json()).unwrap();
        view["tiers"]["st"]["level"].clone()
    }
}

fn is_order(one: &Happens) -> bool {
    matches!(one.what, What::Order(_))
}

/// The same events, all orders after all others.
fn orders_last(events: &[Happens]) -> Vec<Happens> {
    let (orders, mut others): (Vec<Happens>, Vec<Happens>) = events.iter().cloned().partition(is_order);
    others.extend(orders);
    others
}

/// A ladder of any form, and what happens.
fn any_ladder() -> impl Strategy<Value = (String, Vec<Happens>)> {
    let graces = select(&["", "grace 10 days", "grace 1 month to end of month"][..]);
    let falls = select(&["", "fall one level", "fall never"][..]);
    let zone = select(&["Europe/Berlin", "Asia/Riyadh", "America/New_York"][..]);
    let rest = (select(&["", "retain when n >= 1"][..]), any::<bool>());
    let clauses = (rises(), select(&KEEPS[..]), graces, falls, rest);
    let program = (zone, windows(), clauses).prop_map(|(zone, window, (rise, keep, grace, fall, (retain, seen)))| {
        let timed = !keep.is_empty();
        let of_timed = |clause: &'static str| if timed { clause } else { "" };
        let seen = if seen { "seen after" } else { "" };
        let fall = if fall == "fall one level" { of_timed(fall) } else { fall };
        program(zone, window, &[rise, keep, of_timed(grace), fall, of_timed(retain), seen])
    });
    let kinds = vec![
        (8, Just(What::Visit).boxed()),
        (8, (5_u8..60).prop_map(What::Order).boxed()),
        (1, Just(What::Review).boxed()),
        (1, Just(What::Cancel).boxed()),
        (1, (1_u8..25).prop_map(What::Given).boxed()),
    ];
    (program, history(kinds))
}

/// A ladder whose levels are kept beyond the history once they are reached.
fn lasting_ladder() -> impl Strategy<Value = (String, Vec<Happens>)> {
    let keeps = select(&["keep to end of next year", "keep 12 months", "keep to anniversary", "fall never"][..]);
    let program = (windows(), rises(), keeps, any::<bool>()).prop_map(|(window, rise, keep, seen)| {
        program("Europe/Berlin", window, &[rise, keep, if seen { "seen after" } else { "" }])
    });
    let kinds = vec![(5, Just(What::Visit).boxed()), (5, (5_u8..60).prop_map(What::Order).boxed())];
    (program, history(kinds))
}

proptest! {
    #![proptest_config(settings(48))]

    #[test]
    fn what_an_order_earns_hangs_on_no_level_of_later_events(
        (text, events) in any_ladder(),
        late in vec(prop::bool::weighted(0.4), 30),
    ) {
        let timely = Told::all(&text, &events);
        let at_last = Told::all(&text, &orders_last(&events));
        prop_assert_eq!(&at_last.earned, &timely.earned, "orders told last, in time\n{}", text);
        // Some are told with the next one, so that they stay in order among themselves.
        let mut some: Vec<Happens> = vec![];
        let mut waiting: Vec<Happens> = vec![];
        for (one, late) in events.iter().cloned().zip(late) {
            match (is_order(&one), late) {
                (true, true) => waiting.push(one),
                (true, false) => {
                    some.append(&mut waiting);
                    some.push(one);
                }
                (false, _) => some.push(one),
            }
        }
        some.append(&mut waiting);
        let some = Told::all(&text, &some);
        prop_assert_eq!(&some.earned, &timely.earned, "some orders told late, in time\n{}", text);
    }

    #[test]
    fn a_level_that_lasts_is_reached_whatever_is_told_late(
        ((text, events), told) in lasting_ladder().prop_flat_map(|(text, events)| {
            let visits: Vec<Happens> = events.iter().filter(|one| !is_order(one)).cloned().collect();
            (Just((text, events)), Just(visits).prop_shuffle())
        }),
    ) {
        let timely = Told::all(&text, &events);
        let orders = events.iter().filter(|one| is_order(one)).cloned();
        let late = Told::all(&text, &told.into_iter().chain(orders).collect::<Vec<_>>());
        prop_assert_eq!(late.tiers(), timely.tiers(), "level (visits told in any order, in time)\n{}", text);
        prop_assert_eq!(&late.earned, &timely.earned, "orders (visits told in any order, in time)\n{}", text);
    }
}
