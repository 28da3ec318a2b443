//! From an event to what it earns: rules fire and contribute, caps cut, one step rounds, the wallet's own limits trim,
//! and what is left is shared out over lots.
//!
//! Everything is worked out here before anything is changed, so that an event that must be refused leaves no trace.
//! Each stage is a file of its own; one that no rule on the event can need is passed over, as the plan says.

use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::coupons::points;
use super::error::EventError;
use super::eval::{NO_ROW, Scope};
use super::grants::{self, Grant, Grants};
use super::horizon::turn_around;
use super::member::Member;
use super::members::transfer::Offer;
use super::messages::Say;
use super::moves::Move;
use super::outcome::{Because, Kind};
use super::rules::{self, Candidates, Firings, Passed, Told, Turns};
use super::tally::Changes;
use super::value::Value;
use super::{caps, effects, lots, refusals};
use crate::amount::{self, Overflow};
use crate::check::model::RoundScope;
use crate::plan::{EffectKindPlan, ExpirePlan, Plan, PolicyPlan, RulesOn, VestPlan, WalletPlan, in_force};

/// All that the rules make of an event.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The rules with limits that came to something, in the order of the file.
    pub fired: SmallVec<[u32; 4]>,
    /// Contributions after the caps of rules and groups, in the order of the file.
    pub grants: Grants,
    /// Contributions of which caps have left nothing: a part of the order may come back, and make room for them.
    pub cut: Vec<Grant>,
    /// What each wallet gets, wallet by wallet.
    pub lots: SmallVec<[LotPlan; 2]>,
    pub spends: SmallVec<[Spend; 1]>,
    /// What a `received` event offers, and what is taken of it.
    pub offer: Option<Offer>,
    /// What becomes of points that are there already, and of levels.
    pub moves: Vec<Move>,
    /// What is said to the member.
    pub says: Vec<Say>,
    /// Decisions that move no points.
    pub facts: Vec<Kind>,
    pub changes: Changes,
}

impl Evaluation {
    /// Whether writing it down would change anything.
    pub fn comes_to_something(&self, member: &Member, at: i64) -> bool {
        !(self.lots.is_empty() && self.spends.is_empty() && self.facts.is_empty() && self.says.is_empty())
            || self.moves.iter().any(|one| one.comes_to_something(member, at))
    }

    /// No event has earned this: points that would wait for one that names it are there at once.
    pub fn wait_for_no_event(&mut self) {
        self.lots.iter_mut().for_each(|lot| lot.vest = lot.vest.by_no_event());
    }

    /// No order has earned this: no delivery names a review. An event of the program's own, such as its approval, may.
    pub fn wait_for_none_that_names_orders(&mut self, plan: &Plan) {
        for lot in &mut self.lots {
            if let VestPlan::On { event, .. } = lot.vest
                && plan.events.get(usize::from(event)).is_some_and(|event| event.standard)
            {
                lot.vest = VestPlan::AtOnce;
            }
        }
    }
}

/// A lot to be, with the parts that its amount is made of.
#[derive(Debug)]
pub struct LotPlan {
    pub wallet: u16,
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
    /// To whom the points go, unless they are spent.
    pub sending: Option<Sending>,
}

/// Another member to whom points go.
#[derive(Debug)]
pub struct Sending {
    pub to: Box<str>,
    pub fresh: bool,
    /// Points that end before this instant stay.
    pub not_before: Option<i64>,
}

/// Judges some rules; what they come to is put into `evaluation`, which must be empty. Tells which rules have passed their turn on.
pub fn evaluate(
    scope: &Scope<'_>,
    candidates: &Candidates<'_>,
    on_event: &RulesOn,
    evaluation: &mut Evaluation,
) -> Result<Passed, EventError> {
    let accepted = evaluation.offer.as_ref().map(|offer| offer.accepted);
    let mut turns = Turns::default();
    let nothing = evaluate_in_turn(scope, candidates, on_event, evaluation, &mut turns)?;
    if nothing.is_empty() || !turns.missed {
        return Ok(Passed::new());
    }
    // The offer as it was.
    let offer = evaluation.offer.clone().zip(accepted).map(|(offer, accepted)| Offer { accepted, ..offer });
    pass_turns_on(scope, candidates, on_event, evaluation, (offer, turns, nothing))
}

/// Lets others have the turns of rules that came to nothing, until nobody waits for a turn. What it brings about is taken
/// where one of those others comes to something.
#[cold]
fn pass_turns_on(
    scope: &Scope<'_>,
    candidates: &Candidates<'_>,
    on_event: &RulesOn,
    evaluation: &mut Evaluation,
    (offer, mut turns, mut nothing): (Option<Offer>, Turns, SmallVec<[u32; 2]>),
) -> Result<Passed, EventError> {
    let (mut taken, mut passed, mut best) = (turns.taken, Passed::new(), Passed::new());
    // Each pass leaves out a rule more, so that this ends.
    for pass in 0.. {
        passed.extend(nothing.iter().map(|rule| (*rule, pass)));
        let mut again = Evaluation { offer: offer.clone(), ..Evaluation::default() };
        turns = Turns::after(passed.clone());
        nothing = evaluate_in_turn(scope, candidates, on_event, &mut again, &mut turns)?;
        if turns.taken.iter().any(|rule| !taken.contains(rule) && !nothing.contains(rule)) {
            (*evaluation, best) = (again, passed.clone());
        }
        taken.extend(turns.taken);
        if nothing.is_empty() || !turns.missed {
            break;
        }
    }
    Ok(best)
}

/// The same of rules that have their turns once. Tells which of those that take a turn have come to nothing.
fn evaluate_in_turn(
    scope: &Scope<'_>,
    candidates: &Candidates<'_>,
    on_event: &RulesOn,
    evaluation: &mut Evaluation,
    turns: &mut Turns,
) -> Result<SmallVec<[u32; 2]>, EventError> {
    let mut nothing = SmallVec::new();
    let mut firings = Firings::new();
    let told = if on_event.asks_who_fired() { Told::Asked } else { Told::None };
    rules::fire_in_turn(scope, candidates, evaluation, (told, &mut firings), turns)?;
    if firings.is_empty() && evaluation.grants.is_empty() {
        return Ok(nothing);
    }
    if on_event.refuse {
        refusals::expect_none(scope, &firings)?;
    }
    if on_event.multiply {
        grants::multiply(scope, &firings, &mut evaluation.grants)?;
    }
    grants::forget_nothing(&mut evaluation.grants);
    if on_event.capped {
        caps::cap_contributions(scope, &firings, evaluation)?;
    }
    if let Some(room) = scope.cause.and_then(|cause| cause.room) {
        points::cut(scope, &room, &mut evaluation.grants)?;
    }
    for coupon in scope.uses {
        points::within_budget(scope, *coupon, evaluation)?;
    }
    let mut acted = SmallVec::new();
    if on_event.act {
        effects::collect(scope, &firings, evaluation, &mut acted)?;
    }
    earn(scope, evaluation)?;
    for coupon in scope.uses {
        points::claim_what_is_given(scope, *coupon, evaluation)?;
    }
    if on_event.limited || on_event.capped {
        forget_what_is_not_given(scope, &firings, evaluation)?;
    }
    if on_event.limited {
        count_limits(scope, &firings, evaluation, (&acted, &mut nothing));
    }
    caps::settle(&mut evaluation.changes);
    Ok(nothing)
}

/// Where a wallet gets nothing of what a rule contributes to it, for it was rounded away or cut by the wallet's own limits, the rule has
/// contributed nothing: its caps do not count it, and it is no reason to count its limits. Of what is rounded in one sum, and
/// arrives in part, nobody can say whose it is.
fn forget_what_is_not_given(
    scope: &Scope<'_>,
    firings: &Firings<'_>,
    evaluation: &mut Evaluation,
) -> Result<(), Overflow> {
    let Evaluation { grants, lots, changes, .. } = evaluation;
    let is_given = |grant: &Grant| {
        let apart = scope.plan.wallets.get(usize::from(grant.wallet)).is_some_and(WalletPlan::tells_parts);
        let mut lots = lots.iter().filter(|lot| lot.wallet == grant.wallet);
        lots.any(|lot| !apart || lot.because.iter().any(|part| part.rule() == Some(grant.rule)))
    };
    if grants.iter().all(is_given) {
        return Ok(());
    }
    for firing in firings {
        for grant in grants.iter().filter(|grant| grant.rule == firing.rule && !is_given(grant)) {
            for (caps, _) in caps::caps_of_both(scope, firing) {
                caps::count(scope, grant.wallet, caps, -grant.amount, changes)?;
            }
        }
    }
    grants.retain(|grant| is_given(grant));
    Ok(())
}

/// Counts the limits of rules that came to something; of the others those that have taken a turn are put into `nothing`.
fn count_limits(
    scope: &Scope<'_>,
    firings: &Firings<'_>,
    evaluation: &mut Evaluation,
    (acted, nothing): (&[u32], &mut SmallVec<[u32; 2]>),
) {
    let Evaluation { fired, grants, facts, changes, .. } = evaluation;
    for firing in firings {
        let (rule, form) = (firing.rule, firing.form);
        if form.limits.is_empty() && firing.plan.groups.is_empty() {
            continue;
        }
        if acted.contains(&rule) || grants.iter().any(|grant| grant.rule == rule && !grant.amount.is_zero()) {
            fired.push(rule);
            rules::use_limits(scope.plan, firing.plan, form, scope.at, scope.day, changes);
            facts.extend(rules::claims(scope.plan, rule, firing.plan, form, scope.day));
        } else if rules::takes_turns(scope, firing.plan) && !lends_its_rate(grants, rule) {
            nothing.push(rule);
        }
    }
}

/// Whether another rule multiplies the rate of this one and comes to something by it: without it that would be lost.
fn lends_its_rate(grants: &Grants, rule: u32) -> bool {
    grants.iter().any(|grant| grant.base_rule == rule && !grant.amount.is_zero())
}

/// Rounds what each wallet gets, cuts it by the wallet's own limits, and shares it out over lots.
fn earn(scope: &Scope<'_>, evaluation: &mut Evaluation) -> Result<(), EventError> {
    let Evaluation { grants, lots, changes, offer, .. } = evaluation;
    for (number, wallet) in scope.plan.wallets.iter().enumerate() {
        earn_in(scope, (number as u16, wallet), (grants, offer.as_ref()), changes, lots)?;
    }
    Ok(())
}

/// The same of one wallet.
fn earn_in(
    scope: &Scope<'_>,
    (number, wallet): (u16, &WalletPlan),
    (grants, offer): (&Grants, Option<&Offer>),
    changes: &mut Changes,
    lots: &mut SmallVec<[LotPlan; 2]>,
) -> Result<(), EventError> {
    let own = || grants.iter().filter(move |grant| grant.wallet == number && !grant.amount.is_zero());
    if own().next().is_none() {
        return Ok(());
    }
    let Some(policy) = in_force(&wallet.policies, scope.day) else { return Ok(()) };
    let taken = offer.filter(|offer| offer.wallet == number).map(|offer| offer.accepted);
    let mut limit = |given: Decimal| limited(scope, number, policy, (given, taken), changes);
    if !wallet.own_forms && policy.scope == RoundScope::PerOrder {
        one_lot(scope, (number, wallet), policy, (own(), grants.len()), &mut limit, lots)?;
    } else {
        let first = lots.len();
        several_lots(scope, (number, wallet), policy, own(), lots)?;
        let given = amount::sum(lots.iter().skip(first).map(|lot| lot.amount))?;
        let Left { capped, left } = limit(given)?;
        trim(lots, first, amount::subtract(given, capped)?, |amount| Because::Cap { amount })?;
        trim(lots, first, amount::subtract(capped, left)?, |amount| Because::HoldAtMost { amount })?;
        lots.retain(|lot| amount::is_positive(lot.amount));
    }
    Ok(())
}

/// What a wallet's own limits leave of an amount that it is to have beside what the event earns in it and converts into it
/// otherwise.
pub fn fits(scope: &Scope<'_>, evaluation: &Evaluation, number: u16, wanted: Decimal) -> Result<Decimal, EventError> {
    let wallet = scope.plan.wallets.get(usize::from(number));
    let Some((wallet, policy)) = wallet.and_then(|wallet| Some((wallet, in_force(&wallet.policies, scope.day)?)))
    else {
        return Ok(wanted);
    };
    if policy.caps.is_empty() && policy.hold_at_most.is_none() {
        return Ok(wanted);
    }
    let Evaluation { grants, offer, moves, .. } = evaluation;
    let (mut changes, mut lots) = (evaluation.changes.clone(), SmallVec::new());
    earn_in(scope, (number, wallet), (grants, offer.as_ref()), &mut changes, &mut lots)?;
    let mut left = caps::cut_all(scope, number, (&policy.caps, policy.cap_mode), wanted, &changes)?;
    let state = scope.member.wallets.get(usize::from(number));
    if let (Some(most), Some(state)) = (policy.hold_at_most, state) {
        let converted = moves.iter().filter_map(|known| match known {
            Move::Convert { to, given, .. } if *to == number => Some(*given),
            _ => None,
        });
        // What is sent to the member has room, whether or not a rule will accept it.
        let sent = offer.iter().filter(|offer| offer.wallet == number).map(|offer| offer.room);
        let held = [state.available, state.pending].into_iter().chain(lots.iter().map(|lot| lot.amount));
        let held = amount::sum(held.chain(converted).chain(sent).collect::<SmallVec<[Decimal; 8]>>().into_iter())?;
        left = amount::least(left, amount::at_least_zero(amount::subtract(most, held)?));
    }
    Ok(left)
}

/// What a wallet's own limits leave of an amount.
struct Left {
    /// Its caps.
    capped: Decimal,
    /// Its greatest balance, too.
    left: Decimal,
}

/// Cuts an amount, beside which the wallet takes in another, by the wallet's own limits, and counts what is left.
fn limited(
    scope: &Scope<'_>,
    number: u16,
    policy: &PolicyPlan,
    (given, taken): (Decimal, Option<Decimal>),
    changes: &mut Changes,
) -> Result<Left, Overflow> {
    let capped = caps::cut_all(scope, number, (&policy.caps, policy.cap_mode), given, changes)?;
    let mut left = capped;
    let state = scope.member.wallets.get(usize::from(number));
    if let (Some(most), Some(state)) = (policy.hold_at_most, state) {
        let held = amount::add(amount::add(state.available, state.pending)?, taken.unwrap_or_default())?;
        left = amount::least(left, amount::at_least_zero(amount::subtract(most, held)?));
    }
    caps::count(scope, number, &policy.caps, left, changes)?;
    if let Some(state) = state
        && amount::exceeds_64_bits(amount::add(state.come_in()?, left)?)
    {
        return Err(Overflow);
    }
    Ok(Left { capped, left })
}

/// Parts beside those of rules: a rounding and a cap.
const OTHER_PARTS: usize = 2;

/// All contributions to a wallet whose points share one way to vest and to expire, and are rounded once: the usual case.
fn one_lot<'g>(
    scope: &Scope<'_>,
    (number, wallet): (u16, &WalletPlan),
    policy: &PolicyPlan,
    (grants, most): (impl Iterator<Item = &'g Grant> + Clone, usize),
    limit: impl FnOnce(Decimal) -> Result<Left, Overflow>,
    lots: &mut SmallVec<[LotPlan; 2]>,
) -> Result<(), Overflow> {
    let exact = amount::sum(grants.clone().map(|grant| grant.amount))?;
    let whole = amount::round(exact, wallet.denominator, wallet.decimals, policy.round)?;
    let whole = amount::at_least_zero(whole);
    let expire = wallet_expiry(scope, policy)?;
    let Left { capped, left } = limit(whole)?;
    // Where nothing is left, nobody asks what it is made of.
    if !amount::is_positive(left) {
        return Ok(());
    }
    let mut because: Vec<Because> = Vec::with_capacity(most + OTHER_PARTS);
    // Without a denominator the parts are the contributions, which come to `exact`.
    let undivided = amount::is_one(wallet.denominator);
    for grant in grants {
        let part = if undivided { grant.amount } else { amount::divide_exactly(grant.amount, wallet.denominator)? };
        match because.last_mut() {
            // What a rule contributes by several effects is one contribution; they stand side by side.
            Some(Because::Rule { rule, amount }) if *rule == grant.rule => *amount = amount::add(*amount, part)?,
            _ => because.push(Because::Rule { rule: grant.rule, amount: part }),
        }
    }
    let mut lot = LotPlan { wallet: number, vest: policy.vest, expire, amount: whole, because };
    let explained = if undivided { exact } else { explained(&lot.because)? };
    close(&mut lot, explained)?;
    if amount::compare(left, whole).is_ne() {
        let alone = core::slice::from_mut(&mut lot);
        trim(alone, 0, amount::subtract(whole, capped)?, |amount| Because::Cap { amount })?;
        trim(alone, 0, amount::subtract(capped, left)?, |amount| Because::HoldAtMost { amount })?;
    }
    lots.push(lot);
    Ok(())
}

/// Contributions shared out over lots by how they vest and expire.
fn several_lots<'g>(
    scope: &Scope<'_>,
    (number, wallet): (u16, &WalletPlan),
    policy: &PolicyPlan,
    grants: impl Iterator<Item = &'g Grant>,
    lots: &mut SmallVec<[LotPlan; 2]>,
) -> Result<(), EventError> {
    let first = lots.len();
    // What a rule contributes to a lot by several effects is one contribution.
    let mut parts: SmallVec<[(usize, u32, Decimal); 12]> = SmallVec::new();
    let mut usual = None;
    for grant in grants {
        let (own_vest, own_expire) = own_form(scope.plan, grant, scope.day);
        let own_expire = own_expire.map_or(Ok(None), |form| told(scope, form))?;
        let expire = match (own_expire, usual) {
            (Some(expire), _) | (None, Some(expire)) => expire,
            (None, None) => *usual.insert(wallet_expiry(scope, policy)?),
        };
        let vest = own_vest.unwrap_or(policy.vest);
        let known = lots.iter().skip(first).position(|lot| lot.vest == vest && lot.expire == expire);
        let at = known.map_or(lots.len(), |at| first + at);
        if known.is_none() {
            let because = Vec::with_capacity(4);
            lots.push(LotPlan { wallet: number, vest, expire, amount: Decimal::ZERO, because });
        }
        match parts.iter_mut().find(|(lot, rule, _)| (*lot, *rule) == (at, grant.rule)) {
            Some((_, _, amount)) => *amount = amount::add(*amount, grant.amount)?,
            None => parts.push((at, grant.rule, grant.amount)),
        }
    }
    // The running sum is rounded at the end of each lot, so that the lots add up to the sum rounded once.
    let (mut sum, mut given) = (Decimal::ZERO, Decimal::ZERO);
    for (at, lot) in lots.iter_mut().enumerate().skip(first) {
        for (_, rule, amount) in parts.iter().filter(|(lot, ..)| *lot == at) {
            let exact = rounded_contribution(wallet, policy, *amount)?;
            if exact.is_zero() {
                continue;
            }
            sum = amount::add(sum, exact)?;
            let amount = amount::divide_exactly(exact, wallet.denominator)?;
            lot.because.push(Because::Rule { rule: *rule, amount });
        }
        let total = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?.max(Decimal::ZERO);
        lot.amount = amount::subtract(total, given)?;
        given = total;
        let explained = explained(&lot.because)?;
        close(lot, explained)?;
    }
    // A lot that a factor below one has left with less than nothing takes the rest from the others.
    let lacking = lots.iter().skip(first).filter(|lot| lot.amount < Decimal::ZERO);
    let lacking = amount::sum(lacking.map(|lot| -lot.amount))?;
    if lacking > Decimal::ZERO {
        let mut place = 0;
        lots.retain(|lot| {
            place += 1;
            place <= first || lot.amount > Decimal::ZERO
        });
        trim(lots, first, lacking, |amount| Because::Rounding { amount })?;
    }
    Ok(())
}

/// What a rule contributes as the rounding scope leaves it; times the denominator, before and after.
pub fn rounded_contribution(wallet: &WalletPlan, policy: &PolicyPlan, amount: Decimal) -> Result<Decimal, Overflow> {
    if policy.scope == RoundScope::PerOrder {
        return Ok(amount);
    }
    let rounded = amount::round(amount, wallet.denominator, wallet.decimals, policy.round)?;
    amount::multiply(rounded, wallet.denominator)
}

/// What the parts of a lot come to.
fn explained(because: &[Because]) -> Result<Decimal, Overflow> {
    amount::sum(because.iter().map(Because::amount))
}

/// Adds the part that makes a lot's parts, which come to `explained`, add up to its amount, if one is needed.
fn close(lot: &mut LotPlan, explained: Decimal) -> Result<(), Overflow> {
    let rest = amount::subtract(lot.amount, explained)?;
    if !rest.is_zero() {
        lot.because.push(Because::Rounding { amount: rest });
    }
    Ok(())
}

/// Takes an amount from the lots after the `first`, the last first.
fn trim(
    lots: &mut [LotPlan],
    first: usize,
    mut amount: Decimal,
    part: impl Fn(Decimal) -> Because,
) -> Result<(), Overflow> {
    if amount.is_zero() {
        return Ok(());
    }
    for lot in lots.iter_mut().skip(first).rev() {
        let taken = amount::least(lot.amount, amount);
        if amount::is_positive(taken) {
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

/// The first of the wallet's expiries whose condition holds, and whose day is known.
pub fn wallet_expiry(scope: &Scope<'_>, policy: &PolicyPlan) -> Result<ExpirePlan, Overflow> {
    for (form, when) in &policy.expire {
        if when.map_or(Ok(true), |when| scope.holds(when))?
            && let Some(form) = told(scope, *form)?
        {
            return Ok(form);
        }
    }
    Ok(ExpirePlan::Open)
}

/// A form whose day is the member's own or is told, with that day; nothing where it is missing.
pub fn told(scope: &Scope<'_>, form: ExpirePlan) -> Result<Option<ExpirePlan>, Overflow> {
    match form {
        ExpirePlan::Told(day) => Ok(match scope.eval(day, NO_ROW)? {
            Value::Date(day) => Some(ExpirePlan::At(day)),
            _ => None,
        }),
        ExpirePlan::EndOfMembership { each, after } => {
            let joined = scope.plan.calendar.day_at(scope.member.enrolled_at);
            let (_, next) = turn_around(joined, lots::reached(scope.day, after), each);
            Ok(Some(ExpirePlan::At(next.saturating_sub(1))))
        }
        form => Ok(Some(form)),
    }
}
