//! Which clauses a declaration holds, how often, and which of them hold from which day.

use chrono::NaiveDate;

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::ladder::LadderClause;
use crate::syntax::message::Translation;
use crate::syntax::nearest::nearest;
use crate::syntax::tree::{Clause, ClauseKind, Name};

/// A declaration that holds clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Program,
    Wallet,
    Rule,
    Group,
    Tiers,
    Coupon,
    CouponPolicy,
    Challenge,
    Referral,
    /// Effects that another declaration holds.
    Block,
    Reward,
}

/// Kinds of clauses; a `from` block replaces all clauses of the kinds that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Version,
    Currency,
    Timezone,
    Week,
    Year,
    Languages,
    History,
    ReturnsPolicy,
    ReturnsWithin,
    Future,
    Holds,
    Tender,
    Decimals,
    Round,
    Multipliers,
    Vest,
    Expire,
    SpendOrder,
    Clawback,
    Restore,
    HoldAtMost,
    When,
    Valid,
    Limit,
    Cap,
    Effect,
    From,
    Benefit,
    Level,
    Rise,
    Keep,
    Grace,
    Fall,
    Retain,
    Seen,
    Carry,
    LadderReturns,
    ValidFor,
    Budget,
    Usage,
    Minted,
    /// `marketing at most 2 per week`, which is not the `at most 3 times` of a coupon.
    MessagesAtMost,
    /// `within 2 days`, which is not the window of a challenge.
    AnswerWithin,
    /// A clause that has no kind of its own here, by the word that introduces it.
    Word(&'static str),
}

/// The clauses in force from a day on.
#[derive(Debug, Clone)]
pub(super) struct InForce<'a> {
    pub from: Option<NaiveDate>,
    pub clauses: Vec<&'a Clause>,
    /// The `from` block; nothing for the first.
    pub span: Option<Span>,
}

impl Kind {
    pub(super) fn of(clause: &ClauseKind) -> Self {
        match clause {
            ClauseKind::Version(_) => Self::Version,
            ClauseKind::Currency(_) => Self::Currency,
            ClauseKind::Timezone(_) => Self::Timezone,
            ClauseKind::Week(_) => Self::Week,
            ClauseKind::Year(_) => Self::Year,
            ClauseKind::Languages(_) => Self::Languages,
            ClauseKind::History(_) => Self::History,
            ClauseKind::Returns { policy: None, .. } => Self::ReturnsWithin,
            ClauseKind::Returns { .. } => Self::ReturnsPolicy,
            ClauseKind::Future(_) => Self::Future,
            ClauseKind::Holds(_) => Self::Holds,
            ClauseKind::Tender(_) => Self::Tender,
            ClauseKind::Decimals(_) => Self::Decimals,
            ClauseKind::Round { .. } => Self::Round,
            ClauseKind::Multipliers(_) => Self::Multipliers,
            ClauseKind::Vest(_) => Self::Vest,
            ClauseKind::Expire { .. } => Self::Expire,
            ClauseKind::SpendOrder(_) => Self::SpendOrder,
            ClauseKind::Clawback(_) => Self::Clawback,
            ClauseKind::Restore { .. } => Self::Restore,
            ClauseKind::HoldAtMost(_) => Self::HoldAtMost,
            ClauseKind::When(_) => Self::When,
            ClauseKind::Valid(_) => Self::Valid,
            ClauseKind::Limit(_) => Self::Limit,
            ClauseKind::Cap { .. } => Self::Cap,
            ClauseKind::Effect(_) => Self::Effect,
            ClauseKind::From { .. } => Self::From,
            ClauseKind::Ladder(LadderClause::Benefit { .. }) => Self::Benefit,
            ClauseKind::Ladder(LadderClause::Level { .. }) => Self::Level,
            ClauseKind::Ladder(LadderClause::Rise(_)) => Self::Rise,
            ClauseKind::Ladder(LadderClause::Keep(_)) => Self::Keep,
            ClauseKind::Ladder(LadderClause::Grace(_)) => Self::Grace,
            ClauseKind::Ladder(LadderClause::Fall(_)) => Self::Fall,
            ClauseKind::Ladder(LadderClause::Retain(_)) => Self::Retain,
            ClauseKind::Ladder(LadderClause::Seen { .. }) => Self::Seen,
            ClauseKind::Ladder(LadderClause::Carry(_)) => Self::Carry,
            ClauseKind::Ladder(LadderClause::Returns(_)) => Self::LadderReturns,
            ClauseKind::Engagement(EngagementClause::ValidFor(_)) => Self::ValidFor,
            ClauseKind::Engagement(EngagementClause::Budget { .. }) => Self::Budget,
            ClauseKind::Engagement(EngagementClause::Usage { .. }) => Self::Usage,
            ClauseKind::Engagement(EngagementClause::Minted { .. }) => Self::Minted,
            ClauseKind::Engagement(EngagementClause::AtMost { .. }) => Self::MessagesAtMost,
            ClauseKind::Engagement(EngagementClause::AnswerWithin(_)) => Self::AnswerWithin,
            ClauseKind::Referral(clause) => Self::Word(clause.word()),
            ClauseKind::Engagement(clause) => Self::Word(clause.word()),
        }
    }

    /// The word that introduces it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Currency => "currency",
            Self::Timezone => "timezone",
            Self::Week => "week",
            Self::Year => "year",
            Self::Languages => "languages",
            Self::History => "history",
            Self::ReturnsPolicy => "returns",
            Self::ReturnsWithin => "returns within",
            Self::Future => "future",
            Self::Holds => "holds",
            Self::Tender => "tender",
            Self::Decimals => "decimals",
            Self::Round => "round",
            Self::Multipliers => "multipliers",
            Self::Vest => "vest",
            Self::Expire => "expire",
            Self::SpendOrder => "spend … first",
            Self::Clawback => "clawback",
            Self::Restore => "restore",
            Self::HoldAtMost => "hold at most",
            Self::When => "when",
            Self::Valid => "valid",
            Self::Limit => "limit",
            Self::Cap => "cap",
            Self::Effect => "earn",
            Self::From => "from",
            Self::Benefit => "benefit",
            Self::Level => "level",
            Self::Rise => "rise",
            Self::Keep => "keep",
            Self::Grace => "grace",
            Self::Fall => "fall",
            Self::Retain => "retain",
            Self::Seen => "seen",
            Self::Carry => "carry",
            Self::LadderReturns => "returns",
            Self::ValidFor => "valid",
            Self::Budget => "budget",
            Self::Usage => "usage",
            Self::Minted => "codes",
            Self::MessagesAtMost => "at most",
            Self::AnswerWithin => "within",
            Self::Word(word) => word,
        }
    }

    /// Whether several of it add up.
    fn repeats(self) -> bool {
        matches!(
            self,
            Self::When
                | Self::Valid
                | Self::Limit
                | Self::Cap
                | Self::Effect
                | Self::Expire
                | Self::From
                | Self::Benefit
                | Self::Level
                | Self::Word("goal" | "reach" | "up to")
        )
    }

    /// Whether it says something that no day changes.
    fn fixed(self) -> bool {
        matches!(
            self,
            Self::Holds
                | Self::Tender
                | Self::Decimals
                | Self::Benefit
                | Self::Word(
                    "count"
                        | "steps"
                        | "within"
                        | "opt in"
                        | "after"
                        | "freeze"
                        | "qualify"
                        | "settle"
                        | "terms"
                        | "share"
                )
        )
    }
}

impl Holder {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Wallet => "wallet",
            Self::Rule => "rule",
            Self::Group => "group",
            Self::Tiers => "tiers",
            Self::Coupon => "coupon",
            Self::CouponPolicy => "policy coupons",
            Self::Challenge => "challenge",
            Self::Referral => "referral",
            Self::Block => "block of effects",
            Self::Reward => "reward",
        }
    }

    pub(super) const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Program => &[
                Kind::Version,
                Kind::Currency,
                Kind::Timezone,
                Kind::Week,
                Kind::Year,
                Kind::Languages,
                Kind::History,
                Kind::ReturnsPolicy,
                Kind::ReturnsWithin,
                Kind::Future,
            ],
            Self::Wallet => &[
                Kind::Holds,
                Kind::Tender,
                Kind::Decimals,
                Kind::Round,
                Kind::Multipliers,
                Kind::Vest,
                Kind::Expire,
                Kind::SpendOrder,
                Kind::Clawback,
                Kind::Restore,
                Kind::HoldAtMost,
                Kind::Cap,
                Kind::From,
            ],
            Self::Rule => {
                &[Kind::When, Kind::Valid, Kind::Limit, Kind::Cap, Kind::ReturnsPolicy, Kind::Effect, Kind::From]
            }
            Self::Group => &[Kind::Limit, Kind::Cap, Kind::From],
            Self::Reward => &[
                Kind::Word("cost"),
                Kind::Word("steps of"),
                Kind::Word("at least"),
                Kind::Word("up to"),
                Kind::Word("all or nothing"),
                Kind::Word("same order counts"),
                Kind::Word("hold for"),
                Kind::When,
                Kind::Valid,
                Kind::Limit,
                Kind::Word("give"),
                Kind::From,
            ],
            Self::Tiers => &[
                Kind::Benefit,
                Kind::Level,
                Kind::Rise,
                Kind::Keep,
                Kind::Grace,
                Kind::Fall,
                Kind::Retain,
                Kind::Seen,
                Kind::Carry,
                Kind::LadderReturns,
                Kind::From,
            ],
            Self::Referral => &[
                Kind::Word("qualify"),
                Kind::Word("within"),
                Kind::Word("settle"),
                Kind::Word("terms"),
                Kind::ReturnsPolicy,
                Kind::Limit,
                Kind::Word("friend"),
                Kind::Word("advocate"),
                Kind::Word("reach"),
                Kind::Word("share"),
                Kind::From,
            ],
            Self::CouponPolicy => &[Kind::Word("choose"), Kind::Word("codes"), Kind::Word("floor")],
            Self::Coupon => &[
                Kind::Word("give"),
                Kind::Word("up to"),
                Kind::Word("at most"),
                Kind::Word("groups"),
                Kind::Word("spread"),
                Kind::Word("split"),
                Kind::Word("basis"),
                Kind::Word("floor"),
                Kind::When,
                Kind::Word("judge"),
                Kind::Valid,
                Kind::ValidFor,
                Kind::Minted,
                Kind::Limit,
                Kind::Budget,
                Kind::Usage,
                Kind::ReturnsPolicy,
                Kind::Word("priority"),
                Kind::Word("group"),
                Kind::Word("stack"),
                Kind::Word("stop"),
                Kind::From,
            ],
            Self::Challenge => &[
                Kind::Word("count"),
                Kind::Word("steps"),
                Kind::Word("within"),
                Kind::Word("goal"),
                Kind::Word("reward"),
                Kind::Word("repeat"),
                Kind::Word("carry"),
                Kind::Word("opt in"),
                Kind::Word("after"),
                Kind::Word("freeze"),
                Kind::Word("tolerance"),
                Kind::Word("migrate"),
                Kind::When,
                Kind::ReturnsPolicy,
                Kind::From,
            ],
            Self::Block => &[Kind::When, Kind::Limit, Kind::Cap, Kind::Effect],
        }
    }

    fn list(self) -> String {
        let mut words: Vec<String> = self
            .kinds()
            .iter()
            .map(|kind| {
                if *kind == Kind::Effect {
                    "effects such as `earn`".to_owned()
                } else if *kind == Kind::Level {
                    "levels such as `gold from 500 MYR`".to_owned()
                } else if *kind == Kind::Word("count") {
                    "`count`, `sum`, `streak` or `max`".to_owned()
                } else {
                    format!("`{}`", kind.word())
                }
            })
            .collect();
        words.dedup();
        words.join(", ")
    }
}

/// The most forms that one declaration may have over time.
const FORMS_MAX: usize = 100;

impl<'a> Checker<'a> {
    /// The clauses of a declaration day by day, the first from the beginning.
    pub(super) fn in_force(&mut self, holder: Holder, clauses: &'a [Clause]) -> Vec<InForce<'a>> {
        let first: Vec<&Clause> = clauses.iter().filter(|clause| self.belongs(holder, clause, false)).collect();
        self.repeated(&first);
        let mut forms = vec![InForce { from: None, clauses: first, span: None }];
        let mut last = None;
        for clause in clauses {
            let ClauseKind::From { date, clauses: inner } = &clause.kind else { continue };
            if !holder.kinds().contains(&Kind::From) {
                continue;
            }
            if forms.len() > FORMS_MAX {
                self.report(
                    Diagnostic::new(Code::TooMany, clause.span, format!("more than {FORMS_MAX} `from` blocks"))
                        .at("the first one too many"),
                );
                break;
            }
            let head = Span::new(clause.span.start, inner.first().map_or(clause.span.end, |first| first.span.start));
            self.ascending(last, *date, head);
            last = Some((*date, head));
            let new: Vec<&Clause> = inner.iter().filter(|clause| self.belongs(holder, clause, true)).collect();
            self.repeated(&new);
            // A level adds to what was said of it before; everything else takes the place of its kind.
            let replaced: Vec<Kind> =
                new.iter().map(|clause| Kind::of(&clause.kind)).filter(|kind| *kind != Kind::Level).collect();
            let before = forms.last().map_or(&[][..], |form| &form.clauses);
            let mut clauses: Vec<&Clause> =
                before.iter().copied().filter(|clause| !replaced.contains(&Kind::of(&clause.kind))).collect();
            clauses.extend(new);
            forms.push(InForce { from: Some(*date), clauses, span: Some(clause.span) });
        }
        forms
    }

    /// Whether the clause may stand here; `from` blocks may, and are no clause in force themselves.
    fn belongs(&mut self, holder: Holder, clause: &Clause, dated: bool) -> bool {
        let kind = Kind::of(&clause.kind);
        if let ClauseKind::Engagement(EngagementClause::Translation(Translation { language: word, .. })) = &clause.kind
        {
            self.not_a_clause(holder, word);
            return false;
        }
        // A word and a percent are read as an arm of an experiment, wherever they stand.
        if let ClauseKind::Engagement(EngagementClause::Arm { name, .. }) = &clause.kind
            && !holder.kinds().contains(&kind)
        {
            match &*name.text {
                "give" | "discount" if holder == Holder::Coupon => self.report(
                    Diagnostic::new(Code::ClauseNotAllowed, clause.span, "nothing says what this is taken off")
                        .help("write `give 10% off order`"),
                ),
                _ => self.not_a_clause(holder, name),
            }
            return false;
        }
        if matches!(holder, Holder::Rule | Holder::Challenge)
            && matches!(&clause.kind, ClauseKind::Returns { within: Some(_), .. })
            || !holder.kinds().contains(&kind)
        {
            let word = if kind == Kind::Effect { "an effect".to_owned() } else { format!("`{}`", kind.word()) };
            self.report(
                Diagnostic::new(
                    Code::ClauseNotAllowed,
                    clause.span,
                    format!("{word} does not belong in a `{}`", holder.word()),
                )
                .help(match (holder, kind) {
                    (Holder::Challenge, Kind::AnswerWithin) => {
                        "say from when it counts: `within 30 days of signup`; or write `within each month` or \
                         `within 2026-11-01 .. 2026-12-31`"
                            .to_owned()
                    }
                    (Holder::Coupon, Kind::MessagesAtMost) => {
                        "how often a coupon may be used is its `limit`: `limit 2 per member per week`".to_owned()
                    }
                    _ => format!("a `{}` holds {}", holder.word(), holder.list()),
                }),
            );
            return false;
        }
        if dated && kind.fixed() {
            self.report(
                Diagnostic::new(
                    Code::FixedForever,
                    clause.span,
                    format!("`{}` cannot change from a day on", kind.word()),
                )
                .help("what members already have would change its meaning; declare another one"),
            );
            return false;
        }
        if dated && kind == Kind::From {
            self.report(
                Diagnostic::new(Code::ClauseNotAllowed, clause.span, "a `from` block holds no other")
                    .help("write one after the other"),
            );
        }
        kind != Kind::From
    }

    /// Reports a word before a text, which is how a message is told in a language: here it was to be a clause.
    fn not_a_clause(&mut self, holder: Holder, word: &Name) {
        let kinds: Vec<&str> = holder.kinds().iter().map(|kind| kind.word()).collect();
        let known = kinds.contains(&&*word.text);
        let message = match known {
            true => format!("`{}` does not say all that it needs", word.text),
            false => format!("`{}` is no clause of a `{}`", word.text, holder.word()),
        };
        let found = Diagnostic::new(Code::ClauseNotAllowed, word.span, message);
        let near = nearest(&word.text, &kinds);
        self.report(match known {
            true if &*word.text == "codes" => found.help(
                "the code of a coupon is its name; one that is `issued` mints its own, as in `codes \"BDAY\" length 16`",
            ),
            false if !near.is_empty() => found.candidates(near),
            _ => found.help(format!("a `{}` holds {}", holder.word(), holder.list())),
        });
    }

    fn repeated(&mut self, clauses: &[&'a Clause]) {
        let mut seen: std::collections::BTreeMap<Kind, Span> = std::collections::BTreeMap::new();
        for clause in clauses {
            let kind = Kind::of(&clause.kind);
            match seen.get(&kind).copied() {
                Some(before) if !kind.repeats() => self.said_twice(clause, kind.word(), before),
                Some(_) => {}
                None => {
                    seen.insert(kind, clause.span);
                }
            }
        }
    }
}
