//! What the members of a run have come to beside their wallets: challenges, badges and leaderboards.

use std::collections::BTreeMap;

use loyalty_core::{Document, Instant, Leaderboard, Member, Program};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::leaderboard;
use crate::members::Members;
use crate::table::{grouped, table};

/// Rows of each leaderboard in a summary.
const ROWS: usize = 5;

/// Counts over all members; empty for a program without challenges, badges and leaderboards.
#[derive(Debug, Default)]
pub(crate) struct Achieved {
    /// By name, in the program's order: members who have completed it, and how often all of them have.
    challenges: Vec<(String, u64, u64)>,
    /// By name: members who have it.
    badges: BTreeMap<String, u64>,
    /// Standings as documents.
    leaderboards: Vec<Document>,
}

impl Achieved {
    /// Counts what the members have; leaderboards are those of `until`, or else of the latest instant of any member.
    pub(crate) fn new(program: &Program, members: &Members<'_>, until: Option<Instant>) -> Result<Self, Failure> {
        let mut achieved = Self::default();
        let boards: Vec<&str> = program.leaderboards().collect();
        let challenges = program.has_challenges_or_badges();
        if !challenges && boards.is_empty() {
            return Ok(achieved);
        }
        let mut latest: Option<Instant> = None;
        members.each(|member| {
            latest = latest.max(Some(member.clock()));
            if challenges {
                achieved.count(program, member);
            }
            Ok(())
        })?;
        // The day that ends at `until` is still that of what was played.
        let before = until.and_then(|until| Instant::from_micros(until.as_micros().saturating_sub(1)));
        let Some(at) = before.or(latest) else { return Ok(achieved) };
        // What cannot be told, such as who stands where by an arm that only the secret knows, is no reason to say nothing.
        let boards =
            boards.iter().filter_map(|name| program.leaderboard(name, at).and_then(|board| board.top(ROWS)).ok());
        let mut boards: Vec<Leaderboard> = boards.collect();
        if !boards.is_empty() {
            members.each(|member| {
                let added = boards.iter_mut().try_for_each(|board| board.add(member).map(drop));
                added.map_err(leaderboard::refused)
            })?;
        }
        for board in boards {
            achieved.leaderboards.push(board.finish().map_err(leaderboard::refused)?.to_document());
        }
        Ok(achieved)
    }

    fn count(&mut self, program: &Program, member: &Member) {
        let view = program.view(member, member.clock());
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

    /// What people read; nothing where there is nothing.
    pub(crate) fn page(&self) -> String {
        let number = |count: u64| grouped(&count.to_string());
        let mut page = String::new();
        if !self.challenges.is_empty() {
            let rows = self.challenges.iter();
            let rows = rows.map(|(name, members, times)| vec![name.clone(), number(*members), number(*times)]);
            page.push_str(&format!("\n{}", table(&["challenge", "members", "times completed"], rows, 1)));
        }
        if !self.badges.is_empty() {
            let rows = self.badges.iter().map(|(name, members)| vec![name.clone(), number(*members)]);
            page.push_str(&format!("\n{}", table(&["badge", "members"], rows, 1)));
        }
        for standings in &self.leaderboards {
            page.push_str(&format!("\n{}", leaderboard::page(standings)));
        }
        page
    }

    /// What machines read.
    pub(crate) fn json(&self) -> (Value, Value, Value) {
        let challenges = self
            .challenges
            .iter()
            .map(|(name, members, times)| (name.clone(), json!({ "members": members, "completions": times })));
        let boards = self.leaderboards.iter().map(leaderboard::json);
        (challenges.collect::<Map<_, _>>().into(), json!(self.badges), boards.collect())
    }
}
