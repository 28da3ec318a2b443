//! Years and months that are counted from the day of joining, wherever they may stand.

use proptest::prelude::*;

use super::{compare, edited};
use crate::generate::{Case, Rolls, any_case, timed_case};
use crate::model::program::*;
use crate::settings;

proptest! {
    #![proptest_config(settings(64))]

    #[test]
    fn they_agree_on_membership_years_and_months(case in member_case()) {
        compare(&case)?;
    }
}

pub fn member_case() -> impl Strategy<Value = Case> {
    let edits = prop::collection::vec(prop::bool::weighted(0.1), 12);
    (prop_oneof![any_case(12), timed_case(12)], prop::collection::vec(0_u32..1000, 40), edits)
        .prop_map(|(case, rolls, edits)| edited(by_membership(case, Rolls::new(rolls)), &edits))
}

/// The case with most of what goes by the calendar going by the day of joining.
fn by_membership(mut case: Case, mut rolls: Rolls) -> Case {
    let rolls = &mut rolls;
    let program = &mut case.program;
    let of = |rolls: &mut Rolls| rolls.pick(&[Membership::Month, Membership::Month, Membership::Year]);
    for wallet in &mut program.wallets {
        of_caps(&mut wallet.caps, rolls);
        for (form, _) in &mut wallet.expire {
            if matches!(form, Expire::EndOf { .. } | Expire::OnDay { .. } | Expire::AfterEarning(_)) {
                *form = Expire::EndOfMembership { of: of(rolls), after: None };
            }
        }
    }
    for measure in &mut program.measures {
        let previous = matches!(measure.window, Window::Previous(_));
        if matches!(measure.window, Window::This(_) | Window::Previous(_) | Window::Rolling(_))
            && !matches!(measure.function, Function::Streak(_))
        {
            measure.window = Window::Membership { of: of(rolls), previous };
        }
    }
    for rule in &mut program.rules {
        of_caps(&mut rule.caps, rolls);
        of_limits(&mut rule.limits, rolls);
        if matches!(rule.trigger, Some(Trigger::Every(_))) {
            rule.trigger = Some(Trigger::Membership(of(rolls)));
        }
    }
    for group in &mut program.groups {
        of_caps(&mut group.caps, rolls);
        of_limits(&mut group.limits, rolls);
    }
    case
}

fn of_caps(caps: &mut [Cap], rolls: &mut Rolls) {
    for cap in caps.iter_mut().filter(|cap| cap.per != Some(Per::Order)) {
        cap.per = Some(Per::Membership(rolls.pick(&[Membership::Month, Membership::Year])));
    }
}

fn of_limits(limits: &mut [Limit], rolls: &mut Rolls) {
    for limit in limits.iter_mut().filter(|limit| !limit.in_total) {
        limit.per = Some(Per::Membership(rolls.pick(&[Membership::Month, Membership::Year])));
    }
}
