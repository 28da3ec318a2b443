//! What each reward costs a member now, and everything that it lacks; and what points may pay of an order.

use rust_decimal::Decimal;

use crate::engine::claims::Counters;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::rewards::{self, Asked, RewardTerms};
use crate::plan::{Plan, RewardPlan};
use crate::wire::document::Document;
use crate::wire::json::{lack, wallet_name};

/// The rewards of a member who has been brought to the present; nothing for a program without rewards.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    (!plan.rewards.is_empty()).then(|| offered(plan, member, None, None))
}

/// The same on an order, whose sums are those before any reward has paid: what of it may be paid, and with how much.
pub fn offered(plan: &Plan, member: &Member, order: Option<&EventData>, counters: Option<&Counters>) -> Document {
    let at = order.map_or(member.clock, |order| order.at);
    let scope = Scope { event: order, counters, ..Scope::of(plan, member, at) };
    let mut rewards = Document::object();
    for (number, reward) in plan.rewards.iter().enumerate() {
        if let Some(one) = one(&scope, number as u16, reward) {
            rewards.put(&reward.name, one);
        }
    }
    rewards
}

fn one(scope: &Scope<'_>, number: u16, reward: &RewardPlan) -> Option<Document> {
    let plan = scope.plan;
    let form = reward.form(scope.day)?;
    let mut document = Document::object();
    // What reads an order can be told only there.
    let mut pays: Option<(Decimal, Decimal)> = None;
    if !form.in_order || scope.event.is_some() {
        let judged = rewards::judge(scope, &Asked::one(number), &|wallet| Ok(rewards::balance(scope, wallet))).ok()?;
        document.put("available", judged.is_ok());
        let lacks = judged.as_ref().err().map(Vec::as_slice).unwrap_or(&[]);
        document.put("missing", lacks.iter().map(lack).collect::<Document>());
        pays = judged.ok().and_then(|taking| Some((taking.parts.first()?.1, taking.worth?)));
    }
    match rewards::terms(scope, form) {
        RewardTerms::Prices(prices) => {
            let prices = prices.iter().map(|price| {
                let mut one = Document::object();
                price.iter().for_each(|(wallet, amount)| one.put(wallet_name(plan, *wallet), *amount));
                one
            });
            document.put("cost", prices.collect::<Document>());
        }
        RewardTerms::Rate { wallet, points, money, least } => {
            document.put("wallet", wallet_name(plan, wallet));
            document.put("points", points);
            document.put("per", money);
            document.put("at_least", least);
            if let Some((points, worth)) = pays {
                document.put("pays", Document::object().with("points", points).with("worth", worth));
            }
        }
    }
    Some(document)
}
