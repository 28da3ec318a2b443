//! Outcomes, errors and diagnostics as documents: snake_case keys, amounts as decimal strings, instants RFC 3339.

use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::error::EventError;
use crate::engine::lots::{Use, Vesting};
use crate::engine::outcome::{Because, Decision, Kind, NotDrawn, NotEarned, NotTaken, Outcome, TierBecause};
use crate::engine::rewards::Ended;
use crate::engine::value::Stored;
use crate::plan::Plan;
use crate::source::{LineIndex, Offsets, Units};
use crate::time::{Instant, SECOND, date_of};
use crate::wire::document::Document;
use crate::wire::rewards::lack;
use crate::wire::sink::{Moment, Object};
use crate::wire::writer::Writer;
use crate::wire::{carried, coupons, questions};

/// An instant with the offset that the program's zone has then.
pub fn moment(plan: &Plan, at: i64) -> Moment {
    Moment { at: Instant(at), offset: (plan.calendar.offset_at(at) / SECOND) as i32 }
}

/// The same as a document.
pub fn instant(plan: &Plan, at: i64) -> Document {
    moment(plan, at).into()
}

/// An outcome as JSON.
pub fn outcome_text(told: &Outcome) -> String {
    // Most outcomes fit.
    let mut json = String::with_capacity(1024);
    Object::tell(&mut Writer::new(&mut json), |object| outcome(told, object));
    json
}

/// An outcome as a document.
pub fn outcome_document(told: &Outcome) -> Document {
    Document::told(|object| outcome(told, object))
}

pub fn outcome(outcome: &Outcome, object: &mut Object<'_>) {
    let plan = &outcome.plan;
    object.put_some("event", outcome.event.as_deref());
    object.put("member", &*outcome.member);
    object.put("at", moment(plan, outcome.at));
    object.put("revision", outcome.revision);
    if outcome.replayed {
        object.put("replayed", true);
    }
    if !outcome.arms.is_empty() {
        object.put_object("arms", |arms| outcome.arms().for_each(|(experiment, arm)| arms.put_named(experiment, arm)));
    }
    object.put_objects("decisions", &outcome.decisions, |object, decision| {
        self::decision(plan, decision, outcome.at, object);
    });
}

pub fn wallet_name(plan: &Plan, wallet: u16) -> &str {
    plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &wallet.name)
}

/// A rule's name; a rule that the program no longer has is `(removed)`.
pub fn rule_name(plan: &Plan, rule: u32) -> &str {
    plan.rules.get(rule as usize).map_or("(removed)", |rule| &rule.name)
}

/// Who does something: a rule by its name, or the declaration that holds the block of effects, by its own.
pub fn author(plan: &Plan, rule: u32) -> (&'static str, &str) {
    match plan.rules.get(rule as usize).and_then(|rule| rule.held.as_ref()) {
        Some(held) => (held.keyword, &held.name),
        None => ("rule", rule_name(plan, rule)),
    }
}

/// A decision of an outcome that is of an instant.
pub fn decision(plan: &Plan, decision: &Decision, at: i64, object: &mut Object<'_>) {
    object.put("kind", decision.kind.name());
    if decision.at != at {
        object.put("at", moment(plan, decision.at));
    }
    let expires = |expires_at: &Option<i64>| expires_at.map(|at| moment(plan, at));
    match &decision.kind {
        Kind::Earned { entry, wallet, amount: sum, vesting, expires_at, because } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("pending", *vesting != Vesting::Done);
            match vesting {
                Vesting::Done => {}
                Vesting::At(at) => object.put("vests_at", moment(plan, *at)),
                Vesting::On { event, deadline } => {
                    let event = plan.events.get(usize::from(*event)).map_or("", |event| &event.layout.name);
                    object.put("vests_on", event);
                    object.put("vests_before", moment(plan, *deadline));
                }
            }
            object.put("expires_at", expires(expires_at));
            object.put_objects("because", because, |object, part| self::because(plan, part, object));
        }
        Kind::Vested { entry, wallet, lot, amount: sum, expires_at } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("lot", *lot);
            object.put("expires_at", expires(expires_at));
        }
        Kind::Spent { entry, wallet, amount: sum, rule, uses, .. } => {
            moved(plan, object, *entry, *wallet, *sum);
            if let Some(rule) = rule {
                let (key, name) = author(plan, *rule);
                object.put(key, name);
            }
            lots(object, uses);
        }
        Kind::Expired { entry, wallet, lot, amount: sum, not_vested } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("lot", *lot);
            object.put("reason", if *not_vested { "not_vested" } else { "lapsed" });
        }
        Kind::ClawedBack { entry, wallet, amount: sum, from_pending, from_lots, debt, written_off } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("from_pending", *from_pending);
            object.put("from_lots", *from_lots);
            object.put("debt", *debt);
            object.put("written_off", *written_off);
        }
        Kind::Restored { entry, wallet, amount: sum, expires_at } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("expires_at", expires(expires_at));
        }
        Kind::DebtSettled { entry, wallet, amount: sum } | Kind::WriteOffSettled { entry, wallet, amount: sum } => {
            moved(plan, object, *entry, *wallet, *sum);
        }
        Kind::Reinstated { entry, wallet, lot, amount: sum, pending } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("lot", *lot);
            object.put("pending", *pending);
        }
        Kind::Tagged { tag } | Kind::Untagged { tag } => object.put("tag", &**tag),
        Kind::AttributeSet { field, value } => {
            object.put("field", plan.member.get(usize::from(*field)).map_or("", |field| &*field.name));
            object.put("value", stored(plan, value));
        }
        Kind::Signal { name, to } => {
            object.put("name", &**name);
            object.put("to", &**to);
        }
        Kind::Claim { counter, by, limit, .. } => {
            object.put("counter", &**counter);
            object.put("by", *by);
            object.put("limit", *limit);
        }
        Kind::NotEarned { reason } => object.put(
            "reason",
            match reason {
                NotEarned::BeforeEnrolment => "before_enrolment",
                NotEarned::Paused => "paused",
                NotEarned::Withdrawn => "withdrawn",
            },
        ),
        Kind::Transferred { entry, wallet, amount: sum, rule, parcel, uses, .. } => {
            moved(plan, object, *entry, *wallet, *sum);
            let (key, name) = author(plan, *rule);
            object.put(key, name);
            object.put("to", &*parcel.to);
            lots(object, uses);
            object.put_object("event", |event| carried::carry(plan, decision, event));
        }
        Kind::Received { entry, wallet, amount: sum, sender, expires_at } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("sender", &**sender);
            object.put("expires_at", expires(expires_at));
        }
        Kind::SentBack { wallet, amount: sum, reason, parcel } => {
            object.put("wallet", wallet_name(plan, *wallet));
            object.put("amount", *sum);
            object.put("to", &*parcel.to);
            object.put(
                "reason",
                match reason {
                    NotTaken::NotAccepted => "not_accepted",
                    NotTaken::HoldAtMost => "hold_at_most",
                    NotTaken::Paused => "paused",
                    NotTaken::BeforeEnrolment => "before_enrolment",
                },
            );
            object.put_object("event", |event| carried::carry(plan, decision, event));
        }
        Kind::Merged { from, entries } => {
            object.put("from", &**from);
            object.put("entries_after", *entries);
        }
        Kind::Joined { entry, wallet, available, pending, debt } => {
            object.put("entry", *entry);
            object.put("wallet", wallet_name(plan, *wallet));
            object.put("available", *available);
            object.put("pending", *pending);
            object.put("debt", *debt);
        }
        Kind::MergedInto { into } => object.put("into", &**into),
        Kind::Paused { freeze } => object.put("freeze_expiry", *freeze),
        Kind::Resumed { days } => object.put("frozen_days", i64::from(*days)),
        Kind::Erased => {}
        Kind::Coupon(decision) => coupons::put(plan, decision, object),
        Kind::Question(told) => questions::put(plan, told, object),
        Kind::RewardRedeemed { rule, quantity, worth, .. } => {
            object.put("reward", author(plan, *rule).1);
            object.put("quantity", u64::from(*quantity));
            object.put_some("worth", *worth);
        }
        Kind::RewardReturned { rule, quantity } => {
            object.put("reward", author(plan, *rule).1);
            object.put("quantity", *quantity);
        }
        Kind::Held { entry, wallet, amount: sum, rule, until, uses } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("reward", author(plan, *rule).1);
            object.put("until", moment(plan, *until));
            lots(object, uses);
        }
        Kind::Released { entry, wallet, amount: sum, rule, because } => {
            moved(plan, object, *entry, *wallet, *sum);
            object.put("reward", author(plan, *rule).1);
            object.put("reason", if *because == Ended::Lapsed { "lapsed" } else { "released" });
        }
        Kind::RewardRefused { rule, lacks } => {
            object.put("reward", author(plan, *rule).1);
            object.put_list("missing", lacks.iter().map(lack));
        }
        Kind::Message(said) => super::messages::said(plan, object, said),
        Kind::MessageSuppressed(suppressed) => super::messages::suppressed(plan, object, suppressed),
        Kind::Consent(consent) => super::messages::consent(plan, object, consent),
        Kind::MessagesHeldBack { category, until, error } => {
            object.put_some("category", category.map(|category| category.name()));
            object.put("until", expires(until));
            object.put("error", *error);
        }
        Kind::Identified { keys } => object.put("keys", keys.len()),
        Kind::Brought { referral, by } | Kind::ReferralRefused { referral, by } => {
            object.put("referral", &**referral);
            object.put("by", &**by);
        }
        Kind::FriendsReached { referral, friends } => {
            object.put("referral", &**referral);
            object.put("friends", u64::from(*friends));
        }
        Kind::Shared { referral, amount: sum, parcel, .. }
        | Kind::ShareTakenBack { referral, amount: sum, parcel, .. } => {
            object.put("referral", &**referral);
            object.put("amount", *sum);
            object.put("to", &*parcel.to);
            object.put_object("event", |event| carried::carry(plan, decision, event));
        }
        Kind::Referred { referral, parcel, .. }
        | Kind::ReferralWithdrawn { referral, parcel }
        | Kind::ReferralSentBack { referral, parcel } => {
            object.put("referral", &**referral);
            object.put("to", &*parcel.to);
            object.put_object("event", |event| carried::carry(plan, decision, event));
        }
        Kind::Forfeited { entry, wallet, amount: sum, rule } => {
            moved(plan, object, *entry, *wallet, *sum);
            let (key, name) = author(plan, *rule);
            object.put(key, name);
        }
        Kind::TierChanged { ladder, from, to, because, until } => {
            object.put("ladder", &**ladder);
            object.put("from", &**from);
            object.put("to", &**to);
            object.put("because", because.name());
            object.put("until", expires(until));
        }
        Kind::TierKept { ladder, level, grace, until } => {
            object.put("ladder", &**ladder);
            object.put("level", &**level);
            object.put("because", if *grace { TierBecause::Grace } else { TierBecause::Kept }.name());
            object.put("until", expires(until));
        }
        Kind::CardIssued { wheel, expires_at, rule } => {
            object.put("wheel", &**wheel);
            object.put("expires_at", moment(plan, *expires_at));
            let (keyword, name) = author(plan, *rule);
            object.put(if keyword == "wheel" { "from_wheel" } else { keyword }, name);
        }
        Kind::CardExpired { wheel } => object.put("wheel", &**wheel),
        Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof } => {
            object.put("wheel", &**wheel);
            object.put("slice", u64::from(*slice) + 1);
            if !title.is_empty() {
                object.put("title", &**title);
            }
            if *out_of_stock {
                object.put("out_of_stock", true);
            }
            object.put_some("rule", rule.map(|rule| rule_name(plan, rule)));
            object.put("occasion", &*proof.occasion);
            object.put("turn", u64::from(proof.turn));
            // No binary float holds it.
            object.put("number", proof.number.to_string());
            object.put("position", proof.position);
            object.put("of", proof.of);
        }
        Kind::NotDrawn { wheel, reason, rule } => {
            object.put("wheel", &**wheel);
            let reason = match reason {
                NotDrawn::Limit => "limit",
                NotDrawn::OutOfStock => "out_of_stock",
                NotDrawn::NoCard => "no_card",
            };
            object.put("reason", reason);
            object.put_some("rule", rule.map(|rule| rule_name(plan, rule)));
        }
        Kind::Placed { leaderboard, round, rank, score } => {
            object.put("leaderboard", &**leaderboard);
            object.put("round", date_of(*round).to_string());
            object.put("rank", *rank);
            object.put("score", *score);
        }
        Kind::BadgeAwarded { badge, level, from, rule } => {
            object.put("badge", &**badge);
            for (key, name) in [("level", level), ("from", from)].into_iter().filter(|(_, name)| !name.is_empty()) {
                object.put(key, &**name);
            }
            if let Some(rule) = rule {
                let (keyword, name) = author(plan, *rule);
                object.put(keyword, name);
            }
        }
        Kind::Assigned { experiment, arm, from } => {
            object.put("experiment", &**experiment);
            object.put("arm", &**arm);
            if !from.is_empty() {
                object.put("from", &**from);
            }
        }
        Kind::BadgeRevoked { badge, level, to } => {
            object.put("badge", &**badge);
            for (key, name) in [("level", level), ("to", to)].into_iter().filter(|(_, name)| !name.is_empty()) {
                object.put(key, &**name);
            }
        }
        Kind::GoalMet { challenge, goal, place, .. } => {
            object.put("challenge", &**challenge);
            put_goal_name(plan, challenge, *place, object);
            object.put("goal", *goal);
        }
        Kind::ChallengeCompleted { challenge, goal, place, times, .. } => {
            object.put("challenge", &**challenge);
            put_goal_name(plan, challenge, *place, object);
            object.put("goal", *goal);
            object.put("times", u64::from(*times));
        }
        Kind::GoalRevoked { challenge, goal, place, times } => {
            object.put("challenge", &**challenge);
            put_goal_name(plan, challenge, *place, object);
            object.put("goal", *goal);
            object.put("times", u64::from(*times));
        }
        Kind::Progress { challenge, current, goal, remaining, percent, deadline } => {
            object.put("challenge", &**challenge);
            object.put("current", *current);
            object.put("goal", *goal);
            object.put("remaining", *remaining);
            object.put("percent", *percent);
            object.put("deadline", expires(deadline));
        }
        Kind::GoalChanged { challenge, goal, deadline } => {
            object.put("challenge", &**challenge);
            object.put("goal", *goal);
            object.put("deadline", expires(deadline));
        }
        Kind::StreakFrozen { challenge, length } => {
            object.put("challenge", &**challenge);
            object.put("length", u64::from(*length));
        }
        Kind::StreakBroken { challenge, length, best } => {
            object.put("challenge", &**challenge);
            object.put("length", u64::from(*length));
            object.put("best", u64::from(*best));
        }
        Kind::OptedIn { challenge, deadline } => {
            object.put("challenge", &**challenge);
            object.put("deadline", expires(deadline));
        }
        Kind::SegmentEntered { segment } | Kind::SegmentLeft { segment } => object.put("segment", &**segment),
    }
}

/// The decision as a document.
pub fn decision_document(plan: &Plan, decision: &Decision, at: i64) -> Document {
    Document::told(|object| self::decision(plan, decision, at, object))
}

/// What every entry of the ledger says.
fn moved(plan: &Plan, object: &mut Object<'_>, entry: u64, wallet: u16, amount: Decimal) {
    object.put("entry", entry);
    object.put("wallet", wallet_name(plan, wallet));
    object.put("amount", amount);
}

/// The lots that points are taken from.
fn lots(object: &mut Object<'_>, uses: &[Use]) {
    object.put_objects("from", uses, |lot, used| {
        lot.put("lot", used.entry);
        lot.put("amount", used.amount);
    });
}

/// The name of a goal, if it has one.
fn put_goal_name(plan: &Plan, challenge: &str, place: u16, object: &mut Object<'_>) {
    let challenge = plan.challenge_named(challenge).and_then(|number| plan.challenges.get(number));
    if let Some(Some(name)) = challenge.and_then(|challenge| challenge.goals.get(usize::from(place))) {
        object.put("name", &**name);
    }
}

fn because(plan: &Plan, part: &Because, object: &mut Object<'_>) {
    let (key, name, amount) = match part {
        Because::Rule { rule, amount } => {
            let (key, name) = author(plan, *rule);
            (key, name, amount)
        }
        Because::Rounding { amount } => ("step", "rounding", amount),
        Because::Cap { amount } => ("step", "cap", amount),
        Because::HoldAtMost { amount } => ("step", "hold_at_most", amount),
        Because::Adjustment { amount } => ("step", "adjustment", amount),
    };
    object.put(key, name);
    object.put("amount", *amount);
}

/// A part of what was earned, as a document.
pub fn because_document(plan: &Plan, part: &Because) -> Document {
    Document::told(|object| because(plan, part, object))
}

/// A level's name.
pub fn level_name(plan: &Plan, ladder: u16, level: u16) -> &str {
    let ladder = plan.ladders.get(usize::from(ladder));
    ladder.and_then(|ladder| ladder.levels.get(usize::from(level))).map_or("", |level| level)
}

/// A kept value as a host would send it.
pub fn stored(plan: &Plan, value: &Stored) -> Document {
    match value {
        Stored::Missing => Document::Null,
        Stored::Number(number) => (*number).into(),
        Stored::Text(text) => (&**text).into(),
        Stored::Bool(value) => (*value).into(),
        Stored::Date(day) => date_of(*day).to_string().into(),
        Stored::Instant(at) => instant(plan, *at),
        Stored::Level(ladder, level) => level_name(plan, *ladder, *level).into(),
        Stored::Time(micros) => {
            let seconds = micros / 1_000_000;
            format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60).into()
        }
    }
}

pub fn error(error: &EventError) -> Document {
    let mut object = Document::object().with("error", error.code().as_str());
    for (key, value) in [
        ("rule", error.rule()),
        ("text", error.text()),
        ("field", error.field()),
        ("expected", error.expected()),
        ("found", error.found()),
        ("help", error.help()),
    ] {
        if let Some(value) = value {
            object.put(key, value);
        }
    }
    object
}

/// Diagnostics with their places, as offsets in the host's units and as people count.
pub fn diagnostics(list: &[Diagnostic], text: &str, units: Units) -> Document {
    let lines = LineIndex::new(text);
    let offsets = Offsets::new(text, units);
    let entries = list.iter().map(|diagnostic| {
        let labels = diagnostic.labels().iter().map(|label| {
            let (start, end) = (label.span().start, label.span().end);
            let place = lines.place(text, start);
            Document::object()
                .with("start", offsets.of(start))
                .with("end", offsets.of(end))
                .with("line", place.line)
                .with("column", place.column)
                .with("text", label.text())
        });
        let span = diagnostic.span();
        let place = lines.place(text, span.start);
        Document::object()
            .with("severity", if diagnostic.severity() == Severity::Error { "error" } else { "warning" })
            .with("code", diagnostic.code().as_str())
            .with("message", diagnostic.message())
            .with("line", place.line)
            .with("column", place.column)
            .with("span", Document::object().with("start", offsets.of(span.start)).with("end", offsets.of(span.end)))
            .with("labels", labels.collect::<Document>())
            .with("help", diagnostic.help_text())
            .with("candidates", diagnostic.nearest().iter().map(String::as_str).collect::<Document>())
    });
    entries.collect::<Document>()
}
