//! What an order has brought about that no return takes back: a wheel that was turned, a card, a coupon, points that were
//! converted, forfeited or sent on, a level; and points that a return did not find.
//!
//! As long as something of it stays, the rule that brought it about has fired: a limit is not free again, and an order in
//! the place of another one does not do it once more.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::clawback::given_by;
use super::order::{Order, read};
use super::own;
use crate::amount;
use crate::check::model::{Clawback, CouponChange, DecisionTrigger, Moment, Trigger};
use crate::engine::coupons::Fate;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::redeem::replaced;
use crate::engine::log::Record;
use crate::engine::member::Member;
use crate::engine::members::transfer::BACK;
use crate::engine::outcome::{Because, Decision, Kind, NotEarned, RedeemedBy};
use crate::engine::reactions;
use crate::plan::{EffectKindPlan, Plan, in_force};

/// The rules on an order of which something stays that is no point, and on those in whose place it is.
pub fn lasting(plan: &Plan, member: &Member, order: &str) -> Vec<u32> {
    let mut rules = Vec::new();
    each_form(plan, member, order, |record, decisions| {
        let day = plan.calendar.day_at(record.at);
        // What rules that followed have done is theirs.
        let on_it = |rule: &u32| plan.rules.get(*rule as usize).is_some_and(|rule| rule.on(record.event));
        for decision in decisions {
            let stays = stays(plan, decision, day).filter(on_it).filter(|_| !is_revoked(plan, member, decision, day));
            rules.extend(stays.filter(|rule| !rules.contains(rule)));
        }
    });
    rules
}

/// A rule that followed on what an order brought about, and of which something stays.
#[derive(Debug, Clone)]
pub struct Followed {
    pub rule: u32,
    /// What it was set off by, as much as it came to in one form of the order in which it gave something.
    pub amount: Decimal,
}

/// The rules that followed on an order and on those in whose place it is: what they gave is theirs, and no return takes it.
pub fn followed(plan: &Plan, member: &Member, order: &str) -> Vec<Followed> {
    let mut found: Vec<Followed> = Vec::new();
    each_form(plan, member, order, |record, decisions| {
        let day = plan.calendar.day_at(record.at);
        // What time did before the order is none of its doing.
        let own = || decisions.iter().filter(|decision| decision.at >= record.at);
        let of_order = own().filter(|decision| !follows_itself(plan, decision, day));
        let set_off: Vec<_> = of_order.flat_map(|decision| reactions::rules_on(plan, decision)).collect();
        for rule in own().flat_map(|decision| acts(plan, decision, day)).filter(|rule| follows(plan, *rule)) {
            let amounts = set_off.iter().filter(|(of, _)| *of == rule).map(|(_, cause)| cause.amount);
            let amount = amount::sum(amounts).unwrap_or(Decimal::MAX);
            match found.iter_mut().find(|known| known.rule == rule) {
                Some(known) => known.amount = known.amount.max(amount),
                None => found.push(Followed { rule, amount }),
            }
        }
    });
    found
}

/// When an order was bought: the instant of its first form, as far as its forms are remembered.
pub fn bought_at(plan: &Plan, member: &Member, order: &str) -> Option<i64> {
    let mut first = None;
    each_form(plan, member, order, |record, _| first = Some(record.at));
    first
}

/// Why no rule was asked about an order, in the first form that is remembered of it, if none was.
pub fn unseen(plan: &Plan, member: &Member, order: &str) -> Option<NotEarned> {
    let mut first = None;
    each_form(plan, member, order, |_, decisions| {
        // The forms come the newest first.
        first = decisions.iter().find_map(|decision| match decision.kind {
            Kind::NotEarned { reason } => Some(reason),
            _ => None,
        });
    });
    first
}

/// Whether a rule follows on what an order brings about, so that an edit sets it off by what is more.
fn follows(plan: &Plan, rule: u32) -> bool {
    let rule = plan.rules.get(rule as usize).filter(|rule| rule.held.is_none());
    rule.is_some_and(|rule| match rule.trigger {
        Trigger::Decision(on, _) => {
            matches!(on, DecisionTrigger::Earned | DecisionTrigger::Vested | DecisionTrigger::Spent)
        }
        Trigger::Coupon(change, _) => matches!(change, CouponChange::Issued | CouponChange::Redeemed),
        _ => false,
    })
}

/// Whether a decision is one of a rule that follows: of an edited order it is then more than in the forms before as it is.
pub fn follows_itself(plan: &Plan, decision: &Decision, day: i32) -> bool {
    acts(plan, decision, day).into_iter().any(|rule| follows(plan, rule))
}

/// Goes through an order and those in whose place it is, as far as they are remembered.
pub fn each_form(plan: &Plan, member: &Member, order: &str, mut each: impl FnMut(&Record<'_>, &[Decision])) {
    let returns = member.return_horizon(plan);
    let mut next = Some(order.to_owned());
    // An order replaces an earlier one, so that there is an end to it.
    for _ in 0..member.log.len() {
        let record = next.take().and_then(|id| member.remembered(plan, &id));
        let Some(record) = record else { break };
        each(&record, &record.decisions().unwrap_or_default());
        // When a state was last tidied must not show.
        if record.at < returns || record.order.is_empty() {
            break;
        }
        let event_plan = plan.events.get(usize::from(record.event));
        let order = read(plan, &record).ok();
        next =
            event_plan.zip(order).and_then(|(event_plan, order)| Some(replaced(event_plan, &order.event)?.to_owned()));
    }
}

/// The rules that have given or taken something for good by a decision.
fn acts(plan: &Plan, decision: &Decision, day: i32) -> Vec<u32> {
    match &decision.kind {
        Kind::Earned { because, .. } => {
            let rules = because.iter();
            rules.filter_map(|part| if let Because::Rule { rule, .. } = part { Some(*rule) } else { None }).collect()
        }
        Kind::Spent { rule: Some(rule), .. } => vec![*rule],
        Kind::RewardRedeemed { by: by @ RedeemedBy::Rule(rule), .. } if !own::is_own(plan, *by, &[]) => vec![*rule],
        _ => stays(plan, decision, day).into_iter().collect(),
    }
}

/// Whether a decision has issued a coupon that its rule takes back, and that nobody has used or still can: nothing of it stays.
fn is_revoked(plan: &Plan, member: &Member, decision: &Decision, day: i32) -> bool {
    let Kind::Coupon(CouponDecision::Issued { number, rule: Some(rule), .. }) = &decision.kind else { return false };
    let held = member.coupons.held.iter().find(|held| held.number == *number);
    revokes(plan, *rule, day) && held.is_none_or(|held| held.fate == Fate::Ended)
}

/// Whether a rule takes back what it has given where its order does not meet its conditions any more.
pub(super) fn revokes(plan: &Plan, rule: u32, day: i32) -> bool {
    let form = plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, day));
    form.is_some_and(|form| form.revoke)
}

/// Whether what an effect brings about stays, whatever becomes of the event.
pub fn is_lasting(effect: &EffectKindPlan) -> bool {
    matches!(
        effect,
        EffectKindPlan::Draw(_)
            | EffectKindPlan::Deal(_)
            | EffectKindPlan::Issue { .. }
            | EffectKindPlan::Convert { .. }
            | EffectKindPlan::Forfeit { .. }
            | EffectKindPlan::Transfer { .. }
    )
}

/// The rule that has brought something about for good.
fn stays(plan: &Plan, decision: &Decision, day: i32) -> Option<u32> {
    match &decision.kind {
        Kind::Drawn { rule, .. } => *rule,
        Kind::CardIssued { rule, .. } | Kind::Forfeited { rule, .. } | Kind::Transferred { rule, .. } => Some(*rule),
        Kind::Coupon(CouponDecision::Issued { rule, .. }) => *rule,
        Kind::Spent { wallet, rule: Some(rule), .. } => {
            let converts =
                |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Convert { from, .. } if from == wallet);
            does(plan, *rule, day, converts).then_some(*rule)
        }
        _ => None,
    }
}

/// A conversion among some decisions: the places of what it took and of what it gave for that.
struct Converted {
    taken: usize,
    given: Option<usize>,
}

/// What rules on an order and coupons have converted by some decisions: that stays as it is. A reward gives both back.
fn converted(plan: &Plan, decisions: &[Decision]) -> Vec<Converted> {
    let mut found = Vec::new();
    let mut met: Vec<(u32, u16, usize)> = Vec::new();
    for (taken, decision) in decisions.iter().enumerate() {
        let Kind::Spent { wallet, rule: Some(rule), .. } = &decision.kind else { continue };
        let Some(plan_of) = plan.rules.get(*rule as usize) else { continue };
        let is_reward = matches!(plan_of.trigger, Trigger::Declared(Moment::Redeemed(_)));
        let form = in_force(&plan_of.forms, plan.calendar.day_at(decision.at)).filter(|_| !is_reward);
        let effects = form.map(|form| form.effects.as_slice()).unwrap_or(&[]);
        let converts = effects.iter().filter_map(|effect| match effect.kind {
            EffectKindPlan::Convert { from, to, .. } if from == *wallet => Some(to),
            _ => None,
        });
        let into: Vec<u16> = converts.collect();
        if into.is_empty() {
            continue;
        }
        let spends = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Spend { wallet: own, .. } if own == wallet);
        let spends = effects.iter().filter(|effect| spends(&effect.kind)).count();
        // Each time that a rule runs it first spends what it spends, and converts then.
        let known = met.iter().position(|(of, from, _)| (of, from) == (rule, wallet));
        let turn = known.and_then(|known| met.get(known)).map_or(0, |(.., times)| *times);
        match known.and_then(|known| met.get_mut(known)) {
            Some((.., times)) => *times += 1,
            None => met.push((*rule, *wallet, 1)),
        }
        if turn.checked_rem(spends.saturating_add(into.len())).is_some_and(|turn| turn < spends) {
            continue;
        }
        let own =
            decisions.iter().enumerate().skip(taken.saturating_add(1)).find(|(_, decision)| match &decision.kind {
                Kind::Spent { rule: Some(by), .. } => by == rule,
                Kind::Earned { wallet, because, .. } => into.contains(wallet) && given_by(because, *rule),
                _ => false,
            });
        let given = own.filter(|(_, decision)| matches!(decision.kind, Kind::Earned { .. })).map(|(place, _)| place);
        found.push(Converted { taken, given });
    }
    found
}

/// The places of what rules on an order and coupons have taken out of a wallet to convert it.
pub(super) fn taken_to_convert(plan: &Plan, decisions: &[Decision]) -> Vec<usize> {
    converted(plan, decisions).into_iter().map(|converted| converted.taken).collect()
}

/// What a rule has spent by some decisions, and has not converted: the places of that.
pub fn spent(plan: &Plan, decisions: &[Decision], rule: u32) -> Vec<usize> {
    let converted = taken_to_convert(plan, decisions);
    let places = decisions.iter().enumerate().filter(|(place, decision)| {
        let own = matches!(decision.kind, Kind::Spent { rule: Some(by), .. } if by == rule);
        own && !converted.contains(place)
    });
    places.map(|(place, _)| place).collect()
}

/// Some decisions without what was given for points that a coupon has converted: no return takes a conversion back.
pub fn without_conversions<'d>(plan: &Plan, decisions: &'d [Decision]) -> Cow<'d, [Decision]> {
    let given: Vec<usize> = converted(plan, decisions).into_iter().filter_map(|converted| converted.given).collect();
    if given.is_empty() {
        return Cow::Borrowed(decisions);
    }
    let left = decisions.iter().enumerate().filter(|(place, _)| !given.contains(place));
    Cow::Owned(left.map(|(_, decision)| decision.clone()).collect())
}

pub(super) fn does(plan: &Plan, rule: u32, day: i32, what: impl Fn(&EffectKindPlan) -> bool) -> bool {
    let form = plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, day));
    form.is_some_and(|form| form.effects.iter().any(|effect| what(&effect.kind)))
}

/// Whether a rule that an order has set off gave something that stays; `lasting` are those of which something other than
/// points does. Points are missing under the name of the order that has them now.
pub(super) fn keeps(plan: &Plan, member: &Member, order: &Order, rule: u32, lasting: &[u32], missing_of: u64) -> bool {
    let raises = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Raise { .. });
    if lasting.contains(&rule) || does(plan, rule, order.day, raises) {
        return true;
    }
    let mut granted = order.grants.iter().filter(|grant| grant.rule == rule && grant.amount > Decimal::ZERO);
    granted.any(|grant| is_with_member(plan, member, grant.wallet, (missing_of, order.day)))
}

/// Whether points that were taken back of an order in a wallet are with the member all the same. What had run out is with nobody.
fn is_with_member(plan: &Plan, member: &Member, wallet: u16, (missing_of, day): (u64, i32)) -> bool {
    let leaves = plan.policy(wallet, day).is_some_and(|policy| policy.clawback == Clawback::OnlyPending);
    let mut missing = member.written_off.iter().filter(|known| known.order == missing_of);
    missing.any(|known| known.wallet == wallet && (known.spent || leaves) && !known.amount.is_zero())
}

/// Whether points that a declaration has given by some decisions are missing of the order of that digest, which is of that day.
pub fn misses(plan: &Plan, member: &Member, decisions: &[Decision], rule: u32, (missing_of, day): (u64, i32)) -> bool {
    decisions.iter().any(|decision| match &decision.kind {
        Kind::Earned { wallet, because, .. } if given_by(because, rule) => {
            is_with_member(plan, member, *wallet, (missing_of, day))
        }
        _ => false,
    })
}

/// Whether all that a rule has sent to other members is back, by an event with that id and by those before it, and the rule does
/// nothing beside that would stay with the sender.
pub(super) fn all_sent_back(
    plan: &Plan,
    member: &Member,
    order: &Order,
    rule: u32,
    (back, points): (&str, Decimal),
) -> bool {
    let leaves = |kind: &EffectKindPlan| {
        let holds_nothing_up = matches!(
            kind,
            EffectKindPlan::Transfer { .. }
                | EffectKindPlan::Spend { .. }
                | EffectKindPlan::Tag(_)
                | EffectKindPlan::Untag(_)
                | EffectKindPlan::Set { .. }
                | EffectKindPlan::Signal { .. }
                | EffectKindPlan::Say(_)
                | EffectKindPlan::Consent { .. }
        );
        !holds_nothing_up
    };
    let came_back = |id: &str, amount: Decimal| {
        if id == back {
            return points == amount;
        }
        let decisions = member.remembered(plan, id).and_then(|record| record.decisions().ok()).unwrap_or_default();
        let restored = decisions.iter().filter(|decision| matches!(decision.kind, Kind::Restored { .. }));
        amount::sum(restored.filter_map(Decision::amount).collect::<Vec<_>>().into_iter()) == Ok(amount)
    };
    let sent = order.decisions.iter().filter_map(|decision| match &decision.kind {
        Kind::Transferred { rule: by, amount, parcel, .. } if *by == rule => Some((&*parcel.id, *amount)),
        _ => None,
    });
    !does(plan, rule, order.day, leaves)
        && sent.into_iter().all(|(id, amount)| came_back(&format!("{id}{BACK}"), amount))
}
