//! Whole programs come out as meant, and small ones raise exactly the codes that they should.

use loyalty_core::check::model::{Checked, Earn, EffectKind, ExprKind, TestStep, Type, Vest, Window};

use crate::{codes, compile, told};

const BEAN_CLUB: &str = include_str!("bean_club.loyalty");
const RICH: &str = include_str!("every_clause.loyalty");

/// A program with a currency and two wallets around the text.
fn shop(text: &str) -> String {
    format!(
        "program \"Shop\" {{ currency MYR timezone \"Asia/Kuala_Lumpur\" }}\n\
         wallet beans {{}}\nwallet cashback {{ holds MYR }}\n\
         rule fill on signup {{ earn 1 beans earn 1 MYR to cashback }}\n{text}"
    )
}

#[track_caller]
fn checked(text: &str) -> Checked {
    let (checked, diagnostics) = compile(text);
    checked.unwrap_or_else(|| panic!("{}", told(text, &diagnostics)))
}

/// The effects of the rule of that name in its first form.
fn effects<'c>(checked: &'c Checked, rule: &str) -> Vec<&'c EffectKind> {
    let rule = checked.rules.iter().find(|known| known.name == rule).expect("the rule");
    rule.versions[0].value.effects.iter().map(|effect| &effect.kind).collect()
}

#[test]
fn bean_club_checks() {
    let (club, diagnostics) = compile(BEAN_CLUB);
    let club = club.unwrap_or_else(|| panic!("{}", told(BEAN_CLUB, &diagnostics)));
    // The declarations that read its measures are not in this part of it.
    assert!(codes(&diagnostics).iter().all(|code| *code == "W0216"), "{}", told(BEAN_CLUB, &diagnostics));
    assert_eq!(
        club.wallets[0].versions[0].value.vest,
        Vest::After(loyalty_core::check::model::Length { count: 14, unit: loyalty_core::check::model::TimeUnit::Day })
    );
    assert!(matches!(effects(&club, "base")[0], EffectKind::Earn { amount: Earn::Rate { .. }, .. }));
    assert!(matches!(effects(&club, "first_order")[0], EffectKind::Earn { amount: Earn::Fixed(_), .. }));
    assert!(
        matches!(effects(&club, "weekend")[0], EffectKind::Multiply { rules, .. } if club.rules[rules[0]].name == "base")
    );
    // `last(order)` in a segment is a measure without a name.
    let unnamed = club.measures.last().expect("a measure");
    assert_eq!(
        (unnamed.name.as_str(), &unnamed.ty, unnamed.versions[0].value.window),
        ("last(order)", &Type::Instant, Window::AllTime)
    );
    assert!(
        matches!(club.tests[0].steps.last(), Some(TestStep::Expect(expect)) if matches!(expect.kind, ExprKind::Compare(..)))
    );
}

#[test]
fn amounts_that_read_the_event_are_rates() {
    let program = checked(&shop(
        "member { level text? }\n\
         rule share on order { earn 5% of order.subtotal to cashback }\n\
         rule level on order { earn (match member.level { gold 10%, else 5% }) of order.subtotal to cashback }\n\
         rule lines on order { earn 2 beans * count(order.lines where category == \"coffee\") }\n\
         rule payment on order { earn match order.payment { card 20 beans, else 10 beans } }\n\
         rule big on order { earn match order.subtotal { 100 MYR .. 20 beans, else 0 } }",
    ));
    for rate in ["share", "level", "lines"] {
        assert!(matches!(effects(&program, rate)[0], EffectKind::Earn { amount: Earn::Rate { .. }, .. }), "{rate}");
    }
    for fixed in ["payment", "big"] {
        assert!(matches!(effects(&program, fixed)[0], EffectKind::Earn { amount: Earn::Fixed(_), .. }), "{fixed}");
    }
    let EffectKind::Earn { amount: Earn::Rate { points, of, .. }, .. } = effects(&program, "level")[0] else {
        panic!("a rate")
    };
    assert!(matches!(points.kind, ExprKind::Match { .. }) && matches!(of.kind, ExprKind::Event(_)));
}

#[test]
fn forms_over_time_replace_clauses_by_kind() {
    let program = checked(&shop(
        "rule base on order when order.subtotal > 10 MYR limit 1 per member per day {\n\
           earn 10 beans\n\
           from 2027-01-01 { earn 20 beans earn 5 beans }\n\
           from 2027-06-01 { when order.subtotal > 20 MYR }\n\
         }",
    ));
    let rule = program.rules.iter().find(|rule| rule.name == "base").expect("the rule");
    let forms: Vec<(usize, usize, usize)> = rule
        .versions
        .iter()
        .map(|form| (form.value.when.len(), form.value.limits.len(), form.value.effects.len()))
        .collect();
    assert_eq!(forms, [(1, 1, 1), (1, 1, 2), (1, 1, 2)]);
}

/// Snippets inside [`shop`] and all the codes that they raise.
const SNIPPETS: &[(&str, &[&str])] = &[
    ("rule a on order when order.at.weekday in [saturday, sunday] { earn 1 beans }", &[]),
    ("rule a on order when order.at.hour >= 22 or order.at.date == 2026-12-31 { earn 1 beans }", &[]),
    ("rule a on order when order.at > 2026-12-31 { earn 1 beans }", &["L0221"]),
    ("rule a on order when order.subtotal ?? 0 > 0 { earn 1 beans }", &[]),
    ("rule a on order when order.shipping ?? 0 == 0 MYR { earn 1 beans }", &[]),
    ("rule a on order when order.subtotal / 10 MYR > 3 { earn 1 beans }", &[]),
    ("rule a on order when order.subtotal / 10 > 3 { earn 1 beans }", &["L0220"]),
    ("rule a on order when order.subtotal / 0 > 3 MYR { earn 1 beans }", &["L0234"]),
    ("event review { stars number? }\nrule a on order { earn 1 beans }", &["L0213"]),
    ("event order { branch text  subtotal money }\nrule a on order { earn 1 beans }", &[]),
    ("rule a on order when 1 MYR + 1 beans > 0 { earn 1 beans }", &["L0220"]),
    ("rule a on order when 20% + 3 > 0 { earn 1 beans }", &["L0220"]),
    ("rule a on order when order.subtotal > 5 USD { earn 1 beans }", &["L0220"]),
    ("rule a on order when order.payment > \"a\" { earn 1 beans }", &["L0221"]),
    ("rule a on order when order.payment == saturday { earn 1 beans }", &["L0221"]),
    ("rule a on order when order.subtotal == \"a\" { earn 1 beans }", &["L0221"]),
    ("rule a on order when beans >= 10 beans and cashback.balance > 1 MYR { earn 1 beans }", &[]),
    ("rule a on order when beans.earned > 0 { earn 1 beans }", &["L0222"]),
    ("rule a on order when \"vip\" in member.tags { tag \"vip\" earn 1 beans }", &[]),
    (
        "rule a on order when sum(order.lines.amount where category == \"a\" and quantity >= 2) > 5 MYR { earn 1 beans }",
        &[],
    ),
    ("rule a on order when sum(order.lines.amount where categry == \"a\") > 5 MYR { earn 1 beans }", &["L0201"]),
    ("rule a on order when order.lines.amount > 5 MYR { earn 1 beans }", &["L0202"]),
    ("rule a on order when sum(order.lines) > 5 MYR { earn 1 beans }", &["L0226"]),
    ("rule a on order when count(order where total > 5 MYR) > 3 { earn 1 beans }", &[]),
    ("rule a on order when days since last(visit) > 30 { earn 1 beans }", &[]),
    ("rule a on order when days since order.subtotal > 30 { earn 1 beans }", &["L0221"]),
    ("rule a on order { earn order.subtotal }", &["L0227"]),
    ("rule a on order { earn order.subtotal to beans }", &["L0220"]),
    ("rule a on order { earn 5 beans to cashback }", &["L0220"]),
    ("rule a on order { earn 1 beans per 1 beans of order.subtotal }", &["L0220"]),
    ("rule a on order { earn 1 beans per 0 MYR of order.subtotal }", &["L0234"]),
    ("rule a on order { earn 1 beans per 1 MYR of cashback.balance }", &["L0222"]),
    ("rule a on order { earn 1 beans per 1 MYR of order.subtotal vest on review within 3 days }", &["L0237"]),
    ("rule a on order { earn 1 beans vest on delivered within 3 days expire 12 months after earning }", &[]),
    ("rule a on order { earn 10 beans cap 5 MYR per day }", &["L0227"]),
    ("rule a on order { earn 1% of order.subtotal to cashback cap 5 MYR per day, 10 MYR per month reject }", &[]),
    ("rule a on order { spend 5 MYR from cashback }", &[]),
    ("rule a on order { spend up to 50% of order.subtotal from cashback }", &[]),
    ("rule a on order { set member.x = order.branch }", &["L0202"]),
    ("member { x text? y int? }\nrule a on order { set member.x = order.branch set member.y = 0 }", &[]),
    ("member { x text? y int? }\nrule a on order { set member.y = order.branch }", &["L0221"]),
    ("rule a on referral { signal referred to referral.friend earn 1 beans }", &[]),
    ("group g [fill] { cap 5 beans per day }\nrule a on order { earn 1 beans }", &[]),
    ("group g [fil] { cap 5 beans per day }", &["L0205"]),
    ("group g [fill] {}", &["L0239"]),
    ("rule a on order { multiply a by 2 }", &["L0238"]),
    ("rule a on order { earn 1 beans per 1 MYR of order.subtotal }\nrule b on signup { multiply a by 2 }", &["L0238"]),
    (
        "rule a on order { earn 1 beans per 1 MYR of order.subtotal }\nrule b on order { earn 1% of order.subtotal to cashback }\n\
         rule c on order { multiply [a, b] by 2 }",
        &["L0238"],
    ),
    (
        "rule a on order { earn 1 beans per 1 MYR of order.subtotal }\nrule b on order { multiply a by 150% cap 5 beans per order }",
        &[],
    ),
    ("rule a on order { earn match order.at.weekday { saturday 1 beans, sunday 1 beans } }", &["L0224"]),
    ("rule a on order { earn match order.subtotal { .. 10 MYR 1 beans\n 10 MYR .. 2 beans } }", &[]),
    ("rule a on order { earn match order.subtotal { 10 MYR .. 2 beans, 20 MYR .. 3 beans, else 0 } }", &["W0204"]),
    ("rule a on order { earn match order.payment { card 2 beans, else 1 MYR } }", &["L0220"]),
    (
        "measure m = sum(order.lines.amount where category == \"a\") this month\nrule a on order when m > 5 MYR limit 1 per member { earn 1 beans }",
        &[],
    ),
    ("measure m = sum(order.branch)\nrule a on order { earn 1 beans }", &["L0221"]),
    ("measure m = streak(order) by week\nrule a on order when m >= 4 { earn 1 beans }", &[]),
    (
        "measure m = count(order) from 2027-01-01 { count(order) this year }\nrule a on order when m >= 4 { earn 1 beans }",
        &[],
    ),
    (
        "measure m = count(order) from 2027-01-01 { count(visit) }\nrule a on order when m >= 4 { earn 1 beans }",
        &["L0233"],
    ),
    ("measure m = count(order where member.id == \"x\")\nrule a on order when m > 1 { earn 1 beans }", &["L0222"]),
    ("segment s = order.subtotal > 5 MYR", &["L0222"]),
    ("segment s = s", &["L0240"]),
    ("event x { a money = b  b money = a }\nrule r on x { earn 1 beans }", &["L0240"]),
    ("event order { seat text? branch text }\nrule r on order when order.seat == \"a\" { earn 1 beans }", &[]),
    (
        "record line { roast text? }\nrule r on order when count(order.lines where roast == \"dark\") > 1 { earn 1 beans }",
        &[],
    ),
    ("event x { seat text?  from 2027-01-01 { seat text } }\nrule r on x { earn 1 beans }", &[]),
    ("event x { seat text  seat text }\nrule r on x { earn 1 beans }", &["L0211"]),
    ("event x { at instant }\nrule r on x { earn 1 beans }", &["L0212"]),
    (
        "wallet stars { expire never when beans > 5 beans  expire 12 months after earning }\nrule r on order { earn 1 stars }",
        &[],
    ),
    ("wallet stars { expire never  expire 12 months after earning }\nrule r on order { earn 1 stars }", &["L0231"]),
    ("wallet stars { hold at most 100 beans }\nrule r on order { earn 1 stars }", &["L0220"]),
    ("wallet order {}\nrule r on order { earn 1 beans }", &["L0212"]),
    ("rule r on order when order.subtotal >= 5 MYR and order.subtotal < 5 MYR { earn 1 beans }", &["W0201"]),
    ("rule r on order when order.branch == \"a\" when order.branch in [\"b\", \"c\"] { earn 1 beans }", &["W0201"]),
    ("rule r on order when order.subtotal >= 5 MYR when order.subtotal <= 5 MYR { earn 1 beans }", &[]),
    ("rule r on order valid on [saturday] valid on [sunday] { earn 1 beans }", &["W0201"]),
    ("rule r on order valid 2026-01-01 .. 2026-02-01, 22:00 .. 02:00 { earn 1 beans }", &[]),
    (
        "test \"t\" { on order { subtotal 90 MYR lines [{ sku \"A\" quantity 2 amount 10 MYR }] } expect beans.earned == 0 beans }",
        &[],
    ),
    ("test \"t\" { on order { subtotal 90 } expect beans.balance == 0 }", &["L0220"]),
    ("test \"t\" { on order { subtotl 90 MYR } expect refused }", &["L0202"]),
    ("test \"t\" { given 50 beans advance to 2027-01-01 expect earned == 0 }", &["L0227"]),
    (
        "test \"t\" { on order { at 2026-11-21T10:00+08:00 lines [{ sku 5 }] } expect refused missing_field }",
        &["L0221"],
    ),
];

#[test]
fn snippets_raise_their_codes() {
    let mut wrong = Vec::new();
    for (snippet, expected) in SNIPPETS {
        let program = shop(snippet);
        let (checked, diagnostics) = compile(&program);
        let found = codes(&diagnostics);
        if found != *expected || checked.is_none() != expected.iter().any(|code| code.starts_with('L')) {
            wrong.push(format!("{snippet}\n  raises {found:?}, not {expected:?}\n{}", told(&program, &diagnostics)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn both_sides_of_mixed_units_are_shown_with_their_declarations() {
    let program = shop("rule a on order when beans + order.subtotal > 0 { earn 1 beans }");
    let (_, diagnostics) = compile(&program);
    let labels: Vec<&str> = diagnostics[0].labels().iter().map(|label| label.text()).collect();
    assert_eq!(
        labels,
        [
            "",
            "this is an amount of `beans`",
            "this is money in `MYR`",
            "`beans` is declared here",
            "`MYR` is declared here"
        ]
    );
}

#[test]
fn near_names_are_candidates() {
    let program = shop("rule a on order when order.subtotl > 0 { earn 1 baens }");
    let (_, diagnostics) = compile(&program);
    let nearest: Vec<&[String]> = diagnostics.iter().map(|diagnostic| diagnostic.nearest()).collect();
    assert_eq!(nearest, [["subtotal"], ["beans"]]);
}

#[test]
fn a_program_with_every_clause_checks() {
    let (rich, diagnostics) = compile(RICH);
    assert!(rich.is_some() && diagnostics.is_empty(), "{}", told(RICH, &diagnostics));
}
