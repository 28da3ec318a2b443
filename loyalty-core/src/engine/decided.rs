//! What an occasion decides, as it is decided; and, where that is to be explained, what the rules that follow met.

use core::ops::{Deref, DerefMut, Range};

use rust_decimal::Decimal;

use super::challenges::Reward;
use super::claims::{Claim, Counters};
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::reactions::Cause;
use super::returns::{Followed, Gift, Undone};
use crate::amount::{self, Overflow};
use crate::plan::Plan;

/// Decisions in their order. It reads as the list of them.
#[derive(Debug, Default)]
pub struct Decided {
    list: Vec<Decision>,
    /// The event that decides; nothing while time alone does.
    event: Option<String>,
    /// The rules that no event has set off, as they ran; nothing where nobody asks.
    runs: Option<Vec<Run>>,
    /// Where the counters over all members stand, if the host says so.
    counters: Option<Counters>,
    /// The rules of which something stays of the order that this one replaces: they do not do it once more.
    kept: Vec<u32>,
    /// The rules that followed on that order, with what is left of what set them off.
    followed: Vec<Followed>,
    /// What stays of what coupons and rewards had given with that order, as far as they have not stood for it in this one.
    pub gifts: Vec<Gift>,
    /// What undoing that order has found.
    undone: Undone,
    /// Digest of the id of this one, if it replaces another.
    edited: Option<u64>,
    /// The event is of a time at which the account was awake, whether it rests by now or not.
    awake: bool,
    /// The entries by which as many of this one vest at once: nothing follows on them.
    carried: Vec<u64>,
    /// The levels of badges that were deserved before something came back.
    badges: Vec<u16>,
    /// The goals that this one, which replaces another order, has taken back.
    goals: Vec<Reward>,
    /// What rewards of goals have redeemed.
    redeemed: Vec<Redeemed>,
}

/// Rewards that the reward of a goal has redeemed.
#[derive(Debug)]
struct Redeemed {
    goal: Reward,
    /// Where the decisions say so.
    places: Vec<usize>,
    /// What they had given before and is not given once more.
    gifts: Vec<Gift>,
}

/// A rule that a decision, a change or the calendar has set off.
#[derive(Debug)]
pub struct Run {
    pub rule: u32,
    pub cause: Cause,
    /// What it came to that set the rule off, of which the cause may hold what is new.
    pub whole: Decimal,
    pub at: i64,
    /// The state that it met.
    pub met: Member,
    /// Where the counters over all members stood for it, if the host says so.
    pub counters: Option<Counters>,
    /// What it decided.
    pub decisions: Range<usize>,
}

/// Runs that are kept: each holds a state. What comes after them is still told, without its numbers.
const RUNS_MAX: usize = 1_000;

impl Decided {
    /// Decisions of an occasion that is to be explained, where the counters over all members stand so, if the host says it.
    pub fn watched(counters: Option<Counters>) -> Self {
        Self { runs: Some(Vec::new()), counters, ..Self::default() }
    }

    /// Decisions of an occasion at which the host says where the counters over all members stand.
    pub fn counted(counters: Counters) -> Self {
        Self { counters: Some(counters), ..Self::default() }
    }

    /// The same for a host that may say nothing of them.
    pub fn beside(counters: Option<&Counters>) -> Self {
        Self { counters: counters.cloned(), ..Self::default() }
    }

    /// Where they will stand when all that has been claimed and given back so far is committed, if the host says so: one occasion may
    /// claim several times.
    pub fn counters(&self) -> Option<Counters> {
        let mut counters = self.counters.clone()?;
        for decision in &self.list {
            if let Kind::Claim { counter, by, limit, .. } = &decision.kind {
                counters.commit(&Claim { counter, by: *by, limit: *limit });
            }
        }
        Some(counters)
    }

    /// The rules of which something stays of the order that this one replaces.
    pub fn kept(&self) -> Vec<u32> {
        self.kept.clone()
    }

    pub fn keep(&mut self, rules: Vec<u32>, followed: Vec<Followed>) {
        (self.kept, self.followed) = (rules, followed);
    }

    /// What undoing the order has found that this one replaces.
    pub fn undone(&self) -> &Undone {
        &self.undone
    }

    /// How much of what is granted in a wallet instead had vested of that order: what has been told of is spoken for.
    pub fn vested_before(&mut self, wallet: usize, granted: Decimal) -> Result<Decimal, Overflow> {
        let Some(vested) = self.undone.vested.get_mut(wallet) else { return Ok(Decimal::ZERO) };
        let own = granted.min(*vested);
        *vested = amount::subtract(*vested, own)?;
        Ok(own)
    }

    pub fn have_undone(&mut self, undone: Undone, by: u64) {
        (self.undone, self.edited) = (undone, Some(by));
    }

    /// What each badge was held for before something came back.
    pub fn have_badges(&mut self, levels: Vec<u16>) {
        self.badges = levels;
    }

    pub fn badges_before(&self, badge: usize) -> u16 {
        self.badges.get(badge).copied().unwrap_or_default()
    }

    /// The order that is edited, as it stands from now on: digest of its id.
    pub fn edited(&self) -> Option<u64> {
        self.edited
    }

    /// Where an order is replaced, a goal was taken back.
    pub fn goal_undone(&mut self, goal: Reward) {
        self.goals.push(goal);
    }

    /// The goal that was taken back in whose place another one is met, if there is one: the same, or one of another window.
    pub fn undone_for(&mut self, goal: &Reward) -> Option<Reward> {
        let alike = |known: &Reward| (known.challenge, known.goal) == (goal.challenge, goal.goal);
        let same = self.goals.iter().position(|known| known == goal);
        let place = same.or_else(|| self.goals.iter().rposition(alike))?;
        Some(self.goals.remove(place))
    }

    /// The reward of a goal has redeemed others, as the decisions at some places say, of which some things are not given once more.
    pub fn redeemed_for(&mut self, goal: Reward, places: Vec<usize>, gifts: Vec<Gift>) {
        if !places.is_empty() {
            self.redeemed.push(Redeemed { goal, places, gifts });
        }
    }

    /// The goal whose reward has redeemed what the decision at a place says.
    pub fn goal_of(&self, place: usize) -> Option<Reward> {
        self.redeemed.iter().find(|known| known.places.contains(&place)).map(|known| known.goal)
    }

    /// What stays of what a goal's reward had redeemed before.
    pub fn gifts_for(&mut self, goal: &Reward) -> Option<&mut Vec<Gift>> {
        let known = self.redeemed.iter_mut().find(|known| known.goal == *goal)?;
        Some(&mut known.gifts).filter(|gifts| !gifts.is_empty())
    }

    /// From here on what follows does so as it would have at the event's own time, when the account was awake.
    pub fn wake(&mut self) {
        self.awake = true;
    }

    /// Whether the account rests at an instant, for what is decided there.
    pub fn rests_at(&self, member: &Member, at: i64) -> bool {
        !self.awake && member.account.paused_at(at)
    }

    /// From here on the decisions since that place are points that had vested in the form of the order before.
    pub fn carried(&mut self, since: usize) {
        for decision in self.list.get(since..).unwrap_or_default() {
            if let Kind::Vested { entry, .. } = decision.kind {
                self.carried.push(entry);
            }
        }
    }

    /// Whether a decision tells that points vest which had vested in the form of the order before.
    pub fn is_carried(&self, decision: &Decision) -> bool {
        matches!(decision.kind, Kind::Vested { entry, .. } if self.carried.contains(&entry))
    }

    /// Whether a rule has followed on the order that this one replaces, so that something of it stays.
    pub fn has_followed(&self, rule: u32) -> bool {
        self.followed.iter().any(|known| known.rule == rule)
    }

    /// Says of some rules how much of the form before they have followed on, as far as they have followed at all.
    pub fn followed_on(&mut self, had: &[(u32, Decimal)]) {
        for (rule, amount) in had {
            if let Some(known) = self.followed.iter_mut().find(|known| known.rule == *rule) {
                known.amount = *amount;
            }
        }
        let nothing = |rule: u32| had.iter().any(|(of, amount)| *of == rule && amount.is_zero());
        self.followed.retain(|known| !nothing(known.rule));
    }

    /// How much of what sets a rule off is new to it; nothing if it has followed on all of it in the form of the order
    /// before, or goes by no amount.
    pub fn new_to(&mut self, plan: &Plan, rule: u32, amount: Decimal) -> Option<Decimal> {
        let Some(known) = self.followed.iter_mut().find(|known| known.rule == rule) else { return Some(amount) };
        let by_amount = plan.rules.get(rule as usize).is_some_and(|rule| rule.by_amount);
        let old = known.amount.min(amount);
        known.amount = amount::subtract(known.amount, old).ok()?;
        amount::subtract(amount, old).ok().filter(|new| by_amount && *new > Decimal::ZERO)
    }

    /// The same of what another rule that follows has brought about, which is new as it is.
    pub fn all_to(&self, plan: &Plan, rule: u32, amount: Decimal) -> Option<Decimal> {
        let by_amount = plan.rules.get(rule as usize).is_some_and(|rule| rule.by_amount);
        (by_amount || !self.has_followed(rule)).then_some(amount)
    }

    /// A copy of the state that a rule meets, if anybody will ask for it.
    pub fn meet(&self, member: &Member) -> Option<Member> {
        self.runs.as_ref().filter(|runs| runs.len() < RUNS_MAX).map(|_| member.clone())
    }

    /// Keeps a rule's run. Of a rule that comes to nothing again and again only the last time is kept.
    pub fn ran(&mut self, run: Run) {
        let Some(runs) = &mut self.runs else { return };
        if run.decisions.is_empty() {
            runs.retain(|known| known.rule != run.rule || !known.decisions.is_empty());
        }
        runs.push(run);
    }

    /// Says which event decides from here on, or that time does; the one before.
    pub fn because_of(&mut self, event: Option<String>) -> Option<String> {
        core::mem::replace(&mut self.event, event)
    }

    /// The event that decides.
    pub fn event(&self) -> Option<&str> {
        self.event.as_deref()
    }

    /// The decisions; none are left.
    pub fn take_list(&mut self) -> Vec<Decision> {
        core::mem::take(&mut self.list)
    }

    /// The runs, in their order.
    pub fn into_runs(self) -> Vec<Run> {
        self.runs.unwrap_or_default()
    }
}

impl Deref for Decided {
    type Target = Vec<Decision>;

    fn deref(&self) -> &Vec<Decision> {
        &self.list
    }
}

impl DerefMut for Decided {
    fn deref_mut(&mut self) -> &mut Vec<Decision> {
        &mut self.list
    }
}
