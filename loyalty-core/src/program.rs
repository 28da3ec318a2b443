//! The public face: compile a program, apply events to members, let time pass, look and ask why.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::broadcast::BroadcastEstimate;
use crate::chance::{Secret, SecretTooShort};
use crate::check::check;
use crate::diagnostic::Diagnostics;
use crate::engine::claims::Counters;
use crate::engine::decided::Decided;
use crate::engine::doors;
use crate::engine::error::{EventError, Refusal};
use crate::engine::event::EventData;
use crate::engine::explain::{self, Explanation};
use crate::engine::member::Member;
use crate::engine::members::pool::{self, PoolPayment, PoolReturn};
use crate::engine::members::{erase, merge, transfer};
use crate::engine::outcome::Outcome;
use crate::engine::quote;
use crate::engine::referrals;
use crate::engine::view::{self, Totals, View};
use crate::plan::{Plan, lower};
use crate::quote::Quote;
use crate::syntax;
use crate::time::Instant;
use crate::wire::decode::{self, Reading};
use crate::wire::document::Document;
use crate::wire::export;
use crate::wire::input::Input;
use crate::wire::state::{self, Loaded, StateError};

/// A compiled program: immutable, cheap to clone, shared between threads.
///
/// ```
/// use loyalty_core::{Instant, Program};
///
/// let program = Program::compile(r#"
/// program "Corner Shop" { currency EUR  timezone "Europe/Berlin" }
/// wallet points { expire 12 months after earning }
/// rule base on order { earn 1 points per 1 EUR of order.subtotal }
/// "#).map_err(|diagnostics| diagnostics.render("shop.loyalty", false)).unwrap();
///
/// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
/// let outcome = program.apply(&mut member, r#"{"type":"order","id":"o-1","member":"m-1",
///     "at":"2026-11-21T10:00:00+01:00","currency":"EUR","subtotal":"37.50"}"#).unwrap();
/// assert_eq!(outcome.decisions()[0].amount(), Some("37".parse().unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct Program {
    plan: Arc<Plan>,
    reading: Arc<Reading>,
    checked: Arc<crate::check::model::Checked>,
    text: Arc<str>,
    warnings: Arc<Diagnostics>,
}

/// A decoded event, for hosts that apply one event more than once or reuse its buffers.
#[derive(Debug, Clone, Default)]
pub struct Event {
    pub(crate) data: EventData,
}

impl Event {
    /// The event's own id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.data.id
    }

    /// The member's id, if the event names one.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.data.member.as_deref()
    }

    /// When it happened.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant(self.data.at)
    }
}

impl Program {
    /// Parses, checks and plans a program.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text, in the order of its places, warnings included.
    pub fn compile(text: &str) -> Result<Self, Diagnostics> {
        let (file, mut found) = syntax::parse(text);
        let broken = |found: &[crate::diagnostic::Diagnostic]| {
            found.iter().any(|diagnostic| diagnostic.severity() == crate::diagnostic::Severity::Error)
        };
        let checked = if broken(&found) {
            // What could be read is still checked, so that one slip does not hide the others; but what the text fails
            // to declare because of it is not worth a word.
            None
        } else {
            let (checked, diagnostics) = check(&file);
            found.extend(diagnostics);
            checked
        };
        let diagnostics = Diagnostics::new(text, found);
        let Some(checked) = checked else { return Err(diagnostics) };
        let plan = Arc::new(lower::lower(&checked, text));
        let reading = Arc::new(Reading::new(&plan));
        Ok(Self { plan, reading, checked: Arc::new(checked), text: text.into(), warnings: Arc::new(diagnostics) })
    }

    /// The program with the host's secret, without which nothing is drawn and no arm of an experiment is known: events
    /// that need chance are refused with [`Refusal::NoSecret`]. Members are the same with every secret and without one;
    /// but another secret draws other numbers, so keep it for as long as the program runs.
    ///
    /// # Errors
    ///
    /// A secret of fewer than 16 bytes. Take 32 random ones.
    ///
    /// ```
    /// # use loyalty_core::Program;
    /// let program = Program::compile("program \"Shop\" {}").unwrap();
    /// let program = program.with_secret(b"32 random bytes from a safe place").unwrap();
    /// # let _ = program;
    /// ```
    pub fn with_secret(mut self, secret: &[u8]) -> Result<Self, SecretTooShort> {
        let secret = Secret::new(secret)?;
        if Arc::get_mut(&mut self.plan).is_none() {
            // Others hold this plan; it is laid out once more, the same.
            self.plan = Arc::new(lower::lower(&self.checked, &self.text));
        }
        if let Some(plan) = Arc::get_mut(&mut self.plan) {
            plan.secret = Some(secret);
        }
        Ok(self)
    }

    /// The same program as its own tests run it.
    pub(crate) fn with_test_secret(&self) -> Self {
        let chance = !self.plan.experiments.is_empty() || !self.plan.wheels.is_empty();
        if !chance && self.plan.coupon_names.minted.is_empty() {
            return self.clone();
        }
        self.clone().with_secret(crate::testing::TEST_SECRET).unwrap_or_else(|_| self.clone())
    }

    /// Whether the program has a secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.plan.secret.is_some()
    }

    /// Why the wheels that an event turned came out so: of each draw the texts that were hashed, the number, the position and
    /// what it lies below, the slices with where each begins and ends, and whether all of it agrees when it is worked out again with
    /// the program's secret. Anybody who has the secret can do the same without this library; see `docs/games.md`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSecret`]; [`Refusal::UnknownOrder`] for an event that the member does not remember.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// let program = Program::compile("program \"Shop\" {}\nwallet pts {}\nwheel spin { weight 1 { earn 5 pts } }").unwrap();
    /// let program = program.with_secret(b"32 random bytes from a safe place").unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"draw","id":"d-1","at":"2026-01-02T10:00:00Z","wheel":"spin"}"#).unwrap();
    /// let audit = program.audit(&member, "d-1").unwrap().to_string();
    /// assert!(audit.contains(r#""hashed":["draw","Shop","spin","m-1","d-1","1"]"#));
    /// assert!(audit.contains(r#""agrees":true"#));
    /// ```
    pub fn audit(&self, member: &Member, event: &str) -> Result<Document, EventError> {
        crate::engine::wheels::audit(&self.plan, member, event)
    }

    /// Whether members have challenges or badges, which a view shows.
    #[must_use]
    pub fn has_challenges_or_badges(&self) -> bool {
        !self.plan.challenges.is_empty() || !self.plan.badges.is_empty()
    }

    /// What is legal and surely not meant.
    #[must_use]
    pub fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The program's title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.checked.settings.title
    }

    /// The program's own version number.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.checked.settings.version
    }

    /// The text that it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    pub(crate) fn reading(&self) -> &Reading {
        &self.reading
    }

    pub(crate) fn checked(&self) -> &crate::check::model::Checked {
        &self.checked
    }

    /// Runs the `test` declarations of the program, in their order.
    #[must_use]
    pub fn run_tests(&self) -> Vec<crate::TestResult> {
        crate::testing::run(self)
    }

    /// The `test` declarations as histories to be played event by event, in their order; see [`crate::Scenario`].
    #[must_use]
    pub fn scenarios(&self) -> Vec<crate::Scenario> {
        crate::testing::scenario::scenarios(self)
    }

    /// The policies in force, the defaults among them, as the clauses that would say so: (declaration, clause).
    #[must_use]
    pub fn policies(&self) -> Vec<(String, String)> {
        crate::check::policies::list(self.checked())
    }

    /// A number that differs between programs whose members' states differ in form.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.plan.fingerprint
    }

    /// A new member, joining at that instant.
    ///
    /// # Errors
    ///
    /// [`Refusal::TextTooLong`] or [`Refusal::MissingField`] for an id that is too long or empty.
    pub fn enroll(&self, id: &str, at: Instant) -> Result<Member, EventError> {
        if id.is_empty() {
            return Err(EventError::new(Refusal::MissingField).in_field("member").expecting("an id"));
        }
        if id.len() > crate::plan::layout::ID_BYTES_MAX {
            return Err(EventError::new(Refusal::TextTooLong)
                .in_field("member")
                .expecting(format!("at most {} bytes", crate::plan::layout::ID_BYTES_MAX))
                .but_found(format!("{} bytes", id.len())));
        }
        Ok(Member::new(&self.plan, id, at.0))
    }

    /// Reads an event's JSON: what the program reads of it is checked and kept, the rest passed over.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its field.
    pub fn decode(&self, json: &[u8]) -> Result<Event, EventError> {
        let mut event = Event::default();
        self.decode_into(json, &mut event)?;
        Ok(event)
    }

    /// The same into an event whose buffers are used again.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`]; the event then holds nothing of use.
    pub fn decode_into(&self, json: &[u8], event: &mut Event) -> Result<(), EventError> {
        decode::decode(&self.plan, &self.reading, json, &mut event.data)
    }

    /// The same from an object of the host's own, read where it lies and held to the same rules.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`]; the event then holds nothing of use.
    pub fn decode_from(&self, input: &mut impl Input, event: &mut Event) -> Result<(), EventError> {
        decode::decode_from(&self.plan, &self.reading, input, &mut event.data)
    }

    /// The names of all fields that the program reads of events, each once, those of [`crate::ENVELOPE`] first. A host
    /// whose objects have keys of a form of their own makes them once; see [`crate::Fields::key`].
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.reading.keys.iter().map(|key| &**key)
    }

    /// An event happens to a member: JSON in, decisions out.
    ///
    /// # Errors
    ///
    /// Why the event is refused; the member is then as before.
    pub fn apply(&self, member: &mut Member, event: impl AsRef<[u8]>) -> Result<Outcome, EventError> {
        let event = self.decode(event.as_ref())?;
        doors::apply(&self.plan, member, &event.data, None)
    }

    /// The same, refusing events that are dated further ahead of `now` than the program tolerates.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`], and [`Refusal::FutureEvent`].
    pub fn apply_at(&self, member: &mut Member, event: impl AsRef<[u8]>, now: Instant) -> Result<Outcome, EventError> {
        let event = self.decode(event.as_ref())?;
        doors::apply(&self.plan, member, &event.data, Some(now.0))
    }

    /// The same for a decoded event.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn apply_event(&self, member: &mut Member, event: &Event) -> Result<Outcome, EventError> {
        doors::apply(&self.plan, member, &event.data, None)
    }

    /// The same for a decoded event, refusing those that are dated further ahead of `now` than the program tolerates.
    ///
    /// # Errors
    ///
    /// As [`Program::apply_at`].
    pub fn apply_event_at(&self, member: &mut Member, event: &Event, now: Instant) -> Result<Outcome, EventError> {
        doors::apply(&self.plan, member, &event.data, Some(now.0))
    }

    /// The same, knowing where the counters over all members stand: no rule fires and no coupon applies beyond its limit
    /// `in total`, and no discount exceeds a budget. The claims of the outcome are to be committed together with the
    /// member's state, on counters that are still the same or leave room for them.
    ///
    /// # Errors
    ///
    /// As [`Program::apply_at`].
    ///
    /// ```
    /// # use loyalty_core::{Counters, Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule early on order limit 1 in total { earn 100 points }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let mut member = program.enroll("m-1", at).unwrap();
    /// let event = program.decode(br#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":5}"#).unwrap();
    /// let mut counters = Counters::default();
    /// counters.set("rule early", "1".parse().unwrap());
    /// let outcome = program.apply_event_with(&mut member, &event, None, counters).unwrap();
    /// assert!(outcome.decisions().is_empty());
    /// ```
    pub fn apply_event_with(
        &self,
        member: &mut Member,
        event: &Event,
        now: Option<Instant>,
        counters: Counters,
    ) -> Result<Outcome, EventError> {
        let mut decisions = Decided::counted(counters);
        doors::apply_into(&self.plan, member, &event.data, now.map(|now| now.0), &mut decisions)
    }

    /// [`Program::advance`], knowing where the counters over all members stand.
    ///
    /// # Errors
    ///
    /// As [`Program::advance`].
    pub fn advance_with(&self, member: &mut Member, to: Instant, counters: Counters) -> Result<Outcome, EventError> {
        let mut decisions = Decided::counted(counters);
        doors::advance_into(&self.plan, member, to.0, &mut decisions)?;
        Ok(doors::outcome(&self.plan, member, None, to.0, decisions.take_list()))
    }

    /// What the rules would earn for an event on a member as it stands, per wallet in the program's order: the judging
    /// of rules alone, for previews and measurements. Nothing is remembered, and neither duplicates nor time are looked at.
    ///
    /// # Errors
    ///
    /// Amounts beyond what can be held exactly, and spending beyond the balance.
    pub fn rate(&self, member: &Member, event: &Event) -> Result<Vec<(&str, Decimal)>, EventError> {
        doors::rate(&self.plan, member, &event.data)
    }

    /// Time passes until `to`: points vest and run out, each at its own instant. It does not matter in how many steps.
    ///
    /// # Errors
    ///
    /// [`Refusal::OtherProgram`] for a member of another program.
    pub fn advance(&self, member: &mut Member, to: Instant) -> Result<Outcome, EventError> {
        doors::advance(&self.plan, member, to.0)
    }

    /// Whom a `broadcast` event would reach if it happened to each of many members: an estimate to which members are added.
    /// The event is the one that will be applied to them; it needs no id and no member. `counters` say where the counters
    /// over all members stand, for limits such as `marketing at most 1_000 in total per day`.
    ///
    /// # Errors
    ///
    /// What is wrong with the event, as [`Program::decode`]; [`Refusal::UnknownEvent`] for another one,
    /// [`Refusal::UnknownMessage`], [`Refusal::UnknownSegment`].
    ///
    /// ```
    /// use loyalty_core::{Counters, Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" {}
    /// policy messages { consent marketing }
    /// rule yes on message matching ["yes"] { consent marketing }
    /// message spring marketing { broadcast  en "Spring is here." }"#).unwrap();
    /// let at = Instant::parse("2026-03-20T09:00:00Z").unwrap();
    /// let (mut ana, ben) = (program.enroll("ana", at).unwrap(), program.enroll("ben", at).unwrap());
    /// program.apply(&mut ana, r#"{"type":"message","id":"w-1","at":"2026-03-20T09:00:00Z","text":"Yes!"}"#).unwrap();
    ///
    /// let broadcast = r#"{"type":"broadcast","at":"2026-03-20T10:00:00Z","message":"spring","campaign":"spring-2026"}"#;
    /// let mut estimate = program.broadcast_estimate(broadcast, Counters::default()).unwrap();
    /// estimate.add(&ana);
    /// estimate.add(&ben);
    /// assert_eq!((estimate.members(), estimate.now(), estimate.suppressed()["no_consent"]), (2, 1, 1));
    /// ```
    pub fn broadcast_estimate(
        &self,
        broadcast: impl AsRef<[u8]>,
        counters: Counters,
    ) -> Result<BroadcastEstimate, EventError> {
        self.broadcast_estimate_from(&mut crate::wire::scan::Json::new(broadcast.as_ref())?, counters)
    }

    /// The same for an event of the host's own form.
    ///
    /// # Errors
    ///
    /// As [`Program::broadcast_estimate`].
    pub fn broadcast_estimate_from(
        &self,
        broadcast: &mut impl Input,
        counters: Counters,
    ) -> Result<BroadcastEstimate, EventError> {
        let mut event = EventData::default();
        decode::decode_plan(&self.plan, &self.reading, broadcast, &mut event)?;
        BroadcastEstimate::new(&self.plan, event, counters)
    }

    /// What a member may redeem with an order, and what its points may pay of it: an object with an entry for each reward,
    /// as in the [view](Program::view), with `pays` (`points` and their `worth`) where a reward pays by rate. The order is one
    /// that has not been paid: its subtotal is that before any reward. Nothing is changed.
    ///
    /// # Errors
    ///
    /// What is wrong with the order, as [`Program::decode`]; [`Refusal::UnknownEvent`] for another event;
    /// [`Refusal::OtherProgram`] for a member of another program.
    ///
    /// ```
    /// use loyalty_core::{Counters, Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" { currency EUR }
    /// wallet pts {}
    /// rule welcome on signup { earn 2_000 pts }
    /// reward off { cost 100 pts per 1 EUR  steps of 100 pts  up to 50% of order.subtotal }"#).unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"signup","id":"s-1","at":"2026-01-02T10:00:00Z"}"#).unwrap();
    /// let order = r#"{"type":"order","id":"o-1","at":"2026-01-03T10:00:00Z","subtotal":"37.50"}"#;
    /// let redeemable = program.redeemable(&member, order, &Counters::default()).unwrap().to_string();
    /// assert!(redeemable.contains(r#""pays":{"points":"1800","worth":"18"}"#));
    /// ```
    pub fn redeemable(
        &self,
        member: &Member,
        order: impl AsRef<[u8]>,
        counters: &Counters,
    ) -> Result<Document, EventError> {
        let event = self.decode(order.as_ref())?;
        let kind = self.plan.events.get(usize::from(event.data.event)).map_or("", |event| &*event.layout.name);
        if kind != "order" {
            return Err(EventError::new(Refusal::UnknownEvent)
                .in_field("type")
                .expecting("an order")
                .but_found(format!("`{kind}`")));
        }
        let mut working = member.clone();
        doors::advance(&self.plan, &mut working, event.data.at)?;
        Ok(view::rewards::offered(&self.plan, &working, Some(&event.data), Some(counters)))
    }

    /// What a cart would get: the coupons that apply, line by line to the cent, and for every other coupon all that keeps it
    /// from applying. Nothing is changed; an order that names the same codes is given exactly this.
    ///
    /// The cart is JSON like an order that has not happened yet, with neither a type nor an id: `at`, `currency`, `lines`
    /// with `unit_price` and `quantity`, `shipping`, and whatever else the program's conditions read of an order. `counters`
    /// says where the counters over all members stand.
    ///
    /// # Errors
    ///
    /// What is wrong with the cart, as [`Program::decode`]; [`Refusal::OtherProgram`] for a member of another program;
    /// [`Refusal::UnknownEvent`] where no coupon of the program gives anything.
    ///
    /// ```
    /// use loyalty_core::{Counters, Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" { currency EUR  timezone "Europe/Berlin" }
    /// coupon TEN { give 10% off order  when order.subtotal >= 20 EUR }
    /// coupon DELIVERY automatic { give free shipping  when order.subtotal >= 50 EUR }"#).unwrap();
    /// let member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// let cart = r#"{"at":"2026-11-21T10:00:00+01:00","currency":"EUR","shipping":"4.90",
    ///     "lines":[{"sku":"TEA","unit_price":"8.50","quantity":5}]}"#;
    /// let quote = program.quote(&member, cart, &["TEN"], &Counters::default()).unwrap();
    /// assert_eq!(quote.total().to_string(), "43.15");
    /// assert!(quote.to_json().contains("7.50 EUR more for free shipping"));
    /// ```
    pub fn quote(
        &self,
        member: &Member,
        cart: impl AsRef<[u8]>,
        codes: &[&str],
        counters: &Counters,
    ) -> Result<Quote, EventError> {
        let cart = self.decode_cart(cart.as_ref())?;
        self.quoted(member, &cart, codes, counters, true)
    }

    /// The same for a decoded cart, with the reasons of the named codes only: for hosts that quote at every change of a
    /// cart, among many coupons.
    ///
    /// # Errors
    ///
    /// As [`Program::quote`].
    pub fn quote_cart(
        &self,
        member: &Member,
        cart: &Event,
        codes: &[&str],
        counters: &Counters,
    ) -> Result<Quote, EventError> {
        self.quoted(member, cart, codes, counters, false)
    }

    /// The automatic coupons that may be used on a cart, in the order of the program: their conditions, days, limits and
    /// budgets alone, without what they give.
    ///
    /// # Errors
    ///
    /// As [`Program::quote`].
    pub fn eligible(&self, member: &Member, cart: &Event, counters: &Counters) -> Result<Vec<&str>, EventError> {
        let working = quote::at(&self.plan, member, cart.data.at)?;
        let member = working.as_ref().unwrap_or(member);
        let found = quote::eligible_coupons(&self.plan, member, &cart.data, counters)?;
        let names = found.iter().filter_map(|coupon| self.plan.coupons.get(*coupon as usize));
        Ok(names.map(|coupon| &*coupon.name).collect())
    }

    /// Reads a cart for [`Program::quote_cart`].
    ///
    /// # Errors
    ///
    /// As [`Program::decode`].
    pub fn decode_cart(&self, json: &[u8]) -> Result<Event, EventError> {
        self.decode_cart_from(&mut crate::wire::scan::Json::new(json)?)
    }

    /// The same from an object of the host's own.
    ///
    /// # Errors
    ///
    /// As [`Program::decode`].
    pub fn decode_cart_from(&self, input: &mut impl Input) -> Result<Event, EventError> {
        let mut event = Event::default();
        decode::decode_cart(&self.plan, &self.reading, input, &mut event.data)?;
        Ok(event)
    }

    pub(crate) fn quoted(
        &self,
        member: &Member,
        cart: &Event,
        codes: &[&str],
        counters: &Counters,
        others: bool,
    ) -> Result<Quote, EventError> {
        let working = quote::at(&self.plan, member, cart.data.at)?;
        let member = working.as_ref().unwrap_or(member);
        let request = quote::Request { codes, counters, source: quote::cart::Source::Cart, others };
        let answer = quote::answer(&self.plan, member, &cart.data, &self.text, request)?;
        Ok(Quote::new(&self.plan, &self.text, &member.id, answer))
    }

    /// What a member has at an instant (or at its own clock, if that is later); changes nothing.
    #[must_use]
    pub fn view(&self, member: &Member, at: Instant) -> View {
        view::view(&self.plan, member, at.0, &self.text)
    }

    /// Merges the account `from` into the account `into`: balances, counters and everything remembered go over, lots keep
    /// their ends, debts are paid with the other's points. `from` is left empty, and its events are refused with
    /// [`Refusal::MemberClosed`]; those that name it are taken by `into`. The outcomes are that of `into` and that of
    /// `from`.
    ///
    /// An event that both know under one id counts once: what it gave to `from` is taken back first, as by a
    /// cancellation. A host that has kept only `into` may merge again: nothing is taken over twice.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongMember`] for one account twice, [`Refusal::OtherProgram`], [`Refusal::MemberClosed`],
    /// [`Refusal::MemberPaused`], [`Refusal::Conflict`] for an id under which the two know different events,
    /// [`Refusal::Overflow`]; both are then as before.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// let (mut into, mut from) = (program.enroll("m-1", at).unwrap(), program.enroll("m-2", at).unwrap());
    /// program.apply(&mut from, r#"{"type":"order","id":"o-1","member":"m-2","at":"2026-01-02T10:00:00Z",
    ///     "subtotal":"40.00"}"#).unwrap();
    /// let (outcome, _) = program.merge(&mut into, &mut from, Instant::parse("2026-02-01T00:00:00Z").unwrap()).unwrap();
    /// assert_eq!(outcome.decisions()[0].kind(), "merged");
    /// assert_eq!(program.totals(&into)[0].available.to_string(), "40");
    /// assert_eq!(program.totals(&from)[0].issued.to_string(), "0");
    /// ```
    pub fn merge(&self, into: &mut Member, from: &mut Member, at: Instant) -> Result<(Outcome, Outcome), EventError> {
        merge::merge(&self.plan, into, from, at.0)
    }

    /// Erases the person and keeps the sums: what is left has `pseudonym` for its id and holds, of each wallet, the sums,
    /// and of each lot its amount, the day on which it was earned and its end. It takes no more events, only time. Who
    /// comes back is enrolled anew, from zero.
    ///
    /// The pseudonym is the host's: something random, or a keyed hash of the id.
    ///
    /// # Errors
    ///
    /// [`Refusal::WrongMember`] for a pseudonym that holds the id, [`Refusal::TextTooLong`] for an empty or too long one,
    /// [`Refusal::MemberClosed`] for a member that was erased under another pseudonym, [`Refusal::OtherProgram`].
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let mut member = program.enroll("m-1", at).unwrap();
    /// # program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":"40.00"}"#).unwrap();
    /// program.erase(&mut member, "gone-7f3a", Instant::parse("2026-02-01T00:00:00Z").unwrap()).unwrap();
    /// assert_eq!(member.id(), "gone-7f3a");
    /// assert_eq!(program.totals(&member)[0].available.to_string(), "40");
    /// assert!(!program.export(&member).contains("o-1"));
    /// ```
    pub fn erase(&self, member: &mut Member, pseudonym: &str, at: Instant) -> Result<Outcome, EventError> {
        erase::erase(&self.plan, member, pseudonym, at.0)
    }

    /// All that is held about a member, as one JSON document for the person: attributes, tags, wallets with their lots,
    /// counters, values of measures, and every event that is still remembered with what was kept of it and decided.
    ///
    /// ```
    /// # use loyalty_core::{Instant, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-02T10:00:00Z","subtotal":"40.00"}"#).unwrap();
    /// assert!(program.export(&member).contains(r#""subtotal":"40""#));
    /// ```
    #[must_use]
    pub fn export(&self, member: &Member) -> String {
        self.export_document(member).to_string()
    }

    /// The same as a document, which tells amounts and instants from texts.
    #[must_use]
    pub fn export_document(&self, member: &Member) -> Document {
        export::export(&self.plan, member)
    }

    /// Members of one household pay together, each in proportion to what it has available: one event for each of them,
    /// under the payment's id. Either all of them pay or none; paying again under the same id repeats the outcomes.
    ///
    /// # Errors
    ///
    /// [`Refusal::InsufficientBalance`] with what is short, [`Refusal::UnknownWallet`], [`Refusal::WrongMember`] for no
    /// member or one twice, [`Refusal::Conflict`] for an id that is known otherwise, and what [`Program::apply`] refuses.
    ///
    /// ```
    /// # use loyalty_core::{Instant, PoolPayment, PoolReturn, Program};
    /// # let program = Program::compile("program \"Shop\" { currency EUR }\nwallet points {}\n\
    /// #     rule base on order { earn 1 points per 1 EUR of order.subtotal }").unwrap();
    /// # let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    /// # let (mut ana, mut ben) = (program.enroll("ana", at).unwrap(), program.enroll("ben", at).unwrap());
    /// # for (member, points) in [(&mut ana, 200), (&mut ben, 100)] {
    /// #     let event = format!(r#"{{"type":"adjust","id":"a-1","at":"2026-01-01T10:00:00Z","points":{points}}}"#);
    /// #     program.apply(member, event).unwrap();
    /// # }
    /// let payment = PoolPayment { id: "p-1".into(), wallet: "points".into(), points: 100.into(), at };
    /// program.pool_spend(&mut [&mut ana, &mut ben], &payment).unwrap();
    /// assert_eq!(program.totals(&ana)[0].available.to_string(), "133");
    /// assert_eq!(program.totals(&ben)[0].available.to_string(), "67");
    ///
    /// let back = PoolReturn { id: "r-1".into(), payment: "p-1".into(), points: None, at };
    /// program.pool_give_back(&mut [&mut ana, &mut ben], &back).unwrap();
    /// assert_eq!(program.totals(&ana)[0].available.to_string(), "200");
    /// ```
    pub fn pool_spend(&self, members: &mut [&mut Member], payment: &PoolPayment) -> Result<Vec<Outcome>, EventError> {
        pool::spend(&self.plan, members, payment, &|part, event| self.pool_event(part, event))
    }

    /// Members of a household get back of what they paid together, each in proportion to what it gave and has not got
    /// back yet, as the wallet's `restore` says. Either all of them or none.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownOrder`] for a payment that one of them had no part in, [`Refusal::RefundExceedsOrder`] for more
    /// than is left of it, [`Refusal::Conflict`], and what [`Program::apply`] refuses of a refund.
    pub fn pool_give_back(&self, members: &mut [&mut Member], back: &PoolReturn) -> Result<Vec<Outcome>, EventError> {
        pool::give_back(&self.plan, members, back, &|part, event| self.pool_event(part, event))
    }

    /// The `sent_back` event for the sender of a `received` event that cannot be delivered, because its member does not
    /// exist, was erased, or is not the host's: all its points go back. And the `referral_refused` event for the friend of a
    /// `referral` event that its advocate does not take, or that has no advocate.
    ///
    /// # Errors
    ///
    /// What is wrong with the event, [`Refusal::UnknownEvent`] for another one.
    pub fn send_back(&self, received: impl AsRef<[u8]>) -> Result<String, EventError> {
        self.send_back_event(&self.decode(received.as_ref())?).map(|event| event.to_string())
    }

    /// The same for an event that has been decoded, as a document.
    ///
    /// # Errors
    ///
    /// As [`Program::send_back`].
    pub fn send_back_event(&self, received: &Event) -> Result<Document, EventError> {
        let decision = match referrals::undelivered(&self.plan, &received.data) {
            Some(decision) => decision,
            None => transfer::undelivered(&self.plan, &received.data)?,
        };
        Ok(crate::wire::json::carried(&self.plan, &decision).unwrap_or(Document::Null))
    }

    fn pool_event(&self, part: pool::Part<'_>, event: &mut EventData) -> Result<(), EventError> {
        let json = crate::wire::json::pool_part(part).to_string();
        decode::decode(&self.plan, &self.reading, json.as_bytes(), event)
    }

    /// The sums of each wallet of a member as it stands.
    #[must_use]
    pub fn totals(&self, member: &Member) -> Vec<Totals> {
        let wallets = self.plan.wallets.iter().zip(&member.wallets);
        wallets.map(|(wallet, state)| Totals::of(&wallet.name, state)).collect()
    }

    /// Why an event would earn what it would, and what is missing for the rest; changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn explain(&self, before: &Member, event: impl AsRef<[u8]>) -> Result<Explanation, EventError> {
        let event = self.decode(event.as_ref())?;
        self.explain_event(before, &event)
    }

    /// The same for a decoded event.
    ///
    /// # Errors
    ///
    /// As [`Program::apply`].
    pub fn explain_event(&self, before: &Member, event: &Event) -> Result<Explanation, EventError> {
        explain::explain(&self.plan, before, &event.data, &self.text)
    }

    /// Why the passing of time until `to` would bring about what it does; changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Program::advance`].
    ///
    /// ```
    /// use loyalty_core::{Instant, Program};
    ///
    /// let program = Program::compile(r#"program "Shop" { currency EUR }
    ///     wallet points { expire 30 days after earning }
    ///     rule base on order { earn 1 points per 1 EUR of order.subtotal }"#).unwrap();
    /// let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    /// program.apply(&mut member, r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":5}"#).unwrap();
    /// let why = program.explain_advance(&member, Instant::parse("2026-03-01T00:00:00Z").unwrap()).unwrap();
    /// assert!(why.to_text(false).contains("expire 30 days after earning (line 2)"));
    /// ```
    pub fn explain_advance(&self, before: &Member, to: Instant) -> Result<Explanation, EventError> {
        explain::explain_advance(&self.plan, before, to.0, &self.text)
    }

    /// The member's state as JSON, by name.
    #[must_use]
    pub fn save(&self, member: &Member) -> String {
        state::save_json(&self.plan, member)
    }

    /// The member's state as bytes, by name.
    #[must_use]
    pub fn save_binary(&self, member: &Member) -> Vec<u8> {
        state::save_binary(&self.plan, member)
    }

    /// Reads what [`Program::save`] of this or another version of the program wrote.
    ///
    /// # Errors
    ///
    /// Text that is no saved member, or one that does not add up.
    pub fn load(&self, json: &str) -> Result<Loaded, StateError> {
        state::load_json(&self.plan, json)
    }

    /// Reads what [`Program::save_binary`] wrote.
    ///
    /// # Errors
    ///
    /// As [`Program::load`].
    pub fn load_binary(&self, bytes: &[u8]) -> Result<Loaded, StateError> {
        state::load_binary(&self.plan, bytes)
    }
}

/// The program text laid out as everybody's is: the same tree, every comment kept. Formatting twice changes nothing.
///
/// # Errors
///
/// What keeps the text from being read.
///
/// ```
/// let text = loyalty_core::format("wallet   points{round half up}").unwrap();
/// assert_eq!(loyalty_core::format(&text).unwrap(), text);
/// ```
pub fn format(text: &str) -> Result<String, Diagnostics> {
    syntax::format(text).map_err(|found| Diagnostics::new(text, found))
}
