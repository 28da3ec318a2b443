//! The valid words that a misspelt one is nearest to.

use crate::sorting::Arrange as _;

/// The most candidates that are offered.
const CANDIDATES_MAX: usize = 3;

/// The candidates within a third of the word's length in slips, nearest first.
pub(crate) fn nearest(word: &str, candidates: &[&str]) -> Vec<String> {
    let slips_max = word.chars().count().div_ceil(3);
    let mut near: Vec<(usize, &str)> = candidates
        .iter()
        .map(|candidate| (distance(word, candidate), *candidate))
        .filter(|(slips, _)| *slips <= slips_max)
        .collect();
    near.arrange();
    near.into_iter().take(CANDIDATES_MAX).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// How many letters are wrong, missing, too many or swapped with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut previous = None;
    for (row, character) in left.chars().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        for (column, other) in right.iter().enumerate() {
            let at = |costs: &[usize], column: usize| costs.get(column).copied().unwrap_or(usize::MAX - 1);
            let next = column.saturating_add(1);
            let mut cost = at(&above, column).saturating_add(usize::from(character != *other));
            cost = cost.min(at(&above, next).saturating_add(1)).min(at(&current, column).saturating_add(1));
            let swapped = column.checked_sub(1).and_then(|before| right.get(before)) == Some(&character);
            if swapped && previous == Some(*other) {
                cost = cost.min(at(&before, column.saturating_sub(1)).saturating_add(1));
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut above, current);
        previous = Some(character);
    }
    above.last().copied().unwrap_or(0)
}
