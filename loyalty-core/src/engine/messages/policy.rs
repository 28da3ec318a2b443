//! Whether a message may be said now: consent, what holds it back, how often, quiet hours, the window of conversation.

use rust_decimal::Decimal;

use super::super::claims;
use super::super::contact::{Consent, ConsentState, Held};
use super::super::decided::Decided;
use super::super::error::EventError;
use super::super::eval::Scope;
use super::super::event::EventData;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::questions::decision::Told;
use super::super::tally::Change;
use super::super::value::Value;
use super::super::{experiments, questions, rules, segments};
use super::broadcast;
use super::said::{Form, Said, SaidControl, Suppressed, Unsaid};
use crate::amount::Overflow;
use crate::calendar::Calendar;
use crate::check::model::{Category, ClockTrigger, Period, Trigger};
use crate::plan::counters::of_messages;
use crate::plan::messages::PolicyPlan;
use crate::plan::{EventPlan, Plan};
use crate::time::{DAY, SECOND, date_of, micros_of};
use crate::zones::Zone;

/// What is to become of a message.
pub enum Verdict {
    Said,
    Held(i64),
    Suppressed(Unsaid),
}

/// Judges a message at an instant; `quiet`: whether quiet hours count, which they do once.
pub fn judge(
    plan: &Plan,
    member: &Member,
    said: &mut Said,
    at: i64,
    quiet: bool,
    decisions: &Decided,
) -> Result<Verdict, EventError> {
    let contact = &member.contact;
    let category = said.category;
    let suppressed = |reason| Ok(Verdict::Suppressed(reason));
    if contact.unreachable {
        return suppressed(Unsaid::Unreachable);
    }
    let held_back =
        if category == Category::Marketing { contact.backoff.max(contact.marketing_backoff) } else { contact.backoff };
    if let Some(until) = held_back.filter(|until| *until > at) {
        return suppressed(Unsaid::BackedOff { until });
    }
    let word = contact.consent(category.name()).map(|consent| consent.state);
    if category != Category::Reply && word == Some(ConsentState::Withdrawn) {
        return suppressed(Unsaid::Withdrawn);
    }
    let Some(policy) = &plan.messages.policy else { return Ok(Verdict::Said) };
    if policy.consent.iter().any(|need| need.category == category) && word != Some(ConsentState::Given) {
        return suppressed(Unsaid::NoConsent);
    }
    let scope = Scope::of(plan, member, at);
    for (of, when) in &policy.allowed {
        if *of == category && !scope.holds(*when)? {
            return suppressed(Unsaid::NotAllowed);
        }
    }
    if let Some(window) = policy.window {
        let open = contact.wrote_at.is_some_and(|wrote| at < plan.calendar.plus(wrote, window));
        let needs_template = said.controls.iter().any(|control| matches!(control, SaidControl::CopyCode { .. }));
        match (open, &said.template) {
            (true, Some(_)) if needs_template => said.form = Form::Template,
            (true, _) => said.form = Form::Text,
            (false, Some(_)) => said.form = Form::Template,
            (false, None) => return suppressed(Unsaid::OutsideWindow),
        }
    }
    if let Some(until) = quiet.then(|| quiet_until(plan, member, policy, category, at)).flatten() {
        let dropped = policy.quiet.as_ref().is_some_and(|quiet| quiet.dropped);
        return Ok(if dropped { Verdict::Suppressed(Unsaid::Quiet) } else { Verdict::Held(until) });
    }
    let day = plan.calendar.day_at(at);
    for most in policy.at_most.iter().filter(|most| most.category == category) {
        let grain = plan.grain(most.tally);
        let allowed = i64::from(most.count);
        let per = (Some(most.per), allowed);
        let said = member.tallies.most_counted(most.tally, per, grain, &plan.calendar, scope.seen())?;
        if said >= allowed {
            return suppressed(Unsaid::AtMost { count: most.count });
        }
    }
    for (of, count, period) in &policy.totals {
        let counter = counter(plan, *of, *period, day);
        let full = |counters: &claims::Counters| counters.get(&counter) >= Decimal::from(*count);
        if *of == category && decisions.counters().is_some_and(|counters| full(&counters)) {
            return suppressed(Unsaid::AtMostInTotal { count: *count });
        }
    }
    Ok(Verdict::Said)
}

/// The name of the counter of all messages of a category, or of those of a period.
fn counter(plan: &Plan, category: Category, period: Option<Period>, day: i32) -> Box<str> {
    let first = |period| date_of(plan.calendar.first_day(period, plan.calendar.period_of(period, day)));
    of_messages(category, period.map(first))
}

/// When quiet hours end that hold a message back; nothing outside of them.
fn quiet_until(plan: &Plan, member: &Member, policy: &PolicyPlan, category: Category, at: i64) -> Option<i64> {
    let quiet = policy.quiet.as_ref().filter(|quiet| quiet.categories.contains(&category))?;
    let own = plan.messages.timezone.and_then(|field| member.attributes.get(usize::from(field)));
    let zone = match own.map(|own| own.value()) {
        Some(Value::Text(name, _)) => Zone::find(name),
        _ => None,
    };
    let own = zone.map(|zone| Calendar::new(zone, (plan.settings.week_start, plan.settings.year_start)));
    let calendar = own.as_ref().unwrap_or(&plan.calendar);
    let (from, to) = (micros_of(quiet.from), micros_of(quiet.to));
    let (day, time) = (calendar.day_at(at), calendar.time_at(at));
    debug_assert!(time < DAY);
    let tomorrow = if from < to {
        (from..to).contains(&time).then_some(0)?
    } else if time >= from {
        1
    } else {
        (time < to).then_some(0)?
    };
    Some(calendar.instant_of(day.saturating_add(tomorrow), to)).filter(|until| *until > at)
}

/// Writes down what becomes of a message; of one that asks a question, that it is asked.
pub fn settle(
    plan: &Plan,
    member: &mut Member,
    said: Said,
    at: i64,
    quiet: bool,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let question = questions::of_message(plan, &said.message);
    let found = question.and_then(|number| plan.questions.declared.get(usize::from(number)));
    if let Some(question) = found
        && let Err(why) = questions::may_ask(plan, member, question, at, decisions)
    {
        let told = Told::NotAsked { kind: question.kind, name: question.name.clone(), why };
        decisions.push(Decision { at, kind: Kind::Question(Box::new(told)) });
        return Ok(());
    }
    put(plan, member, (said, question), at, quiet, decisions)
}

/// Writes down what becomes of a message that was said before, for a member who has just written; of a question, without
/// asking it anew.
pub fn say_again(
    plan: &Plan,
    member: &mut Member,
    said: Said,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    put(plan, member, (said, None), at, false, decisions)
}

fn put(
    plan: &Plan,
    member: &mut Member,
    (mut said, question): (Said, Option<u16>),
    at: i64,
    quiet: bool,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let arms = plan.messages.policy.as_ref().map_or(&[][..], |policy| &policy.arms);
    experiments::expect_secret(plan, !arms.is_empty())?;
    experiments::note(plan, member, arms, at, decisions);
    let kind = match judge(plan, member, &mut said, at, quiet, decisions)? {
        Verdict::Suppressed(reason) => Kind::MessageSuppressed(Box::new(Suppressed {
            message: said.message,
            category: said.category,
            because: said.because,
            reason,
        })),
        Verdict::Held(until) => {
            member.contact.held.push(Held { until, since: at, said: said.clone() });
            let (message, category, because) = (said.message, said.category, said.because);
            Kind::MessageSuppressed(Box::new(Suppressed { message, category, because, reason: Unsaid::Held { until } }))
        }
        Verdict::Said => {
            if let Some(question) = question {
                questions::ask(plan, member, question, &said, at, decisions)?;
            }
            count(plan, member, said.category, at, decisions)?;
            Kind::Message(Box::new(said))
        }
    };
    decisions.push(Decision { at, kind });
    Ok(())
}

fn count(
    plan: &Plan,
    member: &mut Member,
    category: Category,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(policy) = &plan.messages.policy else { return Ok(()) };
    let day = plan.calendar.day_at(at);
    for most in policy.at_most.iter().filter(|most| most.category == category) {
        let key = rules::limit_key(plan, most.tally, at, day);
        member.tallies.add(&Change { tally: most.tally, key, count: 1, sum: Decimal::ZERO })?;
    }
    for (of, count, period) in &policy.totals {
        if *of == category {
            let counter = counter(plan, *of, *period, day);
            let (by, limit) = (Decimal::ONE, Decimal::from(*count));
            decisions.push(Decision { at, kind: Kind::Claim { counter, by, limit, rule: None } });
        }
    }
    Ok(())
}

/// Says the messages whose waiting is over, if they may still be said.
pub fn release(plan: &Plan, member: &mut Member, due: i64, decisions: &mut Decided) -> Result<(), EventError> {
    let Some(contact) = member.contact.there() else { return Ok(()) };
    for Held { said, since, .. } in contact.held.take(|held| held.until <= due) {
        match overtaken(plan, member, &said, since, due)? {
            None => settle(plan, member, said, due, false, decisions)?,
            Some(reason) => {
                let Said { message, category, because, .. } = said;
                let suppressed = Suppressed { message, category, because, reason };
                decisions.push(Decision { at: due, kind: Kind::MessageSuppressed(Box::new(suppressed)) });
            }
        }
        if let Some(Kind::MessageSuppressed(suppressed)) = decisions.last().map(|decision| &decision.kind)
            && &*suppressed.because.keyword == broadcast::KEYWORD
        {
            // The campaign may reach the member later.
            member.contact.unhear(&suppressed.because.name, &suppressed.message);
        }
    }
    Ok(())
}

/// Whether what a message is about has come to nothing while it waited: the order has come that was missed, or the member is no
/// longer one of those that it is for.
fn overtaken(plan: &Plan, member: &Member, said: &Said, since: i64, due: i64) -> Result<Option<Unsaid>, EventError> {
    if &*said.because.keyword == broadcast::KEYWORD {
        let message = plan.messages.declared.iter().find(|message| *message.name == *said.message);
        let audience = message.and_then(|message| message.broadcast?.audience);
        let scope = Scope::of(plan, member, due);
        return match audience {
            Some(segment) if !segments::holds(&scope, segment as u16)? => {
                let segment = plan.segments.get(segment).map(|segment| segment.name.clone());
                Ok(Some(Unsaid::OutsideSegment { segment: segment.unwrap_or_default() }))
            }
            _ => Ok(None),
        };
    }
    let rule = plan.rules.iter().find(|rule| rule.held.is_none() && *rule.name == *said.because.name);
    let missed = match rule.map(|rule| &rule.trigger) {
        Some(Trigger::Clock(ClockTrigger::AfterLast { of, .. })) => Some(*of),
        Some(Trigger::Clock(ClockTrigger::AfterEach { without, .. })) => *without,
        _ => None,
    };
    let came = |missed: usize| member.marks.of(missed as u16).iter().any(|mark| mark.at > since && mark.at <= due);
    Ok(missed.is_some_and(came).then_some(Unsaid::Overtaken))
}

/// What the member says of a category of messages, as a rule notes it; nothing if it is what is known.
pub fn consent(scope: &Scope<'_>, category: &str, given: bool) -> Option<Kind> {
    let double = scope
        .plan
        .messages
        .policy
        .as_ref()
        .is_some_and(|policy| policy.consent.iter().any(|need| need.double && need.category.name() == category));
    let known = scope.member.contact.consent(category);
    let mut at = scope.at;
    if let Some(later) = known.filter(|known| known.at > at) {
        // What was said later stands, whatever is told later; of what is said twice either may be the first.
        if !(given && later.state == ConsentState::Asked) {
            return None;
        }
        at = later.at;
    }
    let known = known.map(|known| known.state);
    let state = match (given, known) {
        (true, Some(ConsentState::Asked)) => ConsentState::Given,
        (true, Some(ConsentState::Given)) => return None,
        (true, _) if double => ConsentState::Asked,
        (true, _) => ConsentState::Given,
        (false, _) => ConsentState::Withdrawn,
    };
    if known == Some(state) {
        return None;
    }
    let (mut how, mut words) = ("rule", None);
    if let Some((event, event_plan)) =
        scope.event.and_then(|event| Some((event, scope.plan.events.get(usize::from(event.event))?)))
    {
        how = &event_plan.layout.name;
        if let Value::Text(text, _) = named(event_plan, event, "text") {
            words = Some(text.into());
        }
        if let Value::Text(_, _) = named(event_plan, event, "payload") {
            how = "button";
        }
    }
    Some(Kind::Consent(Box::new(Consent { category: category.into(), state, at, how: how.into(), words })))
}

/// The host tells what the member says of a category.
pub fn told(event_plan: &EventPlan, member: &mut Member, event: &EventData, decisions: &mut Decided) {
    let (Value::Text(category, _), Value::Bool(given)) =
        (named(event_plan, event, "category"), named(event_plan, event, "given"))
    else {
        return;
    };
    let state = if given { ConsentState::Given } else { ConsentState::Withdrawn };
    let text = |name| match named(event_plan, event, name) {
        Value::Text(text, _) => Some(Box::from(text)),
        _ => None,
    };
    let how = text("how").unwrap_or_else(|| "consent".into());
    let consent = Consent { category: category.into(), state, at: event.at, how, words: text("words") };
    if member.contact.consent(category).is_some_and(|known| known.state == state || known.at > event.at) {
        return;
    }
    member.contact.note(consent.clone());
    decisions.push(Decision { at: event.at, kind: Kind::Consent(Box::new(consent)) });
}

/// The member has written: the window is open, and messages arrive.
pub fn wrote(member: &mut Member, at: i64) {
    member.contact.wrote_at = member.contact.wrote_at.max(Some(at));
    member.contact.unreachable = false;
}

/// What a member is known by when the number is another one, and not only the id at a messenger.
const PHONE: &str = "phone";

/// The member is known by something else from now on: what failed, failed with the old one, and whoever has not written from a new
/// number has no window there. What the member has agreed to and heard stays, for it is the same person.
pub fn another_identity(event_plan: &EventPlan, member: &mut Member, event: &EventData) {
    let contact = &mut member.contact;
    (contact.backoff, contact.failures, contact.unreachable) = (None, 0, false);
    // One that is only known from now on is the same that has written.
    let replaced = named(event_plan, event, "previous") != Value::Missing;
    let phone = matches!(named(event_plan, event, "kind"), Value::Text(kind, _) if kind == PHONE);
    if phone && replaced && contact.wrote_at.is_some_and(|wrote| wrote <= event.at) {
        contact.wrote_at = None;
    }
}

/// More than 24 hours since the member wrote.
const WINDOW_CLOSED: i64 = 131_047;
/// Held back by the messenger, for how the member engages; part of an experiment.
const ENGAGEMENT: [i64; 2] = [131_049, 130_472];
/// The member has stopped marketing in the app.
const STOPPED: i64 = 131_050;
/// Too many messages to one member.
const PAIR_RATE: i64 = 131_056;
/// No messenger at that number, or one that cannot be reached.
const UNDELIVERABLE: i64 = 131_026;

/// The pair rate doubles twice with every failure, up to an hour or so.
const PAIR_RATE_STEPS: u32 = 6;

/// What has become of a message, and what that means for the next ones.
pub fn status(event_plan: &EventPlan, member: &mut Member, event: &EventData, decisions: &mut Decided) {
    let Value::Text(status, _) = named(event_plan, event, "status") else { return };
    let error = named(event_plan, event, "error").number().and_then(|error| i64::try_from(error).ok());
    let contact = &mut member.contact;
    match (status, error) {
        ("delivered" | "read" | "played", _) => {
            contact.failures = 0;
            contact.unreachable = false;
        }
        ("failed", Some(WINDOW_CLOSED)) => contact.wrote_at = None,
        ("failed", Some(error)) if ENGAGEMENT.contains(&error) => {
            let until = event.at.saturating_add(DAY);
            contact.marketing_backoff = contact.marketing_backoff.max(Some(until));
            let kind = Kind::MessagesHeldBack { category: Some(Category::Marketing), until: Some(until), error };
            decisions.push(Decision { at: event.at, kind });
        }
        ("failed", Some(STOPPED)) => {
            let category = Category::Marketing.name();
            if contact
                .consent(category)
                .is_none_or(|known| known.state != ConsentState::Withdrawn && known.at <= event.at)
            {
                let consent = Consent {
                    category: category.into(),
                    state: ConsentState::Withdrawn,
                    at: event.at,
                    how: "app".into(),
                    words: None,
                };
                contact.note(consent.clone());
                decisions.push(Decision { at: event.at, kind: Kind::Consent(Box::new(consent)) });
            }
        }
        ("failed", Some(error @ PAIR_RATE)) => {
            contact.failures = contact.failures.saturating_add(1);
            let seconds = 4_i64.pow(contact.failures.min(PAIR_RATE_STEPS));
            let until = event.at.saturating_add(seconds.saturating_mul(SECOND));
            contact.backoff = contact.backoff.max(Some(until));
            let kind = Kind::MessagesHeldBack { category: None, until: Some(until), error };
            decisions.push(Decision { at: event.at, kind });
        }
        ("failed", Some(error @ UNDELIVERABLE)) if !contact.unreachable => {
            contact.unreachable = true;
            let kind = Kind::MessagesHeldBack { category: None, until: None, error };
            decisions.push(Decision { at: event.at, kind });
        }
        _ => {}
    }
}

fn named<'e>(event_plan: &EventPlan, event: &'e EventData, name: &str) -> Value<'e> {
    super::super::doors::named(event_plan, event, name)
}
