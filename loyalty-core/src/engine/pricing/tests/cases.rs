//! Numbers of the collected cases, section E and C55.

use super::*;

#[test]
fn e093_the_greater_priority_applies_first() {
    let basket = basket(&[line(1, 10_000)]);
    let of = |percent_first: u32, amount_first: u32| {
        let mut one = order_off(1, percent(20), 1);
        one.priority = percent_first;
        let mut two = order_off(2, Off::Amount(1_000), 1);
        two.priority = amount_first;
        totals(&basket, &[one, two]).1
    };
    assert_eq!(of(4, 1), 7_000);
    assert_eq!(of(2, 5), 7_200);
}

#[test]
fn e095_and_e097_bases() {
    let hundred = basket(&[line(1, 10_000)]);
    let with = |basis| {
        let mut second = order_off(2, percent(10), 1);
        second.basis = basis;
        vec![order_off(1, percent(20), 1), second]
    };
    assert_eq!(totals(&hundred, &with(Basis::Sequential)).1, 7_200);
    assert_eq!(totals(&hundred, &with(Basis::Initial)).1, 7_000);
    let thousand = basket(&[line(1, 100_000)]);
    for (basis, discount) in [(Basis::Sequential, 19_000), (Basis::Initial, 20_000)] {
        let mut second = order_off(2, percent(10), 1);
        second.basis = basis;
        assert_eq!(totals(&thousand, &[order_off(1, Off::Amount(10_000), 1), second]).1, 100_000 - discount);
    }
    let basket = basket(&[line(1, 39_000)]);
    let mut all = order_off(2, percent(100), 1);
    all.basis = Basis::Initial;
    let both = [order_off(1, percent(20), 1), all];
    let priced = price(&basket, &both, Choice::ByPriority, &()).expect("countable");
    assert_eq!(priced.cart.nets.as_slice(), [0]);
    // Of the two the whole discount alone takes off as much, so the other is not used up.
    assert_eq!(priced.chosen.len(), 1);
    let mut cart = crate::engine::pricing::cart::Cart::of(&basket, false);
    let offs = both.each_ref().map(|one| crate::engine::pricing::apply::apply(&mut cart, one, None).off);
    assert_eq!(offs, [7_800, 31_200]);
}

#[test]
fn e099_shares_by_the_largest_remainder() {
    let shares = |total: Minor, weights: &[i64]| {
        let lines: Vec<Line> = weights.iter().map(|weight| line(1, *weight)).collect();
        let basket = basket(&lines);
        let priced = best(&basket, &[order_off(1, Off::Amount(total), lines.len())]);
        lines_of(&priced.chosen[0].1, lines.len())
    };
    assert_eq!(shares(1_000, &[5_000, 5_000, 5_000]), [334, 333, 333]);
    assert_eq!(shares(299, &[4_300, 1_400, 2_300]), [161, 52, 86]);
    assert_eq!(shares(299, &[9_900, 9_900, 9_900]), [100, 100, 99]);
    let weights = [1_000, 2_000, 1_000, 3_000, 5_000, 2_000, 1_000, 4_000];
    assert_eq!(shares(95, &weights), [5, 10, 5, 15, 25, 10, 5, 20]);
    assert_eq!(shares(93, &weights), [5, 10, 5, 15, 24, 10, 5, 19]);
    assert_eq!(shares(7, &[10, 0]), [7, 0]);
}

#[test]
fn e101_floors_by_water_filling() {
    let with = |prices: &[(u32, Minor, Minor)], total: Minor| {
        let lines: Vec<Line> = prices
            .iter()
            .map(|(units, amount, floor)| Line { units: *units, amount: *amount, floor: *floor })
            .collect();
        let basket = basket(&lines);
        let priced = best(&basket, &[order_off(1, Off::Amount(total), lines.len())]);
        lines_of(&priced.chosen[0].1, lines.len())
    };
    let one = |amount, floor| (1, amount, floor);
    assert_eq!(with(&[one(5_000, 4_500), one(2_000, 0), one(2_000, 0), one(2_000, 0)], 2_500), [500, 667, 667, 666]);
    assert_eq!(
        with(&[one(5_000, 4_500), one(5_000, 4_500), one(2_000, 0), one(2_000, 0), one(4_000, 0)], 2_700),
        [500, 500, 425, 425, 850]
    );
    let cup = |headphones| [one(1_000, 0), one(2_000, 1_900), one(5_000, 5_000), one(3_000, headphones)];
    assert_eq!(with(&cup(2_900), 1_200), [1_000, 100, 0, 100]);
    assert_eq!(with(&cup(2_600), 1_200), [700, 100, 0, 400]);
    assert_eq!(with(&cup(2_900), 2_000), [1_000, 100, 0, 100]);
    // The same where the units are told apart within their lines.
    let lines = [Line { units: 2, amount: 10_000, floor: 4_500 }, line(2, 4_000), line(1, 4_000)];
    let basket = basket(&lines);
    let graduated = coupon(2, Stage::Items, Give::Graduated { first: 0, further: 0, units: 1 }, &[0]);
    let priced = best(&basket, &[order_off(1, Off::Amount(2_700), 3), graduated]);
    assert_eq!(lines_of(&priced.chosen[0].1, 3), [1_000, 850, 850]);
    assert_eq!(priced.cart.unit_nets(0).as_slice(), [(2, 4_500)]);
    assert_eq!(priced.cart.unit_nets(1).as_slice(), [(2, 1_575)]);
}

#[test]
fn e103_all_off_is_exactly_nothing() {
    let lines = [line(1, 644), line(1, 1_026), line(1, 5_165), line(1, 24_985), line(1, 276_000)];
    let per_line = basket(&lines);
    let all = order_off(1, percent(100), 5);
    assert_eq!(totals(&per_line, std::slice::from_ref(&all)), (vec![(1, 307_820)], 0));
    // The host rounds its tax once, and a cent less comes of it.
    let global = Basket { credit: 1, ..per_line };
    assert_eq!(totals(&global, &[all]), (vec![(1, 307_819)], 0));
}

#[test]
fn e109_and_e111_free_units() {
    let free = |give: Units, quantity: u32| {
        let basket = basket(&[line(quantity, 1_000 * Minor::from(quantity))]);
        let (offs, _) = totals(&basket, &[coupon(1, Stage::Items, Give::Units(give), &[0])]);
        offs.first().map_or(0, |(_, off)| off / 1_000)
    };
    assert_eq!([3, 5, 6].map(|quantity| free(cheapest(1, 3), quantity)), [1, 1, 2]);
    assert_eq!([4, 5].map(|quantity| free(cheapest(2, 5), quantity)), [0, 2]);
    assert_eq!(free(Units { partial: true, ..cheapest(2, 5) }, 4), 1);
    assert_eq!(free(cheapest(3, 4), 4), 3);
    assert_eq!(free(Units { partial: true, ..cheapest(3, 4) }, 3), 2);
    let basket = basket(&[line(10, 10_000), line(10, 5_000)]);
    let give = Give::BuyGet {
        buy: 10,
        bought: Lines::from_slice(&[0]),
        get: 20,
        off: percent(100),
        at_most: None,
        spread: false,
    };
    assert_eq!(totals(&basket, &[coupon(1, Stage::Items, give, &[1])]), (vec![(1, 5_000)], 10_000));
}

#[test]
fn e113_the_cheapest_is_the_cheapest_now() {
    let basket = basket(&[line(1, 3_000), line(1, 2_400), line(1, 1_500)]);
    let mut half = off(1, Stage::Items, percent(50), Each::Line, &[1]);
    half.priority = 1;
    let three = coupon(2, Stage::Items, Give::Units(cheapest(1, 3)), &[0, 1, 2]);
    // One after the other, as if both had to apply.
    let mut cart = crate::engine::pricing::cart::Cart::of(&basket, true);
    let offs = [&half, &three].map(|one| crate::engine::pricing::apply::apply(&mut cart, one, None).off);
    assert_eq!((offs, cart.nets.iter().sum::<Minor>()), ([1_200, 1_200], 4_500));
}

#[test]
fn e115_units_that_are_counted_are_not_free_again() {
    let basket = basket(&[line(3, 3_000)]);
    for spread in [false, true] {
        let mut free = coupon(1, Stage::Items, Give::Units(Units { spread, ..cheapest(1, 3) }), &[0]);
        free.priority = 1;
        let mut fifth = off(2, Stage::Items, percent(20), Each::Line, &[0]);
        assert_eq!(totals(&basket, &[free.clone(), fifth.clone()]), (vec![(1, 1_000), (2, 400)], 1_600));
        fifth.stack = Stack::None;
        assert_eq!(totals(&basket, &[free.clone(), fifth]), (vec![(1, 1_000)], 2_000));
        let again = coupon(3, Stage::Items, free.give.clone(), &[0]);
        assert_eq!(totals(&basket, &[free, again]), (vec![(1, 1_000)], 2_000));
    }
}

#[test]
fn c055_spread_over_the_group_or_on_the_free_one() {
    let basket = basket(&[line(3, 3_000)]);
    let nets = |spread| {
        let priced = best(&basket, &[coupon(1, Stage::Items, Give::Units(Units { spread, ..cheapest(1, 3) }), &[0])]);
        priced.cart.unit_nets(0).into_vec()
    };
    assert_eq!(nets(true), [(1, 666), (2, 667)]);
    assert_eq!(nets(false), [(1, 0), (2, 1_000)]);
}

#[test]
fn e117_graduated() {
    for (quantity, off) in [(3, 900), (10, 1_300)] {
        let basket = basket(&[line(quantity, 2_000 * Minor::from(quantity))]);
        let give = Give::Graduated { first: 500, further: 200, units: 5 };
        assert_eq!(totals(&basket, &[coupon(1, Stage::Items, give, &[0])]).0, [(1, off)]);
    }
}

/// What another one has made free is passed over, and the dearer unit behind it has its turn: 2 and 4 off, and not 2 alone.
#[test]
fn graduated_behind_what_is_free() {
    let first = |off| Give::Graduated { first: off, further: 0, units: 1 };
    let basket = basket(&[line(1, 200), line(1, 1_000)]);
    let coupons = [coupon(1, Stage::Items, first(200), &[0]), coupon(2, Stage::Items, first(400), &[0, 1])];
    assert_eq!(totals(&basket, &coupons).0, [(1, 200), (2, 400)]);
    // The more so where the first may not be lowered.
    let mut second = coupon(2, Stage::Items, first(400), &[0, 1]);
    second.floors = vec![200, 0].into();
    assert_eq!(totals(&basket, &[coupon(1, Stage::Items, first(200), &[0]), second]).0, [(1, 200), (2, 400)]);
}

#[test]
fn e119_of_each_line_of_each_unit_or_together() {
    let basket = basket(&[line(2, 2_000), line(3, 4_500), line(3, 6_000), line(1, 5_000)]);
    let lines = [0, 1, 2];
    let of = |each, by_quantity| {
        let give = Give::Off { off: Off::Amount(1_000), each, by_quantity };
        let priced = best(&basket, &[coupon(1, Stage::Items, give, &lines)]);
        (priced.chosen[0].1.off(), lines_of(&priced.chosen[0].1, 4))
    };
    assert_eq!(of(Each::Line, false).0, 3_000);
    assert_eq!(of(Each::Unit, false).0, 8_000);
    assert_eq!(of(Each::All, false).1, [160, 360, 480, 0]);
    assert_eq!(of(Each::All, true).1, [250, 375, 375, 0]);
}

#[test]
fn e123_the_best_lawful_combination() {
    let mut exclusive = order_off(1, Off::Amount(2_500), 1);
    exclusive.stack = Stack::None;
    let coupons = [exclusive, order_off(2, percent(10), 1), order_off(3, Off::Amount(500), 1)];
    assert_eq!(totals(&basket(&[line(1, 10_000)]), &coupons), (vec![(1, 2_500)], 7_500));
    assert_eq!(totals(&basket(&[line(1, 30_000)]), &coupons), (vec![(2, 3_000), (3, 500)], 26_500));
}

#[test]
fn e125_rounded_by_line_or_by_unit() {
    for (price, part, by_line, by_unit) in [(99, 25, 74, 75), (33, 50, 50, 51)] {
        let basket = basket(&[line(3, 3 * price)]);
        assert_eq!(totals(&basket, &[off(1, Stage::Items, percent(part), Each::Line, &[0])]).0, [(1, by_line)]);
        assert_eq!(totals(&basket, &[off(1, Stage::Items, percent(part), Each::Unit, &[0])]).0, [(1, by_unit)]);
    }
}

#[test]
fn e139_the_cheapest_covered_unit() {
    let basket = basket(&[line(1, 500), line(1, 900), line(1, 1_200)]);
    let once = Units { of: None, ..cheapest(1, 1) };
    assert_eq!(totals(&basket, &[coupon(1, Stage::Items, Give::Units(once), &[1, 2])]).0, [(1, 900)]);
}

#[test]
fn e141_stopping_the_line_or_the_order() {
    let basket = basket(&[line(1, 5_000), line(1, 5_000)]);
    for (stop, total) in [(Stop::Lines, 1_500), (Stop::Order, 1_000)] {
        let mut one = off(1, Stage::Items, Off::Amount(1_000), Each::All, &[0]);
        one.stop = Some(stop);
        one.priority = 1;
        let two = off(2, Stage::Items, Off::Amount(500), Each::All, &[1]);
        assert_eq!(10_000 - totals(&basket, &[one.clone(), two.clone()]).1, total);
        // What comes later on the same line takes off nothing any more.
        let three = off(3, Stage::Items, Off::Amount(300), Each::All, &[0]);
        assert_eq!(10_000 - totals(&basket, &[one, two, three]).1, total);
    }
}

#[test]
fn e143_never_more_than_the_order() {
    for (gross, credit, given) in [(12_000, 11_400, 600), (12_000, 2_400, 900), (6_000, 600, 600)] {
        let basket = Basket { credit, ..basket(&[line(1, gross)]) };
        let mut tenth = order_off(1, percent(10), 1);
        tenth.up_to = Some(900);
        assert_eq!(totals(&basket, &[tenth]).0, [(1, given)]);
    }
}

#[test]
fn e145_units_to_be_added() {
    for (quantity, gifts) in [(75, 25), (6, 2), (2, 0)] {
        let basket = basket(&[line(quantity, 100 * Minor::from(quantity))]);
        let give = Give::Gift { per: Some(3), count: 1, at_most: None };
        let priced = best(&basket, &[coupon(1, Stage::Items, give, &[0])]);
        assert_eq!(priced.chosen.iter().map(|(_, applied)| applied.gifts).sum::<u32>(), gifts);
        assert_eq!(priced.cart.net(0), 100 * Minor::from(quantity));
    }
}

#[test]
fn customer_and_merchant_grouping() {
    let prices = [60, 50, 40, 30, 20, 10];
    let lines: Vec<Line> = prices.iter().map(|price| line(1, *price)).collect();
    let basket = basket(&lines);
    let off = |most_expensive, merchant| {
        let give = Units { most_expensive, merchant, ..cheapest(1, 3) };
        totals(&basket, &[coupon(1, Stage::Items, Give::Units(give), &[0, 1, 2, 3, 4, 5])]).0[0].1
    };
    assert_eq!(off(false, false), 40 + 10);
    assert_eq!(off(false, true), 10 + 20);
    assert_eq!(off(true, false), 60 + 50);
    assert_eq!(off(true, true), 60 + 30);
}

#[test]
fn bundles_tiers_and_steps() {
    // A burger, fries and a drink for 7.00, as often as they are there; the dearest ones.
    let menu = basket(&[line(2, 1_000), line(1, 300), line(2, 500), line(1, 700)]);
    let parts = vec![(Lines::from_slice(&[0, 3]), 1), (Lines::from_slice(&[1]), 1), (Lines::from_slice(&[2]), 1)];
    let bundle = coupon(1, Stage::Items, Give::Bundle { parts, off: Off::Price(700), at_most: None }, &[0, 1, 2, 3]);
    assert_eq!(totals(&menu, &[bundle]).0, [(1, 700 + 300 + 250 - 700)]);
    let steps = vec![(5_000, Off::Amount(500)), (10_000, percent(12))];
    let tiers = coupon(1, Stage::Order, Give::Tiers { by_quantity: false, steps }, &[0]);
    for (price, off) in [(4_999, 0), (5_000, 500), (9_999, 500), (10_000, 1_200)] {
        let basket = basket(&[line(1, price)]);
        assert_eq!(price - totals(&basket, std::slice::from_ref(&tiers)).1, off);
    }
    let per =
        coupon(1, Stage::Order, Give::Per { by_quantity: false, per: 5_000, amount: 400, at_most: Some(2) }, &[0]);
    for (price, off) in [(4_999, 0), (14_999, 800), (50_000, 800)] {
        let basket = basket(&[line(1, price)]);
        assert_eq!(price - totals(&basket, std::slice::from_ref(&per)).1, off);
    }
}

#[test]
fn groups() {
    let basket = basket(&[line(1, 10_000)]);
    let of = |choice: Option<GroupChoice>| {
        let mut one = order_off(1, Off::Amount(1_000), 1);
        let mut two = order_off(2, Off::Amount(2_000), 1);
        let mut three = order_off(3, Off::Amount(3_000), 1);
        one.priority = 2;
        for coupon in [&mut one, &mut two, &mut three] {
            coupon.group = choice.map(|choice| (7, choice));
            coupon.stack = if choice == Some(GroupChoice::All) { Stack::None } else { Stack::Any };
        }
        10_000 - totals(&basket, &[one, two, three]).1
    };
    assert_eq!(of(None), 6_000);
    assert_eq!(of(Some(GroupChoice::Best)), 3_000);
    assert_eq!(of(Some(GroupChoice::FirstByPriority)), 1_000);
    assert_eq!(of(Some(GroupChoice::All)), 6_000);
}

#[test]
fn budgets_in_full_or_in_part() {
    let basket = basket(&[line(1, 10_000)]);
    let mut part = order_off(1, Off::Amount(1_000), 1);
    part.up_to = Some(700);
    assert_eq!(totals(&basket, &[part]).1, 9_300);
    let mut whole = order_off(1, Off::Amount(1_000), 1);
    whole.whole_within = Some(700);
    assert_eq!(totals(&basket, &[whole]).1, 10_000);
}

#[test]
fn many_coupons_are_chosen_fast_and_an_answer_that_was_cut_off_says_so() {
    let lines: Vec<Line> = (0..50).map(|at| line(3, 1_000 + 37 * at)).collect();
    let all: Vec<u32> = (0..50).collect();
    let basket = basket(&lines);
    let plain: Vec<Candidate> =
        (0..100).map(|number| off(number, Stage::Items, percent(3), Each::Line, &all)).collect();
    assert!(best(&basket, &plain).complete);
    // Sums over lines that overlap in many ways have no order in which the first is surely right.
    let tangled: Vec<Candidate> = (0..40)
        .map(|number| {
            let lines: Vec<u32> = all.iter().copied().filter(|line| (line + number) % 3 != 0).collect();
            off(number, Stage::Order, percent(3), Each::All, &lines)
        })
        .collect();
    let priced = best(&basket, &tangled);
    assert!(!priced.complete);
    assert!(!priced.chosen.is_empty());
}
