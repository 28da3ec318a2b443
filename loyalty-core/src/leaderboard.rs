//! Standings over any number of members, who pass by one after another: what is kept grows with the places that are asked
//! for, and not with the members.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::error::{EventError, Refusal};
use crate::engine::leaderboards::{self, Round};
use crate::engine::member::Member;
use crate::plan::{LeaderboardPlan, Plan};
use crate::program::Program;
use crate::time::{Instant, date_of};
use crate::wire::document::Document;
use crate::wire::json::instant;

/// Places that are kept where the host does not say how many.
const TOP: usize = 10;

/// The most places, and the most neighbours on each side, that can be asked for.
const TOP_MAX: usize = 100_000;

/// Where ties are `dense`, a place is the number of different scores above it: so many scores are kept.
const SCORES_KEPT: usize = 10_000;

/// Members in the order in which they stand: the highest score first, members of one score by their ids, byte by byte.
type Key = (Reverse<Decimal>, Box<str>);

/// The standings of a leaderboard in the making: every member is added once, in any order, and parts that were made apart
/// are merged. Made by [`Program::leaderboard`] and [`Program::closed_leaderboard`].
///
/// It keeps the highest places (10, unless [`Leaderboard::top`] says otherwise), and of one member who is asked for
/// ([`Leaderboard::around`]) how many stand above it and who stands next to it. Its size does not depend on the number of
/// members.
#[derive(Debug, Clone)]
pub struct Leaderboard {
    plan: Arc<Plan>,
    number: usize,
    at: i64,
    /// The round, where there are any.
    round: Option<Round>,
    /// The round is over, and what came later counts for nothing.
    closed: bool,
    rows_max: usize,
    rows: BTreeSet<Key>,
    /// The highest scores, with how many members have each.
    scores: BTreeMap<Reverse<Decimal>, u64>,
    /// How many members stand on it.
    members: u64,
    around: Option<Around>,
}

/// What is kept of the member who is asked for.
#[derive(Debug, Clone)]
struct Around {
    id: Box<str>,
    /// Nothing: the member does not stand on it.
    score: Option<Decimal>,
    /// Neighbours that are wanted on each side.
    each: usize,
    /// Members with a higher score.
    above: u64,
    /// Other members with the same score.
    level: u64,
    /// Those who stand right before it, the next one last.
    before: BTreeSet<Key>,
    /// A score, and how many of those who stand too far away to be kept have it: that of the farthest one who is kept.
    farther: (Decimal, u64),
    /// Those who stand right behind it, the next one first.
    behind: BTreeSet<Key>,
}

impl Program {
    /// The standings of a leaderboard at an instant, to be made by adding every member: of the round that the instant
    /// lies in, where the leaderboard has rounds.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownLeaderboard`]; [`Refusal::NoSecret`] where an arm of an experiment decides who stands on it.
    ///
    /// ```
    /// use loyalty_core::{Instant, Program};
    ///
    /// let program = Program::compile("program \"Shop\" { currency EUR }\n\
    ///     measure visits = count(visit) this month\nleaderboard regulars by visits").unwrap();
    /// let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// let mut members = Vec::new();
    /// for (id, visits) in [("ana", 3), ("ben", 5), ("cy", 3), ("dee", 0)] {
    ///     let mut member = program.enroll(id, at).unwrap();
    ///     for visit in 1..=visits {
    ///         let event = format!(r#"{{"type":"visit","id":"v-{visit}","at":"2026-01-0{visit}T10:00:00Z"}}"#);
    ///         program.apply(&mut member, event).unwrap();
    ///     }
    ///     members.push(member);
    /// }
    /// let now = Instant::parse("2026-01-31T12:00:00Z").unwrap();
    /// let mut board = program.leaderboard("regulars", now).unwrap();
    /// for member in &members {
    ///     board.add(member).unwrap();
    /// }
    /// let standings = board.finish().unwrap();
    /// let places: Vec<_> = standings.rows().map(|row| (row.rank(), row.member())).collect();
    /// assert_eq!(places, [(Some(1), "ben"), (Some(2), "ana"), (Some(2), "cy")]);
    /// ```
    pub fn leaderboard(&self, name: &str, at: Instant) -> Result<Leaderboard, EventError> {
        Leaderboard::new(self, name, at.0, false)
    }

    /// The standings of the last round that is over at an instant, as they are at its end; with the event of each member
    /// who wins something. Late events and returns that arrive before it is made up count, what happened after the end
    /// does not.
    ///
    /// # Errors
    ///
    /// As [`Program::leaderboard`]; [`Refusal::NotOver`] where there is no end, or not yet; [`Refusal::NoSecret`] where
    /// places win something, which only a holder of the secret can say.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// let program = Program::compile("program \"Shop\" {}\nwallet beans {}\nmeasure visits = count(visit) this month\n\
    ///     leaderboard regulars by visits { top 1 { earn 100 beans } }").unwrap();
    /// let program = program.with_secret(b"32 random bytes from a safe place").unwrap();
    /// let mut ana = program.enroll("ana", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut ana, r#"{"type":"visit","id":"v-1","at":"2026-01-05T10:00:00Z"}"#).unwrap();
    ///
    /// let mut board = program.closed_leaderboard("regulars", Instant::parse("2026-02-01T00:00:00Z").unwrap()).unwrap();
    /// board.add(&ana).unwrap();
    /// let standings = board.finish().unwrap();
    /// let won = standings.rows().next().unwrap().event().unwrap().to_string();
    /// let outcome = program.apply(&mut ana, &won).unwrap();
    /// assert!(outcome.to_json().contains(r#""kind":"placed","leaderboard":"regulars","round":"2026-01-31","rank":1"#));
    /// assert_eq!(program.totals(&ana)[0].available.to_string(), "100");
    /// assert!(program.apply(&mut ana, &won).unwrap().replayed());
    /// ```
    pub fn closed_leaderboard(&self, name: &str, at: Instant) -> Result<Leaderboard, EventError> {
        Leaderboard::new(self, name, at.0, true)
    }

    /// The names of the program's leaderboards, in the order of the file.
    pub fn leaderboards(&self) -> impl Iterator<Item = &str> {
        self.plan().leaderboards.iter().map(|board| &*board.name)
    }
}

impl Leaderboard {
    fn new(program: &Program, name: &str, at: i64, closed: bool) -> Result<Self, EventError> {
        let plan = Arc::clone(program.plan());
        let Some(number) = plan.leaderboards.iter().position(|board| *board.name == *name) else {
            return Err(leaderboards::unknown(&plan, name));
        };
        let board = plan.leaderboards.get(number).ok_or_else(|| leaderboards::unknown(&plan, name))?;
        crate::engine::experiments::expect_secret(&plan, board.chance || (closed && !board.places.is_empty()))?;
        let (round, at) = if closed {
            let round = leaderboards::closed_at(&plan, board, at)?;
            (Some(round), round.end(&plan).saturating_sub(1))
        } else {
            (board.rounds.map(|rounds| leaderboards::round_at(&plan, rounds, at)), at)
        };
        let won = if closed { board.places.last().copied().unwrap_or(0) as usize } else { 0 };
        Ok(Self {
            number,
            at,
            round,
            closed,
            rows_max: TOP.max(won),
            rows: BTreeSet::new(),
            scores: BTreeMap::new(),
            members: 0,
            around: None,
            plan,
        })
    }

    /// Keeps so many places, from 1 to 100 000; of a closed leaderboard never fewer than win something. To be said before
    /// the first member is added.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongType`] for another number.
    pub fn top(mut self, places: usize) -> Result<Self, EventError> {
        within("top", places, 1)?;
        let won = self.board().filter(|_| self.closed).and_then(|board| board.places.last().copied()).unwrap_or(0);
        self.rows_max = places.max(won as usize);
        Ok(self)
    }

    /// Also tells where this member stands, and so many members right before and behind it, up to 100 000 each. To be said
    /// before the first member is added; the member is added like every other.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongType`] for another number, and what [`Leaderboard::add`] refuses.
    pub fn around(mut self, member: &Member, neighbours: usize) -> Result<Self, EventError> {
        within("neighbours", neighbours, 0)?;
        self.around = Some(Around {
            id: (*member.id).into(),
            score: self.score(member)?,
            each: neighbours,
            above: 0,
            level: 0,
            before: BTreeSet::new(),
            farther: (Decimal::ZERO, 0),
            behind: BTreeSet::new(),
        });
        Ok(self)
    }

    /// How many of the members that were added stand on it.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.members
    }

    fn board(&self) -> Option<&LeaderboardPlan> {
        self.plan.leaderboards.get(self.number)
    }

    fn score(&self, member: &Member) -> Result<Option<Decimal>, EventError> {
        match self.board() {
            Some(board) => leaderboards::score(&self.plan, board, member, self.at, self.closed),
            None => Ok(None),
        }
    }

    /// Adds a member, each one once. A member who does not agree, whose account is closed, who has joined later, or whose
    /// score is nothing or below does not stand on it. Tells whether this one does.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`]; [`Refusal::TooLate`] for a round that is over for longer than the member remembers;
    /// [`Refusal::Overflow`]. The standings are then as before.
    pub fn add(&mut self, member: &Member) -> Result<bool, EventError> {
        let Some(score) = self.score(member)? else { return Ok(false) };
        let key: Key = (Reverse(score), (*member.id).into());
        self.members = self.members.saturating_add(1);
        let count = self.scores.entry(key.0).or_insert(0);
        *count = count.saturating_add(1);
        if let Some(around) = &mut self.around {
            around.add(&key);
        }
        self.rows.insert(key);
        self.cut();
        Ok(true)
    }

    /// Takes in the standings of other members, made apart; the result is the same in every order.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotAlike`] for those of another leaderboard or program, at another instant, or with other things asked; and for
    /// those that have one of its highest members, too, as its own have. The standings are then as before.
    pub fn merge(&mut self, other: &Self) -> Result<(), EventError> {
        let asked = |board: &Self| {
            let around = board.around.as_ref().map(|around| (around.id.clone(), around.each, around.score));
            (board.plan.fingerprint, board.number, board.at, board.closed, board.rows_max, around)
        };
        if asked(self) != asked(other) {
            return Err(EventError::new(Refusal::NotAlike)
                .expecting("standings of the same leaderboard at the same instant, with the same things asked")
                .but_found("others"));
        }
        if let Some((_, id)) = self.rows.intersection(&other.rows).next() {
            return Err(EventError::new(Refusal::NotAlike)
                .expecting("parts that have no member in common")
                .but_found(format!("`{id}` in both")));
        }
        self.members = self.members.saturating_add(other.members);
        for (score, members) in &other.scores {
            let count = self.scores.entry(*score).or_insert(0);
            *count = count.saturating_add(*members);
        }
        self.rows.extend(other.rows.iter().cloned());
        if let (Some(around), Some(other)) = (&mut self.around, &other.around) {
            around.merge(other);
        }
        self.cut();
        Ok(())
    }

    fn cut(&mut self) {
        while self.rows.len() > self.rows_max {
            self.rows.pop_last();
        }
        let dense = self.board().is_some_and(|board| board.dense);
        let kept = if dense { self.rows_max.max(SCORES_KEPT) } else { self.rows_max };
        while self.scores.len() > kept {
            self.scores.pop_last();
        }
    }

    /// Who stands where.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSecret`] where a place wins something; [`Program::closed_leaderboard`] has refused that before.
    pub fn finish(&self) -> Result<Standings, EventError> {
        let Some(board) = self.board() else { return Err(leaderboards::unknown(&self.plan, "")) };
        let mut rows = Vec::with_capacity(self.rows.len());
        for (score, id) in &self.rows {
            let rank = self.rank_above_all(score);
            rows.push(Standing {
                rank,
                member: id.clone(),
                score: score.0,
                event: self.event(board, rank, score.0, id)?,
            });
        }
        let winning = board.places.last().filter(|_| self.closed).map_or(0, |last| u64::from(*last));
        let winners: u64 = self
            .scores
            .iter()
            .filter(|(score, _)| self.rank_above_all(score).is_some_and(|rank| rank <= winning))
            .fold(0, |winners, (_, members)| winners.saturating_add(*members));
        let told = rows.iter().filter(|row| row.event.is_some()).count() as u64;
        let mut document = Document::object().with("leaderboard", &*board.name);
        match self.round {
            Some(round) => {
                let day = |day: i32| date_of(day).to_string();
                document.put("first_day", round.first.map(day));
                document.put("last_day", day(round.last));
                document.put("ends_at", instant(&self.plan, round.end(&self.plan)));
            }
            None => document.put("at", instant(&self.plan, self.at)),
        }
        document.put("closed", self.closed);
        document.put("members", self.members);
        document.put("rows", rows.iter().map(Standing::to_document).collect::<Document>());
        if self.closed && !board.places.is_empty() {
            document.put("winners_left_out", winners.saturating_sub(told));
        }
        if let Some(around) = &self.around {
            document.put("around", self.around_document(around));
        }
        Ok(Standings { rows, members: self.members, left_out: winners.saturating_sub(told), document })
    }

    /// The place of a score among the highest ones; nothing where it is too low to be known.
    fn rank_above_all(&self, score: &Reverse<Decimal>) -> Option<u64> {
        self.scores.get(score)?;
        let above = self.scores.range(..*score);
        let dense = self.board().is_some_and(|board| board.dense);
        let above =
            if dense { above.count() as u64 } else { above.fold(0, |sum: u64, (_, of)| sum.saturating_add(*of)) };
        Some(above.saturating_add(1))
    }

    /// The event that tells a member of its place, where it wins something.
    fn event(
        &self,
        board: &LeaderboardPlan,
        rank: Option<u64>,
        score: Decimal,
        member: &str,
    ) -> Result<Option<Document>, EventError> {
        let wins = |rank: &u64| board.places.last().is_some_and(|last| *rank <= u64::from(*last));
        let (Some(rank), Some(round)) = (rank.filter(wins), self.round.filter(|_| self.closed)) else {
            return Ok(None);
        };
        let seal = leaderboards::seal(&self.plan, board, round, (member, rank, score))?;
        Ok(Some(
            Document::object()
                .with("type", "placed")
                .with("id", leaderboards::prize_id(board, round, member))
                .with("member", member)
                .with("at", instant(&self.plan, round.end(&self.plan)))
                .with("leaderboard", &*board.name)
                .with("round", date_of(round.last).to_string())
                .with("rank", rank)
                .with("score", score)
                .with("seal", seal),
        ))
    }

    fn around_document(&self, around: &Around) -> Document {
        let Some(score) = around.score else { return Document::Null };
        let dense = self.board().is_some_and(|board| board.dense);
        let rank = if dense { self.rank_above_all(&Reverse(score)) } else { Some(around.above.saturating_add(1)) };
        let row = |(other, id): &Key| {
            let rank = if dense {
                self.rank_above_all(other)
            } else if other.0 > score {
                Some(around.rank_before(other.0))
            } else {
                Some(around.rank_behind(score, other.0))
            };
            Standing { rank, member: id.clone(), score: other.0, event: None }.to_document()
        };
        Document::object()
            .with("rank", rank)
            .with("member", &*around.id)
            .with("score", score)
            .with("above", around.before.iter().map(row).collect::<Document>())
            .with("below", around.behind.iter().map(row).collect::<Document>())
    }
}

impl Around {
    fn add(&mut self, key: &Key) {
        let Some(score) = self.score else { return };
        let (other, id) = key;
        if **id == *self.id {
            return;
        }
        self.above = self.above.saturating_add(u64::from(other.0 > score));
        self.level = self.level.saturating_add(u64::from(other.0 == score));
        if (other, id) < (&Reverse(score), &self.id) {
            self.before.insert(key.clone());
            self.cut_before();
        } else {
            self.behind.insert(key.clone());
            while self.behind.len() > self.each {
                self.behind.pop_last();
            }
        }
    }

    /// Lets go of those who stand farthest away, and counts those of them who share the score of the farthest one kept.
    fn cut_before(&mut self) {
        while self.before.len() > self.each {
            let Some((gone, _)) = self.before.pop_first() else { return };
            let Some((farthest, _)) = self.before.first() else { continue };
            if self.farther.0 != farthest.0 {
                self.farther = (farthest.0, 0);
            }
            self.farther.1 = self.farther.1.saturating_add(u64::from(gone == *farthest));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.above = self.above.saturating_add(other.above);
        self.level = self.level.saturating_add(other.level);
        let known = [self.farther, other.farther];
        self.before.extend(other.before.iter().cloned());
        let farthest = |of: &Self| of.before.first().map_or(Decimal::ZERO, |(score, _)| score.0);
        self.farther = (farthest(self), 0);
        self.cut_before();
        let kept = farthest(self);
        for (_, farther) in known.into_iter().filter(|(score, _)| *score == kept) {
            self.farther.1 = self.farther.1.saturating_add(farther);
        }
        self.behind.extend(other.behind.iter().cloned());
        while self.behind.len() > self.each {
            self.behind.pop_last();
        }
    }

    /// The place of one who stands before: all who stand above the member, but for those between.
    fn rank_before(&self, score: Decimal) -> u64 {
        let own = self.score.unwrap_or_default();
        let nearer = self.before.iter().filter(|(other, _)| other.0 <= score && other.0 > own).count() as u64;
        let shared = if self.farther.0 == score { self.farther.1 } else { 0 };
        self.above.saturating_sub(nearer).saturating_sub(shared).saturating_add(1)
    }

    /// The place of one who stands behind: below all who stand above or beside the member, and those between.
    fn rank_behind(&self, own: Decimal, score: Decimal) -> u64 {
        if score == own {
            return self.above.saturating_add(1);
        }
        let between = self.behind.iter().filter(|(other, _)| other.0 > score && other.0 < own).count() as u64;
        // The member itself, and those who share its score.
        self.above.saturating_add(self.level).saturating_add(1).saturating_add(between).saturating_add(1)
    }
}

/// A number of places that can be asked for.
fn within(field: &str, number: usize, least: usize) -> Result<(), EventError> {
    if (least..=TOP_MAX).contains(&number) {
        return Ok(());
    }
    Err(EventError::new(Refusal::WrongType)
        .in_field(field)
        .expecting(format!("a number from {least} to {TOP_MAX}"))
        .but_found(number.to_string()))
}

/// Who stands where on a leaderboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Standings {
    rows: Vec<Standing>,
    members: u64,
    left_out: u64,
    document: Document,
}

/// One row of the standings.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    rank: Option<u64>,
    member: Box<str>,
    score: Decimal,
    event: Option<Document>,
}

impl Standings {
    /// The highest places, the first first; members of one score by their ids.
    pub fn rows(&self) -> impl Iterator<Item = &Standing> {
        self.rows.iter()
    }

    /// How many members stand on the leaderboard.
    #[must_use]
    pub fn members(&self) -> u64 {
        self.members
    }

    /// How many members win something and are not among the rows, because they share a place with the last of them: ask
    /// for so many more by [`Leaderboard::top`].
    #[must_use]
    pub fn winners_left_out(&self) -> u64 {
        self.left_out
    }

    /// All of it as a document.
    #[must_use]
    pub fn to_document(&self) -> Document {
        self.document.clone()
    }

    /// All of it as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.document.to_string()
    }
}

impl Standing {
    /// The place, from 1; nothing where ties are `dense` and more than 10 000 different scores stand above it.
    #[must_use]
    pub fn rank(&self) -> Option<u64> {
        self.rank
    }

    /// The member's id.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// What it stands there with.
    #[must_use]
    pub fn score(&self) -> Decimal {
        self.score
    }

    /// The event that tells the member of its place, for the host to apply; nothing where it wins nothing.
    #[must_use]
    pub fn event(&self) -> Option<&Document> {
        self.event.as_ref()
    }

    fn to_document(&self) -> Document {
        let row = Document::object().with("rank", self.rank).with("member", &*self.member).with("score", self.score);
        match &self.event {
            Some(event) => row.with("event", event.clone()),
            None => row,
        }
    }
}
