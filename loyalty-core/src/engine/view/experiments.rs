//! The arms of experiments that a member is in.

use super::super::experiments;
use super::super::member::Member;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::json::instant;

/// The arm of each experiment, by name; nothing where no arm can be told.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    let mut document = Document::object();
    let mut any = false;
    for (number, experiment) in plan.experiments.iter().enumerate() {
        let Some(place) = experiments::arm(plan, member, number as u16, member.clock) else { continue };
        let Some(arm) = experiment.arms.get(usize::from(place)) else { continue };
        let known = member.arms.get(number).and_then(Option::as_ref).filter(|known| known.arm == place);
        let since = known.map(|known| instant(plan, known.since));
        document.put(&experiment.name, Document::object().with("arm", &*arm.name).with("since", since));
        any = true;
    }
    any.then_some(document)
}
