//! `referral`: who brings whom, what counts, and the rules that both sides get their parts by.
//!
//! The parts become rules like all others: the friend's on the event that counts, the advocate's on the `referral` event that
//! the friend's decision holds ready. What the two sides must remember is the engine's, in `engine/referrals`.

mod share;

use chrono::NaiveDate;

use super::Checker;
use super::blocks::Block;
use super::clauses::{Holder, InForce};
use super::expression::Scope;
use super::model::{
    Comparison, DatePart, Effect, EffectKind, EventIndex, Expr, ExprKind, FieldIndex, Held, Moment, Referral,
    ReferralFigure, ReferralIndex, Returns, Rule, RuleForm, Trigger, Type, Versioned, Vest,
};
use super::names::{Declared, Owner};
use super::path::split;
use super::rule::{CapTypes, Draft};
use crate::diagnostic::{Code, Diagnostic};
use crate::sorting::Arrange as _;
use crate::source::Span;
use crate::syntax::referral::ReferralClause;
use crate::syntax::tree::{self, Clause, ClauseKind, Name};

/// The standard event that tells an advocate of a friend.
const REFERRAL: &str = "referral";

/// The standard event that tells an advocate of what a friend has bought.
const REFERRAL_SHARE: &str = "referral_share";

/// What tells people apart, in the event that brings a friend.
const IDENTITIES: &str = "identities";

/// What a declaration says once and for all.
struct Head<'a> {
    name: &'a Name,
    index: ReferralIndex,
    /// The event that brings a friend, with who brought it.
    brings: EventIndex,
    by: Expr,
    identities: Option<FieldIndex>,
    /// The event that counts, and its conditions.
    counts: EventIndex,
    filter: Vec<Expr>,
    referral: Referral,
    at_joining: bool,
}

/// The parts of a form.
#[derive(Default)]
struct Parts<'a> {
    friend: Option<(&'a [Clause], Span)>,
    advocate: Option<(&'a [Clause], Span)>,
    limits: Vec<&'a Clause>,
}

impl<'a> Checker<'a> {
    /// The rules that referrals are made of.
    pub(super) fn referral_drafts(&mut self, declared: &Declared<'a>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for (name, by, clauses) in &declared.referrals {
            let errors = self.errors;
            let forms = self.in_force(Holder::Referral, clauses);
            let head = self.referral_head(name, by, &forms);
            // Whatever is wrong, the declarations keep their numbers.
            let blank = Referral {
                name: name.text.clone(),
                within: None,
                settle: None,
                revoke: false,
                reach: Vec::new(),
                shares: None,
                span: name.span,
            };
            self.referrals.push(head.as_ref().map_or(blank, |head| head.referral.clone()));
            let Some(head) = head else { continue };
            drafts.push(self.brings(&head));
            self.friend_drafts(&head, &forms, &mut drafts);
            self.advocate_drafts(&head, &forms, &mut drafts);
            self.reach_drafts(&head, &forms, &mut drafts);
            self.share_drafts(&head, &forms, &mut drafts);
            for draft in &mut drafts {
                draft.sound &= self.errors == errors;
            }
        }
        drafts
    }

    fn referral_head(&mut self, name: &'a Name, by: &'a tree::Expr, forms: &[InForce<'a>]) -> Option<Head<'a>> {
        let brought = self.referral_by(by);
        let first = forms.first()?;
        let clauses =
            || first.clauses.iter().filter_map(|clause| referral_clause(clause).map(|kind| (kind, clause.span)));
        let qualify = clauses().find_map(|(clause, _)| match clause {
            ReferralClause::Qualify { event, filter, when } => Some((event, filter.as_ref(), when.as_ref())),
            _ => None,
        });
        let within = clauses().find_map(|(clause, _)| match clause {
            ReferralClause::Within(length) => Some(length),
            _ => None,
        });
        let settle = clauses().find_map(|(clause, _)| match clause {
            ReferralClause::Settle(length) => Some(length),
            _ => None,
        });
        let at_joining = clauses().any(|(clause, _)| matches!(clause, ReferralClause::Terms { at_joining: true }));
        let returns = |form: &InForce<'a>| {
            form.clauses.iter().find_map(|clause| match &clause.kind {
                ClauseKind::Returns { policy: Some(policy), .. } => Some((*policy, clause.span)),
                _ => None,
            })
        };
        let policy = returns(first);
        for (later, span) in forms.iter().skip(1).filter_map(returns) {
            if policy.map(|(policy, _)| policy) != Some(later) {
                self.report(
                    Diagnostic::new(Code::FixedForever, span, "`returns` cannot change from a day on in a `referral`")
                        .help("friends who count already would change their meaning; declare another one"),
                );
            }
        }
        let gives = |form: &InForce<'a>| {
            form.clauses.iter().filter_map(|clause| referral_clause(clause)).any(|clause| {
                !matches!(
                    clause,
                    ReferralClause::Qualify { .. }
                        | ReferralClause::Within(_)
                        | ReferralClause::Settle(_)
                        | ReferralClause::Terms { .. }
                )
            })
        };
        if !forms.iter().any(gives) {
            self.report(
                Diagnostic::new(Code::IncompleteReferral, name.span, "this referral gives nobody anything")
                    .help("write what the advocate gets, `advocate { earn 500 beans }`, or the friend"),
            );
        }
        let Some((event, filter, when)) = qualify else {
            self.report(
                Diagnostic::new(Code::IncompleteReferral, name.span, "nothing says what a friend must do to count")
                    .help("write it as in `qualify order where total >= 20 MYR`"),
            );
            return None;
        };
        let counts = self.event(event);
        if let Some(standard) = counts.and_then(|counts| self.events.get(counts)).filter(|event| event.standard)
            && !returnable(&standard.name)
        {
            let message = format!("`{}` is no event that a friend can count by", event.text);
            self.report(
                Diagnostic::new(Code::IncompleteReferral, event.span, message)
                    .help("name an event that can be taken back, such as `order`"),
            );
            return None;
        }
        let filter = match (filter, counts) {
            (Some(filter), Some(counts)) => {
                let scope = Scope { place: "`qualify`", ..Scope::measure(counts) };
                self.condition(filter, &scope, "`where`").map(Some)
            }
            (Some(_), None) => None,
            (None, _) => Some(None),
        };
        // What the friend has: with the event at hand counted in it, as in a rule.
        let when = match (when, counts) {
            (Some(when), Some(counts)) => {
                let scope = Scope { place: "`qualify`", ..Scope::rule(counts) };
                self.condition(when, &scope, "`when`").map(Some)
            }
            (Some(_), None) => None,
            (None, _) => Some(None),
        };
        let (within, settle, shares) = (self.length_if(within), self.length_if(settle), self.share_lasts(first));
        let conditions = [filter?, when?].into_iter().flatten();
        let filter = conditions.flat_map(|condition| match condition {
            Expr { kind: ExprKind::And(all), .. } => all,
            condition => vec![condition],
        });
        let filter: Vec<Expr> = filter.collect();
        let (brings, by, identities) = brought?;
        let referral = Referral {
            name: name.text.clone(),
            within: within?,
            settle: settle?,
            revoke: policy.is_some_and(|(policy, _)| policy == Returns::Revoke),
            reach: self.reach(forms),
            shares: shares?,
            span: name.span,
        };
        let index = self.referrals.len();
        Some(Head { name, index, brings, by, identities, counts: counts?, filter, referral, at_joining })
    }

    /// The event and field that tell who brought the member, and where its identities are.
    fn referral_by(&mut self, by: &'a tree::Expr) -> Option<(EventIndex, Expr, Option<FieldIndex>)> {
        let (root, root_span, names) = split(by)?;
        let Some(event) = self.names.events.get(root).copied() else {
            let known: Vec<&str> = self.names.events.keys().copied().collect();
            self.unknown(Code::UnknownEvent, root_span, "event", root, known);
            return None;
        };
        let wrong = |found: String| {
            Diagnostic::new(
                Code::ReferralBy,
                by.span,
                format!("the advocate is a text of an event, and this is {found}"),
            )
            .help("name the field that holds the advocate's member id, as in `signup.referrer`")
        };
        if names.is_empty() {
            self.report(wrong(format!("the event `{root}`")));
            return None;
        }
        let expr = self.path(root, root_span, &names, by.span, &Scope::rule(event))?;
        if expr.ty != Type::Text {
            let found = self.describe(&expr.ty);
            self.report(wrong(found));
            return None;
        }
        let own = self.names.fields.get(&(Owner::Event(event), IDENTITIES)).copied();
        let identities = own.filter(|field| {
            let ty = self.fields_of(Owner::Event(event)).get(*field).map(|field| &field.ty);
            ty == Some(&Type::List(Box::new(Type::Text)))
        });
        Some((event, expr, identities))
    }

    /// The rule that notes who brought the member.
    fn brings(&self, head: &Head<'a>) -> Draft {
        let kind = EffectKind::Bring { referral: head.index, by: head.by.clone(), identities: head.identities };
        let form = RuleForm { effects: vec![Effect { kind, span: head.by.span }], ..blank(head.name.span) };
        held(head, "joining", 0, head.brings, vec![Versioned { from: None, value: form }], vec![Vec::new()])
    }

    /// The friend's part, on the event that counts.
    fn friend_drafts(&mut self, head: &Head<'a>, forms: &[InForce<'a>], drafts: &mut Vec<Draft>) {
        let scope = Scope { place: "`friend`", ..Scope::rule(head.counts) };
        let span = head.name.span;
        let (mut versions, mut types) = (Vec::new(), Vec::new());
        for form in forms {
            let (mut value, caps) = match parts(form).friend {
                Some((clauses, span)) => self.part(clauses, &[], &scope, span),
                None => (blank(span), Vec::new()),
            };
            let mut when = head.filter.clone();
            let kind = ExprKind::Referral(head.index, ReferralFigure::Qualifies);
            when.push(Expr { kind, ty: Type::Bool, span });
            when.append(&mut value.when);
            value.when = when;
            value.returns = Returns::Revoke;
            value.effects.push(Effect { kind: EffectKind::Refer { referral: head.index }, span });
            versions.push(Versioned { from: form.from, value });
            types.push(caps);
        }
        let joined = || Expr { kind: ExprKind::Referral(head.index, ReferralFigure::Joined), ty: Type::Date, span };
        self.terms(head, ("friend", head.counts), versions, types, &joined, drafts);
    }

    /// The advocate's part, on the event that tells of the friend.
    fn advocate_drafts(&mut self, head: &Head<'a>, forms: &[InForce<'a>], drafts: &mut Vec<Draft>) {
        let span = head.name.span;
        let Some(event) = self.names.events.get(REFERRAL).copied() else { return };
        let field = |checker: &Self, name: &str| checker.names.fields.get(&(Owner::Event(event), name)).copied();
        let (Some(program), Some(joined)) = (field(self, "program"), field(self, "joined")) else { return };
        let scope = Scope { place: "`advocate`", ..Scope::rule(event) };
        let (mut versions, mut types) = (Vec::new(), Vec::new());
        for form in forms {
            let parts = parts(form);
            let (mut value, caps) = match parts.advocate {
                Some((clauses, span)) => self.part(clauses, &parts.limits, &scope, span),
                None => (blank(span), Vec::new()),
            };
            let text = |kind| Expr { kind, ty: Type::Text, span };
            let named = text(ExprKind::Text(head.name.text.as_str().into()));
            let kind = ExprKind::Compare(Comparison::Equal, Box::new(text(ExprKind::Event(program))), Box::new(named));
            value.when.insert(0, Expr { kind, ty: Type::Bool, span });
            if let Some(settle) = head.referral.settle {
                for effect in &mut value.effects {
                    if let EffectKind::Earn { vest: vest @ None, .. } = &mut effect.kind {
                        *vest = Some(Vest::After(settle));
                    }
                }
            }
            versions.push(Versioned { from: form.from, value });
            types.push(caps);
        }
        // A host that tells of a friend itself may leave the day out: then it is the day of the event.
        let joined = || {
            let date = |kind| Box::new(Expr { kind, ty: Type::Date, span });
            let at = Expr { kind: ExprKind::At, ty: Type::Instant, span };
            let today = date(ExprKind::Part(DatePart::Date, Box::new(at)));
            Expr { kind: ExprKind::Otherwise(date(ExprKind::Event(joined)), today), ty: Type::Date, span }
        };
        self.terms(head, ("advocate", event), versions, types, &joined, drafts);
    }

    /// The numbers of friends that bring something, in any form.
    fn reach(&mut self, forms: &[InForce<'a>]) -> Vec<u32> {
        let mut all = Vec::new();
        for form in forms {
            let mut seen: Vec<(u32, Span)> = Vec::new();
            for clause in &form.clauses {
                let Some(ReferralClause::Reach { friends, .. }) = referral_clause(clause) else { continue };
                if *friends == 0 {
                    self.report(
                        Diagnostic::new(
                            Code::OutOfRange,
                            clause.span,
                            "nobody has to bring anybody to reach 0 friends",
                        )
                        .help("write 1 or more"),
                    );
                }
                if let Some((_, before)) = seen.iter().find(|(known, _)| known == friends) {
                    let message = format!("`reach {friends}` is said twice");
                    self.report(
                        Diagnostic::new(Code::DuplicateClause, clause.span, message)
                            .label(*before, "first said here")
                            .help("write all effects in one block"),
                    );
                }
                seen.push((*friends, clause.span));
            }
            all.extend(seen.into_iter().map(|(friends, _)| friends));
        }
        all.arrange();
        all.dedup();
        all
    }

    /// What so many friends bring: blocks that the referral sets off.
    fn reach_drafts(&mut self, head: &Head<'a>, forms: &[InForce<'a>], drafts: &mut Vec<Draft>) {
        for friends in &head.referral.reach {
            let mut found = Vec::new();
            for form in forms {
                let own = form.clauses.iter().find_map(|clause| match referral_clause(clause) {
                    Some(ReferralClause::Reach { friends: own, clauses }) if own == friends => {
                        Some((form.from, clauses.as_slice(), clause.span))
                    }
                    _ => None,
                });
                found.extend(own);
            }
            let Some((_, _, span)) = found.first().copied() else { continue };
            let block = Block {
                held: Held { keyword: "referral", name: head.name.text.clone() },
                name: format!("referral {} reach {friends} friends", head.name.text),
                moment: Moment::Friends(head.index, *friends),
                forms: found,
                span,
            };
            drafts.push(self.block(block, None));
        }
    }

    /// A rule whose form is that of the day at hand; or a rule for each form, by the day of joining.
    fn terms(
        &mut self,
        head: &Head<'a>,
        (part, event): (&'static str, EventIndex),
        versions: Vec<Versioned<RuleForm>>,
        types: Vec<CapTypes>,
        joined: &dyn Fn() -> Expr,
        drafts: &mut Vec<Draft>,
    ) {
        if !head.at_joining || versions.len() < 2 {
            drafts.push(held(head, part, 0, event, versions, types));
            return;
        }
        let days: Vec<Option<NaiveDate>> = versions.iter().map(|version| version.from).collect();
        for (number, (version, types)) in versions.into_iter().zip(types).enumerate() {
            let mut value = version.value;
            let ends = days.get(number + 1).copied().flatten();
            for (comparison, day) in [(Comparison::GreaterOrEqual, version.from), (Comparison::Less, ends)] {
                let Some(day) = day else { continue };
                let span = head.name.span;
                let day = Expr { kind: ExprKind::Date(day), ty: Type::Date, span };
                let kind = ExprKind::Compare(comparison, Box::new(joined()), Box::new(day));
                value.when.push(Expr { kind, ty: Type::Bool, span });
            }
            drafts.push(held(head, part, number, event, vec![Versioned { from: None, value }], vec![types]));
        }
    }

    /// A block of effects as the form of a rule.
    fn part(
        &mut self,
        clauses: &'a [Clause],
        limits: &[&'a Clause],
        scope: &Scope,
        span: Span,
    ) -> (RuleForm, CapTypes) {
        let forms = self.in_force(Holder::Block, clauses);
        let Some(mut form) = forms.into_iter().next() else { return (blank(span), Vec::new()) };
        form.clauses.extend(limits);
        form.span = Some(span);
        self.rule_form(scope, &form, span)
    }

    /// `friends.count` and its like.
    pub(super) fn referral_path(&mut self, referral: ReferralIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root_span, "a referral alone is no value")
                    .help("a referral has `count`, `settled`, `advocate` and `joined`"),
            );
            return None;
        };
        let (figure, ty) = match name.text.as_str() {
            "count" => (ReferralFigure::Count, Type::Number),
            "settled" => (ReferralFigure::Settled, Type::Number),
            "advocate" => (ReferralFigure::Advocate, Type::Text),
            "joined" => (ReferralFigure::Joined, Type::Date),
            text => {
                let diagnostic = Diagnostic::new(Code::UnknownField, name.span, format!("a referral has no `{text}`"))
                    .help("it has `count`, `settled`, `advocate` and `joined`");
                self.suggest(diagnostic, text, ["count", "settled", "advocate", "joined"]);
                return None;
            }
        };
        let span = root_span.to(name.span);
        self.parts(Expr { kind: ExprKind::Referral(referral, figure), ty, span }, rest)
    }
}

/// Whether a standard event can be undone by a return.
fn returnable(event: &str) -> bool {
    !matches!(
        event,
        "refund"
            | "cancel"
            | "received"
            | "sent_back"
            | "pooled"
            | "pause"
            | "resume"
            | "profile"
            | "adjust"
            | "assign_level"
            | "revoke"
            | "referral"
            | "referral_share"
            | "referral_withdrawn"
            | "referral_refused"
    )
}

fn referral_clause(clause: &Clause) -> Option<&ReferralClause> {
    if let ClauseKind::Referral(clause) = &clause.kind { Some(clause) } else { None }
}

fn parts<'a>(form: &InForce<'a>) -> Parts<'a> {
    let mut parts = Parts::default();
    for clause in &form.clauses {
        match &clause.kind {
            ClauseKind::Referral(ReferralClause::Friend(clauses)) => parts.friend = Some((clauses, clause.span)),
            ClauseKind::Referral(ReferralClause::Advocate(clauses)) => parts.advocate = Some((clauses, clause.span)),
            ClauseKind::Limit(_) => parts.limits.push(clause),
            _ => {}
        }
    }
    parts
}

fn blank(span: Span) -> RuleForm {
    RuleForm {
        when: Vec::new(),
        valid: Vec::new(),
        limits: Vec::new(),
        caps: Vec::new(),
        cap_wallet: None,
        cap_mode: super::model::CapMode::Truncate,
        returns: Returns::Keep,
        effects: Vec::new(),
        span,
    }
}

fn held(
    head: &Head<'_>,
    part: &'static str,
    number: usize,
    event: EventIndex,
    versions: Vec<Versioned<RuleForm>>,
    cap_types: Vec<CapTypes>,
) -> Draft {
    let name = &head.name.text;
    // No rule that is written has a blank in its name.
    let own = if number == 0 { format!("referral {name} {part}") } else { format!("referral {name} {part} {number}") };
    let held = Some(Held { keyword: "referral", name: name.clone() });
    let rule = Rule { name: own, held, trigger: Trigger::Event(event), versions, span: head.name.span };
    Draft { rule, cap_types, sound: true }
}
