//! What members have come to beside their wallets: challenges, badges and leaderboards, over any number of them.

use std::collections::BTreeMap;

use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::leaderboard::Leaderboard;
use crate::program::Program;
use crate::time::Instant;
use crate::wire::document::Document;

/// Rows of each leaderboard.
const ROWS: usize = 5;

/// The challenges, badges and leaderboards of a summary, in the making: every member is counted ([`Achieved::count`]), then the
/// leaderboards begin ([`Achieved::begin`]), and every member is added to them ([`Achieved::add`]). Its size does not depend
/// on the number of members.
///
/// ```
/// use loyalty_core::{Instant, Program};
///
/// let program = Program::compile("program \"Shop\" { currency EUR }\nmeasure visits = count(visit)\n\
///     leaderboard regulars by visits").unwrap();
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// program.apply(&mut member, r#"{"type":"visit","id":"v-1","at":"2026-01-05T10:00:00Z"}"#).unwrap();
/// let mut achieved = program.achieved();
/// achieved.count(&member);
/// assert!(achieved.begin(None));
/// achieved.add(&member).unwrap();
/// let told = achieved.to_document().unwrap().to_string();
/// assert!(told.contains(r#""rows":[{"rank":1,"member":"m-1","score":"1"}]"#), "{told}");
/// ```
#[derive(Debug, Clone)]
pub struct Achieved {
    program: Program,
    /// By name, in the program's order: members who have completed it, and how often all of them have.
    challenges: Vec<(String, u64, u64)>,
    /// By name: members who have it.
    badges: BTreeMap<String, u64>,
    /// The latest instant that any member has been brought to.
    latest: Option<Instant>,
    boards: Vec<Leaderboard>,
}

impl Program {
    /// Counts of what members have come to, without any member.
    #[must_use]
    pub fn achieved(&self) -> Achieved {
        Achieved {
            program: self.clone(),
            challenges: Vec::new(),
            badges: BTreeMap::new(),
            latest: None,
            boards: Vec::new(),
        }
    }
}

impl Achieved {
    /// Counts what a member has, each one once.
    pub fn count(&mut self, member: &Member) {
        self.latest = self.latest.max(Some(member.clock()));
        if !self.program.has_challenges_or_badges() {
            return;
        }
        let view = self.program.view(member, member.clock());
        let view = view.document();
        if let Some(Document::Object(challenges)) = view.get("challenges") {
            if self.challenges.is_empty() {
                self.challenges = challenges.iter().map(|(name, _)| (name.to_string(), 0, 0)).collect();
            }
            for ((_, members, completions), (_, challenge)) in self.challenges.iter_mut().zip(challenges) {
                let times = match challenge.get("times") {
                    Some(Document::Number(times)) => u64::try_from(*times).unwrap_or(0),
                    _ => 0,
                };
                *members = members.saturating_add(u64::from(times > 0));
                *completions = completions.saturating_add(times);
            }
        }
        if let Some(Document::Object(badges)) = view.get("badges") {
            for (name, _) in badges {
                let count = self.badges.entry(name.to_string()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// Begins the leaderboards, as they stand right before `until`, or else at the latest instant of any member that was
    /// counted. Tells whether there are any.
    pub fn begin(&mut self, until: Option<Instant>) -> bool {
        // The day that ends at `until` is still that of what was played.
        let before = until.and_then(|until| Instant::from_micros(until.as_micros().saturating_sub(1)));
        let Some(at) = before.or(self.latest) else { return false };
        // What cannot be told, such as who stands where by an arm that only the secret knows, is no reason to say nothing.
        let board = |name| self.program.leaderboard(name, at).and_then(|board| board.top(ROWS)).ok();
        self.boards = self.program.leaderboards().filter_map(board).collect();
        !self.boards.is_empty()
    }

    /// Adds a member to the leaderboards, each one once.
    ///
    /// # Errors
    ///
    /// As [`Leaderboard::add`].
    pub fn add(&mut self, member: &Member) -> Result<(), EventError> {
        self.boards.iter_mut().try_for_each(|board| board.add(member).map(drop))
    }

    /// `challenges` and `badges` by their names, and the `leaderboards` as their standings.
    ///
    /// # Errors
    ///
    /// As [`Leaderboard::finish`].
    pub fn to_document(&self) -> Result<Document, EventError> {
        let mut challenges = Document::object();
        for (name, members, completions) in &self.challenges {
            challenges
                .put(name.clone(), Document::object().with("members", *members).with("completions", *completions));
        }
        let mut badges = Document::object();
        for (name, members) in &self.badges {
            badges.put(name.clone(), *members);
        }
        let boards = self.boards.iter().map(|board| board.finish().map(|standings| standings.to_document()));
        let boards = boards.collect::<Result<Vec<_>, _>>()?;
        Ok(Document::object()
            .with("challenges", challenges)
            .with("badges", badges)
            .with("leaderboards", boards.into_iter().collect::<Document>()))
    }
}
