//! What an edited order has less of than its form before, for the rules that undo what had followed on it.

use super::ledger::Member;
use super::number::{Exact, zero};
use super::program::*;
use super::reactions::Happened;
use super::standing::Occasion;

const PAIRS: [(Flow, Flow); 2] = [(Flow::ClawedBack, Flow::Earned), (Flow::Restored, Flow::Spent)];

impl Member<'_> {
    /// Whether a rule takes or gives points because something has come back.
    pub fn undoes(&self, rule: usize) -> bool {
        let rule = &self.program.rules[rule];
        let form = rule.on(super::calendar::day(self.program.zone, self.clock));
        matches!(rule.trigger, Some(Trigger::Moved(Flow::ClawedBack | Flow::Restored, _)))
            && form.effects.iter().any(Effect::moves_points)
    }

    fn rules_on(&self, flow: Flow, wallet: usize) -> Vec<usize> {
        let on = |rule: &usize| matches!(self.program.rules[*rule].trigger, Some(Trigger::Moved(on, of)) if (on, of) == (flow, wallet));
        (0..self.program.rules.len()).filter(on).collect()
    }

    /// How much has moved since a place, without what rules that follow have moved.
    fn moved_since(&self, first: usize, flow: Flow, wallet: usize) -> Exact {
        let mut sum = zero();
        for (place, fact) in self.happened.iter().enumerate().skip(first) {
            match fact {
                Happened::Moved { flow: on, wallet: of, amount, .. }
                    if (*on, *of) == (flow, wallet) && !self.of_followers.contains(&place) =>
                {
                    sum += amount;
                }
                _ => {}
            }
        }
        sum
    }

    /// Where what followed is undone, rules follow on what is more than in the form before.
    pub fn follow_on_form_before(&mut self, first: usize) {
        for wallet in 0..self.program.wallets.len() {
            for (back, again) in PAIRS {
                if !self.rules_on(back, wallet).into_iter().any(|rule| self.undoes(rule)) {
                    continue;
                }
                let had = self.moved_since(first, back, wallet);
                for rule in self.rules_on(again, wallet) {
                    if had == zero() {
                        self.followed.remove(&rule);
                    } else if let Some(known) = self.followed.get_mut(&rule) {
                        *known = had.clone();
                    }
                }
            }
        }
    }

    /// Undoes what there is less of.
    pub fn follow_on_less(&mut self, first: usize) {
        if self.resting {
            return;
        }
        let mut undone = vec![];
        for wallet in 0..self.program.wallets.len() {
            for (back, again) in PAIRS {
                let (had, has) = (self.moved_since(first, back, wallet), self.moved_since(first, again, wallet));
                for rule in self.rules_on(back, wallet).into_iter().filter(|rule| self.undoes(*rule)) {
                    let counts = self.program.rules[rule].goes_by_amount() || has == zero();
                    if had > has && counts {
                        undone.push((rule, had.clone() - has.clone()));
                    }
                }
            }
        }
        for (rule, less) in undone {
            let next = self.happened.len();
            self.react(rule, less, self.clock);
            self.follow(Occasion::Return, next);
        }
    }
}
