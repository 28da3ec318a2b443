//! `quiz` and `survey`: a question in each language, the answers that there are, and what each brings.
//!
//! A question is said as a message is: the checker makes one of it, with a button or a row for each answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Checker;
use super::blocks::Block;
use super::expression::Scope;
use super::message::MessageDraft;
use super::message::controls::ControlDraft;
use super::message::languages::is_blank;
use super::message::protocol::{BUTTON_MAX, BUTTONS_MAX, DESCRIPTION_MAX, HEADER_MAX, ROW_MAX, ROWS_MAX, units};
use super::model::{
    AnswerChoice, Answers, Category, EffectKind, Expr, ExprKind, Held, Label, Moment, Question, QuestionFigure,
    QuestionIndex, QuestionKind, Reply, Row, Rule, Type,
};
use super::names::{Declared, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::{Locale, inbound};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::message::{self as tree_message, LabelTexts};
use crate::syntax::tree::{Clause, ClauseKind, Name};

/// The most numbers of a scale.
const SCALE_MAX: u32 = 1_001;

pub(super) const QUIZ_HOLDS: &str = "a `quiz` holds `ask`, choices such as `choice A \"Cocoa\"`, `answer`, `right`, `wrong`, `done`, `otherwise`, `limit`, `within`, `valid`, `list`, `template`, `header` and `footer`";
pub(super) const SURVEY_HOLDS: &str = "a `survey` holds `ask`, a `scale` or choices such as `choice good \"Good\"`, `done`, `otherwise`, `limit`, `within`, `valid`, `list`, `template`, `header` and `footer`";

/// A question whose clauses have been told apart.
#[derive(Default)]
struct Written<'a> {
    ask: Option<(&'a tree_message::Label, Span)>,
    choices: Vec<(&'a Name, &'a tree_message::Label)>,
    scale: Option<(u32, u32, Span)>,
    answer: Option<(&'a Name, Span)>,
    list: Option<(&'a tree_message::Label, Span)>,
    header: Option<(&'a tree_message::Label, Span)>,
    footer: Option<(&'a tree_message::Label, Span)>,
    blocks: Vec<(Reply, &'a [Clause], Span)>,
}

impl<'a> Checker<'a> {
    /// What other declarations read of each quiz and survey.
    pub(super) fn question_heads(&mut self, declared: &Declared<'a>) {
        for (kind, name, _, clauses) in &declared.questions {
            let scale = clauses
                .iter()
                .any(|clause| matches!(&clause.kind, ClauseKind::Engagement(EngagementClause::Scale { .. })));
            let choices = Answers::Choices { choices: Vec::new(), right: None };
            self.questions.push(Question {
                name: name.text.clone(),
                kind: *kind,
                message: usize::MAX,
                answers: if scale { Answers::Scale { from: 0, to: 0 } } else { choices },
                limits: Vec::new(),
                valid: Vec::new(),
                within: None,
                span: name.span,
            });
        }
    }

    /// Reads the quizzes and surveys, when the messages are known.
    pub(super) fn questions(&mut self, declared: &Declared<'a>) {
        for (index, (kind, name, category, clauses)) in declared.questions.iter().enumerate() {
            let question = self.question(index, *kind, name, *category, clauses);
            if let Some(place) = self.questions.get_mut(index) {
                *place = question;
            }
        }
    }

    fn question(
        &mut self,
        index: QuestionIndex,
        kind: QuestionKind,
        name: &'a Name,
        category: Option<&'a Name>,
        clauses: &'a [Clause],
    ) -> Question {
        let errors = self.errors;
        let mut question = Question {
            name: name.text.clone(),
            kind,
            message: self.messages.len(),
            answers: Answers::Choices { choices: Vec::new(), right: None },
            limits: Vec::new(),
            valid: Vec::new(),
            within: None,
            span: name.span,
        };
        let category = category.and_then(|category| self.category(category)).unwrap_or(Category::Reply);
        let mut draft = MessageDraft::new(name, category);
        let written = self.question_clauses(kind, clauses, &mut draft, &mut question);
        self.asked_in(&mut draft, &written, name);
        for (label, header) in [(written.header, true), (written.footer, false)] {
            let Some((label, _)) = label else { continue };
            let what = if header { "of a header" } else { "of a footer" };
            let label = self.label(&draft, label, HEADER_MAX, what);
            if header { draft.header = label } else { draft.footer = label }
        }
        self.answers(kind, name, &written, &mut draft, &mut question);
        if self.errors == errors {
            self.message_limits(&draft, clauses);
        }
        for (reply, clauses, span) in written.blocks.iter().filter(|(_, clauses, _)| !clauses.is_empty()) {
            let word = match reply {
                Reply::Right => "right",
                Reply::Wrong => "wrong",
                Reply::Done => "done",
                Reply::Otherwise => "otherwise",
            };
            self.blocks.push(Block {
                held: Held { keyword: kind.word(), name: name.text.clone() },
                name: format!("{} {} {word}", kind.word(), name.text),
                moment: Moment::Answered(index, *reply),
                forms: vec![(None, clauses, *span)],
                span: *span,
            });
        }
        draft.sound = self.errors == errors;
        self.messages.push(draft);
        question
    }

    /// Tells the clauses apart.
    fn question_clauses(
        &mut self,
        kind: QuestionKind,
        clauses: &'a [Clause],
        draft: &mut MessageDraft<'a>,
        question: &mut Question,
    ) -> Written<'a> {
        let quiz = kind == QuestionKind::Quiz;
        let mut written = Written::default();
        let mut within: Option<Span> = None;
        let mut block = |checker: &mut Self, reply, effects: &'a [Clause], clause: &'a Clause, word| {
            if let Some((.., before)) = written.blocks.iter().find(|(known, ..)| *known == reply) {
                checker.said_twice(clause, word, *before);
            }
            written.blocks.push((reply, effects, clause.span));
        };
        for clause in clauses {
            let ClauseKind::Engagement(engagement) = &clause.kind else {
                match &clause.kind {
                    ClauseKind::Limit(limits) => self.limits(limits, &mut question.limits),
                    ClauseKind::Valid(parts) => self.valid_parts(parts, &mut question.valid),
                    _ => self.misplaced(clause, kind.word(), if quiz { QUIZ_HOLDS } else { SURVEY_HOLDS }),
                }
                continue;
            };
            match engagement {
                EngagementClause::Right(effects) if quiz => block(self, Reply::Right, effects, clause, "right"),
                EngagementClause::Wrong(effects) if quiz => block(self, Reply::Wrong, effects, clause, "wrong"),
                EngagementClause::Done(effects) => block(self, Reply::Done, effects, clause, "done"),
                EngagementClause::Otherwise(effects) => block(self, Reply::Otherwise, effects, clause, "otherwise"),
                _ => {}
            }
        }
        for clause in clauses {
            let ClauseKind::Engagement(engagement) = &clause.kind else { continue };
            match engagement {
                EngagementClause::Question(label) => self.only(&mut written.ask, label, clause, "ask"),
                EngagementClause::ChoiceList(label) => self.only(&mut written.list, label, clause, "list"),
                EngagementClause::Header(label) => self.only(&mut written.header, label, clause, "header"),
                EngagementClause::Footer(label) => self.only(&mut written.footer, label, clause, "footer"),
                EngagementClause::Template { name, arguments } => self.template(draft, name, arguments, clause.span),
                EngagementClause::Choice { name, label } => written.choices.push((name, label)),
                EngagementClause::Answer(name) if quiz => self.only(&mut written.answer, name, clause, "answer"),
                EngagementClause::Scale { from, to } if !quiz => {
                    if let Some((.., before)) = written.scale.replace((*from, *to, clause.span)) {
                        self.said_twice(clause, "scale", before);
                    }
                }
                EngagementClause::AnswerWithin(duration) => {
                    if let Some(before) = within.replace(clause.span) {
                        self.said_twice(clause, "within", before);
                    }
                    question.within = self.length(duration);
                }
                EngagementClause::Right(_) | EngagementClause::Wrong(_) if quiz => {}
                EngagementClause::Done(_) | EngagementClause::Otherwise(_) => {}
                _ => self.misplaced(clause, kind.word(), if quiz { QUIZ_HOLDS } else { SURVEY_HOLDS }),
            }
        }
        written
    }

    /// Keeps what stands once.
    fn only<T>(&mut self, place: &mut Option<(&'a T, Span)>, item: &'a T, clause: &Clause, word: &str) {
        if let Some((_, before)) = place.replace((item, clause.span)) {
            self.said_twice(clause, word, before);
        }
    }

    /// The question in its languages; one text is that of the first.
    fn asked_in(&mut self, draft: &mut MessageDraft<'a>, written: &Written<'a>, name: &Name) {
        let Some((ask, span)) = written.ask else {
            let help = "write `ask \"Which note is in our new blend?\"`, or a text for each language in braces";
            self.incomplete(name.span, format!("`{}` asks nothing", name.text), help);
            return;
        };
        match &ask.texts {
            LabelTexts::One(text) => {
                let language = self.settings.languages.first().cloned().unwrap_or_else(|| "en".to_owned());
                if is_blank(text) {
                    self.report(
                        Diagnostic::new(Code::MissingText, text.span, "this question is empty")
                            .help("write what the member is asked"),
                    );
                }
                let locale = Locale::find(&language);
                let language = Name { text: language, span };
                draft.texts.extend(locale.map(|locale| (language, text, locale)));
            }
            LabelTexts::Each(texts) => {
                texts.iter().for_each(|translation| self.message_language(draft, translation));
                self.in_order(draft);
            }
        }
    }

    fn incomplete(&mut self, span: Span, message: String, help: &str) {
        self.report(Diagnostic::new(Code::IncompleteQuestion, span, message).help(help.to_owned()));
    }

    /// Which answers there are, and how they are shown.
    fn answers(
        &mut self,
        kind: QuestionKind,
        name: &'a Name,
        written: &Written<'a>,
        draft: &mut MessageDraft<'a>,
        question: &mut Question,
    ) {
        if let Some((from, to, span)) = written.scale {
            if let Some((choice, _)) = written.choices.first() {
                self.report(
                    Diagnostic::new(Code::BadScale, span, "a survey has a scale or choices, and not both")
                        .label(choice.span, "a choice is declared here")
                        .help("write two surveys, and let the first `ask` the second when it is `done`"),
                );
            }
            if from >= to || to - from >= SCALE_MAX {
                self.report(
                    Diagnostic::new(Code::BadScale, span, format!("nobody could answer from {from} to {to}"))
                        .help(format!("a scale goes up, as in `scale 1 .. 5`, and has at most {SCALE_MAX} numbers")),
                );
            } else {
                self.scale_controls(name, (from, to), written, draft);
            }
            question.answers = Answers::Scale { from, to };
            return;
        }
        if written.choices.len() < 2 {
            let (message, help) = match kind {
                QuestionKind::Quiz => ("has fewer than two choices", "write them as in `choice A \"Cocoa\"`"),
                QuestionKind::Survey => (
                    "has neither a scale nor two choices",
                    "write `scale 1 .. 5`, or choices as in `choice good \"Good\"`",
                ),
            };
            self.incomplete(name.span, format!("`{}` {message}", name.text), help);
            return;
        }
        let right = match (kind, written.answer) {
            (QuestionKind::Quiz, None) => {
                let help = "say which choice is right: `answer B`";
                self.incomplete(name.span, format!("no choice of `{}` is the right one", name.text), help);
                None
            }
            (_, Some((answer, _))) => {
                let place = written.choices.iter().position(|(choice, _)| choice.text == answer.text);
                if place.is_none() {
                    let known: Vec<&str> = written.choices.iter().map(|(choice, _)| choice.text.as_str()).collect();
                    let message = format!("`{}` has no choice `{}`", name.text, answer.text);
                    let diagnostic = Diagnostic::new(Code::UnknownChoice, answer.span, message);
                    let diagnostic = diagnostic.help(format!("its choices are {}", known.join(", ")));
                    self.suggest(diagnostic, &answer.text, known.iter().copied());
                }
                place
            }
            (QuestionKind::Survey, None) => None,
        };
        let mut labels: Vec<Label> = Vec::new();
        for (_, label) in &written.choices {
            labels.extend(self.label(draft, label, DESCRIPTION_MAX, "of a choice"));
        }
        if labels.len() < written.choices.len() {
            return;
        }
        let choices = self.choice_words(written, &labels);
        if let Some((choice, _)) = written.choices.get(ROWS_MAX) {
            self.report(
                Diagnostic::new(Code::ProtocolLimit, choice.span, format!("more than {ROWS_MAX} choices"))
                    .help(format!("a list has at most {ROWS_MAX} rows; a `scale` has more numbers")),
            );
        }
        let names: Vec<Arc<str>> = written.choices.iter().map(|(name, _)| Arc::from(name.text.as_str())).collect();
        self.choice_controls(name, names, labels, written, draft);
        question.answers = Answers::Choices { choices, right };
    }

    /// What members may write for each choice: its name, its text in any language, and its number among them, unless
    /// some choice is called so.
    fn choice_words(&mut self, written: &Written<'a>, labels: &[Label]) -> Vec<AnswerChoice> {
        let mut taken: BTreeMap<String, (usize, Span)> = BTreeMap::new();
        let mut choices: Vec<AnswerChoice> = Vec::new();
        for (place, ((name, label), texts)) in written.choices.iter().zip(labels).enumerate() {
            let mut words: Vec<Arc<str>> = Vec::new();
            let own = core::iter::once((name.text.as_str(), name.span));
            for (text, span) in own.chain(texts.iter().map(|text| (&**text, label.span))) {
                let plain = inbound::plain(text);
                match taken.get(&plain) {
                    Some((before, _)) if *before == place => continue,
                    Some((_, before)) => {
                        self.report(
                            Diagnostic::new(Code::ChoicesAlike, span, format!("`{text}` would be two answers"))
                                .label(*before, "the other one")
                                .help("texts are compared without capitals, marks, punctuation and the like"),
                        );
                        continue;
                    }
                    None => {}
                }
                words.push(Arc::from(plain.as_str()));
                taken.insert(plain, (place, span));
            }
            choices.push(AnswerChoice { name: name.text.clone(), words });
        }
        let digits = |word: &str| word.chars().all(|digit| digit.is_ascii_digit());
        if !taken.keys().any(|word| digits(word)) {
            for (place, choice) in choices.iter_mut().enumerate() {
                choice.words.push(Arc::from((place + 1).to_string()));
            }
        }
        choices
    }

    /// A button for each choice, or a row of a list.
    fn choice_controls(
        &mut self,
        name: &'a Name,
        names: Vec<Arc<str>>,
        labels: Vec<Label>,
        written: &Written<'a>,
        draft: &mut MessageDraft<'a>,
    ) {
        let fit = |most: usize| labels.iter().flatten().all(|text| units(text) <= most);
        let payload = |choice: &str| format!("answer {} {choice}", name.text);
        if labels.len() <= BUTTONS_MAX && fit(BUTTON_MAX) && written.list.is_none() {
            let buttons = names.iter().zip(labels);
            draft.controls.extend(buttons.map(|(name, label)| ControlDraft::Button {
                label,
                payload: payload(name),
                when: None,
            }));
            return;
        }
        // A long text stands below the name of its choice.
        let named = !fit(ROW_MAX);
        let mut rows = Vec::new();
        for (choice, text) in names.iter().zip(labels) {
            if named && units(choice) > ROW_MAX {
                self.report(
                    Diagnostic::new(
                        Code::ProtocolLimit,
                        name.span,
                        format!("the name `{choice}` is too long for a list"),
                    )
                    .help(format!(
                        "where texts of choices have more than {ROW_MAX} characters, their names head the rows"
                    )),
                );
            }
            let (label, description) =
                if named { (vec![Arc::clone(choice); text.len()], Some(text)) } else { (text, None) };
            rows.push(Row { label, description, payload: payload(choice) });
        }
        let opens = written.list.and_then(|(label, _)| self.label(draft, label, BUTTON_MAX, "of a list"));
        if written.list.is_none() {
            self.report(
                Diagnostic::new(
                    Code::UntitledList,
                    name.span,
                    "the choices are a list, and nothing says what opens it",
                )
                .help("write `list \"Choose\"`; without it the list opens by `…`"),
            );
        }
        let label = opens.unwrap_or_else(|| vec![Arc::from("…"); draft.texts.len()]);
        draft.controls.push(ControlDraft::Menu { label, rows });
    }

    /// The numbers of a scale as buttons or rows; more than fit are written.
    fn scale_controls(
        &mut self,
        name: &'a Name,
        (from, to): (u32, u32),
        written: &Written<'a>,
        draft: &mut MessageDraft<'a>,
    ) {
        let numbers = from..=to;
        let shown = |number: u32| -> Label {
            let texts = draft.texts.iter().map(|(.., locale)| Arc::from(locale.number(number.into())));
            texts.collect()
        };
        let payload = |number: u32| format!("answer {} {number}", name.text);
        let count = numbers.clone().count();
        if count > ROWS_MAX {
            return;
        }
        if count <= BUTTONS_MAX && written.list.is_none() {
            let buttons: Vec<_> = numbers
                .map(|number| ControlDraft::Button { label: shown(number), payload: payload(number), when: None })
                .collect();
            draft.controls.extend(buttons);
            return;
        }
        let rows: Vec<Row> =
            numbers.map(|number| Row { label: shown(number), description: None, payload: payload(number) }).collect();
        let ends = shown(from).into_iter().zip(shown(to));
        let plain: Label = ends.map(|(from, to)| Arc::from(format!("{from} – {to}"))).collect();
        let opens = written.list.and_then(|(label, _)| self.label(draft, label, BUTTON_MAX, "of a list"));
        draft.controls.push(ControlDraft::Menu { label: opens.unwrap_or(plain), rows });
    }

    /// `ask new_blend`
    pub(super) fn ask(&mut self, name: &Name, scope: &Scope) -> Option<EffectKind> {
        if let Some(Value::Question(question)) = self.names.values.get(name.text.as_str()).copied() {
            self.asked.insert(question);
            let message = self.questions.get(question).map(|question| question.message)?;
            return self.say_number(message, scope).map(EffectKind::Say);
        }
        let known: Vec<String> = self.questions.iter().map(|question| question.name.clone()).collect();
        if let Some(message) = self.names.messages.get(name.text.as_str()) {
            let span = self.messages.get(*message).map(|draft| draft.name.span);
            let message = format!("`{}` is a message, which is not asked", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownGame, name.span, message);
            let diagnostic =
                span.into_iter().fold(diagnostic, |diagnostic, span| diagnostic.label(span, "declared here"));
            self.report(diagnostic.help(format!("write `say {}`", name.text)));
            return None;
        }
        self.unknown(Code::UnknownGame, name.span, "quiz or survey", &name.text, known.iter().map(String::as_str));
        None
    }

    /// Tells of what is never asked, and of answers that are never heard because some rule takes the text for its own.
    pub(super) fn lint_questions(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for (index, question) in self.questions.iter().enumerate() {
            let (word, name) = (question.kind.word(), &question.name);
            if !self.asked.contains(&index) {
                found.push(
                    Diagnostic::new(Code::NeverAsked, question.span, format!("no rule asks the {word} `{name}`"))
                        .help(format!("write `ask {name}` in a rule")),
                );
            }
            for rule in rules {
                let when = rule.versions.first().and_then(|form| form.value.when.first());
                let Some(ExprKind::Matches { words, negated: false, .. }) = when.map(|when| &when.kind) else {
                    continue;
                };
                let answers = |word: &Arc<str>| match &question.answers {
                    Answers::Choices { choices, .. } => choices.iter().any(|choice| choice.words.contains(word)),
                    Answers::Scale { from, to } => word.parse().is_ok_and(|number| (from..=to).contains(&&number)),
                };
                let taken = words.iter().find(|word| answers(word));
                if let Some(taken) = taken {
                    let message = format!("`{taken}` is what this rule answers to, and never an answer to `{name}`");
                    found.push(
                        Diagnostic::new(Code::AnswerTaken, rule.span, message)
                            .label(question.span, format!("the {word} is declared here"))
                            .help("what rules match comes before answers; write another text there, or call the choice otherwise"),
                    );
                }
            }
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }

    /// `new_blend.answered`, `new_blend.right`, `after_order.score`
    pub(super) fn question_path(&mut self, question: QuestionIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let found = self.questions.get(question)?;
        let (of, word, kind) = (found.name.clone(), found.kind.word(), found.kind);
        let scale = matches!(found.answers, Answers::Scale { .. });
        let Some((name, rest)) = rest.split_first() else {
            let message = format!("the {word} `{of}` alone is no value");
            let diagnostic = Diagnostic::new(Code::WrongType, root_span, message);
            self.report(diagnostic.help(format!("write `{of}.answered` for whether the member has answered it")));
            return None;
        };
        let (figure, ty) = match name.text.as_str() {
            "asked" => (QuestionFigure::Asked, Type::Bool),
            "answered" => (QuestionFigure::Answered, Type::Bool),
            "right" if kind == QuestionKind::Quiz => (QuestionFigure::Right, Type::Bool),
            "answer" if !scale => (QuestionFigure::Answer, Type::Text),
            "score" if scale => (QuestionFigure::Score, Type::Number),
            text => {
                let mut known = vec!["asked", "answered"];
                known.extend((kind == QuestionKind::Quiz).then_some("right"));
                known.push(if scale { "score" } else { "answer" });
                let listed: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                let message = format!("the {word} `{of}` has no `{text}`");
                let diagnostic = Diagnostic::new(Code::UnknownField, name.span, message)
                    .label(found.span, "declared here")
                    .help(format!("it has {}", listed.join(", ")));
                self.suggest(diagnostic, text, known);
                return None;
            }
        };
        let span = root_span.to(name.span);
        self.parts(Expr { kind: ExprKind::Question(question, figure), ty, span }, rest)
    }
}
