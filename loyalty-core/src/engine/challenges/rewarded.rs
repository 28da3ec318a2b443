//! What the reward of a goal has done in the events that met it. What it has spent and redeemed is given back with the goal. Where the
//! goal is met again, it pays with what no wallet has given back, and what was had of what it redeemed is not given once more.

use rust_decimal::Decimal;

use super::super::decided::Decided;
use super::super::ledger;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind, RedeemedBy};
use super::super::returns::{self, Gift, What};
use super::super::rewards::{self, Units};
use super::revoke::Reward;
use crate::amount::{self, Overflow};
use crate::plan::{EffectKindPlan, Plan, RestorePlan};

/// An event that has met a goal.
pub struct Met {
    pub decisions: Vec<Decision>,
    /// Which part of what the goal's reward did there is that of this goal: the round may have been one of several.
    pub part: Part,
}

/// The events that are remembered and have met a goal, in the order of their coming.
pub fn met_by(plan: &Plan, member: &Member, reward: &Reward) -> Vec<Met> {
    let Some(challenge) = plan.challenges.get(usize::from(reward.challenge)) else { return Vec::new() };
    let mut found = Vec::new();
    for record in member.log.iter() {
        let decisions = record.decisions().unwrap_or_default();
        let met = decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::GoalMet { challenge: of, place, window, round, .. }
            | Kind::ChallengeCompleted { challenge: of, place, window, round, .. }
                if (&**of, *place) == (&*challenge.name, reward.goal) =>
            {
                Some((*window, *round))
            }
            _ => None,
        });
        let met: Vec<(i64, u32)> = met.collect();
        if let Some(place) = met.iter().rposition(|met| *met == (reward.window, reward.round)) {
            found.push(Met { decisions, part: Part { place, of: met.len() } });
        }
    }
    found
}

/// One of several equal parts.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    place: usize,
    of: usize,
}

impl Part {
    /// The part of a list.
    pub fn of<'l, T>(&self, list: &'l [T]) -> &'l [T] {
        let end = |place: usize| list.len().saturating_mul(place).checked_div(self.of).unwrap_or_default();
        list.get(end(self.place)..end(self.place.saturating_add(1))).unwrap_or_default()
    }
}

impl Met {
    /// The places at which the goal's reward, which is that rule, has redeemed others.
    fn redeemed(&self, rule: u32) -> Vec<usize> {
        let by_it = |decision: &Decision| match decision.kind {
            Kind::RewardRedeemed { by: RedeemedBy::Rule(by), .. } => by == rule,
            _ => false,
        };
        let own = self.decisions.iter().enumerate().filter(|(_, decision)| by_it(decision));
        let own: Vec<usize> = own.map(|(place, _)| place).collect();
        self.part.of(&own).to_vec()
    }

    /// The places of what it has paid: what it has spent itself, and the prices of what it has redeemed.
    fn paid(&self, plan: &Plan, rule: u32) -> Vec<usize> {
        let spent = returns::spent(plan, &self.decisions, rule);
        let mut paid = self.part.of(&spent).to_vec();
        paid.extend(self.redeemed(rule).into_iter().flat_map(|place| returns::price(&self.decisions, place)));
        paid
    }

    /// How many units of which reward were redeemed at a place, and when.
    fn units(&self, place: usize) -> Option<(u32, Decimal, i64)> {
        let decision = self.decisions.get(place)?;
        match decision.kind {
            Kind::RewardRedeemed { rule, quantity, .. } => Some((rule, Decimal::from(quantity), decision.at)),
            _ => None,
        }
    }

    /// What stays of what the goal's reward has had another one give: those that the event itself has taken gave first.
    fn gifts(&self, plan: &Plan, member: &Member, (rule, redeemed): (u32, u32)) -> Vec<Gift> {
        let gifts = returns::gifts_by(plan, member, &self.decisions, redeemed);
        let units = |own: bool| {
            let units = self.decisions.iter().filter_map(|decision| match decision.kind {
                Kind::RewardRedeemed { rule: of, quantity, by, .. } if of == redeemed => {
                    (!own || by == RedeemedBy::Rule(rule)).then_some(quantity as usize)
                }
                _ => None,
            });
            units.sum::<usize>()
        };
        let kinds = gifts.iter().map(|gift| core::mem::discriminant(&gift.what)).collect::<Vec<_>>();
        let mut found = Vec::new();
        for (place, kind) in
            kinds.iter().enumerate().filter(|(place, kind)| !kinds.iter().take(*place).any(|known| known == *kind))
        {
            let of_kind = gifts.iter().skip(place).filter(|gift| core::mem::discriminant(&gift.what) == *kind);
            let all: Vec<Gift> = of_kind.cloned().collect();
            let own = all.len().saturating_mul(units(true)).checked_div(units(false)).unwrap_or_default();
            let own = all.get(all.len().saturating_sub(own)..).unwrap_or_default();
            found.extend(self.part.of(own).iter().cloned());
        }
        found
    }
}

/// Gives back what the reward of a goal has spent. What time alone had set off is in no log, and stays spent.
pub fn give_back_spent(
    plan: &Plan,
    member: &mut Member,
    (rule, reward): (u32, &Reward),
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    if !does(plan, rule, |kind| matches!(kind, EffectKindPlan::Spend { .. })) {
        return Ok(());
    }
    let Some(met) = met_by(plan, member, reward).pop() else { return Ok(()) };
    let spent = returns::spent(plan, &met.decisions, rule);
    for decision in met.part.of(&spent).iter().rev().filter_map(|place| met.decisions.get(*place)) {
        unspend(plan, member, decision, (decision.at, at, false), decisions)?;
    }
    Ok(())
}

/// Whether some form of a rule has such an effect.
fn does(plan: &Plan, rule: u32, is: impl Fn(&EffectKindPlan) -> bool) -> bool {
    let forms = plan.rules.get(rule as usize).map(|rule| rule.forms.as_slice()).unwrap_or(&[]);
    forms.iter().any(|form| form.value.effects.iter().any(|effect| is(&effect.kind)))
}

/// Gives back what a decision has spent, the last of it first.
fn unspend(
    plan: &Plan,
    member: &mut Member,
    decision: &Decision,
    at: (i64, i64, bool),
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Kind::Spent { entry, wallet, uses, restore, .. } = &decision.kind else { return Ok(()) };
    for used in uses.iter().rev() {
        returns::give_back_used(plan, member, *wallet, (*entry, used, *restore), at, decisions)?;
    }
    Ok(())
}

/// Takes back what the reward of a goal has redeemed: it gives the price back, and what that gave goes.
pub fn give_back_redeemed(
    plan: &Plan,
    member: &mut Member,
    (rule, reward): (u32, &Reward),
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    if !redeems(plan, rule) {
        return Ok(());
    }
    let all_met = met_by(plan, member, reward);
    let Some(met) = all_met.last() else { return Ok(()) };
    for place in met.redeemed(rule).into_iter().rev() {
        let Some((of, units, then)) = met.units(place) else { continue };
        let decided = &met.decisions;
        for paid in returns::price(decided, place).into_iter().rev().filter_map(|place| decided.get(place)) {
            unspend(plan, member, paid, (then, at, false), decisions)?;
        }
        let with_it = decided.get(returns::begins(decided, of)..).unwrap_or_default();
        let all = with_it.iter().filter_map(|decision| match decision.kind {
            Kind::RewardRedeemed { rule, quantity, .. } if rule == of => Some(Decimal::from(quantity)),
            _ => None,
        });
        let all = amount::sum(all.collect::<Vec<_>>().into_iter())?;
        let units = Units { rule: of, before: Decimal::ZERO, units, all };
        let stay: Vec<Gift> = all_met.iter().flat_map(|met| met.gifts(plan, member, (rule, of))).collect();
        let stays = !stay.is_empty();
        let first = decisions.len();
        rewards::go_back(plan, member, with_it, units, (then, at, stays || raises(plan, of)), decisions)?;
        let used =
            stay.iter().filter_map(|gift| if let What::Coupon(_, number) = gift.what { Some(number) } else { None });
        rewards::close_coupons(member, &used.collect::<Vec<_>>(), Decimal::MAX, at);
        let taken = decisions.get(first..).unwrap_or_default();
        returns::were_given_for(plan, member, reward.source_of(plan, of), (taken, then));
    }
    Ok(())
}

fn raises(plan: &Plan, rule: u32) -> bool {
    does(plan, rule, |kind| matches!(kind, EffectKindPlan::Raise { .. }))
}

fn redeems(plan: &Plan, rule: u32) -> bool {
    does(plan, rule, |kind| matches!(kind, EffectKindPlan::Redeem { .. }))
}

/// What a goal that is met again goes on with.
#[derive(Debug, Default)]
pub struct Again {
    /// What was put back of points that are never given back: it pays with them.
    lent: Vec<(u16, Decimal)>,
    /// Units of rewards whose limits had stayed used, for what they gave was had: they are free for the same goal.
    free: Vec<(u32, Decimal, i64)>,
    /// What stays of what it had redeemed.
    gifts: Vec<Gift>,
}

/// Prepares what a goal needs whose reward, which is that rule, is given again: it was taken back before, or in this very edit in another
/// window.
pub fn meet_again(
    plan: &Plan,
    member: &mut Member,
    (rule, reward): (u32, &Reward),
    at: i64,
    decisions: &mut Decided,
) -> Result<Again, Overflow> {
    let mut again = Again::default();
    let revokes = plan.challenges.get(usize::from(reward.challenge));
    let revokes = revokes.is_some_and(|challenge| challenge.forms.iter().any(|form| form.value.revoke));
    let pays = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Spend { .. } | EffectKindPlan::Redeem { .. });
    if !revokes || !does(plan, rule, pays) {
        return Ok(again);
    }
    let before = decisions.undone_for(reward).unwrap_or(*reward);
    let all = met_by(plan, member, &before);
    let Some(met) = all.last() else { return Ok(again) };
    for decision in met.paid(plan, rule).into_iter().rev().filter_map(|place| met.decisions.get(place)) {
        if let Kind::Spent { wallet, amount, restore, .. } = &decision.kind
            && restore.how == RestorePlan::Never
        {
            unspend(plan, member, decision, (decision.at, at, true), decisions)?;
            again.lent.push((*wallet, *amount));
        }
    }
    for (of, units, then) in met.redeemed(rule).into_iter().filter_map(|place| met.units(place)) {
        if !again.gifts.iter().any(|gift| gift.rule == of) {
            again.gifts.extend(all.iter().flat_map(|met| met.gifts(plan, member, (rule, of))));
        }
        let had = raises(plan, of) || returns::was_had(member, before.source_of(plan, of));
        if had || again.gifts.iter().any(|gift| gift.rule == of) {
            rewards::undone(plan, member, (of, units), (then, at), decisions)?;
            again.free.push((of, units, then));
        }
    }
    Ok(again)
}

impl Again {
    /// Takes again what the reward has left, by the decisions of its own, of what was put back for it and was made free.
    pub fn settle(
        self,
        plan: &Plan,
        member: &mut Member,
        (rule, reward): (u32, Reward),
        (first, at): (usize, i64),
        decisions: &mut Decided,
    ) -> Result<(), Overflow> {
        let own = decisions.get(first..).unwrap_or_default();
        let is_redeemed = |decision: &Decision| matches!(decision.kind, Kind::RewardRedeemed { .. });
        let places = own.iter().enumerate().filter(|(_, decision)| is_redeemed(decision));
        let redeemed: Vec<usize> = places.map(|(place, _)| place.saturating_add(first)).collect();
        let mut paid: Vec<(u16, Decimal)> = Vec::new();
        for decision in own {
            if let Kind::Spent { wallet, amount, .. } = decision.kind {
                paid.push((wallet, amount));
            }
        }
        for (wallet, lent) in self.lent {
            let mut left = lent;
            for (_, paid) in paid.iter_mut().filter(|(of, _)| *of == wallet) {
                let part = left.min(*paid);
                (left, *paid) = (amount::subtract(left, part)?, amount::subtract(*paid, part)?);
            }
            let available = member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.available);
            let left = left.min(available);
            if left > Decimal::ZERO {
                ledger::take(plan, member, wallet, left, Some(rule), at, decisions)?;
            }
        }
        for (of, units, then) in self.free {
            let units_of = |place: &usize| match decisions.get(*place).map(|decision| &decision.kind) {
                Some(Kind::RewardRedeemed { rule, quantity, .. }) if *rule == of => Some(Decimal::from(*quantity)),
                _ => None,
            };
            let again = amount::sum(redeemed.iter().filter_map(units_of).collect::<Vec<_>>().into_iter())?;
            let lost = amount::subtract(units, again)?;
            if lost > Decimal::ZERO {
                rewards::used_again(plan, member, (of, lost), (then, at), decisions)?;
            }
        }
        decisions.redeemed_for(reward, redeemed, self.gifts);
        Ok(())
    }
}
