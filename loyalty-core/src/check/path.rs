//! Names and dotted paths: `order.subtotal`, `beans.pending`, `member.tags`, `order.at.weekday`, and bare fields in filters.

use super::Checker;
use super::currency;
use super::expression::{Cause, Scope};
use super::model::{
    CauseFigure, CouponFigure, CouponIndex, DatePart, DecisionTrigger, Expr, ExprKind, LadderIndex, StandingMoment,
    Type, WalletFigure, WalletIndex,
};
use super::names::{Owner, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::calendar::weekday;
use crate::syntax::tree::{self, Name};

/// The leading name of a dotted path and the names after it; nothing if it starts with anything else.
pub(super) fn split(expr: &tree::Expr) -> Option<(&str, Span, Vec<&Name>)> {
    let mut names = Vec::new();
    let mut inner = expr;
    loop {
        match &inner.kind {
            tree::ExprKind::Field { of, name } => {
                names.push(name);
                inner = of;
            }
            tree::ExprKind::Name(root) => {
                names.reverse();
                return Some((root, inner.span, names));
            }
            _ => return None,
        }
    }
}

/// What a rate is `per`, as messages call it; it is the same for everybody.
pub(super) const A_RATE_IS_PER: &str = "what a rate is `per`";
const LET_POINTS_DIFFER: &str = "it is the same for everybody; let the points differ: `earn match order.payment { card 4 points, else 1 points } per 20 EUR \
                                 of order.subtotal`";

impl<'a> Checker<'a> {
    /// A dotted path, or a part of any other expression.
    pub(super) fn field(&mut self, expr: &'a tree::Expr, scope: &Scope) -> Option<Expr> {
        if let Some((root, root_span, names)) = split(expr) {
            return self.path(root, root_span, &names, expr.span, scope);
        }
        let tree::ExprKind::Field { of, name } = &expr.kind else { return None };
        let inner = self.expression(of, scope)?;
        self.parts(inner, &[name])
    }

    /// The value that a path means where it stands.
    pub(super) fn path(
        &mut self,
        root: &str,
        root_span: Span,
        rest: &[&Name],
        span: Span,
        scope: &Scope,
    ) -> Option<Expr> {
        if let Some(kind) = self.bare(root, scope) {
            let ty = self.kind_type(&kind, scope)?;
            self.shadows(root, root_span);
            return self.read(Expr { kind, ty, span: root_span }, rest);
        }
        let event = scope.event.and_then(|event| self.events.get(event)).is_some_and(|event| event.name == root);
        if root == "member" {
            return self.member_path(root_span, rest, scope);
        }
        if event {
            return self.event_path(root, root_span, rest, scope);
        }
        if let Some(value) = self.names.values.get(root).copied() {
            return self.value_path(root, value, root_span, rest, scope);
        }
        if root == "coupon" && scope.cause == Cause::Coupon {
            return self.coupon_cause_path(root_span, rest);
        }
        if let Some(of) = cause_of(root, scope.cause) {
            return self.cause_path(root, of, root_span, rest);
        }
        if let Some(figure) = last_event_figure(root).filter(|_| scope.test && rest.is_empty()) {
            return self.only_wallet(root, figure, span);
        }
        if let Some(weekday) = weekday(root) {
            let expr = Expr { kind: ExprKind::Weekday(weekday), ty: Type::Weekday, span: root_span };
            return self.parts(expr, rest);
        }
        self.unresolved(root, root_span, rest, scope);
        None
    }

    /// A bare field of the filtered record or event.
    fn bare(&self, name: &str, scope: &Scope) -> Option<ExprKind> {
        if let Some(field) = scope.bare_record.and_then(|record| self.names.fields.get(&(Owner::Record(record), name)))
        {
            return Some(ExprKind::Item(*field));
        }
        let event = scope.bare_event?;
        match self.names.fields.get(&(Owner::Event(event), name)) {
            Some(field) => Some(ExprKind::Event(*field)),
            None if name == "at" => Some(ExprKind::At),
            None if name == "id" => Some(ExprKind::Id),
            None => None,
        }
    }

    fn kind_type(&self, kind: &ExprKind, scope: &Scope) -> Option<Type> {
        match kind {
            ExprKind::Item(field) => {
                self.fields_of(Owner::Record(scope.bare_record?)).get(*field).map(|field| field.ty.clone())
            }
            ExprKind::Event(field) => {
                let event = scope.bare_event.or(scope.event)?;
                self.fields_of(Owner::Event(event)).get(*field).map(|field| field.ty.clone())
            }
            ExprKind::At => Some(Type::Instant),
            _ => Some(Type::Text),
        }
    }

    fn shadows(&mut self, name: &str, span: Span) {
        if !self.in_prelude && self.names.values.contains_key(name) {
            self.report(
                Diagnostic::new(
                    Code::Shadowed,
                    span,
                    format!("`{name}` means the field here, and not what the program declares as `{name}`"),
                )
                .help("give one of them another name"),
            );
        }
    }

    fn member_path(&mut self, root_span: Span, rest: &[&Name], scope: &Scope) -> Option<Expr> {
        if !scope.state {
            self.out_of_reach("member", root_span, scope);
            return None;
        }
        let Some((name, rest)) = rest.split_first() else {
            self.whole(root_span, "member");
            return None;
        };
        let span = root_span.to(name.span);
        let (kind, ty) = match name.text.as_str() {
            "tags" => (ExprKind::Tags, Type::List(Box::new(Type::Text))),
            "id" => (ExprKind::MemberId, Type::Text),
            "enrolled" if !self.names.fields.contains_key(&(Owner::Member, "enrolled")) => {
                (ExprKind::Enrolled, Type::Instant)
            }
            text => match self.names.fields.get(&(Owner::Member, text)).copied() {
                Some(field) => (ExprKind::Member(field), self.member.get(field)?.ty.clone()),
                None => {
                    let known: Vec<&str> =
                        self.names.fields_of(Owner::Member).chain(["tags", "id", "enrolled"]).collect();
                    let diagnostic =
                        Diagnostic::new(Code::UnknownField, name.span, format!("the member has no attribute `{text}`"))
                            .help(super::meant::attribute(text));
                    self.suggest(diagnostic, text, known);
                    return None;
                }
            },
        };
        self.read(Expr { kind, ty, span }, rest)
    }

    fn event_path(&mut self, root: &str, root_span: Span, rest: &[&Name], scope: &Scope) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            self.whole(root_span, root);
            return None;
        };
        let owner = Owner::Event(scope.event?);
        let span = root_span.to(name.span);
        let (kind, ty) = match self.names.fields.get(&(owner, name.text.as_str())).copied() {
            Some(field) => (ExprKind::Event(field), self.fields_of(owner).get(field)?.ty.clone()),
            None if name.text == "at" => (ExprKind::At, Type::Instant),
            None if name.text == "id" => (ExprKind::Id, Type::Text),
            None => {
                let known: Vec<&str> = self.names.fields_of(owner).chain(["at", "id"]).collect();
                let of_order = super::meant::field_of_order(&name.text).filter(|_| root == "order");
                let meant = of_order.or_else(|| super::meant::field(&name.text));
                let own = || format!("a program may add fields: `event {root} {{ {} text? }}`", name.text);
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    name.span,
                    format!("the event `{root}` has no field `{}`", name.text),
                )
                .help(meant.map_or_else(own, str::to_owned));
                self.suggest(diagnostic, &name.text, known);
                return None;
            }
        };
        self.read(Expr { kind, ty, span }, rest)
    }

    fn value_path(&mut self, root: &str, value: Value, root_span: Span, rest: &[&Name], scope: &Scope) -> Option<Expr> {
        if !scope.state {
            self.out_of_reach(root, root_span, scope);
            return None;
        }
        match value {
            Value::Segment(segment) => {
                self.parts(Expr { kind: ExprKind::Segment(segment), ty: Type::Bool, span: root_span }, rest)
            }
            Value::Coupon(coupon) => self.coupon_path(coupon, root_span, rest),
            Value::Reward(reward) => self.reward_path(reward, root_span, rest),
            Value::Referral(referral) => self.referral_path(referral, root_span, rest),
            Value::Ladder(ladder) => self.ladder_path(ladder, root_span, rest, scope),
            Value::Wheel(wheel) => self.wheel_path(wheel, root_span, rest),
            Value::Leaderboard(_) => {
                let message = format!("the leaderboard `{root}` is no value");
                let diagnostic = Diagnostic::new(Code::WrongType, root_span, message);
                self.report(diagnostic.help("where a member stands depends on all others, whom no rule sees"));
                None
            }
            Value::Question(question) => self.question_path(question, root_span, rest),
            Value::Experiment(experiment) => {
                let arm = ExprKind::Arm(experiment);
                self.parts(Expr { kind: arm, ty: Type::Arm(experiment), span: root_span }, rest)
            }
            Value::Badge(badge) => self.badge_path(badge, root_span, rest),
            Value::Challenge(challenge) => self.challenge_path(challenge, root_span, rest),
            Value::Measure(measure) => {
                self.measures_read.insert(measure);
                let ty = self.measures.get(measure)?.as_ref()?.ty.clone();
                let Some((before, rest)) = rest.split_first().filter(|(name, _)| name.text == "before") else {
                    return self.parts(Expr { kind: ExprKind::Measure(measure), ty, span: root_span }, rest);
                };
                let span = root_span.to(before.span);
                if !scope.counts {
                    let message = format!("there is no event before which `{root}` was anything in {}", scope.place);
                    let diagnostic = Diagnostic::new(Code::OutOfReach, span, message);
                    self.report(
                        diagnostic
                            .help("a rule on an event sees its measures with the event, and `.before` without it"),
                    );
                    return None;
                }
                self.parts(Expr { kind: ExprKind::MeasureBefore(measure), ty, span }, rest)
            }
            Value::Wallet(wallet) => {
                let Some((name, rest)) = rest.split_first() else {
                    self.bare_balances.insert(root_span);
                    return Some(self.figure(wallet, WalletFigure::Balance, root_span));
                };
                let figure = match name.text.as_str() {
                    "balance" => WalletFigure::Balance,
                    "pending" => WalletFigure::Pending,
                    "debt" => WalletFigure::Debt,
                    text => match last_event_figure(text) {
                        Some(figure) if scope.test => figure,
                        Some(_) => {
                            let diagnostic = Diagnostic::new(
                                Code::OutOfReach,
                                name.span,
                                format!("`{text}` can be read only in a test"),
                            )
                            .help("it says what the last event of a test did");
                            self.report(diagnostic);
                            return None;
                        }
                        None => {
                            let diagnostic = Diagnostic::new(Code::UnknownField, name.span, format!("the wallet `{root}` has no `{text}`"))
                                .help("a wallet has `balance`, `pending` and `debt`, in tests also `earned`, `spent`, `expired` and `clawed_back`");
                            self.suggest(
                                diagnostic,
                                text,
                                ["balance", "pending", "debt", "earned", "spent", "expired", "clawed_back"],
                            );
                            return None;
                        }
                    },
                };
                let figure = self.figure(wallet, figure, root_span.to(name.span));
                self.parts(figure, rest)
            }
        }
    }

    /// A member's level, what it gives, and since when.
    fn ladder_path(&mut self, ladder: LadderIndex, root_span: Span, rest: &[&Name], scope: &Scope) -> Option<Expr> {
        let level = Type::Level(ladder);
        let Some((name, rest)) = rest.split_first() else {
            return Some(Expr { kind: ExprKind::Level(ladder), ty: level, span: root_span });
        };
        let span = root_span.to(name.span);
        let found = self.ladders.get(ladder)?;
        let benefit = found.benefits.iter().enumerate().find(|(_, benefit)| benefit.name == name.text);
        let (kind, ty) = match (name.text.as_str(), benefit) {
            (_, Some((place, benefit))) => (ExprKind::Benefit(ladder, place), benefit.ty.clone()),
            ("since", _) => (ExprKind::Standing(ladder, StandingMoment::Since), Type::Instant),
            ("until", _) => (ExprKind::Standing(ladder, StandingMoment::Until), Type::Instant),
            ("before", _) if scope.cause == Cause::Ladder(ladder) => (ExprKind::LevelBefore(ladder), level),
            ("before", _) => {
                let message = format!("only a rule on a change of `{}` knows the level before it", found.name);
                let diagnostic = Diagnostic::new(Code::OutOfReach, name.span, message);
                self.report(
                    diagnostic.help("write the trigger `on LADDER changes`, `rises`, `falls` or `reaches LEVEL`"),
                );
                return None;
            }
            (text, _) => {
                let known: Vec<String> = found.benefits.iter().map(|benefit| benefit.name.clone()).collect();
                let diagnostic = Diagnostic::new(
                    Code::UnknownField,
                    name.span,
                    format!("the levels of `{}` have no benefit `{text}`", found.name),
                )
                .label(found.span, "declared here")
                .help("a ladder has its benefits, `since` and `until`, and `before` in rules on its changes");
                let known = known.iter().map(String::as_str).chain(["since", "until"]);
                self.suggest(diagnostic, text, known);
                return None;
            }
        };
        self.parts(Expr { kind, ty, span }, rest)
    }

    /// A figure of the coupon that set a rule off.
    fn coupon_cause_path(&mut self, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root_span, "`coupon` alone is no value")
                    .help("write `coupon.name`, `coupon.code` or `coupon.expires_at`"),
            );
            return None;
        };
        let (figure, ty) = match name.text.as_str() {
            "name" => (CouponFigure::Name, Type::Text),
            "code" => (CouponFigure::Code, Type::Text),
            "expires_at" => (CouponFigure::ExpiresAt, Type::Instant),
            text => {
                let diagnostic = Diagnostic::new(Code::UnknownField, name.span, format!("`coupon` has no `{text}`"))
                    .help("it has `coupon.name`, `coupon.code` and `coupon.expires_at`");
                self.suggest(diagnostic, text, ["name", "code", "expires_at"]);
                return None;
            }
        };
        let span = root_span.to(name.span);
        self.parts(Expr { kind: ExprKind::CauseCoupon(figure), ty, span }, rest)
    }

    /// What a member has of a coupon.
    fn coupon_path(&mut self, coupon: CouponIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root_span, "a coupon alone is no value")
                    .help("`.held` says how many of it the member may use"),
            );
            return None;
        };
        if name.text != "held" {
            let diagnostic = Diagnostic::new(Code::UnknownField, name.span, format!("a coupon has no `{}`", name.text));
            self.suggest(diagnostic.help("`.held` says how many of it the member may use"), &name.text, ["held"]);
            return None;
        }
        let held = Expr { kind: ExprKind::Held(coupon), ty: Type::Number, span: root_span.to(name.span) };
        self.parts(held, rest)
    }

    /// A figure of what set a rule off.
    fn cause_path(&mut self, root: &str, wallet: WalletIndex, root_span: Span, rest: &[&Name]) -> Option<Expr> {
        let Some((name, rest)) = rest.split_first() else {
            self.report(
                Diagnostic::new(Code::WrongType, root_span, format!("`{root}` alone is no value"))
                    .help(format!("write `{root}.amount`")),
            );
            return None;
        };
        let span = root_span.to(name.span);
        let (kind, ty) = match name.text.as_str() {
            "amount" => (ExprKind::Cause(CauseFigure::Amount), self.unit_of(wallet)),
            "at" => (ExprKind::Cause(CauseFigure::At), Type::Instant),
            text => {
                let diagnostic = Diagnostic::new(Code::UnknownField, name.span, format!("`{root}` has no `{text}`"))
                    .help(format!("it has `{root}.amount` and `{root}.at`"));
                self.suggest(diagnostic, text, ["amount", "at"]);
                return None;
            }
        };
        self.parts(Expr { kind, ty, span }, rest)
    }

    fn figure(&self, wallet: WalletIndex, figure: WalletFigure, span: Span) -> Expr {
        let holds = self.wallets.get(wallet).and_then(|wallet| wallet.holds);
        Expr { kind: ExprKind::Wallet(wallet, figure), ty: holds.map_or(Type::Amount(wallet), Type::Money), span }
    }

    /// `earned` and its like without a wallet, where the program has but one.
    fn only_wallet(&mut self, name: &str, figure: WalletFigure, span: Span) -> Option<Expr> {
        if self.wallets.len() == 1 {
            return Some(self.figure(0, figure, span));
        }
        let mut diagnostic = Diagnostic::new(
            Code::WrongWallet,
            span,
            format!("`{name}` needs a wallet, for the program has {}", self.wallets.len()),
        );
        if let Some(wallet) = self.wallets.first() {
            diagnostic = diagnostic.help(format!("write `{}.{name}`", wallet.name));
        }
        self.report(diagnostic);
        None
    }

    /// A field and the parts after it.
    fn read(&mut self, expr: Expr, rest: &[&Name]) -> Option<Expr> {
        if matches!(expr.ty, Type::Money(currency) if currency == super::currency::NONE) && !self.in_prelude {
            self.no_currency(expr.span);
            return None;
        }
        self.parts(expr, rest)
    }

    /// `.weekday` and its like of an instant or date.
    pub(super) fn parts(&mut self, mut expr: Expr, rest: &[&Name]) -> Option<Expr> {
        for name in rest {
            let Some((part, ty)) = date_part(&name.text).filter(|_| matches!(expr.ty, Type::Instant | Type::Date))
            else {
                let found = self.describe(&expr.ty);
                let diagnostic =
                    Diagnostic::new(Code::UnknownField, name.span, format!("{found} has no `{}`", name.text))
                        .label(expr.span, format!("this is {found}"));
                match &expr.ty {
                    Type::Instant | Type::Date if matches!(&*name.text, "age" | "years") => {
                        self.report(diagnostic.help("how old one is, is `years since member.birthday`"));
                    }
                    // `5. EUR`
                    Type::Number if currency::find(&name.text).is_some() => {
                        self.report(diagnostic.help(format!("a number and its unit stand side by side: `5 {}`", name.text)));
                    }
                    Type::Instant | Type::Date => self.suggest(diagnostic, &name.text, PARTS),
                    Type::List(_) => {
                        self.report(diagnostic.help(
                            "make one value of the list by `sum(list.field)` or `count(list)`; that any is so is `count(list where …) > 0`",
                        ))
                    }
                    _ => self.report(diagnostic),
                }
                return None;
            };
            if expr.ty == Type::Date && matches!(part, DatePart::Hour | DatePart::Minute | DatePart::Time) {
                self.report(
                    Diagnostic::new(Code::WrongType, name.span, format!("a date has no `{}`", name.text))
                        .label(expr.span, "this is a whole day".to_owned()),
                );
                return None;
            }
            let span = expr.span.to(name.span);
            expr = Expr { kind: ExprKind::Part(part, Box::new(expr)), ty, span };
        }
        Some(expr)
    }

    fn whole(&mut self, span: Span, name: &str) {
        self.report(
            Diagnostic::new(Code::WrongType, span, format!("`{name}` alone is no value"))
                .help(format!("name one of its fields, as in `{name}.id`")),
        );
    }

    pub(super) fn out_of_reach(&mut self, name: &str, span: Span, scope: &Scope) {
        self.report(
            Diagnostic::new(
                Code::OutOfReach,
                span,
                format!("`{name}` belongs to the member's state, which {} cannot read", scope.place),
            )
            .help(match scope.place {
                A_RATE_IS_PER => LET_POINTS_DIFFER,
                _ => "what the member has may be read in conditions of rules, in segments and in tests",
            }),
        );
    }

    /// The ladder that has a level of that name.
    fn ladder_with(&self, level: &str) -> Option<&str> {
        let mut ladders = self.ladders.iter();
        ladders.find(|ladder| ladder.levels.iter().any(|known| known.name == level)).map(|ladder| &*ladder.name)
    }

    fn unresolved(&mut self, root: &str, span: Span, rest: &[&Name], scope: &Scope) {
        if self.names.events.contains_key(root) {
            let trigger = scope.event.and_then(|event| self.events.get(event)).map(|event| event.name.clone());
            let mut diagnostic = Diagnostic::new(
                Code::OutOfReach,
                span,
                format!("the event `{root}` cannot be read in {}", scope.place),
            );
            diagnostic = match trigger {
                Some(event) => {
                    diagnostic.help(format!("only `{event}` is at hand here; a measure remembers other events"))
                }
                None if scope.used_on.is_some_and(|order| self.events.get(order).is_some_and(|on| on.name == root)) => {
                    diagnostic.help(format!(
                        "what a coupon earns and multiplies may go by the {root}; other effects stand in a rule `on {root}`"
                    ))
                }
                None if matches!(scope.place, "a cap" | "a limit") => diagnostic.help(
                    "it goes by what the member is; what goes by the event stands in the effect, as in \
                     `earn 1 beans per 1 MYR of min(order.subtotal, 50 MYR)`",
                ),
                None if scope.place == A_RATE_IS_PER => diagnostic.help(LET_POINTS_DIFFER),
                None => diagnostic.help("a measure remembers events: `measure m = count(…)`"),
            };
            self.report(diagnostic);
            return;
        }
        let mut known: Vec<&str> = Vec::new();
        if self.may_suggest() {
            known.extend(scope.bare_record.into_iter().flat_map(|record| self.names.fields_of(Owner::Record(record))));
            known.extend(scope.bare_event.into_iter().flat_map(|event| self.names.fields_of(Owner::Event(event))));
            if scope.state {
                known.extend(self.names.values.keys().copied());
                known.push("member");
            }
        }
        let event = scope.event.and_then(|event| self.events.get(event)).map(|event| event.name.clone());
        known.extend(event.as_deref());
        let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("unknown name `{root}`"))
            .at("not declared in this program");
        if let Some(meant) = super::meant::value(root).filter(|_| !rest.is_empty()) {
            self.report(diagnostic.help(meant));
            return;
        }
        if rest.is_empty() {
            let belongs = scope.event.is_some_and(|event| self.names.fields.contains_key(&(Owner::Event(event), root)));
            diagnostic = match (&event, belongs) {
                _ if currency::find(root).is_some() => {
                    diagnostic.help(format!("an amount is a number with its unit: `1 {root}`"))
                }
                (Some(event), true) => diagnostic.help(format!("the field of the event is `{event}.{root}`")),
                _ if scope.state && self.ladder_with(root).is_some() => {
                    let ladder = self.ladder_with(root).unwrap_or_default();
                    self.report(diagnostic.help(format!(
                        "it is a level of `{ladder}`: `{ladder} == {root}`, or `{ladder} >= {root}` with what is above it"
                    )));
                    return;
                }
                _ => match super::meant::value(root) {
                    Some(meant) => {
                        self.report(diagnostic.help(meant));
                        return;
                    }
                    // A text as well as a figure that is not there yet.
                    None if scope.state && root.starts_with(|first: char| first.is_ascii_lowercase()) => diagnostic
                        .help(format!("what is counted has a declaration, `measure {root} = …`; a text stands in double quotes, `\"{root}\"`")),
                    None => diagnostic.help(format!("a text stands in double quotes: `\"{root}\"`")),
                },
            };
        }
        self.suggest(diagnostic, root, known);
    }
}

pub(super) const PARTS: [&str; 8] = ["weekday", "hour", "minute", "day", "month", "year", "date", "time"];

fn date_part(name: &str) -> Option<(DatePart, Type)> {
    Some(match name {
        "weekday" => (DatePart::Weekday, Type::Weekday),
        "hour" => (DatePart::Hour, Type::Number),
        "minute" => (DatePart::Minute, Type::Number),
        "day" => (DatePart::Day, Type::Number),
        "month" => (DatePart::Month, Type::Number),
        "year" => (DatePart::Year, Type::Number),
        "date" => (DatePart::Date, Type::Date),
        "time" => (DatePart::Time, Type::Time),
        _ => return None,
    })
}

/// The wallet whose movement has set the rule off, if that is what the name means here.
fn cause_of(name: &str, cause: Cause) -> Option<WalletIndex> {
    match cause {
        Cause::Expiring(wallet) if name == "expiring" => Some(wallet),
        Cause::Decision(kind, wallet) => {
            let word = match kind {
                DecisionTrigger::Earned => "earned",
                DecisionTrigger::Vested => "vested",
                DecisionTrigger::Spent => "spent",
                DecisionTrigger::Expired => "expired",
                DecisionTrigger::Restored => "restored",
                DecisionTrigger::ClawedBack => "clawed_back",
            };
            (word == name).then_some(wallet)
        }
        _ => None,
    }
}

fn last_event_figure(name: &str) -> Option<WalletFigure> {
    Some(match name {
        "earned" => WalletFigure::Earned,
        "spent" => WalletFigure::Spent,
        "expired" => WalletFigure::Expired,
        "clawed_back" => WalletFigure::ClawedBack,
        _ => return None,
    })
}
