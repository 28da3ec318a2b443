//! Stocks and totals of wheels, where the host says how far its counters stand.

use loyalty_core::{Counters, Instant, Program};

/// The counters that the host tells are those of before the event; what the event takes itself counts too.
#[test]
fn two_turns_on_one_event_do_not_share_what_is_left() {
    let program = Program::compile(
        "program \"Shop\" {}\nwallet pts {}\n\
         wheel one { limit 1 in total  weight 1 { earn 5 pts } }\n\
         wheel two { weight 1 stock 1 { earn 7 pts } }\n\
         rule first on visit { draw one  draw two }\nrule second on visit { draw one  draw two }",
    )
    .unwrap();
    let program = program.with_secret(b"a secret for two turns").unwrap();
    let at = Instant::parse("2026-01-01T00:00:00Z").unwrap();
    let mut member = program.enroll("m-1", at).unwrap();
    let event = program.decode(br#"{"type":"visit","id":"v-1","at":"2026-01-02T10:00:00Z"}"#).unwrap();
    let outcome = program.apply_event_with(&mut member, &event, None, Counters::default()).unwrap();
    let told = outcome.to_json();
    assert_eq!(told.matches(r#""kind":"claim""#).count(), 2, "{told}");
    assert_eq!(told.matches(r#""kind":"earned""#).count(), 2, "{told}");
    assert!(told.contains(r#""kind":"not_drawn","wheel":"one","reason":"limit","rule":"second""#), "{told}");
    assert!(told.contains(r#""out_of_stock":true,"rule":"second""#), "{told}");
}
