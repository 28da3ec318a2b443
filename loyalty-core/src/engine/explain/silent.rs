//! Why not: everything that kept a rule from firing, not only the first thing.

use core::cmp::Ordering;

use rust_decimal::Decimal;

use super::caps::{Cut, Owner};
use super::granted::Step;
use super::judged::Judged;
use super::moved::{self, Moves};
use super::stage::{self, Held, Lot, Rounding, Stage};
use super::trace::{Figure, Shown, Tracer};
use super::{granted, limits, words};
use crate::amount::{self, Overflow};
use crate::check::model::{Comparison, RoundScope};
use crate::engine::value::{Stored, Value};
use crate::engine::{returns, rewards, tags};
use crate::plan::node::{Node, NodeId};
use crate::plan::{EffectKindPlan, EffectPlan, Plan, RuleFormPlan, RulePlan, Unit, in_force};

/// A rule on the event that came to nothing.
#[derive(Debug, Clone)]
pub struct Silent {
    pub rule: u32,
    pub line: u32,
    pub reasons: Vec<Reason>,
}

/// One thing that keeps a rule from firing, or a condition from holding.
#[derive(Debug, Clone)]
pub struct Reason {
    pub what: What,
    /// What stood in the way, as the program has it.
    pub said: String,
    pub line: Option<u32>,
    /// More, in words; empty where the numbers say all.
    pub words: String,
    pub actual: Option<Shown>,
    pub required: Vec<Shown>,
    pub unit: Unit,
    pub gap: Option<Gap>,
    /// Parts of the event or of the member that are missing.
    pub missing: Vec<String>,
    /// The numbers of the subexpressions.
    pub figures: Vec<Figure>,
    /// When it is otherwise, as far as the calendar alone says so.
    pub until: Option<i64>,
    /// The parts that fail, where it has several.
    pub parts: Vec<Reason>,
}

/// What kind of thing stood in the way.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Condition,
    Valid,
    /// Used, and how often it may be.
    Limit {
        owner: Owner,
        used: i64,
        of: u32,
    },
    /// An effect that comes to nothing.
    Nothing,
    Cap(Cut),
    Rounded(Rounding),
    Held(Held),
}

/// How far a number is from what was asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gap {
    Short(Decimal),
    Over(Decimal),
}

impl Reason {
    pub fn new(what: What, said: String) -> Self {
        Self {
            what,
            said,
            line: None,
            words: String::new(),
            actual: None,
            required: Vec::new(),
            unit: Unit::None,
            gap: None,
            missing: Vec::new(),
            figures: Vec::new(),
            until: None,
            parts: Vec::new(),
        }
    }

    fn condition(tracer: &Tracer<'_>, node: NodeId) -> Self {
        let quote = tracer.quote(node);
        let line = (quote.line > 0).then_some(quote.line);
        Self { line, ..Self::new(What::Condition, words::quoted(tracer.source, quote)) }
    }

    /// The reason in words: what stood in the way, what was found, what is missing.
    pub fn words(&self, plan: &Plan) -> String {
        super::text::line(&super::page::reason_words(plan, self))
    }

    /// The same, and of a condition that has parts what is wrong with each of them.
    pub fn words_with_parts(&self, plan: &Plan) -> String {
        let parts: Vec<String> = self.parts.iter().map(|part| part.words_with_parts(plan)).collect();
        let whole = self.words(plan);
        if parts.is_empty() { whole } else { format!("{whole} ({})", parts.join("; ")) }
    }

    /// How much a number is short of what was asked.
    pub fn shortfall(&self) -> Option<Decimal> {
        match self.gap {
            Some(Gap::Short(gap)) => Some(gap).filter(|gap| !gap.is_zero()),
            _ => None,
        }
    }

    pub fn saying(mut self, words: impl Into<String>) -> Self {
        self.words = words.into();
        self
    }
}

/// Why a condition does not hold. What it says of one that does is of no use.
pub fn failing(tracer: &Tracer<'_>, node: NodeId) -> Result<Reason, Overflow> {
    let reason = Reason::condition(tracer, node);
    let Some(tracer) = &tracer.deeper() else { return Ok(reason) };
    Ok(match tracer.node(node) {
        Some(Node::And(parts)) => {
            let parts = parts.of(&tracer.scope.plan.operands);
            let mut failed = Vec::new();
            for part in parts {
                if !tracer.scope.holds(*part)? {
                    failed.push(failing(tracer, *part)?);
                }
            }
            Reason { parts: failed, ..reason.saying("all of it has to hold") }
        }
        Some(Node::Or(parts)) => {
            let parts = parts.of(&tracer.scope.plan.operands);
            let failed = parts.iter().map(|part| failing(tracer, *part)).collect::<Result<_, _>>()?;
            Reason { parts: failed, ..reason.saying("nothing of it holds") }
        }
        Some(Node::Not(of)) => match tracer.eval(of)? {
            Value::Bool(_) => Reason { parts: vec![holding(tracer, of)?], ..reason.saying("what it denies holds") },
            _ => Reason { missing: tracer.missing(of)?, ..reason },
        },
        Some(Node::Segment(number)) => segment(tracer, number, reason, failing)?,
        Some(Node::Otherwise(value, other)) => {
            let decides = if tracer.eval(value)? == Value::Missing { other } else { value };
            Reason { parts: vec![failing(tracer, decides)?], ..reason }
        }
        Some(Node::Match { subject, arms, otherwise }) => {
            let figures = tracer.figures(subject)?;
            match tracer.arm(subject, arms.of(&tracer.scope.plan.operands), otherwise)? {
                Some(arm) => Reason { figures, parts: vec![failing(tracer, arm)?], ..reason },
                None => Reason { figures, missing: tracer.missing(subject)?, ..reason.saying("no case is met") },
            }
        }
        Some(Node::Bool(_)) => reason.saying("it never holds"),
        _ => facts(tracer, node, reason)?,
    })
}

/// What makes a condition hold: of a rule that fires, or behind a `not`.
pub fn holding(tracer: &Tracer<'_>, node: NodeId) -> Result<Reason, Overflow> {
    let reason = Reason::condition(tracer, node);
    let Some(tracer) = &tracer.deeper() else { return Ok(reason) };
    Ok(match tracer.node(node) {
        Some(Node::And(parts)) => {
            let parts = parts.of(&tracer.scope.plan.operands);
            let parts = parts.iter().map(|part| holding(tracer, *part)).collect::<Result<_, _>>()?;
            Reason { parts, ..reason.saying("all of it holds") }
        }
        Some(Node::Or(parts)) => {
            let mut held = Vec::new();
            for part in parts.of(&tracer.scope.plan.operands) {
                if tracer.scope.holds(*part)? {
                    held.push(holding(tracer, *part)?);
                }
            }
            Reason { parts: held, ..reason.saying("a part of it holds") }
        }
        Some(Node::Not(of)) => Reason { parts: vec![failing(tracer, of)?], ..reason },
        Some(Node::Segment(number)) => segment(tracer, number, reason, holding)?,
        _ => {
            let told = facts(tracer, node, reason.saying("it holds"))?;
            let actual = told.actual.clone().filter(|actual| !actual.is_missing());
            Reason { gap: None, actual, missing: Vec::new(), ..told }
        }
    })
}

type Told = fn(&Tracer<'_>, NodeId) -> Result<Reason, Overflow>;

fn segment(tracer: &Tracer<'_>, number: u16, reason: Reason, told: Told) -> Result<Reason, Overflow> {
    let scope = &tracer.scope;
    let segment = scope.plan.segments.get(usize::from(number));
    Ok(match segment.and_then(|segment| in_force(&segment.forms, scope.day)) {
        Some(condition) => Reason { parts: vec![told(tracer, *condition)?], ..reason },
        None => reason.saying("the segment is not in force yet"),
    })
}

/// What a comparison, a membership or a plain yes and no found, and what it asked for.
fn facts(tracer: &Tracer<'_>, node: NodeId, reason: Reason) -> Result<Reason, Overflow> {
    let scope = &tracer.scope;
    let slot = |slot: u16| scope.event.map_or(Value::Missing, |event| event.slot(slot));
    let absent = |value: Value<'_>, name: &dyn Fn() -> Result<Vec<String>, Overflow>| match value {
        Value::Missing => name(),
        _ => Ok(Vec::new()),
    };
    Ok(match tracer.node(node) {
        Some(Node::Compare(comparison, left, right)) => {
            let (found, wanted) = (tracer.eval(left)?, tracer.eval(right)?);
            let mut missing = absent(found, &|| tracer.missing(left))?;
            missing.extend(absent(wanted, &|| tracer.missing(right))?);
            let mut figures = if tracer.is_plain(left) { Vec::new() } else { tracer.figures(left)? };
            figures.extend(tracer.figure(left)?.over.map(|_| tracer.figure(left)).transpose()?);
            if !tracer.is_constant(right) {
                figures.extend(tracer.figures(right)?);
            }
            figures.dedup();
            let reason = compared(reason, comparison, found, wanted)?;
            Reason { unit: tracer.unit(left), missing, figures, ..reason }
        }
        Some(Node::SlotAgainst(comparison, number, right)) => {
            let (found, wanted) = (slot(number), Value::Number(right));
            let missing = absent(found, &|| Ok(vec![tracer.field(number)]))?;
            Reason { unit: tracer.unit(node), missing, ..compared(reason, comparison, found, wanted)? }
        }
        Some(Node::SlotIs(number, symbol)) => {
            let found = slot(number);
            let missing = absent(found, &|| Ok(vec![tracer.field(number)]))?;
            let wanted = Value::Text(scope.plan.symbols.text(symbol), symbol);
            Reason { missing, ..compared(reason, Comparison::Equal, found, wanted)? }
        }
        Some(Node::SlotIn { slot: number, set, .. }) => {
            let found = slot(number);
            let symbols = set.of(&scope.plan.symbol_sets).iter();
            let required = symbols.map(|symbol| Shown::of(Value::Text(scope.plan.symbols.text(*symbol), *symbol)));
            let missing = absent(found, &|| Ok(vec![tracer.field(number)]))?;
            Reason { actual: Some(Shown::of(found)), required: required.collect(), missing, ..reason }
        }
        Some(Node::InConstants { value, items, .. }) => {
            let found = tracer.eval(value)?;
            let items = items.of(&scope.plan.operands).iter();
            let required = items.map(|item| Ok(Shown::of(tracer.eval(*item)?))).collect::<Result<_, Overflow>>()?;
            let missing = absent(found, &|| tracer.missing(value))?;
            Reason { actual: Some(Shown::of(found)), required, unit: tracer.unit(value), missing, ..reason }
        }
        Some(Node::InList { value, list, .. }) => {
            let found = tracer.eval(value)?;
            let mut missing = absent(found, &|| tracer.missing(value))?;
            let mut required = Vec::new();
            if let Some(event) = scope.event {
                let rows = event.list(list);
                if !rows.present {
                    let layout = scope.plan.events.get(usize::from(event.event)).map(|event| &event.layout);
                    let list = layout.and_then(|layout| Some((layout, layout.lists.get(usize::from(list))?)));
                    missing.extend(list.map(|(layout, list)| format!("{}.{}", layout.name, list.name)));
                }
                required.extend(event.rows_of(rows).map(|row| Shown::of(event.item(row, 0))));
            }
            let reason = among(tracer, value, found, "the list holds", &required, reason);
            Reason { required, missing, ..reason }
        }
        Some(Node::InTags { value, .. }) => {
            let found = tracer.eval(value)?;
            let tags = tags::of(scope.member);
            let required: Vec<Shown> = tags.map(|tag| Shown::Value(Stored::Text(tag.into()))).collect();
            let missing = absent(found, &|| tracer.missing(value))?;
            let reason = among(tracer, value, found, "the member's tags are", &required, reason);
            Reason { required, missing, ..reason }
        }
        Some(Node::IsMissing { value, negated }) => {
            let missing = if negated { tracer.missing(value)? } else { Vec::new() };
            let actual = Some(Shown::of(tracer.eval(value)?)).filter(|_| !negated);
            Reason { actual, unit: tracer.unit(value), missing, ..reason }
        }
        _ => {
            let found = tracer.eval(node)?;
            let missing = absent(found, &|| Ok(vec![tracer.said(node)]))?;
            Reason { actual: Some(Shown::of(found)), missing, ..reason }
        }
    })
}

/// What was looked for in a list, and what is in it.
fn among(tracer: &Tracer<'_>, value: NodeId, found: Value<'_>, holder: &str, list: &[Shown], reason: Reason) -> Reason {
    const SHOWN: usize = 8;
    let actual = Some(Shown::of(found)).filter(|_| !tracer.is_constant(value));
    if !reason.words.is_empty() {
        return Reason { actual, ..reason };
    }
    let shown = list.iter().take(SHOWN).map(|item| words::value(tracer.scope.plan, item, Unit::None));
    let shown: Vec<String> = shown.collect();
    let more = list.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let said = if list.is_empty() { "none".to_owned() } else { shown.join(", ") + &more };
    Reason { actual, ..reason.saying(format!("{holder} {said}")) }
}

fn compared(reason: Reason, comparison: Comparison, found: Value<'_>, wanted: Value<'_>) -> Result<Reason, Overflow> {
    let mut reason = Reason { actual: Some(Shown::of(found)), required: vec![Shown::of(wanted)], ..reason };
    if let (Value::Number(found), Value::Number(wanted)) = (found, wanted) {
        reason.gap = match comparison {
            Comparison::Greater | Comparison::GreaterOrEqual => {
                Some(Gap::Short(amount::subtract(wanted, found)?.max(Decimal::ZERO)))
            }
            Comparison::Less | Comparison::LessOrEqual => {
                Some(Gap::Over(amount::subtract(found, wanted)?.max(Decimal::ZERO)))
            }
            Comparison::Equal | Comparison::NotEqual => None,
        };
    }
    let strict = matches!(comparison, Comparison::Greater | Comparison::Less);
    if strict && found.order(wanted) == Some(Ordering::Equal) && reason.words.is_empty() {
        reason.words = if comparison == Comparison::Greater { "more is needed" } else { "less is needed" }.to_owned();
    }
    Ok(reason)
}

/// Everything that keeps a rule silent.
pub fn reasons(
    judged: &Judged<'_>,
    (stages, moves): (&[Stage], &Moves),
    number: u32,
    rule: &RulePlan,
) -> Result<Vec<Reason>, Overflow> {
    let tracer = &judged.tracer;
    let scope = &tracer.scope;
    let Some(form) = in_force(&rule.forms, scope.day) else {
        let reason = Reason::new(What::Nothing, String::new()).saying("it is not in force yet");
        return Ok(vec![Reason { line: Some(rule.line), ..reason }]);
    };
    let mut reasons = Vec::new();
    for condition in &form.when {
        if !scope.holds(condition.node)? {
            reasons.push(failing(tracer, condition.node)?);
        }
    }
    reasons.extend(limits::invalid(scope, rule, form));
    reasons.extend(limits::used_up(judged, number, rule, form));
    if reasons.is_empty() {
        reasons = nothing(judged, (stages, moves), number, form)?;
    }
    Ok(reasons)
}

/// Why the effects of a rule whose conditions hold come to nothing.
fn nothing(
    judged: &Judged<'_>,
    (stages, moves): (&[Stage], &Moves),
    rule: u32,
    form: &RuleFormPlan,
) -> Result<Vec<Reason>, Overflow> {
    let mut reasons = Vec::new();
    for (number, effect) in form.effects.iter().enumerate() {
        let said = words::quoted(judged.tracer.source, effect.quote);
        let reason = Reason { line: Some(effect.quote.line), ..Reason::new(What::Nothing, said) };
        if judged.tracer.scope.kept.contains(&rule) && returns::is_lasting(&effect.kind) {
            reasons.push(reason.saying("an earlier form of the order has done it, and that stays"));
            continue;
        }
        if let Some(full) = has_no_room(judged, (rule, moves), &effect.kind, &reason)? {
            reasons.push(full);
            continue;
        }
        let told = match &effect.kind {
            EffectKindPlan::EarnFixed { wallet, .. } | EffectKindPlan::EarnRate { wallet, .. } => {
                let own = |share: &&super::judged::Share| {
                    (share.rule, usize::from(share.effect), share.base_rule) == (rule, number, rule)
                };
                match judged.shares.iter().find(own) {
                    Some(share) => {
                        reasons.extend(taken(judged, stages, (rule, *wallet), share.left, reason)?);
                        continue;
                    }
                    None => earns_nothing(&judged.tracer, effect, reason)?,
                }
            }
            EffectKindPlan::Multiply { rules: of, wallet, by } => {
                let share = judged.shares.iter().find(|share| {
                    share.rule == rule
                        && of.contains(&share.base_rule)
                        && wallet.is_none_or(|wallet| wallet == share.wallet)
                });
                match share {
                    Some(share) => {
                        reasons.extend(taken(judged, stages, (rule, share.wallet), share.left, reason)?);
                        continue;
                    }
                    None => multiplies_nothing(judged, (of, *wallet), *by, reason)?,
                }
            }
            EffectKindPlan::Accept { .. } => reason.saying("its cap or the wallet has no room for what was sent"),
            EffectKindPlan::Spend { wallet, amount, .. } | EffectKindPlan::Transfer { wallet, amount, .. } => {
                let balance = words::points(judged.tracer.scope.plan, available(judged, *wallet), *wallet);
                Reason {
                    figures: judged.tracer.figures(*amount)?,
                    missing: judged.tracer.missing(*amount)?,
                    ..reason.saying(format!("there is nothing to spend; the balance is {balance}"))
                }
            }
            EffectKindPlan::Convert { from: wallet, takes, .. } | EffectKindPlan::Forfeit { wallet, amount: takes } => {
                let balance = words::points(judged.tracer.scope.plan, available(judged, *wallet), *wallet);
                Reason {
                    figures: judged.tracer.figures(*takes)?,
                    missing: judged.tracer.missing(*takes)?,
                    ..reason.saying(format!("there is nothing to take; the balance is {balance}"))
                }
            }
            EffectKindPlan::Redeem { reward, .. } => {
                let lacks = rewards::lacks(&judged.tracer.scope, *reward);
                // It was redeemed, and the decision names the reward.
                if lacks.is_empty() {
                    continue;
                }
                let lacks: Vec<&str> = lacks.iter().map(|lack| &*lack.text).collect();
                reason.saying(format!("not one of it can be had: {}", lacks.join("; ")))
            }
            EffectKindPlan::Raise { .. } => reason.saying("the member is on that level or a higher one"),
            EffectKindPlan::Tag(text) | EffectKindPlan::Untag(text) | EffectKindPlan::Signal { to: text, .. } => {
                Reason { missing: judged.tracer.missing(*text)?, ..reason.saying("it comes to nothing") }
            }
            _ => reason.saying("it comes to nothing"),
        };
        reasons.push(told);
    }
    Ok(reasons)
}

fn earns_nothing(tracer: &Tracer<'_>, effect: &EffectPlan, reason: Reason) -> Result<Reason, Overflow> {
    let Some(earn) = granted::earn(*tracer, effect)? else { return Ok(reason) };
    let missing = earn.figures.iter().filter(|figure| figure.value.is_missing());
    let missing: Vec<String> = missing.map(|figure| figure.lacks.as_ref().unwrap_or(&figure.said).clone()).collect();
    let blocks = earn.rate.as_ref().filter(|rate| rate.blocks == Some(Decimal::ZERO) && !rate.of.is_zero());
    let reason = match blocks {
        Some(rate) => {
            let short = amount::subtract(rate.per, rate.of)?;
            let reason = reason.saying("there is no full block in it");
            let (actual, required) = (Shown::Value(Stored::Number(rate.of)), Shown::Value(Stored::Number(rate.per)));
            Reason {
                actual: Some(actual),
                required: vec![required],
                unit: rate.unit,
                gap: Some(Gap::Short(short)),
                ..reason
            }
        }
        None if missing.is_empty() => reason.saying("it comes to nothing"),
        None => reason,
    };
    Ok(Reason { figures: earn.figures, missing, ..reason })
}

fn multiplies_nothing(
    judged: &Judged<'_>,
    (of, wallet): (&[u32], Option<u16>),
    by: NodeId,
    reason: Reason,
) -> Result<Reason, Overflow> {
    let tracer = &judged.tracer;
    let any = judged.shares.iter().any(|share| {
        of.contains(&share.rule) && share.rate.is_some() && wallet.is_none_or(|wallet| wallet == share.wallet)
    });
    let reason = if any {
        reason.saying("the factor changes nothing")
    } else {
        let names = of.iter().filter_map(|rule| tracer.scope.plan.rules.get(*rule as usize));
        let names: Vec<&str> = names.map(|rule| &*rule.name).collect();
        reason.saying(format!("there is nothing to multiply: {} earned nothing here", names.join(", ")))
    };
    Ok(Reason { figures: tracer.figures(by)?, missing: tracer.missing(by)?, ..reason })
}

/// That a cap let nothing through.
fn capped(reason: &Reason, cut: &Cut) -> Reason {
    Reason { line: Some(cut.line), until: cut.until, ..Reason::new(What::Cap(cut.clone()), reason.said.clone()) }
}

/// That a cap, or the greatest balance of a wallet, leaves no room for points that are moved.
fn has_no_room(
    judged: &Judged<'_>,
    (rule, moves): (u32, &Moves),
    effect: &EffectKindPlan,
    reason: &Reason,
) -> Result<Option<Reason>, Overflow> {
    let mut steps = moved::limits(judged, rule, effect, Decimal::ZERO, &mut moves.before(rule))?.into_iter();
    let step = match effect {
        EffectKindPlan::Convert { .. } => steps.next(),
        _ => steps.find(|step| matches!(step, Step::Cut(cut) if cut.left.is_zero())),
    };
    Ok(match step {
        Some(Step::Cut(cut)) => Some(capped(reason, &cut)),
        Some(Step::Hold(held)) => {
            Some(Reason { line: held.line, ..Reason::new(What::Held(held), reason.said.clone()) })
        }
        _ => None,
    })
}

fn available(judged: &Judged<'_>, wallet: u16) -> Decimal {
    let state = judged.tracer.scope.member.wallets.get(usize::from(wallet));
    state.map_or(Decimal::ZERO, |state| state.available)
}

/// What took a contribution that was there: caps of the rule or its groups, the wallet's own limits, the rounding.
fn taken(
    judged: &Judged<'_>,
    stages: &[Stage],
    (rule, wallet): (u32, u16),
    left: Decimal,
    reason: Reason,
) -> Result<Vec<Reason>, Overflow> {
    let capped = |cut: &Cut| capped(&reason, cut);
    let own = judged.cuts.iter().filter(|(cut, of, _)| (*cut, *of) == (rule, wallet));
    let mut reasons: Vec<Reason> = own.map(|(.., cut)| capped(cut)).collect();
    if left.is_zero() && !reasons.is_empty() {
        return Ok(reasons);
    }
    let stage = stages.iter().find(|stage| stage.wallet == wallet);
    let lot = stage
        .into_iter()
        .flat_map(|stage| &stage.lots)
        .find(|lot| lot.shares.iter().filter_map(|number| judged.shares.get(*number)).any(|share| share.rule == rule));
    if let Some(cut) = stage.and_then(|stage| stage.cut.as_ref()) {
        reasons.push(capped(cut));
    }
    if let Some(held) = stage.and_then(|stage| stage.held.as_ref()) {
        reasons.push(Reason { line: held.line, ..Reason::new(What::Held(held.clone()), reason.said.clone()) });
    }
    match lot {
        Some(lot) if lot.rounding.result == lot.rounding.before => reasons.push(Reason {
            line: lot.rounding.line.or(reason.line),
            ..Reason::new(What::Rounded(lot.rounding.clone()), reason.said)
        }),
        // Others of its lot have come to something, and each rule is rounded by itself.
        Some(lot) if lot.rounding.scope != RoundScope::PerOrder => reasons.push(Reason {
            line: lot.rounding.line.or(reason.line),
            ..Reason::new(What::Rounded(rounded_alone(judged, (lot, wallet), rule)?), reason.said)
        }),
        _ if reasons.is_empty() => reasons.push(reason.saying("it comes to nothing")),
        _ => {}
    }
    Ok(reasons)
}

/// What a rule alone contributes to a lot, where each is rounded by itself to nothing.
fn rounded_alone(judged: &Judged<'_>, (lot, wallet): (&Lot, u16), rule: u32) -> Result<Rounding, Overflow> {
    let parts = stage::by_rule(&judged.shares, &lot.shares)?;
    let sum = parts.iter().find(|(of, _)| *of == rule).map_or(Decimal::ZERO, |(_, sum)| *sum);
    let plan = judged.tracer.scope.plan.wallets.get(usize::from(wallet));
    let exact = amount::divide_exactly(sum, plan.map_or(Decimal::ONE, |plan| plan.denominator))?;
    let (result, before) = (Decimal::ZERO, Decimal::ZERO);
    Ok(Rounding { scope: RoundScope::PerRule, exact, result, before, ..lot.rounding.clone() })
}
