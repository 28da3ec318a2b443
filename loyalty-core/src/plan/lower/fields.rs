//! Which fields of which events a program reads, and the places they get.

use std::collections::{BTreeMap, BTreeSet};

use super::offers::{LINE_FIELDS, ORDER_FIELDS, is_priced};
use crate::check::model::{self, Checked, Cost, EffectKind, Expr, ExprKind, Field, Type};
use crate::check::offer::Offer;
use crate::plan::layout::{EventLayout, FieldKind, LinesLayout, ListLayout, Place, SlotLayout};
use crate::sorting::gathered;
use crate::time::day_of;

/// Event → field → fields of the list's records (empty for plain fields).
pub struct Reads {
    fields: Vec<BTreeMap<usize, BTreeSet<usize>>>,
    /// Those that are not read by the defaults of others alone.
    direct: Vec<BTreeSet<usize>>,
}

impl Reads {
    pub fn of(checked: &Checked) -> Self {
        let mut reads = Self { fields: vec![BTreeMap::new(); checked.events.len()], direct: Vec::new() };
        for measure in &checked.measures {
            let Some(event) = measure.of.event() else { continue };
            for form in &measure.versions {
                form.value.value.iter().chain(&form.value.filter).for_each(|expr| reads.expression(event, expr));
            }
        }
        for saying in &checked.sayings {
            let Some(event) = saying.event else { continue };
            saying.map(&mut |value| reads.expression(event, value));
        }
        for rule in &checked.rules {
            let Some(event) = rule.trigger.event() else { continue };
            for form in &rule.versions {
                form.value.when.iter().for_each(|expr| reads.expression(event, expr));
                for effect in &form.value.effects {
                    if let EffectKind::Earn { expire: Some(model::Expire::Told(day)), .. } = &effect.kind {
                        reads.expression(event, day);
                    }
                    match &effect.kind {
                        EffectKind::Earn { amount: model::Earn::Fixed(expr), .. }
                        | EffectKind::Multiply { by: expr, .. }
                        | EffectKind::Spend { amount: expr, .. }
                        | EffectKind::Tag(expr)
                        | EffectKind::Untag(expr)
                        | EffectKind::Set { value: expr, .. }
                        | EffectKind::Signal { to: expr, .. }
                        | EffectKind::Share { of: expr, .. }
                        | EffectKind::Forfeit { amount: expr, .. } => reads.expression(event, expr),
                        EffectKind::Convert { takes, gives, .. } => {
                            reads.expression(event, takes);
                            reads.expression(event, gives);
                        }
                        EffectKind::Transfer { amount, to, .. } => {
                            reads.expression(event, amount);
                            reads.expression(event, to);
                        }
                        EffectKind::Issue { code, end, .. } => {
                            code.iter().for_each(|code| reads.expression(event, code));
                            if let Some(model::IssueEnd::Until(day)) = end {
                                reads.expression(event, day);
                            }
                        }
                        EffectKind::Bring { by, identities, .. } => {
                            reads.expression(event, by);
                            if let (Some(field), Some(reads)) = (identities, reads.fields.get_mut(event)) {
                                reads.entry(*field).or_default();
                            }
                        }
                        EffectKind::Refuse(words) => {
                            words.values().into_iter().for_each(|value| reads.expression(event, value));
                        }
                        EffectKind::Raise { .. }
                        | EffectKind::Say(_)
                        | EffectKind::Consent { .. }
                        | EffectKind::Accept { .. }
                        | EffectKind::Redeem { .. }
                        | EffectKind::Refer { .. } => {}
                        EffectKind::Award { .. } | EffectKind::Draw(_) | EffectKind::Deal(_) | EffectKind::OptIn(_) => {
                        }
                        EffectKind::Earn { amount: model::Earn::Rate { points, of, .. }, .. } => {
                            reads.expression(event, points);
                            reads.expression(event, of);
                        }
                    }
                }
            }
        }
        if let Some(order) = checked.events.iter().position(|event| event.standard && event.name == "order") {
            let forms = checked.coupons.iter().flat_map(|coupon| &coupon.versions);
            for form in forms {
                form.value.when.iter().for_each(|expr| reads.expression(order, expr));
                form.value.offer.iter().for_each(|offer| reads.offer(checked, order, offer));
            }
            if is_priced(checked) {
                reads.pricing(checked, order);
            }
        }
        reads.rewards(checked);
        reads.engine(checked);
        reads.direct = reads.fields.iter().map(|reads| gathered(reads.keys().copied())).collect();
        reads.paid(checked);
        reads.defaults(checked);
        reads
    }

    /// What the clauses of rewards read of an order.
    fn rewards(&mut self, checked: &Checked) {
        let Some(order) = checked.events.iter().position(|event| event.standard && event.name == "order") else {
            return;
        };
        for form in checked.rewards.iter().flat_map(|reward| &reward.versions).map(|form| &form.value) {
            form.when.iter().for_each(|expr| self.expression(order, expr));
            match &form.cost {
                Cost::Prices(prices) => {
                    prices.iter().flatten().for_each(|price| self.expression(order, &price.amount));
                }
                Cost::Rate(rate) => rate.up_to.iter().for_each(|expr| self.expression(order, expr)),
            }
        }
    }

    /// What a coupon reads of an order.
    fn offer(&mut self, checked: &Checked, order: usize, offer: &Offer) {
        let amounts = offer.give.amounts();
        amounts.into_iter().chain(&offer.up_to).for_each(|expr| self.expression(order, expr));
        let Some(event) = checked.events.get(order) else { return };
        let mut found = Vec::new();
        if let Some(floor) = &offer.floor {
            items(floor, &mut found);
            self.expression(order, floor);
        }
        for lines in offer.give.lines() {
            lines.filter.iter().chain(&lines.except).for_each(|filter| {
                items(filter, &mut found);
                self.expression(order, filter);
            });
        }
        self.lines(checked, event, order, &found);
    }

    /// What pricing needs of an order.
    fn pricing(&mut self, checked: &Checked, order: usize) {
        let Some(event) = checked.events.get(order) else { return };
        let mut found = Vec::new();
        if let Some(floor) = &checked.coupon_policy.floor {
            items(floor, &mut found);
            self.expression(order, floor);
        }
        if let Some(reads) = self.fields.get_mut(order) {
            let needed = event.fields.iter().enumerate();
            let needed = needed.filter(|(_, field)| ORDER_FIELDS.contains(&field.name.as_str()));
            for (at, _) in needed {
                reads.entry(at).or_default();
            }
        }
        if let Some(record) = lines_record(checked, event) {
            let places = record.fields.iter().enumerate();
            found.extend(places.filter(|(_, field)| LINE_FIELDS.contains(&field.name.as_str())).map(|(at, _)| at));
        }
        self.lines(checked, event, order, &found);
    }

    /// Some fields of an order's lines.
    fn lines(&mut self, checked: &Checked, event: &model::Event, order: usize, found: &[usize]) {
        let lines = event.fields.iter().position(|field| field.name == "lines");
        let (Some(lines), Some(_), Some(reads)) = (lines, lines_record(checked, event), self.fields.get_mut(order))
        else {
            return;
        };
        reads.entry(lines).or_default().extend(found.iter().copied());
    }

    /// What the engine itself needs: the fields of refunds and adjustments, the lines of whatever can be returned.
    fn engine(&mut self, checked: &Checked) {
        for (index, event) in checked.events.iter().enumerate() {
            let standard: &[&str] = match (event.name.as_str(), event.standard) {
                ("refund", true) => &["order", "lines", "amount", "points", "wallet", "reward", "quantity"],
                ("cancel", true) => &["order"],
                ("adjust", true) => &["wallet", "points", "reason", "expires"],
                ("received", true) => &["sender", "transfer", "wallet", "points", "lots"],
                ("sent_back", true) => &["receiver", "transfer", "wallet", "points"],
                ("issue", true) => &["coupon", "code", "until"],
                ("referral", true) if !checked.referrals.is_empty() => {
                    &["friend", "program", "order", "joined", "identities"]
                }
                ("referral_share", true) if checked.shares() => &["program", "amount", "replaces"],
                ("referral_withdrawn", true) => &["referral", "program"],
                ("referral_refused", true) => &["referral", "program", "order"],
                ("pooled", true) => &["wallet", "points"],
                ("answer", true) if !checked.questions.is_empty() => &["quiz", "survey", "choice", "score", "right"],
                ("draw", true) if !checked.wheels.is_empty() => &["wheel"],
                ("placed", true) if !checked.leaderboards.is_empty() => {
                    &["leaderboard", "round", "rank", "score", "seal"]
                }
                ("redeem", true) if !checked.rewards.is_empty() => {
                    &["reward", "quantity", "wallet", "points", "amount"]
                }
                ("hold", true) if !checked.rewards.is_empty() => &["reward", "quantity", "wallet", "points", "amount"],
                ("capture", true) => &["hold", "points", "amount"],
                ("release", true) => &["hold"],
                ("message", true) if checked.converses => &["text", "payload"],
                ("message_status", true) if checked.converses => &["status", "error"],
                ("identity_changed", true) if checked.converses => &["kind", "previous"],
                ("broadcast", true) if checked.converses => &["message", "campaign", "segment"],
                ("consent", true) if checked.converses => &["category", "given", "how", "words"],
                ("pause", true) => &["freeze_expiry"],
                ("opt_in", true) => &["challenge"],
                ("assign_level", true) => &["ladder", "level", "until"],
                ("revoke", true) => &["ladder", "level", "coupon", "code", "number", "badge"],
                ("profile", true) => {
                    self.everything(index, event.fields.len());
                    continue;
                }
                // Codes stand in the order whose lines they make cheaper.
                ("order", true) if !checked.coupons.is_empty() => &["order", "replaces", "coupons"],
                ("order", true) => &["order", "replaces"],
                _ => &["order"],
            };
            for (at, field) in event.fields.iter().enumerate() {
                let reads = self.fields.get_mut(index);
                if let Some(reads) = reads
                    && standard.contains(&field.name.as_str())
                {
                    reads.entry(at).or_default();
                }
                let Type::List(inner) = &field.ty else { continue };
                let Type::Record(record) = **inner else { continue };
                let tender = checked.wallets.iter().any(|wallet| wallet.tender.is_some());
                let taken = match field.name.as_str() {
                    "rewards" => !checked.rewards.is_empty(),
                    "tenders" => tender,
                    _ => false,
                };
                if taken && event.standard && event.name == "order" {
                    let fields = checked.records.get(record).map_or(0, |record| record.fields.len());
                    let reads = self.fields.get_mut(index);
                    reads.into_iter().for_each(|reads| reads.entry(at).or_default().extend(0..fields));
                }
                if field.name == "lots" && event.standard && event.name == "received" {
                    let fields = checked.records.get(record).map_or(0, |record| record.fields.len());
                    let reads = self.fields.get_mut(index);
                    reads.into_iter().for_each(|reads| reads.entry(at).or_default().extend(0..fields));
                }
                if field.name == "lines"
                    && let Some(record) = checked.records.get(record)
                    && let Some(reads) = self.fields.get_mut(index)
                {
                    let needed = ["id", "sku", "quantity", "amount"];
                    if needed.iter().all(|name| record.fields.iter().any(|field| field.name == *name)) {
                        let places = record.fields.iter().enumerate();
                        let places = places.filter(|(_, field)| needed.contains(&field.name.as_str()) || field.shared);
                        reads.entry(at).or_default().extend(places.map(|(place, _)| place));
                    }
                }
            }
        }
    }

    /// What an order came to, where it says how it was paid: of what comes back, each tender has its share.
    fn paid(&mut self, checked: &Checked) {
        let Some(order) = checked.events.iter().position(|event| event.standard && event.name == "order") else {
            return;
        };
        let fields = checked.events.get(order).map_or(&[][..], |event| event.fields.as_slice());
        let place = |name: &str| fields.iter().position(|field| field.name == name);
        if let (Some(tenders), Some(total), Some(reads)) =
            (place("tenders"), place("total"), self.fields.get_mut(order))
            && reads.contains_key(&tenders)
        {
            reads.entry(total).or_default();
        }
    }

    fn everything(&mut self, event: usize, fields: usize) {
        if let Some(reads) = self.fields.get_mut(event) {
            (0..fields).for_each(|field| {
                reads.entry(field).or_default();
            });
        }
    }

    /// Defaults read further fields, whose defaults may read further ones; each round adds some or is the last.
    fn defaults(&mut self, checked: &Checked) {
        loop {
            let before: usize =
                self.fields.iter().map(|reads| reads.len() + reads.values().map(BTreeSet::len).sum::<usize>()).sum();
            for (index, event) in checked.events.iter().enumerate() {
                let read: Vec<usize> =
                    self.fields.get(index).map(|reads| reads.keys().copied().collect()).unwrap_or_default();
                for field in read.iter().filter_map(|at| event.fields.get(*at)) {
                    if let Some(default) = &field.default {
                        self.expression(index, default);
                    }
                }
                for at in read {
                    let Some(Type::List(inner)) = event.fields.get(at).map(|field| &field.ty) else { continue };
                    let Type::Record(record) = **inner else { continue };
                    let Some(record) = checked.records.get(record) else { continue };
                    let Some(reads) = self.fields.get_mut(index).and_then(|reads| reads.get_mut(&at)) else { continue };
                    let mut found = Vec::new();
                    for default in reads.iter().filter_map(|item| record.fields.get(*item)?.default.as_ref()) {
                        items(default, &mut found);
                    }
                    reads.extend(found);
                }
            }
            let after: usize =
                self.fields.iter().map(|reads| reads.len() + reads.values().map(BTreeSet::len).sum::<usize>()).sum();
            if after == before {
                return;
            }
        }
    }

    fn expression(&mut self, event: usize, expr: &Expr) {
        walk(expr, &mut |expr| {
            let Some(reads) = self.fields.get_mut(event) else { return };
            match &expr.kind {
                ExprKind::Event(field) => {
                    reads.entry(*field).or_default();
                }
                ExprKind::Fold { list, value, filter, .. } => {
                    let mut found = Vec::new();
                    value.iter().chain(filter).for_each(|part| items(part, &mut found));
                    reads.entry(*list).or_default().extend(found);
                }
                _ => {}
            }
        });
    }
}

/// The record of an order's lines.
fn lines_record<'c>(checked: &'c Checked, event: &model::Event) -> Option<&'c model::Record> {
    let lines = event.fields.iter().find(|field| field.name == "lines")?;
    let Type::List(inner) = &lines.ty else { return None };
    let Type::Record(record) = **inner else { return None };
    checked.records.get(record)
}

/// The fields of the item at hand that an expression reads.
fn items(expr: &Expr, found: &mut Vec<usize>) {
    walk(expr, &mut |expr| {
        if let ExprKind::Item(field) = expr.kind {
            found.push(field);
        }
    });
}

/// Calls `visit` on an expression and all its parts.
pub fn walk(expr: &Expr, visit: &mut impl FnMut(&Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::List(parts)
        | ExprKind::And(parts)
        | ExprKind::Or(parts)
        | ExprKind::Least(parts)
        | ExprKind::Greatest(parts) => parts.iter().for_each(|part| walk(part, visit)),
        ExprKind::Part(_, part)
        | ExprKind::Since(_, part)
        | ExprKind::Moved { of: part, .. }
        | ExprKind::Not(part)
        | ExprKind::Negate(part)
        | ExprKind::Floor(part)
        | ExprKind::Ceil(part)
        | ExprKind::Absolute(part) => walk(part, visit),
        ExprKind::IsMissing { value, .. } | ExprKind::Matches { value, .. } => walk(value, visit),
        ExprKind::Compare(_, left, right)
        | ExprKind::Apart(_, left, right)
        | ExprKind::Otherwise(left, right)
        | ExprKind::Arithmetic(_, left, right) => {
            walk(left, visit);
            walk(right, visit);
        }
        ExprKind::In { value, list, .. } => {
            walk(value, visit);
            walk(list, visit);
        }
        ExprKind::Fold { value, filter, .. } => {
            value.iter().chain(filter).for_each(|part| walk(part, visit));
        }
        ExprKind::Match { subject, arms, otherwise } => {
            walk(subject, visit);
            for (patterns, value) in arms {
                for pattern in patterns {
                    match pattern {
                        model::Pattern::Equal(part) => walk(part, visit),
                        model::Pattern::Range { from, to } => from.iter().chain(to).for_each(|part| walk(part, visit)),
                    }
                }
                walk(value, visit);
            }
            otherwise.iter().for_each(|part| walk(part, visit));
        }
        _ => {}
    }
}

/// The layouts of all events, defaults still without their code.
pub fn layouts(checked: &Checked, reads: &Reads) -> Vec<EventLayout> {
    let events = checked.events.iter().zip(reads.fields.iter().zip(&reads.direct));
    events.map(|(event, (reads, direct))| layout(checked, event, reads, direct)).collect()
}

fn layout(
    checked: &Checked,
    event: &model::Event,
    reads: &BTreeMap<usize, BTreeSet<usize>>,
    direct: &BTreeSet<usize>,
) -> EventLayout {
    let mut layout = EventLayout {
        name: event.name.as_str().into(),
        slots: Vec::new(),
        lists: Vec::new(),
        places: vec![None; event.fields.len()],
        lines: None,
        signature: 0,
        has_defaults: false,
    };
    let guarded = event.refuses_negative();
    for (at, item_fields) in reads {
        let Some(field) = event.fields.get(*at) else { continue };
        let place = if let Type::List(inner) = &field.ty {
            let list = list(checked, field, inner, item_fields, guarded);
            let index = layout.lists.len() as u16;
            if &*list.name == "lines" && !matches!(event.name.as_str(), "refund") {
                layout.lines = lines(&list, index);
            }
            layout.lists.push(list);
            Place::List(index)
        } else {
            layout.has_defaults |= field.default.is_some();
            let slot = slot(field, guarded);
            // Where another field is told, nothing is worked out from this one.
            let required_from = slot.required_from.filter(|_| direct.contains(at));
            layout.slots.push(SlotLayout { required_from, ..slot });
            Place::Slot((layout.slots.len() - 1) as u16)
        };
        if let Some(known) = layout.places.get_mut(*at) {
            *known = Some(place);
        }
    }
    if event.standard && event.name == "profile" {
        // A profile tells what is new; what it does not tell stays.
        layout.slots.iter_mut().for_each(|slot| slot.required_from = None);
    }
    layout.signature = signature(&layout);
    layout
}

fn list(checked: &Checked, field: &Field, inner: &Type, items: &BTreeSet<usize>, guarded: bool) -> ListLayout {
    let mut list = ListLayout {
        name: field.name.as_str().into(),
        required_from: required_from(field),
        fields: Vec::new(),
        places: Vec::new(),
        plain: true,
        has_defaults: false,
    };
    if let Type::Record(record) = inner {
        list.plain = false;
        let fields = checked.records.get(*record).map(|record| record.fields.as_slice()).unwrap_or(&[]);
        list.places = vec![None; fields.len()];
        for at in items {
            let Some(field) = fields.get(*at) else { continue };
            list.has_defaults |= field.default.is_some();
            if let Some(place) = list.places.get_mut(*at) {
                *place = Some(list.fields.len() as u16);
            }
            list.fields.push(slot(field, guarded));
        }
    } else {
        list.fields.push(SlotLayout {
            name: "".into(),
            kind: kind(inner, false),
            required_from: Some(i32::MIN),
            default: None,
            symbolic: true,
            shared: false,
            money: false,
            not_negative: false,
        });
    }
    list
}

fn lines(list: &ListLayout, index: u16) -> Option<LinesLayout> {
    let place = |name: &str| list.fields.iter().position(|field| &*field.name == name).map(|place| place as u16);
    Some(LinesLayout {
        list: index,
        id: place("id")?,
        sku: place("sku")?,
        quantity: place("quantity")?,
        amount: place("amount")?,
        kind: place("kind"),
    })
}

fn slot(field: &Field, guarded: bool) -> SlotLayout {
    SlotLayout {
        name: field.name.as_str().into(),
        kind: kind(&field.ty, field.whole),
        required_from: required_from(field),
        default: None,
        symbolic: false,
        shared: field.shared,
        money: matches!(field.ty, Type::Money(_)),
        not_negative: guarded && matches!(field.ty, Type::Number | Type::Money(_)),
    }
}

/// A member's attribute: never required, held as it is set.
pub fn member_slot(field: &Field) -> SlotLayout {
    SlotLayout { required_from: None, ..slot(field, false) }
}

fn required_from(field: &Field) -> Option<i32> {
    (!field.optional).then(|| field.from.map_or(i32::MIN, day_of))
}

fn kind(ty: &Type, whole: bool) -> FieldKind {
    match ty {
        Type::Money(currency) => FieldKind::Number { whole, scale: currency.minor },
        Type::Number | Type::Percent | Type::Amount(_) => FieldKind::Number { whole, scale: 0 },
        Type::Bool => FieldKind::Bool,
        Type::Date => FieldKind::Date,
        Type::Instant => FieldKind::Instant,
        Type::Time => FieldKind::Time,
        Type::Text | Type::Weekday | Type::Level(_) | Type::Arm(_) | Type::List(_) | Type::Record(_) => FieldKind::Text,
    }
}

fn signature(layout: &EventLayout) -> u64 {
    let mut text = String::new();
    for slot in &layout.slots {
        text.push_str(&format!("{} {:?};", slot.name, slot.kind));
    }
    for list in &layout.lists {
        text.push_str(&format!("{} [", list.name));
        for slot in &list.fields {
            text.push_str(&format!("{} {:?};", slot.name, slot.kind));
        }
        text.push(']');
    }
    crate::wire::digest(text.as_bytes())
}
