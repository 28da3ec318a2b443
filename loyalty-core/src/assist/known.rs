//! What is declared around a place: by the program, as far as it can be read, and by the language.

use std::collections::BTreeSet;

use super::symbol::Symbol;
use crate::check::survey;
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::engagement::{Engagement, EngagementClause};
use crate::syntax::ladder::LadderClause;
use crate::syntax::lexer::{Token, TokenKind, tokens};
use crate::syntax::parse::words;
use crate::syntax::tree::{Clause, ClauseKind, FieldDecl, File, Item, ItemKind, Name};
use crate::syntax::trigger::{Trigger, TriggerKind};

/// Everything with a name.
#[derive(Debug, Default)]
pub(super) struct Known {
    symbols: Vec<Symbol>,
    /// The currency that the program names.
    pub(super) currency: Option<String>,
    /// What could be read.
    pub(super) file: File,
    /// Whether all of it could.
    pub(super) whole: bool,
}

/// What the language declares by itself, and a text may declare but once.
const MEMBER: &str = "member";

/// What is said of a wallet that holds no money.
pub(super) const POINTS: &str = "holds points";

impl Known {
    pub(super) fn read(text: &str) -> Self {
        let (file, broken) = crate::syntax::parse(text);
        let mut known = Self { whole: broken.is_empty(), ..Self::default() };
        for item in &survey::prelude().items {
            known.item(item, "");
        }
        for symbol in &mut known.symbols {
            symbol.place = None;
            symbol.fields.iter_mut().for_each(|field| field.place = None);
        }
        for item in &file.items {
            known.item(item, text);
        }
        known.types(&file);
        known.unread(text, &file);
        known.file = file;
        known
    }

    /// What the text itself declares, in its order.
    pub(super) fn own(&self) -> impl Iterator<Item = &Symbol> {
        let mut own: Vec<&Symbol> = self.symbols.iter().filter(|symbol| symbol.place.is_some()).collect();
        own.arrange_by_key(|symbol| symbol.place);
        own.into_iter()
    }

    /// Everything of that kind.
    pub(super) fn all<'k>(&'k self, kind: &'k str) -> impl Iterator<Item = &'k Symbol> {
        self.symbols.iter().filter(move |symbol| symbol.kind == kind)
    }

    /// That of a kind and name.
    pub(super) fn find(&self, kind: &str, name: &str) -> Option<&Symbol> {
        self.symbols.iter().find(|symbol| symbol.kind == kind && symbol.name == name)
    }

    /// Whatever has that name, of any kind.
    pub(super) fn named(&self, name: &str) -> Option<&Symbol> {
        let titled = |symbol: &Symbol| matches!(symbol.kind, "test" | "program");
        self.symbols.iter().find(|symbol| symbol.name == name && !titled(symbol))
    }

    /// The events, those that the program listens to first.
    pub(super) fn events(&self) -> Vec<Symbol> {
        let mut heard = BTreeSet::new();
        for item in &self.file.items {
            match &item.kind {
                ItemKind::Rule { trigger: Trigger { kind: TriggerKind::Event(event), .. }, .. } => {
                    heard.insert(event.text.as_str());
                }
                ItemKind::Measure { body, .. } => heard.extend(root(&body.aggregate.of)),
                _ => {}
            }
        }
        let mut events: Vec<Symbol> = self.all("event").cloned().collect();
        events.arrange_by_key(|event| !heard.contains(event.name.as_str()));
        events
    }

    fn item(&mut self, item: &Item, text: &str) {
        let docs = paragraph(&item.docs);
        let mut declare = |kind, name: &Name, detail: String| {
            let symbol = Symbol::new(kind, &name.text, detail).documented(docs.clone());
            self.symbols.push(Symbol { place: Some((item.span, name.span)), ..symbol });
        };
        match &item.kind {
            ItemKind::Program { title, clauses } => {
                declare("program", title, String::new());
                self.currency = clauses.iter().find_map(|clause| match &clause.kind {
                    ClauseKind::Currency(name) => Some(name.text.clone()),
                    _ => None,
                });
            }
            ItemKind::Member { fields } => {
                let start = item.span.start;
                let span = Span::new(start, start.saturating_add(MEMBER.len() as u32));
                self.holder(MEMBER, &Name { text: MEMBER.to_owned(), span }, item, fields);
                // The host tells attributes by the standard event, which has the member's own fields.
                let own = self.find(MEMBER, MEMBER).map(|member| member.fields.clone());
                let profile = self.symbols.iter_mut().find(|symbol| symbol.kind == "event" && symbol.name == "profile");
                if let (Some(profile), Some(own)) = (profile, own) {
                    profile.fields = own;
                }
            }
            ItemKind::Event { name, fields } => self.holder("event", name, item, fields),
            ItemKind::Record { name, fields } => self.holder("record", name, item, fields),
            ItemKind::Wallet { name, clauses } => {
                let holds = clauses.iter().find_map(|clause| match &clause.kind {
                    ClauseKind::Holds(currency) => Some(format!("holds {}", currency.text)),
                    _ => None,
                });
                declare("wallet", name, holds.unwrap_or_else(|| POINTS.to_owned()));
            }
            ItemKind::Measure { name, .. } => declare("measure", name, String::new()),
            ItemKind::Segment { name, .. } => declare("segment", name, "a condition".to_owned()),
            ItemKind::Rule { name, trigger, .. } => {
                declare("rule", name, slice(text, trigger.span));
            }
            ItemKind::Group { name, rules, .. } => {
                let rules: Vec<&str> = rules.iter().map(|rule| rule.text.as_str()).collect();
                declare("group", name, format!("[{}]", rules.join(", ")));
            }
            ItemKind::Tiers { name, clauses, .. } => {
                let fields = ladder(clauses);
                let levels: Vec<&str> = fields.iter().filter(|field| field.kind == "level").map(Symbol::name).collect();
                let symbol = Symbol::new("tiers", &name.text, levels.join(", ")).documented(docs);
                self.symbols.push(Symbol { place: Some((item.span, name.span)), fields, ..symbol });
            }
            ItemKind::Referral { name, .. } => declare("referral", name, String::new()),
            ItemKind::Test { title, .. } => declare("test", title, String::new()),
            ItemKind::Engagement(Engagement::Challenge { name, clauses }) => {
                let symbol = Symbol::new("challenge", &name.text, "").documented(docs);
                self.symbols.push(Symbol { place: Some((item.span, name.span)), fields: goals(clauses), ..symbol });
            }
            ItemKind::Engagement(Engagement::Quiz { name, clauses, .. } | Engagement::Survey { name, clauses, .. }) => {
                let kind =
                    if matches!(item.kind, ItemKind::Engagement(Engagement::Quiz { .. })) { "quiz" } else { "survey" };
                let detail = if clauses.iter().any(is_scale) { "on a scale" } else { "" };
                let symbol = Symbol::new(kind, &name.text, detail).documented(docs);
                self.symbols.push(Symbol { place: Some((item.span, name.span)), fields: choices(clauses), ..symbol });
            }
            ItemKind::Engagement(engagement) => {
                if let Some(name) = engagement.name() {
                    declare(engagement.keyword(), name, String::new());
                }
            }
        }
    }

    /// A member, event or record; declared again, it adds to its fields.
    fn holder(&mut self, kind: &'static str, name: &Name, item: &Item, decls: &[FieldDecl]) {
        let known = self.symbols.iter().position(|symbol| symbol.kind == kind && symbol.name == name.text);
        let at = known.unwrap_or(self.symbols.len());
        if known.is_none() {
            self.symbols.push(Symbol::new(kind, &name.text, ""));
        }
        let Some(symbol) = self.symbols.get_mut(at) else { return };
        symbol.place = Some((item.span, name.span));
        let docs = paragraph(&item.docs);
        if !docs.is_empty() {
            symbol.docs = docs;
        }
        for decl in decls {
            let field = field(decl);
            match symbol.fields.iter_mut().find(|known| known.name == field.name) {
                Some(known) => *known = field,
                None => symbol.fields.push(field),
            }
        }
    }

    /// Gives measures the types that the checker has found.
    fn types(&mut self, file: &File) {
        let mut types = survey::measures(file);
        for measure in self.symbols.iter_mut().filter(|symbol| symbol.kind == "measure") {
            if let Some(measured) = types.remove(&measure.name) {
                measure.detail = measured.described;
                measure.moment = measured.moment;
            }
        }
    }

    /// Takes the names of declarations that cannot be read yet from their first words.
    fn unread(&mut self, text: &str, file: &File) {
        let read =
            |at: usize| file.items.iter().any(|item| (item.span.start as usize..item.span.end as usize).contains(&at));
        let all: Vec<Token<'_>> = tokens(text).filter(|token| !token.is_comment()).collect();
        for pair in all.windows(2) {
            let [keyword, name] = pair else { continue };
            let Some(kind) = words::DECLARATIONS.iter().find(|word| **word == keyword.text) else { continue };
            let declared = name.kind == TokenKind::Word && starts_line(text, keyword.start) && !read(keyword.start);
            if declared && self.find(kind, name.text).is_none() && !matches!(*kind, "program" | "test" | MEMBER) {
                let span = Span::new(name.start as u32, name.end() as u32);
                let whole = Span::new(keyword.start as u32, span.end);
                let symbol = Symbol::new(kind, name.text, "");
                self.symbols.push(Symbol { place: Some((whole, span)), ..symbol });
            }
        }
    }
}

/// The levels of `tiers`, lowest first, and what they give.
fn ladder(clauses: &[Clause]) -> Vec<Symbol> {
    let parts = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Ladder(LadderClause::Level { name, .. }) => Some(("level", clause.span, name)),
        ClauseKind::Ladder(LadderClause::Benefit { name, .. }) => Some(("benefit", clause.span, name)),
        _ => None,
    });
    parts
        .map(|(kind, span, name)| Symbol { place: Some((span, name.span)), ..Symbol::new(kind, &name.text, "") })
        .collect()
}

fn is_scale(clause: &Clause) -> bool {
    matches!(&clause.kind, ClauseKind::Engagement(EngagementClause::Scale { .. }))
}

/// The choices of a quiz or a survey.
fn choices(clauses: &[Clause]) -> Vec<Symbol> {
    let choices = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Engagement(EngagementClause::Choice { name, .. }) => Some((clause.span, name)),
        _ => None,
    });
    choices
        .map(|(span, name)| Symbol { place: Some((span, name.span)), ..Symbol::new("choice", &name.text, "") })
        .collect()
}

/// The named goals of a `challenge`, lowest first.
fn goals(clauses: &[Clause]) -> Vec<Symbol> {
    let goals = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Engagement(EngagementClause::Goal(goal)) => Some((clause.span, goal.name.as_ref()?)),
        _ => None,
    });
    let said = "whether this goal is met in the present window";
    goals
        .map(|(span, name)| {
            let goal = Symbol::new("goal", &name.text, "a condition").documented(said);
            Symbol { place: Some((span, name.span)), ..goal }
        })
        .collect()
}

/// Whether nothing stands before that place on its line.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('\n'))
}

/// A stretch of the text on one line.
pub(super) fn slice(text: &str, span: Span) -> String {
    let stretch = text.get(span.start as usize..span.end as usize).unwrap_or("");
    stretch.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of a documentation comment as one text.
fn paragraph(docs: &[String]) -> String {
    docs.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
}

fn field(decl: &FieldDecl) -> Symbol {
    let name = &decl.ty.name.text;
    let mut ty = if decl.ty.list { format!("[{name}]") } else { name.clone() };
    if decl.optional {
        ty.push('?');
    }
    if decl.shared {
        ty.push_str(" shared");
    }
    if decl.default.is_some() {
        ty.push_str(", with a default");
    }
    let symbol = Symbol::new("field", &decl.name.text, ty).documented(paragraph(&decl.docs));
    Symbol {
        place: Some((decl.span, decl.name.span)),
        moment: matches!(name.as_str(), "instant" | "date") && !decl.ty.list,
        record: decl.ty.list.then(|| name.clone()),
        ..symbol
    }
}

/// The name that a dotted path starts with.
fn root(path: &crate::syntax::tree::Expr) -> Option<&str> {
    let mut inner = path;
    loop {
        match &inner.kind {
            crate::syntax::tree::ExprKind::Field { of, .. } => inner = of,
            crate::syntax::tree::ExprKind::Name(name) => return Some(name),
            _ => return None,
        }
    }
}
