//! `badge`: marks of honour, given by rules or by conditions of their own, with levels or without.

use std::collections::BTreeMap;

use super::Checker;
use super::expression::Scope;
use super::model::{Badge, BadgeFigure, BadgeIndex, BadgeLevel, EffectKind, Expr, ExprKind, Returns, Rule, Type};
use super::names::{Declared, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::tree::{Clause, ClauseKind, Name};

/// The most levels that one badge may have.
const LEVELS_MAX: usize = 100;

const HOLDS: &str = "a `badge` holds `when`, or levels such as `level silver when orders >= 10`, and `returns`";

impl<'a> Checker<'a> {
    /// The levels of each badge, which other declarations name.
    pub(super) fn badge_heads(&mut self, declared: &Declared<'a>) {
        for (name, title, clauses) in &declared.badges {
            let mut badge = Badge {
                name: name.text.clone(),
                title: title.map(|title| title.text.clone()),
                levels: Vec::new(),
                returns: Returns::Keep,
                span: name.span,
            };
            let mut levels: BTreeMap<&str, Span> = BTreeMap::new();
            let mut returns: Option<Span> = None;
            for clause in *clauses {
                match &clause.kind {
                    ClauseKind::Engagement(EngagementClause::BadgeLevel { name, title, .. }) => {
                        if ["held", "since"].contains(&name.text.as_str()) {
                            self.report(
                                Diagnostic::new(
                                    Code::Reserved,
                                    name.span,
                                    format!("every badge has its own `{}`", name.text),
                                )
                                .help("choose another name"),
                            );
                        } else if self.new_name(&mut levels, name, "the level") {
                            badge.levels.push(BadgeLevel {
                                name: name.text.clone(),
                                title: title.as_ref().map(|title| title.text.clone()),
                                when: None,
                                span: name.span,
                            });
                        }
                    }
                    ClauseKind::Returns { policy: Some(policy), .. } => {
                        badge.returns = *policy;
                        if let Some(before) = returns.replace(clause.span) {
                            self.said_twice(clause, "returns", before);
                        }
                    }
                    ClauseKind::When(_) => {}
                    _ => self.misplaced(clause, "badge", HOLDS),
                }
            }
            if let Some(level) = badge.levels.get(LEVELS_MAX) {
                self.report(
                    Diagnostic::new(Code::TooMany, level.span, format!("more than {LEVELS_MAX} levels"))
                        .at("the first one too many"),
                );
            }
            if badge.levels.is_empty() {
                badge.levels.push(BadgeLevel { name: String::new(), title: None, when: None, span: name.span });
            }
            self.badges.push(badge);
        }
    }

    /// The conditions of each badge, when everything that they may read is known.
    pub(super) fn badges(&mut self, declared: &Declared<'a>) {
        for (index, (_, _, clauses)) in declared.badges.iter().enumerate() {
            let named: Vec<Span> = clauses.iter().filter_map(level_of).map(|(name, _)| name.span).collect();
            let mut whens: BTreeMap<String, Expr> = BTreeMap::new();
            for clause in *clauses {
                let (name, when) = match (&clause.kind, level_of(clause)) {
                    (_, Some((name, Some(when)))) => (name.text.as_str(), when),
                    (ClauseKind::When(when), _) => ("", when),
                    _ => continue,
                };
                let Some(condition) = self.condition(when, &Scope::member("a badge"), "`when`") else { continue };
                if let (true, Some(level)) = (name.is_empty(), named.first()) {
                    self.report(
                        Diagnostic::new(
                            Code::BadgeLevels,
                            clause.span,
                            "a badge with levels has no condition beside those of its levels",
                        )
                        .label(*level, "a level is declared here")
                        .help("write the condition behind the level: `level silver when orders >= 10`"),
                    );
                    continue;
                }
                self.watched(&condition, "a badge");
                // Several `when` of a badge must all hold, as everywhere.
                let both = match whens.remove(name) {
                    Some(before) => {
                        let span = condition.span;
                        Expr { kind: ExprKind::And(vec![before, condition]), ty: Type::Bool, span }
                    }
                    None => condition,
                };
                whens.insert(name.to_owned(), both);
            }
            let Some(badge) = self.badges.get_mut(index) else { continue };
            for level in &mut badge.levels {
                level.when = whens.remove(&level.name);
            }
        }
    }

    /// Says which badges nothing gives.
    pub(super) fn lint_badges(&mut self, rules: &[Rule]) {
        let mut awarded = vec![false; self.badges.len()];
        let effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        for effect in effects {
            if let EffectKind::Award { badge, .. } = effect.kind
                && let Some(awarded) = awarded.get_mut(badge)
            {
                *awarded = true;
            }
        }
        let never = self
            .badges
            .iter()
            .zip(awarded)
            .filter(|(badge, awarded)| !awarded && badge.levels.iter().all(|level| level.when.is_none()));
        let never: Vec<(String, Span)> = never.map(|(badge, _)| (badge.name.clone(), badge.span)).collect();
        for (name, span) in never {
            self.report(
                Diagnostic::new(Code::NeverAwarded, span, format!("nothing gives the badge `{name}`"))
                    .help(format!("let a rule `award {name}`, or give it a condition by `when`")),
            );
        }
    }

    /// The badge of that name.
    pub(super) fn badge(&mut self, name: &Name) -> Option<BadgeIndex> {
        if let Some(Value::Badge(badge)) = self.names.values.get(name.text.as_str()).copied() {
            return Some(badge);
        }
        let known: Vec<String> = self.badges.iter().map(|badge| badge.name.clone()).collect();
        self.unknown(Code::UnknownGame, name.span, "badge", &name.text, known.iter().map(String::as_str));
        None
    }

    /// `award regular`, `award explorer level silver`
    pub(super) fn award(&mut self, badge: &Name, level: Option<&Name>) -> Option<EffectKind> {
        let badge = self.badge(badge)?;
        let Some(level) = level else { return Some(EffectKind::Award { badge, level: None }) };
        let level = self.badge_level(badge, level)?;
        Some(EffectKind::Award { badge, level: Some(level) })
    }

    fn badge_level(&mut self, badge: BadgeIndex, name: &Name) -> Option<usize> {
        let found = self.badges.get(badge)?;
        let place = found.levels.iter().position(|level| level.name == name.text);
        if place.is_none() {
            let (of, span) = (found.name.clone(), found.span);
            let known: Vec<String> = found.levels.iter().map(|level| level.name.clone()).collect();
            let message = format!("the badge `{of}` has no level `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownLevel, name.span, message)
                .label(span, format!("`{of}` is declared here"))
                .help("levels are declared in the braces of the badge: `level silver when orders >= 10`");
            self.suggest(diagnostic, &name.text, known.iter().map(String::as_str).filter(|name| !name.is_empty()));
        }
        place
    }

    /// `regular.held`, `explorer.silver`, `regular.since`
    pub(super) fn badge_path(&mut self, badge: BadgeIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let found = self.badges.get(badge)?;
        let of = found.name.clone();
        let Some((name, rest)) = rest.split_first() else {
            let diagnostic = Diagnostic::new(Code::WrongType, root_span, format!("the badge `{of}` alone is no value"));
            self.report(diagnostic.help(format!("write `{of}.held` for whether the member has it")));
            return None;
        };
        let level = found.levels.iter().position(|level| level.name == name.text);
        let (figure, ty) = match (name.text.as_str(), level) {
            ("held", _) => (BadgeFigure::Held(0), Type::Bool),
            ("since", _) => (BadgeFigure::Since, Type::Instant),
            (_, Some(level)) => (BadgeFigure::Held(level as u16), Type::Bool),
            (text, None) => {
                let known: Vec<String> = found.levels.iter().map(|level| level.name.clone()).collect();
                let diagnostic =
                    Diagnostic::new(Code::UnknownField, name.span, format!("the badge `{of}` has no `{text}`"))
                        .label(found.span, "declared here")
                        .help("a badge has `held`, `since`, and each of its levels");
                let known = known.iter().map(String::as_str).filter(|name| !name.is_empty());
                self.suggest(diagnostic, text, known.chain(["held", "since"]));
                return None;
            }
        };
        let span = root_span.to(name.span);
        self.parts(Expr { kind: ExprKind::Badge(badge, figure), ty, span }, rest)
    }

    /// Reports a clause that a declaration does not hold.
    pub(super) fn misplaced(&mut self, clause: &Clause, holder: &str, holds: &str) {
        let word = match &clause.kind {
            ClauseKind::Effect(_) => "an effect".to_owned(),
            ClauseKind::Engagement(engagement) => format!("`{}`", engagement.word()),
            kind => format!("`{}`", super::clauses::Kind::of(kind).word()),
        };
        let message = format!("{word} does not belong in a `{holder}`");
        self.report(Diagnostic::new(Code::ClauseNotAllowed, clause.span, message).help(holds.to_owned()));
    }

    /// Reports a clause that stands once.
    pub(super) fn said_twice(&mut self, clause: &Clause, word: &str, before: Span) {
        self.report(
            Diagnostic::new(Code::DuplicateClause, clause.span, format!("`{word}` is said twice"))
                .at("said again here")
                .label(before, "first said here")
                .help("keep one of them"),
        );
    }
}

fn level_of(clause: &Clause) -> Option<(&Name, Option<&crate::syntax::tree::Expr>)> {
    match &clause.kind {
        ClauseKind::Engagement(EngagementClause::BadgeLevel { name, when, .. }) => Some((name, when.as_ref())),
        _ => None,
    }
}
