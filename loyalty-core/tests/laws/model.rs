//! The second evaluator: slow, obvious, with exact rationals. It keeps a list of what happened and asks that list every
//! question anew: measures, limits, caps and figures are recomputed from all events each time.
//!
//! It shares no code with the engine.

mod awaited;
pub mod badges;
pub mod calendar;
mod caps;
pub mod challenges;
mod clawed;
pub mod coupons;
mod earn;
mod ends;
pub mod event;
mod expr;
mod figures;
pub mod held;
mod judged_then;
mod keeps;
mod kept;
mod late;
mod ledger;
mod less;
mod marks;
mod measure;
pub mod number;
mod pauses;
mod print;
mod print_expr;
mod print_tiers;
mod print_words;
pub mod program;
mod rates;
mod reactions;
mod rerated;
mod returned;
mod standing;
pub mod streaks;
mod taken;
pub mod tiers;
mod time;
pub mod wallets;

use calendar::Micros;
pub use earn::Failing;
use event::{Event, Step};
pub use figures::{Figures, Lots};
use kept::Kept;
pub use ledger::Member;
pub use reactions::Happened;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Applied,
    Replayed,
    Refused(&'static str),
}

const DAY: Micros = 86_400_000_000;

impl<'p> Member<'p> {
    /// What is older is remembered no more.
    pub fn horizon(&self) -> Micros {
        self.clock - Micros::from(self.program.history_days) * DAY
    }

    pub fn step(&mut self, step: &Step) -> Answer {
        match step {
            Step::Advance(at) => {
                self.advance(*at);
                Answer::Applied
            }
            Step::Apply(event) => self.happen(event),
        }
    }

    fn happen(&mut self, event: &Event) -> Answer {
        let horizon = self.horizon();
        let mut filled = Kept::new(event, self.program.currency.minor).original;
        filled.offset = 0;
        if event.kind == "order" && filled.number("subtotal").is_none() {
            return Answer::Refused("missing_field");
        }
        let same_id = self.known.iter().find(|known| known.event.id == event.id && known.event.at >= horizon);
        if let Some(known) = same_id {
            let mut before = known.kept.original.clone();
            before.offset = 0;
            return if before == filled { Answer::Replayed } else { Answer::Refused("conflict") };
        }
        if event.at < horizon {
            return Answer::Refused("too_late");
        }
        let mut after = self.clone();
        match after.take_event(event) {
            Ok(()) => {
                *self = after;
                Answer::Applied
            }
            Err(code) => Answer::Refused(code),
        }
    }
}
