//! Outcomes, errors and diagnostics as documents: snake_case keys, amounts as decimal strings, instants RFC 3339.

use rust_decimal::Decimal;

use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::error::EventError;
use crate::engine::lots::{Expiry, Vesting};
use crate::engine::members::pool::Part;
use crate::engine::outcome::{Because, Decision, Kind, NotDrawn, NotEarned, NotTaken, Outcome, Parcel, TierBecause};
use crate::engine::rewards::Ended;
use crate::engine::value::Stored;
use crate::plan::Plan;
use crate::source::{LineIndex, Offsets, Units};
use crate::time::{Instant, SECOND, date_of};
use crate::wire::document::Document;
use crate::wire::rewards::lack;
use crate::wire::{coupons, questions};

/// An instant with the offset that the program's zone has then.
pub fn instant(plan: &Plan, at: i64) -> Document {
    Document::Instant { at: Instant(at), offset: (plan.calendar.offset_at(at) / SECOND) as i32 }
}

pub fn outcome(outcome: &Outcome) -> Document {
    let plan = &outcome.plan;
    let mut object = Document::object();
    if let Some(event) = &outcome.event {
        object.put("event", event.as_str());
    }
    object.put("member", outcome.member.as_str());
    object.put("at", instant(plan, outcome.at));
    object.put("revision", outcome.revision);
    if outcome.replayed {
        object.put("replayed", true);
    }
    if !outcome.arms.is_empty() {
        let mut arms = Document::object();
        outcome.arms().for_each(|(experiment, arm)| arms.put(experiment.to_owned(), arm));
        object.put("arms", arms);
    }
    let decisions = outcome.decisions.iter().map(|decision| decision_document(plan, decision, outcome.at));
    object.put("decisions", decisions.collect::<Document>());
    object
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

pub fn decision_document(plan: &Plan, decision: &Decision, at: i64) -> Document {
    let mut object = Document::object();
    object.put("kind", decision.kind.name());
    if decision.at != at {
        object.put("at", instant(plan, decision.at));
    }
    if let Kind::Coupon(decision) = &decision.kind {
        coupons::put(plan, decision, &mut object);
        return object;
    }
    if let Kind::Question(told) = &decision.kind {
        questions::put(plan, told, &mut object);
        return object;
    }
    let mut put = |key: &'static str, value: Document| object.put(key, value);
    let expires = |expires_at: &Option<i64>| Document::from(expires_at.map(|at| instant(plan, at)));
    match &decision.kind {
        Kind::Earned { entry, wallet, amount: sum, vesting, expires_at, because } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("pending", (*vesting != Vesting::Done).into());
            match vesting {
                Vesting::Done => {}
                Vesting::At(at) => put("vests_at", instant(plan, *at)),
                Vesting::On { event, deadline } => {
                    let event = plan.events.get(usize::from(*event)).map_or("", |event| &event.layout.name);
                    put("vests_on", event.into());
                    put("vests_before", instant(plan, *deadline));
                }
            }
            put("expires_at", expires(expires_at));
            put("because", because.iter().map(|part| because_document(plan, part)).collect());
        }
        Kind::Vested { entry, wallet, lot, amount: sum, expires_at } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("lot", (*lot).into());
            put("expires_at", expires(expires_at));
        }
        Kind::Spent { entry, wallet, amount: sum, rule, uses } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            if let Some(rule) = rule {
                let (key, name) = author(plan, *rule);
                put(key, name.into());
            }
            let lots = uses.iter().map(|used| Document::object().with("lot", used.entry).with("amount", used.amount));
            put("from", lots.collect());
        }
        Kind::Expired { entry, wallet, lot, amount: sum, not_vested } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("lot", (*lot).into());
            put("reason", if *not_vested { "not_vested" } else { "lapsed" }.into());
        }
        Kind::ClawedBack { entry, wallet, amount: sum, from_pending, from_lots, debt, written_off } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("from_pending", (*from_pending).into());
            put("from_lots", (*from_lots).into());
            put("debt", (*debt).into());
            put("written_off", (*written_off).into());
        }
        Kind::Restored { entry, wallet, amount: sum, expires_at } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("expires_at", expires(expires_at));
        }
        Kind::DebtSettled { entry, wallet, amount: sum } | Kind::WriteOffSettled { entry, wallet, amount: sum } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
        }
        Kind::Tagged { tag } | Kind::Untagged { tag } => put("tag", (&**tag).into()),
        Kind::AttributeSet { field, value } => {
            put("field", plan.member.get(usize::from(*field)).map_or("", |field| &*field.name).into());
            put("value", stored(plan, value));
        }
        Kind::Signal { name, to } => {
            put("name", (&**name).into());
            put("to", (&**to).into());
        }
        Kind::Claim { counter, by, limit, .. } => {
            put("counter", (&**counter).into());
            put("by", (*by).into());
            put("limit", (*limit).into());
        }
        Kind::NotEarned { reason } => put(
            "reason",
            match reason {
                NotEarned::BeforeEnrolment => "before_enrolment",
                NotEarned::Paused => "paused",
                NotEarned::Withdrawn => "withdrawn",
            }
            .into(),
        ),
        Kind::Transferred { entry, wallet, amount: sum, rule, parcel, uses, .. } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            let (key, name) = author(plan, *rule);
            put(key, name.into());
            put("to", (&*parcel.to).into());
            let lots = uses.iter().map(|used| Document::object().with("lot", used.entry).with("amount", used.amount));
            put("from", lots.collect());
            put("event", carried(plan, decision).unwrap_or(Document::Null));
        }
        Kind::Received { entry, wallet, amount: sum, sender, expires_at } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("sender", (&**sender).into());
            put("expires_at", expires(expires_at));
        }
        Kind::SentBack { wallet, amount: sum, reason, parcel } => {
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("to", (&*parcel.to).into());
            put(
                "reason",
                match reason {
                    NotTaken::NotAccepted => "not_accepted",
                    NotTaken::HoldAtMost => "hold_at_most",
                    NotTaken::Paused => "paused",
                    NotTaken::BeforeEnrolment => "before_enrolment",
                }
                .into(),
            );
            put("event", carried(plan, decision).unwrap_or(Document::Null));
        }
        Kind::Merged { from, entries } => {
            put("from", (&**from).into());
            put("entries_after", (*entries).into());
        }
        Kind::Joined { entry, wallet, available, pending, debt } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("available", (*available).into());
            put("pending", (*pending).into());
            put("debt", (*debt).into());
        }
        Kind::MergedInto { into } => put("into", (&**into).into()),
        Kind::Paused { freeze } => put("freeze_expiry", (*freeze).into()),
        Kind::Resumed { days } => put("frozen_days", i64::from(*days).into()),
        Kind::Erased | Kind::Coupon(_) | Kind::Question(_) => {}
        Kind::RewardRedeemed { rule, quantity, worth } => {
            put("reward", author(plan, *rule).1.into());
            put("quantity", u64::from(*quantity).into());
            if let Some(worth) = worth {
                put("worth", (*worth).into());
            }
        }
        Kind::RewardReturned { rule, quantity } => {
            put("reward", author(plan, *rule).1.into());
            put("quantity", (*quantity).into());
        }
        Kind::Held { entry, wallet, amount: sum, rule, until, uses } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("reward", author(plan, *rule).1.into());
            put("until", instant(plan, *until));
            let lots = uses.iter().map(|used| Document::object().with("lot", used.entry).with("amount", used.amount));
            put("from", lots.collect());
        }
        Kind::Released { entry, wallet, amount: sum, rule, because } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            put("reward", author(plan, *rule).1.into());
            put("reason", if *because == Ended::Lapsed { "lapsed" } else { "released" }.into());
        }
        Kind::RewardRefused { rule, lacks } => {
            put("reward", author(plan, *rule).1.into());
            put("missing", lacks.iter().map(lack).collect());
        }
        Kind::Message(said) => super::messages::said(plan, &mut object, said),
        Kind::MessageSuppressed(suppressed) => super::messages::suppressed(plan, &mut object, suppressed),
        Kind::Consent(consent) => super::messages::consent(plan, &mut object, consent),
        Kind::MessagesHeldBack { category, until, error } => {
            if let Some(category) = category {
                put("category", category.name().into());
            }
            put("until", expires(until));
            put("error", (*error).into());
        }
        Kind::Identified { keys } => put("keys", (keys.len() as u64).into()),
        Kind::Brought { referral, by } | Kind::ReferralRefused { referral, by } => {
            put("referral", (&**referral).into());
            put("by", (&**by).into());
        }
        Kind::FriendsReached { referral, friends } => {
            put("referral", (&**referral).into());
            put("friends", u64::from(*friends).into());
        }
        Kind::Referred { referral, parcel, .. }
        | Kind::ReferralWithdrawn { referral, parcel }
        | Kind::ReferralSentBack { referral, parcel } => {
            put("referral", (&**referral).into());
            put("to", (&*parcel.to).into());
            put("event", carried(plan, decision).unwrap_or(Document::Null));
        }
        Kind::Forfeited { entry, wallet, amount: sum, rule } => {
            put("entry", (*entry).into());
            put("wallet", wallet_name(plan, *wallet).into());
            put("amount", (*sum).into());
            let (key, name) = author(plan, *rule);
            put(key, name.into());
        }
        Kind::TierChanged { ladder, from, to, because, until } => {
            put("ladder", (&**ladder).into());
            put("from", (&**from).into());
            put("to", (&**to).into());
            put("because", because.name().into());
            put("until", expires(until));
        }
        Kind::TierKept { ladder, level, grace, until } => {
            put("ladder", (&**ladder).into());
            put("level", (&**level).into());
            put("because", if *grace { TierBecause::Grace } else { TierBecause::Kept }.name().into());
            put("until", expires(until));
        }
        Kind::CardIssued { wheel, expires_at, rule } => {
            put("wheel", (&**wheel).into());
            put("expires_at", instant(plan, *expires_at));
            let (keyword, name) = author(plan, *rule);
            put(if keyword == "wheel" { "from_wheel" } else { keyword }, name.into());
        }
        Kind::CardExpired { wheel } => put("wheel", (&**wheel).into()),
        Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof } => {
            put("wheel", (&**wheel).into());
            put("slice", (u64::from(*slice) + 1).into());
            if !title.is_empty() {
                put("title", (&**title).into());
            }
            if *out_of_stock {
                put("out_of_stock", true.into());
            }
            if let Some(rule) = rule {
                put("rule", rule_name(plan, *rule).into());
            }
            put("occasion", (&*proof.occasion).into());
            put("turn", u64::from(proof.turn).into());
            // No binary float holds it.
            put("number", proof.number.to_string().into());
            put("position", proof.position.into());
            put("of", proof.of.into());
        }
        Kind::NotDrawn { wheel, reason, rule } => {
            put("wheel", (&**wheel).into());
            let reason = match reason {
                NotDrawn::Limit => "limit",
                NotDrawn::OutOfStock => "out_of_stock",
                NotDrawn::NoCard => "no_card",
            };
            put("reason", reason.into());
            if let Some(rule) = rule {
                put("rule", rule_name(plan, *rule).into());
            }
        }
        Kind::Placed { leaderboard, round, rank, score } => {
            put("leaderboard", (&**leaderboard).into());
            put("round", date_of(*round).to_string().into());
            put("rank", (*rank).into());
            put("score", (*score).into());
        }
        Kind::BadgeAwarded { badge, level, from, rule } => {
            put("badge", (&**badge).into());
            for (key, name) in [("level", level), ("from", from)].into_iter().filter(|(_, name)| !name.is_empty()) {
                put(key, (&**name).into());
            }
            if let Some(rule) = rule {
                let (keyword, name) = author(plan, *rule);
                put(keyword, name.into());
            }
        }
        Kind::Assigned { experiment, arm, from } => {
            put("experiment", (&**experiment).into());
            put("arm", (&**arm).into());
            if !from.is_empty() {
                put("from", (&**from).into());
            }
        }
        Kind::BadgeRevoked { badge, level, to } => {
            put("badge", (&**badge).into());
            for (key, name) in [("level", level), ("to", to)].into_iter().filter(|(_, name)| !name.is_empty()) {
                put(key, (&**name).into());
            }
        }
        Kind::GoalMet { challenge, goal, place, .. } => {
            put("challenge", (&**challenge).into());
            put_goal_name(plan, challenge, *place, &mut put);
            put("goal", (*goal).into());
        }
        Kind::ChallengeCompleted { challenge, goal, place, times, .. } => {
            put("challenge", (&**challenge).into());
            put_goal_name(plan, challenge, *place, &mut put);
            put("goal", (*goal).into());
            put("times", u64::from(*times).into());
        }
        Kind::GoalRevoked { challenge, goal, place, times } => {
            put("challenge", (&**challenge).into());
            put_goal_name(plan, challenge, *place, &mut put);
            put("goal", (*goal).into());
            put("times", u64::from(*times).into());
        }
        Kind::Progress { challenge, current, goal, remaining, percent, deadline } => {
            put("challenge", (&**challenge).into());
            put("current", (*current).into());
            put("goal", (*goal).into());
            put("remaining", (*remaining).into());
            put("percent", (*percent).into());
            put("deadline", expires(deadline));
        }
        Kind::GoalChanged { challenge, goal, deadline } => {
            put("challenge", (&**challenge).into());
            put("goal", (*goal).into());
            put("deadline", expires(deadline));
        }
        Kind::StreakFrozen { challenge, length } => {
            put("challenge", (&**challenge).into());
            put("length", u64::from(*length).into());
        }
        Kind::StreakBroken { challenge, length, best } => {
            put("challenge", (&**challenge).into());
            put("length", u64::from(*length).into());
            put("best", u64::from(*best).into());
        }
        Kind::OptedIn { challenge, deadline } => {
            put("challenge", (&**challenge).into());
            put("deadline", expires(deadline));
        }
        Kind::SegmentEntered { segment } | Kind::SegmentLeft { segment } => put("segment", (&**segment).into()),
    }
    object
}

/// The name of a goal, if it has one.
fn put_goal_name(plan: &Plan, challenge: &str, place: u16, put: &mut impl FnMut(&'static str, Document)) {
    let challenge = plan.challenge_named(challenge).and_then(|number| plan.challenges.get(number));
    if let Some(Some(name)) = challenge.and_then(|challenge| challenge.goals.get(usize::from(place))) {
        put("name", (&**name).into());
    }
}

/// The event that a decision holds ready for another member.
pub fn carried(plan: &Plan, decision: &Decision) -> Option<Document> {
    let (kind, wallet, amount, parcel) = match &decision.kind {
        Kind::Transferred { wallet, amount, parcel, .. } => ("received", *wallet, *amount, parcel),
        Kind::SentBack { wallet, amount, parcel, .. } => ("sent_back", *wallet, *amount, parcel),
        Kind::Referred { .. } | Kind::ReferralWithdrawn { .. } | Kind::ReferralSentBack { .. } => {
            return referral(plan, decision);
        }
        _ => return None,
    };
    let partner = if kind == "received" { "sender" } else { "receiver" };
    let mut event = Document::object()
        .with("type", kind)
        .with("id", &*parcel.id)
        .with("member", &*parcel.to)
        .with("at", instant(plan, decision.at))
        .with(partner, &*parcel.from)
        .with("transfer", &*parcel.transfer)
        .with("wallet", wallet_name(plan, wallet))
        .with("points", amount);
    if let Kind::Transferred { fresh, uses, .. } = &decision.kind {
        let lots = uses.iter().map(|used| {
            let mut lot = Document::object().with("amount", used.amount);
            if !fresh {
                lot.put("earned_at", instant(plan, used.earned_at));
            }
            match used.expiry {
                // What ends by its owner's inactivity ends by that of the new owner.
                _ if *fresh => lot.put("fresh", true),
                Expiry::Inactivity(_) | Expiry::AfterVesting(_) => lot.put("fresh", true),
                Expiry::At(end) => lot.put("expires_at", instant(plan, end)),
                Expiry::Never => lot.put("never", true),
                Expiry::Open => {}
            }
            lot
        });
        event.put("lots", lots.collect::<Document>());
    }
    Some(event)
}

/// The event of a referral that a decision holds ready for the other side.
fn referral(plan: &Plan, decision: &Decision) -> Option<Document> {
    let head = |kind: &str, parcel: &Parcel| {
        Document::object()
            .with("type", kind)
            .with("id", &*parcel.id)
            .with("member", &*parcel.to)
            .with("at", instant(plan, decision.at))
    };
    Some(match &decision.kind {
        Kind::Referred { referral, joined, keys, parcel, .. } => {
            let event = head("referral", parcel)
                .with("friend", &*parcel.from)
                .with("program", &**referral)
                .with("order", &*parcel.transfer)
                .with("joined", date_of(*joined).to_string());
            if keys.is_empty() {
                return Some(event);
            }
            event.with("identities", keys.iter().map(|key| format!("{key:016x}")).collect::<Document>())
        }
        Kind::ReferralWithdrawn { referral, parcel } => {
            head("referral_withdrawn", parcel).with("referral", &*parcel.transfer).with("program", &**referral)
        }
        Kind::ReferralSentBack { referral, parcel } => head("referral_refused", parcel)
            .with("referral", &*parcel.from)
            .with("program", &**referral)
            .with("order", &*parcel.transfer),
        _ => return None,
    })
}

/// The event that a host would send for a member's part of what a pool pays or gets back.
pub fn pool_part(part: Part<'_>) -> Document {
    let event = |kind: &str, id: &str, at: Instant, points: Decimal| {
        let at = Document::Instant { at, offset: 0 };
        Document::object().with("type", kind).with("id", id).with("at", at).with("points", points)
    };
    match part {
        Part::Payment(payment, points) => {
            event("pooled", &payment.id, payment.at, points).with("wallet", payment.wallet.as_str())
        }
        Part::Return(back, points) => event("refund", &back.id, back.at, points).with("order", back.payment.as_str()),
    }
}

pub fn because_document(plan: &Plan, part: &Because) -> Document {
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
    Document::object().with(key, name).with("amount", *amount)
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
