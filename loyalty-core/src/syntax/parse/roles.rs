//! What each word of a text is where it stands, as the grammar has read it: most words of the language are names elsewhere.

use super::build::place;
use super::grammar::Rule;
use super::over_limit;
use super::pair::{self, Pair};
use crate::source::Span;

/// What a word is to the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A word of the language.
    Word,
    /// `sum`, `count distinct` …
    Function,
    /// The name that a declaration gives.
    Declared,
    /// The name that the declaration of a field gives.
    DeclaredField,
    /// The type of a field.
    Type,
    /// A name that is declared elsewhere.
    Name,
    /// A name after a dot, or before a value in braces.
    Field,
    /// What follows a number: a wallet, a currency or a length of time.
    Unit,
}

/// The roles of the words that could be read, in the order of their places; broken declarations have none.
pub(crate) fn roles(text: &str) -> Vec<(Span, Role)> {
    let mut found = Vec::new();
    if over_limit(text).is_none()
        && let Some(reading) = pair::read(Rule::file, text)
    {
        for pair in reading.pairs() {
            walk(&pair, Rule::file, &mut found);
        }
    }
    found
}

/// Its depth is that of the grammar's, which the limit on nesting bounds.
fn walk(pair: &Pair<'_, Rule>, parent: Rule, found: &mut Vec<(Span, Role)>) {
    let rule = pair.as_rule();
    let mut children = pair.into_inner().peekable();
    if children.peek().is_none() {
        found.extend(role(pair, parent).map(|role| (place(pair), role)));
    }
    // The first name of a declaration is its own.
    let mut own = true;
    for child in children {
        let declared = own && child.as_rule() == Rule::name && declares(rule);
        own &= child.as_rule() != Rule::name;
        if declared {
            found.push((place(&child), Role::Declared));
        } else {
            walk(&child, rule, found);
        }
    }
}

fn declares(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::wallet
            | Rule::measure
            | Rule::segment
            | Rule::rule_decl
            | Rule::group
            | Rule::event
            | Rule::record
            | Rule::tiers
            | Rule::challenge
            | Rule::badge
            | Rule::wheel
            | Rule::quiz
            | Rule::survey
            | Rule::leaderboard
            | Rule::coupon
            | Rule::reward
            | Rule::message
            | Rule::policy
            | Rule::experiment
            | Rule::referral
            | Rule::level
            | Rule::badge_level
    )
}

fn role(pair: &Pair<'_, Rule>, parent: Rule) -> Option<Role> {
    Some(match pair.as_rule() {
        Rule::name if parent == Rule::call => Role::Function,
        Rule::name | Rule::plain_name => Role::Name,
        Rule::unit => Role::Unit,
        Rule::word => match parent {
            Rule::field_decl => Role::DeclaredField,
            Rule::type_ref => Role::Type,
            _ => Role::Field,
        },
        Rule::aggregate_function | Rule::progress_word => Role::Function,
        Rule::bad_item | Rule::doc | Rule::text => return None,
        _ if pair.as_str().starts_with(|first: char| first.is_ascii_lowercase()) => Role::Word,
        _ => return None,
    })
}
