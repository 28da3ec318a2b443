//! `policy messages`: what may be said to whom, when and how often; and what members agree to.

use std::collections::BTreeSet;

use super::Checker;
use super::expression::Scope;
use super::model::{AtMost, Category, ConsentNeed, Expr, ExprKind, MessagePolicy, Per, Quiet, Type};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::engagement::{EngagementClause, EngagementEffect, MessagePer};
use crate::syntax::tree::{self, Clause, ClauseKind, Effect, Name};

/// The policy that this version knows.
const MESSAGES: &str = "messages";

impl<'a> Checker<'a> {
    pub(super) fn message_policy(&mut self, declared: &Declared<'a>) -> Option<MessagePolicy> {
        let mut policy: Option<MessagePolicy> = None;
        for (name, clauses) in &declared.policies {
            if name.text != MESSAGES {
                let diagnostic =
                    Diagnostic::new(Code::BadPolicy, name.span, format!("there is no policy of `{}`", name.text));
                self.report(diagnostic.help("write `policy messages { … }`"));
                continue;
            }
            policy = Some(self.policy_clauses(clauses, name.span));
        }
        if policy.as_ref().is_some_and(|policy| policy.window.is_some()) {
            self.broadcasts_without_template();
        }
        let marketing: Option<Span> = self.first_of(Category::Marketing);
        if let Some(span) = marketing
            && self.errors == 0
            && !policy
                .as_ref()
                .is_some_and(|policy| policy.consent.iter().any(|need| need.category == Category::Marketing))
        {
            self.report(
                Diagnostic::new(Code::NoConsent, span, "this promotes, and nothing asks whether the member agrees")
                    .help("write `policy messages { consent marketing }`, and a rule that says `consent marketing`"),
            );
        }
        policy
    }

    fn policy_clauses(&mut self, clauses: &'a [Clause], span: Span) -> MessagePolicy {
        let mut policy = MessagePolicy { span, ..MessagePolicy::default() };
        let mut seen = BTreeSet::new();
        for clause in clauses {
            let (name, key) = match &clause.kind {
                ClauseKind::Effect(Effect::Engagement(EngagementEffect::Consent(name))) => (Some(name), "consent"),
                ClauseKind::Engagement(EngagementClause::DoubleConsent(name)) => (Some(name), "consent"),
                ClauseKind::Engagement(EngagementClause::Allowed { category, .. }) => (Some(category), "when"),
                ClauseKind::Engagement(EngagementClause::Quiet { .. }) => (None, "quiet"),
                ClauseKind::Engagement(EngagementClause::MessageWindow(_)) => (None, "window"),
                _ => (None, ""),
            };
            if !key.is_empty() && !seen.insert((key, name.map(|name| name.text.as_str()))) {
                let message = format!("`{key}` is given twice");
                self.report(Diagnostic::new(Code::DuplicateClause, clause.span, message));
            }
            match &clause.kind {
                ClauseKind::Effect(Effect::Engagement(EngagementEffect::Consent(name))) => {
                    let category = self.promoting(name);
                    policy.consent.extend(category.map(|category| ConsentNeed { category, double: false }));
                }
                ClauseKind::Engagement(EngagementClause::DoubleConsent(name)) => {
                    let category = self.promoting(name);
                    policy.consent.extend(category.map(|category| ConsentNeed { category, double: true }));
                }
                ClauseKind::Engagement(EngagementClause::AtMost { category, count, per }) => {
                    self.at_most(&mut policy, category, *count, per, clause.span);
                }
                ClauseKind::Engagement(EngagementClause::Quiet { from, to, dropped, categories }) => {
                    if from == to {
                        self.report(
                            Diagnostic::new(Code::BadPolicy, clause.span, "quiet hours that never end")
                                .help("begin and end at two times of the day, as in `quiet 21:00 .. 09:00`"),
                        );
                    }
                    let named: Vec<Category> = categories.iter().filter_map(|name| self.promoting(name)).collect();
                    let categories =
                        if categories.is_empty() { vec![Category::Utility, Category::Marketing] } else { named };
                    policy.quiet = Some(Quiet { from: *from, to: *to, dropped: *dropped, categories });
                }
                ClauseKind::Engagement(EngagementClause::MessageWindow(duration)) => policy.window = self.length(duration),
                ClauseKind::Engagement(EngagementClause::Allowed { category, when }) => {
                    let category = self.promoting(category);
                    let when = self.condition(when, &Scope::member("a policy"), "`when`");
                    policy.allowed.extend(category.zip(when));
                }
                _ => self.report(
                    Diagnostic::new(
                        Code::ClauseNotAllowed,
                        clause.span,
                        format!("a policy of messages holds no `{}`", clause.kind.word()),
                    )
                    .help("it holds `consent marketing`, `marketing at most 2 per week`, `marketing when …`, `quiet 21:00 .. 09:00` and `window 24 hours`"),
                ),
            }
        }
        policy
    }

    /// A category that a policy can restrict: answers are always allowed.
    fn promoting(&mut self, name: &Name) -> Option<Category> {
        let category = self.category(name)?;
        if category == Category::Reply {
            self.report(
                Diagnostic::new(
                    Code::BadPolicy,
                    name.span,
                    "a reply is an answer to what the member has just written, and always allowed",
                )
                .help("name `utility` or `marketing`"),
            );
            return None;
        }
        Some(category)
    }

    fn at_most(&mut self, policy: &mut MessagePolicy, name: &Name, count: u32, per: &MessagePer, span: Span) {
        let category = self.promoting(name);
        if count == 0 {
            self.report(
                Diagnostic::new(Code::OutOfRange, span, "at most none is none at all")
                    .help("at most 1 or more; messages that are never said need no rule"),
            );
            return;
        }
        let per = match per {
            MessagePer::Period(period) => Some(Per::Period(*period)),
            MessagePer::Duration(duration) => self.length(duration).map(Per::Rolling),
            MessagePer::InTotal(period) => {
                policy.totals.extend(category.map(|category| (category, count, *period)));
                return;
            }
        };
        policy.at_most.extend(category.zip(per).map(|(category, per)| AtMost { category, count, per }));
    }

    /// `member.consents marketing`
    pub(super) fn consents(&mut self, arguments: &'a [tree::Expr], span: Span, scope: &Scope) -> Option<Expr> {
        let [member, category] = arguments else { return None };
        let (tree::ExprKind::Name(member), tree::ExprKind::Name(category)) = (&member.kind, &category.kind) else {
            return None;
        };
        if member != "member" {
            self.report(
                Diagnostic::new(Code::WrongType, span, "only a member agrees to something")
                    .help(format!("write `member.consents {category}`")),
            );
            return None;
        }
        if !scope.state {
            self.out_of_reach("member", span, scope);
            return None;
        }
        self.consents_read.insert(category.clone());
        Some(Expr { kind: ExprKind::Consents(category.as_str().into()), ty: Type::Bool, span })
    }
}
