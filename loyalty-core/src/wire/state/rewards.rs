//! Of saved state: holds, and the units of rewards that have come back.

use super::saved::saved;
use super::values::{Amount, Moment, SavedExpiry};
use super::{MigrationReport, Snapshot, StateError, places};
use crate::engine::lots::Use;
use crate::engine::member::Member;
use crate::engine::rewards::Hold;
use crate::plan::{Plan, gone};
use crate::time::Instant;

/// The price of a reward that is set aside.
#[derive(Default)]
pub struct SavedHold {
    id: String,
    /// The reward's rule.
    rule: String,
    quantity: u32,
    worth: Option<Amount>,
    at: Moment,
    until: Moment,
    /// By wallet: what was taken of which lot.
    parts: Vec<(String, Vec<SavedUse>)>,
}

saved! { SavedHold { id, rule, quantity, worth, at, until, parts } }

#[derive(Default)]
pub struct SavedUse {
    entry: u64,
    source: u64,
    amount: Amount,
    earned_at: Moment,
    expiry: SavedExpiry,
}

saved! { SavedUse { entry, source, amount, earned_at, expiry } }

impl SavedUse {
    pub fn of(used: &Use) -> Self {
        Self {
            entry: used.entry,
            source: used.source,
            amount: Amount(used.amount),
            earned_at: Moment(used.earned_at),
            expiry: SavedExpiry::of(used.expiry),
        }
    }

    /// What was taken of a wallet, by the forms of inactivity that the program has now.
    pub fn restored(plan: &Plan, saved: &Snapshot, wallet: usize, uses: &[Self]) -> Vec<Use> {
        let own = plan.wallets.get(wallet);
        let forms = saved.wallets.iter().find(|saved| own.is_some_and(|own| *own.name == *saved.name));
        let form = |number: u16| {
            let key = &forms?.activity.get(usize::from(number))?.0;
            own?.inactivities.iter().position(|own| *own.key == **key)
        };
        let uses = uses.iter().map(|used| Use {
            entry: used.entry,
            source: used.source,
            amount: used.amount.0,
            earned_at: used.earned_at.0,
            expiry: used.expiry.expiry(form),
        });
        uses.collect()
    }
}

/// Of an order, by its digest: the reward's rule, and how many of it have come back.
#[derive(Default)]
pub struct SavedUnits(u64, String, Amount);

saved! { SavedUnits(order, rule, units) }

pub fn save_holds(plan: &Plan, member: &Member) -> Vec<SavedHold> {
    let wallet = |number: u16| plan.wallets.get(usize::from(number)).map_or(String::new(), |own| own.name.to_string());
    let saved = member.holds.iter().map(|hold| SavedHold {
        id: hold.id.to_string(),
        rule: gone::saved_name(plan, hold.rule),
        quantity: hold.quantity,
        worth: hold.worth.map(Amount),
        at: Moment(hold.at),
        until: Moment(hold.until),
        parts: hold
            .parts
            .iter()
            .map(|(number, uses)| (wallet(*number), uses.iter().map(SavedUse::of).collect()))
            .collect(),
    });
    saved.collect()
}

pub fn save_units(plan: &Plan, member: &Member) -> Vec<SavedUnits> {
    let units = member.returned.iter().flat_map(|returned| {
        returned
            .rewards
            .iter()
            .map(|(rule, units)| SavedUnits(returned.order, gone::saved_name(plan, *rule), Amount(*units)))
    });
    units.collect()
}

/// Puts holds and returned units back; the wallets, with the forms of inactivity that they were saved with, are known.
pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    let rules = gone::Saved::new(plan);
    let rule = |name: &str| rules.rule(name);
    let wallets = places(plan.wallets.iter().map(|wallet| &*wallet.name));
    for hold in &saved.holds {
        for moment in [hold.at, hold.until] {
            Instant::reckoned(moment.0)
                .ok_or_else(|| StateError::new("a hold with an instant beyond every calendar"))?;
        }
        let mut parts = Vec::new();
        for (name, uses) in &hold.parts {
            let Some(at) = wallets.get(name.as_str()) else { continue };
            parts.push((*at as u16, SavedUse::restored(plan, saved, *at, uses)));
        }
        if plan.rules.get(rule(&hold.rule) as usize).is_none() && !gone::was_gone(&hold.rule) {
            report.loses(format!("{}, for which a price is held: it can be captured, and gives nothing", hold.rule));
        }
        member.holds.push(Hold {
            id: hold.id.as_str().into(),
            rule: rule(&hold.rule),
            quantity: hold.quantity,
            worth: hold.worth.map(|worth| worth.0),
            at: hold.at.0,
            until: hold.until.0,
            parts,
        });
    }
    for SavedUnits(order, name, units) in &saved.reward_units {
        if let Some(returned) = member.returned.find_mut(|returned| returned.order == *order) {
            returned.rewards.push((rule(name), units.0));
        }
    }
    Ok(())
}

/// What holds have set aside of a saved wallet.
pub fn held(saved: &Snapshot, wallet: &str) -> Result<rust_decimal::Decimal, StateError> {
    let parts = saved.holds.iter().flat_map(|hold| &hold.parts).filter(|(name, _)| name == wallet);
    let amounts: Vec<_> = parts.flat_map(|(_, uses)| uses).map(|used| used.amount.0).collect();
    crate::amount::sum(amounts.into_iter())
        .map_err(|_| StateError::new(format!("wallet `{wallet}` holds more than can be counted")))
}
