//! A message that is said to many: to each member by an event of the host's, once for each campaign.

use rust_decimal::Decimal;

use super::super::contact::Heard;
use super::super::decided::Decided;
use super::super::doors::named;
use super::super::error::{EventError, Refusal};
use super::super::eval::Scope;
use super::super::event::EventData;
use super::super::member::Member;
use super::super::outcome::{Decision, Kind};
use super::super::segments;
use super::super::value::Value;
use super::said::{Because, Suppressed, Unsaid};
use super::{Occasion, decide, policy};
use crate::check::model::{self, Message};
use crate::plan::layout::ID_BYTES_MAX;
use crate::plan::{EventPlan, Plan};

/// The word that stands in `because`, before the campaign.
pub const KEYWORD: &str = "broadcast";

/// What an event wants to be said, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Broadcast<'a> {
    message: &'a Message,
    said: model::Broadcast,
    pub campaign: &'a str,
    /// The segment that the event names.
    segment: Option<u16>,
}

impl<'a> Broadcast<'a> {
    /// Reads an event, and whether the program can say what it asks for.
    pub fn of(plan: &'a Plan, event_plan: &EventPlan, event: &'a EventData) -> Result<Self, EventError> {
        let text = |field| match named(event_plan, event, field) {
            Value::Text(text, _) => Some(text),
            _ => None,
        };
        let missing = |field: &str| EventError::new(Refusal::MissingField).in_field(field);
        let wanted = text("message").ok_or_else(|| missing("message"))?;
        let campaign = text("campaign").ok_or_else(|| missing("campaign"))?;
        if campaign.is_empty() {
            return Err(missing("campaign").expecting("what the campaign is called"));
        }
        if campaign.len() > ID_BYTES_MAX {
            return Err(EventError::new(Refusal::TextTooLong)
                .in_field("campaign")
                .expecting(format!("at most {ID_BYTES_MAX} bytes"))
                .but_found(format!("{} bytes", campaign.len())));
        }
        let message = plan.messages.declared.iter().find(|message| message.name == wanted);
        let Some((message, said)) = message.and_then(|message| Some((message, message.broadcast?))) else {
            let known = plan.messages.declared.iter().filter(|message| message.broadcast.is_some());
            return Err(unknown(Refusal::UnknownMessage, "message", known.map(|message| &*message.name), wanted)
                .advising("`broadcast` in a message says that it may be said to many"));
        };
        let segment = match text("segment") {
            None => None,
            Some(wanted) => match plan.segments.iter().position(|segment| &*segment.name == wanted) {
                Some(segment) => Some(segment as u16),
                None => {
                    let known = plan.segments.iter().map(|segment| &*segment.name);
                    return Err(unknown(Refusal::UnknownSegment, "segment", known, wanted));
                }
            },
        };
        Ok(Self { message, said, campaign, segment })
    }

    /// The message's name.
    pub fn message(&self) -> &'a str {
        &self.message.name
    }

    fn because(&self) -> Because {
        Because { keyword: KEYWORD.into(), name: self.campaign.into() }
    }

    fn suppressed(&self, reason: Unsaid) -> Kind {
        Kind::MessageSuppressed(Box::new(Suppressed {
            message: self.message.name.as_str().into(),
            category: self.message.category,
            because: self.because(),
            reason,
        }))
    }

    /// Why this member is none of those that it is for.
    fn passed_over(&self, plan: &Plan, member: &Member, at: i64) -> Result<Option<Unsaid>, EventError> {
        if member.contact.has_heard(self.campaign, &self.message.name, member.horizon(plan)) {
            return Ok(Some(Unsaid::AlreadySaid));
        }
        let scope = Scope::of(plan, member, at);
        let audience = self.said.audience.map(|segment| segment as u16);
        for segment in audience.into_iter().chain(self.segment) {
            if !segments::holds(&scope, segment)? {
                let segment = plan.segments.get(usize::from(segment)).map(|segment| segment.name.clone());
                return Ok(Some(Unsaid::OutsideSegment { segment: segment.unwrap_or_default() }));
            }
        }
        Ok(None)
    }
}

fn unknown<'n>(code: Refusal, field: &str, known: impl Iterator<Item = &'n str>, found: &str) -> EventError {
    let known: Vec<String> = known.take(8).map(|name| format!("`{name}`")).collect();
    let expected = if known.is_empty() { "nothing, for there is none".to_owned() } else { known.join(" or ") };
    EventError::new(code).in_field(field).expecting(expected).but_found(format!("`{found}`"))
}

/// Says the message, if the member is one of those that it is for and the policy allows it.
pub fn say(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let broadcast = Broadcast::of(plan, event_plan, event)?;
    // A late event is told of at present.
    let at = event.at.max(member.clock);
    if let Some(reason) = broadcast.passed_over(plan, member, at)? {
        decisions.push(Decision { at, kind: broadcast.suppressed(reason) });
        return Ok(());
    }
    let occasion = Occasion { event: Some(event), cause: None, at: event.at };
    match decide(plan, member, broadcast.said.saying as u32, broadcast.because(), occasion, decisions)? {
        Kind::Message(said) => policy::settle(plan, member, *said, at, true, decisions)?,
        kind => decisions.push(Decision { at, kind }),
    }
    if decisions.last().is_some_and(|decision| is_heard(&decision.kind)) {
        let heard = Heard { campaign: broadcast.campaign.into(), message: broadcast.message().into(), at };
        member.contact.hear(heard);
    }
    Ok(())
}

/// Said, or said as soon as quiet hours end.
fn is_heard(kind: &Kind) -> bool {
    match kind {
        Kind::Message(_) => true,
        Kind::MessageSuppressed(suppressed) => matches!(suppressed.reason, Unsaid::Held { .. }),
        _ => false,
    }
}

/// What became of a broadcast for one member.
#[derive(Debug, PartialEq)]
pub enum Reach<'d> {
    /// It was said, and moved these counters over all members.
    Now(Vec<(&'d str, Decimal)>),
    /// It will be, when quiet hours end.
    Later,
    Not(&'d Unsaid),
}

/// Finds it among what was decided.
pub fn reach<'d>(plan: &Plan, campaign: &str, decisions: &'d [Decision]) -> Option<Reach<'d>> {
    let ours = |because: &Because| &*because.keyword == KEYWORD && &*because.name == campaign;
    // What waited from an earlier event of the campaign comes before.
    for (at, decision) in decisions.iter().enumerate().rev() {
        return Some(match &decision.kind {
            Kind::Message(said) if ours(&said.because) => {
                let policy = plan.messages.policy.as_ref();
                let totals = policy.map_or(&[][..], |policy| &policy.totals);
                let moved = totals.iter().filter(|(category, ..)| *category == said.category).count();
                let claims = decisions.get(at.saturating_sub(moved)..at).unwrap_or(&[]).iter();
                Reach::Now(claims.filter_map(claim).collect())
            }
            Kind::MessageSuppressed(suppressed) if ours(&suppressed.because) => match &suppressed.reason {
                Unsaid::Held { .. } => Reach::Later,
                reason => Reach::Not(reason),
            },
            _ => continue,
        });
    }
    None
}

fn claim(decision: &Decision) -> Option<(&str, Decimal)> {
    match &decision.kind {
        Kind::Claim { counter, limit, .. } => Some((counter, *limit)),
        _ => None,
    }
}

/// Tells why nothing is said, where no rule is asked either.
pub fn unsaid(
    plan: &Plan,
    event_plan: &EventPlan,
    event: &EventData,
    reason: Unsaid,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let kind = Broadcast::of(plan, event_plan, event)?.suppressed(reason);
    decisions.push(Decision { at: event.at, kind });
    Ok(())
}
