//! The texts of a message, one for each of its languages.

use std::sync::Arc;

use super::MessageDraft;
use super::protocol::units;
use crate::check::Checker;
use crate::check::model::Label;
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::Locale;
use crate::source::Span;
use crate::syntax::message::{self as tree_message, LabelTexts, MessageText, Part};
use crate::syntax::tree::Name;

impl<'a> Checker<'a> {
    /// The locale of a language that the program says it speaks.
    pub(in crate::check) fn language(&mut self, name: &Name) -> Option<Locale> {
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

    pub(in crate::check) fn message_language(
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

    /// A short text for each language of the message.
    pub(in crate::check) fn label(
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
    pub(super) fn each_language<T>(
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
}

pub(in crate::check) fn is_blank(text: &MessageText) -> bool {
    text.parts.iter().all(|part| matches!(part, Part::Literal(literal) if literal.trim().is_empty()))
}
