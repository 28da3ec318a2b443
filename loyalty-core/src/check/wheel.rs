//! `wheel`: weighted slices, each with what it gives, its stock, and how often a member may draw.

use super::Checker;
use super::blocks::Block;
use super::experiment::SHARES;
use super::model::{EffectKind, Expr, ExprKind, Held, Lasts, Limit, Moment, Slice, Type, Wheel, WheelIndex};
use super::names::{Declared, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::tree::{Clause, ClauseKind, Name};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// The most slices of one wheel.
const SLICES_MAX: usize = 1_000;

/// What all weights of a wheel may come to, in their finest unit.
const WEIGHTS_MAX: u64 = 1_000_000_000_000;

pub(super) const HOLDS: &str = "a `wheel` holds slices such as `weight 50 { earn 5 beans }`, `limit` and `without stock`; one that is `issued` holds `valid 7 days`, too";

/// A slice as it is written.
struct Written<'a> {
    weight: Decimal,
    percent: bool,
    title: Option<&'a Name>,
    stock: Option<u32>,
    clauses: &'a [Clause],
    span: Span,
}

impl<'a> Checker<'a> {
    /// What other declarations read of each wheel.
    pub(super) fn wheel_heads(&mut self, declared: &Declared<'a>) {
        let heads = declared.wheels.iter().map(|(name, issued, _)| Wheel {
            name: name.text.clone(),
            slices: Vec::new(),
            renormalise: false,
            limits: Vec::new(),
            issued: *issued,
            valid_for: None,
            span: name.span,
        });
        self.wheels = heads.collect();
    }

    pub(super) fn wheels(&mut self, declared: &Declared<'a>) {
        for (index, (name, issued, clauses)) in declared.wheels.iter().enumerate() {
            let wheel = self.wheel_of(index, name, *issued, clauses);
            if let Some(place) = self.wheels.get_mut(index) {
                *place = wheel;
            }
        }
    }

    fn wheel_of(&mut self, index: WheelIndex, name: &'a Name, issued: bool, clauses: &'a [Clause]) -> Wheel {
        let mut valid_for: Option<(Option<Lasts>, Span)> = None;
        let mut slices: Vec<Written<'a>> = Vec::new();
        let mut limits: Vec<Limit> = Vec::new();
        let mut without_stock: Option<(bool, Span)> = None;
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Engagement(EngagementClause::Weight { weight, percent, title, stock, clauses }) => {
                    slices.push(Written {
                        weight: *weight,
                        percent: *percent,
                        title: title.as_ref(),
                        stock: *stock,
                        clauses,
                        span: clause.span,
                    });
                }
                ClauseKind::Engagement(EngagementClause::WithoutStock { renormalise }) => {
                    if let Some((_, before)) = without_stock.replace((*renormalise, clause.span)) {
                        self.said_twice(clause, "without stock", before);
                    }
                }
                ClauseKind::Limit(written) => self.limits(written, &mut limits),
                ClauseKind::Engagement(EngagementClause::ValidFor(lasts)) if issued => {
                    let length = self.lasts(lasts);
                    if let Some((_, before)) = valid_for.replace((length, clause.span)) {
                        self.said_twice(clause, "valid", before);
                    }
                }
                _ => self.misplaced(clause, "wheel", HOLDS),
            }
        }
        if let Some((_, span)) = without_stock
            && slices.iter().all(|slice| slice.stock.is_none())
        {
            self.report(
                Diagnostic::new(Code::ShareSum, span, "no slice of this wheel has a stock that could run out")
                    .help("write it behind a weight, as in `weight 1 stock 10 { … }`, or leave this out"),
            );
        }
        if issued && valid_for.is_none() {
            self.report(
                Diagnostic::new(Code::CardEnd, name.span, format!("the cards of `{}` would never lapse", name.text))
                    .help("say for how long a card may be drawn: `valid 7 days`"),
            );
        }
        let weights = self.weights(name, &slices);
        for (place, slice) in slices.iter().enumerate().filter(|(_, slice)| !slice.clauses.is_empty()) {
            self.blocks.push(Block {
                held: Held { keyword: "wheel", name: name.text.clone() },
                name: format!("wheel {} slice {}", name.text, place + 1),
                moment: Moment::Slice(index, place),
                forms: vec![(None, slice.clauses, slice.span)],
                span: slice.span,
            });
        }
        let slices = slices.iter().zip(weights).map(|(slice, weight)| Slice {
            title: slice.title.map(|title| title.text.clone()),
            weight,
            stock: slice.stock,
        });
        Wheel {
            name: name.text.clone(),
            slices: slices.collect(),
            renormalise: without_stock.is_some_and(|(renormalise, _)| renormalise),
            limits,
            issued,
            valid_for: valid_for.and_then(|(length, _)| length),
            span: name.span,
        }
    }

    /// The weights of the slices as whole numbers, by one unit.
    fn weights(&mut self, name: &Name, slices: &[Written<'a>]) -> Vec<u64> {
        let nothing = vec![0; slices.len()];
        let errors = self.errors;
        let Some(first) = slices.first() else {
            self.report(
                Diagnostic::new(Code::ShareSum, name.span, "this wheel has no slice")
                    .help("write what it may give, as in `weight 50 { earn 5 beans }`"),
            );
            return nothing;
        };
        if let Some(one) = slices.get(SLICES_MAX) {
            self.report(Diagnostic::new(Code::TooMany, one.span, format!("more than {SLICES_MAX} slices")));
        }
        for slice in slices {
            if slice.weight.is_zero() {
                self.report(
                    Diagnostic::new(Code::ShareSum, slice.span, "a slice of no weight never comes")
                        .help("leave it out, or give it a weight"),
                );
            }
            if slice.stock == Some(0) {
                self.report(
                    Diagnostic::new(Code::OutOfRange, slice.span, "a stock of none is a slice that never comes")
                        .help("a stock is 1 or more"),
                );
            }
            if slice.percent != first.percent {
                self.report(
                    Diagnostic::new(
                        Code::ShareSum,
                        slice.span,
                        "percents and plain weights cannot be weighed together",
                    )
                    .label(first.span, "the first slice is weighed otherwise")
                    .help("write all of them as percents, or none"),
                );
                return nothing;
            }
        }
        let sum = slices.iter().fold(Decimal::ZERO, |sum, slice| sum.saturating_add(slice.weight));
        if first.percent && sum != Decimal::ONE_HUNDRED {
            let difference = (Decimal::ONE_HUNDRED - sum).normalize();
            let help = if difference > Decimal::ZERO {
                format!("{difference}% are missing: write `weight {difference}% {{ }}` for a slice that gives nothing")
            } else {
                format!("{}% are too many", -difference)
            };
            let message = format!("the weights of these slices add up to {}%, not to 100%", sum.normalize());
            self.report(Diagnostic::new(Code::ShareSum, name.span, message).help(help));
        }
        let scale = slices.iter().map(|slice| slice.weight.normalize().scale()).max().unwrap_or(0);
        let unit = 10_u64.checked_pow(scale).filter(|unit| *unit <= u64::from(SHARES)).map(Decimal::from);
        let whole = |slice: &Written<'a>| slice.weight.checked_mul(unit?)?.normalize().to_u64();
        let weights: Option<Vec<u64>> = slices.iter().map(whole).collect();
        let fits = |weights: &Vec<u64>| {
            weights.iter().try_fold(0_u64, |sum, weight| sum.checked_add(*weight)).is_some_and(|sum| sum <= WEIGHTS_MAX)
        };
        match weights.filter(fits) {
            Some(weights) => weights,
            None => {
                if self.errors == errors {
                    self.report(
                        Diagnostic::new(
                            Code::OutOfRange,
                            name.span,
                            "the weights of this wheel are too fine or too large",
                        )
                        .help("they have at most six decimals, and add up to no more than a million"),
                    );
                }
                nothing
            }
        }
    }

    /// `draw spin`
    pub(super) fn draw(&mut self, wheel: &Name) -> Option<EffectKind> {
        if let Some(Value::Wheel(wheel)) = self.names.values.get(wheel.text.as_str()).copied() {
            return Some(EffectKind::Draw(wheel));
        }
        let known: Vec<String> = self.wheels.iter().map(|wheel| wheel.name.clone()).collect();
        self.unknown(Code::UnknownGame, wheel.span, "wheel", &wheel.text, known.iter().map(String::as_str));
        None
    }

    /// `issue autumn`: a card of a wheel; nothing if no wheel is called so.
    pub(super) fn deal(&mut self, name: &Name, plain: bool) -> Option<Option<EffectKind>> {
        let Some(Value::Wheel(wheel)) = self.names.values.get(name.text.as_str()).copied() else { return None };
        let (issued, span) = self.wheels.get(wheel).map(|wheel| (wheel.issued, wheel.span))?;
        if !issued {
            let message = format!("`{}` is not a wheel whose cards are issued", name.text);
            self.report(
                Diagnostic::new(Code::NotIssued, name.span, message)
                    .label(span, "declared here")
                    .help(format!("write `wheel {} issued` where it is declared, or `draw {}`", name.text, name.text)),
            );
            return Some(None);
        }
        if !plain {
            let message = "a card has no code and no end of its own";
            self.report(
                Diagnostic::new(Code::CardEnd, name.span, message)
                    .help("`valid` in the wheel says for how long its cards may be drawn"),
            );
            return Some(None);
        }
        Some(Some(EffectKind::Deal(wheel)))
    }

    /// `autumn.cards`
    pub(super) fn wheel_path(&mut self, wheel: WheelIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let found = self.wheels.get(wheel)?;
        let (name, issued, span) = (found.name.clone(), found.issued, found.span);
        match rest {
            [cards, rest @ ..] if issued && cards.text == "cards" => {
                let span = root_span.to(cards.span);
                self.parts(Expr { kind: ExprKind::Cards(wheel), ty: Type::Number, span }, rest)
            }
            [] => {
                let diagnostic = Diagnostic::new(Code::WrongType, root_span, format!("the wheel `{name}` is no value"));
                let help = if issued {
                    format!("write `{name}.cards` for how many cards the member has")
                } else {
                    format!("a rule turns it by `draw {name}`")
                };
                self.report(diagnostic.help(help));
                None
            }
            [field, ..] => {
                let message = format!("the wheel `{name}` has no `{}`", field.text);
                let diagnostic = Diagnostic::new(Code::UnknownField, field.span, message).label(span, "declared here");
                self.report(diagnostic.help(if issued {
                    format!("write `{name}.cards` for how many cards the member has")
                } else {
                    format!("only `wheel {name} issued` has `cards`")
                }));
                None
            }
        }
    }
}
