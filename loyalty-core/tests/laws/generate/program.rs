//! Programs that the checker accepts.

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::wallets::{caps, expire, membership, per, points, vest, wallet};
use super::{CATEGORIES, LENGTHS, PAYMENTS, Rolls, dates, money};
use crate::model::number::{scaled, whole, zero};
use crate::model::program::*;

const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::Asia__Kuala_Lumpur,
    Tz::America__New_York,
    // Clocks that jump over midnight, and by half an hour.
    Tz::Africa__Cairo,
    Tz::Australia__Lord_Howe,
    Tz::America__Havana,
    Tz::Asia__Kathmandu,
];

pub const PERIODS: [Period; 6] =
    [Period::Day, Period::Month, Period::Week, Period::Year, Period::Quarter, Period::HalfYear];

/// Dates that members and events may tell.
pub const DECLARATIONS: &str = "\
member {
  birthday date?
  contract date?
  card text?
  factor number = 1
}
event order {
  best_by date?
}
event visit {
  best_by date?
}
event stamp {
  count number = 1
}
";

pub fn make(
    settings: Vec<u32>,
    wallets: Vec<Vec<u32>>,
    measures: Vec<Vec<u32>>,
    rules: Vec<Vec<u32>>,
    groups: Vec<Vec<u32>>,
) -> Program {
    let mut rolls = Rolls::new(settings);
    let (history_days, returns_days) = rolls.pick(&[(400, 180), (400, 180), (400, 20), (40, 20)]);
    let mut program = Program {
        declarations: DECLARATIONS,
        zone: rolls.pick(&ZONES),
        currency: rolls.pick(&CURRENCIES),
        week: Begins {
            week: rolls.pick(&[Weekday::Mon, Weekday::Sun, Weekday::Sat]),
            year: rolls.pick(&[1, 1, 3, 12]),
        },
        history_days,
        returns_days,
        returns: rolls.pick(&[Returns::Keep, Returns::Revoke]),
        wallets: vec![],
        measures: vec![],
        rules: vec![],
        groups: vec![],
        ladders: vec![],
        segments: vec![],
        lengths: vec![],
    };
    for (index, rolls) in wallets.into_iter().enumerate() {
        let wallet = wallet(&mut Rolls::new(rolls), index, program.currency);
        program.wallets.push(wallet);
    }
    // What an order is worth is always read, so that it is known what part of it comes back.
    program.measures.push(Measure {
        name: "turnover".to_owned(),
        event: "order".to_owned(),
        flow: None,
        function: Function::Sum,
        value: Some(Expr::Field("subtotal".to_owned())),
        filter: None,
        window: Window::AllTime,
        returns: Returns::Revoke,
        later: vec![],
    });
    for (index, rolls) in measures.into_iter().enumerate() {
        let measure = measure(&mut Rolls::new(rolls), index, program.currency);
        program.measures.push(measure);
    }
    for (index, rolls) in rules.into_iter().enumerate() {
        let rule = rule(&mut Rolls::new(rolls), index, &program);
        program.rules.push(rule);
    }
    for (index, rolls) in groups.into_iter().enumerate() {
        program.groups.extend(group(&mut Rolls::new(rolls), index, &program));
    }
    if program.rules.iter().flat_map(|rule| &rule.effects).any(defies_caps) {
        // Not what a cap is for: a factor below one can take more away than a cap has left.
        program.rules.iter_mut().for_each(|rule| rule.caps.clear());
        program.groups.retain(|group| !group.limits.is_empty());
        program.groups.iter_mut().for_each(|group| group.caps.clear());
    }
    program
}

/// Whether a factor takes something away.
pub fn defies_caps(effect: &Effect) -> bool {
    matches!(effect, Effect::Multiply { by: Expr::Number(by), .. } if *by < whole(1))
}

pub fn limit(rolls: &mut Rolls) -> Limit {
    let (count, per) = (rolls.pick(&[1, 2, 3]), per(rolls, false));
    if rolls.one_in(5) {
        Limit { count, by_level: None, per: None, in_total: true }
    } else {
        Limit { count, by_level: None, per, in_total: false }
    }
}

pub fn date(rolls: &mut Rolls) -> NaiveDate {
    let (year, month, day) = rolls.pick(&[(2026, 3, 31), (2024, 2, 29), (2026, 10, 25), (2026, 12, 31), (2026, 2, 28)]);
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

fn measure(rolls: &mut Rolls, index: usize, currency: Currency) -> Measure {
    let field = |name: &str| Some(Expr::Field(name.to_owned()));
    let (event, function, value) = match rolls.below(14) {
        0 | 1 => ("order", Function::Count, None),
        2 | 3 => ("order", Function::Sum, field("subtotal")),
        4 => ("order", Function::Sum, Some(Expr::SumLines("amount".to_owned(), category_filter(rolls)))),
        5 => ("order", Function::Max, field("subtotal")),
        6 => ("order", Function::Min, field("total")),
        7 => ("order", Function::Average, field("subtotal")),
        8 => ("order", Function::CountDistinct, field("payment")),
        9 => ("order", rolls.pick(&[Function::First, Function::Last]), rolls.pick(&[None, field("subtotal")])),
        10 => ("visit", Function::Count, None),
        12 => ("stamp", rolls.pick(&[Function::Sum, Function::Max, Function::Last]), field("count")),
        11 => {
            let (one, other) = ("quantity".to_owned(), "amount".to_owned());
            ("order", Function::Sum, Some(Expr::SumProducts(one, other, category_filter(rolls))))
        }
        _ => ("order", Function::Streak(rolls.pick(&PERIODS)), None),
    };
    let window = match function {
        Function::Streak(_) => Window::AllTime,
        _ => window(rolls),
    };
    let by_line = matches!(value, Some(Expr::SumLines(..) | Expr::SumProducts(..)));
    let filter = (event == "order" && !by_line && rolls.one_in(3)).then(|| event_condition(rolls, event, currency));
    let mut returns = rolls.pick(&[Returns::Revoke, Returns::Revoke, Returns::Keep]);
    if matches!(function, Function::First | Function::Last) && value.is_some() {
        // Of several orders of one instant the engine forgets which came first once a part of one is returned.
        returns = Returns::Keep;
    }
    let value = value.filter(|_| function != Function::Count);
    Measure {
        name: format!("measure{index}"),
        event: event.to_owned(),
        flow: None,
        function,
        value,
        filter,
        window,
        returns,
        later: vec![],
    }
}

pub fn window(rolls: &mut Rolls) -> Window {
    match rolls.below(7) {
        0 => Window::AllTime,
        1 => Window::This(rolls.pick(&PERIODS)),
        2 => match rolls.below(4) {
            0 => Window::Previous(rolls.pick(&PERIODS)),
            1 => Window::OfLastYear(rolls.pick(&[Period::Month, Period::Quarter, Period::HalfYear])),
            _ => Window::Periods {
                of: rolls.pick(&PERIODS),
                count: 1 + rolls.below(4) as u32,
                with_present: rolls.one_in(2),
            },
        },
        3 | 4 => Window::Rolling(rolls.pick(&LENGTHS)),
        5 => Window::Membership { of: membership(rolls), previous: rolls.one_in(3) },
        _ => {
            let (one, other) = (date(rolls), date(rolls));
            Window::Range(one.min(other), one.max(other))
        }
    }
}

fn category_filter(rolls: &mut Rolls) -> Option<Box<Expr>> {
    let category = || Box::new(Expr::Line("category".to_owned()));
    match rolls.below(4) {
        0 => None,
        1 | 2 => {
            Some(Box::new(compare(Comparison::Equal, *category(), Expr::Text(rolls.pick(&CATEGORIES).to_owned()))))
        }
        _ => Some(Box::new(Expr::In(
            category(),
            CATEGORIES[..2].iter().map(|name| Expr::Text((*name).to_owned())).collect(),
        ))),
    }
}

pub fn compare(comparison: Comparison, left: Expr, right: Expr) -> Expr {
    Expr::Compare(comparison, Box::new(left), Box::new(right))
}

/// A condition that reads the event only.
pub fn event_condition(rolls: &mut Rolls, event: &str, currency: Currency) -> Expr {
    let field = |name: &str| Expr::Field(name.to_owned());
    if event == "stamp" && rolls.one_in(2) {
        return compare(Comparison::GreaterOrEqual, field("count"), Expr::Number(whole(2)));
    }
    if event != "order" {
        return compare(Comparison::GreaterOrEqual, Expr::Hour, Expr::Number(whole(rolls.pick(&[0, 12, 22]))));
    }
    let payment = || field("payment");
    match rolls.below(16) {
        12 => {
            Expr::NotIn(Box::new(payment()), PAYMENTS[..2].iter().map(|name| Expr::Text((*name).to_owned())).collect())
        }
        13 => Expr::Or(vec![
            Expr::IsPresent(Box::new(field("shipping"))),
            compare(Comparison::Equal, payment(), Expr::Text("card".to_owned())),
        ]),
        14 => {
            let unit = Expr::Money(whole(if currency.minor == 0 { 300 } else { 3 }));
            let count = Expr::Whole(Box::new(field("subtotal")), Box::new(unit));
            compare(Comparison::GreaterOrEqual, count, Expr::Number(whole(rolls.pick(&[1, 3, 4]))))
        }
        15 => {
            let both = vec![field("subtotal"), field("total")];
            let chosen = if rolls.one_in(2) { Expr::Least(both) } else { Expr::Greatest(both) };
            compare(Comparison::GreaterOrEqual, chosen, Expr::Money(money(rolls, currency)))
        }
        0 | 1 => compare(Comparison::GreaterOrEqual, field("subtotal"), Expr::Money(money(rolls, currency))),
        2 => compare(Comparison::Equal, payment(), Expr::Text(rolls.pick(&PAYMENTS).to_owned())),
        3 => compare(
            rolls.pick(&[Comparison::Greater, Comparison::LessOrEqual]),
            Expr::SumLines("amount".to_owned(), category_filter(rolls)),
            Expr::Money(money(rolls, currency)),
        ),
        4 => Expr::In(Box::new(Expr::DayOfWeek), vec![Expr::Weekday(Weekday::Sat), Expr::Weekday(Weekday::Sun)]),
        5 => Expr::Not(Box::new(compare(Comparison::Equal, payment(), Expr::Text("cash".to_owned())))),
        6 => Expr::Or(vec![
            Expr::IsMissing(Box::new(payment())),
            compare(Comparison::NotEqual, payment(), Expr::Text("points".to_owned())),
        ]),
        7 => Expr::And(vec![
            Expr::Not(Box::new(Expr::IsMissing(Box::new(payment())))),
            compare(Comparison::Greater, field("total"), Expr::Money(money(rolls, currency))),
        ]),
        10 => dates::condition(rolls, event, None),
        8 => compare(Comparison::Less, Expr::Hour, Expr::Number(whole(rolls.pick(&[3, 12])))),
        _ => compare(Comparison::GreaterOrEqual, Expr::CountLines(category_filter(rolls)), Expr::Number(whole(2))),
    }
}

/// A condition that reads the member only.
pub fn member_condition(rolls: &mut Rolls, program: &Program) -> Expr {
    let comparison = rolls.pick(&[Comparison::GreaterOrEqual, Comparison::Less, Comparison::Equal]);
    if rolls.one_in(4) {
        let wallet = rolls.below(program.wallets.len());
        let amount = points(rolls, &program.wallets[wallet]);
        let figure = if rolls.one_in(3) { Expr::Pending(wallet) } else { Expr::Balance(wallet) };
        return compare(comparison, figure, Expr::Points(wallet, amount));
    }
    let index = rolls.below(program.measures.len());
    let measure = &program.measures[index];
    if let Some((wallet, _)) = measure.flow {
        let amount = points(rolls, &program.wallets[wallet]);
        return compare(comparison, Expr::Measure(index), Expr::Points(wallet, amount));
    }
    match measure.function {
        Function::First | Function::Last if measure.value.is_none() => {
            compare(comparison, Expr::DaysSince(index), Expr::Number(whole(rolls.pick(&[0, 1, 14, 30]))))
        }
        _ if measure.is_of_money() => {
            compare(comparison, Expr::Measure(index), Expr::Money(money(rolls, program.currency)))
        }
        _ => compare(comparison, Expr::Measure(index), Expr::Number(whole(rolls.pick(&[1, 2, 3])))),
    }
}

fn rule(rolls: &mut Rolls, index: usize, program: &Program) -> Rule {
    let event = rolls.pick(&["order", "order", "order", "order", "visit", "redeem", "refund", "stamp"]);
    let wallet = rolls.below(program.wallets.len());
    let policy = &program.wallets[wallet];
    let mut rule = Rule { cap_wallet: wallet, ..Rule::plain(&format!("rule{index}"), event, vec![]) };
    let multiplied = rates(program, wallet, event);
    if event != "refund" && rolls.one_in(10) {
        return refusal(rolls, rule, program);
    }
    if event == "redeem" {
        let amount = Expr::Points(wallet, points(rolls, policy));
        rule.effects.push(Effect::Spend { wallet, amount, up_to: rolls.one_in(3) });
    } else if !multiplied.is_empty() && rolls.one_in(3) {
        let by = rolls.pick(&[
            Expr::Number(whole(2)),
            Expr::Number(scaled(15, 1)),
            Expr::Percent(scaled(125, 2)),
            Expr::Number(scaled(5, 1)),
            Expr::Number(whole(0)),
        ]);
        let count = 1 + rolls.below(multiplied.len());
        rule.effects.push(Effect::Multiply { rules: multiplied[..count].to_vec(), wallet: Some(wallet), by });
    } else {
        rule.effects.push(earn(rolls, wallet, event, program));
        if event == "order" && rolls.one_in(6) {
            let other = rolls.below(program.wallets.len());
            rule.effects.push(earn(rolls, other, event, program));
        }
        if event == "order" && rolls.one_in(8) {
            let amount = Expr::Points(wallet, points(rolls, policy));
            rule.effects.push(Effect::Spend { wallet, amount, up_to: true });
        }
    }
    for _ in 0..rolls.pick(&[0, 0, 1, 2]) {
        let condition = match rolls.below(5) {
            0 | 1 => event_condition(rolls, event, program.currency),
            2 => dates::condition(rolls, event, Some(program)),
            _ => {
                let of_member = member_condition(rolls, program);
                read_before(rolls, of_member)
            }
        };
        rule.when.push(condition);
    }
    if rolls.one_in(6) {
        // Of two parts the one may say until when the days of the other last.
        let parts = rolls.pick(&[1, 1, 2]);
        rule.valid.extend((0..parts).map(|_| valid(rolls)));
    }
    for _ in 0..rolls.pick(&[0, 0, 0, 1, 2]) {
        rule.limits.push(limit(rolls));
    }
    if !rule.effects.iter().any(|effect| matches!(effect, Effect::Spend { .. })) {
        rule.caps = caps(rolls, policy);
        rule.cap_reject = rolls.one_in(3);
    }
    rule.returns = rolls.pick(&[None, None, Some(Returns::Keep), Some(Returns::Revoke)]);
    rule
}

/// A rule that refuses its event, and nothing else.
fn refusal(rolls: &mut Rolls, mut rule: Rule, program: &Program) -> Rule {
    rule.effects.push(Effect::Refuse);
    let of_member = member_condition(rolls, program);
    rule.when.push(read_before(rolls, of_member));
    if rolls.one_in(2) {
        rule.when.push(event_condition(rolls, &rule.event, program.currency));
    }
    if rolls.one_in(4) {
        rule.valid.push(valid(rolls));
    }
    rule
}

/// Every other time a measure as it was before the event.
pub fn read_before(rolls: &mut Rolls, condition: Expr) -> Expr {
    match condition {
        Expr::Compare(comparison, left, right) if rolls.one_in(2) => match *left {
            Expr::Measure(measure) => Expr::Compare(comparison, Box::new(Expr::MeasureBefore(measure)), right),
            _ => Expr::Compare(comparison, left, right),
        },
        condition => condition,
    }
}

/// The rules so far that earn by rate in that wallet, and perhaps in others, on that event.
fn rates(program: &Program, wallet: usize, event: &str) -> Vec<usize> {
    let by_rate = |effect: &Effect| match effect {
        Effect::Earn { wallet: to, amount, .. } => *to == wallet && matches!(amount, Earn::Rate { .. }),
        _ => false,
    };
    let fits = |rule: &Rule| rule.event == event && rule.effects.iter().any(by_rate);
    (0..program.rules.len()).filter(|index| fits(&program.rules[*index])).collect()
}

pub fn earn(rolls: &mut Rolls, wallet: usize, event: &str, program: &Program) -> Effect {
    let policy = &program.wallets[wallet];
    let amount = if event == "stamp" && rolls.one_in(2) {
        let points = Expr::Number(if policy.money { whole(1) } else { points(rolls, policy) });
        let (per, of) = (rolls.pick(&[whole(1), whole(2)]), Expr::Field("count".to_owned()));
        Earn::Rate { points, per, full: rolls.one_in(3), of }
    } else if event != "order" || rolls.one_in(3) {
        let amount = Expr::Points(wallet, points(rolls, policy));
        let by_days = matches!(event, "order" | "visit") && rolls.one_in(5);
        Earn::Fixed(if by_days { dates::amount(rolls, event, amount) } else { amount })
    } else {
        rate(rolls, wallet, program)
    };
    let own_vest = rolls.one_in(8).then(|| vest(rolls));
    let own_expire = rolls.one_in(8).then(|| match event {
        "order" if rolls.one_in(2) => Expire::Told("order", "best_by"),
        "visit" if rolls.one_in(2) => Expire::Told("visit", "best_by"),
        _ => expire(rolls),
    });
    Effect::Earn { wallet, amount, vest: own_vest, expire: own_expire }
}

fn rate(rolls: &mut Rolls, index: usize, program: &Program) -> Earn {
    let (wallet, currency) = (&program.wallets[index], program.currency);
    let amount = |rolls: &mut Rolls| Expr::SumLines("amount".to_owned(), category_filter(rolls));
    let of = match rolls.below(10) {
        0..=2 => Expr::Field("subtotal".to_owned()),
        3 | 4 => amount(rolls),
        5 => Expr::Field("total".to_owned()),
        6 => {
            let shipping = Box::new(Expr::Field("shipping".to_owned()));
            let shipping = Expr::Otherwise(shipping, Box::new(Expr::Money(zero())));
            Expr::Add(Box::new(Expr::Field("subtotal".to_owned())), Box::new(shipping))
        }
        7 => Expr::SumLines("quantity".to_owned(), category_filter(rolls)),
        8 => Expr::SumProducts("quantity".to_owned(), "amount".to_owned(), category_filter(rolls)),
        _ => Expr::CountLines(category_filter(rolls)),
    };
    let is_units = match &of {
        Expr::SumLines(name, _) => name == "quantity",
        of => matches!(of, Expr::CountLines(_)),
    };
    let per = if is_units {
        whole(rolls.pick(&[1, 2, 3]))
    } else if currency.minor == 0 {
        whole(rolls.pick(&[100, 1000, 30]))
    } else {
        rolls.pick(&[whole(1), whole(10), whole(3), scaled(7, 1)])
    };
    let points = if wallet.money {
        scaled(5, currency.minor.max(1))
    } else {
        rolls.pick(&[whole(1), whole(2), scaled(15, 1), whole(10)])
    };
    let points = if wallet.money && wallet.decimals == 0 { whole(5) } else { points };
    let by_payment = rolls.one_in(6).then(|| {
        let payment = Box::new(Expr::Field("payment".to_owned()));
        let twice = Expr::Points(index, &points * whole(2));
        let otherwise = Box::new(Expr::Points(index, points.clone()));
        Expr::Match(payment, vec![("card".to_owned(), twice)], otherwise)
    });
    let by_size = rolls.one_in(6).then(|| {
        let amount = |times: i64| Expr::Points(index, &points * whole(times));
        let (one, other) = (money(rolls, currency), money(rolls, currency));
        let (low, high) = (one.clone().min(other.clone()), one.max(other));
        let subtotal = Box::new(Expr::Field("subtotal".to_owned()));
        let mut arms = vec![(None, Some(Expr::Money(low.clone())), amount(3))];
        if low < high {
            arms.push((Some(Expr::Money(low)), Some(Expr::Money(high)), amount(2)));
        }
        Expr::MatchRange(subtotal, arms, Box::new(amount(1)))
    });
    let points = by_payment.or(by_size).unwrap_or(Expr::Number(points));
    let over_lines = matches!(of, Expr::SumLines(..) | Expr::SumProducts(..));
    let of = match over_lines && rolls.one_in(3) {
        true => Expr::Times(Box::new(of), rolls.pick(&[scaled(5, 1), whole(3)])),
        false => of,
    };
    Earn::Rate { points, per, full: rolls.one_in(4), of }
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour")
}

pub fn valid(rolls: &mut Rolls) -> Valid {
    match rolls.below(4) {
        3 => {
            let mut at = || crate::model::calendar::instant(Tz::UTC, date(rolls).and_time(hour(10)));
            let (one, other) = (at(), at());
            let (from, to) = (one.min(other), one.max(other));
            let (from, to) = if from < to { (Some(from), Some(to)) } else { (Some(from), None) };
            rolls.pick(&[Valid::Instants(from, to), Valid::Instants(None, to.or(from))])
        }
        0 => {
            let (one, other) = (date(rolls), date(rolls));
            Valid::Dates(one.min(other), one.max(other))
        }
        1 => Valid::Weekdays(vec![Weekday::Sat, Weekday::Sun, rolls.pick(&[Weekday::Mon, Weekday::Fri])]),
        _ => rolls.pick(&[Valid::Hours(hour(22), hour(3)), Valid::Hours(hour(2), hour(14))]),
    }
}

fn group(rolls: &mut Rolls, index: usize, program: &Program) -> Option<Group> {
    let wallet = rolls.below(program.wallets.len());
    let earns_there = |rule: &Rule| {
        let stands_alone = |effect: &Effect| matches!(effect, Effect::Spend { .. } | Effect::Refuse);
        rule.cap_wallet == wallet && !rule.effects.iter().any(stands_alone)
    };
    let rules: Vec<usize> = (0..program.rules.len()).filter(|rule| earns_there(&program.rules[*rule])).collect();
    if rules.len() < 2 {
        return None;
    }
    let (caps, limits) = match rolls.below(3) {
        0 => (vec![Cap::of(points(rolls, &program.wallets[wallet]), per(rolls, true))], vec![]),
        1 => (vec![], vec![limit(rolls)]),
        _ => {
            let cap = Cap::of(points(rolls, &program.wallets[wallet]), per(rolls, true));
            (vec![cap], vec![limit(rolls)])
        }
    };
    let name = format!("group{index}");
    Some(Group { name, rules, limits, caps, cap_wallet: wallet, cap_reject: rolls.one_in(3), later: vec![] })
}
