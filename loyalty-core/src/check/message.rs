//! Messages: what is declared of each.

pub(super) mod controls;
pub(super) mod languages;
pub(super) mod protocol;
mod sayings;
mod template;

use super::Checker;
use super::broadcast::BroadcastDraft;
use super::expression::Scope;
use super::model::{Category, Label, Message, SayingIndex};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::Locale;
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::message::{self as tree_message, MessageText, TemplateArgument};
use crate::syntax::tree::{Clause, ClauseKind, Name};
use controls::ControlDraft;
use protocol::{BUTTON_MAX, HEADER_MAX};

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
        draft.texts.arrange_by_key(|(language, ..)| {
            order.iter().position(|known| *known == language.text).unwrap_or(usize::MAX)
        });
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
