//! Why an event was refused: for the host, one at a time, with the field and how to mend it.

use core::fmt;
use core::str::FromStr;

use rust_decimal::Decimal;

use crate::amount;
use crate::time::Instant;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The closed list of reasons for which an event is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Refusal { $($(#[$doc])* $name,)* }

        impl Refusal {
            /// Every reason.
            pub const ALL: &'static [Refusal] = &[$(Refusal::$name,)*];

            /// The stable name, such as `missing_field`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Refusal::$name => $text,)* }
            }
        }
    };
}

refusals! {
    /// The text is no JSON object.
    InvalidJson = "invalid_json",
    /// The event has more bytes than the limit.
    EventTooLarge = "event_too_large",
    /// A list has more items than the limit.
    TooManyItems = "too_many_items",
    /// More follows from the event than the limit.
    TooManyDecisions = "too_many_decisions",
    /// A text or id is longer than the limit.
    TextTooLong = "text_too_long",
    /// A number has more digits than can be held exactly.
    NumberTooLong = "number_too_long",
    /// A field that the program needs is missing.
    MissingField = "missing_field",
    /// A field has a value of another type.
    WrongType = "wrong_type",
    /// An amount or quantity is below zero.
    NegativeAmount = "negative_amount",
    /// The program knows no such event.
    UnknownEvent = "unknown_event",
    /// The event is of another member than the state.
    WrongMember = "wrong_member",
    /// The event's money is of another currency than the program's.
    WrongCurrency = "wrong_currency",
    /// An instant that is none, or outside of 1970 to 2199.
    BadInstant = "bad_instant",
    /// Dated further ahead than the tolerance.
    FutureEvent = "future_event",
    /// Older than what is remembered, so that a duplicate could not be told.
    TooLate = "too_late",
    /// The id is known with another payload.
    Conflict = "conflict",
    /// The state has moved on since it was read.
    StaleState = "stale_state",
    /// The event names an order that is not known.
    UnknownOrder = "unknown_order",
    /// The order has no such line.
    UnknownLine = "unknown_line",
    /// More units than the order has left.
    TooManyUnits = "too_many_units",
    /// More money than the order has left.
    RefundExceedsOrder = "refund_exceeds_order",
    /// Nothing of the order is left to return.
    AlreadyReturned = "already_returned",
    /// The order is too old to be returned.
    ReturnWindowClosed = "return_window_closed",
    /// More is to be spent than there is.
    InsufficientBalance = "insufficient_balance",
    /// Points go to nobody, or to their own sender.
    UnknownReceiver = "unknown_receiver",
    /// Points come back that this member has not sent, or not so many.
    UnknownTransfer = "unknown_transfer",
    /// A member brings itself, by its own id, another account of its own, or what it is known by.
    SelfReferral = "self_referral",
    /// The friend is known by what another friend of the member was.
    KnownFriend = "known_friend",
    /// A referral is taken back or refused that this member knows nothing of.
    UnknownReferral = "unknown_referral",
    /// The account was merged into another one, or erased.
    MemberClosed = "member_closed",
    /// The account is paused.
    MemberPaused = "member_paused",
    /// The program has no reward of that name.
    UnknownReward = "unknown_reward",
    /// No such hold, or no longer.
    UnknownHold = "unknown_hold",
    /// A condition of what is asked for does not hold.
    NotEligible = "not_eligible",
    /// A limit is used up.
    LimitReached = "limit_reached",
    /// The program has no wallet of that name.
    UnknownWallet = "unknown_wallet",
    /// The program has no ladder or level of that name.
    UnknownLevel = "unknown_level",
    /// The program has no coupon of that name that could be issued.
    UnknownCoupon = "unknown_coupon",
    /// The program has no wheel, quiz or survey of that name.
    UnknownGame = "unknown_game",
    /// The program has no message of that name that may be broadcast.
    UnknownMessage = "unknown_message",
    /// The program has no segment of that name.
    UnknownSegment = "unknown_segment",
    /// The program has no leaderboard of that name.
    UnknownLeaderboard = "unknown_leaderboard",
    /// The standings of the leaderboard have not said so.
    Forged = "forged",
    /// The leaderboard has no end, or has not come to one.
    NotOver = "not_over",
    /// Parts of different questions, which cannot be put together.
    NotAlike = "not_alike",
    /// The member was not asked that quiz or survey.
    NotAsked = "not_asked",
    /// The question has been answered, and was not asked again.
    AlreadyAnswered = "already_answered",
    /// The time for an answer is over.
    QuestionClosed = "question_closed",
    /// None of the answers that there are.
    UnknownAnswer = "unknown_answer",
    /// The event needs chance, and the host has given the program no secret.
    NoSecret = "no_secret",
    /// The program has no challenge of that name to opt in to.
    UnknownChallenge = "unknown_challenge",
    /// The challenge is over.
    ChallengeClosed = "challenge_closed",
    /// A rule of the program refuses the event.
    RefusedByRule = "refused_by_rule",
    /// An amount beyond what can be held exactly.
    Overflow = "overflow",
    /// The member's state was made by another program.
    OtherProgram = "other_program",
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A refused event: what is wrong, where, and how to mend it. The member's state is as it was before.
///
/// ```
/// use loyalty_core::{Instant, Program};
///
/// let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
///     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// let event = r#"{"type":"order","id":"o-1","member":"m-1","at":"2026-01-02T10:00:00Z"}"#;
/// let error = program.apply(&mut member, event).unwrap_err();
/// assert_eq!((error.code().as_str(), error.field()), ("missing_field", Some("subtotal")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError(Box<Told>);

/// What a refusal says. It lies behind a pointer, for every value that is read may be refused and hardly any is: what all
/// those calls return has to be small.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    code: Refusal,
    field: Option<String>,
    expected: Option<String>,
    found: Option<String>,
    help: Option<String>,
    refused: Option<RefusedBy>,
}

/// The rule that refused an event, and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RefusedBy {
    rule: Box<str>,
    text: Option<Box<str>>,
}

impl EventError {
    #[cold]
    pub(crate) fn new(code: Refusal) -> Self {
        Self(Box::new(Told { code, field: None, expected: None, found: None, help: None, refused: None }))
    }

    /// The rule that refuses, and what it says.
    pub(crate) fn by_rule(mut self, rule: &str, text: Option<Box<str>>) -> Self {
        self.0.refused = Some(RefusedBy { rule: rule.into(), text });
        self
    }

    /// What was found, whole: what made a rule refuse.
    pub(crate) fn because(mut self, found: String) -> Self {
        self.0.found = Some(found);
        self
    }

    /// For an [`crate::Input`] of a host whose object cannot be read at all: what it found instead of one.
    #[must_use]
    pub fn unreadable(found: &str) -> Self {
        Self::new(Refusal::InvalidJson).expecting("one JSON object").but_found(found)
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    pub(crate) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.0.expected = Some(expected.into());
        self
    }

    /// What came instead, cut to a length that fits a message.
    pub(crate) fn but_found(mut self, found: impl AsRef<str>) -> Self {
        let found = found.as_ref();
        let cut: String = found.chars().take(60).collect();
        self.0.found = Some(if cut.len() < found.len() { format!("{cut}…") } else { cut });
        self
    }

    pub(crate) fn advising(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Puts a place before the field: `lines[2].` before `amount`.
    pub(crate) fn within(mut self, place: &str) -> Self {
        let field = self.0.field.take().unwrap_or_default();
        self.0.field = Some(if field.is_empty() { place.to_owned() } else { format!("{place}.{field}") });
        self
    }
}

/// Refuses an amount that has more digits after the point than what it is an amount of.
pub fn not_finer(found: Decimal, decimals: u32, field: &str) -> Result<(), EventError> {
    if found.normalize().scale() <= decimals {
        return Ok(());
    }
    let expected = format!("at most {decimals} decimals");
    Err(EventError::new(Refusal::WrongType).in_field(field).expecting(expected).but_found(amount::text(found)))
}

/// What the host reads of an error.
impl EventError {
    /// The stable reason.
    #[must_use]
    pub fn code(&self) -> Refusal {
        self.0.code
    }

    /// The field that is wrong, as a path such as `lines[2].amount`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The rule of the program that refused the event; see `refuse` in `docs/language.md`.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.0.refused.as_ref().map(|refused| &*refused.rule)
    }

    /// What that rule says to the member, in the member's language; nothing where a value that it tells is missing.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.0.refused.as_ref()?.text.as_deref()
    }

    /// What was expected.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.0.expected.as_deref()
    }

    /// What came.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.0.found.as_deref()
    }

    /// The error as JSON: `{"error": code, "field": …, "expected": …, "found": …, "help": …}`, of a rule that refuses with
    /// `rule` and `text`.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    /// The same as a document.
    #[must_use]
    pub fn to_document(&self) -> crate::wire::document::Document {
        crate::wire::json::error(self)
    }

    /// How to mend it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
}

impl From<crate::amount::Overflow> for EventError {
    fn from(_: crate::amount::Overflow) -> Self {
        Self::new(Refusal::Overflow)
            .expecting("amounts that fit 28 digits and balances within 64 bits")
            .advising("look for an amount of a wrong unit in the event or for a rate that is far too high")
    }
}

/// [`Instant::parse`] for what a host was given as text: what is no instant is refused as it would be in an event.
impl EventError {
    /// Says what a text lacks that would be an instant with it.
    pub(crate) fn without_offset(self, text: &str) -> Self {
        match Instant::parse(&format!("{text}Z")) {
            Some(_) => {
                self.advising("say how far its clock is from UTC: `+08:00` behind the time, or `Z` for UTC itself")
            }
            None => self,
        }
    }
}

impl FromStr for Instant {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        Self::parse(text).ok_or_else(|| {
            let refused = EventError::new(Refusal::BadInstant)
                .expecting("an instant such as 2026-11-21T10:00:00+08:00, from 1970 to 2199")
                .but_found(format!("`{text}`"));
            refused.without_offset(text)
        })
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.code)?;
        if let Some(rule) = self.rule() {
            write!(formatter, ": rule `{rule}`")?;
        }
        if let Some(text) = self.text() {
            write!(formatter, ": {text}")?;
        }
        if let Some(field) = &self.0.field {
            write!(formatter, ": `{field}`")?;
        }
        if let Some(expected) = &self.0.expected {
            write!(formatter, ": expected {expected}")?;
        }
        if let Some(found) = &self.0.found {
            write!(formatter, ", found {found}")?;
        }
        if let Some(help) = &self.0.help {
            write!(formatter, " ({help})")?;
        }
        Ok(())
    }
}

impl std::error::Error for EventError {}
