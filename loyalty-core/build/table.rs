//! A grammar as a table: what `Machine` of `syntax/parse/machine.rs` reads.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

use pest_meta::ast::RuleType;
use pest_meta::optimizer::{OptimizedExpr, OptimizedRule};

use super::starts::{Grammar, Starts};

type Done<T> = Result<T, Box<dyn Error>>;

/// The rules as an enum, and the table.
pub fn write(rules: &[OptimizedRule]) -> Done<String> {
    if rules.iter().any(|rule| rule.name == "COMMENT") {
        return Err("the table knows WHITESPACE only".into());
    }
    let mut table = Table::new(rules);
    let mut definitions = String::new();
    for rule in rules {
        let kind = match rule.ty {
            _ if Grammar::is_space(rule) => "Space",
            RuleType::Normal => "Normal",
            RuleType::Silent => "Silent",
            RuleType::Atomic => "Atomic",
            RuleType::CompoundAtomic => "Compound",
            RuleType::NonAtomic => "NonAtomic",
        };
        let body = table.node(&rule.expr, Grammar::is_atomic(rule))?;
        write!(definitions, "Definition {{ kind: Kind::{kind}, body: {body} }}, ")?;
    }
    let end = table.number("End", 0);
    let space = table.numbers.get("WHITESPACE").copied();
    let names: Vec<&str> = std::iter::once("EOI").chain(rules.iter().map(|rule| rule.name.as_str())).collect();
    let list = names.iter().fold(String::new(), |list, name| list + "Rule::" + name + ", ");
    Ok(format!(
        "/// The rules of the grammar.\n\
         #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = \"they are called as in the grammar\")]\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]\n\
         pub(in crate::syntax) enum Rule {{ {} }}\n\
         static RULES: &[Rule] = &[{list}];\n\
         static TABLE: Table = Table {{\n\
         definitions: &[Definition {{ kind: Kind::Normal, body: {end} }}, {definitions}],\n\
         nodes: &[{}],\nlists: &{:?},\ntexts: &{:?},\nstarts: &{:?},\nspace: {space:?},\n}};\n",
        names.join(", "),
        table.nodes.join(", "),
        table.lists,
        table.texts,
        table.starts,
    ))
}

struct Table<'g> {
    grammar: Grammar<'g>,
    /// The number of each rule; that of the end of a text is 0.
    numbers: BTreeMap<&'g str, usize>,
    nodes: Vec<String>,
    lists: Vec<u16>,
    texts: Vec<&'g str>,
    /// Two halves of the bytes that something may begin with; the first of all are everything.
    starts: Vec<[u64; 2]>,
}

impl<'g> Table<'g> {
    fn new(rules: &'g [OptimizedRule]) -> Self {
        Self {
            grammar: Grammar::new(rules),
            numbers: rules.iter().zip(1..).map(|(rule, number)| (rule.name.as_str(), number)).collect(),
            nodes: Vec::new(),
            lists: Vec::new(),
            texts: Vec::new(),
            starts: vec![[u64::MAX; 2]],
        }
    }

    /// The number of a node; the same node has the same number wherever it stands.
    fn number(&mut self, form: &str, starts: usize) -> usize {
        place(&mut self.nodes, format!("Node {{ form: Form::{form}, starts: {starts} }}"))
    }

    fn starts(&mut self, starts: Starts) -> usize {
        if starts.nothing {
            return 0;
        }
        let low = u64::try_from(starts.bytes & u128::from(u64::MAX)).unwrap_or(u64::MAX);
        let high = u64::try_from(starts.bytes >> 64).unwrap_or(u64::MAX);
        let number = place(&mut self.starts, [low, high]);
        // More kinds of beginnings than a byte can number are just tried.
        if number > usize::from(u8::MAX) { 0 } else { number }
    }

    fn text(&mut self, text: &'g str) -> usize {
        place(&mut self.texts, text)
    }

    /// Where the list stands among all lists: how many there are, and each.
    fn list(&mut self, parts: &[&'g OptimizedExpr], atomic: bool) -> Done<usize> {
        let mut list = vec![u16::try_from(parts.len())?];
        for part in parts {
            list.push(u16::try_from(self.node(part, atomic)?)?);
        }
        let found = self.lists.windows(list.len()).position(|known| known == list);
        Ok(found.unwrap_or_else(|| {
            self.lists.extend(list);
            self.lists.len() - parts.len() - 1
        }))
    }

    fn node(&mut self, expression: &'g OptimizedExpr, atomic: bool) -> Done<usize> {
        let form = match expression {
            OptimizedExpr::Str(text) => format!("Text({})", self.text(text)),
            OptimizedExpr::Range(first, last) => match (first.as_bytes(), last.as_bytes()) {
                ([first], [last]) => format!("Range({first}, {last})"),
                _ => return Err("the table knows ranges of ASCII only".into()),
            },
            OptimizedExpr::Ident(name) => match (self.numbers.get(name.as_str()), name.as_str()) {
                (Some(number), _) => format!("Rule({number})"),
                (None, "ANY") => "Any".to_owned(),
                (None, "SOI") => "Start".to_owned(),
                (None, "EOI") => "Rule(0)".to_owned(),
                (None, "ASCII_DIGIT") => "Range(b'0', b'9')".to_owned(),
                (None, "ASCII_HEX_DIGIT") => "HexDigit".to_owned(),
                (None, "XID_START") => "NameStart".to_owned(),
                (None, "XID_CONTINUE") => "NamePart".to_owned(),
                (None, other) => return Err(format!("the table has no form for `{other}`").into()),
            },
            OptimizedExpr::PosPred(of) => format!("Ahead({})", self.node(of, atomic)?),
            OptimizedExpr::NegPred(of) => format!("NotAhead({})", self.node(of, atomic)?),
            OptimizedExpr::Seq(first, rest) => {
                let mut parts = vec![first.as_ref()];
                let mut rest = rest.as_ref();
                while let OptimizedExpr::Seq(next, after) = rest {
                    parts.push(next);
                    rest = after;
                }
                parts.push(rest);
                let form = if atomic { "Chain" } else { "Sequence" };
                format!("{form}({})", self.list(&parts, atomic)?)
            }
            OptimizedExpr::Choice(first, rest) => {
                let mut parts = vec![first.as_ref()];
                let mut rest = rest.as_ref();
                while let OptimizedExpr::Choice(next, after) = rest {
                    parts.push(next);
                    rest = after;
                }
                parts.push(rest);
                format!("Choice({})", self.list(&parts, atomic)?)
            }
            OptimizedExpr::Opt(of) => format!("Optional({})", self.node(of, atomic)?),
            OptimizedExpr::Rep(of) if atomic => format!("Repeat({})", self.node(of, atomic)?),
            OptimizedExpr::Rep(of) => format!("SpacedRepeat({})", self.node(of, atomic)?),
            OptimizedExpr::Skip(texts) => match texts.as_slice() {
                [text] => format!("Until({})", self.text(text)),
                _ => return Err("the table knows one text to skip to".into()),
            },
            other => return Err(format!("the table has no form for {other:?}").into()),
        };
        let starts = self.grammar.of(expression, atomic);
        let starts = self.starts(starts);
        Ok(self.number(&form, starts))
    }
}

/// The place of an item in a list; it comes to the end if it is not there.
fn place<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}
