//! The program's head: currency, zone, calendar and how long things are remembered.

use chrono::Weekday;

use super::Checker;
use super::clauses::Holder;
use super::currency;
use super::model::{Currency, Length, Returns, Settings, TimeUnit};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{ClauseKind, Name};
use crate::zones::{self, Zone};

/// What holds where a program says nothing.
impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            version: 1,
            currency: None,
            zone: Zone::UTC,
            week_start: Weekday::Mon,
            year_start: 1,
            languages: Vec::new(),
            history: Length { count: 400, unit: TimeUnit::Day },
            returns_within: Length { count: 180, unit: TimeUnit::Day },
            returns: Returns::Keep,
            future: Length { count: 5, unit: TimeUnit::Minute },
        }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn settings(&mut self, declared: &Declared<'a>) {
        let Some((title, clauses)) = declared.program else { return };
        self.settings.title = title.text.clone();
        let mut remembered: Vec<Span> = Vec::new();
        for clause in self.in_force(Holder::Program, clauses).into_iter().flat_map(|form| form.clauses) {
            match &clause.kind {
                ClauseKind::Version(0) => {
                    self.report(Diagnostic::new(Code::OutOfRange, clause.span, "versions are counted from 1"));
                }
                ClauseKind::Version(version) => self.settings.version = *version,
                ClauseKind::Currency(name) => {
                    self.settings.currency = self.currency(name);
                    // One that is misspelt is reported as such, and not as missing.
                    self.no_currency_reported = true;
                }
                ClauseKind::Timezone(name) => match Zone::find(&name.text) {
                    Some(zone) => self.settings.zone = zone,
                    None => {
                        let known = zones::all().map(Zone::name);
                        let message = format!("unknown time zone `{}`", name.text);
                        let diagnostic = Diagnostic::new(Code::UnknownZone, name.span, message)
                            .help("zones are named as in the IANA database, such as `Asia/Kuala_Lumpur`");
                        self.suggest(diagnostic, &name.text, known);
                    }
                },
                ClauseKind::Week(day) => self.settings.week_start = *day,
                ClauseKind::Year(month) => self.settings.year_start = *month,
                ClauseKind::Languages(names) => self.languages(names),
                ClauseKind::History(duration) => {
                    remembered.push(duration.span);
                    if let Some(length) = self.length(duration) {
                        self.settings.history = length;
                    }
                }
                ClauseKind::Returns { policy, within } => {
                    if let Some(policy) = policy {
                        self.rule_returns = Some(*policy);
                        self.settings.returns = *policy;
                    }
                    if let Some(duration) = within {
                        remembered.push(duration.span);
                        if let Some(length) = self.length(duration) {
                            self.settings.returns_within = length;
                        }
                    }
                }
                ClauseKind::Future(duration) => {
                    if let Some(length) = self.length(duration) {
                        self.settings.future = length;
                    }
                }
                _ => {}
            }
        }
        if self.settings.history.seconds() < self.settings.returns_within.seconds()
            && let Some((first, others)) = remembered.split_first()
        {
            let mut diagnostic = Diagnostic::new(
                Code::HistoryTooShort,
                *first,
                "orders can be returned for longer than events are remembered",
            );
            for other in others {
                diagnostic = diagnostic.label(*other, "the other length");
            }
            self.report(diagnostic.help(
                "let `history` (400 days by default) be at least as long as `returns within` (180 days by default)",
            ));
        }
    }

    /// A currency by its code, with the place that names it.
    pub(super) fn currency(&mut self, name: &Name) -> Option<Currency> {
        let Some(currency) = currency::find(&name.text) else {
            let diagnostic =
                Diagnostic::new(Code::UnknownCurrency, name.span, format!("unknown currency `{}`", name.text))
                    .help("currencies are named by the three capital letters of ISO 4217");
            self.suggest(diagnostic, &name.text, currency::codes());
            return None;
        };
        self.currency_at.entry(currency).or_insert(name.span);
        Some(currency)
    }

    fn languages(&mut self, names: &[Name]) {
        for name in names {
            if self.settings.languages.contains(&name.text) {
                self.report(Diagnostic::new(
                    Code::Duplicate,
                    name.span,
                    format!("the language `{}` is named twice", name.text),
                ));
            } else {
                self.settings.languages.push(name.text.clone());
            }
        }
    }
}
