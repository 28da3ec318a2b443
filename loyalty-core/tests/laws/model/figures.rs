//! What is compared with the engine after every step.

use std::collections::BTreeMap;

use super::calendar::{self, Micros};
use super::expr::Value;
use super::ledger::{Account, Member, Vesting};
use super::number::{Exact, print, zero};

/// Amounts by wallet, instant of earning, of vesting and of expiry.
pub type Lots = BTreeMap<(String, Micros, Option<Micros>, Option<Micros>), String>;

/// Every figure that the engine shows too, in one comparable form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// `wallet.figure` and its amount.
    pub totals: BTreeMap<String, String>,
    pub lots: Lots,
    pub measures: BTreeMap<String, Option<String>>,
    /// Those that are known.
    pub attributes: BTreeMap<String, String>,
    pub tags: Vec<String>,
    /// By ladder: the level that the rules have led to, since when, and its end or that of its grace.
    pub levels: BTreeMap<String, (String, Micros, Option<Micros>, Option<Micros>)>,
}

impl Member<'_> {
    pub fn figures(&self) -> Figures {
        let mut figures = Figures {
            totals: BTreeMap::new(),
            lots: BTreeMap::new(),
            measures: BTreeMap::new(),
            levels: BTreeMap::new(),
            attributes: self.shown_attributes(),
            tags: self.tags().into_iter().map(str::to_owned).collect(),
        };
        for (index, wallet) in self.program.wallets.iter().enumerate() {
            let figure = |account| self.figure(index, account);
            let amounts = [
                ("issued", figure(Account::Issued)),
                ("available", self.available(index)),
                ("pending", self.pending(index)),
                ("spent", figure(Account::Spent)),
                ("expired", figure(Account::Expired)),
                ("clawed_back", figure(Account::ClawedBack)),
                ("written_off", figure(Account::WrittenOff)),
                ("debt", figure(Account::Debt)),
            ];
            for (name, amount) in amounts {
                figures.totals.insert(format!("{}.{name}", wallet.name), print(&amount));
            }
        }
        let mut lots: BTreeMap<_, Exact> = BTreeMap::new();
        for lot in self.lots.iter().filter(|lot| lot.amount > zero()) {
            let vests_at = match lot.vesting {
                Vesting::At(at) => Some(at),
                Vesting::Done | Vesting::On { .. } => None,
            };
            let name = self.program.wallets[lot.wallet].name.clone();
            *lots.entry((name, lot.earned_at, vests_at, self.ends_at(lot))).or_insert_with(zero) += &lot.amount;
        }
        figures.lots = lots.into_iter().map(|(key, amount)| (key, print(&amount))).collect();
        for (measure, value) in self.program.measures.iter().zip(self.measures(self.clock, false)) {
            figures.measures.insert(measure.name.clone(), value.map(|value| self.show(&value)));
        }
        for (ladder, standing) in self.program.ladders.iter().zip(&self.standings) {
            let level = ladder.forms[0].1.levels[standing.level].name.to_owned();
            let shown = (level, standing.since, standing.until, standing.grace);
            figures.levels.insert(ladder.name.clone(), shown);
        }
        figures
    }

    fn show(&self, value: &Value) -> String {
        match value {
            Value::Number(number) => print(number),
            Value::Text(text) => text.clone(),
            Value::Instant(at) => calendar::utc(*at).to_rfc3339(),
            Value::Weekday(_) | Value::Bool(_) | Value::Day(_) => format!("{value:?}"),
        }
    }
}
