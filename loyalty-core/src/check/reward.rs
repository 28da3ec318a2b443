//! Rewards: what they cost in which wallets, who may have them, and the rule that gives what they give.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Checker;
use super::blocks::Block;
use super::clauses::{Holder, InForce};
use super::expression::{Scope, constant};
use super::model::{
    Cost, Expr, ExprKind, Held, Moment, PayRate, Price, Reward, RewardFigure, RewardForm, RewardIndex, Type, Versioned,
    WalletIndex,
};
use super::names::{Declared, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::gathered;
use crate::source::Span;
use crate::syntax::engagement::{EngagementClause, Give};
use crate::syntax::give::Off;
use crate::syntax::tree::{self, Binary, Clause, ClauseKind, Name};

/// The event in which a reward may be taken and read.
const ORDER: &str = "order";

/// Whether any part of an expression reads the event at hand.
fn reads_event(expr: &Expr) -> bool {
    let mut reads = false;
    expr.walk(&mut |part| reads |= matches!(part.kind, ExprKind::Event(_) | ExprKind::Fold { .. } | ExprKind::Id));
    reads
}

/// The operands of a chain of `or` or of `and`, in order.
fn chain(expr: &tree::Expr, operator: Binary) -> Vec<&tree::Expr> {
    let mut found = Vec::new();
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        match &expr.kind {
            tree::ExprKind::Binary { operator: own, left, right } if *own == operator => {
                waiting.push(right);
                waiting.push(left);
            }
            _ => found.push(expr),
        }
    }
    found
}

/// The clauses that only a price by rate has, as they are met.
#[derive(Default)]
struct RateClauses<'a> {
    steps: Option<&'a tree::Expr>,
    at_least: Option<&'a tree::Expr>,
    /// So much money, and so many points: both hold.
    up_to: Vec<(&'a tree::Expr, &'a Clause)>,
    whole: bool,
    /// The first of them.
    first: Option<(Span, &'static str)>,
}

impl<'a> Checker<'a> {
    /// All rewards, with what they give as rules to be.
    pub(super) fn declared_rewards(&mut self, declared: &Declared<'a>) {
        for (number, (name, clauses)) in declared.rewards.iter().enumerate() {
            self.reward_block(number, name, clauses);
            let forms = self.in_force(Holder::Reward, clauses);
            let mut versions = Vec::new();
            let mut sound = true;
            for form in &forms {
                match self.reward_form(name, form) {
                    Some(value) => versions.push(Versioned { from: form.from, value }),
                    None => sound = false,
                }
            }
            if sound {
                // Conditions that were wrong have been reported.
                let reward = Reward { name: name.text.clone(), versions, span: name.span };
                self.rewards.push(Some(reward));
            } else {
                self.rewards.push(None);
            }
        }
    }

    fn reward_scope(&self) -> Scope {
        Scope { event: self.names.events.get(ORDER).copied(), ..Scope::member("a reward") }
    }

    fn reward_form(&mut self, name: &Name, form: &InForce<'a>) -> Option<RewardForm> {
        let scope = self.reward_scope();
        let mut cost = None;
        let mut rate = RateClauses::default();
        let (mut when, mut valid, mut limits) = (Vec::new(), Vec::new(), Vec::new());
        let (mut hold, mut same_order, mut gives) = (None, false, false);
        for clause in &form.clauses {
            match &clause.kind {
                ClauseKind::When(condition) => when.extend(self.conjuncts(condition, &scope)),
                ClauseKind::Valid(parts) => self.valid_parts(parts, &mut valid),
                ClauseKind::Limit(written) => self.limits(written, &mut limits),
                ClauseKind::Engagement(engagement) => match engagement {
                    EngagementClause::Cost { amount, per, from } => {
                        cost = Some((amount, per.as_ref(), from.as_ref(), clause.span));
                    }
                    EngagementClause::CostSteps(steps) => {
                        rate.note(clause.span, "steps of", |rate| rate.steps = Some(steps))
                    }
                    EngagementClause::AtLeast(least) => {
                        rate.note(clause.span, "at least", |rate| rate.at_least = Some(least))
                    }
                    EngagementClause::UpTo(most) => {
                        rate.note(clause.span, "up to", |rate| rate.up_to.push((most, clause)));
                    }
                    EngagementClause::AllOrNothing => {
                        rate.note(clause.span, "all or nothing", |rate| rate.whole = true)
                    }
                    EngagementClause::SameOrder => same_order = true,
                    EngagementClause::HoldFor(duration) => hold = self.length(duration),
                    EngagementClause::Give(Give::Effects(_)) => gives = true,
                    EngagementClause::Give(discount) => {
                        // One error says all.
                        gives = true;
                        self.no_discount(name, discount, clause.span);
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        let Some((amount, per, from, span)) = cost else {
            let span = form.span.unwrap_or(name.span);
            self.report(Diagnostic::new(Code::BadCost, span, "this reward has no price").help(
                "write what it costs, such as `cost 50 beans`, or `cost 100 beans per 1 MYR` for a price by rate",
            ));
            return None;
        };
        let cost = match per {
            Some(per) => Cost::Rate(Box::new(self.pay_rate(amount, per, from, &rate, &scope)?)),
            None => {
                if let Some((place, word)) = rate.first {
                    self.report(
                        Diagnostic::new(Code::BadCost, place, format!("`{word}` speaks of a price by rate"))
                            .label(span, "this price is fixed")
                            .help(
                                "write the price by rate, as in `cost 100 beans per 1 MYR`, of a wallet of money `cost 1 MYR per 1 \
                                 MYR from cash`; or leave the clause out",
                            ),
                    );
                    return None;
                }
                if !gives {
                    self.report(
                        Diagnostic::new(Code::NoEffect, form.span.unwrap_or(name.span), "this reward gives nothing")
                            .help(format!(
                                "write what it gives, such as `give {{ tag \"free coffee\" }}`; what a rule `on redeemed {}` gives stands there, too",
                                name.text
                            )),
                    );
                }
                Cost::Prices(self.prices(amount, from, &scope)?)
            }
        };
        let in_order = when.iter().any(reads_event)
            || same_order
            || match &cost {
                Cost::Prices(prices) => prices.iter().flatten().any(|price| reads_event(&price.amount)),
                Cost::Rate(rate) => rate.up_to.as_ref().is_some_and(reads_event),
            };
        Some(RewardForm { cost, when, valid, limits, hold, same_order, in_order })
    }

    /// A reward that is to take something off a price, which coupons do.
    fn no_discount(&mut self, name: &Name, give: &Give, span: Span) {
        let upper = name.text.to_uppercase();
        // Coupons and rewards share their names.
        let coupon = if upper == name.text { format!("{upper}_OFF") } else { upper };
        let money = self.settings.currency;
        let money = money.as_ref().map_or("EUR", |currency| currency.as_str());
        let gives = match give {
            Give::Off { off: Off::By(amount), .. } => match &amount.kind {
                tree::ExprKind::Quantity { number, unit, .. } => {
                    format!("give {} {} off order", number.normalize(), unit.text)
                }
                tree::ExprKind::Percent(percent) => format!("give {}% off order", percent.normalize()),
                _ => format!("give 5 {money} off order"),
            },
            Give::FreeShipping => "give free shipping".to_owned(),
            Give::Gift { sku, .. } => format!("give 1 \"{}\" free", sku.text),
            _ => "give …".to_owned(),
        };
        let help = format!(
            "let it issue a coupon that does: `give {{ issue {coupon} }}`, with `coupon {coupon} issued {{ {gives} }}`; points that \
             pay for a part of any order have a price by rate: `cost 100 points per 1 {money}`"
        );
        self.report(
            Diagnostic::new(Code::RewardDiscount, span, "a reward gives effects, and this takes something off a price")
                .help(help),
        );
    }

    /// The prices of which one is paid.
    fn prices(&mut self, amount: &'a tree::Expr, from: Option<&'a Name>, scope: &Scope) -> Option<Vec<Vec<Price>>> {
        let mut prices = Vec::new();
        let mut sound = true;
        for alternative in chain(amount, Binary::Or) {
            let mut parts: Vec<Price> = Vec::new();
            for part in chain(alternative, Binary::And) {
                let Some(price) = self.price(part, from, scope) else {
                    sound = false;
                    continue;
                };
                if parts.iter().any(|known| known.wallet == price.wallet) {
                    self.report(
                        Diagnostic::new(Code::BadCost, part.span, "one price takes from the same wallet twice")
                            .help("add the two up"),
                    );
                    sound = false;
                }
                parts.push(price);
            }
            prices.push(parts);
        }
        sound.then_some(prices)
    }

    fn price(&mut self, amount: &'a tree::Expr, from: Option<&'a Name>, scope: &Scope) -> Option<Price> {
        let amount = self.expression(amount, scope)?;
        let wallet = self.wallet_meant(&amount.ty.clone(), amount.span, from, "from")?;
        if constant(&amount).is_some_and(|price| price <= rust_decimal::Decimal::ZERO) {
            self.report(
                Diagnostic::new(Code::OutOfRange, amount.span, "a price is more than nothing")
                    .help("what costs nothing is given by a rule"),
            );
            return None;
        }
        self.in_units(wallet, &amount, "a price")?;
        Some(Price { wallet, amount })
    }

    fn pay_rate(
        &mut self,
        amount: &'a tree::Expr,
        per: &'a tree::Expr,
        from: Option<&'a Name>,
        rate: &RateClauses<'a>,
        scope: &Scope,
    ) -> Option<PayRate> {
        let points = self.positive(amount, "what is paid by rate");
        let money = self.positive(per, "what a rate is `per`");
        let wallet =
            points.as_ref().and_then(|(_, points)| self.wallet_meant(&points.ty.clone(), points.span, from, "from"));
        let ((points, _), (money, unit), wallet) = (points?, money?, wallet?);
        let Type::Money(_) = unit.ty else {
            self.wrong_type(&unit, "a price by rate is so many points per money");
            return None;
        };
        let counted = self.unit_of(wallet);
        let steps = self.of_wallet(rate.steps, &counted, "`steps of`")?;
        let at_least = self.of_wallet(rate.at_least, &counted, "`at least`")?;
        let (mut up_to, mut at_most) = (None, None);
        let (mut of_money, mut of_points): (Option<Span>, Option<Span>) = (None, None);
        for (written, clause) in &rate.up_to {
            let most = self.expression(written, scope)?;
            let points = most.ty == counted;
            if let Some(before) = if points { &mut of_points } else { &mut of_money }.replace(clause.span) {
                self.said_twice(clause, "up to", before);
                return None;
            }
            if points {
                at_most = self.of_wallet(Some(written), &counted, "`up to` so many points")?;
            } else {
                up_to = Some(self.hold(most, &unit.ty, "`up to`")?);
            }
        }
        if let (Some(least), Some(most), Some(span)) = (at_least, at_most, of_points)
            && least > most
        {
            self.report(
                Diagnostic::new(Code::OutOfRange, span, "this is less than `at least` asks for")
                    .help("no number of points is both; write a greater one here"),
            );
            return None;
        }
        if rate.whole && up_to.is_none() {
            let span = rate.first.map_or(amount.span, |(span, _)| span);
            self.report(
                Diagnostic::new(Code::BadCost, span, "`all or nothing` of what, nothing says")
                    .help("write the most money that may be paid, as in `up to order.subtotal`; so many points or none are a price, as in `cost 500 beans`"),
            );
            return None;
        }
        Some(PayRate { wallet, points, money, steps, at_least, at_most, up_to, whole: rate.whole })
    }

    /// A positive constant in a wallet's own unit; the outer `None` if it is wrong.
    fn of_wallet(
        &mut self,
        written: Option<&'a tree::Expr>,
        wanted: &Type,
        place: &'static str,
    ) -> Option<Option<rust_decimal::Decimal>> {
        let Some(written) = written else { return Some(None) };
        let (value, expr) = self.positive(written, place)?;
        self.hold(expr, wanted, place)?;
        Some(Some(value))
    }

    /// The block of effects that a reward gives, for the rules.
    fn reward_block(&mut self, reward: RewardIndex, name: &Name, clauses: &'a [Clause]) {
        self.blocks.push(Block {
            held: Held { keyword: "reward", name: name.text.clone() },
            name: format!("reward {}", name.text),
            moment: Moment::Redeemed(reward),
            forms: gives(clauses),
            span: name.span,
        });
    }

    /// The reward of that name.
    pub(super) fn reward(&mut self, name: &Name) -> Option<RewardIndex> {
        if let Some(Value::Reward(reward)) = self.names.values.get(name.text.as_str()).copied() {
            return Some(reward);
        }
        let values = self.names.values.iter();
        let known: Vec<&str> =
            values.filter(|(_, value)| matches!(value, Value::Reward(_))).map(|(name, _)| *name).collect();
        self.unknown(Code::UnknownReward, name.span, "reward", &name.text, known);
        None
    }

    /// That a rule can redeem a reward where it stands.
    pub(super) fn redeemed(&mut self, name: &Name, scope: &Scope, span: Span) -> Option<RewardIndex> {
        let reward = self.reward(name)?;
        let known = self.rewards.get(reward)?.as_ref()?;
        let (in_order, place) = (known.versions.iter().any(|form| form.value.in_order), known.span);
        let on_order = scope.event.is_some() && scope.event == self.names.events.get(ORDER).copied();
        if in_order && !on_order {
            self.report(
                Diagnostic::new(Code::RewardOfOrder, span, format!("`{}` is taken in an order", name.text))
                    .label(place, "it reads the order")
                    .help("redeem it in a rule `on order`, or let it read the member alone"),
            );
            return None;
        }
        Some(reward)
    }

    /// So many of a reward are taken as can be paid: of a price by rate one takes as much as there is.
    pub(super) fn priced_each(&mut self, reward: RewardIndex, span: Span) -> Option<()> {
        let known = self.rewards.get(reward)?.as_ref()?;
        if !known.versions.iter().any(|form| matches!(form.value.cost, Cost::Rate(_))) {
            return Some(());
        }
        let (name, place) = (known.name.clone(), known.span);
        self.report(
            Diagnostic::new(Code::BadCost, span, format!("of `{name}`, which is paid by rate, there is one"))
                .label(place, "its price is by rate")
                .help(format!("`redeem {name}` pays as much as may be; so many of a fixed price are `redeem each`")),
        );
        None
    }

    /// A figure of a reward, with its type.
    pub(super) fn reward_path(&mut self, reward: RewardIndex, root: Span, rest: &[&Name]) -> Option<Expr> {
        let Some(known) = self.rewards.get(reward) else {
            self.report(
                Diagnostic::new(Code::OutOfReach, root, "a reward cannot be read here")
                    .help("rules, messages and tests read what a member lacks for it; measures, segments and ladders cannot, nor can a reward that stands before it"),
            );
            return None;
        };
        let (name, place, wallets) = known.as_ref().map(|known| (known.name.clone(), known.span, known.wallets()))?;
        let by_rate = known
            .as_ref()
            .is_some_and(|known| known.versions.iter().any(|form| matches!(form.value.cost, Cost::Rate(_))));
        let Some((figure, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root, format!("`{name}` alone is no value"))
                    .help(format!("write `{name}.available`, `{name}.remaining` or `{name}.cost`")),
            );
            return None;
        };
        let span = root.to(figure.span);
        let (kind, ty) = match figure.text.as_str() {
            "available" => (RewardFigure::Available, Type::Bool),
            text @ ("remaining" | "cost") => {
                let [wallet] = wallets.as_slice() else {
                    self.report(
                        Diagnostic::new(Code::MixedPrices, span, format!("`{name}` is paid from several wallets"))
                            .label(place, "its prices stand here")
                            .help("compare the wallets themselves, or read `available`"),
                    );
                    return None;
                };
                if by_rate && text == "cost" {
                    self.report(
                        Diagnostic::new(Code::MixedPrices, span, format!("`{name}` has no price but a rate"))
                            .label(place, "its rate stands here")
                            .help("read `remaining`, what is missing for the least that may be paid"),
                    );
                    return None;
                }
                let figure = if text == "cost" { RewardFigure::Cost } else { RewardFigure::Remaining };
                (figure, self.unit_of(*wallet))
            }
            text => {
                let diagnostic =
                    Diagnostic::new(Code::UnknownField, figure.span, format!("the reward `{name}` has no `{text}`"))
                        .help("a reward has `cost`, `remaining` and `available`");
                self.suggest(diagnostic, text, ["cost", "remaining", "available"]);
                return None;
            }
        };
        self.parts(Expr { kind: ExprKind::Reward(reward, kind), ty, span }, rest)
    }

    /// The rewards that nothing was wrong with.
    pub(super) fn sound_rewards(&mut self) -> Vec<Reward> {
        core::mem::take(&mut self.rewards).into_iter().flatten().collect()
    }

    /// The wallets that rewards take from.
    pub(super) fn paid_from(&self, reward: RewardIndex) -> BTreeSet<WalletIndex> {
        let reward = self.rewards.get(reward).and_then(|reward| reward.as_ref());
        reward.map(|reward| gathered(reward.wallets())).unwrap_or_default()
    }
}

impl<'a> RateClauses<'a> {
    fn note(&mut self, span: Span, word: &'static str, set: impl FnOnce(&mut Self)) {
        self.first.get_or_insert((span, word));
        set(self);
    }
}

/// The blocks of `give`, each with the day from which it holds.
pub(super) fn gives(clauses: &[Clause]) -> Vec<(Option<NaiveDate>, &[Clause], Span)> {
    let own = given(None, clauses);
    let dated = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::From { date, clauses } => given(Some(*date), clauses),
        _ => None,
    });
    own.into_iter().chain(dated).collect()
}

/// The block of effects among some clauses.
fn given(from: Option<NaiveDate>, clauses: &[Clause]) -> Option<(Option<NaiveDate>, &[Clause], Span)> {
    clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::Engagement(EngagementClause::Give(Give::Effects(effects))) => {
            Some((from, effects.as_slice(), clause.span))
        }
        _ => None,
    })
}
