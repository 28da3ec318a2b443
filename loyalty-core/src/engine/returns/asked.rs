//! What a refund says comes back: lines, units or money of the order, points or units of a reward.

use rust_decimal::Decimal;

use super::goods::others;
use super::kept::{Line, base, field, kept, lines, main_field, minor, share, shared_money};
use super::order::{Order, Returned};
use crate::amount::{self, Overflow};
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::{EventData, named};
use crate::engine::rewards;
use crate::engine::value::Value;
use crate::plan::Plan;
use crate::plan::layout::{EventLayout, LinesLayout};

pub(super) fn points_asked(plan: &Plan, refund: &EventData) -> Result<Option<PointsAsked>, EventError> {
    let Some(points) = field(plan, refund, "points") else { return Ok(None) };
    let event_plan = plan.events.get(usize::from(refund.event));
    let wallet = match event_plan.map(|event_plan| named(event_plan, refund, "wallet")) {
        Some(Value::Text(name, _)) => {
            let place = plan.wallets.iter().position(|wallet| &*wallet.name == name);
            Some(place.ok_or_else(|| of_one_of(Refusal::UnknownWallet, 0..plan.wallets.len(), plan))? as u16)
        }
        _ => None,
    };
    Ok(Some(PointsAsked { points, wallet }))
}

/// A refund that has to name one of some wallets.
pub(super) fn of_one_of(code: Refusal, wallets: impl IntoIterator<Item = usize>, plan: &Plan) -> EventError {
    let names = wallets.into_iter().filter_map(|wallet| plan.wallets.get(wallet));
    let names: Vec<String> = names.map(|wallet| format!("`{}`", wallet.name)).collect();
    EventError::new(code).in_field("wallet").expecting(names.join(" or "))
}

/// Points that the host wants given back.
#[derive(Debug, Clone, Copy)]
pub struct PointsAsked {
    pub points: Decimal,
    pub wallet: Option<u16>,
}

/// Whether a refund says what comes back of the goods themselves.
pub(super) fn tells_goods(plan: &Plan, refund: &EventData) -> bool {
    returned_lines(plan, refund).is_some() || field(plan, refund, "amount").is_some()
}

/// The units of a reward that the host wants given back, if it says so: of which, how many, and out of how many.
pub(super) fn units_asked(
    plan: &Plan,
    order: &Order,
    before: &Returned,
    refund: &EventData,
) -> Result<Option<(u32, Decimal, Decimal)>, EventError> {
    let Some(units) = field(plan, refund, "quantity") else { return Ok(None) };
    let event_plan = plan.events.get(usize::from(refund.event));
    let name = match event_plan.map(|event_plan| named(event_plan, refund, "reward")) {
        Some(Value::Text(name, _)) => Some(name),
        _ => None,
    };
    if name.is_none() && rewards::all_redeemed(&order.decisions).is_empty() {
        return no_reward(plan, order, refund, units);
    }
    let (rule, all) = rewards::asked_back(plan, &order.decisions, &before.rewards, (name, units))?;
    Ok(Some((rule, units, all)))
}

/// A refund that says how many, of an event that has redeemed nothing: what else it says decides, and it has to say that.
fn no_reward<T>(plan: &Plan, order: &Order, refund: &EventData, units: Decimal) -> Result<Option<T>, EventError> {
    let says = |name: &str| field(plan, refund, name).is_some();
    if tells_goods(plan, refund) || says("points") {
        return Ok(None);
    }
    let layout = plan.events.get(usize::from(order.event.event)).map(|event| &event.layout);
    let has_lines = layout.is_some_and(|layout| lines(&order.event, layout).is_some());
    let advice = match has_lines {
        true => "say which lines come back: `lines: [{ id, quantity }]`; without any of it all that is left does",
        false => "say how much money comes back, by `amount`; without any of it all that is left does",
    };
    Err(EventError::new(Refusal::UnknownReward)
        .in_field("quantity")
        .expecting("an event that has redeemed a reward")
        .but_found(amount::text(units))
        .advising(advice))
}

/// Adds what a refund says to what had come back before.
pub(super) fn come_back(
    plan: &Plan,
    order: &Order,
    refund: &EventData,
    before: &Returned,
) -> Result<Returned, EventError> {
    let mut after = before.clone();
    let layout = plan.events.get(usize::from(order.event.event)).map(|event| &event.layout);
    let known = layout.and_then(|layout| lines(&order.event, layout));
    let asked = returned_lines(plan, refund);
    if asked.is_none() && field(plan, refund, "amount").is_none() && names_no_line(plan, refund) {
        return Err(EventError::new(Refusal::MissingField)
            .in_field("lines")
            .expecting("the lines that come back, or an `amount` beside it")
            .but_found("a list without any")
            .advising("a refund without `lines` and `amount` gives back all that is left"));
    }
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
        Some(back) if back > left => return Err(too_much(layout, &kept_now, left, back)),
        Some(back) => after.amount = amount::add(after.amount, back)?,
        None if asked.is_none() => after.whole = true,
        None => {}
    }
    after.whole |= match &known {
        Some((places, _, lines)) => {
            let worth = |after: &Returned| {
                let kept = kept(plan, order, after)?;
                lines_worth(*places, &kept).map_err(EventError::from)
            };
            let nothing_left = worth(&after)?.is_zero();
            // Money of the order as a whole says nothing of lines: it is back once none of the lines' money is left.
            let by_amount =
                || Ok::<_, EventError>(!worth(&Returned { amount: Decimal::ZERO, ..after.clone() })?.is_zero());
            (asked.is_some() && all_units_back(lines, &after))
                || (nothing_left && (all_lines_back(plan, lines, &after)? || by_amount()?))
        }
        None => !base(plan, &order.event)?.is_zero() && base(plan, &kept(plan, order, &after)?)?.is_zero(),
    };
    Ok(after)
}

/// Whether every unit of an order's lines has come back.
fn all_units_back(lines: &[Line], back: &Returned) -> bool {
    lines.iter().zip(&back.units).all(|(line, units)| *units >= line.quantity)
}

/// Whether every line has come back: all its units, or all the money of one that has any. What was free is with the member for
/// as long as its units are.
fn all_lines_back(plan: &Plan, lines: &[Line], back: &Returned) -> Result<bool, Overflow> {
    for (at, line) in lines.iter().enumerate() {
        let units = back.units.get(at).copied().unwrap_or_default();
        let money = back.amounts.get(at).copied().unwrap_or_default();
        let gone = amount::add(share(line.amount, units, line.quantity, minor(plan, line.amount))?, money)?;
        if units < line.quantity && (line.amount.is_zero() || gone < line.amount) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What the lines of an order come to.
fn lines_worth(places: LinesLayout, event: &EventData) -> Result<Decimal, Overflow> {
    let rows = event.rows_of(event.list(places.list));
    rows.map(|row| event.item(row, places.amount).number().unwrap_or_default()).try_fold(Decimal::ZERO, amount::add)
}

/// More money comes back than is left of what the event is measured by.
fn too_much(layout: Option<&EventLayout>, kept: &EventData, left: Decimal, back: Decimal) -> EventError {
    let error = EventError::new(Refusal::RefundExceedsOrder).in_field("amount").but_found(amount::text(back));
    let name = |slot: usize| layout.and_then(|layout| layout.slots.get(slot)).map_or("", |slot| &*slot.name);
    let main = layout.and_then(|layout| main_field(layout, kept)).map(name);
    let has_lines = layout.is_some_and(|layout| layout.lines.is_some_and(|lines| kept.list(lines.list).present));
    if main.is_none() && !has_lines && layout.is_none_or(|layout| shared_money(layout).count() < 2) {
        if layout.is_some_and(|layout| &*layout.name != "order") {
            return error.expecting("an event of which it is known what it came to").advising(
                "mark its field of money `shared`, and let a rule or a measure read it, for what the program does not read is \
                 not kept; a refund without `amount` gives back all that is left",
            );
        }
        return error
            .expecting("an event of which it is known what its goods came to: its `subtotal`, or its `lines`")
            .advising(
                "a field that the program does not read is not kept: let a rule or a measure read it, or send the `lines`; \
                 a refund without `amount` gives back all that is left",
            );
    }
    let money: Vec<String> =
        layout.map(shared_money).into_iter().flatten().map(|at| format!("`{}`", name(at))).collect();
    let error = match main {
        Some("subtotal") | None if main.is_some() || money.len() < 2 => error
            .expecting(format!("at most {}, which is left of the goods without shipping and tax", amount::text(left))),
        Some(name) => error.expecting(format!("at most {}, which is left of `{name}`", amount::text(left))),
        None => {
            let both = money.join(" and ");
            return EventError::new(Refusal::AmbiguousAmount)
                .in_field("amount")
                .expecting(format!("an event with one amount of money that is `shared`; this one has {both}"))
                .but_found(amount::text(back))
                .advising(
                    "a refund without `amount` gives back all that is left; for parts let one field hold what was paid in all, \
                     and mark that one alone `shared`",
                );
        }
    };
    match layout.map(|layout| others(kept, layout)) {
        Some(Ok(others)) if !others.is_zero() => error.advising(
            "gift cards, fees and other lines that are no goods come back by `lines`; a refund without `amount` gives back \
             all that is left",
        ),
        _ => error.advising("a refund without `amount` gives back all that is left"),
    }
}

/// One line of a refund.
struct AskedLine<'a> {
    id: Option<&'a str>,
    sku: Option<&'a str>,
    quantity: Option<Decimal>,
    amount: Option<Decimal>,
}

/// The lines that a refund names; nothing where it names none, also by a list without any: what else it says decides then.
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
    (list.present && list.count > 0).then(|| {
        let rows = refund.rows_of(list).map(|row| AskedLine {
            id: text(row, id),
            sku: text(row, sku),
            quantity: value(row, quantity),
            amount: value(row, amount),
        });
        rows.collect()
    })
}

/// Whether a refund has a list of lines, and none in it.
fn names_no_line(plan: &Plan, refund: &EventData) -> bool {
    let layout = plan.events.get(usize::from(refund.event)).map(|event| &event.layout);
    let number = layout.and_then(|layout| layout.lists.iter().position(|list| &*list.name == "lines"));
    number.is_some_and(|number| refund.list(number as u16).present)
}

fn line_back(
    plan: &Plan,
    order: &Order,
    (places, lines): (LinesLayout, &[Line]),
    asked: &AskedLine<'_>,
    after: &mut Returned,
) -> Result<(), EventError> {
    let is = |line: &Line, slot: u16, text: &str| matches!(order.event.item(line.row, slot), Value::Text(own, _) if own == text);
    let all = |slot: u16, text: Option<&str>| -> Vec<usize> {
        let Some(text) = text else { return Vec::new() };
        let lines = lines.iter().enumerate().filter(|(_, line)| is(line, slot, text));
        lines.map(|(at, _)| at).collect()
    };
    let by_id = all(places.id, asked.id);
    let matching = if by_id.is_empty() { all(places.sku, asked.sku) } else { by_id };
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
        None if found.is_zero() => {
            let had = matching.iter().any(|at| lines.get(*at).is_some_and(|line| !line.quantity.is_zero()));
            Err(EventError::new(Refusal::TooManyUnits)
                .in_field("quantity")
                .expecting("a line with units left")
                .but_found(if had { "a line that has come back whole" } else { "a line that never had one" }))
        }
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
