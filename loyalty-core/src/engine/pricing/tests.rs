//! The collected cases of coupons as numbers, and the choice against an exhaustive search.

mod cases;
mod search;

use super::apply::Applied;
use super::choice::{Choice, Priced, price};
use super::give::{Basis, Candidate, Each, Give, GroupChoice, Off, Stack, Stage, Stop, Units};
use super::split::Ratio;
use super::{Basket, Line, Lines, Minor};

fn line(units: u32, amount: Minor) -> Line {
    Line { units, amount, floor: 0 }
}

fn basket(lines: &[Line]) -> Basket {
    Basket { lines: lines.to_vec(), shipping: 0, credit: 0 }
}

fn percent(percent: i64) -> Off {
    Off::Percent(Ratio { numerator: percent, denominator: 100 })
}

/// A coupon that stands beside any other, on these lines.
fn coupon(number: u32, stage: Stage, give: Give, lines: &[u32]) -> Candidate {
    Candidate {
        coupon: number,
        give,
        stage,
        lines: Lines::from_slice(lines),
        basis: Basis::Sequential,
        up_to: None,
        whole_within: None,
        priority: 0,
        stack: Stack::Any,
        group: None,
        stop: None,
        floors: smallvec::SmallVec::new(),
        judged_after_items: false,
    }
}

fn off(number: u32, stage: Stage, off: Off, each: Each, lines: &[u32]) -> Candidate {
    coupon(number, stage, Give::Off { off, each, by_quantity: false }, lines)
}

fn order_off(number: u32, amount: Off, lines: usize) -> Candidate {
    let lines: Vec<u32> = (0..lines as u32).collect();
    off(number, Stage::Order, amount, Each::All, &lines)
}

fn cheapest(count: u32, of: u32) -> Units {
    Units {
        count,
        of: Some(of),
        off: percent(100),
        most_expensive: false,
        partial: false,
        merchant: false,
        at_most: None,
        spread: false,
    }
}

fn best<'a>(basket: &'a Basket, candidates: &[Candidate]) -> Priced<'a> {
    price(basket, candidates, Choice::Best, &()).expect("amounts that can be counted")
}

/// What each coupon takes off, by its number, and what the goods cost in the end.
fn totals(basket: &Basket, candidates: &[Candidate]) -> (Vec<(u32, Minor)>, Minor) {
    let priced = best(basket, candidates);
    assert!(priced.complete);
    let offs = priced.chosen.iter().map(|(at, applied)| (candidates[*at].coupon, applied.off())).collect();
    (offs, priced.cart.nets.iter().sum::<Minor>() - basket.credit)
}

fn lines_of(applied: &Applied, lines: usize) -> Vec<Minor> {
    (0..lines as u32).map(|at| applied.lines.iter().find(|(line, _)| *line == at).map_or(0, |(_, off)| *off)).collect()
}
