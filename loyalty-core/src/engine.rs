//! Evaluation: member state and an event in, new state and decisions out. It never sees program text and never asks
//! what time it is.
//!
//! | file | what it does |
//! |---|---|
//! | `value`, `eval` | expressions over an event and a member |
//! | `event` | one decoded event |
//! | `member`, `tally`, `marks`, `lots`, `log` | what is remembered of a member |
//! | `measures` | aggregates over events and windows |
//! | `rules`, `earning` | which rules fire, and what they add up to |
//! | `returns` | what a return takes back and gives back |
//! | `clock` | what happens by time alone |
//! | `doors` | apply and advance, whole or not at all |
//! | `explain`, `view` | answers to questions |

pub mod clock;
pub mod doors;
pub mod earning;
pub mod error;
pub mod eval;
pub mod event;
pub mod explain;
pub mod log;
pub mod lots;
pub mod marks;
pub mod measures;
pub mod member;
pub mod outcome;
pub mod returns;
pub mod rules;
pub mod tally;
pub mod value;
pub mod view;
