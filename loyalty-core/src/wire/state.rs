//! Member state for the host to keep: by name, so that a changed program takes over what it can and says what it cannot.
//!
//! One form, the [`Snapshot`], is written as JSON and as bytes. What it says of single events (for duplicates and
//! returns) is packed in JSON, too: it is for the engine alone. Tables of names stand beside it, so that its numbers do
//! not depend on the program that wrote it.

mod accounts;
mod arrivals;
mod badges;
mod caps;
mod captured;
mod cards;
mod challenges;
mod contact;
mod counters;
mod coupons;
mod experiments;
mod forms;
mod holdings;
mod idle;
mod layouts;
mod loaded;
mod marks;
mod pack;
mod questions;
mod referrals;
mod rewards;
mod saved;
mod squeezed;
mod standings;
mod stretches;
mod tags;
mod texts;
mod values;
mod wallets;
mod written_off;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::engine::member::Member;
use crate::engine::returns::Returned;
use crate::engine::undo::{Apart, Kept};
use crate::engine::value::Stored;
use crate::plan::Plan;
use crate::plan::layout::{FieldKind, SlotLayout};
use crate::time::Instant;
pub use forms::{load_binary, load_json, measure, save_binary, save_json};
pub use loaded::{Loaded, MigrationReport, StateError};

use badges::SavedBadge;
use coupons::SavedCoupon;
use experiments::SavedArm;
use pack::{Names, Packed};
use referrals::SavedReferrals;
use saved::saved;
use values::{Amount, Moment, SavedValue};

/// The largest revision and entry: up to 2^53 − 1 every host reads a whole number of JSON exactly, JavaScript among them.
/// Nobody comes there by events.
const COUNT_MAX: u64 = (1 << 53) - 1;

#[derive(Default)]
struct Snapshot {
    format: u8,
    /// Digest of the program text that wrote it.
    program: u64,
    member: String,
    enrolled_at: Moment,
    clock: Moment,
    revision: u64,
    entry: u64,
    /// Of all its money; nothing if the program has none.
    currency: String,
    /// With the instant as of which each was told.
    attributes: Vec<(String, SavedValue, Moment)>,
    tags: Vec<String>,
    wallets: Vec<wallets::SavedWallet>,
    counters: Vec<SavedCounter>,
    marks: Vec<marks::SavedMarks>,
    returned: Vec<SavedReturn>,
    tiers: Vec<SavedStanding>,
    /// Segments that rules watch, with whether the member is in them.
    segments: Vec<(String, bool)>,
    events: Packed,
    account: accounts::SavedAccount,
    coupons: Vec<SavedCoupon>,
    badges: Vec<SavedBadge>,
    experiments: Vec<SavedArm>,
    /// Those that the member has begun.
    challenges: Vec<challenges::SavedChallenge>,
    contact: Vec<contact::SavedContact>,
    referrals: Vec<SavedReferrals>,
    /// Prices of rewards that are set aside.
    holds: Vec<rewards::SavedHold>,
    /// Units of rewards that have come back.
    reward_units: Vec<rewards::SavedUnits>,
    /// Quizzes and surveys, in the order in which they were asked.
    questions: Vec<questions::SavedQuestion>,
    /// Cards of wheels that are not drawn yet.
    cards: Vec<cards::SavedCard>,
    written_off: Vec<written_off::SavedWrittenOff>,
    arrivals: Vec<arrivals::SavedArrival>,
    /// What measures counted of orders that may come back.
    counted_of: Vec<counters::SavedForm>,
    uncounted: Vec<counters::SavedUncounted>,
    /// When wallets were without activity.
    idle: Vec<idle::SavedIdle>,
    /// As of when tags were told, with those that were taken.
    tags_told: Vec<tags::SavedTag>,
}

saved! {
    Snapshot {
        format, program, member, enrolled_at, clock, revision, entry, currency, attributes, tags, wallets, counters, marks,
        returned, tiers, segments, events, account,
    } unless empty {
        coupons, badges, experiments, challenges, contact, referrals, holds, reward_units, questions, cards,
        written_off, arrivals, counted_of, uncounted, idle, tags_told,
    }
}

#[derive(Default)]
struct SavedCounter {
    key: String,
    /// The stretches of time by which its entries are told.
    by: String,
    entries: Vec<counters::Counted>,
}

saved! { SavedCounter { key, by, entries } }

#[derive(Default)]
struct SavedReturn {
    order: u64,
    ordered_at: Moment,
    units: Vec<Amount>,
    amounts: Vec<Amount>,
    amount: Amount,
    whole: bool,
    /// By wallet: taken back, given back.
    wallets: Vec<(String, Amount, Amount)>,
}

saved! { SavedReturn { order, ordered_at, units, amounts, amount, whole, wallets } }

/// Where the member stands on a ladder. Levels are named, with those below, so that a program that has them no more
/// knows what was lower.
#[derive(Default)]
struct SavedStanding {
    ladder: String,
    /// The level and all below it, the lowest first.
    levels: Vec<String>,
    since: Moment,
    base: Moment,
    until: Option<Moment>,
    grace: Option<Moment>,
    /// Levels given beside the rules, in the same form, with their ends; nothing: for good.
    set: Vec<(Vec<String>, Option<Moment>)>,
    carried: Amount,
    carried_on: i32,
    /// Those from which it rose, in the same form, with the instants from which they were kept.
    below: Vec<(Vec<String>, Moment)>,
    /// Those that counted before, in the same form, with the instants until which they did.
    past: Vec<(Vec<String>, Moment)>,
}

saved! { SavedStanding { ladder, levels, since, base, until, grace, set, carried, carried_on } unless empty { below, past } }

fn snapshot(plan: &Plan, member: &Member) -> Snapshot {
    let mut member = member.clone();
    member.forget(plan);
    let mut names = Names::default();
    let attributes = plan.member.iter().zip(member.attributes.iter().zip(&member.attributes_at));
    let attributes = attributes.filter(|(_, (value, _))| **value != Stored::Missing).map(|(field, (value, at))| {
        (field.name.to_string(), SavedValue::of_field(value, field), Moment((*at).max(member.enrolled_at)))
    });
    let wallets = wallets::save(plan, &member, &mut names);
    let events = pack::pack(plan, &member, names);
    Snapshot {
        format: forms::FORMAT,
        // Whom these rules have not judged yet is saved as if other rules had: loading judges once more.
        program: if member.next_due <= member.clock { 0 } else { plan.text },
        member: member.id.to_string(),
        enrolled_at: Moment(member.enrolled_at),
        clock: Moment(member.clock),
        revision: member.revision,
        entry: member.entry,
        currency: plan.settings.currency.map_or_else(String::new, |currency| currency.as_str().to_owned()),
        attributes: attributes.collect(),
        tags: crate::engine::tags::of(&member).map(str::to_owned).collect(),
        wallets,
        counters: counters::save(plan, &member.tallies),
        marks: marks::save(plan, &member.marks),
        returned: member.returned.iter().map(|returned| saved_return(plan, returned)).collect(),
        tiers: standings::save(plan, &member),
        segments: standings::save_segments(plan, &member),
        events,
        account: accounts::save(&member.account),
        coupons: coupons::save(plan, &member.coupons),
        badges: badges::save(plan, &member),
        experiments: experiments::save(plan, &member),
        challenges: challenges::save(plan, &member),
        contact: contact::save(&member.contact),
        referrals: referrals::save(plan, &member),
        holds: rewards::save_holds(plan, &member),
        reward_units: rewards::save_units(plan, &member),
        questions: questions::save(plan, &member),
        cards: cards::save(plan, &member),
        written_off: written_off::save(plan, &member),
        arrivals: arrivals::save(plan, &member),
        counted_of: counters::save_forms(plan, &member),
        uncounted: counters::save_uncounted(plan, &member),
        idle: idle::save(plan, &member),
        tags_told: tags::save(&member),
    }
}

/// The words for the type of an attribute.
fn type_said(field: &SlotLayout) -> &'static str {
    match field.kind {
        FieldKind::Number { .. } if field.money => "money",
        FieldKind::Number { whole: true, .. } => "a whole number",
        FieldKind::Number { whole: false, .. } => "a number",
        FieldKind::Text => "a text",
        FieldKind::Bool => "true or false",
        FieldKind::Date => "a date",
        FieldKind::Instant => "an instant",
        FieldKind::Time => "a time of day",
    }
}

fn saved_return(plan: &Plan, returned: &Returned) -> SavedReturn {
    let amounts = |values: &[Decimal]| values.iter().copied().map(Amount).collect();
    let wallets = plan.wallets.iter().zip(returned.clawed.iter().zip(&returned.restored));
    SavedReturn {
        order: returned.order,
        ordered_at: Moment(returned.ordered_at),
        units: amounts(&returned.units),
        amounts: amounts(&returned.amounts),
        amount: Amount(returned.amount),
        whole: returned.whole,
        wallets: wallets
            .filter(|(_, (clawed, restored))| !clawed.is_zero() || !restored.is_zero())
            .map(|(wallet, (clawed, restored))| (wallet.name.to_string(), Amount(*clawed), Amount(*restored)))
            .collect(),
    }
}

/// Where names of a kind are in the plan, for looking up what a snapshot calls by name.
fn places<'p>(names: impl Iterator<Item = &'p str>) -> BTreeMap<&'p str, usize> {
    let mut places = BTreeMap::new();
    // Measures written in place may share a name, and then the first is the one that counts.
    names.enumerate().for_each(|(at, name)| {
        places.entry(name).or_insert(at);
    });
    places
}

fn restore(plan: &Plan, mut saved: Snapshot) -> Result<Loaded, StateError> {
    for moment in [saved.enrolled_at, saved.clock] {
        Instant::from_micros(moment.0).ok_or_else(|| StateError::new("an instant outside of 1970 to 2199"))?;
    }
    if saved.revision > COUNT_MAX || saved.entry > COUNT_MAX {
        return Err(StateError::new(format!("a revision or an entry beyond {COUNT_MAX}")));
    }
    holdings::expect_currency(plan, &saved.currency)?;
    let mut report = MigrationReport::default();
    let mut member = Member::blank(plan, &saved.member, saved.enrolled_at.0);
    member.clock = saved.clock.0;
    member.revision = saved.revision;
    member.entry = saved.entry;
    let fields = places(plan.member.iter().map(|field| &*field.name));
    for (name, value, at) in &saved.attributes {
        match fields.get(name.as_str()) {
            Some(field) => match plan.member.get(*field).filter(|slot| !value.fits(slot)) {
                // A value of another type would be neither what was said nor what is missing.
                Some(slot) => {
                    let (then, now) = (value.said(), type_said(slot));
                    report.dropped.push(format!("attribute `{name}`: {then}, and {now} in this program"));
                }
                None => drop(member.tell(*field, &value.stored()?, at.0)),
            },
            None => report.dropped.push(format!("attribute `{name}`")),
        }
    }
    tags::restore(&mut member, &saved)?;
    let wallet_names: Vec<&str> = saved.wallets.iter().map(|wallet| wallet.name.as_str()).collect();
    let forms: Vec<Vec<&str>> =
        saved.wallets.iter().map(|wallet| wallet.activity.iter().map(|(key, _)| key.as_str()).collect()).collect();
    let changed = pack::unpack(plan, &mut member, &mut saved.events, &wallet_names, &forms);
    for (rule, whole) in changed.map_err(|_| forms::damaged_events())? {
        report.loses(match whole {
            true => {
                format!("what rule `{rule}` asked: what it gave for an order goes when all of the order comes back")
            }
            false => {
                format!("what rule `{rule}` went by: a part of an order that comes back takes its share of the points")
            }
        });
    }
    wallets::restore(plan, &mut member, &saved, &mut report)?;
    idle::restore(plan, &mut member, &saved)?;
    let regrouped = counters::restore(plan, &mut member, &saved, &mut report)?;
    counters::restore_uncounted(plan, &mut member, &saved, &regrouped, &mut report)?;
    marks::restore(plan, &mut member, &saved, &mut report)?;
    let wallets = places(plan.wallets.iter().map(|wallet| &*wallet.name));
    for returned in &saved.returned {
        let mut clawed = vec![Decimal::ZERO; plan.wallets.len()];
        let mut given = vec![Decimal::ZERO; plan.wallets.len()];
        for (name, taken, restored) in &returned.wallets {
            let Some(at) = wallets.get(name.as_str()) else { continue };
            if let (Some(clawed), Some(given)) = (clawed.get_mut(*at), given.get_mut(*at)) {
                (*clawed, *given) = (taken.0, restored.0);
            }
        }
        member.returned.push(Returned {
            order: returned.order,
            ordered_at: returned.ordered_at.0,
            units: returned.units.iter().map(|value| value.0).collect(),
            amounts: returned.amounts.iter().map(|value| value.0).collect(),
            amount: returned.amount.0,
            whole: returned.whole,
            clawed,
            restored: given,
            rewards: Vec::new(),
        });
    }
    rewards::restore(plan, &mut member, &saved, &mut report)?;
    member.account = Apart::new(Kept::new(accounts::restore(&saved.account)?));
    member.coupons = Apart::new(coupons::restore(plan, &saved.coupons, &mut report)?);
    experiments::restore(plan, &mut member, &saved.experiments, &mut report);
    badges::restore(plan, &mut member, &saved.badges, &mut report);
    cards::restore(plan, &mut member, &saved.cards, &mut report)?;
    written_off::restore(plan, &mut member, &saved)?;
    arrivals::restore(plan, &mut member, &saved)?;
    questions::restore(plan, &mut member, &saved.questions, &mut report)?;
    let replaced = challenges::restore(plan, &mut member, &saved, &regrouped, &mut report)?;
    member.contact = Apart::new(contact::restore(&saved.contact)?);
    standings::restore(plan, &mut member, &saved, &mut report);
    referrals::restore(plan, &mut member, saved.referrals, &mut report);
    challenges::use_up(plan, &mut member, &replaced)?;
    member.next_due = member.find_next_due(plan);
    let anew = || standings::judged_anew(plan, &member) || challenges::judged_anew(plan, &member);
    if saved.program != plan.text && anew() {
        // What other rules make of the member happens with the next step of time.
        member.next_due = member.clock;
    }
    Ok(Loaded { member, report })
}
