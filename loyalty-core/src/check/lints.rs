//! Warnings: what is legal and surely not meant. Only what is certain is said, for a false alarm teaches to look away:
//! a measure or a segment that no rule reads is none, since hosts show them.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::intervals::{Bound, Interval};
use super::matching::{Key, key};
use super::model::{Comparison, DatePart, Expr, ExprKind, Limit, Per, Period, Rule, RuleForm, Valid, WalletFigure};
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
        self.lint_coupons();
        self.lint_badges(rules);
        self.lint_questions(rules);
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
        for form in rules.iter().flat_map(|rule| &rule.versions) {
            self.lint_conditions(&form.value);
            self.lint_valid(&form.value);
            self.lint_limits(&form.value.limits);
        }
    }

    fn lint_conditions(&mut self, form: &RuleForm) {
        let mut allowed: BTreeMap<Subject, (Interval<Key<'_>>, Option<BTreeSet<Key<'_>>>)> = BTreeMap::new();
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
            let Some((subject, interval, points)) = restriction(conjunct) else { continue };
            let (so_far, among) = allowed.entry(subject).or_insert((Interval::ALL, None));
            *so_far = so_far.intersect(&interval);
            *among = match (among.take(), points) {
                (Some(before), Some(now)) => Some(before.intersection(&now).copied().collect()),
                (before, now) => before.or(now),
            };
            let nothing_left = match among {
                Some(points) => !points.iter().any(|point| !so_far.intersect(&Interval::point(*point)).is_empty()),
                None => so_far.is_empty(),
            };
            if nothing_left {
                self.report(
                    Diagnostic::new(
                        Code::NeverFires,
                        conjunct.span,
                        "this condition contradicts an earlier one, and the rule never fires",
                    )
                    .help("all conditions of a rule must hold together; join alternatives by `or`"),
                );
                return;
            }
        }
    }

    fn lint_valid(&mut self, form: &RuleForm) {
        let mut days = Interval::ALL;
        let mut weekdays: Option<Vec<chrono::Weekday>> = None;
        for valid in &form.valid {
            match valid {
                Valid::Dates { from, to } => {
                    let from = from.map_or(Bound::Least, |from| Bound::At(from, false));
                    days = days.intersect(&Interval { from, to: to.map_or(Bound::Greatest, |to| Bound::At(to, true)) });
                }
                Valid::Weekdays(list) => {
                    let before = weekdays.take();
                    weekdays = Some(
                        list.iter()
                            .copied()
                            .filter(|day| before.as_ref().is_none_or(|before| before.contains(day)))
                            .collect(),
                    );
                }
                Valid::Instants { .. } | Valid::Hours { .. } => {}
            }
        }
        if days.is_empty() || weekdays.is_some_and(|list| list.is_empty()) {
            self.report(
                Diagnostic::new(
                    Code::NeverFires,
                    form.span,
                    "the days of this rule have none in common, and it never fires",
                )
                .help("all parts of `valid` must hold together; let two rules cover two seasons"),
            );
        }
    }

    fn lint_limits(&mut self, limits: &[Limit]) {
        // The tightest limit of each calendar period, and of all time.
        let mut tightest: BTreeMap<Option<Period>, (u32, Span)> = BTreeMap::new();
        let calendar = |limit: &Limit| match limit.per {
            _ if limit.in_total => None,
            None => Some(None),
            Some(Per::Period(period)) => Some(Some(period)),
            Some(Per::Order | Per::Rolling(_) | Per::FromFirst(_)) => None,
        };
        for limit in limits {
            let Some(period) = calendar(limit) else { continue };
            let best = tightest.entry(period).or_insert((limit.count, limit.span));
            if limit.count < best.0 {
                *best = (limit.count, limit.span);
            }
        }
        for limit in limits {
            let Some(period) = calendar(limit) else { continue };
            let stronger = tightest
                .iter()
                .find(|(other, (count, span))| *count <= limit.count && *span != limit.span && within(period, **other));
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

/// Whether every period of the first kind lies inside one of the second; nothing is all time.
fn within(inner: Option<Period>, outer: Option<Period>) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(Period::Week), Some(outer)) => outer == Period::Week,
        (Some(inner), Some(Period::Week)) => inner <= Period::Week,
        (Some(inner), Some(outer)) => inner <= outer,
    }
}

/// What a comparison speaks of, where it is certain that two comparisons speak of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Event(usize),
    Member(usize),
    Measure(usize),
    Wallet(usize, u8),
    Moment(u8),
    Id,
}

fn subject(expr: &Expr) -> Option<Subject> {
    Some(match &expr.kind {
        ExprKind::Event(field) => Subject::Event(*field),
        ExprKind::Member(field) => Subject::Member(*field),
        ExprKind::Measure(measure) => Subject::Measure(*measure),
        ExprKind::Wallet(wallet, WalletFigure::Balance) => Subject::Wallet(*wallet, 0),
        ExprKind::Wallet(wallet, WalletFigure::Pending) => Subject::Wallet(*wallet, 1),
        ExprKind::Wallet(wallet, WalletFigure::Debt) => Subject::Wallet(*wallet, 2),
        ExprKind::At => Subject::Moment(0),
        ExprKind::Part(part, of) if matches!(of.kind, ExprKind::At) => Subject::Moment(match part {
            DatePart::Weekday => 1,
            DatePart::Hour => 2,
            DatePart::Minute => 3,
            DatePart::Day => 4,
            DatePart::Month => 5,
            DatePart::Year => 6,
            DatePart::Date => 7,
            DatePart::Time => 8,
        }),
        ExprKind::Id => Subject::Id,
        _ => return None,
    })
}

/// The subject of a comparison with constants, and the values that it leaves.
type Restriction<'e> = (Subject, Interval<Key<'e>>, Option<BTreeSet<Key<'e>>>);

fn restriction(conjunct: &Expr) -> Option<Restriction<'_>> {
    match &conjunct.kind {
        ExprKind::Compare(comparison, left, right) => {
            let (about, value, comparison) = match (subject(left), key(right)) {
                (Some(about), Some(value)) => (about, value, *comparison),
                _ => (subject(right)?, key(left)?, turned(*comparison)),
            };
            let (from, to) = match comparison {
                Comparison::Equal => (Bound::At(value, false), Bound::At(value, true)),
                Comparison::Less => (Bound::Least, Bound::At(value, false)),
                Comparison::LessOrEqual => (Bound::Least, Bound::At(value, true)),
                Comparison::Greater => (Bound::At(value, true), Bound::Greatest),
                Comparison::GreaterOrEqual => (Bound::At(value, false), Bound::Greatest),
                Comparison::NotEqual => return None,
            };
            Some((about, Interval { from, to }, None))
        }
        ExprKind::In { value, list, negated: false } => {
            let ExprKind::List(items) = &list.kind else { return None };
            Some((subject(value)?, Interval::ALL, Some(items.iter().map(key).collect::<Option<_>>()?)))
        }
        _ => None,
    }
}

/// The comparison with its sides exchanged.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
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
