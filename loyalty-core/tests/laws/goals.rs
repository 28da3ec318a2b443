//! Goals and what their rewards earn, spend, redeem and issue, whatever is bought, edited and returned, and in whichever order: what was
//! bought and came back leaves nothing, an edit up and down or down and up is none, and of several returns none need come first.

use loyalty_core::{Member, Outcome, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::engine::compile;
use crate::settings;

/// What a generated challenge says.
#[derive(Debug, Clone)]
struct Rules {
    counts: &'static str,
    within: &'static str,
    goal: &'static str,
    repeat: &'static str,
    revoke: bool,
    reward: &'static str,
    clawback: &'static str,
}

const STREAK: &str = "streak order by day";

const REWARDS: [&str; 6] = [
    "earn 10 p",
    "redeem mug",
    "spend 5 coins  earn 3 gifts",
    "earn 4 p  redeem mug  redeem cup",
    "issue GIFT",
    "earn 10 p vest after 3 days  redeem mug",
];

fn rules() -> impl Strategy<Value = Rules> {
    let counts = select(vec!["sum order.subtotal", "count order", STREAK]);
    let within = select(vec!["", "within each month", "within over last 10 days"]);
    let repeat = select(vec!["", "repeat", "repeat carry", "repeat up to 2"]);
    let rest = (select(REWARDS.to_vec()), any::<bool>(), select(vec!["", "clawback may overdraw"]));
    (counts, within, repeat, rest, any::<bool>()).prop_map(|(counts, within, repeat, rest, many)| {
        let (reward, revoke, clawback) = rest;
        let streak = counts == STREAK;
        let within = if streak { "" } else { within };
        let repeat = match repeat {
            "repeat carry" if streak || within.contains("last") => "repeat",
            repeat => repeat,
        };
        let goal = match (counts.starts_with("sum"), many && !streak) {
            (true, false) => "goal 100 EUR",
            (true, true) => "goal low 60 EUR { earn 2 p }  goal high 150 EUR",
            (false, false) => "goal 2",
            (false, true) => "goal low 1 { earn 2 p }  goal high 3",
        };
        Rules { counts, within, goal, repeat, revoke, reward, clawback }
    })
}

impl Rules {
    fn program(&self) -> String {
        let Self { counts, within, goal, repeat, reward, clawback, .. } = self;
        let returns = if self.revoke { "revoke" } else { "keep" };
        format!(
            "program \"Shop\" {{ currency EUR  timezone \"Europe/Berlin\" }}\n\
             wallet p {{ {clawback} }}\nwallet gifts {{ {clawback} }}\nwallet coins {{}}\n\
             measure bought = sum(order.subtotal)\n\
             rule pay on redeem when redeem.wallet is present {{\n\
               spend up to redeem.points from p  spend up to redeem.points from gifts\n}}\n\
             coupon GIFT issued {{ give 5 EUR off order  valid 60 days }}\n\
             reward mug {{ cost 10 coins  limit 3 per member  give {{ earn 7 gifts }} }}\n\
             reward cup {{ cost 3 coins  give {{ earn 2 p  issue GIFT }} }}\n\
             challenge it {{ {counts}  {within}  {goal}  {repeat}  returns {returns}  reward {{ {reward} }} }}\n"
        )
    }

    /// Whether an edit that goes and comes back makes what it was before: what a round without `carry` loses it loses for good.
    fn forgets(&self) -> bool {
        !self.repeat.starts_with("repeat") || self.repeat.ends_with("carry")
    }
}

/// Something bought, paid for with points, edited, or in part returned; by which of the earlier ones it goes.
#[derive(Debug, Clone)]
enum Step {
    Order(u32),
    /// With a coupon that a reward may have issued.
    Use(u32),
    /// It takes a reward itself.
    Take(u32),
    Late(u32),
    Pay(u32),
    Edit(Index, u32),
    Part(Index, u32),
    Cancel(Index),
}

fn step() -> impl Strategy<Value = Step> {
    let (which, amount) = (any::<Index>(), select(vec![100_u32, 40, 60, 150, 10]));
    prop_oneof![
        5 => amount.clone().prop_map(Step::Order),
        1 => amount.clone().prop_map(Step::Use),
        1 => amount.clone().prop_map(Step::Take),
        1 => amount.clone().prop_map(Step::Late),
        2 => (1_u32..15).prop_map(Step::Pay),
        2 => (which.clone(), amount.clone()).prop_map(|(which, amount)| Step::Edit(which, amount)),
        2 => (which.clone(), amount).prop_map(|(which, amount)| Step::Part(which, amount)),
        1 => which.prop_map(Step::Cancel),
    ]
}

/// A member, and what it has bought.
struct Shop<'p> {
    program: &'p Program,
    member: Member,
    /// What can still come back, and how much was bought.
    known: Vec<(String, u32)>,
}

fn at(day: usize, hour: usize) -> String {
    format!("2026-01-{:02}T{hour:02}:00:00Z", day + 1)
}

impl<'p> Shop<'p> {
    fn open(program: &'p Program) -> Self {
        let member = program.enroll("m", at(0, 0).parse().expect("an instant")).expect("a member");
        let mut shop = Self { program, member, known: vec![] };
        let coins = json!({ "wallet": "coins", "points": 1_000 });
        shop.apply("adjust", "coins", &at(0, 1), coins).expect("an adjustment");
        shop
    }

    fn twin(&self) -> Self {
        let member = self.program.load(&self.program.save(&self.member)).expect("a saved member").member;
        Self { program: self.program, member, known: self.known.clone() }
    }

    fn apply(&mut self, kind: &str, id: &str, at: &str, more: Value) -> Option<Outcome> {
        let mut event = json!({ "type": kind, "id": id, "member": "m", "at": at });
        for (key, value) in more.as_object().expect("an object") {
            event[key] = value.clone();
        }
        let outcome = self.program.apply(&mut self.member, event.to_string()).ok();
        for totals in self.program.totals(&self.member) {
            let has = totals.available + totals.pending + totals.held + totals.spent + totals.expired;
            let gone = totals.clawed_back - totals.written_off - totals.debt;
            assert_eq!(totals.issued, has + gone, "{} after {event}", totals.wallet);
        }
        outcome
    }

    fn play(&mut self, steps: &[Step]) {
        for (day, step) in steps.iter().enumerate() {
            let (id, when) = (format!("e{day}"), at(day, 10));
            let earlier = |which: &Index| self.known.get(which.index(self.known.len().max(1))).cloned();
            match step {
                Step::Order(amount) => self.buy(&id, &when, *amount, json!({})),
                Step::Use(amount) => self.buy(&id, &when, *amount, json!({ "coupons": ["GIFT"] })),
                Step::Take(amount) => self.buy(&id, &when, *amount, json!({ "rewards": [{ "reward": "cup" }] })),
                Step::Late(amount) => self.buy(&id, &at(day / 2, 11), *amount, json!({})),
                Step::Pay(points) => {
                    let pay = json!({ "points": points, "wallet": "p" });
                    if self.apply("redeem", &id, &when, pay).is_some() {
                        self.known.push((id, 0));
                    }
                }
                Step::Edit(which, amount) => {
                    if let Some((known, _)) = earlier(which).filter(|(_, bought)| *bought > 0) {
                        self.edit(&id, &when, *amount, &known);
                    }
                }
                Step::Part(which, amount) => {
                    if let Some((known, _)) = earlier(which) {
                        self.apply("refund", &id, &when, json!({ "order": known, "amount": amount }));
                    }
                }
                Step::Cancel(which) => {
                    if let Some((known, _)) = earlier(which) {
                        self.apply("cancel", &id, &when, json!({ "order": known }));
                    }
                }
            }
        }
    }

    fn buy(&mut self, id: &str, at: &str, amount: u32, mut order: Value) {
        order["subtotal"] = amount.into();
        if self.apply("order", id, at, order).is_some() {
            self.known.push((id.to_owned(), amount));
        }
    }

    fn edit(&mut self, id: &str, at: &str, amount: u32, replaces: &str) {
        let before = self.known.len();
        self.buy(id, at, amount, json!({ "replaces": replaces }));
        if self.known.len() > before {
            self.known.retain(|(known, _)| known != replaces);
        }
    }

    /// What the member has.
    fn shown(&self) -> String {
        let view: Value =
            serde_json::from_str(&self.program.view(&self.member, self.member.clock()).to_json()).expect("a view");
        let mut shown = String::new();
        for wallet in ["p", "gifts", "coins"] {
            let wallet = &view["wallets"][wallet];
            for of in ["available", "pending", "debt", "written_off"] {
                shown += &format!("{} ", wallet[of]);
            }
        }
        let it = &view["challenges"]["it"];
        let usable = |coupon: &&Value| coupon["state"] == "usable";
        let coupons = view["coupons"].as_array().map_or(0, |held| held.iter().filter(usable).count());
        shown
            + &format!(
                "times {} current {} completed {} coupons {coupons}",
                it["times"], it["current"], it["completed"]
            )
    }
}

proptest! {
    #![proptest_config(settings(160))]

    /// With `returns revoke` a member who has called everything off has what one has who never bought anything, and gets what that one
    /// gets.
    #[test]
    fn what_is_called_off_leaves_nothing(
        rules in rules(),
        steps in vec(step(), 1..14),
        order in vec(any::<Index>(), 14),
    ) {
        let rules = Rules { revoke: true, ..rules };
        // A limit that something had held up when it came back stays used, though spending that comes back later makes up for it.
        let text = rules.program().replace("limit 3 per member", "");
        let program = compile(&text);
        let mut shop = Shop::open(&program);
        shop.play(&steps);
        for (number, index) in order.iter().enumerate().take(shop.known.len()) {
            let (id, _) = shop.known.remove(index.index(shop.known.len()));
            // Those that came back whole before are refused.
            shop.apply("cancel", &format!("c{number}"), &at(20, 10), json!({ "order": id }));
        }
        let mut other = Shop::open(&program);
        other.program.advance(&mut other.member, at(20, 10).parse().expect("an instant")).expect("time passes");
        let told = format!("{text}\n{steps:?}\n{order:?}");
        prop_assert_eq!(shop.shown(), other.shown(), "{}", told);
        for (number, amount) in [150, 100, 60].into_iter().enumerate() {
            for shop in [&mut shop, &mut other] {
                shop.buy(&format!("l{number}"), &at(21 + number, 10), amount, json!({}));
            }
            prop_assert_eq!(shop.shown(), other.shown(), "order {} after\n{}", number, told);
        }
    }

    /// An edit to another amount and back comes to what an edit to the amount that it had comes to.
    #[test]
    fn an_edit_and_back_is_none(rules in rules(), steps in vec(step(), 1..12), pick in any::<Index>(), by in 1_u32..200) {
        let program = compile(&rules.program());
        let mut shop = Shop::open(&program);
        shop.play(&steps);
        let orders: Vec<(String, u32)> = shop.known.iter().filter(|(_, bought)| *bought > 0).cloned().collect();
        if orders.is_empty() {
            return Ok(());
        }
        let (id, amount) = orders[pick.index(orders.len())].clone();
        let mut other = shop.twin();
        shop.edit("a", &at(14, 11), amount, &id);
        // One that has come back is not edited.
        if !shop.known.iter().any(|(known, _)| known == "a") {
            return Ok(());
        }
        let (mut there, there_at) = (shop.twin(), at(14, 12));
        there.edit("b", &there_at, by, "a");
        let met = |shop: &Shop<'_>| shop.shown().split("times").nth(1).map(str::to_owned);
        let more = met(&there) != met(&shop);
        there.edit("c", &at(14, 13), amount, "b");
        shop.edit("c", &at(14, 13), amount, "a");
        // What stays met though it came back is not had twice, and what is lost at the end of a round is lost.
        let stays = !rules.revoke && more;
        // Nor does what a goal gives that is met anew wait as long as it had waited.
        let lost = rules.revoke && by < amount && (!rules.forgets() || rules.reward.contains("vest"));
        if !stays && !lost {
            let told = format!("{} to {by} and back to {amount} in\n{}\n{steps:?}", id, rules.program());
            prop_assert_eq!(there.shown(), shop.shown(), "{}", told);
        }
        other.edit("c", &at(14, 13), amount, &id);
        if rules.revoke && rules.forgets() {
            prop_assert_eq!(other.shown(), shop.shown());
        }
    }

    /// Orders and what was paid come back in any order.
    #[test]
    fn no_return_need_come_first(
        rules in rules(),
        steps in vec(step(), 1..12),
        parts in vec((any::<Index>(), select(vec![0_u32, 5, 20, 50])), 2..5),
    ) {
        let program = compile(&rules.program());
        let mut shop = Shop::open(&program);
        shop.play(&steps);
        let mut back: Vec<(String, u32)> = Vec::new();
        for (which, amount) in &parts {
            let Some((id, _)) = shop.known.get(which.index(shop.known.len().max(1))) else { continue };
            if back.iter().all(|(known, _)| known != id) {
                back.push((id.clone(), *amount));
            }
        }
        let mut other = shop.twin();
        let come_back = |shop: &mut Shop<'_>, (id, amount): &(String, u32)| {
            let amount = if *amount == 0 { json!({ "order": id }) } else { json!({ "order": id, "amount": amount }) };
            shop.apply("refund", &format!("r-{id}"), &at(14, 10), amount);
        };
        back.iter().for_each(|part| come_back(&mut shop, part));
        back.iter().rev().for_each(|part| come_back(&mut other, part));
        prop_assert_eq!(shop.shown(), other.shown(), "{:?} of\n{}\n{:?}", back, rules.program(), steps);
    }
}
