//! Rewards: whatever is redeemed, held, captured, let go and given back, in any order, nothing is lost or doubled.

use std::collections::BTreeMap;

use loyalty_core::{Decimal, Instant, Member, Outcome, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

/// Prices in one of several wallets and in several at once, a rate, points of the same order, holds, limits, a tender.
const CLUB: &str = r#"
program "Club" { currency EUR  timezone "Europe/Berlin" }
wallet pts   { expire 20 days after earning  restore original }
wallet coins { clawback may overdraw }
wallet gift  { holds EUR  tender }
rule base  on order { earn 1 pts per 1 EUR of order.subtotal }
rule paid  on order { earn 2 coins per full 10 EUR of order.subtotal }
rule came  on visit { earn 30 coins  earn 10 EUR to gift }
reward mug  { cost 100 pts or 50 coins  limit 3 per member per month, 40 in total  hold for 2 hours  give { tag "mug" } }
reward pair { cost 30 pts and 3 EUR     limit 5 per member                         hold for 90 days give { tag "pair" } }
reward off  { cost 10 pts per 1 EUR     steps of 10 pts  up to 50% of order.subtotal }
reward mine { cost 5 pts                same order counts  give { tag "mine" } }
reward pump { cost 10 pts per 1 EUR     hold for 30 days }
reward coin { cost 20 coins             limit 4 per member per week  give { earn 1 pts } }
rule coins on review { redeem each coin }
"#;

const REWARDS: [&str; 2] = ["mug", "pair"];
const HOUR: i64 = 3_600_000_000;

#[derive(Debug, Clone)]
enum Act {
    Visit,
    Order {
        euros: u16,
        off: Option<u8>,
        mine: bool,
        gift: Option<u8>,
    },
    Redeem(usize, u8),
    Hold(usize, u8),
    /// A hold by rate, and the capture of a part of one.
    Pump(u8),
    Part(u8, u8),
    /// As many as can be paid.
    Review,
    Capture(u8),
    Release(u8),
    Cancel(u8),
    /// Units of a reward come back.
    Units(u8, u8),
    /// Points, or money of an order, come back.
    Refund(u8, bool, u8),
    Later(u16),
    /// The next event is told so many hours late.
    Late(u8),
    /// The account rests, with ends that stand still or not, and wakes up.
    Pause(bool),
    Resume,
}

fn act() -> impl Strategy<Value = Act> {
    let reward = 0..REWARDS.len();
    prop_oneof![
        3 => Just(Act::Visit),
        5 => (20_u16..400, prop::option::of(1_u8..12), any::<bool>(), prop::option::of(1_u8..9)).prop_map(|(euros, off, mine, gift)| Act::Order { euros, off, mine, gift }),
        4 => (reward.clone(), 1_u8..3).prop_map(|(reward, quantity)| Act::Redeem(reward, quantity)),
        4 => (reward, 1_u8..3).prop_map(|(reward, quantity)| Act::Hold(reward, quantity)),
        2 => (1_u8..30).prop_map(Act::Pump),
        3 => (any::<u8>(), 1_u8..20).prop_map(|(hold, euros)| Act::Part(hold, euros)),
        1 => Just(Act::Review),
        3 => any::<u8>().prop_map(Act::Capture),
        2 => any::<u8>().prop_map(Act::Release),
        2 => any::<u8>().prop_map(Act::Cancel),
        2 => (any::<u8>(), 1_u8..3).prop_map(|(event, units)| Act::Units(event, units)),
        2 => (any::<u8>(), any::<bool>(), 1_u8..120).prop_map(|(event, points, amount)| Act::Refund(event, points, amount)),
        3 => (0_u16..400).prop_map(Act::Later),
        2 => any::<u8>().prop_map(Act::Late),
        1 => any::<bool>().prop_map(Act::Pause),
        2 => Just(Act::Resume),
    ]
}

struct Club {
    program: Program,
    member: Member,
    at: i64,
    joined: i64,
    late: i64,
    rests: bool,
    number: usize,
    /// The ids of the events that were taken, and of the holds among them.
    taken: Vec<String>,
    holds: Vec<String>,
    /// What is set aside, added up from the decisions.
    held: BTreeMap<String, Decimal>,
    /// Where the counter over all members stands, added up from the claims.
    claimed: Decimal,
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount: {value}"))
}

impl Club {
    fn new() -> Self {
        let program = compile(CLUB);
        let at = Instant::parse("2026-01-01T00:00:00+01:00").unwrap();
        let member = program.enroll("m-1", at).unwrap();
        let (taken, holds, held) = Default::default();
        let (joined, at) = (at.as_micros(), at.as_micros());
        Self {
            program,
            member,
            at,
            joined,
            late: 0,
            rests: false,
            number: 0,
            taken,
            holds,
            held,
            claimed: Decimal::ZERO,
        }
    }

    fn act(&mut self, act: &Act) {
        let named = |ids: &[String], at: u8| ids.get(usize::from(at) % ids.len().max(1)).cloned().unwrap_or_default();
        match act {
            Act::Visit => drop(self.apply("visit", "")),
            Act::Order { euros, off, mine, gift } => {
                let mut rewards = Vec::new();
                rewards.extend(off.map(|off| format!(r#"{{"reward":"off","amount":"{off}.00"}}"#)));
                rewards.extend(mine.then(|| r#"{"reward":"mine"}"#.to_owned()));
                let tender = gift.map_or(String::new(), |gift| format!(r#"{{"kind":"gift","amount":"{gift}.00"}}"#));
                let rewards = rewards.join(",");
                drop(self.apply(
                    "order",
                    &format!(r#","subtotal":"{euros}.00","rewards":[{rewards}],"tenders":[{tender}]"#),
                ));
            }
            Act::Redeem(reward, quantity) => drop(self.take("redeem", *reward, *quantity)),
            Act::Hold(reward, quantity) => {
                let id = self.take("hold", *reward, *quantity);
                self.holds.extend(id);
            }
            Act::Pump(euros) => {
                let id = self.apply("hold", &format!(r#","reward":"pump","amount":"{euros}.00""#));
                self.holds.extend(id);
            }
            Act::Part(hold, euros) => {
                let hold = named(&self.holds, *hold);
                drop(self.apply("capture", &format!(r#","hold":"{hold}","amount":"{euros}.00""#)));
            }
            Act::Review => drop(self.apply("review", "")),
            Act::Capture(hold) => {
                let hold = named(&self.holds, *hold);
                drop(self.apply("capture", &format!(r#","hold":"{hold}""#)));
            }
            Act::Release(hold) => {
                let hold = named(&self.holds, *hold);
                drop(self.apply("release", &format!(r#","hold":"{hold}""#)));
            }
            Act::Cancel(event) => {
                let event = named(&self.taken, *event);
                drop(self.apply("cancel", &format!(r#","order":"{event}""#)));
            }
            Act::Units(event, units) => {
                let event = named(&self.taken, *event);
                drop(self.apply("refund", &format!(r#","order":"{event}","quantity":{units}"#)));
            }
            Act::Refund(event, points, amount) => {
                let (event, field) = (named(&self.taken, *event), if *points { "points" } else { "amount" });
                drop(self.apply("refund", &format!(r#","order":"{event}","{field}":"{amount}""#)));
            }
            Act::Later(hours) => {
                self.at += i64::from(*hours) * HOUR;
                let outcome = self.program.advance(&mut self.member, Instant::from_micros(self.at).unwrap());
                self.note("advance", &outcome.expect("time passes"));
            }
            Act::Late(hours) => self.late = i64::from(*hours) * HOUR,
            Act::Pause(frozen) => {
                self.rests |= self.apply("pause", &format!(r#","freeze_expiry":{frozen}"#)).is_some();
            }
            Act::Resume => self.rests &= self.apply("resume", "").is_none(),
        }
    }

    fn take(&mut self, kind: &str, reward: usize, quantity: u8) -> Option<String> {
        let reward = REWARDS.get(reward).copied().unwrap_or_default();
        self.apply(kind, &format!(r#","reward":"{reward}","quantity":{quantity}"#))
    }

    /// Applies an event; its id, if it was taken. Refused, it has changed nothing; twice, it changes nothing more.
    fn apply(&mut self, kind: &str, fields: &str) -> Option<String> {
        self.number += 1;
        self.at += 60_000_000;
        let (id, at) = (format!("e{}", self.number), instant(self.joined.max(self.at - self.late)));
        self.late = 0;
        let json = format!(r#"{{"type":"{kind}","id":"{id}","member":"m-1","at":"{at}"{fields}}}"#);
        let before = self.program.save(&self.member);
        match self.program.apply(&mut self.member, &json) {
            Ok(outcome) => {
                let asks = matches!(kind, "redeem" | "hold" | "capture");
                assert!(!self.rests || !asks, "at rest nothing is asked for: {json}");
                self.note(kind, &outcome);
                let after = self.program.save(&self.member);
                let again = self.program.apply(&mut self.member, &json).expect("a replay");
                assert!(again.replayed(), "{json}");
                assert_eq!(self.program.save(&self.member), after, "{json}");
                self.taken.push(id.clone());
                Some(id)
            }
            Err(error) => {
                assert_eq!(self.program.save(&self.member), before, "{json}: {error}");
                None
            }
        }
    }

    /// Adds up what an outcome says of holds and claims, and holds the state to it.
    fn note(&mut self, kind: &str, outcome: &Outcome) {
        let document: Value = serde_json::from_str(&outcome.to_json()).expect("an outcome is JSON");
        for decision in document["decisions"].as_array().expect("decisions") {
            let wallet = decision["wallet"].as_str().unwrap_or_default().to_owned();
            match decision["kind"].as_str().unwrap_or_default() {
                "held" => *self.held.entry(wallet).or_default() += decimal(&decision["amount"]),
                "released" => *self.held.entry(wallet).or_default() -= decimal(&decision["amount"]),
                "spent" if kind == "capture" => *self.held.entry(wallet).or_default() -= decimal(&decision["amount"]),
                "claim" => self.claimed += decimal(&decision["by"]),
                _ => {}
            }
        }
        assert!(self.claimed >= Decimal::ZERO, "{document}");
        let zero = Decimal::ZERO;
        for totals in self.program.totals(&self.member) {
            let right = totals.available
                + totals.pending
                + totals.held
                + totals.spent
                + totals.transferred_out
                + totals.expired
                + totals.clawed_back
                - totals.debt
                - totals.written_off;
            assert_eq!(totals.issued + totals.transferred_in, right, "{totals:?} after {document}");
            assert!(totals.conserved());
            assert!(
                [totals.available, totals.held, totals.spent, totals.debt].iter().all(|sum| *sum >= zero),
                "{totals:?}"
            );
            assert_eq!(totals.held, self.held.get(&totals.wallet).copied().unwrap_or_default(), "{document}");
        }
        let saved = self.program.save(&self.member);
        let loaded = self.program.load(&saved).expect("a saved member");
        assert!(loaded.report.is_empty());
        assert_eq!(loaded.member, self.member);
        let packed = self.program.load_binary(&self.program.save_binary(&self.member)).expect("a saved member");
        assert_eq!(packed.member, self.member);
    }

    /// Lots and sums, without the numbers of entries.
    fn balances(&self) -> Value {
        let view = self.program.view(&self.member, Instant::from_micros(self.at).unwrap());
        let mut wallets: Value =
            serde_json::from_str::<Value>(&view.to_json()).expect("a view is JSON")["wallets"].take();
        for wallet in wallets.as_object_mut().expect("wallets").values_mut() {
            for lot in wallet["lots"].as_array_mut().expect("lots") {
                lot["entry"].take();
            }
        }
        wallets
    }
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    vec(act(), 1..40)
}

proptest! {
    #![proptest_config(settings(48))]

    /// Law 3 with holds, laws 4 and 9, and what is saved.
    #[test]
    fn nothing_is_lost(acts in acts()) {
        let mut club = Club::new();
        acts.iter().for_each(|act| club.act(act));
    }

    /// What is redeemed and cancelled, held and let go, or given back one by one, leaves what there was.
    #[test]
    fn what_comes_back_comes_back_whole(acts in acts(), reward in 0..REWARDS.len(), quantity in 1_u8..4, way in 0..4) {
        let mut club = Club::new();
        acts.iter().for_each(|act| club.act(act));
        // Time itself changes balances: whatever is due by then has happened.
        club.act(&Act::Resume);
        club.act(&Act::Later(0));
        let (before, claimed) = (club.balances(), club.claimed);
        let id = match way {
            0..=2 => club.take("redeem", reward, quantity),
            _ => club.take("hold", reward, quantity),
        };
        let Some(id) = id else { return Ok(()) };
        prop_assert_ne!(&club.balances(), &before);
        match way {
            0 => drop(club.apply("cancel", &format!(r#","order":"{id}""#))),
            1 => (0..quantity).for_each(|_| drop(club.apply("refund", &format!(r#","order":"{id}","quantity":1"#)))),
            2 => {
                club.apply("refund", &format!(r#","order":"{id}","quantity":1"#));
                if quantity > 1 {
                    club.apply("cancel", &format!(r#","order":"{id}""#));
                }
            }
            _ => drop(club.apply("release", &format!(r#","hold":"{id}""#))),
        }
        prop_assert_eq!(club.balances(), before);
        prop_assert_eq!(club.claimed, claimed);
        // And the limit has room for as much again.
        let again = club.take(if way == 3 { "hold" } else { "redeem" }, reward, quantity);
        prop_assert!(again.is_some());
    }

    /// A hold that nobody captures is over at its instant, and at none before, also while the account rests.
    #[test]
    fn a_hold_lapses_when_next_due_says_so(acts in acts(), reward in 0..REWARDS.len(), rests in prop::option::of(any::<bool>())) {
        let mut club = Club::new();
        acts.iter().for_each(|act| club.act(act));
        club.act(&Act::Resume);
        if club.take("hold", reward, 1).is_none() {
            return Ok(());
        }
        if let Some(frozen) = rests {
            club.act(&Act::Pause(frozen));
        }
        while let Some(due) = club.member.next_due() {
            let mut before = club.member.clone();
            let outcome = club.program.advance(&mut before, Instant::from_micros(due.as_micros() - 1).unwrap()).unwrap();
            prop_assert!(outcome.decisions().is_empty());
            let outcome = club.program.advance(&mut club.member, due).unwrap();
            prop_assert!(!outcome.decisions().is_empty());
            club.note("advance", &outcome);
            club.at = due.as_micros();
        }
        prop_assert!(club.held.values().all(Decimal::is_zero));
    }
}
