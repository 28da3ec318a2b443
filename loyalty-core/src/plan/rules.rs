//! Rules and their groups: when they fire, and how often.

use super::{CapPlan, Dated, EffectPlan, NodeId};
use crate::check::model::{CapMode, Held, Most, Per, Trigger, Valid};

/// What any of the rules on an event can do; stages that none of them can need are passed over.
#[derive(Debug, Clone, Copy, Default)]
pub struct RulesOn {
    /// Multiply what others earn.
    pub multiply: bool,
    /// Have a cap, of their own or of a group.
    pub capped: bool,
    /// Have a limit, of their own or of a group.
    pub limited: bool,
    /// Do something besides earning.
    pub act: bool,
    /// Refuse the event.
    pub refuse: bool,
}

impl RulesOn {
    /// Rules of which nothing is known beforehand, but that no event sets them off.
    pub const ANYTHING: Self = Self { multiply: true, capped: true, limited: true, act: true, refuse: false };

    /// Whether any stage behind the contributions asks which rules have fired.
    pub fn asks_who_fired(&self) -> bool {
        self.multiply || self.capped || self.limited || self.act || self.refuse
    }
}

#[derive(Debug, Clone)]
pub struct LimitPlan {
    pub count: Most<u32, NodeId>,
    pub in_total: bool,
    pub tally: Option<u32>,
    pub per: Option<Per>,
    /// Or it only counts, for another form of the declaration that looks at that stretch.
    pub binds: bool,
    pub line: u32,
}

impl LimitPlan {
    /// How often one over all members lets something happen, which is told for none of them.
    pub fn total(&self) -> u32 {
        match self.count {
            Most::Fixed(count) => count,
            Most::Told(_) => u32::MAX,
        }
    }
}

#[derive(Debug)]
pub struct RulePlan {
    pub name: Box<str>,
    pub trigger: Trigger,
    pub forms: Vec<Dated<RuleFormPlan>>,
    /// Groups that the rule belongs to.
    pub groups: Vec<u16>,
    /// Experiments whose arms it reads.
    pub arms: Vec<u16>,
    /// What it does goes by the amount of what sets it off.
    pub by_amount: bool,
    /// The declaration whose block of effects this is.
    pub held: Option<Held>,
    /// Source line of the declaration.
    pub line: u32,
}

impl RulePlan {
    /// Whether that event sets it off.
    pub fn on(&self, event: u16) -> bool {
        self.trigger.event() == Some(usize::from(event))
    }
}

#[derive(Debug, Clone)]
pub struct RuleFormPlan {
    pub when: Vec<Condition>,
    pub valid: Vec<Valid>,
    pub limits: Vec<LimitPlan>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
    /// Judge the conditions again on what is kept of a returned order.
    pub revoke: bool,
    pub effects: Vec<EffectPlan>,
    /// What its contributions go by when a part of their order comes back, as a digest: its rates and, where it revokes, its
    /// conditions. Another version of the program may go by something else.
    pub rating: u32,
    /// What its caps say, as a digest.
    pub caps_said: u32,
}

#[derive(Debug, Clone)]
pub struct Condition {
    pub node: NodeId,
    /// Whether it reads nothing but the event, so that it can be judged again later.
    pub event_only: bool,
}

#[derive(Debug)]
pub struct GroupPlan {
    pub name: Box<str>,
    pub forms: Vec<Dated<GroupFormPlan>>,
}

#[derive(Debug, Clone)]
pub struct GroupFormPlan {
    pub limits: Vec<LimitPlan>,
    pub caps: Vec<CapPlan>,
    pub cap_mode: CapMode,
    /// What its caps say, as a digest.
    pub caps_said: u32,
}
