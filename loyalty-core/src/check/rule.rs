//! Rules and groups: trigger, conditions, limits, caps and effects in every form over time.

use std::collections::BTreeSet;

use chrono::NaiveTime;

use super::Checker;
use super::blocks::Block;
use super::clauses::{Holder, InForce};
use super::expression::{Cause, Scope};
use super::model::{
    Cap, CapMode, DecisionTrigger, Earn, Effect, EffectKind, EventIndex, Expr, ExprKind, Group, GroupForm, Limit,
    Moment, Returns, Rule, RuleForm, RuleIndex, Trigger, Type, Valid, Versioned, WalletIndex,
};
use super::names::{Declared, RuleName};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::gathered;
use crate::source::Span;
use crate::syntax::tree::{self, ClauseKind, LimitScope, Name, ValidPart};

/// The amounts of a form's caps with their types, to be laid on a wallet when all rules are known.
pub(super) type CapTypes = Vec<(Type, Span)>;

/// What rules are until every one of them has been read.
pub(super) struct Draft {
    pub rule: Rule,
    /// Of each form.
    pub cap_types: Vec<CapTypes>,
    /// Without error so far; nothing more is said of the others.
    pub sound: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn rules(&mut self, declared: &Declared<'a>) -> (Vec<Rule>, Vec<Group>) {
        let mut drafts: Vec<Draft> = Vec::with_capacity(declared.rules.len());
        for (name, trigger, clauses) in &declared.rules {
            drafts.push(self.draft(name, trigger, clauses));
        }
        for block in core::mem::take(&mut self.blocks) {
            let order = self.names.events.get("order").copied();
            let uses = match block.moment {
                Moment::Used(coupon) => order.map(|order| (order, coupon)),
                _ => None,
            };
            let draft = self.block(block, uses.map(|(order, _)| order));
            match uses {
                Some((order, coupon)) => drafts.extend(self.with_the_order(draft, order, coupon)),
                None => drafts.push(draft),
            }
        }
        for rule in self.tapped_rules() {
            drafts.push(Draft { rule, cap_types: Vec::new(), sound: true });
        }
        drafts.extend(self.referral_drafts(declared));
        self.otherwise(drafts.iter_mut().map(|draft| &mut draft.rule));
        for index in 0..drafts.len() {
            self.multiplied(&drafts, index);
        }
        self.refusals(&drafts);
        let wallets: Vec<BTreeSet<WalletIndex>> = drafts.iter().map(|draft| wallets_of(draft, &drafts)).collect();
        for (draft, wallets) in drafts.iter_mut().zip(&wallets).filter(|(draft, _)| draft.sound) {
            for (version, types) in draft.rule.versions.iter_mut().zip(&draft.cap_types) {
                version.value.cap_wallet = self.cap_wallet(types, wallets, "rule");
            }
        }
        let groups = declared
            .groups
            .iter()
            .map(|(name, rules, clauses)| self.group(name, rules, clauses, &drafts, &wallets))
            .collect();
        (drafts.into_iter().map(|draft| draft.rule).collect(), groups)
    }

    fn draft(&mut self, name: &Name, trigger: &'a tree::Trigger, clauses: &'a [tree::Clause]) -> Draft {
        let errors = self.errors;
        let (written, trigger) = (trigger, self.trigger(trigger));
        let placeholder = || Trigger::Event(0);
        let mut rule = Rule {
            name: name.text.clone(),
            trigger: trigger.as_ref().map_or_else(placeholder, |(trigger, _)| trigger.clone()),
            versions: Vec::new(),
            held: None,
            span: name.span,
        };
        let mut cap_types = Vec::new();
        let forms = self.in_force(Holder::Rule, clauses);
        let matching = self.inbound(written);
        if let Some((_, scope)) = trigger {
            for form in &forms {
                let (mut value, types) = self.rule_form(&scope, form, name.span);
                value.when.splice(0..0, matching.clone());
                rule.versions.push(Versioned { from: form.from, value });
                cap_types.push(types);
            }
            self.nothing_to_judge_again(&rule.trigger, &forms);
        }
        Draft { rule, cap_types, sound: self.errors == errors }
    }

    /// A rule that no event sets off cannot be judged again when an event comes back.
    fn nothing_to_judge_again(&mut self, trigger: &Trigger, forms: &[InForce<'a>]) {
        if trigger.event().is_some() {
            return;
        }
        let mut told: Vec<Span> = Vec::new();
        for clause in forms.iter().flat_map(|form| &form.clauses) {
            let ClauseKind::Returns { policy: Some(Returns::Revoke), .. } = clause.kind else { continue };
            // A `from` block that says nothing else has it from before.
            if told.contains(&clause.span) {
                continue;
            }
            told.push(clause.span);
            let message = match trigger {
                Trigger::Clock(_) => "the calendar sets this rule off, and no return judges that again",
                _ => "this rule follows on what was decided, and no return judges that again",
            };
            let undone = match trigger {
                Trigger::Decision(DecisionTrigger::Spent, wallet) => Some(("restored", *wallet)),
                Trigger::Decision(DecisionTrigger::Earned | DecisionTrigger::Vested, wallet) => {
                    Some(("clawed_back", *wallet))
                }
                _ => None,
            };
            let help = match undone.and_then(|(on, wallet)| Some((on, &self.wallets.get(wallet)?.name))) {
                Some((on, wallet)) => format!(
                    "leave it out, and write a rule `on {on} {wallet}` that takes back what this one gave, as in `forfeit 10% of {on}.amount`"
                ),
                None => "leave it out: what such a rule gave stays".to_owned(),
            };
            self.report(Diagnostic::new(Code::NotJudgedAgain, clause.span, message).help(help));
        }
    }

    /// A block of effects that another declaration holds: a rule that this declaration sets off. What is earned by it may go by
    /// an event.
    pub(super) fn block(&mut self, block: Block<'a>, used_on: Option<EventIndex>) -> Draft {
        let errors = self.errors;
        let Block { held, name, moment, forms, span } = block;
        let mut rule = Rule { name, trigger: Trigger::Declared(moment), versions: Vec::new(), held: Some(held), span };
        let mut cap_types = Vec::new();
        for (from, clauses, span) in forms {
            for form in self.in_force(Holder::Block, clauses) {
                let form = InForce { from, span: Some(span), ..form };
                let place = if used_on.is_some() { "this effect of a coupon" } else { "this rule" };
                let scope = Scope { used_on, place, ..Scope::reaction(Cause::Nothing) };
                let (value, types) = self.rule_form(&scope, &form, span);
                rule.versions.push(Versioned { from, value });
                cap_types.push(types);
            }
        }
        Draft { rule, cap_types, sound: self.errors == errors }
    }

    pub(super) fn rule_form(&mut self, scope: &Scope, form: &InForce<'a>, name: Span) -> (RuleForm, CapTypes) {
        let mut value = RuleForm {
            returns: self.rule_returns.unwrap_or(Returns::Keep),
            ..RuleForm::empty(form.span.unwrap_or(name))
        };
        let mut types = Vec::new();
        let mut mode = None;
        let mut has_effect = false;
        for clause in &form.clauses {
            match &clause.kind {
                ClauseKind::When(when) => value.when.extend(self.conjuncts(when, scope)),
                ClauseKind::Valid(parts) => self.valid_parts(parts, &mut value.valid),
                ClauseKind::Limit(limits) => self.limits(limits, &mut value.limits),
                ClauseKind::Cap { caps, mode: written } => {
                    self.cap_mode(&mut mode, *written, clause.span);
                    self.take_caps(caps, &mut value.caps, &mut types);
                }
                ClauseKind::Returns { policy: Some(policy), .. } => value.returns = *policy,
                ClauseKind::Effect(effect) => {
                    has_effect = true;
                    let kind = self.effect(effect, scope, clause.span);
                    value.effects.extend(kind.map(|kind| Effect { kind, span: clause.span }));
                }
                _ => {}
            }
        }
        if !has_effect && !form.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Engagement(_))) {
            self.report(
                Diagnostic::new(Code::NoEffect, name, "this rule does nothing")
                    .help("write an effect in its braces, such as `earn 10 beans`"),
            );
        }
        value.cap_mode = mode.unwrap_or(CapMode::Truncate);
        self.rejects_too(&form.clauses);
        // What a `from` block says stands behind the effects that it leaves as they are.
        if form.span.is_none() {
            self.clause_behind_effect(&form.clauses);
        }
        (value, types)
    }

    /// Warns of a clause that looks like one of the effect before it.
    fn clause_behind_effect(&mut self, clauses: &[&tree::Clause]) {
        let is_effect = |clause: &&tree::Clause| matches!(clause.kind, ClauseKind::Effect(_));
        if clauses.iter().filter(|clause| is_effect(clause)).count() < 2 {
            return;
        }
        let behind = clauses.iter().skip_while(|clause| !is_effect(clause)).find(|clause| {
            matches!(
                clause.kind,
                ClauseKind::When(_) | ClauseKind::Valid(_) | ClauseKind::Limit(_) | ClauseKind::Cap { .. }
            )
        });
        if let Some(clause) = behind {
            let message =
                format!("`{}` holds for the whole rule, and stands behind one of its effects", clause.kind.word());
            self.report(
                Diagnostic::new(Code::ClauseBehindEffect, clause.span, message)
                    .help("write it before the effects; what holds for one of them alone is a rule of its own"),
            );
        }
    }

    fn take_caps(&mut self, written: &'a [tree::Cap], caps: &mut Vec<Cap>, types: &mut CapTypes) {
        for (cap, ty, span) in self.caps(written) {
            caps.push(cap);
            types.push((ty, span));
            self.one_cap_each(caps);
        }
    }

    /// The conjuncts of a `when`, `and` taken apart.
    pub(super) fn conjuncts(&mut self, when: &'a tree::Expr, scope: &Scope) -> Vec<Expr> {
        match self.condition(when, scope, "`when`") {
            Some(Expr { kind: ExprKind::And(all), .. }) => all,
            when => when.into_iter().collect(),
        }
    }

    /// The parts of a `valid` that are sound, to those of others of the same declaration.
    pub(super) fn valid_parts(&mut self, parts: &[ValidPart], valid: &mut Vec<Valid>) {
        valid.extend(parts.iter().filter_map(|part| self.valid(part)));
        Valid::nights(valid);
    }

    pub(super) fn limits(&mut self, written: &'a [tree::Limit], limits: &mut Vec<Limit>) {
        for limit in written {
            let (in_total, per) = match &limit.scope {
                LimitScope::InTotal => (true, Some(None)),
                LimitScope::PerMember(per) => (false, self.per(per.as_ref())),
            };
            let count = self.times(limit);
            let (Some(per), Some(count)) = (per, count) else { continue };
            limits.push(Limit { count, in_total, per, span: limit.span });
            self.one_limit_each(limits);
        }
    }

    pub(super) fn valid(&mut self, part: &ValidPart) -> Option<Valid> {
        Some(match part {
            ValidPart::Dates(range) => {
                let (from, to) = self.days(range)?;
                Valid::Dates { from, to, till: NaiveTime::MIN }
            }
            ValidPart::Instants { from, to, span } => {
                self.far_years(from.map(|from| from.date_naive()), to.map(|to| to.date_naive()), *span);
                let (from, to) = (from.map(|from| from.timestamp_micros()), to.map(|to| to.timestamp_micros()));
                if let (Some(from), Some(to)) = (from, to)
                    && from >= to
                {
                    self.empty_window(*span);
                    return None;
                }
                Valid::Instants { from, to }
            }
            ValidPart::Weekdays(days, span) => {
                if days.is_empty() {
                    self.empty_window(*span);
                    return None;
                }
                Valid::Weekdays { days: days.clone(), till: NaiveTime::MIN }
            }
            ValidPart::Hours { from, to, .. } => Valid::Hours { from: *from, to: *to },
        })
    }

    /// That a rule's `multiply` names rules that can be multiplied together.
    fn multiplied(&mut self, drafts: &[Draft], index: RuleIndex) {
        let Some(draft) = drafts.get(index).filter(|draft| draft.sound) else { return };
        for effect in draft.rule.versions.iter().flat_map(|version| &version.value.effects) {
            let EffectKind::Multiply { rules, wallet, .. } = &effect.kind else { continue };
            let mut wallets = BTreeSet::new();
            let wrong = |message: String, help: &str| {
                Diagnostic::new(Code::BadMultiply, effect.span, message).help(help.to_owned())
            };
            let mut complete = true;
            for (target, other) in rules.iter().filter_map(|target| drafts.get(*target).map(|draft| (*target, draft))) {
                let name = &other.rule.name;
                let mut rates = rate_wallets(other);
                let elsewhere = !rates.is_empty();
                if let Some(wallet) = wallet {
                    rates.retain(|rate| rate == wallet);
                }
                if target == index {
                    self.report(wrong(format!("`{name}` multiplies itself"), "name the rules that earn by rate"));
                } else if !other.sound {
                    complete = false;
                } else if other.rule.trigger != draft.rule.trigger || draft.rule.trigger.event().is_none() {
                    let diagnostic = wrong(
                        format!("`{name}` is not set off by the same event"),
                        "a rule multiplies what others earn on the same event",
                    );
                    self.report(diagnostic.label(other.rule.span, "declared here"));
                } else if let (Some(wallet), true, true) = (wallet, rates.is_empty(), elsewhere) {
                    let wallet = self.wallets.get(*wallet).map_or("", |wallet| wallet.name.as_str());
                    let diagnostic = wrong(
                        format!("`{name}` earns nothing by rate in `{wallet}`"),
                        "name a wallet that the rule earns in",
                    );
                    self.report(diagnostic.label(other.rule.span, "declared here"));
                } else if rates.is_empty() {
                    let diagnostic = wrong(
                        format!("`{name}` earns nothing by rate"),
                        "fixed amounts are never multiplied; a rate is `1 beans per 1 MYR of x`, or a share of something of the event",
                    );
                    self.report(diagnostic.label(other.rule.span, "declared here"));
                } else {
                    wallets.extend(rates);
                }
            }
            if wallets.len() > 1 && complete {
                let names: Vec<String> = wallets
                    .iter()
                    .filter_map(|wallet| self.wallets.get(*wallet))
                    .map(|wallet| format!("`{}`", wallet.name))
                    .collect();
                let called = |rule: &RuleIndex| drafts.get(*rule).map_or("base", |draft| draft.rule.name.as_str());
                let rule = rules.first().map_or("base", called);
                let wallet = names.first().map_or("points", |name| name.trim_matches('`'));
                self.report(wrong(
                    format!("these rules earn in several wallets: {}", names.join(", ")),
                    &format!(
                        "say which is meant, as in `multiply {rule} in {wallet} by 2`; the others stay as they are"
                    ),
                ));
            }
        }
    }

    /// The one wallet of which all caps speak.
    fn cap_wallet(
        &mut self,
        types: &[(Type, Span)],
        wallets: &BTreeSet<WalletIndex>,
        what: &str,
    ) -> Option<WalletIndex> {
        let mut chosen: Option<(WalletIndex, Span)> = None;
        for (ty, span) in types {
            let fitting: Vec<WalletIndex> =
                wallets.iter().copied().filter(|wallet| self.unit_of(*wallet) == *ty).collect();
            let Some(wallet) = fitting.first().copied().filter(|_| fitting.len() == 1) else {
                let found = self.describe(ty);
                let message = if fitting.is_empty() {
                    format!("this caps {found}, and the {what} earns nothing of it")
                } else {
                    format!("this caps {found}, and the {what} earns it in several wallets")
                };
                let diagnostic = self.with_unit(Diagnostic::new(Code::WrongWallet, *span, message), ty);
                let units: Vec<String> = wallets
                    .iter()
                    .filter_map(|wallet| self.wallets.get(*wallet))
                    .map(|wallet| format!("`{}`", wallet.name))
                    .collect();
                let mut help = format!(
                    "a cap is counted in what the {what} earns: {}",
                    if units.is_empty() { "nothing".to_owned() } else { units.join(", ") }
                );
                if *ty == Type::Number {
                    help.push_str(
                        "; a figure says so where it stands, `500 points`, and a benefit where it is declared",
                    );
                }
                self.report(diagnostic.help(help));
                continue;
            };
            match chosen {
                Some((before, place)) if before != wallet => self.report(
                    Diagnostic::new(Code::WrongWallet, *span, format!("the caps of one {what} speak of one wallet"))
                        .label(place, "this one speaks of another")
                        .help("cap the wallets themselves, or let two rules earn"),
                ),
                Some(_) => {}
                None => chosen = Some((wallet, *span)),
            }
        }
        chosen.map(|(wallet, _)| wallet)
    }

    fn group(
        &mut self,
        name: &Name,
        rules: &[Name],
        clauses: &'a [tree::Clause],
        drafts: &[Draft],
        wallets: &[BTreeSet<WalletIndex>],
    ) -> Group {
        let mut members: Vec<RuleIndex> = Vec::new();
        let mut named = BTreeSet::new();
        let mut all_sound = true;
        for rule in rules {
            let Some(index) = self.rule(rule) else {
                all_sound = false;
                continue;
            };
            all_sound &= drafts.get(index).is_some_and(|draft| draft.sound);
            if !named.insert(index) {
                self.report(Diagnostic::new(
                    Code::Duplicate,
                    rule.span,
                    format!("`{}` is named twice in this group", rule.text),
                ));
            } else {
                members.push(index);
            }
        }
        let earned: BTreeSet<WalletIndex> =
            gathered(members.iter().filter_map(|member| wallets.get(*member)).flatten().copied());
        let mut versions = Vec::new();
        for form in self.in_force(Holder::Group, clauses) {
            let mut value =
                GroupForm { limits: Vec::new(), caps: Vec::new(), cap_wallet: None, cap_mode: CapMode::Truncate };
            let mut types = Vec::new();
            let mut mode = None;
            for clause in &form.clauses {
                match &clause.kind {
                    ClauseKind::Limit(limits) => self.limits(limits, &mut value.limits),
                    ClauseKind::Cap { caps, mode: written } => {
                        self.cap_mode(&mut mode, *written, clause.span);
                        self.take_caps(caps, &mut value.caps, &mut types);
                    }
                    _ => {}
                }
            }
            if form.clauses.is_empty() {
                self.report(
                    Diagnostic::new(
                        Code::NoEffect,
                        form.span.unwrap_or(name.span),
                        "this group holds its rules to nothing",
                    )
                    .help("write a `cap` or a `limit` in its braces"),
                );
            }
            self.grouped_refusals(&members, drafts, name);
            if all_sound {
                value.cap_wallet = self.cap_wallet(&types, &earned, "group");
            }
            value.cap_mode = mode.unwrap_or(CapMode::Truncate);
            self.rejects_too(&form.clauses);
            versions.push(Versioned { from: form.from, value });
        }
        Group { name: name.text.clone(), rules: members, versions, span: name.span }
    }

    /// The rule of that name.
    pub(super) fn rule(&mut self, name: &Name) -> Option<RuleIndex> {
        match self.names.rules.get(name.text.as_str()).copied() {
            Some(RuleName::Rule(rule)) => Some(rule),
            found => {
                let names = self.names.rules.iter().take(if self.may_suggest() { usize::MAX } else { 0 });
                let known: Vec<&str> =
                    names.filter(|(_, rule)| matches!(rule, RuleName::Rule(_))).map(|(name, _)| *name).collect();
                let mut diagnostic =
                    Diagnostic::new(Code::UnknownRule, name.span, format!("unknown rule `{}`", name.text));
                let wallet = matches!(self.names.values.get(name.text.as_str()), Some(super::names::Value::Wallet(_)));
                if found.is_some() {
                    diagnostic = diagnostic.help(format!("`{}` is a group; name its rules", name.text));
                } else if wallet {
                    diagnostic = diagnostic.help(format!(
                        "`{}` is a wallet; name the rules that earn into it: `multiply base by 2`",
                        name.text
                    ));
                }
                self.suggest(diagnostic, &name.text, known);
                None
            }
        }
    }
}

/// The wallets in which a rule earns by rate.
fn rate_wallets(draft: &Draft) -> BTreeSet<WalletIndex> {
    let effects = draft.rule.versions.iter().flat_map(|version| &version.value.effects);
    gathered(effects.filter_map(|effect| match &effect.kind {
        EffectKind::Earn { wallet, amount: Earn::Rate { .. }, .. } => Some(*wallet),
        _ => None,
    }))
}

/// The wallets that a rule moves.
fn wallets_of(draft: &Draft, drafts: &[Draft]) -> BTreeSet<WalletIndex> {
    let mut wallets = BTreeSet::new();
    for effect in draft.rule.versions.iter().flat_map(|version| &version.value.effects) {
        match &effect.kind {
            EffectKind::Earn { wallet, .. }
            | EffectKind::Spend { wallet, .. }
            | EffectKind::Transfer { wallet, .. }
            | EffectKind::Accept { wallet } => {
                wallets.insert(*wallet);
            }
            EffectKind::Multiply { rules, wallet: named, .. } => {
                let rates = rules.iter().filter_map(|rule| drafts.get(*rule)).flat_map(rate_wallets);
                wallets.extend(rates.filter(|rate| named.is_none_or(|named| named == *rate)))
            }
            _ => {}
        }
    }
    wallets
}
