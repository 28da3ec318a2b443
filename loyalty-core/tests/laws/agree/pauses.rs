//! Accounts that rest, with ends that stand still meanwhile and with ends that do not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

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

fn paused_case(steps: usize) -> impl Strategy<Value = Case> {
    let pause = (any::<Index>(), prop::option::of(1_usize..6), any::<bool>(), 0_usize..3);
    let edits = vec(prop::bool::weighted(0.15), steps);
    (any_case(steps), vec(pause, 1..=2), edits, vec(any::<Index>(), 0..3)).prop_map(|(case, pauses, edits, moved)| {
        let mut case = edited(case, &edits);
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
