//! Attributes and tags: rules that tell of them, and whatever goes by them.

use super::program::compare;
use super::wallets::{expire, points};
use super::{PAYMENTS, Rolls};
use crate::model::number::{scaled, whole};
use crate::model::program::*;

/// Tags that rules tell of, whatever sets them off.
const TAGS: [&str; 2] = ["vip", "new"];

/// Changes a rule, a wallet or a segment, each from its own rolls.
pub fn add(program: &mut Program, marks: Vec<Vec<u32>>) {
    for rolls in marks {
        let mut rolls = Rolls::new(rolls);
        match rolls.below(8) {
            // What is told and what is read in one go, so that the two meet.
            0 | 1 => {
                tell(&mut rolls, program);
                read(&mut rolls, program);
            }
            2 => tell(&mut rolls, program),
            3 => read(&mut rolls, program),
            4 => rate(&mut rolls, program),
            5 => {
                let condition = condition(&mut rolls);
                let wallet = rolls.below(program.wallets.len());
                program.wallets[wallet].expire.insert(0, (expire(&mut rolls), Some(condition)));
            }
            6 if !program.segments.is_empty() => {
                let segment = rolls.below(program.segments.len());
                let form = &mut program.segments[segment].forms[0].1;
                *form = Expr::Or(vec![form.clone(), condition(&mut rolls)]);
            }
            _ => give(&mut rolls, program),
        }
    }
}

/// A rule of its own, or one more effect of another.
fn tell(rolls: &mut Rolls, program: &mut Program) {
    let rule = rolls.below(program.rules.len());
    let refuses = program.rules[rule].effects.iter().any(|effect| matches!(effect, Effect::Refuse));
    if refuses || rolls.one_in(3) {
        let event = rolls.pick(&["order", "visit", "redeem", "refund", "stamp"]);
        let effect = effect(rolls, event);
        let name = format!("rule{}", program.rules.len());
        program.rules.push(Rule::plain(&name, event, vec![effect]));
    } else {
        let event = program.rules[rule].event.clone();
        let effect = effect(rolls, &event);
        program.rules[rule].effects.push(effect);
    }
}

/// A rule that something is needed for.
fn read(rolls: &mut Rolls, program: &mut Program) {
    let rule = rolls.below(program.rules.len());
    let condition = condition(rolls);
    program.rules[rule].when.push(condition);
}

/// A rule that earns by what is told.
fn give(rolls: &mut Rolls, program: &mut Program) {
    let wallet = rolls.below(program.wallets.len());
    let amount = Earn::Fixed(Expr::Points(wallet, points(rolls, &program.wallets[wallet])));
    let earn = Effect::Earn { wallet, amount, vest: None, expire: None };
    let name = format!("rule{}", program.rules.len());
    let rule = Rule { cap_wallet: wallet, ..Rule::plain(&name, rolls.pick(&["visit", "order"]), vec![earn]) };
    program.rules.push(Rule { when: vec![condition(rolls)], ..rule });
}

/// Points of a rate that go by the member.
fn rate(rolls: &mut Rolls, program: &mut Program) {
    let rule = rolls.below(program.rules.len());
    for effect in &mut program.rules[rule].effects {
        if let Effect::Earn { wallet, amount: Earn::Rate { points, .. }, .. } = effect
            && let Expr::Number(number) = points
        {
            let fixed = Expr::Points(*wallet, number.clone());
            *points = Expr::Scaled(Box::new(fixed), Box::new(Expr::Attribute("factor")));
        }
    }
}

fn effect(rolls: &mut Rolls, event: &str) -> Effect {
    match rolls.below(8) {
        // What sends itself has no end.
        6 | 7 if event != "stamp" => Effect::Signal("stamp"),
        0 | 1 => Effect::Tag(rolls.pick(&TAGS)),
        2 => Effect::Untag(rolls.pick(&TAGS)),
        3 => Effect::Set("factor", Expr::Number(rolls.pick(&[whole(2), scaled(5, 1), whole(0)]))),
        5 if matches!(event, "order" | "visit") => Effect::Set("contract", super::dates::moved(rolls, event, None)),
        4 if event == "order" => Effect::Set("card", Expr::Field("payment".to_owned())),
        _ => Effect::Set("card", Expr::Text(rolls.pick(&PAYMENTS).to_owned())),
    }
}

pub fn condition(rolls: &mut Rolls) -> Expr {
    let card = || Expr::Attribute("card");
    let condition = match rolls.below(6) {
        0 | 1 => Expr::Tagged(rolls.pick(&TAGS)),
        2 => compare(Comparison::Equal, card(), Expr::Text(rolls.pick(&PAYMENTS).to_owned())),
        3 => Expr::IsMissing(Box::new(card())),
        4 => compare(Comparison::NotEqual, card(), Expr::Text(rolls.pick(&PAYMENTS).to_owned())),
        _ => compare(Comparison::GreaterOrEqual, Expr::Attribute("factor"), Expr::Number(whole(rolls.pick(&[1, 2])))),
    };
    if rolls.one_in(4) { Expr::Not(Box::new(condition)) } else { condition }
}
