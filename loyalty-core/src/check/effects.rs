//! What a rule does.

use rust_decimal::Decimal;

use super::Checker;
use super::expression::{Scope, constant};
use super::model::{EffectKind, Expr, ExprKind, RaiseEnd, RuleIndex, Type, WalletIndex};
use super::names::{Owner, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::engagement::EngagementEffect;
use crate::syntax::tree::{self, Effect, Name};

pub(super) const BUILT_EFFECTS: &str = "this version does `earn`, `multiply`, `spend`, `convert`, `forfeit`, `transfer`, `accept`, `raise`, `redeem`, `tag`, `untag`, `set`, `signal`, `award`, `draw`, `ask`, `opt in`, `issue`, `say` and `refuse`";

/// The standard event that brings the points of another member.
const RECEIVED: &str = "received";

/// The standard event that brings back what the other member did not take.
const SENT_BACK: &str = "sent_back";

impl<'a> Checker<'a> {
    pub(super) fn effect(&mut self, effect: &'a Effect, scope: &Scope, span: Span) -> Option<EffectKind> {
        let earning = scope.earning();
        let earns = matches!(effect, Effect::Earn { .. } | Effect::Multiply { .. });
        let scope = if earns { &earning } else { scope };
        match effect {
            Effect::Earn { amount, to, vest, expire } => {
                let earned = self.earn(amount, to.as_ref(), scope, span);
                let vest = vest.as_ref().map(|vest| self.vest(vest, span));
                let expire = expire.as_ref().map(|expire| self.expire(expire, span, scope));
                let (wallet, amount) = earned?;
                self.earns_a_balance(wallet, &amount, scope.event.is_some());
                self.wallets_filled.insert(wallet);
                Some(EffectKind::Earn { wallet, amount, vest: vest.flatten(), expire: expire.flatten() })
            }
            Effect::Multiply { rules, wallet, by } => {
                let wallet = wallet.as_ref().map(|wallet| self.wallet(wallet));
                // `multiply base by 2 in points`: the wallet stands with what is multiplied.
                if let tree::ExprKind::Binary { operator: tree::Binary::In, left, right } = &by.kind
                    && let tree::ExprKind::Name(name) = &right.kind
                    && matches!(self.names.values.get(name.as_str()), Some(Value::Wallet(_)))
                {
                    let rule = rules.first().map_or("base", |rule| rule.text.as_str());
                    let text = "the wallet stands before the factor";
                    self.report(
                        Diagnostic::new(Code::BadMultiply, left.span.to(right.span), text)
                            .help(format!("write `multiply {rule} in {name} by …`")),
                    );
                    return None;
                }
                let named: Vec<Option<RuleIndex>> = rules.iter().map(|rule| self.rule(rule)).collect();
                if let tree::ExprKind::Percent(percent) = by.kind
                    && percent < Decimal::ONE_HUNDRED
                {
                    let (left, more) = (percent.normalize(), (percent + Decimal::ONE_HUNDRED).normalize());
                    self.report(
                        Diagnostic::new(
                            Code::PercentLeft,
                            by.span,
                            format!("this leaves {left}% of what the rule earns"),
                        )
                        .help(format!("{left}% more is `by {more}%`; a part of it is written as a number")),
                    );
                }
                let by = self.expression(by, scope)?;
                if !matches!(by.ty, Type::Number | Type::Percent) {
                    self.wrong_type(&by, "a multiplier is a number or a percent");
                    return None;
                }
                self.benefit_leaves_less(&by);
                let mut rules: Vec<RuleIndex> = named.into_iter().collect::<Option<_>>()?;
                rules.arrange();
                rules.dedup();
                let wallet = match wallet {
                    Some(wallet) => Some(wallet?),
                    None => None,
                };
                Some(EffectKind::Multiply { rules, wallet, by })
            }
            Effect::Spend { amount, up_to, from } => {
                let amount = self.expression(amount, scope);
                let wallet = match &amount {
                    Some(amount) => self.wallet_for(&amount.ty.clone(), amount.span, from.as_ref(), "from"),
                    None => from.as_ref().and_then(|from| self.wallet(from)),
                };
                let (wallet, amount) = (wallet?, amount?);
                self.in_units(wallet, &amount, "what is spent")?;
                Some(EffectKind::Spend { wallet, amount, up_to: *up_to })
            }
            Effect::Transfer { amount, from, to, fresh, at_least } => {
                let amount = self.expression(amount, scope);
                let wallet = match &amount {
                    Some(amount) => self.wallet_for(&amount.ty.clone(), amount.span, from.as_ref(), "from"),
                    None => from.as_ref().and_then(|from| self.wallet(from)),
                };
                let to = self.text(to, scope, "`transfer … to`");
                let at_least = self.length_if(at_least.as_ref())?;
                // What is sent may be received.
                self.wallets_filled.extend(wallet);
                let on = scope.event.and_then(|event| self.events.get(event));
                if on.is_some_and(|event| [RECEIVED, SENT_BACK].contains(&event.name.as_str())) {
                    self.report(
                        Diagnostic::new(Code::TransferEvent, span, "points on their way set off no further transfer")
                            .help("two members could send the same points to and fro for ever; transfer on an event of the member's own"),
                    );
                    return None;
                }
                if on.is_none() {
                    self.report(
                        Diagnostic::new(Code::TransferEvent, span, "only a rule on an event can transfer points")
                            .help("write `on` and an event in the head of the rule: points that are not taken come back to it"),
                    );
                    return None;
                }
                let (wallet, amount, to) = (wallet?, amount?, to?);
                self.in_units(wallet, &amount, "what is sent")?;
                Some(EffectKind::Transfer { wallet, amount, to, fresh: *fresh, at_least })
            }
            Effect::Accept(name) => {
                let wallet = self.wallet(name);
                let on = scope.event.and_then(|event| self.events.get(event));
                if on.is_some_and(|event| event.name == RECEIVED) {
                    return Some(EffectKind::Accept { wallet: wallet? });
                }
                self.report(
                    Diagnostic::new(Code::TransferEvent, span, "only a rule on `received` can accept points")
                        .help("write `on received` in the head of the rule; other events bring no points of members"),
                );
                None
            }
            Effect::Tag(tag) => {
                let tag = self.text(tag, scope, "`tag`")?;
                self.tags.given(&tag);
                Some(EffectKind::Tag(tag))
            }
            Effect::Untag(tag) => {
                let tag = self.text(tag, scope, "`untag`")?;
                self.tags.asked(&tag);
                Some(EffectKind::Untag(tag))
            }
            Effect::Set { field, value } => {
                let index = self.names.fields.get(&(Owner::Member, field.text.as_str())).copied();
                let value = self.expression(value, scope);
                let Some(index) = index else {
                    let known: Vec<&str> = self.names.fields_of(Owner::Member).collect();
                    let diagnostic = Diagnostic::new(
                        Code::UnknownField,
                        field.span,
                        format!("the member has no attribute `{}`", field.text),
                    )
                    .help("attributes are declared in `member { … }`");
                    self.suggest(diagnostic, &field.text, known);
                    return None;
                };
                let wanted = self.member.get(index)?.ty.clone();
                let value = self.hold(value?, &wanted, &format!("`member.{}`", field.text))?;
                Some(EffectKind::Set { field: index, value })
            }
            Effect::Signal { name, to } => {
                let to = self.text(to, scope, "`signal … to`")?;
                Some(EffectKind::Signal { name: name.text.clone(), to })
            }
            Effect::Refuse(label) => self.refuse(label, scope, span).map(EffectKind::Refuse),
            Effect::Convert { each, amount, from, to, into } => {
                self.convert(*each, (amount, from.as_ref()), (to, into.as_ref()), scope)
            }
            Effect::Forfeit { amount, from } => {
                let amount = self.expression(amount, scope);
                let wallet = match &amount {
                    Some(amount) => match self.wallet_read(amount).filter(|_| from.is_none()) {
                        Some(wallet) => Some(wallet),
                        None => self.wallet_for(&amount.ty.clone(), amount.span, from.as_ref(), "from"),
                    },
                    None => from.as_ref().and_then(|from| self.wallet(from)),
                };
                let (wallet, amount) = (wallet?, amount?);
                self.in_units(wallet, &amount, "what is forfeited")?;
                Some(EffectKind::Forfeit { wallet, amount })
            }
            Effect::Raise { ladder, level, end } => {
                let ladder = self.ladder(ladder)?;
                let level = self.level(ladder, level)?;
                let end = match end {
                    None => None,
                    Some(tree::RaiseEnd::For(duration)) => Some(RaiseEnd::For(self.length(duration)?)),
                    Some(tree::RaiseEnd::ForToEnd { length, of }) => {
                        Some(RaiseEnd::ForToEnd { length: self.length(length)?, of: *of })
                    }
                    Some(tree::RaiseEnd::Until(date)) => Some(RaiseEnd::Until(*date)),
                    Some(tree::RaiseEnd::ToEnd(end)) => Some(RaiseEnd::ToEnd(*end)),
                };
                Some(EffectKind::Raise { ladder, level, end })
            }
            Effect::Engagement(EngagementEffect::Issue { coupon, code, end }) => {
                self.issue(coupon, code.as_ref(), end.as_ref(), scope)
            }
            Effect::Engagement(EngagementEffect::Redeem(name)) => {
                self.redeemed(name, scope, span).map(|reward| EffectKind::Redeem { reward, each: false })
            }
            Effect::Engagement(EngagementEffect::RedeemEach(name)) => {
                let reward = self.redeemed(name, scope, span)?;
                self.priced_each(reward, span)?;
                Some(EffectKind::Redeem { reward, each: true })
            }
            Effect::Engagement(EngagementEffect::Consent(name) | EngagementEffect::Withdraw(name)) => {
                self.consents_used = true;
                self.consents_noted.push((name.text.clone(), name.span));
                let given = matches!(effect, Effect::Engagement(EngagementEffect::Consent(_)));
                Some(EffectKind::Consent { category: name.text.clone(), given })
            }
            Effect::Engagement(EngagementEffect::Say(name)) => self.say(name, scope).map(EffectKind::Say),
            Effect::Engagement(EngagementEffect::Draw(wheel)) => self.draw(wheel),
            Effect::Engagement(EngagementEffect::Ask(name)) => self.ask(name, scope),
            Effect::Engagement(EngagementEffect::OptIn(name)) => self.opted_into(name),
            Effect::Engagement(EngagementEffect::Award { badge, level }) => self.award(badge, level.as_ref()),
        }
    }

    /// Warns of a factor that is what each level adds, in percent, and not what there is with it.
    fn benefit_leaves_less(&mut self, by: &Expr) {
        let ExprKind::Benefit(ladder, benefit) = by.kind else { return };
        let Some(ladder) = self.ladders.get(ladder).filter(|_| by.ty == Type::Percent) else { return };
        let levels = ladder.versions.iter().flat_map(|form| &form.value.levels);
        let values: Option<Vec<Decimal>> = levels.map(|level| constant(level.benefits.get(benefit)?)).collect();
        let most = values.and_then(|values| values.into_iter().max()).filter(|most| *most < Decimal::ONE);
        let (Some(most), Some(name)) = (most, ladder.benefits.get(benefit)) else { return };
        let text =
            format!("this leaves {}% of what the rule earns, or less", (most * Decimal::ONE_HUNDRED).normalize());
        let help =
            format!("so much more is `by 100% + {}.{}`; a part of it is written as a number", ladder.name, name.name);
        self.report(Diagnostic::new(Code::PercentLeft, by.span, text).help(help));
    }

    fn convert(
        &mut self,
        each: bool,
        (amount, from): (&'a tree::Expr, Option<&Name>),
        (to, into): (&'a tree::Expr, Option<&Name>),
        scope: &Scope,
    ) -> Option<EffectKind> {
        let (takes, gives) = if each {
            let takes = self.positive(amount, "what is converted each time").map(|(_, expr)| expr);
            (takes, self.positive(to, "what it is converted to").map(|(_, expr)| expr))
        } else {
            (self.expression(amount, scope), self.expression(to, scope))
        };
        let (takes, gives) = (takes?, gives?);
        let place = gives.span;
        let taken = match takes.ty {
            Type::Amount(wallet) => Some(wallet),
            _ => from.and_then(|from| match self.names.values.get(from.text.as_str()) {
                Some(Value::Wallet(wallet)) => Some(*wallet),
                _ => None,
            }),
        };
        if self.converts_to_a_balance(taken, &gives) {
            return None;
        }
        let from = self.wallet_meant(&takes.ty.clone(), takes.span, from, "from");
        let to = self.wallet_meant(&gives.ty.clone(), place, into, "into");
        let (from, to) = (from?, to?);
        if from == to {
            self.report(
                Diagnostic::new(Code::WrongWallet, place, "a wallet cannot be converted into itself")
                    .help("name another wallet after `to`"),
            );
            return None;
        }
        // What it gives is rounded down together, however often there was enough.
        self.in_units(from, &takes, "what is converted")?;
        self.wallets_filled.insert(to);
        Some(EffectKind::Convert { from, takes, to, gives, each })
    }

    /// An amount that stands as a number is one that the wallet counts: taking parts of one would take a whole one.
    pub(super) fn in_units(&mut self, wallet: WalletIndex, amount: &super::model::Expr, what: &str) -> Option<()> {
        match constant(amount) {
            Some(value) if !self.no_finer(wallet, value, amount.span, what) => None,
            _ => Some(()),
        }
    }

    fn text(&mut self, expr: &'a tree::Expr, scope: &Scope, place: &str) -> Option<super::model::Expr> {
        let expr = self.expression(expr, scope)?;
        self.hold(expr, &Type::Text, place)
    }

    /// The wallet for an amount of that type; a currency that one wallet alone holds says which one is meant.
    pub(super) fn wallet_meant(
        &mut self,
        ty: &Type,
        span: Span,
        named: Option<&Name>,
        word: &str,
    ) -> Option<WalletIndex> {
        let holding: Vec<WalletIndex> = (0..self.wallets.len()).filter(|wallet| self.unit_of(*wallet) == *ty).collect();
        match (named, holding.as_slice()) {
            (None, [wallet]) => Some(*wallet),
            _ => self.wallet_for(ty, span, named, word),
        }
    }

    /// The one wallet that an amount is a part of: `forfeit 10% of credit` takes money of `credit`.
    fn wallet_read(&self, amount: &Expr) -> Option<WalletIndex> {
        let mut read = Vec::new();
        amount.walk(&mut |part| {
            if let ExprKind::Wallet(wallet, _) = part.kind {
                read.push(wallet);
            }
        });
        read.dedup();
        match read.as_slice() {
            [wallet] if self.unit_of(*wallet) == amount.ty => Some(*wallet),
            _ => None,
        }
    }

    /// How an amount of that type gets into that wallet, which counts something else.
    fn apart(&self, ty: &Type, wallet: WalletIndex) -> String {
        match (ty, self.unit_of(wallet)) {
            (Type::Number, Type::Money(currency)) => {
                format!("a number of money says its currency: `5 {0}`, or `1 {0} * x`", currency.as_str())
            }
            (Type::Money(_), Type::Amount(_)) => {
                format!("points come of money by a rate: {}", self.rate_of(ty, Some(wallet)))
            }
            (Type::Amount(from), Type::Amount(_)) => {
                let name = |wallet: WalletIndex| self.wallets.get(wallet).map_or("", |wallet| &*wallet.name);
                let (from, to) = (name(*from), name(wallet));
                format!(
                    "points are earned by those of another wallet at a rate, `1 {to} per 1 {from} of x`, and become them by `convert each 50 {from} to 10 {to}`"
                )
            }
            _ => "one wallet's points become another's by `convert each 50 points to 10 stars`".to_owned(),
        }
    }

    /// A rate of that money in the units of that wallet, as it is written.
    fn rate_of(&self, money: &Type, wallet: Option<WalletIndex>) -> String {
        let wallet = wallet.and_then(|wallet| self.wallets.get(wallet));
        let points = wallet.map_or("points", |wallet| &*wallet.name);
        let currency = match money {
            Type::Money(currency) => currency.as_str(),
            _ => "EUR",
        };
        format!("`1 {points} per 1 {currency} of x`")
    }

    /// The wallet for an amount of that type, named by the amount itself or after `to` or `from`.
    pub(super) fn wallet_for(
        &mut self,
        ty: &Type,
        span: Span,
        named: Option<&Name>,
        word: &str,
    ) -> Option<WalletIndex> {
        let named = match named {
            Some(name) => Some((self.wallet(name)?, name.span)),
            None => None,
        };
        match (ty, named) {
            (Type::Amount(wallet), None) => Some(*wallet),
            (Type::Amount(_) | Type::Money(_), Some((wallet, _))) if self.unit_of(wallet) == *ty => Some(wallet),
            (Type::Number, Some((wallet, _))) if matches!(self.unit_of(wallet), Type::Amount(_)) => Some(wallet),
            (Type::Number | Type::Amount(_) | Type::Money(_), Some((wallet, place))) => {
                let (found, wanted) = (self.describe(ty), self.describe(&self.unit_of(wallet)));
                let diagnostic = Diagnostic::new(
                    Code::MixedUnits,
                    span,
                    format!("{found} cannot go {word} a wallet that counts {wanted}"),
                )
                .at(format!("this is {found}"))
                .label(place, format!("this counts {wanted}"));
                let diagnostic = self.with_unit(diagnostic, ty);
                let diagnostic = self.with_unit(diagnostic, &Type::Amount(wallet));
                let help = self.apart(ty, wallet);
                self.report(diagnostic.help(help));
                None
            }
            (Type::Number | Type::Money(_), None) => {
                let found = self.describe(ty);
                let fitting: Vec<String> = self
                    .wallets
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| {
                        self.unit_of(*index) == *ty
                            || *ty == Type::Number && self.unit_of(*index) == Type::Amount(*index)
                    })
                    .map(|(_, wallet)| wallet.name.clone())
                    .take(3)
                    .collect();
                let mut diagnostic = Diagnostic::new(
                    Code::WrongWallet,
                    span,
                    format!("this is {found}, and nothing says which wallet it goes {word}"),
                );
                diagnostic = self.with_unit(diagnostic, ty);
                diagnostic = match fitting.first() {
                    Some(wallet) => diagnostic.help(format!("write `{word} {wallet}` after it")),
                    None => {
                        let points =
                            (0..self.wallets.len()).find(|wallet| matches!(self.unit_of(*wallet), Type::Amount(_)));
                        let rate = self.rate_of(ty, points);
                        diagnostic.help(format!("no wallet holds this money; points come of money by a rate: {rate}"))
                    }
                };
                self.report(diagnostic.candidates(fitting));
                None
            }
            _ => {
                let found = self.describe(ty);
                let message = format!("an amount is needed here, and this is {found}");
                let mut diagnostic = Diagnostic::new(Code::WrongType, span, message);
                if *ty == Type::Percent {
                    diagnostic = diagnostic.help("say of what: `5% of order.subtotal`");
                }
                self.report(diagnostic);
                None
            }
        }
    }
}
