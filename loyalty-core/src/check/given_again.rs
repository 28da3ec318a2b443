//! Warnings of what is given again and again: for reaching what is reached once more after a return, and for a figure that stays
//! where it is while events go on.

use std::collections::BTreeSet;

use super::Checker;
use super::expression::constant;
use super::matching::key;
use super::model::{
    AggregateFunction, ClockTrigger, Comparison, Earn, Effect, EffectKind, Every, Expr, ExprKind, Group, Measure,
    MeasureIndex, Origin, Period, Rule, RuleForm, RuleIndex, Trigger, WalletFigure, Window,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::gathered;

/// A comparison with a constant, the figure on its left.
#[derive(Clone, Copy)]
struct Compared<'e> {
    figure: &'e Expr,
    how: Comparison,
    constant: &'e Expr,
}

impl Checker<'_> {
    pub(super) fn lint_given_again(&mut self, rules: &[Rule], groups: &[Group]) {
        let mut found = Vec::new();
        let bounds = |group: &&Group| {
            group.versions.iter().any(|form| !form.value.limits.is_empty() || !form.value.caps.is_empty())
        };
        let bound: BTreeSet<RuleIndex> =
            gathered(groups.iter().filter(bounds).flat_map(|group| group.rules.iter().copied()));
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.held.is_none()) {
            if bound.contains(&index) {
                continue;
            }
            for form in &rule.versions {
                let form = &form.value;
                let free = form.limits.iter().all(|limit| limit.in_total) && form.caps.is_empty();
                if free {
                    found.extend(self.stays_reached(rule, form));
                }
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// What a rule gives for a figure that what sets it off may leave as it is.
    fn stays_reached(&self, rule: &Rule, form: &RuleForm) -> Option<Diagnostic> {
        // What is paid for it moves the figure.
        let pays = |effect: &Effect| {
            matches!(
                effect.kind,
                EffectKind::Spend { .. }
                    | EffectKind::Convert { .. }
                    | EffectKind::Forfeit { .. }
                    | EffectKind::Redeem { .. }
                    | EffectKind::Transfer { .. }
            )
        };
        let given = form.effects.iter().find(|effect| self.is_a_gift(effect))?;
        let reads_before = |when: &Expr| has(when, |part| matches!(part.kind, ExprKind::MeasureBefore(_)));
        if form.effects.iter().any(pays) || form.when.iter().any(reads_before) {
            return None;
        }
        let compared: Vec<Compared<'_>> = form.when.iter().filter_map(compared).collect();
        let others = form.when.len().saturating_sub(compared.len());
        let reached = compared.iter().find(|compared| match &rule.trigger {
            Trigger::Event(event) => match compared.how {
                Comparison::Equal => self.may_stay(compared, *event, form),
                _ => others == 0 && self.stays_above(compared, given),
            },
            Trigger::Decision(..) => {
                compared.how != Comparison::Equal && others == 0 && self.stays_above(compared, given)
            }
            Trigger::Clock(ClockTrigger::Every(Every { count: 1, period: Period::Day, .. })) => {
                others == 0 && self.stays_for_days(compared)
            }
            _ => false,
        })?;
        Some(self.given_while(rule, given, reached))
    }

    /// A fixed amount, or a thing.
    fn is_a_gift(&self, effect: &Effect) -> bool {
        match &effect.kind {
            EffectKind::Earn { amount: Earn::Fixed(amount), .. } => constant(amount).is_some(),
            // A use for a life is no more than one, however many are issued.
            EffectKind::Issue { coupon, .. } => self
                .coupons
                .get(*coupon)
                .is_some_and(|coupon| coupon.versions.iter().all(|form| form.value.limits.is_empty())),
            EffectKind::Deal(_) | EffectKind::Draw(_) => true,
            _ => false,
        }
    }

    fn counted(&self, figure: &Expr) -> Option<(MeasureIndex, &Measure)> {
        let ExprKind::Measure(index) = figure.kind else { return None };
        self.measures.get(index)?.as_ref().map(|measure| (index, measure))
    }

    /// Whether an event may leave a measure at the very number that is asked for.
    fn may_stay(&self, compared: &Compared<'_>, event: usize, form: &RuleForm) -> bool {
        let Some((_, measure)) = self.counted(compared.figure) else { return false };
        // Who has none yet is asked so.
        if is_zero(compared.constant) || measure.of.event() != Some(event) {
            return false;
        }
        let filters = measure.versions.iter().filter_map(|form| form.value.filter.as_ref());
        let met = filters.clone().all(|filter| self.follow(core::slice::from_ref(filter), &form.when));
        let folded = |expr: &Expr| matches!(&expr.kind, ExprKind::Fold { .. });
        let sifted = |expr: &Expr| matches!(&expr.kind, ExprKind::Fold { filter: Some(_), .. });
        match measure.function {
            AggregateFunction::Count => !met,
            AggregateFunction::Sum => {
                let lines = measure.versions.iter().filter_map(|form| form.value.value.as_ref()).any(sifted);
                let asked = form.when.iter().any(|when| has(when, folded));
                !met || (lines && !asked)
            }
            AggregateFunction::CountDistinct | AggregateFunction::Streak => true,
            _ => false,
        }
    }

    /// Whether a figure that is reached is reached with the next event, too, so that a thing is given each time.
    fn stays_above(&self, compared: &Compared<'_>, given: &Effect) -> bool {
        let thing = !matches!(given.kind, EffectKind::Earn { .. });
        if !matches!(compared.how, Comparison::Greater | Comparison::GreaterOrEqual) {
            return false;
        }
        match &compared.figure.kind {
            ExprKind::Wallet(_, WalletFigure::Balance) => thing,
            ExprKind::Measure(_) => self.counted(compared.figure).is_some_and(|(_, measure)| {
                let sums = matches!(
                    measure.function,
                    AggregateFunction::Count | AggregateFunction::Sum | AggregateFunction::CountDistinct
                );
                sums && (thing || measure.function != AggregateFunction::Count)
            }),
            _ => false,
        }
    }

    /// Whether what is asked each day is not of that day.
    fn stays_for_days(&self, compared: &Compared<'_>) -> bool {
        if is_zero(compared.constant) || matches!(compared.how, Comparison::Less | Comparison::LessOrEqual) {
            return false;
        }
        match &compared.figure.kind {
            ExprKind::Wallet(_, WalletFigure::Balance) => true,
            ExprKind::Measure(_) => self.counted(compared.figure).is_some_and(|(_, measure)| {
                let of_days = |window: Window| {
                    matches!(
                        window,
                        Window::This(Period::Day) | Window::Periods { period: Period::Day, .. } | Window::Rolling(_)
                    )
                };
                !measure.versions.iter().any(|form| of_days(form.value.window))
            }),
            _ => false,
        }
    }

    fn given_while(&self, rule: &Rule, given: &Effect, reached: &Compared<'_>) -> Diagnostic {
        let measure = self.counted(reached.figure).map(|(_, measure)| (measure.origin, measure.name.as_str()));
        let (figure, before) = match (&reached.figure.kind, measure) {
            (_, Some((Origin::Declared, name))) => (name, format!("{name}.before")),
            (_, Some((_, text))) => (text, "NAME.before".to_owned()),
            (ExprKind::Wallet(wallet, _), None) => {
                (self.wallets.get(*wallet).map_or("", |wallet| &wallet.name), String::new())
            }
            _ => ("", String::new()),
        };
        let named = before.strip_suffix(".before").unwrap_or_default().to_owned();
        let declare = match measure {
            Some((Origin::Declared, _)) | None => String::new(),
            Some((_, text)) => format!(" with `measure {named} = {text}`"),
        };
        let event = rule.trigger.event().and_then(|event| self.events.get(event)).map_or("", |event| &event.name);
        let value = self.constant_word(reached.constant).unwrap_or_default();
        let passed = match reached.how {
            Comparison::Greater => format!("`{before} <= {value} and {named} > {value}`"),
            _ => format!("`{before} < {value} and {named} >= {value}`"),
        };
        let (text, help) = match (&rule.trigger, reached.how) {
            (Trigger::Clock(_), _) => (
                format!("this is given again on each day on which `{figure}` is still so"),
                "say how often, `limit 1 per member per month`, or give it when it is reached, by a rule on what moves it".to_owned(),
            ),
            (Trigger::Event(_), Comparison::Equal) => (
                format!("this is given again with every `{event}` that leaves `{figure}` at {value}"),
                format!("give it when it is reached, {passed}{declare}, or say how often: `limit 1 per member`"),
            ),
            (Trigger::Event(_), _) => (
                format!("this is given again with every later `{event}`, for `{figure}` stays where it is or grows"),
                format!("give it when it is reached, {passed}{declare}, or say how often: `limit 1 per member per month`"),
            ),
            _ => (
                format!("this is given again with whatever comes later, for `{figure}` stays where it is or grows"),
                "say how often, `limit 1 per member per month`, or let it cost what was reached: `convert`, `redeem each`".to_owned(),
            ),
        };
        Diagnostic::new(Code::GivenAgain, given.span, text)
            .label(reached.figure.span, "it may be so before, and stay so")
            .help(help)
    }
}

/// A figure of the member and a constant that it is compared with.
fn compared(condition: &Expr) -> Option<Compared<'_>> {
    let ExprKind::Compare(how, left, right) = &condition.kind else { return None };
    let turned = match how {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => *same,
    };
    let figure = |side: &Expr| matches!(side.kind, ExprKind::Measure(_) | ExprKind::Wallet(_, WalletFigure::Balance));
    if figure(left) && key(right).is_some() {
        Some(Compared { figure: left, how: *how, constant: right })
    } else if figure(right) && key(left).is_some() {
        Some(Compared { figure: right, how: turned, constant: left })
    } else {
        None
    }
}

fn is_zero(constant: &Expr) -> bool {
    matches!(constant.kind, ExprKind::Number(number) if number.is_zero())
}

fn has(expr: &Expr, such: impl Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= such(part));
    found
}
