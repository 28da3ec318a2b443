//! What a coupon, a reward or a goal has given that no return takes back: a draw, a card, an issued coupon that was used, points that
//! it has converted or forfeited.
//!
//! It stays with the member when the order, the units or the goal come back. So a limit on it stays used up, and where the order lives on
//! in another one, or the goal is met again, as much of it is not given once more.

use rust_decimal::Decimal;

use super::lasting::{does, each_form, taken_to_convert};
use super::own::own;
use crate::amount;
use crate::engine::challenges::{self, Reward};
use crate::engine::coupons::Fate;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::member::Member;
use crate::engine::moves::Move;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::rewards;
use crate::plan::{CouponPlan, EffectKindPlan, Plan, RulePlan};

/// One thing that stays, and the rule of the declaration that has given it.
#[derive(Debug, Clone, PartialEq)]
pub struct Gift {
    pub rule: u32,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A turn of a wheel, and a card of one.
    Draw(usize),
    Card(usize),
    /// A coupon, and the number of the one that was issued and used.
    Coupon(u32, u64),
    /// By the wallet that it took the points of.
    Converted(u16),
    Forfeited(u16),
}

impl Gift {
    /// Whether a move would give the same once more.
    fn is_of(&self, step: &Move) -> bool {
        match (step, &self.what) {
            (Move::Draw { wheel, .. }, What::Draw(known)) | (Move::Deal { wheel, .. }, What::Card(known)) => {
                usize::from(*wheel) == *known
            }
            (Move::Issue { issue, .. }, What::Coupon(coupon, _)) => issue.coupon == *coupon,
            (Move::Convert { from, .. }, What::Converted(wallet)) => from == wallet,
            (Move::Forfeit { wallet, .. }, What::Forfeited(known)) => wallet == known,
            _ => false,
        }
    }
}

/// What stays of what coupons and rewards have given with an order and with those in whose place it is.
pub fn gifts(plan: &Plan, member: &Member, order: &str) -> Vec<Gift> {
    let mut found = Vec::new();
    each_form(plan, member, order, |record, decisions| found.extend(gifts_of_form(plan, member, decisions, record.at)));
    found
}

fn gifts_of_form(plan: &Plan, member: &Member, decisions: &[Decision], at: i64) -> Vec<Gift> {
    let gifts = gifts_in(plan, member, decisions, super::gives_with_an_order);
    without_others(plan, (decisions, at), gifts, |gift| gift.rule)
}

/// Leaves out of what coupons and rewards have given by the decisions of an order what rewards gave that chains had redeemed: that is
/// not the order's. Its own gave first.
fn without_others<T>(
    plan: &Plan,
    (decisions, at): (&[Decision], i64),
    given: Vec<T>,
    rule_of: impl Fn(&T) -> u32,
) -> Vec<T> {
    if given.is_empty() {
        return given;
    }
    let (own, others) = own(plan, decisions.to_vec(), at);
    let redeemed = rewards::all_redeemed(&own);
    let units = |all: &[(u32, Decimal)], rule: u32| {
        let own = all.iter().filter(|(of, _)| *of == rule).map(|(_, units)| *units);
        amount::sum(own.collect::<Vec<_>>().into_iter()).unwrap_or_default()
    };
    let mut left: Vec<(u32, usize)> = Vec::new();
    for (rule, _) in &others {
        let (own, other) = (units(&redeemed, *rule), units(&others, *rule));
        let all = given.iter().filter(|one| rule_of(one) == *rule).count();
        let most =
            Decimal::from(all).checked_mul(own).and_then(|own_of_all| own_of_all.checked_div(own.checked_add(other)?));
        left.push((*rule, most.and_then(|most| usize::try_from(most.floor().mantissa()).ok()).unwrap_or(all)));
    }
    let mut is_own = |rule: u32| match left.iter_mut().find(|(of, _)| *of == rule) {
        Some((_, 0)) => false,
        Some((_, left)) => {
            *left -= 1;
            true
        }
        None => true,
    };
    given.into_iter().filter(|one| is_own(rule_of(one))).collect()
}

/// What stays of what the reward of a goal had given when the goal was met before and taken back.
pub fn gifts_of_goal(plan: &Plan, member: &Member, (rule, reward): (u32, &Reward)) -> Vec<Gift> {
    let lasts = |kind: &EffectKindPlan| super::is_lasting(kind) && !matches!(kind, EffectKindPlan::Convert { .. });
    let forms = plan.rules.get(rule as usize).map(|rule| rule.forms.as_slice()).unwrap_or(&[]);
    let lasts = forms.iter().any(|form| form.value.effects.iter().any(|effect| lasts(&effect.kind)));
    let challenge = plan.challenges.get(usize::from(reward.challenge)).filter(|_| lasts);
    if !challenge.is_some_and(|challenge| challenge.forms.iter().any(|form| form.value.revoke)) {
        return Vec::new();
    }
    let is_own = |known: &RulePlan| plan.rules.get(rule as usize).is_some_and(|own| core::ptr::eq(own, known));
    let kinds: [fn(&What) -> bool; 4] = [
        |what| matches!(what, What::Draw(_)),
        |what| matches!(what, What::Card(_)),
        |what| matches!(what, What::Coupon(..)),
        |what| matches!(what, What::Forfeited(_)),
    ];
    let mut found = Vec::new();
    for challenges::Met { decisions, part, .. } in challenges::met_by(plan, member, reward) {
        let all = gifts_in(plan, member, &decisions, is_own);
        for is_kind in kinds {
            let own: Vec<Gift> = all.iter().filter(|gift| is_kind(&gift.what)).cloned().collect();
            found.extend(part.of(&own).iter().cloned());
        }
    }
    found
}

/// What stays of what one rule has given by some decisions.
pub fn gifts_by(plan: &Plan, member: &Member, decisions: &[Decision], rule: u32) -> Vec<Gift> {
    gifts_in(plan, member, decisions, |_| true).into_iter().filter(|gift| gift.rule == rule).collect()
}

/// Whether anything stays of what a coupon or a reward has given with an order: a limit on it is not free again.
pub fn leaves(plan: &Plan, member: &Member, order: &str, rule: u32) -> bool {
    let raises = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Raise { .. });
    let mut stays = false;
    each_form(plan, member, order, |record, decisions| {
        stays |= gifts_of_form(plan, member, decisions, record.at).iter().any(|gift| gift.rule == rule)
            || does(plan, rule, plan.calendar.day_at(record.at), raises);
    });
    stays
}

/// The issued coupons of the forms before an order that are still somebody's: they go with what has given them, as those of the last
/// form do.
pub fn issued_before(plan: &Plan, member: &Member, order: &str) -> Vec<Decision> {
    let mut found = Vec::new();
    let mut is_last = true;
    each_form(plan, member, order, |record, decisions| {
        let issued = decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Coupon(CouponDecision::Issued { number, rule: Some(rule), .. }) => {
                let gives = plan.rules.get(*rule as usize).is_some_and(super::gives_with_an_order);
                gives.then_some((*rule, *number, decision))
            }
            _ => None,
        });
        if !is_last {
            let own = without_others(plan, (decisions, record.at), issued.collect(), |(rule, ..)| *rule);
            let held = |number: u64| member.coupons.held.iter().find(|held| held.number == number);
            let there = |number: u64| held(number).is_some_and(|held| held.fate != Fate::Ended);
            found
                .extend(own.into_iter().filter(|(_, number, _)| there(*number)).map(|(.., decision)| decision.clone()));
        }
        is_last = false;
    });
    found
}

/// Leaves out of what a declaration is about to do what it has done already, and tells that.
pub fn not_once_more(known: &mut Vec<Gift>, rule: u32, moves: &mut Vec<Move>) -> Vec<(What, Move)> {
    let mut done = Vec::new();
    moves.retain(|step| {
        let Some(place) = known.iter().position(|gift| gift.rule == rule && gift.is_of(step)) else { return true };
        done.push((known.remove(place).what, step.clone()));
        false
    });
    done
}

/// Issued coupons that stand for others end as those would have, should their uses be given back. Tells their numbers.
pub fn stand_for(member: &mut Member, done: &[(What, Move)]) -> Vec<u64> {
    let mut numbers = Vec::new();
    for (what, step) in done {
        let (What::Coupon(_, number), Move::Issue { issue, .. }) = (what, step) else { continue };
        if let Some(held) = member.coupons.held.find_mut(|held| held.number == *number) {
            held.until = held.until.max(issue.until);
        }
        numbers.push(*number);
    }
    numbers
}

/// What stays of what some rules have given by some decisions.
fn gifts_in(plan: &Plan, member: &Member, decisions: &[Decision], is_own: impl Fn(&RulePlan) -> bool) -> Vec<Gift> {
    let is_own = |rule: u32| plan.rules.get(rule as usize).is_some_and(&is_own);
    let wheel = |name: &str| plan.wheels.iter().position(|wheel| *wheel.name == *name);
    let converted = taken_to_convert(plan, decisions);
    let gifts = decisions.iter().enumerate().filter_map(|(place, decision)| {
        let (rule, what) = match &decision.kind {
            Kind::Drawn { wheel: name, rule: Some(rule), .. } => (*rule, What::Draw(wheel(name)?)),
            Kind::CardIssued { wheel: name, rule, .. } => (*rule, What::Card(wheel(name)?)),
            Kind::Forfeited { wallet, rule, .. } => (*rule, What::Forfeited(*wallet)),
            Kind::Spent { wallet, rule: Some(rule), .. } if converted.contains(&place) => {
                (*rule, What::Converted(*wallet))
            }
            Kind::Coupon(CouponDecision::Issued { coupon, number, rule: Some(rule), .. }) => {
                let used = |number: u64| {
                    let held = member.coupons.held.iter().find(|held| held.number == number);
                    held.is_some_and(|held| matches!(held.fate, Fate::Used { .. }))
                };
                (*rule, What::Coupon(CouponPlan::named(&plan.coupons, coupon).filter(|_| used(*number))?, *number))
            }
            _ => return None,
        };
        is_own(rule).then_some(Gift { rule, what })
    });
    gifts.collect()
}
