//! The declarations and clauses of later stages.

use pest::iterators::Pair;

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use crate::syntax::later::{BudgetMode, CouponKind, Goal, GoalValue, Later, LaterClause, MessagePer, Step, Within};
use crate::syntax::tree::{Expr, Name};

impl Build {
    pub(super) fn later(&self, pair: &Pair<'_, Rule>) -> Option<Later> {
        let name = self.name_of(pair)?;
        let mut clauses = self.clauses(pair)?;
        if let Some(block) = pair.child(Rule::later_block) {
            clauses.extend(self.clauses(&block)?);
        }
        Some(match pair.as_rule() {
            Rule::challenge => Later::Challenge { name, clauses },
            Rule::badge => {
                let title = pair.child(Rule::text).map(|title| self.text_name(&title));
                Later::Badge { name, title, clauses }
            }
            Rule::wheel => Later::Wheel { name, issued: pair.has(Rule::issued_), clauses },
            Rule::quiz => Later::Quiz { name, category: self.second_name(pair), clauses },
            Rule::survey => Later::Survey { name, category: self.second_name(pair), clauses },
            Rule::leaderboard => {
                Later::Leaderboard { name, by: self.expr_of(&pair.child(Rule::leaderboard_by)?)?, clauses }
            }
            Rule::coupon => Later::Coupon { name, kind: coupon_kind(pair), clauses },
            Rule::reward => Later::Reward { name, clauses },
            Rule::message => Later::Message { name, category: self.name(&pair.all(Rule::name).nth(1)?), clauses },
            Rule::policy => Later::Policy { name, clauses },
            Rule::experiment => Later::Experiment { name, clauses },
            _ => return None,
        })
    }

    pub(super) fn later_clause(&self, pair: &Pair<'_, Rule>) -> Option<LaterClause> {
        Some(match pair.as_rule() {
            Rule::give => LaterClause::Give(self.give(pair)?),
            Rule::up_to => LaterClause::UpTo(self.expr_of(pair)?),
            Rule::valid_for => LaterClause::ValidFor(self.duration_of(pair)?),
            Rule::budget => LaterClause::Budget { amount: self.expr_of(pair)?, mode: budget_mode(pair) },
            Rule::stack => LaterClause::Stack(self.stack(pair)?),
            Rule::priority => LaterClause::Priority(self.integer_of(pair)?),
            Rule::stacking_group => {
                LaterClause::Group { name: self.name_of(pair)?, choice: super::give::group_choice(pair) }
            }
            Rule::times
            | Rule::unit_groups
            | Rule::spread
            | Rule::split
            | Rule::basis
            | Rule::judge
            | Rule::stop
            | Rule::floor
            | Rule::choose
            | Rule::all_codes => LaterClause::Manner(self.manner(pair)?),
            Rule::minted => {
                LaterClause::Minted { prefix: self.text_name(&pair.child(Rule::text)?), length: self.integer_of(pair)? }
            }
            Rule::usage => LaterClause::Usage { kept: pair.has(Rule::kept_) },
            Rule::cost => {
                let from = pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from));
                LaterClause::Cost { amount: self.expr_of(pair)?, per: self.inner_expr(pair, Rule::cost_per)?, from }
            }
            Rule::cost_steps => LaterClause::CostSteps(self.expr_of(pair)?),
            Rule::pay_at_least => LaterClause::AtLeast(self.expr_of(pair)?),
            Rule::all_or_nothing => LaterClause::AllOrNothing,
            Rule::same_order => LaterClause::SameOrder,
            Rule::hold_for => LaterClause::HoldFor(self.duration_of(pair)?),

            Rule::carry => LaterClause::Carry(!pair.has(Rule::nothing_)),
            Rule::progress => LaterClause::Progress(self.aggregate_of(&pair.child(Rule::progress_word)?, pair)?),
            Rule::steps => LaterClause::Steps {
                steps: pair
                    .child(Rule::step_list)?
                    .all(Rule::step)
                    .map(|step| self.step(&step))
                    .collect::<Option<_>>()?,
                in_order: pair.has(Rule::in_order),
            },
            Rule::within => LaterClause::Within(self.within(&pair.children().nth(1)?)?),
            Rule::goal => LaterClause::Goal(self.goal(pair)?),
            Rule::reward_clause => LaterClause::Reward(self.block_of(pair)?),
            Rule::repeat => {
                LaterClause::Repeat { up_to: pair.child(Rule::repeat_max).and_then(|most| self.integer_of(&most)) }
            }
            Rule::tolerance => LaterClause::Tolerance(self.duration_of(pair)?),
            Rule::opt_in => LaterClause::OptIn { once: pair.has(Rule::once_) },
            Rule::after_challenge => LaterClause::After(self.name_of(pair)?),
            Rule::freeze => LaterClause::Freeze(self.expr_of(pair)?),
            Rule::migrate => LaterClause::Migrate,

            Rule::badge_level => LaterClause::BadgeLevel {
                name: self.name_of(pair)?,
                title: pair.child(Rule::text).map(|title| self.text_name(&title)),
                when: self.when_of(pair)?,
            },

            Rule::weight => LaterClause::Weight {
                weight: match pair.child(Rule::percent) {
                    Some(percent) => self.decimal(&percent),
                    None => self.decimal(&pair.child(Rule::number)?),
                },
                percent: pair.has(Rule::percent),
                title: pair.child(Rule::text).map(|title| self.text_name(&title)),
                stock: pair.child(Rule::stock).and_then(|stock| self.integer_of(&stock)),
                clauses: self.block_of(pair)?,
            },
            Rule::without_stock => LaterClause::WithoutStock { renormalise: pair.has(Rule::renormalise_) },

            Rule::question => LaterClause::Question(self.label_of(pair)?),
            Rule::choice => LaterClause::Choice { name: self.name_of(pair)?, label: self.label_of(pair)? },
            Rule::choice_list => LaterClause::ChoiceList(self.label_of(pair)?),
            Rule::answer_within => LaterClause::AnswerWithin(self.duration_of(pair)?),
            Rule::answer => LaterClause::Answer(self.name_of(pair)?),
            Rule::right => LaterClause::Right(self.block_of(pair)?),
            Rule::wrong => LaterClause::Wrong(self.block_of(pair)?),
            Rule::scale => {
                let mut ends = pair.all(Rule::integer).map(|end| self.integer(&end));
                LaterClause::Scale { from: ends.next()?, to: ends.next()? }
            }
            Rule::done => LaterClause::Done(self.block_of(pair)?),
            Rule::otherwise_block => LaterClause::Otherwise(self.block_of(pair)?),

            Rule::template => LaterClause::Template {
                name: self.text_name(&pair.child(Rule::text)?),
                arguments: match pair.child(Rule::arguments) {
                    Some(arguments) => {
                        let arguments = arguments.all(Rule::argument).map(|argument| self.argument(&argument));
                        arguments.collect::<Option<_>>()?
                    }
                    None => Vec::new(),
                },
            },
            Rule::broadcast => {
                let audience = pair.child(Rule::audience).and_then(|audience| self.name_of(&audience));
                LaterClause::Broadcast { audience }
            }
            Rule::button => LaterClause::Button {
                label: self.label_of(pair)?,
                effect: Box::new(self.tapped(pair)?),
                when: self.when_of(pair)?,
            },
            Rule::link => {
                let mut labels = pair.all(Rule::label).map(|label| self.label(&label));
                LaterClause::Link { label: labels.next()??, url: labels.next()?? }
            }
            Rule::copy_code => LaterClause::CopyCode { label: self.label_of(pair)?, code: self.expr_of(pair)? },
            Rule::menu => LaterClause::Menu {
                label: self.label_of(pair)?,
                rows: pair.all(Rule::menu_row).map(|row| self.menu_row(&row)).collect::<Option<_>>()?,
            },
            Rule::header => LaterClause::Header(self.label_of(pair)?),
            Rule::footer => LaterClause::Footer(self.label_of(pair)?),
            Rule::translation => LaterClause::Translation(self.translation(pair)?),
            Rule::quiet => {
                let (from, to) = self.hours(&pair.child(Rule::hours)?)?;
                let named = pair.child(Rule::quiet_for).and_then(|named| named.child(Rule::name_list));
                let categories = named.map(|named| self.names_of(&named)).unwrap_or_default();
                LaterClause::Quiet { from, to, dropped: pair.has(Rule::dropped_), categories }
            }
            Rule::message_window => LaterClause::MessageWindow(self.duration_of(pair)?),
            Rule::double_consent => LaterClause::DoubleConsent(self.name_of(pair)?),
            Rule::allowed => LaterClause::Allowed { category: self.name_of(pair)?, when: self.expr_of(pair)? },
            Rule::at_most => LaterClause::AtMost {
                category: self.name_of(pair)?,
                count: self.integer_of(pair)?,
                per: if pair.has(Rule::in_total) {
                    let per = pair.child(Rule::total_per);
                    MessagePer::InTotal(per.and_then(|per| literal::period_of(&per)))
                } else if pair.has(Rule::duration) {
                    MessagePer::Duration(self.duration_of(pair)?)
                } else {
                    MessagePer::Period(literal::period_of(pair)?)
                },
            },
            Rule::ties => LaterClause::Ties { dense: pair.has(Rule::dense_) },
            Rule::top_places => LaterClause::Top { count: self.integer_of(pair)?, clauses: self.block_of(pair)? },
            Rule::salt => LaterClause::Salt(self.text_name(&pair.child(Rule::text)?)),
            Rule::arm => {
                LaterClause::Arm { name: self.name_of(pair)?, share: self.decimal(&pair.child(Rule::percent)?) }
            }
            _ => return None,
        })
    }

    /// The name behind the declared one, if there is one.
    fn second_name(&self, pair: &Pair<'_, Rule>) -> Option<Name> {
        pair.all(Rule::name).nth(1).map(|name| self.name(&name))
    }

    /// The expression within a child of that rule; the outer `None` is a broken promise of the grammar.
    pub(super) fn inner_expr(&self, pair: &Pair<'_, Rule>, rule: Rule) -> Option<Option<Expr>> {
        match pair.child(rule) {
            Some(inner) => self.expr_of(&inner).map(Some),
            None => Some(None),
        }
    }

    fn step(&self, pair: &Pair<'_, Rule>) -> Option<Step> {
        Some(Step { event: self.name_of(pair)?, filter: self.filter_of(pair)? })
    }

    fn goal(&self, pair: &Pair<'_, Rule>) -> Option<Goal> {
        let name = match pair.child(Rule::goal_name) {
            Some(name) => Some(self.name_of(&name)?),
            None => None,
        };
        let effects = if pair.has(Rule::block) { Some(self.block_of(pair)?) } else { None };
        let value = match pair.child(Rule::adaptive_goal) {
            Some(adaptive) => GoalValue::Adaptive {
                least: self.expr_of(&adaptive)?,
                most: self.inner_expr(&adaptive, Rule::goal_to)??,
                average: match adaptive.child(Rule::goal_average) {
                    Some(average) => Some(self.duration_of(&average)?),
                    None => None,
                },
                plus: self.inner_expr(&adaptive, Rule::goal_plus)??,
                minus: self.inner_expr(&adaptive, Rule::goal_minus)?,
            },
            None => GoalValue::Plain(self.expr_of(pair)?),
        };
        Some(Goal { name, value, effects })
    }

    fn within(&self, pair: &Pair<'_, Rule>) -> Option<Within> {
        Some(match pair.as_rule() {
            Rule::each_window => Within::Each { period: literal::period_of(pair)?, span: self.span(pair) },
            Rule::following => Within::Following { duration: self.duration_of(pair)?, event: self.name_of(pair)? },
            _ => Within::Window(self.window(pair)?),
        })
    }
}

fn coupon_kind(pair: &Pair<'_, Rule>) -> CouponKind {
    if pair.has(Rule::issued_) {
        CouponKind::Issued
    } else if pair.has(Rule::automatic_) {
        CouponKind::Automatic
    } else {
        CouponKind::Public
    }
}

fn budget_mode(pair: &Pair<'_, Rule>) -> Option<BudgetMode> {
    if pair.has(Rule::partial_) {
        Some(BudgetMode::Partial)
    } else {
        pair.has(Rule::refuse_).then_some(BudgetMode::Refuse)
    }
}
