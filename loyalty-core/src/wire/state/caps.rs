//! Caps that cut several contributions of a remembered order, so that those of one gave way to another's: a version of the program
//! that has no such cap leaves them no more, together, than they had.

use super::pack::Names;
use super::saved::saved;
use crate::engine::grants::Grant;
use crate::plan::{CapPlan, Dated, Plan, gone};

/// The caps of a rule or a group that some orders were granted under.
#[derive(Default)]
pub struct SavedCaps {
    /// Whose they are, and what they say: digests.
    pub of: u32,
    pub said: u32,
    /// The day from which they held; nothing for the first form.
    pub from: Option<i32>,
    pub wallet: u16,
    /// The rules whose contributions they cut, by their places among the names.
    pub rules: Vec<u32>,
}

saved! { SavedCaps { of, said, from, wallet, rules } }

/// Caps as they are in force on a day.
struct InForce {
    of: u32,
    said: u32,
    from: i32,
}

/// The caps of a rule, and of its groups, for what it contributes to a wallet on a day.
fn in_force(plan: &Plan, (rule, wallet): (u32, u16), day: i32) -> Vec<InForce> {
    let Some(rule) = plan.rules.get(rule as usize) else { return Vec::new() };
    let cuts = |caps: &[CapPlan]| caps.iter().any(|cap| cap.wallet == wallet);
    fn on<T>(forms: &[Dated<T>], day: i32) -> Option<&Dated<T>> {
        forms.iter().rev().find(|form| form.from <= day)
    }
    let own = on(&rule.forms, day).filter(|form| cuts(&form.value.caps));
    let own = own.map(|form| InForce { of: gone::number(&rule.name), said: form.value.caps_said, from: form.from });
    let groups = rule.groups.iter().filter_map(|group| plan.groups.get(usize::from(*group)));
    let groups = groups.filter_map(|group| Some((group, on(&group.forms, day).filter(|form| cuts(&form.value.caps))?)));
    let groups = groups.map(|(group, form)| {
        let of = crate::wire::digest(format!("group {}", group.name).as_bytes()) as u32;
        InForce { of, said: form.value.caps_said, from: form.from }
    });
    own.into_iter().chain(groups).collect()
}

/// Notes the caps that cut several contributions of an order of that day, whose numbers are those of the program yet.
pub fn note(plan: &Plan, (grants, day): (&[Grant], i32), names: &mut Names, noted: &mut Vec<SavedCaps>) {
    let shares = |grant: &Grant, caps: &InForce, other: &Grant| {
        other.wallet == grant.wallet
            && in_force(plan, (other.rule, other.wallet), day).iter().any(|known| known.of == caps.of)
    };
    for grant in grants {
        for caps in in_force(plan, (grant.rule, grant.wallet), day) {
            if grants.iter().filter(|other| shares(grant, &caps, other)).count() < 2 {
                continue;
            }
            let from = (caps.from != i32::MIN).then_some(caps.from);
            let rule = names.rule(grant.rule);
            let known = noted.iter_mut().find(|known| {
                (known.of, known.said, known.from, known.wallet) == (caps.of, caps.said, from, grant.wallet)
            });
            match known {
                Some(known) if known.rules.contains(&rule) => {}
                Some(known) => known.rules.push(rule),
                None => noted.push(SavedCaps {
                    of: caps.of,
                    said: caps.said,
                    from,
                    wallet: grant.wallet,
                    rules: vec![rule],
                }),
            }
        }
    }
}

/// The rule and the wallet of a contribution.
pub type Of = (u32, u16);

/// The contributions of an order of that day, by their places, that were cut together by caps which the program does not have. Of each
/// its rule and wallet as they were saved, and as the program has them.
pub fn cut_together(plan: &Plan, saved: &[SavedCaps], (grants, day): (&[(Of, Of)], i32)) -> Vec<Vec<u16>> {
    let mut found = Vec::new();
    for caps in saved.iter().filter(|caps| caps.from.is_none_or(|from| from <= day)) {
        let later = |other: &&SavedCaps| {
            (other.of, other.wallet) == (caps.of, caps.wallet)
                && other.from > caps.from
                && other.from.is_none_or(|from| from <= day)
        };
        let own = |(rule, wallet): (u32, u16)| wallet == caps.wallet && caps.rules.contains(&rule);
        let places: Vec<usize> =
            grants.iter().enumerate().filter(|(_, (then, _))| own(*then)).map(|(place, _)| place).collect();
        if places.len() < 2 || saved.iter().any(|other| later(&other)) {
            continue;
        }
        // The same caps cut all of them still, whoever has them by now.
        let of_one = |place: &usize| {
            let now = grants.get(*place).map(|(_, now)| *now);
            let all = now.map_or_else(Vec::new, |now| in_force(plan, now, day));
            all.into_iter().filter(|known| known.said == caps.said).map(|known| known.of).collect::<Vec<_>>()
        };
        let mut all = places.iter().map(of_one);
        let first = all.next().unwrap_or_default();
        let common = all.fold(first, |common, own| common.into_iter().filter(|of| own.contains(of)).collect());
        if common.is_empty() {
            found.push(places.into_iter().map(|place| place as u16).collect());
        }
    }
    found
}
