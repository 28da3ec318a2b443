//! Quotes of generated carts agree with the slow model, in euros, yen and dinars: what each coupon takes off each line, the
//! best combination, and what the order commits.

use std::fmt::Write as _;

use loyalty_core::{Counters, Decimal, Instant, Member, Program};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::model::coupons::{self, Coupon, Each, Give, Line, Off, Stack, Stop};
use crate::model::number::{Exact, parse, whole, zero};

mod told;

const CATEGORIES: [&str; 3] = ["tea", "coffee", "cake"];
const CURRENCIES: [(&str, u32); 3] = [("EUR", 2), ("JPY", 0), ("KWD", 3)];

/// A shop and what is in the basket.
#[derive(Debug, Clone)]
struct Shop {
    coupons: Vec<Coupon>,
    lines: Vec<Line>,
    shipping: i64,
    currency: usize,
    by_priority: bool,
}

fn share() -> impl Strategy<Value = Exact> {
    (1_i64..=200).prop_map(|halves| Exact::new(halves.into(), 200.into()))
}

fn off() -> impl Strategy<Value = Off> {
    prop_oneof![
        3 => share().prop_map(Off::Share),
        2 => (1_i64..1_500).prop_map(Off::Amount),
        1 => (0_i64..900).prop_map(Off::Price),
    ]
}

/// What a coupon gives, and whether it gives it off the order as a whole.
fn give() -> impl Strategy<Value = (Give, bool)> {
    let each = prop_oneof![Just(Each::Unit), Just(Each::Line), Just(Each::All)];
    let steps = (off(), off()).prop_map(|(one, two)| Give::Steps(vec![(500, one), (2_000, two)]));
    prop_oneof![
        4 => (off(), each).prop_map(|(off, each)| (Give::Off(off, each), false)),
        2 => off().prop_map(|off| (Give::Off(off, Each::All), true)),
        2 => (1_usize..3, 2_usize..4, off(), any::<bool>())
            .prop_map(|(count, of, off, spread)| (Give::Cheapest { count, of, off, spread }, false)),
        1 => (steps, any::<bool>()),
        1 => (100_i64..1_500, 1_i64..100, any::<bool>())
            .prop_map(|(per, amount, order)| (Give::Every { per, amount: amount.min(per) }, order)),
        1 => off().prop_map(|off| (Give::Shipping(off), false)),
    ]
}

fn coupon() -> impl Strategy<Value = Coupon> {
    let stack = prop_oneof![
        4 => Just(Stack::Any),
        1 => Just(Stack::None),
        1 => prop::collection::btree_set(0_usize..6, 0..5).prop_map(|set| Stack::With(set.into_iter().collect())),
    ];
    let stop = prop_oneof![6 => Just(None), 1 => Just(Some(Stop::Lines)), 1 => Just(Some(Stop::Order))];
    (
        (give(), prop::option::of(0..CATEGORIES.len()), prop::option::weighted(0.2, 1_i64..2_000)),
        (prop::option::weighted(0.2, share()), any::<bool>(), 0_u32..3, stack, stop),
        prop::option::weighted(0.3, 1_i64..5_000),
    )
        .prop_map(|(((give, order), category, up_to), (floor, initial, priority, stack, stop), least)| {
            let plain = matches!(give, Give::Shipping(_));
            // Only shares and amounts are told whose price they are of.
            let initial = initial && matches!(give, Give::Off(Off::Share(_) | Off::Amount(_), _)) && !plain;
            Coupon {
                category: category.filter(|_| !order && !plain),
                floor: floor.filter(|_| !plain),
                initial,
                give,
                order,
                up_to,
                priority,
                stack,
                stop,
                least,
            }
        })
}

fn shop() -> impl Strategy<Value = Shop> {
    let line = (0..CATEGORIES.len(), 0_i64..1_500, 1_usize..4);
    let line = line.prop_map(|(category, price, units)| Line { category, price, units });
    (
        prop::collection::vec(coupon(), 1..6),
        prop::collection::vec(line, 1..5),
        0_i64..600,
        0..CURRENCIES.len(),
        any::<bool>(),
    )
        .prop_map(|(mut coupons, lines, shipping, currency, by_priority)| {
            let count = coupons.len();
            for (at, coupon) in coupons.iter_mut().enumerate() {
                // No coupon stands beside itself, and a list names those that are there.
                if let Stack::With(others) = &mut coupon.stack {
                    others.retain(|other| *other < count && *other != at);
                    if others.is_empty() {
                        coupon.stack = Stack::None;
                    }
                }
            }
            Shop { coupons, lines, shipping, currency, by_priority: by_priority && count > 1 }
        })
}

impl Shop {
    fn digits(&self) -> u32 {
        CURRENCIES[self.currency].1
    }

    fn amount(&self, minor: i64) -> Decimal {
        Decimal::new(minor, self.digits())
    }

    fn money(&self, minor: i64) -> String {
        format!("{} {}", self.amount(minor), CURRENCIES[self.currency].0)
    }

    /// What the engine says in minor units.
    fn minor(&self, said: &str) -> Exact {
        parse(said) * whole(10_i64.pow(self.digits()))
    }

    fn off(&self, off: &Off) -> String {
        match off {
            Off::Share(share) => format!("{} off", percent(share)),
            Off::Amount(amount) => format!("{} off", self.money(*amount)),
            Off::Price(price) => format!("price {}", self.money(*price)),
        }
    }

    fn program(&self) -> Program {
        let text = self.text();
        Program::compile(&text).unwrap_or_else(|errors| panic!("{}\n{text}", errors.render("generated", false)))
    }

    fn text(&self) -> String {
        let mut text = format!("program \"Shop\" {{ currency {}  timezone \"UTC\" }}\n", CURRENCIES[self.currency].0);
        text.push_str("wallet pts {}\n");
        text.push_str("reward money_off { cost 1 pts per 0.01 CUR  up to 50% of order.subtotal }\n");
        text.push_str("rule base on order { earn 1 pts per 0.01 CUR of order.subtotal }\n");
        text = text.replace("0.01 CUR", &self.money(1));
        if self.by_priority {
            text.push_str("policy coupons { choose by priority }\n");
        }
        for (at, coupon) in self.coupons.iter().enumerate() {
            let lines = match coupon.category {
                _ if coupon.order => "order".to_owned(),
                Some(category) => format!("order.lines where category == \"{}\"", CATEGORIES[category]),
                None => "order.lines".to_owned(),
            };
            let give = match &coupon.give {
                Give::Off(off, each) => {
                    let each = match each {
                        Each::Unit => "each unit of ",
                        Each::Line => "each line of ",
                        Each::All if coupon.order => "",
                        Each::All => "all of ",
                    };
                    let of = if matches!(off, Off::Price(_)) { " of" } else { "" };
                    format!("{}{of} {each}{lines}", self.off(off))
                }
                Give::Cheapest { count, of, off, .. } => {
                    format!("cheapest {count} {} of {of} from {lines}", self.off(off))
                }
                Give::Steps(steps) => {
                    let steps: Vec<String> = steps
                        .iter()
                        .map(|(from, off)| format!("from {} {}", self.money(*from), self.off(off)))
                        .collect();
                    format!("steps [{}] of {lines}", steps.join(", "))
                }
                Give::Every { per, amount } => {
                    format!("{} off every full {} of {lines}", self.money(*amount), self.money(*per))
                }
                Give::Shipping(off) => {
                    let of = if matches!(off, Off::Price(_)) { " of" } else { "" };
                    format!("{}{of} shipping", self.off(off))
                }
            };
            let _ = write!(text, "coupon C{at} {{ give {give}  priority {}", coupon.priority);
            if let Some(up_to) = coupon.up_to {
                let _ = write!(text, "  up to {}", self.money(up_to));
            }
            if let Some(floor) = &coupon.floor {
                let _ = write!(text, "  floor {} of unit_price", percent(floor));
            }
            if coupon.initial {
                text.push_str("  basis initial");
            }
            if matches!(coupon.give, Give::Cheapest { spread: false, .. }) {
                text.push_str("  spread over free units");
            }
            match &coupon.stack {
                Stack::None => {}
                Stack::Any => text.push_str("  stack with any"),
                Stack::With(others) => {
                    let names: Vec<String> = others.iter().map(|other| format!("C{other}")).collect();
                    let _ = write!(text, "  stack with [{}]", names.join(", "));
                }
            }
            match coupon.stop {
                Some(Stop::Lines) => text.push_str("  stop lines"),
                Some(Stop::Order) => text.push_str("  stop order"),
                None => {}
            }
            if let Some(least) = coupon.least {
                let _ = write!(text, "  when order.subtotal >= {}", self.money(least));
            }
            if !matches!(coupon.give, Give::Shipping(_)) {
                text.push_str("  returns revoke");
            }
            text.push_str(" }\n");
        }
        text
    }

    fn codes(&self) -> Vec<String> {
        (0..self.coupons.len()).map(|at| format!("C{at}")).collect()
    }

    fn cart(&self, more: &Value) -> String {
        let lines = self.lines.iter().enumerate().map(|(at, line)| {
            let (category, price) = (CATEGORIES[line.category], self.amount(line.price).to_string());
            json!({ "id": at.to_string(), "category": category, "unit_price": price, "quantity": line.units })
        });
        let mut cart = json!({
            "at": "2026-11-21T10:00:00Z",
            "shipping": self.amount(self.shipping).to_string(),
            "coupons": self.codes(),
            "lines": lines.collect::<Vec<_>>(),
        });
        cart.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cart.to_string()
    }

    fn member(&self, program: &Program, points: i64) -> Member {
        let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
        if points > 0 {
            let given = json!({ "type": "adjust", "id": "a-1", "at": "2026-01-02T10:00:00Z", "wallet": "pts", "points": points });
            program.apply(&mut member, given.to_string()).unwrap();
        }
        member
    }

    fn quote(&self, program: &Program, member: &Member, more: &Value) -> Value {
        let quote = program.quote(member, self.cart(more), &[], &Counters::default()).unwrap();
        serde_json::from_str(&quote.to_json()).unwrap()
    }

    /// What is charged for some of the lines once the others have come back: the share that each coupon took off them, or
    /// what it takes off them alone if that is less.
    fn charged(&self, kept: &[usize], nets: &[Exact], taken: &[(usize, Vec<Exact>)]) -> Exact {
        let by_share: Exact = kept.iter().map(|line| &nets[*line]).sum();
        if kept.len() == self.lines.len() {
            return by_share;
        }
        let lines: Vec<Line> = kept.iter().map(|line| self.lines[*line]).collect();
        let eligible = coupons::eligible(&self.coupons, &lines);
        let owed = taken.iter().filter(|(coupon, _)| !matches!(self.coupons[*coupon].give, Give::Shipping(_)));
        let owed = owed.map(|(coupon, off)| {
            let share: Exact = kept.iter().map(|line| &off[*line]).sum();
            let alone = if eligible.contains(coupon) {
                let (_, taken) = coupons::apply_all(&self.coupons, &[*coupon], &[*coupon], &lines, 0);
                taken.iter().flat_map(|one| &one.lines).sum()
            } else {
                zero()
            };
            (share - alone).max(zero())
        });
        by_share + owed.sum::<Exact>()
    }

    /// The order that a host sends after such a quote.
    fn order(&self, quote: &Value) -> String {
        let mut order: Value = serde_json::from_str(&self.cart(&json!({}))).unwrap();
        let mut subtotal = Decimal::ZERO;
        for (line, priced) in order["lines"].as_array_mut().unwrap().iter_mut().zip(quote["lines"].as_array().unwrap())
        {
            line["amount"] = priced["net"].clone();
            subtotal += text(&priced["net"]).parse::<Decimal>().unwrap();
        }
        for taken in quote["taken"].as_array().into_iter().flatten().filter(|taken| taken["available"] == true) {
            order["rewards"] = json!([{ "reward": taken["reward"], "amount": taken["worth"] }]);
            subtotal -= text(&taken["worth"]).parse::<Decimal>().unwrap();
        }
        order["type"] = "order".into();
        order["id"] = "o-1".into();
        order["subtotal"] = subtotal.to_string().into();
        order.to_string()
    }
}

fn percent(share: &Exact) -> String {
    let tenths = (share * whole(1_000)).to_integer();
    format!("{}.{}%", &tenths / 10, &tenths % 10)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The number behind the `C` of a coupon.
fn number(applied: &Value) -> usize {
    text(&applied["coupon"]).trim_start_matches('C').parse().unwrap()
}

proptest! {
    #[test]
    fn a_quote_is_what_the_slow_model_says(shop in shop()) {
        let program = shop.program();
        let quote = shop.quote(&program, &shop.member(&program, 0), &json!({}));
        prop_assert_eq!(&quote["complete"], true);
        let applied = quote["applied"].as_array().unwrap();
        let off: Exact = applied.iter().map(|one| shop.minor(text(&one["discount"]))).sum();
        let wanted = if shop.by_priority {
            coupons::by_priority(&shop.coupons, &shop.lines, shop.shipping)
        } else {
            coupons::best(&shop.coupons, &shop.lines, shop.shipping)
        };
        prop_assert_eq!(&off, &wanted, "{}", quote);
        // The same coupons, gone through by the model, take the same off each line.
        let chosen: Vec<usize> = applied.iter().map(number).collect();
        let eligible = coupons::eligible(&shop.coupons, &shop.lines);
        let (cart, taken) = coupons::apply_all(&shop.coupons, &eligible, &chosen, &shop.lines, shop.shipping);
        prop_assert_eq!(taken.iter().map(|one| one.coupon).collect::<Vec<_>>(), chosen);
        for (said, taken) in applied.iter().zip(&taken) {
            let mut lines = vec![zero(); shop.lines.len()];
            for line in said["lines"].as_array().unwrap() {
                lines[line["line"].as_u64().unwrap() as usize - 1] = shop.minor(text(&line["discount"]));
            }
            prop_assert_eq!(&lines, &taken.lines, "C{}: {}", taken.coupon, quote);
            prop_assert_eq!(said.get("shipping").map_or_else(zero, |off| shop.minor(text(off))), taken.shipping.clone());
        }
        for (at, line) in quote["lines"].as_array().unwrap().iter().enumerate() {
            prop_assert_eq!(shop.minor(text(&line["net"])), cart.net(at));
            // Its units come to it, whichever of them bears a minor unit more.
            if let Some(units) = line["units"].as_array() {
                let sum: Exact = units.iter().map(|unit| shop.minor(text(&unit["net"])) * whole(unit["count"].as_i64().unwrap())).sum();
                prop_assert_eq!(sum, cart.net(at));
            }
        }
    }

    #[test]
    fn an_order_commits_what_was_quoted_with_rewards_and_without(shop in shop(), points in 0_i64..3_000, asks in any::<bool>()) {
        let program = shop.program();
        let mut member = shop.member(&program, points);
        let more = if asks { json!({ "rewards": [{ "reward": "money_off" }] }) } else { json!({}) };
        let quote = shop.quote(&program, &member, &more);
        // Rewards change nothing about coupons, and pay no more than half of the goods.
        prop_assert_eq!(&shop.quote(&program, &member, &json!({}))["applied"], &quote["applied"]);
        let nets: Exact = quote["lines"].as_array().unwrap().iter().map(|line| shop.minor(text(&line["net"]))).sum();
        let paid = quote.get("paid").map_or_else(zero, |paid| shop.minor(text(paid)));
        prop_assert!(&paid * whole(2) <= nets && paid <= whole(points));
        let shipping = whole(shop.shipping) - shop.minor(text(&quote["shipping_discount"]));
        prop_assert_eq!(shop.minor(text(&quote["total"])), nets + shipping - &paid);
        let outcome = program.apply(&mut member, shop.order(&quote)).unwrap().to_json();
        let outcome: Value = serde_json::from_str(&outcome).unwrap();
        let decisions = || outcome["decisions"].as_array().unwrap().iter();
        let redeemed: Vec<(&str, &str)> = decisions()
            .filter(|decision| decision["kind"] == "coupon_redeemed")
            .map(|decision| (text(&decision["coupon"]), text(&decision["discount"])))
            .collect();
        let quoted: Vec<(&str, &str)> =
            quote["applied"].as_array().unwrap().iter().map(|one| (text(&one["coupon"]), text(&one["discount"]))).collect();
        prop_assert_eq!(redeemed, quoted);
        let spent: Exact = decisions().filter(|decision| decision["kind"] == "spent").map(|decision| parse(text(&decision["amount"]))).sum();
        prop_assert_eq!(spent, paid);
    }

    #[test]
    fn what_is_kept_gets_no_more_of_a_coupon_than_it_would_have_got_alone(shop in shop(), turns in prop::collection::vec(any::<u8>(), 5)) {
        let program = shop.program();
        let mut member = shop.member(&program, 0);
        let quote = shop.quote(&program, &member, &json!({}));
        let nets: Vec<Exact> = quote["lines"].as_array().unwrap().iter().map(|line| shop.minor(text(&line["net"]))).collect();
        let taken: Vec<(usize, Vec<Exact>)> = quote["applied"].as_array().unwrap().iter().map(|said| {
            let mut lines = vec![zero(); nets.len()];
            for line in said["lines"].as_array().unwrap() {
                lines[line["line"].as_u64().unwrap() as usize - 1] = shop.minor(text(&line["discount"]));
            }
            (number(said), lines)
        }).collect();
        program.apply(&mut member, shop.order(&quote)).unwrap();
        let mut kept: Vec<usize> = (0..nets.len()).collect();
        let mut charged = shop.charged(&kept, &nets, &taken);
        let mut paid_back = zero();
        for (number, turn) in turns.iter().take(nets.len()).enumerate() {
            let line = kept.remove(usize::from(*turn) % kept.len());
            let refund = json!({ "type": "refund", "id": format!("r-{number}"), "order": "o-1", "at": "2026-11-22T10:00:00Z",
                "lines": [{ "id": line.to_string() }] });
            // What had cost nothing is kept until it comes back itself.
            let outcome = program.apply(&mut member, refund.to_string()).unwrap();
            let outcome: Value = serde_json::from_str(&outcome.to_json()).unwrap();
            let due = outcome["decisions"].as_array().unwrap().iter().find(|decision| decision["kind"] == "refund_due");
            let left = shop.charged(&kept, &nets, &taken);
            let Some(due) = due else {
                prop_assert!(charged == left || taken.iter().all(|(coupon, _)| matches!(shop.coupons[*coupon].give, Give::Shipping(_))));
                charged = left;
                continue;
            };
            let amount = shop.minor(text(&due["amount"]));
            prop_assert_eq!(&amount, &(&charged - &left), "{} after {}", due, quote);
            let owed: Exact = due["owed"].as_array().unwrap().iter().map(|part| shop.minor(text(&part["amount"]))).sum();
            prop_assert_eq!(&amount + owed, shop.minor(text(&due["returned"])));
            paid_back += amount;
            charged = left;
        }
        // In whichever order, all of it comes to what was paid.
        let revoked = taken.iter().any(|(coupon, _)| !matches!(shop.coupons[*coupon].give, Give::Shipping(_)));
        prop_assert!(!revoked || paid_back == nets.iter().sum::<Exact>());
    }

    #[test]
    fn units_come_back_in_any_order_and_leave_the_same(shop in shop(), turns in prop::collection::vec(any::<u8>(), 12), kept in 0_usize..4) {
        let program = shop.program();
        let units = (0..shop.lines.len()).flat_map(|line| core::iter::repeat_n(line, shop.lines[line].units));
        let mut units: Vec<(u8, usize)> = turns.iter().copied().cycle().zip(units).collect();
        units.sort_unstable();
        let back = units.len() - kept.min(units.len() - 1);
        let back: Vec<usize> = units.iter().take(back).map(|(_, line)| *line).collect();
        let come_back = |lines: &mut dyn Iterator<Item = &usize>| {
            let mut member = shop.member(&program, 0);
            let quote = shop.quote(&program, &member, &json!({}));
            program.apply(&mut member, shop.order(&quote)).unwrap();
            let (mut due, mut owing) = (zero(), zero());
            for (number, line) in lines.enumerate() {
                let refund = json!({ "type": "refund", "id": format!("r-{number}"), "order": "o-1", "at": "2026-11-22T10:00:00Z",
                    "lines": [{ "id": line.to_string(), "quantity": 1 }] });
                let outcome = program.apply(&mut member, refund.to_string()).unwrap();
                let outcome: Value = serde_json::from_str(&outcome.to_json()).unwrap();
                let told = outcome["decisions"].as_array().unwrap().iter().find(|decision| decision["kind"] == "refund_due");
                if let Some(told) = told {
                    let amount = shop.minor(text(&told["amount"]));
                    let parts = told["owed"].as_array().unwrap().iter().map(|part| shop.minor(text(&part["amount"])));
                    let parts: Vec<Exact> = parts.collect();
                    assert!(parts.iter().all(|part| *part != zero()), "{told}");
                    let owed: Exact = parts.iter().sum();
                    assert_eq!(&amount + &owed, shop.minor(text(&told["returned"])), "{told} after {quote}");
                    due += amount;
                    owing += owed;
                }
            }
            let view: Value = serde_json::from_str(&program.view(&member, Instant::parse("2026-11-23T00:00:00Z").unwrap()).to_json()).unwrap();
            (due, owing, view["wallets"]["pts"]["available"].clone())
        };
        let there = come_back(&mut back.iter());
        prop_assert_eq!(&there, &come_back(&mut back.iter().rev()));
        prop_assert!(kept > 0 || there.1 == zero());
    }

    #[test]
    fn a_dearer_cart_of_the_same_coupons_never_costs_less_than_its_shares(shop in shop(), at in 0_usize..5, more in 1_i64..500) {
        // Where nothing but shares of lines, without minimum, maximum or stop, applies, a line that costs more leaves no
        // line cheaper: steps of spend and fixed prices are what breaks this on purpose.
        let mut shop = shop;
        shop.coupons.retain(|coupon| matches!(coupon.give, Give::Off(Off::Share(_), Each::Line)));
        shop.coupons.iter_mut().for_each(|coupon| {
            (coupon.least, coupon.up_to, coupon.stop, coupon.floor) = (None, None, None, None);
            coupon.stack = Stack::Any;
        });
        shop.by_priority = false;
        if shop.coupons.is_empty() {
            return Ok(());
        }
        let program = shop.program();
        let before = shop.quote(&program, &shop.member(&program, 0), &json!({}));
        let at = at % shop.lines.len();
        shop.lines[at].price += more;
        let after = shop.quote(&program, &shop.member(&program, 0), &json!({}));
        for (before, after) in before["lines"].as_array().unwrap().iter().zip(after["lines"].as_array().unwrap()) {
            prop_assert!(shop.minor(text(&before["net"])) <= shop.minor(text(&after["net"])));
        }
    }
}
