//! What the amounts of each wallet count, and of which money all others are. An amount is never taken for one of another unit,
//! nor cut to fewer decimals.

use super::StateError;
use super::saved::saved;
use super::squeezed::Shared;
use crate::engine::lots::WalletState;
use crate::plan::{Plan, Unit, WalletPlan};
use crate::wire::squeeze::{Coder, Malformed, Number};

/// What a wallet counts.
#[derive(Default, PartialEq, Eq)]
pub struct SavedHolding {
    /// Nothing for points.
    currency: Option<String>,
    decimals: u32,
}

saved! { SavedHolding { currency, decimals } }

impl SavedHolding {
    pub fn of(wallet: &WalletPlan) -> Self {
        let currency = if let Unit::Money(currency) = &wallet.unit { Some(currency.as_str().to_owned()) } else { None };
        Self { currency, decimals: wallet.decimals }
    }

    /// The words for it in a message.
    fn said(&self) -> String {
        let unit = self.currency.as_deref().unwrap_or("points");
        format!("{unit} with {} decimals", self.decimals)
    }

    pub fn code(&mut self, coder: &mut dyn Coder, shared: &mut Shared, decimals: &mut Number) -> Result<(), Malformed> {
        let mut currency = self.currency.take().unwrap_or_default();
        shared.name(coder, &mut currency)?;
        self.currency = Some(currency).filter(|currency| !currency.is_empty());
        self.decimals = decimals.narrow(coder, u64::from(self.decimals))?;
        Ok(())
    }
}

/// Refuses a wallet whose amounts would mean something else from now on; more decimals leave every amount what it was.
pub fn check(then: &SavedHolding, wallet: &WalletPlan, state: &WalletState) -> Result<(), StateError> {
    let now = SavedHolding::of(wallet);
    // Where nothing was ever in it, it may count what it will.
    let untouched = state.issued.is_zero() && state.transferred_in.is_zero();
    if untouched || (then.currency == now.currency && then.decimals <= now.decimals) {
        return Ok(());
    }
    Err(StateError::new(format!(
        "wallet `{name}` holds {} in this program, and {} in the saved member: the amounts would mean something else; \
         keep wallet `{name}` as it was and give the new one another name (a rule can `convert` from one to the other)",
        now.said(),
        then.said(),
        name = wallet.name,
    )))
}

/// Refuses sums, orders and limits whose amounts would be of other money from now on.
pub fn expect_currency(plan: &Plan, saved: &str) -> Result<(), StateError> {
    match &plan.settings.currency {
        Some(currency) if !saved.is_empty() && saved != currency.as_str() => Err(StateError::new(format!(
            "the saved member's money is {saved}, and this program's is {}: every sum and order would mean something else; a program of \
             another currency begins with members of its own",
            currency.as_str(),
        ))),
        _ => Ok(()),
    }
}
