//! Why an event grants what it grants: the parts of each lot, and how each part came about.

use rust_decimal::Decimal;

use super::caps::Cut;
use super::judged::{Judged, Share};
use super::limits;
use super::silent::{self, Reason};
use super::stage::{self, Held, Rounding, Stage};
use super::trace::{Figure, Tracer};
use crate::amount::{self, Overflow};
use crate::check::model::{Multipliers, RoundScope};
use crate::engine::earning::{self, rounded_contribution};
use crate::engine::eval::Scope;
use crate::engine::outcome::Because;
use crate::engine::value::Value;
use crate::plan::{
    Condition, EffectKindPlan, EffectPlan, ExpirePlan, Node, PolicyPlan, Quote, RatePlan, Unit, in_force,
};

/// Why a lot is as it is.
#[derive(Debug, Clone)]
pub struct Granted {
    /// How each part of the decision's `because` came about, in its order.
    pub parts: Vec<Part>,
    pub vest: Choice,
    pub expire: Choice,
}

/// How one part of an amount came about.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The declaration of the contributing rule, or the clause that cut or rounded.
    pub line: Option<u32>,
    /// The conditions of the contributing rule, which hold.
    pub holding: Vec<Reason>,
    pub steps: Vec<Step>,
}

/// One step on the way to a part.
#[derive(Debug, Clone)]
pub enum Step {
    /// An effect of a rule that no event sets off, as the program has it.
    Effect(Quote),
    /// An effect of the rule earns.
    Earn(Earn),
    /// An effect of the rule multiplies what another earns.
    Multiply(Multiply),
    Cut(Cut),
    /// The part of what is left that goes to the lot.
    Lot(Decimal),
    Round(Rounding),
    Hold(Held),
}

/// What an `earn` came to.
#[derive(Debug, Clone)]
pub struct Earn {
    pub quote: Quote,
    pub wallet: u16,
    pub rate: Option<Rate>,
    pub figures: Vec<Figure>,
    pub amount: Decimal,
    /// Where the wallet rounds line by line: the line's place, from 1, and what it gives.
    pub lines: Vec<(u32, Decimal)>,
}

/// A rate and what it is a rate of.
#[derive(Debug, Clone, PartialEq)]
pub struct Rate {
    pub points: Decimal,
    pub per: Decimal,
    pub of: Decimal,
    pub unit: Unit,
    /// What it is a rate of, as the program has it.
    pub said: String,
    /// Whole blocks of `per` in `of`, if only they count.
    pub blocks: Option<Decimal>,
}

/// What a `multiply` added to another rule's contribution.
#[derive(Debug, Clone)]
pub struct Multiply {
    pub quote: Quote,
    pub rule: u32,
    pub figures: Vec<Figure>,
    /// What the contribution is multiplied by, before this rule and with it.
    pub before: Decimal,
    pub after: Decimal,
    pub multipliers: Multipliers,
    pub line: Option<u32>,
    pub amount: Decimal,
}

/// Which clause says how points vest or expire.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Nothing where the default holds, or where nothing is known.
    pub quote: Option<Quote>,
    /// Earlier clauses whose condition did not hold.
    pub passed: Vec<Reason>,
}

/// The lots of an event, in the order in which they were decided; only those whose parts add up to what was decided.
pub fn lots(judged: &Judged<'_>, stages: &[Stage]) -> Result<Vec<LotStory>, Overflow> {
    let mut found = Vec::new();
    for made in &judged.lots {
        let stage = stages.iter().find(|stage| stage.wallet == made.wallet);
        let lot = stage.and_then(|stage| {
            let lot = stage.lots.iter().find(|lot| lot.vest == made.vest && lot.expire == made.expire);
            lot.map(|lot| (stage, lot))
        });
        let Some((stage, lot)) = lot else { continue };
        found.push(LotStory {
            wallet: made.wallet,
            amount: made.amount,
            lot: lot.clone(),
            stage: stage.clone(),
            vest: vest_choice(judged, lot, made.wallet),
            expire: expire_choice(judged, lot, made.wallet)?,
        });
    }
    Ok(found)
}

/// One lot to be told about.
pub struct LotStory {
    pub wallet: u16,
    pub amount: Decimal,
    lot: stage::Lot,
    stage: Stage,
    vest: Choice,
    expire: Choice,
}

impl LotStory {
    /// How the parts of a decision came about.
    pub fn told(&self, judged: &Judged<'_>, because: &[Because]) -> Result<Granted, Overflow> {
        let mut rounded = false;
        let mut parts = Vec::with_capacity(because.len());
        for part in because {
            parts.push(match part {
                Because::Rule { rule, amount } => self.contribution(judged, *rule, *amount)?,
                Because::Rounding { .. } if !rounded => {
                    rounded = true;
                    Part {
                        line: self.lot.rounding.line,
                        steps: vec![Step::Round(self.lot.rounding.clone())],
                        ..Part::default()
                    }
                }
                Because::Cap { .. } => {
                    let line = self.stage.cut.as_ref().map(|cut| cut.line);
                    Part { line, steps: self.stage.cut.clone().map(Step::Cut).into_iter().collect(), ..Part::default() }
                }
                Because::HoldAtMost { .. } => {
                    let line = self.stage.held.as_ref().and_then(|held| held.line);
                    Part {
                        line,
                        steps: self.stage.held.clone().map(Step::Hold).into_iter().collect(),
                        ..Part::default()
                    }
                }
                _ => Part::default(),
            });
        }
        Ok(Granted { parts, vest: self.vest.clone(), expire: self.expire.clone() })
    }

    /// What a rule contributes to the lot; its steps are told only if they come to the decision's part.
    fn contribution(&self, judged: &Judged<'_>, rule: u32, decided: Decimal) -> Result<Part, Overflow> {
        let scope = &judged.tracer.scope;
        let line = scope.plan.rules.get(rule as usize).map(|rule| rule.line);
        let plan = scope.plan.wallets.get(usize::from(self.wallet));
        let (Some(plan), Some(policy)) = (plan, scope.plan.policy(self.wallet, scope.day)) else {
            return Ok(Part { line, ..Part::default() });
        };
        let in_lot = |number: usize| self.lot.shares.contains(&number);
        let own = judged.shares.iter().enumerate();
        let own = || own.clone().filter(|(_, share)| (share.rule, share.wallet) == (rule, self.wallet));
        // A cap cuts what all effects of the rule come to, whatever lots they go to.
        let is_cut = own().any(|(_, share)| share.left != share.amount);
        let (mut steps, mut sum, mut all) = (Vec::new(), Decimal::ZERO, Decimal::ZERO);
        for (number, share) in own() {
            all = amount::add(all, share.left)?;
            if in_lot(number) {
                sum = amount::add(sum, share.left)?;
            }
            if is_cut || in_lot(number) {
                steps.extend(step(judged, share, policy)?);
            }
        }
        if is_cut {
            let cuts = judged.cuts.iter().filter(|(cut, wallet, _)| (*cut, *wallet) == (rule, self.wallet));
            steps.extend(cuts.map(|(_, _, cut)| Step::Cut(cut.clone())));
            if all != sum {
                steps.push(Step::Lot(amount::divide_exactly(sum, plan.denominator)?));
            }
        }
        if policy.scope != RoundScope::PerOrder {
            let exact = amount::divide_exactly(sum, plan.denominator)?;
            sum = rounded_contribution(plan, policy, sum)?;
            let result = amount::divide_exactly(sum, plan.denominator)?;
            if exact != result {
                let before = Decimal::ZERO;
                let rounding = Rounding { scope: RoundScope::PerRule, exact, result, before, ..self.lot.rounding };
                steps.push(Step::Round(rounding));
            }
        }
        let told = amount::divide_exactly(sum, plan.denominator)?;
        let close = amount::subtract(told, decided)?.abs() <= Decimal::new(1, 9);
        let mut holding = Vec::new();
        // That the order uses a coupon is told of the coupon.
        let own = |condition: &&Condition| !matches!(judged.tracer.node(condition.node), Some(Node::Used(_)));
        let form = judged.fired(rule);
        for condition in form.into_iter().flat_map(|form| &form.when).filter(own) {
            holding.push(silent::holding(&judged.tracer, condition.node)?);
        }
        let valid = form.into_iter().flat_map(|form| &form.valid);
        holding.extend(valid.map(|valid| limits::valid_now(scope, valid, line)));
        Ok(Part { line, holding, steps: if close { steps } else { Vec::new() } })
    }
}

/// How one share came about.
fn step(judged: &Judged<'_>, share: &Share, policy: &PolicyPlan) -> Result<Option<Step>, Overflow> {
    let tracer = judged.tracer;
    let denominator = tracer.scope.plan.denominator(share.wallet);
    let amount = amount::divide_exactly(share.amount, denominator)?;
    if share.multiplies() {
        let form = judged.fired(share.rule);
        let effect = form.into_iter().flat_map(|form| &form.effects).find_map(|effect| match &effect.kind {
            EffectKindPlan::Multiply { rules, wallet, by }
                if rules.contains(&share.base_rule) && wallet.is_none_or(|wallet| wallet == share.wallet) =>
            {
                Some((effect, *by))
            }
            _ => None,
        });
        let Some((effect, by)) = effect else { return Ok(None) };
        return Ok(Some(Step::Multiply(Multiply {
            quote: effect.quote,
            rule: share.base_rule,
            figures: tracer.figures(by)?,
            before: share.before,
            after: share.after,
            multipliers: policy.multipliers,
            line: policy.quotes.multipliers.map(|quote| quote.line),
            amount,
        })));
    }
    let form = judged.fired(share.rule);
    let Some(effect) = form.and_then(|form| form.effects.get(usize::from(share.effect))) else { return Ok(None) };
    let mut earn = earn(tracer, effect)?;
    if let Some(earn) = &mut earn {
        earn.amount = amount;
        earn.lines = judged.by_line(share)?;
    }
    Ok(earn.map(Step::Earn))
}

/// What an effect earns, apart from the amount; nothing if it is none that earns.
pub fn earn(tracer: Tracer<'_>, effect: &EffectPlan) -> Result<Option<Earn>, Overflow> {
    let (wallet, rate, figures) = match &effect.kind {
        EffectKindPlan::EarnFixed { wallet, amount, .. } => (*wallet, None, tracer.figures(*amount)?),
        EffectKindPlan::EarnRate { wallet, rate, .. } => {
            let mut figures = tracer.figures(rate.points)?;
            figures.extend(tracer.figures(rate.of)?);
            (*wallet, rated(&tracer, rate)?, figures)
        }
        _ => return Ok(None),
    };
    let (quote, amount, lines) = (effect.quote, Decimal::ZERO, Vec::new());
    Ok(Some(Earn { quote, wallet, rate, figures, amount, lines }))
}

/// The numbers of what is written as a rate; nothing if one of them is missing.
fn rated(tracer: &Tracer<'_>, rate: &RatePlan) -> Result<Option<Rate>, Overflow> {
    // An amount that reads the event is a rate of 1 per 1, which the program does not say.
    if tracer.quote(rate.points).start >= tracer.quote(rate.of).start {
        return Ok(None);
    }
    let (Value::Number(points), Value::Number(of)) = (tracer.eval(rate.points)?, tracer.eval(rate.of)?) else {
        return Ok(None);
    };
    let blocks = if rate.full { Some(amount::divide_floor(of.max(Decimal::ZERO), rate.per)?) } else { None };
    Ok(Some(Rate { points, per: rate.per, of, unit: tracer.unit(rate.of), said: tracer.said(rate.of), blocks }))
}

/// The clause that says when the points of a lot vest: the effect's own, or the wallet's.
fn vest_choice(judged: &Judged<'_>, lot: &stage::Lot, wallet: u16) -> Choice {
    let own = own_effect(judged, lot, |share| share.own_form(judged).0 == Some(lot.vest));
    let scope = &judged.tracer.scope;
    let policy = || scope.plan.policy(wallet, scope.day).and_then(|policy| policy.quotes.vest);
    Choice { quote: own.or_else(policy), passed: Vec::new() }
}

fn expire_choice(judged: &Judged<'_>, lot: &stage::Lot, wallet: u16) -> Result<Choice, Overflow> {
    if let Some(quote) = own_effect(judged, lot, |share| share.own_form(judged).1 == Some(lot.expire)) {
        return Ok(Choice { quote: Some(quote), passed: Vec::new() });
    }
    wallet_choice(&judged.tracer, wallet, lot.expire)
}

/// The quote of the first effect of a lot that says something for itself.
fn own_effect(judged: &Judged<'_>, lot: &stage::Lot, says: impl Fn(&Share) -> bool) -> Option<Quote> {
    let mut shares = lot.shares.iter().filter_map(|number| judged.shares.get(*number));
    let share = shares.find(|share| says(share))?;
    let scope: &Scope<'_> = &judged.tracer.scope;
    let form = in_force(&scope.plan.rules.get(share.base_rule as usize)?.forms, scope.day)?;
    form.effects.get(usize::from(share.effect)).map(|effect| effect.quote)
}

/// The first of a wallet's expiries whose condition holds, if it is the one that was chosen.
pub fn wallet_choice(tracer: &Tracer<'_>, wallet: u16, chosen: ExpirePlan) -> Result<Choice, Overflow> {
    let scope = &tracer.scope;
    let mut choice = Choice::default();
    let Some(policy) = scope.plan.policy(wallet, scope.day) else { return Ok(choice) };
    for ((form, when), quote) in policy.expire.iter().zip(&policy.quotes.expire) {
        match when {
            Some(when) if !scope.holds(*when)? => choice.passed.push(silent::failing(tracer, *when)?),
            _ => {
                // A day that is not told leaves it to the next.
                let Some(form) = earning::told(scope, *form)? else { continue };
                choice.quote = (form == chosen).then_some(*quote);
                break;
            }
        }
    }
    Ok(choice)
}
