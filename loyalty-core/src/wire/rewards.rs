//! Rewards as documents: what they cost, and what they lack.

use crate::amount;
use crate::engine::explain;
use crate::engine::quote::rewards::Taken;
use crate::engine::quote::why::Language;
use crate::engine::rewards::{Lack, LackOf, Offered, RewardTerms};
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::wallet_name;

/// What a reward lacks.
pub fn lack(lack: &Lack) -> Document {
    lack_in(lack, |lack| lack.text.to_string())
}

/// The same in words of any language.
pub fn lack_in(lack: &Lack, text: impl Fn(&Lack) -> String) -> Document {
    let mut object = Document::object().with("kind", lack.of.name()).with("text", text(lack));
    if let Some(wallet) = &lack.wallet {
        object.put("wallet", &**wallet);
    }
    for (key, value) in [("required", lack.required), ("actual", lack.actual), ("shortfall", lack.shortfall)] {
        if let Some(value) = value {
            object.put(key, value);
        }
    }
    object
}

/// A reward as it is offered: whether it can be had, what it costs, and what it lacks, in words of any language.
pub fn reward_offered(plan: &Plan, offered: &Offered, text: impl Fn(&Lack) -> String) -> Document {
    let mut document = Document::object();
    if let Some(judged) = &offered.judged {
        document.put("available", judged.is_ok());
        let lacks = judged.as_ref().err().map(Vec::as_slice).unwrap_or(&[]);
        document.put("missing", lacks.iter().map(|lack| lack_in(lack, &text)).collect::<Document>());
    }
    match &offered.terms {
        RewardTerms::Prices(prices) => {
            let prices = prices.iter().map(|price| {
                let mut one = Document::object();
                price.iter().for_each(|(wallet, amount)| one.put(wallet_name(plan, *wallet).to_owned(), *amount));
                one
            });
            document.put("cost", prices.collect::<Document>());
        }
        RewardTerms::Rate { wallet, points, money, least } => {
            document.put("wallet", wallet_name(plan, *wallet));
            document.put("points", *points);
            document.put("per", *money);
            document.put("at_least", *least);
            let taking = offered.judged.as_ref().and_then(|judged| judged.as_ref().ok());
            if let Some((points, worth)) = taking.and_then(|taking| Some((taking.parts.first()?.1, taking.worth?))) {
                document.put("pays", Document::object().with("points", points).with("worth", worth));
            }
        }
    }
    document
}

/// A reward that a cart names: what is spent on it, or what it lacks.
pub fn reward_taken(plan: &Plan, taken: &Taken, text: impl Fn(&Lack) -> String) -> Document {
    let name = plan.rewards.get(usize::from(taken.reward)).map_or("", |reward| &*reward.name);
    let document = Document::object()
        .with("reward", name)
        .with("quantity", taken.quantity)
        .with("available", taken.judged.is_ok());
    match &taken.judged {
        Ok(taking) => {
            let mut spent = Document::object();
            taking.parts.iter().for_each(|(wallet, amount)| spent.put(wallet_name(plan, *wallet).to_owned(), *amount));
            let mut document = document.with("spent", spent);
            if let Some(worth) = taking.worth {
                document.put("worth", worth);
            }
            document
        }
        Err(lacks) => document.with("missing", lacks.iter().map(|lack| lack_in(lack, &text)).collect::<Document>()),
    }
}

/// What a reward lacks, in words of a language.
pub fn lack_text(plan: &Plan, lack: &Lack, language: Language) -> String {
    if language == Language::English {
        return lack.text.to_string();
    }
    // What the program says stays as it is.
    let said = || lack.text.split_once("`: ").map_or(lack.text.trim_matches('`'), |(said, _)| said.trim_matches('`'));
    match (lack.of, lack.required, lack.actual, lack.shortfall) {
        (LackOf::Condition, ..) => format!("لا يتحقق الشرط: {}", said()),
        (LackOf::Valid, ..) => "غير سارية الآن".to_owned(),
        (LackOf::Limit, _, Some(left), _) if amount::is_positive(left) => {
            format!("بقي {} فقط حتى حد الاستخدام", amount::text(left))
        }
        (LackOf::Limit, ..) => "بلغت حد الاستخدام".to_owned(),
        (LackOf::Balance, Some(required), _, Some(shortfall)) => {
            let wallet =
                lack.wallet.as_ref().and_then(|name| plan.wallets.iter().position(|wallet| wallet.name == *name));
            let words = |value| match wallet {
                Some(wallet) => explain::sum(plan, value, wallet as u16),
                None => amount::text(value),
            };
            format!("تحتاج {}، وينقصك {}", words(required), words(shortfall))
        }
        (LackOf::Balance, ..) => "الرصيد لا يكفي".to_owned(),
        (LackOf::Amount, Some(required), ..) => {
            format!("المقدار المطلوب غير مقبول، والحد {}", amount::text(required))
        }
        (LackOf::Amount, ..) => "المقدار المطلوب غير مقبول".to_owned(),
    }
}
