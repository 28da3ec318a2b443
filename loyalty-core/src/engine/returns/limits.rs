//! The room that an order has taken up, given back: in caps by what is taken back, in limits when all of it has come back.

use rust_decimal::Decimal;

use super::order::Order;
use crate::amount::Overflow;
use crate::engine::coupons::back;
use crate::engine::error::EventError;
use crate::engine::grants::Grant;
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::engine::tally::{self, Change, Changes};
use crate::engine::{claims, rewards, rules};
use crate::plan::{Plan, in_force};

pub(super) fn lower_caps(
    plan: &Plan,
    order: &Order,
    grant: &Grant,
    less: Decimal,
    changes: &mut Changes,
) -> Result<(), Overflow> {
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

/// The rules that the order had set off may fire once more.
pub(super) fn give_limits_back(
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
