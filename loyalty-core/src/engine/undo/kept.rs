//! A small value that is noted as a whole when it is first touched.

use core::ops::{Deref, DerefMut};

use super::{Turn, Undo};

/// A value that reads as itself.
#[derive(Debug, Clone, Default)]
pub struct Kept<T> {
    now: T,
    state: State<T>,
}

/// What is known of the time before.
#[derive(Debug, Default)]
enum State<T> {
    /// Nothing is to be known: no change is under way.
    #[default]
    Settled,
    /// It is as it was.
    Untouched,
    /// It was this.
    Was(T),
}

impl<T> Clone for State<T> {
    /// A copy is nobody's change.
    fn clone(&self) -> Self {
        Self::Settled
    }
}

impl<T> Kept<T> {
    pub const fn new(now: T) -> Self {
        Self { now, state: State::Settled }
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.now
    }
}

impl<T: Clone> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        if let State::Untouched = self.state {
            self.state = State::Was(self.now.clone());
        }
        &mut self.now
    }
}

impl<T: PartialEq> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.now == other.now
    }
}

impl<T> Undo for Kept<T> {
    fn turn(&mut self, turn: Turn) {
        let begins = turn == Turn::Begin;
        debug_assert!(begins || !matches!(self.state, State::Settled), "replaced while a change is under way");
        // What was is large, and is moved only where it is needed.
        if turn == Turn::RollBack
            && let State::Was(before) = core::mem::take(&mut self.state)
        {
            self.now = before;
        }
        self.state = if begins { State::Untouched } else { State::Settled };
    }
}
