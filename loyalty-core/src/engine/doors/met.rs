//! The levels by which an event is judged.

use crate::engine::member::Member;
use crate::engine::returns;
use crate::engine::standing::Standing;
use crate::plan::Plan;

/// Has the member stand where an event is judged, and gives what stands there by now: a late event meets the levels of its own
/// instant, and an edit those of before its order where that has made the ones of now.
pub fn stand_then(plan: &Plan, member: &mut Member, at: i64, replaced: Option<&str>) -> Vec<(usize, Standing)> {
    let late = at < member.clock;
    let edited = returns::levels_before(plan, member, replaced);
    let mut now = Vec::new();
    for (number, standing) in member.standings.iter().enumerate() {
        let before = edited.iter().find(|(ladder, _)| *ladder == number).map(|(_, level)| *level);
        let mut then = standing.clone();
        match standing.counted_at(at) {
            level if late && level != standing.effective() => then.stand_on(level),
            _ => then.level = before.unwrap_or(standing.level),
        }
        if then != *standing {
            now.push((number, then));
        }
    }
    stand(member, &mut now);
    now
}

/// Has the member stand elsewhere on some ladders, and gives what stood there.
pub fn stand(member: &mut Member, standings: &mut [(usize, Standing)]) {
    for (ladder, standing) in standings {
        if let Some(own) = member.standings.get_mut(*ladder) {
            core::mem::swap(own, standing);
        }
    }
}
