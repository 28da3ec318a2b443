//! Which cap cut what: the caps gone through once more, with a note of the room that each had left.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::judged::Share;
use crate::amount::{self, Overflow};
use crate::check::model::{CapMode, Per};
use crate::engine::caps::most;
use crate::engine::eval::Scope;
use crate::engine::horizon::turn_around;
use crate::engine::rules::Firings;
use crate::plan::{CapPlan, Grain, in_force};

/// Whose a cap or a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Rule(u32),
    Group(u16),
    Wallet(u16),
}

/// What a cap took, in points of its wallet.
#[derive(Debug, Clone, PartialEq)]
pub struct Cut {
    pub owner: Owner,
    pub wallet: u16,
    /// What the cap allows.
    pub most: Decimal,
    pub per: Option<Per>,
    pub line: u32,
    /// What was left of it.
    pub room: Decimal,
    pub asked: Decimal,
    pub left: Decimal,
    /// All or nothing.
    pub rejects: bool,
    /// When there is room again, as far as the calendar alone says so.
    pub until: Option<i64>,
}

/// What the caps of one event have counted so far, by counter.
pub type Used = BTreeMap<u32, Decimal>;

/// Marks the counters of caps that last for one event only.
const PER_EVENT: u32 = 1 << 31;

/// Cuts contributions by the caps of rules and of groups, as the engine does, and tells what each took.
pub fn cut_shares<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    shares: &mut [Share],
) -> Result<Vec<(u32, u16, Cut)>, Overflow> {
    let mut contributions: Vec<(u32, u16)> = Vec::new();
    for share in shares.iter() {
        if !contributions.contains(&(share.rule, share.wallet)) {
            contributions.push((share.rule, share.wallet));
        }
    }
    let mut used = Used::new();
    let mut cuts = Vec::new();
    for (groups, negative) in [(false, true), (false, false), (true, true), (true, false)] {
        for &(rule, wallet) in &contributions {
            let own = shares.iter().filter(|share| (share.rule, share.wallet) == (rule, wallet));
            let amount = own.map(|share| share.left).try_fold(Decimal::ZERO, amount::add)?;
            if amount.is_sign_negative() != negative {
                continue;
            }
            let mut left = amount;
            for (owner, caps, mode) in caps_of(scope, firings, rule, groups) {
                let factor = scope.plan.wallets.get(usize::from(wallet)).map_or(Decimal::ONE, |plan| plan.denominator);
                if let Some((rest, cut)) = cut(scope, (owner, caps, mode), (wallet, factor), left, &used)? {
                    left = rest;
                    cuts.push((rule, wallet, cut));
                }
                count(caps, wallet, left, &mut used)?;
            }
            let mut rest = left;
            for share in shares.iter_mut().filter(|share| (share.rule, share.wallet) == (rule, wallet)) {
                if left != amount {
                    share.left = share.left.min(rest);
                    rest = amount::subtract(rest, share.left)?;
                }
            }
        }
    }
    Ok(cuts)
}

/// What a rule's caps, and then those of its groups, cut of what it would take from a wallet or take in.
pub fn cuts_of_move<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    (rule, wallet): (u32, u16),
    amount: Decimal,
    used: &Used,
) -> Result<Vec<Cut>, Overflow> {
    let factor = scope.plan.denominator(wallet);
    let mut left = amount::multiply(amount, factor)?;
    let mut cuts = Vec::new();
    for (owner, caps, mode) in [false, true].into_iter().flat_map(|groups| caps_of(scope, firings, rule, groups)) {
        if let Some((rest, cut)) = cut(scope, (owner, caps, mode), (wallet, factor), left, used)? {
            left = rest;
            cuts.push(cut);
        }
    }
    Ok(cuts)
}

/// Counts what a rule has taken from a wallet or taken in against its caps and those of its groups.
pub fn count_move<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    (rule, wallet): (u32, u16),
    amount: Decimal,
    used: &mut Used,
) -> Result<(), Overflow> {
    let amount = amount::multiply(amount, scope.plan.denominator(wallet))?;
    for (_, caps, _) in [false, true].into_iter().flat_map(|groups| caps_of(scope, firings, rule, groups)) {
        count(caps, wallet, amount, used)?;
    }
    Ok(())
}

/// Counts an amount of a wallet against caps.
pub fn count(caps: &[CapPlan], wallet: u16, amount: Decimal, used: &mut Used) -> Result<(), Overflow> {
    for cap in caps.iter().filter(|cap| cap.wallet == wallet) {
        let counter = used.entry(counter(cap)).or_default();
        *counter = amount::add(*counter, amount)?;
    }
    Ok(())
}

/// The counter of a cap, or its line where it lasts for one event only.
fn counter(cap: &CapPlan) -> u32 {
    cap.tally.unwrap_or(PER_EVENT | cap.line)
}

/// What the tightest of several caps leaves of an amount that is times `factor`, as caps of contributions are, and how.
pub fn cut(
    scope: &Scope<'_>,
    (owner, caps, mode): (Owner, &[CapPlan], CapMode),
    (wallet, factor): (u16, Decimal),
    amount: Decimal,
    used: &Used,
) -> Result<Option<(Decimal, Cut)>, Overflow> {
    let mut tightest: Option<(Decimal, Decimal, &CapPlan)> = None;
    for cap in caps.iter().filter(|cap| cap.binds && cap.wallet == wallet && amount > Decimal::ZERO) {
        let room = room(scope, cap, used)?;
        let left = match mode {
            _ if amount <= room => amount,
            CapMode::Truncate => room,
            CapMode::Reject => Decimal::ZERO,
        };
        if left < tightest.map_or(amount, |(least, ..)| least) {
            tightest = Some((left, room, cap));
        }
    }
    let Some((left, room, cap)) = tightest else { return Ok(None) };
    let plain = |amount: Decimal| amount::divide_exactly(amount, factor);
    let cut = Cut {
        owner,
        wallet,
        most: plain(most(scope, cap)?)?,
        per: cap.per,
        line: cap.line,
        room: plain(room)?,
        asked: plain(amount)?,
        left: plain(left)?,
        rejects: mode == CapMode::Reject,
        until: next(scope, cap.per, cap.tally),
    };
    Ok(Some((left, cut)))
}

/// What a cap has left before an amount is counted against it.
fn room(scope: &Scope<'_>, cap: &CapPlan, used: &Used) -> Result<Decimal, Overflow> {
    let mut room = most(scope, cap)?;
    if let Some(number) = cap.tally {
        let (tallies, grain) = (&scope.member.tallies, scope.plan.grain(number));
        let used = tallies.most_summed(number, (cap.per, room), grain, &scope.plan.calendar, scope.seen())?;
        room = amount::subtract(room, used)?;
    }
    if let Some(used) = used.get(&counter(cap)) {
        room = amount::subtract(room, *used)?;
    }
    Ok(room.max(Decimal::ZERO))
}

/// The beginning of the next stretch that a cap or a limit counts anew in, as far as it is known.
pub fn next(scope: &Scope<'_>, per: Option<Per>, tally: Option<u32>) -> Option<i64> {
    let calendar = &scope.plan.calendar;
    if let (Some(Per::FromFirst(_)), Some(tally)) = (per, tally) {
        let grain = scope.plan.grain(tally);
        let (_, last) = scope.member.tallies.per_keys(tally, per, grain, calendar, scope.seen());
        let end = last.saturating_add(1);
        return Some(if grain == Grain::Instant { end } else { calendar.start_of(end as i32) });
    }
    if let Some(Per::Membership(each)) = per {
        let (_, next) = turn_around(calendar.day_at(scope.member.enrolled_at), scope.day, each);
        return Some(calendar.start_of(next));
    }
    let Some(Per::Period(period)) = per else { return None };
    let number = calendar.period_of(period, scope.day).saturating_add(1);
    Some(calendar.start_of(calendar.first_day(period, number)))
}

/// The caps of a firing rule, or those of its groups.
fn caps_of<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    rule: u32,
    groups: bool,
) -> Vec<(Owner, &'p [CapPlan], CapMode)> {
    if !groups {
        let firing = firings.iter().find(|firing| firing.rule == rule);
        let own = firing.map(|firing| (Owner::Rule(rule), firing.form.caps.as_slice(), firing.form.cap_mode));
        return own.into_iter().collect();
    }
    let numbers = scope.plan.rules.get(rule as usize).map(|rule| rule.groups.as_slice()).unwrap_or(&[]);
    let forms = numbers.iter().filter_map(|number| {
        let group = scope.plan.groups.get(usize::from(*number))?;
        let form = in_force(&group.forms, scope.day)?;
        Some((Owner::Group(*number), form.caps.as_slice(), form.cap_mode))
    });
    forms.collect()
}
