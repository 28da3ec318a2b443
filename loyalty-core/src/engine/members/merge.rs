//! Two accounts become one: what the absorbed one had goes over to the one that stays.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::cycles::Cycles;
use super::super::decided::Decided;
use super::super::error::{EventError, Refusal};
use super::super::ladders::Occasion;
use super::super::lots::WalletState;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind, Outcome};
use super::super::returns::WrittenOff;
use super::super::standing::Standing;
use super::super::tally::{Change, Entry};
use super::super::undo::Apart;
use super::super::value::Stored;
use super::super::{
    badges, challenges, clock, doors, idle, ladders, log, questions, reactions, returns, rewards, tags,
};
use super::Fate;
use crate::amount;
use crate::check::model::{Cycle, Keep, ToEnd};
use crate::plan::Plan;
use crate::plan::layout::TOTAL_MAX;
use crate::sorting::Arrange as _;

/// Merges `from` into `into`; the outcomes of both, `into` first. What cannot be merged leaves both as they were.
pub fn merge(
    plan: &Arc<Plan>,
    into: &mut Member,
    from: &mut Member,
    at: i64,
) -> Result<(Outcome, Outcome), EventError> {
    doors::same_program(plan, into)?;
    doors::same_program(plan, from)?;
    if into.id == from.id {
        return Err(EventError::new(Refusal::WrongMember)
            .in_field("from")
            .expecting(format!("another member than `{}`", into.id))
            .but_found("the same"));
    }
    into.account.expect_open("into")?;
    if into.account.has_absorbed(&from.id) {
        // A host that had kept only one of the two states comes again: nothing is taken over twice.
        close(plan, from, &into.id);
        return Ok((replayed(plan, into, at), replayed(plan, from, at)));
    }
    from.account.expect_open("from")?;
    into.account.expect_awake("into")?;
    from.account.expect_awake("from")?;
    let at = at.max(into.clock).max(from.clock);
    let (mut survivor, mut absorbed) = (into.clone(), from.clone());
    let (mut gained, mut lost) = (Decided::default(), Decided::default());
    clock::advance(plan, &mut survivor, at, &mut gained)?;
    clock::advance(plan, &mut absorbed, at, &mut lost)?;
    // What either no longer remembers does not stand before what the other does.
    survivor.forget(plan);
    absorbed.forget(plan);
    // What is set aside for a purchase of either goes back: the purchase begins anew in the joined account.
    rewards::let_all_go(plan, &mut survivor, at, &mut gained)?;
    rewards::let_all_go(plan, &mut absorbed, at, &mut lost)?;
    count_once(plan, &survivor, &mut absorbed, at, &mut lost)?;
    join(plan, &mut survivor, &absorbed, at, &mut gained)?;
    survivor.revision = survivor.revision.max(absorbed.revision) + 1;
    close(plan, &mut absorbed, &survivor.id);
    lost.push(Decision { at, kind: Kind::MergedInto { into: (*survivor.id).into() } });
    (*into, *from) = (survivor, absorbed);
    Ok((
        doors::outcome(plan, into, None, at, gained.take_list()),
        doors::outcome(plan, from, None, at, lost.take_list()),
    ))
}

fn replayed(plan: &Arc<Plan>, member: &Member, at: i64) -> Outcome {
    Outcome { replayed: true, ..doors::outcome(plan, member, None, at, Vec::new()) }
}

/// Leaves nothing in an account but where it went.
fn close(plan: &Plan, member: &mut Member, into: &str) {
    let fate = Fate::Merged { into: into.into() };
    if member.account.fate == fate {
        return;
    }
    let mut left = Member::blank(plan, &member.id, member.enrolled_at);
    (left.clock, left.revision, left.entry) = (member.clock, member.revision + 1, member.entry);
    left.account.fate = fate;
    *member = left;
}

/// What both have under one id is one event, and counts once: what the absorbed account made of it is undone there.
fn count_once(
    plan: &Plan,
    survivor: &Member,
    absorbed: &mut Member,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let mut both = Vec::new();
    for record in absorbed.records(plan) {
        let Some(own) = survivor.remembered(plan, record.id) else { continue };
        let comparable = own.signature == record.signature;
        if own.event != record.event || own.at != record.at || (comparable && own.digest != record.digest) {
            return Err(EventError::new(Refusal::Conflict)
                .in_field("from")
                .expecting("ids that mean one event in the whole program")
                .but_found(format!("`{}` in both accounts with two payloads", record.id))
                .advising("merge when `history` has passed, so that neither account remembers it"));
        }
        both.push(record.id.to_owned());
    }
    for id in both {
        returns::undo(plan, absorbed, &id, at, decisions)?;
        // Whatever has come back of it or will, comes back to the account that stays.
        let key = log::hash(&id);
        absorbed.returned.retain(|returned| returned.order != key);
    }
    Ok(())
}

fn join(
    plan: &Plan,
    survivor: &mut Member,
    absorbed: &Member,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let (entries, first) = (survivor.entry, decisions.len());
    survivor.entry = entries.checked_add(absorbed.entry).ok_or(amount::Overflow)?;
    decisions.push(Decision { at, kind: Kind::Merged { from: (*absorbed.id).into(), entries } });
    for number in 0..plan.wallets.len() {
        wallet(plan, survivor, absorbed, (number as u16, entries), at, decisions)?;
    }
    for Entry { tally, key, count, sum } in absorbed.tallies.entries.iter().copied() {
        survivor.tallies.add(&Change { tally, key, count, sum })?;
    }
    for mark in &absorbed.marks.marks {
        survivor.marks.insert(mark.clone());
    }
    survivor
        .log
        .absorb(&absorbed.log, survivor.horizon(plan), entries)
        .map_err(|_| EventError::new(Refusal::OtherProgram))?;
    for returned in &absorbed.returned {
        if !survivor.returned.iter().any(|known| known.order == returned.order) {
            survivor.returned.push(returned.clone());
        }
    }
    for known in &absorbed.uncounted {
        if !survivor.uncounted.iter().any(|own| own.order == known.order) {
            survivor.uncounted.push(known.clone());
        }
    }
    for known in &absorbed.written_off {
        let entry = known.entry.checked_add(entries).ok_or(amount::Overflow)?;
        // What the surviving account had spent is none of what was looked for there.
        let after = known.after.checked_add(entries).ok_or(amount::Overflow)?;
        survivor.written_off.push(WrittenOff { entry, after, ..*known });
    }
    for (number, other) in absorbed.attributes.iter().enumerate().filter(|(_, other)| **other != Stored::Missing) {
        if let Some(own) = survivor.attributes.get_mut(number).filter(|own| **own == Stored::Missing) {
            own.clone_from(other);
            survivor.attributes_at.set(number, absorbed.attributes_at.get(number).copied().unwrap_or(at));
            decisions.push(Decision { at, kind: Kind::AttributeSet { field: number as u16, value: other.clone() } });
        }
    }
    for tag in tags::join(survivor, absorbed) {
        decisions.push(Decision { at, kind: Kind::Tagged { tag } });
    }
    survivor.arrivals.extend(absorbed.arrivals.iter().copied());
    survivor.coupons.absorb(&absorbed.coupons, entries);
    let joined_at = survivor.enrolled_at;
    survivor.enrolled_at = joined_at.min(absorbed.enrolled_at);
    survivor.account.absorbed.push((*absorbed.id).into());
    survivor.account.absorbed.extend(absorbed.account.absorbed.iter().cloned());
    survivor.referrals.join(&absorbed.referrals);
    standings(plan, survivor, absorbed, (joined_at, at));
    // Whoever has met an arm has met it; of two arms the surviving account's is the one that counts.
    for (number, other) in absorbed.arms.iter().enumerate() {
        if let Some(own) = survivor.arms.get_mut(number).filter(|own| own.is_none()) {
            own.clone_from(other);
        }
    }
    badges::join(plan, &mut survivor.badges, &absorbed.badges, at, decisions);
    survivor.cards.extend(absorbed.cards.iter().copied());
    survivor.asked.rework(|own| questions::join(own, &absorbed.asked));
    survivor.contact.join(&absorbed.contact);
    challenges::join(&mut survivor.challenges, &absorbed.challenges, entries);
    challenges::counted_from(
        plan,
        &mut survivor.challenges,
        Cycles { calendar: &plan.calendar, joined_at: survivor.enrolled_at },
    );
    // Levels and segments are judged on what both have done together, and rules follow.
    reactions::follow(plan, survivor, at, Occasion::Event, first, decisions)?;
    survivor.forget(plan);
    survivor.next_due = survivor.find_next_due(plan);
    // What was due by this instant has happened in each of the two, and what is new is no earlier.
    clock::advance(plan, survivor, at, decisions)
}

/// On each ladder the better of the two levels, with its own times, is where the joined account begins; levels that were
/// given beside the rules are all kept, and what earlier levels have used up of either meter is used up of the joined one.
/// What is kept to the end of a year or month of membership goes on to that of the joined account, no sooner than it would have ended.
fn standings(plan: &Plan, survivor: &mut Member, absorbed: &Member, (joined_at, at): (i64, i64)) {
    let cycles = Cycles::of(plan, survivor);
    for (number, other) in absorbed.standings.iter().enumerate() {
        let Some(own) = survivor.standings.get_mut(number) else { continue };
        let of_other = (other.level, other.until) > (own.level, own.until);
        let carried = amount::add(own.carried, other.carried).unwrap_or(own.carried);
        let carried_on = own.carried_on.max(other.carried_on);
        let mut better = if of_other { other.clone() } else { own.clone() };
        let counted_from = if of_other { absorbed.enrolled_at } else { joined_at };
        let keep = ladders::form(plan, number as u16, plan.calendar.day_at(at)).map(|form| form.keep);
        if let Some(Keep::ToEnd(ToEnd { of, .. }) | Keep::ForToEnd { of, .. }) = keep
            && matches!(of, Cycle::Membership(_))
            && counted_from != survivor.enrolled_at
        {
            better.until = better.until.map(|until| cycles.end_of(of, until.saturating_sub(1)));
        }
        for (level, end) in own.set.iter().chain(&other.set) {
            better.set_level(*level, *end);
        }
        better.past = core::mem::take(&mut own.past);
        better.follows(&Standing { past: better.past.clone(), ..own.clone() }, at);
        *own = Standing { carried, carried_on, ..better };
    }
}

/// Adds the absorbed account's wallet to that of the one that stays.
fn wallet(
    plan: &Plan,
    survivor: &mut Member,
    absorbed: &Member,
    (number, entries): (u16, u64),
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let place = usize::from(number);
    let Some(other) = absorbed.wallets.get(place).filter(|state| **state != WalletState::default()) else {
        return Ok(());
    };
    let entry = survivor.next_entry();
    let Some(state) = survivor.wallets.get_mut(place) else { return Ok(()) };
    let sums = &mut *state.sums;
    for (own, other) in [
        (&mut sums.available, other.available),
        (&mut sums.pending, other.pending),
        (&mut sums.issued, other.issued),
        (&mut sums.spent, other.spent),
        (&mut sums.transferred_in, other.transferred_in),
        (&mut sums.transferred_out, other.transferred_out),
        (&mut sums.expired, other.expired),
        (&mut sums.clawed_back, other.clawed_back),
        (&mut sums.written_off, other.written_off),
        (&mut sums.debt, other.debt),
    ] {
        *own = amount::add(*own, other)?;
    }
    if state.come_in()? > TOTAL_MAX {
        return Err(amount::Overflow.into());
    }
    state.idle = Apart::new(idle::join(plan, plan.inactivities(number), state, other).into());
    for (number, other) in other.activity.iter().enumerate() {
        if let Some(own) = state.activity.get_mut(number) {
            *own = (*own).max(*other);
        }
    }
    for lot in &other.lots {
        let mut lot = lot.clone();
        lot.entry = lot.entry.checked_add(entries).ok_or(amount::Overflow)?;
        state.lots.push(lot);
    }
    state.lots.rework(|lots| lots.arrange_by_key(|lot| lot.entry));
    let (available, pending, debt) = (other.available, other.pending, other.debt);
    if [available, pending, debt].iter().any(|part| !part.is_zero()) {
        decisions.push(Decision { at, kind: Kind::Joined { entry, wallet: number, available, pending, debt } });
    }
    settle(plan, survivor, number, at, decisions)
}

/// A debt of one is paid with the points of the other, in the order in which they are spent.
fn settle(
    plan: &Plan,
    survivor: &mut Member,
    number: u16,
    at: i64,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let order = plan.policy(number, plan.calendar.day_at(at)).map(|policy| policy.spend);
    let (Some(order), Some(state)) = (order, survivor.wallets.get_mut(usize::from(number))) else { return Ok(()) };
    let mut settled = Decimal::ZERO;
    for lot in state.spending_order(plan, plan.inactivities(number), order) {
        if state.debt.is_zero() {
            break;
        }
        settled = amount::add(settled, state.settle(lot)?)?;
    }
    if settled > Decimal::ZERO {
        let entry = survivor.next_entry();
        decisions.push(Decision { at, kind: Kind::DebtSettled { entry, wallet: number, amount: settled } });
    }
    Ok(())
}
