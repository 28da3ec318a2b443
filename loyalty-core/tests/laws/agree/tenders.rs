//! Orders that are paid from a wallet of money, for goods and for what is none.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{at, compare, edited};
use crate::generate::{Case, LENGTHS, Rolls, any_case, money};
use crate::model::event::{Event, Field, Line, Step, number};
use crate::model::number::{Exact, floor_at, whole, zero};
use crate::model::program::*;
use crate::settings;

const GIFT_CARD: &str = "gift card";

proptest! {
    #![proptest_config(settings(96))]

    /// What a tender has paid comes back with its share of all that was charged.
    #[test]
    fn they_agree_on_orders_paid_by_tender(case in paid_case(10)) {
        compare(&case)?;
    }
}

pub fn paid_case(steps: usize) -> impl Strategy<Value = Case> {
    let rolls = |count| vec(0_u32..1000, 0..=count);
    let edits = vec(prop::bool::weighted(0.2), steps);
    (any_case(steps), rolls(12), vec(rolls(12), steps), edits)
        .prop_map(|(case, wallet, orders, edits)| edited(with_tenders(case, wallet, orders), &edits))
}

fn with_tenders(mut case: Case, wallet: Vec<u32>, orders: Vec<Vec<u32>>) -> Case {
    let currency = case.program.currency;
    let card = with_a_card(&mut case.program, &mut Rolls::new(wallet));
    let unit = floor_at(&(whole(10_000) / whole(10_i64.pow(currency.minor))), currency.minor);
    let fixed = Earn::Fixed(Expr::Points(card, unit));
    let given = vec![Effect::Earn { wallet: card, amount: fixed, vest: None, expire: None }];
    case.program.rules.push(Rule::plain("given", "visit", given));
    let mut orders = orders.into_iter();
    // One that is sent again is paid as before.
    let mut paid_by: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for step in &mut case.steps {
        if let Step::Apply(order) = step
            && order.kind == "order"
        {
            let rolls = paid_by.entry(order.id.clone()).or_insert_with(|| orders.next().unwrap_or_default());
            *order = paid(order.clone(), &mut Rolls::new(rolls.clone()), currency);
        }
    }
    let first = case.steps.iter().map(at).min().unwrap_or(case.enrolled).min(case.enrolled);
    for number in 0..2 {
        case.steps.insert(0, Step::Apply(Event::new("visit", &format!("given{number}"), first.max(case.enrolled))));
    }
    case
}

/// The program with a wallet that pays for orders, and with rules and a measure of what is paid by which tender.
fn with_a_card(program: &mut Program, rolls: &mut Rolls) -> usize {
    let card = program.wallets.len();
    let least = Some(Length { count: 30, unit: TimeUnit::Day });
    program.wallets.push(Wallet {
        money: true,
        decimals: program.currency.minor,
        tender: (!rolls.one_in(5)).then_some(GIFT_CARD),
        restore: rolls.pick(&[
            Restore::Original { at_least: least },
            Restore::Original { at_least: None },
            Restore::Fresh,
            Restore::Never,
        ]),
        restore_full_only: rolls.one_in(4),
        clawback: rolls.pick(&[Clawback::WithinBalance, Clawback::MayOverdraw, Clawback::OnlyPending]),
        expire: if rolls.one_in(3) { vec![(Expire::AfterEarning(rolls.pick(&LENGTHS)), None)] } else { vec![] },
        spend: rolls.pick(&[SpendOrder::SoonestExpiring, SpendOrder::Oldest]),
        ..Wallet::plain("credit")
    });
    let ones = program.wallets.len();
    program.wallets.push(Wallet { decimals: rolls.pick(&[0, 2]), ..Wallet::plain("ones") });
    let of_cards = Expr::Compare(
        Comparison::Equal,
        Box::new(Expr::Line("kind".to_owned())),
        Box::new(Expr::Text("gift_card".to_owned())),
    );
    let earn = |wallet, of| {
        let amount = Earn::Rate { points: Expr::Number(whole(1)), per: whole(1), full: false, of };
        vec![Effect::Earn { wallet, amount, vest: None, expire: None }]
    };
    let loads = earn(card, Expr::SumLines("amount".to_owned(), Some(Box::new(of_cards))));
    program.rules.push(Rule::plain("loaded", "order", loads));
    if rolls.one_in(2) {
        let kind = rolls.pick(&["cash", GIFT_CARD]);
        let returns = rolls.pick(&[None, Some(Returns::Keep), Some(Returns::Revoke)]);
        let enough = money(rolls, program.currency);
        let enough =
            Expr::Compare(Comparison::GreaterOrEqual, Box::new(Expr::SumTenders(kind)), Box::new(Expr::Money(enough)));
        let when = if rolls.one_in(2) { vec![enough] } else { vec![] };
        let by_tender = Rule::plain("by_tender", "order", earn(ones, Expr::SumTenders(kind)));
        program.rules.push(Rule { when, returns, ..by_tender });
        program.measures.push(Measure {
            name: "tendered".to_owned(),
            event: "order".to_owned(),
            flow: None,
            function: Function::Sum,
            value: Some(Expr::SumTenders(kind)),
            filter: None,
            window: Window::AllTime,
            returns: Returns::Revoke,
            later: vec![],
        });
    }
    if rolls.one_in(3) {
        // Something beside the tender, paid for the goods alone.
        let amount = Expr::Points(card, whole(3));
        let pays = vec![Effect::Spend { wallet: card, amount, up_to: true }];
        program.rules.push(Rule::plain("pays", "order", pays));
    }
    card
}

/// The order with a gift card or a fee among its lines, a total that counts them or does not, and tenders.
fn paid(mut order: Event, rolls: &mut Rolls, currency: Currency) -> Event {
    let text = |text: &str| Field::Text(text.to_owned());
    if let Some(Field::Lines(lines)) = order.fields.get_mut("lines")
        && rolls.one_in(2)
    {
        let line = rolls.below(lines.len());
        lines[line].insert("kind".to_owned(), text(rolls.pick(&["gift_card", "fee"])));
        if order.fields.contains_key("subtotal") && rolls.one_in(2) {
            order.fields.remove("subtotal");
        }
    }
    let lines = order.lines().unwrap_or_default();
    let of = |goods: bool| -> Exact {
        let is_goods =
            |line: &&Line| (crate::model::event::text(line, "kind").is_none_or(|kind| kind == "goods")) == goods;
        lines.iter().filter(is_goods).filter_map(|line| number(line, "amount")).sum()
    };
    let told = |name: &str| order.number(name).unwrap_or_else(zero);
    let goods = order.number("subtotal").unwrap_or_else(|| of(true));
    let (sum, others) = (&goods + told("shipping"), of(false));
    match rolls.below(5) {
        0 => {}
        1 => {
            order.fields.remove("total");
        }
        2 => order = order.clone().with("total", Field::Number(&sum + told("tax"))),
        3 => order = order.clone().with("total", Field::Number(&sum + told("tax") + &others)),
        _ => order = order.clone().with("total", Field::Number(&sum + &others)),
    }
    let all = order.number("total").unwrap_or_else(|| goods + others);
    let tenders: Vec<Line> = (0..rolls.pick(&[1, 2, 0, 3]))
        .map(|_| {
            let amount = match rolls.below(4) {
                0 | 1 => floor_at(&(&all / whole(rolls.pick(&[1, 2, 3]))), currency.minor),
                2 => money(rolls, currency),
                _ => whole(rolls.pick(&[1, 0, 7])),
            };
            let kind = rolls.pick(&[GIFT_CARD, "cash", GIFT_CARD]);
            Line::from([("kind".to_owned(), text(kind)), ("amount".to_owned(), Field::Number(amount))])
        })
        .collect();
    if tenders.is_empty() { order } else { order.with("tenders", Field::Lines(tenders)) }
}
