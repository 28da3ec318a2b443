//! Rules that a program no longer has. What one of them granted is told from what another did: each has a number that is
//! made of its name, beyond those of the rules that there are.

use super::Plan;
use crate::sorting::gathered;

const GONE: u32 = 1 << 31;

/// What is put before the number where it stands for the name that nobody knows any more; no name begins with it.
const MARK: char = '~';

/// The number of a rule that is gone.
pub fn number(name: &str) -> u32 {
    GONE | crate::wire::digest(name.as_bytes()) as u32
}

/// The name under which the rule of a number is saved.
pub fn saved_name(plan: &Plan, rule: u32) -> String {
    plan.rules.get(rule as usize).map_or_else(|| format!("{MARK}{rule:08x}"), |rule| rule.name.to_string())
}

/// Whether a version in between had the rule no more either.
pub fn was_gone(name: &str) -> bool {
    name.starts_with(MARK)
}

/// Finds rules by the names under which they were saved.
pub struct Saved<'p> {
    plan: &'p Plan,
    names: std::collections::BTreeMap<&'p str, u32>,
}

impl<'p> Saved<'p> {
    pub fn new(plan: &'p Plan) -> Self {
        let names = plan.rules.iter().enumerate().map(|(number, rule)| (&*rule.name, number as u32));
        Self { plan, names: gathered(names) }
    }

    /// The rule's number, or that of one which is gone.
    pub fn rule(&self, name: &str) -> u32 {
        if let Some(rule) = self.names.get(name) {
            return *rule;
        }
        let gone = name.strip_prefix(MARK).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let Some(gone) = gone.filter(|gone| gone & GONE != 0) else { return number(name) };
        // A version in between did not have it, and this one does again.
        let again = self.plan.rules.iter().position(|rule| number(&rule.name) == gone);
        again.map_or(gone, |rule| rule as u32)
    }
}
