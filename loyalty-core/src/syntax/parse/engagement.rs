//! The declarations and clauses of what a program does beside earning.

use super::build::{Build, Children};
use super::grammar::Rule;
use super::literal;
use super::pair::Pair;
use crate::syntax::engagement::{
    BudgetMode, CouponKind, Engagement, EngagementClause, Goal, GoalValue, MessagePer, Step, Within,
};
use crate::syntax::tree::{Expr, Name};

impl Build {
    pub(super) fn engagement(&self, pair: &Pair<'_, Rule>) -> Option<Engagement> {
        let name = self.name_of(pair)?;
        let mut clauses = self.clauses(pair)?;
        if let Some(block) = pair.child(Rule::engagement_block) {
            clauses.extend(self.clauses(&block)?);
        }
        Some(match pair.as_rule() {
            Rule::challenge => Engagement::Challenge { name, clauses },
            Rule::badge => {
                let title = pair.child(Rule::text).map(|title| self.text_name(&title));
                Engagement::Badge { name, title, clauses }
            }
            Rule::wheel => Engagement::Wheel { name, issued: pair.has(Rule::issued_), clauses },
            Rule::quiz => Engagement::Quiz { name, category: self.second_name(pair), clauses },
            Rule::survey => Engagement::Survey { name, category: self.second_name(pair), clauses },
            Rule::leaderboard => {
                Engagement::Leaderboard { name, by: self.expr_of(&pair.child(Rule::leaderboard_by)?)?, clauses }
            }
            Rule::coupon => Engagement::Coupon { name, kind: coupon_kind(pair), clauses },
            Rule::reward => Engagement::Reward { name, clauses },
            Rule::message => Engagement::Message { name, category: self.name(&pair.all(Rule::name).nth(1)?), clauses },
            Rule::policy => Engagement::Policy { name, clauses },
            Rule::experiment => Engagement::Experiment { name, clauses },
            _ => return None,
        })
    }

    pub(super) fn engagement_clause(&self, pair: &Pair<'_, Rule>) -> Option<EngagementClause> {
        Some(match pair.as_rule() {
            Rule::give => EngagementClause::Give(self.give(pair)?),
            Rule::up_to => EngagementClause::UpTo(self.expr_of(pair)?),
            Rule::valid_for => EngagementClause::ValidFor(self.lasts(pair)?),
            Rule::budget => EngagementClause::Budget { amount: self.expr_of(pair)?, mode: budget_mode(pair) },
            Rule::stack => EngagementClause::Stack(self.stack(pair)?),
            Rule::priority => EngagementClause::Priority(self.integer_of(pair)?),
            Rule::stacking_group => {
                EngagementClause::Group { name: self.name_of(pair)?, choice: super::give::group_choice(pair) }
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
            | Rule::all_codes => EngagementClause::Manner(self.manner(pair)?),
            Rule::minted => EngagementClause::Minted {
                prefix: self.text_name(&pair.child(Rule::text)?),
                length: self.integer_of(pair)?,
            },
            Rule::usage => EngagementClause::Usage { kept: pair.has(Rule::kept_) },
            Rule::cost => {
                let from = pair.child(Rule::from_wallet).and_then(|from| self.name_of(&from));
                EngagementClause::Cost {
                    amount: self.expr_of(pair)?,
                    per: self.inner_expr(pair, Rule::cost_per)?,
                    from,
                }
            }
            Rule::cost_steps => EngagementClause::CostSteps(self.expr_of(pair)?),
            Rule::pay_at_least => EngagementClause::AtLeast(self.expr_of(pair)?),
            Rule::all_or_nothing => EngagementClause::AllOrNothing,
            Rule::same_order => EngagementClause::SameOrder,
            Rule::hold_for => EngagementClause::HoldFor(self.duration_of(pair)?),

            Rule::carry => EngagementClause::Carry(!pair.has(Rule::nothing_)),
            Rule::progress => EngagementClause::Progress(self.aggregate_of(&pair.child(Rule::progress_word)?, pair)?),
            Rule::steps => EngagementClause::Steps {
                steps: pair
                    .child(Rule::step_list)?
                    .all(Rule::step)
                    .map(|step| self.step(&step))
                    .collect::<Option<_>>()?,
                in_order: pair.has(Rule::in_order),
            },
            Rule::within => EngagementClause::Within(self.within(&pair.children().nth(1)?)?),
            Rule::goal => EngagementClause::Goal(self.goal(pair)?),
            Rule::reward_clause => EngagementClause::Reward(self.block_of(pair)?),
            Rule::repeat => {
                EngagementClause::Repeat { up_to: pair.child(Rule::repeat_max).and_then(|most| self.integer_of(&most)) }
            }
            Rule::tolerance => EngagementClause::Tolerance(self.duration_of(pair)?),
            Rule::opt_in => EngagementClause::OptIn { once: pair.has(Rule::once_) },
            Rule::after_challenge => EngagementClause::After(self.name_of(pair)?),
            Rule::freeze => EngagementClause::Freeze(self.expr_of(pair)?),
            Rule::migrate => EngagementClause::Migrate,

            Rule::badge_level => EngagementClause::BadgeLevel {
                name: self.name_of(pair)?,
                title: pair.child(Rule::text).map(|title| self.text_name(&title)),
                when: self.when_of(pair)?,
            },

            Rule::weight => EngagementClause::Weight {
                weight: match pair.child(Rule::percent) {
                    Some(percent) => self.decimal(&percent),
                    None => self.decimal(&pair.child(Rule::number)?),
                },
                percent: pair.has(Rule::percent),
                title: pair.child(Rule::text).map(|title| self.text_name(&title)),
                stock: pair.child(Rule::stock).and_then(|stock| self.integer_of(&stock)),
                clauses: self.block_of(pair)?,
            },
            Rule::without_stock => EngagementClause::WithoutStock { renormalise: pair.has(Rule::renormalise_) },

            Rule::question => EngagementClause::Question(self.label_of(pair)?),
            Rule::choice => EngagementClause::Choice { name: self.name_of(pair)?, label: self.label_of(pair)? },
            Rule::choice_list => EngagementClause::ChoiceList(self.label_of(pair)?),
            Rule::answer_within => EngagementClause::AnswerWithin(self.duration_of(pair)?),
            Rule::answer => EngagementClause::Answer(self.name_of(pair)?),
            Rule::right => EngagementClause::Right(self.block_of(pair)?),
            Rule::wrong => EngagementClause::Wrong(self.block_of(pair)?),
            Rule::scale => {
                let mut ends = pair.all(Rule::integer).map(|end| self.integer(&end));
                EngagementClause::Scale { from: ends.next()?, to: ends.next()? }
            }
            Rule::done => EngagementClause::Done(self.block_of(pair)?),
            Rule::otherwise_block => EngagementClause::Otherwise(self.block_of(pair)?),

            Rule::template => EngagementClause::Template {
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
                EngagementClause::Broadcast { audience }
            }
            Rule::button => EngagementClause::Button {
                label: self.label_of(pair)?,
                effect: Box::new(self.tapped(pair)?),
                when: self.when_of(pair)?,
            },
            Rule::link => {
                let mut labels = pair.all(Rule::label).map(|label| self.label(&label));
                EngagementClause::Link { label: labels.next()??, url: labels.next()?? }
            }
            Rule::copy_code => EngagementClause::CopyCode { label: self.label_of(pair)?, code: self.expr_of(pair)? },
            Rule::menu => EngagementClause::Menu {
                label: self.label_of(pair)?,
                rows: pair.all(Rule::menu_row).map(|row| self.menu_row(&row)).collect::<Option<_>>()?,
            },
            Rule::header => EngagementClause::Header(self.label_of(pair)?),
            Rule::footer => EngagementClause::Footer(self.label_of(pair)?),
            Rule::translation => EngagementClause::Translation(self.translation(pair)?),
            Rule::quiet => {
                let (from, to) = self.hours(&pair.child(Rule::hours)?)?;
                let named = pair.child(Rule::quiet_for).and_then(|named| named.child(Rule::name_list));
                let categories = named.map(|named| self.names_of(&named)).unwrap_or_default();
                EngagementClause::Quiet { from, to, dropped: pair.has(Rule::dropped_), categories }
            }
            Rule::message_window => EngagementClause::MessageWindow(self.duration_of(pair)?),
            Rule::double_consent => EngagementClause::DoubleConsent(self.name_of(pair)?),
            Rule::allowed => EngagementClause::Allowed { category: self.name_of(pair)?, when: self.expr_of(pair)? },
            Rule::at_most => EngagementClause::AtMost {
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
            Rule::ties => EngagementClause::Ties { dense: pair.has(Rule::dense_) },
            Rule::top_places => EngagementClause::Top { count: self.integer_of(pair)?, clauses: self.block_of(pair)? },
            Rule::salt => EngagementClause::Salt(self.text_name(&pair.child(Rule::text)?)),
            Rule::arm => {
                EngagementClause::Arm { name: self.name_of(pair)?, share: self.decimal(&pair.child(Rule::percent)?) }
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
            Rule::each_window => Within::Each { of: literal::cycle_of(pair)?, span: self.span(pair) },
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
