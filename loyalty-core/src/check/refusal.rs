//! `refuse`: a rule that lets an event not happen, in the program's own words.

use super::Checker;
use super::expression::Scope;
use super::model::{EffectKind, Event, RuleForm, RuleIndex, Text, Words};
use super::rule::Draft;
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::Locale;
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::message::{Label, LabelTexts, MessageText};
use crate::syntax::tree::Name;

/// Standard events that tell what has happened already, or what others have decided: refused, they would be lost.
const FACTS: [&str; 18] = [
    "refund",
    "cancel",
    "received",
    "sent_back",
    "pooled",
    "capture",
    "release",
    "referral",
    "referral_share",
    "referral_withdrawn",
    "referral_refused",
    "placed",
    "message",
    "message_status",
    "identity_changed",
    "answer",
    "consent",
    "broadcast",
];

/// What an untold language is.
const ENGLISH: &str = "en";

/// Whether an event is none by which anybody asks for something.
pub(super) fn tells_what_has_happened(event: &Event) -> bool {
    event.standard && FACTS.contains(&event.name.as_str())
}

impl<'a> Checker<'a> {
    pub(super) fn refuse(&mut self, label: &'a Label, scope: &Scope, span: Span) -> Option<Words> {
        let words = self.words(label, scope);
        let on = scope.event.and_then(|event| self.events.get(event));
        let diagnostic = match on {
            None => Diagnostic::new(Code::RefusedEvent, span, "only a rule on an event can refuse")
                .help("write `on` and an event in the head of the rule: what time brings, and what has been decided, happens in any case"),
            Some(event) if tells_what_has_happened(event) => {
                let message = format!("`{}` tells what has happened already, and cannot be refused", event.name);
                let help = match event.name.as_str() {
                    "received" => "say what is taken in by `accept` with `when` and `cap`: the rest goes back",
                    "message" | "answer" => "answer it with `say`",
                    _ => "refuse the event by which a member asks for something, such as `order` or `redeem`",
                };
                Diagnostic::new(Code::RefusedEvent, span, message).help(help)
            }
            Some(_) => return words,
        };
        self.report(diagnostic);
        None
    }

    /// A text in one language or in several.
    fn words(&mut self, label: &'a Label, scope: &Scope) -> Option<Words> {
        let scope = &Scope { place: "this text", ..*scope };
        let mut languages: Vec<(String, Locale)> = Vec::new();
        let mut texts: Vec<Option<Text>> = Vec::new();
        match &label.texts {
            LabelTexts::One(text) => {
                let language = self.settings.languages.first().map_or(ENGLISH, String::as_str).to_owned();
                // A language of the program that is not known is told where it stands.
                let locale = Locale::find(&language).or_else(|| Locale::find(ENGLISH))?;
                self.some_text(text);
                texts.push(self.message_text(text, locale, scope));
                languages.push((language, locale));
            }
            LabelTexts::Each(all) => {
                let order = self.settings.languages.clone();
                let place = |name: &str| order.iter().position(|known| known == name).unwrap_or(usize::MAX);
                let mut sorted: Vec<_> = all.iter().collect();
                sorted.arrange_by_key(|each| place(&each.language.text));
                for each in sorted {
                    let Some(locale) = self.language(&each.language) else {
                        texts.push(None);
                        continue;
                    };
                    if languages.iter().any(|(known, _)| *known == each.language.text) {
                        let message = format!("the text in `{}` is given twice", each.language.text);
                        self.report(Diagnostic::new(Code::Duplicate, each.language.span, message));
                        texts.push(None);
                        continue;
                    }
                    self.some_text(&each.text);
                    texts.push(self.message_text(&each.text, locale, scope));
                    languages.push((each.language.text.clone(), locale));
                }
            }
        }
        Some(Words { languages, texts: texts.into_iter().collect::<Option<_>>()? })
    }

    fn some_text(&mut self, text: &'a MessageText) {
        if super::message::languages::is_blank(text) {
            self.report(
                Diagnostic::new(Code::MissingText, text.span, "this text is empty")
                    .help("say to the member why it cannot be"),
            );
        }
    }

    /// That nothing else stands in a rule that refuses: of its event nothing happens, and nothing is counted.
    pub(super) fn refusals(&mut self, drafts: &[Draft]) {
        for draft in drafts {
            for form in draft.rule.versions.iter().map(|version| &version.value) {
                let Some(refusal) = refusal(form) else { continue };
                if draft.rule.held.is_some() {
                    self.report(
                        Diagnostic::new(Code::RefusedEvent, refusal, "only a rule of its own can refuse")
                            .help("write `rule NAME on order when … { refuse \"…\" }`"),
                    );
                    continue;
                }
                let other = form.effects.iter().find(|effect| effect.span != refusal).map(|effect| effect.span);
                let counted = form.limits.first().map(|limit| limit.span);
                let counted = counted.or(form.caps.first().map(|cap| cap.span));
                for (span, message, help) in [
                    (other, "nothing happens of an event that is refused", "let another rule do it, or leave it out"),
                    (
                        counted,
                        "a refusal counts nothing, so that this is never used up",
                        "count with a measure, and refuse `when` it is too much",
                    ),
                ] {
                    let Some(span) = span else { continue };
                    let diagnostic = Diagnostic::new(Code::RefusedAlone, span, message).help(help);
                    self.report(diagnostic.label(refusal, "this rule refuses"));
                }
            }
        }
    }

    /// That no rule of a group refuses, for a group counts what its rules do.
    pub(super) fn grouped_refusals(&mut self, members: &[RuleIndex], drafts: &[Draft], group: &Name) {
        let drafts = members.iter().filter_map(|member| drafts.get(*member));
        let refusing = drafts.flat_map(|draft| &draft.rule.versions).find_map(|version| refusal(&version.value));
        if let Some(refusal) = refusing {
            self.report(
                Diagnostic::new(
                    Code::RefusedAlone,
                    group.span,
                    "a rule of this group refuses, and a refusal counts nothing",
                )
                .label(refusal, "this rule refuses")
                .help("leave the rule out of the group"),
            );
        }
    }
}

/// Where a form refuses.
fn refusal(form: &RuleForm) -> Option<Span> {
    form.effects.iter().find(|effect| matches!(effect.kind, EffectKind::Refuse(_))).map(|effect| effect.span)
}
