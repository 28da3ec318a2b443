//! What a member stands on a leaderboard with, and what its place wins when the leaderboard is over.
//!
//! Who stands where is no matter of one member: `crate::leaderboard` sees all of them, one by one. What a place wins it
//! says as an event for the member, with a seal that nobody can make without the host's secret.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::decided::Decided;
use super::error::{EventError, Refusal};
use super::eval::{NO_ROW, Scope};
use super::event::EventData;
use super::log::hash;
use super::member::Member;
use super::outcome::{Decision, Kind};
use super::value::Value;
use super::{clock, doors, experiments};
use crate::amount;
use crate::check::model::Rounds;
use crate::plan::layout::ID_BYTES_MAX;
use crate::plan::{EventPlan, LeaderboardPlan, Plan};
use crate::time::{date_of, day_of, rfc3339};

/// Decimals by which scores are told apart, rounded half even.
const SCORE_DECIMALS: u32 = 8;

/// The local days that a leaderboard looks at, both included; the first is not known where the window has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    pub first: Option<i32>,
    pub last: i32,
}

impl Round {
    /// The instant from which it is over.
    pub fn end(self, plan: &Plan) -> i64 {
        plan.calendar.start_of(self.last.saturating_add(1))
    }
}

/// The round that an instant lies in. One that comes once is that of every instant.
pub fn round_at(plan: &Plan, rounds: Rounds, at: i64) -> Round {
    match rounds {
        Rounds::Each(period) => {
            let number = plan.calendar.period_of(period, plan.calendar.day_at(at));
            let first = plan.calendar.first_day(period, number);
            Round { first: Some(first), last: plan.calendar.first_day(period, number.saturating_add(1)) - 1 }
        }
        Rounds::Once { from, to } => Round { first: from.map(day_of), last: day_of(to) },
    }
}

/// The last round that is over at an instant.
pub fn closed_at(plan: &Plan, board: &LeaderboardPlan, at: i64) -> Result<Round, EventError> {
    let not_over = |found: &str| {
        EventError::new(Refusal::NotOver)
            .in_field("leaderboard")
            .expecting("a leaderboard that is over at the instant asked for")
            .but_found(found)
    };
    let Some(rounds) = board.rounds else {
        let help = "it goes by something without an end: name one measure of a window such as `this month`";
        return Err(not_over(&format!("`{}`, which never ends", board.name)).advising(help));
    };
    let present = round_at(plan, rounds, at);
    if present.end(plan) <= at {
        return Ok(present);
    }
    match (rounds, present.first) {
        (Rounds::Each(_), Some(first)) => Ok(round_at(plan, rounds, plan.calendar.start_of(first).saturating_sub(1))),
        _ => {
            let end = present.end(plan);
            Err(not_over(&format!("one that ends at {}", rfc3339(end, plan.calendar.offset_at(end)))))
        }
    }
}

/// What a member stands on a leaderboard with at an instant; nothing for one that does not stand on it. With `closed`, the
/// instant is the last one of a round, and what came to the member later counts for nothing.
pub fn score(
    plan: &Arc<Plan>,
    board: &LeaderboardPlan,
    member: &Member,
    at: i64,
    closed: bool,
) -> Result<Option<Decimal>, EventError> {
    doors::same_program(plan, member)?;
    experiments::expect_secret(plan, board.chance)?;
    if !member.account.is_open() || member.enrolled_at > at {
        return Ok(None);
    }
    if closed && at < member.horizon(plan) {
        return Err(EventError::new(Refusal::TooLate)
            .in_field("at")
            .expecting(format!("an end within the time that `{}` remembers", member.id))
            .but_found(rfc3339(at.saturating_add(1), plan.calendar.offset_at(at)))
            .advising("`history` in the program's head says how long single events are remembered"));
    }
    let mut brought_forward = None;
    if member.next_due <= at {
        let copy = brought_forward.insert(member.clone());
        clock::advance(plan, copy, at, &mut Decided::default())?;
    }
    let mut member = brought_forward.as_ref().unwrap_or(member);
    let then;
    if closed && !board.when.is_empty() && at < member.clock {
        then = with_levels_of(member, at);
        member = &then;
    }
    // What has a window can be looked up later; a balance is that of the latest instant.
    let at = if board.rounds.is_some() { at } else { at.max(member.clock) };
    let scope = Scope::of(plan, member, at);
    for condition in &board.when {
        if !scope.holds(*condition)? {
            return Ok(None);
        }
    }
    let score = scope.eval(board.by, NO_ROW)?.number();
    // An event that tells the score holds no more decimals.
    let score = score.map(|score| score.round_dp(SCORE_DECIMALS).normalize());
    Ok(score.filter(|score| *score > Decimal::ZERO))
}

/// The member with the levels that counted at an instant.
fn with_levels_of(member: &Member, at: i64) -> Member {
    let mut then = member.clone();
    for number in 0..then.standings.len() {
        if let Some(standing) = then.standings.get_mut(number) {
            standing.stand_on(standing.counted_at(at));
        }
    }
    then
}

/// The program has no such leaderboard.
pub fn unknown(plan: &Plan, name: &str) -> EventError {
    let names: Vec<String> = plan.leaderboards.iter().take(8).map(|board| format!("`{}`", board.name)).collect();
    let known = if names.is_empty() { "a program with leaderboards".to_owned() } else { names.join(" or ") };
    EventError::new(Refusal::UnknownLeaderboard).in_field("leaderboard").expecting(known).but_found(format!("`{name}`"))
}

/// The id of the event that tells a member of its place: the same in every computation of the same standings.
pub fn prize_id(board: &LeaderboardPlan, round: Round, member: &str) -> String {
    let round = date_of(round.last);
    let id = format!("{}/{round}/{member}", board.name);
    if id.len() <= ID_BYTES_MAX {
        return id;
    }
    format!("{:016x}/{round}/{:016x}", hash(&board.name), hash(member))
}

/// By which the engine knows its own words again.
pub fn seal(
    plan: &Plan,
    board: &LeaderboardPlan,
    round: Round,
    (member, rank, score): (&str, u64, Decimal),
) -> Result<String, EventError> {
    let Some(secret) = &plan.secret else { return Err(experiments::no_secret()) };
    let (round, rank, score) = (date_of(round.last).to_string(), rank.to_string(), amount::text(score));
    Ok(secret.seal(&["placed", &plan.settings.title, &board.name, &round, member, &rank, &score]))
}

/// A member is told of its place. Only what the standings have said is believed.
pub fn on_event(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    // One that names none is for the rules alone.
    let Value::Text(name, _) = doors::named(event_plan, event, "leaderboard") else { return Ok(()) };
    let board = plan.leaderboards.iter().find(|board| *board.name == *name).ok_or_else(|| unknown(plan, name))?;
    let missing = |field: &str| {
        EventError::new(Refusal::MissingField)
            .in_field(field)
            .expecting("all that the standings have said of the place")
    };
    let Value::Date(last) = doors::named(event_plan, event, "round") else { return Err(missing("round")) };
    let number = |field: &str| doors::named(event_plan, event, field).number().ok_or_else(|| missing(field));
    let (rank, score) = (number("rank")?, number("score")?);
    let Value::Text(told, _) = doors::named(event_plan, event, "seal") else { return Err(missing("seal")) };
    let forged = |field: &str, expected: String| {
        EventError::new(Refusal::Forged).in_field(field).expecting(expected).advising(
            "hand on the event as the standings of the closed leaderboard hold it ready, every field as it is",
        )
    };
    let round = Round { first: None, last };
    let winner = event.member.as_deref().unwrap_or(&member.id);
    let rank: u32 = rank.try_into().map_err(|_| forged("rank", "a place from 1 on".to_owned()))?;
    let own = seal(plan, board, round, (winner, u64::from(rank), score))?;
    if !alike(&own, told) {
        return Err(forged("seal", "the seal of the standings".to_owned()).but_found(format!("`{told}`")));
    }
    let (id, end) = (prize_id(board, round, winner), round.end(plan));
    if event.id != id {
        return Err(forged("id", format!("`{id}`")).but_found(format!("`{}`", event.id)));
    }
    if event.at != end {
        let instant = |at: i64| rfc3339(at, plan.calendar.offset_at(at));
        return Err(forged("at", instant(end)).but_found(instant(event.at)));
    }
    let kind = Kind::Placed { leaderboard: board.name.clone(), round: last, rank, score: score.normalize() };
    decisions.push(Decision { at: event.at, kind });
    Ok(())
}

/// Whether two texts are the same, in a time that does not tell how much of them is.
fn alike(one: &str, other: &str) -> bool {
    let bytes = one.bytes().zip(other.bytes());
    one.len() == other.len() && bytes.fold(0, |apart, (one, other)| apart | (one ^ other)) == 0
}
