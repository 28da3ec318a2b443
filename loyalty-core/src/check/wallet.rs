//! Wallets: what they hold, and every policy of theirs with its default.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

use super::Checker;
use super::clauses::{Holder, InForce};
use super::expression::Scope;
use super::model::{
    Activity, Cap, CapMode, Clawback, Expire, ExpireRule, Length, Most, Multipliers, PolicySpans, Restore, RoundMode,
    RoundScope, SpendOrder, TimeUnit, Type, Versioned, Vest, Wallet, WalletIndex, WalletPolicy,
};
use super::names::{Declared, Owner};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, Name};
use crate::syntax::wallet as written;

const DECIMALS_MAX: u32 = 6;

/// What holds where a wallet says nothing.
impl Default for WalletPolicy {
    fn default() -> Self {
        Self {
            round: RoundMode::Down,
            scope: RoundScope::PerOrder,
            multipliers: Multipliers::Add,
            vest: Vest::AtOnce,
            expire: Vec::new(),
            spend: SpendOrder::SoonestExpiring,
            clawback: Clawback::WithinBalance,
            restore: Restore::Original { at_least: Some(Length { count: 30, unit: TimeUnit::Day }) },
            restore_full_only: false,
            hold_at_most: None,
            caps: Vec::new(),
            cap_mode: CapMode::Truncate,
            spans: PolicySpans::default(),
        }
    }
}

impl<'a> Checker<'a> {
    /// What each wallet holds, which is needed before anything can be counted in it.
    pub(super) fn wallet_heads(&mut self, declared: &Declared<'a>) {
        for (name, clauses) in &declared.wallets {
            let mut wallet = Wallet {
                name: name.text.clone(),
                holds: None,
                tender: None,
                decimals: 0,
                versions: Vec::new(),
                span: name.span,
            };
            let mut tender = None;
            let mut decimals = None;
            for clause in *clauses {
                match &clause.kind {
                    ClauseKind::Holds(currency) => wallet.holds = self.currency(currency),
                    ClauseKind::Tender(kind) => {
                        wallet.tender = Some(kind.as_ref().map_or_else(|| name.text.clone(), |kind| kind.text.clone()));
                        tender = Some(clause.span);
                    }
                    ClauseKind::Decimals(digits) => decimals = Some((*digits, clause.span)),
                    _ => {}
                }
            }
            if let Some(currency) = wallet.holds {
                wallet.decimals = u32::from(currency.minor);
            }
            if let Some((digits, span)) = decimals {
                if digits > DECIMALS_MAX {
                    self.report(
                        Diagnostic::new(
                            Code::OutOfRange,
                            span,
                            format!("a wallet keeps at most {DECIMALS_MAX} decimals"),
                        )
                        .help("write as many as members are shown, such as `decimals 2`"),
                    );
                } else if let Some(currency) = wallet.holds {
                    self.report(
                        Diagnostic::new(
                            Code::ClauseNotAllowed,
                            span,
                            format!("`{}` itself says how many decimals the wallet has", currency.as_str()),
                        )
                        .help("leave `decimals` out of a wallet that holds money"),
                    );
                } else {
                    wallet.decimals = digits;
                }
            }
            self.tender(&wallet, tender);
            self.wallets.push(wallet);
        }
    }

    /// That a tender is money, and the only one of its kind.
    fn tender(&mut self, wallet: &Wallet, span: Option<Span>) {
        let (Some(kind), Some(span)) = (&wallet.tender, span) else { return };
        if wallet.holds.is_none() {
            self.report(
                Diagnostic::new(
                    Code::NoTender,
                    span,
                    format!("`{}` holds points, and an order is paid with money", wallet.name),
                )
                .help("write `holds EUR` in the wallet, or let a reward pay, `cost 100 points per 1 EUR`"),
            );
        }
        let same = self.wallets.iter().find(|known| known.tender.as_ref() == Some(kind)).map(|known| known.span);
        if let Some(same) = same {
            self.report(
                Diagnostic::new(Code::NoTender, span, format!("two wallets are paid from by the tender `{kind}`"))
                    .label(same, "the other one")
                    .help("give each its own kind, as in `tender \"gift_card\"`"),
            );
        }
    }

    pub(super) fn wallets(&mut self, declared: &Declared<'a>) {
        for (index, (_, clauses)) in declared.wallets.iter().enumerate() {
            let forms = self.in_force(Holder::Wallet, clauses);
            let versions =
                forms.iter().map(|form| Versioned { from: form.from, value: self.policy(index, form) }).collect();
            if let Some(wallet) = self.wallets.get_mut(index) {
                wallet.versions = versions;
            }
        }
    }

    fn policy(&mut self, wallet: WalletIndex, form: &InForce<'a>) -> WalletPolicy {
        let mut policy = WalletPolicy::default();
        let mut mode = None;
        for clause in &form.clauses {
            match &clause.kind {
                ClauseKind::Round { mode, scope } => {
                    policy.round = mode.unwrap_or(policy.round);
                    policy.scope = scope.unwrap_or(policy.scope);
                    policy.spans.round = Some(clause.span);
                }
                ClauseKind::Multipliers(multipliers) => {
                    policy.multipliers = *multipliers;
                    policy.spans.multipliers = Some(clause.span);
                }
                ClauseKind::Vest(vest) => {
                    policy.vest = self.vest(vest, clause.span).unwrap_or(Vest::AtOnce);
                    policy.spans.vest = Some(clause.span);
                }
                ClauseKind::Expire { form, when } => {
                    // A day that may be missing leaves it to the next.
                    let decides = |rule: &ExpireRule| rule.when.is_none() && !matches!(rule.form, Expire::Told(_));
                    if policy.expire.last().is_some_and(decides) {
                        self.report(
                            Diagnostic::new(
                                Code::DuplicateClause,
                                clause.span,
                                "an earlier `expire` holds for every lot",
                            )
                            .help("let only the last `expire` stand without `when`"),
                        );
                    }
                    let scope = Scope::member("a wallet's clause");
                    let when = when.as_ref().map(|when| self.condition(when, &scope, "`when`"));
                    if let (Some(form), None | Some(Some(_))) = (self.expire(form, clause.span, &scope), &when) {
                        policy.expire.push(ExpireRule { form, when: when.flatten() });
                        policy.spans.expire.push(clause.span);
                    }
                }
                ClauseKind::SpendOrder(order) => policy.spend = *order,
                ClauseKind::Clawback(clawback) => {
                    policy.clawback = *clawback;
                    policy.spans.clawback = Some(clause.span);
                }
                ClauseKind::Restore { form, full_only } => {
                    policy.restore_full_only = *full_only;
                    policy.spans.restore = Some(clause.span);
                    policy.restore = match form {
                        written::Restore::Original { at_least } => {
                            Restore::Original { at_least: self.length_if(at_least.as_ref()).flatten() }
                        }
                        written::Restore::Fresh => Restore::Fresh,
                        written::Restore::Never => Restore::Never,
                    };
                }
                ClauseKind::HoldAtMost(amount) => {
                    policy.spans.hold_at_most = Some(clause.span);
                    policy.hold_at_most =
                        self.positive(amount, "what a wallet holds at most").and_then(|(value, amount)| {
                            let (wanted, span) = (self.unit_of(wallet), amount.span);
                            self.hold(amount, &wanted, "`hold at most`")?;
                            self.no_finer(wallet, value, span, "what a wallet holds at most").then_some(value)
                        });
                }
                ClauseKind::Cap { caps, mode: written } => {
                    self.cap_mode(&mut mode, *written, clause.span);
                    for (cap, ty, span) in self.caps(caps) {
                        let wanted = self.unit_of(wallet);
                        // Of its figure the unit alone is asked.
                        let probe = super::model::Expr { kind: super::model::ExprKind::Number(Decimal::ONE), ty, span };
                        let finer = |checker: &mut Self| match cap.amount {
                            Most::Fixed(amount) => !checker.no_finer(wallet, amount, span, "the cap of a wallet"),
                            Most::Told(_) => false,
                        };
                        if self.hold(probe, &wanted, "the cap").is_some() && !finer(self) {
                            policy.caps.push(cap);
                            self.one_cap_each(&policy.caps);
                        }
                    }
                }
                _ => {}
            }
        }
        policy.cap_mode = mode.unwrap_or(CapMode::Truncate);
        self.rejects_too(&form.clauses);
        policy
    }

    /// That a wallet counts in parts as small as an amount is: what would be left in it is no amount of the wallet's else.
    pub(super) fn no_finer(&mut self, wallet: WalletIndex, value: Decimal, span: Span, what: &str) -> bool {
        let Some(wallet) = self.wallets.get(wallet) else { return true };
        let decimals = wallet.decimals;
        if value.normalize().scale() <= decimals {
            return true;
        }
        let unit = wallet.holds.as_ref().map_or(wallet.name.as_str(), |currency| currency.as_str());
        let counts = match decimals {
            0 => "counts no parts of one".to_owned(),
            1 => "counts one decimal".to_owned(),
            _ => format!("counts {decimals} decimals"),
        };
        let amount = |strategy| format!("`{} {unit}`", value.round_dp_with_strategy(decimals, strategy));
        let (less, more) = (RoundingStrategy::ToZero, RoundingStrategy::AwayFromZero);
        let help = match value.round_dp_with_strategy(decimals, less).is_zero() {
            true => format!("the least is {}", amount(more)),
            false => format!("the nearest are {} and {}", amount(less), amount(more)),
        };
        let message = format!("{what} is {}, and `{}` {counts}", value.normalize(), wallet.name);
        self.report(Diagnostic::new(Code::OutOfRange, span, message).help(help));
        false
    }

    /// The type in which a wallet counts.
    pub(super) fn unit_of(&self, wallet: WalletIndex) -> Type {
        self.wallets.get(wallet).and_then(|wallet| wallet.holds).map_or(Type::Amount(wallet), Type::Money)
    }

    pub(super) fn vest(&mut self, vest: &written::Vest, span: Span) -> Option<Vest> {
        Some(match vest {
            written::Vest::AtOnce => Vest::AtOnce,
            written::Vest::After(duration) => Vest::After(self.length(duration)?),
            written::Vest::At(date) => Vest::At(*date),
            written::Vest::EndOf { of, after } => Vest::EndOf { of: *of, after: self.length_if(after.as_ref())? },
            written::Vest::OnDay { month, day, after, next_year } => {
                let after = self.length_if(after.as_ref());
                self.every_year(*month, *day, span)?;
                Vest::OnDay { month: *month, day: *day, after: after?, next_year: *next_year }
            }
            written::Vest::OnDayOfNextMonth { day } => Vest::OnDayOfNextMonth { day: self.every_month(*day, span)? },
            written::Vest::On { event, within } => {
                let (index, within) = (self.event(event), self.length(within));
                let (index, within) = (index?, within?);
                let owner = Owner::Event(index);
                let field =
                    self.names.fields.get(&(owner, "order")).and_then(|field| self.fields_of(owner).get(*field));
                if field.is_none_or(|field| field.ty != Type::Text) {
                    self.report(
                        Diagnostic::new(Code::VestEvent, event.span, format!("`{}` does not say which order it is about", event.text))
                            .help(format!("points wait for an event with a field `order text`, as `delivered` has it: `event {} {{ order text }}`", event.text)),
                    );
                    return None;
                }
                Vest::On { event: index, within }
            }
        })
    }

    pub(super) fn expire(&mut self, expire: &'a written::Expire, span: Span, scope: &Scope) -> Option<Expire> {
        Some(match expire {
            written::Expire::Never => Expire::Never,
            written::Expire::After { duration, start } => {
                Expire::After { duration: self.length(duration)?, start: *start }
            }
            written::Expire::EndOf { of, after } => Expire::EndOf { of: *of, after: self.length_if(after.as_ref())? },
            written::Expire::OnDay { month, day, after, next_year } => {
                let after = self.length_if(after.as_ref());
                self.every_year(*month, *day, span)?;
                Expire::OnDay { month: *month, day: *day, after: after?, next_year: *next_year }
            }
            written::Expire::OnDayOfNextMonth { day } => {
                Expire::OnDayOfNextMonth { day: self.every_month(*day, span)? }
            }
            written::Expire::Inactivity { duration, without } => {
                let duration = self.length(duration);
                let without = match without {
                    written::Activity::Earning => Activity::Earning,
                    written::Activity::Any => Activity::Any,
                    written::Activity::Events(names) => {
                        let events: Vec<Option<usize>> = names.iter().map(|name| self.event(name)).collect();
                        Activity::Events(events.into_iter().collect::<Option<_>>()?)
                    }
                };
                Expire::Inactivity { duration: duration?, without }
            }
            written::Expire::At(date) => Expire::At(*date),
            written::Expire::Told(day) => {
                let day = self.expression(day, scope)?;
                Expire::Told(Box::new(self.hold(day, &Type::Date, "`expire at`")?))
            }
        })
    }

    /// That every year has a day.
    /// A day that months have, if not all of them.
    fn every_month(&mut self, day: u32, span: Span) -> Option<u32> {
        if (1..=31).contains(&day) {
            return Some(day);
        }
        self.report(Diagnostic::new(Code::NoSuchDay, span, "no month has this day").help("months have 28 to 31 days"));
        None
    }

    pub(super) fn every_year(&mut self, month: u32, day: u32, span: Span) -> Option<()> {
        // A common year has no other days than all have.
        if NaiveDate::from_ymd_opt(2027, month, day).is_some() {
            return Some(());
        }
        let leap = NaiveDate::from_ymd_opt(2028, month, day).is_some();
        let help = if leap { "write `28 february`, or `end of month`" } else { "months have 28 to 31 days" };
        self.report(Diagnostic::new(Code::NoSuchDay, span, "not every year has this day").help(help));
        None
    }

    /// The event of that name.
    pub(super) fn event(&mut self, name: &Name) -> Option<usize> {
        let found = self.names.events.get(name.text.as_str()).copied();
        if found.is_none() {
            let known: Vec<&str> = self.names.events.keys().copied().collect();
            let own = || format!("a program may declare its own: `event {} {{ … }}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownEvent, name.span, format!("unknown event `{}`", name.text))
                .help(
                    super::meant::event(&name.text)
                        .map_or_else(|| self.level_reached(&name.text).unwrap_or_else(own), str::to_owned),
                );
            self.suggest(diagnostic, &name.text, known);
        }
        found
    }

    /// What sets a rule off where the name of a level stands in the place of an event.
    fn level_reached(&self, name: &str) -> Option<String> {
        let ladder = self.ladders.iter().find(|ladder| ladder.levels.iter().any(|level| level.name == name))?;
        Some(format!("`{name}` is a level, and is reached so: `on {} reaches {name}`", ladder.name))
    }

    /// The wallet of that name.
    pub(super) fn wallet(&mut self, name: &Name) -> Option<WalletIndex> {
        use super::names::Value;
        if let Some(Value::Wallet(wallet)) = self.names.values.get(name.text.as_str()).copied() {
            return Some(wallet);
        }
        let known: Vec<&str> = self
            .names
            .values
            .iter()
            .filter(|(_, value)| matches!(value, Value::Wallet(_)))
            .map(|(name, _)| *name)
            .collect();
        self.unknown(Code::UnknownWallet, name.span, "wallet", &name.text, known);
        None
    }

    /// Caps with the type of their amounts.
    pub(super) fn caps(&mut self, caps: &'a [tree::Cap]) -> Vec<(Cap, Type, Span)> {
        let mut found = Vec::new();
        for cap in caps {
            let told = self.most(&cap.amount, "a cap");
            let per = self.per(cap.per.as_ref());
            if let (Some((amount, ty, span)), Some(per)) = (told, per) {
                found.push((Cap { amount, per, span: cap.span }, ty, span));
            }
        }
        found
    }

    /// Notes how a cap cuts; two different ways are one too many.
    pub(super) fn cap_mode(&mut self, mode: &mut Option<CapMode>, written: Option<CapMode>, span: Span) {
        let Some(written) = written else { return };
        if mode.is_some_and(|before| before != written) {
            self.report(
                Diagnostic::new(Code::DuplicateClause, span, "these caps both truncate and reject")
                    .help("all caps of a declaration cut in the same way"),
            );
        }
        *mode = Some(written);
    }

    /// Warns of a cap that rejects although another clause says so: each looks as if it spoke of its own caps alone.
    pub(super) fn rejects_too(&mut self, clauses: &[&tree::Clause]) {
        let mode = |clause: &&tree::Clause| match &clause.kind {
            ClauseKind::Cap { mode, .. } => Some((*mode, clause.span)),
            _ => None,
        };
        let caps: Vec<(Option<CapMode>, Span)> = clauses.iter().filter_map(mode).collect();
        let Some((_, says)) = caps.iter().find(|(mode, _)| *mode == Some(CapMode::Reject)).copied() else { return };
        for (_, place) in caps.into_iter().filter(|(mode, _)| mode.is_none()) {
            self.report(
                Diagnostic::new(Code::RejectsToo, place, "this cap rejects, too")
                    .label(says, "for this one says so")
                    .help("all caps of a declaration cut in the same way: write `reject` here as well, or nowhere"),
            );
        }
    }
}
