//! What is to be reached in a challenge: goals in their order, and one that moves with the member.

use rust_decimal::Decimal;

use super::super::Checker;
use super::super::expression::{Scope, constant};
use super::super::model::{
    Adaptive, Challenge, ChallengeForm, ChallengeIndex, Cycle, Expr, ExprKind, Goals, Period, Progress, TimeUnit, Type,
    Versioned, Within,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::{Goal, GoalValue};
use crate::syntax::tree::{self, Name};

impl<'a> Checker<'a> {
    pub(super) fn goals(&mut self, index: ChallengeIndex, name: &Name, goals: &[(&'a Goal, Span)]) -> Goals {
        let Some(challenge) = self.challenges.get(index) else { return Goals::Fixed(Vec::new()) };
        let (ty, within, count) = (challenge.ty.clone(), challenge.within, challenge.goals.len());
        let steps = match &challenge.progress {
            // What is wrong with what it counts has been said.
            Progress::Steps { steps, .. } if steps.is_empty() => return Goals::Fixed(Vec::new()),
            Progress::Steps { steps, .. } => Some(steps.len()),
            _ => None,
        };
        if let (Some(steps), []) = (steps, goals) {
            let kind = ExprKind::Number(Decimal::from(steps));
            return Goals::Fixed(vec![Expr { kind, ty: Type::Number, span: name.span }]);
        }
        if goals.is_empty() {
            self.report(
                Diagnostic::new(Code::BadGoal, name.span, "nothing says what is to be reached")
                    .help("write it as in `goal 5`"),
            );
        }
        if let [(Goal { value: GoalValue::Adaptive { least, most, average, plus, minus }, .. }, span)] = goals {
            let adaptive = self.adaptive((least, most), average.as_ref(), (plus, minus.as_ref()), &ty);
            let Within::Each(of) = within else {
                self.report(
                    Diagnostic::new(Code::BadWindow, *span, "a goal that moves needs windows that follow each other")
                        .help("write `within each week`"),
                );
                return Goals::Fixed(Vec::new());
            };
            if let Some(average) = average
                && !fits(average, of)
            {
                self.report(
                    Diagnostic::new(Code::BadWindow, average.span, "this is counted in the windows of the challenge")
                        .help(format!("write it in {}s, as the window says", of.as_long_as())),
                );
            }
            return adaptive.map_or(Goals::Fixed(Vec::new()), |adaptive| Goals::Adaptive(Box::new(adaptive)));
        }
        let mut found: Vec<Expr> = Vec::new();
        let mut last: Option<(Decimal, Span)> = None;
        for (goal, span) in goals {
            let GoalValue::Plain(written) = &goal.value else {
                self.report(
                    Diagnostic::new(Code::BadGoal, *span, "a goal that moves stands alone")
                        .help("keep it, or the goals beside it"),
                );
                continue;
            };
            let Some(goal) = self.expression(written, &Scope::member("a goal")) else { continue };
            let Some(goal) = self.hold(goal, &ty, "the goal") else { continue };
            self.goal_alone(&goal);
            if let Some(value) = constant(&goal) {
                let most = steps.map(Decimal::from);
                if value <= Decimal::ZERO || most.is_some_and(|most| value > most) {
                    let message = match most.filter(|most| value > *most) {
                        Some(most) => format!("there are only {most} steps"),
                        None => "a goal is more than nothing".to_owned(),
                    };
                    self.report(Diagnostic::new(Code::BadGoal, goal.span, message).help("write it as in `goal 5`"));
                } else if let Some((before, place)) = last
                    && value <= before
                {
                    self.report(
                        Diagnostic::new(Code::BadGoal, goal.span, "this goal is not above the one before it")
                            .label(place, "the one before")
                            .help("write the goals from the lowest to the highest"),
                    );
                }
                last = Some((value, goal.span));
            }
            found.push(goal);
        }
        if goals.len() != count && !goals.is_empty() {
            let message = format!("`{}` cannot come to have another number of goals", name.text);
            let span = goals.first().map_or(name.span, |(_, span)| *span);
            self.report(
                Diagnostic::new(Code::FixedForever, span, message)
                    .label(name.span, "its goals are declared here")
                    .help("declare all goals at the beginning, or another challenge"),
            );
        }
        Goals::Fixed(found)
    }

    /// A goal that went by another challenge's could go on from challenge to challenge without end.
    fn goal_alone(&mut self, goal: &Expr) {
        let (mut waiting, mut segments) = (vec![goal], Vec::new());
        let mut reads = false;
        while let Some(expr) = waiting.pop() {
            match &expr.kind {
                ExprKind::Challenge(..) => reads = true,
                ExprKind::Segment(segment) if !segments.contains(segment) => {
                    segments.push(*segment);
                    let forms = self.segments.get(*segment).map(|segment| segment.versions.as_slice());
                    waiting.extend(forms.unwrap_or(&[]).iter().map(|form| &form.value));
                }
                _ => expr.parts(&mut waiting),
            }
        }
        if reads {
            self.report(
                Diagnostic::new(Code::OutOfReach, goal.span, "a goal cannot read how far a challenge is")
                    .help("let it go by a level, an attribute or a measure, as in `count(five_a_month)`"),
            );
        }
    }

    fn adaptive(
        &mut self,
        (least, most): (&'a tree::Expr, &'a tree::Expr),
        average: Option<&tree::Duration>,
        (plus, minus): (&'a tree::Expr, Option<&'a tree::Expr>),
        ty: &Type,
    ) -> Option<Adaptive> {
        let mut amount = |expr: &'a tree::Expr, what: &'static str| {
            let (_, expr) = self.positive(expr, what)?;
            let expr = self.hold(expr, ty, "the goal")?;
            Some((constant(&expr)?, expr.span))
        };
        let least = amount(least, "the least goal");
        let most = amount(most, "the greatest goal");
        let plus = amount(plus, "what a goal grows by");
        let minus = minus.map(|minus| amount(minus, "what a goal shrinks by"));
        let ((least, _), (most, span), (plus, _)) = (least?, most?, plus?);
        let minus = match minus {
            Some(minus) => minus?.0,
            None => Decimal::ZERO,
        };
        if most < least {
            self.report(
                Diagnostic::new(Code::BadGoal, span, "the greatest goal is below the least one")
                    .help("write the least one first"),
            );
            return None;
        }
        let average = average.map(|average| average.count).filter(|count| *count > 0);
        Some(Adaptive { least, most, average, plus, minus })
    }

    /// Warns of a streak that its days have no room for.
    pub(super) fn lint_goal(&mut self, index: ChallengeIndex, versions: &[Versioned<ChallengeForm>]) {
        let Some(challenge) = self.challenges.get(index) else { return };
        let (Progress::Streak(_, period), Within::Range { from: Some(from), to: Some(to) }) =
            (&challenge.progress, challenge.within)
        else {
            return;
        };
        let days = (to - from).num_days() + 1;
        // At most this many periods touch so many days.
        let room = match period {
            Period::Day => days,
            Period::Week => (days + 12) / 7,
            Period::Month => (days + 54) / 28,
            Period::Quarter => (days + 180) / 90,
            Period::HalfYear => (days + 360) / 181,
            Period::Year => (days + 728) / 365,
        };
        let mut found = Vec::new();
        for form in versions {
            let Goals::Fixed(goals) = &form.value.goal else { continue };
            for goal in goals {
                if constant(goal).is_some_and(|goal| goal > Decimal::from(room)) {
                    found.push(goal.span);
                }
            }
        }
        for span in found {
            self.report(
                Diagnostic::new(Code::GoalOutOfReach, span, "the days of this challenge have no room for this goal")
                    .help(format!("they touch {room} {}s at most", period_of(&self.challenges, index))),
            );
        }
    }
}

fn fits(average: &tree::Duration, of: Cycle) -> bool {
    let same = matches!(
        (average.unit, of.as_long_as()),
        (TimeUnit::Day, Period::Day)
            | (TimeUnit::Week, Period::Week)
            | (TimeUnit::Month, Period::Month)
            | (TimeUnit::Quarter, Period::Quarter)
            | (TimeUnit::Year, Period::Year)
    );
    same && (1..=1_000).contains(&average.count)
}

fn period_of(challenges: &[Challenge], index: ChallengeIndex) -> &Period {
    match challenges.get(index).map(|challenge| &challenge.progress) {
        Some(Progress::Streak(_, period)) => period,
        _ => &Period::Day,
    }
}
