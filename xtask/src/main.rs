//! The steps of the build that are more than cargo.
//!
//! `cargo xtask wasm` compiles `loyalty-wasm` and writes what a host loads to `loyalty-wasm/pkg`: `node` for Node, `web`
//! for browsers. The crate that writes the glue is a dependency, so that Cargo.lock holds it at the version of
//! `wasm-bindgen` that the module was compiled with.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "usage: cargo xtask wasm [--release]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["wasm"] => wasm("dev", "debug"),
        ["wasm", "--release"] => wasm("release", "release"),
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

fn wasm(profile: &str, folder: &str) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask has no parent folder")?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let compiled = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--locked", "--package", "loyalty-wasm", "--target", "wasm32-unknown-unknown"])
        .args(["--profile", profile])
        .status()?;
    if !compiled.success() {
        return Err("loyalty-wasm does not compile".into());
    }
    let module = target.join("wasm32-unknown-unknown").join(folder).join("loyalty_wasm.wasm");
    let package = root.join("loyalty-wasm/pkg");
    glue(&module).nodejs(true)?.generate(package.join("node"))?;
    // With the default path `init()` needs no argument: it finds the module beside the script.
    glue(&module).web(true)?.omit_default_module_path(false).generate(package.join("web"))?;
    Ok(())
}

fn glue(module: &Path) -> Bindgen {
    let mut glue = Bindgen::new();
    glue.input_path(module).out_name("loyalty").typescript(true);
    glue
}
