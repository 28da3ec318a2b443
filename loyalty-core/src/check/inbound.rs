//! What members write: the words that rules answer to, and the rules for what no other rule knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Checker;
use super::model::{Expr, ExprKind, Rule, Type};
use super::names::Owner;
use super::trigger::MESSAGE;
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::inbound;
use crate::source::Span;
use crate::syntax::tree;
use crate::syntax::trigger::TriggerKind;

/// The most words of one rule, and the longest of them, in bytes.
const WORDS_MAX: usize = 1_000;
const WORD_BYTES_MAX: usize = 256;

impl<'a> Checker<'a> {
    /// The condition of a trigger by what is written, if it is one. That of `otherwise` waits for all other rules.
    pub(super) fn inbound(&mut self, trigger: &'a tree::Trigger) -> Option<Expr> {
        let TriggerKind::Message { matching } = &trigger.kind else { return None };
        let value = self.written(trigger.span)?;
        let Some(matching) = matching else {
            let words: Arc<[Arc<str>]> = Arc::from(Vec::new());
            return Some(matches(value, words, true, trigger.span));
        };
        if matching.is_empty() || matching.len() > WORDS_MAX {
            self.report(
                Diagnostic::new(Code::BadMatching, trigger.span, "nothing that anybody writes could match this")
                    .help(format!("list 1 to {WORDS_MAX} texts, as in `on message matching [\"yes\", \"نعم\"]`")),
            );
            return None;
        }
        let mut words: Vec<Arc<str>> = Vec::with_capacity(matching.len());
        for expr in matching {
            let tree::ExprKind::Text(text) = &expr.kind else {
                self.report(
                    Diagnostic::new(Code::BadMatching, expr.span, "what is written is matched with texts in quotes")
                        .help("conditions on the text are written after `when`: `when message.text == member.name`"),
                );
                continue;
            };
            let plain = inbound::plain(text);
            if plain.is_empty() || plain.len() > WORD_BYTES_MAX {
                self.report(
                    Diagnostic::new(Code::BadMatching, expr.span, "nothing that anybody writes could match this")
                        .help(format!("a text to be matched has 1 to {WORD_BYTES_MAX} bytes")),
                );
                continue;
            }
            if words.iter().any(|known| **known == *plain) {
                self.report(
                    Diagnostic::new(
                        Code::BadMatching,
                        expr.span,
                        format!("`{text}` is the same as another of these texts"),
                    )
                    .help(
                        "texts are compared without capitals, marks, punctuation and the like: one of each is enough",
                    ),
                );
                continue;
            }
            words.push(Arc::from(plain.as_str()));
        }
        Some(matches(value, Arc::from(words), false, trigger.span))
    }

    /// What a member has written, or the payload of what was tapped.
    fn written(&self, span: Span) -> Option<Expr> {
        let event = self.names.events.get(MESSAGE).copied()?;
        let field = |name: &str| {
            let field = self.names.fields.get(&(Owner::Event(event), name)).copied()?;
            Some(Box::new(Expr { kind: ExprKind::Event(field), ty: Type::Text, span }))
        };
        Some(Expr { kind: ExprKind::Otherwise(field("payload")?, field("text")?), ty: Type::Text, span })
    }

    /// Gives the rules for unknown texts all that other rules know, and tells of words that two rules answer to.
    pub(super) fn otherwise<'r>(&mut self, rules: impl Iterator<Item = &'r mut Rule>) {
        // With whether the rule answers to it whatever else holds.
        let mut known: BTreeMap<Arc<str>, (Span, bool)> = BTreeMap::new();
        let mut waiting: Vec<&mut Expr> = Vec::new();
        for rule in rules {
            let (name, tapped) = (rule.name.clone(), rule.held.as_ref().is_some_and(|held| held.keyword == "button"));
            if tapped {
                known.entry(Arc::from(inbound::plain(&name).as_str())).or_insert((rule.span, true));
            }
            let always = rule.versions.first().is_some_and(|form| form.value.when.len() == 1);
            // A text that two forms of one rule match is one text; forms of other rules are not its own.
            let own: Vec<Arc<str>> = rule
                .versions
                .first()
                .and_then(|form| form.value.when.first())
                .map(|when| match &when.kind {
                    ExprKind::Matches { words, negated: false, .. } => words.to_vec(),
                    _ => Vec::new(),
                })
                .unwrap_or_default();
            for word in own {
                if let Some((before, true)) = known.get(&word)
                    && always
                {
                    self.report(
                        Diagnostic::new(Code::MatchedTwice, rule.span, format!("two rules answer to `{word}`"))
                            .label(*before, "the other one")
                            .help("both run; write the text in one of them if that is not meant"),
                    );
                }
                known.entry(word).or_insert((rule.span, always));
            }
            waiting.extend(rule.versions.iter_mut().filter_map(|form| form.value.when.first_mut()));
        }
        let all: Arc<[Arc<str>]> = known.into_keys().collect();
        for when in waiting {
            if let ExprKind::Matches { words, negated: true, .. } = &mut when.kind {
                *words = Arc::clone(&all);
            }
        }
    }
}

fn matches(value: Expr, words: Arc<[Arc<str>]>, negated: bool, span: Span) -> Expr {
    Expr { kind: ExprKind::Matches { value: Box::new(value), words, negated }, ty: Type::Bool, span }
}
