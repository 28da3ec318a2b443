//! Which coupons apply together: exactly the lawful combination that takes off most, or by priority.
//!
//! The search goes through the coupons in the order in which they apply, first with and then without each of them. It
//! leaves out what cannot be better:
//!
//! - by its bound: what the coupons to come could take off at most, each as if it were alone;
//! - by dominance: a coupon that cannot stand in the way of any later one is always better taken, unless a later one that
//!   it may not stand beside is taken instead.
//!
//! Where neither helps, the number of combinations is bounded by [`SEARCH`]; an answer that was cut off says so.

use smallvec::SmallVec;

use super::apply::{Applied, Effect, apply};
use super::cart::Cart;
use super::give::{Candidate, Each, Give, GroupChoice, Stage};
use super::{Basket, Lines, Minor};
use crate::sorting::Arrange as _;

/// Steps of a search: coupons applied, times the lines of the cart.
pub const SEARCH: u64 = 500_000;

/// Coupons that a search weighs against each other; beyond it the most valuable ones are taken.
pub const WEIGHED: usize = 128;

/// How the coupons of a cart are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// The combination that takes off most.
    #[default]
    Best,
    /// Each in turn, the greatest priority first, if it may stand beside those before it.
    ByPriority,
}

/// Conditions that are judged again when the item discounts are through: whether those of a coupon hold at these nets.
pub trait Judge {
    fn holds(&self, candidate: usize, nets: &[Minor]) -> bool;
}

impl Judge for () {
    fn holds(&self, _: usize, _: &[Minor]) -> bool {
        true
    }
}

/// The coupons that apply.
#[derive(Debug, Clone)]
pub struct Priced<'a> {
    /// What each of them takes off, in the order in which they apply, by the place of the candidate.
    pub chosen: Vec<(usize, Applied)>,
    pub cart: Cart<'a>,
    /// No lawful combination takes off more.
    pub complete: bool,
}

/// Chooses among candidates and applies them. Nothing if the goods cost more than can be counted.
pub fn price<'a>(
    basket: &'a Basket,
    candidates: &[Candidate],
    choice: Choice,
    judge: &impl Judge,
) -> Option<Priced<'a>> {
    basket.goods()?.checked_add(basket.shipping)?;
    let units = candidates.iter().any(|candidate| candidate.give.sees_units());
    let start = Cart::of(basket, units);
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.arrange_by_key(|at| {
        candidates.get(*at).map(|one| (one.stage, core::cmp::Reverse(one.priority), one.coupon, *at))
    });
    let judged = candidates.iter().any(|candidate| candidate.judged_after_items);
    let field = Field { candidates, judge, judged, start: &start };
    let order = field.first_of_groups(order);
    let (mut chosen, complete) = match choice {
        Choice::Best => field.best(&order),
        Choice::ByPriority => (field.by_priority(&order), true),
    };
    field.leave_out_what_adds_nothing(&mut chosen);
    let (cart, applied) = field.run(&chosen);
    Some(Priced { chosen: applied, cart, complete })
}

/// The candidates and the cart that they meet.
struct Field<'f, 'a, J> {
    candidates: &'f [Candidate],
    judge: &'f J,
    judged: bool,
    start: &'f Cart<'a>,
}

impl<'a, J: Judge> Field<'_, 'a, J> {
    fn get(&self, at: usize) -> Option<&Candidate> {
        self.candidates.get(at)
    }

    /// One coupon applied at its turn.
    fn step(&self, cart: &mut Cart<'a>, at: usize, record: Option<&mut Applied>) -> Effect {
        let Some(candidate) = self.get(at) else { return Effect::default() };
        if self.judged {
            if candidate.stage > Stage::Items && cart.after_items.is_none() {
                cart.after_items = Some(cart.nets.clone());
            }
            if candidate.judged_after_items {
                let nets = cart.after_items.as_ref().unwrap_or(&cart.nets);
                if !self.judge.holds(at, nets) {
                    return Effect::default();
                }
            }
        }
        apply(cart, candidate, record)
    }

    /// What some coupons take off together, in their order.
    fn worth(&self, chosen: &[usize]) -> Effect {
        let mut cart = self.start.clone();
        let mut sum = Effect::default();
        for at in chosen {
            sum = sum.plus(self.step(&mut cart, *at, None));
        }
        sum
    }

    /// Applies some coupons in their order; those that take off nothing there are left out.
    fn run(&self, chosen: &[usize]) -> (Cart<'a>, Vec<(usize, Applied)>) {
        let mut cart = self.start.clone();
        let mut applied = Vec::with_capacity(chosen.len());
        for at in chosen {
            let mut record = Applied::default();
            if !self.step(&mut cart, *at, Some(&mut record)).is_nothing() {
                applied.push((*at, record));
            }
        }
        (cart, applied)
    }

    /// Of a group whose first one counts, only that one is a candidate.
    fn first_of_groups(&self, order: Vec<usize>) -> Vec<usize> {
        let first = |at: usize| {
            let Some((group, GroupChoice::FirstByPriority)) = self.get(at)?.group else { return None };
            let key = |at: usize| self.get(at).map(|one| (core::cmp::Reverse(one.priority), one.coupon, at));
            order
                .iter()
                .copied()
                .filter(|other| self.get(*other).is_some_and(|one| one.group.is_some_and(|of| of.0 == group)))
                .min_by_key(|at| key(*at))
        };
        order.iter().copied().filter(|at| first(*at).is_none_or(|first| first == *at)).collect()
    }

    fn by_priority(&self, order: &[usize]) -> Vec<usize> {
        let mut turns = order.to_vec();
        turns.arrange_by_key(|at| {
            self.get(*at).map(|one| (core::cmp::Reverse(one.priority), one.stage, one.coupon, *at))
        });
        let mut chosen: Vec<usize> = Vec::new();
        let mut worth = Effect::default();
        for at in turns {
            let beside = |other: &usize| self.get(at).zip(self.get(*other)).is_some_and(|(one, two)| one.beside(two));
            if !chosen.iter().all(beside) {
                continue;
            }
            let with: Vec<usize> = order.iter().copied().filter(|one| *one == at || chosen.contains(one)).collect();
            let new = self.worth(&with);
            if new > worth {
                worth = new;
                chosen = with;
            }
        }
        chosen
    }

    /// No coupon is used up that adds nothing; the last one goes first.
    fn leave_out_what_adds_nothing(&self, chosen: &mut Vec<usize>) {
        if chosen.len() < 2 {
            return;
        }
        let mut worth = None;
        for at in chosen.clone().into_iter().rev() {
            if chosen.len() < 2 || !self.may_add_nothing(at, chosen) {
                continue;
            }
            let all = *worth.get_or_insert_with(|| self.worth(chosen));
            let without: Vec<usize> = chosen.iter().copied().filter(|other| *other != at).collect();
            // By priority, others may take off more without one that comes before them; it stays.
            if self.worth(&without) == all {
                *chosen = without;
                worth = None;
            }
        }
    }

    /// Whether what a coupon takes off could be taken off by the later ones alone.
    fn may_add_nothing(&self, at: usize, chosen: &[usize]) -> bool {
        let Some(one) = self.get(at) else { return false };
        let later = chosen.iter().skip_while(|other| **other != at).skip(1);
        let shares = |other: &Candidate| match (one.stage == Stage::Shipping, other.stage == Stage::Shipping) {
            (true, true) => true,
            (false, false) => {
                overlap(&one.touches(), &other.touches()) || (one.give.takes_units() && other.give.takes_units())
            }
            _ => false,
        };
        one.stop.is_some()
            || self.start.basket.credit > 0
            || later.filter_map(|other| self.get(*other)).any(|other| self.judged || shares(other))
    }

    /// The lawful combination that takes off most, and whether the search came to its end.
    fn best(&self, order: &[usize]) -> (Vec<usize>, bool) {
        // What each takes off alone. What takes off nothing even so takes off nothing beside others.
        let mut alone: Vec<(usize, Effect, Effect)> = Vec::with_capacity(order.len());
        for at in order {
            let Some(candidate) = self.get(*at) else { continue };
            let worth = self.worth(&[*at]);
            let bound = self.bound(candidate, worth);
            if !bound.is_nothing() {
                alone.push((*at, worth, bound));
            }
        }
        let mut best: Vec<usize> = Vec::new();
        let mut best_worth = Effect::default();
        // Coupons that stand beside no other are weighed one by one.
        let beside =
            |one: usize, two: usize| self.get(one).zip(self.get(two)).is_some_and(|(one, two)| one.beside(two));
        let social = |at: usize| {
            use super::give::Stack;
            self.get(at).is_some_and(|one| {
                one.group.is_some_and(|(_, choice)| choice == GroupChoice::All) || one.stack != Stack::None
            })
        };
        for (at, worth, _) in alone.iter().filter(|(at, ..)| !social(*at)) {
            if *worth > best_worth {
                (best, best_worth) = (vec![*at], *worth);
            }
        }
        let mut weighed: Vec<(usize, Effect, Effect)> = alone.into_iter().filter(|(at, ..)| social(*at)).collect();
        let mut complete = true;
        if weighed.len() > WEIGHED {
            complete = false;
            let mut by_bound = weighed.clone();
            by_bound.arrange_by_key(|(at, _, bound)| (core::cmp::Reverse(*bound), *at));
            by_bound.truncate(WEIGHED);
            weighed.retain(|(at, ..)| by_bound.iter().any(|(kept, ..)| kept == at));
        }
        let mut search = Search {
            field: self,
            entries: Vec::with_capacity(weighed.len()),
            best: &mut best,
            best_worth: &mut best_worth,
            left: SEARCH,
            cost: self.start.nets.len().max(1) as u64,
        };
        for (at, _, bound) in &weighed {
            let mut conflicts = 0_u128;
            for (place, (other, ..)) in weighed.iter().enumerate() {
                if !beside(*at, *other) {
                    conflicts |= bit(place);
                }
            }
            let touches = self.get(*at).map(Candidate::touches).unwrap_or_default();
            search.entries.push(Entry { at: *at, bound: *bound, conflicts, touches });
        }
        let all = search.entries.iter().enumerate().fold(0, |all, (place, _)| all | bit(place));
        let mut chosen = Vec::with_capacity(weighed.len());
        search.visit(0, all, 0, &mut Vec::new(), &mut chosen, self.start, Effect::default());
        complete &= search.left > 0;
        (best, complete)
    }

    /// What a coupon takes off at most, whatever applies before it.
    fn bound(&self, candidate: &Candidate, alone: Effect) -> Effect {
        let dearest = |count: u32, off: super::give::Off| {
            let mut runs: Vec<(Minor, u32)> = (self.start.runs.iter())
                .filter(|run| candidate.lines.binary_search(&run.line).is_ok())
                .map(|run| (run.net, run.count))
                .collect();
            runs.arrange_by_key(|run| core::cmp::Reverse(run.0));
            let mut left = count;
            let mut sum = 0;
            for (net, count) in runs {
                let count = count.min(left);
                sum += off.of(net) * Minor::from(count);
                left -= count;
            }
            sum.min(candidate.up_to.unwrap_or(Minor::MAX)).max(alone.off)
        };
        let units = || {
            let units = self.start.basket.lines.iter().map(|line| line.units);
            units.fold(0, u32::saturating_add)
        };
        let price = || candidate.touches().iter().map(|line| self.start.line(*line).amount).sum::<Minor>();
        let off = match &candidate.give {
            Give::Units(give) => match give.of {
                None => dearest(give.count, give.off),
                Some(size) => {
                    let groups = (units() / size.max(1)).saturating_add(u32::from(give.partial));
                    dearest(groups.saturating_mul(give.count), give.off)
                }
            },
            Give::BuyGet { buy, get, off, .. } => dearest((units() / (*buy).max(1)).saturating_mul(*get), *off),
            Give::Tiers { steps, .. } => {
                let price = price();
                let most = steps.iter().map(|(_, off)| off.of(price)).max().unwrap_or(0);
                most.min(candidate.up_to.unwrap_or(Minor::MAX)).max(alone.off)
            }
            // Units that others have made free are passed over: dearer ones, or such that may be lowered, have their turn then.
            Give::Graduated { first, further, units } => {
                let others = further.saturating_mul(Minor::from(units.saturating_sub(1)));
                let most = first.saturating_add(others).min(price());
                most.min(candidate.up_to.unwrap_or(Minor::MAX)).max(alone.off)
            }
            // So it is with bundles of units that may not be lowered so far.
            Give::Bundle { .. } if !candidate.floors.is_empty() => {
                price().min(candidate.up_to.unwrap_or(Minor::MAX)).max(alone.off)
            }
            // All or nothing: what comes before may bring it within its budget.
            _ if candidate.whole_within.is_some() => {
                let price = price();
                candidate.whole_within.unwrap_or(0).min(price + self.start.shipping).max(alone.off)
            }
            _ => alone.off,
        };
        Effect { off, gifts: alone.gifts }
    }
}

/// A coupon in the search.
struct Entry {
    at: usize,
    bound: Effect,
    /// Places of those that it may not stand beside, itself among them.
    conflicts: u128,
    touches: Lines,
}

struct Search<'s, 'f, 'a, J> {
    field: &'s Field<'f, 'a, J>,
    entries: Vec<Entry>,
    best: &'s mut Vec<usize>,
    best_worth: &'s mut Effect,
    left: u64,
    cost: u64,
}

impl<'a, J: Judge> Search<'_, '_, 'a, J> {
    /// Goes on from a place. `open` are the places that may still be taken, `taken` those that were; of each of `needs` one
    /// has to be taken, or leaving out what was left out cannot have been better.
    #[expect(clippy::too_many_arguments, reason = "the state of one step of a search that is called in one place")]
    fn visit(
        &mut self,
        from: usize,
        open: u128,
        taken: u128,
        needs: &mut Vec<u128>,
        chosen: &mut Vec<usize>,
        cart: &Cart<'a>,
        worth: Effect,
    ) {
        if worth > *self.best_worth {
            *self.best_worth = worth;
            self.best.clone_from(chosen);
        }
        let mut open = open;
        for place in from..self.entries.len() {
            if open & bit(place) == 0 {
                continue;
            }
            if needs.iter().any(|need| need & (taken | open) == 0)
                || self.most(place, open, cart, worth) <= *self.best_worth
            {
                return;
            }
            let Some(entry) = self.entries.get(place) else { return };
            self.left = self.left.saturating_sub(self.cost);
            if self.left == 0 {
                return;
            }
            let (at, conflicts) = (entry.at, entry.conflicts);
            let mut with = cart.clone();
            let effect = self.field.step(&mut with, at, None);
            open &= !bit(place);
            if effect.is_nothing() {
                continue;
            }
            let harmless = self.is_harmless(place, open & !conflicts);
            chosen.push(at);
            self.visit(place + 1, open & !conflicts, taken | bit(place), needs, chosen, &with, worth.plus(effect));
            chosen.pop();
            if harmless {
                // Leaving it out can only be better for the sake of a later one that it may not stand beside.
                needs.push(conflicts & open);
                let depth = needs.len();
                self.visit(place + 1, open, taken, needs, chosen, cart, worth);
                needs.truncate(depth - 1);
                return;
            }
        }
    }

    /// What could be taken off at most from here.
    fn most(&self, from: usize, open: u128, cart: &Cart<'a>, worth: Effect) -> Effect {
        let mut more = Effect::default();
        for (place, entry) in self.entries.iter().enumerate().skip(from) {
            if open & bit(place) != 0 {
                more = more.plus(entry.bound);
            }
        }
        let room = cart.ceiling.saturating_add(cart.shipping);
        worth.plus(Effect { off: more.off.min(room), gifts: more.gifts })
    }

    /// Whether taking a coupon leaves no less to be taken off in all, whichever of the open later ones are taken.
    fn is_harmless(&self, place: usize, open: u128) -> bool {
        let get = |place: usize| self.entries.get(place).and_then(|entry| Some((self.field.get(entry.at)?, entry)));
        let Some((one, own)) = get(place) else { return false };
        let mut later: SmallVec<[(&Candidate, &Entry); 16]> = SmallVec::new();
        later.extend((place + 1..self.entries.len()).filter(|other| open & bit(*other) != 0).filter_map(get));
        if later.is_empty() {
            return true;
        }
        let takes = one.give.takes_units();
        let stands_alone = |(other, _): &(&Candidate, &Entry)| {
            other.stop.is_none()
                && other.whole_within.is_none()
                && !(takes && other.give.takes_units())
                && !(one.stage == Stage::Items && other.judged_after_items)
        };
        one.stop.is_none()
            && self.field.start.basket.credit == 0
            && later.iter().all(stands_alone)
            && later
                .iter()
                .filter(|(other, entry)| other.stage != Stage::Shipping && overlap(&own.touches, &entry.touches))
                .all(|(other, entry)| match other.stage {
                    // Line by line, what is left of a lower price is never more.
                    Stage::Items => line_by_line(other),
                    // What is left of a lower sum is never more; only of the sum, so sums that share lines are the same.
                    // Floors of their own make what is left depend on how it lies.
                    _ => {
                        is_sum(other)
                            && other.floors.is_empty()
                            && later.iter().all(|(third, its)| {
                                third.stage != Stage::Order
                                    || (third.lines == other.lines && third.floors.is_empty())
                                    || !overlap(&its.touches, &entry.touches)
                            })
                    }
                })
    }
}

fn line_by_line(candidate: &Candidate) -> bool {
    candidate.up_to.is_none() && matches!(candidate.give, Give::Off { each: Each::Line, .. })
}

fn is_sum(candidate: &Candidate) -> bool {
    matches!(candidate.give, Give::Off { each: Each::All, .. })
}

/// Whether two ascending lists have a line in common.
fn overlap(one: &[u32], two: &[u32]) -> bool {
    let (mut one, mut two) = (one.iter().peekable(), two.iter().peekable());
    while let (Some(left), Some(right)) = (one.peek(), two.peek()) {
        match left.cmp(right) {
            core::cmp::Ordering::Less => one.next(),
            core::cmp::Ordering::Greater => two.next(),
            core::cmp::Ordering::Equal => return true,
        };
    }
    false
}

fn bit(place: usize) -> u128 {
    1_u128.checked_shl(place as u32).unwrap_or(0)
}

impl Effect {
    fn plus(self, other: Self) -> Self {
        Self { off: self.off + other.off, gifts: self.gifts.saturating_add(other.gifts) }
    }
}
