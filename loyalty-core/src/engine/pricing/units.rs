//! Coupons that look at single units: n for m, buy and get, bundles, graduated amounts.
//!
//! Units are told apart by line and price only, so that a thousand equal ones cost as much to count as one. A unit that
//! costs nothing is never counted.

use smallvec::SmallVec;

use super::apply::Piece;
use super::cart::Cart;
use super::give::{Basis, Off, Units};
use super::split::{Part, Share, share};
use super::{Lines, Minor};
use crate::sorting::Arrange as _;

/// Times that one bundle applies to one cart at most.
pub const BUNDLES: u32 = 1_000;

type Pieces = SmallVec<[Piece; 8]>;

/// Runs whose units may be counted: (place, count, net), in the order of the cart.
type Free = SmallVec<[(u32, u32, Minor); 8]>;

fn free(cart: &Cart<'_>, lines: &[u32]) -> Free {
    priced(cart, lines, false)
}

fn priced(cart: &Cart<'_>, lines: &[u32], taken: bool) -> Free {
    let may = |(at, run): (u32, &super::cart::Run)| {
        let open = run.net > 0 && (taken || !run.taken) && !cart.is_stopped(run.line);
        (open && lines.binary_search(&run.line).is_ok()).then_some((at, run.count, run.net))
    };
    (0_u32..).zip(&cart.runs).filter_map(may).collect()
}

fn units_in(runs: &Free) -> u32 {
    runs.iter().fold(0, |sum: u32, (_, count, _)| sum.saturating_add(*count))
}

/// What one unit of a run is lowered by, within its floor.
fn off_unit(cart: &Cart<'_>, at: u32, off: Off) -> Minor {
    cart.runs.get(at as usize).map_or(0, |run| off.of(run.net).min(run.net - cart.line(run.line).floor).max(0))
}

fn piece(run: u32, count: u32, off: Minor, taken: bool) -> Piece {
    Piece { run, count, off: Share { each: off, more: 0 }, taken }
}

/// Each unit by itself.
pub fn each(cart: &Cart<'_>, lines: &[u32], off: Off, basis: Basis) -> Pieces {
    let mut pieces = Pieces::new();
    for (at, run) in (0_u32..).zip(&cart.runs) {
        if run.net <= 0 || lines.binary_search(&run.line).is_err() || cart.is_stopped(run.line) {
            continue;
        }
        let line = cart.line(run.line);
        let price = match basis {
            Basis::Sequential => run.net,
            Basis::Initial => line.amount / Minor::from(line.units.max(1)),
        };
        let off = off.of(price).min(run.net - line.floor).max(0);
        pieces.push(piece(at, run.count, off, run.taken));
    }
    pieces
}

/// So much off the first unit, so much off each further one, in the order of the lines.
pub fn graduated(cart: &Cart<'_>, lines: &[u32], first: Minor, further: Minor, most: u32) -> Pieces {
    let mut pieces = Pieces::new();
    let mut left = most;
    for (at, count, _) in priced(cart, lines, true) {
        let mut count = count.min(left);
        let taken = cart.runs.get(at as usize).is_some_and(|run| run.taken);
        left -= count;
        if pieces.is_empty() && count > 0 {
            pieces.push(piece(at, 1, off_unit(cart, at, Off::Amount(first)), taken));
            count -= 1;
        }
        if count > 0 {
            pieces.push(piece(at, count, off_unit(cart, at, Off::Amount(further)), taken));
        }
    }
    pieces
}

/// Some units of each group of `of`, or some units once.
pub fn of_groups(cart: &Cart<'_>, lines: &[u32], give: &Units) -> Pieces {
    let mut runs = free(cart, lines);
    let units = units_in(&runs);
    let Some(size) = give.of.filter(|size| *size > 0) else {
        let targets = give.count.min(units);
        sort(&mut runs, give.most_expensive, false);
        return first_of(cart, &runs, targets, targets, give.off);
    };
    let groups = (units / size).min(give.at_most.unwrap_or(u32::MAX));
    let whole = groups * size;
    let partial = give.partial && give.at_most.is_none_or(|most| groups < most);
    let end = if partial { units } else { whole };
    let paid = size.saturating_sub(give.count);
    // Units to be lowered among the first `at` units, if the last ones of each group are.
    let lowered = |at: u32| {
        let at = at.min(end);
        (at / size) * give.count.min(size) + (at % size).saturating_sub(paid)
    };
    // The best for the customer: groups of what costs about the same, the cheapest of each; or the dearest of all. The
    // best for the merchant: the other way round.
    if give.most_expensive != give.merchant {
        sort(&mut runs, give.most_expensive, false);
        return first_of(cart, &runs, lowered(end), end, give.off);
    }
    sort(&mut runs, !give.merchant, true);
    let mut pieces = Pieces::new();
    let mut from = 0_u32;
    for (at, count, _) in runs {
        let to = from.saturating_add(count);
        let targets = lowered(to) - lowered(from);
        let taken = to.min(end) - from.min(end);
        push_both(&mut pieces, cart, at, targets, taken, give.off);
        from = to;
    }
    pieces
}

/// The first units of the runs are lowered, and some more only counted.
fn first_of(cart: &Cart<'_>, runs: &Free, targets: u32, taken: u32, off: Off) -> Pieces {
    let mut pieces = Pieces::new();
    let (mut targets, mut taken) = (targets, taken);
    for (at, count, _) in runs {
        let (lowered, counted) = ((*count).min(targets), (*count).min(taken));
        push_both(&mut pieces, cart, *at, lowered, counted, off);
        targets -= lowered;
        taken -= counted;
    }
    pieces
}

fn push_both(pieces: &mut Pieces, cart: &Cart<'_>, at: u32, targets: u32, taken: u32, off: Off) {
    if targets > 0 {
        pieces.push(piece(at, targets, off_unit(cart, at, off), true));
    }
    if taken > targets {
        pieces.push(piece(at, taken - targets, 0, true));
    }
}

/// By price; among equals the lower line first, or last where the last of a group is lowered.
fn sort(runs: &mut Free, descending: bool, lower_last: bool) {
    runs.arrange_by(|one, two| {
        let price = if descending { two.2.cmp(&one.2) } else { one.2.cmp(&two.2) };
        price.then(if lower_last { two.0.cmp(&one.0) } else { one.0.cmp(&two.0) })
    });
}

/// For each `buy` units of some lines, `get` of others: the cheapest that are no such units themselves.
pub fn buy_get(
    cart: &Cart<'_>,
    bought: &[u32],
    buy: u32,
    lines: &[u32],
    get: u32,
    off: Off,
    at_most: Option<u32>,
) -> Pieces {
    let (buy, get) = (i64::from(buy.max(1)), i64::from(get));
    let line_of = |at: u32| cart.runs.get(at as usize).map_or(u32::MAX, |run| run.line);
    let is_target = |at: u32| lines.binary_search(&line_of(at)).is_ok();
    let is_bought = |at: u32| bought.binary_search(&line_of(at)).is_ok();
    let all_bought = free(cart, bought);
    let mut targets = free(cart, lines);
    let only_bought: Free = all_bought.iter().copied().filter(|run| !is_target(run.0)).collect();
    let mut both: Free = all_bought.iter().copied().filter(|run| is_target(run.0)).collect();
    let (a, x) = (i64::from(units_in(&only_bought)), i64::from(units_in(&both)));
    let b = i64::from(units_in(&targets)) - x;
    // A further time needs its units bought, and at least one unit left to lower.
    let possible = |times: i64| {
        let from_both = (times * buy - a).max(0);
        from_both <= x && b + x - from_both > (times - 1) * get
    };
    let (mut low, mut high) = (0, ((a + x) / buy).min(at_most.map_or(i64::MAX, i64::from)));
    while low < high {
        let middle = (low + high + 1) / 2;
        if possible(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let from_both = (low * buy - a).max(0);
    let wanted = (low * get).min(b + x - from_both);
    let mut pieces = Pieces::new();
    if low == 0 || wanted <= 0 {
        return pieces;
    }
    // Bought are the dearest, first of those that could not be lowered.
    let mut left = (low * buy).min(a);
    let mut only_bought = only_bought;
    sort(&mut only_bought, true, false);
    for (at, count, _) in only_bought {
        let counted = i64::from(count).min(left);
        left -= counted;
        push_both(&mut pieces, cart, at, 0, counted as u32, off);
    }
    let mut left = from_both;
    sort(&mut both, true, true);
    let mut used: SmallVec<[(u32, u32); 8]> = SmallVec::new();
    for (at, count, _) in both {
        let counted = i64::from(count).min(left);
        left -= counted;
        if counted > 0 {
            used.push((at, counted as u32));
        }
    }
    sort(&mut targets, false, false);
    let mut left = wanted;
    for (at, count, _) in targets {
        let bought = used.iter().find(|(run, _)| *run == at && is_bought(at)).map_or(0, |(_, counted)| *counted);
        let lowered = i64::from(count - bought).min(left);
        left -= lowered;
        push_both(&mut pieces, cart, at, lowered as u32, lowered as u32 + bought, off);
    }
    pieces
}

/// Units that the host is to add, and the units that they were counted by.
pub fn gifts(cart: &Cart<'_>, lines: &[u32], per: Option<u32>, count: u32, at_most: Option<u32>) -> (u32, Pieces) {
    let most = at_most.unwrap_or(u32::MAX);
    let Some(per) = per.filter(|per| *per > 0) else {
        return (count.min(count.saturating_mul(most)), Pieces::new());
    };
    let mut runs = free(cart, lines);
    let times = (units_in(&runs) / per).min(most);
    sort(&mut runs, true, false);
    (count.saturating_mul(times), first_of(cart, &runs, 0, times * per, Off::Amount(0)))
}

/// Bundles, one after the other, of the dearest units that are left; parts take their units in the order they are
/// written in.
pub fn bundles(cart: &Cart<'_>, parts: &[(Lines, u32)], off: Off, at_most: Option<u32>) -> Pieces {
    let mut pieces = Pieces::new();
    let mut kinds: SmallVec<[(Free, u32); 4]> = parts
        .iter()
        .map(|(lines, count)| {
            let mut runs = free(cart, lines);
            sort(&mut runs, true, false);
            (runs, *count)
        })
        .collect();
    for _ in 0..at_most.unwrap_or(BUNDLES).min(BUNDLES) {
        let mut chosen: SmallVec<[(u32, u32, Minor); 8]> = SmallVec::new();
        for part in 0..kinds.len() {
            let Some((runs, wanted)) = kinds.get(part) else { continue };
            let mut missing = *wanted;
            let mut takes: SmallVec<[(u32, u32, Minor); 8]> = SmallVec::new();
            for (at, count, net) in runs {
                let count = (*count).min(missing);
                if count > 0 {
                    takes.push((*at, count, *net));
                    missing -= count;
                }
            }
            if missing > 0 {
                return pieces;
            }
            for (at, count, _) in &takes {
                for run in kinds.iter_mut().flat_map(|(runs, _)| runs.iter_mut()).filter(|run| run.0 == *at) {
                    run.1 -= count;
                }
            }
            chosen.extend(takes);
        }
        let price: Minor = chosen.iter().map(|(_, count, net)| net * Minor::from(*count)).sum();
        let rooms: SmallVec<[Part; 8]> = chosen
            .iter()
            .map(|(at, count, net)| Part { weight: *net, room: off_unit(cart, *at, Off::Price(0)), count: *count })
            .collect();
        let room: Minor = rooms.iter().map(|part| part.room * Minor::from(part.count)).sum();
        let lowered = off.of(price).min(room);
        if lowered <= 0 {
            break;
        }
        for ((at, count, _), share) in chosen.iter().zip(share(lowered, &rooms)) {
            pieces.push(Piece { run: *at, count: *count, off: share, taken: true });
        }
    }
    pieces
}
