//! Challenges: how far a member is, which goals are met, and what time does to streaks and to goals that move.
//!
//! What is counted is kept by measures, so that late events and returns count where they belong. Kept beside them is only
//! what cannot be counted again: the goals that hold for a window, those that are met, and what they have used up.

mod adaptive;
mod again;
mod bound;
mod due;
mod edited;
mod figures;
mod given;
mod judge;
mod late;
mod opt_in;
mod returned;
mod revoke;
mod rewarded;
mod rounds;
mod runs;
mod state;
mod steps;
mod streaks;
mod view;
mod windows;

pub use bound::forget as forget_events;
pub use due::due;
pub use edited::{Edited, Unpaid, counted_with, give_free, owing, unpaid, use_up_again};
pub use figures::figure;
pub use given::{Before, Given};
pub use judge::{settle, use_up, would_change};
pub use opt_in::{opt_in, take_in};
pub use returned::{Had, use_up_moved, used_up, weigh};
pub use revoke::{Reward, counted, granted};
pub use rewarded::{Met, meet_again, met_by};
pub use rounds::{Done as RoundsDone, done_with, use_up_with, without};
pub use state::{ChallengeState, Done, Ever, Shield, WindowState, counted_from, forget, join};
pub use streaks::is_streak_by;
pub use view::document;
pub use windows::{frame, is_window};
