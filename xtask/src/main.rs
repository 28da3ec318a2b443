//! The steps of the build that are more than cargo.
//!
//! `cargo xtask wasm` compiles `loyalty-wasm` and `loyalty-wasm-hosts` and writes what a host loads to `loyalty-wasm/pkg`; with `--release` as small
//! as it gets for browsers and as fast for Node. `cargo xtask size` tells what a release is made of. `cargo xtask zones` writes what
//! the core knows of time zones, and `cargo xtask locales FOLDER` what it knows of languages.

mod locales;
mod size;
mod wasm;
mod zones;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str =
    "usage: cargo xtask wasm [--release] | cargo xtask size | cargo xtask zones | cargo xtask locales FOLDER";

type Done = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["wasm"] => wasm::build(&wasm::FOR_TESTS),
        ["wasm", "--release"] => wasm::build(&wasm::FOR_USE),
        ["size"] => size::tell(),
        ["zones"] => zones::write(),
        ["locales", folder] => locales::write(folder),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> Result<&'static Path, &'static str> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask has no parent folder")
}

/// What cargo has compiled of a crate for WebAssembly.
fn compiled(folder: &str, name: &str) -> Result<PathBuf, &'static str> {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().map(|root| root.join("target")), |set| Ok(set.into()));
    Ok(target?.join("wasm32-unknown-unknown").join(folder).join(format!("{name}.wasm")))
}
