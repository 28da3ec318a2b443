//! The template that says a message where no text may.

use super::MessageDraft;
use super::protocol::{PARAMETERS_MAX, TEMPLATE_NAME_MAX};
use crate::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::message::TemplateArgument;
use crate::syntax::tree::Name;

impl<'a> Checker<'a> {
    pub(in crate::check) fn template(
        &mut self,
        draft: &mut MessageDraft<'a>,
        name: &'a Name,
        arguments: &'a [TemplateArgument],
        span: Span,
    ) {
        if let Some((before, _)) = draft.template.replace((name, arguments)) {
            let diagnostic = Diagnostic::new(Code::DuplicateClause, span, "`template` is given twice");
            self.report(diagnostic.label(before.span, "first given here"));
        }
        let valid = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
        if name.text.is_empty() || name.text.len() > TEMPLATE_NAME_MAX || !name.text.chars().all(valid) {
            self.report(
                Diagnostic::new(Code::ProtocolLimit, name.span, format!("no template can be called `{}`", name.text))
                    .help("names of templates are small letters, digits and `_`, at most 512 of them"),
            );
        }
        if arguments.len() > PARAMETERS_MAX {
            self.report(Diagnostic::new(
                Code::ProtocolLimit,
                span,
                format!("a template has {} parameters, more than {PARAMETERS_MAX}", arguments.len()),
            ));
        }
        let named = arguments.iter().filter(|argument| argument.name.is_some()).count();
        if named != 0 && named != arguments.len() {
            self.report(
                Diagnostic::new(Code::MessageParts, span, "the parameters of a template are named, or none is")
                    .help("write `(points = earned.amount, name = member.name)` or `(earned.amount, member.name)`"),
            );
        }
        let mut seen: Vec<&str> = Vec::new();
        for name in arguments.iter().filter_map(|argument| argument.name.as_ref()) {
            if !name.text.chars().all(|character| character.is_ascii_lowercase() || character == '_') {
                self.report(
                    Diagnostic::new(
                        Code::ProtocolLimit,
                        name.span,
                        format!("no parameter of a template can be called `{}`", name.text),
                    )
                    .help("names of parameters are small letters and `_`"),
                );
            }
            if seen.contains(&name.text.as_str()) {
                let message = format!("the parameter `{}` is given twice", name.text);
                self.report(Diagnostic::new(Code::Duplicate, name.span, message));
            }
            seen.push(&name.text);
        }
    }
}
