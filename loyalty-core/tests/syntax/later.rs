//! The forms of later stages are read and kept.

use loyalty_core::syntax::give::{Each, Give, GiveClause, GroupChoice, Lines, Off, Stack, Stop};
use loyalty_core::syntax::later::{BudgetMode, CouponKind, IssueEnd, Later, LaterClause, LaterEffect, Within};
use loyalty_core::syntax::tree::{ClauseKind, Effect, ItemKind};

use crate::{clause, item};

fn later(declaration: &str, text: &str) -> LaterClause {
    match clause(declaration, text) {
        ClauseKind::Later(clause) => clause,
        other => panic!("{text}: {other:?}"),
    }
}

macro_rules! reads {
    ($around:expr, $text:literal, $word:literal, $pattern:pat $(if $guard:expr)?) => {
        let kind = later($around, $text);
        assert!(matches!(&kind, $pattern $(if $guard)?), "{}: {kind:?}", $text);
        assert_eq!(kind.word(), $word);
    };
}

#[test]
fn coupons_and_rewards() {
    let coupon = "coupon C";
    reads!(
        coupon,
        "give 20% off order.lines where category in [\"a\"]",
        "give",
        LaterClause::Give(Give::Off { lines: Lines { filter: Some(_), .. }, .. })
    );
    reads!(
        coupon,
        "give 5 MYR off order",
        "give",
        LaterClause::Give(Give::Off { lines: Lines { filter: None, .. }, .. })
    );
    reads!(coupon, "give free shipping", "give", LaterClause::Give(Give::FreeShipping));
    reads!(
        coupon,
        "give cheapest 1 free of 2 from order.lines",
        "give",
        LaterClause::Give(Give::Units { count: 1, of: Some(2), off: Off::Free, most_expensive: false, .. })
    );
    reads!(
        coupon,
        "give most expensive 1 50% off from order.lines where a",
        "give",
        LaterClause::Give(Give::Units {
            off: Off::By(_),
            most_expensive: true,
            lines: Lines { filter: Some(_), .. },
            ..
        })
    );
    reads!(
        coupon,
        "give 5 EUR off each unit of order.lines where a except where b",
        "give",
        LaterClause::Give(Give::Off { each: Some(Each::Unit), lines: Lines { except: Some(_), .. }, .. })
    );
    reads!(
        coupon,
        "give price 9.99 EUR of all of order.lines",
        "give",
        LaterClause::Give(Give::Off { off: Off::Price(_), each: Some(Each::All), .. })
    );
    reads!(
        coupon,
        "give 5 EUR off first unit and 2 EUR off each further unit of order.lines",
        "give",
        LaterClause::Give(Give::Graduated { .. })
    );
    reads!(coupon, "give 4 EUR off every full 50 EUR of order", "give", LaterClause::Give(Give::Every { .. }));
    reads!(coupon, "give 4 EUR off every 3 of order.lines", "give", LaterClause::Give(Give::Every { .. }));
    reads!(
        coupon,
        "give 1 free from order.lines where a for every 2 from order.lines where b",
        "give",
        LaterClause::Give(Give::Get { count: 1, every: 2, off: Off::Free, .. })
    );
    reads!(
        coupon,
        "give bundle [1 from order.lines where a, 2 from order.lines where b] price 7 EUR",
        "give",
        LaterClause::Give(Give::Bundle { parts, off: Off::Price(_) }) if parts.len() == 2
    );
    reads!(
        coupon,
        "give steps [from 50 EUR 5 EUR off, from 100 EUR 12% off] of order",
        "give",
        LaterClause::Give(Give::Steps { steps, .. }) if steps.len() == 2
    );
    reads!(
        coupon,
        "give 1 \"MUG\" free for every 3 from order.lines",
        "give",
        LaterClause::Give(Give::Gift { count: 1, every: Some((3, _)), .. })
    );
    reads!(coupon, "give 2 \"MUG\" free", "give", LaterClause::Give(Give::Gift { count: 2, every: None, .. }));
    reads!(coupon, "at most 3 times", "at most", LaterClause::Manner(GiveClause::AtMost(3)));
    reads!(
        coupon,
        "groups partial for merchant",
        "groups",
        LaterClause::Manner(GiveClause::Groups { partial: true, merchant: true })
    );
    reads!(coupon, "spread over free units", "spread", LaterClause::Manner(GiveClause::Spread { group: false }));
    reads!(coupon, "split by quantity", "split", LaterClause::Manner(GiveClause::Split { by_quantity: true }));
    reads!(coupon, "basis initial", "basis", LaterClause::Manner(GiveClause::Basis(_)));
    reads!(coupon, "judge after item discounts", "judge", LaterClause::Manner(GiveClause::Judge { after_items: true }));
    reads!(coupon, "judge on list", "judge", LaterClause::Manner(GiveClause::Judge { after_items: false }));
    reads!(coupon, "stop lines", "stop", LaterClause::Manner(GiveClause::Stop(Stop::Lines)));
    let policy = "policy coupons";
    reads!(policy, "floor 80% of unit_price", "floor", LaterClause::Manner(GiveClause::Floor(_)));
    reads!(policy, "choose by priority", "choose", LaterClause::Manner(GiveClause::Choose { by_priority: true }));
    reads!(policy, "codes all", "codes", LaterClause::Manner(GiveClause::Codes { all: true }));
    reads!(coupon, "give { issue LATTE }", "give", LaterClause::Give(Give::Effects(effects)) if effects.len() == 1);
    reads!(coupon, "up to 50 MYR", "up to", LaterClause::UpTo(_));
    reads!(coupon, "valid 30 days", "valid", LaterClause::ValidFor(_));
    reads!(coupon, "budget 5_000 MYR", "budget", LaterClause::Budget { mode: None, .. });
    reads!(coupon, "budget 5_000 MYR refuse", "budget", LaterClause::Budget { mode: Some(BudgetMode::Refuse), .. });
    reads!(coupon, "budget 100 beans partial", "budget", LaterClause::Budget { mode: Some(BudgetMode::Partial), .. });
    reads!(coupon, "stack with none", "stack", LaterClause::Stack(Stack::None));
    reads!(coupon, "stack with any", "stack", LaterClause::Stack(Stack::Any));
    reads!(coupon, "stack with [A, B]", "stack", LaterClause::Stack(Stack::With(names)) if names.len() == 2);
    reads!(coupon, "priority 5", "priority", LaterClause::Priority(5));
    reads!(
        coupon,
        "group seasonal first by priority",
        "group",
        LaterClause::Group { choice: Some(GroupChoice::FirstByPriority), .. }
    );
    reads!(coupon, "usage kept", "usage", LaterClause::Usage { kept: true });
    reads!(coupon, "usage given back", "usage", LaterClause::Usage { kept: false });
    reads!("reward r", "cost 100 beans per 1 MYR", "cost", LaterClause::Cost { per: Some(_), .. });
    reads!("reward r", "cost 50 beans", "cost", LaterClause::Cost { per: None, .. });
    assert!(matches!(clause(coupon, "valid 2026-11-01 .. on [monday]"), ClauseKind::Valid(parts) if parts.len() == 2));
    assert!(matches!(clause(coupon, "when status >= silver"), ClauseKind::When(_)));
    assert!(matches!(item("coupon C issued { }"), ItemKind::Later(Later::Coupon { kind: CouponKind::Issued, .. })));
    assert!(matches!(item("coupon C { }"), ItemKind::Later(Later::Coupon { kind: CouponKind::Public, .. })));
    assert!(matches!(
        item("coupon C automatic { }"),
        ItemKind::Later(Later::Coupon { kind: CouponKind::Automatic, .. })
    ));
}

#[test]
fn challenges() {
    let challenge = "challenge c";
    reads!(challenge, "count order where total >= 5 MYR", "count", LaterClause::Progress(_));
    reads!(challenge, "count distinct order.branch", "count", LaterClause::Progress(_));
    reads!(challenge, "streak order by week", "count", LaterClause::Progress(progress) if progress.by.is_some());
    reads!(challenge, "steps [signup, order] in order", "steps", LaterClause::Steps { in_order: true, .. });
    reads!(challenge, "within each calendar month", "within", LaterClause::Within(Within::Each { .. }));
    reads!(challenge, "within 30 days of signup", "within", LaterClause::Within(Within::Following { .. }));
    reads!(challenge, "within 2026-11-01 .. 2026-12-31", "within", LaterClause::Within(Within::Window(_)));
    reads!(challenge, "goal 5", "goal", LaterClause::Goal(_));
    reads!(challenge, "reward { earn 100 beans  award regular }", "reward", LaterClause::Reward(effects) if effects.len() == 2);
    reads!(challenge, "repeat", "repeat", LaterClause::Repeat { up_to: None });
    reads!(challenge, "repeat up to 3", "repeat", LaterClause::Repeat { up_to: Some(3) });
    reads!(challenge, "carry", "carry", LaterClause::Carry(true));
    reads!(challenge, "tolerance 2 days", "tolerance", LaterClause::Tolerance(_));
    let ItemKind::Later(Later::Challenge { clauses, .. }) = item("challenge c { goal 5 reward { say hi } }") else {
        panic!("a challenge")
    };
    assert_eq!(clauses.len(), 2);
}

#[test]
fn games_messages_and_policies() {
    reads!("wheel w", "weight 50 { issue A }", "weight", LaterClause::Weight { stock: None, .. });
    reads!("wheel w", "weight 0.5 stock 10 { issue A tag \"x\" }", "weight", LaterClause::Weight { stock: Some(10), clauses, .. } if clauses.len() == 2);
    reads!("wheel w", "without stock to nothing", "without stock", LaterClause::WithoutStock { renormalise: false });
    reads!("wheel w", "without stock renormalise", "without stock", LaterClause::WithoutStock { renormalise: true });
    reads!("quiz q", "ask \"Which?\"", "ask", LaterClause::Question(_));
    reads!("quiz q", "choice A \"Cocoa\"", "choice", LaterClause::Choice { .. });
    reads!("quiz q", "answer B", "answer", LaterClause::Answer(_));
    reads!("quiz q", "right { issue A }", "right", LaterClause::Right(_));
    reads!("quiz q", "wrong { earn 5 beans }", "wrong", LaterClause::Wrong(_));
    reads!("survey s", "scale 1 .. 5", "scale", LaterClause::Scale { from: 1, to: 5 });
    reads!("survey s", "done { earn 10 beans }", "done", LaterClause::Done(_));
    reads!("message m utility", "template \"t\" (member.name, a + 1)", "template", LaterClause::Template { arguments, .. } if arguments.len() == 2);
    reads!("message m utility", "template \"t\"", "template", LaterClause::Template { arguments, .. } if arguments.is_empty());
    reads!("message m utility", "en \"Hi {member.name}\"", "translation", LaterClause::Translation { .. });
    reads!(
        "message m utility",
        "button \"Go\" redeem latte when a > 1",
        "button",
        LaterClause::Button { effect, when: Some(_), .. } if matches!(**effect, Effect::Later(LaterEffect::Redeem(_)))
    );
    reads!("policy messages", "quiet 21:00 .. 09:00", "quiet", LaterClause::Quiet { .. });
    reads!("policy messages", "marketing at most 2 per week", "at most", LaterClause::AtMost { count: 2, .. });
    reads!("leaderboard l by cups", "ties dense", "ties", LaterClause::Ties { dense: true });
    reads!("leaderboard l by cups", "top 3 { earn 5 beans }", "top", LaterClause::Top { count: 3, clauses } if clauses.len() == 1);
    reads!("experiment e", "points 50%", "arm", LaterClause::Arm { .. });
    assert!(
        matches!(item("badge b \"B\" when a > 1"), ItemKind::Later(Later::Badge { title: Some(_), clauses, .. }) if clauses.len() == 1)
    );
    assert!(
        matches!(item("leaderboard l by cups when member.consents leaderboard"), ItemKind::Later(Later::Leaderboard { clauses, .. }) if clauses.len() == 1)
    );
}

#[test]
fn declarations_tell_their_keyword_and_name() {
    for keyword in ["challenge", "badge", "wheel", "quiz", "survey", "coupon", "reward", "policy", "experiment"] {
        let ItemKind::Later(later) = item(&format!("{keyword} x {{ }}")) else { panic!("{keyword}") };
        assert_eq!((later.keyword(), later.name().map(|name| name.text.as_str())), (keyword, Some("x")));
    }
    let ItemKind::Later(message) = item("message x utility { }") else { panic!("message") };
    assert_eq!((message.keyword(), message.name().map(|name| name.text.as_str())), ("message", Some("x")));
}

#[test]
fn effects() {
    for word in ["award", "issue", "redeem", "draw", "ask", "say", "consent", "withdraw"] {
        let ClauseKind::Effect(Effect::Later(effect)) = clause("rule r on order", &format!("{word} x")) else {
            panic!("{word}")
        };
        assert_eq!(effect.word(), word);
    }
}

#[test]
fn an_issue_may_say_code_and_end() {
    let issue = |text: &str| match clause("rule r on order", text) {
        ClauseKind::Effect(Effect::Later(LaterEffect::Issue { code, end, .. })) => (code.is_some(), end),
        other => panic!("{text}: {other:?}"),
    };
    assert!(matches!(issue("issue x"), (false, None)));
    assert!(matches!(issue("issue x code order.voucher"), (true, None)));
    assert!(matches!(issue("issue x for 7 days"), (false, Some(IssueEnd::For(_)))));
    assert!(matches!(issue("issue x code \"A\" until 2026-12-31"), (true, Some(IssueEnd::Until(_)))));
}
