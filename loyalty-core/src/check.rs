//! From tree to checked program: names, types and units, policies, and what is surely not meant.
//!
//! The checker goes on after an error wherever it can, so that one run reports all of them: a part that is wrong
//! becomes `None`, and whoever needs it says nothing more.

pub mod model;
pub mod offer;
pub mod policies;

mod absent;
mod aggregate;
mod badge;
mod balance;
mod beginnings;
mod blocks;
mod broadcast;
mod chains;
mod challenge;
mod clauses;
mod contradiction;
mod coupon;
mod currency;
mod discounted;
mod earn;
mod effects;
mod either;
mod exchanges;
mod experiment;
mod expression;
mod fields;
mod functions;
mod generous;
mod give;
mod given_again;
mod graph;
mod holes;
mod idle;
mod inbound;
mod intervals;
mod ladder;
mod latest;
mod leaderboard;
mod letters;
mod levels_above;
mod line_units;
mod lints;
mod matching;
mod meant;
mod measure;
mod message;
mod message_policy;
mod message_text;
mod most;
mod moved;
mod names;
mod never;
mod not_there;
mod paid_twice;
mod path;
mod question;
mod referral;
mod refusal;
mod reward;
mod rising;
mod rounding;
mod rule;
mod settings;
mod standing;
mod stretch;
pub(crate) mod survey;
mod tags;
mod test_steps;
mod thousands;
mod trigger;
mod types;
mod uncovered;
mod valid_parts;
mod wallet;
mod wheel;
mod windows;
mod with_order;
mod yearly;
mod zone;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::nearest::nearest;
use crate::syntax::tree;
use model::{
    Badge, Challenge, Checked, Coupon, Currency, Event, Experiment, Field, Ladder, Leaderboard, Measure, MeasureIndex,
    Question, Record, Referral, Reward, Segment, Settings, Wallet, WalletIndex, Wheel,
};
use names::Names;

/// The standard records and events, in the language itself.
const PRELUDE: &str = include_str!("check/prelude.loyalty");

/// The most expressions that a program may hold, its names and operators counted.
const EXPRESSIONS_MAX: usize = 4_000_000;

/// After so many diagnostics no more neighbours are looked for, so that a wrong file costs no more than a right one.
const SUGGESTIONS_MAX: usize = 100;

/// Checks a program: the checked form if nothing is wrong, and every error and warning in the order of their places.
#[must_use]
pub fn check(file: &tree::File) -> (Option<Checked>, Vec<Diagnostic>) {
    let (prelude, _) = crate::syntax::parse(PRELUDE);
    let mut checker = Checker::default();
    let declared = checker.declare(&prelude, file);
    checker.settings(&declared);
    checker.wallet_heads(&declared);
    checker.fields(&declared);
    checker.ladder_heads(&declared);
    checker.badge_heads(&declared);
    checker.experiments(&declared);
    checker.wheel_heads(&declared);
    checker.question_heads(&declared);
    checker.challenge_names(&declared);
    checker.measures(&declared);
    checker.challenge_heads(&declared);
    checker.segments(&declared);
    checker.wallets(&declared);
    checker.ladders(&declared);
    checker.coupon_policy(&declared);
    checker.coupons(&declared);
    checker.badges(&declared);
    checker.wheels(&declared);
    checker.leaderboards(&declared);
    checker.challenges(&declared);
    checker.declared_rewards(&declared);
    checker.messages(&declared);
    checker.questions(&declared);
    let (rules, groups) = checker.rules(&declared);
    checker.chains(&rules);
    checker.budgets(&rules);
    let messages = (checker.finish_messages(), checker.message_policy(&declared));
    let tests = checker.tests(&declared);
    checker.lint(&declared, &rules, &groups);
    checker.finish(rules, groups, messages, tests)
}

/// What is known so far; filled stage by stage in the order of [`check`].
#[derive(Default)]
struct Checker<'a> {
    diagnostics: Vec<Diagnostic>,
    /// How many of them are errors; it rises, too, where something is left unread.
    errors: usize,
    names: Names<'a>,
    settings: Settings,
    /// What returns do to rules that say nothing of it; nothing: they are kept.
    rule_returns: Option<tree::Returns>,
    /// Where each currency in use was named.
    currency_at: BTreeMap<Currency, Span>,
    member: Vec<Field>,
    records: Vec<Record>,
    events: Vec<Event>,
    wallets: Vec<Wallet>,
    /// Nothing for those that are wrong. The unnamed ones that expressions hold follow the declared ones.
    measures: Vec<Option<Measure>>,
    segments: Vec<Segment>,
    /// Their forms are filled in when all that they may read is known.
    ladders: Vec<Ladder>,
    coupons: Vec<Coupon>,
    /// What coupons say of how they are chosen among.
    stack_groups: give::stacking::StackGroups,
    coupon_rules: offer::CouponPolicy,
    /// Coupons that some rule issues.
    coupons_issued: BTreeSet<usize>,
    /// Their conditions too.
    badges: Vec<Badge>,
    experiments: Vec<Experiment>,
    wheels: Vec<Wheel>,
    leaderboards: Vec<Leaderboard>,
    questions: Vec<Question>,
    /// Those that some rule asks.
    asked: BTreeSet<usize>,
    /// Their forms come with the ladders'.
    challenges: Vec<Challenge>,
    /// Blocks of effects that have been met, to be read with the rules.
    blocks: Vec<blocks::Block<'a>>,
    /// Nothing for those that are wrong; empty until all that they may read is known.
    rewards: Vec<Option<Reward>>,
    messages: Vec<message::MessageDraft<'a>>,
    /// Messages as rules say them.
    sayings: Vec<model::Saying>,
    /// What tapping the buttons and rows of messages does.
    tapped: Vec<message::controls::Tapped<'a>>,
    /// A rule or a condition speaks of what members agree to.
    consents_used: bool,
    /// What rules note that members agree to, or no longer; and what conditions ask for.
    consents_noted: Vec<(String, Span)>,
    consents_read: BTreeSet<String>,
    referrals: Vec<Referral>,
    /// The unnamed measures by the place of their text.
    unnamed: BTreeMap<Span, MeasureIndex>,
    wallets_filled: BTreeSet<WalletIndex>,
    /// Measures that something reads by their names.
    measures_read: BTreeSet<MeasureIndex>,
    /// Where optional fields are held to be other than something, and where it is asked whether they are there.
    absences: absent::Absences,
    /// Where the bare name of a wallet is read as its balance.
    bare_balances: BTreeSet<Span>,
    tags: tags::Tags,
    expressions: usize,
    /// Standard declarations are being read: their places mean nothing to the program's author.
    in_prelude: bool,
    no_currency_reported: bool,
}

impl Checker<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.severity() == Severity::Error);
        self.diagnostics.push(diagnostic);
    }

    /// Reports an unknown name with the nearest of the known ones.
    fn unknown<'n>(
        &mut self,
        code: Code,
        span: Span,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let diagnostic = Diagnostic::new(code, span, format!("unknown {what} `{name}`"));
        self.suggest(diagnostic, name, known);
    }

    /// Reports with the nearest of the known names; one that differs only in capitals is surely meant.
    fn suggest<'n>(&mut self, diagnostic: Diagnostic, name: &str, known: impl IntoIterator<Item = &'n str>) {
        if !self.may_suggest() {
            return self.report(diagnostic);
        }
        let (letters, lower) = (name.chars().count(), name.to_lowercase());
        let near = |known: &&str| known.chars().count().abs_diff(letters) <= letters.div_ceil(3);
        let known: Vec<&str> = known.into_iter().filter(near).collect();
        let candidates = match known.iter().find(|known| known.to_lowercase() == lower) {
            Some(same) => vec![(*same).to_owned()],
            None => nearest(name, &known),
        };
        self.report(diagnostic.candidates(candidates));
    }

    fn may_suggest(&self) -> bool {
        self.diagnostics.len() < SUGGESTIONS_MAX
    }

    fn finish(
        mut self,
        rules: Vec<model::Rule>,
        groups: Vec<model::Group>,
        (messages, message_policy): (Vec<model::Message>, Option<model::MessagePolicy>),
        tests: Vec<model::Test>,
    ) -> (Option<Checked>, Vec<Diagnostic>) {
        // A clause that stays in force in several versions is looked at once for each.
        self.diagnostics.arrange_by(|one, other| {
            let place = |diagnostic: &Diagnostic| (diagnostic.span(), diagnostic.code());
            place(one).cmp(&place(other)).then_with(|| one.message().cmp(other.message()))
        });
        self.diagnostics.dedup();
        if self.errors > 0 {
            return (None, self.diagnostics);
        }
        let rewards = self.sound_rewards();
        let checked = Checked {
            settings: self.settings,
            member: self.member,
            records: self.records,
            events: self.events,
            wallets: self.wallets,
            measures: self.measures.into_iter().flatten().collect(),
            segments: self.segments,
            ladders: self.ladders,
            coupons: self.coupons,
            badges: self.badges,
            experiments: self.experiments,
            wheels: self.wheels,
            leaderboards: self.leaderboards,
            questions: self.questions,
            challenges: self.challenges,
            rewards,
            messages,
            converses: self.consents_used || message_policy.is_some() || !self.sayings.is_empty(),
            message_policy,
            sayings: self.sayings,
            referrals: self.referrals,
            coupon_policy: self.coupon_rules,
            rules,
            groups,
            tests,
        };
        (Some(checked), self.diagnostics)
    }
}
