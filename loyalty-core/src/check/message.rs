//! Messages: what is declared of each, and what the protocol of messages allows.

use std::sync::Arc;

use super::Checker;
use super::broadcast::BroadcastDraft;
use super::expression::Scope;
use super::model::{
    self, CapMode, Category, Comparison, Control, Expr, ExprKind, Held, Label, Message, Returns, Row, Rule, RuleForm,
    Saying, SayingIndex, Text, Trigger, Type, Versioned,
};
use super::names::{Declared, Owner};
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::Locale;
use crate::source::Span;
use crate::syntax::engagement::{EngagementClause, EngagementEffect};
use crate::syntax::message::{self as tree_message, LabelTexts, MessageText, Part, TemplateArgument};
use crate::syntax::tree::{self, Clause, ClauseKind, Effect, Name};

/// What the protocol takes, in UTF-16 units.
const TEXT_MAX: usize = 4_096;
const BODY_MAX: usize = 1_024;
pub(super) const HEADER_MAX: usize = 60;
const BUTTON_MAX: usize = 20;
const ROW_MAX: usize = 24;
const DESCRIPTION_MAX: usize = 72;
const URL_MAX: usize = 2_000;
const TEMPLATE_NAME_MAX: usize = 512;
const BUTTONS_MAX: usize = 3;
const ROWS_MAX: usize = 10;
const PARAMETERS_MAX: usize = 50;

/// A message while the program is checked: its texts are typed where it is said.
pub(super) struct MessageDraft<'a> {
    pub name: &'a Name,
    pub category: Category,
    pub template: Option<(&'a Name, &'a [TemplateArgument])>,
    pub broadcast: Option<BroadcastDraft>,
    pub texts: Vec<(Name, &'a MessageText, Locale)>,
    pub header: Option<Label>,
    pub footer: Option<Label>,
    pub controls: Vec<ControlDraft<'a>>,
    /// Without error so far.
    pub sound: bool,
    /// It asks a question: a quiz or a survey says it.
    asks: bool,
    /// How it is said so far, by what set the saying rules off.
    sayings: Vec<(Scope, Option<SayingIndex>)>,
}

impl<'a> MessageDraft<'a> {
    /// The question of a quiz or a survey, of which nothing is read yet.
    pub fn new(name: &'a Name, category: Category) -> Self {
        Self {
            name,
            category,
            template: None,
            broadcast: None,
            texts: Vec::new(),
            header: None,
            footer: None,
            controls: Vec::new(),
            sound: true,
            asks: true,
            sayings: Vec::new(),
        }
    }
}

/// Buttons and the like, their short texts settled.
pub(super) enum ControlDraft<'a> {
    Button { label: Label, payload: String, when: Option<&'a tree::Expr> },
    Link { label: Label, url: Vec<&'a MessageText> },
    CopyCode { label: Label, code: &'a tree::Expr },
    Menu { label: Label, rows: Vec<Row> },
}

/// A button or a row, with what tapping it does.
pub(super) struct Tapped<'a> {
    pub payload: String,
    pub effect: &'a Effect,
    pub span: Span,
}

impl<'a> Checker<'a> {
    /// Reads the declared messages, and what their buttons do.
    pub(super) fn messages(&mut self, declared: &Declared<'a>) {
        for (name, category, clauses) in &declared.messages {
            let draft = self.message(name, category, clauses);
            self.messages.push(draft);
        }
    }

    fn message(&mut self, name: &'a Name, category: &'a Name, clauses: &'a [Clause]) -> MessageDraft<'a> {
        let errors = self.errors;
        let category = self.category(category).unwrap_or(Category::Reply);
        let mut draft = MessageDraft { asks: false, ..MessageDraft::new(name, category) };
        for clause in clauses {
            if let ClauseKind::Engagement(EngagementClause::Translation(translation)) = &clause.kind {
                self.message_language(&mut draft, translation);
            }
        }
        if draft.texts.is_empty() {
            self.report(
                Diagnostic::new(Code::MissingText, name.span, format!("the message `{}` has no text", name.text))
                    .help("write one for each language, as in `en \"You have {beans.balance} beans.\"`"),
            );
        }
        self.in_order(&mut draft);
        let (mut header, mut footer) = (None, None);
        for clause in clauses {
            let ClauseKind::Engagement(engagement) = &clause.kind else {
                self.not_in_message(clause);
                continue;
            };
            match engagement {
                EngagementClause::Translation(_) => {}
                EngagementClause::Template { name, arguments } => {
                    self.template(&mut draft, name, arguments, clause.span)
                }
                EngagementClause::Broadcast { audience } => self.broadcast(&mut draft, audience.as_ref(), clause.span),
                EngagementClause::Header(label) => self.once(&mut header, label, clause.span, "header"),
                EngagementClause::Footer(label) => self.once(&mut footer, label, clause.span, "footer"),
                EngagementClause::Button { label, effect, when } => {
                    let label = self.label(&draft, label, BUTTON_MAX, "of a button");
                    let payload = self.tap(effect, clause.span);
                    if let (Some(label), Some(payload)) = (label, payload) {
                        draft.controls.push(ControlDraft::Button { label, payload, when: when.as_ref() });
                    }
                }
                EngagementClause::Link { label, url } => {
                    let label = self.label(&draft, label, BUTTON_MAX, "of a link");
                    let url = self.url(&draft, url);
                    if let (Some(label), Some(url)) = (label, url) {
                        draft.controls.push(ControlDraft::Link { label, url });
                    }
                }
                EngagementClause::CopyCode { label, code } => {
                    if let Some(label) = self.label(&draft, label, BUTTON_MAX, "of a button") {
                        draft.controls.push(ControlDraft::CopyCode { label, code });
                    }
                }
                EngagementClause::Menu { label, rows } => {
                    let label = self.label(&draft, label, BUTTON_MAX, "of a list");
                    let rows = self.rows(&draft, rows, clause.span);
                    if let (Some(label), Some(rows)) = (label, rows) {
                        draft.controls.push(ControlDraft::Menu { label, rows });
                    }
                }
                _ => self.not_in_message(clause),
            }
        }
        draft.header = header.and_then(|label| self.label(&draft, label, HEADER_MAX, "of a header"));
        draft.footer = footer.and_then(|label| self.label(&draft, label, HEADER_MAX, "of a footer"));
        self.message_limits(&draft, clauses);
        draft.sound = self.errors == errors;
        draft
    }

    /// Puts the languages of a message into the order of the program.
    pub(super) fn in_order(&self, draft: &mut MessageDraft<'a>) {
        let order = &self.settings.languages;
        draft
            .texts
            .sort_by_key(|(language, ..)| order.iter().position(|known| *known == language.text).unwrap_or(usize::MAX));
    }

    fn not_in_message(&mut self, clause: &Clause) {
        self.report(
            Diagnostic::new(
                Code::ClauseNotAllowed,
                clause.span,
                format!("a message holds no `{}`", clause.kind.word()),
            )
            .help("a message holds a text for each language, `template`, `broadcast`, `button`, `link`, `list`, `copy`, `header` and `footer`"),
        );
    }

    fn once(
        &mut self,
        place: &mut Option<&'a tree_message::Label>,
        label: &'a tree_message::Label,
        span: Span,
        word: &str,
    ) {
        if let Some(before) = place.replace(label) {
            let diagnostic = Diagnostic::new(Code::DuplicateClause, span, format!("`{word}` is given twice"));
            self.report(diagnostic.label(before.span, "first given here"));
        }
    }

    /// A category by its name.
    pub(super) fn category(&mut self, name: &Name) -> Option<Category> {
        let found = Category::named(&name.text);
        if found.is_none() {
            let diagnostic = Diagnostic::new(
                Code::UnknownCategory,
                name.span,
                format!("there is no category of messages `{}`", name.text),
            )
            .help("a message is `utility` (about what the member did), `marketing` (anything that promotes) or `reply` (an answer)");
            self.suggest(diagnostic, &name.text, Category::ALL.map(Category::name));
        }
        found
    }

    /// The locale of a language that the program says it speaks.
    fn language(&mut self, name: &Name) -> Option<Locale> {
        let declared = &self.settings.languages;
        if !declared.is_empty() && !declared.contains(&name.text) {
            let known = declared.clone();
            let diagnostic = Diagnostic::new(
                Code::UnknownLanguage,
                name.span,
                format!("the program does not speak `{}`", name.text),
            )
            .help(format!("`languages` in the program's head names {}", known.join(", ")));
            self.suggest(diagnostic, &name.text, known.iter().map(String::as_str));
            return None;
        }
        let found = Locale::find(&name.text);
        if found.is_none() {
            let diagnostic =
                Diagnostic::new(Code::UnknownLanguage, name.span, format!("the language `{}` is not known", name.text))
                    .help("languages are named as in `en`, `ar`, `pt_BR`");
            self.suggest(diagnostic, &name.text, Locale::names());
        }
        found
    }

    pub(super) fn message_language(
        &mut self,
        draft: &mut MessageDraft<'a>,
        translation: &'a tree_message::Translation,
    ) {
        let Some(locale) = self.language(&translation.language) else { return };
        if let Some((before, ..)) = draft.texts.iter().find(|(known, ..)| known.text == translation.language.text) {
            let message = format!("the text in `{}` is given twice", translation.language.text);
            let diagnostic = Diagnostic::new(Code::Duplicate, translation.language.span, message);
            return self.report(diagnostic.label(before.span, "first given here"));
        }
        if is_blank(&translation.text) && translation.text.span.end.saturating_sub(translation.text.span.start) <= 2 {
            let message = format!("the text in `{}` is empty", translation.language.text);
            self.report(Diagnostic::new(Code::MissingText, translation.text.span, message));
        }
        draft.texts.push((translation.language.clone(), &translation.text, locale));
    }

    pub(super) fn template(
        &mut self,
        draft: &mut MessageDraft<'a>,
        name: &'a Name,
        arguments: &'a [TemplateArgument],
        span: Span,
    ) {
        if let Some((before, _)) = draft.template.replace((name, arguments)) {
            let diagnostic = Diagnostic::new(Code::DuplicateClause, span, "`template` is given twice");
            self.report(diagnostic.label(before.span, "first given here"));
        }
        let valid = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
        if name.text.is_empty() || name.text.len() > TEMPLATE_NAME_MAX || !name.text.chars().all(valid) {
            self.report(
                Diagnostic::new(Code::ProtocolLimit, name.span, format!("no template can be called `{}`", name.text))
                    .help("names of templates are small letters, digits and `_`, at most 512 of them"),
            );
        }
        if arguments.len() > PARAMETERS_MAX {
            self.report(Diagnostic::new(
                Code::ProtocolLimit,
                span,
                format!("a template has {} parameters, more than {PARAMETERS_MAX}", arguments.len()),
            ));
        }
        let named = arguments.iter().filter(|argument| argument.name.is_some()).count();
        if named != 0 && named != arguments.len() {
            self.report(
                Diagnostic::new(Code::MessageParts, span, "the parameters of a template are named, or none is")
                    .help("write `(points = earned.amount, name = member.name)` or `(earned.amount, member.name)`"),
            );
        }
        let mut seen: Vec<&str> = Vec::new();
        for name in arguments.iter().filter_map(|argument| argument.name.as_ref()) {
            if !name.text.chars().all(|character| character.is_ascii_lowercase() || character == '_') {
                self.report(
                    Diagnostic::new(
                        Code::ProtocolLimit,
                        name.span,
                        format!("no parameter of a template can be called `{}`", name.text),
                    )
                    .help("names of parameters are small letters and `_`"),
                );
            }
            if seen.contains(&name.text.as_str()) {
                let message = format!("the parameter `{}` is given twice", name.text);
                self.report(Diagnostic::new(Code::Duplicate, name.span, message));
            }
            seen.push(&name.text);
        }
    }

    /// A short text for each language of the message.
    pub(super) fn label(
        &mut self,
        draft: &MessageDraft<'a>,
        label: &'a tree_message::Label,
        most: usize,
        what: &str,
    ) -> Option<Label> {
        let mut plain = |text: &'a MessageText| self.plain(text, most, what);
        match &label.texts {
            LabelTexts::One(text) => {
                let text = plain(text)?;
                Some(vec![text; draft.texts.len()])
            }
            LabelTexts::Each(texts) => {
                let found: Vec<Option<Arc<str>>> = texts.iter().map(|each| plain(&each.text)).collect();
                let found: Vec<Arc<str>> = found.into_iter().collect::<Option<_>>()?;
                self.each_language(draft, texts, label.span, |place| found.get(place).cloned())
            }
        }
    }

    /// What there is for each language of the message, out of a list by languages.
    fn each_language<T>(
        &mut self,
        draft: &MessageDraft<'a>,
        texts: &'a [tree_message::Translation],
        span: Span,
        found: impl Fn(usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        for (at, each) in texts.iter().enumerate() {
            self.language(&each.language)?;
            if texts.iter().take(at).any(|before| before.language.text == each.language.text) {
                let message = format!("the text in `{}` is given twice", each.language.text);
                self.report(Diagnostic::new(Code::Duplicate, each.language.span, message));
                return None;
            }
        }
        let mut all = Vec::with_capacity(draft.texts.len());
        for (language, ..) in &draft.texts {
            match texts.iter().position(|each| each.language.text == language.text).and_then(&found) {
                Some(text) => all.push(text),
                None => {
                    self.report(
                        Diagnostic::new(
                            Code::MissingText,
                            span,
                            format!("there is no text in `{}` here", language.text),
                        )
                        .label(language.span, "the message has one")
                        .help("give a text for each language of the message, or one for all of them without braces"),
                    );
                    return None;
                }
            }
        }
        Some(all)
    }

    /// A text without values, within a length.
    fn plain(&mut self, text: &'a MessageText, most: usize, what: &str) -> Option<Arc<str>> {
        let mut written = String::new();
        for part in &text.parts {
            match part {
                Part::Literal(literal) => written.push_str(literal),
                Part::NumberSign => written.push('#'),
                Part::Argument(argument) => {
                    self.report(
                        Diagnostic::new(Code::MessageParts, argument.span, format!("the text {what} holds no values"))
                            .help("put the value into the text of the message"),
                    );
                    return None;
                }
            }
        }
        let length = units(&written);
        if length > most || written.trim().is_empty() {
            let message = if length > most {
                format!("the text {what} has {length} characters, more than {most}")
            } else {
                format!("the text {what} is empty")
            };
            self.report(
                Diagnostic::new(Code::ProtocolLimit, text.span, message)
                    .help(format!("the text {what} has 1 to {most} characters; an emoji counts as two")),
            );
            return None;
        }
        Some(Arc::from(written.as_str()))
    }

    fn url(&mut self, draft: &MessageDraft<'a>, url: &'a tree_message::Label) -> Option<Vec<&'a MessageText>> {
        let texts: Vec<&'a MessageText> = match &url.texts {
            LabelTexts::One(text) => vec![text; draft.texts.len()],
            LabelTexts::Each(texts) => {
                self.each_language(draft, texts, url.span, |place| texts.get(place).map(|each| &each.text))?
            }
        };
        for text in &texts {
            let starts = matches!(text.parts.first(), Some(Part::Literal(first)) if first.starts_with("https://"));
            if !starts || least(text) > URL_MAX {
                self.report(
                    Diagnostic::new(Code::ProtocolLimit, text.span, "this is no address that a link can lead to")
                        .help(format!("an address begins with `https://` and has at most {URL_MAX} characters")),
                );
                return None;
            }
        }
        Some(texts)
    }

    fn rows(&mut self, draft: &MessageDraft<'a>, rows: &'a [tree_message::MenuRow], span: Span) -> Option<Vec<Row>> {
        if rows.is_empty() || rows.len() > ROWS_MAX {
            self.report(
                Diagnostic::new(Code::ProtocolLimit, span, format!("the list has {} rows", rows.len()))
                    .help(format!("a list has 1 to {ROWS_MAX} rows")),
            );
            return None;
        }
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let label = self.label(draft, &row.label, ROW_MAX, "of a row");
            let description = match &row.description {
                Some(text) => self.label(draft, text, DESCRIPTION_MAX, "that describes a row").map(Some),
                None => Some(None),
            };
            let payload = self.tap(&row.effect, row.span);
            if let (Some(label), Some(description), Some(payload)) = (label, description, payload) {
                found.push(Row { label, description, payload });
            }
        }
        (found.len() == rows.len()).then_some(found)
    }

    /// What comes back when a button or a row is tapped, and that it does something.
    fn tap(&mut self, effect: &'a Effect, span: Span) -> Option<String> {
        let Effect::Engagement(engagement) = effect else { return None };
        let (EngagementEffect::Award { badge: name, .. }
        | EngagementEffect::Issue { coupon: name, .. }
        | EngagementEffect::Redeem(name)
        | EngagementEffect::Draw(name)
        | EngagementEffect::Ask(name)
        | EngagementEffect::OptIn(name)
        | EngagementEffect::Say(name)
        | EngagementEffect::Consent(name)
        | EngagementEffect::Withdraw(name)) = engagement;
        let payload = format!("{} {}", engagement.word(), name.text);
        if !self.tapped.iter().any(|known| known.payload == payload) {
            self.tapped.push(Tapped { payload: payload.clone(), effect, span });
        }
        Some(payload)
    }

    /// How long texts may be and what may stand side by side.
    pub(super) fn message_limits(&mut self, draft: &MessageDraft<'a>, clauses: &'a [Clause]) {
        let (mut buttons, mut links, mut menus, mut codes) = (Vec::new(), 0, 0, 0);
        for control in &draft.controls {
            match control {
                ControlDraft::Button { label, payload, .. } => buttons.push((label, payload)),
                ControlDraft::Link { .. } => links += 1,
                ControlDraft::Menu { .. } => menus += 1,
                ControlDraft::CopyCode { .. } => codes += 1,
            }
        }
        let span_of = |wanted: fn(&EngagementClause) -> bool| {
            let mut found = clauses
                .iter()
                .filter(|clause| matches!(&clause.kind, ClauseKind::Engagement(engagement) if wanted(engagement)));
            found.next_back().map_or(draft.name.span, |clause| clause.span)
        };
        if buttons.len() > BUTTONS_MAX {
            let span = span_of(|clause| matches!(clause, EngagementClause::Button { .. }));
            self.report(
                Diagnostic::new(Code::ProtocolLimit, span, format!("the message has {} buttons", buttons.len()))
                    .help(format!("a message has at most {BUTTONS_MAX} buttons; a `list` has up to {ROWS_MAX} rows")),
            );
        }
        for (at, (label, payload)) in buttons.iter().enumerate() {
            let alike = |(other, same): &&(&Label, &String)| {
                same == payload || other.iter().zip(*label).any(|(one, two)| one == two)
            };
            if buttons.iter().take(at).any(|before| alike(&before)) {
                let span = span_of(|clause| matches!(clause, EngagementClause::Button { .. }));
                self.report(
                    Diagnostic::new(Code::MessageParts, span, "two buttons of the message are alike")
                        .help("the texts of buttons differ, and so does what they do"),
                );
            }
        }
        if links > 1
            || menus > 1
            || usize::from(links > 0) + usize::from(menus > 0) + usize::from(!buttons.is_empty()) > 1
        {
            let span = span_of(|clause| {
                matches!(
                    clause,
                    EngagementClause::Button { .. } | EngagementClause::Link { .. } | EngagementClause::Menu { .. }
                )
            });
            self.report(
                Diagnostic::new(Code::MessageParts, span, "these parts of a message do not go together")
                    .help("a message has up to three buttons, or one link, or one list"),
            );
        }
        if codes > 0 && draft.template.is_none() {
            let span = span_of(|clause| matches!(clause, EngagementClause::CopyCode { .. }));
            self.report(
                Diagnostic::new(Code::MessageParts, span, "only a template has a button that copies a code")
                    .help("name the template, or put the code into the text"),
            );
        }
        let most = if draft.controls.is_empty()
            && draft.template.is_none()
            && draft.header.is_none()
            && draft.footer.is_none()
        {
            TEXT_MAX
        } else {
            BODY_MAX
        };
        for (_, text, _) in &draft.texts {
            let length = least(text);
            if length > most {
                self.report(
                    Diagnostic::new(
                        Code::ProtocolLimit,
                        text.span,
                        format!("the text has at least {length} characters, more than {most}"),
                    )
                    .help(format!(
                        "a text alone has at most {TEXT_MAX} characters, one with a template or with buttons {BODY_MAX}"
                    )),
                );
            }
        }
    }

    /// The message of that name as it is said where `scope` is what can be read.
    pub(super) fn say(&mut self, name: &Name, scope: &Scope) -> Option<SayingIndex> {
        let Some(number) = self.names.messages.get(name.text.as_str()).copied() else {
            if let Some(super::names::Value::Question(question)) = self.names.values.get(name.text.as_str()).copied() {
                let word = self.questions.get(question).map_or("", |question| question.kind.word());
                let message = format!("`{}` is a {word}, which is asked and not said", name.text);
                let diagnostic = Diagnostic::new(Code::AskedNotSaid, name.span, message);
                self.report(diagnostic.help(format!("write `ask {}`", name.text)));
                return None;
            }
            let known: Vec<String> = self.names.messages.keys().map(|known| (*known).to_owned()).collect();
            self.unknown(Code::UnknownMessage, name.span, "message", &name.text, known.iter().map(String::as_str));
            return None;
        };
        self.say_number(number, scope)
    }

    /// The message of that number as it is said where `scope` is what can be read.
    pub(super) fn say_number(&mut self, number: usize, scope: &Scope) -> Option<SayingIndex> {
        let draft = self.messages.get(number).filter(|draft| draft.sound)?;
        let known = draft.sayings.iter().find(|(known, _)| known.reads_as(scope));
        if let Some((_, saying)) = known {
            return *saying;
        }
        let saying = self.saying(number, scope).map(|saying| {
            self.sayings.push(saying);
            self.sayings.len() - 1
        });
        if let Some(draft) = self.messages.get_mut(number) {
            draft.sayings.push((*scope, saying));
        }
        saying
    }

    /// Types the values of a message where they are read.
    fn saying(&mut self, number: usize, scope: &Scope) -> Option<Saying> {
        let draft = self.messages.get(number)?;
        let scope = &Scope { place: "this message", ..*scope };
        let (texts, template) = (draft.texts.clone(), draft.template);
        let (header, footer) = (draft.header.clone(), draft.footer.clone());
        let typed: Vec<Option<Text>> =
            texts.iter().map(|(_, text, locale)| self.message_text(text, *locale, scope)).collect();
        let arguments = template.map_or(&[][..], |(_, arguments)| arguments);
        let parameters: Vec<_> = arguments.iter().map(|argument| self.parameter(argument, scope)).collect();
        let mut controls = Vec::new();
        let count = self.messages.get(number).map_or(0, |draft| draft.controls.len());
        for at in 0..count {
            let control = self.messages.get(number).and_then(|draft| draft.controls.get(at));
            controls.push(match control? {
                ControlDraft::Button { label, payload, when } => {
                    let (label, payload, when) = (label.clone(), payload.clone(), *when);
                    let when = match when {
                        Some(when) => self.condition(when, scope, "`when`").map(Some),
                        None => Some(None),
                    };
                    when.map(|when| Control::Button { label, payload, when })
                }
                ControlDraft::Link { label, url } => {
                    let (label, url) = (label.clone(), url.clone());
                    let url: Vec<Option<Text>> = url
                        .iter()
                        .zip(&texts)
                        .map(|(text, (_, _, locale))| self.message_text(text, *locale, scope))
                        .collect();
                    url.into_iter().collect::<Option<_>>().map(|url| Control::Link { label, url })
                }
                ControlDraft::CopyCode { label, code } => {
                    let (label, code) = (label.clone(), *code);
                    let code = self.expression(code, scope).and_then(|code| self.hold(code, &Type::Text, "a code"));
                    code.map(|code| Control::CopyCode { label, code })
                }
                ControlDraft::Menu { label, rows } => Some(Control::Menu { label: label.clone(), rows: rows.clone() }),
            });
        }
        Some(Saying {
            message: number,
            event: scope.event,
            texts: typed.into_iter().collect::<Option<_>>()?,
            parameters: parameters.into_iter().collect::<Option<_>>()?,
            header,
            footer,
            controls: controls.into_iter().collect::<Option<_>>()?,
        })
    }

    /// A rule for each thing that tapping a button or a row does.
    pub(super) fn tapped_rules(&mut self) -> Vec<Rule> {
        let Some(event) = self.names.events.get("message").copied() else { return Vec::new() };
        let Some(field) = self.names.fields.get(&(Owner::Event(event), "payload")).copied() else { return Vec::new() };
        let scope = Scope::rule(event);
        let tapped = core::mem::take(&mut self.tapped);
        let rules = tapped.into_iter().filter_map(|Tapped { payload, effect, span }| {
            let kind = self.effect(effect, &scope, span)?;
            let made = |kind, ty| Box::new(Expr { kind, ty, span });
            let sent = made(ExprKind::Event(field), Type::Text);
            let wanted = made(ExprKind::Text(Arc::from(payload.as_str())), Type::Text);
            let when = *made(ExprKind::Compare(Comparison::Equal, sent, wanted), Type::Bool);
            let form = RuleForm {
                when: vec![when],
                valid: Vec::new(),
                limits: Vec::new(),
                caps: Vec::new(),
                cap_wallet: None,
                cap_mode: CapMode::Truncate,
                returns: Returns::Keep,
                effects: vec![model::Effect { kind, span }],
                span,
            };
            let versions = vec![Versioned { from: None, value: form }];
            let held = Some(Held { keyword: "button", name: payload.clone() });
            Some(Rule { name: payload, trigger: Trigger::Event(event), versions, held, span })
        });
        rules.collect()
    }

    /// Where the first message of a category stands.
    pub(super) fn first_of(&self, category: Category) -> Option<Span> {
        self.messages.iter().find(|draft| draft.category == category).map(|draft| draft.name.span)
    }

    /// The messages as they are declared; those that nothing says are typed, too, so that their slips are told.
    pub(super) fn finish_messages(&mut self) -> Vec<Message> {
        let broadcasts = self.broadcasts();
        // Where something is wrong, a rule that would say them may be what is missing.
        let quiet = self.errors > 0;
        for number in (0..self.messages.len()).filter(|_| !quiet) {
            let Some(draft) = self.messages.get(number).filter(|draft| draft.sound && draft.sayings.is_empty()) else {
                continue;
            };
            let (name, asks) = (draft.name, draft.asks);
            let scope = Scope::member("this message");
            self.say_number(number, &scope);
            if asks {
                continue;
            }
            self.report(
                Diagnostic::new(Code::NeverSaid, name.span, format!("no rule says the message `{}`", name.text))
                    .help(format!("write `say {}` in a rule, or `broadcast` in the message", name.text)),
            );
        }
        let drafts = self.messages.iter().zip(broadcasts).map(|(draft, broadcast)| Message {
            broadcast,
            name: draft.name.text.clone(),
            category: draft.category,
            template: draft.template.map(|(name, _)| name.text.clone()),
            languages: draft.texts.iter().map(|(language, _, locale)| (language.text.clone(), *locale)).collect(),
            span: draft.name.span,
        });
        drafts.collect()
    }
}

pub(super) fn is_blank(text: &MessageText) -> bool {
    text.parts.iter().all(|part| matches!(part, Part::Literal(literal) if literal.trim().is_empty()))
}

/// How long a text is as the protocol counts, an emoji as two.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// How long a text is at least, whatever its values come to.
fn least(text: &MessageText) -> usize {
    let part = |part: &Part| match part {
        Part::Literal(literal) => units(literal),
        Part::NumberSign => 1,
        Part::Argument(argument) => match &argument.format {
            tree_message::Format::Plural { branches, .. } | tree_message::Format::Select(branches) => {
                branches.iter().map(|branch| least(&branch.text)).min().unwrap_or(0)
            }
            tree_message::Format::Plain | tree_message::Format::Style { .. } => 0,
        },
    };
    text.parts.iter().map(part).sum()
}
