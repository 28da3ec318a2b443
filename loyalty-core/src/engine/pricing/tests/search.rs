//! The choice against all lawful combinations, on small carts with coupons of every kind.

use proptest::prelude::*;

use super::*;
use crate::engine::pricing::apply::{Effect, apply};
use crate::engine::pricing::cart::Cart;
use crate::engine::pricing::choice::Judge;

fn lines_strategy() -> impl Strategy<Value = Basket> {
    let line = (1_u32..4, 0_i64..40, prop_oneof![3 => Just(0_i64), 1 => 0_i64..12])
        .prop_map(|(units, price, floor)| Line { units, amount: price * i64::from(units) + price % 2, floor });
    (prop::collection::vec(line, 1..5), 0_i64..20, prop_oneof![3 => Just(0_i64), 1 => 0_i64..30])
        .prop_map(|(lines, shipping, credit)| Basket { lines, shipping, credit })
}

fn off_strategy() -> impl Strategy<Value = Off> {
    prop_oneof![(1_i64..=100).prop_map(percent), (1_i64..30).prop_map(Off::Amount), (0_i64..20).prop_map(Off::Price),]
}

fn give_strategy() -> impl Strategy<Value = (Stage, Give)> {
    let each = prop_oneof![Just(Each::Unit), Just(Each::Line), Just(Each::All)];
    let lines = prop::collection::btree_set(0_u32..5, 1..4).prop_map(|set| set.into_iter().collect::<Lines>());
    prop_oneof![
        4 => (off_strategy(), each, any::<bool>())
            .prop_map(|(off, each, by_quantity)| (Stage::Items, Give::Off { off, each, by_quantity })),
        3 => off_strategy().prop_map(|off| (Stage::Order, Give::Off { off, each: Each::All, by_quantity: false })),
        1 => off_strategy().prop_map(|off| (Stage::Shipping, Give::Shipping(off))),
        1 => (1_i64..9, 1_i64..9, 1_u32..5)
            .prop_map(|(first, further, units)| (Stage::Items, Give::Graduated { first, further, units })),
        2 => (1_u32..3, prop::option::of(1_u32..4), off_strategy(), any::<[bool; 4]>(), prop::option::of(1_u32..3)).prop_map(
            |(count, of, off, [most_expensive, partial, merchant, spread], at_most)| {
                (Stage::Items, Give::Units(Units { count, of, off, most_expensive, partial, merchant, at_most, spread }))
            }
        ),
        1 => (1_u32..3, lines.clone(), 1_u32..3, off_strategy(), any::<bool>()).prop_map(
            |(buy, bought, get, off, spread)| {
                (Stage::Items, Give::BuyGet { buy, bought, get, off, at_most: None, spread })
            }
        ),
        1 => (prop::collection::vec((lines, 1_u32..3), 1..3), off_strategy())
            .prop_map(|(parts, off)| (Stage::Items, Give::Bundle { parts, off, at_most: None })),
        1 => (any::<bool>(), off_strategy(), off_strategy()).prop_map(|(by_quantity, one, two)| {
            (Stage::Order, Give::Tiers { by_quantity, steps: vec![(2, one), (20, two)] })
        }),
        1 => (any::<bool>(), 1_i64..20, 1_i64..9).prop_map(|(by_quantity, per, amount)| {
            (Stage::Order, Give::Per { by_quantity, per, amount, at_most: Some(3) })
        }),
        1 => (prop::option::of(1_u32..4), 1_u32..3)
            .prop_map(|(per, count)| (Stage::Items, Give::Gift { per, count, at_most: None })),
    ]
}

fn candidate_strategy() -> impl Strategy<Value = Candidate> {
    let stack = prop_oneof![
        3 => Just(Stack::Any),
        1 => Just(Stack::None),
        1 => prop::collection::btree_set(0_u32..6, 0..5).prop_map(|set| Stack::With(set.into_iter().collect())),
    ];
    let stop = prop_oneof![6 => Just(None), 1 => Just(Some(Stop::Lines)), 1 => Just(Some(Stop::Order))];
    let floors = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(0_i64..30, 5)];
    (
        (give_strategy(), prop::collection::btree_set(0_u32..5, 1..5), prop::option::weighted(0.2, 0_i64..15)),
        (prop::option::weighted(0.1, 0_i64..15), 0_u32..3, stack, floors),
        (prop::option::weighted(0.2, 0_u32..2), stop, any::<bool>(), prop::bool::weighted(0.15)),
    )
        .prop_map(
            |(
                ((stage, give), lines, up_to),
                (whole_within, priority, stack, floors),
                (group, stop, initial, judged),
            )| {
                let basis = if initial { Basis::Initial } else { Basis::Sequential };
                let choice = [GroupChoice::Best, GroupChoice::All];
                let group = group.map(|group| (group, choice[group as usize]));
                let lines = lines.into_iter().collect();
                let judged_after_items = judged;
                Candidate {
                    coupon: 0,
                    give,
                    stage,
                    lines,
                    basis,
                    up_to,
                    whole_within,
                    priority,
                    stack,
                    group,
                    stop,
                    floors: floors.into_iter().collect(),
                    judged_after_items,
                }
            },
        )
}

/// What has to be left after the item discounts.
struct AtLeast(Minor);

impl Judge for AtLeast {
    fn holds(&self, _: usize, nets: &[Minor]) -> bool {
        nets.iter().sum::<Minor>() >= self.0
    }
}

/// The most that any lawful combination takes off, by trying all of them.
fn exhaustive(basket: &Basket, candidates: &[Candidate], judge: &AtLeast) -> Effect {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order
        .sort_by_key(|at| (candidates[*at].stage, std::cmp::Reverse(candidates[*at].priority), candidates[*at].coupon));
    let mut best = Effect::default();
    for set in 0_u32..1 << candidates.len() {
        let chosen: Vec<usize> = order.iter().copied().filter(|at| set & (1 << at) != 0).collect();
        let lawful =
            chosen.iter().all(|one| chosen.iter().all(|two| one == two || candidates[*one].beside(&candidates[*two])));
        if !lawful {
            continue;
        }
        let mut cart = Cart::of(basket, true);
        let mut sum = Effect::default();
        let mut after_items = None;
        for at in chosen {
            let one = &candidates[at];
            if one.stage > Stage::Items && after_items.is_none() {
                after_items = Some(cart.nets.clone());
            }
            if one.judged_after_items && !judge.holds(at, after_items.as_ref().unwrap_or(&cart.nets)) {
                continue;
            }
            let effect = apply(&mut cart, one, None);
            sum = Effect { off: sum.off + effect.off, gifts: sum.gifts + effect.gifts };
        }
        best = best.max(sum);
    }
    best
}

fn in_range(basket: &Basket, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let most = basket.lines.len() as u32;
    let number = |(coupon, mut one): (usize, Candidate)| {
        one.coupon = coupon as u32;
        one.lines.retain(|line| *line < most);
        match &mut one.give {
            Give::BuyGet { bought, .. } => bought.retain(|line| *line < most),
            Give::Bundle { parts, .. } => parts.iter_mut().for_each(|(lines, _)| lines.retain(|line| *line < most)),
            _ => {}
        }
        one
    };
    candidates.into_iter().enumerate().map(number).collect()
}

proptest! {
    #[test]
    fn the_best_is_the_best_of_all(
        basket in lines_strategy(),
        candidates in prop::collection::vec(candidate_strategy(), 0..7),
        least in 0_i64..60,
    ) {
        let candidates = in_range(&basket, candidates);
        let judge = AtLeast(least);
        let priced = price(&basket, &candidates, Choice::Best, &judge).unwrap();
        prop_assert!(priced.complete);
        let sum = priced.chosen.iter().fold(Effect::default(), |sum, (_, applied)| Effect {
            off: sum.off + applied.off(),
            gifts: sum.gifts + applied.gifts,
        });
        prop_assert_eq!(sum, exhaustive(&basket, &candidates, &judge));
    }

    #[test]
    fn money_adds_up(
        basket in lines_strategy(),
        candidates in prop::collection::vec(candidate_strategy(), 0..9),
        by_priority in any::<bool>(),
    ) {
        let candidates = in_range(&basket, candidates);
        let choice = if by_priority { Choice::ByPriority } else { Choice::Best };
        let priced = price(&basket, &candidates, choice, &()).unwrap();
        let goods: Minor = basket.lines.iter().map(|line| line.amount).sum();
        prop_assert!(goods <= basket.credit || priced.cart.nets.iter().sum::<Minor>() >= basket.credit);
        prop_assert!(priced.cart.shipping >= 0);
        for (at, line) in basket.lines.iter().enumerate() {
            let off: Minor = priced.chosen.iter().map(|(_, applied)| lines_of(applied, basket.lines.len())[at]).sum();
            prop_assert_eq!(line.amount - off, priced.cart.nets[at]);
            // A floor is per unit, and a line below it is not lowered further.
            prop_assert!(priced.cart.nets[at] >= line.amount.min(line.floor * Minor::from(line.units)));
            let units = priced.cart.unit_nets(at as u32);
            prop_assert_eq!(units.iter().map(|(count, _)| count).sum::<u32>(), line.units);
            prop_assert_eq!(units.iter().map(|(count, net)| Minor::from(*count) * net).sum::<Minor>(), priced.cart.nets[at]);
            prop_assert!(units.iter().all(|(_, net)| *net >= 0));
        }
        for (at, applied) in &priced.chosen {
            let one = &candidates[*at];
            prop_assert!(applied.off() <= one.up_to.unwrap_or(Minor::MAX));
            prop_assert!(applied.off() <= one.whole_within.unwrap_or(Minor::MAX));
            prop_assert!(applied.lines.iter().all(|(line, off)| *off > 0 && one.touches().contains(line)));
            let others = priced.chosen.iter().filter(|(other, _)| other != at);
            prop_assert!(others.into_iter().all(|(other, _)| one.beside(&candidates[*other])));
        }
    }

    #[test]
    fn the_order_in_which_coupons_come_does_not_matter(
        basket in lines_strategy(),
        candidates in prop::collection::vec(candidate_strategy(), 0..7),
        turn in 0_usize..7,
    ) {
        let candidates = in_range(&basket, candidates);
        let mut turned = candidates.clone();
        turned.rotate_left(turn.min(candidates.len()));
        let one = price(&basket, &candidates, Choice::Best, &()).unwrap();
        let two = price(&basket, &turned, Choice::Best, &()).unwrap();
        let of = |priced: &Priced<'_>, candidates: &[Candidate]| {
            priced.chosen.iter().map(|(at, applied)| (candidates[*at].coupon, applied.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(of(&one, &candidates), of(&two, &turned));
    }
}
