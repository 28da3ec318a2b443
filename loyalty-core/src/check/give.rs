//! `give` and the clauses around it: what a coupon lowers, by how much, and beside which others.

mod lines;
pub(super) mod stacking;

use lines::Target;
use rust_decimal::Decimal;

use super::Checker;
use super::clauses::Holder;
use super::expression::Scope;
use super::model::{CouponIndex, Expr, ExprKind, Type};
use super::names::Declared;
use super::offer::{Basis, Each, FixedOff, Give, Off, Offer, Stack, Units};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::give::{self, GiveClause};
use crate::syntax::tree::{self, Clause, ClauseKind, Name};

/// The clauses that say how something is given, as far as they were written.
#[derive(Default)]
struct Manner {
    at_most: Option<(u32, Span)>,
    groups: Option<(bool, bool, Span)>,
    spread: Option<(bool, Span)>,
    split: Option<(bool, Span)>,
    basis: Option<(Basis, Span)>,
    floor: Option<(Option<Expr>, Span)>,
}

/// What a form of `give` has to do with.
struct Fits {
    at_most: bool,
    groups: bool,
    spread: bool,
    split: bool,
    basis: bool,
}

const FITS_NOTHING: Fits = Fits { at_most: false, groups: false, spread: false, split: false, basis: false };

impl<'a> Checker<'a> {
    /// What a coupon gives in one of its forms; nothing if it gives nothing, or if that is wrong.
    pub(super) fn offer(
        &mut self,
        name: &Name,
        coupon: CouponIndex,
        clauses: &[&'a Clause],
        scope: &Scope,
    ) -> Option<Offer> {
        let mut given = None;
        let mut manner = Manner::default();
        let (mut offer_up_to, mut up_to_span) = (None, None);
        let (mut priority, mut group, mut stop, mut judged_after_items) = (0, None, None, false);
        let mut stack = Some(Stack::None);
        for clause in clauses {
            let span = clause.span;
            let ClauseKind::Engagement(engagement) = &clause.kind else { continue };
            match engagement {
                EngagementClause::Give(give) => given = Some((give, span)),
                EngagementClause::UpTo(amount) => {
                    if let Some(before) = up_to_span.replace(span) {
                        self.said_twice(clause, "up to", before);
                    }
                    offer_up_to = Some(self.money_off(amount, scope, "a maximum"));
                }
                EngagementClause::Priority(written) => priority = *written,
                EngagementClause::Stack(written) => stack = self.stack(written, coupon),
                EngagementClause::Group { name, choice } => group = Some(self.stack_group(name, *choice)),
                EngagementClause::Manner(clause) => match clause {
                    GiveClause::AtMost(times) => manner.at_most = Some((*times, span)),
                    GiveClause::Groups { partial, merchant } => manner.groups = Some((*partial, *merchant, span)),
                    GiveClause::Spread { group } => manner.spread = Some((*group, span)),
                    GiveClause::Split { by_quantity } => manner.split = Some((*by_quantity, span)),
                    GiveClause::Basis(basis) => manner.basis = Some((*basis, span)),
                    GiveClause::Judge { after_items } => judged_after_items = *after_items,
                    GiveClause::Stop(written) => stop = Some(*written),
                    GiveClause::Floor(floor) => manner.floor = Some((self.floor(floor, scope), span)),
                    GiveClause::Choose { .. } | GiveClause::Codes { .. } => {}
                },
                _ => {}
            }
        }
        let Some((give, span)) = given else {
            let about_giving = |clause: &&&Clause| match &clause.kind {
                ClauseKind::Engagement(engagement) => {
                    matches!(
                        engagement,
                        EngagementClause::UpTo(_)
                            | EngagementClause::Stack(_)
                            | EngagementClause::Manner(_)
                            | EngagementClause::Priority(_)
                            | EngagementClause::Group { .. }
                    )
                }
                _ => false,
            };
            if clauses.iter().any(|clause| about_giving(&clause)) {
                self.report(
                    Diagnostic::new(Code::GivesNothing, name.span, format!("the coupon `{}` gives nothing", name.text))
                        .help("say what it is good for, as in `give 10% off order`"),
                );
            }
            return None;
        };
        if matches!(give, give::Give::Effects(_)) {
            self.only_effects(clauses);
            return None;
        }
        let (give, fits) = self.give(give, span, &manner, scope)?;
        self.fitting(&manner, &fits);
        let floor = match manner.floor {
            Some((_, span)) if matches!(give, Give::Shipping(_)) => {
                self.report(
                    Diagnostic::new(
                        Code::GiveClause,
                        span,
                        "`floor` has nothing to do with what this coupon gives".to_owned(),
                    )
                    .help("it is the least that a unit of a line costs, and shipping has no units; leave it out"),
                );
                return None;
            }
            Some((floor, _)) => Some(floor?),
            None => None,
        };
        let up_to = match offer_up_to {
            Some(up_to) => Some(up_to?),
            None => None,
        };
        Some(Offer {
            give,
            up_to,
            basis: manner.basis.map_or(Basis::Sequential, |(basis, _)| basis),
            judged_after_items,
            priority,
            stack: stack?,
            group,
            stop,
            floor,
            span,
        })
    }

    fn give(&mut self, give: &'a give::Give, span: Span, manner: &Manner, scope: &Scope) -> Option<(Give, Fits)> {
        let at_most = manner.at_most.map(|(times, _)| times);
        let spread = manner.spread.is_none_or(|(group, _)| group);
        Some(match give {
            give::Give::FreeShipping => (Give::Shipping(all(span)), FITS_NOTHING),
            give::Give::Off { off, each, lines } => {
                let target = self.target(lines, scope);
                let off = self.off(off, lines.target.span, scope);
                match target? {
                    Target::Shipping => {
                        if each.is_some() {
                            self.report(
                                Diagnostic::new(
                                    Code::GiveTarget,
                                    lines.target.span,
                                    "shipping has no lines and no units",
                                )
                                .help("write `give 50% off shipping`"),
                            );
                        }
                        (Give::Shipping(off?), Fits { basis: true, ..FITS_NOTHING })
                    }
                    Target::Lines(lines) => {
                        let off = off?;
                        let each = each.unwrap_or(match (&off, lines.whole) {
                            (_, true) | (Off::Amount(_), false) => Each::All,
                            (Off::Percent(_), false) => Each::Line,
                            (Off::Price(_), false) => Each::Unit,
                        });
                        let by_quantity = manner.split.is_some_and(|(by_quantity, _)| by_quantity);
                        let fits = Fits { split: each == Each::All, basis: true, ..FITS_NOTHING };
                        (Give::Off { off, each, by_quantity, lines }, fits)
                    }
                }
            }
            give::Give::Graduated { first, further, lines } => {
                let lines = self.lines(lines, scope);
                let first = self.money_off(first, scope, "an amount off");
                let further = self.money_off(further, scope, "an amount off");
                let give = Give::Graduated { first: first?, further: further?, units: at_most, lines: lines? };
                (give, Fits { at_most: true, ..FITS_NOTHING })
            }
            give::Give::Every { off, per, lines } => {
                let lines = self.lines(lines, scope);
                let (off, off_expr) = self.positive(off, "an amount off")?;
                let (per, per_expr) = self.positive(per, "what an amount is given for")?;
                self.program_money(&off_expr, "an amount off")?;
                let by_quantity = self.measured_by(&per_expr)?;
                let give = Give::Every { off, by_quantity, per, at_most, lines: lines? };
                (give, Fits { at_most: true, basis: true, ..FITS_NOTHING })
            }
            give::Give::Units { most_expensive, count, off, of, lines } => {
                let lines = self.lines(lines, scope);
                let off = self.off(off, span, scope);
                self.group_size(*count, *of, span)?;
                let (partial, merchant) =
                    manner.groups.map_or((false, false), |(partial, merchant, _)| (partial, merchant));
                let units = Units {
                    count: *count,
                    of: *of,
                    most_expensive: *most_expensive,
                    partial,
                    merchant,
                    at_most,
                    spread: spread && of.is_some(),
                };
                let grouped = of.is_some();
                let fits = Fits { at_most: grouped, groups: grouped, spread: grouped, ..FITS_NOTHING };
                (Give::Units { units, off: off?, lines: lines? }, fits)
            }
            give::Give::Get { count, off, lines, every, bought } => {
                let (lines, bought) = (self.lines(lines, scope), self.lines(bought, scope));
                let off = self.off(off, span, scope);
                self.group_size(*count, None, span)?;
                self.group_size(*every, None, span)?;
                let give = Give::Get {
                    count: *count,
                    off: off?,
                    lines: lines?,
                    every: *every,
                    bought: bought?,
                    at_most,
                    spread,
                };
                (give, Fits { at_most: true, spread: true, ..FITS_NOTHING })
            }
            give::Give::Bundle { parts, off } => {
                let off = self.off(off, span, scope);
                let mut checked = Vec::with_capacity(parts.len());
                for (count, lines) in parts {
                    self.group_size(*count, None, span)?;
                    checked.push((*count, self.lines(lines, scope)?));
                }
                let give = Give::Bundle { parts: checked, off: off?, at_most };
                (give, Fits { at_most: true, ..FITS_NOTHING })
            }
            give::Give::Steps { steps, lines } => self.give_steps(steps, lines, scope)?,
            give::Give::Gift { count, sku, every } => {
                self.group_size(*count, None, span)?;
                let every = match every {
                    Some((count, lines)) => {
                        self.group_size(*count, None, span)?;
                        Some((*count, self.lines(lines, scope)?))
                    }
                    None => None,
                };
                let fits = Fits { at_most: every.is_some(), ..FITS_NOTHING };
                (Give::Gift { count: *count, sku: sku.text.clone(), every, at_most }, fits)
            }
            // Spoken of before.
            give::Give::Effects(_) => return None,
        })
    }

    /// A coupon that holds effects takes nothing off, so that nothing can be said of how.
    fn only_effects(&mut self, clauses: &[&'a Clause]) {
        for clause in clauses {
            let ClauseKind::Engagement(engagement) = &clause.kind else { continue };
            let about_money = matches!(
                engagement,
                EngagementClause::UpTo(_)
                    | EngagementClause::Stack(_)
                    | EngagementClause::Manner(_)
                    | EngagementClause::Priority(_)
                    | EngagementClause::Group { .. }
            );
            if about_money {
                self.report(
                    Diagnostic::new(
                        Code::GiveClause,
                        clause.span,
                        format!("`{}` has nothing to do with what this coupon gives", engagement.word()),
                    )
                    .help("it belongs to a coupon that takes something off an order; leave it out"),
                );
            }
        }
    }

    fn give_steps(
        &mut self,
        steps: &'a [(tree::Expr, give::Off)],
        lines: &'a give::Lines,
        scope: &Scope,
    ) -> Option<(Give, Fits)> {
        let lines = self.lines(lines, scope);
        let mut checked: Vec<(Decimal, FixedOff)> = Vec::with_capacity(steps.len());
        let mut kind = None;
        for (from, off) in steps {
            let (bound, expr) = self.positive(from, "a step")?;
            let by_quantity = self.measured_by(&expr)?;
            if *kind.get_or_insert(by_quantity) != by_quantity {
                self.report(Diagnostic::new(Code::Steps, from.span, "steps are all of money or all of units"));
                return None;
            }
            if checked.last().is_some_and(|(before, _)| *before >= bound) {
                self.report(
                    Diagnostic::new(Code::Steps, from.span, "each step begins above the one before")
                        .help("write the steps in ascending order"),
                );
                return None;
            }
            let off = self.off(off, from.span, &Scope::constant("a step"))?;
            let ExprKind::Number(amount) = off.amount().kind else {
                self.report(Diagnostic::new(Code::NotConstant, off.amount().span, "what a step gives is a constant"));
                return None;
            };
            checked.push((
                bound,
                match off {
                    Off::Percent(_) => FixedOff::Percent(amount),
                    Off::Amount(_) => FixedOff::Amount(amount),
                    Off::Price(_) => FixedOff::Price(amount),
                },
            ));
        }
        let give = Give::Steps { by_quantity: kind.unwrap_or(false), steps: checked, lines: lines? };
        Some((give, Fits { basis: true, ..FITS_NOTHING }))
    }

    /// Whether it counts units; else it is money of the program.
    fn measured_by(&mut self, expr: &Expr) -> Option<bool> {
        match &expr.ty {
            Type::Number => {
                if let ExprKind::Number(number) = expr.kind
                    && !number.fract().is_zero()
                {
                    self.report(Diagnostic::new(Code::OutOfRange, expr.span, "units are counted in whole numbers"));
                    return None;
                }
                Some(true)
            }
            _ => self.program_money(expr, "what is counted").map(|()| false),
        }
    }

    fn group_size(&mut self, count: u32, of: Option<u32>, span: Span) -> Option<()> {
        let message = match of {
            _ if count == 0 => "none of them is nothing",
            Some(of) if of < count => "a group has at least as many units as are lowered in it",
            _ => return Some(()),
        };
        self.report(Diagnostic::new(Code::OutOfRange, span, message).help("write it as in `cheapest 1 free of 3`"));
        None
    }

    /// How a price is lowered; the place is that of the whole, for what is not an expression.
    fn off(&mut self, off: &'a give::Off, span: Span, scope: &Scope) -> Option<Off> {
        let (written, price) = match off {
            give::Off::Free => return Some(all(span)),
            give::Off::By(amount) => (amount, false),
            give::Off::Price(price) => (price, true),
        };
        let amount = self.expression(written, scope)?;
        let out_of_range = match (&amount.ty, &amount.kind) {
            (Type::Percent, ExprKind::Number(share)) => *share <= Decimal::ZERO || *share > Decimal::ONE,
            (_, ExprKind::Number(number)) if price => *number < Decimal::ZERO,
            (_, ExprKind::Number(number)) => *number <= Decimal::ZERO,
            (_, ExprKind::Negate(_)) => true,
            _ => false,
        };
        if out_of_range {
            let (what, help) = match (price, &amount.ty) {
                (true, _) => ("a price is never below nothing", "write the price that is left, as in `price 9.99 EUR`"),
                (false, Type::Percent) => {
                    ("a share of a price lies between nothing and 100%", "write how much is taken off, as in `20% off`")
                }
                _ => ("an amount off is more than nothing", "write how much is taken off, as in `5 EUR off`"),
            };
            self.report(Diagnostic::new(Code::GiveAmount, amount.span, what).help(help));
            return None;
        }
        if amount.ty == Type::Percent && !price {
            return Some(Off::Percent(amount));
        }
        self.program_money(&amount, if price { "a price" } else { "what is taken off" })?;
        Some(if price { Off::Price(amount) } else { Off::Amount(amount) })
    }

    /// An expression that is money of the program.
    fn money_off(&mut self, expr: &'a tree::Expr, scope: &Scope, what: &str) -> Option<Expr> {
        let expr = self.expression(expr, scope)?;
        if let ExprKind::Number(number) = expr.kind
            && number <= Decimal::ZERO
        {
            let message = format!("{what} is more than nothing");
            self.report(Diagnostic::new(Code::GiveAmount, expr.span, message).help("write it as in `5 EUR`"));
            return None;
        }
        self.program_money(&expr, what)?;
        Some(expr)
    }

    fn program_money(&mut self, expr: &Expr, what: &str) -> Option<()> {
        if matches!(expr.ty, Type::Money(currency) if Some(currency) == self.settings.currency) {
            return Some(());
        }
        let found = self.describe(&expr.ty);
        let diagnostic = Diagnostic::new(
            Code::GiveAmount,
            expr.span,
            format!("{what} is money of the program, and this is {found}"),
        );
        let diagnostic = self.with_unit(diagnostic, &expr.ty);
        self.report(diagnostic.help("write it in the currency of the program, as in `5 EUR`"));
        None
    }

    /// `policy coupons { … }`
    pub(super) fn coupon_policy(&mut self, declared: &Declared<'a>) {
        let Some(clauses) = declared.coupon_policy else { return };
        let Some(order) = self.names.events.get("order").copied() else { return };
        let scope = Scope { event: Some(order), ..Scope::constant("a floor") };
        let forms = self.in_force(Holder::CouponPolicy, clauses);
        for clause in forms.iter().flat_map(|form| &form.clauses) {
            let ClauseKind::Engagement(EngagementClause::Manner(manner)) = &clause.kind else { continue };
            match manner {
                GiveClause::Choose { by_priority } => self.coupon_rules.by_priority = *by_priority,
                GiveClause::Codes { all } => self.coupon_rules.all_codes = *all,
                GiveClause::Floor(floor) => self.coupon_rules.floor = self.floor(floor, &scope),
                _ => {}
            }
        }
    }

    /// The least price of a unit, over its line.
    fn floor(&mut self, floor: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        let inner = Scope { bare_record: self.line_record(scope), ..*scope };
        let floor = self.expression(floor, &inner)?;
        if matches!(floor.ty, Type::Money(currency) if Some(currency) == self.settings.currency) {
            return Some(floor);
        }
        let found = self.describe(&floor.ty);
        self.report(
            Diagnostic::new(
                Code::FloorUnit,
                floor.span,
                format!("a floor is the least price of one unit, and this is {found}"),
            )
            .help("name a field of the line that is money, as in `floor 80% of unit_price`"),
        );
        None
    }

    /// Reports clauses that have nothing to do with what is given.
    fn fitting(&mut self, manner: &Manner, fits: &Fits) {
        let found = [
            (manner.at_most.map(|found| found.1), fits.at_most, "at most", "units that are counted"),
            (
                manner.groups.map(|found| found.2),
                fits.groups,
                "groups",
                "so many units of a group, as in `cheapest 1 free of 3`",
            ),
            (manner.spread.map(|found| found.1), fits.spread, "spread", "units that are free for others"),
            (manner.split.map(|found| found.1), fits.split, "split", "one amount for several lines"),
            (manner.basis.map(|found| found.1), fits.basis, "basis", "shares of a price and amounts"),
        ];
        for (span, fits, word, what) in found {
            let Some(span) = span.filter(|_| !fits) else { continue };
            self.report(
                Diagnostic::new(
                    Code::GiveClause,
                    span,
                    format!("`{word}` has nothing to do with what this coupon gives"),
                )
                .help(match word {
                    "at most" => "it belongs to groups, bundles, gifts and graduated amounts; so much off for each of the first 20 \
                                  units is worked out: `give (0.05 EUR * min(20, sum(order.lines.quantity))) off order.lines`"
                        .to_owned(),
                    _ => format!("it belongs to {what}; leave it out"),
                }),
            );
        }
    }
}

/// All of a price.
fn all(span: Span) -> Off {
    Off::Percent(Expr { kind: ExprKind::Number(Decimal::ONE), ty: Type::Percent, span })
}
