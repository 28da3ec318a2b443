//! Why an event or the passing of time brings about what it does, and why the other rules stay silent.
//!
//! Nothing of it is worked out while events are applied. To explain, the event is applied to a copy of the state; then
//! the state that the rules met is asked again, stage by stage, with a note of every number on the way.
//!
//! | file | what it tells |
//! |---|---|
//! | `judged` | what the engine made of the event, the one place that knows how it does so |
//! | `trace` | the numbers behind an expression |
//! | `granted`, `stage`, `caps` | how each part of what was earned came about |
//! | `moved` | which limits left less to be spent, sent or converted |
//! | `returned` | what an order had granted, what is kept of it, what is taken |
//! | `timed`, `levels` | why points vest and run out, and why a level changes |
//! | `silent`, `limits` | everything that kept a rule from firing |
//! | `words`, `page`, `text`, `html`, `data` | how it is told |

mod caps;
pub(in crate::engine) mod data;
mod granted;
mod html;
mod judged;
mod levels;
pub(in crate::engine) mod limits;
mod moved;
mod page;
mod returned;
pub(in crate::engine) mod silent;
mod stage;
mod text;
mod timed;
pub(in crate::engine) mod trace;
pub(crate) mod words;

use core::ops::RangeBounds;
use std::sync::Arc;

use super::claims::Counters;
use super::decided::{Decided, Run};
use super::error::EventError;
use super::eval::Scope;
use super::event::EventData;
use super::lots::Expiry;
use super::measures;
use super::member::Member;
use super::messages::said;
use super::outcome::{Because, Decision, Kind, Outcome, TierBecause};
use super::value::{Stored, Value};
use super::{badges, clock, coupons, doors, refusals, returns};
use crate::amount;
use crate::plan::{Condition, EffectKindPlan, EffectPlan, EventKind, ExpirePlan, NodeId, Plan, Quote, in_force};
use granted::{Choice, Granted, Part, Step};
use judged::Judged;
use levels::Level;
use moved::{Moved, Moves};
use returned::Return;
use silent::Silent;

pub use silent::Reason;
use timed::Past;
use trace::{Figure, Tracer};
pub use words::{money, per, sum, valid};

/// The answer to "why": what an event or the passing of time brings, part by part, and what is missing for the rest.
///
/// It is made only where it is asked for, by [`Program::explain`](crate::Program::explain) and
/// [`Program::explain_advance`](crate::Program::explain_advance), and is shown as text, as data or as HTML.
#[derive(Debug, Clone)]
pub struct Explanation {
    outcome: Outcome,
    /// The type of the event; nothing for the passing of time.
    event: Option<u16>,
    source: Arc<str>,
    /// One for each decision.
    stories: Vec<Story>,
    returned: Option<Return>,
    silent: Vec<Silent>,
}

/// What there is to say of a decision.
#[derive(Debug, Clone, Default)]
struct Story {
    /// The rule that decided it, where it is one alone.
    rule: Option<u32>,
    granted: Option<Granted>,
    effect: Option<Effect>,
    past: Option<Past>,
    /// For what points were taken, where no rule took them.
    taken_for: Option<TakenFor>,
    /// What a level asks for, and what there is.
    level: Option<Level>,
    /// What the wallet owed before and after.
    debt: Option<(rust_decimal::Decimal, rust_decimal::Decimal)>,
    /// What set off the rule that decided it, where it has followed on a part of that in an earlier form of the order.
    more: Option<More>,
}

/// For what points are taken without a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
enum TakenFor {
    /// An order that is paid from a wallet.
    Order,
    /// The streak of that challenge, over a period without an event.
    Streak(Box<str>),
    /// Staff, who adjust a balance.
    Staff,
}

/// What is new of an amount that sets a rule off.
#[derive(Debug, Clone, Copy, PartialEq)]
struct More {
    before: rust_decimal::Decimal,
    now: rust_decimal::Decimal,
    more: rust_decimal::Decimal,
}

/// The effect that took points or set a level.
#[derive(Debug, Clone)]
struct Effect {
    quote: Quote,
    figures: Vec<Figure>,
    /// The limits that left less of it than it asks for.
    limits: Vec<Step>,
}

/// Explains an event on the state that it would meet, and beside the counters over all members, if the host tells them.
pub fn explain(
    plan: &Arc<Plan>,
    member: &Member,
    event: &EventData,
    source: &Arc<str>,
    counters: Option<&Counters>,
) -> Result<Explanation, EventError> {
    let (mut after, mut decided) = (member.clone(), Decided::watched(counters.cloned()));
    let outcome = match doors::apply_into(plan, &mut after, event, None, &mut decided) {
        Ok(outcome) => outcome,
        Err(error) => return Err(refused(plan, member, event, source, counters, error)?),
    };
    let mut stories = stories(plan, member, Some(event.event), &outcome.decisions);
    levels::tell(plan, &after, source, &outcome, &mut stories)?;
    let source = Arc::clone(source);
    let event_type = Some(event.event);
    let mut told = Explanation { outcome, event: event_type, source, stories, returned: None, silent: Vec::new() };
    // Of an event that is known already only its decisions are: the state that it met is gone.
    let event_plan = plan.events.get(usize::from(event.event));
    let counts = |event_plan| event.at >= member.enrolled_at || returns::reaches(plan, event_plan, member, event);
    if !told.outcome.replayed && event_plan.is_some_and(counts) {
        tell(plan, member, event, counters, &mut told)?;
    }
    tell_runs(plan, decided.into_runs(), &mut told)?;
    Ok(told)
}

/// The refusal of an event by a rule, with what made the rule refuse; others are as they are.
fn refused(
    plan: &Arc<Plan>,
    member: &Member,
    event: &EventData,
    source: &Arc<str>,
    counters: Option<&Counters>,
    error: EventError,
) -> Result<EventError, EventError> {
    let Some(rule) = error.rule().and_then(|rule| refusals::named(plan, rule)) else { return Ok(error) };
    let (Some(event_plan), Some(rule)) = (plan.events.get(usize::from(event.event)), plan.rules.get(rule as usize))
    else {
        return Ok(error);
    };
    let mut met = member.clone();
    met.forget_rows(plan);
    let mut before = Decided::beside(counters);
    doors::before_rules(plan, event_plan, &mut met, event, &mut before)?;
    let counters = before.counters();
    doors::stand_then(plan, &mut met, event.at, coupons::redeem::replaced(event_plan, event));
    let scope = Scope { event: Some(event), counters: counters.as_ref(), ..Scope::of(plan, &met, event.at) };
    let mut deltas = measures::Deltas::new();
    measures::deltas(&scope, &event_plan.measures, &mut deltas)?;
    let scope = Scope { deltas: &deltas, ..scope };
    let tracer = Tracer::new(scope, source);
    let form = in_force(&rule.forms, scope.day);
    let mut reasons = Vec::new();
    for condition in form.iter().flat_map(|form| &form.when) {
        reasons.push(silent::holding(&tracer, condition.node)?.words(plan));
    }
    Ok(if reasons.is_empty() { error } else { error.because(reasons.join("; ")) })
}

/// Explains the passing of time.
pub fn explain_advance(
    plan: &Arc<Plan>,
    member: &Member,
    to: i64,
    source: &Arc<str>,
    counters: Option<&Counters>,
) -> Result<Explanation, EventError> {
    let (mut after, mut decided) = (member.clone(), Decided::watched(counters.cloned()));
    doors::advance_into(plan, &mut after, to, &mut decided)?;
    let outcome = doors::outcome(plan, &after, None, to, decided.take_list());
    let mut stories = stories(plan, member, None, &outcome.decisions);
    levels::tell(plan, &after, source, &outcome, &mut stories)?;
    let source = Arc::clone(source);
    let mut told = Explanation { outcome, event: None, source, stories, returned: None, silent: Vec::new() };
    tell_runs(plan, decided.into_runs(), &mut told)?;
    Ok(told)
}

/// Why a condition does not hold.
pub fn failing(scope: &Scope<'_>, source: &str, condition: &Condition) -> Result<Reason, EventError> {
    Ok(silent::failing(&Tracer::new(*scope, source), condition.node)?)
}

/// For what points were taken that no rule took, by the decisions after that and by the event.
fn taken_for(plan: &Plan, event: Option<u16>, after: &[Decision]) -> Option<TakenFor> {
    // Only lots that come to life again by being spent of stand between.
    let next = after.iter().find(|decision| !matches!(decision.kind, Kind::Reinstated { .. }));
    if let Some(Kind::StreakFrozen { challenge, .. }) = next.map(|decision| &decision.kind) {
        return Some(TakenFor::Streak((**challenge).into()));
    }
    let event = event.and_then(|event| plan.events.get(usize::from(event)))?;
    match &*event.layout.name {
        "order" => Some(TakenFor::Order),
        "adjust" => Some(TakenFor::Staff),
        _ => None,
    }
}

/// What can be said of decisions by themselves: lots, debts, lines of rules.
fn stories(plan: &Plan, member: &Member, event: Option<u16>, decisions: &[Decision]) -> Vec<Story> {
    let debts = timed::debts(member, decisions);
    let told = decisions.iter().zip(debts).enumerate().map(|(place, (decision, debt))| {
        let mut story = Story { debt, ..Story::default() };
        match &decision.kind {
            Kind::Earned { because, .. } => {
                let parts = because.iter().map(|part| part_of(plan, part, decision));
                let (vest, expire) = (Choice::default(), Choice::default());
                story.granted = Some(Granted { parts: parts.collect(), vest, expire });
            }
            Kind::Spent { rule, wallet, .. } => {
                story.rule = *rule;
                if rule.is_none() {
                    story.taken_for =
                        taken_for(plan, event, decisions.get(place.saturating_add(1)..).unwrap_or_default());
                }
                story.effect = rule.and_then(|rule| effects_on(plan, rule, *wallet, decision.at).into_iter().next());
            }
            Kind::Forfeited { rule, wallet, .. } => {
                story.rule = Some(*rule);
                story.effect = effects_on(plan, *rule, *wallet, decision.at).into_iter().next();
            }
            Kind::Coupon(decision) => story.rule = decision.rule(),
            Kind::Claim { rule, .. } | Kind::Drawn { rule, .. } | Kind::NotDrawn { rule, .. } => story.rule = *rule,
            Kind::CardIssued { rule, .. } => story.rule = Some(*rule),
            Kind::Message(said) => story.rule = rule_named(plan, &said.because),
            Kind::MessageSuppressed(unsaid) => story.rule = rule_named(plan, &unsaid.because),
            Kind::Transferred { rule, .. } => story.rule = Some(*rule),
            Kind::Vested { wallet, lot, .. }
            | Kind::Expired { wallet, lot, .. }
            | Kind::Reinstated { wallet, lot, .. } => {
                story.past = Some(timed::past(plan, member, decisions, *wallet, *lot, decision.at));
            }
            _ => {}
        }
        story
    });
    told.collect()
}

/// The rule that says a message, if it is one of the program's own.
fn rule_named(plan: &Plan, because: &said::Because) -> Option<u32> {
    let rule = plan.rules.iter().position(|rule| rule.held.is_none() && rule.name == because.name);
    rule.filter(|_| &*because.keyword == "rule").map(|rule| rule as u32)
}

/// What is known of a part without asking the rules again: of a rule that no event sets off, its head and its effects.
fn part_of(plan: &Plan, part: &Because, decision: &Decision) -> Part {
    let Because::Rule { rule: number, .. } = part else { return Part::default() };
    let Some(rule) = plan.rules.get(*number as usize) else { return Part::default() };
    let mut told = Part { line: Some(rule.line), ..Part::default() };
    if let (None, Some(wallet)) = (rule.trigger.event(), decision.wallet()) {
        let effects = effects_on(plan, *number, wallet, decision.at);
        told.steps.extend(effects.into_iter().map(|effect| Step::Effect(effect.quote)));
    }
    told
}

/// The effects of a rule that no event sets off on a wallet, in the form of that instant.
fn effects_on(plan: &Plan, rule: u32, wallet: u16, at: i64) -> Vec<Effect> {
    let rule = plan.rules.get(rule as usize).filter(|rule| rule.trigger.event().is_none());
    let form = rule.and_then(|rule| in_force(&rule.forms, plan.calendar.day_at(at)));
    let effects = form.into_iter().flat_map(|form| &form.effects).filter(|effect| match effect.kind {
        EffectKindPlan::EarnFixed { wallet: own, .. }
        | EffectKindPlan::EarnRate { wallet: own, .. }
        | EffectKindPlan::Spend { wallet: own, .. }
        | EffectKindPlan::Forfeit { wallet: own, .. } => own == wallet,
        EffectKindPlan::Convert { from, to, .. } => from == wallet || to == wallet,
        _ => false,
    });
    effects.map(|effect| Effect { quote: effect.quote, figures: Vec::new(), limits: Vec::new() }).collect()
}

/// Asks the rules again, on the state that they met.
fn tell(
    plan: &Arc<Plan>,
    member: &Member,
    event: &EventData,
    counters: Option<&Counters>,
    told: &mut Explanation,
) -> Result<(), EventError> {
    let Some(event_plan) = plan.events.get(usize::from(event.event)) else { return Ok(()) };
    let settled = super::questions::settled(plan, event_plan, event);
    let event = settled.as_ref().unwrap_or(event);
    let source = Arc::clone(&told.source);
    let replaced = coupons::redeem::replaced(event_plan, event);
    if replaced.is_some() || matches!(event_plan.kind, EventKind::Refund | EventKind::Cancel) {
        let mut present = member.clone();
        if event.at > present.clock {
            clock::advance(plan, &mut present, event.at, &mut Decided::beside(counters))?;
        }
        let judged = match replaced {
            Some(order) => returns::judge_replaced(plan, &present, order)?,
            None => returns::judge(plan, &present, event)?,
        };
        told.returned = Some(returned::of(plan, &present, &source, judged)?);
    }
    let mut met = member.clone();
    met.forget_rows(plan);
    let mut before = Decided::beside(counters);
    doors::before_rules(plan, event_plan, &mut met, event, &mut before)?;
    if doors::rests(plan, event_plan, &met, event).is_some() {
        // No rule was asked.
        return Ok(());
    }
    doors::stand_then(plan, &mut met, event.at, replaced);
    let (counters, kept) = (before.counters(), before.kept());
    let scope =
        Scope { event: Some(event), counters: counters.as_ref(), kept: &kept, ..Scope::of(plan, &met, event.at) };
    let mut deltas = measures::Deltas::new();
    measures::deltas(&scope, &event_plan.measures, &mut deltas)?;
    let scope = Scope { deltas: &deltas, ..scope };
    let uses = coupons::redeem::decide(&scope, event_plan, event)?.coupons();
    let scope = Scope { uses: &uses, ..scope };
    let judged = Judged::of_event(Tracer::new(scope, &source), event_plan, event)?;
    let stages = stages(&judged)?;
    tell_adjustment(&judged, &before, told)?;
    tell_lots(&judged, &stages, before.len().., told)?;
    let moves = tell_effects(&judged, before.len().., told)?;
    for (number, rule) in plan.rules.iter().enumerate().filter(|(_, rule)| rule.on(event.event)) {
        let number = number as u32;
        // Why a coupon was not used is told of it.
        if !told.spoke(number) && coupons::points::uses_of(plan, rule).is_none_or(|coupon| uses.contains(&coupon)) {
            let reasons = if judged.passed.iter().any(|(passed, _)| *passed == number) {
                // Why it came to nothing, while it had its turn.
                let judged = judged.before_passing(number, event_plan, event)?;
                silent::reasons(&judged, (&self::stages(&judged)?, &moves), number, rule)?
            } else {
                silent::reasons(&judged, (&stages, &moves), number, rule)?
            };
            if !reasons.is_empty() {
                told.silent.push(Silent { rule: number, line: rule.line, reasons });
            }
        }
    }
    Ok(())
}

/// Asks the rules that followed again, each on the state that it met.
fn tell_runs(plan: &Plan, runs: Vec<Run>, told: &mut Explanation) -> Result<(), EventError> {
    let source = Arc::clone(&told.source);
    for run in &runs {
        let counters = run.counters.as_ref();
        let scope = Scope { cause: Some(&run.cause), counters, ..Scope::of(plan, &run.met, run.at) };
        let judged = Judged::of_run(Tracer::new(scope, &source), run.rule)?;
        let stages = stages(&judged)?;
        if run.cause.amount < run.whole {
            let (now, more) = (run.whole, run.cause.amount);
            let more = More { before: amount::subtract(now, more)?, now, more };
            told.within(run.decisions.clone()).for_each(|(_, story)| story.more = Some(more));
        }
        if !run.decisions.is_empty() {
            // What was said of the effects by the program alone is said with numbers.
            let known: Vec<_> = told.within(run.decisions.clone()).map(|(_, story)| story.effect.take()).collect();
            tell_lots(&judged, &stages, run.decisions.clone(), told)?;
            tell_effects(&judged, run.decisions.clone(), told)?;
            for ((_, story), known) in told.within(run.decisions.clone()).zip(known) {
                story.effect = story.effect.take().or(known);
            }
        }
        let known = told.spoke(run.rule) || told.silent.iter().any(|silent| silent.rule == run.rule);
        if let Some(rule) = plan.rules.get(run.rule as usize).filter(|_| run.decisions.is_empty() && !known) {
            let reasons = silent::reasons(&judged, (&stages, &Moves::default()), run.rule, rule)?;
            if !reasons.is_empty() {
                told.silent.push(Silent { rule: run.rule, line: rule.line, reasons });
            }
        }
    }
    Ok(())
}

/// What became of the contributions to each wallet.
fn stages(judged: &Judged<'_>) -> Result<Vec<stage::Stage>, EventError> {
    let mut found = Vec::new();
    for wallet in 0..judged.tracer.scope.plan.wallets.len() {
        found.extend(stage::of(judged, wallet as u16)?);
    }
    Ok(found)
}

/// Staff gave points: only their expiry is anybody's choice.
fn tell_adjustment(judged: &Judged<'_>, before: &[Decision], told: &mut Explanation) -> Result<(), EventError> {
    for (decision, story) in before.iter().zip(&mut told.stories) {
        if let (Kind::Earned { wallet, expires_at, .. }, Some(granted)) = (&decision.kind, &mut story.granted) {
            let scope = &judged.tracer.scope;
            let policy = scope.plan.policy(*wallet, scope.day);
            let chosen = policy.map_or(Ok(ExpirePlan::Never), |policy| super::earning::wallet_expiry(scope, policy))?;
            // The event may say itself until when.
            let own = match super::lots::expiry(scope.plan, chosen, decision.at, true) {
                Expiry::At(at) => *expires_at != Some(at),
                _ => false,
            };
            if !own {
                granted.expire = granted::wallet_choice(&judged.tracer, *wallet, chosen)?;
            }
        }
    }
    Ok(())
}

/// Lots are decided in the order in which they were made.
fn tell_lots(
    judged: &Judged<'_>,
    stages: &[stage::Stage],
    range: impl RangeBounds<usize>,
    told: &mut Explanation,
) -> Result<(), EventError> {
    let lots = granted::lots(judged, stages)?;
    let mut lots = lots.iter().peekable();
    for (decision, story) in told.within(range) {
        if let Kind::Earned { wallet, amount, because, .. } = &decision.kind
            && let Some(lot) = lots.next_if(|lot| (lot.wallet, lot.amount) == (*wallet, *amount))
        {
            story.granted = Some(lot.told(judged, because)?);
        }
    }
    Ok(())
}

/// Which rule spent, tagged, set, signalled or moved, and what had been moved after each: effects are decided in the order of the
/// rules.
fn tell_effects(
    judged: &Judged<'_>,
    range: impl RangeBounds<usize> + Clone,
    told: &mut Explanation,
) -> Result<Moves, EventError> {
    let mut facts = judged.facts.iter().peekable();
    let mut rules = Vec::new();
    let (mut moved, mut moves) = (Moved::default(), Moves::default());
    for firing in &judged.firings {
        for effect in &firing.form.effects {
            if let Some(by) = effect_of(&judged.tracer, effect)? {
                let own = told.within(range.clone()).find(|(decision, story)| {
                    story.effect.is_none()
                        && decided_by(&effect.kind, &decision.kind, firing.rule, judged.tracer.scope.plan)
                });
                match own {
                    Some((decision, story)) => {
                        story.rule = Some(firing.rule);
                        let done = decision.amount().unwrap_or_default();
                        let limits = moved::limits(judged, firing.rule, &effect.kind, done, &mut moved)?;
                        moves.after(firing.rule, &moved);
                        story.effect = Some(Effect { limits, ..by });
                    }
                    // A price that does not fit takes all else that the rule does with it.
                    None if matches!(
                        effect.kind,
                        EffectKindPlan::Spend { .. } | EffectKindPlan::Transfer { .. } | EffectKindPlan::Accept { .. }
                    ) =>
                    {
                        break;
                    }
                    None => {}
                }
            } else if let Some(fact) = fact(&judged.tracer, firing.rule, &effect.kind)?
                && facts.next_if(|known| **known == fact).is_some()
            {
                rules.push((firing.rule, fact));
            }
        }
    }
    let mut rules = rules.into_iter().peekable();
    for (decision, story) in told.within(range) {
        if let Some((rule, _)) = rules.next_if(|(_, fact)| *fact == decision.kind) {
            story.rule = Some(rule);
        }
    }
    Ok(moves)
}

/// An effect that takes points or sets a level, and the numbers that it reads.
fn effect_of(tracer: &Tracer<'_>, effect: &EffectPlan) -> Result<Option<Effect>, EventError> {
    let figures = match &effect.kind {
        EffectKindPlan::Spend { amount, .. }
        | EffectKindPlan::Transfer { amount, .. }
        | EffectKindPlan::Forfeit { amount, .. } => tracer.figures(*amount)?,
        EffectKindPlan::Convert { takes, gives, .. } => {
            let mut figures = tracer.figures(*takes)?;
            figures.extend(tracer.figures(*gives)?);
            figures
        }
        EffectKindPlan::Raise { .. } | EffectKindPlan::Accept { .. } => Vec::new(),
        _ => return Ok(None),
    };
    Ok(Some(Effect { quote: effect.quote, figures, limits: Vec::new() }))
}

/// Whether a decision can be what such an effect of the rule has decided.
fn decided_by(effect: &EffectKindPlan, decided: &Kind, rule: u32, plan: &Plan) -> bool {
    match (effect, decided) {
        (EffectKindPlan::Spend { wallet, .. }, Kind::Spent { wallet: from, rule: Some(by), .. })
        | (EffectKindPlan::Convert { from: wallet, .. }, Kind::Spent { wallet: from, rule: Some(by), .. })
        | (EffectKindPlan::Transfer { wallet, .. }, Kind::Transferred { wallet: from, rule: by, .. })
        | (EffectKindPlan::Forfeit { wallet, .. }, Kind::Forfeited { wallet: from, rule: by, .. }) => {
            wallet == from && *by == rule
        }
        (EffectKindPlan::Accept { wallet }, Kind::Received { wallet: into, .. }) => wallet == into,
        (EffectKindPlan::Raise { ladder, .. }, Kind::TierChanged { ladder: name, because, .. }) => {
            let own = plan.ladders.get(usize::from(*ladder));
            *because == TierBecause::SetLevel && own.is_some_and(|own| own.name == *name)
        }
        _ => false,
    }
}

/// What an effect that moves no points decides.
fn fact(tracer: &Tracer<'_>, rule: u32, effect: &EffectKindPlan) -> Result<Option<Kind>, EventError> {
    let text = |node: NodeId| match tracer.eval(node)? {
        Value::Text(text, _) => Ok::<_, EventError>(Some(Box::<str>::from(text))),
        _ => Ok(None),
    };
    Ok(match effect {
        EffectKindPlan::Tag(tag) => text(*tag)?.map(|tag| Kind::Tagged { tag }),
        EffectKindPlan::Untag(tag) => text(*tag)?.map(|tag| Kind::Untagged { tag }),
        EffectKindPlan::Set { field, value } => {
            Some(Kind::AttributeSet { field: *field, value: Stored::of(tracer.eval(*value)?) })
        }
        EffectKindPlan::Award { badge, level } => badges::award(&tracer.scope, rule, *badge, *level),
        EffectKindPlan::Signal { name, to } => text(*to)?.map(|to| Kind::Signal { name: name.clone(), to }),
        _ => None,
    })
}

impl Explanation {
    /// What the event or the passing of time would bring.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The explanation as text for people; `colour` uses terminal colours.
    #[must_use]
    pub fn to_text(&self, colour: bool) -> String {
        text::draw(&page::of(self), colour)
    }

    /// The explanation as a piece of HTML to be put into a page or a notebook: one element with its own style, readable
    /// on light and dark, with everything that came from the program or the event escaped.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::draw(&page::of(self))
    }

    fn plan(&self) -> &Plan {
        &self.outcome.plan
    }

    /// Some decisions, and what there is to say of each.
    fn within(&mut self, range: impl RangeBounds<usize>) -> impl Iterator<Item = (&Decision, &mut Story)> {
        let all = self.outcome.decisions.iter().zip(&mut self.stories).enumerate();
        all.filter(move |(number, _)| range.contains(number)).map(|(_, told)| told)
    }

    /// Whether a rule has decided anything.
    fn spoke(&self, rule: u32) -> bool {
        self.outcome.decisions.iter().zip(&self.stories).any(|(decision, story)| {
            let contributed = match &decision.kind {
                Kind::Earned { because, .. } => {
                    because.iter().any(|part| matches!(part, Because::Rule { rule: own, .. } if *own == rule))
                }
                _ => false,
            };
            contributed || story.rule == Some(rule)
        })
    }
}
