//! The closed list of codes.

use super::Severity;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $severity:ident,)*) => {
        /// A stable code. `L` codes are errors, `W` codes warnings; the numbers never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it is printed, such as `L0201`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// Whether the code stands for an error or a warning.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    // L01: the text itself.
    /// Something else was expected here.
    Syntax = "L0101" Error,
    /// The text nests deeper than the limit.
    TooDeep = "L0102" Error,
    /// The text is longer than the limit.
    TooLong = "L0103" Error,
    /// A number that cannot be held exactly.
    BadNumber = "L0104" Error,
    /// A date, time or instant that no calendar has.
    BadDate = "L0105" Error,
    /// An escape in a text that the language does not know.
    BadEscape = "L0106" Error,

    // L02: what the text means. Names.
    /// No value of that name can be read.
    UnknownName = "L0201" Error,
    /// The event, record or member has no such field.
    UnknownField = "L0202" Error,
    /// No event of that name.
    UnknownEvent = "L0203" Error,
    /// No wallet of that name.
    UnknownWallet = "L0204" Error,
    /// No rule of that name.
    UnknownRule = "L0205" Error,
    /// No function of that name.
    UnknownFunction = "L0206" Error,
    /// No unit of that name.
    UnknownUnit = "L0207" Error,
    /// No type or record of that name.
    UnknownType = "L0208" Error,
    /// No currency of ISO 4217.
    UnknownCurrency = "L0209" Error,
    /// No time zone of the IANA database.
    UnknownZone = "L0210" Error,
    /// Declared twice.
    Duplicate = "L0211" Error,
    /// The name already means something in the language.
    Reserved = "L0212" Error,
    /// A standard field redeclared with another type.
    FieldTypeChanged = "L0213" Error,
    /// Money is used and the program names no currency.
    NoCurrency = "L0214" Error,
    /// A part of the language that this version reads and does not run.
    NotBuilt = "L0215" Error,
    /// No ladder of that name.
    UnknownLadder = "L0216" Error,
    /// The ladder has no level of that name.
    UnknownLevel = "L0217" Error,

    // Types and units.
    /// Two units that cannot meet.
    MixedUnits = "L0220" Error,
    /// A value of another type than the place needs.
    WrongType = "L0221" Error,
    /// Something that exists and cannot be read in this place.
    OutOfReach = "L0222" Error,
    /// The place needs a constant.
    NotConstant = "L0223" Error,
    /// A `match` that leaves values out.
    NotExhaustive = "L0224" Error,
    /// A call with the wrong number of arguments.
    ArgumentCount = "L0225" Error,
    /// A list where one value is needed, or the reverse.
    ListMisuse = "L0226" Error,
    /// The amount and the wallet do not go together.
    WrongWallet = "L0227" Error,

    // Clauses.
    /// The declaration does not hold this clause.
    ClauseNotAllowed = "L0230" Error,
    /// A clause given twice.
    DuplicateClause = "L0231" Error,
    /// `from` blocks out of order.
    FromOrder = "L0232" Error,
    /// Something that cannot change from a day on.
    FixedForever = "L0233" Error,
    /// A number outside what the clause takes.
    OutOfRange = "L0234" Error,
    /// A window that ends before it begins.
    EmptyWindow = "L0235" Error,
    /// A yearly day that not every year has.
    NoSuchDay = "L0236" Error,
    /// `vest on` an event that names no order.
    VestEvent = "L0237" Error,
    /// `multiply` of rules that cannot be multiplied together.
    BadMultiply = "L0238" Error,
    /// A rule or a group without anything to do.
    NoEffect = "L0239" Error,
    /// Defaults, segments or rules that lead back to themselves.
    Cycle = "L0240" Error,
    /// `history` shorter than the return window.
    HistoryTooShort = "L0241" Error,
    /// More declarations or expressions than the limit.
    TooMany = "L0242" Error,
    /// Levels out of order, or without a way to reach them.
    LevelOrder = "L0243" Error,
    /// Levels that need a time for which they are kept.
    NoKeep = "L0244" Error,
    /// A period that cannot be told from the measures of a ladder.
    NoPeriod = "L0245" Error,
    /// A condition whose instant of change cannot be known beforehand.
    Unwatchable = "L0246" Error,
    /// `transfer` in a rule on no event, or `accept` in one on another event than `received`.
    TransferEvent = "L0250" Error,
    /// `codes` in a coupon that is not issued.
    MintsForNobody = "L0276" Error,
    /// Minted codes with a prefix or a length that codes do not have.
    CodeForm = "L0277" Error,
    /// Coupons whose names are the same code.
    SameCode = "L0278" Error,
    /// A budget of points that the coupon does not give, or of money where it takes none off.
    IdleBudget = "L0279" Error,
    /// No coupon of that name.
    UnknownCoupon = "L0280" Error,
    /// `issue` of a coupon that is not issued.
    NotIssued = "L0281" Error,
    /// `valid` for a length in a coupon that is not issued.
    ValidFor = "L0282" Error,
    /// A budget of something else than the program's money.
    BudgetUnit = "L0283" Error,
    /// A referral that says nothing of what counts, or gives nobody anything.
    IncompleteReferral = "L0251" Error,
    /// What brings a friend is no text of an event.
    ReferralBy = "L0252" Error,
    // Quizzes and surveys.
    /// A quiz or a survey that asks nothing, or that nobody could answer.
    IncompleteQuestion = "L0253" Error,
    /// A scale that does not go up, or one beside choices.
    BadScale = "L0254" Error,
    /// No choice of that name in the quiz.
    UnknownChoice = "L0255" Error,
    /// Two choices that what members write could not tell apart.
    ChoicesAlike = "L0256" Error,
    /// `say` of a quiz or a survey.
    AskedNotSaid = "L0257" Error,
    /// A card that would never lapse, or that says itself when it does.
    CardEnd = "L0258" Error,
    /// `opt in` of a challenge in which everybody takes part.
    NoOptIn = "L0259" Error,
    // What coupons give.
    /// A coupon that would lower what no coupon can.
    GiveTarget = "L0287" Error,
    /// A discount that is none: more than all, nothing, or in the wrong unit.
    GiveAmount = "L0288" Error,
    /// A clause that has nothing to do with what the coupon gives.
    GiveClause = "L0289" Error,
    /// A coupon that would stand beside itself, or a group that chooses in two ways.
    Stacking = "L0290" Error,
    /// A floor that is no price of a unit.
    FloorUnit = "L0291" Error,
    /// Steps that do not ascend, or of two kinds.
    Steps = "L0292" Error,

    // Badges, games and experiments.
    /// No badge, wheel, quiz, survey or experiment of that name.
    UnknownGame = "L0270" Error,
    /// A badge with levels and a condition beside them.
    BadgeLevels = "L0271" Error,
    /// Shares that do not add up to 100 %, or weights to nothing.
    ShareSum = "L0272" Error,
    // Challenges.
    /// A goal of nothing, or goals out of order.
    BadGoal = "L0260" Error,
    /// Challenges that wait for each other.
    ChallengeCycle = "L0261" Error,
    /// No challenge of that name, or no goal of that name in it.
    UnknownChallenge = "L0262" Error,
    /// A challenge that counts nothing, or several things.
    NoProgress = "L0263" Error,
    /// A window that does not fit what is counted in it.
    BadWindow = "L0264" Error,
    /// A clause that needs another one beside it.
    BadRound = "L0265" Error,
    // Leaderboards.
    /// Members put in order by what is no number.
    BoardScore = "L0266" Error,
    /// What is won at the end, and no end.
    BoardEnd = "L0267" Error,
    /// Places that are won in no order, or by nobody.
    BoardPlaces = "L0268" Error,
    // Rewards.
    /// A reward without a price, or with clauses that do not go with it.
    BadCost = "L0294" Error,
    /// No reward of that name.
    UnknownReward = "L0295" Error,
    /// A reward that reads the order, redeemed where there is none.
    RewardOfOrder = "L0296" Error,
    /// One number asked of a reward that has prices in several wallets, or a rate.
    MixedPrices = "L0297" Error,
    // Messages and conversation.
    /// The text of a message that cannot be read.
    BadMessageText = "L0300" Error,
    /// No message of that name.
    UnknownMessage = "L0301" Error,
    /// No category of messages of that name.
    UnknownCategory = "L0302" Error,
    /// A language that the program or the library does not know.
    UnknownLanguage = "L0303" Error,
    /// A message without a text, or a label without one in some language.
    MissingText = "L0304" Error,
    /// More or longer than the protocol of messages allows.
    ProtocolLimit = "L0305" Error,
    /// Parts of a message that do not go together.
    MessageParts = "L0306" Error,
    /// A value that cannot be told in this way.
    WrongFormat = "L0307" Error,
    /// A plural or a select without a branch that it needs.
    MissingBranch = "L0308" Error,
    /// A branch that can never be chosen.
    UnknownBranch = "L0309" Error,
    /// Texts that nothing could match, or the same one twice.
    BadMatching = "L0310" Error,
    /// A wallet of points as a tender, or one kind of tender for two wallets.
    NoTender = "L0298" Error,
    /// A policy that does not exist, or one that contradicts itself.
    BadPolicy = "L0311" Error,
    /// A reply that is to be said to many.
    BroadcastReply = "L0312" Error,
    // Refusals.
    /// `refuse` of what has happened already, or of no event.
    RefusedEvent = "L0313" Error,
    /// `refuse` beside what does not happen then.
    RefusedAlone = "L0314" Error,
    /// `returns revoke` of a coupon that takes nothing off lines.
    IdleReturns = "L0315" Error,
    /// A cap or limit that is not known for every member.
    MayBeMissing = "L0318" Error,
    /// `returns revoke` of a rule that no event sets off.
    NotJudgedAgain = "L0319" Error,
    /// A test that expects a refusal by a code that there is not.
    UnknownRefusal = "L0320" Error,
    /// A share, for who has brought a friend, of what is no money that the friend has paid.
    ReferralShare = "L0321" Error,
    /// A reward that is to take something off a price.
    RewardDiscount = "L0330" Error,
    /// A balance where an amount is meant.
    BalanceForAmount = "L0331" Error,

    // W02: legal and surely not what was meant.
    /// A rule that can never fire.
    NeverFires = "W0201" Warning,
    /// A condition that is always true.
    AlwaysTrue = "W0202" Warning,
    /// A wallet that nothing earns into.
    UnusedWallet = "W0203" Warning,
    /// A pattern that an earlier one covers.
    UnreachablePattern = "W0204" Warning,
    /// A field hides a value of the same name.
    Shadowed = "W0205" Warning,
    /// A limit that another one makes pointless.
    UselessLimit = "W0206" Warning,
    /// An earning of nothing, or one that no cap lets through.
    NeverEarned = "W0221" Warning,
    /// Points that nobody can ever spend, or a price that nobody can ever pay.
    NeverSpent = "W0222" Warning,
    /// A measure that nothing reads.
    UnusedMeasure = "W0216" Warning,
    /// A coupon that no rule issues.
    NeverIssued = "W0217" Warning,
    /// A badge that nothing gives.
    NeverAwarded = "W0214" Warning,
    /// A quiz or a survey that no rule asks.
    NeverAsked = "W0211" Warning,
    /// A text that a rule answers to, so that it is never an answer.
    AnswerTaken = "W0212" Warning,
    /// Choices in a list without a text that opens it.
    UntitledList = "W0213" Warning,
    /// A leaderboard that shows members who were not asked.
    BoardConsent = "W0215" Warning,
    /// A goal for which the window has no room.
    GoalOutOfReach = "W0210" Warning,
    /// A referral whose friends may return everything, and the advocate keeps its part.
    UnsettledReferral = "W0223" Warning,
    /// A message that no rule says and that no broadcast could.
    NeverSaid = "W0225" Warning,
    /// A plural without a branch for a category that its language has.
    PluralGap = "W0226" Warning,
    /// Messages that promote, and nobody is asked.
    NoConsent = "W0227" Warning,
    /// A text that two rules answer to.
    MatchedTwice = "W0228" Warning,
    /// A broadcast that nobody may be told whose window is closed.
    BroadcastOutside = "W0229" Warning,
    /// An exclusion that what is missing does not meet either.
    MissingIsNoOther = "W0230" Warning,
    /// A sum of which a part may be missing.
    MissingInSum = "W0235" Warning,
    /// A birthday that is compared with the day of an event.
    BirthdayOnce = "W0231" Warning,
    /// A sum over lines that is rounded all at once, where the wallet rounds by the line.
    RoundedAtOnce = "W0232" Warning,
    /// A clause of the whole rule that stands behind one of its effects.
    ClauseBehindEffect = "W0233" Warning,
    /// A factor in percent that leaves less than there was.
    PercentLeft = "W0234" Warning,
    /// A cap that rejects because another one of its declaration says so.
    RejectsToo = "W0236" Warning,
    /// A coupon that gives nothing.
    GivesNothing = "W0219" Warning,
    /// A coupon that would stand beside another, which does not agree.
    OneSidedStack = "W0220" Warning,
    /// A rule of the calendar that reads a period which is only beginning.
    PeriodBegins = "W0240" Warning,
    /// Levels that rise on a day on which the period that is looked at is not over.
    RiseAmid = "W0243" Warning,
    /// Days of years in which nothing happens.
    FarYear = "W0241" Warning,
    /// What members agree to, and nothing asks for.
    ConsentUnread = "W0242" Warning,
    /// Points that are taken away or turned into others by the effects that earn them.
    NotThereYet = "W0261" Warning,
    /// A `spend` that refuses what has happened already.
    SpentOfWhatHappened = "W0280" Warning,
    /// What is given for points that may not be there.
    GivenForNothing = "W0281" Warning,
    /// A discount that is taken off what is left after it.
    DiscountedTwice = "W0282" Warning,
    /// A conversion into parts that the wallet does not count.
    PartsLost = "W0262" Warning,
    /// An exchange that gives at least what it takes, again and again.
    Pump = "W0263" Warning,
    /// A balance in what an event earns into the same wallet.
    BalanceEarned = "W0245" Warning,
    /// A point between thousands.
    Thousands = "W0246" Warning,
    /// A cap of all that a rule on an event ever earns.
    CapOfAllTime = "W0247" Warning,
    /// The last of an event, where the event at hand is the last.
    LastIsThis = "W0248" Warning,
    /// A level that asks for more than a higher one.
    LevelPassedOver = "W0249" Warning,
    /// What is given for a level each time that it is reached.
    GivenAgain = "W0250" Warning,
    /// A level that is kept by what a part of a period holds.
    KeptOverPart = "W0251" Warning,
    /// A level that is kept by what never becomes less.
    KeptForEver = "W0252" Warning,
    /// Times of day without a zone.
    NoZone = "W0253" Warning,
    /// A rule that waits for an end which never comes so.
    NeverComes = "W0254" Warning,
    /// A tag that no rule gives.
    UnknownTag = "W0255" Warning,
    /// Two steps that one event does.
    StepTwice = "W0256" Warning,
    /// `raise` to the lowest level.
    RaisedToLowest = "W0257" Warning,
    /// A coupon that is issued again and again and may be used once.
    IssuedForNothing = "W0258" Warning,
    /// Levels by a balance that members spend.
    LevelsSpent = "W0259" Warning,
    /// A value between two ranges of a table.
    HoleInTable = "W0260" Warning,
    /// Levels that are lost at the instant at which they are reached.
    LostAtOnce = "W0244" Warning,
    /// Prices of one, and lines, where units are meant.
    LineUnits = "W0268" Warning,
    /// A level that is asked for or listed, and one above it that has less.
    LevelAbove = "W0269" Warning,
    /// Two parts of `valid` of one kind.
    ValidTwice = "W0270" Warning,
    /// An evening that ends a minute before midnight.
    LastMinute = "W0271" Warning,
    /// A text with letters that nobody sees.
    UnseenLetter = "W0272" Warning,
    /// More given back than was paid, or a percent as a factor.
    MoreThanPaid = "W0273" Warning,
    /// A word for all others that is a text.
    OthersWord = "W0274" Warning,
    /// `and` beside `or`, without parentheses.
    BareAnd = "W0275" Warning,
    /// A price that a rule takes once more.
    PaidTwice = "W0276" Warning,
}

impl core::fmt::Display for Code {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(self.as_str())
    }
}
