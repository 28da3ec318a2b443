//! Filing each rule under what it asks for.

use std::collections::BTreeMap;

use crate::plan::index::{KeyedRules, RuleIndex};
use crate::plan::node::{Node, NodeId};
use crate::plan::{EffectKindPlan, PerLine, Plan, RuleFormPlan, RulePlan};

/// The index of the rules on one event type.
pub fn file(plan: &Plan, event: u16) -> RuleIndex {
    let mut index = RuleIndex::default();
    let mut by_slot: BTreeMap<u16, Vec<(u32, usize)>> = BTreeMap::new();
    let mut by_item: BTreeMap<(u16, u16), Vec<(u32, usize)>> = BTreeMap::new();
    for (number, rule) in plan.rules.iter().enumerate().filter(|(_, rule)| rule.on(event)) {
        let own = index.rules.len();
        index.rules.push(number as u32);
        if let Some((slot, symbols)) = shared_key(rule, |form| event_keys(plan, form)) {
            by_slot.entry(slot).or_default().extend(symbols.into_iter().map(|symbol| (symbol, own)));
        } else if let Some((place, symbols)) = shared_key(rule, |form| line_keys(plan, form)) {
            by_item.entry(place).or_default().extend(symbols.into_iter().map(|symbol| (symbol, own)));
        } else {
            index.always(own);
        }
    }
    index.by_slot = by_slot.into_iter().map(|(slot, entries)| KeyedRules::new(0, slot, entries)).collect();
    index.by_item = by_item.into_iter().map(|((list, slot), entries)| KeyedRules::new(list, slot, entries)).collect();
    index
}

/// A field that every form of the rule asks for, with all the texts that any of them would take.
fn shared_key<K: Copy + Ord>(
    rule: &RulePlan,
    keys: impl Fn(&RuleFormPlan) -> Vec<(K, Vec<u32>)>,
) -> Option<(K, Vec<u32>)> {
    let mut forms = rule.forms.iter().map(|form| keys(&form.value));
    let mut candidates = forms.next()?;
    for form in forms {
        candidates.retain_mut(|(key, symbols)| {
            let same = form.iter().find(|(other, _)| other == key);
            same.inspect(|(_, more)| symbols.extend(more)).is_some()
        });
    }
    // The fewest texts file the rule the most narrowly.
    candidates.into_iter().min_by_key(|(key, symbols)| (symbols.len(), *key))
}

fn event_keys(plan: &Plan, form: &RuleFormPlan) -> Vec<(u16, Vec<u32>)> {
    form.when.iter().filter_map(|condition| slot_key(plan, condition.node)).collect()
}

fn slot_key(plan: &Plan, node: NodeId) -> Option<(u16, Vec<u32>)> {
    match plan.nodes.get(node as usize)? {
        Node::SlotIs(slot, symbol) => Some((*slot, vec![*symbol])),
        Node::SlotIn { slot, set, negated: false } => Some((*slot, set.of(&plan.symbol_sets).to_vec())),
        _ => None,
    }
}

/// (list, field of its items) with the texts asked for.
type LineKeys = Vec<((u16, u16), Vec<u32>)>;

/// Fields of lines whose texts decide alone whether the form does anything: all its effects earn from such lines.
fn line_keys(plan: &Plan, form: &RuleFormPlan) -> LineKeys {
    let mut common: Option<LineKeys> = None;
    for effect in &form.effects {
        let EffectKindPlan::EarnRate { rate, .. } = &effect.kind else { return Vec::new() };
        let Some(PerLine { list, filter: Some(filter), .. }) = rate.per_line else { return Vec::new() };
        let keys = item_keys(plan, list, filter);
        common = Some(match common {
            None => keys,
            Some(mut before) => {
                before.retain_mut(|(place, symbols)| {
                    let same = keys.iter().find(|(other, _)| other == place);
                    same.inspect(|(_, more)| symbols.extend(more)).is_some()
                });
                before
            }
        });
    }
    common.unwrap_or_default()
}

fn item_keys(plan: &Plan, list: u16, filter: NodeId) -> LineKeys {
    match plan.nodes.get(filter as usize) {
        Some(Node::ItemIs(slot, symbol)) => vec![((list, *slot), vec![*symbol])],
        Some(Node::ItemIn { slot, set, negated: false }) => {
            vec![((list, *slot), set.of(&plan.symbol_sets).to_vec())]
        }
        Some(Node::And(parts)) => {
            parts.of(&plan.operands).iter().flat_map(|part| item_keys(plan, list, *part)).collect()
        }
        _ => Vec::new(),
    }
}
