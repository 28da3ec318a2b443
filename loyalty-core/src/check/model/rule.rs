//! Rules, their forms over time, and the groups that share caps and limits.

use chrono::{NaiveDate, NaiveTime, Weekday};

use super::{Cap, CapMode, Effect, Expr, Limit, Returns, RuleIndex, Trigger, Versioned, WalletIndex};
use crate::source::Span;

#[derive(Debug, Clone)]
pub struct Rule {
    pub name: String,
    pub trigger: Trigger,
    pub versions: Vec<Versioned<RuleForm>>,
    /// The declaration whose block of effects this is; nothing for a rule that the program writes as one.
    pub held: Option<Held>,
    pub span: Span,
}

/// A declaration that holds a block of effects, as the program names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The word that introduces it, such as `challenge`.
    pub keyword: &'static str,
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct RuleForm {
    /// The conjuncts of all `when` clauses, `and` taken apart, in order. Empty: always.
    pub when: Vec<Expr>,
    /// All must hold.
    pub valid: Vec<Valid>,
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    /// The wallet that the caps speak of.
    pub cap_wallet: Option<WalletIndex>,
    pub cap_mode: CapMode,
    pub returns: Returns,
    pub effects: Vec<Effect>,
    /// Where this form stands.
    pub span: Span,
}

impl RuleForm {
    /// A form without any clause.
    pub fn empty(span: Span) -> Self {
        Self {
            when: Vec::new(),
            valid: Vec::new(),
            limits: Vec::new(),
            caps: Vec::new(),
            cap_wallet: None,
            cap_mode: CapMode::Truncate,
            returns: Returns::Keep,
            effects: Vec::new(),
            span,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Valid {
    /// Local days, both included; each lasts till that time of the next day.
    Dates { from: Option<NaiveDate>, to: Option<NaiveDate>, till: NaiveTime },
    /// Microseconds since 1970, half-open.
    Instants { from: Option<i64>, to: Option<i64> },
    /// Local weekdays, which last as long.
    Weekdays { days: Vec<Weekday>, till: NaiveTime },
    /// Local times of day, half-open; `to` at or before `from` crosses midnight.
    Hours { from: NaiveTime, to: NaiveTime },
}

impl Valid {
    /// Lets the days of a `valid` last as long as its nights: where a range of hours goes beyond midnight, what is after it belongs
    /// to the evening before.
    pub fn nights(parts: &mut [Self]) {
        let nights = parts.iter().filter_map(|part| match part {
            Self::Hours { from, to } if to <= from => Some(*to),
            _ => None,
        });
        let end = nights.min().unwrap_or(NaiveTime::MIN);
        for part in parts {
            if let Self::Dates { till, .. } | Self::Weekdays { till, .. } = part {
                *till = end;
            }
        }
    }
}

/// Rules that share caps and limits.
#[derive(Debug, Clone)]
pub struct Group {
    pub name: String,
    pub rules: Vec<RuleIndex>,
    pub versions: Vec<Versioned<GroupForm>>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct GroupForm {
    pub limits: Vec<Limit>,
    pub caps: Vec<Cap>,
    pub cap_wallet: Option<WalletIndex>,
    pub cap_mode: CapMode,
}
