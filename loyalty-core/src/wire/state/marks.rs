//! Single values that measures keep, by the names of these.

use super::saved::saved;
use super::values::{Moment, SavedValue};
use super::{MigrationReport, Snapshot, StateError, places};
use crate::engine::marks::{Mark, Marks};
use crate::engine::member::Member;
use crate::plan::Plan;
use crate::sorting::Arrange as _;

#[derive(Default)]
pub struct SavedMarks {
    pub measure: String,
    pub values: Vec<Marked>,
}

saved! { SavedMarks { measure, values } }

/// A single value with its instant.
#[derive(Default)]
pub struct Marked(pub Moment, pub SavedValue);

saved! { Marked(at, value) }

pub fn save(plan: &Plan, marks: &Marks) -> Vec<SavedMarks> {
    let mut saved: Vec<SavedMarks> = Vec::new();
    let mut last = None;
    for mark in &marks.marks {
        if last != Some(mark.measure) {
            last = Some(mark.measure);
            let name =
                plan.measures.get(usize::from(mark.measure)).map_or(String::new(), |known| known.name.to_string());
            saved.push(SavedMarks { measure: name, values: Vec::new() });
        }
        if let Some(of_measure) = saved.last_mut() {
            of_measure.values.push(Marked(Moment(mark.at), SavedValue::of(&mark.value)));
        }
    }
    saved
}

pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    report: &mut MigrationReport,
) -> Result<(), StateError> {
    let places = places(plan.measures.iter().map(|measure| &*measure.name));
    for of_measure in &saved.marks {
        let Some(measure) = places.get(of_measure.measure.as_str()) else {
            report.dropped.push(format!("measure `{}`", of_measure.measure));
            continue;
        };
        for Marked(at, value) in &of_measure.values {
            member.marks.marks.push(Mark { measure: *measure as u16, at: at.0, value: value.stored()? });
        }
    }
    if let Some(known) = member.marks.there() {
        known.marks.rework(|marks| marks.arrange_by_key(|mark| (mark.measure, mark.at)));
    }
    Ok(())
}
