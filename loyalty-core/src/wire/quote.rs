//! A quote as a document.

use rust_decimal::Decimal;

use super::document::Document;
use super::json::instant;
use super::rewards::{lack_text, reward_offered, reward_taken};
use crate::engine::explain::words;
use crate::engine::pricing::Minor;
use crate::engine::quote::cart::decimal;
use crate::engine::quote::why::{Language, WhyNot};
use crate::engine::quote::{Answer, AppliedCoupon, NotApplied};
use crate::engine::rewards::Lack;
use crate::engine::value::Value;
use crate::plan::offers::GivePlan;
use crate::plan::{Plan, Unit, in_force};

/// What a quote is told with.
pub struct Telling<'a> {
    pub plan: &'a Plan,
    pub answer: &'a Answer,
    pub member: &'a str,
    /// The program's text, which is quoted.
    pub source: &'a str,
    pub language: Language,
}

impl Telling<'_> {
    pub fn document(&self) -> Document {
        let Answer { order, .. } = self.answer;
        let goods: Minor = order.basket.lines.iter().map(|line| line.amount).sum();
        let nets: Minor = self.answer.nets.iter().sum();
        let credit = order.basket.credit.min(nets);
        let mut document = Document::object()
            .with("at", instant(self.plan, order.view.at))
            .with("member", self.member)
            .with("subtotal", self.money(goods))
            .with("discount", self.money(goods - nets))
            .with("shipping", self.money(order.basket.shipping))
            .with("shipping_discount", self.money(order.basket.shipping - self.answer.shipping));
        if credit > 0 {
            document.put("credit", self.money(credit));
        }
        let rewards = &self.answer.rewards;
        if !rewards.paid.is_zero() {
            document.put("paid", rewards.paid);
        }
        document.put("total", self.answer.total(self.minor()));
        document.put("complete", self.answer.complete);
        if !self.answer.refused.is_empty() {
            let refused = self.answer.refused.iter().map(|one| {
                let name = self.plan.rules.get(one.rule as usize).map_or("", |rule| &*rule.name);
                Document::object().with("rule", name).with("text", one.text.as_deref())
            });
            document.put("refused", refused.collect::<Document>());
        }
        document.put("applied", self.answer.applied.iter().map(|one| self.applied(one)).collect::<Document>());
        document.put("lines", (0..self.answer.nets.len()).map(|line| self.line(line)).collect::<Document>());
        let not_applied = self.answer.not_applied.iter().map(|one| self.not_applied(one));
        document.put("not_applied", not_applied.collect::<Document>());
        let hints: Vec<Document> = self.answer.not_applied.iter().filter_map(|one| self.hint(one)).collect();
        if !hints.is_empty() {
            document.put("hints", hints);
        }
        let text = |lack: &Lack| lack_text(self.plan, lack, self.language);
        if !rewards.taken.is_empty() {
            let taken = rewards.taken.iter().map(|taken| reward_taken(self.plan, taken, text));
            document.put("taken", taken.collect::<Document>());
        }
        if !rewards.offered.is_empty() {
            let mut offered = Document::object();
            for one in &rewards.offered {
                let name = self.plan.rewards.get(usize::from(one.reward)).map_or("", |reward| &*reward.name);
                offered.put(name.to_owned(), reward_offered(self.plan, one, text));
            }
            document.put("rewards", offered);
        }
        document
    }

    fn minor(&self) -> u8 {
        self.plan.cart.as_ref().map_or(2, |cart| cart.minor)
    }

    fn money(&self, minor: Minor) -> Decimal {
        decimal(minor, self.minor())
    }

    fn name(&self, coupon: u32) -> &str {
        self.plan.coupons.get(coupon as usize).map_or("", |coupon| &coupon.name)
    }

    fn applied(&self, one: &AppliedCoupon) -> Document {
        let mut document = Document::object().with("coupon", self.name(one.coupon));
        if let Some(code) = &one.code {
            document.put("code", &**code);
        }
        if let Some(held) = one.held {
            document.put("number", held);
        }
        let day = self.answer.order.view.day;
        let form = self.plan.coupons.get(one.coupon as usize).and_then(|coupon| in_force(&coupon.forms, day));
        if form.is_none_or(|form| form.offer.is_none()) {
            return document;
        }
        document.put("discount", self.money(one.applied.off()));
        let lines = one.applied.lines.iter().map(|(line, off)| {
            let document = self.identified(*line as usize);
            document.with("discount", self.money(*off))
        });
        document.put("lines", lines.collect::<Document>());
        if one.applied.shipping > 0 {
            document.put("shipping", self.money(one.applied.shipping));
        }
        if one.applied.gifts > 0 {
            let gift = Document::object().with("sku", self.gift(one.coupon)).with("quantity", one.applied.gifts);
            document.put("gifts", vec![gift]);
        }
        document
    }

    fn gift(&self, coupon: u32) -> &str {
        let form = self
            .plan
            .coupons
            .get(coupon as usize)
            .and_then(|coupon| in_force(&coupon.forms, self.answer.order.view.day));
        match form.and_then(|form| form.offer.as_ref()).map(|offer| &offer.give) {
            Some(GivePlan::Gift { sku, .. }) => sku,
            _ => "",
        }
    }

    /// A line by its place from 1, and by what the host calls it.
    fn identified(&self, line: usize) -> Document {
        let mut document = Document::object().with("line", line + 1);
        let Some(cart) = &self.plan.cart else { return document };
        let view = &self.answer.order.view;
        if let Some(row) = view.rows_of(view.list(cart.lines)).nth(line) {
            for (key, slot) in [("id", cart.id), ("sku", cart.sku)] {
                if let Value::Text(text, _) = view.item(row, slot) {
                    document.put(key, text);
                }
            }
        }
        document
    }

    fn line(&self, line: usize) -> Document {
        let mut document = self.identified(line);
        let amount = self.answer.order.basket.lines.get(line).map_or(0, |line| line.amount);
        let net = self.answer.nets.get(line).copied().unwrap_or(0);
        document.put("amount", self.money(amount));
        document.put("discount", self.money(amount - net));
        document.put("net", self.money(net));
        if let Some(units) = self.answer.units.get(line).filter(|_| amount != net) {
            let units =
                units.iter().map(|(count, net)| Document::object().with("count", *count).with("net", self.money(*net)));
            document.put("units", units.collect::<Document>());
        }
        document
    }

    fn not_applied(&self, one: &NotApplied) -> Document {
        let mut document = Document::object();
        if let Some(coupon) = one.coupon {
            document.put("coupon", self.name(coupon));
        }
        if let Some(code) = &one.code {
            document.put("code", &**code);
        }
        let reasons = one.reasons.iter().map(|why| why.document(self.plan, self.language));
        document.with("reasons", reasons.collect::<Document>())
    }

    /// What little more of the order would bring a coupon about: one whose only reason is that a sum of the order is short.
    fn hint(&self, one: &NotApplied) -> Option<Document> {
        let [why @ WhyNot::Condition(_, true)] = one.reasons.as_slice() else { return None };
        let (short, unit) = why.shortfall().filter(|(short, _)| !short.is_zero())?;
        if !matches!(unit, Unit::Money(_) | Unit::None) {
            return None;
        }
        let coupon = self.plan.coupons.get(one.coupon? as usize)?;
        let offer = in_force(&coupon.forms, self.answer.order.view.day)?.offer.as_ref()?;
        let quoted = words::quoted(self.source, offer.quote);
        let gives = quoted.strip_prefix("give ").unwrap_or(&quoted).trim();
        let amount = words::number(self.plan, short, unit);
        let text = match self.language {
            Language::English => format!("{amount} more for {gives}"),
            Language::Arabic => format!("أضف {amount} لتحصل على {gives}"),
        };
        let document = Document::object().with("coupon", &*coupon.name).with("short", short);
        Some(document.with("gives", gives).with("text", text))
    }
}
