//! Days and instants that are far off: whatever is accepted can be saved, and read again.

use loyalty_core::{Instant, Member, Program};

fn compile(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|found| panic!("{}", found.render("program.loyalty", false)))
}

fn enrolled(program: &Program, at: &str) -> Member {
    program.enroll("m-1", Instant::parse(at).unwrap()).unwrap()
}

/// Holds that a member comes back from either form.
fn comes_back(program: &Program, member: &Member) {
    let (text, bytes) = (program.save(member), program.save_binary(member));
    for loaded in [program.load(&text).unwrap(), program.load_binary(&bytes).unwrap()] {
        assert!(loaded.report.is_empty(), "{:?}", loaded.report);
        assert_eq!(program.save(&loaded.member), text);
        assert_eq!(program.save_binary(&loaded.member), bytes);
    }
}

/// No year has more than four digits.
fn plain(json: &str) {
    assert!(!json.contains("\"+") && !json.contains("\"-0"), "{json}");
}

#[test]
fn a_date_of_four_digits_is_kept() {
    let program =
        compile("program \"Shop\" {}\nmember { birthday date? }\nwallet points {}\nrule s on signup { earn 1 points }");
    for day in ["9999-12-31", "4707-11-29", "1900-01-01", "0001-01-01"] {
        let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
        let event = format!(r#"{{"type":"profile","id":"p-1","at":"2026-01-03T00:00:00Z","birthday":"{day}"}}"#);
        let outcome = program.apply(&mut member, event).unwrap().to_json();
        assert!(outcome.contains(&format!("\"value\":\"{day}\"")), "{outcome}");
        comes_back(&program, &member);
    }
    let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
    let refused = program
        .apply(&mut member, r#"{"type":"profile","id":"p-1","at":"2026-01-03T00:00:00Z","birthday":"0000-12-31"}"#)
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "wrong_type: `birthday`: expected a date from 0001-01-01 to 9999-12-31, found \"0000-12-31\""
    );
}

#[test]
fn a_day_that_a_program_reckons_stays_one_of_four_digits() {
    let program = compile(
        "program \"Shop\" {}\nmember { due date? }\nwallet points {}\n\
         rule later on profile when member.due is present { set member.due = member.due + 100 years }",
    );
    let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
    for (number, day) in [(1, "9999-12-31"), (2, "9950-01-01")] {
        let event =
            format!(r#"{{"type":"profile","id":"p-{number}","at":"2026-01-0{number}T10:00:00Z","due":"{day}"}}"#);
        plain(&program.apply(&mut member, event).unwrap().to_json());
        comes_back(&program, &member);
    }
}

#[test]
fn what_ends_after_all_that_can_happen_never_does() {
    for zone in ["Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"] {
        let program = compile(&format!(
            "program \"Shop\" {{ timezone \"{zone}\" }}\nwallet points {{ expire 12 months after earning }}\n\
             wallet slow {{ vest after 12 months  expire 12 months after vesting }}\nrule s on signup {{ earn 5 points  earn 5 slow }}"
        ));
        for (expires, never) in
            [("9999-12-31", true), ("2200-01-01", true), ("2150-12-31", false), ("1970-01-01", false)]
        {
            let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
            let event = format!(
                r#"{{"type":"adjust","id":"a-1","at":"2026-01-02T00:00:00Z","wallet":"points","points":100,"expires":"{expires}"}}"#
            );
            let outcome = program.apply(&mut member, event).unwrap().to_json();
            plain(&outcome);
            assert_eq!(outcome.contains("\"expires_at\":null"), never, "{outcome}");
            comes_back(&program, &member);
        }
        let mut member = enrolled(&program, "2199-01-01T00:00:00Z");
        let outcome =
            program.apply(&mut member, r#"{"type":"signup","id":"s-1","at":"2199-06-02T00:00:00Z"}"#).unwrap();
        plain(&outcome.to_json());
        comes_back(&program, &member);
        program.advance(&mut member, Instant::parse("2199-12-31T23:59:59.999999Z").unwrap()).unwrap();
        comes_back(&program, &member);
    }
}

#[test]
fn points_that_ran_out_before_anything_could_happen_are_refused() {
    let program = compile("program \"Shop\" {}\nwallet points {}\nrule s on signup { earn 5 points }");
    let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
    let event = r#"{"type":"adjust","id":"a-1","at":"2026-01-02T00:00:00Z","points":100,"expires":"1969-12-31"}"#;
    let refused = program.apply(&mut member, event).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "wrong_type: `expires`: expected a date from 1970-01-01 on; after 2199-12-31 is never, found 1969-12-31"
    );
    comes_back(&program, &member);
}

#[test]
fn other_ends_far_off_are_kept_too() {
    let program = compile(
        "program \"Shop\" { currency EUR  timezone \"America/Los_Angeles\" }\nwallet points {}\n\
         measure spend = sum(order.subtotal)\ntiers status by spend { base {}  gold from 100 EUR }\n\
         coupon HI issued { valid 30 days  give 10% off order }\nrule s on signup { earn 5 points }",
    );
    for day in ["9999-12-31", "2200-01-01", "0001-01-01"] {
        let mut member = enrolled(&program, "2026-01-01T00:00:00Z");
        for event in [
            format!(r#"{{"type":"issue","id":"i-1","at":"2026-01-02T00:00:00Z","coupon":"HI","until":"{day}"}}"#),
            format!(
                r#"{{"type":"assign_level","id":"l-1","at":"2026-01-02T00:00:00Z","level":"gold","until":"{day}"}}"#
            ),
        ] {
            plain(&program.apply(&mut member, event).unwrap().to_json());
            plain(&program.view(&member, member.clock()).to_json());
            // What is due can be advanced to.
            assert!(member.next_due().is_none_or(|due| Instant::parse(&due.to_string()) == Some(due)));
            comes_back(&program, &member);
        }
    }
}
