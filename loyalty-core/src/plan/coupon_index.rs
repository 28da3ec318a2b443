//! Finding the coupons that nobody has to name without looking at all of them: by what they ask for.
//!
//! Of each automatic coupon the index knows the texts that it asks for in fields of the order, those of which it needs a
//! line, the bounds that it lays on numbers of the order, and its days. An order looks its own texts, numbers and day up, and
//! what is left when all of them are laid over each other is judged in full: the index never decides that a coupon may be
//! used, only that it cannot be.

use chrono::NaiveTime;
use rust_decimal::Decimal;

use super::Plan;
use super::coupons::{CouponFormPlan, CouponPlan};
use super::node::{Node, NodeId};
use super::offers::{GivePlan, LinesPlan};
use crate::check::model::{Comparison, CouponKind, Valid};
use crate::sorting::Arrange as _;
use crate::time::day_of;

/// Coupons as bits, by their place among the automatic ones.
pub type Bits = Vec<u64>;

#[derive(Debug, Default)]
pub struct CouponIndex {
    /// Those that nobody has to name, in the order of the file.
    pub automatic: Vec<u32>,
    /// Texts of the order's own fields.
    pub texts: Vec<TextKeys>,
    /// Texts of its lines, one of which is enough.
    pub items: Vec<TextKeys>,
    /// Numbers of the order's own fields.
    pub numbers: Vec<NumberKeys>,
    /// The first day.
    pub from: Bounds<i32>,
    /// The last day.
    pub to: Bounds<i32>,
}

/// The coupons that ask for texts in one field.
#[derive(Debug)]
pub struct TextKeys {
    pub slot: u16,
    /// Those that ask for none.
    pub any: Bits,
    /// (symbol, those that take it), by symbol.
    entries: Vec<(u32, Posting)>,
}

/// The coupons that take one text.
#[derive(Debug)]
pub enum Posting {
    /// Many, as bits.
    Many(Bits),
    /// Few, by their places.
    Few(Vec<u32>),
}

/// The coupons that lay bounds on one number.
#[derive(Debug)]
pub struct NumberKeys {
    pub slot: u16,
    pub at_least: Bounds<Decimal>,
    pub at_most: Bounds<Decimal>,
}

/// Bounds in the order in which a value comes to satisfy them, with what is satisfied so far laid down every so often.
#[derive(Debug)]
pub struct Bounds<K> {
    /// (bound, whether the bound itself does not satisfy it, coupon)
    sorted: Vec<(K, bool, u32)>,
    /// What is satisfied by the first `at × step` of them, those without a bound among it.
    laid: Vec<Bits>,
    step: usize,
}

impl<K> Default for Bounds<K> {
    fn default() -> Self {
        Self { sorted: Vec::new(), laid: Vec::new(), step: 1 }
    }
}

/// Fields with the texts that they may hold.
type TextsAsked = Vec<(u16, Vec<u32>)>;

/// What one coupon asks for.
#[derive(Default)]
struct Asked {
    texts: TextsAsked,
    items: TextsAsked,
    least: Vec<(u16, Decimal, bool)>,
    most: Vec<(u16, Decimal, bool)>,
    from: Option<i32>,
    to: Option<i32>,
}

impl CouponIndex {
    pub fn of(plan: &Plan) -> Self {
        let coupons = &plan.coupons;
        let numbered = (0_u32..).zip(coupons);
        let automatic: Vec<u32> =
            numbered.filter(|(_, coupon)| coupon.kind == CouponKind::Automatic).map(|(at, _)| at).collect();
        let asked: Vec<Asked> = (automatic.iter())
            .map(|at| coupons.get(*at as usize).map_or_else(Asked::default, |coupon| asked(plan, coupon)))
            .collect();
        let days = |day: fn(&Asked) -> Option<i32>| {
            (0_u32..).zip(&asked).filter_map(move |(at, asked)| Some((day(asked)?, false, at))).collect::<Vec<_>>()
        };
        Self {
            texts: text_keys(&asked, |asked| &asked.texts),
            items: text_keys(&asked, |asked| &asked.items),
            numbers: number_keys(&asked),
            from: Bounds::of(days(|asked| asked.from), asked.len(), true),
            to: Bounds::of(days(|asked| asked.to), asked.len(), false),
            automatic,
        }
    }
}

impl TextKeys {
    /// The coupons that take a text.
    pub fn taking(&self, symbol: u32) -> Option<&Posting> {
        let at = self.entries.binary_search_by_key(&symbol, |(own, _)| *own).ok()?;
        self.entries.get(at).map(|(_, posting)| posting)
    }
}

impl<K: Copy + Ord> Bounds<K> {
    fn of(mut sorted: Vec<(K, bool, u32)>, coupons: usize, at_least: bool) -> Self {
        // Of equal bounds the one that its own value satisfies comes first.
        sorted.arrange_by(|one, two| {
            let bound = if at_least { one.0.cmp(&two.0) } else { two.0.cmp(&one.0) };
            bound.then(one.1.cmp(&two.1)).then(one.2.cmp(&two.2))
        });
        if sorted.is_empty() {
            return Self::default();
        }
        let step = (sorted.len() / 64).max(64);
        let mut now = full(coupons);
        sorted.iter().for_each(|(_, _, at)| clear(&mut now, *at));
        let mut laid = vec![now.clone()];
        for (number, (_, _, at)) in (1..).zip(&sorted) {
            set(&mut now, *at);
            if number % step == 0 {
                laid.push(now.clone());
            }
        }
        Self { sorted, laid, step }
    }

    /// Whether any coupon has such a bound.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The coupons whose bound a value satisfies: bits, and some more by their places. Nothing of those with a bound for a
    /// value that is missing.
    pub fn satisfied(&self, satisfies: impl Fn(K, bool) -> bool, missing: bool) -> (&[u64], &[(K, bool, u32)]) {
        let count =
            if missing { 0 } else { self.sorted.partition_point(|(bound, strict, _)| satisfies(*bound, *strict)) };
        let laid = count / self.step;
        let bits = self.laid.get(laid).map_or(&[][..], Vec::as_slice);
        (bits, self.sorted.get(laid * self.step..count).unwrap_or(&[]))
    }
}

/// All coupons.
pub fn full(coupons: usize) -> Bits {
    let mut bits = vec![u64::MAX; coupons.div_ceil(64)];
    if let Some(last) = bits.last_mut().filter(|_| !coupons.is_multiple_of(64)) {
        *last = (1 << (coupons % 64)) - 1;
    }
    bits
}

pub fn set(bits: &mut [u64], at: u32) {
    if let Some(word) = bits.get_mut(at as usize / 64) {
        *word |= 1 << (at % 64);
    }
}

fn clear(bits: &mut [u64], at: u32) {
    if let Some(word) = bits.get_mut(at as usize / 64) {
        *word &= !(1 << (at % 64));
    }
}

pub fn has(bits: &[u64], at: u32) -> bool {
    bits.get(at as usize / 64).is_some_and(|word| word & (1 << (at % 64)) != 0)
}

fn text_keys(asked: &[Asked], keys: fn(&Asked) -> &TextsAsked) -> Vec<TextKeys> {
    let mut slots: Vec<u16> = asked.iter().flat_map(|asked| keys(asked).iter().map(|(slot, _)| *slot)).collect();
    slots.arrange();
    slots.dedup();
    let of_slot = |slot: u16| {
        let mut any = full(asked.len());
        let mut takers: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
        for (at, asked) in (0_u32..).zip(asked) {
            let Some((_, symbols)) = keys(asked).iter().find(|(own, _)| *own == slot) else { continue };
            clear(&mut any, at);
            for symbol in symbols {
                takers.entry(*symbol).or_default().push(at);
            }
        }
        let entries = takers.into_iter().map(|(symbol, mut takers)| {
            takers.dedup();
            if takers.len() * 32 < asked.len() {
                return (symbol, Posting::Few(takers));
            }
            let mut bits = vec![0; asked.len().div_ceil(64)];
            takers.iter().for_each(|at| set(&mut bits, *at));
            (symbol, Posting::Many(bits))
        });
        TextKeys { slot, any, entries: entries.collect() }
    };
    slots.into_iter().map(of_slot).collect()
}

fn number_keys(asked: &[Asked]) -> Vec<NumberKeys> {
    let bounds = |asked: &Asked| asked.least.iter().chain(&asked.most).map(|(slot, ..)| *slot).collect::<Vec<_>>();
    let mut slots: Vec<u16> = asked.iter().flat_map(bounds).collect();
    slots.arrange();
    slots.dedup();
    let of = |slot: u16, bounds: fn(&Asked) -> &Vec<(u16, Decimal, bool)>, at_least: bool| {
        let found = (0_u32..).zip(asked).filter_map(|(at, asked)| {
            let (_, bound, strict) = bounds(asked).iter().find(|(own, ..)| *own == slot)?;
            Some((*bound, *strict, at))
        });
        Bounds::of(found.collect(), asked.len(), at_least)
    };
    let of_slot = |slot: u16| NumberKeys {
        slot,
        at_least: of(slot, |asked| &asked.least, true),
        at_most: of(slot, |asked| &asked.most, false),
    };
    slots.into_iter().map(of_slot).collect()
}

/// What a coupon asks for. One whose clauses change from a day on is always judged.
fn asked(plan: &Plan, coupon: &CouponPlan) -> Asked {
    let mut asked = Asked::default();
    let [form] = coupon.forms.as_slice() else { return asked };
    let form = &form.value;
    for valid in &form.valid {
        if let Valid::Dates { from, to, till } = valid {
            asked.from = from.map(day_of).max(asked.from);
            // A last evening may reach into the next day.
            let last = to.map(|to| day_of(to).saturating_add(i32::from(*till > NaiveTime::MIN)));
            asked.to = match (last, asked.to) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            };
        }
    }
    conditions(plan, form, &mut asked);
    if let Some(lines) = form.offer.as_ref().and_then(|offer| lines_of(&offer.give))
        && let Some(filter) = lines.filter
    {
        items(plan, filter, &mut asked.items);
    }
    asked
}

fn conditions(plan: &Plan, form: &CouponFormPlan, asked: &mut Asked) {
    // What is judged after the item discounts is not known yet.
    if form.offer.as_ref().is_some_and(|offer| offer.judged_after_items) {
        return;
    }
    for condition in &form.when {
        match plan.nodes.get(condition.node as usize) {
            Some(Node::SlotIs(slot, symbol)) => asked.texts.push((*slot, vec![*symbol])),
            Some(Node::SlotIn { slot, set, negated: false }) => {
                asked.texts.push((*slot, set.of(&plan.symbol_sets).to_vec()));
            }
            Some(Node::SlotAgainst(comparison, slot, bound)) => match comparison {
                Comparison::GreaterOrEqual => asked.least.push((*slot, *bound, false)),
                Comparison::Greater => asked.least.push((*slot, *bound, true)),
                Comparison::LessOrEqual => asked.most.push((*slot, *bound, false)),
                Comparison::Less => asked.most.push((*slot, *bound, true)),
                Comparison::Equal | Comparison::NotEqual => {}
            },
            _ => {}
        }
    }
}

/// The lines without which a coupon gives nothing.
fn lines_of(give: &GivePlan) -> Option<&LinesPlan> {
    match give {
        GivePlan::Off { lines, .. }
        | GivePlan::Graduated { lines, .. }
        | GivePlan::Every { lines, .. }
        | GivePlan::Units { lines, .. }
        | GivePlan::Get { lines, .. }
        | GivePlan::Steps { lines, .. } => Some(lines),
        GivePlan::Bundle { .. } | GivePlan::Gift { .. } | GivePlan::Shipping(_) => None,
    }
}

fn items(plan: &Plan, filter: NodeId, found: &mut TextsAsked) {
    match plan.nodes.get(filter as usize) {
        Some(Node::ItemIs(slot, symbol)) => found.push((*slot, vec![*symbol])),
        Some(Node::ItemIn { slot, set, negated: false }) => found.push((*slot, set.of(&plan.symbol_sets).to_vec())),
        Some(Node::And(parts)) => parts.of(&plan.operands).iter().for_each(|part| items(plan, *part, found)),
        _ => {}
    }
}
