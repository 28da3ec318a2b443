//! Writes the grammars as tables, for `syntax/parse/machine.rs` to follow, and the words of the language.
//!
//! A grammar is read, checked and simplified by pest's own crate, so that its notation means what pest's book says.

#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a build script reads and writes files and talks to cargo; the crate does not"
)]

mod starts;
mod table;
mod words;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use pest_meta::optimizer::optimize;
use pest_meta::parser::{self, Rule};

const FOLDER: &str = "src/syntax";
/// The grammar of the language, whose words are told too.
const LANGUAGE: &str = "grammar";
const TEXTS: &str = "message";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build");
    let out = env::var("OUT_DIR")?;
    for name in [LANGUAGE, TEXTS] {
        let grammar = format!("{FOLDER}/{name}.pest");
        println!("cargo:rerun-if-changed={grammar}");
        let text = fs::read_to_string(&grammar)?;
        let pairs = parser::parse(Rule::grammar_rules, &text)?;
        let rules = parser::consume_rules(pairs).map_err(|errors| format!("{grammar}: {errors:?}"))?;
        let mut written = table::write(&optimize(rules))?;
        if name == LANGUAGE {
            written.push_str(&words::write(&text));
        }
        fs::write(Path::new(&out).join(format!("{name}.rs")), written)?;
    }
    Ok(())
}
