//! Which rules follow decisions and the calendar, found by what sets them off.

use super::{EffectKindPlan, RulePlan};
use crate::check::model::{CouponChange, DecisionTrigger, Moment, Trigger};

/// Rules that no event sets off, each list in the order of the file.
#[derive(Debug, Default)]
pub struct Reactions {
    /// By wallet and kind of decision.
    pub decisions: Vec<[Vec<u32>; 6]>,
    /// By ladder.
    pub ladders: Vec<Vec<u32>>,
    /// Segments that rules watch, in the order of the file, with the rules.
    pub segments: Vec<Watched>,
    /// Set off by what a declaration decides, in the order of the file.
    pub declared: Vec<(Moment, u32)>,
    /// What becomes of coupons, of one or of any, with the rules.
    pub coupons: Vec<(CouponChange, Option<u32>, u32)>,
    /// Set off by time alone.
    pub clock: Vec<u32>,
    /// Whether anything at all can follow an event, so that nothing is looked for where nothing can.
    pub any: bool,
}

/// A segment whose entries or leavings set rules off.
#[derive(Debug)]
pub struct Watched {
    pub segment: u16,
    pub entered: Vec<u32>,
    pub left: Vec<u32>,
}

impl Reactions {
    /// `others`: something else that is judged where reactions are followed, such as a flow or a challenge.
    pub fn of(rules: &[RulePlan], wallets: usize, ladders: usize, others: bool) -> Self {
        let mut reactions = Self {
            decisions: (0..wallets).map(|_| Default::default()).collect(),
            ladders: vec![Vec::new(); ladders],
            ..Self::default()
        };
        for (number, rule) in rules.iter().enumerate() {
            let number = number as u32;
            match &rule.trigger {
                Trigger::Event(_) => continue,
                Trigger::Decision(kind, wallet) => {
                    let lists = reactions.decisions.get_mut(*wallet);
                    if let Some(list) = lists.and_then(|lists| lists.get_mut(place(*kind))) {
                        list.push(number);
                    }
                }
                Trigger::Ladder(ladder, _) => {
                    if let Some(list) = reactions.ladders.get_mut(*ladder) {
                        list.push(number);
                    }
                }
                Trigger::Segment { segment, entered } => reactions.watch(*segment as u16, *entered, number),
                Trigger::Declared(moment) => reactions.declared.push((*moment, number)),
                Trigger::Coupon(change, coupon) => {
                    reactions.coupons.push((*change, coupon.map(|coupon| coupon as u32), number));
                }
                Trigger::Clock(_) => reactions.clock.push(number),
            }
            reactions.any = true;
        }
        // Moves are made where reactions are followed.
        let moves = rules.iter().flat_map(|rule| &rule.forms).flat_map(|form| &form.value.effects).any(|effect| {
            matches!(
                effect.kind,
                EffectKindPlan::Convert { .. } | EffectKindPlan::Forfeit { .. } | EffectKindPlan::Redeem { .. }
            )
        });
        reactions.any |= others || moves || ladders > 0;
        reactions
    }

    /// The rules on a moment of a declaration.
    pub fn at(&self, moment: Moment) -> impl Iterator<Item = u32> {
        self.declared.iter().filter(move |(own, _)| *own == moment).map(|(_, rule)| *rule)
    }

    fn watch(&mut self, segment: u16, entered: bool, rule: u32) {
        let at = self.segments.partition_point(|watched| watched.segment < segment);
        if self.segments.get(at).is_none_or(|watched| watched.segment != segment) {
            self.segments.insert(at, Watched { segment, entered: Vec::new(), left: Vec::new() });
        }
        if let Some(watched) = self.segments.get_mut(at) {
            if entered { watched.entered.push(rule) } else { watched.left.push(rule) }
        }
    }

    /// The rules on a decision about a wallet.
    pub fn on(&self, wallet: u16, kind: DecisionTrigger) -> &[u32] {
        let lists = self.decisions.get(usize::from(wallet));
        lists.and_then(|lists| lists.get(place(kind))).map(Vec::as_slice).unwrap_or(&[])
    }
}

fn place(kind: DecisionTrigger) -> usize {
    match kind {
        DecisionTrigger::Earned => 0,
        DecisionTrigger::Vested => 1,
        DecisionTrigger::Spent => 2,
        DecisionTrigger::Expired => 3,
        DecisionTrigger::Restored => 4,
        DecisionTrigger::ClawedBack => 5,
    }
}
