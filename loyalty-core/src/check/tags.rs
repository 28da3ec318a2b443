//! Tags that conditions ask for and no rule gives.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::model::{Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

#[derive(Debug, Default)]
pub(super) struct Tags {
    given: BTreeMap<String, Span>,
    /// Some rule gives what a text of the event says, which may be anything.
    any: bool,
    asked: Vec<(String, Span)>,
}

impl Tags {
    /// `tag "vip"`
    pub(super) fn given(&mut self, tag: &Expr) {
        match &tag.kind {
            ExprKind::Text(text) => {
                self.given.entry(text.to_string()).or_insert(tag.span);
            }
            _ => self.any = true,
        }
    }

    /// `"vip" in member.tags`, `untag "vip"`
    pub(super) fn asked(&mut self, tag: &Expr) {
        if let ExprKind::Text(text) = &tag.kind {
            self.asked.push((text.to_string(), tag.span));
        }
    }
}

impl Checker<'_> {
    pub(super) fn lint_tags(&mut self) {
        let Tags { given, any, asked } = core::mem::take(&mut self.tags);
        if any {
            return;
        }
        // Once for each of them, at the first place.
        let mut told = BTreeSet::new();
        for (tag, span) in asked.into_iter().filter(|(tag, _)| !given.contains_key(tag)) {
            if !told.insert(tag.clone()) {
                continue;
            }
            let known = given.keys().map(String::as_str);
            let diagnostic = Diagnostic::new(Code::UnknownTag, span, format!("no rule gives the tag \"{tag}\""))
                .help("tags come from rules alone, by `tag`; what the host tells of a member is an attribute of `member { … }`");
            self.suggest(diagnostic, &tag, known);
        }
    }
}
