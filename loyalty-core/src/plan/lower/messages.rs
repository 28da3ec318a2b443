//! The texts of messages, their values as nodes.

use super::Lower;
use crate::plan::messages::ValuePlan;

impl Lower<'_> {
    pub(super) fn messages(&mut self) {
        let checked = self.checked;
        self.plan.messages.declared.clone_from(&checked.messages);
        for saying in &checked.sayings {
            self.event = saying.event;
            let lowered = saying.map(&mut |value| {
                let written = self.text.get(value.span.start as usize..value.span.end as usize).unwrap_or("");
                ValuePlan { node: self.expression(value), written: written.into() }
            });
            self.event = None;
            self.plan.messages.sayings.push(lowered);
        }
        let language = checked.member.iter().position(|field| field.name == "language");
        self.plan.messages.language = language.map(|field| field as u16);
        // What is said depends on what has been said, and is written down only if all of an event is.
        self.plan.reactions.any |= !checked.sayings.is_empty();
    }
}
