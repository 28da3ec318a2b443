//! `loyalty-wasm/pkg`: the compiled modules, their glue, and the library of `loyalty-node/lib` over them.
//!
//! The translations are a module of their own: a page that evaluates rules does not load what servers need. `node` is for Node, `web` for browsers and bundlers. The crate that writes the glue is a dependency, so that Cargo.lock
//! holds it at the version of `wasm-bindgen` that the module was compiled with.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::{Done, compiled, root};

/// How the module is built.
pub struct Way {
    profile: &'static str,
    /// What cargo is told besides.
    settings: &'static [&'static str],
    /// Where cargo puts what it builds in that profile.
    pub folder: &'static str,
}

/// What `cargo xtask wasm` builds: how for each kind of host.
pub struct Release {
    node: &'static Way,
    web: &'static Way,
}

/// Compiled for size, a call is made of every function that is a few instructions long: `Vec::push`, `str::get`. What costs no more
/// than this is taken in where it is called; it makes the module a hundredth larger and a call a tenth faster.
const TAKE_IN: &str = r#"target.wasm32-unknown-unknown.rustflags = ["-C", "llvm-args=-inline-threshold=25"]"#;

const DEBUG: Way = Way { profile: "dev", settings: &[], folder: "debug" };
/// What travels over a network: as small as it gets.
pub const SMALL: Way = Way { profile: "wasm", settings: &["--config", TAKE_IN], folder: "wasm" };
/// What lies on the disk of a server: as fast as it gets.
const FAST: Way = Way { profile: "wasm-fast", settings: &[], folder: "wasm-fast" };

pub const FOR_TESTS: Release = Release { node: &DEBUG, web: &DEBUG };
pub const FOR_USE: Release = Release { node: &FAST, web: &SMALL };

/// A module: how cargo calls what it compiles, and how its glue is called.
pub struct Module {
    pub compiled: &'static str,
    pub glue: &'static str,
}

pub const CORE: Module = Module { compiled: "loyalty_wasm", glue: "loyalty_core" };
pub const HOSTS: Module = Module { compiled: "loyalty_wasm_hosts", glue: "loyalty_hosts" };

const NODE: &str = "node";
const WEB: &str = "web";

pub fn build(release: &Release) -> Done {
    let root = root()?;
    let Release { node, web } = release;
    compile(root, web)?;
    if node.folder != web.folder {
        compile(root, node)?;
    }
    let wasm = root.join("loyalty-wasm");
    let package = wasm.join("pkg");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    for module in [CORE, HOSTS] {
        glue(&compiled(node.folder, module.compiled)?, &module).nodejs(true)?.generate(package.join(NODE))?;
        // With the default path `init()` needs no argument: it finds the module beside the script.
        glue(&compiled(web.folder, module.compiled)?, &module)
            .web(true)?
            .omit_default_module_path(false)
            .generate(package.join(WEB))?;
    }
    let library = root.join("loyalty-node");
    copy(&wasm.join("js/package.json"), &package.join("package.json"))?;
    copy(&wasm.join("js/node.js"), &package.join("node/index.js"))?;
    copy(&wasm.join("js/web.js"), &package.join("web/index.js"))?;
    copy(&wasm.join("js/module.d.ts"), &package.join("web/module.d.ts"))?;
    copy(&wasm.join("js/hosts-node.js"), &package.join("node/hosts.js"))?;
    copy(&wasm.join("js/hosts-web.js"), &package.join("web/hosts.js"))?;
    for entry in ["index", "hosts"] {
        for ending in ["mjs", "d.mts", "d.ts"] {
            let file = format!("{entry}.{ending}");
            copy(&library.join(&file), &package.join(NODE).join(&file))?;
        }
        let types = format!("{entry}.d.ts");
        copy(&library.join(&types), &package.join(WEB).join(&types))?;
    }
    for entry in fs::read_dir(library.join("types"))? {
        let file = entry?.path();
        let name = Path::new("types").join(file.file_name().ok_or("a file without a name")?);
        copy(&file, &package.join(NODE).join(&name))?;
        copy(&file, &package.join(WEB).join(&name))?;
    }
    copy(&wasm.join("README.md"), &package.join("README.md"))?;
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root.join(license), &package.join(license))?;
    }
    fs::write(package.join("web/package.json"), "{ \"type\": \"module\" }\n")?;
    for entry in fs::read_dir(library.join("lib"))? {
        let file = entry?.path();
        let name = file.file_name().ok_or("a file without a name")?;
        copy(&file, &package.join("node/lib").join(name))?;
        let module = module_of(&fs::read_to_string(&file)?).map_err(|slip| format!("{}: {slip}", file.display()))?;
        fs::create_dir_all(package.join("web/lib"))?;
        fs::write(package.join("web/lib").join(name), module)?;
    }
    Ok(())
}

/// Compiles the crates.
fn compile(root: &Path, way: &Way) -> Done {
    let compiled = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["build", "--locked", "--package", "loyalty-wasm", "--package", "loyalty-wasm-hosts"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["--profile", way.profile])
        .args(way.settings)
        .status()?;
    if compiled.success() { Ok(()) } else { Err("the modules do not compile".into()) }
}

fn glue(path: &Path, module: &Module) -> Bindgen {
    let mut glue = Bindgen::new();
    glue.input_path(path).out_name(module.glue).typescript(false);
    // Names and notes on the compiler are of no use to a host.
    glue.remove_name_section(true).remove_producers_section(true);
    glue
}

fn copy(from: &Path, to: &Path) -> Done {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", from.display()).into())
}

/// A file of the library as a module of the web. It has one form of import and one of export, each on a line of its own.
fn module_of(script: &str) -> Result<String, String> {
    let mut module = String::new();
    for line in script.lines().filter(|line| *line != "\"use strict\";") {
        let import = line.strip_prefix("const {").and_then(|rest| rest.split_once("} = require("));
        let line = if let Some((names, from)) = import {
            format!("import {{{names}}} from {};", from.trim_end_matches(");"))
        } else if let Some(names) = line.strip_prefix("module.exports = ") {
            format!("export {names}")
        } else {
            line.to_owned()
        };
        if line.contains("require(") || line.contains("module.exports") {
            return Err(format!("`{line}` has no form in a module"));
        }
        module.push_str(&line);
        module.push('\n');
    }
    Ok(module)
}
