//! Quizzes and surveys: what a member was asked, what is an answer to it, and what was answered.
//!
//! A question is said as a message, and open from when it leaves until it is answered or its time is over. Of several
//! that are open, a text answers the one that was asked last; a button and the event `answer` name theirs.

pub mod decision;

use super::claims::Counters;
use super::decided::Decided;
use super::doors::named;
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::{EventData, List, Slot};
use super::member::Member;
use super::messages::policy;
use super::messages::said::{Because, Said};
use super::outcome::{Decision, Kind};
use super::rules;
use super::tally::{self, Changes};
use super::value::Value;
use crate::amount::{self, Overflow};
use crate::check::model::{Category, Moment, QuestionFigure, QuestionKind, Reply, Valid};
use crate::locale::inbound;
use crate::plan::questions::{AnswersPlan, QuestionPlan};
use crate::plan::{EventKind, EventPlan, Plan};
use crate::sorting::Arrange as _;
use crate::time::{SECOND, day_of, micros_of, rfc3339};
use decision::{NotAsked, Told, Unanswered};
use rust_decimal::Decimal;

/// What is known of a question that a member was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub question: u16,
    /// When it was last asked.
    pub at: i64,
    /// Until when that may be answered.
    pub until: Option<i64>,
    /// Whether it waits for an answer, its time not counted.
    pub open: bool,
    /// Its words, as long as they may have to be said again.
    pub said: Option<Said>,
    /// The last answer.
    pub answer: Option<Answer>,
}

/// An answer and when it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub at: i64,
    /// The place of the choice, or the number on the scale.
    pub value: u32,
}

impl Asked {
    /// Whether it had been asked by an instant. Messengers tell whole seconds alone, so that an answer in the second of its
    /// question seems to come before it.
    fn was_asked_by(&self, at: i64) -> bool {
        self.at <= at || (at % SECOND == 0 && self.at < at.saturating_add(SECOND))
    }

    /// Whether an answer of that instant is one to it.
    fn waits(&self, at: i64) -> bool {
        self.open && self.was_asked_by(at) && self.until.is_none_or(|until| at < until)
    }
}

/// What a member has said of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Answer(u16, u32),
    Unanswered(u16, Unanswered),
}

/// Whether it waits for an answer, and if not, why not.
fn expect_open(member: &Member, question: u16, at: i64) -> Result<(), Unanswered> {
    let asked = member.asked.iter().find(|asked| asked.question == question).filter(|asked| asked.was_asked_by(at));
    match asked {
        None => Err(Unanswered::NotAsked),
        Some(asked) if !asked.open => Err(Unanswered::AlreadyAnswered),
        Some(asked) if !asked.waits(at) => Err(Unanswered::Closed),
        Some(_) => Ok(()),
    }
}

/// The answer that a text in its plain form is.
fn value(question: &QuestionPlan, plain: &str) -> Option<u32> {
    match &question.answers {
        AnswersPlan::Scale { from, to } => {
            let digits = !plain.is_empty() && plain.bytes().all(|digit| digit.is_ascii_digit());
            plain.parse().ok().filter(|number| digits && (from..=to).contains(&number))
        }
        AnswersPlan::Choices { choices, .. } => {
            let place = choices.iter().position(|choice| choice.words.iter().any(|word| **word == *plain));
            place.map(|place| place as u32)
        }
    }
}

/// The place of a choice by its own name, or a number of the scale as it is written.
fn value_named(question: &QuestionPlan, name: &str) -> Option<u32> {
    match &question.answers {
        AnswersPlan::Scale { .. } => value(question, name),
        AnswersPlan::Choices { choices, .. } => {
            choices.iter().position(|choice| &*choice.name == name).map(|place| place as u32)
        }
    }
}

/// A text without what people put around a letter or a number: brackets, quotes, and the frame of a keycap (`5️⃣`).
fn bare(plain: &str) -> String {
    let framed = |letter: &char| !matches!(letter, '\u{fe0f}' | '\u{20e3}');
    let letters: String = plain.chars().filter(framed).collect();
    letters.trim_matches(|letter: char| "()[]{}\"'«»“”‘’*".contains(letter)).to_owned()
}

/// Whether a text is surely meant as an answer, although it is none: one letter, or a number.
fn attempted(plain: &str) -> bool {
    let mut letters = plain.chars();
    let one = letters.next().is_some_and(char::is_alphanumeric) && letters.next().is_none();
    let number = plain.chars().any(|digit| digit.is_ascii_digit())
        && plain.chars().all(|letter| letter.is_ascii_digit() || ".,-/+".contains(letter));
    one || number
}

/// What a member's message has to do with questions; nothing if it is an ordinary one.
pub fn hears(plan: &Plan, member: &Member, event: &EventData) -> Option<Heard> {
    if plan.questions.declared.is_empty() {
        return None;
    }
    let event_plan = plan.events.get(usize::from(event.event)).filter(|event| event.kind == EventKind::Message)?;
    if let Value::Text(payload, _) = named(event_plan, event, "payload") {
        let (name, choice) = payload.strip_prefix("answer ")?.split_once(' ')?;
        let (number, question) = plan.questions.named(name)?;
        return Some(match (expect_open(member, number, event.at), value_named(question, choice)) {
            (Err(why), _) => Heard::Unanswered(number, why),
            (Ok(()), Some(value)) => Heard::Answer(number, value),
            (Ok(()), None) => Heard::Unanswered(number, Unanswered::Unknown),
        });
    }
    let Value::Text(text, _) = named(event_plan, event, "text") else { return None };
    let asked = member.asked.iter().rev().find(|asked| asked.waits(event.at))?;
    let plain = inbound::plain(text);
    // What rules answer to is theirs, so that nobody is caught in a conversation.
    if plan.questions.commands.binary_search_by(|known| (**known).cmp(&plain)).is_ok() {
        return None;
    }
    let question = plan.questions.declared.get(usize::from(asked.question))?;
    let bare = bare(&plain);
    match value(question, &plain).or_else(|| value(question, &bare)) {
        Some(value) => Some(Heard::Answer(asked.question, value)),
        None if attempted(&bare) => Some(Heard::Unanswered(asked.question, Unanswered::Unknown)),
        None => None,
    }
}

/// Why a question may not be asked now.
pub fn may_ask(
    plan: &Plan,
    member: &Member,
    question: &QuestionPlan,
    at: i64,
    decisions: &Decided,
) -> Result<(), NotAsked> {
    let scope = Scope::of(plan, member, at);
    if !question.valid.iter().all(|valid| rules::is_valid(&scope, valid)) {
        return Err(NotAsked::NotValid);
    }
    let counters = decisions.counters();
    let left = |counters: &Counters, count: u32| counters.left(&question.counter, Decimal::from(count)) >= Decimal::ONE;
    let within = question.limits.iter().all(|limit| match (limit.in_total, &counters) {
        (true, Some(counters)) => left(counters, limit.total()),
        (true, None) => true,
        (false, _) => rules::left(&scope, limit, &Changes::new()) > 0,
    });
    if within { Ok(()) } else { Err(NotAsked::Limit) }
}

/// A question leaves: it is open from here on.
pub fn ask(
    plan: &Plan,
    member: &mut Member,
    number: u16,
    said: &Said,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), Overflow> {
    let Some(question) = plan.questions.declared.get(usize::from(number)) else { return Ok(()) };
    let day = plan.calendar.day_at(at);
    let mut changes = Changes::new();
    for tally in question.limits.iter().filter_map(|limit| limit.tally) {
        tally::count_once(&mut changes, tally, rules::limit_key(plan, tally, at, day));
    }
    for change in &changes {
        member.tallies.add(change)?;
    }
    for limit in question.limits.iter().filter(|limit| limit.in_total) {
        let (counter, by) = (question.counter.clone(), Decimal::ONE);
        let kind = Kind::Claim { counter, by, limit: Decimal::from(limit.total()), rule: None };
        decisions.push(Decision { at, kind });
    }
    let until = until(plan, question, at);
    let known = member.asked.iter().position(|asked| asked.question == number);
    let answer = known.and_then(|place| member.asked.remove(place)).and_then(|asked| asked.answer);
    member.asked.push(Asked { question: number, at, until, open: true, said: Some(said.clone()), answer });
    let told = Told::Asked { kind: question.kind, name: question.name.clone(), message: said.id.clone(), until };
    decisions.push(Decision { at, kind: Kind::Question(Box::new(told)) });
    Ok(())
}

/// Until when a question that is asked at an instant may be answered.
fn until(plan: &Plan, question: &QuestionPlan, at: i64) -> Option<i64> {
    let within = question.within.map(|length| plan.calendar.plus(at, length));
    let ends = question.valid.iter().filter_map(|valid| match valid {
        Valid::Dates { to, till, .. } => {
            to.map(|to| plan.calendar.instant_of(day_of(to).saturating_add(1), micros_of(*till)))
        }
        Valid::Instants { to, .. } => *to,
        Valid::Weekdays { .. } | Valid::Hours { .. } => None,
    });
    ends.chain(within).min()
}

/// An answer is written down, and the question closed.
fn answer(plan: &Plan, member: &mut Member, number: u16, value: u32, at: i64, decisions: &mut Decided) {
    let Some(question) = plan.questions.declared.get(usize::from(number)) else { return };
    if let Some(asked) = member.asked.find_mut(|asked| asked.question == number) {
        (asked.open, asked.said) = (false, None);
        asked.answer = Some(Answer { at, value });
    }
    let (choice, score) = words(question, value);
    let told = Told::Answered {
        kind: question.kind,
        name: question.name.clone(),
        choice: choice.unwrap_or_default().into(),
        score,
        right: right(question, value),
    };
    decisions.push(Decision { at, kind: Kind::Question(Box::new(told)) });
}

/// The name of a choice, or the number on a scale.
pub fn words(question: &QuestionPlan, value: u32) -> (Option<&str>, Option<u32>) {
    match &question.answers {
        AnswersPlan::Choices { choices, .. } => (choices.get(value as usize).map(|choice| &*choice.name), None),
        AnswersPlan::Scale { .. } => (None, Some(value)),
    }
}

/// Whether an answer is that of the quiz; nothing in a survey.
fn right(question: &QuestionPlan, value: u32) -> Option<bool> {
    match &question.answers {
        AnswersPlan::Choices { right: Some(right), .. } => Some(u32::from(*right) == value),
        _ => None,
    }
}

/// What may be answered, in words.
fn expected(question: &QuestionPlan) -> String {
    match &question.answers {
        AnswersPlan::Scale { from, to } => format!("a whole number from {from} to {to}"),
        AnswersPlan::Choices { choices, .. } => {
            let names: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.name)).collect();
            names.join(" or ")
        }
    }
}

/// A member's message is an answer, or was meant as one: what comes of it, and the event `answer` that it is.
pub fn take(
    plan: &Plan,
    member: &mut Member,
    heard: Heard,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<Option<EventData>, EventError> {
    let (number, why) = match heard {
        Heard::Answer(number, value) => {
            answer(plan, member, number, value, event.at, decisions);
            return Ok(answer_event(plan, number, value, event));
        }
        Heard::Unanswered(number, why) => (number, why),
    };
    let Some(question) = plan.questions.declared.get(usize::from(number)) else { return Ok(None) };
    let told = Told::NotAnswered { kind: question.kind, name: question.name.clone(), why };
    decisions.push(Decision { at: event.at, kind: Kind::Question(Box::new(told)) });
    let own_words = plan.reactions.at(Moment::Answered(usize::from(number), Reply::Otherwise)).next().is_some();
    if why == Unanswered::Unknown && !own_words {
        let asked = member.asked.iter().find(|asked| asked.question == number);
        if let Some(said) = asked.and_then(|asked| asked.said.clone()) {
            let said = Said {
                id: format!("{}/{}", event.id, said.message).into(),
                category: Category::Reply,
                because: Because { keyword: question.kind.word().into(), name: question.name.clone() },
                ..said
            };
            policy::say_again(plan, member, said, event.at.max(member.clock), decisions)?;
        }
    }
    Ok(None)
}

/// The event `answer` that an answer of another event is.
fn answer_event(plan: &Plan, number: u16, value: u32, event: &EventData) -> Option<EventData> {
    let event_number = plan.questions.event?;
    let layout = &plan.events.get(usize::from(event_number))?.layout;
    let mut own = EventData {
        event: event_number,
        id: event.id.clone(),
        at: event.at,
        day: event.day,
        slots: vec![Slot::Missing; layout.slots.len()],
        lists: vec![List::default(); layout.lists.len()],
        ..EventData::default()
    };
    fill(plan, &mut own, number, value);
    Some(own)
}

/// Writes what an answer is into its event.
fn fill(plan: &Plan, event: &mut EventData, number: u16, value: u32) -> Option<()> {
    let question = plan.questions.declared.get(usize::from(number))?;
    let layout = &plan.events.get(usize::from(event.event))?.layout;
    let place = |name: &str| layout.slots.iter().position(|slot| &*slot.name == name);
    let (choice, score) = words(question, value);
    let (own, other) = match question.kind {
        QuestionKind::Quiz => ("quiz", "survey"),
        QuestionKind::Survey => ("survey", "quiz"),
    };
    let mut put = |name: &str, slot: Slot| {
        if let Some(place) = place(name).and_then(|place| event.slots.get_mut(place)) {
            *place = slot;
        }
    };
    put(other, Slot::Missing);
    put("score", score.map_or(Slot::Missing, |score| Slot::Number(Decimal::from(score))));
    put("right", right(question, value).map_or(Slot::Missing, Slot::Bool));
    for (name, text) in [(own, Some(&*question.name)), ("choice", choice)] {
        let slot = text.map_or(Slot::Missing, |text| event.push_text(text, plan.symbols.get(text)));
        if let Some(place) = place(name).and_then(|place| event.slots.get_mut(place)) {
            *place = slot;
        }
    }
    Some(())
}

/// The question that an event `answer` names, and the answer in it.
fn told(plan: &Plan, event_plan: &EventPlan, event: &EventData) -> Result<Option<(u16, u32)>, EventError> {
    let text = |name| match named(event_plan, event, name) {
        Value::Text(text, _) => Some(text),
        _ => None,
    };
    let (kind, name) = match (text("quiz"), text("survey")) {
        (None, None) => return Ok(None),
        (Some(_), Some(survey)) => {
            return Err(EventError::new(Refusal::UnknownGame)
                .in_field("survey")
                .expecting("a quiz or a survey, and not both")
                .but_found(format!("`{survey}`")));
        }
        (Some(quiz), None) => (QuestionKind::Quiz, quiz),
        (None, Some(survey)) => (QuestionKind::Survey, survey),
    };
    let Some((number, question)) = plan.questions.named(name).filter(|(_, question)| question.kind == kind) else {
        let known = plan.questions.declared.iter().filter(|question| question.kind == kind);
        let known: Vec<String> = known.take(8).map(|question| format!("`{}`", question.name)).collect();
        let expected = if known.is_empty() { format!("no {}", kind.word()) } else { known.join(" or ") };
        return Err(EventError::new(Refusal::UnknownGame)
            .in_field(kind.word())
            .expecting(expected)
            .but_found(format!("`{name}`")));
    };
    let score = named(event_plan, event, "score").number();
    let (field, found, value) = match (text("choice"), score) {
        (Some(choice), _) => {
            let found = value_named(question, choice).or_else(|| value(question, &inbound::plain(choice)));
            ("choice", format!("`{choice}`"), found)
        }
        (None, Some(score)) => {
            let found = value(question, &amount::text(score));
            let found = found.filter(|_| matches!(question.answers, AnswersPlan::Scale { .. }));
            ("score", amount::text(score), found)
        }
        (None, None) => {
            let field = if matches!(question.answers, AnswersPlan::Scale { .. }) { "score" } else { "choice" };
            let error = EventError::new(Refusal::MissingField).in_field(field);
            return Err(error.expecting(expected(question)));
        }
    };
    let value = value.ok_or_else(|| {
        EventError::new(Refusal::UnknownAnswer).in_field(field).expecting(expected(question)).but_found(found)
    })?;
    Ok(Some((number, value)))
}

/// An event `answer` as rules and measures read it: whatever it says, in the words of the program. Nothing if it is
/// none that names a question, or will be refused.
pub fn settled(plan: &Plan, event_plan: &EventPlan, event: &EventData) -> Option<EventData> {
    if event_plan.kind != EventKind::Answer {
        return None;
    }
    let (number, value) = told(plan, event_plan, event).ok()??;
    let mut own = event.clone();
    fill(plan, &mut own, number, value);
    Some(own)
}

/// The member answers elsewhere than in a conversation. What is no answer is refused, and nothing changes.
pub fn on_event(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let Some((number, value)) = told(plan, event_plan, event)? else { return Ok(()) };
    member.account.expect_awake_at(plan, event.at)?;
    let Some(question) = plan.questions.declared.get(usize::from(number)) else { return Ok(()) };
    if let Err(why) = expect_open(member, number, event.at) {
        let refused = |code| EventError::new(code).in_field(question.kind.word());
        let asked = member.asked.iter().find(|asked| asked.question == number);
        let instant = |at: i64| rfc3339(at, plan.calendar.offset_at(at));
        let word = question.kind.word();
        return Err(match why {
            Unanswered::NotAsked | Unanswered::Unknown => refused(Refusal::NotAsked)
                .expecting(format!("a {word} that the member was asked"))
                .but_found(format!("`{}`", question.name))
                .advising("a rule asks it by `ask`; the outcome says `asked`, or why not"),
            Unanswered::AlreadyAnswered => refused(Refusal::AlreadyAnswered)
                .expecting("one answer for each time that it is asked")
                .but_found(match asked.and_then(|asked| asked.answer) {
                    Some(answer) => format!("an answer of {}", instant(answer.at)),
                    None => "an answer".to_owned(),
                }),
            Unanswered::Closed => {
                let until = asked.and_then(|asked| asked.until).unwrap_or(event.at);
                refused(Refusal::QuestionClosed)
                    .expecting(format!("an answer before {}", instant(until)))
                    .but_found(format!("one of {}", instant(event.at)))
            }
        });
    }
    answer(plan, member, number, value, event.at, decisions);
    Ok(())
}

/// What conditions read of a question.
pub fn figure<'a>(plan: &'a Plan, member: &'a Member, number: u16, figure: QuestionFigure) -> Value<'a> {
    let asked = member.asked.iter().find(|asked| asked.question == number);
    let answer = asked.and_then(|asked| asked.answer);
    let Some(question) = plan.questions.declared.get(usize::from(number)) else { return Value::Missing };
    match (figure, answer) {
        (QuestionFigure::Asked, _) => Value::Bool(asked.is_some()),
        (QuestionFigure::Answered, answer) => Value::Bool(answer.is_some()),
        (QuestionFigure::Right, answer) => {
            Value::Bool(answer.is_some_and(|answer| right(question, answer.value) == Some(true)))
        }
        (_, None) => Value::Missing,
        (QuestionFigure::Score, Some(answer)) => Value::Number(Decimal::from(answer.value)),
        (QuestionFigure::Answer, Some(answer)) => match &question.answers {
            AnswersPlan::Choices { choices, .. } => choices
                .get(answer.value as usize)
                .map_or(Value::Missing, |choice| Value::Text(&choice.name, choice.symbol)),
            AnswersPlan::Scale { .. } => Value::Missing,
        },
    }
}

/// The question that a message asks.
pub fn of_message(plan: &Plan, message: &str) -> Option<u16> {
    if plan.questions.declared.is_empty() {
        return None;
    }
    let place = plan.messages.declared.iter().position(|known| known.name == *message)?;
    plan.questions.asked_by(place)
}

/// Forgets the words of questions that nobody can answer any more.
pub fn forget(member: &mut Member) {
    let horizon = member.clock;
    let over = |asked: &Asked| asked.said.is_some() && asked.until.is_some_and(|until| until <= horizon);
    member.asked.change(over, |asked| asked.said = None);
}

/// Of two accounts that become one: what either was asked was asked, the later asking and the later answer count.
pub fn join(own: &mut Vec<Asked>, other: &[Asked]) {
    for asked in other {
        let Some(known) = own.iter_mut().find(|known| known.question == asked.question) else {
            own.push(asked.clone());
            continue;
        };
        let answers = [known.answer, asked.answer].into_iter().flatten();
        let answer = answers.max_by_key(|answer| answer.at);
        if asked.at > known.at {
            *known = asked.clone();
        }
        known.answer = answer;
    }
    own.arrange_by_key(|asked| asked.at);
}

/// The moments that an answer brings about.
pub fn moments(plan: &Plan, told: &Told) -> Vec<Moment> {
    let (name, replies): (&str, &[Reply]) = match told {
        Told::Answered { name, right: Some(true), .. } => (name, &[Reply::Right, Reply::Done]),
        Told::Answered { name, right: Some(false), .. } => (name, &[Reply::Wrong, Reply::Done]),
        Told::Answered { name, right: None, .. } => (name, &[Reply::Done]),
        Told::NotAnswered { name, why: Unanswered::Unknown, .. } => (name, &[Reply::Otherwise]),
        Told::NotAnswered { .. } | Told::Asked { .. } | Told::NotAsked { .. } => return Vec::new(),
    };
    let number = plan.questions.named(name).map(|(number, _)| usize::from(number));
    number.into_iter().flat_map(|number| replies.iter().map(move |reply| Moment::Answered(number, *reply))).collect()
}
