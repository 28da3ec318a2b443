//! Messages that may be said to many: to whom, and as which event says them.

use super::Checker;
use super::expression::Scope;
use super::message::MessageDraft;
use super::model::{Broadcast, Category, SegmentIndex};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::Name;

/// The standard event by which a host says a message to many.
const BROADCAST: &str = "broadcast";

/// That a message may be said to many, and to whom.
#[derive(Clone, Copy)]
pub(super) struct BroadcastDraft {
    audience: Option<SegmentIndex>,
    span: Span,
}

impl<'a> Checker<'a> {
    /// What is said to many answers to nobody.
    pub(super) fn broadcast(&mut self, draft: &mut MessageDraft<'a>, audience: Option<&'a Name>, span: Span) {
        if draft.category == Category::Reply {
            self.report(
                Diagnostic::new(Code::BroadcastReply, span, "a reply answers to what one member has written")
                    .label(draft.name.span, "this message is a reply")
                    .help("what is said to many is `utility` or `marketing`"),
            );
        }
        let audience = match audience {
            Some(name) => match self.segment_named(name) {
                Some(segment) => Some(segment),
                None => return,
            },
            None => None,
        };
        if let Some(before) = draft.broadcast.replace(BroadcastDraft { audience, span }) {
            let diagnostic = Diagnostic::new(Code::DuplicateClause, span, "`broadcast` is given twice");
            self.report(diagnostic.label(before.span, "first given here"));
        }
    }

    /// Broadcasts that need a template, where a policy lets texts be said for some time only.
    pub(super) fn broadcasts_without_template(&mut self) {
        let drafts = self.messages.iter().filter(|draft| draft.template.is_none());
        let spans: Vec<Span> = drafts.filter_map(|draft| draft.broadcast).map(|broadcast| broadcast.span).collect();
        for span in spans {
            self.report(
                Diagnostic::new(
                    Code::BroadcastOutside,
                    span,
                    "only members who have written within the policy's `window` will hear this",
                )
                .help("a message with a `template` may be said to the others too"),
            );
        }
    }

    /// What is said to many, message by message: its texts typed where the event is what can be read.
    pub(super) fn broadcasts(&mut self) -> Vec<Option<Broadcast>> {
        let event = self.names.events.get(BROADCAST).copied();
        let mut broadcasts = Vec::with_capacity(self.messages.len());
        for number in 0..self.messages.len() {
            let draft = self.messages.get(number).and_then(|draft| draft.broadcast);
            broadcasts.push(draft.and_then(|BroadcastDraft { audience, .. }| {
                let saying = self.say_number(number, &Scope::rule(event?))?;
                Some(Broadcast { saying, audience })
            }));
        }
        broadcasts
    }
}
