//! Accounts that rest, with ends that stand still meanwhile and with ends that do not; also where orders are paid from a wallet.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::tenders::paid_case;
use super::{at, compare, edited, told_late};
use crate::generate::{Case, any_case};
use crate::model::event::{Event, Field, Step};
use crate::settings;

proptest! {
    #![proptest_config(settings(96))]

    #[test]
    fn they_agree_on_pauses(case in paused_case(10)) {
        compare(&case)?;
    }
}

proptest! {
    #![proptest_config(settings(64))]

    /// What is paid from a wallet in a pause is refused, and what comes back in one, or is told after it, comes back as it would awake.
    #[test]
    fn they_agree_on_tenders_and_pauses(case in paused(paid_case(10))) {
        compare(&case)?;
    }
}

fn paused_case(steps: usize) -> impl Strategy<Value = Case> {
    let edits = vec(prop::bool::weighted(0.15), steps);
    paused((any_case(steps), edits).prop_map(|(case, edits)| edited(case, &edits)))
}

/// The cases with one pause or two, and with some of their steps told late.
fn paused(cases: impl Strategy<Value = Case>) -> impl Strategy<Value = Case> {
    let pause = (any::<Index>(), prop::option::of(1_usize..6), any::<bool>(), 0_usize..3);
    (cases, vec(pause, 1..=2), vec(any::<Index>(), 0..3)).prop_map(|(mut case, pauses, moved)| {
        for (number, pause) in pauses.into_iter().enumerate() {
            with_a_pause(&mut case, number, pause);
        }
        told_late(case, &moved)
    })
}

/// A pause before a step of the case, which lasts for some of the steps after it, if it ends.
fn with_a_pause(case: &mut Case, number: usize, (place, lasts, frozen, sooner): (Index, Option<usize>, bool, usize)) {
    const HOUR: i64 = 3_600_000_000;
    let place = place.index(case.steps.len());
    let sooner = [0, HOUR, 25 * HOUR][sooner];
    let when = |case: &Case, place: usize| at(&case.steps[place.min(case.steps.len() - 1)]);
    if let Some(lasts) = lasts {
        let over = (place + lasts).min(case.steps.len());
        let resume = Event::new("resume", &format!("resume{number}"), when(case, over));
        case.steps.insert(over, Step::Apply(resume));
    }
    let begun = when(case, place) - sooner;
    let pause = Event::new("pause", &format!("pause{number}"), begun.max(case.enrolled));
    let pause = if frozen { pause.with("freeze_expiry", Field::Flag(true)) } else { pause };
    case.steps.insert(place, Step::Apply(pause));
}
