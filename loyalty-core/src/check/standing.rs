//! Warnings of ladders whose levels are not held as their authors mean: levels that nobody has, levels that nobody loses, and what
//! is given for reaching them again and again.

use super::Checker;
use super::model::{
    AggregateFunction, Effect, EffectKind, Event, Expr, ExprKind, Group, Keep, LadderChange, LadderForm, LadderReturns,
    Length, Level, LevelForm, Measure, Period, Returns, Rise, Rule, RuleForm, TimeUnit, Trigger, Versioned,
    WalletFigure, WalletIndex, Window,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Checker<'_> {
    pub(super) fn lint_standing(&mut self, rules: &[Rule], groups: &[Group]) {
        let mut found = Vec::new();
        for ladder in &self.ladders {
            for form in &ladder.versions {
                found.extend(self.levels_passed_over(&ladder.levels, &form.value));
            }
            found.extend(self.kept_too_shortly(ladder.span, &ladder.versions));
            found.extend(self.kept_for_ever(ladder.span, &ladder.versions));
            found.extend(self.levels_spent(ladder.span, &ladder.versions, rules));
        }
        for (index, rule) in rules.iter().enumerate() {
            let grouped = groups.iter().any(|group| {
                group.rules.contains(&index) && group.versions.iter().any(|form| !form.value.limits.is_empty())
            });
            if !grouped {
                found.extend(self.given_again(rule));
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }

    /// Levels whose conditions hold only where those of a higher one do.
    fn levels_passed_over(&self, levels: &[Level], form: &LadderForm) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (place, (level, own)) in levels.iter().zip(&form.levels).enumerate() {
            let by_conditions = |level: &LevelForm| level.from.is_none() && !level.when.is_empty();
            if !by_conditions(own) {
                continue;
            }
            let above = levels.iter().zip(&form.levels).skip(place + 1);
            let higher =
                above.filter(|(_, other)| by_conditions(other)).find(|(_, other)| self.follow(&other.when, &own.when));
            let Some((higher, _)) = higher else { continue };
            let text = format!(
                "nobody rises to `{}`: whoever meets its conditions meets those of `{}`",
                level.name, higher.name
            );
            found.push(
                Diagnostic::new(Code::LevelPassedOver, level.span, text)
                    .label(higher.span, "the higher level")
                    .help("levels stand from the lowest to the highest; let the higher one ask for more"),
            );
        }
        found
    }

    /// The measure by which a ladder goes, if it is one alone.
    fn meter_of(&self, form: &LadderForm) -> Option<&Measure> {
        match form.by.as_ref()?.kind {
            ExprKind::Measure(measure) => self.measures.get(measure)?.as_ref(),
            _ => None,
        }
    }

    /// `keep 12 months` over what is counted `this year`: when the time is over, the year is but begun.
    fn kept_too_shortly(&self, span: Span, forms: &[Versioned<LadderForm>]) -> Option<Diagnostic> {
        let [form] = forms else { return None };
        let form = &form.value;
        let measure = self.meter_of(form)?;
        let [counted] = measure.versions.as_slice() else { return None };
        let Window::This(period @ (Period::Year | Period::HalfYear | Period::Quarter | Period::Month)) =
            counted.value.window
        else {
            return None;
        };
        let (Keep::For(length), None, Rise::AtOnce, None) = (form.keep, form.retain.as_ref(), form.rise, form.carry)
        else {
            return None;
        };
        // A month that earns a level for three is no slip: another month may earn it anew.
        if months(length) != Some(period_months(period)) {
            return None;
        }
        let (period, name) = (period.word(), &measure.name);
        Some(
            Diagnostic::new(
                Code::KeptOverPart,
                span,
                format!("after {length} a level is kept by what `{name}` is then, and of `this {period}` only a part may be over"),
            )
            .help(format!("let the measure look back as far, `over last {length}`, or the level end with the calendar: `keep to end of next {period}`")),
        )
    }

    /// A level that ends by what is counted for all time, and so never.
    fn kept_for_ever(&self, span: Span, forms: &[Versioned<LadderForm>]) -> Option<Diagnostic> {
        let [form] = forms else { return None };
        let form = &form.value;
        let measure = self.meter_of(form)?;
        let grows = match measure.function {
            AggregateFunction::Count | AggregateFunction::CountDistinct => true,
            AggregateFunction::Sum => {
                measure.of.event().is_none_or(|event| self.events.get(event).is_some_and(Event::refuses_negative))
            }
            _ => false,
        };
        let all_time = measure.versions.iter().all(|form| form.value.window == Window::AllTime);
        // Who says what returns do has thought of how levels are lost.
        let told = form.carry.is_some() || form.retain.is_some() || form.returns != LadderReturns::Keep;
        let lasts = form.keep == Keep::WhileQualified || told;
        if !grows || !all_time || lasts || form.levels.iter().any(|level| !level.when.is_empty()) {
            return None;
        }
        let name = &measure.name;
        Some(
            Diagnostic::new(
                Code::KeptForEver,
                span,
                format!("`{name}` is counted over all time, and but for returns no level is ever lost, whatever `keep` says"),
            )
            .help("give the measure a window, as in `this year` or `over last 12 months`; if levels are for life, leave `keep` out"),
        )
    }

    /// A ladder by a balance that members spend.
    fn levels_spent(&self, span: Span, forms: &[Versioned<LadderForm>], rules: &[Rule]) -> Option<Diagnostic> {
        let by = forms.iter().filter_map(|form| form.value.by.as_ref()).next()?;
        let ExprKind::Wallet(wallet, WalletFigure::Balance) = by.kind else { return None };
        let name = &self.wallets.get(wallet)?.name;
        if !self.is_spent(wallet, rules) {
            return None;
        }
        Some(
            Diagnostic::new(
                Code::LevelsSpent,
                span,
                format!("these levels go by what is in `{name}`, and whoever spends of it falls"),
            )
            .label(by.span, "the balance")
            .help(format!("what was earned stays: `measure collected = sum({name}.earned)`, and `by collected`")),
        )
    }

    fn is_spent(&self, wallet: WalletIndex, rules: &[Rule]) -> bool {
        let of_wallet = |effect: &EffectKind| match effect {
            EffectKind::Spend { wallet: of, .. } | EffectKind::Transfer { wallet: of, .. } => *of == wallet,
            EffectKind::Convert { from, .. } => *from == wallet,
            _ => false,
        };
        let mut effects = rules.iter().flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        self.rewards.iter().flatten().any(|reward| reward.wallets().contains(&wallet))
            || self.wallets.get(wallet).is_some_and(|wallet| wallet.tender.is_some())
            || effects.any(|effect| of_wallet(&effect.kind))
    }

    /// What is given for a level, or a segment, that buying and sending back reaches once more.
    fn given_again(&self, rule: &Rule) -> Option<Diagnostic> {
        let reached_again = match rule.trigger {
            Trigger::Ladder(ladder, LadderChange::Reaches(_) | LadderChange::Rises) => {
                let forms = &self.ladders.get(ladder)?.versions;
                forms.iter().any(|form| form.value.keep == Keep::WhileQualified && self.falls_by_returns(&form.value))
            }
            Trigger::Segment { segment, entered: true } => {
                let forms = &self.segments.get(segment)?.versions;
                // What moves on by itself is entered again as it should be.
                forms.iter().all(|form| self.counts_all_time(&form.value))
            }
            _ => false,
        };
        if !reached_again {
            return None;
        }
        rule.versions.iter().find_map(|form| {
            let RuleForm { when, limits, effects, .. } = &form.value;
            let gives = |effect: &&Effect| {
                matches!(effect.kind, EffectKind::Earn { .. } | EffectKind::Issue { .. } | EffectKind::Deal(_))
            };
            let given = effects.iter().find(gives).filter(|_| when.is_empty() && limits.is_empty())?;
            Some(
                Diagnostic::new(
                    Code::GivenAgain,
                    given.span,
                    "this is given again whenever it is reached again, also by an order that is called off and placed anew",
                )
                .help("say how often: `limit 1 per member`, or `limit 1 per member per year`"),
            )
        })
    }

    /// Whether returns may take a level away at once.
    fn falls_by_returns(&self, form: &LadderForm) -> bool {
        let conditions = form.levels.iter().flat_map(|level| &level.when);
        let mut found = false;
        for expr in form.by.iter().chain(conditions) {
            expr.walk(&mut |part| {
                let ExprKind::Measure(measure) = part.kind else { return };
                let measure = self.measures.get(measure).and_then(Option::as_ref);
                found |= measure.is_some_and(|measure| self.shrinks(measure));
            });
        }
        found
    }

    fn shrinks(&self, measure: &Measure) -> bool {
        let order = self.names.events.get("order").copied();
        measure.returns == Returns::Revoke && order.is_some() && measure.of.event() == order
    }

    /// Whether a condition is one on what is counted of orders over all time.
    fn counts_all_time(&self, condition: &Expr) -> bool {
        let ExprKind::Compare(_, left, right) = &condition.kind else { return false };
        let (ExprKind::Measure(measure), ExprKind::Number(_)) = (&left.kind, &right.kind) else { return false };
        let Some(measure) = self.measures.get(*measure).and_then(Option::as_ref) else { return false };
        let sums = matches!(measure.function, AggregateFunction::Sum | AggregateFunction::Count);
        let all_time = measure.versions.iter().all(|form| form.value.window == Window::AllTime);
        sums && all_time && self.shrinks(measure)
    }
}

fn months(length: Length) -> Option<u32> {
    let each = match length.unit {
        TimeUnit::Month => 1,
        TimeUnit::Quarter => 3,
        TimeUnit::Year => 12,
        _ => return None,
    };
    length.count.checked_mul(each)
}

const fn period_months(period: Period) -> u32 {
    match period {
        Period::Year => 12,
        Period::HalfYear => 6,
        Period::Quarter => 3,
        _ => 1,
    }
}
