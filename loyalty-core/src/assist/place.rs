//! Where in a program an offset stands: the declaration, what is written of it before the place, and what is open there.

use super::known::{Known, starts_line};
use super::symbol::Symbol;
use crate::check::survey;
use crate::syntax::lexer::{Token, TokenKind, is_space, tokens};
use crate::syntax::parse::words;

/// A place in a text, seen from the word at it.
#[derive(Debug)]
pub(super) struct Place<'t> {
    /// The declaration up to the word.
    pub(super) beginning: &'t str,
    /// The same in tokens, without comments.
    pub(super) before: Vec<Token<'t>>,
    /// Where the word starts.
    pub(super) start: usize,
    /// The brackets that are open, outermost first, as indexes into `before`.
    open: Vec<usize>,
}

/// What an offset is in.
pub(super) fn token_at(text: &str, offset: usize) -> Option<Token<'_>> {
    let touching = tokens(text).take_while(|token| token.start <= offset).filter(|token| token.end() >= offset);
    // Between two that touch, the word is meant, and else the one that starts there.
    touching.max_by_key(|token| (token.kind == TokenKind::Word, token.start))
}

impl<'t> Place<'t> {
    /// The place at which the word that starts at `start` stands.
    pub(super) fn before_word(text: &'t str, known: &Known, start: usize) -> Self {
        let declared = declaration_start(text, known, start);
        let beginning = text.get(declared..start).unwrap_or("");
        let before: Vec<Token<'_>> = tokens(beginning).filter(|token| !token.is_comment()).collect();
        let mut open = Vec::new();
        for (at, token) in before.iter().enumerate() {
            match token.text {
                "(" | "[" | "{" => open.push(at),
                ")" | "]" | "}" => drop(open.pop()),
                _ => {}
            }
        }
        Self { beginning, before, start, open }
    }

    /// The word that the declaration starts with; nothing between declarations.
    pub(super) fn keyword(&self) -> Option<&'t str> {
        self.before.first().map(|token| token.text)
    }

    /// The token that many before the word, 0 for the last one.
    pub(super) fn back(&self, count: usize) -> Option<&Token<'t>> {
        self.before.iter().rev().nth(count)
    }

    /// The text of that token, or nothing.
    pub(super) fn word(&self, count: usize) -> &'t str {
        self.back(count).map_or("", |token| token.text)
    }

    /// The names before the word that it belongs to by dots: `order`, `lines` before `amount` of `order.lines.amount`.
    pub(super) fn path(&self) -> Vec<&'t str> {
        self.path_at(self.before.len())
    }

    fn path_at(&self, end: usize) -> Vec<&'t str> {
        let mut path = Vec::new();
        let mut rest = self.before.get(..end).unwrap_or(&[]);
        while let [others @ .., name, dot] = rest
            && dot.text == "."
            && name.kind == TokenKind::Word
        {
            path.push(name.text);
            rest = others;
        }
        path.reverse();
        path
    }

    /// Whether the word follows a dot.
    pub(super) fn after_dot(&self) -> bool {
        self.word(0) == "."
    }

    /// The event that the declared rule is on.
    pub(super) fn event<'k>(&self, known: &'k Known) -> Option<&'k Symbol> {
        // What a coupon asks, and what it earns, may go by the order that uses it.
        if self.keyword() == Some("coupon") {
            return known.find("event", "order");
        }
        let on = self.before.iter().position(|token| token.text == "on")?;
        known.find("event", self.before.get(on + 1)?.text).filter(|_| self.keyword() == Some("rule"))
    }

    /// Whose fields stand in the braces around the word: an event or record of a test, or the member.
    pub(super) fn braced<'k>(&self, known: &'k Known) -> Option<&'k Symbol> {
        let mut owner = None;
        for at in &self.open {
            let text =
                |back: usize| at.checked_sub(back).and_then(|at| self.before.get(at)).map_or("", |token| token.text);
            owner = match (text(0), owner) {
                ("{", None) if text(2) == "on" => known.find("event", text(1)),
                ("{", None) if text(1) == "member" && text(2) == "given" => known.find("member", "member"),
                // The list of records that a field holds, and a record in it.
                ("[", Some(owner)) => record_of(owner, text(1), known),
                (_, owner) => owner,
            };
        }
        owner.filter(|_| self.keyword() == Some("test"))
    }

    /// The names that are given in the same braces already.
    pub(super) fn given(&self) -> impl Iterator<Item = &'t str> {
        let from = self.open.last().map_or(0, |at| at + 1);
        self.before
            .get(from..)
            .unwrap_or(&[])
            .iter()
            .filter(|token| token.kind == TokenKind::Word)
            .map(|token| token.text)
    }

    /// The aggregate around the word: the path that it goes over, and whether the word stands in its filter.
    pub(super) fn fold(&self) -> Option<(Vec<&'t str>, bool)> {
        let open = self.open.iter().rev().find(|at| {
            let function = at.checked_sub(1).and_then(|at| self.before.get(at)).map_or("", |token| token.text);
            self.before.get(**at).is_some_and(|token| token.text == "(")
                && (function == "distinct" || AGGREGATES.contains(&function))
        })?;
        let inside = self.before.get(open + 1..)?;
        let filter = inside.iter().position(|token| token.text == "where");
        let path = inside.get(..filter.unwrap_or(inside.len()))?;
        let names = path.iter().filter(|token| token.kind == TokenKind::Word).map(|token| token.text);
        Some((names.collect(), filter.is_some()))
    }

    /// The number of open brackets.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The innermost open bracket and the token before it.
    pub(super) fn bracket(&self) -> (&'t str, &'t str) {
        let Some(at) = self.open.last() else { return ("", "") };
        let text = |at: Option<usize>| at.and_then(|at| self.before.get(at)).map_or("", |token| token.text);
        (text(Some(*at)), text(at.checked_sub(1)))
    }

    /// What bare names may mean here, nearest first.
    pub(super) fn roots(&self, known: &Known) -> Vec<Symbol> {
        let mut roots = Vec::new();
        let fold = self.fold();
        if let Some((path, true)) = &fold {
            // A filter sees the fields of what is filtered.
            let [first, rest @ ..] = path.as_slice() else { return roots };
            // In the default of a field, the path starts with a field.
            let (event, list) = match known.find("event", first) {
                Some(event) => (Some(event), rest.first()),
                None => (self.defaulted(known), Some(first)),
            };
            let record = event.zip(list).and_then(|(event, list)| record_of(event, list, known));
            roots.extend(record.map_or(&[][..], |record| &record.fields).iter().cloned());
            if record.is_none() || self.keyword() != Some("rule") {
                roots.extend(event.into_iter().flat_map(event_fields));
            }
        }
        match self.keyword() {
            Some("event" | "record") => {
                roots.extend(self.defaulted(known).into_iter().flat_map(|owner| owner.fields.iter().cloned()));
                return roots;
            }
            Some("measure") if fold.as_ref().is_some_and(|(path, filter)| path.is_empty() && !filter) => {
                roots.extend(known.events());
                return roots;
            }
            Some("measure") => return roots,
            _ => {}
        }
        match (&fold, self.event(known)) {
            (Some((path, false)), event) if path.is_empty() => {
                let others = known.events();
                roots.extend(event.cloned());
                roots.extend(others.into_iter().filter(|other| event.is_none_or(|event| event.name != other.name)));
            }
            (_, event) => roots.extend(event.cloned()),
        }
        if fold.is_none_or(|(_, filter)| filter) {
            roots.push(member(known));
            for kind in ["wallet", "measure", "segment", "tiers", "challenge"] {
                roots.extend(known.all(kind).cloned());
            }
            roots.extend(self.cause());
            // A level stands beside the ladder that it is compared with.
            let ladders = known.all("tiers").filter(|ladder| self.before.iter().any(|token| token.text == ladder.name));
            roots.extend(ladders.flat_map(|ladder| &ladder.fields).filter(|field| field.kind == "level").cloned());
            if self.keyword() == Some("test") {
                roots.extend(figures(true).into_iter().filter(|figure| !SETTLED.contains(&figure.name.as_str())));
            }
        }
        roots
    }

    /// What has set the declared rule off, if that is a movement of points.
    fn cause(&self) -> Option<Symbol> {
        let head = self.before.iter().take_while(|token| token.text != "{").map(|token| token.text);
        let head: Vec<&str> = head.collect();
        let name = match head.as_slice() {
            ["rule", _, "on", decision, ..] if MOVEMENTS.contains(decision) => decision,
            ["rule", rest @ ..] if rest.contains(&"before") && rest.iter().any(|word| word.starts_with("expire")) => {
                "expiring"
            }
            _ => return None,
        };
        let fields = vec![
            Symbol::new("field", "amount", "").documented("how much"),
            Symbol::new("field", "at", "instant").documented("when").moment(),
        ];
        let cause = Symbol::new("cause", name, "").documented("what has set the rule off");
        Some(Symbol { fields, ..cause })
    }

    /// The declaration itself, as far as it could be read.
    pub(super) fn declared<'k>(&self, known: &'k Known) -> Option<&'k Symbol> {
        known.find(self.keyword()?, self.before.get(1)?.text)
    }

    /// The event or record whose declaration this is.
    fn defaulted<'k>(&self, known: &'k Known) -> Option<&'k Symbol> {
        let name = self.before.get(1)?.text;
        known.find("event", name).or_else(|| known.find("record", name))
    }

    /// What may follow the path by a dot.
    pub(super) fn members(&self, known: &Known, path: &[&str]) -> Vec<Symbol> {
        let Some((root, rest)) = path.split_first() else { return Vec::new() };
        let found = self.roots(known).into_iter().find(|symbol| symbol.name == *root);
        let root = found.or_else(|| if *root == "member" { Some(member(known)) } else { None });
        let root = root
            .or_else(|| known.find("event", path.first()?).cloned())
            .or_else(|| known.named(path.first()?).cloned());
        let mut members = root.map_or_else(Vec::new, |root| self.within(known, &root));
        for name in rest {
            let next = members.iter().find(|member| member.name == *name).cloned();
            members = next.map_or_else(Vec::new, |next| self.within(known, &next));
        }
        members
    }

    fn within(&self, known: &Known, symbol: &Symbol) -> Vec<Symbol> {
        let before = (symbol.kind == "measure" && self.keyword() == Some("rule")).then(|| {
            let before = Symbol::new("figure", "before", symbol.detail.clone());
            before.documented("without the event at hand, in rules on events")
        });
        if symbol.moment {
            let part =
                |name: &&str| Symbol::new("part", name, "").documented(format!("the {name} in the program's zone"));
            return survey::parts()
                .iter()
                .map(part)
                .map(|part| if part.name == "date" { part.moment() } else { part })
                .chain(before)
                .collect();
        }
        if let Some(record) = symbol.record.as_ref().and_then(|record| known.find("record", record)) {
            return record.fields.clone();
        }
        match symbol.kind {
            "event" => event_fields(symbol),
            "member" | "cause" => symbol.fields.clone(),
            "measure" => before.into_iter().collect(),
            "tiers" => standing(symbol),
            "wallet" => figures(self.keyword() == Some("test")),
            "challenge" => challenge(symbol),
            "quiz" | "survey" => question(symbol),
            "wheel" => vec![
                Symbol::new("figure", "cards", "a number")
                    .documented("how many cards the member has, if it is `issued`"),
            ],
            _ => Vec::new(),
        }
    }

    /// What the word means here, with the path before it.
    pub(super) fn resolve(&self, known: &Known, word: &str) -> Option<Symbol> {
        let path = self.path();
        if self.after_dot() {
            return self.members(known, &path).into_iter().find(|symbol| symbol.name == word);
        }
        if let Some(field) = self.braced(known).and_then(|owner| owner.fields.iter().find(|field| field.name == word)) {
            return Some(field.clone());
        }
        let root = self.roots(known).into_iter().find(|symbol| symbol.name == word);
        root.or_else(|| known.named(word).cloned())
    }
}

/// The functions that go over events or lists.
const AGGREGATES: [&str; 8] = ["sum", "count", "min", "max", "average", "first", "last", "streak"];

/// The decisions that a rule may follow.
const MOVEMENTS: [&str; 6] = ["earned", "vested", "spent", "expired", "restored", "clawed_back"];

/// What is read of a member's level: its benefits, and since and until when it is held.
fn standing(ladder: &Symbol) -> Vec<Symbol> {
    let benefits = ladder.fields.iter().filter(|field| field.kind == "benefit").cloned();
    let told = [("since", "when the level was entered"), ("until", "how long the level is kept")];
    let moments = told.map(|(name, docs)| Symbol::new("figure", name, "instant").documented(docs).moment());
    let before = Symbol::new("figure", "before", "").documented("the level before a change, in rules on that change");
    benefits.chain(moments).chain([before]).collect()
}

/// What is read of a quiz or a survey.
fn question(question: &Symbol) -> Vec<Symbol> {
    let answer = if question.detail.is_empty() {
        ("answer", "a text", "the name of the choice that was the last answer")
    } else {
        ("score", "a number", "the number that was the last answer")
    };
    let told = [
        ("asked", "a condition", "whether the member was ever asked"),
        ("answered", "a condition", "whether the member has ever answered"),
        answer,
    ];
    let right = ("right", "a condition", "whether the last answer was the right one");
    let told = told.into_iter().chain((question.kind == "quiz").then_some(right));
    told.map(|(name, ty, docs)| Symbol::new("figure", name, ty).documented(docs)).collect()
}

/// What is read of a challenge, and its named goals.
fn challenge(challenge: &Symbol) -> Vec<Symbol> {
    const FIGURES: [(&str, &str, &str); 8] = [
        ("current", "", "what counts in the present round"),
        ("goal", "", "what is to be reached next"),
        ("remaining", "", "what is left to the goal"),
        ("percent", "a number", "whole percents of the goal, at most 100"),
        ("completed", "a condition", "whether the last goal is met in the present window"),
        ("times", "a number", "how often the last goal was met, ever"),
        ("best", "a number", "the longest run of a streak"),
        ("deadline", "instant", "when the present window ends"),
    ];
    let figures = FIGURES.iter().map(|(name, ty, docs)| {
        let figure = Symbol::new("figure", name, *ty).documented(*docs);
        if *ty == "instant" { figure.moment() } else { figure }
    });
    figures.chain(challenge.fields.iter().cloned()).collect()
}

/// The figures that need no event.
const SETTLED: [&str; 3] = ["balance", "pending", "debt"];

/// What a wallet says of itself; in tests also what the last step did to it.
fn figures(test: bool) -> Vec<Symbol> {
    let figure = |(name, docs): &(&str, &str)| Symbol::new("figure", name, "").documented(*docs);
    let told = [
        ("balance", "what may be spent"),
        ("pending", "what has been earned and has not vested"),
        ("debt", "what the next earnings settle"),
        ("earned", "what the last step earned"),
        ("spent", "what the last step spent"),
        ("expired", "what ran out in the last step"),
        ("clawed_back", "what the last step took back"),
    ];
    let count = if test { told.len() } else { SETTLED.len() };
    told.iter().take(count).map(figure).collect()
}

/// The fields of an event, those of its envelope behind them.
fn event_fields(event: &Symbol) -> Vec<Symbol> {
    let mut fields = event.fields.clone();
    fields.push(Symbol::new("field", "at", "instant").documented("when it happened").moment());
    fields.push(Symbol::new("field", "id", "text").documented("the event's own id"));
    fields
}

/// The member, whose attributes the program declares, or has none.
fn member(known: &Known) -> Symbol {
    let mut member = known.find("member", "member").cloned().unwrap_or_else(|| Symbol::new("member", "member", ""));
    member.fields.push(Symbol::new("field", "tags", "[text]").documented("set by `tag` and `untag`"));
    member.fields.push(Symbol::new("field", "id", "text").documented("the member's id"));
    if !member.fields.iter().any(|field| field.name == "enrolled") {
        member.fields.push(Symbol::new("field", "enrolled", "instant").documented("when the member joined").moment());
    }
    member
}

/// The record that a field of the owner lists.
fn record_of<'k>(owner: &Symbol, field: &str, known: &'k Known) -> Option<&'k Symbol> {
    let field = owner.fields.iter().find(|own| own.name == field)?;
    known.find("record", field.record.as_deref()?)
}

/// Where the declaration starts that a place belongs to; the place itself between declarations.
fn declaration_start(text: &str, known: &Known, at: usize) -> usize {
    let mut after = 0;
    for item in &known.file.items {
        let (start, end) = (item.span.start as usize, item.span.end as usize);
        if start < at && at < end {
            return start;
        }
        if end <= at {
            after = end;
            // What ends without a brace may go on behind it, on its line or indented.
            let open_end = text.get(start..end).is_some_and(|item| !item.ends_with('}'));
            let mut lines = text.get(end..at).unwrap_or("").split('\n').skip(1).peekable();
            let indented = lines.peek().is_none() || lines.all(|line| line.starts_with(is_space));
            if open_end && indented {
                return start;
            }
        }
    }
    let mut start = None;
    let rest = text.get(after..at).unwrap_or("");
    for token in tokens(rest).filter(|token| !token.is_comment()) {
        let here = after.saturating_add(token.start);
        if words::DECLARATIONS.contains(&token.text) && (start.is_none() || starts_line(text, here)) {
            start = Some(here);
        }
    }
    start.unwrap_or(at)
}
