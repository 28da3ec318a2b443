//! What declarations say from days on: each block changes one of them in one or two of its kinds of clauses.

use chrono::NaiveDate;

use super::Rolls;
use super::program::*;
use super::wallets::{caps, expire, per, points, vest};
use crate::model::number::{scaled, whole};
use crate::model::program::*;

/// Days soon after those on which histories begin.
const DAYS: [(i32, u32, u32); 12] = [
    (2026, 1, 6),
    (2026, 1, 20),
    (2026, 3, 29),
    (2026, 3, 8),
    (2026, 4, 24),
    (2026, 4, 7),
    (2026, 5, 24),
    (2026, 10, 25),
    (2026, 11, 8),
    (2024, 2, 29),
    (2025, 12, 31),
    (2026, 1, 1),
];

pub fn add(program: &mut Program, blocks: Vec<Vec<u32>>) {
    let mut blocks: Vec<(NaiveDate, Rolls)> = blocks.into_iter().map(|rolls| dated(Rolls::new(rolls))).collect();
    blocks.sort_by_key(|(from, _)| *from);
    for (from, mut rolls) in blocks {
        match rolls.below(5) {
            0 | 1 => wallet(&mut rolls, from, program),
            2 => measure(&mut rolls, from, program),
            3 if !program.groups.is_empty() => group(&mut rolls, from, program),
            _ => rule(&mut rolls, from, program),
        }
    }
}

fn dated(mut rolls: Rolls) -> (NaiveDate, Rolls) {
    let (year, month, day) = rolls.pick(&DAYS);
    (NaiveDate::from_ymd_opt(year, month, day).expect("a date"), rolls)
}

/// The form before a day, unless one begins on it.
fn before<T: Dated + Clone>(declaration: &T, from: NaiveDate) -> Option<T> {
    let latest = declaration.later().last();
    let form = latest.map_or(declaration, |(_, form)| form);
    latest.is_none_or(|(before, _)| *before < from).then(|| form.clone())
}

fn wallet(rolls: &mut Rolls, from: NaiveDate, program: &mut Program) {
    let index = rolls.below(program.wallets.len());
    let Some(mut form) = before(&program.wallets[index], from) else { return };
    form.later.clear();
    for _ in 0..1 + rolls.below(2) {
        match rolls.below(9) {
            0 => form.vest = vest(rolls),
            1 | 2 => {
                form.expire = match expire(rolls) {
                    Expire::Never => vec![(Expire::Open, None)],
                    other => vec![(other, None)],
                };
            }
            3 => form.clawback = rolls.pick(&[Clawback::WithinBalance, Clawback::MayOverdraw, Clawback::OnlyPending]),
            4 => {
                form.restore = rolls.pick(&[Restore::Original { at_least: None }, Restore::Fresh, Restore::Never]);
                form.restore_full_only = rolls.one_in(3);
            }
            5 => {
                form.round = rolls.pick(&[RoundMode::Up, RoundMode::HalfEven, RoundMode::Down]);
                form.scope = rolls.pick(&[RoundScope::Line, RoundScope::Unit, RoundScope::Rule, RoundScope::Order]);
                form.multipliers = rolls.pick(&[Multipliers::Compound, Multipliers::Best, Multipliers::Add]);
            }
            6 => form.spend = rolls.pick(&[SpendOrder::Oldest, SpendOrder::SoonestExpiring]),
            7 => form.hold_at_most = Some(points(rolls, &form) + whole(20)),
            _ => {
                let all = caps(rolls, &form);
                if !all.is_empty() {
                    (form.caps, form.cap_reject) = (all, rolls.one_in(3));
                }
            }
        }
    }
    program.wallets[index].later.push((from, form));
}

fn measure(rolls: &mut Rolls, from: NaiveDate, program: &mut Program) {
    let index = rolls.below(program.measures.len());
    let Some(mut form) = before(&program.measures[index], from) else { return };
    form.later.clear();
    if !matches!(form.function, Function::Streak(_)) && rolls.below(3) < 2 {
        form.window = match window(rolls) {
            // What levels are reached by looks at whole days.
            Window::Rolling(length) if is_clock_length(length) => Window::AllTime,
            window => window,
        };
    }
    let by_line = matches!(form.value, Some(Expr::SumLines(..) | Expr::SumProducts(..)));
    if form.flow.is_none() && form.event == "order" && !by_line && rolls.one_in(2) {
        form.filter = Some(event_condition(rolls, "order", program.currency));
    }
    program.measures[index].later.push((from, form));
}

fn is_clock_length(length: Length) -> bool {
    crate::model::calendar::is_clock(length.unit)
}

fn group(rolls: &mut Rolls, from: NaiveDate, program: &mut Program) {
    let index = rolls.below(program.groups.len());
    let Some(mut form) = before(&program.groups[index], from) else { return };
    form.later.clear();
    if !form.limits.is_empty() || rolls.one_in(2) {
        form.limits = vec![limit(rolls)];
    }
    let wallet = &program.wallets[form.cap_wallet];
    if !form.caps.is_empty() && rolls.one_in(2) {
        form.caps = vec![Cap::of(points(rolls, wallet), per(rolls, true))];
        form.cap_reject = rolls.one_in(3);
    }
    program.groups[index].later.push((from, form));
}

fn rule(rolls: &mut Rolls, from: NaiveDate, program: &mut Program) {
    let index = rolls.below(program.rules.len());
    let Some(mut form) = before(&program.rules[index], from) else { return };
    form.later.clear();
    let caps_hold = !program.rules.iter().flat_map(|rule| &rule.effects).any(defies_caps);
    let earns = form.effects.iter().all(|effect| matches!(effect, Effect::Earn { .. }));
    // A refusal counts nothing.
    let refuses = form.effects.iter().any(|effect| matches!(effect, Effect::Refuse));
    for _ in 0..1 + rolls.below(2) {
        match rolls.below(7) {
            0 | 1 if form.trigger.is_none() => {
                let event = form.event.clone();
                form.effects = form.effects.iter().map(|effect| changed(rolls, effect, &event, program)).collect();
            }
            2 if !refuses => form.limits = vec![limit(rolls)],
            3 => form.valid = vec![valid(rolls)],
            4 if earns && caps_hold && form.trigger.is_none() => {
                let all = caps(rolls, &program.wallets[form.cap_wallet]);
                if !all.is_empty() {
                    (form.caps, form.cap_reject) = (all, rolls.one_in(3));
                }
            }
            5 if form.trigger.is_none() && !refuses => {
                form.returns = Some(rolls.pick(&[Returns::Keep, Returns::Revoke]))
            }
            _ => {
                let of_member = member_condition(rolls, program);
                form.when = vec![if form.trigger.is_none() { read_before(rolls, of_member) } else { of_member }];
            }
        }
    }
    program.rules[index].later.push((from, form));
}

/// An effect of the same kind, for the same wallets and rules.
fn changed(rolls: &mut Rolls, effect: &Effect, event: &str, program: &Program) -> Effect {
    match effect {
        Effect::Earn { wallet, amount, .. } => {
            let by_rate = |effect: &Effect| matches!(effect, Effect::Earn { amount: Earn::Rate { .. }, .. });
            let other = earn(rolls, *wallet, event, program);
            if by_rate(&other) == matches!(amount, Earn::Rate { .. }) { other } else { effect.clone() }
        }
        Effect::Multiply { rules, wallet, by } => {
            let other = rolls.pick(&[Expr::Number(whole(3)), Expr::Percent(scaled(150, 2))]);
            let is_number = matches!(by, Expr::Number(_) | Expr::Percent(_));
            Effect::Multiply { rules: rules.clone(), wallet: *wallet, by: if is_number { other } else { by.clone() } }
        }
        Effect::Spend { wallet, up_to, .. } => {
            let amount = Expr::Points(*wallet, points(rolls, &program.wallets[*wallet]));
            Effect::Spend { wallet: *wallet, amount, up_to: *up_to }
        }
        other => other.clone(),
    }
}
