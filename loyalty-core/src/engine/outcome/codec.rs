//! The compact form in which decisions are remembered. Rules, wallets and fields are numbers of the plan; instants are
//! told from that of the event. What was earned is not written: it is what its parts add up to.

mod parts;
mod read;
mod write;

pub use parts::{part_number, part_of};
pub use read::read;
pub use write::write;

/// The kind of decision whose amount is not written.
const EARNED: u8 = 0;
const COUPON: u8 = 40;
const QUESTION: u8 = 45;
const CARD_ISSUED: u8 = 46;
const CARD_EXPIRED: u8 = 47;

/// What is said and not said.
const MESSAGE: u8 = 90;
const MESSAGE_SUPPRESSED: u8 = 91;
const CONSENT: u8 = 92;
const MESSAGES_HELD_BACK: u8 = 93;
const WRITE_OFF_SETTLED: u8 = 95;
const REINSTATED: u8 = 96;
