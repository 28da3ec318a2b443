//! Evaluation: member state and an event in, new state and decisions out. It never sees program text and never asks
//! what time it is.
//!
//! | file | what it does |
//! |---|---|
//! | `value`, `eval` | expressions over an event and a member |
//! | `event` | one decoded event |
//! | `undo` | whole or not at all: what is changed of a member is kept back until it is sure to stay |
//! | `member`, `tally`, `marks`, `lots`, `log` | what is remembered of a member |
//! | `measures` | aggregates over events and windows |
//! | `earning` | from an event to what it earns, stage by stage: |
//! | `rules` | which rules fire |
//! | `grants` | what each of them contributes |
//! | `caps` | what caps leave of it |
//! | `effects` | what rules do besides earning |
//! | `ledger` | writing it into the wallets |
//! | `granted` | remembering it for returns |
//! | `returns` | what a return takes back and gives back |
//! | `moves`, `flows` | points converted and forfeited; sums over what moves in a wallet |
//! | `coupons` | coupons issued, held, used and run out |
//! | `rewards` | what may be redeemed for what, and redeeming it |
//! | `contact` | what a member agrees to, and what holds messages back |
//! | `messages` | what is said, in which words, and what is not said |
//! | `standing`, `ladders` | the level of a member: judged, kept, lost |
//! | `cycles` | where periods and the years of a member end |
//! | `tags` | given and taken, and as of when |
//! | `badges` | given, raised, taken away by returns |
//! | `questions` | quizzes and surveys: asked, answered |
//! | `experiments` | which arm a member is in |
//! | `wheels` | what chance draws |
//! | `leaderboards` | what a member stands on one with, and what its place wins |
//! | `segments` | who enters and leaves those that rules watch |
//! | `reactions` | rules on what has just been decided, until nothing more follows |
//! | `horizon`, `schedule` | when time alone may change something, and when it does |
//! | `members` | transfers, pools, pauses; merging and erasing accounts |
//! | `idle`, `lapses` | when a wallet was without activity, and what runs out or comes back by what is told late |
//! | `arrivals` | what points wait for and what came before its order |
//! | `claims` | counters over all members, which the host keeps |
//! | `quote` | what a cart would get, and why not more |
//! | `clock` | what happens by time alone |
//! | `pricing` | what coupons take off a cart, to the cent, and which of them apply together |
//! | `doors` | apply and advance, whole or not at all |
//! | `explain`, `view` | answers to questions |

pub mod arrivals;
pub mod badges;
pub mod caps;
pub mod challenges;
pub mod claims;
pub mod clock;
pub mod contact;
pub mod coupons;
pub mod cycles;
pub mod decided;
pub mod doors;
pub mod earning;
pub mod effects;
pub mod error;
pub mod eval;
pub mod event;
pub mod experiments;
pub mod explain;
pub mod flows;
pub mod granted;
pub mod grants;
pub mod horizon;
pub mod idle;
pub mod ladders;
pub mod lapses;
pub mod leaderboards;
pub mod ledger;
pub mod log;
pub mod lots;
pub mod marks;
pub mod measures;
pub mod member;
pub mod members;
pub mod messages;
pub mod moves;
pub mod outcome;
pub mod pricing;
pub mod questions;
pub mod quote;
pub mod reactions;
pub mod referrals;
pub mod refusals;
pub mod returns;
pub mod rewards;
pub mod rules;
pub mod schedule;
pub mod segments;
pub mod standing;
pub mod sums;
pub mod tags;
pub mod tally;
pub mod undo;
pub mod value;
pub mod view;
pub mod wheels;
