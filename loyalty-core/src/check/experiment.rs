//! `experiment`: arms with their shares, in every form over time.

use std::collections::BTreeMap;

use super::Checker;
use super::model::{Experiment, ExperimentIndex, Expr, ExprKind, Type, Versioned};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::EngagementClause;
use crate::syntax::tree::{self, Clause, ClauseKind, Name};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// What all shares of an experiment add up to: a millionth is the finest of them.
pub const SHARES: u32 = 1_000_000;

/// The most arms of one experiment.
const ARMS_MAX: usize = 100;

const HOLDS: &str = "an `experiment` holds arms with their shares, such as `points 50%`, a `salt`, and `from` blocks";

impl<'a> Checker<'a> {
    pub(super) fn experiments(&mut self, declared: &Declared<'a>) {
        for (name, clauses) in &declared.experiments {
            let mut experiment = Experiment {
                name: name.text.clone(),
                salt: name.text.clone(),
                arms: Vec::new(),
                versions: Vec::new(),
                span: name.span,
            };
            let mut salt: Option<Span> = None;
            let mut last = None;
            let first = self.shares(&mut experiment, &mut salt, clauses, name.span, false);
            experiment.versions.push(Versioned { from: None, value: first });
            for clause in *clauses {
                let ClauseKind::From { date, clauses: inner } = &clause.kind else { continue };
                let head = Span::new(clause.span.start, inner.first().map_or(clause.span.end, |one| one.span.start));
                self.ascending(last, *date, head);
                last = Some((*date, head));
                let value = self.shares(&mut experiment, &mut salt, inner, head, true);
                experiment.versions.push(Versioned { from: Some(*date), value });
            }
            // Arms that come later had no share before.
            for version in &mut experiment.versions {
                version.value.resize(experiment.arms.len(), 0);
            }
            if experiment.arms.len() > ARMS_MAX {
                let message = format!("more than {ARMS_MAX} arms");
                self.report(Diagnostic::new(Code::TooMany, name.span, message));
            }
            self.experiments.push(experiment);
        }
    }

    /// The shares of one form, in millionths.
    fn shares(
        &mut self,
        experiment: &mut Experiment,
        salt: &mut Option<Span>,
        clauses: &'a [Clause],
        place: Span,
        dated: bool,
    ) -> Vec<u32> {
        let mut shares: Vec<u32> = vec![0; experiment.arms.len()];
        let mut named: BTreeMap<&str, Span> = BTreeMap::new();
        let (mut sum, mut sound) = (Decimal::ZERO, true);
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Engagement(EngagementClause::Arm { name, share }) => {
                    if !self.new_name(&mut named, name, "the arm") {
                        sound = false;
                        continue;
                    }
                    sum = sum.saturating_add(*share);
                    let millionths = share.checked_mul(Decimal::from(SHARES / 100)).map(|share| share.normalize());
                    let Some(millionths) =
                        millionths.filter(|share| share.scale() == 0).and_then(|share| share.to_u32())
                    else {
                        self.report(
                            Diagnostic::new(Code::OutOfRange, clause.span, "a share has at most four decimals")
                                .help("the finest share is 0.0001%"),
                        );
                        sound = false;
                        continue;
                    };
                    let known = experiment.arms.iter().position(|arm| *arm == name.text);
                    let place = known.unwrap_or_else(|| {
                        experiment.arms.push(name.text.clone());
                        shares.push(0);
                        experiment.arms.len() - 1
                    });
                    if let Some(share) = shares.get_mut(place) {
                        *share = millionths;
                    }
                }
                ClauseKind::Engagement(EngagementClause::Salt(text)) if !dated => {
                    experiment.salt.clone_from(&text.text);
                    if let Some(before) = salt.replace(clause.span) {
                        self.said_twice(clause, "salt", before);
                    }
                }
                ClauseKind::Engagement(EngagementClause::Salt(_)) => self.report(
                    Diagnostic::new(Code::FixedForever, clause.span, "`salt` cannot change from a day on")
                        .help("members would change their arms; declare another experiment"),
                ),
                ClauseKind::From { .. } if !dated => {}
                _ => self.misplaced(clause, "experiment", HOLDS),
            }
        }
        if sound && sum != Decimal::ONE_HUNDRED {
            let difference = (Decimal::ONE_HUNDRED - sum).normalize();
            let help = if difference > Decimal::ZERO {
                format!("{difference}% are missing: write `holdout {difference}%` for members whom it does not reach")
            } else {
                format!("{}% are too many", -difference)
            };
            let message = format!("the shares of these arms add up to {}%, not to 100%", sum.normalize());
            self.report(Diagnostic::new(Code::ShareSum, place, message).help(help));
        }
        shares
    }

    fn arm(&mut self, experiment: ExperimentIndex, name: &Name) -> Option<usize> {
        let found = self.experiments.get(experiment)?;
        let place = found.arms.iter().position(|arm| *arm == name.text);
        if place.is_none() {
            let (of, span, known) = (found.name.clone(), found.span, found.arms.clone());
            let listed = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = format!("the experiment `{of}` has no arm `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message)
                .label(span, format!("`{of}` is declared here"))
                .help(format!("its arms are {listed}"));
            self.suggest(diagnostic, &name.text, known.iter().map(String::as_str));
        }
        place
    }

    /// An arm by its name, where one of that experiment is meant.
    pub(super) fn arm_named(&mut self, experiment: ExperimentIndex, name: &Name) -> Option<Expr> {
        let arm = self.arm(experiment, name)?;
        Some(Expr { kind: ExprKind::ArmNamed(experiment, arm), ty: Type::Arm(experiment), span: name.span })
    }

    /// A bare word where an arm of that experiment is meant.
    pub(super) fn arm_word(&mut self, expr: &tree::Expr, experiment: ExperimentIndex) -> Option<Option<Expr>> {
        let tree::ExprKind::Name(word) = &expr.kind else { return None };
        let is_arm = self.experiments.get(experiment)?.arms.iter().any(|arm| arm == word);
        if !is_arm && self.names.values.contains_key(word.as_str()) {
            return None;
        }
        Some(self.arm_named(experiment, &Name { text: word.clone(), span: expr.span }))
    }
}
