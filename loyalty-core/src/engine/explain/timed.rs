//! Why points vest or run out: where the lot came from, and the clause that set its day.

use rust_decimal::Decimal;

use crate::engine::cycles::Cycles;
use crate::engine::lots::{self, Expiry, Vesting};
use crate::engine::member::Member;
use crate::engine::outcome::{Decision, Kind};
use crate::plan::{EffectKindPlan, ExpirePlan, Plan, Quote, VestPlan};

/// What is known of a lot to which time has done something.
#[derive(Debug, Clone, Default)]
pub struct Past {
    pub earned_at: Option<i64>,
    /// The event that earned it, while it is remembered.
    pub event: Option<String>,
    /// The clause that set the day.
    pub clause: Option<Quote>,
    /// The last activity, where points run out for want of it.
    pub active_at: Option<i64>,
    /// The event that its points waited for.
    pub waited: Option<u16>,
}

/// What is known of a lot of a wallet on the state before, or of one that was earned since.
pub fn past(plan: &Plan, member: &Member, decisions: &[Decision], wallet: u16, entry: u64, ended: i64) -> Past {
    let state = member.wallets.get(usize::from(wallet));
    let lot = state.and_then(|state| state.lots.iter().find(|lot| lot.entry == entry));
    let Some(lot) = lot else { return earned_since(plan, member, decisions, wallet, entry, ended) };
    let event = member.remembered_by(plan, lot.source).map(|record| record.id.to_owned());
    let (active_at, clause) = match lot.expiry {
        _ if lot.vesting != Vesting::Done => (None, vest_clause(plan, member, wallet, lot.earned_at, lot.vesting)),
        Expiry::Inactivity(form) | Expiry::AtLeast { form, .. } | Expiry::Lapsed { form, .. } => {
            let last = state.and_then(|state| state.activity.get(usize::from(form)).copied().flatten());
            (last, inactivity_clause(plan, wallet, Some(form)))
        }
        Expiry::Open => (None, inactivity_clause(plan, wallet, None)),
        expiry => (None, expiry_clause(plan, member, wallet, lot.earned_at, expiry)),
    };
    let waited = match lot.vesting {
        Vesting::On { event, .. } => Some(event),
        _ => None,
    };
    // A lot that vested on the way to its end is told by its end.
    let clause = if lot.vesting != Vesting::Done && waited.is_none() && lot.vesting != Vesting::At(ended) {
        expiry_clause(plan, member, wallet, lot.earned_at, Expiry::At(ended))
    } else {
        clause
    };
    Past { earned_at: Some(lot.earned_at), event, clause, active_at, waited }
}

/// The same of a lot that the outcome itself has earned.
fn earned_since(plan: &Plan, member: &Member, decisions: &[Decision], wallet: u16, entry: u64, ended: i64) -> Past {
    let found = decisions.iter().find_map(|decision| match &decision.kind {
        Kind::Earned { entry: own, vesting, .. } if *own == entry => Some((decision.at, *vesting)),
        _ => None,
    });
    let Some((at, vesting)) = found else { return Past::default() };
    let clause = match vesting {
        vesting if vesting == Vesting::At(ended) => vest_clause(plan, member, wallet, at, vesting),
        Vesting::On { .. } => vest_clause(plan, member, wallet, at, vesting),
        _ => expiry_clause(plan, member, wallet, at, Expiry::At(ended)),
    };
    let waited = match vesting {
        Vesting::On { event, .. } => Some(event),
        _ => None,
    };
    Past { earned_at: Some(at), clause, waited, ..Past::default() }
}

/// The clause by which points earned then vest so: the wallet's, or that of an effect.
fn vest_clause(plan: &Plan, member: &Member, wallet: u16, earned_at: i64, vesting: Vesting) -> Option<Quote> {
    let cycles = Cycles::of(plan, member);
    let says = |vest: VestPlan| vesting != Vesting::Done && lots::vesting(cycles, vest, earned_at) == vesting;
    let policy = plan.policy(wallet, plan.calendar.day_at(earned_at));
    let own = policy.filter(|policy| says(policy.vest)).and_then(|policy| policy.quotes.vest);
    own.or_else(|| effect_clause(plan, wallet, |vest, _| vest.is_some_and(says)))
}

/// The clause by which points earned then run out so.
fn expiry_clause(plan: &Plan, member: &Member, wallet: u16, earned_at: i64, expiry: Expiry) -> Option<Quote> {
    let policy = plan.policy(wallet, plan.calendar.day_at(earned_at))?;
    let vested_at = match lots::vesting(Cycles::of(plan, member), policy.vest, earned_at) {
        Vesting::At(at) => at,
        _ => earned_at,
    };
    let says =
        |form: ExpirePlan| [earned_at, vested_at].iter().any(|start| lots::expiry(plan, form, *start, true) == expiry);
    let own = policy.expire.iter().zip(&policy.quotes.expire).find(|((form, _), _)| says(*form));
    // A day that was told then is not known any more: the clause that asks for it is the last that is left.
    let told = |form: ExpirePlan| {
        let own = matches!(form, ExpirePlan::Told(_) | ExpirePlan::EndOfMembership { .. });
        own && matches!(expiry, Expiry::At(_))
    };
    let of_wallet = || {
        let mut clauses = policy.expire.iter().zip(&policy.quotes.expire);
        clauses.find(|((form, _), _)| told(*form)).map(|(_, quote)| *quote)
    };
    own.map(|(_, quote)| *quote)
        .or_else(|| effect_clause(plan, wallet, |_, expire| expire.is_some_and(says)))
        .or_else(|| effect_clause(plan, wallet, |_, expire| expire.is_some_and(told)))
        .or_else(of_wallet)
}

/// The clause of a wallet that lets points run out for want of activity.
fn inactivity_clause(plan: &Plan, wallet: u16, form: Option<u16>) -> Option<Quote> {
    let policies = plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.policies.as_slice()).unwrap_or(&[]);
    let mut clauses =
        policies.iter().rev().flat_map(|policy| policy.value.expire.iter().zip(&policy.value.quotes.expire));
    let clause = clauses.find(|((expire, _), _)| match expire {
        ExpirePlan::Inactivity(own) => form.is_none_or(|form| form == *own),
        _ => false,
    });
    clause.map(|(_, quote)| *quote)
}

/// The quote of the first effect on a wallet that says something for itself.
fn effect_clause(
    plan: &Plan,
    wallet: u16,
    says: impl Fn(Option<VestPlan>, Option<ExpirePlan>) -> bool,
) -> Option<Quote> {
    let forms = plan.rules.iter().flat_map(|rule| &rule.forms);
    let mut effects = forms.flat_map(|form| &form.value.effects);
    let effect = effects.find(|effect| match &effect.kind {
        EffectKindPlan::EarnFixed { wallet: to, vest, expire, .. }
        | EffectKindPlan::EarnRate { wallet: to, vest, expire, .. } => *to == wallet && says(*vest, *expire),
        _ => false,
    });
    effect.map(|effect| effect.quote)
}

/// The debt of a wallet as it changes from decision to decision: before and after each one that changes it.
pub fn debts(member: &Member, decisions: &[Decision]) -> Vec<Option<(Decimal, Decimal)>> {
    let mut debts: Vec<Decimal> = member.wallets.iter().map(|state| state.debt).collect();
    let changes = decisions.iter().map(|decision| {
        let (wallet, change) = match &decision.kind {
            Kind::ClawedBack { wallet, debt, .. } => (*wallet, *debt),
            Kind::DebtSettled { wallet, amount, .. } => (*wallet, -*amount),
            _ => return None,
        };
        let debt = debts.get_mut(usize::from(wallet))?;
        let before = *debt;
        *debt = crate::amount::add(before, change).ok()?;
        Some((before, *debt))
    });
    changes.collect()
}
