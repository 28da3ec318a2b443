//! Each way to change a room, undone. That a whole member is put back is shown in `testing/refusals.rs`.

use super::{Apart, Kept, Rows, Turn, Undo as _};

/// Rows, and what becomes of them by steps that are undone.
fn undone(steps: impl FnOnce(&mut Rows<u32>)) {
    let mut rows = Rows::from(vec![1, 2, 3, 4]);
    let before = rows.clone();
    rows.turn(Turn::Begin);
    steps(&mut rows);
    assert_ne!(rows, before, "the steps change something");
    rows.turn(Turn::RollBack);
    assert_eq!(rows, before);
}

#[test]
fn each_way_to_change_rows_is_undone() {
    undone(|rows| rows.push(5));
    undone(|rows| rows.insert(1, 5));
    undone(|rows| assert_eq!(rows.remove(0), Some(1)));
    undone(|rows| rows.set(2, 9));
    undone(|rows| *rows.get_mut(3).unwrap() = 9);
    undone(|rows| *rows.find_mut(|row| *row == 2).unwrap() = 9);
    undone(|rows| *rows.last_mut().unwrap() = 9);
    undone(|rows| rows.change(|row| row % 2 == 0, |row| *row += 10));
    undone(|rows| rows.retain(|row| *row == 3));
    undone(|rows| assert_eq!(rows.take(|row| *row != 2), [1, 3, 4]));
    undone(|rows| rows.extend([5, 6]));
    undone(|rows| rows.rework(|rows| rows.reverse()));
    undone(|rows| {
        rows.push(5);
        *rows.get_mut(4).unwrap() += 1;
        rows.retain(|row| *row > 2);
        rows.insert(0, 7);
        rows.set(0, 8);
        rows.rework(|rows| rows.truncate(2));
        assert_eq!(rows.remove(1), Some(3));
    });
}

#[test]
fn rows_that_have_only_grown_tell_what_is_new() {
    let told = |change: fn(&mut Rows<u32>)| {
        let mut rows = Rows::from(vec![1, 2]);
        rows.turn(Turn::Begin);
        change(&mut rows);
        let added = rows.added().map(<[u32]>::to_vec);
        rows.turn(Turn::Commit);
        assert_eq!(rows.added(), None, "nothing is noted");
        added
    };
    assert_eq!(told(|_| {}), Some(vec![]));
    assert_eq!(told(|rows| rows.extend([3, 4])), Some(vec![3, 4]));
    let changed_since = |rows: &mut Rows<u32>| {
        rows.push(3);
        *rows.last_mut().unwrap() = 9;
    };
    assert_eq!(told(changed_since), Some(vec![9]));
    assert_eq!(told(|rows| rows.insert(0, 3)), None);
    let another_changed = |rows: &mut Rows<u32>| {
        rows.set(0, 3);
        rows.push(4);
    };
    assert_eq!(told(another_changed), None);
    let another_gone = |rows: &mut Rows<u32>| {
        rows.push(4);
        rows.retain(|row| *row != 1);
    };
    assert_eq!(told(another_gone), None);
    let changed_before_the_mark = |rows: &mut Rows<u32>| {
        rows.set(0, 3);
        rows.push(4);
        rows.mark();
        rows.push(5);
    };
    assert_eq!(told(changed_before_the_mark), Some(vec![5]));
    let changed_again_since = |rows: &mut Rows<u32>| {
        rows.set(0, 3);
        rows.mark();
        rows.set(0, 4);
    };
    assert_eq!(told(changed_again_since), None);
    undone(changed_again_since);
}

#[test]
fn what_is_committed_stays_and_what_follows_is_noted_anew() {
    let mut rows = Rows::from(vec![1, 2]);
    rows.turn(Turn::Begin);
    rows.push(3);
    rows.turn(Turn::Commit);
    rows.turn(Turn::Begin);
    rows.push(4);
    rows.turn(Turn::RollBack);
    assert_eq!(*rows, [1, 2, 3]);
    let mut kept = Kept::new(7);
    *kept = 8;
    kept.turn(Turn::Begin);
    *kept = 9;
    *kept = 10;
    kept.turn(Turn::RollBack);
    assert_eq!(*kept, 8);
}

#[test]
fn a_room_apart_is_made_when_something_comes_into_it() {
    let mut rows: Apart<Rows<u32>> = Apart::default();
    rows.turn(Turn::Begin);
    rows.retain(|_| false);
    rows.change(|_| true, |row| *row += 1);
    assert_eq!((rows.take(|_| true), rows.find_mut(|_| true)), (vec![], None));
    assert_eq!(rows.there(), None, "nothing was to be changed");
    rows.push(1);
    rows.turn(Turn::Commit);
    assert_eq!(**rows, [1]);
    assert_eq!(Apart::new(Rows::<u32>::default()).there(), None);
    assert_eq!(Apart::new(Rows::from(vec![1])), rows);
}

#[test]
fn what_came_into_a_room_apart_is_undone_with_the_change_that_made_it() {
    let mut rows: Apart<Rows<u32>> = Apart::default();
    rows.turn(Turn::Begin);
    rows.push(1);
    rows.turn(Turn::RollBack);
    assert_eq!(rows, Apart::default());
    rows.push(2);
    rows.turn(Turn::Begin);
    rows.push(3);
    rows.set(0, 4);
    rows.turn(Turn::RollBack);
    assert_eq!(**rows, [2]);
}
