//! What follows: rules on decisions and changes, set off by what has just been decided, until nothing more is.
//!
//! The checker has seen to it that no chain leads back to itself, so that this ends. Rules run one by one, in the order
//! of the decisions and, on one decision, of the file; each sees what those before it have done.

use core::ops::Range;

use rust_decimal::Decimal;

use super::challenges::{self, Reward};
use super::coupons::Concerned;
use super::coupons::points::{self, Room};
use super::decided::{Decided, Run};
use super::earning::{self, Evaluation};
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::ladders::{self, Occasion};
use super::lots::{Lot, Vesting};
use super::member::Member;
use super::moves::Move;
use super::outcome::{Decision, Kind};
use super::rules::Candidates;
use super::{badges, caps, experiments, ledger, messages, moves, questions, referrals, returns, schedule, segments};
use crate::amount::Overflow;
use crate::check::model::{CouponChange, DecisionTrigger, LadderChange, Moment, Trigger};
use crate::plan::{LadderPlan, Plan, RulesOn};
use crate::sorting::Arrange as _;

/// What a rule can read of what set it off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cause {
    pub amount: Decimal,
    pub at: i64,
    /// The level before a change.
    pub before: Option<u16>,
    /// The goal of a challenge whose reward this is.
    pub reward: Option<Reward>,
    /// The goal whose reward has redeemed the one that this is what it gives of.
    pub goal: Option<Reward>,
    pub coupon: Option<Concerned>,
    /// What is left of the budget of points of the coupon whose effects these are.
    pub room: Option<Room>,
    /// The rule has followed on an earlier form of the order, and does again only what goes by the amount.
    pub again: bool,
}

impl Cause {
    /// Nothing but an amount, at an instant.
    pub fn of(amount: Decimal, at: i64) -> Self {
        Self { amount, at, before: None, reward: None, goal: None, coupon: None, room: None, again: false }
    }
}

/// Far more rounds than a program without circles can need.
const ROUNDS_MAX: usize = 10_000;

/// The most decisions that may follow from what has been decided at one instant. Without circles, too, rules can set off two others
/// each, and these two others.
const DECISIONS_MAX: usize = 10_000;

/// Runs what follows from the decisions since `next`, and judges ladders and segments, until nothing more happens.
pub fn follow(
    plan: &Plan,
    member: &mut Member,
    at: i64,
    occasion: Occasion,
    mut next: usize,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    if !plan.reactions.any || !member.account.is_open() {
        return Ok(());
    }
    let (first, today) = (next, plan.calendar.day_at(at));
    // What rules have decided at present that follow on something of before.
    let mut of_before: Vec<(Range<usize>, i64)> = Vec::new();
    for _ in 0..ROUNDS_MAX {
        while let Some(decision) = decisions.get(next) {
            let as_of = of_before.get(of_before.partition_point(|(decided, _)| decided.end <= next));
            let as_of = as_of.filter(|(decided, _)| decided.contains(&next)).map_or(decision.at, |(_, at)| *at);
            let mut set_off = rules_on(plan, decision);
            if let Kind::RewardRedeemed { rule: of, .. } = decision.kind {
                let goal = decisions.goal_of(next);
                set_off.iter_mut().filter(|(rule, _)| *rule == of).for_each(|(_, cause)| cause.goal = goal);
            }
            let carried = decisions.is_carried(decision);
            let before = match set_off.is_empty() || carried {
                true => None,
                false => returns::followed_before(plan, member, decision),
            };
            let at_once =
                if set_off.is_empty() { None } else { returns::vested_at_once(plan, decisions, (first, next)) };
            let of_follower = !set_off.is_empty() && returns::follows_itself(plan, decision, plan.calendar.day_at(at));
            next += 1;
            // What an edit takes back and grants once more is undone as far as it is less, when all of it is there.
            let waits = decisions.event().and(decisions.edited()).is_some();
            let set_off = set_off.into_iter().filter(|(rule, _)| !waits || !returns::undoes(plan, *rule, today));
            for (rule, cause) in set_off.collect::<Vec<_>>() {
                let mut again = decisions.has_followed(rule);
                let vests = |wallet| plan.reactions.on(wallet, DecisionTrigger::Vested).contains(&rule);
                let at_once = at_once.as_ref().filter(|(wallet, _)| vests(*wallet)).map(|(_, before)| before);
                let amount = match before.as_ref().or(at_once) {
                    _ if of_follower => decisions.all_to(plan, rule, cause.amount),
                    Some(before) => before.new_to(plan, member, (rule, &cause), (at, &mut again), decisions)?,
                    None => decisions.new_to(plan, rule, cause.amount).filter(|_| !carried),
                };
                let Some(amount) = amount else { continue };
                let whole = cause.amount;
                let cause = Cause { amount, again, ..cause };
                let begun = decisions.len();
                run(plan, member, rule, (cause, whole), (at, as_of, occasion), decisions)?;
                if as_of < at && decisions.len() > begun {
                    of_before.push((begun..decisions.len(), as_of));
                }
                if decisions.len().saturating_sub(first) > DECISIONS_MAX {
                    return Err(too_many_decisions());
                }
            }
        }
        // A goal that goes by the level is that of the level before the event.
        challenges::settle(plan, member, at, occasion, decisions)?;
        ladders::settle(plan, member, at, occasion, decisions)?;
        segments::settle(plan, member, at, decisions)?;
        badges::settle(plan, member, at, occasion, decisions)?;
        referrals::settle(plan, member, at, decisions);
        if next == decisions.len() {
            return Ok(());
        }
    }
    Err(Overflow.into())
}

/// Runs the rules that undo what had followed on the form before of an edited order, and what follows from that.
pub fn follow_on_less(
    plan: &Plan,
    member: &mut Member,
    at: i64,
    first: usize,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    if !member.account.is_open() {
        return Ok(());
    }
    let own = decisions.get(first..).unwrap_or_default();
    for (rule, amount) in returns::less(plan, own, plan.calendar.day_at(at))? {
        let cause = Cause::of(amount, at);
        let next = decisions.len();
        run(plan, member, rule, (cause, amount), (at, at, Occasion::Return), decisions)?;
        follow(plan, member, at, Occasion::Return, next, decisions)?;
    }
    Ok(())
}

fn too_many_decisions() -> EventError {
    EventError::new(Refusal::TooManyDecisions)
        .expecting(format!("at most {DECISIONS_MAX} decisions that follow from an event"))
        .but_found("more")
        .advising("rules on decisions set off ever more of each other: let fewer of them follow on the same decision")
}

/// The rules that a decision sets off, in the order of the file.
pub fn rules_on(plan: &Plan, decision: &Decision) -> Vec<(u32, Cause)> {
    let reactions = &plan.reactions;
    let amount = decision.amount().unwrap_or_default();
    let cause = Cause::of(amount, decision.at);
    let about = |wallet: u16, kind: DecisionTrigger| reactions.on(wallet, kind).iter().map(|rule| (*rule, cause));
    match &decision.kind {
        Kind::Earned { wallet, vesting, .. } => {
            let mut rules: Vec<_> = about(*wallet, DecisionTrigger::Earned).collect();
            if *vesting == Vesting::Done {
                rules.extend(about(*wallet, DecisionTrigger::Vested));
                rules.arrange_by_key(|(rule, _)| *rule);
            }
            rules
        }
        Kind::Vested { wallet, .. } => about(*wallet, DecisionTrigger::Vested).collect(),
        Kind::Spent { wallet, .. } => about(*wallet, DecisionTrigger::Spent).collect(),
        Kind::Expired { wallet, .. } | Kind::Forfeited { wallet, .. } => {
            about(*wallet, DecisionTrigger::Expired).collect()
        }
        Kind::Restored { wallet, .. } => about(*wallet, DecisionTrigger::Restored).collect(),
        // What was taken too much and is there again sets nothing off.
        Kind::ClawedBack { amount, .. } if *amount < Decimal::ZERO => Vec::new(),
        Kind::ClawedBack { wallet, .. } => about(*wallet, DecisionTrigger::ClawedBack).collect(),
        Kind::TierChanged { ladder, from, to, .. } => {
            let Some(number) = plan.ladders.iter().position(|known| known.name == *ladder) else { return Vec::new() };
            let Some(ladder) = plan.ladders.get(number) else { return Vec::new() };
            let (Some(from), Some(to)) = (level(ladder, from), level(ladder, to)) else { return Vec::new() };
            let rules = reactions.ladders.get(number).map(Vec::as_slice).unwrap_or(&[]);
            let concerned = rules.iter().filter(|rule| {
                let trigger = plan.rules.get(**rule as usize).map(|rule| &rule.trigger);
                let Some(Trigger::Ladder(_, change)) = trigger else { return false };
                match change {
                    LadderChange::Rises => to > from,
                    LadderChange::Falls => to < from,
                    LadderChange::Changes => true,
                    LadderChange::Reaches(level) => from < *level as u16 && *level as u16 <= to,
                }
            });
            concerned.map(|rule| (*rule, Cause { before: Some(from), ..cause })).collect()
        }
        // Once for each of it.
        Kind::RewardRedeemed { rule, quantity, .. } => {
            let moment = plan.rules.get(*rule as usize).map(|rule| &rule.trigger);
            let followers = match moment {
                Some(Trigger::Declared(moment)) => reactions.at(*moment).filter(|other| other != rule).collect(),
                _ => Vec::new(),
            };
            let gives = (0..*quantity).map(|_| *rule);
            gives.chain(followers).map(|rule| (rule, cause)).collect()
        }
        Kind::Drawn { wheel, slice, out_of_stock: false, .. } => {
            let number = plan.wheels.iter().position(|known| known.name == *wheel);
            let moment = number.map(|number| Moment::Slice(number, usize::from(*slice)));
            moment.into_iter().flat_map(|moment| reactions.at(moment)).map(|rule| (rule, cause)).collect()
        }
        Kind::Placed { leaderboard, rank, .. } => {
            let number = plan.leaderboards.iter().position(|known| known.name == *leaderboard);
            let places = number.and_then(|number| plan.leaderboards.get(number)).map_or(&[][..], |board| &board.places);
            let won = places.iter().position(|last| rank <= last);
            let moment = number.zip(won).map(|(number, won)| Moment::Placed(number, won));
            moment.into_iter().flat_map(|moment| reactions.at(moment)).map(|rule| (rule, cause)).collect()
        }
        Kind::Question(told) => {
            let rules = questions::moments(plan, told).into_iter().flat_map(|moment| reactions.at(moment));
            rules.map(|rule| (rule, cause)).collect()
        }
        Kind::SegmentEntered { segment } => watchers(plan, segment, true, cause),
        Kind::SegmentLeft { segment } => watchers(plan, segment, false, cause),
        Kind::GoalMet { challenge, place, window, round, .. }
        | Kind::ChallengeCompleted { challenge, place, window, round, .. } => {
            let Some(number) = plan.challenge_named(challenge) else { return Vec::new() };
            let reward = Reward { challenge: number as u16, window: *window, round: *round, goal: *place };
            let moment = Moment::Goal(number, usize::from(*place));
            let rules = reactions.at(moment);
            rules.map(|rule| (rule, Cause { reward: Some(reward), ..cause })).collect()
        }
        Kind::FriendsReached { referral, friends } => {
            let number = plan.referrals.iter().position(|known| *known.name == **referral);
            let rules = number.into_iter().flat_map(|number| reactions.at(Moment::Friends(number, *friends)));
            rules.map(|rule| (rule, cause)).collect()
        }
        Kind::StreakBroken { challenge, .. } => {
            let number = plan.challenge_named(challenge);
            number
                .into_iter()
                .flat_map(|number| reactions.at(Moment::Breaks(number)))
                .map(|rule| (rule, cause))
                .collect()
        }
        Kind::Coupon(coupon) => {
            let Some((change, of)) = Concerned::of(plan, coupon) else { return Vec::new() };
            let rules = reactions.coupons.iter();
            let rules =
                rules.filter(|(on, coupon, _)| *on == change && coupon.is_none_or(|coupon| coupon == of.coupon));
            let cause = Cause { coupon: Some(of), ..cause };
            let own = points::gives(plan, of.coupon, decision.at).filter(|_| change == CouponChange::Redeemed);
            own.into_iter().chain(rules.map(|(.., rule)| *rule)).map(|rule| (rule, cause)).collect()
        }
        _ => Vec::new(),
    }
}

fn level(ladder: &LadderPlan, name: &str) -> Option<u16> {
    ladder.levels.iter().position(|level| **level == *name).map(|level| level as u16)
}

fn watchers(plan: &Plan, segment: &str, entered: bool, cause: Cause) -> Vec<(u32, Cause)> {
    let watched =
        plan.reactions.segments.iter().find(|watched| {
            plan.segments.get(usize::from(watched.segment)).is_some_and(|known| *known.name == *segment)
        });
    let rules = watched.map(|watched| if entered { &watched.entered } else { &watched.left });
    rules.into_iter().flatten().map(|rule| (*rule, cause)).collect()
}

/// The rules by the calendar whose instant has come, each followed by what it leads to.
pub fn by_the_clock(plan: &Plan, member: &mut Member, due: i64, decisions: &mut Decided) -> Result<(), EventError> {
    if !member.account.is_open() || member.account.paused_at(due) {
        return Ok(());
    }
    for number in &plan.reactions.clock {
        let trigger = plan.rules.get(*number as usize).map(|rule| &rule.trigger);
        let Some(Trigger::Clock(trigger)) = trigger else { continue };
        if schedule::occurs_after(plan, member, trigger, due.saturating_sub(1)) != Some(due) {
            continue;
        }
        for cause in schedule::causes(plan, member, trigger, due) {
            let next = decisions.len();
            run(plan, member, *number, (cause, cause.amount), (due, due, Occasion::Time), decisions)?;
            follow(plan, member, due, Occasion::Time, next, decisions)?;
        }
    }
    Ok(())
}

/// Runs one rule that no event has set off. What it tells of tags and attributes holds as of the instant of what it follows on.
fn run(
    plan: &Plan,
    member: &mut Member,
    rule: u32,
    (cause, whole): (Cause, Decimal),
    (at, as_of, occasion): (i64, i64, Occasion),
    decisions: &mut Decided,
) -> Result<(), EventError> {
    if decisions.rests_at(member, at) {
        return Ok(());
    }
    let plan_of = plan.rules.get(rule as usize);
    let arms = plan_of.map(|rule| rule.arms.as_slice()).unwrap_or(&[]);
    experiments::expect_secret(plan, !arms.is_empty())?;
    // Whoever the calendar passes over has not been met by it.
    if plan_of.is_some_and(|rule| !matches!(rule.trigger, Trigger::Clock(_))) {
        experiments::note(plan, member, arms, at, decisions);
    }
    // A rule that the program writes itself gives what no return takes back.
    let held = plan_of.is_some_and(|rule| rule.held.is_some());
    let reward = cause.reward.filter(|_| held);
    let (met, first) = (decisions.meet(member), decisions.len());
    let again = match &reward {
        Some(reward) => {
            Some((challenges::meet_again(plan, member, (rule, reward), at, decisions)?, *reward, decisions.len()))
        }
        None => None,
    };
    let mut evaluation = Evaluation::default();
    let counters = decisions.counters();
    let cause = Cause { room: points::room_of(plan, rule, &cause, counters.as_ref(), at, decisions), ..cause };
    let scope = Scope { cause: Some(&cause), counters: counters.as_ref(), ..Scope::of(plan, member, at) };
    match earning::evaluate(&scope, &Candidates::one(&rule), &RulesOn::ANYTHING, &mut evaluation) {
        Ok(_) => {
            if evaluation.comes_to_something(member, at) {
                experiments::note(plan, member, arms, at, decisions);
            }
            if matches!(occasion, Occasion::Time) || !plan_of.is_some_and(returns::gives_with_an_order) {
                evaluation.wait_for_no_event();
            }
            let mut moves = core::mem::take(&mut evaluation.moves);
            let mut of_goal =
                reward.map(|reward| returns::gifts_of_goal(plan, member, (rule, &reward))).unwrap_or_default();
            let known = match (reward, cause.goal) {
                (Some(_), _) => &mut of_goal,
                (None, Some(goal)) => decisions.gifts_for(&goal).unwrap_or(&mut of_goal),
                (None, None) => &mut decisions.gifts,
            };
            let done = returns::not_once_more(known, rule, &mut moves);
            for (_, step) in &done {
                if let Move::Convert { to, given, .. } = step
                    && let Some(policy) = plan.policy(*to, plan.calendar.day_at(at))
                {
                    let scope = Scope::of(plan, member, at);
                    caps::count(&scope, *to, &policy.caps, -*given, &mut evaluation.changes)?;
                }
            }
            let stand_for = returns::stand_for(member, &done);
            for change in &evaluation.changes {
                member.tallies.add(change)?;
            }
            let source = reward.map_or(0, |reward| reward.source(plan));
            let before = reward
                .map(|_| (challenges::Before::of(member), challenges::counted(plan, rule, at, &evaluation.changes)));
            let claim = points::claim(plan, &cause, &evaluation, at)?;
            ledger::commit(plan, member, (source, at), &mut evaluation, decisions)?;
            ledger::tell(plan, member, &mut evaluation, (at, as_of), decisions);
            decisions.extend(claim);
            // What is converted is given for other points, and stays so; but a reward takes both back.
            let converts = plan_of.is_none_or(|rule| !matches!(rule.trigger, Trigger::Declared(Moment::Redeemed(_))));
            let earned_until = decisions.len();
            moves::commit(plan, member, moves, at, decisions)?;
            let earned_until = if converts { earned_until } else { decisions.len() };
            if let Some((reward, (before, counted))) = reward.zip(before) {
                let decided = decisions.get(first..).unwrap_or(&[]);
                let earned = earned_until.saturating_sub(first);
                challenges::granted(member, reward, (&before, counted), (decided, earned), stand_for);
                let own = reward.source(plan);
                net_goal(plan, member, |lot| lot.source == own, (&reward, own), at, decisions)?;
            }
            let with_order = cause.goal.is_none() && plan_of.is_some_and(returns::gives_with_an_order);
            if let Some(goal) = cause.goal {
                let given = decisions.get(first..earned_until).unwrap_or(&[]).iter().filter_map(earned);
                let given: Vec<u64> = given.map(|(entry, ..)| entry).collect();
                let what = goal.source_of(plan, rule);
                net_goal(plan, member, |lot| given.contains(&lot.entry), (&goal, what), at, decisions)?;
            }
            if let Some(order) = decisions.edited().filter(|_| with_order) {
                let given =
                    decisions.get(first..earned_until).unwrap_or(&[]).iter().filter_map(earned).collect::<Vec<_>>();
                let lots: Vec<u64> = given.iter().map(|(entry, ..)| *entry).collect();
                returns::net_given(member, &lots, order, at, decisions)?;
                returns::carry_given(plan, member, &given, at, decisions)?;
            }
            let occasion = messages::Occasion { event: None, cause: Some(&cause), at };
            messages::commit(plan, member, &evaluation.says, occasion, decisions)?;
        }
        // A price that is not there can be no reason to refuse what has set the rule off.
        Err(error) if error.code() == Refusal::InsufficientBalance => {}
        Err(error) => return Err(error),
    }
    if let Some((again, reward, begun)) = again {
        again.settle(plan, member, (rule, reward), (begun, at), decisions)?;
    }
    if let Some(met) = met {
        let decisions_of = first..decisions.len();
        decisions.ran(Run { rule, cause, whole, at, met, counters, decisions: decisions_of });
    }
    Ok(())
}

/// Makes up for what had been given for the same goal before, met by other events, or with the form before of an edited order.
fn net_goal(
    plan: &Plan,
    member: &mut Member,
    is_own: impl Fn(&Lot) -> bool,
    (goal, what): (&Reward, u64),
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let since = returns::forgotten_before(plan, member);
    returns::net_given_again(member, &is_own, (what, since), |_| Decimal::MAX, at, decisions)?;
    let challenge = plan.challenges.get(usize::from(goal.challenge));
    if let Some((challenge, order)) = challenge.zip(decisions.edited()) {
        returns::net_reward(member, &is_own, (&challenge.name, order), at, decisions)?;
    }
    Ok(())
}

/// Its entry, the wallet and the amount, if a decision is that points are earned.
fn earned(decision: &Decision) -> Option<(u64, u16, Decimal)> {
    match decision.kind {
        Kind::Earned { entry, wallet, amount, .. } => Some((entry, wallet, amount)),
        _ => None,
    }
}
