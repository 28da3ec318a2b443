//! Caps: what a rule, a group of rules or a wallet may give or take in a stretch of time, and what is left of it.

use rust_decimal::{Decimal, RoundingStrategy};
use smallvec::SmallVec;

use super::earning::Evaluation;
use super::eval::{NO_ROW, Scope};
use super::grants::contribution;
use super::rules::{self, Firing, Firings, group_forms};
use super::tally::{self, Changes};
use crate::amount::{self, Overflow};
use crate::check::model::{CapMode, Most};
use crate::plan::CapPlan;

/// Marks the numbers of caps that last for one event only: no counter is kept of them, their line tells them apart.
const PER_EVENT: u32 = 1 << 31;

/// Caps that are declared together, with what becomes of an amount that they do not leave room for.
pub type Caps<'p> = (&'p [CapPlan], CapMode);

/// What a cap allows to the member at hand. What is told for a member is rounded down to what the wallet counts.
pub fn most(scope: &Scope<'_>, cap: &CapPlan) -> Result<Decimal, Overflow> {
    let node = match cap.amount {
        Most::Fixed(amount) => return Ok(amount),
        Most::Told(node) => node,
    };
    let told = scope.eval(node, NO_ROW)?.number().unwrap_or_default();
    let decimals = scope.plan.wallets.get(usize::from(cap.wallet)).map_or(0, |wallet| wallet.decimals);
    let told = told.round_dp_with_strategy(decimals, RoundingStrategy::ToNegativeInfinity);
    amount::multiply(amount::at_least_zero(told), cap.factor)
}

/// What a cap leaves of an amount above zero, given what this event has used of it already.
fn cut(scope: &Scope<'_>, cap: &CapPlan, mode: CapMode, amount: Decimal, used: &Changes) -> Result<Decimal, Overflow> {
    let mut room = most(scope, cap)?;
    if let Some(number) = cap.tally {
        let grain = scope.plan.grain(number);
        let tallies = &scope.member.tallies;
        let used = tallies.most_summed(number, (cap.per, room), grain, &scope.plan.calendar, scope.seen())?;
        room = amount::subtract(room, used)?;
    }
    let number = cap.tally.unwrap_or(PER_EVENT | cap.line);
    for change in used.iter().filter(|change| change.tally == number) {
        room = amount::subtract(room, change.sum)?;
    }
    let room = amount::at_least_zero(room);
    Ok(match mode {
        _ if amount::compare(amount, room).is_le() => amount,
        CapMode::Truncate => room,
        CapMode::Reject => Decimal::ZERO,
    })
}

/// Cuts an amount by several caps, given what this event has used of them already.
pub fn cut_all(
    scope: &Scope<'_>,
    wallet: u16,
    (caps, mode): Caps<'_>,
    amount: Decimal,
    used: &Changes,
) -> Result<Decimal, Overflow> {
    let mut left = amount;
    let positive = amount::is_positive(amount);
    for cap in caps.iter().filter(|cap| cap.binds && cap.wallet == wallet && positive) {
        left = amount::least(left, cut(scope, cap, mode, amount, used)?);
    }
    Ok(left)
}

/// Counts an amount against several caps.
pub fn count(
    scope: &Scope<'_>,
    wallet: u16,
    caps: &[CapPlan],
    amount: Decimal,
    used: &mut Changes,
) -> Result<(), Overflow> {
    for cap in caps.iter().filter(|cap| cap.wallet == wallet && !amount.is_zero()) {
        let number = cap.tally.unwrap_or(PER_EVENT | cap.line);
        let key = cap.tally.map_or(0, |number| rules::limit_key(scope.plan, number, scope.at, scope.day));
        tally::change(used, number, key, 0, amount)?;
    }
    Ok(())
}

/// Forgets what lasted for one event only.
pub fn settle(changes: &mut Changes) {
    changes.retain(|change| change.tally & PER_EVENT == 0);
}

/// Caps of rules, then of groups, in the order of the file. What a factor below one takes away makes room for the rest.
pub fn cap_contributions<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    Evaluation { grants, changes, cut, .. }: &mut Evaluation,
) -> Result<(), Overflow> {
    let mut contributions: SmallVec<[(&Firing<'p>, u16); 12]> = SmallVec::new();
    let mut capped = false;
    for firing in firings {
        capped |= !firing.form.caps.is_empty() || !firing.plan.groups.is_empty();
        for grant in grants.iter().filter(|grant| grant.rule == firing.rule) {
            if !contributions.iter().any(|(known, wallet)| (known.rule, *wallet) == (grant.rule, grant.wallet)) {
                contributions.push((firing, grant.wallet));
            }
        }
    }
    if !capped {
        return Ok(());
    }
    for (groups, negative) in [(false, true), (false, false), (true, true), (true, false)] {
        for &(firing, wallet) in &contributions {
            let amount = contribution(grants, firing.rule, wallet)?;
            if amount.is_sign_negative() != negative {
                continue;
            }
            let mut left = amount;
            for caps in caps_of(scope, firing, groups) {
                left = cut_all(scope, wallet, caps, left, changes)?;
                count(scope, wallet, caps.0, left, changes)?;
            }
            if left == amount {
                continue;
            }
            let mut rest = left;
            for grant in grants.iter_mut().filter(|grant| (grant.rule, grant.wallet) == (firing.rule, wallet)) {
                grant.amount = grant.amount.min(rest);
                rest = amount::subtract(rest, grant.amount)?;
            }
        }
    }
    // What a later cap has cut uses up nothing of the earlier ones.
    changes.clear();
    for &(firing, wallet) in &contributions {
        let amount = contribution(grants, firing.rule, wallet)?;
        for (caps, _) in caps_of_both(scope, firing) {
            count(scope, wallet, caps, amount, changes)?;
        }
    }
    cut.extend(grants.iter().filter(|grant| grant.amount.is_zero()).cloned());
    grants.retain(|grant| !grant.amount.is_zero());
    Ok(())
}

/// The caps of a firing rule, and then those of its groups.
pub fn caps_of_both<'p>(scope: &Scope<'p>, firing: &Firing<'p>) -> SmallVec<[Caps<'p>; 2]> {
    [false, true].into_iter().flat_map(|groups| caps_of(scope, firing, groups)).collect()
}

/// The caps of a firing rule, or those of its groups.
fn caps_of<'p>(scope: &Scope<'p>, firing: &Firing<'p>, groups: bool) -> SmallVec<[Caps<'p>; 2]> {
    if !groups {
        let own = (firing.form.caps.as_slice(), firing.form.cap_mode);
        return Some(own).into_iter().filter(|(caps, _)| !caps.is_empty()).collect();
    }
    let groups = group_forms(scope.plan, firing.plan, scope.day);
    groups.map(|form| (form.caps.as_slice(), form.cap_mode)).filter(|(caps, _)| !caps.is_empty()).collect()
}
