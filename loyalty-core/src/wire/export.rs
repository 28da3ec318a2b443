//! All that is held about a member, for the person: named, in plain values, nothing left out and nothing packed.

use rust_decimal::Decimal;

use super::document::Document;
use super::json::{author, decision_document, instant, rule_name, stored, wallet_name};
use crate::check::model::QuestionKind;
use crate::engine::badges::level_name;
use crate::engine::challenges;
use crate::engine::event::EventData;
use crate::engine::grants::{Basis, Grant};
use crate::engine::log::Record;
use crate::engine::lots::{Expiry, Lot, Vesting, WalletState};
use crate::engine::member::Member;
use crate::engine::members::Fate;
use crate::engine::referrals::Stage;
use crate::engine::returns::{self, Captured, Returned, Uncounted, WrittenOff};
use crate::engine::rewards::Hold;
use crate::engine::standing::Standing;
use crate::engine::tags;
use crate::engine::value::{Stored, Value};
use crate::engine::view::{cards, coupons, questions};
use crate::plan::{LadderPlan, Plan, WalletPlan};
use crate::time::date_of;

/// Who brought the member and whom it has brought: of friends and of what people are known by there are only digests.
fn referrals_of(plan: &Plan, member: &Member) -> Document {
    let own = &member.referrals;
    let digests = |digests: &[u64]| digests.iter().map(|own| digest(*own)).collect::<Document>();
    let mut of = Document::object();
    for (referral, standing) in plan.referrals.iter().zip(&own.of) {
        let stage = |stage: Stage, document: Document| {
            let (counts, refused, terms) = match stage {
                Stage::Open => (None, None, None),
                Stage::Counts { order, terms } => (Some(order), None, terms.map(u64::from)),
                Stage::Refused(order) => (None, Some(order), None),
            };
            document
                .with("counts_by", counts.map(digest))
                .with("terms", terms.map(digest))
                .with("refused_for", refused.map(digest))
        };
        let brought = standing.brought.as_ref().map(|brought| {
            let by = Document::object().with("by", &*brought.by).with("at", instant(plan, brought.at));
            stage(brought.stage, by)
        });
        let absorbed = standing.absorbed.iter().map(|own| stage(*own, Document::object()));
        let friends = standing.friends.iter().map(|friend| {
            Document::object()
                .with("event", digest(friend.event))
                .with("friend", digest(friend.friend))
                .with("at", instant(plan, friend.at))
                .with("settles_at", instant(plan, friend.settles_at))
                .with("identities", digests(&friend.keys))
        });
        let reached = standing.reached.iter().map(|friends| u64::from(*friends)).collect::<Document>();
        of.put(
            &referral.name,
            Document::object()
                .with("brought", brought)
                .with("absorbed", absorbed.collect::<Document>())
                .with("friends", friends.collect::<Document>())
                .with("earlier_friends", u64::from(*standing.earlier))
                .with("reached", reached),
        );
    }
    let withdrawn = own
        .withdrawn
        .iter()
        .map(|(event, at)| Document::object().with("event", digest(*event)).with("at", instant(plan, *at)));
    Document::object()
        .with("identities", digests(&own.identities))
        .with("of", of)
        .with("withdrawn", withdrawn.collect::<Document>())
}

/// The document of a member.
pub fn export(plan: &Plan, member: &Member) -> Document {
    let account = &member.account;
    let fate = match &account.fate {
        Fate::Open => Document::object().with("state", "open"),
        Fate::Merged { into } => Document::object().with("state", "merged").with("into", &**into),
        Fate::Erased => Document::object().with("state", "erased"),
    };
    let pauses = account.pauses.iter().map(|pause| {
        Document::object()
            .with("from", instant(plan, pause.from))
            .with("to", pause.to.map(|to| instant(plan, to)))
            .with("freeze_expiry", pause.freeze)
    });
    let (mut attributes, mut told) = (Document::object(), Document::object());
    for (field, (value, at)) in plan.member.iter().zip(member.attributes.iter().zip(&member.attributes_at)) {
        attributes.put(&field.name, stored(plan, value));
        if *value != Stored::Missing {
            told.put(&field.name, instant(plan, (*at).max(member.enrolled_at)));
        }
    }
    let mut wallets = Document::object();
    for (wallet, state) in plan.wallets.iter().zip(&member.wallets) {
        wallets.put(&wallet.name, wallet_of(plan, wallet, state));
    }
    let mut tiers = Document::object();
    for (ladder, standing) in plan.ladders.iter().zip(&member.standings) {
        tiers.put(&ladder.name, standing_of(plan, ladder, standing));
    }
    let mut segments = Document::object();
    for (watched, inside) in plan.reactions.segments.iter().zip(&member.inside) {
        let name = plan.segments.get(usize::from(watched.segment)).map_or("", |segment| &*segment.name);
        segments.put(name.to_owned(), *inside);
    }
    let mut experiments = Document::object();
    for (experiment, assigned) in plan.experiments.iter().zip(&member.arms) {
        let Some(assigned) = assigned else { continue };
        let arm = experiment.arms.get(usize::from(assigned.arm)).map(|arm| &*arm.name);
        let arm = Document::object().with("arm", arm).with("since", instant(plan, assigned.since));
        experiments.put(&experiment.name, arm);
    }
    let mut badges = Document::object();
    for (badge, held) in plan.badges.iter().zip(&member.badges).filter(|(_, held)| held.level > 0) {
        let level = level_name(badge, held.level);
        let level = (!level.is_empty()).then_some(&*level);
        badges.put(&badge.name, Document::object().with("level", level).with("since", instant(plan, held.since)));
    }
    let counters = member.tallies.entries.iter().map(|entry| {
        let key = plan.tallies.get(entry.tally as usize).map_or("", |tally| &*tally.key);
        Document::object()
            .with("counter", key)
            .with("period", entry.key)
            .with("count", entry.count)
            .with("sum", entry.sum)
    });
    let values = member.marks.marks.iter().map(|mark| {
        let name = plan.measures.get(usize::from(mark.measure)).map_or("", |measure| &*measure.name);
        Document::object()
            .with("measure", name)
            .with("at", instant(plan, mark.at))
            .with("value", stored(plan, &mark.value))
    });
    let mut document = Document::object()
        .with("member", &*member.id)
        .with("program", plan.settings.title.as_str())
        .with("enrolled_at", instant(plan, member.enrolled_at))
        .with("clock", instant(plan, member.clock))
        .with("revision", member.revision)
        .with("last_entry", member.entry)
        .with("next_due", member.next_due().map(|due| instant(plan, due.0)))
        .with("account", fate)
        .with("pauses", pauses.collect::<Document>())
        .with("absorbed", account.absorbed.iter().map(|id| &**id).collect::<Document>())
        .with("attributes", attributes)
        .with("attributes_told_at", told)
        .with("tags", tags::of(member).collect::<Document>())
        .with("wallets", wallets)
        .with("tiers", tiers)
        .with("segments", segments)
        .with("badges", badges)
        .with("experiments", experiments)
        .with("counters", counters.collect::<Document>())
        .with("values", values.collect::<Document>())
        .with("returned", member.returned.iter().map(|returned| returned_of(plan, returned)).collect::<Document>())
        .with("events", member.records(plan).map(|record| event_of(plan, &record)).collect::<Document>());
    if tags::told(member).next().is_some() {
        let told = tags::told(member).map(|tag| {
            Document::object().with("tag", &*tag.name).with("given", tag.given).with("at", instant(plan, tag.at))
        });
        document.put("tags_told", told.collect::<Document>());
    }
    if !member.written_off.is_empty() {
        document
            .put("write_offs", member.written_off.iter().map(|known| write_off_of(plan, known)).collect::<Document>());
    }
    if !member.uncounted.is_empty() {
        document.put("uncounted", member.uncounted.iter().map(|order| uncounted_of(plan, order)).collect::<Document>());
    }
    if !member.holds.is_empty() {
        document.put("holds", member.holds.iter().map(|hold| hold_of(plan, hold)).collect::<Document>());
    }
    if let Some(challenges) = challenges::document(plan, member) {
        document.put("challenges", challenges);
    }
    if let Some(coupons) = coupons::document(plan, member) {
        document.put("coupons", coupons);
    }
    if !member.arrivals.is_empty() {
        let arrivals = member.arrivals.iter().map(|arrival| {
            let event = plan.events.get(usize::from(arrival.event)).map_or("", |event| &*event.layout.name);
            Document::object()
                .with("event", event)
                .with("order", digest(arrival.order))
                .with("at", instant(plan, arrival.at))
        });
        document.put("arrivals", arrivals.collect::<Document>());
    }
    if let Some(contact) = super::messages::contact(plan, &member.contact) {
        document.put("contact", contact);
    }
    for (key, kind) in [("quizzes", QuestionKind::Quiz), ("surveys", QuestionKind::Survey)] {
        if let Some(questions) = questions::document(plan, member, kind) {
            document.put(key, questions);
        }
    }
    if let Some(cards) = cards::document(plan, member) {
        document.put("cards", cards);
    }
    if !member.referrals.is_empty() {
        document.put("referrals", referrals_of(plan, member));
    }
    document
}

/// A digest stands for the id of an event; as a text, since no binary float holds it.
fn digest(value: u64) -> String {
    value.to_string()
}

fn wallet_of(plan: &Plan, wallet: &WalletPlan, state: &WalletState) -> Document {
    let activity = wallet.inactivities.iter().zip(&state.activity).zip(0..);
    let activity = activity.map(|((form, last), number)| {
        let mut document =
            Document::object().with("form", &*form.key).with("last", last.map(|last| instant(plan, last)));
        let mut idle = state.idle.iter().filter(|idle| idle.form == number).peekable();
        if idle.peek().is_some() {
            let times = idle.map(|idle| {
                let from = Some(idle.from).filter(|from| *from != i64::MIN).map(|from| instant(plan, from));
                Document::object().with("from", from).with("to", instant(plan, idle.to))
            });
            document.put("idle", times.collect::<Document>());
        }
        document
    });
    Document::object()
        .with("available", state.available)
        .with("pending", state.pending)
        .with("held", state.held)
        .with("debt", state.debt)
        .with("issued", state.issued)
        .with("spent", state.spent)
        .with("transferred_in", state.transferred_in)
        .with("transferred_out", state.transferred_out)
        .with("expired", state.expired)
        .with("clawed_back", state.clawed_back)
        .with("written_off", state.written_off)
        .with("activity", activity.collect::<Document>())
        .with("lots", state.lots.iter().map(|lot| lot_of(plan, wallet, lot)).collect::<Document>())
}

/// What a return did not find, for which points that come back make up.
fn write_off_of(plan: &Plan, known: &WrittenOff) -> Document {
    Document::object()
        .with("entry", known.entry)
        .with("wallet", wallet_name(plan, known.wallet))
        .with("at", instant(plan, known.at))
        .with("amount", known.amount)
}

fn hold_of(plan: &Plan, hold: &Hold) -> Document {
    let parts = hold.parts.iter().flat_map(|(wallet, uses)| uses.iter().map(move |used| (*wallet, used)));
    let parts = parts.map(|(wallet, used)| {
        Document::object().with("wallet", wallet_name(plan, wallet)).with("lot", used.entry).with("amount", used.amount)
    });
    Document::object()
        .with("event", &*hold.id)
        .with("reward", author(plan, hold.rule).1)
        .with("quantity", u64::from(hold.quantity))
        .with("at", instant(plan, hold.at))
        .with("until", instant(plan, hold.until))
        .with("from", parts.collect::<Document>())
}

fn lot_of(plan: &Plan, wallet: &WalletPlan, lot: &Lot) -> Document {
    let vesting = match lot.vesting {
        Vesting::Done => Document::from("done"),
        Vesting::At(at) => Document::object().with("at", instant(plan, at)),
        Vesting::On { event, deadline } => {
            let name = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
            Document::object().with("on", name).with("before", instant(plan, deadline))
        }
    };
    let expiry = match lot.expiry {
        Expiry::Never => Document::from("never"),
        Expiry::Open => Document::from("open"),
        Expiry::At(at) => Document::object().with("at", instant(plan, at)),
        Expiry::Inactivity(form) => {
            let key = wallet.inactivities.get(usize::from(form)).map_or("", |form| &*form.key);
            Document::object().with("inactivity", key)
        }
        Expiry::AtLeast { form, until } => {
            let key = wallet.inactivities.get(usize::from(form)).map_or("", |form| &*form.key);
            Document::object().with("inactivity", key).with("not_before", instant(plan, until))
        }
        Expiry::Lapsed { form, at } => {
            let key = wallet.inactivities.get(usize::from(form)).map_or("", |form| &*form.key);
            Document::object().with("lapsed", key).with("at", instant(plan, at))
        }
        Expiry::AfterVesting(length) => {
            let unit = format!("{:?}", length.unit).to_lowercase();
            Document::object().with("after_vesting", u64::from(length.count)).with("unit", unit)
        }
    };
    Document::object()
        .with("entry", lot.entry)
        .with("source", digest(lot.source))
        .with("amount", lot.amount)
        .with("earned_at", instant(plan, lot.earned_at))
        .with("vesting", vesting)
        .with("expiry", expiry)
        .with("expired", lot.expired)
}

fn standing_of(plan: &Plan, ladder: &LadderPlan, standing: &Standing) -> Document {
    let level = |level: u16| ladder.levels.get(usize::from(level)).map_or("", |name| &**name);
    let set = standing.set.iter().map(|(given, end)| {
        let end = (*end != i64::MAX).then(|| instant(plan, *end));
        Document::object().with("level", level(*given)).with("until", end)
    });
    let before = standing
        .past
        .iter()
        .map(|(until, before)| Document::object().with("level", level(*before)).with("until", instant(plan, *until)));
    Document::object()
        .with("level", level(standing.level))
        .with("since", instant(plan, standing.since))
        .with("counted_from", instant(plan, standing.base))
        .with("until", standing.until.map(|until| instant(plan, until)))
        .with("grace", standing.grace.map(|grace| instant(plan, grace)))
        .with("set", set.collect::<Document>())
        .with("used_up", standing.carried)
        .with("used_up_on", date_of(standing.carried_on).to_string())
        .with("before", before.collect::<Document>())
}

/// An order of a version before, and the measures of this one that do not hold it.
fn uncounted_of(plan: &Plan, order: &Uncounted) -> Document {
    let names = order.measures.iter().filter_map(|measure| plan.measures.get(usize::from(*measure)));
    let names = names.map(|measure| &*measure.name).collect::<Document>();
    Document::object().with("order", digest(order.order)).with("at", instant(plan, order.at)).with("measures", names)
}

fn returned_of(plan: &Plan, returned: &Returned) -> Document {
    let amounts = |values: &[Decimal]| values.iter().copied().collect::<Document>();
    let wallets = plan.wallets.iter().zip(returned.clawed.iter().zip(&returned.restored));
    let wallets = wallets.map(|(wallet, (clawed, restored))| {
        Document::object().with("wallet", &*wallet.name).with("taken_back", *clawed).with("given_back", *restored)
    });
    Document::object()
        .with("order", digest(returned.order))
        .with("ordered_at", instant(plan, returned.ordered_at))
        .with("units", amounts(&returned.units))
        .with("amounts", amounts(&returned.amounts))
        .with("amount", returned.amount)
        .with("whole", returned.whole)
        .with("wallets", wallets.collect::<Document>())
}

fn event_of(plan: &Plan, record: &Record<'_>) -> Document {
    let name = plan.events.get(usize::from(record.event)).map_or("", |event| &*event.layout.name);
    let mut event = Document::object()
        .with("type", name)
        .with("id", record.id)
        .with("at", instant(plan, record.at))
        .with("digest", digest(u64::from(record.digest)))
        .with("layout", digest(record.signature));
    if let Some(Captured { event: captured, fired, grants, together }) = returns::captured(plan, record) {
        event.put("fields", fields_of(plan, record.event, &captured));
        event.put("rules", fired.iter().map(|rule| rule_name(plan, *rule)).collect::<Document>());
        event.put("contributions", grants.iter().map(|grant| grant_of(plan, grant)).collect::<Document>());
        if !together.is_empty() {
            let places = |places: &Vec<u16>| places.iter().map(|place| u64::from(*place)).collect::<Document>();
            event.put("cut_together", together.iter().map(places).collect::<Document>());
        }
    }
    let decisions = record.decisions().unwrap_or_default();
    let decisions = decisions.iter().map(|decision| decision_document(plan, decision, record.at));
    event.with("decisions", decisions.collect::<Document>())
}

fn fields_of(plan: &Plan, number: u16, event: &EventData) -> Document {
    let mut fields = Document::object();
    let Some(layout) = plan.events.get(usize::from(number)).map(|event| &event.layout) else { return fields };
    for (at, slot) in layout.slots.iter().enumerate() {
        fields.put(&slot.name, shown(plan, event.slot(at as u16)));
    }
    for (at, list) in layout.lists.iter().enumerate() {
        let rows = event.rows_of(event.list(at as u16)).map(|row| {
            if list.plain {
                return shown(plan, event.item(row, 0));
            }
            let mut item = Document::object();
            for (slot, field) in list.fields.iter().enumerate() {
                item.put(&field.name, shown(plan, event.item(row, slot as u16)));
            }
            item
        });
        fields.put(&list.name, rows.collect::<Document>());
    }
    fields
}

fn shown(plan: &Plan, value: Value<'_>) -> Document {
    stored(plan, &Stored::of(value))
}

/// Amounts of contributions are exact only when multiplied by the wallet's denominator, and are told so.
fn grant_of(plan: &Plan, grant: &Grant) -> Document {
    let denominator = plan.wallets.get(usize::from(grant.wallet)).map_or(Decimal::ONE, |wallet| wallet.denominator);
    let mut document = Document::object()
        .with("rule", rule_name(plan, grant.rule))
        .with("earned_by", rule_name(plan, grant.base_rule))
        .with("effect", u64::from(grant.effect))
        .with("wallet", wallet_name(plan, grant.wallet))
        .with("amount", grant.amount)
        .with("denominator", denominator);
    match &grant.basis {
        Basis::Fixed => {}
        Basis::Share => document.put("on_return", "share"),
        Basis::Whole => document.put("on_return", "whole"),
        Basis::Rate(rate) => document.put("rate", *rate),
        Basis::Factor { rate, before, after } => {
            document.put("rate", *rate);
            document.put("factor_before", *before);
            document.put("factor_after", *after);
        }
    }
    document
}
