//! What the protocol of messages takes: how long texts may be, and what may stand side by side.

use super::MessageDraft;
use super::controls::ControlDraft;
use crate::check::Checker;
use crate::check::model::Label;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::engagement::EngagementClause;
use crate::syntax::message::{self as tree_message, MessageText, Part};
use crate::syntax::tree::{Clause, ClauseKind};

// Lengths of texts are in UTF-16 units.
pub(in crate::check) const TEXT_MAX: usize = 4_096;
pub(in crate::check) const BODY_MAX: usize = 1_024;
pub(in crate::check) const HEADER_MAX: usize = 60;
pub(in crate::check) const BUTTON_MAX: usize = 20;
pub(in crate::check) const ROW_MAX: usize = 24;
pub(in crate::check) const DESCRIPTION_MAX: usize = 72;
pub(in crate::check) const URL_MAX: usize = 2_000;
pub(in crate::check) const TEMPLATE_NAME_MAX: usize = 512;
pub(in crate::check) const BUTTONS_MAX: usize = 3;
pub(in crate::check) const ROWS_MAX: usize = 10;
pub(in crate::check) const PARAMETERS_MAX: usize = 50;

impl<'a> Checker<'a> {
    /// How long texts may be and what may stand side by side.
    pub(in crate::check) fn message_limits(&mut self, draft: &MessageDraft<'a>, clauses: &'a [Clause]) {
        let (mut buttons, mut links, mut menus, mut codes) = (Vec::new(), 0, 0, 0);
        for control in &draft.controls {
            match control {
                ControlDraft::Button { label, payload, .. } => buttons.push((label, payload)),
                ControlDraft::Link { .. } => links += 1,
                ControlDraft::Menu { .. } => menus += 1,
                ControlDraft::CopyCode { .. } => codes += 1,
            }
        }
        let span_of = |wanted: fn(&EngagementClause) -> bool| {
            let mut found = clauses
                .iter()
                .filter(|clause| matches!(&clause.kind, ClauseKind::Engagement(engagement) if wanted(engagement)));
            found.next_back().map_or(draft.name.span, |clause| clause.span)
        };
        if buttons.len() > BUTTONS_MAX {
            let span = span_of(|clause| matches!(clause, EngagementClause::Button { .. }));
            self.report(
                Diagnostic::new(Code::ProtocolLimit, span, format!("the message has {} buttons", buttons.len()))
                    .help(format!("a message has at most {BUTTONS_MAX} buttons; a `list` has up to {ROWS_MAX} rows")),
            );
        }
        for (at, (label, payload)) in buttons.iter().enumerate() {
            let alike = |(other, same): &&(&Label, &String)| {
                same == payload || other.iter().zip(*label).any(|(one, two)| one == two)
            };
            if buttons.iter().take(at).any(|before| alike(&before)) {
                let span = span_of(|clause| matches!(clause, EngagementClause::Button { .. }));
                self.report(
                    Diagnostic::new(Code::MessageParts, span, "two buttons of the message are alike")
                        .help("the texts of buttons differ, and so does what they do"),
                );
            }
        }
        if links > 1
            || menus > 1
            || usize::from(links > 0) + usize::from(menus > 0) + usize::from(!buttons.is_empty()) > 1
        {
            let span = span_of(|clause| {
                matches!(
                    clause,
                    EngagementClause::Button { .. } | EngagementClause::Link { .. } | EngagementClause::Menu { .. }
                )
            });
            self.report(
                Diagnostic::new(Code::MessageParts, span, "these parts of a message do not go together")
                    .help("a message has up to three buttons, or one link, or one list"),
            );
        }
        if codes > 0 && draft.template.is_none() {
            let span = span_of(|clause| matches!(clause, EngagementClause::CopyCode { .. }));
            self.report(
                Diagnostic::new(Code::MessageParts, span, "only a template has a button that copies a code")
                    .help("name the template, or put the code into the text"),
            );
        }
        let most = if draft.controls.is_empty()
            && draft.template.is_none()
            && draft.header.is_none()
            && draft.footer.is_none()
        {
            TEXT_MAX
        } else {
            BODY_MAX
        };
        for (_, text, _) in &draft.texts {
            let length = least(text);
            if length > most {
                self.report(
                    Diagnostic::new(
                        Code::ProtocolLimit,
                        text.span,
                        format!("the text has at least {length} characters, more than {most}"),
                    )
                    .help(format!(
                        "a text alone has at most {TEXT_MAX} characters, one with a template or with buttons {BODY_MAX}"
                    )),
                );
            }
        }
    }
}

/// How long a text is as the protocol counts, an emoji as two.
pub(in crate::check) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// How long a text is at least, whatever its values come to.
pub(super) fn least(text: &MessageText) -> usize {
    let part = |part: &Part| match part {
        Part::Literal(literal) => units(literal),
        Part::NumberSign => 1,
        Part::Argument(argument) => match &argument.format {
            tree_message::Format::Plural { branches, .. } | tree_message::Format::Select(branches) => {
                branches.iter().map(|branch| least(&branch.text)).min().unwrap_or(0)
            }
            tree_message::Format::Plain | tree_message::Format::Style { .. } => 0,
        },
    };
    text.parts.iter().map(part).sum()
}
