//! Counters against a plain map of their entries.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Change, Entry, Tallies};
use crate::engine::undo::{Turn, Undo as _};

/// What is done to the counters: something is added, or all since the last time is taken back.
#[derive(Debug, Clone)]
enum Step {
    Add(Change),
    Begin,
    Commit,
    RollBack,
}

/// Counters of few days and of many, most of the changes behind those before them; some beyond those whose ends are noted.
fn step() -> impl Strategy<Value = Step> {
    let tally = prop_oneof![0_u32..5, 14_u32..20];
    let change = (tally, 0_i64..40, -1_i64..4, 0_i64..500).prop_map(|(tally, key, count, cents)| {
        // What is taken out is what has been put in: few entries come to nothing.
        let sum = Decimal::new(if count < 0 { -cents } else { cents }, if cents % 7 == 0 { 0 } else { 2 });
        Step::Add(Change { tally, key, count, sum })
    });
    prop_oneof![20 => change, 1 => Just(Step::Begin), 1 => Just(Step::Commit), 1 => Just(Step::RollBack)]
}

fn shown(known: &BTreeMap<(u32, i64), (i64, Decimal)>) -> Vec<Entry> {
    let entries = known.iter().map(|(&(tally, key), &(count, sum))| Entry { tally, key, count, sum });
    entries.filter(|entry| entry.count != 0 || !entry.sum.is_zero()).collect()
}

proptest! {
    #[test]
    fn counters_hold_what_was_put_in(
        steps in proptest::collection::vec(step(), 0..400),
        windows in proptest::collection::vec((0_u32..20, -2_i64..42, -2_i64..42), 1..20),
    ) {
        let mut tallies = Tallies::default();
        let mut known = BTreeMap::new();
        let mut before = None;
        for step in steps {
            match step {
                Step::Add(change) => {
                    tallies.add(&change).expect("small numbers");
                    let (count, sum) = known.entry((change.tally, change.key)).or_insert((0, Decimal::ZERO));
                    (*count, *sum) = (*count + change.count, *sum + change.sum);
                }
                Step::Begin if before.is_none() => {
                    tallies.turn(Turn::Begin);
                    before = Some(known.clone());
                }
                Step::Commit if before.take().is_some() => tallies.turn(Turn::Commit),
                Step::RollBack => {
                    if let Some(before) = before.take() {
                        tallies.turn(Turn::RollBack);
                        known = before;
                    }
                }
                Step::Begin | Step::Commit => {}
            }
        }
        let shown = shown(&known);
        prop_assert_eq!(&*tallies.entries, &*shown);
        for (tally, from, to) in windows {
            let inside = |entry: &&Entry| entry.tally == tally && (from..=to).contains(&entry.key);
            let inside: Vec<Entry> = shown.iter().filter(inside).copied().collect();
            prop_assert_eq!(tallies.between(tally, from, to), &*inside);
            prop_assert_eq!(tallies.count(tally, from, to), Ok(inside.iter().map(|entry| entry.count).sum()));
            prop_assert_eq!(tallies.sum(tally, from, to), Ok(inside.iter().map(|entry| entry.sum).sum()));
        }
    }
}
