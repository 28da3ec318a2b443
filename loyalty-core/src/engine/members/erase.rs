//! The person goes, the sums stay.
//!
//! What is left is what the books need: the sums of every wallet, and of each lot its amount, the day on which it was
//! earned and its end, so that it can still run out. Nothing is left that says who it was, what was bought, or when.

use std::sync::Arc;

use super::super::decided::Decided;
use super::super::error::{EventError, Refusal};
use super::super::lots::{Lot, Vesting};
use super::super::member::Member;
use super::super::outcome::{Decision, Kind, Outcome};
use super::super::undo::Apart;
use super::super::{clock, doors, rewards};
use super::{Fate, pause};
use crate::plan::Plan;
use crate::plan::layout::ID_BYTES_MAX;

/// Erases a member; what is left has the pseudonym for its id.
pub fn erase(plan: &Arc<Plan>, member: &mut Member, pseudonym: &str, at: i64) -> Result<Outcome, EventError> {
    doors::same_program(plan, member)?;
    if member.account.fate == Fate::Erased && *member.id == *pseudonym {
        return Ok(Outcome { replayed: true, ..doors::outcome(plan, member, None, at, Vec::new()) });
    }
    if member.account.fate == Fate::Erased {
        member.account.expect_open("member")?;
    }
    if pseudonym.is_empty() || pseudonym.len() > ID_BYTES_MAX {
        return Err(EventError::new(Refusal::TextTooLong)
            .in_field("pseudonym")
            .expecting(format!("1 to {ID_BYTES_MAX} bytes"))
            .but_found(format!("{} bytes", pseudonym.len())));
    }
    let names = core::iter::once(&*member.id).chain(member.account.absorbed.iter().map(|id| &**id));
    if names.into_iter().any(|id| pseudonym.contains(id)) {
        return Err(EventError::new(Refusal::WrongMember)
            .in_field("pseudonym")
            .expecting("a name that does not hold the member's id")
            .advising("take a random one, or a keyed hash of the id"));
    }
    let mut working = member.clone();
    let at = at.max(working.clock);
    let mut decisions = Decided::default();
    clock::advance(plan, &mut working, at, &mut decisions)?;
    rewards::let_all_go(plan, &mut working, at, &mut decisions)?;
    // Points that a pause has kept from running out run out like all others from here on.
    pause::resume(plan, &mut working, &mut Vec::new());
    let midnight = |instant: i64| plan.calendar.start_of(plan.calendar.day_at(instant));
    let mut left = Member::blank(plan, pseudonym, midnight(working.enrolled_at));
    (left.clock, left.revision, left.entry) = (working.clock, working.revision + 1, working.entry);
    left.account.fate = Fate::Erased;
    for (own, state) in left.wallets.iter_mut().zip(working.wallets) {
        let lots = state.lots.iter().filter(|lot| !lot.amount.is_zero()).map(|lot| Lot {
            source: 0,
            earned_at: midnight(lot.earned_at),
            vesting: match lot.vesting {
                // What these points wait for cannot come any more; they are cancelled on their day.
                Vesting::On { deadline, .. } => Vesting::On { event: u16::MAX, deadline },
                vesting => vesting,
            },
            expired: rust_decimal::Decimal::ZERO,
            ..lot.clone()
        });
        let lots = lots.collect();
        *own = super::super::lots::WalletState { lots, idle: Apart::default(), ..state };
    }
    left.next_due = left.find_next_due(plan);
    decisions.push(Decision { at, kind: Kind::Erased });
    *member = left;
    Ok(doors::outcome(plan, member, None, at, decisions.take_list()))
}
