//! What JavaScript holds a handle of, until it closes it. The collector comes when it likes, and a loop that gives it no turn
//! would keep everything that it has let go of.

use napi::{Error, Result};

/// A value of the core's; none, once it is closed.
pub struct Held<T>(Option<T>);

impl<T> Held<T> {
    pub fn of(value: T) -> Self {
        Self(Some(value))
    }

    pub fn get(&self) -> Result<&T> {
        self.0.as_ref().ok_or_else(closed)
    }

    pub fn get_mut(&mut self) -> Result<&mut T> {
        self.0.as_mut().ok_or_else(closed)
    }

    /// Gives the value's memory back.
    pub fn free(&mut self) {
        self.0 = None;
    }
}

/// The library says better what is closed before it comes to this.
fn closed() -> Error {
    Error::from_reason("it is closed")
}
