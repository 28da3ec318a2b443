//! From contributions to lots: caps, the one rounding step, the wallet's own limits; and the rules' other effects.
//!
//! Everything is worked out here before anything is changed, so that an event that must be refused leaves no trace.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::error::{EventError, Refusal};
use super::eval::{NO_ROW, Scope};
use super::event::EventData;
use super::lots::{self, Expiry, Lot, Vesting};
use super::member::Member;
use super::outcome::{Because, Decision, Kind};
use super::rules::{self, Basis, Change, Changes, Firings, Grant, Grants};
use super::tally;
use super::value::{Stored, Value};
use crate::amount::{self, Overflow};
use crate::check::model::{CapMode, RoundMode, RoundScope};
use crate::plan::layout::TOTAL_MAX;
use crate::plan::{
    CapPlan, EffectKindPlan, EventPlan, ExpirePlan, Grain, Plan, PolicyPlan, VestPlan, WalletPlan, in_force,
};

/// All that the rules make of an event.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The rules that came to something, in the order of the file.
    pub fired: SmallVec<[u32; 16]>,
    /// Contributions after the caps of rules and groups.
    pub grants: Grants,
    pub earnings: SmallVec<[Earning; 2]>,
    pub spends: SmallVec<[Spend; 1]>,
    /// Decisions that move no points.
    pub facts: Vec<Kind>,
    pub changes: Changes,
}

/// What one wallet gets.
#[derive(Debug)]
pub struct Earning {
    pub wallet: u16,
    pub amount: Decimal,
    pub lots: SmallVec<[LotPlan; 1]>,
}

/// A lot to be, with the parts that its amount is made of.
#[derive(Debug)]
pub struct LotPlan {
    pub vest: VestPlan,
    pub expire: ExpirePlan,
    pub amount: Decimal,
    pub because: Vec<Because>,
}

#[derive(Debug)]
pub struct Spend {
    pub wallet: u16,
    pub rule: u32,
    pub amount: Decimal,
}

/// Judges the rules on an event; what they come to is put into `evaluation`, which must be empty.
pub fn evaluate(
    scope: &Scope<'_>,
    event_plan: &EventPlan,
    event: &EventData,
    evaluation: &mut Evaluation,
) -> Result<(), EventError> {
    let firings = rules::firings(scope, event_plan, event)?;
    if firings.is_empty() {
        return Ok(());
    }
    rules::grants(scope, &firings, &mut evaluation.grants)?;
    if event_plan.capped {
        cap(scope, &firings, evaluation)?;
        evaluation.grants.retain(|grant| !grant.amount.is_zero());
    }
    other_effects(scope, &firings, evaluation)?;
    for grant in &evaluation.grants {
        if evaluation.fired.last() != Some(&grant.rule) {
            evaluation.fired.push(grant.rule);
        }
    }
    evaluation.fired.sort_unstable();
    evaluation.fired.dedup();
    for firing in &firings {
        let groups = scope.plan.rules.get(firing.rule as usize).is_some_and(|rule| !rule.groups.is_empty());
        let limited = groups || !firing.form.limits.is_empty();
        if limited && evaluation.fired.binary_search(&firing.rule).is_ok() {
            rules::use_limits(scope.plan, firing.rule, firing.form, scope.at, scope.day, &mut evaluation.changes)?;
            let in_total = firing.form.limits.iter().filter(|limit| limit.in_total);
            evaluation.facts.extend(in_total.map(|limit| Kind::Claim { rule: firing.rule, limit: limit.count }));
        }
    }
    earn(scope, evaluation)
}

/// What a cap leaves of an amount above zero, given what this event has used of it already.
fn cut(scope: &Scope<'_>, cap: &CapPlan, mode: CapMode, amount: Decimal, used: &Changes) -> Result<Decimal, Overflow> {
    let mut room = cap.amount;
    match cap.tally {
        Some(number) => {
            let grain = scope.plan.tallies.get(number as usize).map_or(Grain::Ever, |tally| tally.grain);
            let (from, to) = tally::per_keys(cap.per, grain, &scope.plan.calendar, scope.at, scope.day);
            room = amount::subtract(room, scope.member.tallies.total(number, from, to)?.sum)?;
            for change in used.iter().filter(|change| change.tally == number) {
                room = amount::subtract(room, change.sum)?;
            }
        }
        // Per event: what this event has used is told by the cap's line, as no counter is kept.
        None => {
            for change in used.iter().filter(|change| change.tally == PER_EVENT | cap.line) {
                room = amount::subtract(room, change.sum)?;
            }
        }
    }
    let room = room.max(Decimal::ZERO);
    Ok(match mode {
        _ if amount <= room => amount,
        CapMode::Truncate => room,
        CapMode::Reject => Decimal::ZERO,
    })
}

/// Marks the numbers of caps that last for one event only.
const PER_EVENT: u32 = 1 << 31;

/// Cuts an amount by several caps, given what this event has used of them already.
fn cut_all(
    scope: &Scope<'_>,
    wallet: u16,
    (caps, mode): (&[CapPlan], CapMode),
    amount: Decimal,
    used: &Changes,
) -> Result<Decimal, Overflow> {
    let mut left = amount;
    for cap in caps.iter().filter(|cap| cap.wallet == wallet && amount > Decimal::ZERO) {
        left = left.min(cut(scope, cap, mode, amount, used)?);
    }
    Ok(left)
}

/// Counts an amount against several caps.
fn count(
    scope: &Scope<'_>,
    wallet: u16,
    caps: &[CapPlan],
    amount: Decimal,
    used: &mut Changes,
) -> Result<(), Overflow> {
    for cap in caps.iter().filter(|cap| cap.wallet == wallet && !amount.is_zero()) {
        let number = cap.tally.unwrap_or(PER_EVENT | cap.line);
        let key = cap.tally.map_or(0, |number| rules::limit_key(scope.plan, number, scope.at, scope.day));
        rules::change(used, number, key, 0, amount)?;
    }
    Ok(())
}

/// Caps of rules, then of groups, in the order of the file. What a factor below one takes away makes room for the rest.
fn cap<'p>(scope: &Scope<'p>, firings: &Firings<'p>, evaluation: &mut Evaluation) -> Result<(), Overflow> {
    let Evaluation { grants, changes, .. } = evaluation;
    if firings
        .iter()
        .all(|firing| [false, true].iter().all(|groups| caps_of(scope, firings, firing.rule, *groups).is_empty()))
    {
        return Ok(());
    }
    let mut contributions: SmallVec<[(u32, u16); 12]> = SmallVec::new();
    for grant in grants.iter() {
        if !contributions.contains(&(grant.rule, grant.wallet)) {
            contributions.push((grant.rule, grant.wallet));
        }
    }
    for (groups, negative) in [(false, true), (false, false), (true, true), (true, false)] {
        for &(rule, wallet) in &contributions {
            let amount = contribution(grants, rule, wallet)?;
            if amount.is_sign_negative() != negative {
                continue;
            }
            let mut left = amount;
            for caps in caps_of(scope, firings, rule, groups) {
                left = cut_all(scope, wallet, caps, left, changes)?;
                count(scope, wallet, caps.0, left, changes)?;
            }
            if left == amount {
                continue;
            }
            let mut rest = left;
            for grant in grants.iter_mut().filter(|grant| (grant.rule, grant.wallet) == (rule, wallet)) {
                grant.amount = grant.amount.min(rest);
                rest = amount::subtract(rest, grant.amount)?;
            }
        }
    }
    // What a later cap has cut uses up nothing of the earlier ones.
    changes.clear();
    for &(rule, wallet) in &contributions {
        let amount = contribution(grants, rule, wallet)?;
        for (caps, _) in [false, true].into_iter().flat_map(|groups| caps_of(scope, firings, rule, groups)) {
            count(scope, wallet, caps, amount, changes)?;
        }
    }
    Ok(())
}

/// What a rule contributes to a wallet by all its effects, times the wallet's denominator as the caps are.
fn contribution(grants: &Grants, rule: u32, wallet: u16) -> Result<Decimal, Overflow> {
    let own = grants.iter().filter(|grant| (grant.rule, grant.wallet) == (rule, wallet));
    own.map(|grant| grant.amount).try_fold(Decimal::ZERO, amount::add)
}

/// The caps of a firing rule, or those of its groups.
fn caps_of<'p>(
    scope: &Scope<'p>,
    firings: &Firings<'p>,
    rule: u32,
    groups: bool,
) -> SmallVec<[(&'p [CapPlan], CapMode); 2]> {
    if !groups {
        let firing = firings.iter().find(|firing| firing.rule == rule);
        let own = firing.map(|firing| (firing.form.caps.as_slice(), firing.form.cap_mode));
        return own.filter(|(caps, _)| !caps.is_empty()).into_iter().collect();
    }
    let groups = scope.plan.rules.get(rule as usize).map(|rule| rule.groups.as_slice()).unwrap_or(&[]);
    let groups = groups.iter().filter_map(|group| scope.plan.groups.get(usize::from(*group)));
    let forms = groups.filter_map(|group| in_force(&group.forms, scope.day));
    forms.map(|form| (form.caps.as_slice(), form.cap_mode)).filter(|(caps, _)| !caps.is_empty()).collect()
}

fn other_effects(scope: &Scope<'_>, firings: &Firings<'_>, evaluation: &mut Evaluation) -> Result<(), EventError> {
    'firings: for firing in firings {
        let (rule, form) = (firing.rule, firing.form);
        let (facts, spends) = (evaluation.facts.len(), evaluation.spends.len());
        for effect in &form.effects {
            let fact = match &effect.kind {
                EffectKindPlan::Spend { wallet, amount, up_to } => {
                    let Value::Number(wanted) = scope.eval(*amount, NO_ROW)? else { continue };
                    let spend = spend(scope, evaluation, (rule, *wallet), wanted, *up_to)?;
                    let denominator = rules::denominator(scope.plan, *wallet);
                    let scaled = amount::multiply(spend, denominator)?;
                    let left = cut_all(scope, *wallet, (&form.caps, form.cap_mode), scaled, &evaluation.changes)?;
                    let decimals = scope.plan.wallets.get(usize::from(*wallet)).map_or(0, |wallet| wallet.decimals);
                    let amount = amount::round(left, denominator, decimals, RoundMode::Down)?;
                    if amount < spend && form.cap_mode == CapMode::Reject {
                        // The price does not fit: the rule gives nothing for it either.
                        evaluation.facts.truncate(facts);
                        evaluation.spends.truncate(spends);
                        evaluation.grants.retain(|grant| grant.rule != rule);
                        evaluation.fired.retain(|fired| *fired != rule);
                        continue 'firings;
                    }
                    let counted = amount::multiply(amount, denominator)?;
                    count(scope, *wallet, &form.caps, counted, &mut evaluation.changes)?;
                    if amount > Decimal::ZERO {
                        evaluation.spends.push(Spend { wallet: *wallet, rule, amount });
                        evaluation.fired.push(rule);
                    }
                    continue;
                }
                EffectKindPlan::Tag(text) => match scope.eval(*text, NO_ROW)? {
                    Value::Text(tag, _) => Kind::Tagged { tag: tag.into() },
                    _ => continue,
                },
                EffectKindPlan::Untag(text) => match scope.eval(*text, NO_ROW)? {
                    Value::Text(tag, _) => Kind::Untagged { tag: tag.into() },
                    _ => continue,
                },
                EffectKindPlan::Set { field, value } => {
                    Kind::AttributeSet { field: *field, value: Stored::of(scope.eval(*value, NO_ROW)?) }
                }
                EffectKindPlan::Signal { name, to } => match scope.eval(*to, NO_ROW)? {
                    Value::Text(to, _) => Kind::Signal { name: name.clone(), to: to.into() },
                    _ => continue,
                },
                EffectKindPlan::EarnFixed { .. }
                | EffectKindPlan::EarnRate { .. }
                | EffectKindPlan::Multiply { .. } => {
                    continue;
                }
            };
            evaluation.facts.push(fact);
            evaluation.fired.push(rule);
        }
    }
    Ok(())
}

/// How much a rule may spend of what was there before the event.
fn spend(
    scope: &Scope<'_>,
    evaluation: &Evaluation,
    (rule, wallet): (u32, u16),
    wanted: Decimal,
    up_to: bool,
) -> Result<Decimal, EventError> {
    let plan = scope.plan.wallets.get(usize::from(wallet));
    let state = scope.member.wallets.get(usize::from(wallet));
    let (Some(plan), Some(state)) = (plan, state) else { return Ok(Decimal::ZERO) };
    let mut available = state.available;
    for spend in evaluation.spends.iter().filter(|spend| spend.wallet == wallet) {
        available = amount::subtract(available, spend.amount)?;
    }
    // A price with more digits than the wallet has is rounded up: nobody pays less than it.
    let mode = if up_to { RoundMode::Down } else { RoundMode::Up };
    let wanted = amount::round(wanted.max(Decimal::ZERO), Decimal::ONE, plan.decimals, mode)?;
    if wanted <= available {
        return Ok(wanted);
    }
    if up_to {
        return Ok(available.max(Decimal::ZERO));
    }
    let short = amount::subtract(wanted, available)?;
    let rule = scope.plan.rules.get(rule as usize).map_or("", |rule| &*rule.name);
    Err(EventError::new(Refusal::InsufficientBalance)
        .in_field(&*plan.name)
        .expecting(format!("at least {} for rule `{rule}`", amount::text(wanted)))
        .but_found(amount::text(available))
        .advising(format!("{} short", amount::text(short))))
}

/// Rounds what each wallet gets, cuts it by the wallet's own limits, and shares it out over lots.
fn earn(scope: &Scope<'_>, evaluation: &mut Evaluation) -> Result<(), EventError> {
    let Evaluation { grants, earnings, changes, .. } = evaluation;
    for (number, wallet) in scope.plan.wallets.iter().enumerate() {
        let number = number as u16;
        if !grants.iter().any(|grant| grant.wallet == number) {
            continue;
        }
        let Some(policy) = rules::policy(scope.plan, number, scope.day) else { continue };
        let mut lots: SmallVec<[LotPlan; 1]> = SmallVec::new();
        // The running sum is rounded at the end of each lot, so that the lots add up to the sum rounded once.
        let mut exact: SmallVec<[Decimal; 2]> = SmallVec::new();
        if !wallet.own_forms && policy.scope == RoundScope::PerOrder {
            let (lot, sum) = one_lot(scope, wallet, policy, grants.iter().filter(|grant| grant.wallet == number))?;
            lots.push(lot);
            exact.push(sum);
        } else {
            several_lots(
                scope,
                wallet,
                policy,
                grants.iter().filter(|grant| grant.wallet == number),
                (&mut lots, &mut exact),
            )?;
        }
        let (mut sum, mut given) = (Decimal::ZERO, Decimal::ZERO);
        for (lot, exact) in lots.iter_mut().zip(exact) {
            sum = amount::add(sum, exact)?;
            let total = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?.max(Decimal::ZERO);
            lot.amount = amount::subtract(total, given)?;
            given = total;
            close(lot, |amount| Because::Rounding { amount })?;
        }
        // A lot that a factor below one has left with less than nothing takes the rest from the others.
        let lacking = lots.iter().filter(|lot| lot.amount < Decimal::ZERO);
        let lacking = lacking.map(|lot| -lot.amount).try_fold(Decimal::ZERO, amount::add)?;
        lots.retain(|lot| lot.amount > Decimal::ZERO);
        trim(&mut lots, lacking, |amount| Because::Rounding { amount })?;
        let left = cut_all(scope, number, (&policy.caps, policy.cap_mode), given, changes)?;
        trim(&mut lots, amount::subtract(given, left)?, |amount| Because::Cap { amount })?;
        given = left;
        let state = scope.member.wallets.get(usize::from(number));
        if let (Some(most), Some(state)) = (policy.hold_at_most, state) {
            let held = amount::add(state.available, state.pending)?;
            let room = amount::subtract(most, held)?.max(Decimal::ZERO);
            if given > room {
                trim(&mut lots, amount::subtract(given, room)?, |amount| Because::HoldAtMost { amount })?;
                given = room;
            }
        }
        count(scope, number, &policy.caps, given, changes)?;
        lots.retain(|lot| lot.amount > Decimal::ZERO);
        if let Some(state) = state
            && amount::add(state.issued, given)? > TOTAL_MAX
        {
            return Err(Overflow.into());
        }
        if !lots.is_empty() {
            earnings.push(Earning { wallet: number, amount: given, lots });
        }
    }
    changes.retain(|change| change.tally & PER_EVENT == 0);
    Ok(())
}

/// What a rule contributes as the rounding scope leaves it; times the denominator, before and after.
pub fn rounded_contribution(
    wallet: &crate::plan::WalletPlan,
    policy: &PolicyPlan,
    amount: Decimal,
) -> Result<Decimal, Overflow> {
    if policy.scope == RoundScope::PerOrder {
        return Ok(amount);
    }
    let rounded = amount::round(amount, wallet.denominator, wallet.decimals, policy.round)?;
    amount::multiply(rounded, wallet.denominator)
}

/// All contributions to a wallet whose points share one way to vest and to expire, and are rounded once: the usual case.
fn one_lot<'g>(
    scope: &Scope<'_>,
    wallet: &WalletPlan,
    policy: &PolicyPlan,
    grants: impl Iterator<Item = &'g Grant>,
) -> Result<(LotPlan, Decimal), Overflow> {
    let mut exact = Decimal::ZERO;
    let mut because: Vec<Because> = Vec::with_capacity(8);
    for grant in grants {
        exact = amount::add(exact, grant.amount)?;
        let part = amount::divide_exactly(grant.amount, wallet.denominator)?;
        match because.last_mut() {
            // What a rule contributes by several effects is one contribution; they stand side by side.
            Some(Because::Rule { rule, amount }) if *rule == grant.rule => *amount = amount::add(*amount, part)?,
            _ => because.push(Because::Rule { rule: grant.rule, amount: part }),
        }
    }
    let expire = wallet_expiry(scope, policy)?;
    Ok((LotPlan { vest: policy.vest, expire, amount: Decimal::ZERO, because }, exact))
}

/// Contributions shared out over lots by how they vest and expire.
fn several_lots<'g>(
    scope: &Scope<'_>,
    wallet: &WalletPlan,
    policy: &PolicyPlan,
    grants: impl Iterator<Item = &'g Grant>,
    (lots, exact): (&mut SmallVec<[LotPlan; 1]>, &mut SmallVec<[Decimal; 2]>),
) -> Result<(), EventError> {
    // What a rule contributes to a lot by several effects is one contribution.
    let mut parts: SmallVec<[(usize, u32, Decimal); 12]> = SmallVec::new();
    let mut usual = None;
    for grant in grants {
        let (own_vest, own_expire) = own_form(scope.plan, grant, scope.day);
        let expire = match (own_expire, usual) {
            (Some(expire), _) | (None, Some(expire)) => expire,
            (None, None) => *usual.insert(wallet_expiry(scope, policy)?),
        };
        let vest = own_vest.unwrap_or(policy.vest);
        let known = lots.iter().position(|lot| lot.vest == vest && lot.expire == expire);
        let at = known.unwrap_or_else(|| {
            lots.push(LotPlan { vest, expire, amount: Decimal::ZERO, because: Vec::with_capacity(4) });
            exact.push(Decimal::ZERO);
            lots.len() - 1
        });
        match parts.iter_mut().find(|(lot, rule, _)| (*lot, *rule) == (at, grant.rule)) {
            Some((_, _, amount)) => *amount = amount::add(*amount, grant.amount)?,
            None => parts.push((at, grant.rule, grant.amount)),
        }
    }
    for (at, rule, amount) in parts {
        let amount = rounded_contribution(wallet, policy, amount)?;
        let (Some(lot), Some(exact)) = (lots.get_mut(at), exact.get_mut(at)) else { continue };
        *exact = amount::add(*exact, amount)?;
        let amount = amount::divide_exactly(amount, wallet.denominator)?;
        lot.because.push(Because::Rule { rule, amount });
    }
    Ok(())
}

/// Adds the part that makes a lot's parts add up to its amount, if one is needed.
fn close(lot: &mut LotPlan, part: impl FnOnce(Decimal) -> Because) -> Result<(), Overflow> {
    let mut sum = Decimal::ZERO;
    for known in &lot.because {
        let (Because::Rule { amount, .. }
        | Because::Rounding { amount }
        | Because::Cap { amount }
        | Because::HoldAtMost { amount }
        | Because::Adjustment { amount }) = known;
        sum = amount::add(sum, *amount)?;
    }
    let rest = amount::subtract(lot.amount, sum)?;
    if !rest.is_zero() {
        lot.because.push(part(rest));
    }
    Ok(())
}

/// Takes an amount from the lots, the last first.
fn trim(lots: &mut [LotPlan], mut amount: Decimal, part: impl Fn(Decimal) -> Because) -> Result<(), Overflow> {
    for lot in lots.iter_mut().rev() {
        let taken = lot.amount.min(amount);
        if taken > Decimal::ZERO {
            lot.amount = amount::subtract(lot.amount, taken)?;
            amount = amount::subtract(amount, taken)?;
            lot.because.push(part(-taken));
        }
    }
    Ok(())
}

/// How points of a contribution vest and expire, as far as the effect says so itself.
fn own_form(plan: &Plan, grant: &Grant, day: i32) -> (Option<VestPlan>, Option<ExpirePlan>) {
    let form = plan.rules.get(grant.base_rule as usize).and_then(|rule| in_force(&rule.forms, day));
    match form.and_then(|form| form.effects.get(usize::from(grant.effect))).map(|effect| &effect.kind) {
        Some(EffectKindPlan::EarnFixed { vest, expire, .. } | EffectKindPlan::EarnRate { vest, expire, .. }) => {
            (*vest, *expire)
        }
        _ => (None, None),
    }
}

/// The first of the wallet's expiries whose condition holds.
pub fn wallet_expiry(scope: &Scope<'_>, policy: &PolicyPlan) -> Result<ExpirePlan, Overflow> {
    for (form, when) in &policy.expire {
        if when.map_or(Ok(true), |when| scope.holds(when))? {
            return Ok(*form);
        }
    }
    Ok(ExpirePlan::Open)
}

/// Puts a new lot into a wallet and says so.
pub fn add_lot(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    lot: LotPlan,
    (source, at): (u64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let entry = member.next_entry();
    let vesting = match lot.vest {
        VestPlan::AtOnce => Vesting::Done,
        VestPlan::After(length) => Vesting::At(plan.calendar.plus(at, length)),
        VestPlan::On { event, within } => Vesting::On { event, deadline: plan.calendar.end_after(at, within) },
    };
    let expiry = lots::expiry(plan, lot.expire, at, vesting == Vesting::Done);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    state.issued = amount::add(state.issued, lot.amount)?;
    if let Expiry::Inactivity(form) = expiry
        && let Some(last) = state.activity.get_mut(usize::from(form))
    {
        // Where there was no activity yet, earning starts the clock.
        *last = last.or(Some(at));
    }
    let kept = Lot { entry, source, amount: lot.amount, earned_at: at, vesting, expiry, expired: Decimal::ZERO };
    let wallets = plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let expires_at = state.expires_at(plan, wallets, &kept);
    state.lots.push(kept);
    let pending = vesting != Vesting::Done;
    if pending {
        state.pending = amount::add(state.pending, lot.amount)?;
    } else {
        state.available = amount::add(state.available, lot.amount)?;
    }
    decisions.push(Decision {
        at,
        kind: Kind::Earned { entry, wallet, amount: lot.amount, vesting, expires_at, because: lot.because },
    });
    if !pending {
        settle_debt(member, wallet, at, decisions)?;
    }
    Ok(())
}

/// Settles the wallet's debt from the lot that came last.
fn settle_debt(member: &mut Member, wallet: u16, at: i64, decisions: &mut Vec<Decision>) -> Result<(), Overflow> {
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    if state.debt.is_zero() {
        return Ok(());
    }
    let settled = state.settle(state.lots.len().saturating_sub(1))?;
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    Ok(())
}

/// Writes an evaluation into the member's state.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    evaluation: &mut Evaluation,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let (source, at) = (super::log::hash(&event.id), event.at);
    for Change { tally, key, count, sum } in &evaluation.changes {
        member.tallies.add(*tally, *key, *count, *sum)?;
    }
    for spend in &evaluation.spends {
        take(plan, member, spend.wallet, spend.amount, Some(spend.rule), at, decisions)?;
    }
    for earning in evaluation.earnings.drain(..) {
        activity(plan, member, earning.wallet, at, |form| form.earning);
        for lot in earning.lots {
            add_lot(plan, member, earning.wallet, lot, (source, at), decisions)?;
        }
    }
    for kind in evaluation.facts.drain(..) {
        match &kind {
            Kind::Tagged { tag } => {
                if let Err(place) = member.tags.binary_search(tag) {
                    member.tags.insert(place, tag.clone());
                }
            }
            Kind::Untagged { tag } => {
                if let Ok(place) = member.tags.binary_search(tag) {
                    member.tags.remove(place);
                }
            }
            Kind::AttributeSet { field, value } => {
                if let Some(attribute) = member.attributes.get_mut(usize::from(*field)) {
                    *attribute = value.clone();
                }
            }
            _ => {}
        }
        decisions.push(Decision { at, kind });
    }
    Ok(())
}

/// Spends available points.
pub fn take(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    rule: Option<u32>,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let day = plan.calendar.day_at(at);
    let Some(policy) = rules::policy(plan, wallet, day) else { return Ok(()) };
    let inactivities =
        plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let entry = member.next_entry();
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let order = state.spending_order(plan, inactivities, policy.spend);
    let uses = state.take(&order, amount)?;
    state.spent = amount::add(state.spent, amount)?;
    activity(plan, member, wallet, at, |form| form.spending);
    decisions.push(Decision { at, kind: Kind::Spent { entry, wallet, amount, rule, uses } });
    Ok(())
}

/// Notes activity in a wallet for the forms of inactivity that it counts for.
pub fn activity(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    at: i64,
    counts: impl Fn(&crate::plan::InactivityPlan) -> bool,
) {
    let Some(forms) = plan.wallets.get(usize::from(wallet)) else { return };
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return };
    for (form, last) in forms.inactivities.iter().zip(&mut state.activity) {
        if counts(form) {
            *last = (*last).max(Some(at));
        }
    }
}

/// The contributions of an event that a return may take back again.
pub fn write_grants(writer: &mut crate::wire::codec::Writer<'_>, grants: &[Grant]) {
    writer.number(grants.len() as u64);
    for grant in grants {
        let plain =
            matches!(&grant.basis, Basis::Rate { before, after, .. } if before.is_zero() && amount::is_one(*after));
        let basis = match &grant.basis {
            Basis::Fixed => FIXED,
            Basis::Rate { .. } if plain => PLAIN_RATE,
            Basis::Rate { .. } => FACTOR,
        };
        let borrowed = if grant.base_rule == grant.rule { 0 } else { OF_ANOTHER_RULE };
        let elsewhere = if grant.effect == 0 && grant.wallet == 0 { 0 } else { NOT_THE_FIRST };
        writer.byte(basis | borrowed | elsewhere);
        writer.number(u64::from(grant.rule));
        if borrowed != 0 {
            writer.number(u64::from(grant.base_rule));
        }
        if elsewhere != 0 {
            writer.number(u64::from(grant.effect));
            writer.number(u64::from(grant.wallet));
        }
        writer.decimal(grant.amount);
        if let Basis::Rate { rate, before, after } = &grant.basis {
            writer.decimal(*rate);
            if !plain {
                writer.decimal(*before);
                writer.decimal(*after);
            }
        }
    }
}

// What the first byte of a written contribution says; most have nothing but a rule, an amount and a rate.
const FIXED: u8 = 0;
const PLAIN_RATE: u8 = 1;
const FACTOR: u8 = 2;
const BASIS: u8 = 3;
const OF_ANOTHER_RULE: u8 = 4;
const NOT_THE_FIRST: u8 = 8;

pub fn read_grants(reader: &mut crate::wire::codec::Reader<'_>) -> Result<Grants, crate::wire::codec::Malformed> {
    let number = |reader: &mut crate::wire::codec::Reader<'_>| {
        u32::try_from(reader.number()?).map_err(|_| crate::wire::codec::Malformed)
    };
    let count = reader.count()?;
    let mut grants = Grants::new();
    for _ in 0..count {
        let head = reader.byte()?;
        let rule = number(reader)?;
        let base_rule = if head & OF_ANOTHER_RULE == 0 { rule } else { number(reader)? };
        let elsewhere = head & NOT_THE_FIRST != 0;
        let effect = if elsewhere { number(reader)? as u16 } else { 0 };
        let wallet = if elsewhere { number(reader)? as u16 } else { 0 };
        let amount = reader.decimal()?;
        let basis = match head & BASIS {
            FIXED => Basis::Fixed,
            PLAIN_RATE => Basis::Rate { rate: reader.decimal()?, before: Decimal::ZERO, after: Decimal::ONE },
            _ => Basis::Rate { rate: reader.decimal()?, before: reader.decimal()?, after: reader.decimal()? },
        };
        grants.push(Grant { rule, effect, base_rule, wallet, basis, amount });
    }
    Ok(grants)
}
