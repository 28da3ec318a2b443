//! Ladders: every level with its threshold, its conditions and what it gives.

use std::collections::BTreeSet;

use super::Lower;
use crate::check::model::{self, LadderForm, OwnFrom, Window};
use crate::plan::node::Node;
use crate::plan::{Grain, LadderFormPlan, LadderPlan, LevelPlan, NodeId};

impl Lower<'_> {
    pub(super) fn ladders(&mut self) {
        for ladder in &self.checked.ladders {
            let forms = self.dated(&ladder.versions, Self::ladder_form);
            self.plan.ladders.push(LadderPlan {
                name: ladder.name.as_str().into(),
                levels: ladder.levels.iter().map(|level| level.name.as_str().into()).collect(),
                benefits: ladder.benefits.iter().map(|benefit| benefit.name.as_str().into()).collect(),
                forms,
            });
        }
        self.moments();
    }

    /// Levels may be judged once more as of an instant that is over: what has been counted since is told from the rest by its instant.
    fn moments(&mut self) {
        let mut ladders = core::mem::take(&mut self.plan.ladders);
        for form in ladders.iter_mut().flat_map(|ladder| &mut ladder.forms).map(|form| &mut form.value) {
            let levels = form.levels.iter().flat_map(|level| level.from.into_iter().chain(level.conditions()));
            let (read, measures_alone) = self.reads(form.by.into_iter().chain(levels).collect());
            form.by_instants = measures_alone && form.carry.is_none();
            if form.may_look_back() {
                read.iter().for_each(|measure| self.count_by_instants(*measure));
            }
            form.reads = read.into_iter().collect();
        }
        self.plan.ladders = ladders;
    }

    /// The measures that expressions go by, and whether what they come to at an instant is known from those.
    fn reads(&self, mut waiting: Vec<NodeId>) -> (BTreeSet<u16>, bool) {
        let (mut read, mut seen, mut alone) = (BTreeSet::new(), BTreeSet::new(), true);
        while let Some(id) = waiting.pop() {
            let Some(node) = self.plan.nodes.get(id as usize).filter(|_| seen.insert(id)) else { continue };
            match *node {
                Node::Measure(measure) | Node::MeasureBefore(measure) => {
                    read.insert(measure);
                    let forms = self.plan.measures.get(usize::from(measure)).map(|measure| &measure.forms);
                    // What counts since the entry into a level is that of the present one.
                    alone &= !forms
                        .into_iter()
                        .flatten()
                        .any(|form| matches!(form.value.window, Window::Own { of: OwnFrom::Level(_), .. }));
                }
                Node::Segment(segment) => {
                    let forms = self.plan.segments.get(usize::from(segment)).map(|segment| &segment.forms);
                    waiting.extend(forms.into_iter().flatten().map(|form| form.value));
                }
                Node::Member(_)
                | Node::Level(_)
                | Node::LevelBefore(_)
                | Node::Benefit(..)
                | Node::Standing(..)
                | Node::Held(_)
                | Node::Cards(_)
                | Node::Question(..)
                | Node::Badge(..)
                | Node::Challenge(..)
                | Node::Referral(..)
                | Node::Reward(..)
                | Node::Wallet(..)
                | Node::InTags { .. }
                | Node::Consents(_) => alone = false,
                _ => node.operands(&self.plan.operands, |operand| waiting.push(operand)),
            }
        }
        (read, alone)
    }

    fn count_by_instants(&mut self, number: u16) {
        let Some(measure) = self.plan.measures.get(usize::from(number)) else { return };
        if measure.tally.is_none_or(|tally| self.plan.grain(tally) == Grain::Instant) {
            return;
        }
        let key = format!("measure {} by instant", measure.name);
        let moments = self.tally(key, Grain::Instant, Some(self.history_days().saturating_add(1)));
        if let Some(measure) = self.plan.measures.get_mut(usize::from(number)) {
            measure.moments = Some(moments);
        }
    }

    fn ladder_form(&mut self, form: &LadderForm) -> LadderFormPlan {
        let by = form.by.as_ref().map(|by| self.expression(by));
        let meter = match by.and_then(|by| self.plan.nodes.get(by as usize)) {
            Some(Node::Measure(measure)) => Some(*measure),
            _ => None,
        };
        let levels = form.levels.iter().map(|level| LevelPlan {
            from: level.from.as_ref().map(|from| self.expression(from)),
            when: level.when.iter().map(|condition| self.condition(condition)).collect(),
            benefits: level.benefits.iter().map(|benefit| self.expression(benefit)).collect(),
        });
        let levels = levels.collect();
        let retain = form.retain.as_ref().map(|model::Retain { count, conditions }| {
            (*count, conditions.iter().map(|condition| self.condition(condition)).collect())
        });
        LadderFormPlan {
            by,
            meter,
            levels,
            rise: form.rise,
            keep: form.keep,
            grace: form.grace,
            fall: form.fall,
            retain,
            seen_after: form.seen_after,
            carry: form.carry,
            returns: form.returns,
            reads: Vec::new(),
            by_instants: false,
        }
    }
}
