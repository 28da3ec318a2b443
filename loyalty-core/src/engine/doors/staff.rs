//! What staff and the host say of a member outright: points given or taken, attributes, a level.

use rust_decimal::Decimal;

use crate::amount;
use crate::engine::earning::{self, LotPlan};
use crate::engine::error::{EventError, Refusal, not_finer};
use crate::engine::eval::Scope;
use crate::engine::event::{EventData, named};
use crate::engine::log::hash;
use crate::engine::member::Member;
use crate::engine::outcome::{Because, Decision, Kind};
use crate::engine::value::{Stored, Value};
use crate::engine::{idle, ladders, lapses, ledger};
use crate::plan::{EventPlan, ExpirePlan, Plan, VestPlan};
use crate::time::date_of;

/// Staff give or take points.
pub(super) fn adjust(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let wallet = match named(event_plan, event, "wallet") {
        Value::Text(name, _) => plan.wallets.iter().position(|wallet| &*wallet.name == name),
        _ if plan.wallets.len() == 1 => Some(0),
        _ => None,
    };
    let Some(wallet) = wallet else {
        let names: Vec<String> = plan.wallets.iter().map(|wallet| format!("`{}`", wallet.name)).collect();
        return Err(EventError::new(Refusal::UnknownWallet).in_field("wallet").expecting(names.join(" or ")));
    };
    let Some(points) = named(event_plan, event, "points").number() else {
        return Err(EventError::new(Refusal::MissingField).in_field("points"));
    };
    let decimals = plan.wallets.get(wallet).map_or(0, |wallet| wallet.decimals);
    not_finer(points, decimals, "points")?;
    if points < Decimal::ZERO {
        let available = member.wallets.get(wallet).map_or(Decimal::ZERO, |state| state.available);
        if -points > available {
            return Err(EventError::new(Refusal::InsufficientBalance)
                .in_field("points")
                .expecting(format!("at most {} to take", amount::text(available)))
                .but_found(amount::text(-points)));
        }
        ledger::take(plan, member, wallet as u16, -points, None, event.at, decisions)?;
        return Ok(());
    }
    if points.is_zero() {
        return Ok(());
    }
    let expires = match named(event_plan, event, "expires") {
        // Nothing that has ended before anything could happen was ever given.
        Value::Date(day) if day < 0 => {
            return Err(EventError::new(Refusal::WrongType)
                .in_field("expires")
                .expecting("a date from 1970-01-01 on; after 2199-12-31 is never")
                .but_found(format!("{}", date_of(day))));
        }
        Value::Date(day) => Some(ExpirePlan::At(day)),
        _ => None,
    };
    give(plan, member, Given { wallet: wallet as u16, points, expires }, (hash(&event.id), event.at), decisions)
}

/// Points that are there without a rule.
pub struct Given {
    pub wallet: u16,
    pub points: Decimal,
    /// When they run out, where that is said; otherwise they do as the wallet's do.
    pub expires: Option<ExpirePlan>,
}

/// Gives points outright: at once, and as what is earned then.
pub fn give(
    plan: &Plan,
    member: &mut Member,
    given: Given,
    (event, at): (u64, i64),
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let Given { wallet, points, expires } = given;
    let come_in = member.wallets.get(usize::from(wallet)).map_or(Ok(Decimal::ZERO), |state| state.come_in())?;
    if amount::add(come_in, points)? > crate::plan::layout::TOTAL_MAX {
        return Err(amount::Overflow.into());
    }
    let expire = match (expires, plan.policy(wallet, plan.calendar.day_at(at))) {
        (Some(expires), _) => expires,
        (None, Some(policy)) => earning::wallet_expiry(&Scope::of(plan, member, at), policy)?,
        (None, None) => ExpirePlan::Never,
    };
    let because = vec![Because::Adjustment { amount: points }];
    let lot = LotPlan { wallet, vest: VestPlan::AtOnce, expire, amount: points, because };
    lapses::bring_back(plan, member, wallet, at, |form| form.earning, decisions)?;
    idle::note(plan, member, wallet, at, |form| form.earning);
    ledger::add_lot(plan, member, lot, (event, at), decisions)?;
    Ok(())
}

/// The host tells the member's attributes.
pub(super) fn profile(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) {
    for (number, field) in plan.member.iter().enumerate() {
        let value = named(event_plan, event, &field.name);
        if value == Value::Missing {
            continue;
        }
        let value = Stored::of(value);
        if member.tell(number, &value, event.at) {
            decisions.push(Decision { at: event.at, kind: Kind::AttributeSet { field: number as u16, value } });
        }
    }
}

/// Staff give a member a level.
pub(super) fn assign_level(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let ladder = match named(event_plan, event, "ladder") {
        Value::Text(name, _) => Some(name),
        _ => None,
    };
    let (number, ladder) = ladders::named(plan, ladder)?;
    let Value::Text(wanted, _) = named(event_plan, event, "level") else {
        return Err(EventError::new(Refusal::MissingField).in_field("level"));
    };
    let level = ladders::level_named(ladder, wanted)?;
    let end = match named(event_plan, event, "until") {
        Value::Date(day) => plan.calendar.start_of(day.saturating_add(1)),
        _ => i64::MAX,
    };
    let at = member.clock.max(event.at);
    ladders::set_level(plan, member, number, level, end, at, decisions);
    Ok(())
}
