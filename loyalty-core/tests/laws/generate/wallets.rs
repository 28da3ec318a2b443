//! Wallets with their policies.

use super::program::{PERIODS, compare, date};
use super::{LENGTHS, Rolls, money};
use crate::model::calendar::is_clock;
use crate::model::number::{Exact, scaled, whole};
use crate::model::program::*;

pub fn wallet(rolls: &mut Rolls, index: usize, currency: Currency) -> Wallet {
    let mut wallet = Wallet::plain(["pts", "stars"][index]);
    wallet.vest = vest(rolls);
    if rolls.one_in(5) {
        // A wallet's clauses read the member only; the first measure is there in every program.
        let condition = compare(Comparison::GreaterOrEqual, Expr::Measure(0), Expr::Money(money(rolls, currency)));
        wallet.expire.push((expire(rolls), Some(condition)));
    }
    if rolls.one_in(8) {
        wallet.expire.push((Expire::Told("member", "contract"), None));
    }
    let form = expire(rolls);
    if form != Expire::Never {
        wallet.expire.push((form, None));
    }
    wallet.clawback = rolls.pick(&[Clawback::WithinBalance, Clawback::MayOverdraw, Clawback::OnlyPending]);
    wallet.decimals = rolls.pick(&[0, 0, 1, 2, 6]);
    wallet.money = index == 0 && rolls.one_in(5);
    if wallet.money {
        wallet.decimals = currency.minor;
    }
    wallet.round = rolls.pick(&[RoundMode::Down, RoundMode::HalfUp, RoundMode::HalfEven, RoundMode::Up]);
    wallet.scope = rolls.pick(&[RoundScope::Order, RoundScope::Rule, RoundScope::Line, RoundScope::Unit]);
    wallet.multipliers = rolls.pick(&[Multipliers::Add, Multipliers::Compound, Multipliers::Best]);
    wallet.spend = rolls.pick(&[SpendOrder::SoonestExpiring, SpendOrder::Oldest]);
    let least = Some(Length { count: 30, unit: TimeUnit::Day });
    wallet.restore = rolls.pick(&[
        Restore::Original { at_least: least },
        Restore::Original { at_least: None },
        Restore::Fresh,
        Restore::Never,
    ]);
    wallet.restore_full_only = rolls.one_in(4);
    if rolls.one_in(5) {
        wallet.hold_at_most = Some(points(rolls, &wallet) + whole(20));
    }
    wallet.caps = caps(rolls, &wallet);
    wallet.cap_reject = rolls.one_in(3);
    wallet
}

/// An amount that the wallet can hold.
pub fn points(rolls: &mut Rolls, wallet: &Wallet) -> Exact {
    let number = rolls.pick(&[10, 25, 100, 7, 1, 50]);
    if wallet.decimals > 0 && rolls.one_in(3) { scaled(number, 1) } else { whole(number) }
}

pub fn caps(rolls: &mut Rolls, wallet: &Wallet) -> Vec<Cap> {
    let count = rolls.pick(&[0, 0, 0, 1, 2, 3]);
    (0..count).map(|_| Cap::of(points(rolls, wallet), per(rolls, true))).collect()
}

pub fn per(rolls: &mut Rolls, order: bool) -> Option<Per> {
    match rolls.below(9) {
        0 | 1 => Some(Per::Period(Period::Day)),
        2 => None,
        3 if order => Some(Per::Order),
        4 => Some(Per::Rolling(rolls.pick(&LENGTHS))),
        5 => Some(Per::FromFirst(rolls.pick(&LENGTHS))),
        6 => Some(Per::Membership(membership(rolls))),
        _ => Some(Per::Period(rolls.pick(&PERIODS))),
    }
}

pub fn membership(rolls: &mut Rolls) -> Membership {
    rolls.pick(&[Membership::Year, Membership::Month])
}

pub fn vest(rolls: &mut Rolls) -> Vest {
    match rolls.below(11) {
        0..=3 => Vest::AtOnce,
        4 | 5 => Vest::After(rolls.pick(&LENGTHS)),
        6 => Vest::EndOf { period: rolls.pick(&PERIODS), after: day_length(rolls) },
        7 if rolls.below(2) == 0 => Vest::At(date(rolls)),
        7 => {
            let (month, day) = rolls.pick(&[(12, 31), (3, 29), (2, 28), (6, 30)]);
            match rolls.one_in(3) {
                true => Vest::OnDayOfNextYear { month, day },
                false => Vest::OnDay { month, day, after: day_length(rolls) },
            }
        }
        8 => Vest::OnDayOfNextMonth { day: rolls.pick(&[15, 31, 1, 29]) },
        9 => Vest::EndOfMembership { of: membership(rolls), after: day_length(rolls) },
        _ => Vest::On { event: "delivered".to_owned(), within: rolls.pick(&LENGTHS) },
    }
}

pub fn expire(rolls: &mut Rolls) -> Expire {
    match rolls.below(10) {
        0 | 1 => Expire::Never,
        2 | 3 => Expire::AfterEarning(rolls.pick(&LENGTHS)),
        4 => Expire::AfterVesting(rolls.pick(&LENGTHS)),
        5 => Expire::EndOf { period: rolls.pick(&PERIODS), after: day_length(rolls) },
        6 => {
            let (month, day) = rolls.pick(&[(12, 31), (3, 29), (2, 28), (6, 30)]);
            match rolls.below(4) {
                2 => Expire::OnDayOfNextYear { month, day },
                3 => Expire::EndOfMembership { of: membership(rolls), after: day_length(rolls) },
                _ => Expire::OnDay { month, day, after: day_length(rolls) },
            }
        }
        8 => Expire::OnDayOfNextMonth { day: rolls.pick(&[31, 20, 1, 29]) },
        7 => Expire::Inactivity { length: calendar_length(rolls), without: activity(rolls) },
        _ => Expire::At(date(rolls)),
    }
}

fn activity(rolls: &mut Rolls) -> Activity {
    let events = |names: &[&str]| Activity::Events(names.iter().map(|name| (*name).to_owned()).collect());
    match rolls.below(4) {
        0 => events(&["order"]),
        1 => events(&["order", "visit"]),
        2 => Activity::Earning,
        _ => Activity::Any,
    }
}

fn day_length(rolls: &mut Rolls) -> Option<Length> {
    rolls.one_in(2).then(|| calendar_length(rolls))
}

fn calendar_length(rolls: &mut Rolls) -> Length {
    let calendar: Vec<Length> = LENGTHS.into_iter().filter(|length| !is_clock(length.unit)).collect();
    rolls.pick(&calendar)
}
