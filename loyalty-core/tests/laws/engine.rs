//! The engine as the properties see it: through its public API, figures in the model's form.

use std::collections::BTreeMap;

use loyalty_core::{Decimal, EventError, Instant, Member, Outcome, Program};
use serde_json::Value;

use crate::generate::{Case, MEMBER};
use crate::model::event::Step;
use crate::model::{Answer, Figures};

/// One member of a compiled program.
#[derive(Clone)]
pub struct Engine {
    pub program: Program,
    pub member: Member,
}

impl Engine {
    pub fn new(case: &Case) -> Engine {
        let program = compile(&case.program.to_string());
        let member = program.enroll(MEMBER, instant(case.enrolled)).expect("a member");
        Engine { program, member }
    }

    pub fn step(&mut self, step: &Step) -> Result<Outcome, EventError> {
        match step {
            Step::Apply(event) => self.program.apply(&mut self.member, event.to_json(MEMBER)),
            Step::Advance(at) => self.program.advance(&mut self.member, instant(*at)),
        }
    }

    pub fn answered(result: &Result<Outcome, EventError>) -> Answer {
        match result {
            Ok(outcome) if outcome.replayed() => Answer::Replayed,
            Ok(_) => Answer::Applied,
            Err(error) => Answer::Refused(error.code().as_str()),
        }
    }

    pub fn save(&self) -> String {
        self.program.save(&self.member)
    }

    pub fn figures(&self) -> Figures {
        let view = self.program.view(&self.member, self.member.clock());
        let view: Value = serde_json::from_str(&view.to_json()).expect("a view is JSON");
        let mut figures = Figures {
            totals: BTreeMap::new(),
            lots: BTreeMap::new(),
            measures: BTreeMap::new(),
            levels: BTreeMap::new(),
            attributes: BTreeMap::new(),
            tags: vec![],
        };
        for totals in self.program.totals(&self.member) {
            let amounts = [
                ("issued", totals.issued),
                ("available", totals.available),
                ("pending", totals.pending),
                ("spent", totals.spent),
                ("expired", totals.expired),
                ("clawed_back", totals.clawed_back),
                ("written_off", totals.written_off),
                ("debt", totals.debt),
            ];
            for (name, amount) in amounts {
                figures.totals.insert(format!("{}.{name}", totals.wallet), plain(amount));
            }
        }
        let mut lots: BTreeMap<_, Decimal> = BTreeMap::new();
        for (wallet, shown) in view["wallets"].as_object().expect("wallets") {
            for lot in shown["lots"].as_array().expect("lots") {
                let at = |name: &str| lot.get(name).and_then(Value::as_str).map(micros);
                let amount: Decimal = lot["amount"].as_str().expect("an amount").parse().expect("a decimal");
                let key = (wallet.clone(), at("earned_at").expect("an instant"), at("vests_at"), at("expires_at"));
                *lots.entry(key).or_default() += amount;
            }
        }
        figures.lots = lots.into_iter().map(|(key, amount)| (key, plain(amount))).collect();
        for (name, value) in view["measures"].as_object().expect("measures") {
            figures.measures.insert(name.clone(), shown(value));
        }
        for (name, value) in view["attributes"].as_object().expect("attributes") {
            figures.attributes.extend(shown(value).map(|value| (name.clone(), value)));
        }
        let tags = view["tags"].as_array().expect("tags");
        figures.tags = tags.iter().map(|tag| tag.as_str().expect("a tag").to_owned()).collect();
        let saved: Value = serde_json::from_str(&self.save()).expect("a state is JSON");
        for tier in saved["tiers"].as_array().expect("tiers") {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let at = |name: &str| tier.get(name).and_then(Value::as_str).map(micros);
            let level = text(tier["levels"].as_array().and_then(|levels| levels.last()).expect("a level"));
            let shown = (level, at("since").expect("an instant"), at("until"), at("grace"));
            figures.levels.insert(text(&tier["ladder"]), shown);
        }
        figures
    }

    /// What a step has decided, in the model's form.
    pub fn decided(outcome: &Outcome) -> Vec<String> {
        let outcome: Value = serde_json::from_str(&outcome.to_json()).expect("an outcome is JSON");
        let at = outcome["at"].as_str().expect("an instant");
        outcome["decisions"].as_array().into_iter().flatten().filter_map(|decision| told(decision, at)).collect()
    }
}

pub fn compile(text: &str) -> Program {
    match Program::compile(text) {
        Ok(program) => program,
        Err(diagnostics) => panic!("{}\n{text}", diagnostics.render("generated", false)),
    }
}

pub fn instant(at: i64) -> Instant {
    Instant::from_micros(at).expect("an instant of the engine")
}

fn plain(amount: Decimal) -> String {
    amount.normalize().to_string()
}

fn micros(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_micros()
}

/// A measure's value in the model's form: numbers shortest, instants in UTC.
fn shown(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Ok(number) = text.parse::<Decimal>() {
        return Some(plain(number));
    }
    match chrono::DateTime::parse_from_rfc3339(&text) {
        Ok(at) => Some(at.to_utc().to_rfc3339()),
        Err(_) => Some(text),
    }
}

/// A decision in the model's form; nothing for kinds that it has no word for.
fn told(decision: &Value, outcome_at: &str) -> Option<String> {
    let text = |name: &str| decision[name].as_str().unwrap_or_else(|| panic!("no {name}: {decision}"));
    let at = micros(decision["at"].as_str().unwrap_or(outcome_at));
    let until = || decision["until"].as_str().map_or("open".to_owned(), |until| micros(until).to_string());
    let kind = text("kind");
    Some(match kind {
        "earned" | "vested" | "spent" | "expired" | "restored" | "clawed_back" | "forfeited" | "reinstated" => {
            let amount: Decimal = text("amount").parse().expect("a decimal");
            format!("{at} {kind} {} {}", text("wallet"), plain(amount))
        }
        "tier_changed" => {
            let (ladder, from, to) = (text("ladder"), text("from"), text("to"));
            format!("{at} tier_changed {ladder} {from} {to} {} {}", text("because"), until())
        }
        "tier_kept" => {
            format!("{at} tier_kept {} {} {} {}", text("ladder"), text("level"), text("because"), until())
        }
        "claim" => {
            let by: Decimal = text("by").parse().expect("a decimal");
            format!("{at} claim {} {}", text("counter"), plain(by))
        }
        "signal" => format!("{at} signal {}", text("name")),
        "tagged" | "untagged" => format!("{at} {kind} {}", text("tag")),
        "attribute_set" => {
            let value = shown(&decision["value"]).unwrap_or_else(|| "null".to_owned());
            format!("{at} {kind} {} {value}", text("field"))
        }
        "segment_entered" | "segment_left" => format!("{at} {kind} {}", text("segment")),
        _ => return None,
    })
}
