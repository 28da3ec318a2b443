//! `tiers`: levels and what they give, and how members rise, stay and fall, in every form over time.

use std::collections::BTreeMap;

use super::Checker;
use super::clauses::{Holder, InForce};
use super::expression::{Scope, is_literal};
use super::matching::key;
use super::model::{
    Benefit, Carry, Cycle, Expr, ExprKind, Fall, Grace, Keep, Ladder, LadderForm, LadderIndex, LadderReturns, Level,
    LevelForm, MeasureIndex, OwnFrom, Period, Retain, Rise, Type, Versioned, Window,
};
use super::names::{Declared, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ladder::{self as tree_ladder, LadderClause};
use crate::syntax::tree::{self, ClauseKind, Name};

/// The most levels that one ladder may have.
const LEVELS_MAX: usize = 100;

impl<'a> Checker<'a> {
    /// The levels and benefits of each ladder, which other declarations name.
    pub(super) fn ladder_heads(&mut self, declared: &Declared<'a>) {
        for (name, _, clauses) in &declared.ladders {
            let mut ladder = Ladder {
                name: name.text.clone(),
                levels: Vec::new(),
                benefits: Vec::new(),
                versions: Vec::new(),
                span: name.span,
            };
            let mut levels: BTreeMap<&str, Span> = BTreeMap::new();
            let mut benefits: BTreeMap<&str, Span> = BTreeMap::new();
            for clause in *clauses {
                match &clause.kind {
                    ClauseKind::Ladder(LadderClause::Level { name, .. })
                        if self.new_name(&mut levels, name, "the level") =>
                    {
                        ladder.levels.push(Level { name: name.text.clone(), span: name.span });
                    }
                    ClauseKind::Ladder(LadderClause::Benefit { name, value }) => {
                        if ["since", "until", "before"].contains(&name.text.as_str()) {
                            self.report(
                                Diagnostic::new(
                                    Code::Reserved,
                                    name.span,
                                    format!("every ladder has its own `{}`", name.text),
                                )
                                .help("choose another name"),
                            );
                        } else if self.new_name(&mut benefits, name, "the benefit")
                            && let Some(value) = self.constant_value(value, "a benefit")
                        {
                            ladder.benefits.push(Benefit { name: name.text.clone(), ty: value.ty, span: name.span });
                        }
                    }
                    _ => {}
                }
            }
            if ladder.levels.is_empty() {
                self.report(
                    Diagnostic::new(Code::NoEffect, name.span, "this ladder has no level")
                        .help("write its levels from the lowest to the highest, as in `silver from 500 MYR`"),
                );
            }
            if let Some(level) = ladder.levels.get(LEVELS_MAX) {
                self.report(
                    Diagnostic::new(Code::TooMany, level.span, format!("more than {LEVELS_MAX} levels"))
                        .at("the first one too many"),
                );
            }
            self.ladders.push(ladder);
        }
    }

    pub(super) fn new_name<'n>(&mut self, seen: &mut BTreeMap<&'n str, Span>, name: &'n Name, what: &str) -> bool {
        let Some(before) = seen.insert(&name.text, name.span) else { return true };
        self.report(
            Diagnostic::new(Code::Duplicate, name.span, format!("{what} `{}` is declared twice", name.text))
                .at("declared again here")
                .label(before, "first declared here")
                .help("give one of them another name"),
        );
        false
    }

    fn constant_value(&mut self, value: &'a tree::Expr, what: &'static str) -> Option<Expr> {
        let value = self.expression(value, &Scope::constant(what))?;
        if is_literal(&value) {
            return Some(value);
        }
        self.report(Diagnostic::new(Code::NotConstant, value.span, format!("{what} is one plain constant")));
        None
    }

    /// The forms of each ladder, when everything that conditions may read is known.
    pub(super) fn ladders(&mut self, declared: &Declared<'a>) {
        for (index, (name, by, clauses)) in declared.ladders.iter().enumerate() {
            let forms = self.in_force(Holder::Tiers, clauses);
            let versions: Vec<Versioned<LadderForm>> = forms
                .iter()
                .map(|form| Versioned { from: form.from, value: self.ladder_form(index, name, *by, form) })
                .collect();
            if let Some(ladder) = self.ladders.get_mut(index) {
                ladder.versions = versions;
            }
        }
    }

    fn ladder_form(
        &mut self,
        index: LadderIndex,
        name: &Name,
        by: Option<&'a tree::Expr>,
        form: &InForce<'a>,
    ) -> LadderForm {
        let span = form.span.unwrap_or(name.span);
        let by_written = by;
        let meter = by.map(|by| self.meter(by));
        let levels = self.levels(index, meter.as_ref(), form);
        let by = meter.flatten();
        let mut value = LadderForm {
            levels,
            by,
            rise: Rise::AtOnce,
            keep: Keep::WhileQualified,
            grace: None,
            fall: Fall::ToEarnedLevel,
            retain: None,
            seen_after: false,
            carry: None,
            returns: LadderReturns::Keep,
        };
        let mut fall_span = span;
        let mut rise_span = None;
        let mut carry_span = span;
        for clause in &form.clauses {
            let ClauseKind::Ladder(ladder) = &clause.kind else { continue };
            match ladder {
                LadderClause::Rise(tree_ladder::Rise::AtOnce) => value.rise = Rise::AtOnce,
                LadderClause::Rise(tree_ladder::Rise::AtEndOf(of)) => value.rise = Rise::AtEndOf(*of),
                LadderClause::Rise(tree_ladder::Rise::On { month, day }) => {
                    if self.every_year(*month, *day, clause.span).is_some() {
                        value.rise = Rise::On { month: *month, day: *day };
                    }
                    rise_span = Some(clause.span);
                }
                LadderClause::Rise(tree_ladder::Rise::AtPeriodEnd) => {
                    value.rise = self.own_period(&value, clause.span).map_or(Rise::AtOnce, Rise::AtEndOf);
                }
                LadderClause::Keep(keep) => {
                    value.keep = self.keep(keep).unwrap_or(Keep::WhileQualified);
                }
                LadderClause::Grace(grace) => {
                    value.grace = grace.as_ref().and_then(|grace| {
                        Some(Grace { length: self.length(&grace.length)?, to_end_of: grace.to_end_of })
                    });
                }
                LadderClause::Fall(fall) => {
                    value.fall = *fall;
                    fall_span = clause.span;
                }
                LadderClause::Retain(retain) => value.retain = self.retain(retain, clause.span),
                LadderClause::Seen { after } => value.seen_after = *after,
                LadderClause::Carry(rest) => {
                    carry_span = clause.span;
                    value.carry = Some(if *rest { Carry::Rest } else { Carry::Nothing });
                }
                LadderClause::Returns(returns) => {
                    value.returns = match returns {
                        tree_ladder::LadderReturns::Keep => LadderReturns::Keep,
                        tree_ladder::LadderReturns::Revoke => LadderReturns::Revoke,
                        tree_ladder::LadderReturns::KeepToEnd(of) => LadderReturns::KeepToEnd(*of),
                    }
                }
                LadderClause::Benefit { .. } | LadderClause::Level { .. } => {}
            }
        }
        if let (Rise::On { month, day }, Some(span)) = (value.rise, rise_span) {
            self.judged_amid(&value, (month, day), span);
        }
        if value.keep == Keep::WhileQualified {
            if value.fall == Fall::OneLevel {
                self.report(
                    Diagnostic::new(
                        Code::NoKeep,
                        fall_span,
                        "a level kept only while qualified is lost again as soon as it is fallen to",
                    )
                    .help("give the levels a time, as in `keep 12 months`, or `fall to earned level`"),
                );
            }
            if value.carry.is_some() || self.reads_own_years(index, &value) {
                self.report(
                    Diagnostic::new(
                        Code::NoKeep,
                        carry_span,
                        "reaching a level begins its meter anew, and the level is lost at once",
                    )
                    .help("give the levels a time, as in `keep 12 months`"),
                );
            }
        }
        // A meter that is wrong has been told.
        if value.carry.is_some() && by_written.is_none() {
            self.report(
                Diagnostic::new(Code::ClauseNotAllowed, carry_span, "`carry` needs a meter that all levels share")
                    .help("write `by` after the name, as in `tiers status by spend { … }`"),
            );
        }
        value
    }

    /// What the thresholds of a ladder are compared with.
    fn meter(&mut self, by: &'a tree::Expr) -> Option<Expr> {
        let by = self.expression(by, &Scope::member("a ladder"))?;
        if !by.ty.is_quantity() {
            self.wrong_type(&by, "levels are reached by a quantity");
            return None;
        }
        self.watched(&by, "a ladder");
        Some(by)
    }

    /// Each level as all the clauses that name it say, the later over the earlier.
    fn levels(&mut self, index: LadderIndex, by: Option<&Option<Expr>>, form: &InForce<'a>) -> Vec<LevelForm> {
        let Some(ladder) = self.ladders.get(index).cloned() else { return Vec::new() };
        let mut defaults: Vec<Option<Expr>> = vec![None; ladder.benefits.len()];
        for clause in &form.clauses {
            let ClauseKind::Ladder(LadderClause::Benefit { name, value }) = &clause.kind else { continue };
            if let Some(place) = ladder.benefits.iter().position(|benefit| benefit.name == name.text)
                && let Some(default) = defaults.get_mut(place)
            {
                *default = self.expression(value, &Scope::constant("a benefit"));
            }
        }
        let mut levels: Vec<LevelForm> = ladder
            .levels
            .iter()
            .map(|_| LevelForm { from: None, when: Vec::new(), benefits: defaults.iter().flatten().cloned().collect() })
            .collect();
        // The levels of which the way to them has been said, or has been found missing.
        let mut told: Vec<usize> = Vec::new();
        for clause in &form.clauses {
            let ClauseKind::Ladder(LadderClause::Level { name, from, when, benefits }) = &clause.kind else { continue };
            let Some(place) = ladder.levels.iter().position(|level| level.name == name.text) else {
                self.report(
                    Diagnostic::new(
                        Code::FixedForever,
                        name.span,
                        format!("`{}` has no level `{}` before that day", ladder.name, name.text),
                    )
                    .label(ladder.span, "its levels are declared here")
                    .help("declare all levels at the beginning; one that nobody reaches yet may have a condition that is not met"),
                );
                continue;
            };
            let says_how = from.is_some() || when.is_some() || told.contains(&place);
            told.push(place);
            let from = from.as_ref().and_then(|from| self.threshold(from, by));
            let when: Vec<Expr> =
                match when.as_ref().and_then(|when| self.condition(when, &Scope::member("a ladder"), "`when`")) {
                    Some(Expr { kind: ExprKind::And(all), .. }) => all,
                    when => when.into_iter().collect(),
                };
            when.iter().for_each(|when| self.watched(when, "a ladder"));
            self.lowest(place, &from, says_how, &when, clause.span, name);
            let values = self.benefits(&ladder, benefits);
            let Some(level) = levels.get_mut(place) else { continue };
            if from.is_some() || !when.is_empty() {
                (level.from, level.when) = (from, when);
            }
            for (place, value) in values {
                if let Some(benefit) = level.benefits.get_mut(place) {
                    *benefit = value;
                }
            }
        }
        self.ascending_levels(&ladder, &levels);
        levels
    }

    /// A threshold in terms of the meter; the inner nothing is a meter that is wrong, of which all has been said.
    fn threshold(&mut self, from: &'a tree::Expr, by: Option<&Option<Expr>>) -> Option<Expr> {
        let from = self.constant_value(from, "the threshold of a level")?;
        let Some(by) = by else {
            self.report(
                Diagnostic::new(Code::ClauseNotAllowed, from.span, "nothing says what this threshold is compared with")
                    .help("name it after the ladder, as in `tiers status by spend { … }`, or write a condition after `when`"),
            );
            return None;
        };
        let ty = by.as_ref()?.ty.clone();
        self.hold(from, &ty, "the threshold")
    }

    /// The lowest level is everybody's; every other one has to be reached.
    fn lowest(&mut self, place: usize, from: &Option<Expr>, says_how: bool, when: &[Expr], span: Span, name: &Name) {
        let zero = from.as_ref().is_none_or(|from| matches!(from.kind, ExprKind::Number(number) if number.is_zero()));
        if place == 0 && (!zero || !when.is_empty()) {
            self.report(
                Diagnostic::new(
                    Code::LevelOrder,
                    span,
                    format!("`{}` is the lowest level, which every member has", name.text),
                )
                .help("put a level without a condition before it, as in `member { }`"),
            );
        } else if place > 0 && !says_how {
            self.report(
                Diagnostic::new(Code::LevelOrder, span, format!("nothing says how `{}` is reached", name.text))
                    .help("write its threshold, as in `gold from 2_000 MYR`, or a condition after `when`; `when false` if it is only ever set, by \
                           staff or by `raise`"),
            );
        }
    }

    fn benefits(&mut self, ladder: &Ladder, written: &'a [tree::FieldValue]) -> Vec<(usize, Expr)> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut values = Vec::new();
        for tree::FieldValue { name, value } in written {
            if !self.new_name(&mut seen, name, "the benefit") {
                continue;
            }
            let Some((place, benefit)) =
                ladder.benefits.iter().enumerate().find(|(_, benefit)| benefit.name == name.text)
            else {
                let known: Vec<&str> = ladder.benefits.iter().map(|benefit| benefit.name.as_str()).collect();
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    name.span,
                    format!("the levels of `{}` have no benefit `{}`", ladder.name, name.text),
                )
                .help(match name.text.as_str() {
                    "earn" | "multiply" | "tag" | "issue" | "award" | "say" => {
                        "a level gives nothing by itself; a rule does: `rule more on order when status == gold { earn 2 points }`, or \
                         once, `rule up on status reaches gold { earn 100 points }`"
                            .to_owned()
                    }
                    _ => format!("declare it first with the value of all other levels: `benefit {} = …`", name.text),
                });
                self.suggest(diagnostic, &name.text, known);
                continue;
            };
            let value = self.constant_value(value, "a benefit");
            if let Some(value) = value.and_then(|value| self.hold(value, &benefit.ty, &format!("`{}`", name.text))) {
                values.push((place, value));
            }
        }
        values
    }

    fn ascending_levels(&mut self, ladder: &Ladder, levels: &[LevelForm]) {
        let mut before: Option<(&Expr, &Level)> = None;
        for (level, form) in ladder.levels.iter().zip(levels) {
            let Some(from) = &form.from else { continue };
            if let Some((lower, name)) = before
                && key(from) <= key(lower)
            {
                self.report(
                    Diagnostic::new(
                        Code::LevelOrder,
                        from.span,
                        format!("`{}` stands above `{}` and is reached no later", level.name, name.name),
                    )
                    .at("not more than the level below")
                    .label(lower.span, format!("the threshold of `{}`", name.name))
                    .help("write the levels from the lowest to the highest, each with a greater threshold"),
                );
            }
            before = Some((from, level));
        }
    }

    fn keep(&mut self, keep: &tree_ladder::Keep) -> Option<Keep> {
        Some(match keep {
            tree_ladder::Keep::WhileQualified => Keep::WhileQualified,
            tree_ladder::Keep::For(duration) => Keep::For(self.length(duration)?),
            tree_ladder::Keep::ForToEnd { length, of } => Keep::ForToEnd { length: self.length(length)?, of: *of },
            tree_ladder::Keep::ToEnd(end) => Keep::ToEnd(*end),
            tree_ladder::Keep::ToAnniversary => Keep::ToAnniversary,
        })
    }

    fn retain(&mut self, retain: &'a tree_ladder::Retain, span: Span) -> Option<Retain> {
        let scope = Scope::member("a ladder");
        let (count, written): (u32, Vec<&tree::Expr>) = match retain {
            tree_ladder::Retain::When(condition) => (1, vec![condition]),
            tree_ladder::Retain::AnyOf { count, conditions } => (*count, conditions.iter().collect()),
        };
        let conditions: Vec<Option<Expr>> =
            written.iter().map(|condition| self.condition(condition, &scope, "`retain`")).collect();
        if count == 0 || count as usize > written.len() {
            self.report(
                Diagnostic::new(
                    Code::OutOfRange,
                    span,
                    format!("{count} of {} conditions cannot be asked for", written.len()),
                )
                .help("write how many of the listed conditions keep the level"),
            );
            return None;
        }
        let conditions: Vec<Expr> = conditions.into_iter().collect::<Option<_>>()?;
        conditions.iter().for_each(|condition| self.watched(condition, "a ladder"));
        Some(Retain { count, conditions })
    }

    /// The one calendar period of all measures that decide over the levels.
    fn own_period(&mut self, form: &LadderForm, span: Span) -> Option<Cycle> {
        let mut periods: Vec<Cycle> = Vec::new();
        let mut other = false;
        for measure in self.deciding_measures(form) {
            let windows = self.measures.get(measure).and_then(Option::as_ref).map(|measure| &measure.versions);
            for version in windows.into_iter().flatten() {
                let period = match version.value.window {
                    Window::This(period) => Cycle::Calendar(period),
                    Window::Own { of: OwnFrom::Membership, each, previous: false } => Cycle::Membership(each),
                    _ => {
                        other = true;
                        continue;
                    }
                };
                if !periods.contains(&period) {
                    periods.push(period);
                }
            }
        }
        match periods.as_slice() {
            [period] if !other => Some(*period),
            _ => {
                self.report(
                    Diagnostic::new(Code::NoPeriod, span, "the measures of this ladder have no one period")
                        .help("name it: `rise at end of year`"),
                );
                None
            }
        }
    }

    /// Whether a period begins on a day of the year, in each year.
    pub(super) fn begins_on(&self, period: Period, (month, day): (u32, u32)) -> bool {
        let months = match period {
            Period::Day => return true,
            Period::Week => return false,
            Period::Month => 1,
            Period::Quarter => 3,
            Period::HalfYear => 6,
            Period::Year => 12,
        };
        day == 1 && (month + 12 - self.settings.year_start).is_multiple_of(months)
    }

    /// Warns of a day on which the period that is looked at has only begun: the one that is over is another window.
    fn judged_amid(&mut self, form: &LadderForm, (month, day): (u32, u32), span: Span) {
        let begins = |period: Period| self.begins_on(period, (month, day));
        let of_now = |measure: MeasureIndex| match self.measures.get(measure)?.as_ref()?.versions.first()?.value.window
        {
            Window::This(period) if !begins(period) => Some(period),
            _ => None,
        };
        let Some(period) = self.deciding_measures(form).into_iter().find_map(of_now) else { return };
        let word = period.word();
        self.report(
            Diagnostic::new(
                Code::RiseAmid,
                span,
                format!("on that day `this {word}` is not over, and levels rise by the part of it that has passed"),
            )
            .help(format!("let the measure look at the {word} that is over: `last {word}`")),
        );
    }

    fn deciding_measures(&self, form: &LadderForm) -> Vec<MeasureIndex> {
        let mut found = Vec::new();
        let whens = form.levels.iter().flat_map(|level| &level.when);
        for expr in form.by.iter().chain(whens) {
            expr.walk(&mut |part| {
                if let ExprKind::Measure(measure) = part.kind {
                    found.push(measure);
                }
            });
        }
        found
    }

    fn reads_own_years(&self, index: LadderIndex, form: &LadderForm) -> bool {
        self.deciding_measures(form).into_iter().any(|measure| {
            let measure = self.measures.get(measure).and_then(Option::as_ref);
            measure.is_some_and(|measure| {
                measure.versions.iter().any(|version| {
                    matches!(version.value.window, Window::Own { of: super::model::OwnFrom::Level(own), .. } if own == index)
                })
            })
        })
    }

    /// The ladder of that name.
    pub(super) fn ladder(&mut self, name: &Name) -> Option<LadderIndex> {
        if let Some(Value::Ladder(ladder)) = self.names.values.get(name.text.as_str()).copied() {
            return Some(ladder);
        }
        let known: Vec<&str> = self.ladders.iter().map(|ladder| ladder.name.as_str()).collect();
        let known: Vec<String> = known.into_iter().map(str::to_owned).collect();
        self.unknown(Code::UnknownLadder, name.span, "ladder", &name.text, known.iter().map(String::as_str));
        None
    }

    /// The level of that name.
    pub(super) fn level(&mut self, ladder: LadderIndex, name: &Name) -> Option<usize> {
        let found = self.ladders.get(ladder)?;
        let place = found.levels.iter().position(|level| level.name == name.text);
        if place.is_none() {
            let (of, span) = (found.name.clone(), found.span);
            let known: Vec<String> = found.levels.iter().map(|level| level.name.clone()).collect();
            let diagnostic =
                Diagnostic::new(Code::UnknownLevel, name.span, format!("`{of}` has no level `{}`", name.text))
                    .label(span, format!("`{of}` is declared here"))
                    .help(format!("its levels are {}", listed(&known)));
            self.suggest(diagnostic, &name.text, known.iter().map(String::as_str));
        }
        place
    }

    /// A bare word where a level of that ladder, or an arm of that experiment, is meant.
    pub(super) fn level_word(&mut self, expr: &tree::Expr, ty: &Type) -> Option<Option<Expr>> {
        if let Type::Arm(experiment) = ty {
            return self.arm_word(expr, *experiment);
        }
        let (Type::Level(ladder), tree::ExprKind::Name(word)) = (ty, &expr.kind) else { return None };
        // A name that the program declares means what it declares, unless the ladder has such a level.
        let is_level = self.ladders.get(*ladder)?.levels.iter().any(|level| level.name == *word);
        if !is_level && self.names.values.contains_key(word.as_str()) {
            return None;
        }
        let name = Name { text: word.clone(), span: expr.span };
        let level = self.level(*ladder, &name);
        Some(level.map(|level| Expr { kind: ExprKind::LevelNamed(*ladder, level), ty: ty.clone(), span: expr.span }))
    }
}

/// Names as a message lists them.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
