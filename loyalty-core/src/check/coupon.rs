//! Coupons: for whom and when they are good, how often and how much of them there is, and how they are issued.

use std::collections::BTreeMap;

use super::Checker;
use super::blocks::Block;
use super::clauses::{Holder, InForce};
use super::expression::Scope;
use super::model::{
    Budget, BudgetMode, Coupon, CouponForm, CouponIndex, CouponKind, EffectKind, Expr, ExprKind, Held, IssueEnd, Mint,
    Moment, Returns, Rule, Type, Versioned, Wallet, WalletIndex, effects_name,
};
use super::names::{Declared, Value};
use super::offer;
use super::reward::gives;
use crate::codes;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::{self, EngagementClause, Give};
use crate::syntax::tree::{self, ClauseKind, Name};

/// The standard event that coupons are used on.
const ORDER: &str = "order";

impl<'a> Checker<'a> {
    pub(super) fn coupons(&mut self, declared: &Declared<'a>) {
        for (index, (name, kind, clauses)) in declared.coupons.iter().enumerate() {
            let mut versions = Vec::new();
            for form in self.in_force(Holder::Coupon, clauses) {
                let value = self.coupon_form(name, index, *kind, &form);
                versions.push(Versioned { from: form.from, value });
            }
            if versions.iter().any(|form| form.value.effects) {
                self.blocks.push(Block {
                    held: Held { keyword: "coupon", name: name.text.clone() },
                    name: effects_name(&name.text),
                    moment: Moment::Used(index),
                    forms: gives(clauses),
                    span: name.span,
                });
            }
            self.coupons.push(Coupon { name: name.text.clone(), kind: *kind, versions, span: name.span });
        }
        self.same_codes();
        self.finish_stacking();
    }

    fn coupon_form(&mut self, name: &Name, index: CouponIndex, kind: CouponKind, form: &InForce<'a>) -> CouponForm {
        let mut value = CouponForm {
            when: Vec::new(),
            valid: Vec::new(),
            valid_for: None,
            minted: None,
            limits: Vec::new(),
            budget: None,
            usage_kept: false,
            returns: Returns::Keep,
            terms: Vec::new(),
            offer: None,
            effects: false,
            span: form.span.unwrap_or(name.span),
        };
        // The prelude declares it.
        let Some(order) = self.names.events.get(ORDER).copied() else { return value };
        let scope = Scope { place: "this coupon", ..Scope::rule(order) };
        let mut revokes = None;
        for clause in &form.clauses {
            if matches!(clause.kind, ClauseKind::When(_) | ClauseKind::Engagement(EngagementClause::Give(_))) {
                value.terms.push(clause.span);
            }
            match &clause.kind {
                ClauseKind::When(when) => value.when.extend(self.conjuncts(when, &scope)),
                ClauseKind::Valid(parts) => self.valid_parts(parts, &mut value.valid),
                ClauseKind::Limit(limits) => self.limits(limits, &mut value.limits),
                ClauseKind::Engagement(EngagementClause::ValidFor(lasts)) => {
                    if kind != CouponKind::Issued {
                        self.report(
                            Diagnostic::new(
                                Code::ValidFor,
                                clause.span,
                                format!("`{}` is not issued, so that nothing says from when it lasts", name.text),
                            )
                            .help(format!(
                                "write `coupon {} issued`, or the days as in `valid 2026-11-01 .. 2026-11-30`",
                                name.text
                            )),
                        );
                    }
                    value.valid_for = self.lasts(lasts);
                }
                ClauseKind::Engagement(EngagementClause::Minted { prefix, length }) => {
                    value.minted = self.minted(name, kind, prefix, *length, clause.span);
                }
                ClauseKind::Engagement(EngagementClause::Budget { amount, mode }) => {
                    value.budget = self.budget(amount, *mode, clause.span);
                }
                ClauseKind::Engagement(EngagementClause::Usage { kept }) => value.usage_kept = *kept,
                ClauseKind::Returns { policy: Some(policy), .. } => {
                    value.returns = *policy;
                    revokes = (*policy == Returns::Revoke).then_some(clause.span);
                }
                _ => {}
            }
        }
        value.offer = self.offer(name, index, &form.clauses, &scope);
        let of_lines = value.offer.as_ref().is_some_and(|offer| !matches!(offer.give, offer::Give::Shipping(_)));
        if let Some(span) = revokes.filter(|_| !of_lines) {
            self.report(
                Diagnostic::new(
                    Code::IdleReturns,
                    span,
                    format!("`{}` takes nothing off lines, so that a return has nothing to take back", name.text),
                )
                .help("say what it takes off, as in `give 10 EUR off order`, or leave `returns` out"),
            );
        }
        value.effects = form
            .clauses
            .iter()
            .any(|clause| matches!(clause.kind, ClauseKind::Engagement(EngagementClause::Give(Give::Effects(_)))));
        value
    }

    /// `codes "BDAY" length 16`
    fn minted(&mut self, name: &Name, kind: CouponKind, prefix: &Name, length: u32, span: Span) -> Option<Mint> {
        let mut sound = true;
        if kind != CouponKind::Issued {
            self.report(
                Diagnostic::new(
                    Code::MintsForNobody,
                    span,
                    format!("`{}` is not issued: its own name is its only code", name.text),
                )
                .help(format!("write `coupon {} issued`, and let a rule issue it", name.text)),
            );
            sound = false;
        }
        if !codes::is_prefix(&prefix.text) {
            let plain: String = codes::normalise(&prefix.text).chars().take(codes::PREFIX_MAX).collect();
            let diagnostic = Diagnostic::new(
                Code::CodeForm,
                prefix.span,
                format!(
                    "the codes would begin with `{}`, and a prefix has 1 to {} capital letters and digits",
                    prefix.text,
                    codes::PREFIX_MAX
                ),
            );
            self.report(if plain.is_empty() {
                diagnostic.help("write letters that tell what it is for, as in `codes \"BDAY\" length 16`")
            } else {
                diagnostic.help(format!("write `codes \"{plain}\" length {length}`"))
            });
            sound = false;
        }
        let (least, most) = (*codes::LENGTHS.start(), *codes::LENGTHS.end());
        if !codes::LENGTHS.contains(&length) {
            let why = if length < least {
                format!("{length} characters can be guessed: they hold {} bits", codes::entropy_bits(length))
            } else {
                format!("{length} characters are more than one of them can check")
            };
            self.report(Diagnostic::new(Code::CodeForm, span, why).help(format!(
                "write `length {least}` ({} bits) to `length {most}` ({} bits), beside the prefix",
                codes::entropy_bits(least),
                codes::entropy_bits(most)
            )));
            sound = false;
        }
        let length = u8::try_from(length).ok()?;
        sound.then(|| Mint { prefix: prefix.text.clone(), length })
    }

    /// Names that are one code: nobody could say which of them is meant.
    fn same_codes(&mut self) {
        let mut known: BTreeMap<String, CouponIndex> = BTreeMap::new();
        let mut same = Vec::new();
        for (index, coupon) in self.coupons.iter().enumerate() {
            let code = codes::normalise(&coupon.name);
            match known.get(&code).and_then(|first| self.coupons.get(*first)) {
                Some(first) => same.push((coupon.name.clone(), coupon.span, first.name.clone(), first.span, code)),
                None => {
                    known.insert(code, index);
                }
            }
        }
        for (name, span, first, declared_at, code) in same {
            self.report(
                Diagnostic::new(Code::SameCode, span, format!("`{name}` and `{first}` are the same code, `{code}`"))
                    .label(declared_at, format!("`{first}` is declared here"))
                    .help("capitals, `_`, `-` and blanks make no difference when a code is typed: choose another name"),
            );
        }
    }

    fn budget(&mut self, amount: &'a tree::Expr, mode: Option<BudgetMode>, span: Span) -> Option<Budget> {
        let (amount, expr) = self.positive(amount, "a budget")?;
        let wallet = match &expr.ty {
            Type::Money(currency) if Some(*currency) == self.settings.currency => Some(None),
            Type::Amount(wallet) => Some(Some(*wallet)),
            _ => None,
        };
        if let Some(wallet) = wallet {
            return Some(Budget { amount, wallet, mode: mode.unwrap_or(BudgetMode::Partial), span });
        }
        let found = self.describe(&expr.ty);
        let diagnostic = Diagnostic::new(
            Code::BudgetUnit,
            expr.span,
            format!("a budget is money of the program or points, and this is {found}"),
        );
        let diagnostic = self.with_unit(diagnostic, &expr.ty);
        self.report(
            diagnostic.help(
            "it is what all discounts of the coupon together may come to, as in `budget 5_000 EUR`, or all points that it \
             gives, as in `budget 100_000 points`",
        ));
        None
    }

    /// Budgets that nothing is counted against: of points that the coupon does not give, or of money where it takes none off.
    pub(super) fn budgets(&mut self, rules: &[Rule]) {
        let mut idle = Vec::new();
        for (index, coupon) in self.coupons.iter().enumerate() {
            let budgets = coupon.versions.iter().filter_map(|form| Some((&form.value, form.value.budget.as_ref()?)));
            for (form, budget) in budgets {
                match budget.wallet {
                    None if form.effects => idle.push((budget.span, coupon.name.clone(), None)),
                    Some(wallet) if !self.earns(rules, index, wallet) => {
                        idle.push((budget.span, coupon.name.clone(), Some(wallet)));
                    }
                    _ => {}
                }
            }
        }
        for (span, name, wallet) in idle {
            let (what, help) = match wallet.and_then(|wallet| self.wallets.get(wallet)) {
                Some(Wallet { name: unit, .. }) => (
                    format!("`{name}` gives no {unit}"),
                    format!("let the coupon give some, as in `give {{ earn 100 {unit} }}`, or leave the budget out"),
                ),
                None => (
                    format!("`{name}` takes nothing off"),
                    "write it in the points that it gives, as in `budget 100_000 points`".to_owned(),
                ),
            };
            self.report(
                Diagnostic::new(Code::IdleBudget, span, format!("{what}, so that nothing uses its budget up"))
                    .help(help),
            );
        }
    }

    /// Whether a coupon gives points of a wallet.
    fn earns(&self, rules: &[Rule], coupon: CouponIndex, wallet: WalletIndex) -> bool {
        let name = self.coupons.get(coupon).map(|coupon| coupon.name.as_str());
        let is_own = |held: &Held| held.keyword == "coupon" && Some(held.name.as_str()) == name;
        let own = rules.iter().filter(|rule| rule.held.as_ref().is_some_and(is_own));
        let mut effects = own.flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
        effects.any(|effect| match &effect.kind {
            EffectKind::Earn { wallet: own, .. } => *own == wallet,
            EffectKind::Multiply { rules: named, .. } => {
                let of = named.iter().filter_map(|rule| rules.get(*rule));
                let mut earned = of.flat_map(|rule| &rule.versions).flat_map(|form| &form.value.effects);
                earned.any(|effect| matches!(&effect.kind, EffectKind::Earn { wallet: own, .. } if *own == wallet))
            }
            _ => false,
        })
    }

    /// `issue FREEPASTRY code … until …`
    pub(super) fn issue(
        &mut self,
        coupon: &Name,
        code: Option<&'a tree::Expr>,
        end: Option<&'a engagement::IssueEnd>,
        scope: &Scope,
    ) -> Option<EffectKind> {
        if let Some(dealt) = self.deal(coupon, code.is_none() && end.is_none()) {
            return dealt;
        }
        let index = self.coupon(coupon);
        let code = code.map(|code| self.issue_text(code, scope));
        let end = match end {
            None => None,
            Some(engagement::IssueEnd::Lasts(lasts)) => Some(self.lasts(lasts).map(IssueEnd::Lasts)),
            Some(engagement::IssueEnd::Until(day)) => Some(self.last_day(day, scope).map(IssueEnd::Until)),
        };
        let index = index?;
        // It is known which coupon was meant, whatever else is wrong.
        self.coupons_issued.insert(index);
        let declared = self.coupons.get(index).map(|coupon| (coupon.kind, coupon.span));
        if let Some((kind, declared_at)) = declared
            && kind != CouponKind::Issued
        {
            self.report(
                Diagnostic::new(
                    Code::NotIssued,
                    coupon.span,
                    format!("`{}` is not a coupon that is issued", coupon.text),
                )
                .label(declared_at, "declared here")
                .help(format!("write `coupon {} issued` where it is declared", coupon.text)),
            );
            return None;
        }
        let code = match code {
            Some(code) => Some(code?),
            None => None,
        };
        let end = match end {
            Some(end) => Some(end?),
            None => None,
        };
        Some(EffectKind::Issue { coupon: index, code, end })
    }

    fn issue_text(&mut self, code: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        let code = self.expression(code, scope)?;
        self.hold(code, &Type::Text, "the code of a coupon")
    }

    /// A day, or the day of an instant.
    fn last_day(&mut self, day: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        let day = self.expression(day, scope)?;
        if day.ty == Type::Instant {
            let span = day.span;
            let part = ExprKind::Part(super::model::DatePart::Date, Box::new(day));
            return Some(Expr { kind: part, ty: Type::Date, span });
        }
        self.hold(day, &Type::Date, "the last day of a coupon")
    }

    /// The coupon of that name.
    pub(super) fn coupon(&mut self, name: &Name) -> Option<CouponIndex> {
        match self.names.values.get(name.text.as_str()).copied() {
            Some(Value::Coupon(coupon)) => Some(coupon),
            _ => {
                let known: Vec<String> = if self.may_suggest() {
                    self.coupons.iter().map(|coupon| coupon.name.clone()).collect()
                } else {
                    Vec::new()
                };
                self.unknown(Code::UnknownCoupon, name.span, "coupon", &name.text, known.iter().map(String::as_str));
                None
            }
        }
    }

    /// Coupons that nobody can come by.
    pub(super) fn lint_coupons(&mut self) {
        let lost = self
            .coupons
            .iter()
            .enumerate()
            .filter(|(index, coupon)| coupon.kind == CouponKind::Issued && !self.coupons_issued.contains(index));
        let lost: Vec<(Span, String)> = lost.map(|(_, coupon)| (coupon.span, coupon.name.clone())).collect();
        for (span, name) in lost {
            self.report(
                Diagnostic::new(Code::NeverIssued, span, format!("no rule issues the coupon `{name}`")).help(format!(
                    "let a rule do so, as in `issue {name}`; if staff do it by the event `issue`, let a test do it so: `on issue {{ coupon \"{name}\" }}`"
                )),
            );
        }
    }
}
