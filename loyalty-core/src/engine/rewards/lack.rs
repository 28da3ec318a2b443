//! What a reward lacks: every reason, each as data and in words.

use rust_decimal::Decimal;

use crate::amount::{self, Overflow};
use crate::engine::error::{EventError, Refusal};
use crate::engine::eval::Scope;
use crate::engine::explain;
use crate::engine::rules;
use crate::engine::tally::Changes;
use crate::plan::Plan;
use crate::plan::reward::{RewardFormPlan, RewardPlan};
use crate::wire::codec::{Malformed, Reader, Writer};

/// One thing that a reward lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Lack {
    pub of: LackOf,
    /// In words.
    pub text: Box<str>,
    /// The wallet that has too little.
    pub wallet: Option<Box<str>>,
    pub required: Option<Decimal>,
    pub actual: Option<Decimal>,
    pub shortfall: Option<Decimal>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LackOf {
    /// A condition does not hold.
    Condition,
    /// It is not valid at that time.
    Valid,
    /// A limit is used up.
    Limit,
    /// A wallet has too little.
    Balance,
    /// What was asked for is more, less or other than may be.
    Amount,
}

impl LackOf {
    const ALL: [Self; 5] = [Self::Condition, Self::Valid, Self::Limit, Self::Balance, Self::Amount];

    pub fn name(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Valid => "valid",
            Self::Limit => "limit",
            Self::Balance => "balance",
            Self::Amount => "amount",
        }
    }
}

impl Lack {
    pub fn saying(of: LackOf, text: impl Into<Box<str>>) -> Self {
        Self { of, text: text.into(), wallet: None, required: None, actual: None, shortfall: None }
    }

    /// No form of the reward is in force.
    pub fn not_yet() -> Self {
        Self::saying(LackOf::Valid, "it is not in force yet")
    }

    /// A wallet that has too little for a price. What is owed there is to be earned first.
    pub fn balance(scope: &Scope<'_>, wallet: u16, required: Decimal, available: Decimal) -> Result<Self, Overflow> {
        let (plan, owed) = (scope.plan, owed(scope, wallet));
        let shortfall = amount::add(amount::subtract(required, available)?, owed)?;
        let words = |value: Decimal| explain::sum(plan, value, wallet);
        let mut text = format!("{}, and {} are missing", words(required), words(shortfall));
        if !owed.is_zero() {
            text = format!("{text}, of which {} are owed", words(owed));
        }
        let name = plan.wallets.get(usize::from(wallet)).map(|wallet| wallet.name.clone());
        Ok(Self {
            wallet: name,
            required: Some(required),
            actual: Some(available),
            shortfall: Some(shortfall),
            ..Self::saying(LackOf::Balance, text)
        })
    }

    pub fn write(&self, writer: &mut Writer<'_>) {
        writer.byte(LackOf::ALL.iter().position(|known| *known == self.of).unwrap_or(0) as u8);
        writer.text(&self.text);
        writer.text(self.wallet.as_deref().unwrap_or(""));
        for number in [self.required, self.actual, self.shortfall] {
            writer.option(number, |writer, number| writer.decimal(number));
        }
    }

    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let of = *LackOf::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?;
        let text = reader.text()?.into();
        let wallet = Some(reader.text()?).filter(|wallet| !wallet.is_empty()).map(Into::into);
        let mut number = || reader.option(Reader::decimal);
        Ok(Self { of, text, wallet, required: number()?, actual: number()?, shortfall: number()? })
    }
}

/// What a member owes in a wallet: the next points settle it.
pub fn owed(scope: &Scope<'_>, wallet: u16) -> Decimal {
    scope.member.wallets.get(usize::from(wallet)).map_or(Decimal::ZERO, |state| state.debt)
}

/// Conditions, validity and limits that stand in the way, all of them.
pub fn guards(
    scope: &Scope<'_>,
    reward: &RewardPlan,
    form: &RewardFormPlan,
    quantity: u32,
) -> Result<Vec<Lack>, EventError> {
    let mut lacks = Vec::new();
    for (condition, said) in form.guard.when.iter().zip(&form.said) {
        if !scope.holds(condition.node)? {
            let reason = explain::failing(scope, "", condition)?;
            let words = reason.words(scope.plan);
            let text = if words.is_empty() { format!("`{said}`") } else { format!("`{said}`: {words}") };
            lacks.push(Lack { shortfall: reason.shortfall(), ..Lack::saying(LackOf::Condition, text) });
        }
    }
    for valid in form.guard.valid.iter().filter(|valid| !rules::is_valid(scope, valid)) {
        lacks.push(Lack::saying(LackOf::Valid, format!("valid {}", explain::valid(scope.plan, valid))));
    }
    for limit in form.guard.limits.iter().filter(|limit| limit.in_total) {
        let limit = Decimal::from(limit.total());
        let left = scope.counters.map(|counters| counters.left(&super::counter(reward), limit));
        if let Some(left) = left.filter(|left| *left < Decimal::from(quantity)) {
            let text = format!("limit {} in total: {} left", amount::text(limit), amount::text(left));
            lacks.push(Lack {
                required: Some(Decimal::from(quantity)),
                actual: Some(left),
                ..Lack::saying(LackOf::Limit, text)
            });
        }
    }
    for limit in form.guard.limits.iter().filter(|limit| limit.tally.is_some()) {
        let left = rules::left(scope, limit, &Changes::new()).max(0);
        if left < i64::from(quantity) {
            let mut text = format!("limit {} per member{}", rules::allowed(scope, limit), explain::per(limit.per));
            if left > 0 {
                text = format!("{text}: {left} left, and {quantity} are asked for");
            }
            lacks.push(Lack {
                required: Some(Decimal::from(quantity)),
                actual: Some(Decimal::from(left)),
                ..Lack::saying(LackOf::Limit, text)
            });
        }
    }
    Ok(lacks)
}

/// The refusal of an event that asks for a reward which lacks something.
pub fn refusal(plan: &Plan, reward: u16, lacks: &[Lack], field: &str) -> EventError {
    let has = |of: LackOf| lacks.iter().any(|lack| lack.of == of);
    let code = if has(LackOf::Condition) || has(LackOf::Valid) || has(LackOf::Amount) {
        Refusal::NotEligible
    } else if has(LackOf::Limit) {
        Refusal::LimitReached
    } else {
        Refusal::InsufficientBalance
    };
    // Of several prices one is enough; everything else has to hold.
    let texts = |wanted: &dyn Fn(LackOf) -> bool, joint: &str| {
        let texts = lacks.iter().filter(|lack| wanted(lack.of)).map(|lack| &*lack.text);
        texts.collect::<Vec<_>>().join(joint)
    };
    let guards = texts(&|of| of != LackOf::Balance, "; ");
    let prices = texts(&|of| of == LackOf::Balance, ", or ");
    let all: Vec<&str> = [guards.as_str(), prices.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let name = plan.rewards.get(usize::from(reward)).map_or("", |reward| &*reward.name);
    EventError::new(code).in_field(field).but_found(format!("`{name}`")).expecting(all.join("; "))
}
