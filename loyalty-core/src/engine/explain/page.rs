//! The wording of an explanation: rows of words with amounts before them, which text and HTML draw each in its way.

mod coupons;
mod decided;
mod earned;
mod figures;
mod reasons;
mod returned;
mod row;

use super::{Explanation, words as say};
use crate::plan::Plan;
use decided::decision_row;
use reasons::silent_row;
use returned::taken_rows;
use row::words;

pub use reasons::reason_words;
pub use row::{Piece, Row, Words};

/// A whole explanation.
#[derive(Debug, Clone)]
pub struct Page {
    pub title: Words,
    /// What was decided.
    pub decided: Vec<Row>,
    /// The rules that stayed silent.
    pub silent: Vec<Row>,
}

pub fn of(told: &Explanation) -> Page {
    let plan = told.plan();
    let at = say::moment(plan, told.outcome.at);
    let title = match (&told.outcome.event, told.event) {
        (Some(id), event) => {
            let event = event.and_then(|event| plan.events.get(usize::from(event)));
            let name = event.map_or("event", |event| &event.layout.name);
            words().strong(id.as_str()).say(format!(", {name} at {at}"))
        }
        (None, _) => words().strong("time").say(format!(" passes until {at}")),
    };
    let title = title.faint(format!(" (member {})", told.outcome.member));
    let mut decided: Vec<Row> = Vec::new();
    if told.outcome.replayed {
        decided
            .push(words().say("the event is known already: this is what was decided then, and nothing changes").row());
    }
    let before = told.returned.iter().flat_map(|returned| &returned.taken).filter(|taken| taken.due.is_zero());
    for (decision, story) in told.outcome.decisions.iter().zip(&told.stories) {
        decided.push(decision_row(told, decision, story));
    }
    for taken in before {
        let row = words().strong(format!("nothing to take back in {}", wallet_name(plan, taken.wallet))).row();
        decided.push(Row { rows: taken_rows(told, taken), ..row });
    }
    if told.outcome.decisions.is_empty() && decided.is_empty() {
        decided.push(words().say("nothing comes of it").row());
    }
    let silent = told.silent.iter().map(|silent| silent_row(plan, silent)).collect();
    Page { title, decided, silent }
}

fn wallet_name(plan: &Plan, wallet: u16) -> &str {
    plan.wallets.get(usize::from(wallet)).map_or("", |wallet| &wallet.name)
}
