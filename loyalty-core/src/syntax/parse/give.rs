//! `give` and the clauses that say how.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::pair::Pair;
use crate::syntax::give::{Basis, Each, Give, GiveClause, GroupChoice, Lines, Off, Stack, Stop};
use crate::syntax::tree::{Expr, ExprKind};

impl Build {
    pub(super) fn give(&self, pair: &Pair<'_, Rule>) -> Option<Give> {
        let form = pair.children().nth(1)?;
        Some(match form.as_rule() {
            Rule::block => Give::Effects(self.clauses(&form)?),
            Rule::give_shipping => Give::FreeShipping,
            Rule::give_bundle => {
                let parts = form.all(Rule::bundle_part);
                let parts = parts.map(|part| Some((self.integer_of(&part)?, self.order_lines(&part)?)));
                Give::Bundle { parts: parts.collect::<Option<_>>()?, off: self.lowered(&form)? }
            }
            Rule::give_steps => {
                let steps = form.all(Rule::give_step);
                let steps = steps.map(|step| Some((self.bound_of(&step)?, self.lowered(&step)?)));
                Give::Steps { steps: steps.collect::<Option<_>>()?, lines: self.order_lines(&form)? }
            }
            Rule::give_units => Give::Units {
                most_expensive: form.has(Rule::most_expensive),
                count: self.integer_of(&form)?,
                off: self.lowered(&form)?,
                of: form.child(Rule::of_units).and_then(|of| self.integer_of(&of)),
                lines: self.order_lines(&form)?,
            },
            Rule::give_gift => Give::Gift {
                count: self.integer_of(&form)?,
                sku: self.text_name(&form.child(Rule::text)?),
                every: match form.child(Rule::for_every) {
                    Some(every) => Some((self.integer_of(&every)?, self.order_lines(&every)?)),
                    None => None,
                },
            },
            Rule::give_get => {
                let every = form.child(Rule::for_every)?;
                Give::Get {
                    count: self.integer_of(&form)?,
                    off: self.lowered(&form)?,
                    lines: self.order_lines(&form)?,
                    every: self.integer_of(&every)?,
                    bought: self.order_lines(&every)?,
                }
            }
            Rule::give_price => {
                Give::Off { off: Off::Price(self.expr_of(&form)?), each: each(&form), lines: self.order_lines(&form)? }
            }
            _ => self.give_off(&form)?,
        })
    }

    fn give_off(&self, form: &Pair<'_, Rule>) -> Option<Give> {
        let amount = self.expr_of(form)?;
        if let Some(units) = form.child(Rule::off_units) {
            let further = self.expr_of(&units)?;
            return Some(Give::Graduated { first: amount, further, lines: self.order_lines(&units)? });
        }
        if let Some(every) = form.child(Rule::off_every) {
            let per = if every.has(Rule::give_bound) { self.bound_of(&every)? } else { self.number_of(&every)? };
            return Some(Give::Every { off: amount, per, lines: self.order_lines(&every)? });
        }
        Some(Give::Off { off: Off::By(amount), each: each(form), lines: self.order_lines(form)? })
    }

    /// A number or a quantity as an expression.
    fn bound_of(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let bound = pair.child(Rule::give_bound)?;
        let literal = bound.children().next()?;
        self.literal(&literal)
    }

    fn number_of(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let number = pair.child(Rule::integer)?;
        Some(Expr { kind: ExprKind::Number(self.decimal(&number)), span: self.span(&number) })
    }

    fn lowered(&self, pair: &Pair<'_, Rule>) -> Option<Off> {
        let lowered = pair.child(Rule::lowered)?;
        Some(if lowered.has(Rule::free_) {
            Off::Free
        } else if lowered.has(Rule::price_) {
            Off::Price(self.expr_of(&lowered)?)
        } else {
            Off::By(self.expr_of(&lowered)?)
        })
    }

    fn order_lines(&self, pair: &Pair<'_, Rule>) -> Option<Lines> {
        let lines = pair.child(Rule::order_lines)?;
        Some(Lines {
            target: self.path_of(&lines)?,
            filter: self.filter_of(&lines)?,
            except: self.inner_expr(&lines, Rule::except)?,
        })
    }

    pub(super) fn stack(&self, pair: &Pair<'_, Rule>) -> Option<Stack> {
        Some(if pair.has(Rule::none_) {
            Stack::None
        } else if pair.has(Rule::any_) {
            Stack::Any
        } else {
            Stack::With(self.names_of(&pair.child(Rule::name_list)?))
        })
    }

    pub(super) fn manner(&self, pair: &Pair<'_, Rule>) -> Option<GiveClause> {
        Some(match pair.as_rule() {
            Rule::times => GiveClause::AtMost(self.integer_of(pair)?),
            Rule::unit_groups => GiveClause::Groups {
                partial: pair.has(Rule::partial_),
                merchant: pair.child(Rule::for_merchant).is_some_and(|whom| whom.has(Rule::merchant_)),
            },
            Rule::spread => GiveClause::Spread { group: pair.has(Rule::group_) },
            Rule::split => GiveClause::Split { by_quantity: pair.has(Rule::quantity_) },
            Rule::basis => GiveClause::Basis(if pair.has(Rule::initial_) { Basis::Initial } else { Basis::Sequential }),
            Rule::judge => GiveClause::Judge { after_items: pair.has(Rule::after_) },
            Rule::stop => GiveClause::Stop(if pair.has(Rule::order_) { Stop::Order } else { Stop::Lines }),
            Rule::choose => GiveClause::Choose { by_priority: pair.has(Rule::by_priority) },
            Rule::all_codes => GiveClause::Codes { all: pair.has(Rule::all_) },
            _ => GiveClause::Floor(self.expr_of(pair)?),
        })
    }
}

fn each(pair: &Pair<'_, Rule>) -> Option<Each> {
    let each = pair.child(Rule::of_each)?;
    Some(if each.has(Rule::unit_) {
        Each::Unit
    } else if each.has(Rule::line_) {
        Each::Line
    } else {
        Each::All
    })
}

pub(super) fn group_choice(pair: &Pair<'_, Rule>) -> Option<GroupChoice> {
    if pair.has(Rule::best_) {
        Some(GroupChoice::Best)
    } else if pair.has(Rule::first_by_priority) {
        Some(GroupChoice::FirstByPriority)
    } else {
        pair.has(Rule::all_).then_some(GroupChoice::All)
    }
}
