//! `leaderboard`: members in the order of what they have, who stands on it, and what the first places win at its end.

use super::Checker;
use super::blocks::Block;
use super::expression::Scope;
use super::model::{Expr, ExprKind, Held, Leaderboard, LeaderboardIndex, Moment, Rounds, Type, Window};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::tree::{self, Clause, ClauseKind, Name};

/// The lowest place that can win anything.
const PLACES_MAX: u32 = 10_000;

pub(super) const HOLDS: &str =
    "a `leaderboard` holds `when`, `ties`, and what is won, such as `top 3 { earn 100 beans }`";

impl<'a> Checker<'a> {
    pub(super) fn leaderboards(&mut self, declared: &Declared<'a>) {
        for (index, (name, by, clauses)) in declared.leaderboards.iter().enumerate() {
            if let Some(leaderboard) = self.leaderboard_of(index, name, by, clauses) {
                self.leaderboards.push(leaderboard);
            }
        }
    }

    fn leaderboard_of(
        &mut self,
        index: LeaderboardIndex,
        name: &'a Name,
        by: &'a tree::Expr,
        clauses: &'a [Clause],
    ) -> Option<Leaderboard> {
        let errors = self.errors;
        let scope = Scope::member("a leaderboard");
        let by = self.score(by, &scope);
        let mut when: Vec<Expr> = Vec::new();
        let mut ties: Option<(bool, Span)> = None;
        let mut won: Vec<(u32, &'a [Clause], Span)> = Vec::new();
        for clause in clauses {
            match &clause.kind {
                ClauseKind::When(condition) => when.extend(self.conjuncts(condition, &scope)),
                ClauseKind::Engagement(EngagementClause::Ties { dense }) => {
                    if let Some((_, before)) = ties.replace((*dense, clause.span)) {
                        self.said_twice(clause, "ties", before);
                    }
                }
                ClauseKind::Engagement(EngagementClause::Top { count, clauses }) => {
                    won.push((*count, clauses, clause.span))
                }
                _ => self.misplaced(clause, "leaderboard", HOLDS),
            }
        }
        let by = by?;
        let rounds = self.rounds_of(&by);
        self.places(&won, &by, rounds);
        for (place, (count, clauses, span)) in won.iter().enumerate() {
            self.blocks.push(Block {
                held: Held { keyword: "leaderboard", name: name.text.clone() },
                name: format!("leaderboard {} top {count}", name.text),
                moment: Moment::Placed(index, place),
                forms: vec![(None, clauses, *span)],
                span: *span,
            });
        }
        if self.errors == errors && !when.iter().any(|condition| self.asks(condition)) {
            self.report(
                Diagnostic::new(
                    Code::BoardConsent,
                    name.span,
                    format!("`{}` shows members who were not asked", name.text),
                )
                .help("let only those stand on it who agree: `when member.consents leaderboard`"),
            );
        }
        Some(Leaderboard {
            name: name.text.clone(),
            by,
            when,
            dense: ties.is_some_and(|(dense, _)| dense),
            rounds,
            places: won.iter().map(|(count, ..)| *count).collect(),
            span: name.span,
        })
    }

    /// What members are put in order by: something with an order and a zero.
    fn score(&mut self, by: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        let by = self.expression(by, scope)?;
        if matches!(by.ty, Type::Number | Type::Percent | Type::Money(_) | Type::Amount(_)) {
            return Some(by);
        }
        let found = self.describe(&by.ty);
        self.report(
            Diagnostic::new(
                Code::BoardScore,
                by.span,
                format!("members are put in order by a number, and this is {found}"),
            )
            .help("name a measure or a balance, as in `by cups` or `by points.balance`"),
        );
        None
    }

    /// A leaderboard ends as the window of the one measure does that it goes by.
    fn rounds_of(&self, by: &Expr) -> Option<Rounds> {
        let ExprKind::Measure(measure) = by.kind else { return None };
        let measure = self.measures.get(measure)?.as_ref()?;
        let mut windows = measure.versions.iter().map(|version| version.value.window);
        let first = windows.next()?;
        if windows.any(|window| window != first) {
            return None;
        }
        match first {
            Window::This(period) => Some(Rounds::Each(period)),
            Window::Range { from, to: Some(to) } => Some(Rounds::Once { from, to }),
            _ => None,
        }
    }

    /// Each block wins for more places than the one before, and there is an end at which it does.
    fn places(&mut self, won: &[(u32, &'a [Clause], Span)], by: &Expr, rounds: Option<Rounds>) {
        if let (Some((.., span)), None) = (won.first(), rounds) {
            self.report(
                Diagnostic::new(Code::BoardEnd, *span, "nobody can win what never ends")
                    .label(by.span, "this has no end at which all are compared")
                    .help(
                        "go by one measure of a window that ends, such as `measure cups = count(order) this month` or \
                         `… 2026-11-01 .. 2026-12-31`; a balance at the end is `sum(points.earned) this month`",
                    ),
            );
        }
        let mut before: Option<(u32, Span)> = None;
        for (count, _, span) in won {
            if !(1..=PLACES_MAX).contains(count) {
                self.report(
                    Diagnostic::new(Code::OutOfRange, *span, "so many places cannot win")
                        .help(format!("a number from 1 to {PLACES_MAX}")),
                );
            }
            if let Some((places, first)) = before
                && *count <= places
            {
                self.report(
                    Diagnostic::new(Code::BoardPlaces, *span, "these places have won already")
                        .label(first, format!("up to place {places} everybody gets this"))
                        .help("write the highest places first, as in `top 1 { … } top 10 { … }`; each member gets one of them"),
                );
            }
            before = Some((*count, *span));
        }
    }

    /// Whether a condition, or a segment that it reads, reads what members have agreed to.
    fn asks(&self, condition: &Expr) -> bool {
        let (mut asks, mut segments) = (false, Vec::new());
        let mut see = |expr: &Expr, segments: &mut Vec<usize>| {
            expr.walk(&mut |part| match part.kind {
                ExprKind::Consents(_) => asks = true,
                ExprKind::Segment(segment) if !segments.contains(&segment) => segments.push(segment),
                _ => {}
            });
        };
        see(condition, &mut segments);
        let mut next = 0;
        while let Some(segment) = segments.get(next).copied() {
            next += 1;
            let forms = self.segments.get(segment).map(|segment| segment.versions.as_slice()).unwrap_or(&[]);
            forms.iter().for_each(|form| see(&form.value, &mut segments));
        }
        asks
    }
}
