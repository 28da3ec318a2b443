//! A form of saved values in which what was to be expected takes next to nothing: whole numbers, amounts, instants and
//! texts, told as choices between two, each in as many bits as it was unlikely.
//!
//! What a form looks like is described once, by a function over a [`Coder`]: with an [`Encoder`] it passes over values
//! and writes them, with a [`Decoder`] it puts what it reads in their place. So the two directions cannot differ.
//!
//! Likelihoods are learnt on the way, a table for each kind of value, in whole numbers: the bytes are the same on every
//! platform.

mod coder;
mod numbers;
mod texts;
mod words;

pub use coder::{Coder, Decoder, Encoder};
pub use numbers::{Amounts, Flag, Instants, Number, Small};
pub use texts::{Bytes, Ids, Texts};
pub use words::Words;

/// Whether a decoder has been led beyond what any writer would have written.
pub use crate::wire::codec::Malformed;
