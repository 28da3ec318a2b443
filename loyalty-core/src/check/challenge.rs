//! `challenge`: what is counted, in which time, up to which goals, and what is had for them.

mod goals;
mod read;

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Checker;
use super::blocks::Block;
use super::clauses::{Holder, InForce};
use super::expression::Scope;
use super::graph::cycle;
use super::model::{
    AggregateFunction, Challenge, ChallengeForm, ChallengeIndex, Cycle, Expr, ExprKind, GoalHead, Goals, Held, Measure,
    MeasureForm, MeasureIndex, MeasureOf, Meter, Moment, OptIn, Origin, OwnFrom, Progress, Returns, Type, Versioned,
    WalletIndex, Window, Within,
};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::{EngagementClause, Goal, GoalValue, Step, Within as WrittenWithin};
use crate::syntax::tree::{self, ClauseKind, Name};

/// What every challenge has by itself, so that no goal may be called so.
const FIGURES: [&str; 8] = ["current", "goal", "remaining", "percent", "completed", "times", "best", "deadline"];

/// The most goals that one challenge may have, and the most steps.
const GOALS_MAX: usize = 100;

/// The standard event by which a member asks to take part.
const OPT_IN: &str = "opt_in";

impl Progress {
    /// The measures that it goes by.
    pub(super) fn measures(&self) -> &[MeasureIndex] {
        match self {
            Self::Measure(measure) | Self::Streak(measure, _) => core::slice::from_ref(measure),
            Self::Steps { steps, .. } => steps,
        }
    }
}

impl<'a> Checker<'a> {
    /// The challenges and the names of their goals, which other declarations may count.
    pub(super) fn challenge_names(&mut self, declared: &Declared<'a>) {
        for (name, clauses) in &declared.challenges {
            let mut goals = Vec::new();
            let mut known: BTreeMap<&str, Span> = BTreeMap::new();
            for goal in clauses.iter().filter_map(|clause| goal_of(&clause.kind)) {
                if let Some(name) = &goal.name {
                    if FIGURES.contains(&name.text.as_str()) {
                        self.report(
                            Diagnostic::new(
                                Code::Reserved,
                                name.span,
                                format!("every challenge has its own `{}`", name.text),
                            )
                            .help("choose another name"),
                        );
                    } else if let Some(before) = known.insert(&name.text, name.span) {
                        let message = format!("the goal `{}` is declared twice", name.text);
                        self.report(
                            Diagnostic::new(Code::Duplicate, name.span, message)
                                .at("declared again here")
                                .label(before, "first declared here")
                                .help("give one of them another name"),
                        );
                    }
                }
                if goals.len() == GOALS_MAX {
                    let message = format!("more than {GOALS_MAX} goals");
                    self.report(Diagnostic::new(Code::TooMany, name.span, message).at("the first one too many"));
                }
                goals.push(GoalHead { name: goal.name.as_ref().map(|name| name.text.clone()) });
            }
            // The steps themselves are the goal.
            if goals.is_empty() {
                goals.push(GoalHead { name: None });
            }
            self.challenges.push(Challenge {
                name: name.text.clone(),
                progress: Progress::Steps { steps: Vec::new(), in_order: false },
                within: Within::AllTime,
                opt_in: None,
                after: None,
                freeze: None,
                ty: Type::Number,
                goals,
                versions: Vec::new(),
                span: name.span,
            });
        }
    }

    /// What each challenge counts and when, which no day changes.
    pub(super) fn challenge_heads(&mut self, declared: &Declared<'a>) {
        for (index, (name, clauses)) in declared.challenges.iter().enumerate() {
            self.challenge_head(index, name, clauses);
        }
        let edges: Vec<Vec<usize>> =
            self.challenges.iter().map(|challenge| challenge.after.into_iter().collect()).collect();
        let Some(ring) = cycle(&edges) else { return };
        let ring: Vec<&Challenge> = ring.iter().filter_map(|index| self.challenges.get(*index)).collect();
        let names: Vec<String> = ring.iter().map(|challenge| format!("`{}`", challenge.name)).collect();
        let span = ring.first().map_or(Span::default(), |challenge| challenge.span);
        let message = match names.as_slice() {
            [one] => format!("the challenge {one} comes after itself"),
            [first, ..] => format!("the challenge {}, which comes after {first}", names.join(" comes after ")),
            [] => String::new(),
        };
        let mut diagnostic = Diagnostic::new(Code::ChallengeCycle, span, message).at("nobody can begin here");
        for challenge in ring.iter().skip(1) {
            diagnostic = diagnostic.label(challenge.span, "on the way");
        }
        self.report(diagnostic.help("let one of them stand without `after`"));
    }

    fn challenge_head(&mut self, index: ChallengeIndex, name: &Name, clauses: &'a [tree::Clause]) {
        let (mut counted, mut within) = (None, None);
        let (mut opt_in, mut after, mut freeze) = (None, None, None);
        for clause in clauses {
            let ClauseKind::Engagement(engagement) = &clause.kind else { continue };
            match engagement {
                EngagementClause::Progress(_) | EngagementClause::Steps { .. } => {
                    if let Some(before) = counted {
                        let (_, before): (&EngagementClause, Span) = before;
                        self.report(
                            Diagnostic::new(Code::NoProgress, clause.span, "a challenge counts one thing")
                                .label(before, "it counts this already")
                                .help("write a challenge for each, and let one come `after` the other"),
                        );
                    } else {
                        counted = Some((engagement, clause.span));
                    }
                }
                EngagementClause::Within(written) => within = Some((written, clause.span)),
                EngagementClause::OptIn { once } => {
                    opt_in = Some(if *once { OptIn::Once } else { OptIn::EachWindow });
                }
                EngagementClause::After(name) => after = self.challenge_named(name),
                EngagementClause::Freeze(price) => freeze = Some((price, clause.span)),
                _ => {}
            }
        }
        let Some((counted, counted_span)) = counted else {
            self.report(Diagnostic::new(Code::NoProgress, name.span, "nothing says what this challenge counts").help(
                "write it as in `count order`, `sum order.subtotal`, `streak order by week` or `steps [signup, order]`",
            ));
            return;
        };
        let windows_before = clauses.iter().filter_map(|clause| goal_of(&clause.kind)).filter_map(averaged).max();
        let within = match within {
            Some((written, span)) => match self.within(index, written, span) {
                Some(within) => (within, span),
                None => return,
            },
            None => (Within::AllTime, counted_span),
        };
        let opt_in = if matches!(within.0, Within::OptedIn(_)) { opt_in.or(Some(OptIn::EachWindow)) } else { opt_in };
        let own_start = opt_in.is_some() || after.is_some();
        let meter = Meter { by_instant: own_start, windows_before: windows_before.unwrap_or(0) };
        let Some((progress, ty)) = self.progress(index, counted, within, meter) else { return };
        let freeze = match freeze {
            Some((price, span)) => self.freeze(price, span, &progress),
            None => None,
        };
        if let (Progress::Streak(..), Some(_)) = (&progress, opt_in.map(|_| ()).or(after.map(|_| ()))) {
            self.report(
                Diagnostic::new(Code::BadWindow, counted_span, "a streak begins with its first event")
                    .help("leave out `opt in` and `after`, or count the events of a streak by a measure"),
            );
        }
        if let Some(challenge) = self.challenges.get_mut(index) {
            challenge.progress = progress;
            challenge.within = within.0;
            challenge.opt_in = opt_in;
            challenge.after = after;
            challenge.freeze = freeze;
            challenge.ty = ty;
        }
    }

    fn within(&mut self, index: ChallengeIndex, written: &'a WrittenWithin, span: Span) -> Option<Within> {
        Some(match written {
            WrittenWithin::Each { of, .. } => Within::Each(*of),
            WrittenWithin::Following { duration, event } => {
                let length = self.length(duration);
                if event.text == OPT_IN {
                    return Some(Within::OptedIn(length?));
                }
                let event = self.event(event);
                let (length, event) = (length?, event?);
                let of = self.hidden(index, "start of", event, Window::AllTime, span);
                Within::Following { length, of }
            }
            WrittenWithin::Window(tree::Window::AllTime) => Within::AllTime,
            WrittenWithin::Window(tree::Window::Rolling(duration)) => Within::Rolling(self.length(duration)?),
            WrittenWithin::Window(tree::Window::Range(range)) => {
                let (from, to) = self.days(range)?;
                Within::Range { from, to }
            }
            WrittenWithin::Window(_) => {
                self.report(
                    Diagnostic::new(Code::BadWindow, span, "a challenge needs a window that says when it begins anew")
                        .help("write `within each month`, `within 2026-11-01 .. 2026-12-31`, `within over last 30 days` or `within 30 days of signup`"),
                );
                return None;
            }
        })
    }

    /// A measure of the instants of an event, for a challenge.
    fn hidden(&mut self, index: ChallengeIndex, what: &str, event: usize, window: Window, span: Span) -> MeasureIndex {
        let name = self.challenges.get(index).map_or(String::new(), |challenge| challenge.name.clone());
        self.measures.push(Some(Measure {
            name: format!("{what} challenge {name}"),
            origin: Origin::Trigger,
            of: MeasureOf::Event(event),
            function: AggregateFunction::Last,
            by: None,
            ty: Type::Instant,
            versions: vec![Versioned { from: None, value: MeasureForm { value: None, filter: None, window } }],
            returns: Returns::Revoke,
            meter: None,
            span,
        }));
        self.measures.len() - 1
    }

    /// What is counted, and its type.
    fn progress(
        &mut self,
        index: ChallengeIndex,
        counted: &'a EngagementClause,
        (within, within_span): (Within, Span),
        meter: Meter,
    ) -> Option<(Progress, Type)> {
        let rolling = matches!(within, Within::Rolling(_) | Within::Following { .. } | Within::OptedIn(_));
        let meter = Meter { by_instant: meter.by_instant || rolling, ..meter };
        let window = match within {
            Within::AllTime => Window::AllTime,
            Within::Each(Cycle::Calendar(period)) => Window::This(period),
            Within::Each(Cycle::Membership(each)) => Window::Own { of: OwnFrom::Membership, each, previous: false },
            Within::Rolling(length) | Within::Following { length, .. } | Within::OptedIn(length) => {
                Window::Rolling(length)
            }
            Within::Range { from, to } => Window::Range { from, to },
        };
        let name = self.challenges.get(index).map_or(String::new(), |challenge| challenge.name.clone());
        let aggregate = match counted {
            EngagementClause::Progress(aggregate) => aggregate,
            EngagementClause::Steps { steps, in_order } => {
                return Some((self.steps(index, steps, *in_order, window, meter)?, Type::Number));
            }
            _ => return None,
        };
        let over = self.over_events(aggregate)?;
        let ty = over.ty.clone();
        if !ty.is_quantity() {
            let found = self.describe(&ty);
            let message = format!("a challenge counts up to a goal, and this is {found}");
            self.report(
                Diagnostic::new(Code::WrongType, aggregate.of.span, message).help("count events, or sum up an amount"),
            );
            return None;
        }
        let streak = (over.function == AggregateFunction::Streak).then_some(over.by).flatten();
        if streak.is_some() && !matches!(within, Within::AllTime | Within::Range { .. }) {
            self.report(
                Diagnostic::new(Code::BadWindow, within_span, "a streak runs on from window to window")
                    .help("leave out `within`, or give it days: `within 2026-11-01 .. 2026-12-31`"),
            );
            return None;
        }
        let measure = self.measures.len();
        self.measures.push(Some(Measure {
            name: format!("challenge {name}"),
            origin: Origin::Trigger,
            of: over.of,
            function: over.function,
            by: over.by,
            ty: over.ty,
            versions: vec![Versioned {
                from: None,
                value: MeasureForm { value: over.value, filter: over.filter, window },
            }],
            returns: Returns::Revoke,
            meter: Some(meter),
            span: aggregate.of.span,
        }));
        Some(match streak {
            Some(period) => (Progress::Streak(measure, period), ty),
            None => (Progress::Measure(measure), ty),
        })
    }

    fn steps(
        &mut self,
        index: ChallengeIndex,
        steps: &'a [Step],
        in_order: bool,
        window: Window,
        meter: Meter,
    ) -> Option<Progress> {
        let mut measures = Vec::new();
        let span = self.challenges.get(index).map_or(Span::default(), |challenge| challenge.span);
        if steps.is_empty() || steps.len() > GOALS_MAX {
            let message = format!("a challenge has 1 to {GOALS_MAX} steps");
            self.report(Diagnostic::new(Code::NoProgress, span, message).help("write `steps [signup, order]`"));
            return None;
        }
        for (number, step) in steps.iter().enumerate() {
            let bare = |step: &&Step| step.filter.is_none() && !in_order;
            let before = steps.iter().take(number).filter(bare).find(|before| before.event.text == step.event.text);
            if let Some(before) = before.filter(|_| bare(&step)) {
                let name = &step.event.text;
                self.report(
                    Diagnostic::new(Code::StepTwice, step.event.span, format!("one `{name}` does both of these steps"))
                        .label(before.event.span, "the other one")
                        .help(format!("so many of them are counted, `count {name} goal 2`; one after the other they are steps `in order`")),
                );
            }
            let event = self.event(&step.event);
            let filter = match (&step.filter, event) {
                (Some(filter), Some(event)) => {
                    self.condition(filter, &Scope::measure(event), "`where`").map(Some).ok_or(())
                }
                _ => Ok(None),
            };
            let (Some(event), Ok(filter)) = (event, filter) else { continue };
            let measure = self.hidden(index, &format!("step {} of", number + 1), event, window, step.event.span);
            if let Some(Some(measure)) = self.measures.get_mut(measure) {
                measure.meter = Some(meter);
                measure.versions.iter_mut().for_each(|form| form.value.filter.clone_from(&filter));
            }
            measures.push(measure);
        }
        (measures.len() == steps.len()).then_some(Progress::Steps { steps: measures, in_order })
    }

    /// What keeps a streak: a whole number of points that are spent.
    fn freeze(&mut self, price: &'a tree::Expr, span: Span, progress: &Progress) -> Option<(WalletIndex, Decimal)> {
        let (value, price) = self.positive(price, "what keeps a streak")?;
        let Type::Amount(wallet) = price.ty else {
            let found = self.describe(&price.ty);
            self.report(
                Diagnostic::new(Code::WrongType, price.span, format!("a streak is kept by points, and this is {found}"))
                    .help("declare a wallet for it, as in `wallet shields { hold at most 2 shields }`, and write `freeze 1 shields`"),
            );
            return None;
        };
        if !matches!(progress, Progress::Streak(..)) {
            self.report(
                Diagnostic::new(Code::BadRound, span, "only a streak can be kept over a period without an event")
                    .help("write `streak order by week`, or leave out `freeze`"),
            );
            return None;
        }
        self.no_finer(wallet, value, price.span, "what keeps a streak").then_some((wallet, value))
    }

    /// Goals and rewards of each challenge, from each day on.
    pub(super) fn challenges(&mut self, declared: &Declared<'a>) {
        for (index, (name, clauses)) in declared.challenges.iter().enumerate() {
            let errors = self.errors;
            let forms = self.in_force(Holder::Challenge, clauses);
            let mut versions = Vec::new();
            for form in &forms {
                let value = self.challenge_form(index, name, form);
                versions.push(Versioned { from: form.from, value });
            }
            if self.errors == errors {
                self.lint_goal(index, &versions);
            }
            self.rewards(index, name, &forms);
            if let Some(challenge) = self.challenges.get_mut(index) {
                challenge.versions = versions;
            }
        }
    }

    fn challenge_form(&mut self, index: ChallengeIndex, name: &Name, form: &InForce<'a>) -> ChallengeForm {
        let mut value = ChallengeForm {
            goal: Goals::Fixed(Vec::new()),
            repeat: None,
            carry: false,
            tolerance: None,
            returns: self.rule_returns.unwrap_or(Returns::Keep),
            migrate: false,
            when: Vec::new(),
        };
        let (mut goals, mut carry) = (Vec::new(), None);
        for clause in &form.clauses {
            match &clause.kind {
                ClauseKind::When(when) => match self.condition(when, &Scope::member("a challenge"), "`when`") {
                    Some(Expr { kind: ExprKind::And(all), .. }) => value.when.extend(all),
                    when => value.when.extend(when),
                },
                ClauseKind::Returns { policy: Some(policy), .. } => value.returns = *policy,
                ClauseKind::Engagement(EngagementClause::Goal(goal)) => goals.push((goal, clause.span)),
                ClauseKind::Engagement(EngagementClause::Repeat { up_to }) => {
                    if *up_to == Some(0) {
                        self.report(Diagnostic::new(Code::OutOfRange, clause.span, "it can be done once at least"));
                    }
                    value.repeat = Some(*up_to);
                }
                ClauseKind::Engagement(EngagementClause::Carry(rest)) => {
                    carry = Some(clause.span);
                    value.carry = *rest;
                }
                ClauseKind::Engagement(EngagementClause::Tolerance(duration)) => {
                    value.tolerance = self.length(duration)
                }
                ClauseKind::Engagement(EngagementClause::Migrate) => value.migrate = true,
                _ => {}
            }
        }
        let within = self.challenges.get(index).map_or(Within::AllTime, |challenge| challenge.within);
        if let Some(carry) = carry {
            let help = if value.repeat.is_none() {
                Some("write `repeat` beside it: what is over counts for the next round")
            } else if matches!(within, Within::Rolling(_)) && value.carry {
                Some(
                    "what a window that moves on has counted leaves it again; write `carry nothing`, or a window of days",
                )
            } else {
                None
            };
            if let Some(help) = help {
                self.report(Diagnostic::new(Code::BadRound, carry, "there is no round for what is over").help(help));
            }
        }
        value.goal = self.goals(index, name, &goals);
        value
    }

    /// The blocks of effects, each a rule that a goal sets off.
    fn rewards(&mut self, index: ChallengeIndex, name: &Name, forms: &[InForce<'a>]) {
        let count = self.challenges.get(index).map_or(0, |challenge| challenge.goals.len());
        for place in 0..count {
            let mut found: Vec<(Option<chrono::NaiveDate>, &'a [tree::Clause], Span)> = Vec::new();
            for form in forms {
                let goals = form.clauses.iter().filter_map(|clause| Some((goal_of(&clause.kind)?, clause.span)));
                let own = goals.clone().nth(place).and_then(|(goal, span)| Some((goal.effects.as_deref()?, span)));
                let reward = form.clauses.iter().find_map(|clause| match &clause.kind {
                    ClauseKind::Engagement(EngagementClause::Reward(clauses)) => {
                        Some((clauses.as_slice(), clause.span))
                    }
                    _ => None,
                });
                let reward = reward.filter(|_| place + 1 == count);
                if let (Some((_, own)), Some((_, reward))) = (own, reward) {
                    self.report(
                        Diagnostic::new(Code::DuplicateClause, reward, "the last goal has its reward already")
                            .label(own, "what is had for the last goal")
                            .help("write all of it in one block"),
                    );
                }
                if let Some((clauses, span)) = own.or(reward) {
                    found.push((form.from, clauses, span));
                }
            }
            let Some((_, _, span)) = found.first().copied() else { continue };
            let held = Held { keyword: "challenge", name: name.text.clone() };
            let rule = if count == 1 {
                format!("challenge {}", name.text)
            } else {
                format!("challenge {} goal {}", name.text, place + 1)
            };
            let moment = Moment::Goal(index, place);
            self.blocks.push(Block { held, name: rule, moment, forms: found, span });
        }
    }
}

fn goal_of(clause: &ClauseKind) -> Option<&Goal> {
    match clause {
        ClauseKind::Engagement(EngagementClause::Goal(goal)) => Some(goal),
        _ => None,
    }
}

/// How many windows before the first a goal is the mean of.
fn averaged(goal: &Goal) -> Option<u32> {
    match &goal.value {
        GoalValue::Adaptive { average, .. } => average.as_ref().map(|average| average.count.min(1_000)),
        GoalValue::Plain(_) => None,
    }
}
