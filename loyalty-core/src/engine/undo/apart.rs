//! A room in which most members have nothing: it takes the room of a pointer until something comes into it.
//!
//! A member has some twenty rooms, of which an event touches a few; where many members are at hand, what an event costs is how
//! much of a member has to come from memory.

use core::ops::{Deref, DerefMut};

use super::{Kept, Rows, Turn, Undo};

/// A room that reads as what it holds, and as nothing as long as nobody has changed it.
#[derive(Debug)]
pub struct Apart<T> {
    room: Option<Box<T>>,
}

/// What may lie apart.
pub trait Nothing: Undo + Default + 'static {
    /// How it reads where there is none.
    const NOTHING: &'static Self;
}

impl<T: 'static> Nothing for Rows<T> {
    const NOTHING: &'static Self = &Self::new();
}

impl Nothing for Kept<crate::engine::members::Account> {
    const NOTHING: &'static Self = &Self::new(crate::engine::members::Account::OPEN);
}

impl<T: Nothing + PartialEq> Apart<T> {
    /// A room with something in it; with nothing, none.
    pub fn new(room: T) -> Self {
        let something = room != *T::NOTHING;
        Self { room: something.then(|| Box::new(room)) }
    }
}

impl<T> Apart<T> {
    /// What is there to be changed: nothing where nothing ever was.
    pub fn there(&mut self) -> Option<&mut T> {
        self.room.as_deref_mut()
    }
}

/// Of no rows, none is changed or goes: no room is made for that.
impl<T: Clone> Apart<Rows<T>> {
    pub fn find_mut(&mut self, wanted: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.there()?.find_mut(wanted)
    }

    pub fn change(&mut self, wanted: impl FnMut(&T) -> bool, change: impl FnMut(&mut T)) {
        if let Some(rows) = self.there() {
            rows.change(wanted, change);
        }
    }

    pub fn retain(&mut self, kept: impl FnMut(&T) -> bool) {
        if let Some(rows) = self.there() {
            rows.retain(kept);
        }
    }

    pub fn take(&mut self, gone: impl FnMut(&T) -> bool) -> Vec<T> {
        self.there().map(|rows| rows.take(gone)).unwrap_or_default()
    }
}

impl<T: Nothing> Deref for Apart<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.room.as_deref().unwrap_or(T::NOTHING)
    }
}

impl<T: Nothing> DerefMut for Apart<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.room.get_or_insert_with(|| {
            let mut room = Box::<T>::default();
            // A change may be under way: the room takes part in it. If none is, what it notes goes when the next one begins.
            room.turn(Turn::Begin);
            room
        })
    }
}

impl<T: Undo> Undo for Apart<T> {
    #[inline]
    fn turn(&mut self, turn: Turn) {
        if let Some(room) = &mut self.room {
            room.turn(turn);
        }
    }
}

impl<T> Default for Apart<T> {
    fn default() -> Self {
        Self { room: None }
    }
}

impl<T: Clone> Clone for Apart<T> {
    /// A copy is nobody's change.
    fn clone(&self) -> Self {
        Self { room: self.room.clone() }
    }
}

impl<T: Nothing + PartialEq> PartialEq for Apart<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'r, T: 'static> IntoIterator for &'r Apart<Rows<T>> {
    type Item = &'r T;
    type IntoIter = core::slice::Iter<'r, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
