//! Warnings: what is legal and surely not meant. Only what is certain is said, for a false alarm teaches to look away:
//! a segment that no rule reads is none, since hosts show it and it costs nothing.

use std::collections::BTreeMap;

use chrono::Timelike as _;

use super::Checker;
use super::contradiction::no_day;
use super::intervals::{Bound, Interval, Union};
use super::matching::key;
use super::model::{Comparison, EventIndex, Expr, ExprKind, Limit, Most, Per, Period, Rule, RuleForm, Valid};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl<'a> Checker<'a> {
    /// Looks at a program without errors; one with errors has other worries.
    pub(super) fn lint(&mut self, declared: &Declared<'a>, rules: &[Rule]) {
        if self.errors > 0 {
            return;
        }
        for (index, (name, _)) in declared.wallets.iter().enumerate() {
            if !self.wallets_filled.contains(&index) {
                self.report(
                    Diagnostic::new(
                        Code::UnusedWallet,
                        name.span,
                        format!("no rule earns into the wallet `{}`", name.text),
                    )
                    .help("only adjustments by hand can fill it"),
                );
            }
        }
        self.lint_measures(declared);
        self.lint_coupons();
        self.lint_badges(rules);
        self.lint_questions(rules);
        self.lint_idle(rules);
        self.lint_absences();
        self.lint_rounding(rules);
        let unsettled: Vec<Span> = self
            .referrals
            .iter()
            .filter(|referral| referral.settle.is_none() && !referral.revoke)
            .map(|referral| referral.span)
            .collect();
        for span in unsettled {
            self.report(
                Diagnostic::new(
                    Code::UnsettledReferral,
                    span,
                    "a friend may return everything at once, and the advocate keeps its part",
                )
                .help("say how long a return undoes it, `settle after 14 days`, or `returns revoke` for always"),
            );
        }
        for rule in rules {
            for form in &rule.versions {
                self.lint_conditions(rule.trigger.event(), &form.value);
                self.lint_valid(&form.value);
                self.lint_limits(&form.value.limits);
            }
        }
    }

    /// Hosts show every measure, and so one that is there for them alone is read by a test.
    fn lint_measures(&mut self, declared: &Declared<'a>) {
        for (index, (name, ..)) in declared.measures.iter().enumerate() {
            if !self.measures_read.contains(&index) {
                self.report(
                    Diagnostic::new(
                        Code::UnusedMeasure,
                        name.span,
                        format!("nothing reads the measure `{}`", name.text),
                    )
                    .help("it is kept for every member, and hosts see it in the view: if it is there for them, let a test expect what it comes to; else leave it out"),
                );
            }
        }
    }

    fn lint_conditions(&mut self, event: Option<EventIndex>, form: &RuleForm) {
        for conjunct in &form.when {
            match truth(conjunct) {
                Some(true) => self.report(
                    Diagnostic::new(Code::AlwaysTrue, conjunct.span, "this condition is always true")
                        .help("leave it out"),
                ),
                Some(false) => self.report(Diagnostic::new(
                    Code::NeverFires,
                    conjunct.span,
                    "this condition is never true, and the rule never fires",
                )),
                None => {}
            }
        }
        if let Some(contradiction) = self.contradiction(event, form) {
            self.report(contradiction);
        }
    }

    fn lint_valid(&mut self, form: &RuleForm) {
        let help = "all parts of `valid` must hold together; let two rules cover two seasons";
        let never = |what: &str| {
            let message = format!("the {what} of this rule have none in common, and it never fires");
            Diagnostic::new(Code::NeverFires, form.span, message).help(help)
        };
        if no_day(&form.valid) {
            self.report(never("days"));
        } else if no_time(&form.valid) {
            self.report(never("times of day"));
        }
    }

    fn lint_limits(&mut self, limits: &[Limit]) {
        // The tightest limit of each calendar period, and of all time.
        let mut tightest: BTreeMap<Option<Period>, (u32, Span)> = BTreeMap::new();
        let calendar = |limit: &Limit| match limit.per {
            _ if limit.in_total => None,
            None => Some(None),
            Some(Per::Period(period)) => Some(Some(period)),
            Some(Per::Order | Per::MembershipYear | Per::Rolling(_) | Per::FromFirst(_)) => None,
        };
        for limit in limits {
            let Some(period) = calendar(limit) else { continue };
            let Most::Fixed(count) = limit.count else { continue };
            let best = tightest.entry(period).or_insert((count, limit.span));
            if count < best.0 {
                *best = (count, limit.span);
            }
        }
        for limit in limits {
            let (Some(period), Most::Fixed(own)) = (calendar(limit), &limit.count) else { continue };
            let stronger = tightest
                .iter()
                .find(|(other, (count, span))| count <= own && *span != limit.span && within(period, **other));
            if let Some((_, (_, span))) = stronger {
                self.report(
                    Diagnostic::new(Code::UselessLimit, limit.span, "this limit is never reached")
                        .label(*span, "this one is reached before")
                        .help("leave it out, or make it smaller"),
                );
            }
        }
    }
}

/// Whether the times of day of `valid` leave none: whether what they leave out is the whole day.
fn no_time(valid: &[Valid]) -> bool {
    const DAY: u32 = 86_400;
    let between = |from: u32, to: u32| Interval { from: Bound::At(from, false), to: Bound::At(to, false) };
    let mut out = Union::new();
    for part in valid {
        let Valid::Hours { from, to } = part else { continue };
        let (from, to) = (from.num_seconds_from_midnight(), to.num_seconds_from_midnight());
        // What ends at or before its beginning goes on beyond midnight.
        if from < to {
            out.add(&between(0, from));
            out.add(&between(to, DAY));
        } else {
            out.add(&between(to, from));
        }
    }
    out.covers(&between(0, DAY))
}

/// Whether every period of the first kind lies inside one of the second; nothing is all time.
pub(super) fn within(inner: Option<Period>, outer: Option<Period>) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(Period::Week), Some(outer)) => outer == Period::Week,
        (Some(inner), Some(Period::Week)) => inner <= Period::Week,
        (Some(inner), Some(outer)) => inner <= outer,
    }
}

/// Whether a condition is the same for all events.
fn truth(expr: &Expr) -> Option<bool> {
    match &expr.kind {
        ExprKind::Bool(bool) => Some(*bool),
        ExprKind::Not(inner) => truth(inner).map(|truth| !truth),
        ExprKind::Compare(comparison, left, right) => {
            let order = key(left)?.cmp(&key(right)?);
            Some(match comparison {
                Comparison::Equal => order.is_eq(),
                Comparison::NotEqual => order.is_ne(),
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Greater => order.is_gt(),
                Comparison::GreaterOrEqual => order.is_ge(),
            })
        }
        _ => None,
    }
}
