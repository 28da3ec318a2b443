//! A million quotes over generated carts: every discount adds up over its lines, no total is below zero, and the same cart
//! under another order of its codes gets the same, and the order that comes of a cart commits exactly what was quoted.

#![expect(clippy::cast_precision_loss, clippy::float_arithmetic, reason = "a figure is printed in microseconds")]

use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant as Clock;

use loyalty_core::{Counters, Decimal, Instant, Member, Program};
use serde_json::Value;

const CATEGORIES: [&str; 6] = ["coffee", "tea", "pastry", "mug", "beans", "gift"];

const PROGRAM: &str = r#"
program "Cafe" { currency EUR  timezone "Europe/Berlin" }
record line { least money? }
policy coupons { floor least ?? 0 EUR }
coupon TENTH     { give 10% off order  when order.subtotal >= 10 EUR  stack with any }
coupon FIVE      { give 5 EUR off order  when order.subtotal >= 30 EUR  judge after item discounts  stack with any }
coupon ALONE     { give 25 EUR off order  when order.subtotal >= 60 EUR }
coupon COFFEE    { give 20% off order.lines where category == "coffee" except where sku == "RARE"  up to 8 EUR  stack with any }
coupon UNITS     { give 0.35 EUR off each unit of order.lines where category in ["tea", "pastry"]  stack with any }
coupon NEWPRICE  { give price 3.99 EUR of order.lines where category == "mug"  stack with any }
coupon GRADED    { give 2 EUR off first unit and 1 EUR off each further unit of order.lines where category == "beans" at most 4 units  stack with any }
coupon THREE     automatic { give cheapest 1 free of 3 from order.lines where category in ["coffee", "pastry"]  stack with any }
coupon PARTIAL   { give cheapest 2 50% off of 5 from order.lines  groups partial for merchant  spread over free units  stack with [TENTH, THREE] }
coupon GETONE    { give 1 free from order.lines where category == "pastry" for every 2 from order.lines where category == "tea"  stack with any }
coupon MENU      automatic { give bundle [1 from order.lines where category == "coffee", 1 from order.lines where category == "pastry"] price 4.50 EUR  stack with any }
coupon STEPS     { give steps [from 20 EUR 1 EUR off, from 40 EUR 7% off] of order  basis initial  stack with any }
coupon EVERY     { give 1 EUR off every full 15 EUR of order.lines where category != "gift"  stack with any }
coupon GIFT      automatic { give 1 "SPOON" free for every 4 from order.lines where category == "mug"  stack with any }
coupon SHIPPING  automatic { give free shipping  when order.subtotal >= 25 EUR  stack with any }
coupon STOPS     { give 30% off order.lines where category == "tea"  priority 3  stop lines  stack with any }
coupon BUDGET    { give 3 EUR off order  budget 1_000 EUR  group purse best  stack with any }
coupon WHOLE     { give 4 EUR off order  budget 1_000 EUR refuse  group purse  stack with any }
"#;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let quotes: u64 = std::env::args().nth(1).and_then(|quotes| quotes.parse().ok()).unwrap_or(1_000_000);
    let program = Program::compile(PROGRAM).map_err(|errors| errors.render("cafe", false))?;
    let public = [
        "TENTH", "FIVE", "ALONE", "COFFEE", "UNITS", "NEWPRICE", "GRADED", "PARTIAL", "GETONE", "STEPS", "EVERY",
        "STOPS", "BUDGET", "WHOLE",
    ];
    let member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").ok_or("an instant")?)?;
    let mut numbers = Numbers(1);
    let (mut applied, mut discounted, mut cut_off, mut off_in_all) = (0_u64, 0_u64, 0_u64, Decimal::ZERO);
    let clock = Clock::now();
    for number in 0..quotes {
        let mut cart = String::from("{\"at\":\"2026-11-20T10:00:00+01:00\",\"shipping\":\"4.90\",\"lines\":[");
        let mut subtotal = Decimal::ZERO;
        for line in 0..1 + numbers.below(8) {
            let (cents, quantity) = (numbers.below(2_500), 1 + numbers.below(6));
            let price = Decimal::new(cents as i64, 2);
            subtotal += price * Decimal::from(quantity);
            let comma = if line > 0 { "," } else { "" };
            let _ = write!(
                cart,
                "{comma}{{\"sku\":\"{}\",\"category\":\"{}\",\"unit_price\":\"{price}\",\"quantity\":{quantity},\
                 \"amount\":\"{}\"",
                if numbers.below(9) == 0 { "RARE" } else { "S" },
                CATEGORIES.get(numbers.below(6) as usize).copied().unwrap_or_default(),
                price * Decimal::from(quantity)
            );
            if numbers.below(5) == 0 {
                let _ = write!(cart, ",\"least\":\"{}\"", Decimal::new((cents * numbers.below(11) / 10) as i64, 2));
            }
            cart.push('}');
        }
        cart.push_str("]}");
        let mut codes: Vec<&str> = public.iter().copied().filter(|_| numbers.below(3) == 0).collect();
        let mut counters = Counters::default();
        counters.set("budget BUDGET", Decimal::from(900 + numbers.below(110)));
        counters.set("budget WHOLE", Decimal::from(900 + numbers.below(110)));
        let order =
            format!(r#"{{"type":"order","id":"o-{number}","coupons":{codes:?},{}"#, cart.trim_start_matches('{'));
        let cart = program.decode_cart(cart.as_bytes())?;
        let quote = program.quote_cart(&member, &cart, &codes, &counters)?;

        let nets: Decimal = quote.nets().sum();
        let off: Decimal = quote.applied().map(|(_, off)| off).sum();
        assert!(quote.nets().all(|net| net >= Decimal::ZERO), "quote {number}: a line below zero");
        assert!(quote.total() >= Decimal::ZERO, "quote {number}: a total below zero");
        assert_eq!(nets + quote.discount(), subtotal, "quote {number}: lines");
        assert_eq!(off, quote.discount() + quote.shipping_discount(), "quote {number}: coupons");
        if number % 16 == 0 {
            let whole: Vec<_> = quote.applied().map(|(name, off)| (name.to_owned(), off)).collect();
            codes.reverse();
            let turned = program.quote_cart(&member, &cart, &codes, &counters)?;
            let turned: Vec<_> = turned.applied().map(|(name, off)| (name.to_owned(), off)).collect();
            assert_eq!(whole, turned, "quote {number}: the order of codes");
            assert_eq!(whole, committed(&program, &member, &order, counters)?, "quote {number}: {order}");
        }
        applied += quote.applied().count() as u64;
        discounted += u64::from(off > Decimal::ZERO);
        cut_off += u64::from(!quote.is_complete());
        off_in_all += off;
    }
    let seconds = clock.elapsed().as_secs_f64();
    println!(
        "{quotes} quotes of {} coupons in {seconds:.1} s, {:.1} us each, carts made and read included",
        public.len() + 4,
        seconds * 1e6 / quotes as f64
    );
    println!(
        "{discounted} with a discount, {applied} coupons applied, {off_in_all} EUR taken off, {cut_off} searches cut off"
    );
    println!(
        "each: lines add up, coupons add up, nothing below zero; every 16th: the order of codes makes no difference, \
        and the order commits what its cart was quoted"
    );
    Ok(())
}

/// The coupons that an order uses, and what each takes off.
fn committed(
    program: &Program,
    member: &Member,
    order: &str,
    counters: Counters,
) -> Result<Vec<(String, Decimal)>, Box<dyn Error>> {
    let event = program.decode(order.as_bytes())?;
    let outcome = program.apply_event_with(&mut member.clone(), &event, None, counters)?;
    let outcome: Value = serde_json::from_str(&outcome.to_json())?;
    let text = |decision: &Value, key: &str| decision.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let decisions = outcome.get("decisions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let redeemed = decisions.iter().filter(|decision| text(decision, "kind") == "coupon_redeemed");
    redeemed.map(|decision| Ok((text(decision, "coupon"), text(decision, "discount").parse()?))).collect()
}
