//! Returns: what an order gave is taken back by what it gave it for.
//!
//! The order is remembered as it was captured. A return says what of it is kept; the contributions are worked out again
//! on the kept part, with the rates, factors and caps of then, and the difference is clawed back. Since every figure is
//! worked out from the whole of what has come back so far, parts returned in any order add up to the same.

mod kept;

use rust_decimal::Decimal;

use super::coupons::back;
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::EventData;
use super::grants::{self, Basis, Grant, Grants, RateTerms};
use super::log::{Record, hash};
use super::lots::{Expiry, Lot, Use, Vesting};
use super::measures;
use super::member::Member;
use super::members::pause;
use super::outcome::{Because, Decision, Kind};
use super::rewards::Units;
use super::rules;
use super::tally::{self, Change, Changes};
use super::value::Value;
use super::{badges, claims, earning, flows, granted, referrals, rewards};
use crate::amount::{self, Overflow};
use crate::check::model::{Clawback, Flow, Moment, Trigger};
use crate::plan::layout::LinesLayout;
use crate::plan::{EffectKindPlan, Plan, PolicyPlan, RestorePlan, RuleFormPlan, WalletPlan, in_force};
use crate::wire::codec::Reader;
use crate::wire::decode;
use kept::{Line, base, field, kept, lines, minor, share};

/// What has come back of one order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Returned {
    /// Digest of the order's id.
    pub order: u64,
    pub ordered_at: i64,
    /// Units of each line.
    pub units: Vec<Decimal>,
    /// Money of each line, beyond whole units.
    pub amounts: Vec<Decimal>,
    /// Money of the order as a whole.
    pub amount: Decimal,
    pub whole: bool,
    /// Per wallet: taken back, and given back of what was spent.
    pub clawed: Vec<Decimal>,
    pub restored: Vec<Decimal>,
    /// Units of redeemed rewards, by the reward's rule.
    pub rewards: Vec<(u32, Decimal)>,
}

/// An order as it was captured, with what the rules made of it.
pub struct Order {
    pub event: EventData,
    fired: Vec<u32>,
    pub grants: Grants,
    pub decisions: Vec<Decision>,
    pub day: i32,
}

/// What a refund or cancellation says, before anything is taken.
pub struct Judged {
    pub order: Order,
    /// The reward, by its rule, of which so many come back out of so many, if the host says so.
    pub units: Option<(u32, Decimal, Decimal)>,
    /// The points that the host wants given back, if it says so itself.
    pub points: Option<Decimal>,
    pub before: Returned,
    /// Invariant: `clawed` and `restored` are still those of `before`.
    pub after: Returned,
    pub kept_before: EventData,
    pub kept_after: EventData,
    /// Another order takes its place.
    pub lives_on: bool,
}

/// Takes back what a refund or cancellation says. Works on a state that is thrown away if anything is wrong.
pub fn apply(
    plan: &Plan,
    member: &mut Member,
    refund: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let judged = judge(plan, member, refund)?;
    take_away(plan, member, judged, refund.at, decisions)
}

/// Works out what it means that more of an order has come back than before, and writes it down.
fn take_away(
    plan: &Plan,
    member: &mut Member,
    judged: Judged,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Judged { order, units, points, before, mut after, kept_before, kept_after, lives_on } = judged;
    if !after.whole {
        remeasure(plan, member, &order, Some(&kept_before), Some(&kept_after))?;
    } else {
        remeasure(plan, member, &order, Some(&kept_before), None)?;
    }
    // Points of the order itself that have paid for it go back before they are taken away with the rest of its points.
    let own = paid_by_itself(&order);
    if own {
        give_back_spent(plan, member, &order, (units, points), &before, (&kept_after, &mut after), at, decisions)?;
    }
    claw_back(plan, member, &order, (&kept_before, &before), (&kept_after, &mut after), at, decisions)?;
    if after.whole {
        give_limits_back(plan, member, &order, lives_on, at, decisions)?;
    }
    if !own {
        give_back_spent(plan, member, &order, (units, points), &before, (&kept_after, &mut after), at, decisions)?;
    }
    referrals::come_back(plan, member, (&order, &kept_after, after.whole), at, decisions)?;
    if after.whole {
        referrals::gone(member, after.order);
        for (rule, all) in rewards::all_redeemed(&order.decisions) {
            let back = after.rewards.iter().find(|(known, _)| *known == rule);
            let left = amount::subtract(all, back.map_or(Decimal::ZERO, |(_, units)| *units))?;
            let units = Units { rule, before: amount::subtract(all, left)?, units: left, all };
            rewards::come_back(plan, member, &order.decisions, units, (order.event.at, at), decisions)?;
        }
    }
    badges_back(plan, member, &order, &kept_after, after.whole, at, decisions)?;
    match member.returned.iter_mut().find(|returned| returned.order == after.order) {
        Some(returned) => *returned = after,
        None => member.returned.push(after),
    }
    Ok(())
}

/// Whether points that an order has earned have paid for what was taken in it.
fn paid_by_itself(order: &Order) -> bool {
    let source = hash(&order.event.id);
    order.decisions.iter().any(|decision| match &decision.kind {
        Kind::Spent { uses, .. } => uses.iter().any(|used| used.source == source),
        _ => false,
    })
}

/// Gives back what the order has spent, of what comes back.
#[expect(clippy::too_many_arguments, reason = "one step of `take_away`, which holds all of them")]
fn give_back_spent(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (units, points): (Option<(u32, Decimal, Decimal)>, Option<Decimal>),
    before: &Returned,
    (kept, after): (&EventData, &mut Returned),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    if let Some(units) = units {
        restore_units(plan, member, order, units, (before, after), at, decisions)?;
    }
    restore(plan, member, order, kept, points, after, at, decisions)
}

/// Takes away the badges that the order has given and what is kept of it does not.
fn badges_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    kept: &EventData,
    whole: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let met = member.clone();
    let scope = scope(plan, &met, order, kept);
    let still_holds = |form: &RuleFormPlan| {
        for condition in form.when.iter().filter(|condition| condition.event_only) {
            if !scope.holds(condition.node)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    Ok(badges::come_back(plan, member, order, whole, still_holds, at, decisions)?)
}

/// Finds the order that a refund speaks of, and what of it is kept before and after.
pub fn judge(plan: &Plan, member: &Member, refund: &EventData) -> Result<Judged, EventError> {
    let event_plan = plan.events.get(usize::from(refund.event));
    let named = event_plan.and_then(|event| event.order_slot).map_or(Value::Missing, |slot| refund.slot(slot));
    let Value::Text(id, _) = named else {
        return Err(unknown_order("nothing").advising("a refund names the id of the order that it undoes"));
    };
    let (order, before) = open(plan, member, id)?;
    let points = points_asked(plan, refund);
    let units = units_asked(plan, &order, &before, refund)?;
    let after = match (points, units) {
        (_, Some(_)) | (Some(_), None) => before.clone(),
        (None, None) => come_back(plan, &order, refund, &before)?,
    };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    Ok(Judged { order, units, points, before, after, kept_before, kept_after, lives_on: false })
}

/// Undoes an order in whose place another one comes.
pub fn replace(
    plan: &Plan,
    member: &mut Member,
    event: &EventData,
    id: &str,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let (order, before) = open(plan, member, id).map_err(|error| error.in_field("replaces"))?;
    let after = Returned { whole: true, ..before.clone() };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    let judged = Judged { order, units: None, points: None, before, after, kept_before, kept_after, lives_on: true };
    take_away(plan, member, judged, event.at, decisions)
}

/// An order of which something can still come back, and what has come back so far.
fn open(plan: &Plan, member: &Member, id: &str) -> Result<(Order, Returned), EventError> {
    let record = member.log.find(id).filter(|record| record.at >= member.horizon(plan));
    let record = record.ok_or_else(|| unknown_order(&format!("`{id}`")))?;
    let returnable = plan.events.get(usize::from(record.event)).is_some_and(|event| event.kind.returnable());
    if !returnable {
        return Err(unknown_order(&format!("`{id}`, which is no order")));
    }
    if record.order.is_empty() || record.at < member.return_horizon(plan) {
        return Err(EventError::new(Refusal::ReturnWindowClosed)
            .in_field("order")
            .but_found(format!("`{id}`"))
            .advising("`returns within` in the program says how long orders can be returned"));
    }
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        return Err(EventError::new(Refusal::AlreadyReturned).in_field("order").but_found(format!("`{id}`")));
    }
    Ok((order, before))
}

/// Undoes an order as a cancellation would; whether there was anything left to undo.
pub fn undo(
    plan: &Plan,
    member: &mut Member,
    id: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<bool, EventError> {
    let record = member.log.find(id).filter(|record| record.at >= member.return_horizon(plan));
    let Some(record) = record.filter(|record| !record.order.is_empty()) else { return Ok(false) };
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        return Ok(false);
    }
    let after = Returned { whole: true, ..before.clone() };
    let (kept_before, kept_after) = (kept(plan, &order, &before)?, kept(plan, &order, &after)?);
    let judged = Judged { order, units: None, points: None, before, after, kept_before, kept_after, lives_on: false };
    take_away(plan, member, judged, at, decisions)?;
    Ok(true)
}

/// Takes back what an order has granted that it would not grant any more, though nothing of it has come back.
pub fn rate_again(
    plan: &Plan,
    member: &mut Member,
    id: &str,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let record = member.log.find(id).filter(|record| record.at >= member.return_horizon(plan));
    let Some(record) = record.filter(|record| !record.order.is_empty()) else { return Ok(()) };
    let order = read(plan, &record)?;
    let before = come_back_before(plan, member, id, record.at);
    if before.whole {
        return Ok(());
    }
    let (event, mut after) = (kept(plan, &order, &before)?, before.clone());
    claw_back(plan, member, &order, (&event, &before), (&event, &mut after), at, decisions)?;
    match member.returned.iter_mut().find(|returned| returned.order == after.order) {
        Some(returned) => *returned = after,
        None => member.returned.push(after),
    }
    Ok(())
}

/// What has come back of an order so far.
fn come_back_before(plan: &Plan, member: &Member, id: &str, ordered_at: i64) -> Returned {
    let key = hash(id);
    let before = member.returned.iter().find(|returned| returned.order == key).cloned();
    before.unwrap_or_else(|| Returned {
        order: key,
        ordered_at,
        clawed: vec![Decimal::ZERO; plan.wallets.len()],
        restored: vec![Decimal::ZERO; plan.wallets.len()],
        ..Returned::default()
    })
}

fn unknown_order(found: &str) -> EventError {
    EventError::new(Refusal::UnknownOrder)
        .in_field("order")
        .expecting("the id of an order of this member")
        .but_found(found)
}

fn points_asked(plan: &Plan, refund: &EventData) -> Option<Decimal> {
    field(plan, refund, "points")
}

/// The units of a reward that the host wants given back, if it says so: of which, how many, and out of how many.
fn units_asked(
    plan: &Plan,
    order: &Order,
    before: &Returned,
    refund: &EventData,
) -> Result<Option<(u32, Decimal, Decimal)>, EventError> {
    let Some(units) = field(plan, refund, "quantity") else { return Ok(None) };
    let event_plan = plan.events.get(usize::from(refund.event));
    let name = match event_plan.map(|event_plan| super::doors::named(event_plan, refund, "reward")) {
        Some(Value::Text(name, _)) => Some(name),
        _ => None,
    };
    let (rule, all) = rewards::asked_back(plan, &order.decisions, &before.rewards, (name, units))?;
    Ok(Some((rule, units, all)))
}

/// Reads a captured order back.
fn read(plan: &Plan, record: &Record<'_>) -> Result<Order, EventError> {
    let lost = || EventError::new(Refusal::OtherProgram).in_field("order");
    let mut reader = Reader(record.order);
    let granted::Granted { capture, fired, grants } = granted::read(&mut reader).map_err(|_| lost())?;
    let layout = &plan.events.get(usize::from(record.event)).ok_or_else(lost)?.layout;
    let mut event = decode::from_capture(plan, layout, capture).map_err(|_| lost())?;
    event.event = record.event;
    event.id = record.id.to_owned();
    event.at = record.at;
    event.day = plan.calendar.day_at(record.at);
    let decisions = record.decisions().map_err(|_| lost())?;
    Ok(Order { event, fired, grants, decisions, day: plan.calendar.day_at(record.at) })
}

/// What was kept of an event for its return.
pub struct Captured {
    pub event: EventData,
    pub fired: Vec<u32>,
    pub grants: Grants,
}

/// What is kept of a remembered event, if anything is.
pub fn captured(plan: &Plan, record: &Record<'_>) -> Option<Captured> {
    let record = Some(record).filter(|record| !record.order.is_empty())?;
    let Order { event, fired, grants, .. } = read(plan, record).ok()?;
    Some(Captured { event, fired, grants })
}

/// Adds what a refund says to what had come back before.
fn come_back(plan: &Plan, order: &Order, refund: &EventData, before: &Returned) -> Result<Returned, EventError> {
    let mut after = before.clone();
    let layout = plan.events.get(usize::from(order.event.event)).map(|event| &event.layout);
    let known = layout.and_then(|layout| lines(&order.event, layout));
    let asked = returned_lines(plan, refund);
    if let Some((places, _, lines)) = &known {
        after.units.resize(lines.len(), Decimal::ZERO);
        after.amounts.resize(lines.len(), Decimal::ZERO);
        for (number, asked) in asked.iter().flatten().enumerate() {
            line_back(plan, order, (*places, lines), asked, &mut after)
                .map_err(|error| error.within(&format!("lines[{number}]")))?;
        }
    }
    let by_lines = kept(plan, order, &Returned { amount: Decimal::ZERO, ..after.clone() })?;
    let line_money = asked.iter().flatten().find_map(|line| line.amount.filter(|_| line.quantity.is_none()));
    if let Some(money) = line_money
        && after.amount > base(plan, &by_lines)?
    {
        return Err(EventError::new(Refusal::RefundExceedsOrder)
            .in_field("lines")
            .expecting("no more than what is left of the order")
            .but_found(amount::text(money)));
    }
    let kept_now = kept(plan, order, &after)?;
    let left = base(plan, &kept_now)?;
    let by_amount = match (&known, &asked) {
        (Some(_), Some(_)) => None,
        // An order without lines takes the money of the refund's lines as a whole.
        (None, Some(asked)) => {
            let mut sum = Decimal::ZERO;
            for line in asked {
                let Some(amount) = line.amount else {
                    return Err(EventError::new(Refusal::UnknownLine).in_field("lines").advising(
                        "the order has no lines: give the `amount` of each returned line, or of the refund",
                    ));
                };
                sum = amount::add(sum, amount)?;
            }
            Some(sum)
        }
        (_, None) => field(plan, refund, "amount"),
    };
    match by_amount {
        Some(back) if back > left => {
            return Err(EventError::new(Refusal::RefundExceedsOrder)
                .in_field("amount")
                .expecting(format!("at most {}", amount::text(left)))
                .but_found(amount::text(back)));
        }
        Some(back) => after.amount = amount::add(after.amount, back)?,
        None if asked.is_none() => after.whole = true,
        None => {}
    }
    let kept_then = kept(plan, order, &after)?;
    // Of an order with lines something is kept as long as a line is, whatever its subtotal counts.
    let worth = |event: &EventData| match layout.and_then(|layout| lines(event, layout)) {
        Some((_, _, lines)) => lines.iter().map(|line| line.amount).try_fold(Decimal::ZERO, amount::add),
        // All its lines are gone.
        None if known.is_some() => Ok(Decimal::ZERO),
        None => base(plan, event),
    };
    let nothing_left = worth(&kept_then)?.is_zero();
    let had_something = !worth(&order.event)?.is_zero();
    let all_units = known
        .as_ref()
        .is_some_and(|(_, _, lines)| lines.iter().zip(&after.units).all(|(line, back)| *back >= line.quantity));
    after.whole |= (nothing_left && had_something) || (all_units && asked.is_some());
    Ok(after)
}

/// One line of a refund.
struct AskedLine<'a> {
    id: Option<&'a str>,
    sku: Option<&'a str>,
    quantity: Option<Decimal>,
    amount: Option<Decimal>,
}

fn returned_lines<'a>(plan: &Plan, refund: &'a EventData) -> Option<Vec<AskedLine<'a>>> {
    let layout = &plan.events.get(usize::from(refund.event))?.layout;
    let number = layout.lists.iter().position(|list| &*list.name == "lines")?;
    let fields = &layout.lists.get(number)?.fields;
    let place = |name: &str| fields.iter().position(|field| &*field.name == name).map_or(u16::MAX, |at| at as u16);
    let (id, sku, quantity, amount) = (place("id"), place("sku"), place("quantity"), place("amount"));
    let list = refund.list(number as u16);
    let text = |row: usize, slot: u16| match refund.item(row, slot) {
        Value::Text(text, _) if slot != u16::MAX => Some(text),
        _ => None,
    };
    let value = |row: usize, slot: u16| if slot == u16::MAX { None } else { refund.item(row, slot).number() };
    list.present.then(|| {
        let rows = refund.rows_of(list).map(|row| AskedLine {
            id: text(row, id),
            sku: text(row, sku),
            quantity: value(row, quantity),
            amount: value(row, amount),
        });
        rows.collect()
    })
}

fn line_back(
    plan: &Plan,
    order: &Order,
    (places, lines): (LinesLayout, &[Line]),
    asked: &AskedLine<'_>,
    after: &mut Returned,
) -> Result<(), EventError> {
    let is = |line: &Line, slot: u16, text: &str| matches!(order.event.item(line.row, slot), Value::Text(own, _) if own == text);
    let by_id = asked.id.and_then(|id| lines.iter().position(|line| is(line, places.id, id)));
    let matching: Vec<usize> = match (by_id, asked.sku) {
        (Some(line), _) => vec![line],
        (None, Some(sku)) => {
            let lines = lines.iter().enumerate().filter(|(_, line)| is(line, places.sku, sku));
            lines.map(|(at, _)| at).collect()
        }
        (None, None) => Vec::new(),
    };
    if matching.is_empty() {
        let found =
            asked.id.or(asked.sku).map_or_else(|| "neither `id` nor `sku`".to_owned(), |name| format!("`{name}`"));
        return Err(EventError::new(Refusal::UnknownLine)
            .expecting("the `id` or `sku` of a line of the order")
            .but_found(found));
    }
    if let (None, Some(money)) = (asked.quantity, asked.amount) {
        return amount_back(plan, lines, &matching, money, after);
    }
    let units_left = |after: &Returned, at: usize| -> Result<Decimal, Overflow> {
        let line = lines.get(at).map_or(Decimal::ZERO, |line| line.quantity);
        Ok(amount::subtract(line, after.units.get(at).copied().unwrap_or(Decimal::ZERO))?.max(Decimal::ZERO))
    };
    let mut wanted = asked.quantity;
    let mut found = Decimal::ZERO;
    for at in &matching {
        let left = units_left(after, *at)?;
        let taken = wanted.map_or(left, |wanted| left.min(wanted));
        found = amount::add(found, left)?;
        if let Some(units) = after.units.get_mut(*at) {
            *units = amount::add(*units, taken)?;
        }
        wanted = wanted.map(|wanted| amount::subtract(wanted, taken)).transpose()?;
    }
    match wanted {
        Some(rest) if rest > Decimal::ZERO => Err(EventError::new(Refusal::TooManyUnits)
            .in_field("quantity")
            .expecting(format!("at most {} units, which are left", amount::text(found)))
            .but_found(amount::text(asked.quantity.unwrap_or_default()))),
        None if found.is_zero() => Err(EventError::new(Refusal::TooManyUnits)
            .in_field("quantity")
            .expecting("a line with units left")
            .but_found("a line that has come back whole")),
        _ => Ok(()),
    }
}

/// Money of lines comes back, without units.
fn amount_back(
    plan: &Plan,
    lines: &[Line],
    matching: &[usize],
    money: Decimal,
    after: &mut Returned,
) -> Result<(), EventError> {
    let mut wanted = money;
    for at in matching {
        let Some(line) = lines.get(*at) else { continue };
        let units = after.units.get(*at).copied().unwrap_or_default();
        let gone = amount::add(
            share(line.amount, units, line.quantity, minor(plan, line.amount))?,
            after.amounts.get(*at).copied().unwrap_or_default(),
        )?;
        let taken = amount::subtract(line.amount, gone)?.max(Decimal::ZERO).min(wanted);
        if let Some(amounts) = after.amounts.get_mut(*at) {
            *amounts = amount::add(*amounts, taken)?;
        }
        wanted = amount::subtract(wanted, taken)?;
    }
    if wanted > Decimal::ZERO {
        return Err(EventError::new(Refusal::RefundExceedsOrder)
            .in_field("amount")
            .expecting(format!("at most {}", amount::text(amount::subtract(money, wanted)?)))
            .but_found(amount::text(money)));
    }
    Ok(())
}

/// The scope in which an order, or what is kept of it, is judged.
pub fn scope<'a>(plan: &'a Plan, member: &'a Member, order: &'a Order, event: &'a EventData) -> Scope<'a> {
    Scope { event: Some(event), day: order.day, ..Scope::of(plan, member, order.event.at) }
}

/// Puts the kept form's contribution to each measure in the place of the former one.
fn remeasure(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    before: Option<&EventData>,
    after: Option<&EventData>,
) -> Result<(), EventError> {
    let Some(event) = plan.events.get(usize::from(order.event.event)) else { return Ok(()) };
    let unseen = |decision: &Decision| matches!(decision.kind, Kind::NotEarned { .. });
    if order.event.at < member.enrolled_at || order.decisions.iter().any(unseen) {
        // It never counted.
        return Ok(());
    }
    let revoking = |number: &u16| plan.measures.get(usize::from(*number)).is_some_and(|measure| measure.revoke);
    let numbers: Vec<u16> = event.measures.iter().copied().filter(revoking).collect();
    let deltas = |member: &Member, event: Option<&EventData>| {
        let mut deltas = measures::Deltas::new();
        if let Some(event) = event {
            measures::deltas(&scope(plan, member, order, event), &numbers, &mut deltas)?;
        }
        Ok::<_, EventError>(deltas)
    };
    let (old, new) = (deltas(member, before)?, deltas(member, after)?);
    for delta in old.iter().filter(|delta| !new.contains(delta)) {
        measures::take_out(member, delta, order.event.at)?;
    }
    for delta in new.iter().filter(|delta| !old.contains(delta)) {
        measures::commit(member, delta, order.event.at)?;
    }
    Ok(())
}

/// The contributions of an order, worked out on what is kept of it.
pub fn rerate(
    plan: &Plan,
    member: &Member,
    order: &Order,
    event: &EventData,
    whole: bool,
) -> Result<Vec<Decimal>, EventError> {
    let scope = scope(plan, member, order, event);
    let (left, all) = (base(plan, event)?, base(plan, &order.event)?);
    order
        .grants
        .iter()
        .map(|grant| if whole { Ok(Decimal::ZERO) } else { rerate_one(&scope, order, grant, left, all) })
        .collect()
}

fn rerate_one(
    scope: &Scope<'_>,
    order: &Order,
    grant: &Grant,
    left: Decimal,
    all: Decimal,
) -> Result<Decimal, EventError> {
    let plan = scope.plan;
    if referrals::refused(plan, scope.member, grant.rule, &order.event.id) {
        return Ok(Decimal::ZERO);
    }
    // What multiplies a rule is gone with it.
    for rule in [grant.rule, grant.base_rule] {
        let form = plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, order.day));
        for condition in form.filter(|form| form.revoke).iter().flat_map(|form| &form.when) {
            if condition.event_only && !scope.holds(condition.node)? {
                return Ok(Decimal::ZERO);
            }
        }
    }
    let (Basis::Rate(value) | Basis::Factor { rate: value, .. }) = grant.basis else { return Ok(grant.amount) };
    let rate = grants::rate_plan(plan, grant.base_rule, grant.effect, order.day);
    let terms = rate.and_then(|rate| RateTerms::of(plan, grant.wallet, rate, value, order.day));
    let again = match (terms, &grant.basis) {
        (Some(terms), Basis::Factor { before, after, .. }) => terms.amount_between(scope, *before, *after)?,
        (Some(terms), _) => terms.amount(scope)?,
        // The rule is no longer in the program: its contribution shrinks as the order does.
        (None, _) => Some(share(grant.amount, left, all, grant.amount.scale())?),
    };
    let again = again.unwrap_or_default();
    // Caps had left no more than this.
    Ok(if grant.amount.is_sign_negative() { again.max(grant.amount) } else { again.min(grant.amount) })
}

fn claw_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (event_before, before): (&EventData, &Returned),
    (event_after, after): (&EventData, &mut Returned),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let old = rerate(plan, member, order, event_before, before.whole)?;
    let new = rerate(plan, member, order, event_after, after.whole)?;
    let mut changes = Changes::new();
    for ((grant, old), new) in order.grants.iter().zip(&old).zip(&new) {
        let less = amount::subtract(*old, *new)?;
        lower_caps(plan, order, grant, less, &mut changes)?;
    }
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let granted = granted(order, number)?;
        if granted.is_zero() {
            continue;
        }
        let Some(policy) = plan.policy(number, order.day) else { continue };
        let sum = rerated_sum(&order.grants, &new, (number, wallet), policy)?;
        let rerated = amount::round(sum, wallet.denominator, wallet.decimals, policy.round)?;
        let rerated = rerated.clamp(Decimal::ZERO, granted);
        let clawed = after.clawed.get(usize::from(number)).copied().unwrap_or_default();
        let due = amount::subtract(amount::subtract(granted, rerated)?, clawed)?;
        if due <= Decimal::ZERO {
            continue;
        }
        if let Some(clawed) = after.clawed.get_mut(usize::from(number)) {
            *clawed = amount::add(*clawed, due)?;
        }
        for cap in &policy.caps {
            if let Some(tally) = cap.tally {
                let key = rules::limit_key(plan, tally, order.event.at, order.day);
                tally::change(&mut changes, tally, key, 0, -due)?;
            }
        }
        take_back(plan, member, number, due, (hash(&order.event.id), order.event.at, policy.clawback), at, decisions)?;
    }
    for change in changes {
        // A counter that a `from` clause has changed meanwhile may hold less than is given back.
        let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.sum);
        let sum = change.sum.max(-known.unwrap_or_default());
        member.tallies.add(&Change { sum, ..change })?;
    }
    Ok(())
}

/// What re-rated contributions to a wallet add up to, times its denominator and before the one rounding.
pub fn rerated_sum(
    grants: &Grants,
    rerated: &[Decimal],
    (number, wallet): (u16, &WalletPlan),
    policy: &PolicyPlan,
) -> Result<Decimal, Overflow> {
    let mut by_rule: Vec<(u32, Decimal)> = Vec::new();
    for (grant, amount) in grants.iter().zip(rerated).filter(|(grant, _)| grant.wallet == number) {
        match by_rule.last_mut().filter(|(rule, _)| *rule == grant.rule) {
            Some((_, sum)) => *sum = amount::add(*sum, *amount)?,
            None => by_rule.push((grant.rule, *amount)),
        }
    }
    let mut sum = Decimal::ZERO;
    for (_, amount) in by_rule {
        sum = amount::add(sum, earning::rounded_contribution(wallet, policy, amount)?)?;
    }
    Ok(sum)
}

/// What an order has granted in a wallet.
pub fn granted(order: &Order, wallet: u16) -> Result<Decimal, Overflow> {
    let mut sum = Decimal::ZERO;
    for decision in &order.decisions {
        // What other rules have made of it since stays: it is no part of what the order itself granted.
        let own = |part: &Because| {
            let Because::Rule { rule, .. } = part else { return false };
            order.grants.iter().any(|grant| (grant.rule, grant.wallet) == (*rule, wallet))
        };
        if let Kind::Earned { wallet: to, amount, because, .. } = &decision.kind
            && *to == wallet
            && because.iter().any(own)
        {
            sum = amount::add(sum, *amount)?;
        }
    }
    Ok(sum)
}

fn lower_caps(plan: &Plan, order: &Order, grant: &Grant, less: Decimal, changes: &mut Changes) -> Result<(), Overflow> {
    let Some(rule) = plan.rules.get(grant.rule as usize) else { return Ok(()) };
    let own = in_force(&rule.forms, order.day).map(|form| form.caps.as_slice()).unwrap_or(&[]);
    let groups = rule.groups.iter().filter_map(|group| plan.groups.get(usize::from(*group)));
    let groups = groups.filter_map(|group| in_force(&group.forms, order.day)).flat_map(|form| &form.caps);
    for cap in own.iter().chain(groups).filter(|cap| cap.wallet == grant.wallet) {
        if let Some(tally) = cap.tally {
            let key = rules::limit_key(plan, tally, order.event.at, order.day);
            tally::change(changes, tally, key, 0, -less)?;
        }
    }
    Ok(())
}

/// Takes back what a reward gave: its pending points, what is left of its own, others, debt, as the wallet says.
pub fn take_reward_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (source, given_at): (u64, i64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some(policy) = plan.policy(wallet, plan.calendar.day_at(given_at)) else { return Ok(()) };
    take_back(plan, member, wallet, amount, (source, given_at, policy.clawback), at, decisions)
}

/// Takes points back: the order's pending ones, what is left of its own, what has run out of them, others, debt.
pub fn take_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    amount: Decimal,
    (source, ordered_at, clawback): (u64, i64, Clawback),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let day = plan.calendar.day_at(at);
    let entry = member.next_entry();
    let inactivities =
        plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.inactivities.as_slice()).unwrap_or(&[]);
    let order = plan.policy(wallet, day).map(|policy| policy.spend);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    let own = |pending: bool, lots: &[Lot]| -> Vec<usize> {
        let lots = lots.iter().enumerate().filter(|(_, lot)| lot.source == source && lot.pending() == pending);
        lots.map(|(at, _)| at).collect()
    };
    let sum = |uses: Vec<Use>| uses.iter().try_fold(Decimal::ZERO, |sum, used| amount::add(sum, used.amount));
    let mut left = amount;
    let from_pending = sum(state.take(&own(true, &state.lots), left)?)?;
    left = amount::subtract(left, from_pending)?;
    let (mut from_lots, mut written_off, mut debt) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    if clawback == Clawback::OnlyPending {
        written_off = left;
    } else {
        from_lots = sum(state.take(&own(false, &state.lots), left)?)?;
        left = amount::subtract(left, from_lots)?;
        for lot in state.lots.iter_mut().filter(|lot| lot.source == source) {
            let gone = lot.expired.min(left);
            lot.expired = amount::subtract(lot.expired, gone)?;
            left = amount::subtract(left, gone)?;
            written_off = amount::add(written_off, gone)?;
        }
        if let Some(order) = order {
            let others = state.spending_order(plan, inactivities, order);
            let taken = sum(state.take(&others, left)?)?;
            from_lots = amount::add(from_lots, taken)?;
            left = amount::subtract(left, taken)?;
        }
        if clawback == Clawback::MayOverdraw {
            debt = left;
        } else {
            written_off = amount::add(written_off, left)?;
        }
    }
    state.clawed_back = amount::add(state.clawed_back, amount)?;
    state.written_off = amount::add(state.written_off, written_off)?;
    state.debt = amount::add(state.debt, debt)?;
    // What was earned is less from the order on; what had vested by now is less from now on.
    flows::note(plan, member, wallet, Flow::Earned, -amount, ordered_at)?;
    flows::note(plan, member, wallet, Flow::Vested, -amount::subtract(amount, from_pending)?, at)?;
    decisions.push(Decision {
        at,
        kind: Kind::ClawedBack { entry, wallet, amount, from_pending, from_lots, debt, written_off },
    });
    Ok(())
}

/// The rules that the order had set off may fire once more.
fn give_limits_back(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    lives_on: bool,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    back::give_back(plan, member, (&order.event, &order.decisions), lives_on, at, decisions)?;
    for decision in &order.decisions {
        // What rules that followed have claimed stays, as what they have given does.
        // Those of rewards come back with their units.
        if let Kind::Claim { counter, rule, .. } = &decision.kind
            && !rewards::is_claim(counter)
            && rule.is_none_or(|rule| order.fired.contains(&rule))
            && (lives_on || !back::keeps_claim(plan, counter, order.event.at))
            && let Some(kind) = claims::given_back(&decision.kind)
        {
            decisions.push(Decision { at, kind });
        }
    }
    for rule in &order.fired {
        let Some(rule) = plan.rules.get(*rule as usize) else { continue };
        let Some(form) = in_force(&rule.forms, order.day) else { continue };
        let mut changes = Changes::new();
        rules::use_limits(plan, rule, form, order.event.at, order.day, &mut changes);
        for change in changes {
            let known = member.tallies.between(change.tally, change.key, change.key).first().map(|entry| entry.count);
            member.tallies.add(&Change { count: -change.count.min(known.unwrap_or(0)), ..change })?;
        }
    }
    Ok(())
}

/// Gives spent points back, in the reverse order of their use.
#[expect(clippy::too_many_arguments, reason = "one step of `apply`, which holds all of them")]
fn restore(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    kept: &EventData,
    points: Option<Decimal>,
    after: &mut Returned,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let mut asked = points;
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let spends = order.decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Spent { wallet, uses, rule, .. } if *wallet == number && is_price(plan, *rule, number, order.day) => {
                Some(uses)
            }
            _ => None,
        });
        let uses: Vec<&Use> = spends.flatten().collect();
        let spent = uses.iter().try_fold(Decimal::ZERO, |sum, used| amount::add(sum, used.amount))?;
        let Some(policy) = plan.policy(number, order.day) else { continue };
        let before = after.restored.get(usize::from(number)).copied().unwrap_or_default();
        let left = amount::subtract(spent, before)?;
        let due = match &mut asked {
            Some(asked) => {
                let due = left.min(*asked);
                *asked = amount::subtract(*asked, due)?;
                due
            }
            None if after.whole => left,
            None if policy.restore_full_only => Decimal::ZERO,
            None => {
                let (all, left) = (base(plan, &order.event)?, base(plan, kept)?);
                let target = share(spent, amount::subtract(all, left)?, all, wallet.decimals)?;
                amount::subtract(target, before)?
            }
        };
        if due <= Decimal::ZERO || policy.restore == RestorePlan::Never {
            continue;
        }
        if let Some(restored) = after.restored.get_mut(usize::from(number)) {
            *restored = amount::add(before, due)?;
        }
        restore_uses(plan, member, number, &uses, (before, due), (order.event.at, at), decisions)?;
    }
    match asked {
        Some(rest) if rest > Decimal::ZERO => Err(EventError::new(Refusal::RefundExceedsOrder)
            .in_field("points")
            .expecting(format!("at most {}", amount::text(amount::subtract(points.unwrap_or_default(), rest)?)))
            .but_found(amount::text(points.unwrap_or_default()))),
        _ => Ok(()),
    }
}

/// Gives the price of so many units of a reward back, in the reverse order of its use.
fn restore_units(
    plan: &Plan,
    member: &mut Member,
    order: &Order,
    (rule, units, all): (u32, Decimal, Decimal),
    (before, after): (&Returned, &mut Returned),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let back = before.rewards.iter().find(|(known, _)| *known == rule).map_or(Decimal::ZERO, |(_, units)| *units);
    let now = amount::add(back, units)?;
    match after.rewards.iter_mut().find(|(known, _)| *known == rule) {
        Some((_, known)) => *known = now,
        None => after.rewards.push((rule, now)),
    }
    for (number, wallet) in plan.wallets.iter().enumerate() {
        let number = number as u16;
        let spends = order.decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Spent { wallet, uses, rule: Some(by), .. } if (*wallet, *by) == (number, rule) => Some(uses),
            _ => None,
        });
        let uses: Vec<&Use> = spends.flatten().collect();
        let spent = amount::sum(uses.iter().map(|used| used.amount))?;
        let never = plan.policy(number, order.day).is_none_or(|policy| policy.restore == RestorePlan::Never);
        if spent.is_zero() || never {
            continue;
        }
        let skip = share(spent, back, all, wallet.decimals)?;
        // What has come back with a part of the order does not come back again with its rewards.
        let prices = order.decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Spent { wallet, amount, rule, .. } if *wallet == number => {
                is_price(plan, *rule, number, order.day).then_some(*amount)
            }
            _ => None,
        });
        let paid = amount::sum(prices.collect::<Vec<_>>().into_iter())?;
        let restored = after.restored.get(usize::from(number)).copied().unwrap_or_default();
        let left = amount::subtract(paid, restored)?;
        let due = amount::subtract(share(spent, now, all, wallet.decimals)?, skip)?.min(left);
        if let Some(restored) = after.restored.get_mut(usize::from(number)) {
            *restored = amount::add(*restored, due)?;
        }
        restore_uses(plan, member, number, &uses, (skip, due), (order.event.at, at), decisions)?;
    }
    let units = Units { rule, before: back, units, all };
    rewards::come_back(plan, member, &order.decisions, units, (order.event.at, at), decisions)?;
    Ok(())
}

/// Gives so much of what was used back, what was given back before passed over, in the reverse order of its use.
fn restore_uses(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    uses: &[&Use],
    (mut skip, mut due): (Decimal, Decimal),
    (used_at, at): (i64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    for used in uses.iter().rev() {
        let passed = used.amount.min(skip);
        skip = amount::subtract(skip, passed)?;
        let part = amount::subtract(used.amount, passed)?.min(due);
        if part > Decimal::ZERO {
            due = amount::subtract(due, part)?;
            let expiry = pause::moved_expiry(plan, &member.account, used.expiry, used_at);
            give_back(plan, member, wallet, &Use { expiry, ..(*used).clone() }, part, at, decisions)?;
        }
    }
    Ok(())
}

/// Whether what a rule has spent was the price of something on the order itself, and no sweep that followed.
fn is_price(plan: &Plan, rule: Option<u32>, wallet: u16, day: i32) -> bool {
    let Some(rule) = rule.and_then(|rule| plan.rules.get(rule as usize)) else { return true };
    let form = in_force(&rule.forms, day);
    let effects = form.map(|form| form.effects.as_slice()).unwrap_or(&[]);
    let spends = |kind: &EffectKindPlan| matches!(kind, EffectKindPlan::Spend { wallet: own, .. } if *own == wallet);
    if matches!(rule.trigger, Trigger::Declared(Moment::Redeemed(_))) {
        return true;
    }
    rule.trigger.event().is_some() && effects.iter().any(|effect| spends(&effect.kind))
}

/// Puts points back into the lot that they came from, or into a new one by the wallet's policy.
fn give_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    used: &Use,
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let day = plan.calendar.day_at(at);
    let Some(policy) = plan.policy(wallet, day) else { return Ok(()) };
    let (expiry, earned_at) = match policy.restore {
        RestorePlan::Fresh => {
            let scope = Scope::of(plan, member, at);
            let form = earning::wallet_expiry(&scope, policy)?;
            (super::lots::expiry(plan, form, at, true), at)
        }
        RestorePlan::Original { at_least } => {
            let expiry = match (used.expiry, at_least) {
                (Expiry::At(original), Some(length)) => Expiry::At(original.max(plan.calendar.end_after(at, length))),
                (expiry, _) => expiry,
            };
            (expiry, used.earned_at)
        }
        RestorePlan::Never => return Ok(()),
    };
    if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
        state.spent = amount::subtract(state.spent, amount)?;
    }
    flows::note(plan, member, wallet, Flow::Spent, -amount, at)?;
    let fresh = policy.restore == RestorePlan::Fresh;
    put_into_lot(plan, member, wallet, used, (amount, expiry, earned_at, fresh), at, decisions)?;
    Ok(())
}

/// Puts points back into the very lot that they came from; the sum that they were counted in is the caller's to mend.
pub fn put_back(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    used: &Use,
    amount: Decimal,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    put_into_lot(plan, member, wallet, used, (amount, used.expiry, used.earned_at, false), at, decisions)
}

fn put_into_lot(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    used: &Use,
    (amount, expiry, earned_at, fresh): (Decimal, Expiry, i64, bool),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let entry = member.next_entry();
    let inactivities = plan.inactivities(wallet);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    state.available = amount::add(state.available, amount)?;
    let known = state.lots.iter().position(|lot| lot.entry == used.entry && lot.expiry == expiry && !lot.pending());
    let lot = match known {
        Some(lot) if !fresh => lot,
        // The lot is gone and its day is not: it comes back under its own name.
        None if !fresh && expiry == used.expiry && !state.lots.iter().any(|lot| lot.entry == used.entry) => {
            let place = state.lots.partition_point(|lot| lot.entry < used.entry);
            state.lots.insert(place, lot(used.entry, used.source, earned_at, expiry));
            place
        }
        _ => {
            state.lots.push(lot(entry, used.source, earned_at, expiry));
            state.lots.len().saturating_sub(1)
        }
    };
    if let Some(lot) = state.lots.get_mut(lot) {
        lot.amount = amount::add(lot.amount, amount)?;
    }
    let expires_at = state.lots.get(lot).and_then(|lot| state.expires_at(plan, inactivities, lot));
    let settled = state.settle(lot)?;
    decisions.push(Decision { at, kind: Kind::Restored { entry, wallet, amount, expires_at } });
    if settled > Decimal::ZERO {
        let entry = member.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet, amount: settled } });
    }
    Ok(())
}

fn lot(entry: u64, source: u64, earned_at: i64, expiry: Expiry) -> Lot {
    Lot { entry, source, amount: Decimal::ZERO, earned_at, vesting: Vesting::Done, expiry, expired: Decimal::ZERO }
}
