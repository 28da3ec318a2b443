//! Warnings: what is legal and surely not meant. Only what is certain is said, for a false alarm teaches to look away:
//! a segment that no rule reads is none, since hosts show it and it costs nothing.

use chrono::Timelike as _;
use rust_decimal::Decimal;

use super::Checker;
use super::contradiction::{Whose, no_day};
use super::intervals::{Bound, Interval, Union};
use super::matching::key;
use super::model::{
    Cap, Comparison, Earn, Effect, EffectKind, EventIndex, Expr, ExprKind, Group, Limit, MeasureForm, Most, Per,
    Period, Rule, RuleForm, Valid,
};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl<'a> Checker<'a> {
    /// Looks at a program without errors; one with errors has other worries.
    pub(super) fn lint(&mut self, declared: &Declared<'a>, rules: &[Rule], groups: &[Group]) {
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
                    .help("only adjustments by hand can fill it; if they are meant to, let a test show it: `given 5 points to …` or `on adjust`"),
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
        self.lint_beginnings(rules);
        self.lint_all_time_caps(rules);
        self.lint_last(rules);
        self.lint_standing(rules, groups);
        self.lint_rising();
        self.lint_given_again(rules, groups);
        self.lint_line_units(rules);
        self.lint_levels_above(rules);
        self.lint_generous(rules, groups);
        self.lint_either(rules);
        self.lint_paid_twice(rules);
        self.lint_zone(declared, rules);
        self.lint_never(rules);
        self.lint_tags();
        self.lint_consents();
        self.lint_not_there(rules);
        self.lint_uncovered(rules);
        self.lint_exchanges(rules);
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
                let RuleForm { when, valid, limits, caps, effects, span, .. } = &form.value;
                self.lint_conditions(Whose::Rule, rule.trigger.event(), when, valid);
                self.lint_valid(Whose::Rule, valid, *span);
                self.lint_limits(limits);
                self.lint_caps(caps);
                for earned in effects.iter().filter_map(earned) {
                    self.lint_lines(rule.trigger.event(), earned);
                }
            }
        }
        self.lint_offers();
        self.lint_counted();
        self.lint_shared(groups);
    }

    /// Coupons and rewards that nobody can use.
    fn lint_offers(&mut self) {
        let order = self.names.events.get("order").copied();
        let coupons = std::mem::take(&mut self.coupons);
        for coupon in &coupons {
            for form in &coupon.versions {
                self.lint_conditions(Whose::Coupon, order, &form.value.when, &form.value.valid);
                self.lint_valid(Whose::Coupon, &form.value.valid, form.value.span);
            }
        }
        self.coupons = coupons;
        let rewards = std::mem::take(&mut self.rewards);
        for reward in rewards.iter().flatten() {
            for form in &reward.versions {
                self.lint_conditions(Whose::Reward, None, &form.value.when, &form.value.valid);
                self.lint_valid(Whose::Reward, &form.value.valid, reward.span);
            }
        }
        self.rewards = rewards;
    }

    /// Measures that count nothing, and segments that hold nobody.
    fn lint_counted(&mut self) {
        let measures = std::mem::take(&mut self.measures);
        for measure in measures.iter().flatten() {
            let event = measure.of.event();
            for form in &measure.versions {
                let MeasureForm { value, filter, .. } = &form.value;
                value.iter().chain(filter).for_each(|expr| self.lint_lines(event, expr));
                let filter = filter.as_ref().map(conjuncts).unwrap_or_default();
                if let Some(warning) = self.contradiction(Whose::Where, event, filter, &[]) {
                    self.report(warning);
                }
            }
        }
        self.measures = measures;
        let mut found = Vec::new();
        for segment in &self.segments {
            for form in &segment.versions {
                found.extend(self.contradiction(Whose::Segment, None, conjuncts(&form.value), &[]));
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// The caps of wallets, and the limits and caps of groups.
    fn lint_shared(&mut self, groups: &[Group]) {
        for form in groups.iter().flat_map(|group| &group.versions) {
            self.lint_limits(&form.value.limits);
            self.lint_caps(&form.value.caps);
        }
        let wallets = self.wallets.iter().flat_map(|wallet| &wallet.versions);
        let caps: Vec<Vec<Cap>> = wallets.map(|form| form.value.caps.clone()).collect();
        caps.iter().for_each(|caps| self.lint_caps(caps));
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

    fn lint_conditions(&mut self, whose: Whose, event: Option<EventIndex>, when: &[Expr], valid: &[Valid]) {
        for conjunct in when {
            match truth(conjunct) {
                Some(true) => self.report(
                    Diagnostic::new(Code::AlwaysTrue, conjunct.span, "this condition is always true")
                        .help("leave it out"),
                ),
                Some(false) => self.report(Diagnostic::new(
                    Code::NeverFires,
                    conjunct.span,
                    format!("this condition is never true, and {}", whose.never()),
                )),
                None => {}
            }
        }
        if let Some(contradiction) = self.contradiction(whose, event, when, valid) {
            self.report(contradiction);
        }
        for conjunct in when {
            self.lint_lines(event, conjunct);
        }
    }

    /// What is counted of the lines of an event.
    fn lint_lines(&mut self, event: Option<EventIndex>, expr: &Expr) {
        let mut filters = Vec::new();
        expr.walk(&mut |part| {
            if let ExprKind::Fold { filter: Some(filter), .. } = &part.kind {
                filters.push(conjuncts(filter));
            }
        });
        for filter in filters {
            if let Some(warning) = self.contradiction(Whose::Where, event, filter, &[]) {
                self.report(warning);
            }
        }
    }

    fn lint_valid(&mut self, whose: Whose, valid: &[Valid], span: Span) {
        let never = |what: &str| {
            let (message, help) = match whose {
                Whose::Rule => (
                    format!("the {what} of this rule have none in common, and it never fires"),
                    "all parts of `valid` must hold together; let two rules cover two seasons",
                ),
                _ => (
                    format!("the {what} of `valid` have none in common, and {}", whose.never()),
                    "all parts of `valid` must hold together",
                ),
            };
            Diagnostic::new(Code::NeverFires, span, message).help(help)
        };
        if no_day(valid) {
            self.report(never("days"));
        } else if no_time(valid) {
            self.report(never("times of day"));
        } else {
            self.lint_valid_parts(valid, span);
        }
    }

    fn lint_limits(&mut self, limits: &[Limit]) {
        let counted = limits.iter().filter(|limit| !limit.in_total).filter_map(|limit| match limit.count {
            Most::Fixed(count) => Some((limit.per, Decimal::from(count), limit.span)),
            Most::Told(_) => None,
        });
        self.lint_reached("limit", &counted.collect::<Vec<_>>());
    }

    fn lint_caps(&mut self, caps: &[Cap]) {
        let counted = caps.iter().filter_map(|cap| match cap.amount {
            Most::Fixed(amount) => Some((cap.per, amount, cap.span)),
            Most::Told(_) => None,
        });
        self.lint_reached("cap", &counted.collect::<Vec<_>>());
    }

    /// Of what holds together: what another is reached before, which holds for a stretch around it.
    fn lint_reached(&mut self, word: &str, all: &[(Option<Per>, Decimal, Span)]) {
        for (place, (per, most, span)) in all.iter().enumerate() {
            let stronger = all.iter().enumerate().find(|(other_place, (other, less, _))| {
                let same = other == per && less == most;
                *other_place != place && less <= most && lies_within(*per, *other) && (!same || *other_place < place)
            });
            if let Some((_, (_, _, before))) = stronger {
                self.report(
                    Diagnostic::new(Code::UselessLimit, *span, format!("this {word} is never reached"))
                        .label(*before, "this one is reached before")
                        .help("leave it out, or make it smaller"),
                );
            }
        }
    }
}

/// What an effect earns by.
fn earned(effect: &Effect) -> Option<&Expr> {
    match &effect.kind {
        EffectKind::Earn { amount: Earn::Fixed(of) | Earn::Rate { of, .. }, .. } => Some(of),
        _ => None,
    }
}

/// What `and` joins.
fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::And(parts) => parts.iter().collect(),
        _ => vec![condition],
    }
}

/// Whether whatever lies in a stretch of the first kind lies in one of the second; nothing is all time.
fn lies_within(inner: Option<Per>, outer: Option<Per>) -> bool {
    match (inner, outer) {
        (_, None) | (Some(Per::Order), _) => true,
        (None, Some(_)) => false,
        (Some(Per::Period(inner)), Some(Per::Period(outer))) => within(Some(inner), Some(outer)),
        // The years and months of a member begin with a day.
        (Some(Per::Period(inner)), Some(Per::Membership(_))) => inner <= Period::Day,
        (Some(Per::Membership(inner)), Some(Per::Membership(outer))) => inner <= outer,
        (Some(inner), Some(outer)) => inner == outer,
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
