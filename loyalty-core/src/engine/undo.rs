//! Whole or not at all: what a member is made of keeps back what is changed of it, until that is sure to stay.
//!
//! A member's rooms can be read like what they hold, and be changed through their own methods alone. While a change of
//! the member is under way (see `Member::whole`) each notes what it was, as far as it is touched: nothing is copied
//! beforehand, and nobody who changes something can forget to note it.
//!
//! | file | what it holds |
//! |---|---|
//! | `rows` | a list, of which single rows are noted |
//! | `kept` | a small value, which is noted as a whole |
//! | `apart` | one of these, where most members have nothing |

mod apart;
mod kept;
mod rows;
#[cfg(test)]
mod tests;

use smallvec::SmallVec;

pub use apart::{Apart, Nothing};
pub use kept::Kept;
pub use rows::Rows;

/// What becomes of the changes of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// From here on what is changed is noted.
    Begin,
    /// It stays.
    Commit,
    /// It never was.
    RollBack,
}

/// Something that can be changed, and be again what it was.
pub trait Undo {
    /// Begins to note changes, or decides on those that are noted.
    fn turn(&mut self, turn: Turn);
}

impl<T: Undo> Undo for [T] {
    fn turn(&mut self, turn: Turn) {
        self.iter_mut().for_each(|one| one.turn(turn));
    }
}

impl<T: Undo> Undo for Vec<T> {
    fn turn(&mut self, turn: Turn) {
        self.as_mut_slice().turn(turn);
    }
}

impl<T: Undo, const FEW: usize> Undo for SmallVec<[T; FEW]> {
    fn turn(&mut self, turn: Turn) {
        self.as_mut_slice().turn(turn);
    }
}

/// A structure whose parts can all be put back. Each field is named: one that is new does not compile before it is.
macro_rules! undo_all {
    ($of:ident { $($part:ident),* $(,)? }) => {
        impl $crate::engine::undo::Undo for $of {
            #[inline]
            fn turn(&mut self, turn: $crate::engine::undo::Turn) {
                let Self { $($part),* } = self;
                $($crate::engine::undo::Undo::turn($part, turn);)*
            }
        }
    };
}

pub(crate) use undo_all;
