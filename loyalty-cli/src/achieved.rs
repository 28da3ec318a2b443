//! What the members of a run have come to beside their wallets: challenges, badges and leaderboards.

use loyalty_core::{Document, Instant, Program};
use serde_json::Value;

use crate::failure::Failure;
use crate::leaderboard;
use crate::members::Members;
use crate::table::{grouped, table};

/// Counts over all members; empty for a program without challenges, badges and leaderboards.
#[derive(Debug)]
pub(crate) struct Achieved(Document);

impl Achieved {
    /// Counts what the members have; leaderboards are those of `until`, or else of the latest instant of any member.
    pub(crate) fn new(program: &Program, members: &Members<'_>, until: Option<Instant>) -> Result<Self, Failure> {
        let mut achieved = program.achieved();
        if program.has_challenges_or_badges() || program.leaderboards().next().is_some() {
            members.each(|member| {
                achieved.count(member);
                Ok(())
            })?;
        }
        if achieved.begin(until) {
            members.each(|member| achieved.add(member).map_err(leaderboard::refused))?;
        }
        achieved.to_document().map(Self).map_err(leaderboard::refused)
    }

    /// What people read; nothing where there is nothing.
    pub(crate) fn page(&self) -> String {
        let number = |value: Option<&Document>| grouped(&value.unwrap_or(&Document::Number(0)).to_string());
        let mut page = String::new();
        if let Some(Document::Object(challenges)) = self.0.get("challenges")
            && !challenges.is_empty()
        {
            let row = |challenge: &Document, name: &str| {
                vec![name.to_owned(), number(challenge.get("members")), number(challenge.get("completions"))]
            };
            let rows = challenges.iter().map(|(name, challenge)| row(challenge, name));
            page.push_str(&format!("\n{}", table(&["challenge", "members", "times completed"], rows, 1)));
        }
        if let Some(Document::Object(badges)) = self.0.get("badges")
            && !badges.is_empty()
        {
            let rows = badges.iter().map(|(name, members)| vec![name.to_string(), number(Some(members))]);
            page.push_str(&format!("\n{}", table(&["badge", "members"], rows, 1)));
        }
        if let Some(Document::List(boards)) = self.0.get("leaderboards") {
            for standings in boards {
                page.push_str(&format!("\n{}", leaderboard::page(standings)));
            }
        }
        page
    }

    /// What machines read: one of its parts.
    pub(crate) fn json(&self, part: &str) -> Value {
        self.0.get(part).map_or(Value::Null, leaderboard::json)
    }
}
