//! What a member has: read-only, at any instant.

mod badges;
pub mod cards;
pub mod coupons;
mod experiments;
pub mod questions;
mod referrals;
pub mod rewards;
mod tiers;

use std::sync::Arc;

use rust_decimal::Decimal;

use super::challenges;
use super::clock;
use super::decided::Decided;
use super::eval::Scope;
use super::lots::{Sums, Vesting, WalletState};
use super::measures;
use super::member::Member;
use super::members::{Fate, pause};
use super::tags;
use super::value::{Stored, Value};
use crate::check::model::QuestionKind;
use crate::plan::Plan;
use crate::sorting::Arrange as _;
use crate::wire::document::Document;
use crate::wire::json::{instant, stored};

/// Sums of one wallet. Conservation, always:
/// issued + transferred in = available + pending + held + spent + transferred out + expired + clawed back − debt −
/// written off. Over all members, what was transferred out and not in is on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Totals {
    /// The wallet's name.
    pub wallet: String,
    /// Ever granted.
    pub issued: Decimal,
    /// May be spent.
    pub available: Decimal,
    /// Granted and not yet vested.
    pub pending: Decimal,
    /// Set aside for a purchase under way.
    pub held: Decimal,
    /// Spent and not given back.
    pub spent: Decimal,
    /// Taken in from other members.
    pub transferred_in: Decimal,
    /// Sent to other members and not come back.
    pub transferred_out: Decimal,
    /// Run out, or cancelled because what they waited for did not come.
    pub expired: Decimal,
    /// Taken back because of returns, whether or not there were points left to take.
    pub clawed_back: Decimal,
    /// The part of what was taken back that nobody will collect.
    pub written_off: Decimal,
    /// The part of what was taken back that the next earnings settle.
    pub debt: Decimal,
}

impl Totals {
    pub(crate) fn of(name: &str, state: &WalletState) -> Self {
        Self {
            wallet: name.to_owned(),
            issued: state.issued,
            available: state.available,
            pending: state.pending,
            held: state.held,
            spent: state.spent,
            transferred_in: state.transferred_in,
            transferred_out: state.transferred_out,
            expired: state.expired,
            clawed_back: state.clawed_back,
            written_off: state.written_off,
            debt: state.debt,
        }
    }

    /// Whether the equation of conservation holds.
    #[must_use]
    pub fn conserved(&self) -> bool {
        let sums = Sums {
            issued: self.issued,
            available: self.available,
            pending: self.pending,
            held: self.held,
            spent: self.spent,
            transferred_in: self.transferred_in,
            transferred_out: self.transferred_out,
            expired: self.expired,
            clawed_back: self.clawed_back,
            written_off: self.written_off,
            debt: self.debt,
        };
        sums.conserved()
    }
}

/// What a member has at an instant: balances with their lots, measures, segments, attributes.
#[derive(Debug, Clone)]
pub struct View {
    document: Document,
    totals: Vec<Totals>,
}

impl View {
    /// The view as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.document.to_string()
    }

    /// The view as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The sums of each wallet, in the program's order.
    #[must_use]
    pub fn totals(&self) -> &[Totals] {
        &self.totals
    }
}

/// The view of a member at an instant, or at its own clock if that is later. What is due by then counts as happened.
///
/// `source` is the text of the program, for the words of its conditions.
pub fn view(plan: &Arc<Plan>, member: &Member, at: i64, source: &str) -> View {
    let mut at_instant = member.clone();
    // What cannot be brought forward (a sum beyond all bounds) is shown as it stands.
    if clock::advance(plan, &mut at_instant, at, &mut Decided::default()).is_err() {
        at_instant = member.clone();
    }
    at_instant.forget(plan);
    let member = &at_instant;
    let at = member.clock;
    let mut document = Document::object()
        .with("member", &*member.id)
        .with("at", instant(plan, at))
        .with("revision", member.revision)
        .with("enrolled_at", instant(plan, member.enrolled_at));
    if let Some(account) = account(plan, member) {
        document.put("account", account);
    }
    // Points that do not age are shown as if the account woke up at this instant: later than that is their end at best.
    let mut awake = member.clone();
    pause::resume(plan, &mut awake, &mut Vec::new());
    let mut wallets = Document::object();
    for (wallet, state) in plan.wallets.iter().zip(&awake.wallets) {
        wallets.put(&wallet.name, wallet_document(plan, wallet, state));
    }
    document.put("wallets", wallets);
    document.put("tiers", tiers::document(plan, member, source));
    if let Some(contact) = crate::wire::messages::contact(plan, &member.contact) {
        document.put("contact", contact);
    }
    if let Some(challenges) = challenges::document(plan, member) {
        document.put("challenges", challenges);
    }
    let day = plan.calendar.day_at(at);
    let scope = Scope::of(plan, member, at);
    let mut values = Document::object();
    for (number, measure) in plan.measures.iter().enumerate().filter(|(_, measure)| !measure.hidden) {
        let value = measures::value(&scope, number as u16).unwrap_or(Value::Missing);
        values.put(&measure.name, stored(plan, &Stored::of(value)));
    }
    document.put("measures", values);
    let segments = plan.segments.iter().filter(|segment| {
        let condition = crate::plan::in_force(&segment.forms, day);
        condition.is_some_and(|condition| scope.holds(*condition).unwrap_or(false))
    });
    document.put("segments", segments.map(|segment| &*segment.name).collect::<Document>());
    if let Some(rewards) = rewards::document(plan, member) {
        document.put("rewards", rewards);
    }
    if let Some(experiments) = experiments::document(plan, member) {
        document.put("experiments", experiments);
    }
    if let Some(badges) = badges::document(plan, member) {
        document.put("badges", badges);
    }
    if let Some(cards) = cards::document(plan, member) {
        document.put("cards", cards);
    }
    for (key, kind) in [("quizzes", QuestionKind::Quiz), ("surveys", QuestionKind::Survey)] {
        if let Some(questions) = questions::document(plan, member, kind) {
            document.put(key, questions);
        }
    }
    let mut attributes = Document::object();
    for (field, value) in plan.member.iter().zip(&member.attributes) {
        if *value != Stored::Missing {
            attributes.put(&field.name, stored(plan, value));
        }
    }
    document.put("attributes", attributes);
    document.put("tags", tags::of(member).collect::<Document>());
    if let Some(coupons) = coupons::document(plan, member) {
        document.put("coupons", coupons);
    }
    if let Some(referrals) = referrals::document(plan, member) {
        document.put("referrals", referrals);
    }
    document.put("next_due", member.next_due().map(|due| instant(plan, due.0)));
    let totals = plan.wallets.iter().zip(&member.wallets).map(|(wallet, state)| Totals::of(&wallet.name, state));
    View { document, totals: totals.collect() }
}

/// What is special about an account: nothing for one that is open and awake.
fn account(plan: &Plan, member: &Member) -> Option<Document> {
    let state = |state: &str| Document::object().with("state", state);
    match (&member.account.fate, member.account.current_pause()) {
        (Fate::Merged { into }, _) => Some(state("merged").with("into", &**into)),
        (Fate::Erased, _) => Some(state("erased")),
        (Fate::Open, Some(pause)) => {
            Some(state("paused").with("since", instant(plan, pause.from)).with("freeze_expiry", pause.freeze))
        }
        (Fate::Open, None) => None,
    }
}

fn wallet_document(plan: &Plan, wallet: &crate::plan::WalletPlan, state: &WalletState) -> Document {
    let mut lots: Vec<_> = state.lots.iter().filter(|lot| !lot.amount.is_zero()).collect();
    lots.arrange_by_key(|lot| {
        (state.expires_at(plan, &wallet.inactivities, lot).unwrap_or(i64::MAX), lot.earned_at, lot.entry)
    });
    let lots = lots.into_iter().map(|lot| {
        let mut document = Document::object()
            .with("entry", lot.entry)
            .with("amount", lot.amount)
            .with("earned_at", instant(plan, lot.earned_at));
        match lot.vesting {
            Vesting::Done => {}
            Vesting::At(at) => document.put("vests_at", instant(plan, at)),
            Vesting::On { event, deadline } => {
                let event = plan.events.get(usize::from(event)).map_or("", |event| &*event.layout.name);
                document.put("vests_on", event);
                document.put("vests_before", instant(plan, deadline));
            }
        }
        let expires = state.expires_at(plan, &wallet.inactivities, lot);
        document.with("expires_at", expires.map(|at| instant(plan, at)))
    });
    Document::object()
        .with("available", state.available)
        .with("pending", state.pending)
        .with("held", state.held)
        .with("debt", state.debt)
        .with("issued", state.issued)
        .with("spent", state.spent)
        .with("transferred_in", state.transferred_in)
        .with("transferred_out", state.transferred_out)
        .with("expired", state.expired)
        .with("clawed_back", state.clawed_back)
        .with("written_off", state.written_off)
        .with("expiring", expiring(plan, wallet, state))
        .with("lots", lots.collect::<Document>())
}

/// How many spendable points run out when, one row for each instant, the first first.
fn expiring(plan: &Plan, wallet: &crate::plan::WalletPlan, state: &WalletState) -> Document {
    let mut rows: std::collections::BTreeMap<i64, Decimal> = std::collections::BTreeMap::new();
    for lot in state.lots.iter().filter(|lot| !lot.pending() && !lot.amount.is_zero()) {
        if let Some(end) = state.expires_at(plan, &wallet.inactivities, lot) {
            let sum = rows.entry(end).or_default();
            // The parts of a balance add up to it, which has been added up before.
            *sum = crate::amount::add(*sum, lot.amount).unwrap_or(*sum);
        }
    }
    let rows = rows
        .into_iter()
        .map(|(end, amount)| Document::object().with("expires_at", instant(plan, end)).with("amount", amount));
    rows.collect()
}
