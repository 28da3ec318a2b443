//! Every code has a section in `docs/errors.md` whose program raises it and whose mended program compiles.

use std::collections::BTreeMap;
use std::fs;

use loyalty_core::diagnostic::Code;

use crate::{codes, compile, repository, told};

/// One fenced block of the page.
struct Block {
    /// The words after the fence.
    tag: String,
    text: String,
}

/// The blocks of each section by the code in its heading.
fn sections() -> BTreeMap<String, Vec<Block>> {
    let page = fs::read_to_string(repository("docs/errors.md")).expect("docs/errors.md");
    let mut sections: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    let mut code = String::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match &mut open {
            Some(block) if line != "```" => block.text.extend([line, "\n"]),
            Some(_) => sections.entry(code.clone()).or_default().extend(open.take()),
            None => {
                if let Some(heading) = line.strip_prefix("### ") {
                    code = heading.split(':').next().unwrap_or_default().to_owned();
                    assert!(sections.insert(code.clone(), Vec::new()).is_none(), "{code} has two sections");
                } else if let Some(tag) = line.strip_prefix("```") {
                    open = Some(Block { tag: tag.to_owned(), text: String::new() });
                }
            }
        }
    }
    assert!(open.is_none(), "a fence stays open");
    sections
}

impl Block {
    /// The program that the block stands for: lines with `{n}` written out as often as `repeat=` says.
    fn program(&self) -> String {
        let repeat = self
            .tag
            .split(' ')
            .find_map(|word| word.strip_prefix("repeat="))
            .map(|times| times.parse::<u32>().expect("a number"));
        let mut program = String::new();
        for line in self.text.lines() {
            let times = if line.contains("{n}") { repeat.unwrap_or(1) } else { 1 };
            for n in 1..=times {
                program.extend([&line.replace("{n}", &n.to_string()), "\n"]);
            }
        }
        program
    }
}

#[test]
fn every_code_has_a_section_and_every_section_a_code() {
    let listed: Vec<String> = Code::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let mut in_order = listed.clone();
    in_order.sort();
    let written: Vec<String> = sections().into_keys().collect();
    assert_eq!(written, in_order);
}

#[test]
fn programs_of_the_page_raise_their_code_and_mended_ones_compile() {
    let mut problems = Vec::new();
    for (code, blocks) in sections() {
        let [wrong, mended] = blocks.as_slice() else { panic!("{code} needs a wrong and a mended program") };
        assert_eq!(wrong.tag.split(' ').take(2).collect::<Vec<_>>(), ["loyalty", &format!("error={code}")]);
        assert_eq!(mended.tag, "loyalty ok");
        let program = wrong.program();
        let (_, diagnostics) = compile(&program);
        if !codes(&diagnostics).contains(&code.as_str()) {
            problems.push(format!("{code} is not raised:\n{}", told(&program, &diagnostics)));
        }
        let (checked, diagnostics) = compile(&mended.text);
        if checked.is_none() || !diagnostics.is_empty() {
            problems.push(format!("{code} is not mended:\n{}", told(&mended.text, &diagnostics)));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
