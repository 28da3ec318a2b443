//! A case of the corpus: its file, and what the crate answers to it.

use std::fs;
use std::path::{Path, PathBuf};

use loyalty_core::{Document, EventError};
use loyalty_hosts::{Options, Translation, host, magento, shopify, whatsapp, woocommerce};

pub struct Case {
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    pub call: String,
    pub options: String,
    pub body: Vec<u8>,
    pub expect: Vec<(String, String)>,
    pub answer: String,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

pub fn payload(name: &str) -> Vec<u8> {
    fs::read(root().join("payloads").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The files of a folder and of those in it, sorted by name.
pub fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

pub fn files_ending(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root(), &mut found);
    found.retain(|path| path.extension().is_some_and(|own| own == ending));
    found
}

pub fn all() -> Vec<Case> {
    files_ending("case").into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Case {
    let name = path.strip_prefix(root()).unwrap().display().to_string();
    let text = fs::read_to_string(&path).unwrap();
    let mut sections = text.split("\n=== ");
    let head = sections.next().unwrap();
    let field = |key: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        line.map(str::to_owned)
    };
    assert!(field("why").is_some() && field("source").is_some(), "{name} does not say why, or from where");
    let (mut body, mut expect, mut answer) = (None, Vec::new(), String::new());
    for section in sections {
        let (title, content) = section.split_once('\n').unwrap_or((section, ""));
        match title {
            "body" => body = Some(content.as_bytes().to_vec()),
            "expect" => {
                let lines = content.lines().filter(|line| !line.is_empty());
                expect = lines.map(|line| line.split_once(' ').unwrap()).map(owned).collect();
            }
            "answer" => answer = content.trim_end().to_owned(),
            _ => panic!("{name}: unknown section {title}"),
        }
    }
    let body = body.unwrap_or_else(|| fs::read(root().join(field("body").expect("a body"))).unwrap());
    let call = field("call").expect("a call");
    Case { call, options: field("options").unwrap_or_else(|| "{}".to_owned()), body, expect, answer, name, path, text }
}

fn owned((path, value): (&str, &str)) -> (String, String) {
    (path.to_owned(), value.to_owned())
}

impl Case {
    pub fn asked(&self) -> Result<Document, EventError> {
        ask(&self.call, &self.options, &self.body)
    }
}

/// Calls what a case names.
pub fn ask(call: &str, options: &str, body: &[u8]) -> Result<Document, EventError> {
    let (function, topic) = call.split_once(' ').unwrap_or((call, ""));
    host::answer(function, topic, options.as_bytes(), body)
}

pub fn translate(function: &str, topic: &str, options: &Options, body: &[u8]) -> Result<Translation, EventError> {
    match function {
        "shopify.events" => shopify::events(topic, body, options),
        "woocommerce.events" => woocommerce::events(topic, body, options),
        "magento.events" => magento::events(topic, body, options),
        "whatsapp.events" => whatsapp::events(body, options),
        _ => panic!("no such function: {function}"),
    }
}

/// The answer as the lines of a case.
pub fn lines(answer: &Result<Document, EventError>) -> String {
    let document = match answer {
        Ok(document) => document,
        Err(error) => return format!("error {}", error.to_json()),
    };
    if document.get("messaging_product").is_some() {
        return format!("payload {document}");
    }
    let mut lines = Vec::new();
    for (key, word) in [("events", "event"), ("parked", "parked"), ("notices", "notice")] {
        let Some(Document::List(items)) = document.get(key) else { panic!("no {key}") };
        lines.extend(items.iter().map(|item| format!("{word} {item}")));
    }
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

/// What stands at a path of names and numbers, as JSON; `null` for nothing.
pub fn at(document: &Document, path: &str) -> String {
    let step = |document: Option<Document>, step: &str| match step.parse::<usize>() {
        Ok(number) => document?.item(number).cloned(),
        Err(_) => document?.get(step).cloned(),
    };
    path.split('.').fold(Some(document.clone()), step).map_or_else(|| "null".to_owned(), |value| value.to_string())
}
