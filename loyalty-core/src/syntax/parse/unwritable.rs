//! Wallets that no amount could name, in a text that cannot be read: their names are what is wrong, and not what follows.

use super::no_unit;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{Item, ItemKind};

/// Tells of the wallets, and leads to them from each place where such a name stands and a clause was looked for.
pub(super) fn tell(text: &str, items: &[Item], failures: &mut Vec<Diagnostic>) {
    for item in items {
        let ItemKind::Wallet { name, .. } = &item.kind else { continue };
        let Some(wrong) = no_unit(name) else { continue };
        for failure in failures.iter_mut().filter(|failure| failure.code() == Code::Syntax) {
            let place = failure.span();
            if text.get(place.start as usize..place.end as usize) == Some(name.text.as_str()) {
                *failure = Diagnostic::new(Code::Syntax, place, failure.message().to_owned())
                    .label(name.span, format!("the wallet `{}`", name.text))
                    .help("no amount can be in this wallet, for after a number its name goes on with a clause");
            }
        }
        failures.push(wrong);
    }
}
