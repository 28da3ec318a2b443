//! What happens between accounts: nothing is lost or doubled, whatever comes twice, late or in another order.

use std::collections::{BTreeMap, BTreeSet};

use loyalty_core::{Decimal, Instant, Member, Outcome, PoolPayment, PoolReturn, Program, Totals, event_head, share};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::engine::{compile, instant};
use crate::settings;

/// Transfers in every form: with a fee, with caps at both ends, to a wallet that holds only so much, kept and fresh ends.
pub const CLUB: &str = r#"
program "Club" { currency EUR  timezone "Europe/Berlin" }
event gift { to text  points number  fee number? }
event drop { to text  points number }
wallet points { hold at most 5_000 points }
wallet stars  { expire after 3 months without visit }
measure gifts = count(gift)
rule send on gift limit 5 per member per month  cap 2_000 points per month reject {
  transfer gift.points from points to gift.to keep expiry at least 24 hours
  spend    gift.fee from points
}
rule give  on drop { transfer drop.points from stars to drop.to fresh expiry }
rule take  on received cap 1_500 points per month { accept points }
rule thank on received { earn 1 stars }
"#;

const NAMES: [&str; 3] = ["ana", "ben", "cem"];
const DAY: i64 = 86_400_000_000;

/// What a host does with its members.
#[derive(Debug, Clone)]
enum Act {
    Adjust {
        who: usize,
        wallet: bool,
        points: u16,
        days: Option<u8>,
    },
    Send {
        who: usize,
        to: usize,
        stars: bool,
        points: u16,
        fee: Option<u8>,
    },
    /// One of the events that are ready, which stays ready.
    Deliver(u16),
    Pause(usize, bool),
    Resume(usize),
    Visit(usize),
    Later(u8),
    /// The next event is told so many hours late.
    Late(u16),
    Pool {
        points: u16,
        back: Option<u8>,
    },
    Merge(usize, usize),
    Erase(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..NAMES.len();
    prop_oneof![
        4 => (who.clone(), any::<bool>(), 1_u16..2_000, prop::option::of(0_u8..90)).prop_map(|(who, wallet, points, days)| Act::Adjust { who, wallet, points, days }),
        5 => (who.clone(), who.clone(), any::<bool>(), 1_u16..1_500, prop::option::of(1_u8..50)).prop_map(|(who, to, stars, points, fee)| Act::Send { who, to, stars, points, fee }),
        6 => any::<u16>().prop_map(Act::Deliver),
        1 => (who.clone(), any::<bool>()).prop_map(|(who, freeze)| Act::Pause(who, freeze)),
        1 => who.clone().prop_map(Act::Resume),
        1 => who.clone().prop_map(Act::Visit),
        2 => (0_u8..40).prop_map(Act::Later),
        2 => (0_u16..1_000).prop_map(Act::Late),
        1 => (1_u16..800, prop::option::of(1_u8..100)).prop_map(|(points, back)| Act::Pool { points, back }),
        1 => (who.clone(), who.clone()).prop_map(|(into, from)| Act::Merge(into, from)),
        1 => who.prop_map(Act::Erase),
    ]
}

/// A host: its members, and the events that are ready for them.
struct Club {
    program: Program,
    members: BTreeMap<String, Member>,
    /// Whose events go where, since accounts were merged.
    merged: BTreeMap<String, String>,
    ready: Vec<String>,
    /// The ids of the ready events that were taken.
    taken: BTreeSet<String>,
    at: i64,
    joined: i64,
    late: i64,
    number: usize,
}

impl Club {
    fn new() -> Self {
        let program = compile(CLUB);
        let at = Instant::parse("2026-01-01T00:00:00+01:00").unwrap();
        let members = NAMES.map(|name| (name.to_owned(), program.enroll(name, at).unwrap()));
        let (merged, ready, taken) = Default::default();
        let (joined, at) = (at.as_micros(), at.as_micros());
        Self { program, members: members.into(), merged, ready, taken, at, joined, late: 0, number: 0 }
    }

    /// Who has that name, or has become of it.
    fn who(&self, name: &str) -> String {
        let mut name = name.to_owned();
        while let Some(into) = self.merged.get(&name) {
            name.clone_from(into);
        }
        name
    }

    fn apply(&mut self, who: &str, kind: &str, fields: &str) {
        self.number += 1;
        let at = instant(self.joined.max(self.at - self.late));
        self.late = 0;
        let id = format!("e{}", self.number);
        let json = format!(r#"{{"type":"{kind}","id":"{id}","at":"{at}"{fields}}}"#);
        self.event(who, &json);
    }

    /// Applies an event; whatever it is refused for, nothing has changed, and once more it changes nothing.
    fn event(&mut self, who: &str, json: &str) -> bool {
        let Some(member) = self.members.get_mut(&self.who(who)) else { return false };
        let before = self.program.save(member);
        let Ok(outcome) = self.program.apply(member, json) else {
            assert_eq!(self.program.save(member), before, "a refused event leaves no trace: {json}");
            return false;
        };
        let after = self.program.save(member);
        let again = self.program.apply(member, json).expect("a known event");
        assert!(again.replayed() && again.decisions() == outcome.decisions(), "{json}");
        assert_eq!(self.program.save(member), after);
        if !outcome.replayed() {
            self.ready.extend(outcome.outgoing());
        }
        true
    }

    fn deliver(&mut self, json: &str) {
        let head = event_head(json.as_bytes()).expect("an event");
        if self.event(&head.member.expect("a member"), json) {
            self.taken.insert(head.id.expect("an id"));
        }
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Adjust { who, wallet, points, days } => {
                let wallet = if *wallet { "points" } else { "stars" };
                let day = days.map(|days| instant(self.at + i64::from(days) * DAY).to_string());
                let expires = day.map_or(String::new(), |day| {
                    format!(r#","expires":"{}""#, day.split('T').next().unwrap_or_default())
                });
                self.apply(NAMES[*who], "adjust", &format!(r#","wallet":"{wallet}","points":{points}{expires}"#));
            }
            Act::Send { who, to, stars, points, fee } => {
                let fee = fee.map_or(String::new(), |fee| format!(r#","fee":{fee}"#));
                let fields = format!(r#","to":"{}","points":{points}{fee}"#, NAMES[*to]);
                self.apply(NAMES[*who], if *stars { "drop" } else { "gift" }, &fields);
            }
            Act::Deliver(which) => {
                if let Some(json) = self.ready.get(usize::from(*which) % self.ready.len().max(1)).cloned() {
                    self.deliver(&json);
                }
            }
            Act::Pause(who, freeze) => self.apply(NAMES[*who], "pause", &format!(r#","freeze_expiry":{freeze}"#)),
            Act::Resume(who) => self.apply(NAMES[*who], "resume", ""),
            Act::Visit(who) => self.apply(NAMES[*who], "visit", ""),
            Act::Later(days) => {
                self.at += i64::from(*days) * DAY + 3_600_000_000;
                for member in self.members.values_mut() {
                    self.program.advance(member, instant(self.at)).expect("time passes");
                }
            }
            Act::Late(hours) => self.late = i64::from(*hours) * DAY / 24,
            Act::Pool { points, back } => self.pool(*points, *back),
            Act::Merge(into, from) => self.merge(&self.who(NAMES[*into]), &self.who(NAMES[*from])),
            Act::Erase(who) => self.erase(&self.who(NAMES[*who])),
        }
    }

    fn pool(&mut self, points: u16, back: Option<u8>) {
        self.number += 1;
        let (at, wallet, points) = (instant(self.at), "points".to_owned(), Decimal::from(points));
        let payment = PoolPayment { id: format!("p{}", self.number), wallet, points, at };
        let before = self.members.clone();
        let mut members: Vec<&mut Member> = self.members.values_mut().collect();
        let Ok(outcomes) = self.program.pool_spend(&mut members, &payment) else {
            assert_eq!(self.members, before, "all or none");
            return;
        };
        let spent: Decimal = amounts(&outcomes, "spent");
        assert_eq!(spent, points);
        let again = self.program.pool_spend(&mut members, &payment).expect("a known payment");
        assert!(again.iter().all(Outcome::replayed));
        let Some(back) = back else { return };
        let part = (points * Decimal::from(back) / Decimal::ONE_HUNDRED).floor();
        for (number, points) in [Some(part), None].into_iter().enumerate() {
            let id = format!("r{}-{number}", self.number);
            let back = PoolReturn { id, payment: payment.id.clone(), points, at };
            let outcomes = self.program.pool_give_back(&mut members, &back).expect("it comes back");
            let expected = if number == 0 { part } else { spent - part };
            assert_eq!(amounts(&outcomes, "restored"), expected);
        }
        // Who gave gets back exactly what it gave.
        for (member, before) in self.members.values().zip(before.values()) {
            let available = |member: &Member| self.program.totals(member)[0].available;
            let mut before = before.clone();
            self.program.advance(&mut before, at).expect("time passes");
            assert_eq!(available(member), available(&before));
        }
    }

    fn merge(&mut self, into: &str, from: &str) {
        let (Some(mut survivor), Some(mut absorbed)) =
            (self.members.get(into).cloned(), self.members.get(from).cloned())
        else {
            return;
        };
        let sums = |one: &Member, other: &Member| {
            let (one, other) = (self.program.totals(one), self.program.totals(other));
            one.iter().zip(&other).map(|(one, other)| added(one, other)).collect::<Vec<_>>()
        };
        let at = instant(self.at);
        let before = (survivor.clone(), absorbed.clone());
        let Ok(_) = self.program.merge(&mut survivor, &mut absorbed, at) else {
            assert_eq!((survivor, absorbed), before, "all or none");
            return;
        };
        let (mut one, mut other) = before;
        for member in [&mut one, &mut other] {
            self.program.advance(member, at).expect("time passes");
        }
        let (expected, found) = (sums(&one, &other), sums(&survivor, &absorbed));
        for (expected, found) in expected.into_iter().zip(found) {
            // A debt of one may have been paid by the other; nothing else changes.
            assert_eq!(expected.available - expected.debt, found.available - found.debt);
            let settled = expected.debt - found.debt;
            let found = Totals { available: found.available + settled, debt: found.debt + settled, ..found };
            assert_eq!(expected, found);
        }
        let state = self.program.save(&survivor);
        let (into_again, _) = self.program.merge(&mut survivor, &mut other, at).expect("a known account");
        assert!(into_again.replayed() && state == self.program.save(&survivor));
        self.merged.insert(from.to_owned(), into.to_owned());
        self.members.insert(into.to_owned(), survivor);
        self.members.insert(from.to_owned(), absorbed);
    }

    fn erase(&mut self, who: &str) {
        let Some(mut member) = self.members.remove(who) else { return };
        let mut before = member.clone();
        let pseudonym = format!("gone-{}", self.number);
        self.program.advance(&mut before, instant(self.at)).expect("time passes");
        match self.program.erase(&mut member, &pseudonym, instant(self.at)) {
            Ok(_) => {
                assert_eq!(self.program.totals(&member), self.program.totals(&before));
                for json in [self.program.save(&member), self.program.export(&member)] {
                    NAMES.iter().for_each(|name| assert!(!json.contains(name), "{name} is in {json}"));
                }
                self.members.insert(pseudonym, member);
            }
            Err(_) => {
                self.members.insert(who.to_owned(), member);
            }
        }
    }

    /// Every wallet adds up, and what was sent and is nowhere is in the events that were not taken.
    fn check(&self) {
        let mut sums: Option<Vec<Totals>> = None;
        for member in self.members.values() {
            let totals = self.program.totals(member);
            for totals in &totals {
                assert!(totals.conserved(), "{totals:?}");
                let all = [totals.issued, totals.available, totals.pending, totals.spent, totals.expired, totals.debt];
                assert!(all.iter().all(|amount| *amount >= Decimal::ZERO), "{totals:?}");
            }
            sums = Some(match sums {
                None => totals,
                Some(sums) => sums.iter().zip(&totals).map(|(sum, more)| added(sum, more)).collect(),
            });
            let loaded = self.program.load(&self.program.save(member)).expect("a saved member");
            assert_eq!(self.program.save(&loaded.member), self.program.save(member));
            assert_eq!(loaded.member.next_due(), member.next_due());
        }
        for sum in sums.expect("members") {
            let mut under_way = Decimal::ZERO;
            for json in &self.ready {
                let event: Value = serde_json::from_str(json).expect("an event");
                let taken = self.taken.contains(event["id"].as_str().expect("an id"));
                if !taken && event["wallet"] == sum.wallet.as_str() {
                    under_way += event["points"].as_str().expect("points").parse::<Decimal>().expect("a number");
                }
            }
            assert_eq!(sum.transferred_out - sum.transferred_in, under_way, "{} is lost or doubled", sum.wallet);
        }
    }
}

fn amounts(outcomes: &[Outcome], kind: &str) -> Decimal {
    let decisions = outcomes.iter().flat_map(Outcome::decisions).filter(|decision| decision.kind() == kind);
    decisions.filter_map(|decision| decision.amount()).sum()
}

pub fn added(one: &Totals, other: &Totals) -> Totals {
    Totals {
        wallet: one.wallet.clone(),
        issued: one.issued + other.issued,
        available: one.available + other.available,
        pending: one.pending + other.pending,
        held: one.held + other.held,
        spent: one.spent + other.spent,
        transferred_in: one.transferred_in + other.transferred_in,
        transferred_out: one.transferred_out + other.transferred_out,
        expired: one.expired + other.expired,
        clawed_back: one.clawed_back + other.clawed_back,
        written_off: one.written_off + other.written_off,
        debt: one.debt + other.debt,
    }
}

proptest! {
    #![proptest_config(settings(48))]

    /// Law 3 over all members: nothing is lost or doubled on the way between accounts, however events come.
    #[test]
    fn between_accounts(acts in vec(act(), 1..40)) {
        let mut club = Club::new();
        for act in &acts {
            club.act(act);
            club.check();
        }
        // What can be delivered is; what cannot be goes back to its sender, if that one is there.
        for _ in 0..3 {
            for json in club.ready.clone() {
                club.deliver(&json);
                let head = event_head(json.as_bytes()).expect("an event");
                let lost = !club.taken.contains(&head.id.clone().expect("an id"));
                if lost && head.kind.as_deref() == Some("received") {
                    let back = club.program.send_back(&json).expect("a way back");
                    let sender = event_head(back.as_bytes()).expect("an event").member.expect("a member");
                    if club.event(&sender, &back) {
                        club.taken.insert(head.id.expect("an id"));
                    }
                }
            }
            club.check();
        }
        for member in club.members.values_mut() {
            let mut stepwise = member.clone();
            for _ in 0..10 {
                let Some(due) = stepwise.next_due() else { break };
                let nothing = club.program.advance(&mut stepwise, instant(due.as_micros() - 1)).expect("time passes");
                prop_assert!(nothing.decisions().is_empty());
                prop_assert!(!club.program.advance(&mut stepwise, due).expect("time passes").decisions().is_empty());
            }
            let at = stepwise.clock();
            club.program.advance(member, at).expect("time passes");
            prop_assert_eq!(club.program.save(member), club.program.save(&stepwise));
        }
    }

    /// Events that arrive in another order come to the same balances where no limit asks for the order.
    #[test]
    fn any_order_of_delivery(sizes in vec((1_u16..400, 0_u8..60), 1..6), order in any::<prop::sample::Index>(), twice in any::<bool>()) {
        let played = |reversed: bool| {
            let mut club = Club::new();
            club.program = compile(&CLUB.replace("rule take  on received cap 1_500 points per month { accept points }", ""));
            club.members = NAMES.map(|name| (name.to_owned(), club.program.enroll(name, instant(club.at)).unwrap())).into();
            for (number, (points, days)) in sizes.iter().enumerate() {
                club.act(&Act::Adjust { who: number % 2, wallet: true, points: *points, days: Some(*days + 2) });
                club.act(&Act::Send { who: number % 2, to: 2, stars: false, points: *points, fee: None });
            }
            let mut ready = club.ready.clone();
            if reversed {
                ready.reverse();
                let places = ready.len().max(1);
                ready.rotate_left(order.index(places));
            }
            for json in &ready {
                club.deliver(json);
                if twice {
                    club.deliver(json);
                }
            }
            club.check();
            let view = club.program.view(&club.members["cem"], instant(club.at)).to_json();
            let view: Value = serde_json::from_str(&view).unwrap();
            let lots = view["wallets"]["points"]["lots"].as_array().unwrap().iter();
            let mut lots: Vec<String> = lots.map(|lot| format!("{} {} {}", lot["amount"], lot["earned_at"], lot["expires_at"])).collect();
            lots.sort();
            (lots, club.program.totals(&club.members["cem"]))
        };
        prop_assert_eq!(played(false), played(true));
    }

    /// Parts of a pool add up, none is more than its balance, and equal balances differ by one unit at the most.
    #[test]
    fn shares(balances in vec(0_u32..10_000, 1..8), percent in 0_u32..=100, decimals in 0_u32..3) {
        let balances: Vec<Decimal> = balances.iter().map(|units| Decimal::new(i64::from(*units), decimals)).collect();
        let all: Decimal = balances.iter().sum();
        let points = (all * Decimal::from(percent) / Decimal::ONE_HUNDRED).round_dp(decimals).min(all);
        let parts = share(points, &balances, decimals).expect("there is enough");
        prop_assert_eq!(parts.iter().sum::<Decimal>(), points);
        let unit = Decimal::new(1, decimals);
        for (number, (part, balance)) in parts.iter().zip(&balances).enumerate() {
            prop_assert!(part <= balance && *part >= Decimal::ZERO);
            for (other, _) in parts.iter().zip(&balances).skip(number + 1).filter(|(_, other)| *other == balance) {
                prop_assert!(part >= other && part - other <= unit);
            }
        }
        prop_assert_eq!(share(all + unit, &balances, decimals), None);
    }
}
