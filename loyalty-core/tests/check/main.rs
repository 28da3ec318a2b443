//! `docs/errors.md`, the corpus of bad programs and the closed list of codes say the same, and whole programs check.

#![expect(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "the page of codes and the corpus are files, and a test fails loudly"
)]

mod corpus;
mod errors_page;
mod no_silent_clause;
mod whole_programs;

use std::path::PathBuf;

use loyalty_core::check::{check, model::Checked};
use loyalty_core::diagnostic::{Diagnostic, Severity};
use loyalty_core::syntax;

/// What the compiler makes of a text: the checked program if there is no error, and all diagnostics.
pub(crate) fn compile(text: &str) -> (Option<Checked>, Vec<Diagnostic>) {
    let (file, diagnostics) = syntax::parse(text);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity() == Severity::Error) {
        return (None, diagnostics);
    }
    let (checked, more) = check(&file);
    (checked, diagnostics.into_iter().chain(more).collect())
}

/// The printed codes of diagnostics, in order.
pub(crate) fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code().as_str()).collect()
}

/// A place in the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Every diagnostic in one line each, for messages of tests.
pub(crate) fn told(text: &str, diagnostics: &[Diagnostic]) -> String {
    let line = |diagnostic: &Diagnostic| {
        let span = diagnostic.span();
        let place = text.get(span.start as usize..span.end as usize).unwrap_or("");
        format!("{} {} at `{place}`", diagnostic.code(), diagnostic.message())
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}
