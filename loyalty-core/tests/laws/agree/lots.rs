//! What becomes of lots where inactivity, returns of what never vested, and stretches from a first use meet what is told late.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::{at, compare, told_late};
use crate::generate::{Case, LENGTHS, any_case};
use crate::model::event::{Event, Field, Step};
use crate::model::number::whole;
use crate::model::program::*;
use crate::settings;

proptest! {
    #![proptest_config(settings(64))]

    /// Where points are spent, and come back by the end of an inactivity or after it.
    #[test]
    fn they_agree_on_what_comes_back_to_inactivity(
        case in any_case(10),
        without in activity(),
        lasts in length(),
        restore in restore(),
        paid in (any::<Index>(), 0_i64..60),
        moved in vec(any::<Index>(), 0..3),
    ) {
        let wallet = Wallet { expire: vec![(Expire::Inactivity { length: lasts, without }, None)], restore, ..Wallet::plain("kept") };
        compare(&told_late(paid_and_called_off(with_a_wallet(case, wallet), paid), &moved))?;
    }

    /// Where points vest late, never, or after the time of an inactivity is over.
    #[test]
    fn they_agree_on_inactivity_and_vesting(
        case in any_case(10),
        without in activity(),
        (lasts, waits) in (length(), length()),
        moved in vec(any::<Index>(), 0..3),
    ) {
        let expire = vec![(Expire::Inactivity { length: lasts, without }, None)];
        let wallet = Wallet { expire, vest: Vest::After(waits), ..Wallet::plain("kept") };
        compare(&told_late(with_a_wallet(case, wallet), &moved))?;
    }

    /// Where measures sum up what vests on an event, and returns take what has not.
    #[test]
    fn they_agree_on_returns_of_what_never_vested(
        case in any_case(12),
        within in length(),
        clawback in prop_oneof![3 => Just(Clawback::OnlyPending), 1 => Just(Clawback::WithinBalance)],
        moved in vec(any::<Index>(), 0..4),
    ) {
        let wallet = Wallet { vest: Vest::On { event: "delivered".to_owned(), within }, clawback, ..Wallet::plain("kept") };
        compare(&told_late(with_a_wallet(case, wallet), &moved))?;
    }

    /// Where limits and caps count from a first use, and uses are told late.
    #[test]
    fn they_agree_on_stretches_from_a_first_use(
        case in any_case(12),
        (lasts, count, capped) in (length(), 1_u32..4, any::<bool>()),
        moved in vec(any::<Index>(), 1..5),
    ) {
        let per = Some(Per::FromFirst(lasts));
        let mut case = with_a_wallet(case, Wallet::plain("kept"));
        let gives = case.program.rules.iter_mut().find(|rule| rule.name == "keeps").expect("it has just been added");
        match capped {
            true => gives.caps = vec![Cap::of(whole(i64::from(count) * 7), per)],
            false => gives.limits = vec![Limit { count, by_level: None, per, in_total: false }],
        }
        compare(&told_late(case, &moved))?;
    }
}

fn length() -> impl Strategy<Value = Length> {
    prop_oneof![Just(LENGTHS[0]), Just(LENGTHS[1]), Just(LENGTHS[2]), Just(LENGTHS[3])]
}

fn activity() -> impl Strategy<Value = Activity> {
    let events = |kind: &str| Activity::Events(vec![kind.to_owned()]);
    prop_oneof![Just(events("order")), Just(events("visit")), Just(Activity::Earning), Just(Activity::Any)]
}

fn restore() -> impl Strategy<Value = Restore> {
    let at_least = prop_oneof![Just(None), Just(Some(LENGTHS[1])), Just(Some(LENGTHS[0])), Just(Some(LENGTHS[2]))];
    prop_oneof![3 => at_least.prop_map(|at_least| Restore::Original { at_least }), 1 => Just(Restore::Fresh)]
}

/// The case with a wallet of its own, in which orders earn 10 and redemptions spend up to 15, and measures of what moves in it.
fn with_a_wallet(mut case: Case, own: Wallet) -> Case {
    let program = &mut case.program;
    let wallet = program.wallets.len();
    program.wallets.push(own);
    let amount = Earn::Fixed(Expr::Points(wallet, whole(10)));
    let earn = Effect::Earn { wallet, amount, vest: None, expire: None };
    program.rules.push(Rule { cap_wallet: wallet, ..Rule::plain("keeps", "order", vec![earn]) });
    let spend = Effect::Spend { wallet, amount: Expr::Points(wallet, whole(15)), up_to: true };
    program.rules.push(Rule::plain("pays", "redeem", vec![spend]));
    for (name, flow) in [("kept_vested", Flow::Vested), ("kept_expired", Flow::Expired)] {
        program.measures.push(Measure {
            name: name.to_owned(),
            event: String::new(),
            flow: Some((wallet, flow)),
            function: Function::Sum,
            value: None,
            filter: None,
            window: Window::AllTime,
            returns: Returns::Keep,
            later: vec![],
        });
    }
    case
}

/// The case with a spending after one of its steps that is called off so many days after the last.
fn paid_and_called_off(mut case: Case, (place, days): (Index, i64)) -> Case {
    let place = place.index(case.steps.len());
    let paid = Event::new("redeem", "paid", at(&case.steps[place]));
    case.steps.insert(place + 1, Step::Apply(paid));
    let last = case.steps.iter().map(at).max().expect("there are steps") + days * super::DAY;
    let off = Event::new("cancel", "off", last).with("order", Field::Text("paid".to_owned()));
    case.steps.push(Step::Apply(off));
    case.steps.push(Step::Advance(last + 20 * super::DAY));
    case.steps.push(Step::Advance(last + 40 * super::DAY));
    case
}
