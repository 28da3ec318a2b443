//! The same event in JSON and in a host's own objects gives the same outcome, or is refused with the same words.

use loyalty_core::{Event, EventError, event_head, event_head_from};
use proptest::prelude::*;

use crate::tree::{Place, Tree};
use crate::{member, program};

/// Values that fit a field now and then.
fn value() -> impl Strategy<Value = Tree> {
    let text = |text: &str| Tree::Text(text.to_owned());
    const FIXED: &[&str] = &[
        "o-1",
        "m-1",
        "order",
        "EUR",
        "USD",
        "",
        "2026-02-01T10:00:00+01:00",
        "2026-02-30T10:00:00Z",
        "2026-02-01",
        "09:45",
        "19.99",
        "-3",
        "1e3",
        "9999999999999999999",
        "0.123456789",
        "coffee",
        "RUSH",
        "قهوة",
        "☕\"\\\n",
    ];
    const DIGITS: &[&str] =
        &["0", "-0", "7", "-7", "12.50", "1e2", "1E-9", "820982911946154508", "99999999999999999999"];
    prop_oneof![
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Bool),
        4 => proptest::sample::select(DIGITS).prop_map(|digits| Tree::Digits(digits.to_owned())),
        8 => proptest::sample::select(FIXED).prop_map(text),
        1 => Just(Tree::List(vec![Tree::Digits("1".to_owned())])),
        1 => Just(Tree::Object(vec![("nr".to_owned(), Tree::Digits("1".to_owned()))])),
    ]
}

fn object(keys: &'static [&'static str], value: BoxedStrategy<Tree>) -> impl Strategy<Value = Tree> {
    let chosen = proptest::sample::subsequence(keys, 0..=keys.len()).prop_shuffle();
    (chosen, proptest::collection::vec(value, keys.len()))
        .prop_map(|(keys, values)| Tree::Object(keys.into_iter().map(str::to_owned).zip(values).collect()))
}

/// An order of which most is right and some is wrong, its keys in any order.
fn order() -> impl Strategy<Value = Tree> {
    const LINE: &[&str] = &["id", "sku", "category", "quantity", "amount", "kind", "unit_price", "more"];
    const MORE: &[&str] = &[
        "gift", "wrapped", "promised", "pickup", "floors", "parent", "currency", "member", "revision", "branch", "else",
    ];
    let line = prop_oneof![9 => object(LINE, value().boxed()), 1 => value()];
    let lines = prop_oneof![5 => proptest::collection::vec(line, 0..4).prop_map(Tree::List), 1 => value()];
    let coupons = proptest::collection::vec(value(), 0..3).prop_map(Tree::List);
    let right = |key: &str, text: &str| (key.to_owned(), Tree::Text(text.to_owned()));
    let base = vec![
        right("type", "order"),
        right("id", "o-1"),
        right("at", "2026-02-01T10:00:00+01:00"),
        right("subtotal", "37.50"),
    ];
    let wrong = proptest::option::weighted(0.3, (0..4_usize, proptest::option::of(value())));
    (wrong, object(MORE, value().boxed()), proptest::option::of(lines), proptest::option::of(coupons), any::<u64>())
        .prop_map(move |(wrong, more, lines, coupons, order)| {
            let mut fields = base.clone();
            match wrong {
                Some((at, Some(value))) => fields[at].1 = value,
                Some((at, None)) => drop(fields.remove(at)),
                None => {}
            }
            if let Tree::Object(more) = more {
                fields.extend(more);
            }
            fields.extend(lines.map(|lines| ("lines".to_owned(), lines)));
            fields.extend(coupons.map(|coupons| ("coupons".to_owned(), coupons)));
            // Any order of the keys, told by one number.
            let count = fields.len() as u64;
            (1..count).for_each(|at| fields.swap(at as usize, (order % 1_000_003 * at % (at + 1)) as usize));
            Tree::Object(fields)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn from_json_and_from_objects(tree in order()) {
        let program = program();
        let json = tree.json();
        let (mut one, mut two) = (member(program), member(program));
        let from_json = program.apply(&mut one, &json);
        let mut event = Event::default();
        let decoded = program.decode_from(&mut Place(&tree), &mut event);
        let from_tree = decoded.and_then(|()| program.apply_event(&mut two, &event));
        let told = |given: Result<loyalty_core::Outcome, EventError>| match given {
            Ok(outcome) => outcome.to_json(),
            Err(error) => error.to_json(),
        };
        prop_assert_eq!(told(from_json), told(from_tree));
        prop_assert_eq!(one, two);
        prop_assert_eq!(event_head(json.as_bytes()), event_head_from(&mut Place(&tree)));
    }
}
