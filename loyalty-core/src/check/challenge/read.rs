//! What programs say of a challenge elsewhere: its name, its goals, its figures, and what it brings about.

use super::super::Checker;
use super::super::expression::{Cause, Scope};
use super::super::model::{
    ChallengeFigure, ChallengeIndex, EffectKind, Expr, ExprKind, Moment, Progress, Trigger, Type,
};
use super::FIGURES;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::Name;

impl Checker<'_> {
    /// The challenge of that name.
    pub(in crate::check) fn challenge_named(&mut self, name: &Name) -> Option<ChallengeIndex> {
        let found = self.names.challenge(&name.text);
        if found.is_none() {
            let known: Vec<String> = self.challenges.iter().map(|challenge| challenge.name.clone()).collect();
            self.unknown(Code::UnknownChallenge, name.span, "challenge", &name.text, known.iter().map(String::as_str));
        }
        found
    }

    /// `opt in five_a_month`
    pub(in crate::check) fn opted_into(&mut self, name: &Name) -> Option<EffectKind> {
        let challenge = self.challenge_named(name)?;
        let found = self.challenges.get(challenge)?;
        if found.opt_in.is_none() {
            let diagnostic =
                Diagnostic::new(Code::NoOptIn, name.span, format!("everybody takes part in `{}`", name.text))
                    .label(found.span, "the challenge is declared here")
                    .help("write `opt in` in the challenge, so that only those take part who ask to");
            self.report(diagnostic);
            return None;
        }
        Some(EffectKind::OptIn(challenge))
    }

    /// The goal that a path names after its challenge; without a name the last.
    pub(in crate::check) fn goal_named(&mut self, challenge: ChallengeIndex, names: &[&Name]) -> Option<usize> {
        let found = self.challenges.get(challenge)?;
        let Some(name) = names.first() else { return found.goals.len().checked_sub(1) };
        let place = found.goals.iter().position(|goal| goal.name.as_deref() == Some(&name.text));
        if place.is_none() || names.len() > 1 {
            let (of, span) = (found.name.clone(), found.span);
            let known: Vec<String> = found.goals.iter().filter_map(|goal| goal.name.clone()).collect();
            let message = format!("`{of}` has no goal `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownChallenge, name.span, message)
                .label(span, format!("`{of}` is declared here"))
                .help("a goal is named before its number, as in `goal hot 11`");
            self.suggest(diagnostic, &name.text, known.iter().map(String::as_str));
            return None;
        }
        place
    }

    /// `five_a_month completes`, `four_weeks breaks`
    pub(in crate::check) fn challenge_change(
        &mut self,
        challenge: ChallengeIndex,
        change: &Name,
    ) -> Option<(Trigger, Scope)> {
        let found = self.challenges.get(challenge)?;
        let moment = match change.text.as_str() {
            "completes" => Moment::Goal(challenge, found.goals.len().checked_sub(1)?),
            "breaks" if matches!(found.progress, Progress::Streak(..)) => Moment::Breaks(challenge),
            _ => {
                self.report(
                    Diagnostic::new(Code::NotBuilt, change.span, "a challenge does not do this")
                        .help("a challenge `completes` and `reaches` a goal, and a streak `breaks`"),
                );
                return None;
            }
        };
        Some((Trigger::Declared(moment), Scope::reaction(Cause::Nothing)))
    }

    /// A figure of a challenge, or whether one of its goals is met.
    pub(in crate::check) fn challenge_path(
        &mut self,
        index: ChallengeIndex,
        root_span: Span,
        rest: &[&Name],
    ) -> Option<Expr> {
        let found = self.challenges.get(index)?;
        let (ty, name) = (found.ty.clone(), found.name.clone());
        let Some((figure, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root_span, format!("`{name}` alone is no value"))
                    .help(format!("write `{name}.current`, `{name}.remaining` or `{name}.completed`")),
            );
            return None;
        };
        let place = found.goals.iter().position(|goal| goal.name.as_deref() == Some(&figure.text));
        let (figure, ty) = match (figure.text.as_str(), place) {
            ("current", _) => (ChallengeFigure::Current, ty),
            ("goal", _) => (ChallengeFigure::Goal, ty),
            ("remaining", _) => (ChallengeFigure::Remaining, ty),
            ("percent", _) => (ChallengeFigure::Percent, Type::Number),
            ("completed", _) => (ChallengeFigure::Completed, Type::Bool),
            ("times", _) => (ChallengeFigure::Times, Type::Number),
            ("best", _) if matches!(found.progress, Progress::Streak(..)) => (ChallengeFigure::Best, Type::Number),
            ("deadline", _) => (ChallengeFigure::Deadline, Type::Instant),
            (_, Some(place)) => (ChallengeFigure::Met(place as u16), Type::Bool),
            (text, None) => {
                let goals: Vec<String> = found.goals.iter().filter_map(|goal| goal.name.clone()).collect();
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    figure.span,
                    format!("the challenge `{name}` has no `{text}`"),
                )
                .label(found.span, "declared here")
                .help("a challenge has `current`, `goal`, `remaining`, `percent`, `completed`, `times`, `deadline` and its named goals, and a streak has `best`");
                self.suggest(diagnostic, text, goals.iter().map(String::as_str).chain(FIGURES));
                return None;
            }
        };
        let span = rest.last().map_or(root_span, |last| root_span.to(last.span));
        self.parts(Expr { kind: ExprKind::Challenge(index, figure), ty, span }, rest)
    }
}
