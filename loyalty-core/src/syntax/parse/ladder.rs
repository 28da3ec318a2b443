//! `tiers` and their clauses.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use super::pair::Pair;
use crate::syntax::calendar::month;
use crate::syntax::ladder::{Fall, Grace, Keep, LadderClause, LadderReturns, Retain, Rise};
use crate::syntax::tree::{Clause, ClauseKind, ItemKind};

impl Build {
    pub(super) fn tiers(&self, pair: &Pair<'_, Rule>) -> Option<ItemKind> {
        Some(ItemKind::Tiers {
            name: self.name_of(pair)?,
            by: self.inner_expr(pair, Rule::tiers_by)?,
            clauses: self.tiers_block(&pair.child(Rule::tiers_block)?)?,
        })
    }

    fn tiers_block(&self, pair: &Pair<'_, Rule>) -> Option<Vec<Clause>> {
        let clauses = pair.all(Rule::tiers_clause).map(|clause| {
            let span = self.span(&clause);
            let form = clause.children().next()?;
            let kind = match form.as_rule() {
                Rule::dated_tiers => ClauseKind::From {
                    date: self.date_of(&form)?,
                    clauses: self.tiers_block(&form.child(Rule::tiers_block)?)?,
                },
                _ => ClauseKind::Ladder(self.ladder_clause(&form)?),
            };
            Some(Clause { kind, span })
        });
        clauses.collect()
    }

    fn ladder_clause(&self, pair: &Pair<'_, Rule>) -> Option<LadderClause> {
        Some(match pair.as_rule() {
            Rule::benefit => LadderClause::Benefit {
                name: self.name_of(pair)?,
                value: match pair.child(Rule::number_before_level) {
                    Some(number) => self.lone_number(&number)?,
                    None => self.expr_of(pair)?,
                },
            },
            Rule::rise if pair.has(Rule::at_once) => LadderClause::Rise(Rise::AtOnce),
            Rule::rise => LadderClause::Rise(match pair.child(Rule::at_end_of) {
                Some(end) => Rise::AtEndOf(literal::cycle_of(&end)?),
                None => match pair.child(Rule::rise_day) {
                    Some(on) => {
                        Rise::On { month: month(on.child(Rule::month_name)?.as_str())?, day: self.integer_of(&on)? }
                    }
                    None => Rise::AtPeriodEnd,
                },
            }),
            Rule::keep => LadderClause::Keep(self.keep(pair)?),
            Rule::grace if pair.has(Rule::none_) => LadderClause::Grace(None),
            Rule::grace => LadderClause::Grace(Some(Grace {
                length: self.duration_of(pair)?,
                to_end_of: pair.child(Rule::on_to_end).and_then(|end| literal::cycle_of(&end)),
            })),
            Rule::fall => LadderClause::Fall(fall(pair)),
            Rule::retain => LadderClause::Retain(self.retain(pair)?),
            Rule::seen => LadderClause::Seen { after: pair.has(Rule::after_) },
            Rule::carry => LadderClause::Carry(!pair.has(Rule::nothing_)),
            Rule::tiers_returns => LadderClause::Returns(match pair.child(Rule::on_to_end) {
                _ if pair.has(Rule::revoke_) => LadderReturns::Revoke,
                Some(end) => LadderReturns::KeepToEnd(literal::cycle_of(&end)?),
                None => LadderReturns::Keep,
            }),
            _ => LadderClause::Level {
                name: self.name_of(pair)?,
                from: match pair.child(Rule::level_from) {
                    Some(from) => Some(match from.child(Rule::threshold_before_level) {
                        Some(number) => self.lone_number(&number)?,
                        None => self.expr_of(&from)?,
                    }),
                    None => None,
                },
                when: self.when_of(pair)?,
                benefits: if pair.has(Rule::values) { self.values_of(pair)? } else { Vec::new() },
            },
        })
    }

    fn keep(&self, pair: &Pair<'_, Rule>) -> Option<Keep> {
        if pair.has(Rule::while_qualified) {
            return Some(Keep::WhileQualified);
        }
        if pair.has(Rule::to_anniversary) {
            return Some(Keep::ToAnniversary);
        }
        match pair.child(Rule::to_end) {
            Some(end) => Some(Keep::ToEnd(literal::to_end(&end)?)),
            None => {
                let length = self.duration_of(pair)?;
                Some(match pair.child(Rule::on_to_end) {
                    Some(end) => Keep::ForToEnd { length, of: literal::cycle_of(&end)? },
                    None => Keep::For(length),
                })
            }
        }
    }

    fn retain(&self, pair: &Pair<'_, Rule>) -> Option<Retain> {
        let Some(any) = pair.child(Rule::any_of) else { return Some(Retain::When(self.expr_of(pair)?)) };
        let conditions = self.exprs_of(&any.child(Rule::list)?)?;
        Some(Retain::AnyOf { count: self.integer_of(&any)?, conditions })
    }
}

fn fall(pair: &Pair<'_, Rule>) -> Fall {
    if pair.has(Rule::to_earned_level) {
        Fall::ToEarnedLevel
    } else if pair.has(Rule::one_level) {
        Fall::OneLevel
    } else {
        Fall::Never
    }
}
