//! `share`: what the advocate gets of what a friend buys.
//!
//! Two rules: the friend's, on the event that is shared, tells how much that is; the advocate's is on the `referral_share` event that
//! the friend's decision holds ready, whose `amount` its effects go by.

use super::{Head, REFERRAL_SHARE, blank, held, referral_clause, returnable};
use crate::check::Checker;
use crate::check::clauses::InForce;
use crate::check::expression::Scope;
use crate::check::model::{
    Comparison, Effect, EffectKind, Expr, ExprKind, Length, ReferralFigure, Returns, RuleForm, Type, Versioned, Vest,
};
use crate::check::names::Owner;
use crate::check::path::split;
use crate::check::rule::Draft;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::referral::ReferralClause;

impl<'a> Checker<'a> {
    /// How long the advocate has its share, where that ends.
    pub(super) fn share_lasts(&mut self, form: &InForce<'a>) -> Option<Option<Length>> {
        let lasts = form.clauses.iter().find_map(|clause| match referral_clause(clause) {
            Some(ReferralClause::Share { lasts, .. }) => lasts.as_ref(),
            _ => None,
        });
        self.length_if(lasts)
    }

    /// The rules of a share, if there is one.
    pub(super) fn share_drafts(&mut self, head: &Head<'a>, forms: &[InForce<'a>], drafts: &mut Vec<Draft>) {
        let share = forms.first().into_iter().flat_map(|form| &form.clauses).find_map(|clause| {
            let Some(ReferralClause::Share { of, filter, clauses, .. }) = referral_clause(clause) else { return None };
            Some((of, filter.as_ref(), clauses.as_slice(), clause.span))
        });
        let Some((of, filter, clauses, span)) = share else { return };
        let Some((root, root_span, names)) = split(of) else { return };
        let Some(event) = self.names.events.get(root).copied() else {
            let known: Vec<&str> = self.names.events.keys().copied().collect();
            self.unknown(Code::UnknownEvent, root_span, "event", root, known);
            return;
        };
        let standard = self.events.get(event).filter(|event| event.standard);
        if let Some(name) = standard.map(|event| event.name.clone()).filter(|name| !returnable(name)) {
            self.report(
                Diagnostic::new(Code::ReferralShare, root_span, format!("nothing is bought by `{name}`")).help(
                    "name the money of an event that can be taken back, as in `share order.subtotal for 1 year { … }`",
                ),
            );
            return;
        }
        let scope = Scope { place: "`share`", ..Scope::measure(event) };
        let read = if names.is_empty() { None } else { self.path(root, root_span, &names, of.span, &scope) };
        if !names.is_empty() && read.is_none() {
            return;
        }
        let Some(of) = read.filter(|read| matches!(read.ty, Type::Money(_))) else {
            self.report(
                Diagnostic::new(Code::ReferralShare, of.span, "the advocate has a share of money that the friend has paid")
                    .help("name a field of money, as in `share order.subtotal for 1 year { earn 10% of referral_share.amount to credit }`"),
            );
            return;
        };
        let mut when = Vec::new();
        if let Some(filter) = filter {
            let Some(filter) = self.condition(filter, &scope, "`where`") else { return };
            match filter.kind {
                ExprKind::And(all) => when.extend(all),
                _ => when.push(filter),
            }
        }
        let figure = |figure| Expr { kind: ExprKind::Referral(head.index, figure), ty: Type::Bool, span };
        when.push(figure(ReferralFigure::Shares));
        // The event by which a friend comes to count is shared, too.
        let counts = figure(ReferralFigure::Counted);
        when.push(match event == head.counts {
            true => {
                let qualifies = head.filter.iter().cloned().chain([figure(ReferralFigure::Qualifies)]).collect();
                let qualifies = Expr { kind: ExprKind::And(qualifies), ty: Type::Bool, span };
                Expr { kind: ExprKind::Or(vec![counts, qualifies]), ty: Type::Bool, span }
            }
            false => counts,
        });
        let share = Effect { kind: EffectKind::Share { referral: head.index, of }, span };
        let form = RuleForm { when, returns: Returns::Revoke, effects: vec![share], ..blank(span) };
        drafts.push(held(head, "share", 0, event, vec![Versioned { from: None, value: form }], vec![Vec::new()]));
        self.shared_draft(head, clauses, span, drafts);
    }

    /// The advocate's rule.
    fn shared_draft(
        &mut self,
        head: &Head<'a>,
        clauses: &'a [crate::syntax::tree::Clause],
        span: crate::source::Span,
        drafts: &mut Vec<Draft>,
    ) {
        let Some(event) = self.names.events.get(REFERRAL_SHARE).copied() else { return };
        let Some(program) = self.names.fields.get(&(Owner::Event(event), "program")).copied() else { return };
        let scope = Scope { place: "`share`", ..Scope::rule(event) };
        let (mut value, caps) = self.part(clauses, &[], &scope, span);
        let text = |kind| Box::new(Expr { kind, ty: Type::Text, span });
        let named = text(ExprKind::Text(head.name.text.as_str().into()));
        let kind = ExprKind::Compare(Comparison::Equal, text(ExprKind::Event(program)), named);
        value.when.insert(0, Expr { kind, ty: Type::Bool, span });
        if let Some(settle) = head.referral.settle {
            for effect in &mut value.effects {
                if let EffectKind::Earn { vest: vest @ None, .. } = &mut effect.kind {
                    *vest = Some(Vest::After(settle));
                }
            }
        }
        drafts.push(held(head, "shared", 0, event, vec![Versioned { from: None, value }], vec![caps]));
    }
}
