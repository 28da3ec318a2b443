//! From the checked program to the plan.

mod badges;
mod challenges;
mod coupons;
mod effects;
mod events;
mod experiments;
mod expressions;
mod fields;
mod filing;
mod fingerprint;
mod ladders;
mod leaderboards;
mod measures;
mod messages;
mod offers;
mod questions;
mod referrals;
mod rewards;
mod rules;
mod tallies;
mod test_steps;
mod wallets;
mod wheels;

use std::collections::BTreeMap;

use super::{Dated, Node, NodeId, Plan, Quote, Quoted, Reactions, Symbols};
use crate::calendar::Calendar;
use crate::check::model::{Checked, Versioned};
use crate::source::{LineIndex, Span};
use crate::time::day_of;

/// Lays out a checked program. `text` is the text that its spans speak of.
pub fn lower(checked: &Checked, text: &str) -> Plan {
    let reads = fields::Reads::of(checked);
    let mut lower = Lower {
        checked,
        text,
        lines: LineIndex::new(text),
        layouts: fields::layouts(checked, &reads),
        plan: Plan {
            settings: checked.settings.clone(),
            calendar: Calendar::new(checked.settings.zone, (checked.settings.week_start, checked.settings.year_start)),
            symbols: Symbols::default(),
            nodes: Vec::new(),
            quotes: Vec::new(),
            operands: Vec::new(),
            folds_within: BTreeMap::new(),
            symbol_sets: Vec::new(),
            events: Vec::new(),
            member: checked.member.iter().map(fields::member_slot).collect(),
            wallets: Vec::new(),
            measures: Vec::new(),
            segments: Vec::new(),
            ladders: Vec::new(),
            coupons: Vec::new(),
            coupon_names: super::CouponNames::default(),
            badges: Vec::new(),
            experiments: Vec::new(),
            wheels: Vec::new(),
            leaderboards: Vec::new(),
            questions: super::questions::Questions::default(),
            chance_by_time: false,
            chance_by_quotes: false,
            challenges: Vec::new(),
            rewards: Vec::new(),
            messages: super::messages::Messages::default(),
            referrals: Vec::new(),
            cart: None,
            coupon_index: super::CouponIndex::default(),
            rules: Vec::new(),
            plain: Vec::new(),
            groups: Vec::new(),
            reactions: Reactions::default(),
            tallies: Vec::new(),
            tests: Vec::new(),
            secret: None,
            fingerprint: 0,
            text: crate::wire::digest(text.as_bytes()),
        },
        event: None,
        list: None,
        tally_numbers: std::collections::BTreeMap::new(),
        same_measure: Vec::new(),
    };
    lower.same_measures();
    lower.defaults();
    lower.wallets();
    lower.measures();
    lower.segments();
    lower.ladders();
    lower.cart();
    lower.coupons();
    lower.badges();
    lower.experiments();
    lower.wheels();
    lower.leaderboards();
    lower.questions();
    lower.challenges();
    lower.rewards();
    lower.referrals();
    lower.plan.coupon_index = super::CouponIndex::of(&lower.plan);
    lower.rules();
    lower.messages();
    lower.groups();
    lower.tests();
    lower.events();
    lower.plan.fingerprint = fingerprint::of(&lower.plan);
    lower.plan
}

struct Lower<'a> {
    checked: &'a Checked,
    text: &'a str,
    lines: LineIndex,
    layouts: Vec<super::EventLayout>,
    plan: Plan,
    /// The event whose fields expressions name at the moment.
    event: Option<usize>,
    /// The list whose items they name: (list slot, or none for the event's own fields inside a measure).
    list: Option<u16>,
    tally_numbers: std::collections::BTreeMap<String, u32>,
    /// Measure → the first one that says the same; aggregates written in place are told apart by their text.
    same_measure: Vec<u16>,
}

impl Lower<'_> {
    fn quote(&self, span: Span) -> Quote {
        Quote { start: span.start, end: span.end, line: self.line(span) }
    }

    fn line(&self, span: Span) -> u32 {
        self.lines.line(span.start)
    }

    fn dated<T, U>(&mut self, versions: &[Versioned<T>], mut form: impl FnMut(&mut Self, &T) -> U) -> Vec<Dated<U>> {
        versions
            .iter()
            .map(|version| Dated { from: version.from.map_or(i32::MIN, day_of), value: form(self, &version.value) })
            .collect()
    }

    fn node(&mut self, node: Node) -> NodeId {
        self.plan.nodes.push(node);
        self.plan.quotes.push(Quoted::default());
        (self.plan.nodes.len() - 1) as NodeId
    }
}
