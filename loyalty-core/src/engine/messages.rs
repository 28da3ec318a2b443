//! What is said to a member: which message, in which language, with which numbers; and what is not said, and why.

pub mod broadcast;
pub mod policy;
pub mod said;

pub mod render;

use super::decided::Decided;
use super::error::EventError;
use super::eval::Scope;
use super::event::EventData;
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::reactions::Cause;
use super::value::Value;
use crate::locale::Locale;
use crate::plan::Plan;
use crate::time::rfc3339;
use said::{Because, Form, Said, Suppressed, Unsaid};

/// A message that a rule has decided to say; its text is made once all that is decided with it has been written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Say {
    pub rule: u32,
    pub saying: u32,
}

/// What its values can be read from.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    pub event: Option<&'a EventData>,
    pub cause: Option<&'a Cause>,
    pub at: i64,
}

/// Says what rules have decided to say.
pub fn commit(
    plan: &Plan,
    member: &mut Member,
    says: &[Say],
    occasion: Occasion<'_>,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    for say in says {
        match decide(plan, member, say.saying, because(plan, say.rule), occasion, decisions)? {
            // A late event is told of at present.
            Kind::Message(said) => policy::settle(plan, member, *said, occasion.at.max(member.clock), true, decisions)?,
            kind => decisions.push(Decision { at: occasion.at, kind }),
        }
    }
    Ok(())
}

fn decide(
    plan: &Plan,
    member: &Member,
    saying: u32,
    because: Because,
    Occasion { event, cause, at }: Occasion<'_>,
    decisions: &Decided,
) -> Result<Kind, EventError> {
    let found = plan.messages.sayings.get(saying as usize);
    let message = found.and_then(|saying| plan.messages.declared.get(saying.message));
    let (Some(saying), Some(message)) = (found, message) else { return Err(crate::amount::Overflow.into()) };
    let occasion_id = match decisions.event() {
        Some(event) => event.to_owned(),
        None => rfc3339(at, plan.calendar.offset_at(at)),
    };
    let id = format!("{occasion_id}/{}", message.name);
    let unsaid = |reason: Unsaid| {
        Kind::MessageSuppressed(Box::new(Suppressed {
            message: message.name.as_str().into(),
            category: message.category,
            because: because.clone(),
            reason,
        }))
    };
    let known = |decision: &Decision| matches!(&decision.kind, Kind::Message(said) if *said.id == *id);
    if decisions.iter().any(known) {
        return Ok(unsaid(Unsaid::AlreadySaid));
    }
    let scope = Scope { event, cause, ..Scope::of(plan, member, at) };
    let language = language(plan, member, &message.languages);
    let rendered = match render::render(&scope, saying, message, language)? {
        Ok(rendered) => rendered,
        Err(reason) => return Ok(unsaid(reason)),
    };
    let name = message.languages.get(language).map_or("", |(name, _)| name.as_str());
    Ok(Kind::Message(Box::new(Said {
        id: id.into(),
        message: message.name.as_str().into(),
        category: message.category,
        language: name.into(),
        form: if message.template.is_some() { Form::Template } else { Form::Text },
        template: message.template.as_deref().map(Into::into),
        because: because.clone(),
        text: rendered.text,
        header: rendered.header,
        footer: rendered.footer,
        parameters: rendered.parameters,
        controls: rendered.controls,
    })))
}

/// The rule that says it, or what holds the block that does.
fn because(plan: &Plan, rule: u32) -> Because {
    let found = plan.rules.get(rule as usize);
    match found.and_then(|rule| rule.held.as_ref()) {
        Some(held) => Because { keyword: held.keyword.into(), name: held.name.as_str().into() },
        None => Because { keyword: "rule".into(), name: found.map_or("", |rule| &*rule.name).into() },
    }
}

/// The place of the language in which a member is told something: the member's own, the same without its region, or the
/// first that the program names and the text is in.
pub fn language(plan: &Plan, member: &Member, languages: &[(String, Locale)]) -> usize {
    let wanted = plan.messages.language.and_then(|field| member.attributes.get(usize::from(field)));
    let Some(Value::Text(wanted, _)) = wanted.map(|wanted| wanted.value()) else { return 0 };
    let wanted = wanted.replace('-', "_");
    let place = |same: &dyn Fn(&str) -> bool| languages.iter().position(|(name, _)| same(name));
    place(&|name| name.eq_ignore_ascii_case(&wanted))
        .or_else(|| place(&|name| name.eq_ignore_ascii_case(Locale::language_of(&wanted))))
        .or_else(|| place(&|name| Locale::language_of(name).eq_ignore_ascii_case(Locale::language_of(&wanted))))
        .unwrap_or(0)
}
