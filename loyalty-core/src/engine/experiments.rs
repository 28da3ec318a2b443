//! Experiments: which arm a member is in.
//!
//! The first time, the arm is chosen by weighted rendezvous: each arm draws a number for the member, and the one with
//! the least `-log2(number) / share` has it. So shares that change together choose alike, and of two programs that
//! differ in one share, only members of the arm that shrank, or members who come to the one that grew, differ.
//!
//! From then on the arm is remembered with the shares of then, and moves as little as can be: an arm whose own share does
//! not shrink loses nobody, whatever becomes of the others. Of one that shrinks from p to q, each member stays with
//! probability q / p, and the others are dealt out among the arms that have grown, in proportion to what they have grown
//! by. So every arm has its new share again, and nobody has moved who did not have to.

use super::error::{EventError, Refusal};
use super::member::Member;
use super::outcome::{Decision, Kind};
use crate::chance::Secret;
use crate::plan::{ExperimentPlan, Plan, in_force};

/// The arm that a member was given, and what was known then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The place of the arm; the largest number for one that the program has no more.
    pub arm: u16,
    /// The shares of then, arm by arm.
    pub shares: Vec<u32>,
    pub since: i64,
}

/// The arm that the program no longer has.
pub const GONE: u16 = u16::MAX;

/// The arm of an experiment that a member is in; nothing without a secret, unless it is remembered and has not moved.
pub fn arm(plan: &Plan, member: &Member, number: u16, at: i64) -> Option<u16> {
    let experiment = plan.experiments.get(usize::from(number))?;
    let day = plan.calendar.day_at(at.max(member.clock));
    let shares = in_force(&experiment.forms, day)?;
    let known = member.arms.get(usize::from(number)).and_then(Option::as_ref);
    match known {
        Some(known) if known.shares == *shares && known.arm != GONE => Some(known.arm),
        Some(known) => {
            let chooser = Chooser { plan, experiment, secret: plan.secret.as_ref()?, member: &member.id };
            chooser.moved(known, shares)
        }
        None => {
            let chooser = Chooser { plan, experiment, secret: plan.secret.as_ref()?, member: &member.id };
            chooser.rendezvous("arm", shares)
        }
    }
}

struct Chooser<'a> {
    plan: &'a Plan,
    experiment: &'a ExperimentPlan,
    secret: &'a Secret,
    member: &'a str,
}

impl Chooser<'_> {
    /// The arm with the least `-log2(number) / weight`; of two alike the earlier one.
    fn rendezvous(&self, purpose: &str, weights: &[u32]) -> Option<u16> {
        let mut best: Option<(u16, u64, u32)> = None;
        for (place, (arm, weight)) in self.experiment.arms.iter().zip(weights).enumerate() {
            if *weight == 0 {
                continue;
            }
            let fields = [purpose, &self.plan.settings.title, &self.experiment.salt, self.member, &arm.name];
            let score = minus_log2(self.secret.draw(&fields).number);
            // score / weight < best / its weight, without a division.
            let better = best.is_none_or(|(_, least, of)| {
                u128::from(score) * u128::from(of) < u128::from(least) * u128::from(*weight)
            });
            if better {
                best = Some((place as u16, score, *weight));
            }
        }
        best.map(|(place, ..)| place)
    }

    fn moved(&self, known: &Assigned, shares: &[u32]) -> Option<u16> {
        let share = |shares: &[u32]| shares.get(usize::from(known.arm)).copied().unwrap_or(0);
        let (before, after) = (share(&known.shares), share(shares));
        if known.arm != GONE && after >= before {
            return Some(known.arm);
        }
        if known.arm != GONE {
            let name = self.experiment.arms.get(usize::from(known.arm)).map_or("", |arm| &arm.name);
            let (from, to) = (before.to_string(), after.to_string());
            let fields = [
                "stay",
                &self.plan.settings.title,
                &self.experiment.salt,
                self.member,
                name,
                from.as_str(),
                to.as_str(),
            ];
            if self.secret.draw(&fields).below(u64::from(before)).position < u64::from(after) {
                return Some(known.arm);
            }
        }
        let grown: Vec<u32> = shares
            .iter()
            .enumerate()
            .map(|(place, share)| share.saturating_sub(known.shares.get(place).copied().unwrap_or(0)))
            .collect();
        self.rendezvous("move", &grown).or_else(|| self.rendezvous("arm", shares))
    }
}

/// Digits after the point of a logarithm.
const FRACTION: u32 = 48;

/// `-log2((number + 1) / 2^64)` with 48 binary digits after the point, by whole numbers alone: squaring doubles a
/// logarithm, and each carry over 2 is one of its digits.
fn minus_log2(number: u64) -> u64 {
    let number = u128::from(number) + 1;
    // 2^64 itself is the whole.
    let whole = u64::from(127 - number.leading_zeros());
    let mut rest = if whole >= 63 { number >> (whole - 63) } else { number << (63 - whole) };
    let mut fraction = 0_u64;
    for _ in 0..FRACTION {
        rest = (rest * rest) >> 63;
        fraction <<= 1;
        if rest >> 64 != 0 {
            fraction |= 1;
            rest >>= 1;
        }
    }
    (64_u64 << FRACTION).saturating_sub((whole << FRACTION) | fraction)
}

/// Refuses what needs chance where there is no secret.
pub fn expect_secret(plan: &Plan, needed: bool) -> Result<(), EventError> {
    if !needed || plan.secret.is_some() {
        return Ok(());
    }
    Err(no_secret())
}

pub fn no_secret() -> EventError {
    EventError::new(Refusal::NoSecret)
        .expecting("a program with a secret, by which draws, arms and codes are chosen")
        .but_found("none")
        .advising("compile the program with a secret of the host's own, and keep that for as long as the program runs")
}

/// The arms that a member was given, by the places of experiment and arm.
pub fn noted(member: &Member) -> Vec<(u16, u16)> {
    let arms = member.arms.iter().enumerate();
    let arms = arms.filter_map(|(number, known)| Some((number as u16, known.as_ref()?.arm)));
    arms.filter(|(_, arm)| *arm != GONE).collect()
}

/// Remembers the arms that are read from now on, and says which are new.
pub fn note(plan: &Plan, member: &mut Member, experiments: &[u16], at: i64, decisions: &mut Vec<Decision>) {
    for number in experiments {
        let Some(experiment) = plan.experiments.get(usize::from(*number)) else { continue };
        let Some(arm) = arm(plan, member, *number, at) else { continue };
        let day = plan.calendar.day_at(at.max(member.clock));
        let Some(shares) = in_force(&experiment.forms, day) else { continue };
        let Some(place) = member.arms.get_mut(usize::from(*number)) else { continue };
        let known = place.as_ref().map(|known| (known.arm, known.since));
        if known.is_some() && place.as_ref().is_some_and(|known| known.shares == *shares && known.arm == arm) {
            continue;
        }
        let since = known.filter(|(before, _)| *before == arm).map_or(at, |(_, since)| since);
        *place = Some(Assigned { arm, shares: shares.clone(), since });
        if known.is_none_or(|(before, _)| before != arm) {
            let name = |arm: u16| experiment.arms.get(usize::from(arm)).map(|arm| arm.name.clone()).unwrap_or_default();
            let from = known.map(|(before, _)| name(before)).unwrap_or_default();
            decisions.push(Decision {
                at,
                kind: Kind::Assigned { experiment: experiment.name.clone(), arm: name(arm), from },
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FRACTION, minus_log2};

    /// Whole powers of two are exact, and the others agree with the logarithm's own law to a part in 2^40.
    #[test]
    fn the_logarithm_is_that_of_whole_numbers() {
        assert_eq!(minus_log2(u64::MAX), 0);
        assert_eq!(minus_log2(0), 64 << FRACTION);
        assert_eq!(minus_log2((1 << 63) - 1), 1 << FRACTION);
        assert_eq!(minus_log2((1 << 61) - 1), 3 << FRACTION);
        // log2(3) twice: 3 / 2^64 and 9 / 2^64.
        let (three, nine) = (minus_log2(2), minus_log2(8));
        let twice = 2 * ((64 << FRACTION) - three);
        assert!(twice.abs_diff((64 << FRACTION) - nine) < 1 << 8);
        // It falls as the number grows.
        let mut before = u64::MAX;
        for step in 0..1_000_u64 {
            let now = minus_log2(step * (u64::MAX / 1_000));
            assert!(now <= before);
            before = now;
        }
    }
}
