//! Warnings of conditions and tables that name a level and forget those above it.

use std::collections::BTreeMap;

use super::Checker;
use super::beginnings::read;
use super::expression::constant;
use super::model::{
    Comparison, EffectKind, Expr, ExprKind, LadderChange, LadderIndex, LevelIndex, Pattern, Rule, Trigger, Type,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

impl Checker<'_> {
    /// A table whose `else` takes the levels below those that it names and those above, and gives less than the highest of them.
    pub(super) fn lint_level_table(&mut self, table: &Expr) {
        let ExprKind::Match { subject, arms, otherwise: Some(otherwise) } = &table.kind else { return };
        let Type::Level(ladder) = subject.ty else { return };
        let Some(levels) = self.ladders.get(ladder).map(|ladder| &ladder.levels) else { return };
        let value =
            |level: usize| arms.iter().find(|(patterns, _)| patterns.iter().any(|pattern| takes(pattern, level)));
        let Some(highest) = (0..levels.len()).rev().find(|level| value(*level).is_some()) else { return };
        let below = (0..highest).any(|level| value(level).is_none());
        let (Some(above), Some(named)) = (levels.get(highest + 1), levels.get(highest)) else { return };
        let most = value(highest).and_then(|(_, value)| constant(value));
        let less = constant(otherwise).zip(most).is_some_and(|(otherwise, most)| otherwise < most);
        if !below || !less {
            return;
        }
        let text =
            format!("`else` takes `{}`, which is above `{}`, as it takes the levels below", above.name, named.name);
        let help = format!("name it, too: `[{}, {}] …`", named.name, above.name);
        self.report(
            Diagnostic::new(Code::LevelAbove, otherwise.span, text).label(above.span, "the level above").help(help),
        );
    }

    /// `status == gold`, where `platinum` is above it and nothing in the program speaks of `platinum`.
    pub(super) fn lint_levels_above(&mut self, rules: &[Rule]) {
        let mut seen = Seen::default();
        for rule in rules {
            let gives = |kind: &EffectKind| {
                matches!(
                    kind,
                    EffectKind::Earn { .. }
                        | EffectKind::Multiply { .. }
                        | EffectKind::Issue { .. }
                        | EffectKind::Deal(_)
                )
            };
            for form in &rule.versions {
                let gives = form.value.effects.iter().any(|effect| gives(&effect.kind));
                read(&form.value).into_iter().for_each(|expr| seen.look(expr, gives));
                for effect in &form.value.effects {
                    if let EffectKind::Multiply { by, .. } = &effect.kind {
                        seen.look(by, false);
                    }
                }
            }
        }
        for form in self.coupons.iter().flat_map(|coupon| &coupon.versions) {
            form.value.when.iter().for_each(|when| seen.look(when, true));
        }
        for form in self.rewards.iter().flatten().flat_map(|reward| &reward.versions) {
            form.value.when.iter().for_each(|when| seen.look(when, true));
        }
        for form in self.segments.iter().flat_map(|segment| &segment.versions) {
            seen.look(&form.value, false);
        }
        for rule in rules {
            if let Trigger::Ladder(ladder, LadderChange::Reaches(level)) = rule.trigger {
                seen.note(ladder, level);
            }
            for effect in rule.versions.iter().flat_map(|form| &form.value.effects) {
                if let EffectKind::Raise { ladder, level, .. } = effect.kind {
                    seen.note(ladder, level);
                }
            }
        }
        let mut found = Vec::new();
        for (span, ladder, level) in seen.asked {
            let Some(levels) = self.ladders.get(ladder).map(|ladder| &ladder.levels) else { continue };
            let (Some(own), Some(above)) = (levels.get(level), levels.get(level + 1)) else { continue };
            // The lowest level is often greeted by itself.
            if level == 0 || seen.named.get(&ladder).is_some_and(|highest| *highest > level) {
                continue;
            }
            let ladder = self.ladders.get(ladder).map_or("", |ladder| &ladder.name);
            let text = format!("whoever is `{}`, which is above `{}`, has less here", above.name, own.name);
            found.push(
                Diagnostic::new(Code::LevelAbove, span, text)
                    .label(above.span, "the level above")
                    .help(format!("from that level on is `{ladder} >= {}`", own.name)),
            );
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }
}

/// Whether a pattern takes a level.
fn takes(pattern: &Pattern, level: LevelIndex) -> bool {
    let named = |value: &Expr| match value.kind {
        ExprKind::LevelNamed(_, level) => Some(level),
        _ => None,
    };
    match pattern {
        Pattern::Equal(value) => named(value) == Some(level),
        Pattern::Range { from, to } => {
            from.as_ref().and_then(named).is_none_or(|from| from <= level)
                && to.as_ref().and_then(named).is_none_or(|to| level < to)
        }
    }
}

/// The levels that a program speaks of.
#[derive(Default)]
struct Seen {
    /// The highest of each ladder.
    named: BTreeMap<LadderIndex, LevelIndex>,
    /// Those that members must have exactly, to be given something.
    asked: Vec<(Span, LadderIndex, LevelIndex)>,
}

impl Seen {
    fn note(&mut self, ladder: LadderIndex, level: LevelIndex) {
        let highest = self.named.entry(ladder).or_insert(level);
        *highest = (*highest).max(level);
    }

    fn look(&mut self, expr: &Expr, gives: bool) {
        expr.walk(&mut |part| match &part.kind {
            ExprKind::LevelNamed(ladder, level) => self.note(*ladder, *level),
            _ if gives => self.asked.extend(exactly(part)),
            _ => {}
        });
    }
}

/// The highest level that a condition asks for exactly.
fn exactly(part: &Expr) -> Option<(Span, LadderIndex, LevelIndex)> {
    let level = |expr: &Expr| match expr.kind {
        ExprKind::LevelNamed(ladder, level) => Some((ladder, level)),
        _ => None,
    };
    let (ladder, highest) = match &part.kind {
        ExprKind::Compare(Comparison::Equal, left, right) => {
            let own = |side: &Expr| matches!(side.kind, ExprKind::Level(_));
            level(right).filter(|_| own(left)).or_else(|| level(left).filter(|_| own(right)))?
        }
        ExprKind::In { value, list, negated: false } if matches!(value.kind, ExprKind::Level(_)) => {
            let ExprKind::List(listed) = &list.kind else { return None };
            listed.iter().filter_map(level).max()?
        }
        _ => return None,
    };
    Some((part.span, ladder, highest))
}
