//! What rules do becomes plans; rates get their coefficients.

use rust_decimal::Decimal;

use super::wallets::vest;
use super::{Lower, fields};
use crate::amount;
use crate::check::model::{self, AggregateFunction, CauseFigure, ExprKind};
use crate::plan::{EffectKindPlan, EffectPlan, Kept, Node, NodeId, PerLine, RatePlan};

/// Whether an effect reads the amount of what sets its rule off, or takes as much as there is, so that it doubles nothing.
pub(super) fn goes_by_amount(effect: &model::Effect) -> bool {
    use model::EffectKind::{Convert, Redeem};
    let mut found = matches!(effect.kind, Convert { each: true, .. } | Redeem { each: true, .. });
    for part in super::experiments::expressions_of(&effect.kind) {
        fields::walk(part, &mut |part| found |= matches!(part.kind, ExprKind::Cause(CauseFigure::Amount)));
    }
    found
}

impl Lower<'_> {
    pub(super) fn effect(&mut self, effect: &model::Effect) -> EffectPlan {
        let kind = match &effect.kind {
            model::EffectKind::Earn { wallet, amount, vest: vesting, expire } => {
                let own_vest = vesting.as_ref().map(vest);
                let own_expire = expire.as_ref().map(|form| self.expire(*wallet, form, None));
                match amount {
                    model::Earn::Fixed(amount) => {
                        let kept = self.kept(amount);
                        let (wallet, amount) = (*wallet as u16, self.expression(amount));
                        let constant = match self.plan.nodes.get(amount as usize) {
                            Some(Node::Number(points)) => amount::multiply(*points, self.plan.denominator(wallet)).ok(),
                            _ => None,
                        };
                        EffectKindPlan::EarnFixed { wallet, amount, constant, kept, vest: own_vest, expire: own_expire }
                    }
                    model::Earn::Rate { points, per, full, of } => EffectKindPlan::EarnRate {
                        wallet: *wallet as u16,
                        rate: self.rate(*wallet, points, *per, *full, of),
                        vest: own_vest,
                        expire: own_expire,
                    },
                }
            }
            model::EffectKind::Multiply { rules, wallet, by } => EffectKindPlan::Multiply {
                wallet: wallet.map(|wallet| wallet as u16),
                rules: rules.iter().map(|rule| *rule as u32).collect(),
                by: self.expression(by),
            },
            model::EffectKind::Spend { wallet, amount, up_to } => {
                EffectKindPlan::Spend { wallet: *wallet as u16, amount: self.expression(amount), up_to: *up_to }
            }
            model::EffectKind::Transfer { wallet, amount, to, fresh, at_least } => EffectKindPlan::Transfer {
                wallet: *wallet as u16,
                amount: self.expression(amount),
                to: self.expression(to),
                fresh: *fresh,
                at_least: *at_least,
            },
            model::EffectKind::Accept { wallet } => EffectKindPlan::Accept { wallet: *wallet as u16 },
            model::EffectKind::Tag(text) => EffectKindPlan::Tag(self.expression(text)),
            model::EffectKind::Untag(text) => EffectKindPlan::Untag(self.expression(text)),
            model::EffectKind::Set { field, value } => {
                EffectKindPlan::Set { field: *field as u16, value: self.expression(value) }
            }
            model::EffectKind::Signal { name, to } => {
                EffectKindPlan::Signal { name: name.as_str().into(), to: self.expression(to) }
            }
            model::EffectKind::Consent { category, given } => {
                EffectKindPlan::Consent { category: category.as_str().into(), given: *given }
            }
            model::EffectKind::Refuse(words) => {
                EffectKindPlan::Refuse(Box::new(words.map(&mut |value| self.value(value))))
            }
            model::EffectKind::Say(saying) => EffectKindPlan::Say(*saying as u32),
            model::EffectKind::Convert { from, takes, to, gives, each } => EffectKindPlan::Convert {
                from: *from as u16,
                takes: self.expression(takes),
                to: *to as u16,
                gives: self.expression(gives),
                each: *each,
            },
            model::EffectKind::Forfeit { wallet, amount } => {
                EffectKindPlan::Forfeit { wallet: *wallet as u16, amount: self.expression(amount) }
            }
            model::EffectKind::Redeem { reward, each } => {
                EffectKindPlan::Redeem { reward: *reward as u16, each: *each }
            }
            model::EffectKind::Raise { ladder, level, end } => {
                EffectKindPlan::Raise { ladder: *ladder as u16, level: *level as u16, end: *end }
            }
            model::EffectKind::Issue { coupon, code, end } => self.issue(*coupon, code.as_ref(), end.as_ref()),
            model::EffectKind::Bring { referral, by, identities } => EffectKindPlan::Bring {
                referral: *referral as u16,
                by: self.expression(by),
                identities: identities.and_then(|field| self.list_of(field)),
            },
            model::EffectKind::Share { referral, of } => {
                EffectKindPlan::Share { referral: *referral as u16, of: self.expression(of) }
            }
            model::EffectKind::Refer { referral } => EffectKindPlan::Refer { referral: *referral as u16, terms: 0 },
            model::EffectKind::OptIn(challenge) => EffectKindPlan::OptIn(*challenge as u16),
            model::EffectKind::Deal(wheel) => EffectKindPlan::Deal(*wheel as u16),
            model::EffectKind::Draw(wheel) => EffectKindPlan::Draw(*wheel as u16),
            model::EffectKind::Award { badge, level } => {
                EffectKindPlan::Award { badge: *badge as u16, level: level.map(|level| level as u16) }
            }
        };
        EffectPlan { kind, by_amount: goes_by_amount(effect), quote: self.quote(effect.span) }
    }

    fn rate(&mut self, wallet: usize, points: &model::Expr, per: Decimal, full: bool, of: &model::Expr) -> RatePlan {
        let denominator = self.plan.wallets.get(wallet).map_or(Decimal::ONE, |wallet| wallet.denominator);
        let by_event = goes_by_event(points);
        let coefficient = if full || per == Decimal::ONE {
            denominator
        } else {
            denominator.checked_div(per).unwrap_or(Decimal::ONE).normalize()
        };
        let points = self.expression(points);
        let constant = match self.plan.nodes.get(points as usize) {
            Some(Node::Number(points)) => amount::multiply(*points, coefficient).ok(),
            _ => None,
        };
        let lowered = self.expression(of);
        let per_line = self.per_line(lowered).or_else(|| {
            let by_line = of.by_line()?;
            let by_line = self.expression(&by_line);
            self.per_line(by_line)
        });
        let of = lowered;
        RatePlan { points, per, full, of, coefficient, constant, by_event, per_line }
    }

    /// What stays of an amount when a part of the event at hand comes back.
    fn kept(&self, amount: &model::Expr) -> Kept {
        let sums_up =
            |measure: &model::Measure| measure.of.event() == self.event && measure.function == AggregateFunction::Sum;
        let summed = |part: &model::Expr| match part.kind {
            ExprKind::Measure(measure) | ExprKind::MeasureBefore(measure) => {
                self.checked.measures.get(measure).is_some_and(sums_up)
            }
            _ => false,
        };
        match () {
            () if goes_by_event(amount) => Kept::Anew,
            () if self.event.is_some() && amount.is_made_of(summed) => Kept::Share,
            () => Kept::All,
        }
    }

    /// What a sum over a list adds up; nothing for any other node.
    fn per_line(&self, sum: NodeId) -> Option<PerLine> {
        let fold = match self.plan.nodes.get(sum as usize)? {
            Node::PlainSum { fold, .. } => self.plan.nodes.get(*fold as usize)?,
            node => node,
        };
        match fold {
            Node::Fold { function: AggregateFunction::Sum, list, value: Some(value), filter } => {
                Some(PerLine { list: *list, value: *value, filter: *filter })
            }
            _ => None,
        }
    }
}

/// Whether an amount is chosen or worked out from the event, and from nothing of the member.
pub(super) fn goes_by_event(amount: &model::Expr) -> bool {
    !matches!(amount.kind, ExprKind::Number(_)) && !amount.reads_member()
}
