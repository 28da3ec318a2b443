//! The closed list of reasons for which an event is refused: the engine gives them, and tests of a program expect them.

use core::fmt;

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
    /// The event has more fields of its own than the limit.
    TooManyFields = "too_many_fields",
    /// Values are nested more deeply than the limit.
    TooDeep = "too_deep",
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
    /// Money comes back of an event that has several amounts of it, and nothing says of which.
    AmbiguousAmount = "ambiguous_amount",
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
    /// The program has no badge of that name.
    UnknownBadge = "unknown_badge",
    /// The member has nothing of what staff want to take back.
    NothingToRevoke = "nothing_to_revoke",
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
