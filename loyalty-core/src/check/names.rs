//! Who is who: every declared name and the list where its declaration stands.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::currency;
use super::expression::TIME_WORDS;
use super::model::{
    BadgeIndex, ChallengeIndex, CouponIndex, CouponKind, Event, EventIndex, ExperimentIndex, FieldIndex, LadderIndex,
    LeaderboardIndex, MeasureIndex, QuestionIndex, QuestionKind, Record, RecordIndex, ReferralIndex, RewardIndex,
    RuleIndex, SegmentIndex, WalletIndex, WheelIndex,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::Engagement;
use crate::syntax::parse::no_unit;
use crate::syntax::tree::{self, Item, ItemKind, Name};

#[cfg(test)]
mod tests;

/// Rules are many; of everything else a program has few.
const RULES_MAX: usize = 20_000;
const DECLARATIONS_MAX: usize = 1_000;
const COUPONS_MAX: usize = 100_000;

/// Words that name something wherever they stand.
const RESERVED: [&str; 13] = [
    "member",
    "missing",
    "present",
    "true",
    "false",
    "earned",
    "vested",
    "spent",
    "expired",
    "expiring",
    "restored",
    "clawed_back",
    "membership",
];

/// Keys of the envelope around every event.
const ENVELOPE: [&str; 6] = ["type", "id", "member", "at", "currency", "revision"];

/// Types of the language.
pub(super) const TYPES: [&str; 9] = ["number", "int", "percent", "money", "text", "bool", "date", "instant", "time"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Wallet(WalletIndex),
    Measure(MeasureIndex),
    Segment(SegmentIndex),
    Ladder(LadderIndex),
    Coupon(CouponIndex),
    Badge(BadgeIndex),
    Experiment(ExperimentIndex),
    Wheel(WheelIndex),
    Leaderboard(LeaderboardIndex),
    Question(QuestionIndex),
    Challenge(ChallengeIndex),
    Reward(RewardIndex),
    Referral(ReferralIndex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleName {
    Rule(RuleIndex),
    Group(usize),
}

/// Whose fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Member,
    Event(EventIndex),
    Record(RecordIndex),
}

#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    pub events: BTreeMap<&'a str, EventIndex>,
    pub records: BTreeMap<&'a str, RecordIndex>,
    pub values: BTreeMap<&'a str, Value>,
    pub rules: BTreeMap<&'a str, RuleName>,
    pub messages: BTreeMap<&'a str, usize>,
    pub fields: BTreeMap<(Owner, &'a str), FieldIndex>,
}

impl<'a> Names<'a> {
    /// The challenge of that name.
    pub(super) fn challenge(&self, name: &str) -> Option<ChallengeIndex> {
        match self.values.get(name) {
            Some(Value::Challenge(challenge)) => Some(*challenge),
            _ => None,
        }
    }

    /// The names of an owner's fields.
    pub(super) fn fields_of(&self, owner: Owner) -> impl Iterator<Item = &'a str> {
        self.fields.range((owner, "")..).take_while(move |((other, _), _)| *other == owner).map(|((_, name), _)| *name)
    }
}

/// The fields that one declaration gives to their owner.
pub(super) struct FieldList<'a> {
    pub owner: Owner,
    pub fields: &'a [tree::FieldDecl],
    pub standard: bool,
}

/// A file's declarations sorted by their kind, in the order of the indexes.
#[derive(Default)]
pub(super) struct Declared<'a> {
    pub program: Option<(&'a Name, &'a [tree::Clause])>,
    pub fields: Vec<FieldList<'a>>,
    pub wallets: Vec<(&'a Name, &'a [tree::Clause])>,
    pub measures: Vec<(&'a Name, &'a tree::MeasureBody, &'a [tree::Dated<tree::MeasureBody>])>,
    pub segments: Vec<(&'a Name, &'a tree::Expr, &'a [tree::Dated<tree::Expr>])>,
    pub ladders: Vec<(&'a Name, Option<&'a tree::Expr>, &'a [tree::Clause])>,
    pub coupons: Vec<(&'a Name, CouponKind, &'a [tree::Clause])>,
    pub challenges: Vec<(&'a Name, &'a [tree::Clause])>,
    pub rewards: Vec<(&'a Name, &'a [tree::Clause])>,
    /// `policy coupons`
    pub coupon_policy: Option<&'a [tree::Clause]>,
    pub rules: Vec<(&'a Name, &'a tree::Trigger, &'a [tree::Clause])>,
    pub experiments: Vec<(&'a Name, &'a [tree::Clause])>,
    pub wheels: Vec<(&'a Name, bool, &'a [tree::Clause])>,
    pub leaderboards: Vec<(&'a Name, &'a tree::Expr, &'a [tree::Clause])>,
    pub questions: Vec<(QuestionKind, &'a Name, Option<&'a Name>, &'a [tree::Clause])>,
    pub badges: Vec<(&'a Name, Option<&'a Name>, &'a [tree::Clause])>,
    pub groups: Vec<(&'a Name, &'a [Name], &'a [tree::Clause])>,
    pub messages: Vec<(&'a Name, &'a Name, &'a [tree::Clause])>,
    pub policies: Vec<(&'a Name, &'a [tree::Clause])>,
    pub referrals: Vec<(&'a Name, &'a tree::Expr, &'a [tree::Clause])>,
    pub tests: Vec<(&'a Name, &'a [tree::TestStep])>,
}

impl<'a> Checker<'a> {
    /// Gives every declaration its index, and reports what is declared twice or under a reserved name.
    pub(super) fn declare(&mut self, prelude: &'a tree::File, file: &'a tree::File) -> Declared<'a> {
        let mut declared = Declared::default();
        let mut places = Places::default();
        self.in_prelude = true;
        for item in &prelude.items {
            self.declare_item(&mut declared, &mut places, item);
        }
        self.in_prelude = false;
        for item in &file.items {
            self.absences.declare(item.span);
            self.declare_item(&mut declared, &mut places, item);
        }
        for (name, place) in &places.values {
            if self.names.events.contains_key(name) {
                self.report(
                    Diagnostic::new(
                        Code::Reserved,
                        *place,
                        format!("`{name}` is an event, whose fields are read as `{name}.x`"),
                    )
                    .help("choose another name"),
                );
            }
        }
        self.count_declarations(&declared);
        declared
    }

    fn declare_item(&mut self, declared: &mut Declared<'a>, places: &mut Places<'a>, item: &'a Item) {
        match &item.kind {
            ItemKind::Program { title, clauses } => {
                if self.first(&mut places.single, "program", title.span, "the program's head") {
                    declared.program = Some((title, clauses));
                }
            }
            ItemKind::Member { fields } => {
                let span = Span::new(item.span.start, fields.first().map_or(item.span.end, |field| field.span.start));
                if self.first(&mut places.single, "member", span, "`member`") {
                    declared.fields.push(FieldList { owner: Owner::Member, fields, standard: false });
                    // The standard event that tells attributes has the member's own fields.
                    if let Some(profile) = self.names.events.get("profile").copied() {
                        declared.fields.push(FieldList { owner: Owner::Event(profile), fields, standard: true });
                    }
                }
            }
            ItemKind::Event { name, fields } => self.declare_event(declared, places, name, fields),
            ItemKind::Record { name, fields } => self.declare_record(declared, places, name, fields),
            ItemKind::Wallet { name, clauses } => {
                if self.declare_value(places, name, Value::Wallet(declared.wallets.len())) {
                    declared.wallets.push((name, clauses));
                }
            }
            ItemKind::Measure { name, body, later } => {
                if self.declare_value(places, name, Value::Measure(declared.measures.len())) {
                    declared.measures.push((name, body, later));
                }
            }
            ItemKind::Segment { name, condition, later } => {
                if self.declare_value(places, name, Value::Segment(declared.segments.len())) {
                    declared.segments.push((name, condition, later));
                }
            }
            ItemKind::Tiers { name, by, clauses } => {
                if self.declare_value(places, name, Value::Ladder(declared.ladders.len())) {
                    declared.ladders.push((name, by.as_ref(), clauses));
                }
            }
            ItemKind::Rule { name, trigger, clauses } => {
                if self.first(&mut places.rules, &name.text, name.span, &format!("`{}`", name.text)) {
                    self.names.rules.insert(&name.text, RuleName::Rule(declared.rules.len()));
                    declared.rules.push((name, trigger, clauses));
                }
            }
            ItemKind::Group { name, rules, clauses } => {
                if self.first(&mut places.rules, &name.text, name.span, &format!("`{}`", name.text)) {
                    self.names.rules.insert(&name.text, RuleName::Group(declared.groups.len()));
                    declared.groups.push((name, rules, clauses));
                }
            }
            ItemKind::Referral { name, by, clauses } => {
                if self.declare_value(places, name, Value::Referral(declared.referrals.len())) {
                    declared.referrals.push((name, by, clauses));
                }
            }
            ItemKind::Test { title, steps } => {
                if self.first(&mut places.tests, &title.text, title.span, &format!("the test `{}`", title.text)) {
                    declared.tests.push((title, steps));
                }
            }
            ItemKind::Engagement(Engagement::Coupon { name, kind, clauses }) => {
                if self.declare_value(places, name, Value::Coupon(declared.coupons.len())) {
                    declared.coupons.push((name, *kind, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Wheel { name, issued, clauses }) => {
                if self.declare_value(places, name, Value::Wheel(declared.wheels.len())) {
                    declared.wheels.push((name, *issued, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Leaderboard { name, by, clauses }) => {
                if self.declare_value(places, name, Value::Leaderboard(declared.leaderboards.len())) {
                    declared.leaderboards.push((name, by, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Quiz { name, category, clauses }) => {
                self.declare_question(declared, places, (QuestionKind::Quiz, name, category.as_ref(), clauses));
            }
            ItemKind::Engagement(Engagement::Survey { name, category, clauses }) => {
                self.declare_question(declared, places, (QuestionKind::Survey, name, category.as_ref(), clauses));
            }
            ItemKind::Engagement(Engagement::Experiment { name, clauses }) => {
                if self.declare_value(places, name, Value::Experiment(declared.experiments.len())) {
                    declared.experiments.push((name, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Badge { name, title, clauses }) => {
                if self.declare_value(places, name, Value::Badge(declared.badges.len())) {
                    declared.badges.push((name, title.as_ref(), clauses));
                }
            }
            ItemKind::Engagement(Engagement::Challenge { name, clauses }) => {
                if self.declare_value(places, name, Value::Challenge(declared.challenges.len())) {
                    declared.challenges.push((name, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Reward { name, clauses }) => {
                if self.declare_value(places, name, Value::Reward(declared.rewards.len())) {
                    declared.rewards.push((name, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Policy { name, clauses }) if name.text == "coupons" => {
                if self.first(&mut places.single, "policy coupons", name.span, "`policy coupons`") {
                    declared.coupon_policy = Some(clauses);
                }
            }
            ItemKind::Engagement(Engagement::Policy { name, clauses }) => {
                if self.first(&mut places.single, "policy", name.span, "the policy") {
                    declared.policies.push((name, clauses));
                }
            }
            ItemKind::Engagement(Engagement::Message { name, category, clauses }) => {
                if self.first(&mut places.messages, &name.text, name.span, &format!("the message `{}`", name.text)) {
                    self.names.messages.insert(&name.text, declared.messages.len());
                    declared.messages.push((name, category, clauses));
                }
            }
        }
    }

    /// A quiz or a survey: its question is a message, so that the two share their names.
    fn declare_question(
        &mut self,
        declared: &mut Declared<'a>,
        places: &mut Places<'a>,
        question: (QuestionKind, &'a Name, Option<&'a Name>, &'a [tree::Clause]),
    ) {
        let (kind, name, ..) = question;
        let what = format!("the {} `{}`", kind.word(), name.text);
        if self.first(&mut places.messages, &name.text, name.span, &what)
            && self.declare_value(places, name, Value::Question(declared.questions.len()))
        {
            declared.questions.push(question);
        }
    }

    fn declare_event(
        &mut self,
        declared: &mut Declared<'a>,
        places: &mut Places<'a>,
        name: &'a Name,
        fields: &'a [tree::FieldDecl],
    ) {
        let span = self.place(name.span);
        let known = self.names.events.get(name.text.as_str()).copied();
        let index = known.unwrap_or(self.events.len());
        let extends = known.and_then(|index| self.events.get(index)).is_some_and(|event| event.standard);
        if extends && places.extended.insert(Owner::Event(index)) {
            places.events.insert(&name.text, span);
        } else if !self.first(&mut places.events, &name.text, span, &format!("the event `{}`", name.text)) {
            return;
        }
        if known.is_none() {
            self.refuse_reserved(name, false);
            self.names.events.insert(&name.text, index);
            self.events.push(Event { name: name.text.clone(), fields: Vec::new(), standard: self.in_prelude });
        }
        for field in fields.iter().filter(|field| ENVELOPE.contains(&field.name.text.as_str())) {
            self.report(
                Diagnostic::new(
                    Code::Reserved,
                    field.name.span,
                    format!("every event has its own `{}`", field.name.text),
                )
                .help("`type`, `id`, `member`, `at`, `currency` and `revision` belong to the envelope of every event"),
            );
        }
        declared.fields.push(FieldList { owner: Owner::Event(index), fields, standard: self.in_prelude });
    }

    fn declare_record(
        &mut self,
        declared: &mut Declared<'a>,
        places: &mut Places<'a>,
        name: &'a Name,
        fields: &'a [tree::FieldDecl],
    ) {
        let span = self.place(name.span);
        let known = self.names.records.get(name.text.as_str()).copied();
        let index = known.unwrap_or(self.records.len());
        let extends = known.is_some_and(|index| index < places.standard_records);
        if extends && places.extended.insert(Owner::Record(index)) {
            places.records.insert(&name.text, span);
        } else if !self.first(&mut places.records, &name.text, span, &format!("the record `{}`", name.text)) {
            return;
        }
        if known.is_none() {
            if TYPES.contains(&name.text.as_str()) {
                self.report(Diagnostic::new(
                    Code::Reserved,
                    name.span,
                    format!("`{}` is a type of the language", name.text),
                ));
            }
            self.names.records.insert(&name.text, index);
            self.records.push(Record { name: name.text.clone(), fields: Vec::new() });
            places.standard_records += usize::from(self.in_prelude);
        }
        declared.fields.push(FieldList { owner: Owner::Record(index), fields, standard: self.in_prelude });
    }

    fn declare_value(&mut self, places: &mut Places<'a>, name: &'a Name, value: Value) -> bool {
        if !self.first(&mut places.values, &name.text, name.span, &format!("`{}`", name.text)) {
            return false;
        }
        self.refuse_reserved(name, matches!(value, Value::Wallet(_)));
        self.names.values.insert(&name.text, value);
        true
    }

    /// A wallet's name is a unit, too, so that it must be neither a currency nor a length of time.
    fn refuse_reserved(&mut self, name: &Name, wallet: bool) {
        let text = name.text.as_str();
        let unit = currency::find(text).is_some() || TIME_WORDS.contains(&text);
        if RESERVED.contains(&text) || wallet && unit {
            self.report(
                Diagnostic::new(Code::Reserved, name.span, format!("`{text}` already means something in the language"))
                    .help("choose another name"),
            );
        } else if wallet && let Some(no_unit) = no_unit(name) {
            self.report(no_unit);
        }
    }

    /// Whether the name is met for the first time; else both places are reported.
    fn first(&mut self, places: &mut BTreeMap<&'a str, Span>, name: &'a str, span: Span, what: &str) -> bool {
        match places.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(span);
                true
            }
            Entry::Occupied(entry) => {
                let before = *entry.get();
                self.report(
                    Diagnostic::new(Code::Duplicate, span, format!("{what} is declared twice"))
                        .at("declared again here")
                        .label(before, "first declared here")
                        .help(match what {
                            "the program's head" | "`member`" | "the policy" | "`policy coupons`" => {
                                "there is only one: put both together"
                            }
                            _ => "give one of them another name",
                        }),
                );
                false
            }
        }
    }

    /// A place of the program; nothing for the standard declarations.
    pub(super) fn place(&self, span: Span) -> Span {
        if self.in_prelude { Span::default() } else { span }
    }

    fn count_declarations(&mut self, declared: &Declared<'a>) {
        let too_many = |at: Option<Span>, what: &str, limit: usize| {
            at.map(|at| {
                Diagnostic::new(Code::TooMany, at, format!("more than {limit} {what}")).at("the first one too many")
            })
        };
        let own_fields = declared.fields.iter().filter(|list| !list.standard);
        let found = [
            too_many(declared.rules.get(RULES_MAX).map(|(name, ..)| name.span), "rules", RULES_MAX),
            too_many(declared.wallets.get(DECLARATIONS_MAX).map(|(name, _)| name.span), "wallets", DECLARATIONS_MAX),
            too_many(declared.measures.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "measures", DECLARATIONS_MAX),
            too_many(declared.segments.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "segments", DECLARATIONS_MAX),
            too_many(declared.ladders.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "ladders", DECLARATIONS_MAX),
            too_many(declared.coupons.get(COUPONS_MAX).map(|(name, ..)| name.span), "coupons", COUPONS_MAX),
            too_many(
                declared.experiments.get(DECLARATIONS_MAX).map(|(name, _)| name.span),
                "experiments",
                DECLARATIONS_MAX,
            ),
            too_many(declared.wheels.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "wheels", DECLARATIONS_MAX),
            too_many(
                declared.leaderboards.get(DECLARATIONS_MAX).map(|(name, ..)| name.span),
                "leaderboards",
                DECLARATIONS_MAX,
            ),
            too_many(
                declared.questions.get(DECLARATIONS_MAX).map(|(_, name, ..)| name.span),
                "quizzes and surveys",
                DECLARATIONS_MAX,
            ),
            too_many(declared.badges.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "badges", DECLARATIONS_MAX),
            too_many(
                declared.challenges.get(DECLARATIONS_MAX).map(|(name, _)| name.span),
                "challenges",
                DECLARATIONS_MAX,
            ),
            too_many(declared.rewards.get(DECLARATIONS_MAX).map(|(name, _)| name.span), "rewards", DECLARATIONS_MAX),
            too_many(declared.groups.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "groups", DECLARATIONS_MAX),
            too_many(declared.messages.get(DECLARATIONS_MAX).map(|(name, ..)| name.span), "messages", DECLARATIONS_MAX),
            too_many(
                declared.referrals.get(DECLARATIONS_MAX).map(|(name, ..)| name.span),
                "referrals",
                DECLARATIONS_MAX,
            ),
            too_many(declared.tests.get(DECLARATIONS_MAX).map(|(name, _)| name.span), "tests", DECLARATIONS_MAX),
            too_many(
                own_fields
                    .clone()
                    .nth(DECLARATIONS_MAX)
                    .map(|list| list.fields.first().map_or(Span::default(), |field| field.span)),
                "events and records",
                DECLARATIONS_MAX,
            ),
            too_many(
                own_fields.filter_map(|list| list.fields.get(DECLARATIONS_MAX)).map(|field| field.span).next(),
                "fields in one declaration",
                DECLARATIONS_MAX,
            ),
        ];
        for diagnostic in found.into_iter().flatten() {
            self.report(diagnostic);
        }
    }
}

pub(super) const BUILT_DECLARATIONS: &str = "this version runs `program`, `member`, `event`, `record`, `wallet`, `measure`, `tiers`, `segment`, `rule`, `group`, `coupon`, `challenge`, `reward`, `message`, `policy`, `badge`, `experiment`, `wheel`, `quiz`, `survey`, `leaderboard`, `referral` and `test`";

/// Where each name was first declared, one map for each namespace.
#[derive(Default)]
struct Places<'a> {
    single: BTreeMap<&'a str, Span>,
    events: BTreeMap<&'a str, Span>,
    records: BTreeMap<&'a str, Span>,
    values: BTreeMap<&'a str, Span>,
    rules: BTreeMap<&'a str, Span>,
    tests: BTreeMap<&'a str, Span>,
    messages: BTreeMap<&'a str, Span>,
    /// Standard declarations to which the program has added.
    extended: BTreeSet<Owner>,
    standard_records: usize,
}
