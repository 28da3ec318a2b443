//! Every form of the built declarations reads as the tree says.

use chrono::{NaiveDate, NaiveTime, Weekday};
use loyalty_core::syntax::tree::{
    CapMode, ClauseKind, Cycle, Earn, Effect, ItemKind, LimitScope, Most, OwnPeriod, Per, Period, RaiseEnd, Returns,
    TestStep, TimeUnit, ToEnd, Trigger, TriggerKind, ValidPart, Window,
};
use loyalty_core::syntax::wallet::{
    Activity, Clawback, Expire, ExpireStart, Multipliers, Restore, RoundMode, RoundScope, SpendOrder, Vest,
};

use crate::{clause, item, read, shape};

const WALLET: &str = "wallet w";
const PROGRAM: &str = "program \"P\"";
const RULE: &str = "rule r on order";

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

macro_rules! reads {
    ($around:expr, $text:literal, $pattern:pat $(if $guard:expr)?) => {
        let kind = clause($around, $text);
        assert!(matches!(&kind, $pattern $(if $guard)?), "{}: {kind:?}", $text);
    };
}

#[test]
fn program_clauses() {
    reads!(PROGRAM, "version 3", ClauseKind::Version(3));
    reads!(PROGRAM, "currency MYR", ClauseKind::Currency(name) if name.text == "MYR");
    reads!(PROGRAM, "timezone \"Asia/Kuala_Lumpur\"", ClauseKind::Timezone(name) if name.text == "Asia/Kuala_Lumpur");
    reads!(PROGRAM, "week sunday", ClauseKind::Week(Weekday::Sun));
    reads!(PROGRAM, "languages [en, ar]", ClauseKind::Languages(names) if names.len() == 2);
    reads!(PROGRAM, "history 400 days", ClauseKind::History(time) if time.count == 400 && time.unit == TimeUnit::Day);
    reads!(PROGRAM, "returns within 180 days", ClauseKind::Returns { policy: None, within: Some(_) });
    reads!(PROGRAM, "returns keep", ClauseKind::Returns { policy: Some(Returns::Keep), within: None });
    reads!(PROGRAM, "returns revoke", ClauseKind::Returns { policy: Some(Returns::Revoke), within: None });
    reads!(PROGRAM, "future at most 5 minutes", ClauseKind::Future(time) if time.unit == TimeUnit::Minute);
}

#[test]
fn wallet_clauses() {
    reads!(WALLET, "holds MYR", ClauseKind::Holds(_));
    reads!(WALLET, "decimals 2", ClauseKind::Decimals(2));
    reads!(WALLET, "round down", ClauseKind::Round { mode: Some(RoundMode::Down), scope: None });
    reads!(
        WALLET,
        "round up per unit",
        ClauseKind::Round { mode: Some(RoundMode::Up), scope: Some(RoundScope::PerUnit) }
    );
    reads!(
        WALLET,
        "round half up per line",
        ClauseKind::Round { mode: Some(RoundMode::HalfUp), scope: Some(RoundScope::PerLine) }
    );
    reads!(
        WALLET,
        "round half even per rule",
        ClauseKind::Round { mode: Some(RoundMode::HalfEven), scope: Some(RoundScope::PerRule) }
    );
    reads!(WALLET, "round per order", ClauseKind::Round { mode: None, scope: Some(RoundScope::PerOrder) });
    reads!(WALLET, "multipliers add", ClauseKind::Multipliers(Multipliers::Add));
    reads!(WALLET, "multipliers compound", ClauseKind::Multipliers(Multipliers::Compound));
    reads!(WALLET, "multipliers best", ClauseKind::Multipliers(Multipliers::Best));
    reads!(WALLET, "vest at once", ClauseKind::Vest(Vest::AtOnce));
    reads!(WALLET, "vest after 14 days", ClauseKind::Vest(Vest::After(_)));
    reads!(WALLET, "vest on delivered within 30 days", ClauseKind::Vest(Vest::On { .. }));
    reads!(WALLET, "vest at 2026-12-01", ClauseKind::Vest(Vest::At(day)) if *day == date(2026, 12, 1));
    reads!(WALLET, "vest at end of quarter after 1 month", ClauseKind::Vest(Vest::EndOf { after: Some(_), .. }));
    reads!(
        WALLET,
        "vest on 1 december",
        ClauseKind::Vest(Vest::OnDay { month: 12, day: 1, after: None, next_year: false })
    );
    reads!(
        WALLET,
        "vest on 15 march of next year",
        ClauseKind::Vest(Vest::OnDay { month: 3, day: 15, after: None, next_year: true })
    );
    reads!(WALLET, "expire at member.last_day", ClauseKind::Expire { form: Expire::Told(_), when: None });
    reads!(WALLET, "spend oldest first", ClauseKind::SpendOrder(SpendOrder::Oldest));
    reads!(WALLET, "spend soonest expiring first", ClauseKind::SpendOrder(SpendOrder::SoonestExpiring));
    reads!(WALLET, "clawback within balance", ClauseKind::Clawback(Clawback::WithinBalance));
    reads!(WALLET, "clawback may overdraw", ClauseKind::Clawback(Clawback::MayOverdraw));
    reads!(WALLET, "clawback only pending", ClauseKind::Clawback(Clawback::OnlyPending));
    reads!(
        WALLET,
        "restore original",
        ClauseKind::Restore { form: Restore::Original { at_least: None }, full_only: false }
    );
    reads!(
        WALLET,
        "restore original at least 30 days on full return",
        ClauseKind::Restore { form: Restore::Original { at_least: Some(_) }, full_only: true }
    );
    reads!(WALLET, "restore fresh", ClauseKind::Restore { form: Restore::Fresh, .. });
    reads!(WALLET, "restore never", ClauseKind::Restore { form: Restore::Never, .. });
    reads!(WALLET, "hold at most 1_000 w", ClauseKind::HoldAtMost(most) if shape(most) == "1000w");
}

#[test]
fn expiry() {
    reads!(WALLET, "expire never", ClauseKind::Expire { form: Expire::Never, when: None });
    reads!(
        WALLET,
        "expire 12 months after earning",
        ClauseKind::Expire { form: Expire::After { start: ExpireStart::Earning, .. }, .. }
    );
    reads!(
        WALLET,
        "expire 90 days after vesting",
        ClauseKind::Expire { form: Expire::After { start: ExpireStart::Vesting, .. }, .. }
    );
    reads!(
        WALLET,
        "expire end of month",
        ClauseKind::Expire { form: Expire::EndOf { of: Cycle::Calendar(Period::Month), after: None }, .. }
    );
    reads!(
        WALLET,
        "expire end of half year after 3 months",
        ClauseKind::Expire { form: Expire::EndOf { of: Cycle::Calendar(Period::HalfYear), after: Some(_) }, .. }
    );
    reads!(
        WALLET,
        "expire on 31 december after 36 months",
        ClauseKind::Expire { form: Expire::OnDay { month: 12, day: 31, after: Some(_), next_year: false }, .. }
    );
    reads!(WALLET, "expire after 12 months without order, visit", ClauseKind::Expire { form: Expire::Inactivity { without: Activity::Events(events), .. }, .. } if events.len() == 2);
    reads!(
        WALLET,
        "expire after 12 months without earning",
        ClauseKind::Expire { form: Expire::Inactivity { without: Activity::Earning, .. }, .. }
    );
    reads!(
        WALLET,
        "expire after 12 months without activity",
        ClauseKind::Expire { form: Expire::Inactivity { without: Activity::Any, .. }, .. }
    );
    reads!(WALLET, "expire at 2026-12-31 when tag == \"a\"", ClauseKind::Expire { form: Expire::At(day), when: Some(_) } if *day == date(2026, 12, 31));
}

#[test]
fn conditions_and_limits() {
    reads!(RULE, "when orders > 1", ClauseKind::When(_));
    reads!(RULE, "limit 1 per member per day, 1_000 in total", ClauseKind::Limit(limits)
        if matches!(limits.as_slice(), [first, second]
            if matches!(first.scope, LimitScope::PerMember(Some(Per::Period(Period::Day, _)))) && second.count == Most::Fixed(1000) && second.scope == LimitScope::InTotal));
    reads!(RULE, "limit 1 per member", ClauseKind::Limit(limits) if limits.iter().all(|limit| limit.scope == LimitScope::PerMember(None)));
    reads!(RULE, "limit 2 per member per 24 hours", ClauseKind::Limit(limits)
        if limits.iter().all(|limit| matches!(&limit.scope, LimitScope::PerMember(Some(Per::Rolling(time))) if time.count == 24)));
    reads!(RULE, "limit 2 per member per 7 days from first use", ClauseKind::Limit(limits)
        if limits.iter().all(|limit| matches!(&limit.scope, LimitScope::PerMember(Some(Per::FromFirst(time))) if time.count == 7)));
    reads!(RULE, "limit 2 per member over last 60 days", ClauseKind::Limit(limits)
        if limits.iter().all(|limit| matches!(&limit.scope, LimitScope::PerMember(Some(Per::Rolling(time))) if time.count == 60)));
    reads!(RULE, "cap 500 beans per day, 2_000 beans per month reject", ClauseKind::Cap { caps, mode: Some(CapMode::Reject) } if caps.len() == 2);
    reads!(RULE, "cap 500 beans per order truncate", ClauseKind::Cap { caps, mode: Some(CapMode::Truncate) } if matches!(caps.as_slice(), [cap] if matches!(cap.per, Some(Per::Order(_)))));
    reads!(RULE, "cap 5 beans", ClauseKind::Cap { caps, mode: None } if caps.iter().all(|cap| cap.per.is_none()));
    reads!(RULE, "from 2027-01-01 { earn 1 beans when a }", ClauseKind::From { clauses, .. } if clauses.len() == 2);
}

#[test]
fn validity() {
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    reads!(RULE, "valid 2026-11-01 .. 2026-12-31 on [saturday, sunday] 22:00 .. 02:00", ClauseKind::Valid(parts)
        if matches!(parts.as_slice(), [ValidPart::Dates(days), ValidPart::Weekdays(weekdays, _), ValidPart::Hours { from, to, .. }]
            if days.from == Some(date(2026, 11, 1)) && days.to == Some(date(2026, 12, 31))
                && *weekdays == [Weekday::Sat, Weekday::Sun] && *from == hour(22) && *to == hour(2)));
    reads!(RULE, "valid 2026-11-01 ..", ClauseKind::Valid(parts) if matches!(parts.as_slice(), [ValidPart::Dates(days)] if days.to.is_none()));
    reads!(RULE, "valid .. 2026-11-01", ClauseKind::Valid(parts) if matches!(parts.as_slice(), [ValidPart::Dates(days)] if days.from.is_none()));
    reads!(RULE, "valid on friday", ClauseKind::Valid(parts) if matches!(parts.as_slice(), [ValidPart::Weekdays(..)]));
    reads!(RULE, "valid 2026-11-01T10:00+08:00 .. 2026-11-02T10:00Z", ClauseKind::Valid(parts)
        if matches!(parts.as_slice(), [ValidPart::Instants { from: Some(_), to: Some(_), .. }]));
}

#[test]
fn effects() {
    reads!(
        RULE,
        "earn 100 beans",
        ClauseKind::Effect(Effect::Earn { amount: Earn::Amount(_), to: None, vest: None, expire: None })
    );
    reads!(RULE, "earn 5% of order.subtotal to cashback vest at once expire never", ClauseKind::Effect(Effect::Earn { amount: Earn::Amount(amount), to: Some(_), vest: Some(Vest::AtOnce), expire: Some(Expire::Never) })
        if shape(amount) == "(5% of order.subtotal)");
    reads!(RULE, "earn 1 beans per 10 MYR of order.total + 1 MYR", ClauseKind::Effect(Effect::Earn { amount: Earn::Rate { per, of, full: false, .. }, .. })
        if shape(per) == "10MYR" && shape(of) == "(Add order.total 1MYR)");
    reads!(
        RULE,
        "earn 1 beans per full 10 MYR of order.total",
        ClauseKind::Effect(Effect::Earn { amount: Earn::Rate { full: true, .. }, .. })
    );
    reads!(
        RULE,
        "earn match a { b 1, else 2 } per match c { d 1 MYR, else 2 MYR } of order.total",
        ClauseKind::Effect(Effect::Earn { amount: Earn::Rate { .. }, .. })
    );
    reads!(RULE, "earn 1 beans per (a + b) of c", ClauseKind::Effect(Effect::Earn { amount: Earn::Rate { per, .. }, .. }) if shape(per) == "(Add a b)");
    reads!(RULE, "earn 1 beans per member.step of c to d", ClauseKind::Effect(Effect::Earn { amount: Earn::Rate { per, .. }, to: Some(_), .. }) if shape(per) == "member.step");
    reads!(RULE, "multiply base by 2", ClauseKind::Effect(Effect::Multiply { rules, .. }) if rules.len() == 1);
    reads!(RULE, "multiply [base, coffee] by status.rate", ClauseKind::Effect(Effect::Multiply { rules, .. }) if rules.len() == 2);
    reads!(RULE, "spend 100 beans", ClauseKind::Effect(Effect::Spend { up_to: false, from: None, .. }));
    reads!(
        RULE,
        "spend up to 50% of order.subtotal from gift_card",
        ClauseKind::Effect(Effect::Spend { up_to: true, from: Some(_), .. })
    );
    reads!(RULE, "tag \"vip\"", ClauseKind::Effect(Effect::Tag(_)));
    reads!(RULE, "untag \"vip\"", ClauseKind::Effect(Effect::Untag(_)));
    reads!(RULE, "set member.branch = order.branch", ClauseKind::Effect(Effect::Set { field, .. }) if field.text == "branch");
    reads!(RULE, "signal referred to referral.friend", ClauseKind::Effect(Effect::Signal { .. }));
    reads!(RULE, "convert 100 beans to 1 MYR", ClauseKind::Effect(Effect::Convert { each: false, into: None, .. }));
    reads!(
        RULE,
        "convert each 50 p to 0.50 GBP into v",
        ClauseKind::Effect(Effect::Convert { each: true, into: Some(_), .. })
    );
    reads!(RULE, "forfeit 10% of beans.balance", ClauseKind::Effect(Effect::Forfeit { from: None, .. }));
    reads!(RULE, "forfeit 5 from beans", ClauseKind::Effect(Effect::Forfeit { from: Some(_), .. }));
    reads!(RULE, "raise status to gold", ClauseKind::Effect(Effect::Raise { end: None, .. }));
    reads!(
        RULE,
        "raise status to gold for 90 days",
        ClauseKind::Effect(Effect::Raise { end: Some(RaiseEnd::For(_)), .. })
    );
    reads!(
        RULE,
        "raise status to gold until 2026-12-31",
        ClauseKind::Effect(Effect::Raise { end: Some(RaiseEnd::Until(_)), .. })
    );
    reads!(
        RULE,
        "raise status to gold to end of next year",
        ClauseKind::Effect(Effect::Raise { end: Some(RaiseEnd::ToEnd(ToEnd { next: true, .. })), .. })
    );
}

#[test]
fn heads_and_bodies_are_one_list_in_order() {
    let ItemKind::Rule { trigger: Trigger { kind: TriggerKind::Event(event), .. }, clauses, .. } =
        item("rule r on order limit 1 per member when a valid on monday { cap 5 w when b earn 1 w, say hi }")
    else {
        panic!("a rule")
    };
    assert_eq!(event.text, "order");
    let words: Vec<&str> = clauses.iter().map(|clause| clause.kind.word()).collect();
    assert_eq!(words, ["limit", "when", "valid", "cap", "when", "earn", "say"]);
}

#[test]
fn measures() {
    let body = |text: &str| match item(&format!("measure m = {text}")) {
        ItemKind::Measure { body, .. } => body,
        other => panic!("{other:?}"),
    };
    assert_eq!(body("count(order)").window, Window::AllTime);
    assert!(
        matches!(body("count(order) this membership year").window, Window::Own { of, each: OwnPeriod::Year, previous: false } if of.text == "membership")
    );
    assert!(
        matches!(body("count(order) last status year").window, Window::Own { of, each: OwnPeriod::Year, previous: true } if of.text == "status")
    );
    assert!(
        matches!(body("count(order) last membership month").window, Window::Own { of, each: OwnPeriod::Month, previous: true } if of.text == "membership")
    );
    assert!(matches!(body("count(order) this half year").window, Window::This(Period::HalfYear, _)));
    assert!(matches!(
        body("count(order) last month").window,
        Window::Periods { period: Period::Month, count: 1, with_present: false, of_last_year: false, .. }
    ));
    assert!(matches!(body("count(order) over last 12 months").window, Window::Rolling(_)));
    assert!(matches!(body("count(order) 2026-01-01 ..").window, Window::Range(_)));
    assert_eq!(body("sum(order.total) this year returns keep").returns, Some(Returns::Keep));
    assert_eq!(body("streak(order) by week").aggregate.by, Some(Period::Week));
    let ItemKind::Measure { later, .. } = item("measure m = count(order) from 2027-01-01 { count(visit) this year }")
    else {
        panic!("a measure")
    };
    assert_eq!(later.len(), 1);
}

#[test]
fn other_declarations() {
    assert!(
        matches!(item("segment s = a from 2027-01-01 { b } from 2028-01-01 { c }"), ItemKind::Segment { later, .. } if later.len() == 2)
    );
    assert!(matches!(item("group g [a, b] { cap 5 w per day }"), ItemKind::Group { rules, .. } if rules.len() == 2));
    assert!(matches!(item("event workshop { seat text }"), ItemKind::Event { .. }));
    assert!(matches!(item("record line { }"), ItemKind::Record { .. }));
    let ItemKind::Member { fields } = item(
        "member {\n/// One.\n/// Two.\na text\nb money? shared\nc [line]?\nd number = 1 + 2\nfrom 2027-01-01 { e bool }\nlimit int }",
    ) else {
        panic!("member")
    };
    let [a, b, c, d, e, limit] = fields.as_slice() else { panic!("{fields:?}") };
    assert_eq!(a.docs, ["One.", "Two."]);
    assert!(b.optional && b.shared && !c.shared && c.ty.list && c.optional);
    assert!(d.default.as_ref().is_some_and(|value| shape(value) == "(Add 1 2)"));
    assert_eq!(e.from, Some(date(2027, 1, 1)));
    assert_eq!((limit.name.text.as_str(), limit.from), ("limit", None));
}

#[test]
fn steps_of_tests() {
    let ItemKind::Test { title, steps } = item(
        "test \"t\" {\ngiven member { name \"Sara\" }\ngiven 500 beans\ngiven 5 EUR to credit\non order { at 2026-11-21 lines [{ quantity 2 amount 10 MYR }, { category coffee price 5 MYR paid order.x }] n -5 m 3 }\nadvance to 2027-01-01\nexpect refused\nexpect refused too_late\nexpect refused == 1\nexpect a == 5 beans\n}",
    ) else {
        panic!("a test")
    };
    assert_eq!(title.text, "t");
    assert_eq!(steps.len(), 9);
    assert!(matches!(steps.first(), Some(TestStep::GivenMember(fields, _)) if fields.len() == 1));
    assert!(matches!(steps.get(1), Some(TestStep::Given(_, None))));
    assert!(matches!(steps.get(2), Some(TestStep::Given(_, Some(to))) if to.text == "credit"));
    let Some(TestStep::On { fields, .. }) = steps.get(3) else { panic!("{steps:?}") };
    let told: Vec<String> = fields.iter().map(|field| format!("{}={}", field.name.text, shape(&field.value))).collect();
    assert_eq!(
        told,
        [
            "at=2026-11-21",
            "lines=[{quantity=2 amount=10MYR} {category=coffee price=5MYR paid=order.x}]",
            "n=(- 5)",
            "m=3"
        ]
    );
    assert!(matches!(steps.get(4), Some(TestStep::Advance(_))));
    assert!(matches!(steps.get(5), Some(TestStep::ExpectRefused { code: None, .. })));
    assert!(matches!(steps.get(6), Some(TestStep::ExpectRefused { code: Some(code), .. }) if code.text == "too_late"));
    assert!(matches!(steps.get(7), Some(TestStep::Expect(_))));
    assert!(matches!(steps.get(8), Some(TestStep::Expect(_))));
}

#[test]
fn docs_belong_to_what_follows() {
    let file = read("/// A.\n\n///   B.\n//// not this\n// nor this\nsegment s = a // why\n");
    assert_eq!(file.items.first().map(|item| item.docs.clone()), Some(vec!["A.".to_owned(), "  B.".to_owned()]));
}

#[test]
fn the_example_program_is_read_whole() {
    let text = include_str!("../../../docs/examples/bean_club.loyalty");
    let file = read(text);
    let declared = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase())).count();
    assert_eq!(file.items.len(), declared);
    assert_eq!(read(&format!("\u{FEFF}{}", text.replace('\n', "\r\n"))), file);
}

#[test]
fn a_comment_ends_with_its_line() {
    for end in ["\n", "\r\n", "\r"] {
        let text =
            format!("// the first{end}wallet points {{}}  // a word{end}/// the second{end}wallet miles {{}}{end}");
        assert_eq!(read(&text).items.len(), 2, "{text:?}");
    }
    // What some editors show as the end of a line is none to others: told, and nothing behind it is passed over.
    for end in ['\u{0B}', '\u{0C}', '\u{85}', '\u{2028}', '\u{2029}'] {
        let (_, diagnostics) = loyalty_core::syntax::parse(&format!("// the first{end}wallet points {{}}\n"));
        assert_eq!(diagnostics.len(), 1, "{end:?}");
    }
}
