//! The amounts of wallets: summed up, told by name, and whether they add up.

use loyalty_core::{Decimal, Totals};
use serde_json::{Map, Value};

use crate::table::grouped;

/// The amounts of a wallet, in the order in which they are told.
const NAMES: [&str; 11] = [
    "issued",
    "transferred in",
    "pending",
    "available",
    "held",
    "spent",
    "transferred out",
    "expired",
    "clawed back",
    "written off",
    "debt",
];
/// How many of them stand before the equals sign of the law of conservation.
const LEFT: usize = 2;
/// The names of what the law of conservation subtracts.
const SUBTRACTED: [&str; 2] = ["written off", "debt"];
/// The names that are told only where some wallet has such an amount.
const SELDOM: [&str; 4] = ["held", "transferred in", "transferred out", "written off"];

/// Adds `more` to `sum`; nothing where the numbers are too large to be held exactly.
pub(crate) fn add(sum: &mut Totals, more: &Totals) -> Option<()> {
    let Totals {
        wallet: _,
        issued,
        transferred_in,
        available,
        pending,
        held,
        spent,
        transferred_out,
        expired,
        clawed_back,
        written_off,
        debt,
    } = sum;
    for (sum, more) in [
        (issued, more.issued),
        (transferred_in, more.transferred_in),
        (available, more.available),
        (pending, more.pending),
        (held, more.held),
        (spent, more.spent),
        (transferred_out, more.transferred_out),
        (expired, more.expired),
        (clawed_back, more.clawed_back),
        (written_off, more.written_off),
        (debt, more.debt),
    ] {
        *sum = sum.checked_add(more)?;
    }
    Some(())
}

/// The amounts of a wallet by name, in the order in which they are told.
pub(crate) fn amounts(sum: &Totals) -> impl Iterator<Item = (&'static str, Decimal)> {
    NAMES.into_iter().zip([
        sum.issued,
        sum.transferred_in,
        sum.pending,
        sum.available,
        sum.held,
        sum.spent,
        sum.transferred_out,
        sum.expired,
        sum.clawed_back,
        sum.written_off,
        sum.debt,
    ])
}

/// `issued 90 = available 60 + spent 30`; amounts that are zero are left out.
pub(crate) fn equation(sum: &Totals) -> String {
    let mut text = String::new();
    for (name, amount) in amounts(sum).skip(LEFT).filter(|(_, amount)| !amount.is_zero()) {
        let sign = if SUBTRACTED.contains(&name) { '-' } else { '+' };
        match (text.is_empty(), sign) {
            (true, '+') => {}
            (true, _) => text.push('-'),
            (false, _) => text.push_str(&format!(" {sign} ")),
        }
        text.push_str(&format!("{name} {}", grouped(&exact(amount))));
    }
    let relation = if sum.conserved() { "=" } else { "IS NOT" };
    let mut left = format!("issued {}", grouped(&exact(sum.issued)));
    if !sum.transferred_in.is_zero() {
        left.push_str(&format!(" + transferred in {}", grouped(&exact(sum.transferred_in))));
    }
    format!("{left} {relation} {}", if text.is_empty() { "0" } else { &text })
}

pub(crate) fn json(sum: &Totals) -> Value {
    amounts(sum).map(|(name, amount)| (name.replace(' ', "_"), exact(amount).into())).collect::<Map<_, _>>().into()
}

/// An amount without needless zeros.
pub(crate) fn exact(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// The names of the amounts that are told of these wallets.
pub(crate) fn told(wallets: &[Totals]) -> Vec<&'static str> {
    let some = |name: &str| wallets.iter().flat_map(amounts).any(|(other, amount)| other == name && !amount.is_zero());
    NAMES.into_iter().filter(|name| !SELDOM.contains(name) || some(name)).collect()
}

#[cfg(test)]
mod tests {
    use loyalty_core::Totals;

    use super::equation;

    /// By the order of the law: available, pending, held, spent, expired, clawed back, debt, written off.
    fn totals(issued: i64, parts: [i64; 8]) -> Totals {
        let [available, pending, held, spent, expired, clawed_back, debt, written_off] = parts.map(Into::into);
        let (wallet, issued) = ("points".to_owned(), issued.into());
        let (transferred_in, transferred_out) = (0.into(), 0.into());
        Totals {
            wallet,
            issued,
            available,
            pending,
            held,
            spent,
            transferred_in,
            transferred_out,
            expired,
            clawed_back,
            written_off,
            debt,
        }
    }

    #[test]
    fn amounts_add_up_or_the_equation_says_that_they_do_not() {
        assert_eq!(
            equation(&totals(1090, [1000, 10, 0, 70, 10, 5, 3, 2])),
            "issued 1,090 = pending 10 + available 1,000 + spent 70 + expired 10 + clawed back 5 - written off 2 - debt 3"
        );
        assert_eq!(equation(&totals(90, [60, 10, 0, 0, 0, 0, 0, 0])), "issued 90 IS NOT pending 10 + available 60");
        assert_eq!(equation(&totals(0, [0; 8])), "issued 0 = 0");
        let sent = Totals { transferred_out: 40.into(), ..totals(90, [50, 0, 0, 0, 0, 0, 0, 0]) };
        assert_eq!(equation(&sent), "issued 90 = available 50 + transferred out 40");
        let received = Totals { transferred_in: 40.into(), ..totals(0, [40, 0, 0, 0, 0, 0, 0, 0]) };
        assert_eq!(equation(&received), "issued 0 + transferred in 40 = available 40");
    }
}
