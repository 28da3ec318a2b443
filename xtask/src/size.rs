//! `cargo xtask size`: what the released module weighs, and what it is made of.
//!
//! The released file has no names any more, so the bytes of its functions are told from the module that cargo compiled, which
//! has them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::wasm::{CORE, HOSTS, SMALL};
use crate::{Done, compiled, root};

const SECTIONS: [(u8, &str); 12] = [
    (0, "names and notes"),
    (1, "types"),
    (2, "imports"),
    (3, "functions"),
    (4, "tables"),
    (5, "memory"),
    (6, "globals"),
    (7, "exports"),
    (9, "elements"),
    (10, "code"),
    (11, "data"),
    (12, "data count"),
];

pub fn tell() -> Done {
    let released = root()?.join("loyalty-wasm/pkg/web/loyalty_core_bg.wasm");
    let bytes = fs::read(&released).map_err(|_| "there is no release: `cargo xtask wasm --release` makes one")?;
    println!("loyalty_core_bg.wasm: {}", sizes(&bytes)?);
    let hosts = fs::read(root()?.join("loyalty-wasm/pkg/web").join(format!("{}_bg.wasm", HOSTS.glue)))?;
    println!("{}_bg.wasm: {}", HOSTS.glue, sizes(&hosts)?);
    let sections = sections(&bytes).ok_or("this is no module")?;
    for (kind, body) in &sections {
        if body.len() > 1_000 {
            let name = SECTIONS.iter().find(|(number, _)| number == kind).map_or("other", |(_, name)| name);
            println!("  {name:<16} {:>9} bytes, {:>7} gzipped by itself", body.len(), gzipped(body)?);
        }
    }
    let named = fs::read(compiled(SMALL.folder, CORE.compiled)?)?;
    let crates = crates(&named).ok_or("the compiled module has no names")?;
    let code: usize = crates.values().sum();
    println!("code by crate ({code} bytes):");
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), name.clone()));
    for (name, bytes) in crates.iter().take(12) {
        println!("  {name:<16} {bytes:>9} bytes, {:>2} %", bytes * 100 / code.max(1));
    }
    Ok(())
}

fn sizes(bytes: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    Ok(format!("{} bytes, {} gzipped, {} by brotli", bytes.len(), gzipped(bytes)?, by_brotli(bytes)?))
}

fn gzipped(bytes: &[u8]) -> Result<usize, Box<dyn std::error::Error>> {
    piped(Command::new("gzip").args(["-9", "-c"]), bytes)
}

/// By the one that Node has, at its best, as those send files who keep them compressed.
fn by_brotli(bytes: &[u8]) -> Result<usize, Box<dyn std::error::Error>> {
    let script = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))";
    piped(Command::new("node").args(["-e", script]), bytes)
}

/// How many bytes a command makes of these.
fn piped(command: &mut Command, bytes: &[u8]) -> Result<usize, Box<dyn std::error::Error>> {
    let mut command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = command.stdin.take().ok_or("the command takes nothing")?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = command.wait_with_output()?;
    writer.join().map_err(|_| "the command has stopped")??;
    Ok(output.stdout.len())
}

/// A number in LEB128, and what is behind it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// The sections of a module: their kinds and bodies.
fn sections(module: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut found = Vec::new();
    while let Some((kind, after)) = rest.split_first() {
        let (length, after) = number(after)?;
        found.push((*kind, after.get(..length)?));
        rest = after.get(length..)?;
    }
    Some(found)
}

/// A name, and what is behind it.
fn name(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = number(bytes)?;
    Some((std::str::from_utf8(rest.get(..length)?).ok()?, rest.get(length..)?))
}

/// Bytes of code by the crate that a function's name begins with.
fn crates(module: &[u8]) -> Option<BTreeMap<String, usize>> {
    let sections = sections(module)?;
    let body = |wanted: u8| sections.iter().find(|(kind, _)| *kind == wanted).map(|(_, body)| *body);
    let names = sections.iter().filter(|(kind, _)| *kind == 0).find_map(|(_, body)| {
        let (title, rest) = name(body)?;
        (title == "name").then_some(rest)
    })?;
    let (imports, _) = number(body(2)?)?;
    let names = functions(names)?;
    let (count, mut rest) = number(body(10)?)?;
    let mut crates = BTreeMap::new();
    for at in 0..count {
        let (length, after) = number(rest)?;
        rest = after.get(length..)?;
        let of = names
            .get(&(imports + at))
            .map_or("?".to_owned(), |name| crate_of(&rustc_demangle::demangle(name).to_string()).to_owned());
        *crates.entry(of).or_default() += length;
    }
    Some(crates)
}

/// The names of functions by number: the part of kind 1 of the section of names.
fn functions(mut names: &[u8]) -> Option<BTreeMap<usize, &str>> {
    while let Some((kind, after)) = names.split_first() {
        let (length, after) = number(after)?;
        if *kind == 1 {
            let (count, mut rest) = number(after.get(..length)?)?;
            let mut found = BTreeMap::new();
            for _ in 0..count {
                let (number, after) = number(rest)?;
                let (name, after) = name(after)?;
                found.insert(number, name);
                rest = after;
            }
            return Some(found);
        }
        names = after.get(length..)?;
    }
    None
}

/// `<loyalty_core::plan::Plan as core::fmt::Debug>::fmt` is of `loyalty_core`: the first crate that is not the language's own.
fn crate_of(function: &str) -> &str {
    let words = function.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != ':');
    let crates = words.filter_map(|path| path.split_once("::").map(|(first, _)| first));
    let own = |name: &&str| !matches!(*name, "core" | "alloc" | "std" | "" | "dyn" | "impl");
    crates.clone().find(own).or(crates.clone().next()).unwrap_or("?")
}
