//! `referral` and its clauses.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::pair::Pair;
use crate::syntax::referral::ReferralClause;
use crate::syntax::tree::{Clause, ClauseKind, ItemKind};

impl Build {
    pub(super) fn referral(&self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        Some(ItemKind::Referral {
            name: self.name_of(pair)?,
            by: self.path_of(&pair.child(Rule::referral_by)?)?,
            clauses: self.referral_block(&pair.child(Rule::referral_block)?)?,
        })
    }

    fn referral_block(&self, pair: &Pair<'_, Rule>) -> Option<Vec<Clause>> {
        let clauses = pair.all(Rule::referral_clause).map(|clause| {
            let span = self.span(&clause);
            let form = clause.children().next()?;
            let kind = match form.as_rule() {
                Rule::dated_referral => ClauseKind::From {
                    date: self.date_of(&form)?,
                    clauses: self.referral_block(&form.child(Rule::referral_block)?)?,
                },
                Rule::limit_clause | Rule::returns => self.clause_kind(&form)?,
                _ => ClauseKind::Referral(self.referral_clause(&form)?),
            };
            Some(Clause { kind, span })
        });
        clauses.collect()
    }

    fn referral_clause(&self, pair: &Pair<'_, Rule>) -> Option<ReferralClause> {
        Some(match pair.as_rule() {
            Rule::qualify => ReferralClause::Qualify {
                event: self.name_of(pair)?,
                filter: self.filter_of(pair)?,
                when: self.when_of(pair)?,
            },
            Rule::referral_within => ReferralClause::Within(self.duration_of(pair)?),
            Rule::settle => ReferralClause::Settle(self.duration_of(pair)?),
            Rule::terms => ReferralClause::Terms { at_joining: pair.has(Rule::joining_) },
            Rule::friend_part => ReferralClause::Friend(self.block_of(pair)?),
            Rule::advocate_part => ReferralClause::Advocate(self.block_of(pair)?),
            Rule::share => ReferralClause::Share {
                of: self.path_of(pair)?,
                filter: self.filter_of(pair)?,
                lasts: pair.child(Rule::share_for).and_then(|lasts| self.duration_of(&lasts)),
                clauses: self.block_of(pair)?,
            },
            _ => ReferralClause::Reach { friends: self.integer_of(pair)?, clauses: self.block_of(pair)? },
        })
    }
}
