//! `tiers` and their clauses.

use loyalty_core::syntax::ladder::{Fall, Grace, Keep, LadderClause, LadderReturns, Retain, Rise};
use loyalty_core::syntax::tree::{ClauseKind, Cycle, ItemKind, OwnPeriod, Period, ToEnd};

use crate::{clause, item, shape};

fn ladder(declaration: &str, text: &str) -> LadderClause {
    match clause(declaration, text) {
        ClauseKind::Ladder(clause) => clause,
        other => panic!("{text}: {other:?}"),
    }
}

macro_rules! reads {
    ($around:expr, $text:literal, $word:literal, $pattern:pat $(if $guard:expr)?) => {
        let kind = ladder($around, $text);
        assert!(matches!(&kind, $pattern $(if $guard)?), "{}: {kind:?}", $text);
        assert_eq!(kind.word(), $word);
    };
}

#[test]
fn tiers() {
    let tiers = "tiers status by spend";
    reads!(tiers, "benefit rate = 1.0", "benefit", LadderClause::Benefit { .. });
    reads!(tiers, "bronze from 0 MYR", "level", LadderClause::Level { from: Some(_), when: None, benefits, .. } if benefits.is_empty());
    reads!(tiers, "gold from 2_000 MYR { rate 1.5  lounge true }", "level", LadderClause::Level { benefits, .. }
        if matches!(benefits.as_slice(), [rate, lounge] if shape(&rate.value) == "1.5" && shape(&lounge.value) == "true"));
    reads!(
        tiers,
        "gold when spend > 5 MYR and cups > 3 { rate 2 }",
        "level",
        LadderClause::Level { from: None, when: Some(_), .. }
    );
    reads!(tiers, "rise at once", "rise", LadderClause::Rise(Rise::AtOnce));
    reads!(tiers, "rise at period end", "rise", LadderClause::Rise(Rise::AtPeriodEnd));
    reads!(tiers, "keep while qualified", "keep", LadderClause::Keep(Keep::WhileQualified));
    reads!(tiers, "keep 12 months", "keep", LadderClause::Keep(Keep::For(_)));
    reads!(tiers, "keep to end of next year", "keep", LadderClause::Keep(Keep::ToEnd(ToEnd { next: true, .. })));
    reads!(tiers, "grace 30 days", "grace", LadderClause::Grace(Some(_)));
    reads!(tiers, "rise at end of year", "rise", LadderClause::Rise(Rise::AtEndOf(Cycle::Calendar(Period::Year))));
    reads!(
        tiers,
        "rise at end of membership year",
        "rise",
        LadderClause::Rise(Rise::AtEndOf(Cycle::Membership(OwnPeriod::Year)))
    );
    reads!(tiers, "keep to anniversary", "keep", LadderClause::Keep(Keep::ToAnniversary));
    reads!(
        tiers,
        "grace 1 month to end of month",
        "grace",
        LadderClause::Grace(Some(Grace { to_end_of: Some(Cycle::Calendar(Period::Month)), .. }))
    );
    reads!(tiers, "bronze { }", "level", LadderClause::Level { from: None, when: None, .. });
    reads!(tiers, "returns keep", "returns", LadderClause::Returns(LadderReturns::Keep));
    reads!(tiers, "returns revoke", "returns", LadderClause::Returns(LadderReturns::Revoke));
    reads!(
        tiers,
        "returns keep to end of year",
        "returns",
        LadderClause::Returns(LadderReturns::KeepToEnd(Cycle::Calendar(Period::Year)))
    );
    reads!(tiers, "carry", "carry", LadderClause::Carry(true));
    reads!(tiers, "grace none", "grace", LadderClause::Grace(None));
    reads!(tiers, "fall to earned level", "fall", LadderClause::Fall(Fall::ToEarnedLevel));
    reads!(tiers, "fall one level", "fall", LadderClause::Fall(Fall::OneLevel));
    reads!(tiers, "fall never", "fall", LadderClause::Fall(Fall::Never));
    reads!(tiers, "retain when any 2 of [a, b > 1, c]", "retain", LadderClause::Retain(Retain::AnyOf { count: 2, conditions }) if conditions.len() == 3);
    reads!(tiers, "retain when a", "retain", LadderClause::Retain(Retain::When(_)));
    reads!(tiers, "seen after", "seen", LadderClause::Seen { after: true });
    reads!(tiers, "carry nothing", "carry", LadderClause::Carry(false));
    assert!(matches!(item("tiers t { a when b }"), ItemKind::Tiers { by: None, .. }));
    let ItemKind::Tiers { clauses, .. } =
        item("tiers t by m { a { } b from 1 from 2027-01-01 { b from 2, keep 1 year } }")
    else {
        panic!("tiers")
    };
    assert!(matches!(&clauses[2].kind, ClauseKind::From { clauses, .. } if clauses.len() == 2), "{clauses:?}");
}
