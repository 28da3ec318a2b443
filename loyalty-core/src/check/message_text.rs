//! The values in the texts of messages: what can be told, and in which ways a language tells it.

use std::sync::Arc;

use super::Checker;
use super::expression::Scope;
use super::model::{Choice, Expr, Parameter, Shown, Text, TextPart, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::{Category, Kind, Length, Locale};
use crate::source::Span;
use crate::syntax::calendar::WEEKDAYS;
use crate::syntax::message::{Argument, Branch, Format, Key, MessageText, Part, TemplateArgument};
use crate::syntax::tree::Name;

/// Where a text stands: `#` means a number only within a plural.
#[derive(Clone, Copy)]
struct Around<'s> {
    locale: Locale,
    scope: &'s Scope,
    plural: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn message_text(&mut self, text: &'a MessageText, locale: Locale, scope: &Scope) -> Option<Text> {
        self.parts_of(text, Around { locale, scope, plural: false })
    }

    fn parts_of(&mut self, text: &'a MessageText, around: Around<'_>) -> Option<Text> {
        let parts = text.parts.iter().map(|part| match part {
            Part::Literal(literal) => Some(TextPart::Literal(Arc::from(literal.as_str()))),
            Part::NumberSign if around.plural => Some(TextPart::NumberSign),
            Part::NumberSign => Some(TextPart::Literal(Arc::from("#"))),
            Part::Argument(argument) => self.argument(argument, around),
        });
        // All of them, so that every slip is told.
        let parts: Vec<Option<TextPart>> = parts.collect();
        parts.into_iter().collect()
    }

    /// What fills a place of a template.
    pub(super) fn parameter(&mut self, argument: &'a TemplateArgument, scope: &Scope) -> Option<Parameter> {
        let value = self.expression(&argument.value, scope)?;
        let shown = self.shown(&value)?;
        Some(Parameter { name: argument.name.as_ref().map(|name| name.text.clone()), value, shown })
    }

    fn argument(&mut self, argument: &'a Argument, around: Around<'_>) -> Option<TextPart> {
        let value = self.expression(&argument.value, around.scope);
        match &argument.format {
            Format::Plain => {
                let value = value?;
                let shown = self.shown(&value)?;
                Some(TextPart::Value { value, shown })
            }
            Format::Style { kind, style } => {
                let value = value?;
                let shown = self.style(&value, kind, style.as_ref())?;
                Some(TextPart::Value { value, shown })
            }
            Format::Plural { ordinal, offset, branches } => {
                self.plural(value, (*ordinal, *offset), branches, argument, around)
            }
            Format::Select(branches) => self.select(value, branches, argument.span, around),
        }
    }

    /// How a value is written if nothing says so.
    fn shown(&mut self, value: &Expr) -> Option<Shown> {
        Some(match &value.ty {
            Type::Number | Type::Amount(_) => Shown::Number,
            Type::Percent => Shown::Percent,
            Type::Money(currency) => Shown::Money(*currency),
            // An arm is told by its name.
            Type::Text | Type::Arm(_) => Shown::Text,
            Type::Date => Shown::Date(Length::Medium),
            Type::Instant => Shown::Instant(Length::Medium),
            Type::Time => Shown::Time,
            Type::Weekday => Shown::Weekday,
            Type::Level(_) => Shown::Level,
            Type::Bool => {
                self.wrong_format(value, "told as it is", "write `{x, select, true {…} other {…}}`");
                return None;
            }
            Type::List(_) | Type::Record(_) => {
                self.wrong_format(value, "told as it is", "name one value of it, or `count(x)`");
                return None;
            }
        })
    }

    fn wrong_format(&mut self, value: &Expr, how: &str, help: &str) {
        let message = format!("{} cannot be {how}", self.describe(&value.ty));
        self.report(Diagnostic::new(Code::WrongFormat, value.span, message).help(help));
    }

    /// `number, integer`, `date, long`, `time`
    fn style(&mut self, value: &Expr, kind: &Name, style: Option<&Name>) -> Option<Shown> {
        let word = style.map(|style| style.text.as_str());
        let number = matches!(value.ty, Type::Number | Type::Amount(_));
        let day = matches!(value.ty, Type::Date | Type::Instant);
        let length = word.map_or(Some(Length::Medium), Length::named);
        let found = match (kind.text.as_str(), word) {
            ("number", None) if number => Some(Shown::Number),
            ("number", None) if value.ty == Type::Percent => Some(Shown::Percent),
            ("number", None) => match value.ty {
                Type::Money(currency) => Some(Shown::Money(currency)),
                _ => None,
            },
            ("number", Some("integer")) if number => Some(Shown::Integer),
            ("number", Some("percent")) if matches!(value.ty, Type::Number | Type::Percent) => Some(Shown::Percent),
            ("date", _) if day => length.map(Shown::Date),
            ("time", None | Some("short")) if matches!(value.ty, Type::Time | Type::Instant) => Some(Shown::Time),
            _ => None,
        };
        if found.is_none() {
            let span = style.map_or(kind.span, |style| kind.span.to(style.span));
            let written = style.map_or_else(|| kind.text.clone(), |style| format!("{}, {}", kind.text, style.text));
            let message = format!("{} cannot be written as `{written}`", self.describe(&value.ty));
            self.report(
                Diagnostic::new(Code::WrongFormat, span, message)
                    .help("there are `number`, `number, integer`, `number, percent`, `date` with `short`, `medium`, `long` or `full`, and `time`; a plural has branches, as in `plural, one {# bean} other {# beans}`"),
            );
        }
        found
    }

    fn plural(
        &mut self,
        value: Option<Expr>,
        (ordinal, offset): (bool, u32),
        branches: &'a [Branch],
        argument: &'a Argument,
        around: Around<'_>,
    ) -> Option<TextPart> {
        let kind = if ordinal { Kind::Ordinal } else { Kind::Cardinal };
        let categories = around.locale.categories(kind);
        let inner = Around { plural: true, ..around };
        let mut exactly: Vec<(u32, Option<Text>)> = Vec::new();
        let mut found: Vec<(Category, Option<Text>)> = Vec::new();
        let mut sound = true;
        for branch in branches {
            let text = self.parts_of(&branch.text, inner);
            match &branch.key {
                Key::Exactly(number) if exactly.iter().any(|(known, _)| known == number) => {
                    sound = self.branch_twice(branch.span);
                }
                Key::Exactly(number) => exactly.push((*number, text)),
                Key::Word(name) => match Category::named(&name.text) {
                    Some(category) if !categories.contains(&category) => {
                        sound = false;
                        self.no_such_branch(name, &categories);
                    }
                    Some(category) if found.iter().any(|(known, _)| *known == category) => {
                        sound = self.branch_twice(name.span);
                    }
                    Some(category) => found.push((category, text)),
                    None => {
                        sound = false;
                        self.no_such_branch(name, &categories);
                    }
                },
            }
        }
        if !found.iter().any(|(category, _)| *category == Category::Other) {
            self.report(
                Diagnostic::new(Code::MissingBranch, argument.span, "this plural has no branch `other`")
                    .help("`other` is for all numbers that no other branch is for"),
            );
            return None;
        }
        let gaps: Vec<&str> = categories
            .iter()
            .filter(|category| !found.iter().any(|(known, _)| known == *category))
            .map(|category| category.name())
            .collect();
        // Only languages with big numbers of their own have `many` beside `one`; nobody counts beans in millions.
        let gaps: Vec<&str> = if categories.len() == 3 && gaps == ["many"] { Vec::new() } else { gaps };
        if !gaps.is_empty() {
            let names: Vec<String> = gaps.iter().map(|gap| format!("`{gap}`")).collect();
            self.report(
                Diagnostic::new(
                    Code::PluralGap,
                    argument.span,
                    format!("the language has forms of words that this plural leaves out: {}", names.join(", ")),
                )
                .help("numbers of these forms are told by `other`"),
            );
        }
        let value = value?;
        if !matches!(value.ty, Type::Number | Type::Amount(_)) {
            self.wrong_format(&value, "counted", "a plural is of a number, as in `{beans.balance, plural, …}`");
            return None;
        }
        if !sound {
            return None;
        }
        let exactly = exactly.into_iter().map(|(number, text)| Some((number, text?))).collect::<Option<_>>()?;
        let branches = found.into_iter().map(|(category, text)| Some((category, text?))).collect::<Option<_>>()?;
        Some(TextPart::Plural { value, ordinal, offset, exactly, branches })
    }

    fn branch_twice(&mut self, span: Span) -> bool {
        self.report(Diagnostic::new(Code::Duplicate, span, "this branch is given twice"));
        false
    }

    fn no_such_branch(&mut self, name: &Name, categories: &[Category]) {
        let names: Vec<String> = categories.iter().map(|category| format!("`{}`", category.name())).collect();
        let diagnostic = Diagnostic::new(
            Code::UnknownBranch,
            name.span,
            format!("the language has no form of words `{}`", name.text),
        )
        .help(format!("it has {}; a number by itself is written `=0`", names.join(", ")));
        self.suggest(diagnostic, &name.text, categories.iter().map(|category| category.name()));
    }

    fn select(
        &mut self,
        value: Option<Expr>,
        branches: &'a [Branch],
        span: Span,
        around: Around<'_>,
    ) -> Option<TextPart> {
        let mut found: Vec<(&'a Name, Option<Text>)> = Vec::new();
        let mut other = None;
        let mut sound = true;
        for branch in branches {
            let text = self.parts_of(&branch.text, around);
            let Key::Word(name) = &branch.key else { continue };
            if name.text == "other" && other.is_none() {
                other = Some(text);
            } else if name.text == "other" || found.iter().any(|(known, _)| known.text == name.text) {
                sound = self.branch_twice(name.span);
            } else {
                found.push((name, text));
            }
        }
        let value = value?;
        let known: Option<Vec<String>> = match &value.ty {
            Type::Text => None,
            Type::Bool => Some(vec!["true".to_owned(), "false".to_owned()]),
            Type::Weekday => Some(WEEKDAYS.map(str::to_owned).to_vec()),
            Type::Level(ladder) => {
                let levels = self.ladders.get(*ladder).map(|ladder| ladder.levels.as_slice()).unwrap_or_default();
                Some(levels.iter().map(|level| level.name.clone()).collect())
            }
            Type::Arm(experiment) => {
                let arms = self.experiments.get(*experiment).map(|experiment| experiment.arms.clone());
                Some(arms.unwrap_or_default())
            }
            _ => {
                self.wrong_format(
                    &value,
                    "chosen by",
                    "a select is by a text, a level, a weekday, an arm or a condition; numbers have `plural`",
                );
                return None;
            }
        };
        let mut chosen = Vec::with_capacity(found.len());
        for (name, text) in found {
            let place = known.as_ref().map(|known| known.iter().position(|known| *known == name.text));
            let choice = match (&value.ty, place) {
                (_, Some(None)) => {
                    let diagnostic = Diagnostic::new(
                        Code::UnknownBranch,
                        name.span,
                        format!("{} is never `{}`", self.describe(&value.ty), name.text),
                    );
                    self.suggest(diagnostic, &name.text, known.iter().flatten().map(String::as_str));
                    sound = false;
                    continue;
                }
                (Type::Bool, Some(Some(place))) => Choice::Bool(place == 0),
                (Type::Weekday, Some(Some(place))) => Choice::Weekday(place as u8),
                (Type::Level(_), Some(Some(place))) => Choice::Level(place),
                (_, Some(Some(_))) => Choice::Text(Arc::from(name.text.as_str())),
                (_, None) => Choice::Text(Arc::from(name.text.as_str())),
            };
            chosen.push((choice, text));
        }
        let complete = known.as_ref().is_some_and(|known| known.len() == chosen.len());
        if other.is_none() && !complete {
            self.report(
                Diagnostic::new(Code::MissingBranch, span, "this select has no branch `other`")
                    .help("`other` is for every value that no other branch is for"),
            );
            return None;
        }
        if !sound {
            return None;
        }
        let branches = chosen.into_iter().map(|(choice, text)| Some((choice, text?))).collect::<Option<_>>()?;
        Some(TextPart::Select { value, branches, other: other.unwrap_or(Some(Text::new()))? })
    }
}
