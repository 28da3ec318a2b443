//! One coupon applied to a cart.

use smallvec::SmallVec;

use super::cart::{Cart, Run, Runs, push};
use super::give::{Basis, Candidate, Each, Give, Off, Stop};
use super::split::{Part, Share, share};
use super::{Lines, Minor, units};
use crate::sorting::Arrange as _;

/// What a coupon does to a cart: what it takes off, and how many units the host is to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Effect {
    pub off: Minor,
    pub gifts: u32,
}

impl Effect {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What a coupon takes off each line, and shipping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// (line, amount), in the order of the lines; each above zero.
    pub lines: Vec<(u32, Minor)>,
    pub shipping: Minor,
    pub gifts: u32,
}

impl Applied {
    pub fn off(&self) -> Minor {
        self.lines.iter().map(|(_, off)| off).sum::<Minor>() + self.shipping
    }
}

/// Some units of one run, and what each of them is lowered by.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    /// The run, by its place in the cart.
    pub run: u32,
    pub count: u32,
    pub off: Share,
    /// Counted from here on.
    pub taken: bool,
}

/// Lowers the cart by what a coupon gives. What it may not give in full and not in part it does not give.
pub fn apply(cart: &mut Cart<'_>, coupon: &Candidate, record: Option<&mut Applied>) -> Effect {
    if cart.ended {
        return Effect::default();
    }
    cart.floors.clear();
    cart.floors.extend_from_slice(&coupon.floors);
    let most = coupon.up_to.unwrap_or(Minor::MAX).max(0);
    let mut recorded = Applied::default();
    match &coupon.give {
        Give::Shipping(off) => {
            let price = if coupon.basis == Basis::Initial { cart.basket.shipping } else { cart.shipping };
            let off = off.of(price).min(cart.shipping).min(most);
            if within(coupon, off) {
                cart.shipping -= off;
                recorded.shipping = off;
            }
        }
        Give::Gift { per, count, at_most } => {
            let (gifts, mut pieces) = units::gifts(cart, &coupon.lines, *per, *count, *at_most);
            recorded.gifts = gifts;
            in_order(&mut pieces);
            lower_units(cart, pieces, false, Minor::MAX, &mut recorded);
        }
        Give::Units(of) => {
            let pieces = units::of_groups(cart, &coupon.lines, of);
            by_units(cart, coupon, pieces, of.spread, most, &mut recorded);
        }
        Give::BuyGet { buy, bought, get, off, at_most, spread } => {
            let pieces = units::buy_get(cart, bought, *buy, &coupon.lines, *get, *off, *at_most);
            by_units(cart, coupon, pieces, *spread, most, &mut recorded);
        }
        Give::Bundle { parts, off, at_most } => {
            let pieces = units::bundles(cart, parts, *off, *at_most);
            by_units(cart, coupon, pieces, false, most, &mut recorded);
        }
        Give::Graduated { first, further, units } => {
            let pieces = units::graduated(cart, &coupon.lines, *first, *further, *units);
            by_units(cart, coupon, pieces, false, most, &mut recorded);
        }
        Give::Off { off, each: Each::Unit, .. } => {
            let pieces = units::each(cart, &coupon.lines, *off, coupon.basis);
            by_units(cart, coupon, pieces, false, most, &mut recorded);
        }
        Give::Off { off, each: Each::Line, .. } => by_line(cart, coupon, *off, most, &mut recorded),
        Give::Off { off, each: Each::All, by_quantity } => {
            let price = base(cart, coupon);
            together(cart, coupon, off.of(price), *by_quantity, most, &mut recorded);
        }
        Give::Tiers { by_quantity, steps } => {
            let price = base(cart, coupon);
            let reached = if *by_quantity { quantity(cart, coupon) } else { price };
            let step = steps.iter().rev().find(|(from, _)| *from <= reached);
            let off = step.map_or(0, |(_, off)| off.of(price));
            together(cart, coupon, off, false, most, &mut recorded);
        }
        Give::Per { by_quantity, per, amount, at_most } => {
            let price = base(cart, coupon);
            let reached = if *by_quantity { quantity(cart, coupon) } else { price };
            let times = (reached / (*per).max(1)).min(at_most.map_or(i64::MAX, i64::from));
            together(cart, coupon, amount.saturating_mul(times).min(price), false, most, &mut recorded);
        }
    }
    let effect = Effect { off: recorded.off(), gifts: recorded.gifts };
    if !effect.is_nothing() {
        match coupon.stop {
            Some(Stop::Lines) => cart.stopped.extend(recorded.lines.iter().map(|(line, _)| *line)),
            Some(Stop::Order) => cart.ended = true,
            None => {}
        }
    }
    if let Some(record) = record {
        *record = recorded;
    }
    effect
}

/// Whether an amount may be given, for a coupon that gives all of it or nothing.
fn within(coupon: &Candidate, off: Minor) -> bool {
    coupon.whole_within.is_none_or(|most| off <= most)
}

fn basis(cart: &Cart<'_>, coupon: &Candidate, line: u32) -> Minor {
    if coupon.basis == Basis::Initial { cart.line(line).amount } else { cart.net(line) }
}

/// What the lines that a coupon may lower cost together.
fn base(cart: &Cart<'_>, coupon: &Candidate) -> Minor {
    let open = coupon.lines.iter().filter(|line| !cart.is_stopped(**line));
    open.map(|line| basis(cart, coupon, *line)).sum()
}

fn quantity(cart: &Cart<'_>, coupon: &Candidate) -> i64 {
    let open = coupon.lines.iter().filter(|line| !cart.is_stopped(**line));
    open.map(|line| i64::from(cart.line(*line).units)).sum()
}

/// Each line by itself, rounded there; a maximum is shared over what the lines would get.
fn by_line(cart: &mut Cart<'_>, coupon: &Candidate, off: Off, most: Minor, recorded: &mut Applied) {
    let mut offs: SmallVec<[(u32, Minor); 8]> = SmallVec::new();
    let mut sum = 0;
    for line in &coupon.lines {
        if cart.is_stopped(*line) {
            continue;
        }
        let amount = off.of(basis(cart, coupon, *line)).min(cart.room(*line));
        if amount > 0 {
            offs.push((*line, amount));
            sum += amount;
        }
    }
    let most = most.min(cart.ceiling);
    if sum > most {
        let parts: SmallVec<[Part; 8]> =
            offs.iter().map(|(_, off)| Part { weight: *off, room: *off, count: 1 }).collect();
        sum = most;
        for ((_, off), share) in offs.iter_mut().zip(share(most, &parts)) {
            *off = share.sum(1);
        }
    }
    if within(coupon, sum) {
        lower_lines(cart, &offs, recorded);
    }
}

/// One amount off all lines, shared by what they cost or by how many units they are.
fn together(
    cart: &mut Cart<'_>,
    coupon: &Candidate,
    off: Minor,
    by_quantity: bool,
    most: Minor,
    recorded: &mut Applied,
) {
    let open: Lines = coupon.lines.iter().copied().filter(|line| !cart.is_stopped(*line)).collect();
    let parts: SmallVec<[Part; 8]> = open
        .iter()
        .map(|line| {
            let weight = if by_quantity { i64::from(cart.line(*line).units) } else { cart.net(*line) };
            Part { weight, room: cart.room(*line), count: 1 }
        })
        .collect();
    let room: Minor = parts.iter().map(|part| part.room).sum();
    let off = off.min(room).min(most).min(cart.ceiling);
    if off <= 0 || !within(coupon, off) {
        return;
    }
    let shares = share(off, &parts);
    let offs: SmallVec<[(u32, Minor); 8]> =
        open.iter().zip(shares).map(|(line, share)| (*line, share.sum(1))).collect();
    lower_lines(cart, &offs, recorded);
}

fn lower_lines(cart: &mut Cart<'_>, offs: &[(u32, Minor)], recorded: &mut Applied) {
    for (line, off) in offs {
        if *off > 0 {
            cart.lower(*line, *off);
            recorded.lines.push((*line, *off));
        }
    }
}

/// Lowers units, within the maximum and what the order leaves.
fn by_units(
    cart: &mut Cart<'_>,
    coupon: &Candidate,
    mut pieces: SmallVec<[Piece; 8]>,
    spread: bool,
    most: Minor,
    recorded: &mut Applied,
) {
    let wanted: Minor = pieces.iter().map(|piece| piece.off.sum(piece.count)).sum();
    let sum = wanted.min(most).min(cart.ceiling);
    if sum <= 0 || !within(coupon, sum) {
        return;
    }
    in_order(&mut pieces);
    if sum < wanted && !spread {
        let parts: SmallVec<[Part; 8]> = pieces
            .iter()
            .map(|piece| Part { weight: piece.off.each, room: piece.off.each, count: piece.count })
            .collect();
        for (piece, share) in pieces.iter_mut().zip(share(sum, &parts)) {
            piece.off = share;
        }
    }
    lower_units(cart, pieces, spread, sum, recorded);
}

/// In the order of the lines; of one run those that are lowered come first.
fn in_order(pieces: &mut [Piece]) {
    pieces.arrange_by(|one, two| one.run.cmp(&two.run).then(two.off.each.cmp(&one.off.each)));
}

/// Writes what units are lowered by, and that they are counted. Spread, the sum is shared over all of them by what they
/// cost. The units come in the order of the lines.
fn lower_units(
    cart: &mut Cart<'_>,
    mut pieces: SmallVec<[Piece; 8]>,
    spread: bool,
    sum: Minor,
    recorded: &mut Applied,
) {
    if pieces.is_empty() {
        return;
    }
    let old: Runs = cart.runs.clone();
    let run = |piece: &Piece| old.get(piece.run as usize).copied();
    if spread {
        let parts: SmallVec<[Part; 8]> = pieces
            .iter()
            .map(|piece| {
                let run = run(piece);
                let floor = run.map_or(0, |run| cart.line(run.line).floor);
                let net = run.map_or(0, |run| run.net);
                Part { weight: net, room: (net - floor).max(0), count: piece.count }
            })
            .collect();
        for (piece, share) in pieces.iter_mut().zip(share(sum, &parts)) {
            piece.off = share;
        }
    }
    let mut lines: Lines = pieces.iter().filter_map(|piece| run(piece).map(|run| run.line)).collect();
    lines.dedup();
    for line in lines {
        let before = cart.net(line);
        let mut units = Runs::new();
        for (at, run) in (0_u32..).zip(&old).filter(|(_, run)| run.line == line) {
            let mut rest = run.count;
            for piece in pieces.iter().filter(|piece| piece.run == at) {
                let more = piece.off.more.min(piece.count);
                let net = run.net - piece.off.each;
                push(&mut units, Run { count: more, net: net - 1, taken: piece.taken, ..*run });
                push(&mut units, Run { count: piece.count - more, net, taken: piece.taken, ..*run });
                rest = rest.saturating_sub(piece.count);
            }
            push(&mut units, Run { count: rest, ..*run });
        }
        cart.set_units(line, units);
        let off = before - cart.net(line);
        if off > 0 {
            recorded.lines.push((line, off));
        }
    }
}
