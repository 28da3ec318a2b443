//! Warnings of rules on events that look less far than they seem to: caps for all time.

use super::Checker;
use super::model::{EventIndex, Expr, ExprKind, Rule, Valid};
use crate::diagnostic::{Code, Diagnostic};

impl Checker<'_> {
    /// `cap 100 points` of a rule on an event: everybody reads it as of each event, and it is of all of them together.
    pub(super) fn lint_all_time_caps(&mut self, rules: &[Rule]) {
        let mut found = Vec::new();
        for rule in rules.iter().filter(|rule| rule.held.is_none()) {
            // Whoever joins does so once.
            let once = |event: EventIndex| self.events.get(event).is_none_or(|event| event.name == "signup");
            if rule.trigger.event().is_none_or(once) {
                continue;
            }
            for form in &rule.versions {
                let [cap] = form.value.caps.as_slice() else { continue };
                let few = form.value.limits.iter().any(|limit| !limit.in_total && limit.per.is_none());
                let for_a_while = form.value.valid.iter().any(ends) || form.value.when.iter().any(reads_the_day);
                if cap.per.is_some() || few || for_a_while {
                    continue;
                }
                let help = format!(
                    "of each event it is `per order`, of a stretch `per month`; that it is for all time is said by a group: `group for_life [{}] {{ cap … }}`",
                    rule.name
                );
                let text = "this is all that the rule ever earns for a member, in all its events together";
                found.push(Diagnostic::new(Code::CapOfAllTime, cap.span, text).help(help));
            }
        }
        found.into_iter().for_each(|warning| self.report(warning));
    }
}

/// Whether a condition goes by the day of the event, as what is earned in the first months does.
fn reads_the_day(condition: &Expr) -> bool {
    let mut found = false;
    condition.walk(&mut |part| found |= matches!(part.kind, ExprKind::At | ExprKind::Since(..) | ExprKind::Enrolled));
    found
}

/// Whether a part of `valid` comes to an end, so that a cap for all time is one of a campaign.
fn ends(valid: &Valid) -> bool {
    matches!(valid, Valid::Dates { to: Some(_), .. } | Valid::Instants { to: Some(_), .. })
}
