//! For tests: the sum at which arithmetic fails, so that whatever can be refused in the middle is refused there.

use core::cell::Cell;

use super::Overflow;

thread_local! {
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// Lets so many sums of this thread through, and no more.
pub fn set(sums: u64) {
    LEFT.set(sums);
}

/// Lets all through again; tells how many were left.
pub fn clear() -> u64 {
    LEFT.replace(u64::MAX)
}

/// One sum is made.
pub fn burn() -> Result<(), Overflow> {
    LEFT.set(LEFT.get().checked_sub(1).ok_or(Overflow)?);
    Ok(())
}
