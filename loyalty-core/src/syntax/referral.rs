//! The clauses of `referral`: what makes a friend count, when it is settled, and what both sides get.

use super::tree::{Clause, Duration, Expr, Name};

/// A clause that only `referral` holds.
#[derive(Debug, Clone, PartialEq)]
pub enum ReferralClause {
    /// `qualify order where total >= 20 EUR when orders >= 3`: the friend's first such event.
    Qualify { event: Name, filter: Option<Expr>, when: Option<Expr> },
    /// `within 90 days`: so long after joining it must come.
    Within(Duration),
    /// `settle after 14 days`: until then the advocate's part is pending.
    Settle(Duration),
    /// `terms at joining`, `terms at qualifying`: of which day the clauses are that decide what is given.
    Terms { at_joining: bool },
    /// `friend { … }`
    Friend(Vec<Clause>),
    /// `advocate { … }`
    Advocate(Vec<Clause>),
    /// `reach 5 { … }`: what so many friends bring.
    Reach { friends: u32, clauses: Vec<Clause> },
    /// `share order.subtotal where channel == "web" for 1 year { … }`: what the advocate gets of what the friend buys, for so long
    /// after joining.
    Share { of: Expr, filter: Option<Expr>, lasts: Option<Duration>, clauses: Vec<Clause> },
}

impl ReferralClause {
    /// The word that introduces the clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Qualify { .. } => "qualify",
            Self::Within(_) => "within",
            Self::Settle(_) => "settle",
            Self::Terms { .. } => "terms",
            Self::Friend(_) => "friend",
            Self::Advocate(_) => "advocate",
            Self::Reach { .. } => "reach",
            Self::Share { .. } => "share",
        }
    }
}
