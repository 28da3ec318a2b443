//! Programs and events to measure with, and the hand-written function that computes the same.

use loyalty_core::{Event, Instant, Member, Program};
use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy;

/// An order with five lines, as a host sends it (about 660 bytes).
pub const ORDER: &str = r#"{"type":"order","id":"o-1","member":"m-1","at":"2026-11-20T10:00:00+08:00","currency":"MYR","subtotal":"101.30","total":"107.30","shipping":"6.00","branch":"KLCC","payment":"card","lines":[{"id":"1","sku":"LATTE","category":"coffee","quantity":2,"unit_price":"9.50","amount":"19.00"},{"id":"2","sku":"MOCHA","category":"coffee","quantity":1,"unit_price":"12.40","amount":"12.40"},{"id":"3","sku":"BAGEL","category":"pastry","quantity":3,"unit_price":"7.30","amount":"21.90"},{"id":"4","sku":"BEANS","category":"retail","quantity":1,"unit_price":"38.00","amount":"38.00"},{"id":"5","sku":"WATER","category":"drinks","quantity":2,"unit_price":"5.00","amount":"10.00"}]}"#;

/// [`ORDER`] with an id of its own, so many hours after the beginning of 16 February 2026.
#[must_use]
pub fn order_at(id: &str, hours: i64) -> String {
    let at = Instant::from_micros((20_500 * 24 + hours) * 3_600_000_000).map(|at| at.to_string());
    let json = ORDER.replace("\"o-1\"", &format!("\"{id}\""));
    json.replace("2026-11-20T10:00:00+08:00", &at.unwrap_or_default())
}

const HEAD: &str = "program \"Bench\" { currency MYR  timezone \"Asia/Kuala_Lumpur\" }\n";

/// Ten earn rules and nothing else.
#[must_use]
pub fn ten_rules() -> String {
    format!(
        "{HEAD}wallet beans {{}}
rule base     on order {{ earn 1 beans per 1 MYR of order.subtotal }}
rule coffee   on order {{ earn 1 beans per 1 MYR of sum(order.lines.amount where category == \"coffee\") }}
rule pastry   on order {{ earn 2 beans per 1 MYR of sum(order.lines.amount where category == \"pastry\") }}
rule retail   on order {{ earn 3 beans per full 10 MYR of sum(order.lines.amount where category == \"retail\") }}
rule units    on order {{ earn 1 beans per 1 of sum(order.lines.quantity where category == \"drinks\") }}
rule basket   on order when order.subtotal >= 100 MYR {{ earn 50 beans }}
rule huge     on order when order.subtotal >= 500 MYR {{ earn 500 beans }}
rule card     on order when order.payment == \"card\" {{ earn 5 beans }}
rule branch   on order when order.branch in [\"KLCC\", \"Bangsar\"] {{ earn 5 beans }}
rule delivery on order when order.shipping > 5 MYR {{ earn 1 beans per full 5 MYR of order.shipping }}
"
    )
}

/// Ten rules with what real programs have beside them: measures, vesting, expiry, caps, limits, multipliers. The cap is asked
/// for every order, and four a day do not reach it: what a cap takes is not made, and would not be measured.
#[must_use]
pub fn real_program() -> String {
    format!(
        "{HEAD}wallet beans {{ vest after 14 days  expire 12 months after earning  clawback may overdraw  cap 100_000 beans per month }}
measure orders = count(order)
measure cups   = count(order where total >= 5 MYR) this month
measure spend  = sum(order.subtotal) over last 12 months
rule base     on order {{ earn 1 beans per 1 MYR of order.subtotal }}
rule coffee   on order {{ earn 1 beans per 1 MYR of sum(order.lines.amount where category == \"coffee\") }}
rule pastry   on order {{ earn 2 beans per 1 MYR of sum(order.lines.amount where category == \"pastry\") }}
rule regular  on order when cups == 5 {{ earn 100 beans }}
rule spender  on order when spend >= 500 MYR {{ multiply base by 1.25 }}
rule weekend  on order when order.at.weekday in [saturday, sunday] {{ multiply base by 2 }}
rule basket   on order when order.subtotal >= 100 MYR limit 1 per member per day {{ earn 50 beans }}
rule first    on order when orders == 1 {{ earn 100 beans }}
rule card     on order when order.payment == \"card\" {{ earn 5 beans }}
rule branch   on order when order.branch in [\"KLCC\", \"Bangsar\"] {{ earn 5 beans }}
"
    )
}

/// A program of everyday size in which much follows from an order: levels, a challenge, coupons and messages.
#[must_use]
pub fn club_program() -> String {
    format!(
        "{}
tiers status by spend {{ benefit rate = 1.0  bronze from 0 MYR  silver from 500 MYR {{ rate 1.25 }}  gold from 2_000 MYR {{ rate 1.5 }}
  rise at once  keep 12 months  fall one level }}
segment one_off = orders == 1
badge regular \"Regular\"
challenge five_a_month {{ count order where total >= 5 MYR  within each month  goal 5  reward {{ earn 100 beans  award regular }} }}
coupon FREEDELIVERY {{ give free shipping  when order.subtotal >= 25 MYR  limit 1 per member per week  stack with any }}
coupon PASTRY issued {{ give cheapest 1 free from order.lines where category == \"pastry\"  valid 30 days }}
rule status_rate on order when status > bronze {{ multiply base by status.rate }}
rule rose on status rises {{ issue PASTRY }}
rule told on earned beans {{ say beans_earned }}
rule come_back 60 days after last order {{ issue PASTRY }}
message beans_earned utility {{ en \"You earned {{earned.amount}} beans, {{beans.pending}} are on the way.\" }}
",
        real_program()
    )
}

/// So many rules, of which ten match the order: each asks for a sku or a branch of its own.
#[must_use]
pub fn many_rules(rules: usize) -> String {
    let mut text = format!("{HEAD}wallet beans {{}}\n");
    let matching = ["LATTE", "MOCHA", "BAGEL", "BEANS", "WATER"];
    for number in 0..rules {
        // Ten of the rules name what the order has; they lie spread over the file.
        let step = (rules / 10).max(1);
        let hit = (number % step == step / 2).then_some(number / step).filter(|hit| *hit < 10);
        match hit {
            Some(hit) if hit < 5 => {
                let sku = matching.get(hit).copied().unwrap_or("LATTE");
                text.push_str(&format!("rule r{number} on order {{ earn 1 beans per 1 MYR of sum(order.lines.amount where sku == \"{sku}\") }}\n"));
            }
            Some(_) => text.push_str(&format!("rule r{number} on order when order.branch == \"KLCC\" {{ earn {} beans }}\n", 1 + number % 9)),
            None if number % 2 == 0 => text.push_str(&format!("rule r{number} on order {{ earn 1 beans per 1 MYR of sum(order.lines.amount where sku == \"S{number}\") }}\n")),
            None => text.push_str(&format!("rule r{number} on order when order.branch == \"B{number}\" {{ earn 5 beans }}\n")),
        }
    }
    text
}

/// A line of the hand-written function's order.
pub struct Line {
    /// What is compared.
    pub category: &'static str,
    /// Units.
    pub quantity: Decimal,
    /// Money.
    pub amount: Decimal,
}

/// The hand-written function's order.
pub struct Order {
    /// Money.
    pub subtotal: Decimal,
    /// Money.
    pub shipping: Decimal,
    /// What is compared.
    pub payment: &'static str,
    /// What is compared.
    pub branch: &'static str,
    /// Five of them.
    pub lines: Vec<Line>,
}

/// The same order as [`ORDER`].
#[must_use]
pub fn order() -> Order {
    let line = |category, quantity: i64, cents: i64| Line {
        category,
        quantity: Decimal::from(quantity),
        amount: Decimal::new(cents, 2),
    };
    Order {
        subtotal: Decimal::new(10_130, 2),
        shipping: Decimal::new(600, 2),
        payment: "card",
        branch: "KLCC",
        lines: vec![
            line("coffee", 2, 1_900),
            line("coffee", 1, 1_240),
            line("pastry", 3, 2_190),
            line("retail", 1, 3_800),
            line("drinks", 2, 1_000),
        ],
    }
}

/// The ten rules of [`ten_rules`], written by hand.
#[must_use]
pub fn by_hand(order: &Order) -> Decimal {
    let (mut coffee, mut pastry, mut retail, mut units) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for line in &order.lines {
        match line.category {
            "coffee" => coffee += line.amount,
            "pastry" => pastry += line.amount,
            "retail" => retail += line.amount,
            "drinks" => units += line.quantity,
            _ => {}
        }
    }
    let mut points = order.subtotal + coffee + pastry * Decimal::TWO + units;
    points += (retail / Decimal::TEN).floor() * Decimal::from(3);
    if order.subtotal >= Decimal::ONE_HUNDRED {
        points += Decimal::from(50);
    }
    if order.subtotal >= Decimal::from(500) {
        points += Decimal::from(500);
    }
    if order.payment == "card" {
        points += Decimal::from(5);
    }
    if matches!(order.branch, "KLCC" | "Bangsar") {
        points += Decimal::from(5);
    }
    if order.shipping > Decimal::from(5) {
        points += (order.shipping / Decimal::from(5)).floor();
    }
    points.round_dp_with_strategy(0, RoundingStrategy::ToZero)
}

/// Orders that each copy of a warm member sees by itself: what a warm member has room for is no part of a copy.
const WARMING: usize = 3;

/// One order a day, from a day to another.
#[must_use]
pub fn days(program: &Program, from: usize, to: usize) -> Vec<Event> {
    let json = |day: usize| order_at(&format!("o-{day}"), day as i64 * 24);
    (from..to).map(|day| program.decode(json(day).as_bytes()).unwrap_or_default()).collect()
}

/// Copies of a member who has seen some orders.
#[must_use]
pub fn warm(program: &Program, fresh: &Member, seen: usize, copies: usize) -> Vec<Member> {
    let mut member = fresh.clone();
    let (first, last) = (days(program, 0, seen - WARMING), days(program, seen - WARMING, seen));
    first.iter().for_each(|event| drop(program.apply_event(&mut member, event)));
    let mut members = vec![member; copies];
    for member in &mut members {
        last.iter().for_each(|event| drop(program.apply_event(member, event)));
    }
    members
}
