//! The wording of one decision: what it says of itself, the rule that it is from, and what is told below it.

use rust_decimal::Decimal;

use super::coupons;
use super::earned::{earned_rows, step_words};
use super::figures::{figure_rows, figure_words};
use super::reasons::reason_row;
use super::returned::{restored_rows, taken_rows};
use super::row::{Row, Words, quoted, words};
use crate::amount;
use crate::engine::explain::granted::Part;
use crate::engine::explain::returned::Taken;
use crate::engine::explain::trace::Shown;
use crate::engine::explain::words as say;
use crate::engine::explain::{Explanation, Story, TakenFor};
use crate::engine::outcome::{Decision, Kind, NotDrawn, NotEarned, TierBecause};
use crate::engine::questions::decision::{NotAsked, Told, Unanswered};
use crate::plan::{Plan, Unit};
use crate::wire::document::Document;
use crate::wire::json::{decision_document, rule_name};

pub(super) fn decision_row(told: &Explanation, decision: &Decision, story: &Story) -> Row {
    let plan = told.plan();
    let points = |amount: Decimal, wallet: u16| say::points(plan, amount, wallet);
    let sum = |amount: Decimal, wallet: u16| say::sum(plan, amount, wallet);
    let (head, rows) = match &decision.kind {
        Kind::Earned { wallet, amount, vesting, expires_at, because, .. } => {
            let head = words().strong(format!("+{}", sum(*amount, *wallet)));
            (head, earned_rows(told, story, (*vesting, *expires_at), because))
        }
        Kind::ClawedBack { wallet, amount, from_pending, from_lots, debt, written_off, .. }
            if *amount < Decimal::ZERO =>
        {
            let head = words().strong(format!("+{}", sum(-*amount, *wallet)));
            let head = head.say(" given back, as a return before it had taken too much");
            let taken = told.returned.iter().flat_map(|returned| &returned.taken);
            let taken = taken.filter(|taken| taken.wallet == *wallet && taken.due == *amount);
            let mut rows: Vec<Row> = taken.flat_map(|taken| taken_rows(told, taken)).collect();
            let parts = [
                (*from_pending, "are pending again"),
                (*from_lots, "can be spent again"),
                (*debt, "are owed no more"),
                (*written_off, "had been written off, and are not given twice"),
            ];
            for (part, to) in parts.into_iter().filter(|(part, _)| !part.is_zero()) {
                rows.push(words().say(format!("{} {to}", points(-part, *wallet))).row());
            }
            (head, rows)
        }
        Kind::ClawedBack { wallet, amount, from_pending, from_lots, debt, written_off, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" taken back");
            let taken = told.returned.iter().flat_map(|returned| &returned.taken);
            let taken = taken.filter(|taken| taken.wallet == *wallet && taken.due == *amount);
            let taken: Vec<&Taken> = taken.collect();
            let clause = taken.first().and_then(|taken| taken.clawback);
            let own = taken.first().map_or(*from_lots, |taken| taken.own.min(*from_lots));
            let others = amount::subtract(*from_lots, own).unwrap_or_default();
            let mut rows: Vec<Row> = taken.into_iter().flat_map(|taken| taken_rows(told, taken)).collect();
            let parts = [
                (*from_pending, "were still pending"),
                (own, "could still be spent"),
                (others, "are taken from other points, as those of the order are gone"),
                (*debt, "are owed, to be settled by what is earned next"),
                (*written_off, "are written off, as the points are gone"),
            ];
            for (part, from) in parts.into_iter().filter(|(part, _)| !part.is_zero()) {
                rows.push(words().say(format!("{} {from}", points(part, *wallet))).row());
            }
            if !debt.is_zero() || !written_off.is_zero() {
                rows.extend(clause.map(|quote| quoted(told, quote).row()));
            }
            (head, rows)
        }
        Kind::Restored { wallet, amount, expires_at, .. } => {
            let head = words()
                .strong(format!("+{}", sum(*amount, *wallet)))
                .say(" given back")
                .say(say::usable(plan, *expires_at));
            let restored = told.returned.iter().flat_map(|returned| &returned.restored);
            let rows = restored.filter(|restored| restored.wallet == *wallet).flat_map(|one| restored_rows(told, one));
            (head, rows.collect())
        }
        Kind::Vested { wallet, amount, expires_at, .. } => {
            let since = say::moment(plan, decision.at);
            let head = words().strong(sum(*amount, *wallet)).say(format!(" may be spent since {since}"));
            (head.say(say::usable(plan, *expires_at)), past_rows(told, story, false))
        }
        Kind::Expired { wallet, amount, not_vested, .. } => {
            let end = say::through(plan, decision.at);
            let gone = if *not_vested { " cancelled; they waited " } else { " run out; they were usable " };
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(gone).say(end);
            (head, past_rows(told, story, *not_vested))
        }
        Kind::Reinstated { wallet, amount, pending, .. } => {
            let why = match pending {
                true => " wait again: what they waited for came in time, and is told late",
                false => " are there again: what would have kept them came in time, and is told late",
            };
            (words().strong(sum(*amount, *wallet)).say(why), past_rows(told, story, false))
        }
        Kind::Spent { wallet, amount, uses, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet)));
            let head = match &story.taken_for {
                None => head.say(" spent"),
                Some(TakenFor::Order) => head.say(" paid with the order"),
                Some(TakenFor::Streak(challenge)) => head.say(" spent to keep the streak ").strong(&**challenge),
                Some(TakenFor::Staff) => head.say(" taken by staff"),
            };
            (head, spent_rows(told, story, uses.len()))
        }
        Kind::DebtSettled { wallet, amount, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" settle a debt");
            let rest = story.debt.map(|(before, after)| {
                let rest = if after.is_zero() { "none".to_owned() } else { amount::text(after) };
                words().say(format!("of {} owed, {rest} are left", points(before, *wallet))).row()
            });
            (head, rest.into_iter().collect())
        }
        Kind::WriteOffSettled { wallet, amount, .. } => {
            let head =
                words().strong(format!("−{}", sum(*amount, *wallet))).say(" make up for what a return had written off");
            (head, Vec::new())
        }
        Kind::Tagged { tag } => (words().say("tagged ").strong(format!("\"{tag}\"")), Vec::new()),
        Kind::Untagged { tag } => (words().say("no longer tagged ").strong(format!("\"{tag}\"")), Vec::new()),
        Kind::AttributeSet { field, value } => {
            let name = plan.member.get(usize::from(*field)).map_or("", |field| &*field.name);
            let value = say::value(plan, &Shown::Value(value.clone()), Unit::None);
            (words().strong(name).say(format!(" set to {value}")), Vec::new())
        }
        Kind::Signal { name, to } => {
            (words().say("signal ").strong(&**name).say(" to ").strong(format!("\"{to}\"")), Vec::new())
        }
        Kind::Claim { counter, by, limit, .. } => (claim_words(counter, *by, *limit), Vec::new()),
        Kind::NotEarned { reason: NotEarned::BeforeEnrolment } => {
            (words().say("nothing is earned: this was before the member joined"), Vec::new())
        }
        Kind::NotEarned { reason: NotEarned::Paused } => {
            (words().say("nothing is earned or spent: the account was paused"), Vec::new())
        }
        Kind::Transferred { wallet, amount, parcel, uses, .. } => {
            let head = words().strong(format!("−{}", points(*amount, *wallet))).say(" sent to ");
            (head.strong(format!("\"{}\"", parcel.to)), spent_rows(told, story, uses.len()))
        }
        Kind::Received { wallet, amount, sender, expires_at, .. } => {
            let head = words().strong(format!("+{}", points(*amount, *wallet))).say(" received from ");
            (head.strong(format!("\"{sender}\"")).say(say::usable(plan, *expires_at)), Vec::new())
        }
        Kind::TierChanged { ladder, from, to, because, until } => {
            let why = match because {
                TierBecause::Reached => "reached",
                TierBecause::Lost => "no longer qualified for",
                TierBecause::Kept => "qualified for once more",
                TierBecause::Grace => "kept for a time of grace",
                TierBecause::SetLevel => "set beside the rules of the ladder",
                TierBecause::SetLevelEnded => "the level that was set has ended",
            };
            let head = words().strong(format!("{ladder}: {to}")).say(format!(", {from} before: {why}"));
            (head.say(level_end(plan, *until)), level_rows(plan, story))
        }
        Kind::TierKept { ladder, level, grace, until } => {
            let why = if *grace { "kept for a time of grace" } else { "qualified for once more" };
            let head = words().strong(format!("{ladder}: {level}")).say(format!(": {why}"));
            (head.say(level_end(plan, *until)), Vec::new())
        }
        Kind::SegmentEntered { segment } => (words().say("enters the segment ").strong(&**segment), Vec::new()),
        Kind::SegmentLeft { segment } => (words().say("leaves the segment ").strong(&**segment), Vec::new()),
        Kind::CardIssued { wheel, expires_at, .. } => {
            let head = words().say("a card of ").code(&**wheel).say(" is issued, to be drawn before ");
            (head.say(say::moment(plan, *expires_at)), Vec::new())
        }
        Kind::CardExpired { wheel } => {
            (words().say("a card of ").code(&**wheel).say(" lapses: it was not drawn in time"), Vec::new())
        }
        Kind::NotDrawn { wheel, reason, .. } => {
            let head = words().say("the wheel ").code(&**wheel).say(" is not turned: ");
            let why = match reason {
                NotDrawn::Limit => "its limit is used up",
                NotDrawn::OutOfStock => "nothing is left of it",
                NotDrawn::NoCard => "the member has no card",
            };
            (head.say(why), Vec::new())
        }
        Kind::Message(said) => {
            let head = words().say("the message ").code(&*said.message).say(" is said: ");
            (head.strong(format!("\"{}\"", said.text)), Vec::new())
        }
        Kind::MessageSuppressed(unsaid) => {
            let head = words().say("the message ").code(&*unsaid.message).say(" is not said: ");
            (head.say(unsaid.reason.name().replace('_', " ")), Vec::new())
        }
        Kind::Coupon(coupon) => (coupons::of(told, coupon, decision.at), Vec::new()),
        Kind::Question(told) => (question_words(plan, told), Vec::new()),
        Kind::Drawn { wheel, slice, title, out_of_stock, proof, .. } => {
            let slice = if title.is_empty() { format!("slice {}", slice + 1) } else { title.to_string() };
            let head = words().say("the wheel ").code(&**wheel).say(" stops at ").strong(slice);
            let head = if *out_of_stock { head.say(", of which nothing is left") } else { head };
            (head.say(format!(": position {} of {}", proof.position, proof.of)), Vec::new())
        }
        Kind::Placed { leaderboard, rank, score, .. } => {
            let head = words().say("place ").strong(rank.to_string()).say(" on the leaderboard ").code(&**leaderboard);
            (head.say(format!(" with {}", amount::text(*score))), Vec::new())
        }
        Kind::BadgeAwarded { badge, level, rule, .. } => {
            let head = words().say("the badge ").strong(spaced(badge, level));
            (if rule.is_none() { head.say(", as its condition holds") } else { head }, Vec::new())
        }
        Kind::Assigned { experiment, arm, .. } => {
            (words().say("in the arm ").strong(&**arm).say(" of ").code(&**experiment), Vec::new())
        }
        Kind::BadgeRevoked { badge, level, .. } => {
            (words().say("the badge ").strong(spaced(badge, level)).say(" taken away"), Vec::new())
        }
        Kind::Forfeited { wallet, amount, .. } => {
            let head = words().strong(format!("−{}", sum(*amount, *wallet))).say(" forfeited");
            (head, spent_rows(told, story, 0))
        }
        // A kind without words of its own is told by its keys.
        kind => (other_head(plan, decision, kind.name(), told.outcome.at), Vec::new()),
    };
    let head = match story.rule {
        Some(rule) => {
            let line = plan.rules.get(rule as usize).map(|rule| rule.line);
            head.say(" by ").code(rule_name(plan, rule)).line(line)
        }
        None => head,
    };
    let dated = matches!(decision.kind, Kind::Vested { .. } | Kind::Expired { .. });
    let head = if decision.at == told.outcome.at || dated {
        head
    } else {
        head.say(format!(", on {}", say::moment(plan, decision.at)))
    };
    let mut rows = rows;
    if let Some(set_off) = story.more {
        let [more, now, before] = [set_off.more, set_off.now, set_off.before].map(amount::text);
        let told = format!("follows on {more} of {now}: on {before} it has followed in an earlier form of the order");
        rows.push(words().say(told).row());
    }
    Row { amount: None, words: head, rows }
}

/// What became of a quiz or a survey.
fn question_words(plan: &Plan, told: &Told) -> Words {
    let (kind, name) = told.question();
    let head = words().say(format!("the {} ", kind.word())).code(name);
    match told {
        Told::Asked { until: Some(until), .. } => {
            head.say(format!(" is asked, to be answered before {}", say::moment(plan, *until)))
        }
        Told::Asked { until: None, .. } => head.say(" is asked"),
        Told::NotAsked { why: NotAsked::Limit, .. } => head.say(" is not asked: its limit is used up"),
        Told::NotAsked { why: NotAsked::NotValid, .. } => head.say(" is not asked: this is not its time"),
        Told::Answered { choice, score, right, .. } => {
            let answer = score.map_or_else(|| choice.to_string(), |score| score.to_string());
            let head = head.say(" is answered: ").strong(answer);
            match right {
                Some(true) => head.say(", which is right"),
                Some(false) => head.say(", which is wrong"),
                None => head,
            }
        }
        Told::NotAnswered { why, .. } => head.say(match why {
            Unanswered::Unknown => " is not answered: there is no such answer",
            Unanswered::NotAsked => " is not answered: the member was not asked",
            Unanswered::AlreadyAnswered => " has been answered already",
            Unanswered::Closed => " is not answered: its time is over",
        }),
    }
}

/// A decision of any other kind, by what it says of itself.
fn other_head(plan: &Plan, decision: &Decision, name: &str, at: i64) -> Words {
    let mut head = words().strong(name.replace('_', " "));
    let Document::Object(entries) = decision_document(plan, decision, at) else { return head };
    for (key, value) in entries {
        let value = match value {
            Document::Bool(value) => if value { "yes" } else { "no" }.to_owned(),
            Document::Instant { at, .. } => say::moment(plan, at.as_micros()),
            Document::Null | Document::List(_) | Document::Object(_) => continue,
            value => value.plain(),
        };
        if !matches!(&*key, "kind" | "entry" | "at" | "rule") {
            head = head.say(format!(" {} ", key.replace('_', " "))).code(value);
        }
    }
    head
}

/// What a counter over all members moves by.
fn claim_words(counter: &str, by: Decimal, limit: Decimal) -> Words {
    let limit = amount::text(limit);
    let times = if by.abs() == Decimal::ONE { String::new() } else { format!("{} ", amount::text(by.abs())) };
    if by.is_sign_negative() {
        return words().say(format!("gives {times}back to the limit of {limit} over all members for ")).code(counter);
    }
    words().say(format!("counts {times}against the limit of {limit} over all members"))
}

/// A name and, if there is one, a level.
fn spaced(name: &str, level: &str) -> String {
    if level.is_empty() { name.to_owned() } else { format!("{name}: {level}") }
}

/// How long a level lasts.
fn level_end(plan: &Plan, until: Option<i64>) -> String {
    until.map_or_else(String::new, |at| format!(", {}", say::through(plan, at)))
}

/// What a level asks for, and what there is.
fn level_rows(plan: &Plan, story: &Story) -> Vec<Row> {
    let Some(level) = &story.level else { return Vec::new() };
    let mut rows = Vec::new();
    if let Some(meter) = &level.meter {
        let said = figure_words(plan, words(), meter);
        rows.push(match &level.from {
            Some((from, unit)) => {
                let from = say::value(plan, from, *unit);
                said.say(format!("; {} begins at {from}", level.name)).line(level.line).row()
            }
            None => said.row(),
        });
    }
    rows.extend(level.conditions.iter().map(|condition| reason_row(plan, condition, None)));
    rows
}

fn spent_rows(told: &Explanation, story: &Story, lots: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(effect) = &story.effect {
        let code = say::quoted(&told.source, effect.quote);
        let head = story.rule.and_then(|rule| told.plan().rules.get(rule as usize)).map(|rule| rule.line);
        let line = Some(effect.quote.line).filter(|line| head != Some(*line));
        rows.push(Row { rows: figure_rows(told.plan(), &effect.figures), ..words().code(code).line(line).row() });
        rows.extend(effect.limits.iter().map(|limit| step_words(told, limit, &Part::default()).row()));
    }
    if lots > 1 {
        rows.push(words().say(format!("from {lots} lots")).row());
    }
    rows
}

fn past_rows(told: &Explanation, story: &Story, not_vested: bool) -> Vec<Row> {
    let plan = told.plan();
    let Some(past) = &story.past else { return Vec::new() };
    let mut rows = Vec::new();
    if let Some(at) = past.earned_at {
        let said = words().say(format!("earned on {}", say::moment(plan, at)));
        rows.push(match &past.event {
            Some(event) => said.say(" by ").code(event.as_str()).row(),
            None => said.row(),
        });
    }
    if let Some(at) = past.active_at {
        rows.push(words().say(format!("the last activity was on {}", say::moment(plan, at))).row());
    }
    if let Some(event) = past.waited.filter(|_| not_vested) {
        let event = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
        rows.push(words().say("no event ").code(event).say(" came for it").row());
    }
    rows.extend(past.clause.map(|quote| quoted(told, quote).row()));
    rows
}
