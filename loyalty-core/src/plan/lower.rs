//! From the checked program to the plan.

mod badges;
mod challenges;
mod coupons;
mod experiments;
mod expressions;
mod fields;
mod filing;
mod ladders;
mod leaderboards;
mod messages;
mod offers;
mod questions;
mod rewards;
mod wheels;

use rust_decimal::Decimal;

use super::{
    BadgePlan, CapPlan, Condition, Dated, EffectKindPlan, EffectPlan, EventKind, EventPlan, ExpirePlan, Grain,
    GroupFormPlan, GroupPlan, InactivityPlan, LimitPlan, MeasureFormPlan, MeasurePlan, Node, NodeId, PerLine, Plan,
    PolicyPlan, PolicyQuotes, Quote, Quoted, RatePlan, Reactions, ReferralPlan, RestorePlan, RuleFormPlan, RulePlan,
    RulesOn, SegmentPlan, Symbols, TallyPlan, TestPlan, TestStepPlan, Unit, VestPlan, WalletPlan,
};
use crate::amount;
use crate::calendar::{Calendar, clock_micros, days_at_most};
use crate::check::model::{self, AggregateFunction, Checked, Origin, Per, Period, Versioned, Window};
use crate::source::{LineIndex, Span};
use crate::time::day_of;

/// Lays out a checked program. `text` is the text that its spans speak of.
pub fn lower(checked: &Checked, text: &str) -> Plan {
    let reads = fields::Reads::of(checked);
    let mut lower = Lower {
        checked,
        text,
        lines: LineIndex::new(text),
        layouts: fields::layouts(checked, &reads),
        plan: Plan {
            settings: checked.settings.clone(),
            calendar: Calendar::new(checked.settings.zone, checked.settings.week_start),
            symbols: Symbols::default(),
            nodes: Vec::new(),
            quotes: Vec::new(),
            operands: Vec::new(),
            symbol_sets: Vec::new(),
            events: Vec::new(),
            member: checked.member.iter().map(fields::member_slot).collect(),
            wallets: Vec::new(),
            measures: Vec::new(),
            segments: Vec::new(),
            ladders: Vec::new(),
            coupons: Vec::new(),
            coupon_names: super::CouponNames::default(),
            badges: Vec::new(),
            experiments: Vec::new(),
            wheels: Vec::new(),
            leaderboards: Vec::new(),
            questions: super::questions::Questions::default(),
            chance_by_time: false,
            chance_by_quotes: false,
            challenges: Vec::new(),
            rewards: Vec::new(),
            messages: super::messages::Messages::default(),
            referrals: Vec::new(),
            cart: None,
            coupon_index: super::CouponIndex::default(),
            rules: Vec::new(),
            groups: Vec::new(),
            reactions: Reactions::default(),
            tallies: Vec::new(),
            tests: Vec::new(),
            secret: None,
            fingerprint: 0,
            text: crate::wire::digest(text.as_bytes()),
        },
        event: None,
        list: None,
        tally_numbers: std::collections::BTreeMap::new(),
        same_measure: Vec::new(),
    };
    lower.same_measures();
    lower.defaults();
    lower.wallets();
    lower.measures();
    lower.segments();
    lower.ladders();
    lower.cart();
    lower.coupons();
    lower.badges();
    lower.experiments();
    lower.wheels();
    lower.leaderboards();
    lower.questions();
    lower.challenges();
    lower.rewards();
    lower.referrals();
    lower.plan.coupon_index = super::CouponIndex::of(&lower.plan);
    lower.rules();
    lower.messages();
    lower.groups();
    lower.tests();
    lower.events();
    lower.plan.fingerprint = fingerprint(&lower.plan);
    lower.plan
}

struct Lower<'a> {
    checked: &'a Checked,
    text: &'a str,
    lines: LineIndex,
    layouts: Vec<super::EventLayout>,
    plan: Plan,
    /// The event whose fields expressions name at the moment.
    event: Option<usize>,
    /// The list whose items they name: (list slot, or none for the event's own fields inside a measure).
    list: Option<u16>,
    tally_numbers: std::collections::BTreeMap<String, u32>,
    /// Measure → the first one that says the same; aggregates written in place are told apart by their text.
    same_measure: Vec<u16>,
}

impl Lower<'_> {
    fn quote(&self, span: Span) -> Quote {
        Quote { start: span.start, end: span.end, line: self.line(span) }
    }

    fn quotes(&self, spans: &model::PolicySpans) -> PolicyQuotes {
        let quote = |span: Option<Span>| span.map(|span| self.quote(span));
        PolicyQuotes {
            round: quote(spans.round),
            multipliers: quote(spans.multipliers),
            vest: quote(spans.vest),
            expire: spans.expire.iter().map(|span| self.quote(*span)).collect(),
            clawback: quote(spans.clawback),
            restore: quote(spans.restore),
            hold_at_most: quote(spans.hold_at_most),
        }
    }

    fn line(&self, span: Span) -> u32 {
        self.lines.line(span.start)
    }

    fn dated<T, U>(&mut self, versions: &[Versioned<T>], mut form: impl FnMut(&mut Self, &T) -> U) -> Vec<Dated<U>> {
        versions
            .iter()
            .map(|version| Dated { from: version.from.map_or(i32::MIN, day_of), value: form(self, &version.value) })
            .collect()
    }

    fn tally(&mut self, key: String, grain: Grain, keep_days: Option<i32>) -> u32 {
        if let Some(number) = self.tally_numbers.get(&key) {
            return *number;
        }
        let number = self.plan.tallies.len() as u32;
        self.plan.tallies.push(TallyPlan { key: key.clone().into(), grain, keep_days });
        self.tally_numbers.insert(key, number);
        number
    }

    fn history_days(&self) -> i32 {
        days_at_most(self.checked.settings.history)
    }

    /// The counter of a limit or cap; none where one event is all it looks at.
    fn per_tally(&mut self, what: &str, per: Option<Per>) -> Option<u32> {
        let history = self.history_days();
        match per {
            None => Some(self.tally(format!("{what} ever"), Grain::Ever, None)),
            Some(Per::Order) => None,
            Some(Per::Period(period)) => Some(self.tally(
                format!("{what} per {}", period_name(period)),
                Grain::Period(period),
                Some(period_days(period).saturating_add(history)),
            )),
            Some(Per::Rolling(length)) => {
                let grain = if clock_micros(length).is_some() { Grain::Instant } else { Grain::Day };
                let key = format!("{what} per {} {:?}", length.count, length.unit);
                Some(self.tally(key, grain, Some(days_at_most(length).saturating_add(history))))
            }
        }
    }

    fn limits(&mut self, owner: &str, limits: &[model::Limit]) -> Vec<LimitPlan> {
        let tightest = tightest(limits, |limit| (limit.in_total, limit.per), |limit| limit.count);
        tightest
            .map(|limit| LimitPlan {
                count: limit.count,
                in_total: limit.in_total,
                tally: if limit.in_total { None } else { self.per_tally(&format!("limit {owner}"), limit.per) },
                per: limit.per,
                line: self.line(limit.span),
            })
            .collect()
    }

    /// Caps with their counters, both times `factor`.
    fn caps(&mut self, owner: &str, wallet: Option<usize>, factor: Decimal, caps: &[model::Cap]) -> Vec<CapPlan> {
        // A counter of another factor counts something else.
        let times = if amount::is_one(factor) { String::new() } else { format!(" times {factor}") };
        let owner = format!("cap {owner}{times}");
        tightest(caps, |cap| cap.per, |cap| cap.amount)
            .map(|cap| CapPlan {
                wallet: wallet.unwrap_or(0) as u16,
                amount: amount::multiply(cap.amount, factor).unwrap_or(cap.amount),
                tally: self.per_tally(&owner, cap.per),
                per: cap.per,
                line: self.line(cap.span),
            })
            .collect()
    }

    /// Caps of rules and groups cut contributions, which are kept times the wallet's denominator.
    fn contribution_caps(&mut self, owner: &str, wallet: Option<usize>, caps: &[model::Cap]) -> Vec<CapPlan> {
        let plan = wallet.and_then(|wallet| self.plan.wallets.get(wallet));
        let factor = plan.map_or(Decimal::ONE, |wallet| wallet.denominator);
        self.caps(owner, wallet, factor, caps)
    }

    fn wallets(&mut self) {
        for (index, wallet) in self.checked.wallets.iter().enumerate() {
            self.plan.wallets.push(WalletPlan {
                name: wallet.name.as_str().into(),
                tender: wallet.tender.as_deref().map(Into::into),
                unit: wallet.holds.map_or(Unit::Wallet(index as u16), Unit::Money),
                decimals: wallet.decimals,
                denominator: self.denominator(index),
                own_forms: self.own_forms(index),
                policies: Vec::new(),
                inactivities: Vec::new(),
                flows: Vec::new(),
            });
            let owner = format!("wallet {}", wallet.name);
            let mut policies = Vec::new();
            for version in &wallet.versions {
                let from = version.from.map(day_of);
                let policy = &version.value;
                let expire = policy
                    .expire
                    .iter()
                    .map(|rule| {
                        let form = match self.expire(index, &rule.form, from) {
                            ExpirePlan::Never if rule.when.is_none() => ExpirePlan::Open,
                            form => form,
                        };
                        if let (ExpirePlan::Inactivity(form), None, Some(_)) = (form, &rule.when, from) {
                            let wallet = self.plan.wallets.get_mut(index);
                            let form = wallet.and_then(|wallet| wallet.inactivities.get_mut(usize::from(form)));
                            if let Some(form) = form {
                                form.takes_over = true;
                            }
                        }
                        (form, rule.when.as_ref().map(|when| self.expression(when)))
                    })
                    .collect();
                let value = PolicyPlan {
                    round: policy.round,
                    scope: policy.scope,
                    multipliers: policy.multipliers,
                    vest: vest(&policy.vest),
                    expire,
                    spend: policy.spend,
                    clawback: policy.clawback,
                    restore: match policy.restore {
                        model::Restore::Original { at_least } => RestorePlan::Original { at_least },
                        model::Restore::Fresh => RestorePlan::Fresh,
                        model::Restore::Never => RestorePlan::Never,
                    },
                    restore_full_only: policy.restore_full_only,
                    hold_at_most: policy.hold_at_most,
                    caps: self.caps(&owner, Some(index), Decimal::ONE, &policy.caps),
                    cap_mode: policy.cap_mode,
                    quotes: self.quotes(&policy.spans),
                };
                policies.push(Dated { from: from.unwrap_or(i32::MIN), value });
            }
            if let Some(plan) = self.plan.wallets.get_mut(index) {
                plan.policies = policies;
            }
        }
    }

    fn own_forms(&self, wallet: usize) -> bool {
        let forms = self.checked.rules.iter().flat_map(|rule| &rule.versions);
        forms.flat_map(|form| &form.value.effects).any(|effect| match &effect.kind {
            model::EffectKind::Earn { wallet: to, vest, expire, .. } => {
                *to == wallet && (vest.is_some() || expire.is_some())
            }
            _ => false,
        })
    }

    /// What contributions of a wallet are multiplied by, so that none of its rates leaves a fraction that never ends.
    fn denominator(&self, wallet: usize) -> Decimal {
        let mut common = 1_i128;
        for rule in &self.checked.rules {
            for effect in rule.versions.iter().flat_map(|version| &version.value.effects) {
                if let model::EffectKind::Earn {
                    wallet: to, amount: model::Earn::Rate { per, full: false, .. }, ..
                } = &effect.kind
                    && *to == wallet
                {
                    let mut odd = per.normalize().mantissa();
                    for factor in [2, 5] {
                        while odd != 0 && odd % factor == 0 {
                            odd /= factor;
                        }
                    }
                    let next = common / greatest_common_divisor(common, odd.max(1)) * odd.max(1);
                    // Beyond this, sums would run out of digits: such a rate is then cut at the last digit held.
                    if next < 1_000_000_000 {
                        common = next;
                    }
                }
            }
        }
        Decimal::from(common)
    }

    fn expire(&mut self, wallet: usize, form: &model::Expire, from: Option<i32>) -> ExpirePlan {
        match form {
            model::Expire::Never => ExpirePlan::Never,
            model::Expire::After { duration, start } => ExpirePlan::After { length: *duration, start: *start },
            model::Expire::EndOf { period, after } => ExpirePlan::EndOf { period: *period, after: *after },
            model::Expire::OnDay { month, day, after } => ExpirePlan::OnDay { month: *month, day: *day, after: *after },
            model::Expire::At(date) => ExpirePlan::At(day_of(*date)),
            model::Expire::Inactivity { duration, without } => {
                let (events, earning, spending, name) = match without {
                    model::Activity::Earning => (Vec::new(), true, false, "earning".to_owned()),
                    model::Activity::Any => (Vec::new(), true, true, "activity".to_owned()),
                    model::Activity::Events(events) => {
                        let names = events.iter().filter_map(|event| self.checked.events.get(*event));
                        let names: Vec<&str> = names.map(|event| event.name.as_str()).collect();
                        (events.iter().map(|event| *event as u16).collect(), false, false, names.join(", "))
                    }
                };
                let key = format!("{} {:?} without {name}", duration.count, duration.unit);
                let Some(plan) = self.plan.wallets.get_mut(wallet) else { return ExpirePlan::Never };
                let known = plan.inactivities.iter().position(|known| *known.key == *key);
                let index = known.unwrap_or_else(|| {
                    plan.inactivities.push(InactivityPlan {
                        length: *duration,
                        events,
                        earning,
                        spending,
                        since: from,
                        takes_over: false,
                        key: key.into(),
                    });
                    plan.inactivities.len() - 1
                });
                ExpirePlan::Inactivity(index as u16)
            }
        }
    }

    /// The name of a measure: its own, or the text of one written in place.
    fn measure_name(&self, measure: &model::Measure) -> String {
        if measure.origin != Origin::InPlace {
            return measure.name.clone();
        }
        squeezed(self.text.get(measure.span.start as usize..measure.span.end as usize).unwrap_or(&measure.name))
    }

    fn same_measures(&mut self) {
        let mut first = std::collections::BTreeMap::new();
        for (index, measure) in self.checked.measures.iter().enumerate() {
            let same = *first.entry(self.measure_name(measure)).or_insert(index);
            self.same_measure.push(same as u16);
        }
    }

    fn measures(&mut self) {
        let history = self.history_days();
        for measure in &self.checked.measures {
            let keep = measure
                .versions
                .iter()
                .map(|version| match version.value.window {
                    Window::AllTime | Window::Range { .. } => None,
                    Window::This(period) => Some(period_days(period)),
                    Window::Previous(period) => Some(period_days(period).saturating_mul(2)),
                    Window::Rolling(length) => Some(days_at_most(length)),
                    Window::OwnYear { previous, .. } => Some(period_days(Period::Year) * if previous { 2 } else { 1 }),
                })
                .try_fold(0, |longest, days| Some(longest.max(days?)))
                .map(|days| {
                    let before = measure.meter.map_or(0, |meter| meter.windows_before);
                    days.saturating_mul(before as i32 + 1).saturating_add(history)
                });
            let in_tally = matches!(
                measure.function,
                AggregateFunction::Sum
                    | AggregateFunction::Count
                    | AggregateFunction::Average
                    | AggregateFunction::Streak
            );
            let grain = match measure.by {
                Some(period) if measure.function == AggregateFunction::Streak => Grain::Period(period),
                _ if measure.meter.is_some_and(|meter| meter.by_instant) => Grain::Instant,
                _ => grain_of(measure.versions.iter().map(|version| version.value.window)),
            };
            let name = self.measure_name(measure);
            let tally = in_tally.then(|| self.tally(format!("measure {name}"), grain, keep));
            self.event = measure.of.event();
            let forms = self.dated(&measure.versions, |lower, form| MeasureFormPlan {
                value: form.value.as_ref().map(|value| lower.expression(value)),
                filter: form.filter.as_ref().map(|filter| lower.expression(filter)),
                window: form.window,
            });
            self.event = None;
            self.plan.measures.push(MeasurePlan {
                name: name.into(),
                hidden: measure.origin != Origin::Declared,
                event: measure.of.event().map(|event| event as u16),
                function: measure.function,
                forms,
                revoke: measure.returns == model::Returns::Revoke,
                tally,
                step: measure.meter.is_some() && measure.function == AggregateFunction::Last,
                keep_days: keep,
            });
            let number = (self.plan.measures.len() - 1) as u16;
            let first = self.same_measure.get(usize::from(number)) == Some(&number);
            if let model::MeasureOf::Flow(wallet, flow) = measure.of
                && first
                && let Some(wallet) = self.plan.wallets.get_mut(wallet)
            {
                wallet.flows.push((flow, number));
            }
        }
    }

    fn segments(&mut self) {
        for segment in &self.checked.segments {
            let forms = self.dated(&segment.versions, |lower, condition| lower.expression(condition));
            self.plan.segments.push(SegmentPlan { name: segment.name.as_str().into(), forms });
        }
    }

    fn referrals(&mut self) {
        let referrals = self.checked.referrals.iter().map(|referral| ReferralPlan {
            name: referral.name.as_str().into(),
            within: referral.within,
            settle: referral.settle,
            revoke: referral.revoke,
            reach: referral.reach.clone(),
        });
        self.plan.referrals = referrals.collect();
    }

    fn rules(&mut self) {
        let mut groups: Vec<Vec<u16>> = vec![Vec::new(); self.checked.rules.len()];
        for (index, group) in self.checked.groups.iter().enumerate() {
            for rule in &group.rules {
                if let Some(groups) = groups.get_mut(*rule) {
                    groups.push(index as u16);
                }
            }
        }
        for (rule, groups) in self.checked.rules.iter().zip(groups) {
            self.event = rule.trigger.event();
            // The forms of a referral's part that each have a rule of their own, told by a number, share their limits.
            let owner = match &rule.held {
                Some(held) if held.keyword == "referral" => {
                    rule.name.trim_end_matches(|last: char| last.is_ascii_digit()).trim_end()
                }
                _ => rule.name.as_str(),
            };
            let forms = self.dated(&rule.versions, |lower, form| RuleFormPlan {
                when: form.when.iter().map(|condition| lower.condition(condition)).collect(),
                valid: form.valid.clone(),
                limits: lower.limits(owner, &form.limits),
                caps: lower.contribution_caps(owner, form.cap_wallet, &form.caps),
                cap_mode: form.cap_mode,
                revoke: form.returns == model::Returns::Revoke,
                effects: form.effects.iter().map(|effect| lower.effect(effect)).collect(),
            });
            self.event = None;
            let line = self.line(rule.span);
            let arms = self.arms_of(rule);
            self.plan.chance_by_time |= matches!(rule.trigger, model::Trigger::Clock(_))
                && (!arms.is_empty() || needs_secret(self.checked, rule));
            self.plan.rules.push(RulePlan {
                name: rule.name.as_str().into(),
                trigger: rule.trigger.clone(),
                forms,
                groups,
                arms,
                held: rule.held.clone(),
                line,
            });
        }
        let flows = self.plan.wallets.iter().any(|wallet| !wallet.flows.is_empty());
        let challenges = !self.plan.challenges.is_empty();
        self.plan.reactions =
            Reactions::of(&self.plan.rules, self.plan.wallets.len(), self.plan.ladders.len(), flows || challenges);
        // Coupons run out by time alone, and are issued where reactions are followed.
        self.plan.reactions.any |= !self.plan.coupons.is_empty();
        let tenders = self.plan.wallets.iter().any(|wallet| wallet.tender.is_some());
        self.plan.reactions.any |= tenders || !self.plan.rewards.is_empty();
        self.plan.reactions.any |= self.plan.badges.iter().any(BadgePlan::watched) || !self.plan.wheels.is_empty();
        // So many friends are reached by time alone.
        self.plan.reactions.any |= self.plan.referrals.iter().any(|referral| !referral.reach.is_empty());
    }

    fn condition(&mut self, condition: &model::Expr) -> Condition {
        Condition { node: self.expression(condition), event_only: fields::event_only(condition) }
    }

    fn effect(&mut self, effect: &model::Effect) -> EffectPlan {
        let kind = match &effect.kind {
            model::EffectKind::Earn { wallet, amount, vest: vesting, expire } => {
                let own_vest = vesting.as_ref().map(vest);
                let own_expire = expire.as_ref().map(|form| self.expire(*wallet, form, None));
                match amount {
                    model::Earn::Fixed(amount) => {
                        let (wallet, amount) = (*wallet as u16, self.expression(amount));
                        let constant = match self.plan.nodes.get(amount as usize) {
                            Some(Node::Number(points)) => amount::multiply(*points, self.plan.denominator(wallet)).ok(),
                            _ => None,
                        };
                        EffectKindPlan::EarnFixed { wallet, amount, constant, vest: own_vest, expire: own_expire }
                    }
                    model::Earn::Rate { points, per, full, of } => EffectKindPlan::EarnRate {
                        wallet: *wallet as u16,
                        rate: self.rate(*wallet, points, *per, *full, of),
                        vest: own_vest,
                        expire: own_expire,
                    },
                }
            }
            model::EffectKind::Multiply { rules, by } => EffectKindPlan::Multiply {
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
            model::EffectKind::Redeem(reward) => EffectKindPlan::Redeem(*reward as u16),
            model::EffectKind::Raise { ladder, level, end } => {
                EffectKindPlan::Raise { ladder: *ladder as u16, level: *level as u16, end: *end }
            }
            model::EffectKind::Issue { coupon, code, end } => self.issue(*coupon, code.as_ref(), end.as_ref()),
            model::EffectKind::Bring { referral, by, identities } => EffectKindPlan::Bring {
                referral: *referral as u16,
                by: self.expression(by),
                identities: identities.and_then(|field| self.list_of(field)),
            },
            model::EffectKind::Refer { referral } => EffectKindPlan::Refer { referral: *referral as u16 },
            model::EffectKind::OptIn(challenge) => EffectKindPlan::OptIn(*challenge as u16),
            model::EffectKind::Deal(wheel) => EffectKindPlan::Deal(*wheel as u16),
            model::EffectKind::Draw(wheel) => EffectKindPlan::Draw(*wheel as u16),
            model::EffectKind::Award { badge, level } => {
                EffectKindPlan::Award { badge: *badge as u16, level: level.map(|level| level as u16) }
            }
        };
        EffectPlan { kind, quote: self.quote(effect.span) }
    }

    fn rate(&mut self, wallet: usize, points: &model::Expr, per: Decimal, full: bool, of: &model::Expr) -> RatePlan {
        let denominator = self.plan.wallets.get(wallet).map_or(Decimal::ONE, |wallet| wallet.denominator);
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
        let of = self.expression(of);
        let fold = match self.plan.nodes.get(of as usize) {
            Some(Node::PlainSum { fold, .. }) => self.plan.nodes.get(*fold as usize),
            node => node,
        };
        let per_line = match fold {
            Some(Node::Fold { function: AggregateFunction::Sum, list, value: Some(value), filter }) => {
                Some(PerLine { list: *list, value: *value, filter: *filter })
            }
            _ => None,
        };
        RatePlan { points, per, full, of, coefficient, constant, per_line }
    }

    fn groups(&mut self) {
        for group in &self.checked.groups {
            let owner = format!("group {}", group.name);
            let forms = self.dated(&group.versions, |lower, form| GroupFormPlan {
                limits: lower.limits(&owner, &form.limits),
                caps: lower.contribution_caps(&owner, form.cap_wallet, &form.caps),
                cap_mode: form.cap_mode,
            });
            self.plan.groups.push(GroupPlan { name: group.name.as_str().into(), forms });
        }
    }

    fn tests(&mut self) {
        for test in &self.checked.tests {
            let mut event = None;
            let mut steps = Vec::with_capacity(test.steps.len());
            for step in &test.steps {
                steps.push(match step {
                    model::TestStep::GivenMember(fields) => TestStepPlan::GivenMember(fields.clone()),
                    model::TestStep::GivenLevel(ladder, level) => {
                        TestStepPlan::GivenLevel { ladder: *ladder as u16, level: *level as u16 }
                    }
                    model::TestStep::Given { wallet, amount } => {
                        TestStepPlan::Given { wallet: *wallet as u16, amount: *amount }
                    }
                    model::TestStep::On { event: on, fields, span } => {
                        event = Some(*on);
                        TestStepPlan::On { event: *on as u16, fields: fields.clone(), line: self.line(*span) }
                    }
                    model::TestStep::Advance { to, .. } => TestStepPlan::Advance { to: *to },
                    model::TestStep::Expect(condition) => {
                        // What an expectation says of an event, it says of the last one.
                        self.event = event;
                        let condition_plan = self.condition(condition);
                        self.event = None;
                        TestStepPlan::Expect { condition: condition_plan, line: self.line(condition.span) }
                    }
                    model::TestStep::ExpectRefused { code, span } => {
                        TestStepPlan::ExpectRefused { code: code.clone(), line: self.line(*span) }
                    }
                });
            }
            let line = self.line(test.span);
            self.plan.tests.push(TestPlan { title: test.title.as_str().into(), line, steps });
        }
    }

    fn events(&mut self) {
        let layouts = core::mem::take(&mut self.layouts);
        let everywhere = self.arms_of_all();
        let of_coupons = self.arms_of_coupons();
        self.plan.chance_by_quotes = !of_coupons.is_empty() || !everywhere.is_empty();
        for (index, layout) in layouts.into_iter().enumerate() {
            let kind = match (&*layout.name, self.checked.events.get(index).is_some_and(|event| event.standard)) {
                ("refund", true) => EventKind::Refund,
                ("message", true) if self.checked.converses => EventKind::Message,
                ("message_status", true) if self.checked.converses => EventKind::MessageStatus,
                ("identity_changed", true) if self.checked.converses => EventKind::IdentityChanged,
                ("broadcast", true) if self.checked.converses => EventKind::Broadcast,
                ("consent", true) if self.checked.converses => EventKind::Consent,
                ("cancel", true) => EventKind::Cancel,
                ("adjust", true) => EventKind::Adjust,
                ("profile", true) => EventKind::Profile,
                ("assign_level", true) => EventKind::AssignLevel,
                ("received", true) => EventKind::Received,
                ("sent_back", true) => EventKind::SentBack,
                ("referral", true) if !self.checked.referrals.is_empty() => EventKind::Referral,
                ("referral_withdrawn", true) => EventKind::ReferralWithdrawn,
                ("referral_refused", true) => EventKind::ReferralRefused,
                ("pooled", true) => EventKind::Pooled,
                ("pause", true) => EventKind::Pause,
                ("resume", true) => EventKind::Resume,
                ("issue", true) => EventKind::Issue,
                ("opt_in", true) => EventKind::OptIn,
                ("answer", true) if !self.checked.questions.is_empty() => EventKind::Answer,
                ("draw", true) if !self.checked.wheels.is_empty() => EventKind::Draw,
                ("placed", true) if !self.checked.leaderboards.is_empty() => EventKind::Placed,
                ("redeem", true) if !self.checked.rewards.is_empty() => EventKind::Redeem,
                ("hold", true) if !self.checked.rewards.is_empty() => EventKind::Hold,
                ("capture", true) if !self.checked.rewards.is_empty() => EventKind::Capture,
                ("release", true) if !self.checked.rewards.is_empty() => EventKind::Release,
                _ => EventKind::Plain,
            };
            let measures = self.plan.measures.iter().enumerate();
            let measures = measures.filter(|(at, measure)| {
                measure.event == Some(index as u16) && self.same_measure.get(*at) == Some(&(*at as u16))
            });
            let measures = measures.map(|(at, _)| at as u16).collect();
            let order = &*layout.name == "order" && self.checked.events.get(index).is_some_and(|event| event.standard);
            let tenders = self.plan.wallets.iter().any(|wallet| wallet.tender.is_some());
            let takes_rewards = order && (tenders || !self.plan.rewards.is_empty());
            let vests = self.vests_on(index);
            let order_slot = layout.slots.iter().position(|slot| &*slot.name == "order").map(|slot| slot as u16);
            let order = &*layout.name == "order" && self.checked.events.get(index).is_some_and(|event| event.standard);
            let with_coupons = order && !self.plan.coupons.is_empty();
            let codes = layout.lists.iter().position(|list| &*list.name == "coupons").filter(|_| with_coupons);
            let replaces = layout.slots.iter().position(|slot| &*slot.name == "replaces").filter(|_| order);
            let rules = filing::file(&self.plan, index as u16);
            let on_event = self.rules_on(index);
            let own = self.plan.rules.iter().filter(|rule| rule.on(index as u16)).flat_map(|rule| &rule.arms);
            let arms: std::collections::BTreeSet<u16> =
                own.chain(&everywhere).chain(of_coupons.iter().filter(|_| order)).copied().collect();
            let arms = arms.into_iter().collect();
            self.plan.events.push(EventPlan {
                layout,
                kind,
                measures,
                index: rules,
                rules: on_event,
                arms,
                takes_rewards,
                vests,
                order_slot,
                codes: codes.map(|list| list as u16),
                replaces: replaces.map(|slot| slot as u16),
            });
        }
    }

    fn rules_on(&self, event: usize) -> RulesOn {
        let mut on_event = RulesOn::default();
        for rule in self.plan.rules.iter().filter(|rule| rule.on(event as u16)) {
            on_event.capped |= !rule.groups.is_empty();
            on_event.limited |= !rule.groups.is_empty();
            for form in rule.forms.iter().map(|form| &form.value) {
                on_event.capped |= !form.caps.is_empty();
                on_event.limited |= !form.limits.is_empty();
                for effect in &form.effects {
                    match effect.kind {
                        EffectKindPlan::EarnFixed { .. } | EffectKindPlan::EarnRate { .. } => {}
                        EffectKindPlan::Multiply { .. } => on_event.multiply = true,
                        _ => on_event.act = true,
                    }
                }
            }
        }
        on_event
    }

    fn vests_on(&self, event: usize) -> bool {
        let on = |vest: &VestPlan| matches!(vest, VestPlan::On { event: on, .. } if usize::from(*on) == event);
        let by_wallet =
            self.plan.wallets.iter().flat_map(|wallet| &wallet.policies).any(|policy| on(&policy.value.vest));
        let effects = self.plan.rules.iter().flat_map(|rule| &rule.forms).flat_map(|form| &form.value.effects);
        by_wallet
            || effects.into_iter().any(|effect| match &effect.kind {
                EffectKindPlan::EarnFixed { vest, .. } | EffectKindPlan::EarnRate { vest, .. } => {
                    vest.as_ref().is_some_and(on)
                }
                _ => false,
            })
    }

    fn node(&mut self, node: Node) -> NodeId {
        self.plan.nodes.push(node);
        self.plan.quotes.push(Quoted::default());
        (self.plan.nodes.len() - 1) as NodeId
    }
}

/// Whether a rule does what only the host's secret makes possible: it turns a wheel, or issues a coupon with minted codes.
fn needs_secret(checked: &Checked, rule: &model::Rule) -> bool {
    let mut effects = rule.versions.iter().flat_map(|form| &form.value.effects);
    effects.any(|effect| match &effect.kind {
        model::EffectKind::Draw(_) => true,
        model::EffectKind::Issue { coupon, code: None, .. } => (checked.coupons.get(*coupon))
            .is_some_and(|coupon| coupon.versions.iter().any(|form| form.value.minted.is_some())),
        _ => false,
    })
}

/// A text without the blanks that formatting may change: none but between two words, and within quotes.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let (mut quoted, mut blank) = (false, false);
    let word = |character: char| character.is_alphanumeric() || character == '_';
    for character in text.chars() {
        if !quoted && character.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && squeezed.ends_with(word) && word(character) {
            squeezed.push(' ');
        }
        blank = false;
        quoted ^= character == '"';
        squeezed.push(character);
    }
    squeezed
}

fn vest(vest: &model::Vest) -> VestPlan {
    match vest {
        model::Vest::AtOnce => VestPlan::AtOnce,
        model::Vest::After(length) => VestPlan::After(*length),
        model::Vest::On { event, within } => VestPlan::On { event: *event as u16, within: *within },
    }
}

/// The coarsest key that all windows of a measure can be answered from.
fn grain_of(windows: impl Iterator<Item = Window>) -> Grain {
    let mut grain: Option<Grain> = None;
    for window in windows {
        let own = match window {
            Window::AllTime | Window::Range { .. } => Grain::Ever,
            Window::This(period) | Window::Previous(period) => Grain::Period(period),
            Window::Rolling(length) if clock_micros(length).is_some() => Grain::Instant,
            // What led to a level is told from what came after by the instant alone.
            Window::OwnYear { of: model::OwnYear::Level(_), .. } => Grain::Instant,
            Window::OwnYear { of: model::OwnYear::Membership, .. } => Grain::Day,
            Window::Rolling(_) => Grain::Day,
        };
        grain = Some(match grain {
            None => own,
            // Two different ranges, or a range and all time, cannot share one number.
            Some(before) if before == own && own != Grain::Ever => own,
            Some(Grain::Instant) => Grain::Instant,
            Some(_) if own == Grain::Instant => Grain::Instant,
            Some(_) => Grain::Day,
        });
    }
    grain.unwrap_or(Grain::Ever)
}

pub fn period_name(period: Period) -> &'static str {
    match period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
        Period::HalfYear => "half-year",
        Period::Year => "year",
    }
}

fn period_days(period: Period) -> i32 {
    match period {
        Period::Day => 1,
        Period::Week => 7,
        Period::Month => 31,
        Period::Quarter => 92,
        Period::HalfYear => 184,
        Period::Year => 366,
    }
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    if right == 0 { left.max(1) } else { greatest_common_divisor(right, left % right) }
}

/// Changes with everything that the form of a member's state depends on.
fn fingerprint(plan: &Plan) -> u64 {
    let mut text = String::new();
    for slot in &plan.member {
        text.push_str(&format!("member {} {:?}\n", slot.name, slot.kind));
    }
    for wallet in &plan.wallets {
        text.push_str(&format!("wallet {} {} {}\n", wallet.name, wallet.decimals, wallet.denominator));
        wallet.inactivities.iter().for_each(|form| text.push_str(&form.key));
    }
    for measure in &plan.measures {
        text.push_str(&format!("measure {} {:?} {:?}\n", measure.name, measure.event, measure.function));
    }
    for ladder in &plan.ladders {
        text.push_str(&format!("ladder {} {:?}\n", ladder.name, ladder.levels));
    }
    for coupon in &plan.coupons {
        text.push_str(&format!("coupon {}\n", coupon.name));
    }
    for experiment in &plan.experiments {
        let arms: Vec<&str> = experiment.arms.iter().map(|arm| &*arm.name).collect();
        text.push_str(&format!("experiment {} {arms:?}\n", experiment.name));
    }
    for badge in &plan.badges {
        let levels: Vec<&str> = badge.levels.iter().map(|level| &*level.name).collect();
        text.push_str(&format!("badge {} {levels:?}\n", badge.name));
    }
    for question in &plan.questions.declared {
        text.push_str(&format!("question {} {:?}\n", question.name, question.answers));
    }
    for challenge in &plan.challenges {
        text.push_str(&format!("challenge {} {:?}\n", challenge.name, challenge.goals));
    }
    for referral in &plan.referrals {
        text.push_str(&format!("referral {}\n", referral.name));
    }
    for watched in &plan.reactions.segments {
        text.push_str(&format!("segment {}\n", watched.segment));
    }
    for tally in &plan.tallies {
        text.push_str(&format!("tally {} {:?}\n", tally.key, tally.grain));
    }
    for rule in &plan.rules {
        text.push_str(&format!("rule {}\n", rule.name));
    }
    for event in &plan.events {
        text.push_str(&format!("event {} {}\n", event.layout.name, event.layout.signature));
    }
    crate::wire::digest(text.as_bytes())
}

/// Of several limits (or caps) on the same stretch of time the tightest: each stretch has one counter, and one use
/// counts once.
fn tightest<T, Stretch: PartialEq, Size: Ord>(
    items: &[T],
    stretch: impl Fn(&T) -> Stretch,
    size: impl Fn(&T) -> Size,
) -> impl Iterator<Item = &T> {
    items.iter().enumerate().filter_map(move |(number, item)| {
        let mut same = items.iter().enumerate().filter(|(_, other)| stretch(other) == stretch(item));
        let beaten = same.any(|(place, other)| (size(other), place) < (size(item), number));
        (!beaten).then_some(item)
    })
}
