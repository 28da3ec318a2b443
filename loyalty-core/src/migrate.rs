//! From one version of a program to the next: what becomes of a member, and who moves, before anything changes.

use crate::engine::doors;
use crate::engine::error::EventError;
use crate::engine::member::Member;
use crate::engine::outcome::Outcome;
use crate::program::Program;
use crate::time::Instant;
use crate::wire::document::Document;
use crate::wire::state::{Loaded, MigrationReport};

/// What becomes of a member under another version of the program.
#[derive(Debug, Clone)]
pub struct Migration {
    member: Member,
    report: MigrationReport,
    moves: Vec<TierMove>,
    outcome: Outcome,
}

/// A level that is another one after a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierMove {
    ladder: String,
    from: Option<String>,
    to: Option<String>,
    because: &'static str,
}

impl TierMove {
    /// The ladder's name.
    #[must_use]
    pub fn ladder(&self) -> &str {
        &self.ladder
    }

    /// The level before; nothing if the ladder is new.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// The level after; nothing if the ladder is gone.
    #[must_use]
    pub fn to(&self) -> Option<&str> {
        self.to.as_deref()
    }

    /// `ladder_added`, `ladder_removed`, `level_removed`, or why the level was judged so: `reached`, `not_qualified`.
    #[must_use]
    pub fn because(&self) -> &'static str {
        self.because
    }

    /// The move as a document.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Document::object()
            .with("ladder", self.ladder.as_str())
            .with("from", self.from.as_deref())
            .with("to", self.to.as_deref())
            .with("because", self.because)
    }
}

impl Migration {
    /// The member under the new version.
    #[must_use]
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// The member under the new version, to be kept.
    #[must_use]
    pub fn into_member(self) -> Member {
        self.member
    }

    /// What the new version does not have any more, and what it begins empty.
    #[must_use]
    pub fn report(&self) -> &MigrationReport {
        &self.report
    }

    /// The levels that are others, in the order of the ladders.
    #[must_use]
    pub fn moves(&self) -> &[TierMove] {
        &self.moves
    }

    /// What the new version decides at once: levels reached or lost, and what rules make of it.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl Program {
    /// What becomes of a member of `from`, another version of the program, at an instant (or at the member's own clock,
    /// if that is later). The old rules hold until then; levels that are no more become the next lower one that is left;
    /// then the new rules judge. Nothing is changed: keep [`Migration::into_member`] to go through with it.
    ///
    /// A level that its `keep` still covers stays, however its threshold has moved; a lower threshold is reached at once.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`](crate::Refusal::OtherProgram) for a member of neither version, and where a wallet holds something
    /// else in this one, so that the member cannot be loaded.
    ///
    /// ```
    /// use loyalty_core::{Instant, Program};
    ///
    /// let version = |threshold: u32| Program::compile(&format!("program \"Shop\" {{ currency EUR }}
    ///     measure spend = sum(order.subtotal)
    ///     tiers status by spend {{ bronze from 0 EUR  silver from {threshold} EUR }}")).unwrap();
    /// let (old, new) = (version(400), version(300));
    /// let now = Instant::parse("2026-03-01T00:00:00Z").unwrap();
    /// let mut member = old.enroll("m-1", now).unwrap();
    /// old.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-03-02T10:00:00Z","subtotal":350}"#).unwrap();
    ///
    /// let migration = new.migrate(&old, &member, now).unwrap();
    /// assert_eq!(migration.moves()[0].from(), Some("bronze"));
    /// assert_eq!(migration.moves()[0].to(), Some("silver"));
    /// ```
    pub fn migrate(&self, from: &Program, member: &Member, at: Instant) -> Result<Migration, EventError> {
        let at = at.max(member.clock());
        let mut before = member.clone();
        from.advance(&mut before, at)?;
        let old = levels(from, &before);
        let loaded = self.load_binary(&from.save_binary(&before));
        // What this library has just saved it can read, but a wallet may hold something else from now on.
        let Loaded { mut member, report } =
            loaded.map_err(|error| EventError::new(crate::Refusal::OtherProgram).advising(error.to_string()))?;
        let carried = levels(self, &member);
        let outcome = doors::judge(self.plan(), &mut member, at.0)?;
        let new = levels(self, &member);
        let find = |list: &[(String, String)], ladder: &str| {
            list.iter().find(|(name, _)| name == ladder).map(|(_, level)| level.clone())
        };
        let mut moves = Vec::new();
        for (ladder, level) in &old {
            let (carried, to) = (find(&carried, ladder), find(&new, ladder));
            if to.as_ref() == Some(level) {
                continue;
            }
            let because = match (&carried, &to) {
                (None, _) | (_, None) => "ladder_removed",
                (Some(carried), Some(to)) if carried != level && carried == to => "level_removed",
                (Some(_), Some(to)) => because(&outcome, ladder, to),
            };
            moves.push(TierMove { ladder: ladder.clone(), from: Some(level.clone()), to, because });
        }
        for (ladder, level) in new.iter().filter(|(ladder, _)| find(&old, ladder).is_none()) {
            let (ladder, to) = (ladder.clone(), Some(level.clone()));
            moves.push(TierMove { ladder, from: None, to, because: "ladder_added" });
        }
        Ok(Migration { member, report, moves, outcome })
    }
}

/// The levels of a member, by ladder.
fn levels(program: &Program, member: &Member) -> Vec<(String, String)> {
    let ladders = program.plan().ladders.iter().zip(&member.standings);
    let levels = ladders.map(|(ladder, standing)| {
        let level = ladder.levels.get(usize::from(standing.effective())).map_or("", |level| level);
        (ladder.name.to_string(), level.to_owned())
    });
    levels.collect()
}

/// Why the new rules have led to a level.
fn because(outcome: &Outcome, ladder: &str, to: &str) -> &'static str {
    use crate::engine::outcome::Kind;
    let changes = outcome.decisions.iter().rev().find_map(|decision| match &decision.kind {
        Kind::TierChanged { ladder: of, to: level, because, .. } if **of == *ladder && **level == *to => {
            Some(because.name())
        }
        _ => None,
    });
    changes.unwrap_or("level_removed")
}
