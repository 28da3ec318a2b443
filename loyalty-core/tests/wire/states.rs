//! Saved members: what was saved comes back, and what is damaged or of another form is refused.

use loyalty_core::{Event, Instant, Member, Program};

/// The rules and events of a member of whom much is remembered.
const RULES: &str = include_str!("remembered/program.loyalty");
const EVENTS: &str = include_str!("remembered/events.jsonl");

fn program() -> Program {
    Program::compile(RULES).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

/// The member after the same events.
fn played(program: &Program) -> Member {
    let mut event = Event::default();
    let mut member = None;
    for line in EVENTS.lines() {
        program.decode_into(line.as_bytes(), &mut event).unwrap();
        let (_, at) = line.split_once("\"at\":\"").unwrap();
        let at = Instant::parse(at.split('"').next().unwrap()).unwrap();
        let member = member.get_or_insert_with(|| program.enroll(event.member().unwrap(), at).unwrap());
        program.apply_event(member, &event).unwrap();
    }
    member.unwrap()
}

#[test]
fn what_is_saved_comes_back() {
    let program = program();
    let member = played(&program);
    let bytes = program.save_binary(&member);
    let text = program.save(&member);
    for loaded in [program.load_binary(&bytes), program.load(&text)] {
        let mut loaded = loaded.unwrap();
        assert!(loaded.report.is_empty(), "{:?}", loaded.report);
        assert_eq!(bytes, program.save_binary(&loaded.member));
        assert_eq!(text, program.save(&loaded.member));
        for line in EVENTS.lines() {
            assert!(program.apply(&mut loaded.member, line).unwrap().replayed(), "{line}");
        }
        let changed = EVENTS.lines().next().unwrap().replace("\"quantity\":1", "\"quantity\":2");
        let refused = program.apply(&mut loaded.member, &changed).unwrap_err();
        assert!(refused.to_string().contains("with another payload than before"), "{refused}");
    }
    assert!(bytes.len() < 400, "{} bytes", bytes.len());
}

#[test]
fn damaged_bytes_are_refused() {
    let program = program();
    let bytes = program.save_binary(&played(&program));
    let refused = |bytes: &[u8]| program.load_binary(bytes).unwrap_err().to_string();
    for at in 1..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert_eq!(refused(&damaged), "not a saved member: its bytes are damaged");
        assert_eq!(refused(&bytes[..at]), "not a saved member: its bytes are damaged");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(refused(&longer), "not a saved member: its bytes are damaged");
}

#[test]
fn what_is_saved_in_another_form_says_in_which() {
    let program = program();
    let member = played(&program);
    let (mut bytes, text) = (program.save_binary(&member), program.save(&member));
    assert!(text.starts_with("{\"format\":11,") && bytes.starts_with(&[11]));
    for form in [10, 12] {
        let told =
            format!("saved in form {form}, and this library reads form 11: read it with the library that wrote it");
        bytes[0] = form;
        assert_eq!(program.load_binary(&bytes).unwrap_err().to_string(), told);
        // Of another form nothing is looked at but its number.
        for text in [text.replacen("11", &form.to_string(), 1), format!("{{\"format\":{form}}}")] {
            assert_eq!(program.load(&text).unwrap_err().to_string(), told);
        }
    }
}

#[test]
fn bytes_that_are_of_no_form_are_not_taken_for_those_of_another_library() {
    let program = program();
    let json = program.save(&played(&program));
    let refused = |bytes: &[u8]| program.load_binary(bytes).unwrap_err().to_string();
    for garbage in [&b"x"[..], b" {", b"\xEF\xBB\xBF", b"\xFF\xFE{\0", b"PK\x03\x04"] {
        let told = "not a saved member: these bytes are not of any form in which members are saved";
        assert_eq!(refused(garbage), told);
    }
    for text in [json.clone(), format!("\u{feff}{json}")] {
        let told = "not a saved member in bytes: this is one in JSON, which is read as text";
        assert_eq!(refused(text.as_bytes()), told);
    }
}

#[test]
fn json_that_is_no_state_is_refused_by_what_is_wrong_in_it() {
    let program = program();
    let text = program.save(&played(&program));
    for (there, instead, told) in [
        ("\"revision\":", "\"revision\":-", "`revision`, expected a whole number"),
        ("\"available\":\"", "\"available\":\"x", "`available`, expected an amount as a text"),
        ("\"clock\":\"", "\"clock\":\"x", "`clock`, expected an instant"),
        ("\"tags\":[", "\"tags\":[1,", "`tags`, expected a text"),
        ("\"erased\":false", "\"erased\":null", "`erased`, expected true or false"),
        ("\"lots\":", "\"plots\":", "`lots`, expected a value"),
        ("\"records\":\"", "\"records\":\"0", "`records`, expected pairs of hexadecimal digits"),
        ("\"format\"", "\"form\"", "it does not say in which form it is"),
        ("{\"format\"", "{\"clock\":0,\"format\"", "a slip in line 1, column "),
        ("{", "", "a slip in line 1, column "),
        ("{\"format\"", "{\"other\":[}", "a slip in line 1, column 11"),
    ] {
        let changed = text.replacen(there, instead, 1);
        assert_ne!(changed, text, "{there}");
        let refused = program.load(&changed).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("not a saved member: {told}")), "{refused}");
    }
    // What another library may have added is passed over.
    program.load(&text.replacen('{', "{\"more\":[{\"of\":null}],", 1)).unwrap();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(program.load(&nested).unwrap_err().to_string(), "not a saved member: more than 127 levels");
}

/// A shop whose wallet `credit` has those clauses.
fn with_credit(clauses: &str) -> Program {
    let rules = format!(
        "program \"Shop\" {{ currency EUR }} wallet credit {{ {clauses} }} wallet points {{}} \
         rule base on order {{ earn 1 points per 1 EUR of order.subtotal }} rule gift on visit {{ earn 2 points }}"
    );
    Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

#[test]
fn an_amount_is_never_taken_for_one_of_another_unit() {
    let now = Instant::parse("2026-01-05T10:00:00Z").unwrap();
    let adjusted = |program: &Program, amount: &str| {
        let mut member = program.enroll("m-1", now).unwrap();
        let event = format!(
            r#"{{"type":"adjust","id":"a-1","at":"2026-01-05T10:00:00Z","wallet":"credit","points":"{amount}"}}"#
        );
        program.apply(&mut member, &event).unwrap();
        member
    };
    let cases = [
        ("decimals 2", "100.55", "holds EUR", Some(("EUR with 2 decimals", "points with 2 decimals"))),
        ("", "100", "holds EUR", Some(("EUR with 2 decimals", "points with 0 decimals"))),
        ("holds EUR", "100.55", "holds JPY", Some(("JPY with 0 decimals", "EUR with 2 decimals"))),
        ("holds EUR", "100.55", "", Some(("points with 0 decimals", "EUR with 2 decimals"))),
        ("decimals 2", "100", "decimals 1", Some(("points with 1 decimals", "points with 2 decimals"))),
        ("decimals 1", "100.5", "decimals 2", None),
        ("", "100", "decimals 2", None),
        ("holds EUR", "100.55", "holds EUR tender", None),
    ];
    for (then, amount, since, refused) in cases {
        let (old, new) = (with_credit(then), with_credit(since));
        let member = adjusted(&old, amount);
        let as_bytes = new.load_binary(&old.save_binary(&member));
        let as_json = new.load(&old.save(&member));
        let Some((is, was)) = refused else {
            for loaded in [as_bytes, as_json] {
                let loaded = loaded.unwrap();
                assert!(loaded.report.is_empty());
                assert_eq!(new.totals(&loaded.member)[0].available, amount.parse().unwrap());
            }
            continue;
        };
        let message = format!(
            "wallet `credit` holds {is} in this program, and {was} in the saved member: the amounts would mean something else; \
             keep wallet `credit` as it was and give the new one another name (a rule can `convert` from one to the other)"
        );
        assert_eq!(as_bytes.unwrap_err().to_string(), message);
        assert_eq!(as_json.unwrap_err().to_string(), message);
        let migrated = new.migrate(&old, &member, now).unwrap_err();
        assert_eq!((migrated.code().as_str(), migrated.help()), ("other_program", Some(&*message)));
        // What nothing was ever in may count what it will, and what has another name is told to be lost.
        let untouched = old.enroll("m-2", now).unwrap();
        assert!(new.load_binary(&old.save_binary(&untouched)).unwrap().report.is_empty());
        let renamed = format!(
            "program \"Shop\" {{ currency EUR }} wallet money {{ {since} }} wallet points {{}} \
             rule base on order {{ earn 1 points per 1 EUR of order.subtotal }}"
        );
        let renamed = Program::compile(&renamed).unwrap();
        let loaded = renamed.load(&old.save(&member)).unwrap();
        assert_eq!(loaded.report.dropped(), [format!("wallet `credit` with {amount} available")]);
    }
}

#[test]
fn money_of_one_currency_is_never_taken_for_that_of_another() {
    let of = |head: &str| {
        let rules = format!(
            "program \"Shop\" {{ {head} }} wallet points {{}} measure orders = count(order) \
             rule base on order when orders > 0 {{ earn 1 points }}"
        );
        Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let now = Instant::parse("2026-01-05T10:00:00Z").unwrap();
    let (euros, yen, none) = (of("currency EUR"), of("currency JPY"), of(""));
    let member = euros.enroll("m-1", now).unwrap();
    let message = "the saved member's money is EUR, and this program's is JPY: every sum and order would mean something else; \
                   a program of another currency begins with members of its own";
    assert_eq!(yen.load(&euros.save(&member)).unwrap_err().to_string(), message);
    assert_eq!(yen.load_binary(&euros.save_binary(&member)).unwrap_err().to_string(), message);
    assert_eq!(yen.migrate(&euros, &member, now).unwrap_err().help(), Some(message));
    // Without money there is none to be taken for another.
    let without = none.enroll("m-2", now).unwrap();
    assert!(yen.load_binary(&none.save_binary(&without)).is_ok() && none.load(&euros.save(&member)).is_ok());
}

#[test]
fn what_is_lost_of_what_was_granted_is_told_once() {
    let compile = |rules: &str| {
        let rules = format!("program \"Shop\" {{ currency EUR }} {rules}");
        Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let old = compile(
        "event arrived { order text } \
         wallet points { vest on arrived within 30 days } wallet stars { expire after 3 months without order } wallet miles {} \
         rule base on order { earn 1 points per 1 EUR of order.subtotal  earn 9 stars  earn 9 miles } \
         rule tea on order { earn 1 miles per 1 EUR of sum(order.lines.amount where category == \"tea\") } \
         reward mug { cost 5 miles  hold for 1 hour  give { tag \"mug\" } }",
    );
    let new = compile(
        "wallet points { vest after 14 days } wallet stars {} wallet miles {} \
         rule base on order { earn 2 points per 1 EUR of order.subtotal  earn 9 stars  earn 9 miles } \
         rule tea on order { earn 1 miles per 1 EUR of sum(order.lines.amount where category == \"coffee\") }",
    );
    let mut member = old.enroll("m-1", Instant::parse("2026-01-05T10:00:00Z").unwrap()).unwrap();
    for event in [
        r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":10,"lines":[{"id":"1","category":"tea","amount":10}]}"#,
        r#"{"type":"hold","id":"h-1","at":"2026-01-05T11:00:00Z","reward":"mug"}"#,
    ] {
        old.apply(&mut member, event).unwrap();
    }
    let loaded = new.load(&old.save(&member)).unwrap();
    assert_eq!(
        loaded.report.dropped(),
        [
            "what rule `tea` went by: a part of an order that comes back takes its share of the points",
            "event `arrived`, for which points of wallet `points` wait",
            "the expiry `3 Month without order`: points of wallet `stars` do not run out any more",
            "reward mug, for which a price is held: it can be captured, and gives nothing",
        ]
    );
    // The hold still lapses, though nothing else of the program happens by time.
    assert!(loaded.member.next_due().is_some());
    for again in [new.load(&new.save(&loaded.member)), new.load_binary(&new.save_binary(&loaded.member))] {
        let again = again.unwrap();
        assert!(again.report.is_empty(), "{:?}", again.report);
        assert_eq!(new.save(&again.member), new.save(&loaded.member));
    }
}

#[test]
fn what_was_granted_for_good_is_not_asked_again_by_a_version_that_revokes() {
    let rules = |returns: &str| {
        let rules = format!(
            "program \"Shop\" {{ currency EUR }} wallet points {{}} wallet stars {{}} \
             rule base on order {{ earn 1 points per 1 EUR of order.subtotal }} \
             rule big on order when order.subtotal >= 45 EUR {returns} {{ earn 9 points }} \
             rule double on order when order.subtotal >= 45 EUR {returns} {{ multiply base by 2 }} \
             rule table on order {returns} {{ earn match order.subtotal {{ .. 45 EUR 5 stars  45 EUR .. 20 stars }} }}"
        );
        Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let (old, new) = (rules(""), rules("returns revoke"));
    let view = |program: &Program, member: &Member| program.view(member, member.clock()).to_json();
    let mut member = old.enroll("m-1", Instant::parse("2026-01-05T10:00:00Z").unwrap()).unwrap();
    let order = r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":"50.00"}"#;
    let refund = r#"{"type":"refund","id":"r-1","at":"2026-01-06T10:00:00Z","order":"o-1","amount":"20.00"}"#;
    old.apply(&mut member, order).unwrap();
    let mut loaded = new.load(&old.save(&member)).unwrap();
    let told = loaded.report.dropped();
    assert_eq!(told.len(), 3, "{told:?}");
    let again = new.load(&new.save(&loaded.member)).unwrap();
    assert!(again.report.is_empty(), "{:?}", again.report);
    // 50 doubled and 9; of 30 that are kept 30 doubled, and the 9, as the version before would have said.
    old.apply(&mut member, refund).unwrap();
    new.apply(&mut loaded.member, refund).unwrap();
    for (program, member) in [(&old, &member), (&new, &loaded.member)] {
        assert!(view(program, member).contains(r#""points":{"available":"69""#), "{}", view(program, member));
        assert!(view(program, member).contains(r#""stars":{"available":"20""#), "{}", view(program, member));
    }
    // An order under the new version is asked.
    let order = order.replace("o-1", "o-2");
    let refund = refund.replace("r-1", "r-2").replace("o-1", "o-2");
    new.apply(&mut loaded.member, &order).unwrap();
    new.apply(&mut loaded.member, &refund).unwrap();
    assert!(view(&new, &loaded.member).contains(r#""points":{"available":"99""#), "{}", view(&new, &loaded.member));
    assert!(view(&new, &loaded.member).contains(r#""stars":{"available":"25""#), "{}", view(&new, &loaded.member));
}

#[test]
fn a_coupon_is_laid_on_what_is_kept_by_the_version_that_gave_it_alone() {
    let rules = |coupons: &str| {
        let rules = format!("program \"Shop\" {{ currency EUR }} {coupons}");
        Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let terms = "give 20 EUR off order when order.subtotal >= 30 EUR";
    let old = rules(&format!("coupon OFF {{ {terms} returns revoke }}  coupon KEPT {{ {terms} }}"));
    let another = rules(&format!(
        "coupon OFF {{ give 5% off order when order.subtotal >= 30 EUR returns revoke }}  coupon KEPT {{ {terms} returns revoke }}"
    ));
    let same =
        rules(&format!("coupon OFF {{ {terms}  limit 3 per member  returns revoke }}  coupon KEPT {{ {terms} }}"));
    let due = |program: &Program, code: &str| {
        let mut member = old.enroll("m-1", Instant::parse("2026-01-05T10:00:00Z").unwrap()).unwrap();
        let order = r#"{"type":"order","id":"o-1","at":"2026-01-05T10:00:00Z","subtotal":"50","coupons":["CODE"],"lines":[
            {"id":"a","unit_price":"40","amount":"40"},{"id":"b","unit_price":"10","amount":"10"},{"id":"c","unit_price":"20","amount":"20"}]}"#;
        old.apply(&mut member, order.replace("CODE", code)).unwrap();
        let mut member = program.load(&old.save(&member)).unwrap().member;
        let back = r#"{"type":"refund","id":"r-1","at":"2026-01-10T10:00:00Z","order":"o-1","lines":[{"id":"b"}]}"#;
        let outcome = program.apply(&mut member, back).unwrap().to_json();
        outcome
            .split_once(r#""kind":"refund_due","amount":""#)
            .map(|(_, due)| due.split('"').next().unwrap().to_owned())
    };
    // 60 of 70 are kept, so that 20 EUR go on: what comes back was charged at 10 less its share of 2.86.
    assert_eq!(due(&old, "OFF").as_deref(), Some("7.14"));
    assert_eq!(due(&same, "OFF").as_deref(), Some("7.14"));
    // Nobody knows by now what the coupon said, and nothing is asked: it keeps its share, and the order tells what is due as it did.
    let kept = rules(&format!("coupon OFF {{ {terms} }}  coupon KEPT {{ {terms} }}"));
    let gone = rules(&format!("coupon KEPT {{ {terms} }}"));
    assert_eq!([&another, &kept, &gone].map(|program| due(program, "OFF").unwrap()), ["7.14"; 3]);
    // Without any coupon nothing is read of what was charged.
    assert_eq!(due(&rules("wallet points {}"), "OFF"), None);
    assert_eq!([&old, &another].map(|program| due(program, "KEPT")), [None, None]);
}

#[test]
fn what_made_a_friend_count_is_told_of_where_another_version_asks_something_else() {
    let referral = |qualify: &str, rest: &str| {
        let text = format!(
            "referral friends by signup.referrer {{ qualify {qualify}  {rest}  advocate {{ earn 500 points }} }} \
             rule base on order {{ earn 1 points per 1 EUR of order.subtotal }}"
        );
        shop("", &text)
    };
    let asked = "order where total >= 20 EUR";
    let old = referral(asked, "settle after 14 days  friend { earn 200 points }");
    let mut member = old.enroll("ben", Instant::parse("2026-01-05T10:00:00Z").unwrap()).unwrap();
    for event in [
        r#"{"type":"signup","id":"s-1","at":"2026-01-05T10:00:00Z","referrer":"ana"}"#,
        r#"{"type":"order","id":"o-1","at":"2026-01-06T10:00:00Z","subtotal":"30.00"}"#,
    ] {
        old.apply(&mut member, event).unwrap();
    }
    let told = |program: &Program| {
        let loaded = program.load_binary(&old.save_binary(&member)).unwrap();
        let again = program.load(&program.save(&loaded.member)).unwrap();
        assert!(again.report.is_empty(), "{:?}", again.report);
        assert_eq!(program.save(&again.member), program.save(&loaded.member));
        loaded.report.dropped().to_vec()
    };
    // Days, numbers of points and the policy of returns are known, and so is a condition of the same words.
    let same =
        referral("order where total >=  20 EUR", "settle after 2 days  returns revoke  friend { earn 300 points }");
    assert_eq!(told(&same), [""; 0]);
    let more = referral("order where total >= 28 EUR", "settle after 14 days  friend { earn 200 points }");
    assert_eq!(
        told(&more),
        [
            "what rule `referral friends friend` asked: what it gave for an order goes when all of the order comes back",
            "what made friends count for referral `friends`: those who do count until all of their order comes back",
        ]
    );
    let gone = shop("", "rule base on order { earn 1 points per 1 EUR of order.subtotal }");
    assert_eq!(told(&gone), ["referral `friends`, which has brought the member"]);
}

fn shop(settings: &str, rules: &str) -> Program {
    let rules = format!("program \"Shop\" {{ currency EUR {settings} }} wallet points {{}} {rules}");
    Program::compile(&rules).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

/// A member of the shop who has ordered for 10 EUR in November and in February, and on the 2nd and 3rd of March.
fn member_of(program: &Program) -> Member {
    let mut member = program.enroll("m-1", Instant::parse("2025-11-01T10:00:00Z").unwrap()).unwrap();
    for (number, day) in ["2025-11-05", "2026-02-10", "2026-03-02", "2026-03-03"].into_iter().enumerate() {
        let order = format!(r#"{{"type":"order","id":"o-{number}","at":"{day}T10:00:00Z","subtotal":10,"lines":[]}}"#);
        program.apply(&mut member, &order).unwrap();
    }
    member
}

#[test]
fn what_is_counted_otherwise_by_another_version_is_told() {
    let spend = |window: &str, filter: &str| {
        format!(
            "measure spend = sum(order.subtotal {filter}) {window}  rule r on order {{ when spend >= 0 EUR  earn 1 points }}"
        )
    };
    let challenge =
        |within: &str| format!("challenge two {{ count order  within {within}  goal 2  reward {{ earn 1 points }} }}");
    for (settings, before, after, expected) in [
        // The same by other words, or by stretches that hold those of before.
        ("", spend("this month", ""), spend(" this  month", ""), &[] as &[&str]),
        ("", spend("this month", ""), spend("this year", ""), &[]),
        ("", spend("over last 30 days", ""), spend("this month", ""), &[]),
        ("", spend("this month", ""), spend("", ""), &[]),
        ("year march", spend("this month", ""), spend("this month", ""), &[]),
        ("week sunday", spend("over last 8 days", ""), spend("over last 9 days", ""), &[]),
        (
            "",
            spend("", ""),
            spend("2026-03-01..2026-03-31", ""),
            &[
                "counter `measure spend` goes by `ever from 2026-03-01 to 2026-03-31`, and went by `ever`",
                "what counter `measure spend` counted",
            ],
        ),
        (
            "",
            spend("this year", ""),
            spend("this month", ""),
            &["counter `measure spend` goes by `month`, and went by `year`"],
        ),
        (
            "",
            spend("this month", ""),
            spend("over last 90 days", ""),
            &["counter `measure spend` goes by `day`, and went by `month`"],
        ),
        (
            "year march",
            spend("this year", ""),
            spend("this year", ""),
            &["counter `measure spend` goes by `year from march`, and went by `year`"],
        ),
        (
            "week sunday",
            spend("this week", ""),
            spend("this week", ""),
            &["counter `measure spend` goes by `week from sunday`, and went by `week`"],
        ),
        (
            "",
            spend("", ""),
            spend("", "where order.subtotal > 5 EUR"),
            &["what counter `measure spend` counted of an order"],
        ),
        ("", challenge("each month"), challenge("each month"), &[]),
        (
            "",
            challenge("each week"),
            challenge("each month"),
            &["the windows of challenge `two`, which are none any more"],
        ),
        (
            "week sunday",
            challenge("each week"),
            challenge("each week"),
            &[
                "counter `measure challenge two` goes by `week from sunday`, and went by `week`",
                "the windows of challenge `two`, which are none any more",
            ],
        ),
    ] {
        let (old, new) = (shop("", &before), shop(settings, &after));
        let member = member_of(&old);
        let loaded = new.load(&old.save(&member)).unwrap();
        let said = loaded.report.dropped();
        let told = said.len() == expected.len()
            && said.iter().zip(expected).all(|(said, expected)| said.starts_with(expected));
        assert!(told, "{before} to {settings} {after}: {said:?}");
        let of_bytes = new.load_binary(&old.save_binary(&member)).unwrap();
        assert_eq!(of_bytes.report, loaded.report);
        // It is told once, and what is kept of it is kept.
        let again = new.load_binary(&new.save_binary(&of_bytes.member)).unwrap();
        assert!(again.report.is_empty(), "{:?}", again.report);
        assert_eq!(new.save(&again.member), new.save(&loaded.member));
    }
}

#[test]
fn orders_that_a_new_measure_does_not_hold_are_exported_and_come_along_in_a_merge() {
    let old = shop("", "rule r on order { earn 1 points per 1 EUR of order.subtotal }");
    let new = shop("", "measure spend = sum(order.subtotal)  rule r on order { when spend >= 0 EUR  earn 1 points }");
    let mut absorbed = new.load(&old.save(&member_of(&old))).unwrap().member;
    let exported = new.export(&absorbed);
    assert_eq!(exported.matches(r#""measures":["spend"]"#).count(), 4, "all four may come back: {exported}");
    let at = Instant::parse("2026-03-04T10:00:00Z").unwrap();
    let mut survivor = new.enroll("m-2", at).unwrap();
    new.apply(&mut survivor, r#"{"type":"order","id":"p-1","at":"2026-03-04T10:00:00Z","subtotal":7,"lines":[]}"#)
        .unwrap();
    new.merge(&mut survivor, &mut absorbed, at).unwrap();
    new.apply(&mut survivor, r#"{"type":"refund","id":"r-1","at":"2026-03-05T10:00:00Z","order":"o-3"}"#).unwrap();
    assert!(
        new.view(&survivor, survivor.clock()).to_json().contains(r#""spend":"7""#),
        "what never counted does not leave"
    );
    new.apply(&mut survivor, r#"{"type":"refund","id":"r-2","at":"2026-03-06T10:00:00Z","order":"p-1"}"#).unwrap();
    assert!(new.view(&survivor, survivor.clock()).to_json().contains(r#""spend":"0""#), "what counted does");
}

/// What is refused by its form teaches a fuzzer nothing.
#[test]
fn the_seeds_of_the_fuzzer_are_of_the_form_that_is_read() {
    let program = |text: &str| Program::compile(text).unwrap();
    let timed = program(include_str!("../../../fuzz/seeds/timed.loyalty"));
    let loaded = timed.load(include_str!("../../../fuzz/seeds/timed.json")).unwrap();
    assert!(loaded.report.is_empty(), "{:?}", loaded.report);
    let wholesaler = program(include_str!("../../../examples/wholesaler/wholesaler.loyalty"));
    let loaded = wholesaler.load_binary(include_bytes!("../../../fuzz/seeds/member.state")).unwrap();
    assert!(loaded.report.is_empty(), "{:?}", loaded.report);
}

/// A member with an attribute of every type, loaded by a program that gives them other types.
fn with_types(then: &str, now: &str) -> (String, Vec<String>) {
    let program = |version: u8, fields: &str| {
        let text = format!(
            "program \"Shop\" {{ currency EUR  version {version} }}\nwallet points {{}}\nmember {{ {fields} }}\n\
             rule r on signup {{ earn 1 points }}"
        );
        Program::compile(&text).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
    };
    let (old, new) = (program(1, then), program(2, now));
    let mut member = old.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let profile = r#"{"type":"profile","id":"p-1","at":"2026-01-02T00:00:00Z","word":"gold","number":7.5,"whole":7,"price":"7.50",
        "flag":true,"day":"2026-01-01","instant":"2026-01-01T00:00:00Z","time":"09:30"}"#;
    old.apply(&mut member, profile).unwrap();
    let [one, two] = [new.load(&old.save(&member)), new.load_binary(&old.save_binary(&member))].map(Result::unwrap);
    assert_eq!(one.report, two.report);
    assert_eq!(new.save(&one.member), new.save(&two.member));
    let view = new.view(&one.member, one.member.clock()).to_json();
    let attributes = view.split("\"attributes\":").nth(1).unwrap().split('}').next().unwrap().to_owned() + "}";
    (attributes, one.report.dropped().to_vec())
}

#[test]
fn an_attribute_of_another_type_is_told_and_not_kept() {
    let all =
        "word text?  number number?  whole int?  price money?  flag bool?  day date?  instant instant?  time time?";
    let (kept, dropped) = with_types(all, all);
    assert!(kept.contains("\"word\":\"gold\"") && kept.contains("\"price\":\"7.5"), "{kept}");
    assert!(dropped.is_empty(), "{dropped:?}");
    // A whole number is a number, and a number may be whole.
    let (kept, dropped) = with_types("whole int?", "whole number?");
    assert!(kept.contains("\"whole\":\"7\"") && dropped.is_empty(), "{kept} {dropped:?}");
    for (then, now, told) in [
        ("word text?", "word bool?", "attribute `word`: a text, and true or false in this program"),
        ("number number?", "number money?", "attribute `number`: a number, and money in this program"),
        ("number number?", "number int?", "attribute `number`: a number, and a whole number in this program"),
        ("price money?", "price number?", "attribute `price`: money, and a number in this program"),
        ("flag bool?", "flag text?", "attribute `flag`: true or false, and a text in this program"),
        ("day date?", "day instant?", "attribute `day`: a date, and an instant in this program"),
        ("time time?", "time date?", "attribute `time`: a time of day, and a date in this program"),
    ] {
        let (kept, dropped) = with_types(then, now);
        assert_eq!(dropped, [told]);
        assert!(!kept.contains(":\"") && !kept.contains(":true"), "{kept}");
    }
}

#[test]
fn a_member_goes_with_no_program_of_other_money_zone_or_title() {
    let text = "program \"Shop\" { currency EUR  timezone \"Europe/Berlin\" }\nwallet credit { holds EUR }\n\
                rule s on signup { earn 5 EUR to credit }";
    let program = Program::compile(text).unwrap();
    let mut member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    for other in [text.replace("EUR", "USD"), text.replace("Shop", "Store"), text.replace("Berlin", "Paris")] {
        let other = Program::compile(&other).unwrap();
        let signup = r#"{"type":"signup","id":"s-1","at":"2026-01-02T00:00:00Z"}"#;
        assert_eq!(other.apply(&mut member, signup).unwrap_err().code().as_str(), "other_program");
    }
}

#[test]
fn a_cart_is_quoted_for_the_member_and_the_revision_that_it_names() {
    let program = Program::compile(
        "program \"Shop\" { currency EUR }\nwallet points {}\nrule b on order { earn 1 points per 1 EUR of order.subtotal }\n\
         coupon TEN { give 10% off order  limit 1 per member }",
    )
    .unwrap();
    let member = program.enroll("m-1", Instant::parse("2026-01-01T00:00:00Z").unwrap()).unwrap();
    let quote = |of: &str| {
        let cart = format!(r#"{{"at":"2026-01-02T00:00:00Z",{of}"lines":[{{"id":"1","amount":"10"}}]}}"#);
        let counters = Default::default();
        let eligible = program.eligible(&member, &program.decode_cart(cart.as_bytes()).unwrap(), &counters).map(drop);
        let quoted = program.quote(&member, &cart, &["TEN"], &counters).map(|quote| quote.total().to_string());
        assert_eq!(eligible.err().map(|error| error.to_string()), quoted.as_ref().err().map(ToString::to_string));
        quoted.unwrap_or_else(|error| error.to_string())
    };
    for of in ["", r#""member":"m-1","#, r#""revision":0,"#] {
        assert!(quote(of).starts_with('9'), "{}", quote(of));
    }
    assert_eq!(quote(r#""member":"m-2","#), "wrong_member: `member`: expected `m-1`, whose state this is, found `m-2`");
    assert!(quote(r#""revision":99,"#).starts_with("stale_state: `revision`: expected 0, the state's, found 99"));
}
