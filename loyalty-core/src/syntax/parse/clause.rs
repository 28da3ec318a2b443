//! The clauses of the built declarations.

use super::build::{Build, Children, composed, offset};
use super::grammar::Rule;
use super::literal;
use super::pair::Pair;
use crate::syntax::calendar::{month, weekday};
use crate::syntax::tree::{
    Cap, CapMode, Clause, ClauseKind, Expr, Limit, LimitScope, Most, Name, Per, Returns, Span, ValidPart, Window,
};
use crate::syntax::wallet::{
    Activity, Clawback, Expire, ExpireStart, Multipliers, Restore, RoundMode, RoundScope, SpendOrder, Vest,
};

impl Build {
    /// The clauses of the first block among the children.
    pub(super) fn block_of(&self, pair: &Pair<'_, Rule>) -> Option<Vec<Clause>> {
        self.clauses(&pair.child(Rule::block)?)
    }

    /// The clauses of a block, or of a head.
    pub(super) fn clauses(&self, pair: &Pair<'_, Rule>) -> Option<Vec<Clause>> {
        let clauses = pair.children().filter(|child| {
            matches!(
                child.as_rule(),
                Rule::clause | Rule::head_clause | Rule::engagement_clause | Rule::dated_engagement | Rule::when_clause
            )
        });
        clauses.map(|clause| self.clause(&clause)).collect()
    }

    fn clause(&self, pair: &Pair<'_, Rule>) -> Option<Clause> {
        let span = self.span(pair);
        let kind = match pair.as_rule() {
            Rule::when_clause => ClauseKind::When(self.expr_of(pair)?),
            Rule::dated_engagement => ClauseKind::From {
                date: self.date_of(pair)?,
                clauses: self.clauses(&pair.child(Rule::engagement_block)?)?,
            },
            Rule::engagement_clause => ClauseKind::Engagement(self.engagement_clause(&pair.children().next()?)?),
            _ => self.clause_kind(&pair.children().next()?)?,
        };
        Some(Clause { kind, span })
    }

    pub(super) fn clause_kind(&self, pair: &Pair<'_, Rule>) -> Option<ClauseKind> {
        Some(match pair.as_rule() {
            Rule::when_clause => ClauseKind::When(self.expr_of(pair)?),
            Rule::limit_clause => {
                ClauseKind::Limit(pair.all(Rule::limit).map(|limit| self.limit(&limit)).collect::<Option<_>>()?)
            }
            Rule::valid_clause => {
                let parts = pair.all(Rule::valid_part);
                ClauseKind::Valid(parts.map(|part| self.valid_part(&part)).collect::<Option<_>>()?)
            }
            Rule::cap_clause => self.caps(pair)?,
            Rule::dated_block => ClauseKind::From { date: self.date_of(pair)?, clauses: self.block_of(pair)? },

            Rule::version => ClauseKind::Version(self.integer_of(pair)?),
            Rule::currency => ClauseKind::Currency(self.name_of(pair)?),
            Rule::timezone => ClauseKind::Timezone(self.text_name(&pair.child(Rule::text)?)),
            Rule::year_start => ClauseKind::Year(month(pair.child(Rule::month_name)?.as_str())?),
            Rule::week => ClauseKind::Week(weekday(pair.child(Rule::weekday)?.as_str())?),
            Rule::languages => ClauseKind::Languages(self.names_of(&pair.child(Rule::name_list)?)),
            Rule::history => ClauseKind::History(self.duration_of(pair)?),
            Rule::future => ClauseKind::Future(self.duration_of(pair)?),
            Rule::returns => self.returns(pair)?,

            Rule::tender_clause => ClauseKind::Tender(pair.child(Rule::text).map(|kind| self.text_name(&kind))),
            Rule::holds => ClauseKind::Holds(self.name_of(pair)?),
            Rule::decimals => ClauseKind::Decimals(self.integer_of(pair)?),
            Rule::round => ClauseKind::Round {
                mode: pair.child(Rule::round_mode).and_then(|mode| round_mode(&mode)),
                scope: pair.child(Rule::round_scope).and_then(|scope| round_scope(&scope)),
            },
            Rule::multipliers => ClauseKind::Multipliers(multipliers(pair)),
            Rule::vest_clause => ClauseKind::Vest(self.vest(pair)?),
            Rule::expire_clause => ClauseKind::Expire { form: self.expire(pair)?, when: self.when_of(pair)? },
            Rule::spend_order => {
                let oldest = pair.has(Rule::oldest_);
                ClauseKind::SpendOrder(if oldest { SpendOrder::Oldest } else { SpendOrder::SoonestExpiring })
            }
            Rule::clawback => ClauseKind::Clawback(clawback(pair)),
            Rule::restore => self.restore(pair)?,
            Rule::hold_at_most => ClauseKind::HoldAtMost(self.expr_of(pair)?),
            _ => ClauseKind::Effect(self.effect(pair)?),
        })
    }

    fn returns(&self, pair: &Pair<'_, Rule>) -> Option<ClauseKind> {
        let within = match pair.child(Rule::returns_within) {
            Some(within) => Some(self.duration_of(&within)?),
            None => None,
        };
        let policy = pair.child(Rule::returns_policy).map(|policy| returns_policy(&policy));
        Some(ClauseKind::Returns { policy, within })
    }

    fn limit(&self, pair: &Pair<'_, Rule>) -> Option<Limit> {
        let scope = match pair.child(Rule::per_member) {
            Some(member) => LimitScope::PerMember(self.per_of(&member)?),
            None => LimitScope::InTotal,
        };
        let count = match pair.child(Rule::limit_told) {
            Some(told) => Most::Told(self.per_operand(&told)?),
            None => Most::Fixed(self.integer_of(pair)?),
        };
        Some(Limit { count, scope, span: self.span(pair) })
    }

    fn caps(&self, pair: &Pair<'_, Rule>) -> Option<ClauseKind> {
        let cap = |cap: Pair<'_, Rule>| {
            Some(Cap { amount: self.expr_of(&cap)?, per: self.per_of(&cap)?, span: self.span(&cap) })
        };
        let mode = if pair.has(Rule::reject_) {
            Some(CapMode::Reject)
        } else {
            pair.has(Rule::truncate_).then_some(CapMode::Truncate)
        };
        Some(ClauseKind::Cap { caps: pair.all(Rule::cap).map(cap).collect::<Option<_>>()?, mode })
    }

    /// The `per` among the children; the outer `None` is a broken promise of the grammar.
    fn per_of(&self, pair: &Pair<'_, Rule>) -> Option<Option<Per>> {
        let Some(per) = pair.child(Rule::per) else { return Some(None) };
        Some(Some(if per.has(Rule::order_) {
            Per::Order(self.span(&per))
        } else if let Some(duration) = per.child(Rule::duration) {
            let duration = self.duration(&duration)?;
            if per.has(Rule::from_first_use) { Per::FromFirst(duration) } else { Per::Rolling(duration) }
        } else if let Some(each) = literal::membership(&per) {
            Per::Membership(each, self.span(&per))
        } else {
            Per::Period(literal::period_of(&per)?, self.span(&per))
        }))
    }

    fn valid_part(&self, pair: &Pair<'_, Rule>) -> Option<ValidPart> {
        let form = pair.children().next()?;
        let span = self.span(&form);
        Some(match form.as_rule() {
            Rule::date_range => ValidPart::Dates(self.date_range(&form)),
            Rule::instant_range => {
                let (from, to) = literal::sides(&form, Rule::instant);
                let instant = |side: Option<Pair<'_, Rule>>| side.map(|side| self.instant(&side));
                ValidPart::Instants { from: instant(from), to: instant(to), span }
            }
            Rule::hours => {
                let (from, to) = self.hours(&form)?;
                ValidPart::Hours { from, to, span }
            }
            _ => {
                let list = form.child(Rule::weekday_list);
                let days = list.as_ref().unwrap_or(&form).all(Rule::weekday);
                ValidPart::Weekdays(days.map(|day| weekday(day.as_str())).collect::<Option<_>>()?, span)
            }
        })
    }

    /// The form of the `vest` clause, or of the `vest_clause` among the children.
    pub(super) fn vest(&self, pair: &Pair<'_, Rule>) -> Option<Vest> {
        let form = pair.child(Rule::vest_form)?.children().next()?;
        let after = match form.child(Rule::after_span) {
            Some(after) => Some(self.duration_of(&after)?),
            None => None,
        };
        Some(match form.as_rule() {
            Rule::vest_at_once => Vest::AtOnce,
            Rule::vest_at => Vest::At(self.date_of(&form)?),
            Rule::vest_end => Vest::EndOf { of: literal::cycle_of(&form)?, after },
            Rule::vest_day if form.has(Rule::day_number) => {
                Vest::OnDayOfNextMonth { day: self.integer_of(&form.child(Rule::day_number)?)? }
            }
            Rule::vest_day => Vest::OnDay {
                month: month(form.child(Rule::month_name)?.as_str())?,
                day: self.integer_of(&form)?,
                after,
                next_year: form.has(Rule::of_next_year),
            },
            Rule::vest_after => Vest::After(self.duration_of(&form)?),
            _ => Vest::On { event: self.name_of(&form)?, within: self.duration_of(&form)? },
        })
    }

    /// The form of an `expire` clause.
    pub(super) fn expire(&self, pair: &Pair<'_, Rule>) -> Option<Expire> {
        let form = pair.child(Rule::expire_form)?.children().next()?;
        let after = match form.child(Rule::after_span) {
            Some(after) => Some(self.duration_of(&after)?),
            None => None,
        };
        Some(match form.as_rule() {
            Rule::expire_never => Expire::Never,
            Rule::expire_after => {
                let vesting = form.has(Rule::vesting_);
                let start = if vesting { ExpireStart::Vesting } else { ExpireStart::Earning };
                Expire::After { duration: self.duration_of(&form)?, start }
            }
            Rule::expire_end => Expire::EndOf { of: literal::cycle_of(&form)?, after },
            Rule::expire_day if form.has(Rule::day_number) => {
                Expire::OnDayOfNextMonth { day: self.integer_of(&form.child(Rule::day_number)?)? }
            }
            Rule::expire_day => Expire::OnDay {
                month: month(form.child(Rule::month_name)?.as_str())?,
                day: self.integer_of(&form)?,
                after,
                next_year: form.has(Rule::of_next_year),
            },
            Rule::expire_idle => Expire::Inactivity {
                duration: self.duration_of(&form)?,
                without: self.activity(&form.child(Rule::activity)?),
            },
            _ if form.has(Rule::path) => Expire::Told(self.path_of(&form)?),
            _ => Expire::At(self.date_of(&form)?),
        })
    }

    fn activity(&self, pair: &Pair<'_, Rule>) -> Activity {
        if pair.has(Rule::earning_) {
            Activity::Earning
        } else if pair.has(Rule::activity_) {
            Activity::Any
        } else {
            Activity::Events(self.names_of(pair))
        }
    }

    fn restore(&self, pair: &Pair<'_, Rule>) -> Option<ClauseKind> {
        let form = if let Some(original) = pair.child(Rule::restore_original) {
            let at_least = match original.child(Rule::at_least) {
                Some(least) => Some(self.duration_of(&least)?),
                None => None,
            };
            Restore::Original { at_least }
        } else if pair.has(Rule::fresh_) {
            Restore::Fresh
        } else {
            Restore::Never
        };
        Some(ClauseKind::Restore { form, full_only: pair.has(Rule::on_full_return) })
    }

    /// The window of a measure.
    pub(super) fn window(&self, pair: &Pair<'_, Rule>) -> Option<Window> {
        let form = pair.children().next()?;
        let span = self.span(&form);
        Some(match form.as_rule() {
            Rule::this_window | Rule::last_window if form.has(Rule::own_period) => {
                let own = form.child(Rule::own_period)?;
                let name = own.as_str().split([' ', '\t']).next()?;
                let start = self.span(&own).start;
                // Without places every span is empty.
                let end = if self.span(&own) == Span::default() { start } else { start + offset(name.len()) };
                let of = Name { text: composed(name), span: Span::new(start, end) };
                Window::Own { of, each: literal::own_period(&own), previous: form.as_rule() == Rule::last_window }
            }
            Rule::this_window if !form.has(Rule::of_last_year) => Window::This(literal::period_of(&form)?, span),
            Rule::this_window | Rule::last_window | Rule::rolling_calendar => {
                let (period, count) = match form.child(Rule::calendar_periods) {
                    Some(periods) => (literal::periods(&periods)?, self.integer_of(&periods)?),
                    None => (literal::period_of(&form)?, 1),
                };
                let with_present = form.as_rule() != Rule::last_window;
                Window::Periods { period, count, with_present, of_last_year: form.has(Rule::of_last_year), span }
            }
            Rule::rolling_window => Window::Rolling(self.duration_of(&form)?),
            _ => Window::Range(self.date_range(&form)),
        })
    }

    /// `when …` among the children; the outer `None` is a broken promise of the grammar.
    pub(super) fn when_of(&self, pair: &Pair<'_, Rule>) -> Option<Option<Expr>> {
        match pair.child(Rule::when_clause) {
            Some(when) => self.expr_of(&when).map(Some),
            None => Some(None),
        }
    }
}

pub(super) fn returns_policy(pair: &Pair<'_, Rule>) -> Returns {
    if pair.has(Rule::keep_) { Returns::Keep } else { Returns::Revoke }
}

fn round_mode(pair: &Pair<'_, Rule>) -> Option<RoundMode> {
    Some(match pair.children().last()?.as_rule() {
        Rule::up_ if pair.has(Rule::half_) => RoundMode::HalfUp,
        Rule::up_ => RoundMode::Up,
        Rule::even_ => RoundMode::HalfEven,
        _ => RoundMode::Down,
    })
}

fn round_scope(pair: &Pair<'_, Rule>) -> Option<RoundScope> {
    Some(match pair.children().last()?.as_rule() {
        Rule::order_ => RoundScope::PerOrder,
        Rule::rule_ => RoundScope::PerRule,
        Rule::line_ => RoundScope::PerLine,
        _ => RoundScope::PerUnit,
    })
}

fn multipliers(pair: &Pair<'_, Rule>) -> Multipliers {
    if pair.has(Rule::compound_) {
        Multipliers::Compound
    } else if pair.has(Rule::best_) {
        Multipliers::Best
    } else {
        Multipliers::Add
    }
}

fn clawback(pair: &Pair<'_, Rule>) -> Clawback {
    if pair.has(Rule::may_overdraw) {
        Clawback::MayOverdraw
    } else if pair.has(Rule::only_pending) {
        Clawback::OnlyPending
    } else {
        Clawback::WithinBalance
    }
}
