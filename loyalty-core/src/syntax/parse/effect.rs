//! Effects.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use super::pair::Pair;
use crate::syntax::engagement::{EngagementEffect, IssueEnd, Lasts};
use crate::syntax::tree::{Earn, Effect, RaiseEnd};

impl Build {
    pub(super) fn effect(&self, pair: &Pair<'_, Rule>) -> Option<Effect> {
        Some(match pair.as_rule() {
            Rule::earn => self.earn(pair)?,
            Rule::multiply => {
                let list = pair.child(Rule::name_list);
                let rules = self.names_of(list.as_ref().unwrap_or(pair));
                let wallet = pair.child(Rule::in_wallet).and_then(|wallet| self.name_of(&wallet));
                Effect::Multiply { rules, wallet, by: self.expr_of(&pair.child(Rule::factor)?)? }
            }
            Rule::spend => Effect::Spend {
                amount: self.expr_of(pair)?,
                up_to: pair.has(Rule::up_to_),
                from: pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from)),
            },
            Rule::transfer => Effect::Transfer {
                amount: self.expr_of(pair)?,
                from: pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from)),
                to: self.expr_of(&pair.child(Rule::transfer_to)?)?,
                fresh: pair.has(Rule::fresh_expiry),
                at_least: match pair.child(Rule::keep_expiry).and_then(|keep| keep.child(Rule::at_least)) {
                    Some(least) => Some(self.duration_of(&least)?),
                    None => None,
                },
            },
            Rule::accept => Effect::Accept(self.name_of(pair)?),
            Rule::tag => Effect::Tag(self.expr_of(pair)?),
            Rule::untag => Effect::Untag(self.expr_of(pair)?),
            Rule::set => Effect::Set { field: self.name(&pair.child(Rule::word)?), value: self.expr_of(pair)? },
            Rule::signal => {
                Effect::Signal { name: self.name_of(pair)?, to: self.expr_of(&pair.child(Rule::signal_to)?)? }
            }
            Rule::convert => Effect::Convert {
                each: pair.has(Rule::each_),
                amount: self.expr_of(pair)?,
                from: pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from)),
                to: self.expr_of(&pair.child(Rule::convert_to)?)?,
                into: pair.child(Rule::into_wallet).and_then(|into| self.name_of(&into)),
            },
            Rule::forfeit => Effect::Forfeit {
                amount: self.expr_of(pair)?,
                from: pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from)),
            },
            Rule::refuse => Effect::Refuse(self.label_of(pair)?),
            Rule::raise => Effect::Raise {
                ladder: self.name_of(pair)?,
                level: self.name_of(&pair.child(Rule::raise_to)?)?,
                end: self.raise_end(pair)?,
            },
            _ => Effect::Engagement(self.engagement_effect(pair)?),
        })
    }

    /// How long a level is given; the outer `None` is a broken promise of the grammar.
    fn raise_end(&self, pair: &Pair<'_, Rule>) -> Option<Option<RaiseEnd>> {
        let Some(end) = pair.child(Rule::raise_end) else { return Some(None) };
        Some(Some(if let Some(cycle) = end.child(Rule::to_end) {
            RaiseEnd::ToEnd(literal::to_end(&cycle)?)
        } else if end.has(Rule::duration) {
            let length = self.duration_of(&end)?;
            match end.child(Rule::on_to_end) {
                Some(end) => RaiseEnd::ForToEnd { length, of: literal::cycle_of(&end)? },
                None => RaiseEnd::For(length),
            }
        } else {
            RaiseEnd::Until(self.date_of(&end)?)
        }))
    }

    /// The end that an issue gives; the outer `None` is a broken promise of the grammar.
    fn issue_end(&self, pair: &Pair<'_, Rule>) -> Option<Option<IssueEnd>> {
        let Some(end) = pair.child(Rule::issue_end) else { return Some(None) };
        Some(Some(match end.has(Rule::until_) {
            true => IssueEnd::Until(self.expr_of(&end)?),
            false => IssueEnd::Lasts(self.lasts(&end)?),
        }))
    }

    /// How long what is issued lasts.
    pub(super) fn lasts(&self, pair: &Pair<'_, Rule>) -> Option<Lasts> {
        if let Some(cycle) = pair.child(Rule::to_end) {
            return Some(Lasts::ToEnd(literal::to_end(&cycle)?));
        }
        let length = self.duration_of(pair)?;
        Some(match pair.child(Rule::on_to_end) {
            Some(end) => Lasts::ForToEnd { length, of: literal::cycle_of(&end)? },
            None => Lasts::For(length),
        })
    }

    fn earn(&self, pair: &Pair<'_, Rule>) -> Option<Effect> {
        let points = self.expr_of(pair)?;
        let amount = match pair.child(Rule::rate) {
            Some(rate) => Earn::Rate {
                points,
                per: self.per_operand(&rate.child(Rule::per_operand)?)?,
                full: rate.has(Rule::full_),
                of: self.expr_of(&rate)?,
            },
            None => Earn::Amount(points),
        };
        Some(Effect::Earn {
            amount,
            to: pair.child(Rule::to_wallet).and_then(|to| self.name_of(&to)),
            vest: pair.child(Rule::vest_clause).and_then(|vest| self.vest(&vest)),
            expire: pair.child(Rule::earn_expire).and_then(|expire| self.expire(&expire)),
        })
    }

    fn engagement_effect(&self, pair: &Pair<'_, Rule>) -> Option<EngagementEffect> {
        let name = self.name_of(pair)?;
        Some(match pair.as_rule() {
            Rule::award => {
                let level = pair.child(Rule::award_level).and_then(|level| self.name_of(&level));
                EngagementEffect::Award { badge: name, level }
            }
            Rule::issue => EngagementEffect::Issue {
                coupon: name,
                code: self.inner_expr(pair, Rule::issue_code)?,
                end: self.issue_end(pair)?,
            },
            Rule::redeem => EngagementEffect::Redeem(name),
            Rule::redeem_each => EngagementEffect::RedeemEach(name),
            Rule::draw => EngagementEffect::Draw(name),
            Rule::ask => EngagementEffect::Ask(name),
            Rule::opt_into => EngagementEffect::OptIn(name),
            Rule::say => EngagementEffect::Say(name),
            Rule::consent => EngagementEffect::Consent(name),
            Rule::withdraw => EngagementEffect::Withdraw(name),
            _ => return None,
        })
    }
}
