//! A quote as hosts see it.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::engine::quote::Answer;
use crate::engine::quote::cart::decimal;
use crate::engine::quote::why::Language;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::quote::Telling;

/// What a cart would get; see [`Program::quote`](crate::Program::quote).
#[derive(Debug, Clone)]
pub struct Quote {
    plan: Arc<Plan>,
    text: Arc<str>,
    member: Box<str>,
    answer: Arc<Answer>,
}

impl Quote {
    pub(crate) fn new(plan: &Arc<Plan>, text: &Arc<str>, member: &str, answer: Answer) -> Self {
        Self { plan: Arc::clone(plan), text: Arc::clone(text), member: member.into(), answer: Arc::new(answer) }
    }

    /// What is to be paid: what the goods and the shipping cost with the coupons that apply, less what rewards pay of it.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.answer.total(self.plan.cart.as_ref().map_or(2, |cart| cart.minor))
    }

    /// The money that the rewards of the cart pay of it.
    #[must_use]
    pub fn paid(&self) -> Decimal {
        self.answer.rewards.paid
    }

    /// What the coupons take off the goods.
    #[must_use]
    pub fn discount(&self) -> Decimal {
        let before: i64 = self.answer.order.basket.lines.iter().map(|line| line.amount).sum();
        self.money(before - self.answer.nets.iter().sum::<i64>())
    }

    /// What the coupons take off the shipping.
    #[must_use]
    pub fn shipping_discount(&self) -> Decimal {
        self.money(self.answer.order.basket.shipping - self.answer.shipping)
    }

    /// What each line costs with the coupons that apply, in the order of the cart.
    pub fn nets(&self) -> impl Iterator<Item = Decimal> + '_ {
        self.answer.nets.iter().map(|net| self.money(*net))
    }

    /// The coupons that apply, in the order in which they do: the name, and what it takes off in all.
    pub fn applied(&self) -> impl Iterator<Item = (&str, Decimal)> + '_ {
        self.answer.applied.iter().map(|one| {
            let name = self.plan.coupons.get(one.coupon as usize).map_or("", |coupon| &*coupon.name);
            (name, self.money(one.applied.off()))
        })
    }

    /// The rules that would refuse the order, with what they say to the member.
    pub fn refused(&self) -> impl Iterator<Item = (&str, Option<&str>)> + '_ {
        self.answer.refused.iter().map(|one| {
            let name = self.plan.rules.get(one.rule as usize).map_or("", |rule| &*rule.name);
            (name, one.text.as_deref())
        })
    }

    /// Whether no lawful combination of coupons takes off more. It is false only where so many coupons wait for each other
    /// that the search was cut off; what was found is lawful even so.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.answer.complete
    }

    /// The quote as a document, with its texts in English.
    #[must_use]
    pub fn to_document(&self) -> Document {
        self.to_document_in("en")
    }

    /// The same with its texts in the language of a tag: `en` or `ar`; English for others.
    #[must_use]
    pub fn to_document_in(&self, language: &str) -> Document {
        let telling = Telling {
            plan: &self.plan,
            answer: &self.answer,
            member: &self.member,
            source: &self.text,
            language: Language::of(language),
        };
        telling.document()
    }

    /// The quote as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    fn money(&self, minor: i64) -> Decimal {
        decimal(minor, self.plan.cart.as_ref().map_or(2, |cart| cart.minor))
    }
}
