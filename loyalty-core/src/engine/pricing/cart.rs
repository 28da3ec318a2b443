//! A basket in the course of being discounted, line by line and, where a coupon looks at them, unit by unit.

use smallvec::SmallVec;

use super::split::{Part, share};
use super::{Basket, Line, Minor};

/// Equal units of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub line: u32,
    pub count: u32,
    /// What one of them costs now.
    pub net: Minor,
    /// Counted by a coupon already.
    pub taken: bool,
}

pub type Runs = SmallVec<[Run; 8]>;

#[derive(Debug)]
pub struct Cart<'a> {
    pub basket: &'a Basket,
    /// What each line costs now.
    pub nets: SmallVec<[Minor; 8]>,
    /// The units of all lines in their order; empty if no coupon looks at them.
    pub runs: Runs,
    pub shipping: Minor,
    /// What the order as a whole may still be lowered by, without shipping.
    pub ceiling: Minor,
    /// The least that one unit of each line may cost with the coupon that applies now; empty: none of its own.
    pub floors: SmallVec<[Minor; 4]>,
    /// Lines that no later coupon may lower.
    pub stopped: SmallVec<[u32; 4]>,
    /// No later coupon applies.
    pub ended: bool,
    /// What the lines cost when the item discounts were through.
    pub after_items: Option<SmallVec<[Minor; 8]>>,
}

/// The search copies a cart for each coupon that it tries, so that its lists are copied whole and not item by item.
impl Clone for Cart<'_> {
    fn clone(&self) -> Self {
        Self {
            basket: self.basket,
            nets: SmallVec::from_slice(&self.nets),
            runs: SmallVec::from_slice(&self.runs),
            shipping: self.shipping,
            ceiling: self.ceiling,
            floors: SmallVec::from_slice(&self.floors),
            stopped: SmallVec::from_slice(&self.stopped),
            ended: self.ended,
            after_items: self.after_items.as_deref().map(SmallVec::from_slice),
        }
    }
}

impl<'a> Cart<'a> {
    /// A basket at its list prices. Its goods have been found to be countable.
    pub fn of(basket: &'a Basket, units: bool) -> Self {
        let nets: SmallVec<[Minor; 8]> = basket.lines.iter().map(|line| line.amount).collect();
        let goods: Minor = nets.iter().sum();
        let runs = if units {
            (0_u32..).zip(&basket.lines).flat_map(|(at, line)| units_of(at, line, line.amount)).collect()
        } else {
            Runs::new()
        };
        Self {
            basket,
            nets,
            runs,
            shipping: basket.shipping,
            ceiling: (goods - basket.credit).max(0),
            floors: SmallVec::new(),
            stopped: SmallVec::new(),
            ended: false,
            after_items: None,
        }
    }

    pub fn net(&self, line: u32) -> Minor {
        self.nets.get(line as usize).copied().unwrap_or(0)
    }

    pub fn line(&self, line: u32) -> Line {
        let own = self.basket.lines.get(line as usize).copied().unwrap_or(Line { units: 0, amount: 0, floor: 0 });
        match self.floors.get(line as usize) {
            Some(floor) => Line { floor: own.floor.max(*floor), ..own },
            None => own,
        }
    }

    pub fn is_stopped(&self, line: u32) -> bool {
        self.stopped.contains(&line)
    }

    /// The runs of one line.
    pub fn runs_of(&self, line: u32) -> &[Run] {
        let start = self.runs.partition_point(|run| run.line < line);
        let end = self.runs.partition_point(|run| run.line <= line);
        self.runs.get(start..end).unwrap_or(&[])
    }

    /// What a line may still be lowered by.
    pub fn room(&self, line: u32) -> Minor {
        let own = self.line(line);
        let runs = self.runs_of(line);
        if runs.is_empty() {
            let floor = own.floor.saturating_mul(Minor::from(own.units));
            return (self.net(line) - floor).max(0);
        }
        runs.iter().map(|run| (run.net - own.floor).max(0) * Minor::from(run.count)).sum()
    }

    /// Lowers a line by an amount within its room; its units share it by what they cost.
    pub fn lower(&mut self, line: u32, amount: Minor) {
        if let Some(net) = self.nets.get_mut(line as usize) {
            *net -= amount;
        }
        self.ceiling -= amount;
        if self.runs.is_empty() || amount == 0 {
            return;
        }
        let floor = self.line(line).floor;
        let start = self.runs.partition_point(|run| run.line < line);
        let end = self.runs.partition_point(|run| run.line <= line);
        let old = Runs::from_slice(self.runs.get(start..end).unwrap_or(&[]));
        let parts: SmallVec<[Part; 8]> =
            old.iter().map(|run| Part { weight: run.net, room: (run.net - floor).max(0), count: run.count }).collect();
        let shares = share(amount, &parts);
        let mut new = Runs::new();
        for (run, share) in old.iter().zip(shares) {
            push(&mut new, Run { count: share.more, net: run.net - share.each - 1, ..*run });
            push(&mut new, Run { count: run.count - share.more, net: run.net - share.each, ..*run });
        }
        self.replace(start, end, new);
    }

    /// Puts other units in the place of a line's, which cost less; the line and the order are lowered with them.
    pub fn set_units(&mut self, line: u32, units: Runs) {
        let sum: Minor = units.iter().map(|run| run.net * Minor::from(run.count)).sum();
        if let Some(net) = self.nets.get_mut(line as usize) {
            self.ceiling -= *net - sum;
            *net = sum;
        }
        let start = self.runs.partition_point(|run| run.line < line);
        let end = self.runs.partition_point(|run| run.line <= line);
        self.replace(start, end, units);
    }

    fn replace(&mut self, start: usize, end: usize, new: Runs) {
        if let Some(old) = self.runs.get_mut(start..end).filter(|old| old.len() == new.len()) {
            old.copy_from_slice(&new);
            return;
        }
        let tail = Runs::from_slice(self.runs.get(end..).unwrap_or(&[]));
        self.runs.truncate(start);
        self.runs.extend_from_slice(&new);
        self.runs.extend_from_slice(&tail);
    }

    /// What each unit of a line costs in the end, as (units, net) in the order of the units.
    pub fn unit_nets(&self, line: u32) -> SmallVec<[(u32, Minor); 4]> {
        let runs = self.runs_of(line);
        if runs.is_empty() {
            // The discount is shared over the units, ties to the earlier one; so is a price that its units do not divide.
            let own = self.line(line);
            let mut runs = units_of(line, &own, own.amount);
            let parts: SmallVec<[Part; 8]> =
                runs.iter().map(|run| Part { weight: run.net, room: run.net, count: run.count }).collect();
            let shares = share(own.amount - self.net(line), &parts);
            let mut nets = SmallVec::new();
            for (run, share) in runs.drain(..).zip(shares) {
                add(&mut nets, share.more, run.net - share.each - 1);
                add(&mut nets, run.count - share.more, run.net - share.each);
            }
            return nets;
        }
        let mut nets = SmallVec::new();
        runs.iter().for_each(|run| add(&mut nets, run.count, run.net));
        nets
    }
}

fn add(nets: &mut SmallVec<[(u32, Minor); 4]>, count: u32, net: Minor) {
    match nets.last_mut() {
        Some((units, last)) if *last == net => *units += count,
        _ if count > 0 => nets.push((count, net)),
        _ => {}
    }
}

/// Adds units to others of the same line, and to the run before if they are alike.
pub fn push(runs: &mut Runs, run: Run) {
    if run.count == 0 {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.line == run.line && last.net == run.net && last.taken == run.taken => {
            last.count += run.count
        }
        _ => runs.push(run),
    }
}

/// The units of a line that costs so much: a price that they do not divide makes the first ones dearer by one.
fn units_of(at: u32, line: &Line, amount: Minor) -> Runs {
    let count = line.units.max(1);
    let (each, more) = (amount / Minor::from(count), (amount % Minor::from(count)) as u32);
    let mut runs = Runs::new();
    push(&mut runs, Run { line: at, count: more, net: each + 1, taken: false });
    push(&mut runs, Run { line: at, count: count - more, net: each, taken: false });
    runs
}
