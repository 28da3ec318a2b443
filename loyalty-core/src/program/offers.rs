//! What an order or a cart would bring, before there is one: quotes, and rewards that may be redeemed.

use super::{Event, Program};
use crate::engine::claims::Counters;
use crate::engine::error::{EventError, Refusal};
use crate::engine::member::Member;
use crate::engine::{doors, quote, view};
use crate::quote::Quote;
use crate::wire::decode;
use crate::wire::document::Document;
use crate::wire::input::Input;

impl Program {
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
    /// [`Refusal::UnknownEvent`] where no coupon of the program gives anything and no reward reads an order or pays a part of it.
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
        doors::same_state(&self.plan, member, &cart.data)?;
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
        doors::same_state(&self.plan, member, &cart.data)?;
        let working = quote::at(&self.plan, member, cart.data.at)?;
        let member = working.as_ref().unwrap_or(member);
        let request = quote::Request { codes, counters, source: quote::cart::Source::Cart, others };
        let answer = quote::answer(&self.plan, member, &cart.data, &self.text, request)?;
        Ok(Quote::new(&self.plan, &self.text, &member.id, answer))
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
        doors::same_state(&self.plan, member, &event.data)?;
        let mut working = member.clone();
        doors::advance(&self.plan, &mut working, event.data.at)?;
        Ok(view::rewards::offered(&self.plan, &working, Some(&event.data), Some(counters)))
    }
}
