//! What each reward costs a member now, and everything that it lacks.

use crate::engine::eval::Scope;
use crate::engine::member::Member;
use crate::engine::rewards::{self, Asked, RewardTerms};
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::{lack, wallet_name};

/// The rewards of a member who has been brought to the present; nothing for a program without rewards.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    let scope = Scope::of(plan, member, member.clock);
    let mut rewards = Document::object();
    for (number, reward) in plan.rewards.iter().enumerate() {
        let Some(form) = reward.form(scope.day) else { continue };
        let number = number as u16;
        let terms = rewards::terms(&scope, form);
        let mut document = Document::object();
        // What reads an order can be told only there.
        if !form.in_order {
            let judged = rewards::judge(&scope, &Asked::one(number), &|wallet| Ok(rewards::balance(&scope, wallet)));
            let Ok(judged) = judged else { continue };
            document.put("available", judged.is_ok());
            document.put("missing", judged.err().unwrap_or_default().iter().map(lack).collect::<Document>());
        }
        match terms {
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
            }
        }
        rewards.put(&reward.name, document);
    }
    (!plan.rewards.is_empty()).then_some(rewards)
}
