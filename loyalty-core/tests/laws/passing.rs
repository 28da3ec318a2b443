//! How often the host lets time pass makes no difference: law 6 between events, with what time spends by itself.

use loyalty_core::{Instant, Member, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

const HOUR: i64 = 3_600_000_000;

/// Time keeps a streak, redeems and forfeits; orders do, too, and come back.
const SHOP: &str = r#"
program "Shop" { currency EUR  timezone "Europe/Berlin" }
wallet points  { vest after 2 days  expire 40 days after vesting }
wallet shields {}
wallet gifts   {}
measure recent = sum(order.subtotal) over last 7 days
tiers status by recent { base {}  gold from 60 EUR }
reward mug { cost 10 points      give { earn 7 gifts } }
reward cup { cost 2 shields      give { earn 1 gifts } }
rule hello  on signup            { earn 60 points vest after 1 day  earn 30 shields }
rule base   on order             { earn 1 points per 1 EUR of order.subtotal }
rule pay    on order when order.payment == "points" { spend 3 shields }
rule weekly every week           { redeem mug }
rule fee    2 days after last order { forfeit 1 points }
rule rose   on status rises      { redeem cup }
rule fell   on status falls      { redeem mug }
challenge daily { streak order by day  goal 3  repeat  freeze 5 shields  returns revoke  reward { earn 4 gifts  redeem mug } }
"#;

/// What happens, so many hours after what happened before.
#[derive(Debug, Clone)]
enum Happens {
    Order(&'static str),
    Edit(Index, &'static str),
    Back(Index, &'static str),
}

fn happens() -> impl Strategy<Value = Vec<(i64, Happens)>> {
    let fields = prop_oneof![
        3 => Just(r#","subtotal":"20""#),
        1 => Just(r#","subtotal":"45""#),
        1 => Just(r#","subtotal":"20","payment":"points""#),
        1 => Just(r#","subtotal":"20","rewards":[{"reward":"mug"}]"#),
        1 => Just(r#","subtotal":"20","rewards":[{"reward":"cup","quantity":2}]"#),
    ];
    let back = prop_oneof![
        3 => Just(""),
        1 => Just(r#","amount":"5""#),
        1 => Just(r#","points":"2""#),
        1 => Just(r#","reward":"mug","quantity":1"#),
    ];
    let one = prop_oneof![
        4 => fields.clone().prop_map(Happens::Order),
        1 => (any::<Index>(), fields).prop_map(|(which, fields)| Happens::Edit(which, fields)),
        2 => (any::<Index>(), back).prop_map(|(which, back)| Happens::Back(which, back)),
    ];
    // Whole days lead from midnight to midnight, at which the calendar does what it does.
    let hours = prop_oneof![Just(0), Just(24), Just(24), Just(48), Just(96), 1_i64..200];
    vec((hours, one), 1..12)
}

/// A member, and what the host was told of it.
struct Told {
    program: Program,
    member: Member,
    decided: Vec<Value>,
}

impl Told {
    fn pass(&mut self, at: i64) {
        let outcome = self.program.advance(&mut self.member, instant(at)).expect("time passes");
        self.note(&outcome.to_json());
    }

    fn apply(&mut self, event: &str) -> Result<(), String> {
        let outcome = self.program.apply(&mut self.member, event).map_err(|error| error.to_json())?;
        self.note(&outcome.to_json());
        let loaded = self.program.load(&self.program.save(&self.member)).expect("what was saved can be loaded");
        self.member = loaded.member;
        Ok(())
    }

    fn note(&mut self, outcome: &str) {
        let outcome: Value = serde_json::from_str(outcome).expect("an outcome is JSON");
        self.decided.extend(outcome["decisions"].as_array().into_iter().flatten().map(|decision| {
            let mut decision = decision.clone();
            // Said only where it is not that of the outcome.
            if decision.get("at").is_none() {
                decision["at"] = outcome["at"].clone();
            }
            decision
        }));
    }
}

proptest! {
    #![proptest_config(settings(96))]

    /// Law 6: the same is decided whether the host lets time pass before an event or the event does.
    #[test]
    fn time_passes_by_itself_or_with_an_event(happens in happens()) {
        let program = compile(SHOP);
        // A Monday.
        let begun = Instant::parse("2026-01-05T00:00:00+01:00").expect("an instant");
        let told = || {
            let member = program.enroll("m-1", begun).expect("a member");
            Told { program: program.clone(), member, decided: Vec::new() }
        };
        let (mut with, mut without) = (told(), told());
        let mut at = begun.as_micros();
        let mut orders: Vec<String> = Vec::new();
        let signup = format!(r#"{{"type":"signup","id":"s","at":"{begun}"}}"#);
        prop_assert_eq!(with.apply(&signup), without.apply(&signup));
        for (number, (hours, one)) in happens.iter().enumerate() {
            at += hours * HOUR;
            let which = |which: &Index| Some(which).filter(|_| !orders.is_empty()).map(|which| which.get(&orders).clone());
            let now = instant(at);
            let event = match one {
                Happens::Order(fields) => Some(format!(r#"{{"type":"order","id":"o-{number}","at":"{now}"{fields}}}"#)),
                Happens::Edit(order, fields) => which(order).map(|order| {
                    format!(r#"{{"type":"order","id":"o-{number}","at":"{now}","replaces":"{order}"{fields}}}"#)
                }),
                Happens::Back(order, back) => which(order)
                    .map(|order| format!(r#"{{"type":"refund","id":"r-{number}","at":"{now}","order":"{order}"{back}}}"#)),
            };
            let Some(event) = event else { continue };
            with.pass(at);
            let told = with.apply(&event);
            prop_assert_eq!(&told, &without.apply(&event), "{}", event);
            if told.is_ok() && !matches!(one, Happens::Back(..)) {
                orders.push(format!("o-{number}"));
            }
        }
        at += 40 * 24 * HOUR;
        with.pass(at);
        without.pass(at);
        prop_assert_eq!(&with.decided, &without.decided);
        prop_assert_eq!(with.program.view(&with.member, instant(at)).to_json(), without.program.view(&without.member, instant(at)).to_json());
    }
}
