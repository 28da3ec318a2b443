//! Wallets by name: their sums, their lots, and when there was activity last.

use rust_decimal::Decimal;

use super::pack::{self, Names};
use super::saved::saved;
use super::values::{Amount, Moment, SavedExpiry, SavedSource, SavedVesting};
use super::{MigrationReport, Snapshot, StateError, holdings, places, rewards};
use crate::engine::lots::{Lot, Sums, WalletState};
use crate::engine::member::Member;
use crate::engine::undo::Kept;
use crate::plan::Plan;
use crate::sorting::Arrange as _;

#[derive(Default)]
pub struct SavedWallet {
    pub name: String,
    pub holds: holdings::SavedHolding,
    pub available: Amount,
    pub pending: Amount,
    pub issued: Amount,
    pub spent: Amount,
    pub transferred_in: Amount,
    pub transferred_out: Amount,
    pub expired: Amount,
    pub clawed_back: Amount,
    pub written_off: Amount,
    pub debt: Amount,
    /// Forms of inactivity with their last activity.
    pub activity: Vec<(String, Option<Moment>)>,
    pub lots: Vec<SavedLot>,
}

saved! {
    SavedWallet {
        name, holds, available, pending, issued, spent, transferred_in, transferred_out, expired, clawed_back,
        written_off, debt, activity, lots,
    }
}

#[derive(Default)]
pub struct SavedLot {
    pub entry: u64,
    pub source: SavedSource,
    pub amount: Amount,
    pub earned_at: Moment,
    pub vesting: SavedVesting,
    pub expiry: SavedExpiry,
    pub expired: Amount,
}

saved! { SavedLot { entry, source, amount, earned_at, vesting, expiry, expired } }

pub fn save(plan: &Plan, member: &Member, names: &mut Names) -> Vec<SavedWallet> {
    let wallets = plan.wallets.iter().zip(&member.wallets).map(|(wallet, state)| SavedWallet {
        name: wallet.name.to_string(),
        holds: holdings::SavedHolding::of(wallet),
        available: Amount(state.available),
        pending: Amount(state.pending),
        issued: Amount(state.issued),
        spent: Amount(state.spent),
        transferred_in: Amount(state.transferred_in),
        transferred_out: Amount(state.transferred_out),
        expired: Amount(state.expired),
        clawed_back: Amount(state.clawed_back),
        written_off: Amount(state.written_off),
        debt: Amount(state.debt),
        activity: wallet
            .inactivities
            .iter()
            .zip(&state.activity)
            .map(|(form, last)| (form.key.to_string(), last.map(Moment)))
            .collect(),
        lots: state
            .lots
            .iter()
            .map(|lot| SavedLot {
                entry: lot.entry,
                source: match member.log.place_of(lot.source) {
                    Some(place) => SavedSource::Event(place as u32),
                    None => SavedSource::Digest(lot.source),
                },
                amount: Amount(lot.amount),
                earned_at: Moment(lot.earned_at),
                vesting: SavedVesting::of(lot.vesting, |event| names.event(plan, event)),
                expiry: SavedExpiry::of(lot.expiry),
                expired: Amount(lot.expired),
            })
            .collect(),
    });
    wallets.collect()
}

pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    let places = places(plan.wallets.iter().map(|wallet| &*wallet.name));
    for wallet in &saved.wallets {
        let Some(at) = places.get(wallet.name.as_str()) else {
            let held = crate::amount::text(wallet.available.0);
            report.dropped.push(format!("wallet `{}` with {held} available", wallet.name));
            let parts = [wallet.available.0, wallet.pending.0, rewards::held(saved, &wallet.name)?];
            let inside = crate::amount::sum(parts.into_iter());
            let inside = inside.map_err(|_| StateError::new(format!("too much in wallet `{}`", wallet.name)))?;
            if !inside.is_zero() {
                report.lost_balances.push((wallet.name.clone(), inside));
            }
            continue;
        };
        let (Some(wallet_plan), Some(place)) = (plan.wallets.get(*at), member.wallets.get_mut(*at)) else { continue };
        let form_of = |key: &str| wallet_plan.inactivities.iter().position(|form| *form.key == *key);
        let sums = Sums {
            available: wallet.available.0,
            pending: wallet.pending.0,
            held: rewards::held(saved, &wallet.name)?,
            issued: wallet.issued.0,
            spent: wallet.spent.0,
            transferred_in: wallet.transferred_in.0,
            transferred_out: wallet.transferred_out.0,
            expired: wallet.expired.0,
            clawed_back: wallet.clawed_back.0,
            written_off: wallet.written_off.0,
            debt: wallet.debt.0,
        };
        let mut activity = vec![None; wallet_plan.inactivities.len()];
        let mut lots = Vec::with_capacity(wallet.lots.len());
        for (key, last) in &wallet.activity {
            if let Some(place) = form_of(key).and_then(|form| activity.get_mut(form)) {
                *place = last.map(|last| last.0);
            }
        }
        for lot in &wallet.lots {
            let source = lot.source.digest(&member.log);
            let source = source.ok_or_else(|| StateError::new("a lot of an event that is not remembered"))?;
            match lot.vesting {
                SavedVesting::On(event, _) if pack::event_named(plan, &saved.events, event).is_none() => {
                    let event = saved.events.events.get(usize::from(event)).map_or("", |event| &event.name);
                    // Of an erased member nobody can tell any more what they wait for.
                    if !event.is_empty() {
                        report.loses(format!("event `{event}`, for which points of wallet `{}` wait", wallet.name));
                    }
                }
                _ => {}
            }
            if let SavedExpiry::Inactivity(form) | SavedExpiry::AtLeast(form, _) = lot.expiry {
                let key = wallet.activity.get(usize::from(form)).map_or("", |(key, _)| key.as_str());
                if form_of(key).is_none() {
                    let points = format!("points of wallet `{}` do not run out any more", wallet.name);
                    report.loses(format!("the expiry `{key}`: {points}"));
                }
            }
            lots.push(Lot {
                entry: lot.entry,
                source,
                amount: lot.amount.0,
                earned_at: lot.earned_at.0,
                vesting: lot.vesting.vesting(|event| pack::event_named(plan, &saved.events, event)),
                expiry: lot
                    .expiry
                    .expiry(|form| form_of(wallet.activity.get(usize::from(form)).map_or("", |(key, _)| key.as_str()))),
                expired: lot.expired.0,
            });
        }
        lots.arrange_by_key(|lot| lot.entry);
        let state = WalletState {
            lots: lots.into(),
            sums: Kept::new(sums),
            activity: activity.into(),
            ..WalletState::default()
        };
        check(&wallet.name, &state)?;
        holdings::check(&wallet.holds, wallet_plan, &state)?;
        *place = state;
    }
    for wallet in &plan.wallets {
        if !saved.wallets.iter().any(|known| *known.name == *wallet.name) {
            report.added.push(format!("wallet `{}`", wallet.name));
        }
    }
    Ok(())
}

/// A state that does not add up was not written by this library, and nobody should build on it.
fn check(name: &str, state: &WalletState) -> Result<(), StateError> {
    let sum = |pending: bool| {
        let lots = state.lots.iter().filter(|lot| lot.pending() == pending);
        lots.map(|lot| lot.amount).try_fold(Decimal::ZERO, crate::amount::add)
    };
    let negative = state.lots.iter().any(|lot| lot.amount < Decimal::ZERO);
    let adds_up = sum(false) == Ok(state.available) && sum(true) == Ok(state.pending) && state.conserved();
    if negative || !adds_up {
        return Err(StateError::new(format!("wallet `{name}` does not add up: the saved state has been altered")));
    }
    Ok(())
}
