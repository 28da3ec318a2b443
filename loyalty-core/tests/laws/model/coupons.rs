//! What coupons take off a cart, worked out slowly: unit by unit, in exact fractions of the minor unit, and for the best
//! combination by trying every set of coupons.
//!
//! It follows `docs/quotes.md` and shares no code with the engine.

use super::number::{Exact, round, whole, zero};
use super::program::RoundMode;

/// How a price is lowered.
#[derive(Debug, Clone, PartialEq)]
pub enum Off {
    /// A share, such as 1/8.
    Share(Exact),
    Amount(i64),
    Price(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    Unit,
    Line,
    All,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Give {
    Off(Off, Each),
    /// Of each group of `of` units the cheapest `count`; the discount shared over the group or not.
    Cheapest {
        count: usize,
        of: usize,
        off: Off,
        spread: bool,
    },
    /// The last step that is reached.
    Steps(Vec<(i64, Off)>),
    /// So much for every full amount.
    Every {
        per: i64,
        amount: i64,
    },
    Shipping(Off),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stack {
    None,
    Any,
    With(Vec<usize>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Lines,
    Order,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Coupon {
    pub give: Give,
    /// The lines of one category; nothing: all lines, or the order.
    pub category: Option<usize>,
    /// `off order` instead of `off order.lines`.
    pub order: bool,
    pub up_to: Option<i64>,
    /// The least that a unit may cost with it, as a share of its price.
    pub floor: Option<Exact>,
    pub initial: bool,
    pub priority: u32,
    pub stack: Stack,
    pub stop: Option<Stop>,
    /// The least that the order has to come to.
    pub least: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub category: usize,
    pub price: i64,
    pub units: usize,
}

/// One unit of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    pub line: usize,
    pub list: Exact,
    pub net: Exact,
    pub counted: bool,
}

/// What one coupon took off.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub coupon: usize,
    pub lines: Vec<Exact>,
    pub shipping: Exact,
}

impl Taken {
    pub fn sum(&self) -> Exact {
        self.lines.iter().sum::<Exact>() + &self.shipping
    }
}

#[derive(Debug, Clone)]
pub struct Cart {
    pub units: Vec<Unit>,
    pub shipping: Exact,
    lines: Vec<Line>,
    stopped: Vec<usize>,
    ended: bool,
    /// Single units are looked at by some coupon; else a line is lowered as a whole.
    by_units: bool,
}

/// Which coupons may be used: their minimum is judged on the prices before any coupon.
pub fn eligible(coupons: &[Coupon], lines: &[Line]) -> Vec<usize> {
    let subtotal: i64 = lines.iter().map(|line| line.price * line.units as i64).sum();
    (0..coupons.len()).filter(|at| coupons[*at].least.is_none_or(|least| subtotal >= least)).collect()
}

fn stage(coupon: &Coupon) -> u8 {
    match coupon.give {
        Give::Shipping(_) => 2,
        _ if coupon.order => 1,
        _ => 0,
    }
}

/// The order in which some coupons apply.
pub fn in_order(coupons: &[Coupon], mut chosen: Vec<usize>) -> Vec<usize> {
    chosen.sort_by_key(|at| (stage(&coupons[*at]), std::cmp::Reverse(coupons[*at].priority), *at));
    chosen
}

fn beside(coupons: &[Coupon], one: usize, two: usize) -> bool {
    let agrees = |one: usize, two: usize| match &coupons[one].stack {
        Stack::None => false,
        Stack::Any => true,
        Stack::With(others) => others.contains(&two),
    };
    one == two || (agrees(one, two) && agrees(two, one))
}

fn lawful(coupons: &[Coupon], chosen: &[usize]) -> bool {
    chosen.iter().all(|one| chosen.iter().all(|two| beside(coupons, *one, *two)))
}

/// Applies some coupons to a cart.
pub fn apply_all(
    coupons: &[Coupon],
    eligible: &[usize],
    chosen: &[usize],
    lines: &[Line],
    shipping: i64,
) -> (Cart, Vec<Taken>) {
    let looks = |at: &usize| matches!(coupons[*at].give, Give::Cheapest { .. } | Give::Off(_, Each::Unit));
    let mut cart = Cart::of(lines, shipping, eligible.iter().any(looks));
    let taken = in_order(coupons, chosen.to_vec()).into_iter().map(|at| cart.apply(at, &coupons[at])).collect();
    (cart, taken)
}

/// The most that any lawful combination takes off.
pub fn best(coupons: &[Coupon], lines: &[Line], shipping: i64) -> Exact {
    let eligible = eligible(coupons, lines);
    let mut most = zero();
    for set in 0_u32..1 << eligible.len() {
        let chosen: Vec<usize> =
            eligible.iter().enumerate().filter(|(place, _)| set & (1 << place) != 0).map(|(_, at)| *at).collect();
        if lawful(coupons, &chosen) {
            most = most.max(worth(coupons, &eligible, &chosen, lines, shipping));
        }
    }
    most
}

fn worth(coupons: &[Coupon], eligible: &[usize], chosen: &[usize], lines: &[Line], shipping: i64) -> Exact {
    apply_all(coupons, eligible, chosen, lines, shipping).1.iter().map(Taken::sum).sum()
}

/// What the coupons take off that are gone through by priority.
pub fn by_priority(coupons: &[Coupon], lines: &[Line], shipping: i64) -> Exact {
    let eligible = eligible(coupons, lines);
    let mut turns = eligible.clone();
    turns.sort_by_key(|at| (std::cmp::Reverse(coupons[*at].priority), stage(&coupons[*at]), *at));
    let (mut chosen, mut most) = (Vec::new(), zero());
    for at in turns {
        let with: Vec<usize> = chosen.iter().copied().chain([at]).collect();
        let worth = worth(coupons, &eligible, &with, lines, shipping);
        if lawful(coupons, &with) && worth > most {
            (chosen, most) = (with, worth);
        }
    }
    most
}

impl Cart {
    fn of(lines: &[Line], shipping: i64, by_units: bool) -> Self {
        let units = lines.iter().enumerate().flat_map(|(at, line)| {
            let unit = Unit { line: at, list: whole(line.price), net: whole(line.price), counted: false };
            std::iter::repeat_n(unit, line.units)
        });
        Self {
            units: units.collect(),
            shipping: whole(shipping),
            lines: lines.to_vec(),
            stopped: Vec::new(),
            ended: false,
            by_units,
        }
    }

    pub fn net(&self, line: usize) -> Exact {
        self.units.iter().filter(|unit| unit.line == line).map(|unit| &unit.net).sum()
    }

    fn list(&self, line: usize) -> Exact {
        self.units.iter().filter(|unit| unit.line == line).map(|unit| &unit.list).sum()
    }

    /// The lines that a coupon may lower.
    fn open(&self, coupon: &Coupon) -> Vec<usize> {
        let meant = |line: &Line| coupon.category.is_none_or(|category| line.category == category);
        let lines = self.lines.iter().enumerate().filter(|(_, line)| meant(line) && line.price > 0);
        lines.map(|(at, _)| at).filter(|at| !self.stopped.contains(at)).collect()
    }

    fn floor(&self, coupon: &Coupon, line: usize) -> Exact {
        let price = whole(self.lines[line].price);
        coupon.floor.as_ref().map_or_else(zero, |share| cents(&(price * share)))
    }

    /// How much a line may be lowered.
    fn room(&self, coupon: &Coupon, line: usize) -> Exact {
        let floor = self.floor(coupon, line);
        let own = self.units.iter().filter(|unit| unit.line == line);
        if self.by_units {
            own.map(|unit| (&unit.net - &floor).max(zero())).sum()
        } else {
            (self.net(line) - floor * whole(self.lines[line].units as i64)).max(zero())
        }
    }

    fn apply(&mut self, at: usize, coupon: &Coupon) -> Taken {
        let mut taken = Taken { coupon: at, lines: vec![zero(); self.lines.len()], shipping: zero() };
        if self.ended {
            return taken;
        }
        let before: Vec<Exact> = (0..self.lines.len()).map(|line| self.net(line)).collect();
        match &coupon.give {
            Give::Shipping(off) => {
                let off = lowered(off, &self.shipping).min(most(coupon, self.shipping.clone()));
                self.shipping -= &off;
                taken.shipping = off;
            }
            Give::Off(off, Each::All) => {
                let price = self.base(coupon);
                self.together(coupon, lowered(off, &price));
            }
            Give::Steps(steps) => {
                let price = self.base(coupon);
                let reached = steps.iter().rev().find(|(from, _)| whole(*from) <= price);
                self.together(coupon, reached.map_or_else(zero, |(_, off)| lowered(off, &price)));
            }
            Give::Every { per, amount } => {
                let price = self.base(coupon);
                let times = (&price / whole(*per)).floor();
                self.together(coupon, (times * whole(*amount)).min(price));
            }
            Give::Off(off, Each::Line) => self.by_line(coupon, off),
            Give::Off(off, Each::Unit) => self.each_unit(coupon, off),
            Give::Cheapest { count, of, off, spread } => self.cheapest(coupon, (*count, *of), off, *spread),
        }
        for (line, before) in before.iter().enumerate() {
            taken.lines[line] = before - self.net(line);
        }
        if taken.sum() > zero() {
            match coupon.stop {
                Some(Stop::Lines) => {
                    self.stopped.extend((0..self.lines.len()).filter(|line| taken.lines[*line] > zero()));
                }
                Some(Stop::Order) => self.ended = true,
                None => {}
            }
        }
        taken
    }

    /// What the lines of a coupon cost together.
    fn base(&self, coupon: &Coupon) -> Exact {
        self.open(coupon).into_iter().map(|line| if coupon.initial { self.list(line) } else { self.net(line) }).sum()
    }

    /// One amount, shared over the lines by what they cost.
    fn together(&mut self, coupon: &Coupon, off: Exact) {
        let open = self.open(coupon);
        let parts: Vec<(Exact, Exact)> = open.iter().map(|line| (self.net(*line), self.room(coupon, *line))).collect();
        let room: Exact = parts.iter().map(|(_, room)| room).sum();
        let off = most(coupon, off.min(room));
        for (line, share) in open.into_iter().zip(shared(&off, &parts)) {
            self.lower(coupon, line, &share);
        }
    }

    fn by_line(&mut self, coupon: &Coupon, off: &Off) {
        let mut offs = Vec::new();
        for line in self.open(coupon) {
            let price = if coupon.initial { self.list(line) } else { self.net(line) };
            offs.push((line, lowered(off, &price).min(self.room(coupon, line))));
        }
        let wanted: Exact = offs.iter().map(|(_, off)| off).sum();
        let given = most(coupon, wanted.clone());
        if given < wanted {
            let parts: Vec<(Exact, Exact)> = offs.iter().map(|(_, off)| (off.clone(), off.clone())).collect();
            for ((_, off), share) in offs.iter_mut().zip(shared(&given, &parts)) {
                *off = share;
            }
        }
        for (line, off) in offs {
            self.lower(coupon, line, &off);
        }
    }

    /// A line is lowered: its units share it by what they cost.
    fn lower(&mut self, coupon: &Coupon, line: usize, off: &Exact) {
        let floor = if self.by_units { self.floor(coupon, line) } else { zero() };
        let own: Vec<usize> = (0..self.units.len()).filter(|at| self.units[*at].line == line).collect();
        let parts: Vec<(Exact, Exact)> =
            own.iter().map(|at| (self.units[*at].net.clone(), (&self.units[*at].net - &floor).max(zero()))).collect();
        for (at, share) in own.into_iter().zip(shared(off, &parts)) {
            self.units[at].net -= share;
        }
    }

    fn each_unit(&mut self, coupon: &Coupon, off: &Off) {
        let open = self.open(coupon);
        let mut offs = Vec::new();
        for at in 0..self.units.len() {
            let unit = &self.units[at];
            if unit.net <= zero() || !open.contains(&unit.line) {
                continue;
            }
            let price = if coupon.initial { &unit.list } else { &unit.net };
            let room = (&unit.net - self.floor(coupon, unit.line)).max(zero());
            offs.push((at, lowered(off, price).min(room)));
        }
        self.lower_units(coupon, offs, false);
    }

    /// Units by price, the dearest first; among equals the later line first. Equal units of a line stand together.
    fn cheapest(&mut self, coupon: &Coupon, (count, of): (usize, usize), off: &Off, spread: bool) {
        let open = self.open(coupon);
        let mut runs: Vec<Vec<usize>> = Vec::new();
        for at in 0..self.units.len() {
            let unit = &self.units[at];
            let alike = |known: &Vec<usize>| {
                let last = &self.units[known[known.len() - 1]];
                known[known.len() - 1] + 1 == at
                    && (last.line, last.counted, &last.net) == (unit.line, unit.counted, &unit.net)
            };
            if unit.net <= zero() || unit.counted || !open.contains(&unit.line) {
                continue;
            }
            match runs.last_mut() {
                Some(run) if alike(run) => run.push(at),
                _ => runs.push(vec![at]),
            }
        }
        runs.sort_by(|one, two| self.units[two[0]].net.cmp(&self.units[one[0]].net).then(two[0].cmp(&one[0])));
        let all: usize = runs.iter().map(Vec::len).sum();
        let end = all / of * of;
        let mut place = 0;
        let mut offs = Vec::new();
        for run in runs {
            let places: Vec<usize> = (place..place + run.len()).filter(|place| *place < end).collect();
            let targets = places.iter().filter(|place| **place % of >= of - count.min(of)).count();
            place += run.len();
            for (nth, at) in run.into_iter().take(places.len()).enumerate() {
                let unit = &self.units[at];
                let room = (&unit.net - self.floor(coupon, unit.line)).max(zero());
                offs.push((at, if nth < targets { lowered(off, &unit.net).min(room) } else { zero() }));
            }
        }
        offs.sort_by_key(|(at, _)| *at);
        let given: Exact = offs.iter().map(|(_, off)| off).sum();
        let places: Vec<usize> = offs.iter().map(|(at, _)| *at).collect();
        self.lower_units(coupon, offs, spread);
        if given > zero() {
            places.into_iter().for_each(|at| self.units[at].counted = true);
        }
    }

    fn lower_units(&mut self, coupon: &Coupon, mut offs: Vec<(usize, Exact)>, spread: bool) {
        let wanted: Exact = offs.iter().map(|(_, off)| off).sum();
        let given = most(coupon, wanted.clone());
        if spread || given < wanted {
            let parts: Vec<(Exact, Exact)> = offs
                .iter()
                .map(|(at, off)| {
                    if spread {
                        let unit = &self.units[*at];
                        (unit.net.clone(), (&unit.net - self.floor(coupon, unit.line)).max(zero()))
                    } else {
                        (off.clone(), off.clone())
                    }
                })
                .collect();
            for ((_, off), share) in offs.iter_mut().zip(shared(&given, &parts)) {
                *off = share;
            }
        }
        for (at, off) in offs {
            self.units[at].net -= off;
        }
    }
}

fn cents(amount: &Exact) -> Exact {
    round(amount, 0, RoundMode::HalfUp)
}

/// What a price is lowered by, rounded to the minor unit; never more than the price.
fn lowered(off: &Off, price: &Exact) -> Exact {
    match off {
        Off::Share(share) => cents(&(price * share)).min(price.clone()),
        Off::Amount(amount) => whole(*amount).min(price.clone()),
        Off::Price(to) => (price - whole(*to)).max(zero()),
    }
}

fn most(coupon: &Coupon, off: Exact) -> Exact {
    coupon.up_to.map_or(off.clone(), |most| off.min(whole(most)))
}

/// An amount over parts of (weight, room): by weight, none over its room, whole minor units by the largest remainder, ties
/// to the earlier part.
fn shared(amount: &Exact, parts: &[(Exact, Exact)]) -> Vec<Exact> {
    let mut shares = vec![zero(); parts.len()];
    let mut open: Vec<usize> = (0..parts.len()).filter(|at| parts[*at].1 > zero() && parts[*at].0 > zero()).collect();
    let mut left = amount.clone();
    loop {
        let weight: Exact = open.iter().map(|at| &parts[*at].0).sum();
        if weight == zero() {
            return shares;
        }
        let full: Vec<usize> =
            open.iter().copied().filter(|at| &left * &parts[*at].0 / &weight > parts[*at].1).collect();
        if full.is_empty() {
            let mut rests = Vec::new();
            let mut given = zero();
            for at in &open {
                let exact = &left * &parts[*at].0 / &weight;
                shares[*at] = exact.floor();
                given += exact.floor();
                rests.push((&exact - exact.floor(), *at));
            }
            rests.sort_by(|one, two| two.0.cmp(&one.0).then(one.1.cmp(&two.1)));
            let mut missing = left - given;
            for (_, at) in rests {
                if missing < whole(1) {
                    break;
                }
                shares[at] += whole(1);
                missing -= whole(1);
            }
            return shares;
        }
        for at in full {
            shares[at] = parts[at].1.clone();
            left -= &parts[at].1;
            open.retain(|other| *other != at);
        }
    }
}
