//! What is given back of the points that an order has spent, in the reverse order of their use.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::asked::{PointsAsked, of_one_of};
use super::goods::charged_in_all;
use super::kept::{base, charged, share};
use super::lasting::taken_to_convert;
use super::limits::{lower_caps, make_room};
use super::order::{Order, Returned};
use super::owed::{AllOwed, tells_due};
use super::written_off::make_up;
use crate::amount::{self, Overflow};
use crate::check::model::{Flow, Moment, Trigger};
use crate::engine::decided::Decided;
use crate::engine::error::{EventError, Refusal, not_finer};
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::log::hash;
use crate::engine::lots::{self, Expiry, Lot, Use, Vesting};
use crate::engine::member::Member;
use crate::engine::members::pause;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::rewards::Units;
use crate::engine::tally::Changes;
use crate::engine::{earning, flows, idle, lapses, ledger, rewards};
use crate::plan::{EffectKindPlan, Plan, RestorePlan, Restoring, in_force};

/// Whether points that an order has earned have paid for what was taken in it.
pub(super) fn paid_by_itself(order: &Order) -> bool {
    let source = hash(&order.event.id);
    order.decisions.iter().any(|decision| match &decision.kind {
        Kind::Spent { uses, .. } => uses.iter().any(|used| used.source == source),
        _ => false,
    })
}

/// Gives back what the order has spent, of what comes back.
#[expect(clippy::too_many_arguments, reason = "one step of `take_away`, which holds all of them")]
pub(super) fn give_back_spent(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (units, points): (Option<(u32, Decimal, Decimal)>, Option<PointsAsked>),
    before: &Returned,
    (kept, after): (&EventData, &mut Returned),
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    if let Some(units) = units {
        restore_units(plan, member, order, units, (before, after), at, decisions)?;
    }
    restore(plan, member, order, kept, points, after, (at, lives_on), decisions)
}

/// Gives spent points back, in the reverse order of their use.
#[expect(clippy::too_many_arguments, reason = "one step of `apply`, which holds all of them")]
fn restore(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    kept: &EventData,
    points: Option<PointsAsked>,
    after: &mut Returned,
    (at, lives_on): (i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let mut asked = points.map(|asked| asked.points);
    let only = points.and_then(|asked| asked.wallet);
    if points.is_some() && only.is_none() {
        expect_one_wallet(plan, order)?;
    }
    // What coupons take off no more is owed for what is kept: it makes the goods that have come back no cheaper, whichever come first.
    let kept = match !after.whole && tells_due(plan, order) {
        true => Cow::Owned(charged(plan, order, after, &AllOwed::default())?),
        false => Cow::Borrowed(kept),
    };
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let uses = prices(plan, order, number, after.whole);
        let spent = amount::sum(uses.iter().map(|paid| paid.used.amount))?;
        let restoring = restoring(&uses);
        let before = after.restored.get(usize::from(number)).copied().unwrap_or_default();
        let left = amount::subtract(spent, before)?;
        let due = match &mut asked {
            Some(_) if only.is_some_and(|only| only != number) => Decimal::ZERO,
            Some(asked) => {
                let due = left.min(*asked);
                not_finer(due, wallet.decimals, "points")?;
                *asked = amount::subtract(*asked, due)?;
                due
            }
            None if after.whole => left,
            None if restoring.is_some_and(|restoring| restoring.full_only) => Decimal::ZERO,
            None => amount::subtract(come_back_share(plan, order, &kept, (number, spent))?, before)?,
        };
        // In an order that lives on they pay for its other form: what that leaves of them is taken again.
        if due <= Decimal::ZERO || (never(restoring) && !lives_on) {
            continue;
        }
        if let Some(restored) = after.restored.get_mut(usize::from(number)) {
            *restored = amount::add(before, due)?;
        }
        restore_uses(plan, member, number, &uses, (before, due), (order.event.at, at, lives_on), decisions)?;
    }
    let all_asked = points.map(|asked| asked.points).unwrap_or_default();
    match asked {
        Some(rest) if rest > Decimal::ZERO => Err(EventError::new(Refusal::RefundExceedsOrder)
            .in_field("points")
            .expecting(format!("at most {}", amount::text(amount::subtract(all_asked, rest)?)))
            .but_found(amount::text(all_asked))),
        _ => Ok(()),
    }
}

/// Of what the order has paid from a wallet, the share of what has come back: as a tender it has paid for all of the order,
/// otherwise for the goods.
fn come_back_share(
    plan: &Plan,
    order: &Order,
    kept: &EventData,
    (number, spent): (u16, Decimal),
) -> Result<Decimal, EventError> {
    let Some(wallet) = plan.wallets.get(usize::from(number)) else { return Ok(Decimal::ZERO) };
    let by_tender = order.decisions.iter().filter_map(|decision| match &decision.kind {
        Kind::Spent { wallet: from, amount, rule: None, .. } if *from == number && wallet.tender.is_some() => {
            Some(*amount)
        }
        _ => None,
    });
    let by_tender = amount::sum(by_tender)?;
    let (all, left) = (charged_in_all(plan, &order.event, &order.event)?, charged_in_all(plan, &order.event, kept)?);
    let of_all = |paid| share(paid, amount::subtract(all, left)?, all, wallet.decimals);
    let (goods, goods_left) = (base(plan, &order.event)?, base(plan, kept)?);
    let rest = amount::subtract(spent, by_tender)?;
    let of_goods = match goods.is_zero() {
        true => of_all(rest)?,
        false => share(rest, amount::subtract(goods, goods_left)?, goods, wallet.decimals)?,
    };
    Ok(amount::add(of_all(by_tender)?, of_goods)?)
}

/// Points that a rule, or the price of a reward, has used of a lot.
struct Paid<'o> {
    /// The entry that did.
    drawn: u64,
    used: &'o Use,
    restore: Restoring,
    /// The rule whose caps have counted it.
    counted: Option<u32>,
}

/// What the order itself has paid from a wallet; with `whole`, what its coupons have, too, which comes back with all of it alone.
fn prices<'o>(plan: &Plan, order: &'o Order, number: u16, whole: bool) -> Vec<Paid<'o>> {
    let converted = taken_to_convert(plan, &order.decisions);
    let spent = |of_coupons: bool| {
        let spends = order.decisions.iter().enumerate().filter_map(move |(place, decision)| match &decision.kind {
            Kind::Spent { entry, wallet, uses, rule, restore, .. } if *wallet == number => {
                let spent = (place, (*entry, *restore), uses, *rule);
                Some(spent).filter(|_| is_of_coupon(plan, *rule) == of_coupons)
            }
            _ => None,
        });
        spends.filter(|(place, .., rule)| !converted.contains(place) && is_price(plan, *rule, number, order.day))
    };
    // Parts have given the others back already, the last first.
    let spends = spent(true).filter(|_| whole).chain(spent(false));
    let paid = spends.flat_map(|(_, (drawn, restore), uses, rule)| {
        let counted = rule.filter(|rule| is_counted(plan, *rule, order.day));
        uses.iter().map(move |used| Paid { drawn, used, restore, counted })
    });
    paid.collect()
}

/// How what an order has paid is given back: all of it was paid at one instant.
fn restoring(paid: &[Paid<'_>]) -> Option<Restoring> {
    paid.first().map(|paid| paid.restore)
}

fn never(restoring: Option<Restoring>) -> bool {
    restoring.is_some_and(|restoring| restoring.how == RestorePlan::Never)
}

/// Whether a rule is what a coupon gives.
fn is_of_coupon(plan: &Plan, rule: Option<u32>) -> bool {
    let rule = rule.and_then(|rule| plan.rules.get(rule as usize));
    rule.is_some_and(|rule| matches!(rule.trigger, Trigger::Declared(Moment::Used(_))))
}

/// Whether a rule is what a reward gives, and takes points of a wallet in it: for something else, or for nothing.
fn is_given_by_reward(plan: &Plan, rule: Option<u32>, wallet: u16, day: i32) -> bool {
    let rule = rule.and_then(|rule| plan.rules.get(rule as usize));
    let rule = rule.filter(|rule| matches!(rule.trigger, Trigger::Declared(Moment::Redeemed(_))));
    let takes = |kind: &EffectKindPlan| match kind {
        EffectKindPlan::Spend { wallet: own, .. } => *own == wallet,
        EffectKindPlan::Convert { from, .. } => *from == wallet,
        _ => false,
    };
    let form = rule.and_then(|rule| in_force(&rule.forms, day));
    form.is_some_and(|form| form.effects.iter().any(|effect| takes(&effect.kind)))
}

/// Whether the caps of a rule count what it spends: those of a reward's effects do not count its price, and where points go to
/// another member they speak of those.
fn is_counted(plan: &Plan, rule: u32, day: i32) -> bool {
    let counts = is_of_coupon(plan, Some(rule));
    let rule = plan.rules.get(rule as usize).filter(|rule| counts || rule.trigger.event().is_some());
    let Some(rule) = rule else { return false };
    let effects = in_force(&rule.forms, day).map_or(&[][..], |form| &form.effects);
    !effects.iter().any(|effect| matches!(effect.kind, EffectKindPlan::Transfer { .. }))
}

/// Points of one wallet are none of another, and money no points: of an order that has paid from several a number alone says nothing.
fn expect_one_wallet(plan: &Plan, order: &Order) -> Result<(), EventError> {
    let paid = |number: &usize| !prices(plan, order, *number as u16, false).is_empty();
    let paid: Vec<usize> = (0..plan.wallets.len()).filter(paid).collect();
    if paid.len() < 2 {
        return Ok(());
    }
    let error = of_one_of(Refusal::MissingField, paid, plan);
    Err(error
        .but_found("nothing")
        .advising("the order has paid from several wallets: say in `wallet` whose `points` come back"))
}

/// Gives the price of so many units of a reward back, in the reverse order of its use.
fn restore_units(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (rule, units, all): (u32, Decimal, Decimal),
    (before, after): (&Returned, &mut Returned),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let back = before.rewards.iter().find(|(known, _)| *known == rule).map_or(Decimal::ZERO, |(_, units)| *units);
    let now = amount::add(back, units)?;
    match after.rewards.iter_mut().find(|(known, _)| *known == rule) {
        Some((_, known)) => *known = now,
        None => after.rewards.push((rule, now)),
    }
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let spends = order.decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Spent { entry, wallet, uses, rule: Some(by), restore, .. } if (*wallet, *by) == (number, rule) => {
                Some(uses.iter().map(|used| Paid { drawn: *entry, used, restore: *restore, counted: None }))
            }
            _ => None,
        });
        let uses: Vec<Paid<'_>> = spends.flatten().collect();
        let spent = amount::sum(uses.iter().map(|paid| paid.used.amount))?;
        if spent.is_zero() || never(restoring(&uses)) {
            continue;
        }
        let skip = share(spent, back, all, wallet.decimals)?;
        // What has come back with a part of the order does not come back again with its rewards.
        let paid = amount::sum(prices(plan, order, number, false).iter().map(|paid| paid.used.amount))?;
        let restored = after.restored.get(usize::from(number)).copied().unwrap_or_default();
        let left = amount::subtract(paid, restored)?;
        let due = amount::subtract(share(spent, now, all, wallet.decimals)?, skip)?.min(left);
        if let Some(restored) = after.restored.get_mut(usize::from(number)) {
            *restored = amount::add(*restored, due)?;
        }
        restore_uses(plan, member, number, &uses, (skip, due), (order.event.at, at, false), decisions)?;
    }
    let units = Units { rule, before: back, units, all: order.with_others(rule, all)? };
    let redeemed = (&*order.event.id, &*order.decisions);
    rewards::come_back(plan, member, redeemed, units, (order.event.at, at, false), decisions)?;
    Ok(())
}

/// Gives so much of what was used back, what was given back before passed over, in the reverse order of its use.
fn restore_uses(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    uses: &[Paid<'_>],
    (mut skip, mut due): (Decimal, Decimal),
    (used_at, at, lives_on): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let mut room = Changes::new();
    for Paid { drawn, used, restore, counted } in uses.iter().rev() {
        let passed = used.amount.min(skip);
        skip = amount::subtract(skip, passed)?;
        let part = amount::subtract(used.amount, passed)?.min(due);
        if part > Decimal::ZERO {
            due = amount::subtract(due, part)?;
            let expiry = pause::moved_expiry(plan, &member.account, used.expiry, used_at);
            let used = Use { expiry, ..(*used).clone() };
            give_back(plan, member, wallet, (*drawn, &used, *restore), part, (used_at, at, lives_on), decisions)?;
            if let Some(rule) = counted {
                let part = amount::multiply(part, plan.denominator(wallet))?;
                lower_caps(plan, (*rule, wallet), part, used_at, &mut room)?;
            }
        }
    }
    Ok(make_room(member, room)?)
}

/// Whether what a rule has spent was the price of something on the order itself, and no sweep that followed.
fn is_price(plan: &Plan, rule: Option<u32>, wallet: u16, day: i32) -> bool {
    let Some(rule) = rule.and_then(|rule| plan.rules.get(rule as usize)) else { return true };
    let form = in_force(&rule.forms, day);
    let effects = form.map(|form| form.effects.as_slice()).unwrap_or(&[]);
    let spends = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Spend { wallet: own, .. } if *own == wallet);
    if matches!(rule.trigger, Trigger::Declared(Moment::Redeemed(_))) {
        return true;
    }
    let is_own = rule.trigger.event().is_some() || matches!(rule.trigger, Trigger::Declared(Moment::Used(_)));
    is_own && effects.iter().any(|effect| spends(&effect.kind))
}

/// Gives back what a goal's reward had used of a lot, as the wallet said then; where the goal `lives_on`, whatever it said.
pub fn give_back_used(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    (drawn, used, restore): (u64, &Use, Restoring),
    (used_at, at, lives_on): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let expiry = pause::moved_expiry(plan, &member.account, used.expiry, used_at);
    let (used, amount) = (Use { expiry, ..used.clone() }, used.amount);
    give_back(plan, member, wallet, (drawn, &used, restore), amount, (used_at, at, lives_on), decisions)
}

/// Puts points back into the lot that they came from, or into a new one, as the wallet said when they were used.
fn give_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    (drawn, used, restore): (u64, &Use, Restoring),
    amount: Decimal,
    (used_at, at, lives_on): (i64, i64, bool),
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let (expiry, earned_at) = match restore.how {
        RestorePlan::Fresh => {
            let scope = Scope::of(plan, member, at);
            let Some(now) = plan.policy(wallet, scope.day) else { return Ok(()) };
            let form = earning::wallet_expiry(&scope, now)?;
            let expiry = lots::expiry(plan, form, at, true);
            (pause::moved_expiry(plan, &member.account, expiry, at), at)
        }
        RestorePlan::Original { at_least } => {
            let expiry = match (used.expiry, at_least) {
                (Expiry::At(original), Some(length)) => {
                    let least = plan.calendar.end_after(at, length);
                    Expiry::At(original.max(pause::settled(plan, &member.account, least, (used.earned_at, at))))
                }
                (expiry, Some(length)) => {
                    let least = plan.calendar.end_after(at, length);
                    let least = pause::settled(plan, &member.account, least, (used.earned_at, at));
                    idle::at_least(plan, member, wallet, (expiry, used.earned_at), (least, at)).unwrap_or(expiry)
                }
                (expiry, None) => expiry,
            };
            (expiry, used.earned_at)
        }
        RestorePlan::Never if lives_on => (used.expiry, used.earned_at),
        RestorePlan::Never => return Ok(()),
    };
    if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
        state.spent = amount::subtract(state.spent, amount)?;
    }
    flows::note(plan, member, wallet, Flow::Spent, -amount, used_at)?;
    let fresh = restore.how == RestorePlan::Fresh;
    put_into_lot(plan, member, wallet, (drawn, used), (amount, expiry, earned_at, fresh), at, decisions)?;
    Ok(())
}

/// Puts points back into the very lot that they came from; the sum that they were counted in is the caller's to mend.
pub fn put_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    (drawn, used): (u64, &Use),
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    put_into_lot(plan, member, wallet, (drawn, used), (amount, used.expiry, used.earned_at, false), at, decisions)
}

fn put_into_lot(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    (drawn, used): (u64, &Use),
    (amount, expiry, earned_at, fresh): (Decimal, Expiry, i64, bool),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let entry = member.next_entry();
    let inactivities = plan.inactivities(wallet);
    // Points whose lot has ended run out now: they were not there to run out then. While ends are frozen, one that had not come
    // when the pause began stands with the others, and moves with them.
    let frozen = member.account.frozen_since();
    let now = frozen.map_or(at, |since| since.min(at));
    let expiry = match expiry {
        Expiry::At(end) => Expiry::At(end.max(now)),
        expiry => expiry,
    };
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    if fresh {
        idle::start(plan, &member.account, state, (wallet, expiry), at);
    }
    state.available = amount::add(state.available, amount)?;
    let known = state.lots.iter().position(|lot| lot.entry == used.entry && lot.expiry == expiry && !lot.pending());
    let lot = match known {
        Some(lot) if !fresh => lot,
        // The lot is gone and its day is not: it comes back under its own name.
        None if !fresh && expiry == used.expiry && !state.lots.iter().any(|lot| lot.entry == used.entry) => {
            let place = state.lots.partition_point(|lot| lot.entry < used.entry);
            state.lots.insert(place, lot(used.entry, used.source, earned_at, expiry));
            place
        }
        _ => {
            state.lots.push(lot(entry, used.source, earned_at, expiry));
            state.lots.len().saturating_sub(1)
        }
    };
    if let Some(lot) = state.lots.get_mut(lot) {
        lot.amount = amount::add(lot.amount, amount)?;
    }
    let expires_at = state.lots.get(lot).and_then(|lot| state.expires_at(plan, inactivities, lot));
    let expires_at = expires_at.map(|end| pause::if_awake(plan, &member.account, end, (earned_at, at)));
    // What is told late may have run out long since, although there was activity after that.
    let lives_anew = at < member.clock && (fresh || matches!(expiry, Expiry::AtLeast { .. }));
    let late = state.lots.get(lot).filter(|_| lives_anew);
    let lapsed = late.and_then(|lot| idle::lapse_of(plan, inactivities, state, lot, at));
    let expires_at = lapsed.map(|(_, over)| over).or(expires_at);
    let settled = state.settle(lot)?;
    decisions.push(Decision { at, kind: Kind::Restored { entry, wallet, amount, expires_at } });
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    make_up(member, wallet, (lot, drawn, amount::subtract(amount, settled)?), at, decisions)?;
    let had_ended = |since: i64| matches!(expiry, Expiry::At(end) if end <= since);
    if frozen.is_some_and(had_ended) {
        lapses::run_out(plan, member, (wallet, lot), (None, at), decisions)?;
    }
    if let Some((form, over)) = lapsed {
        lapses::run_out(plan, member, (wallet, lot), (Some(form), over), decisions)?;
    }
    Ok(())
}

fn lot(entry: u64, source: u64, earned_at: i64, expiry: Expiry) -> Lot {
    Lot { entry, source, amount: Decimal::ZERO, earned_at, vesting: Vesting::Done, expiry, expired: Decimal::ZERO }
}

/// Points that are never given back, and that an edit has put back for the new form alone: in a wallet, and by whom they had been
/// spent.
#[derive(Debug, Clone, Copy)]
pub struct Lent {
    wallet: u16,
    /// By coupons and by what rewards give, which spend when the order has been judged, or by the order itself.
    later: bool,
    amount: Decimal,
}

/// What an edit has put back of points that are never given back.
pub(super) fn lent(plan: &Plan, order: &Order, decisions: &[Decision]) -> Result<Vec<Lent>, Overflow> {
    let mut lent = Vec::new();
    for wallet in 0..plan.wallets.len() as u16 {
        if !never(restoring(&prices(plan, order, wallet, true))) {
            continue;
        }
        let back = decisions.iter().filter_map(|decision| match decision.kind {
            Kind::Restored { wallet: of, amount, .. } if of == wallet => Some(amount),
            _ => None,
        });
        let back = amount::sum(back.collect::<Vec<_>>().into_iter())?;
        let spent = |whole| amount::sum(prices(plan, order, wallet, whole).iter().map(|paid| paid.used.amount));
        let by_rewards = order.decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Spent { wallet: of, amount, rule, .. } if *of == wallet => {
                Some(*amount).filter(|_| is_given_by_reward(plan, *rule, wallet, order.day))
            }
            _ => None,
        });
        let by_coupons = amount::subtract(spent(true)?, spent(false)?)?;
        let later = amount::add(by_coupons, amount::sum(by_rewards)?)?.min(back);
        lent.push(Lent { wallet, later: false, amount: amount::subtract(back, later)? });
        lent.push(Lent { wallet, later: true, amount: later });
    }
    lent.retain(|lent| lent.amount > Decimal::ZERO);
    Ok(lent)
}

/// Takes again what the new form of an order, or its coupons, have left of points that are never given back, as far as they are there.
pub fn take_again(
    plan: &Plan,
    member: &mut Member,
    later: bool,
    (at, first): (i64, usize),
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    for lent in decisions.undone().lent.clone().into_iter().filter(|lent| lent.later == later) {
        let own = decisions.get(first..).unwrap_or_default();
        let converted = taken_to_convert(plan, own);
        let paid = own.iter().enumerate().filter_map(|(place, decision)| match &decision.kind {
            Kind::Spent { wallet, amount, rule, .. } if *wallet == lent.wallet && !converted.contains(&place) => {
                let day = plan.calendar.day_at(decision.at);
                let follows = is_of_coupon(plan, *rule) || is_given_by_reward(plan, *rule, lent.wallet, day);
                Some(*amount).filter(|_| follows == later && is_price(plan, *rule, lent.wallet, day))
            }
            _ => None,
        });
        let paid = amount::sum(paid.collect::<Vec<_>>().into_iter())?;
        let available = member.wallets.get(usize::from(lent.wallet)).map_or(Decimal::ZERO, |state| state.available);
        let left = amount::subtract(lent.amount, paid)?.min(available);
        if left > Decimal::ZERO {
            ledger::take(plan, member, lent.wallet, left, None, at, decisions)?;
        }
    }
    Ok(())
}
