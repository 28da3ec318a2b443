//! What the amounts of each wallet count. An amount is never taken for one of another unit, nor cut to fewer decimals.

use serde::{Deserialize, Serialize};

use super::{Snapshot, StateError};
use crate::engine::lots::WalletState;
use crate::engine::member::Member;
use crate::plan::{Plan, Unit, WalletPlan};
use crate::wire::squeeze::{Coder, Malformed, Number, Texts, Words};

/// What a wallet counts, where that is something else than whole points.
#[derive(Serialize, Deserialize, Default, PartialEq, Eq)]
pub struct SavedHolding {
    pub wallet: String,
    /// Nothing for points.
    pub currency: Option<String>,
    pub decimals: u32,
}

impl SavedHolding {
    fn of(wallet: &WalletPlan) -> Self {
        let currency = if let Unit::Money(currency) = &wallet.unit { Some(currency.as_str().to_owned()) } else { None };
        Self { wallet: wallet.name.to_string(), currency, decimals: wallet.decimals }
    }

    /// The words for it in a message.
    fn said(&self) -> String {
        let unit = self.currency.as_deref().unwrap_or("points");
        format!("{unit} with {} decimals", self.decimals)
    }

    pub fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        (words, texts, decimals): (&mut Words, &mut Texts, &mut Number),
    ) -> Result<(), Malformed> {
        texts.code(words, coder, &mut self.wallet)?;
        let mut currency = self.currency.take().unwrap_or_default();
        texts.code(words, coder, &mut currency)?;
        self.currency = Some(currency).filter(|currency| !currency.is_empty());
        self.decimals = decimals.narrow(coder, u64::from(self.decimals))?;
        Ok(())
    }
}

/// Nothing was ever in it: it may count what it will.
fn untouched(wallet: &WalletState) -> bool {
    wallet.issued.is_zero() && wallet.transferred_in.is_zero()
}

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedHolding> {
    let wallets = plan.wallets.iter().zip(&member.wallets).filter(|(_, state)| !untouched(state));
    let holdings = wallets.map(|(wallet, _)| SavedHolding::of(wallet));
    holdings.filter(|holding| holding.currency.is_some() || holding.decimals != 0).collect()
}

/// Refuses a wallet whose amounts would mean something else from now on; more decimals leave every amount what it was.
pub fn check(saved: &Snapshot, wallet: &WalletPlan, state: &WalletState) -> Result<(), StateError> {
    // Older forms do not say it.
    if !saved.says_holdings() || untouched(state) {
        return Ok(());
    }
    let now = SavedHolding::of(wallet);
    let known = saved.holdings.items.iter().find(|known| known.wallet == now.wallet);
    let whole_points = SavedHolding::default();
    let then = known.unwrap_or(&whole_points);
    if then.currency == now.currency && then.decimals <= now.decimals {
        return Ok(());
    }
    Err(StateError::new(format!(
        "wallet `{name}` holds {} in this program, and {} in the saved member: the amounts would mean something else; \
         keep wallet `{name}` as it was and give the new one another name (a rule can `convert` from one to the other)",
        now.said(),
        then.said(),
        name = now.wallet,
    )))
}
