//! Points go from one member to another.
//!
//! The sender's rule takes them out and decides `transferred`, which holds a `received` event for the receiver. What the
//! receiver does not take it decides as `sent_back`, which holds an event for the sender. Every event has an id made of
//! the one before, so that delivering it again changes nothing; between the two the points are on their way, and no
//! sum over both members ever misses or doubles them.

use rust_decimal::Decimal;

use super::super::doors::named;
use super::super::earning::{self, Evaluation, Sending, Spend};
use super::super::error::{EventError, Refusal};
use super::super::eval::Scope;
use super::super::event::EventData;
use super::super::lots::{self, Expiry, Lot, Vesting};
use super::super::member::Member;
use super::super::outcome::{Decision, Kind, NotTaken, Parcel};
use super::super::value::Value;
use super::super::{idle, lapses, ledger, log, returns};
use super::pause;
use crate::amount::{self, Overflow};
use crate::plan::layout::{ID_BYTES_MAX, TOTAL_MAX};
use crate::plan::{EffectKindPlan, EventPlan, Plan, in_force};

/// What an event offers to a wallet, and how much of it is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub wallet: u16,
    pub points: Decimal,
    /// What the wallet has room for.
    pub room: Decimal,
    pub accepted: Decimal,
}

impl Offer {
    /// What a rule may still accept for a wallet.
    pub fn left(&self, wallet: u16) -> Result<Option<Decimal>, Overflow> {
        if wallet != self.wallet {
            return Ok(None);
        }
        amount::subtract(self.room, self.accepted).map(Some)
    }
}

/// Refuses a receiver that is none.
pub fn expect_receiver(scope: &Scope<'_>, rule: u32, to: &str) -> Result<(), EventError> {
    let name = scope.plan.rules.get(rule as usize).map_or("", |rule| &*rule.name);
    if to.is_empty() || to.len() > ID_BYTES_MAX {
        return Err(EventError::new(Refusal::UnknownReceiver)
            .expecting(format!("the id of a member to whom rule `{name}` may transfer"))
            .but_found(format!("{} bytes", to.len())));
    }
    if *to == *scope.member.id || scope.member.account.has_absorbed(to) {
        return Err(EventError::new(Refusal::UnknownReceiver)
            .expecting(format!("another member to whom rule `{name}` may transfer"))
            .but_found(format!("`{to}`, who is the sender")));
    }
    Ok(())
}

/// What an event's rules send to other members leaves.
pub fn send_all(
    plan: &Plan,
    member: &mut Member,
    evaluation: &Evaluation,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    for spend in &evaluation.spends {
        if let Some(sending) = &spend.sending {
            send(plan, member, spend, sending, event, decisions)?;
        }
    }
    Ok(())
}

fn send(
    plan: &Plan,
    member: &mut Member,
    spend: &Spend,
    sending: &Sending,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), Overflow> {
    let Some((entry, uses)) = ledger::draw(plan, member, spend.wallet, (spend.amount, sending.not_before), event.at)?
    else {
        return Ok(());
    };
    if let Some(state) = member.wallets.get_mut(usize::from(spend.wallet)) {
        state.transferred_out = amount::add(state.transferred_out, spend.amount)?;
    }
    let parcel = Box::new(Parcel {
        id: parcel_id(&member.id, &event.id, entry).into(),
        transfer: event.id.as_str().into(),
        from: (*member.id).into(),
        to: sending.to.clone(),
    });
    decisions.push(Decision {
        at: event.at,
        kind: Kind::Transferred {
            entry,
            wallet: spend.wallet,
            amount: spend.amount,
            rule: spend.rule,
            fresh: sending.fresh,
            parcel,
            uses,
        },
    });
    lapses::bring_back(plan, member, spend.wallet, event.at, |form| form.spending, decisions)
}

/// What is put behind the id of a `received` event for that of the `sent_back` one.
pub const BACK: &str = "/back";

/// The id of the event that brings the points: unlike that of any other transfer, and the same each time it is made.
fn parcel_id(sender: &str, transfer: &str, entry: u64) -> String {
    let id = format!("{sender}/{transfer}/{entry}");
    if id.len() + BACK.len() <= ID_BYTES_MAX {
        return id;
    }
    format!("{:016x}/{:016x}/{entry}", log::hash(sender), log::hash(transfer))
}

/// What a `received` event offers. Where no rule of the program accepts points of the wallet, all that fits is taken.
pub fn offer(scope: &Scope<'_>, event_plan: &EventPlan, event: &EventData) -> Result<Offer, EventError> {
    let plan = scope.plan;
    let wallet = wallet_named(plan, named(event_plan, event, "wallet"))?;
    let points = points_of(plan, wallet, event_plan, event)?;
    if event.id.len() + BACK.len() > ID_BYTES_MAX {
        return Err(EventError::new(Refusal::TextTooLong)
            .in_field("id")
            .expecting(format!("at most {} bytes", ID_BYTES_MAX - BACK.len()))
            .but_found(format!("{} bytes", event.id.len())));
    }
    let mut sum = Decimal::ZERO;
    for lot in lots_of(event_plan, event) {
        if lot.amount <= Decimal::ZERO {
            return Err(EventError::new(Refusal::WrongType)
                .in_field("lots")
                .expecting("amounts above zero")
                .but_found(amount::text(lot.amount)));
        }
        sum = amount::add(sum, lot.amount)?;
    }
    if sum != points {
        return Err(EventError::new(Refusal::WrongType)
            .in_field("lots")
            .expecting(format!("amounts that add up to `points`, {}", amount::text(points)))
            .but_found(amount::text(sum)));
    }
    let state = scope.member.wallets.get(usize::from(wallet));
    let mut room = points;
    if let (Some(state), Some(policy)) = (state, plan.policy(wallet, scope.day)) {
        if amount::add(state.come_in()?, points)? > TOTAL_MAX {
            return Err(Overflow.into());
        }
        if let Some(most) = policy.hold_at_most {
            let held = amount::add(state.available, state.pending)?;
            room = room.min(amount::subtract(most, held)?.max(Decimal::ZERO));
        }
    }
    let asks = plan.rules.iter().any(|rule| {
        in_force(&rule.forms, scope.day).is_some_and(|form| {
            form.effects
                .iter()
                .any(|effect| matches!(effect.kind, EffectKindPlan::Accept { wallet: own } if own == wallet))
        })
    });
    Ok(Offer { wallet, points, room, accepted: if asks { Decimal::ZERO } else { room } })
}

fn wallet_named(plan: &Plan, name: Value<'_>) -> Result<u16, EventError> {
    let found = match name {
        Value::Text(name, _) => plan.wallets.iter().position(|wallet| &*wallet.name == name),
        _ => None,
    };
    found.map(|wallet| wallet as u16).ok_or_else(|| {
        let names: Vec<String> = plan.wallets.iter().map(|wallet| format!("`{}`", wallet.name)).collect();
        let error = EventError::new(Refusal::UnknownWallet).in_field("wallet").expecting(names.join(" or "));
        if let Value::Text(name, _) = name { error.but_found(format!("`{name}`")) } else { error }
    })
}

/// How many points an event speaks of: above zero, with no more decimals than the wallet has.
fn points_of(plan: &Plan, wallet: u16, event_plan: &EventPlan, event: &EventData) -> Result<Decimal, EventError> {
    let Some(points) = named(event_plan, event, "points").number() else {
        return Err(EventError::new(Refusal::MissingField).in_field("points"));
    };
    let decimals = plan.wallets.get(usize::from(wallet)).map_or(0, |wallet| wallet.decimals);
    if points <= Decimal::ZERO || points.normalize().scale() > decimals {
        return Err(EventError::new(Refusal::WrongType)
            .in_field("points")
            .expecting(format!("a number above zero with at most {decimals} decimals"))
            .but_found(amount::text(points)));
    }
    Ok(points)
}

/// One lot of a `received` event.
struct Arriving {
    amount: Decimal,
    earned_at: Option<i64>,
    expires_at: Option<i64>,
    never: bool,
    fresh: bool,
}

fn lots_of(event_plan: &EventPlan, event: &EventData) -> Vec<Arriving> {
    let layout = event_plan.layout.lists.iter().enumerate().find(|(_, list)| &*list.name == "lots");
    let Some((number, layout)) = layout else { return Vec::new() };
    let place = |name: &str| layout.fields.iter().position(|field| &*field.name == name);
    let value = |row: usize, name: &str| place(name).map_or(Value::Missing, |slot| event.item(row, slot as u16));
    let instant = |value: Value<'_>| if let Value::Instant(at) = value { Some(at) } else { None };
    let rows = event.rows_of(event.list(number as u16)).map(|row| Arriving {
        amount: value(row, "amount").number().unwrap_or_default(),
        earned_at: instant(value(row, "earned_at")),
        expires_at: instant(value(row, "expires_at")),
        never: value(row, "never").is_true(),
        fresh: value(row, "fresh").is_true(),
    });
    rows.collect()
}

fn text<'e>(event_plan: &EventPlan, event: &'e EventData, name: &str) -> &'e str {
    if let Value::Text(text, _) = named(event_plan, event, name) { text } else { "" }
}

/// Takes in what was accepted, the first lots first, and sends the rest back.
pub fn take_in(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    offer: &Offer,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let sender = text(event_plan, event, "sender");
    let mut left = offer.accepted;
    for lot in lots_of(event_plan, event) {
        let amount = lot.amount.min(left);
        if amount <= Decimal::ZERO {
            break;
        }
        left = amount::subtract(left, amount)?;
        put(plan, member, offer.wallet, Arriving { amount, ..lot }, (event, sender), decisions)?;
    }
    let rest = amount::subtract(offer.points, offer.accepted)?;
    if rest > Decimal::ZERO {
        let full = offer.accepted == offer.room;
        let reason = if full { NotTaken::HoldAtMost } else { NotTaken::NotAccepted };
        send_back(event_plan, member, event, (offer.wallet, rest), reason, decisions);
    }
    Ok(())
}

fn put(
    plan: &Plan,
    member: &mut Member,
    wallet: u16,
    lot: Arriving,
    (event, sender): (&EventData, &str),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let at = event.at;
    let day = plan.calendar.day_at(at);
    let expiry = match (lot.fresh, lot.expires_at, plan.policy(wallet, day)) {
        (true, _, Some(policy)) => {
            let scope = Scope::of(plan, member, at);
            lots::expiry(plan, earning::wallet_expiry(&scope, policy)?, at, true)
        }
        (_, Some(end), _) => Expiry::At(end),
        _ if lot.never => Expiry::Never,
        _ => Expiry::Open,
    };
    let expiry = pause::moved_expiry(plan, &member.account, expiry, at);
    let earned_at = lot.earned_at.filter(|earned| !lot.fresh && *earned <= at).unwrap_or(at);
    let entry = member.next_entry();
    let inactivities = plan.inactivities(wallet);
    let Some(state) = member.wallets.get_mut(usize::from(wallet)) else { return Ok(()) };
    if let Expiry::Inactivity(number) = expiry
        && let Some(form) = inactivities.get(usize::from(number))
        && state.activity.get(usize::from(number)) == Some(&None)
    {
        idle::active(plan, &member.account, state, (number, form), at);
    }
    let (amount, source) = (lot.amount, log::hash(&event.id));
    let kept = Lot { entry, source, amount, earned_at, vesting: Vesting::Done, expiry, expired: Decimal::ZERO };
    let expires_at = state.expires_at(plan, inactivities, &kept);
    state.lots.push(kept);
    state.available = amount::add(state.available, amount)?;
    state.transferred_in = amount::add(state.transferred_in, amount)?;
    decisions.push(Decision { at, kind: Kind::Received { entry, wallet, amount, sender: sender.into(), expires_at } });
    ledger::settle_debt(member, wallet, at, decisions)?;
    Ok(())
}

/// Sends back all that an event brings, because the account takes nothing at that time.
pub fn refuse(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    reason: NotTaken,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let scope = Scope { event: Some(event), ..Scope::of(plan, member, event.at) };
    let offer = offer(&scope, event_plan, event)?;
    send_back(event_plan, member, event, (offer.wallet, offer.points), reason, decisions);
    Ok(())
}

fn send_back(
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    (wallet, amount): (u16, Decimal),
    reason: NotTaken,
    decisions: &mut Vec<Decision>,
) {
    let parcel = Box::new(Parcel {
        id: format!("{}{BACK}", event.id).into(),
        transfer: text(event_plan, event, "transfer").into(),
        from: (*member.id).into(),
        to: text(event_plan, event, "sender").into(),
    });
    decisions.push(Decision { at: event.at, kind: Kind::SentBack { wallet, amount, reason, parcel } });
}

/// The `sent_back` event of a host that cannot deliver a `received` event: all of it goes back.
pub fn undelivered(plan: &Plan, event: &EventData) -> Result<Decision, EventError> {
    let event_plan = plan.events.get(usize::from(event.event));
    let Some(event_plan) = event_plan.filter(|event| event.kind == crate::plan::EventKind::Received) else {
        return Err(EventError::new(Refusal::UnknownEvent).in_field("type").expecting("`received`"));
    };
    let receiver = event.member.as_deref().unwrap_or("");
    let member = Member::new(plan, receiver, event.at);
    let mut decisions = Vec::new();
    refuse(plan, event_plan, &member, event, NotTaken::NotAccepted, &mut decisions)?;
    decisions.pop().ok_or_else(|| EventError::new(Refusal::UnknownEvent))
}

/// Points that were sent come back into the lots that they came from, the last first.
pub fn come_back(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let wallet = wallet_named(plan, named(event_plan, event, "wallet"))?;
    let points = points_of(plan, wallet, event_plan, event)?;
    let transfer = text(event_plan, event, "transfer");
    let unknown = || {
        EventError::new(Refusal::UnknownTransfer)
            .in_field("transfer")
            .expecting("the event of this member that sent these points")
            .but_found(format!("`{transfer}`"))
            .advising("send back what a `sent_back` decision or `Program::send_back` gives, as it is")
    };
    let record = member.remembered(plan, transfer).ok_or_else(unknown)?;
    let sent_at = record.at;
    let known = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
    // The id is that of the parcel, so that what was sent once comes back once.
    let sent = known.into_iter().find_map(|decision| match decision.kind {
        Kind::Transferred { entry, wallet: own, amount, rule, parcel, uses, .. }
            if own == wallet && event.id.strip_suffix(BACK) == Some(&*parcel.id) =>
        {
            Some((entry, amount, rule, uses))
        }
        _ => None,
    });
    let (drawn, amount, rule, uses) = sent.ok_or_else(unknown)?;
    if points > amount {
        return Err(EventError::new(Refusal::WrongType)
            .in_field("points")
            .expecting(format!("at most {}, which were sent", amount::text(amount)))
            .but_found(amount::text(points)));
    }
    returns::sent_back(plan, member, transfer, (rule, wallet, points), &event.id, (event.at, decisions))?;
    let mut left = points;
    for mut used in uses.into_iter().rev() {
        let part = used.amount.min(left);
        if part <= Decimal::ZERO {
            break;
        }
        left = amount::subtract(left, part)?;
        used.expiry = pause::moved_expiry(plan, &member.account, used.expiry, sent_at);
        returns::put_back(plan, member, wallet, (drawn, &used), part, event.at, decisions)?;
        if let Some(state) = member.wallets.get_mut(usize::from(wallet)) {
            state.transferred_out = amount::subtract(state.transferred_out, part)?;
        }
    }
    Ok(())
}
