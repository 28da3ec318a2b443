//! The forms of what a program does beside earning are read and kept.

use loyalty_core::syntax::engagement::{
    BudgetMode, CouponKind, Engagement, EngagementClause, EngagementEffect, IssueEnd, Lasts, Within,
};
use loyalty_core::syntax::give::{Each, Give, GiveClause, GroupChoice, Lines, Off, Stack, Stop};
use loyalty_core::syntax::tree::{ClauseKind, Cycle, Effect, ItemKind, OwnPeriod, Period, ToEnd};

use crate::{clause, item};

fn engagement(declaration: &str, text: &str) -> EngagementClause {
    match clause(declaration, text) {
        ClauseKind::Engagement(clause) => clause,
        other => panic!("{text}: {other:?}"),
    }
}

macro_rules! reads {
    ($around:expr, $text:literal, $word:literal, $pattern:pat $(if $guard:expr)?) => {
        let kind = engagement($around, $text);
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
        EngagementClause::Give(Give::Off { lines: Lines { filter: Some(_), .. }, .. })
    );
    reads!(
        coupon,
        "give 5 MYR off order",
        "give",
        EngagementClause::Give(Give::Off { lines: Lines { filter: None, .. }, .. })
    );
    reads!(coupon, "give free shipping", "give", EngagementClause::Give(Give::FreeShipping));
    reads!(
        coupon,
        "give cheapest 1 free of 2 from order.lines",
        "give",
        EngagementClause::Give(Give::Units { count: 1, of: Some(2), off: Off::Free, most_expensive: false, .. })
    );
    reads!(
        coupon,
        "give most expensive 1 50% off from order.lines where a",
        "give",
        EngagementClause::Give(Give::Units {
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
        EngagementClause::Give(Give::Off { each: Some(Each::Unit), lines: Lines { except: Some(_), .. }, .. })
    );
    reads!(
        coupon,
        "give price 9.99 EUR of all of order.lines",
        "give",
        EngagementClause::Give(Give::Off { off: Off::Price(_), each: Some(Each::All), .. })
    );
    reads!(
        coupon,
        "give 5 EUR off first unit and 2 EUR off each further unit of order.lines",
        "give",
        EngagementClause::Give(Give::Graduated { .. })
    );
    reads!(coupon, "give 4 EUR off every full 50 EUR of order", "give", EngagementClause::Give(Give::Every { .. }));
    reads!(coupon, "give 4 EUR off every 3 of order.lines", "give", EngagementClause::Give(Give::Every { .. }));
    reads!(
        coupon,
        "give 1 free from order.lines where a for every 2 from order.lines where b",
        "give",
        EngagementClause::Give(Give::Get { count: 1, every: 2, off: Off::Free, .. })
    );
    reads!(
        coupon,
        "give bundle [1 from order.lines where a, 2 from order.lines where b] price 7 EUR",
        "give",
        EngagementClause::Give(Give::Bundle { parts, off: Off::Price(_) }) if parts.len() == 2
    );
    reads!(
        coupon,
        "give steps [from 50 EUR 5 EUR off, from 100 EUR 12% off] of order",
        "give",
        EngagementClause::Give(Give::Steps { steps, .. }) if steps.len() == 2
    );
    reads!(
        coupon,
        "give 1 \"MUG\" free for every 3 from order.lines",
        "give",
        EngagementClause::Give(Give::Gift { count: 1, every: Some((3, _)), .. })
    );
    reads!(coupon, "give 2 \"MUG\" free", "give", EngagementClause::Give(Give::Gift { count: 2, every: None, .. }));
    reads!(coupon, "at most 3 times", "at most", EngagementClause::Manner(GiveClause::AtMost(3)));
    reads!(
        coupon,
        "groups partial for merchant",
        "groups",
        EngagementClause::Manner(GiveClause::Groups { partial: true, merchant: true })
    );
    reads!(coupon, "spread over free units", "spread", EngagementClause::Manner(GiveClause::Spread { group: false }));
    reads!(coupon, "split by quantity", "split", EngagementClause::Manner(GiveClause::Split { by_quantity: true }));
    reads!(coupon, "basis initial", "basis", EngagementClause::Manner(GiveClause::Basis(_)));
    reads!(
        coupon,
        "judge after item discounts",
        "judge",
        EngagementClause::Manner(GiveClause::Judge { after_items: true })
    );
    reads!(coupon, "judge on list", "judge", EngagementClause::Manner(GiveClause::Judge { after_items: false }));
    reads!(coupon, "stop lines", "stop", EngagementClause::Manner(GiveClause::Stop(Stop::Lines)));
    let policy = "policy coupons";
    reads!(policy, "floor 80% of unit_price", "floor", EngagementClause::Manner(GiveClause::Floor(_)));
    reads!(policy, "choose by priority", "choose", EngagementClause::Manner(GiveClause::Choose { by_priority: true }));
    reads!(policy, "codes all", "codes", EngagementClause::Manner(GiveClause::Codes { all: true }));
    reads!(coupon, "give { issue LATTE }", "give", EngagementClause::Give(Give::Effects(effects)) if effects.len() == 1);
    reads!(coupon, "up to 50 MYR", "up to", EngagementClause::UpTo(_));
    reads!(coupon, "valid 30 days", "valid", EngagementClause::ValidFor(_));
    reads!(coupon, "budget 5_000 MYR", "budget", EngagementClause::Budget { mode: None, .. });
    reads!(
        coupon,
        "budget 5_000 MYR refuse",
        "budget",
        EngagementClause::Budget { mode: Some(BudgetMode::Refuse), .. }
    );
    reads!(
        coupon,
        "budget 100 beans partial",
        "budget",
        EngagementClause::Budget { mode: Some(BudgetMode::Partial), .. }
    );
    reads!(coupon, "stack with none", "stack", EngagementClause::Stack(Stack::None));
    reads!(coupon, "stack with any", "stack", EngagementClause::Stack(Stack::Any));
    reads!(coupon, "stack with [A, B]", "stack", EngagementClause::Stack(Stack::With(names)) if names.len() == 2);
    reads!(coupon, "priority 5", "priority", EngagementClause::Priority(5));
    reads!(
        coupon,
        "group seasonal first by priority",
        "group",
        EngagementClause::Group { choice: Some(GroupChoice::FirstByPriority), .. }
    );
    reads!(coupon, "usage kept", "usage", EngagementClause::Usage { kept: true });
    reads!(coupon, "usage given back", "usage", EngagementClause::Usage { kept: false });
    reads!("reward r", "cost 100 beans per 1 MYR", "cost", EngagementClause::Cost { per: Some(_), .. });
    reads!("reward r", "cost 50 beans", "cost", EngagementClause::Cost { per: None, .. });
    assert!(matches!(clause(coupon, "valid 2026-11-01 .. on [monday]"), ClauseKind::Valid(parts) if parts.len() == 2));
    assert!(matches!(clause(coupon, "when status >= silver"), ClauseKind::When(_)));
    assert!(matches!(
        item("coupon C issued { }"),
        ItemKind::Engagement(Engagement::Coupon { kind: CouponKind::Issued, .. })
    ));
    assert!(matches!(item("coupon C { }"), ItemKind::Engagement(Engagement::Coupon { kind: CouponKind::Public, .. })));
    assert!(matches!(
        item("coupon C automatic { }"),
        ItemKind::Engagement(Engagement::Coupon { kind: CouponKind::Automatic, .. })
    ));
}

#[test]
fn challenges() {
    let challenge = "challenge c";
    reads!(challenge, "count order where total >= 5 MYR", "count", EngagementClause::Progress(_));
    reads!(challenge, "count distinct order.branch", "count", EngagementClause::Progress(_));
    reads!(challenge, "streak order by week", "count", EngagementClause::Progress(progress) if progress.by.is_some());
    reads!(challenge, "steps [signup, order] in order", "steps", EngagementClause::Steps { in_order: true, .. });
    reads!(challenge, "within each calendar month", "within", EngagementClause::Within(Within::Each { .. }));
    reads!(challenge, "within 30 days of signup", "within", EngagementClause::Within(Within::Following { .. }));
    reads!(challenge, "within 2026-11-01 .. 2026-12-31", "within", EngagementClause::Within(Within::Window(_)));
    reads!(challenge, "goal 5", "goal", EngagementClause::Goal(_));
    reads!(challenge, "reward { earn 100 beans  award regular }", "reward", EngagementClause::Reward(effects) if effects.len() == 2);
    reads!(challenge, "repeat", "repeat", EngagementClause::Repeat { up_to: None });
    reads!(challenge, "repeat up to 3", "repeat", EngagementClause::Repeat { up_to: Some(3) });
    reads!(challenge, "carry", "carry", EngagementClause::Carry(true));
    reads!(challenge, "tolerance 2 days", "tolerance", EngagementClause::Tolerance(_));
    let ItemKind::Engagement(Engagement::Challenge { clauses, .. }) = item("challenge c { goal 5 reward { say hi } }")
    else {
        panic!("a challenge")
    };
    assert_eq!(clauses.len(), 2);
}

#[test]
fn games_messages_and_policies() {
    reads!("wheel w", "weight 50 { issue A }", "weight", EngagementClause::Weight { stock: None, .. });
    reads!("wheel w", "weight 0.5 stock 10 { issue A tag \"x\" }", "weight", EngagementClause::Weight { stock: Some(10), clauses, .. } if clauses.len() == 2);
    reads!(
        "wheel w",
        "without stock to nothing",
        "without stock",
        EngagementClause::WithoutStock { renormalise: false }
    );
    reads!(
        "wheel w",
        "without stock renormalise",
        "without stock",
        EngagementClause::WithoutStock { renormalise: true }
    );
    reads!("quiz q", "ask \"Which?\"", "ask", EngagementClause::Question(_));
    reads!("quiz q", "choice A \"Cocoa\"", "choice", EngagementClause::Choice { .. });
    reads!("quiz q", "answer B", "answer", EngagementClause::Answer(_));
    reads!("quiz q", "right { issue A }", "right", EngagementClause::Right(_));
    reads!("quiz q", "wrong { earn 5 beans }", "wrong", EngagementClause::Wrong(_));
    reads!("survey s", "scale 1 .. 5", "scale", EngagementClause::Scale { from: 1, to: 5 });
    reads!("survey s", "done { earn 10 beans }", "done", EngagementClause::Done(_));
    reads!("message m utility", "template \"t\" (member.name, a + 1)", "template", EngagementClause::Template { arguments, .. } if arguments.len() == 2);
    reads!("message m utility", "template \"t\"", "template", EngagementClause::Template { arguments, .. } if arguments.is_empty());
    reads!("message m utility", "en \"Hi {member.name}\"", "translation", EngagementClause::Translation { .. });
    reads!(
        "message m utility",
        "button \"Go\" redeem latte when a > 1",
        "button",
        EngagementClause::Button { effect, when: Some(_), .. } if matches!(**effect, Effect::Engagement(EngagementEffect::Redeem(_)))
    );
    reads!("policy messages", "quiet 21:00 .. 09:00", "quiet", EngagementClause::Quiet { .. });
    reads!("policy messages", "marketing at most 2 per week", "at most", EngagementClause::AtMost { count: 2, .. });
    reads!("leaderboard l by cups", "ties dense", "ties", EngagementClause::Ties { dense: true });
    reads!("leaderboard l by cups", "top 3 { earn 5 beans }", "top", EngagementClause::Top { count: 3, clauses } if clauses.len() == 1);
    reads!("experiment e", "points 50%", "arm", EngagementClause::Arm { .. });
    assert!(
        matches!(item("badge b \"B\" when a > 1"), ItemKind::Engagement(Engagement::Badge { title: Some(_), clauses, .. }) if clauses.len() == 1)
    );
    assert!(
        matches!(item("leaderboard l by cups when member.consents leaderboard"), ItemKind::Engagement(Engagement::Leaderboard { clauses, .. }) if clauses.len() == 1)
    );
}

#[test]
fn declarations_tell_their_keyword_and_name() {
    for keyword in ["challenge", "badge", "wheel", "quiz", "survey", "coupon", "reward", "policy", "experiment"] {
        let ItemKind::Engagement(engagement) = item(&format!("{keyword} x {{ }}")) else { panic!("{keyword}") };
        assert_eq!((engagement.keyword(), engagement.name().map(|name| name.text.as_str())), (keyword, Some("x")));
    }
    let ItemKind::Engagement(message) = item("message x utility { }") else { panic!("message") };
    assert_eq!((message.keyword(), message.name().map(|name| name.text.as_str())), ("message", Some("x")));
}

#[test]
fn effects() {
    for word in ["award", "issue", "redeem", "draw", "ask", "say", "consent", "withdraw"] {
        let ClauseKind::Effect(Effect::Engagement(effect)) = clause("rule r on order", &format!("{word} x")) else {
            panic!("{word}")
        };
        assert_eq!(effect.word(), word);
    }
}

#[test]
fn an_issue_may_say_code_and_end() {
    let issue = |text: &str| match clause("rule r on order", text) {
        ClauseKind::Effect(Effect::Engagement(EngagementEffect::Issue { code, end, .. })) => (code.is_some(), end),
        other => panic!("{text}: {other:?}"),
    };
    assert!(matches!(issue("issue x"), (false, None)));
    assert!(matches!(issue("issue x code order.voucher"), (true, None)));
    assert!(matches!(issue("issue x for 7 days"), (false, Some(IssueEnd::Lasts(Lasts::For(_))))));
    assert!(matches!(
        issue("issue x for 1 month to end of month"),
        (false, Some(IssueEnd::Lasts(Lasts::ForToEnd { of: Cycle::Calendar(Period::Month), .. })))
    ));
    assert!(matches!(
        issue("issue x code order.voucher to end of next membership year"),
        (true, Some(IssueEnd::Lasts(Lasts::ToEnd(ToEnd { next: true, of: Cycle::Membership(OwnPeriod::Year) }))))
    ));
    assert!(matches!(issue("issue x code \"A\" until 2026-12-31"), (true, Some(IssueEnd::Until(_)))));
}
