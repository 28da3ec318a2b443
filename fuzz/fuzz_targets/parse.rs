//! Any text is read, or refused with places inside it; what can be read keeps its meaning when it is laid out.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match loyalty_core::format(text) {
        Ok(formatted) => {
            let again = loyalty_core::format(&formatted).expect("laid-out text is read");
            assert_eq!(formatted, again, "laying out twice changes nothing");
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty());
            for diagnostic in diagnostics.iter() {
                assert!(diagnostic.span().end as usize <= text.len());
            }
            let _ = diagnostics.render("fuzz.loyalty", false);
        }
    }
});
