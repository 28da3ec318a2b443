//! The remembered events of saved state: packed bytes, with the names that their numbers stand for beside them.

use rust_decimal::Decimal;

use super::caps::{self, SavedCaps};
use super::captured;
use super::layouts::{SavedLayout, layout_of, moved, saved_layout};
use super::saved::{Field, Form, Opaque, Saved, Unread, saved};
use super::texts::{self, Written};
use super::values::Amount;
use crate::amount::{self, Overflow};
use crate::engine::event::EventData;
use crate::engine::granted::{self, Together};
use crate::engine::grants::{Basis, Grant, Grants};
use crate::engine::log;
use crate::engine::lots::{Expiry, Vesting};
use crate::engine::member::Member;
use crate::engine::outcome::{self, Because, Decision, Kind, RedeemedBy};
use crate::plan::layout::EventLayout;
use crate::plan::{Dated, Plan, RuleFormPlan, gone, in_force};
use crate::wire::codec::{Malformed, Reader, Writer};
use crate::wire::decode::{capture, from_capture};

#[derive(Default)]
pub struct Packed {
    pub rules: Vec<String>,
    pub fields: Vec<String>,
    pub events: Vec<SavedLayout>,
    /// What the contributions to each wallet are multiplied by.
    pub denominators: Vec<Amount>,
    bytes: Opaque,
    /// What the rules of remembered orders went by.
    pub ratings: Vec<SavedRating>,
    /// What several of their contributions were cut by.
    pub caps: Vec<SavedCaps>,
    /// What the bytes say.
    pub records: Vec<SavedRecord>,
}

impl Saved for Packed {
    fn code(&mut self, form: &mut dyn Form) -> Result<(), Unread> {
        let tables: &mut [Field<'_>] = &mut [
            ("rules", &mut self.rules),
            ("fields", &mut self.fields),
            ("events", &mut self.events),
            ("denominators", &mut self.denominators),
            ("records", &mut self.bytes),
        ];
        form.object(tables, &mut [("ratings", &mut self.ratings), ("caps", &mut self.caps)])
    }
}

/// What a form of a rule went by when it granted, as a digest.
#[derive(Default, Clone, Copy, PartialEq)]
pub struct SavedRating {
    /// The rule, by its place among the names.
    pub rule: u32,
    /// The day from which the form held; nothing for the first.
    pub from: Option<i32>,
    pub rating: u32,
}

saved! { SavedRating { rule, from, rating } }

/// Names that are used, in the order of their first use.
#[derive(Default)]
pub struct Names {
    rules: Vec<u32>,
    fields: Vec<u16>,
    events: Vec<u16>,
}

fn place<T: PartialEq + Copy>(known: &mut Vec<T>, item: T) -> usize {
    known.iter().position(|other| *other == item).unwrap_or_else(|| {
        known.push(item);
        known.len() - 1
    })
}

impl Names {
    pub fn event(&mut self, _plan: &Plan, event: u16) -> u16 {
        place(&mut self.events, event) as u16
    }

    pub fn rule(&mut self, rule: u32) -> u32 {
        place(&mut self.rules, rule) as u32
    }
}

// What the lowest bits of a record's first number say; above them is the event type.
const ORDER: u64 = 1;
/// The digest is that of the captured fields.
const DIGEST_OF_FIELDS: u64 = 2;
/// The digest belongs to another layout than the one in the table.
const OWN_SIGNATURE: u64 = 4;
const HEAD_BITS: u32 = 3;

/// A remembered event, with the numbers of the saved tables.
#[derive(Default)]
pub struct SavedRecord {
    /// Its type, by its place among the layouts.
    pub event: u16,
    pub id: String,
    pub at: i64,
    /// Nothing: that of the captured fields.
    pub digest: Option<u32>,
    /// If it is another than that of the layout in the table.
    pub signature: Option<u64>,
    pub decisions: Vec<Decision>,
    pub order: Option<SavedOrder>,
}

/// What returns need of it.
#[derive(Default)]
pub struct SavedOrder {
    pub fields: EventData,
    pub fired: Vec<u32>,
    pub grants: Grants,
    pub together: Together,
}

/// What is remembered of single events, with the names that it needs.
pub fn pack(plan: &Plan, member: &Member, mut names: Names) -> Packed {
    let mut records = Vec::with_capacity(member.log.len());
    let mut ratings: Vec<SavedRating> = Vec::new();
    let mut caps: Vec<SavedCaps> = Vec::new();
    for record in member.log.iter() {
        // A record that the engine wrote itself is always whole.
        let Ok(mut decisions) = record.decisions() else { continue };
        let layout = plan.events.get(usize::from(record.event)).map(|event| &event.layout);
        let order = granted::read(&mut Reader(record.order)).ok();
        let order = order.zip(layout).and_then(|(order, layout)| {
            let event = from_capture(plan, layout, order.capture).ok()?;
            let fields = EventData { at: record.at, ..event };
            Some(SavedOrder { fields, fired: order.fired, grants: order.grants, together: order.together })
        });
        for decision in &mut decisions {
            renumber(
                decision,
                &mut |rule| place(&mut names.rules, rule) as u32,
                &mut |field| place(&mut names.fields, field) as u16,
                &mut |event| place(&mut names.events, event) as u16,
            );
        }
        let own_signature = layout.is_none_or(|layout| layout.signature != record.signature);
        let of_fields =
            !own_signature && order.as_ref().is_some_and(|order| log::mark(order.fields.digest) == record.digest);
        let mut saved = SavedRecord {
            event: place(&mut names.events, record.event) as u16,
            id: record.id.to_owned(),
            at: record.at,
            digest: (!of_fields).then_some(record.digest),
            signature: own_signature.then_some(record.signature),
            decisions,
            order,
        };
        if let Some(order) = &mut saved.order {
            for rule in &mut order.fired {
                *rule = place(&mut names.rules, *rule) as u32;
            }
            let day = plan.calendar.day_at(record.at);
            caps::note(plan, (&order.grants, day), &mut names, &mut caps);
            for grant in &mut order.grants {
                for number in [grant.rule, grant.base_rule] {
                    let rates = number == grant.base_rule;
                    let Some(form) = rating_in_force(plan, number, day, (&grant.basis, rates)) else { continue };
                    let from = (form.from != i32::MIN).then_some(form.from);
                    let rule = place(&mut names.rules, number) as u32;
                    let rating = SavedRating { rule, from, rating: form.value.rating };
                    if !ratings.contains(&rating) {
                        ratings.push(rating);
                    }
                }
                grant.rule = place(&mut names.rules, grant.rule) as u32;
                grant.base_rule = place(&mut names.rules, grant.base_rule) as u32;
            }
        }
        records.push(saved);
    }
    Packed {
        rules: names.rules.iter().map(|rule| gone::saved_name(plan, *rule)).collect(),
        fields: names
            .fields
            .iter()
            .map(|field| plan.member.get(usize::from(*field)).map_or(String::new(), |field| field.name.to_string()))
            .collect(),
        events: names.events.iter().map(|event| saved_layout(plan, *event)).collect(),
        denominators: plan.wallets.iter().map(|wallet| Amount(wallet.denominator)).collect(),
        ratings,
        caps,
        bytes: Opaque::default(),
        records,
    }
}

impl Packed {
    /// Writes the records as bytes, one behind the other: the form that they have in JSON.
    pub fn write_bytes(&mut self) {
        let layouts: Vec<_> = self.events.iter().map(|saved| layout_of(saved).ok()).collect();
        let mut bytes = Vec::new();
        let mut writer = Writer(&mut bytes);
        let (mut ids, mut texts) = (Written::default(), Written::default());
        let mut last = 0;
        writer.number(self.records.len() as u64);
        for record in &self.records {
            let mut head = u64::from(record.event) << HEAD_BITS;
            for (flag, set) in [
                (ORDER, record.order.is_some()),
                (DIGEST_OF_FIELDS, record.digest.is_none()),
                (OWN_SIGNATURE, record.signature.is_some()),
            ] {
                head |= if set { flag } else { 0 };
            }
            writer.number(head);
            ids.id(&mut writer, &record.id);
            writer.instant(record.at, last);
            last = record.at;
            if let Some(digest) = record.digest {
                writer.short(digest);
            }
            if let Some(signature) = record.signature {
                writer.fixed(signature);
            }
            outcome::write(&mut writer, &record.decisions, record.at);
            let layout = layouts.get(usize::from(record.event)).and_then(Option::as_ref);
            if let Some((order, layout)) = record.order.as_ref().zip(layout) {
                captured::write(&mut writer, &mut texts, layout, &order.fields);
                granted::write_grants(&mut writer, &order.fired, &order.grants);
                granted::write_together(&mut writer, &order.together);
            }
        }
        self.bytes = Opaque(bytes);
    }

    /// Reads the records from those bytes.
    pub fn read_bytes(&mut self) -> Result<(), Malformed> {
        let layouts = self.layouts()?;
        let mut reader = Reader(&self.bytes.0);
        let (mut ids, mut texts) = (texts::Read::default(), texts::Read::default());
        let mut last = 0_i64;
        for _ in 0..reader.count()? {
            let head = reader.number()?;
            let event = u16::try_from(head >> HEAD_BITS).map_err(|_| Malformed)?;
            let layout = layouts.get(usize::from(event)).ok_or(Malformed)?;
            let id = ids.id(&mut reader)?;
            let at = reader.instant(last)?;
            last = at;
            let digest = if head & DIGEST_OF_FIELDS == 0 { Some(reader.short()?) } else { None };
            let signature = if head & OWN_SIGNATURE == 0 { None } else { Some(reader.fixed()?) };
            let decisions = outcome::read(&mut reader, at)?;
            let mut order = None;
            if head & ORDER != 0 {
                let fields = captured::read(&mut reader, &mut texts, layout, at)?;
                let (fired, grants) = granted::read_grants(&mut reader)?;
                let together = granted::read_together(&mut reader)?;
                order = Some(SavedOrder { fields, fired, grants, together });
            }
            self.records.push(SavedRecord { event, id, at, digest, signature, decisions, order });
        }
        if reader.is_empty() { Ok(()) } else { Err(Malformed) }
    }

    /// The layouts that the saved events' fields are in, as far as reading them needs it.
    pub fn layouts(&self) -> Result<Vec<EventLayout>, Malformed> {
        self.events.iter().map(layout_of).collect()
    }
}

/// Puts other numbers in the place of a decision's rules, fields and events.
fn renumber(
    decision: &mut Decision,
    rule_to: &mut dyn FnMut(u32) -> u32,
    field_to: &mut dyn FnMut(u16) -> u16,
    event_to: &mut dyn FnMut(u16) -> u16,
) {
    match &mut decision.kind {
        Kind::Earned { vesting, because, .. } => {
            if let Vesting::On { event, .. } = vesting {
                *event = event_to(*event);
            }
            for part in because {
                if let Because::Rule { rule, .. } = part {
                    *rule = rule_to(*rule);
                }
            }
        }
        Kind::Spent { rule: Some(rule), .. }
        | Kind::Drawn { rule: Some(rule), .. }
        | Kind::NotDrawn { rule: Some(rule), .. }
        | Kind::CardIssued { rule, .. }
        | Kind::BadgeAwarded { rule: Some(rule), .. }
        | Kind::Claim { rule: Some(rule), .. }
        | Kind::RewardRefused { rule, .. }
        | Kind::RewardReturned { rule, .. }
        | Kind::Held { rule, .. }
        | Kind::Released { rule, .. }
        | Kind::Forfeited { rule, .. }
        | Kind::Transferred { rule, .. }
        | Kind::Referred { rule, .. } => {
            *rule = rule_to(*rule);
        }
        Kind::RewardRedeemed { rule, by, .. } => {
            *rule = rule_to(*rule);
            if let RedeemedBy::Rule(by) = by {
                *by = rule_to(*by);
            }
        }
        Kind::AttributeSet { field, .. } => *field = field_to(*field),
        Kind::Coupon(decision) => {
            if let Some(rule) = decision.rule_mut() {
                *rule = rule_to(*rule);
            }
        }
        _ => {}
    }
}

/// The plan's number of a saved event name.
pub fn event_named(plan: &Plan, packed: &Packed, saved: u16) -> Option<u16> {
    let name = &packed.events.get(usize::from(saved))?.name;
    plan.events.iter().position(|event| *event.layout.name == **name).map(|event| event as u16)
}

/// The form of a rule that a contribution to an order of that day goes by, if a return asks it for more than an amount.
fn rating_in_force<'p>(
    plan: &'p Plan,
    rule: u32,
    day: i32,
    (basis, rates): (&Basis, bool),
) -> Option<&'p Dated<RuleFormPlan>> {
    let forms = &plan.rules.get(rule as usize)?.forms;
    let form = forms.iter().rev().find(|form| form.from <= day)?;
    match basis {
        Basis::Rate(_) | Basis::Factor { .. } if rates => Some(form),
        Basis::Rate(_) | Basis::Factor { .. } | Basis::Fixed => Some(form).filter(|form| form.value.revoke),
        Basis::Share | Basis::Whole => None,
    }
}

/// Rules that go by something else than when they granted what is remembered.
struct Changed<'a> {
    plan: &'a Plan,
    packed: &'a Packed,
    /// Their names, with whether what they gave goes with all of its order alone.
    found: Vec<(String, bool)>,
}

impl Changed<'_> {
    /// Gives a contribution the numbers of the program for its rules, which are those of the saved names yet, and takes from
    /// it what it cannot be worked out by any more.
    fn settle(&mut self, grant: &mut Grant, (event, day): (u16, i32), rule: impl Fn(u32) -> u32) {
        let saved = [grant.base_rule, grant.rule];
        (grant.rule, grant.base_rule) = (rule(grant.rule), rule(grant.base_rule));
        let (base, multiplier) = (saved[0], Some(saved[1]).filter(|rule| *rule != saved[0]));
        if let Some(then) = self.then(base, day) {
            let now = self.rating(grant.base_rule, day);
            if now != Some(then) {
                match self.renamed(then, event, day) {
                    Some(other) => grant.base_rule = other,
                    None => self.lose(grant, base, day, grant.base_rule),
                }
            }
        } else if grant.basis == Basis::Fixed && self.revokes(grant.base_rule, day) {
            // It asked nothing of what is kept, and begins to.
            self.lose(grant, base, day, grant.base_rule);
        }
        // Of one that is gone nothing is asked: by how much it multiplied stands in the contribution.
        if let Some(multiplier) = multiplier.filter(|_| !matches!(grant.basis, Basis::Share | Basis::Whole)) {
            let another = match self.then(multiplier, day) {
                Some(then) => self.rating(grant.rule, day).is_some_and(|now| now != then),
                None => self.revokes(grant.rule, day),
            };
            if another {
                self.lose(grant, multiplier, day, grant.rule);
            }
        }
    }

    fn lose(&mut self, grant: &mut Grant, saved: u32, day: i32, rule: u32) {
        let known = self.plan.rules.get(rule as usize).and_then(|rule| in_force(&rule.forms, day));
        grant.basis = grant.basis.without_rating(known.is_some_and(|form| form.revoke));
        let name = self.packed.rules.get(saved as usize).cloned().unwrap_or_default();
        let found = (name, grant.basis == Basis::Whole);
        if grant.basis != Basis::Fixed && !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    /// What a rule went by on a day, by its place among the saved names.
    fn then(&self, rule: u32, day: i32) -> Option<u32> {
        let ratings = self.packed.ratings.iter().filter(|known| known.rule == rule);
        let ratings = ratings.filter(|known| known.from.is_none_or(|from| from <= day));
        ratings.max_by_key(|known| known.from).map(|known| known.rating)
    }

    /// What a rule of the program goes by for that day.
    fn rating(&self, rule: u32, day: i32) -> Option<u32> {
        Some(in_force(&self.plan.rules.get(rule as usize)?.forms, day)?.rating)
    }

    /// Whether a rule of the program asks what is kept of an order of that day.
    fn revokes(&self, rule: u32, day: i32) -> bool {
        let rule = self.plan.rules.get(rule as usize);
        rule.and_then(|rule| in_force(&rule.forms, day)).is_some_and(|form| form.revoke)
    }

    /// A rule on the same event that goes by the same: that of before by another name.
    fn renamed(&self, rating: u32, event: u16, day: i32) -> Option<u32> {
        let mut rules = self.plan.rules.iter().enumerate().filter(|(_, rule)| rule.on(event));
        let found = rules.find(|(number, _)| self.rating(*number as u32, day) == Some(rating));
        found.map(|(number, _)| number as u32)
    }
}

/// Puts the remembered events into the member's log, in the numbers of the program. Tells the names of the rules that go by
/// something else than when they granted, with whether what they gave goes with all of its order alone.
pub fn unpack(
    plan: &Plan,
    member: &mut Member,
    packed: &mut Packed,
    wallets: &[&str],
    forms: &[Vec<&str>],
) -> Result<Vec<(String, bool)>, Malformed> {
    let records = core::mem::take(&mut packed.records);
    let packed = &*packed;
    let known = gone::Saved::new(plan);
    let rules: Vec<u32> = packed.rules.iter().map(|name| known.rule(name)).collect();
    let rule = |saved: u32| rules.get(saved as usize).copied().unwrap_or(u32::MAX);
    let field = |saved: u16| {
        let name = packed.fields.get(usize::from(saved));
        let at = name.and_then(|name| plan.member.iter().position(|field| *field.name == **name));
        at.map_or(u16::MAX, |at| at as u16)
    };
    let event = |saved: u16| event_named(plan, packed, saved).unwrap_or(u16::MAX);
    let wallet = |saved: u16| {
        let name = wallets.get(usize::from(saved));
        name.and_then(|name| plan.wallets.iter().position(|wallet| *wallet.name == **name)).map(|at| at as u16)
    };
    let form = |of: u16, saved: u16| -> Option<u16> {
        let key = forms.get(usize::from(of))?.get(usize::from(saved))?;
        let plan = plan.wallets.get(usize::from(wallet(of)?))?;
        plan.inactivities.iter().position(|form| *form.key == **key).map(|at| at as u16)
    };
    let layouts = packed.layouts()?;
    let mut changed = Changed { plan, packed, found: Vec::new() };
    for SavedRecord { event: saved_event, id, at, digest, signature, mut decisions, order: saved_order } in records {
        let saved_layout = layouts.get(usize::from(saved_event)).ok_or(Malformed)?;
        let signature = signature.unwrap_or(saved_layout.signature);
        for decision in &mut decisions {
            renumber(decision, &mut |saved| rule(saved), &mut |saved| field(saved), &mut |saved| event(saved));
            move_wallet(decision, &wallet, &form);
        }
        // What a wallet that is no more once got, nobody can be told any more.
        decisions.retain(|decision| decision.wallet() != Some(u16::MAX));
        let number = event(saved_event);
        let mut digest = digest;
        let mut order = None;
        if let Some(SavedOrder { mut fields, fired, grants, together }) = saved_order {
            capture(&mut fields);
            digest = digest.or(Some(log::mark(fields.digest)));
            let fired: Vec<u32> = fired.into_iter().map(rule).collect();
            let mut kept = Grants::new();
            // Where each of those that stay stood, and by whom it was given then and is now.
            let (mut stood, mut given) = (Vec::new(), Vec::new());
            let day = plan.calendar.day_at(at);
            for (place, mut grant) in grants.into_iter().enumerate() {
                let Some(to) = wallet(grant.wallet) else { continue };
                let then = (grant.rule, grant.wallet);
                let before = packed.denominators.get(usize::from(grant.wallet)).ok_or(Malformed)?;
                rebase(&mut grant, before.0, plan.denominator(to)).map_err(|_| Malformed)?;
                changed.settle(&mut grant, (number, day), rule);
                grant.wallet = to;
                stood.push(place);
                given.push((then, (grant.rule, to)));
                kept.push(grant);
            }
            let moved_to = |place: u16| stood.iter().position(|stood| *stood == usize::from(place));
            let before = together.iter().map(|places| {
                places.iter().filter_map(|place| moved_to(*place)).map(|place| place as u16).collect::<Vec<_>>()
            });
            let mut together: Together = before.collect();
            together.extend(caps::cut_together(plan, &packed.caps, (&given, day)));
            let layout = plan.events.get(usize::from(number)).map(|event| &event.layout);
            order = layout.map(|layout| (moved(layout, saved_layout, fields).capture, fired, kept, together));
        }
        let digest = digest.ok_or(Malformed)?;
        member.log.push(&id, number, at, (digest, signature), &decisions, |writer| {
            if let Some((capture, fired, grants, together)) = order {
                granted::write(writer, &capture, &fired, &grants);
                if !together.is_empty() {
                    granted::write_together(writer, &together);
                }
            }
        });
    }
    Ok(changed.found)
}

/// A contribution times another denominator: the rates of the program may have learnt or lost a fraction that does not
/// end. What the new denominator cannot hold is rounded at 12 decimals.
fn rebase(grant: &mut Grant, before: Decimal, after: Decimal) -> Result<(), Overflow> {
    if before == after {
        return Ok(());
    }
    let times = |value: &mut Decimal| {
        *value = amount::divide_exactly(amount::multiply(*value, after)?, before)?;
        Ok(())
    };
    times(&mut grant.amount)?;
    match &mut grant.basis {
        Basis::Fixed | Basis::Share | Basis::Whole => Ok(()),
        Basis::Rate(rate) | Basis::Factor { rate, .. } => times(rate),
    }
}

fn move_wallet(
    decision: &mut Decision,
    place: &impl Fn(u16) -> Option<u16>,
    form_place: &impl Fn(u16, u16) -> Option<u16>,
) {
    match &mut decision.kind {
        Kind::Earned { wallet, .. }
        | Kind::Vested { wallet, .. }
        | Kind::Expired { wallet, .. }
        | Kind::ClawedBack { wallet, .. }
        | Kind::Restored { wallet, .. }
        | Kind::DebtSettled { wallet, .. }
        | Kind::WriteOffSettled { wallet, .. }
        | Kind::Reinstated { wallet, .. }
        | Kind::Received { wallet, .. }
        | Kind::SentBack { wallet, .. }
        | Kind::Joined { wallet, .. }
        | Kind::Released { wallet, .. }
        | Kind::Forfeited { wallet, .. } => *wallet = place(*wallet).unwrap_or(u16::MAX),
        Kind::Spent { wallet, uses, .. } | Kind::Transferred { wallet, uses, .. } | Kind::Held { wallet, uses, .. } => {
            for used in uses {
                match used.expiry {
                    Expiry::Inactivity(form) => {
                        used.expiry = form_place(*wallet, form).map_or(Expiry::Never, Expiry::Inactivity);
                    }
                    Expiry::AtLeast { form, until } => {
                        let kept = |form| Expiry::AtLeast { form, until };
                        used.expiry = form_place(*wallet, form).map_or(Expiry::Never, kept);
                    }
                    _ => {}
                }
            }
            *wallet = place(*wallet).unwrap_or(u16::MAX);
        }
        _ => {}
    }
}
