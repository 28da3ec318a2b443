//! Expressions: a flat run of operands and operators gets its shape.

use std::iter::Peekable;

use super::build::{Build, Children, composed, place};
use super::grammar::Rule;
use super::literal;
use super::pair::{Pair, Pairs};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{Aggregate, AggregateFunction, Binary, Expr, ExprKind, MatchArm, Name, Pattern, Span};

/// How tightly an operator binds what stands beside it, and where it stands. `None`: an operand.
const fn binding(rule: Rule) -> Option<(u8, Stands)> {
    Some(match rule {
        Rule::or_ => (1, Stands::Between),
        Rule::and_ => (2, Stands::Between),
        Rule::not_ => (3, Stands::Before),
        Rule::equal
        | Rule::not_equal
        | Rule::less
        | Rule::less_or_equal
        | Rule::greater
        | Rule::greater_or_equal
        | Rule::in_
        | Rule::not_in => (4, Stands::Between),
        Rule::is_missing => (4, Stands::Behind),
        Rule::otherwise => (5, Stands::Between),
        Rule::add | Rule::subtract => (6, Stands::Between),
        Rule::multiply_by | Rule::divide => (7, Stands::Between),
        Rule::negate => (8, Stands::Before),
        Rule::field | Rule::consents => (9, Stands::Behind),
        _ => return None,
    })
}

/// Where an operator stands to its operands.
#[derive(Clone, Copy)]
enum Stands {
    Before,
    Between,
    Behind,
}

/// An expression under construction.
enum Part {
    /// The flag says that it is a comparison without parentheses: comparing it again is an error.
    Whole(Expr, bool),
    /// `a or b or c`: it may be long, and so its sides wait for a tree that is not as deep as it is long.
    Chain(Binary, Vec<Expr>),
}

impl From<Expr> for Part {
    fn from(expr: Expr) -> Self {
        Self::Whole(expr, false)
    }
}

impl Part {
    fn expr(self) -> Expr {
        match self {
            Self::Whole(expr, _) => expr,
            Self::Chain(operator, sides) => balanced(operator, sides),
        }
    }

    fn is_compared(&self) -> bool {
        matches!(self, Self::Whole(_, true))
    }
}

/// The sides of a chain in pairs, the pairs in pairs, and so on: it does not matter for `and` and `or` who comes
/// together first.
fn balanced(operator: Binary, mut sides: Vec<Expr>) -> Expr {
    while sides.len() > 1 {
        let mut waiting = sides.into_iter();
        let mut pairs = Vec::new();
        while let Some(left) = waiting.next() {
            pairs.push(match waiting.next() {
                Some(right) => joined(operator, left, right),
                None => left,
            });
        }
        sides = pairs;
    }
    sides.pop().unwrap_or(Expr { kind: ExprKind::Bool(operator == Binary::And), span: Span::default() })
}

fn joined(operator: Binary, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr { kind: ExprKind::Binary { operator, left: Box::new(left), right: Box::new(right) }, span }
}

impl Build {
    /// The first expression among the children.
    pub(super) fn expr_of(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        self.expr(pair.child(Rule::expr)?)
    }

    /// Every expression among the children.
    pub(super) fn exprs_of(&self, pair: &Pair<'_, Rule>) -> Option<Vec<Expr>> {
        pair.all(Rule::expr).map(|expr| self.expr(expr)).collect()
    }

    /// The tree of an `expr`.
    pub(super) fn expr(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let mut parts = pair.into_inner();
        if parts.clone().nth(1).is_none() {
            return self.primary(parts.next()?);
        }
        self.climb(&mut parts.peekable(), 0).map(Part::expr)
    }

    /// An operand with all operators behind it that bind more tightly than the one before it.
    fn climb<'t>(&self, parts: &mut Peekable<Pairs<'t, Rule>>, before: u8) -> Option<Part> {
        let first = parts.next()?;
        let mut part = match binding(first.as_rule()) {
            Some((tight, Stands::Before)) => self.prefixed(&first, self.climb(parts, tight)?.expr()).into(),
            _ => self.primary(first)?.into(),
        };
        while let Some((tight, stands)) = parts.peek().and_then(|sign| binding(sign.as_rule()))
            && tight > before
        {
            let sign = parts.next()?;
            part = match stands {
                Stands::Between => self.binary(part, &sign, self.climb(parts, tight)?)?,
                _ => self.postfixed(part, &sign)?,
            };
        }
        Some(part)
    }

    fn prefixed(&self, sign: &Pair<'_, Rule>, operand: Expr) -> Expr {
        let span = self.span(sign).to(operand.span);
        let operand = Box::new(operand);
        let kind = if sign.as_rule() == Rule::not_ { ExprKind::Not(operand) } else { ExprKind::Negate(operand) };
        Expr { kind, span }
    }

    fn postfixed(&self, part: Part, sign: &Pair<'_, Rule>) -> Option<Part> {
        Some(match sign.as_rule() {
            Rule::field => self.field(part.expr(), sign)?.into(),
            Rule::consents => self.consents(part.expr(), sign)?.into(),
            _ => {
                if part.is_compared() {
                    self.chained(sign);
                }
                let value = part.expr();
                let span = value.span.to(self.span(sign));
                let kind = ExprKind::IsMissing { value: Box::new(value), negated: sign.has(Rule::present_) };
                Part::Whole(Expr { kind, span }, true)
            }
        })
    }

    fn binary(&self, left: Part, sign: &Pair<'_, Rule>, right: Part) -> Option<Part> {
        let operator = match sign.as_rule() {
            Rule::or_ => Binary::Or,
            Rule::and_ => Binary::And,
            Rule::equal => Binary::Equal,
            Rule::not_equal => Binary::NotEqual,
            Rule::less => Binary::Less,
            Rule::less_or_equal => Binary::LessOrEqual,
            Rule::greater => Binary::Greater,
            Rule::greater_or_equal => Binary::GreaterOrEqual,
            Rule::in_ => Binary::In,
            Rule::not_in => Binary::NotIn,
            Rule::add => Binary::Add,
            Rule::subtract => Binary::Subtract,
            Rule::multiply_by => Binary::Multiply,
            Rule::divide => Binary::Divide,
            Rule::otherwise => Binary::Otherwise,
            _ => return None,
        };
        let compared = matches!(
            operator,
            Binary::Equal
                | Binary::NotEqual
                | Binary::Less
                | Binary::LessOrEqual
                | Binary::Greater
                | Binary::GreaterOrEqual
                | Binary::In
                | Binary::NotIn
        );
        if compared && left.is_compared() {
            self.chained(sign);
        }
        Some(match left {
            Part::Chain(own, mut sides) if own == operator => {
                sides.push(right.expr());
                Part::Chain(own, sides)
            }
            left if matches!(operator, Binary::And | Binary::Or) => {
                Part::Chain(operator, vec![left.expr(), right.expr()])
            }
            left => Part::Whole(joined(operator, left.expr(), right.expr()), compared),
        })
    }

    fn chained(&self, sign: &Pair<'_, Rule>) {
        self.complain(
            Diagnostic::new(Code::Syntax, place(sign), "comparisons do not chain")
                .at("a second comparison")
                .help("join two comparisons with `and`: `a <= b and b <= c`"),
        );
    }

    /// `of.name`
    fn field(&self, of: Expr, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let span = of.span.to(self.span(pair));
        let name = self.name(&pair.child(Rule::word)?);
        Some(Expr { kind: ExprKind::Field { of: Box::new(of), name }, span })
    }

    /// `member.consents marketing` reads as the call `consents(member, marketing)`.
    fn consents(&self, of: Expr, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let span = of.span.to(self.span(pair));
        let name = self.name_of(pair)?;
        let function = Name { text: "consents".to_owned(), span: self.span(pair) };
        let purpose = Expr { span: name.span, kind: ExprKind::Name(name.text) };
        Some(Expr { kind: ExprKind::Call { function, arguments: vec![of, purpose] }, span })
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::plain_name => ExprKind::Name(composed(pair.as_str())),
            Rule::text => ExprKind::Text(self.text(&pair)),
            Rule::parenthesised => return self.parenthesised(&pair),
            Rule::percentage => return self.percentage(&pair),
            Rule::list => ExprKind::List(self.exprs_of(&pair)?),
            Rule::match_expr => self.match_expr(&pair)?,
            Rule::aggregate => ExprKind::Aggregate(self.aggregate(&pair)?),
            Rule::call => ExprKind::Call { function: self.name_of(&pair)?, arguments: self.exprs_of(&pair)? },
            Rule::apart => {
                let mut ends = pair.all(Rule::operand);
                let unit = literal::time_unit(&pair.child(Rule::time_unit)?)?;
                let (from, to) = (self.operand(&ends.next()?)?, self.operand(&ends.next()?)?);
                ExprKind::Apart { unit, from: Box::new(from), to: Box::new(to) }
            }
            Rule::since => ExprKind::Since {
                unit: literal::time_unit(&pair.child(Rule::time_unit)?)?,
                instant: Box::new(self.operand(&pair.child(Rule::operand)?)?),
            },
            _ => return self.literal(&pair),
        };
        Some(Expr { kind, span })
    }

    /// A number, quantity, percentage without `of`, day, time, text or truth.
    pub(super) fn literal(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let kind = match pair.as_rule() {
            Rule::number => ExprKind::Number(self.decimal(pair)),
            Rule::percent => ExprKind::Percent(self.decimal(pair)),
            Rule::quantity => ExprKind::Quantity {
                number: self.decimal(&pair.child(Rule::number)?),
                unit: self.name(&pair.child(Rule::unit)?),
            },
            Rule::text => ExprKind::Text(self.text(pair)),
            Rule::true_ => ExprKind::Bool(true),
            Rule::false_ => ExprKind::Bool(false),
            Rule::date => ExprKind::Date(self.date(pair)),
            Rule::time => ExprKind::Time(self.time(pair)),
            Rule::instant => ExprKind::Instant(self.instant(pair)),
            _ => return None,
        };
        Some(Expr { kind, span: self.span(pair) })
    }

    /// `20%`, `20% of order.subtotal`
    fn percentage(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let percent = self.literal(&pair.child(Rule::percent)?)?;
        self.percent_of(percent, pair)
    }

    /// `(a + b)`, `(a + b) of order.subtotal`
    fn parenthesised(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let inner = Expr { span: self.span(pair), ..self.expr_of(pair)? };
        self.percent_of(inner, pair)
    }

    fn percent_of(&self, percent: Expr, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let Some(operand) = pair.child(Rule::operand) else { return Some(percent) };
        let of = Box::new(self.operand(&operand)?);
        Some(Expr { kind: ExprKind::PercentOf { percent: Box::new(percent), of }, span: self.span(pair) })
    }

    fn operand(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let mut parts = pair.children();
        let first = self.primary(parts.next()?)?;
        parts.try_fold(first, |of, field| self.field(of, &field))
    }

    /// The first path among the children.
    pub(super) fn path_of(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        self.path(&pair.child(Rule::path)?)
    }

    /// `order.lines.amount`
    pub(super) fn path(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let name = self.name_of(pair)?;
        let first = Expr { span: name.span, kind: ExprKind::Name(name.text) };
        pair.all(Rule::field).try_fold(first, |of, field| self.field(of, &field))
    }

    /// `where …` among the children; the outer `None` is a broken promise of the grammar.
    pub(super) fn filter_of(&self, pair: &Pair<'_, Rule>) -> Option<Option<Expr>> {
        match pair.child(Rule::filter) {
            Some(filter) => self.expr_of(&filter).map(Some),
            None => Some(None),
        }
    }

    /// `sum(order.subtotal where …)`
    pub(super) fn aggregate(&self, pair: &Pair<'_, Rule>) -> Option<Aggregate> {
        self.aggregate_of(&pair.child(Rule::aggregate_function)?, pair)
    }

    /// An aggregate whose function, path, filter and `by` are found in `pair`.
    pub(super) fn aggregate_of(&self, function: &Pair<'_, Rule>, pair: &Pair<'_, Rule>) -> Option<Aggregate> {
        Some(Aggregate {
            function: aggregate_function(function.as_str())?,
            function_span: self.span(function),
            of: Box::new(self.path_of(pair)?),
            worked_out: match pair.child(Rule::worked_out) {
                Some(worked_out) => Some(Box::new(self.expr_of(&worked_out)?)),
                None => None,
            },
            filter: self.filter_of(pair)?.map(Box::new),
            by: pair.child(Rule::by_period).and_then(|by| literal::period_of(&by)),
        })
    }

    fn match_expr(&self, pair: &Pair<'_, Rule>) -> Option<ExprKind> {
        let otherwise = match pair.child(Rule::otherwise_arm) {
            Some(arm) => Some(Box::new(self.expr_of(&arm)?)),
            None => None,
        };
        Some(ExprKind::Match {
            subject: Box::new(self.expr_of(pair)?),
            arms: pair.all(Rule::match_arm).map(|arm| self.match_arm(&arm)).collect::<Option<_>>()?,
            otherwise,
        })
    }

    fn match_arm(&self, pair: &Pair<'_, Rule>) -> Option<MatchArm> {
        let mut parts = pair.children();
        let head = parts.next()?;
        let patterns = match head.as_rule() {
            Rule::patterns => {
                let sign = |rule| matches!(rule, Rule::list_open | Rule::list_close | Rule::comma_);
                let patterns = head.children().filter(|child| !sign(child.as_rule()));
                patterns.map(|pattern| self.pattern(&pattern)).collect::<Option<_>>()?
            }
            Rule::open_range => {
                let from = self.bound(&head.child(Rule::bound)?)?;
                vec![Pattern::Range { from: Some(from), to: None, span: self.span(&head) }]
            }
            _ => vec![Pattern::Value(self.lone_number(&head)?)],
        };
        Some(MatchArm { patterns, value: self.expr_of(&parts.next()?)?, span: self.span(pair) })
    }

    fn pattern(&self, pair: &Pair<'_, Rule>) -> Option<Pattern> {
        Some(match pair.as_rule() {
            Rule::name => Pattern::Word(self.name(pair)),
            Rule::bound => Pattern::Value(self.bound(pair)?),
            Rule::closed_range => {
                let (from, to) = literal::sides(pair, Rule::bound);
                let bound = |side: Option<Pair<'_, Rule>>| side.map(|side| self.bound(&side));
                let (from, to) = (bound(from), bound(to));
                Pattern::Range { from: lift(from)?, to: lift(to)?, span: self.span(pair) }
            }
            _ => Pattern::Value(self.literal(pair)?),
        })
    }

    /// A literal with or without a minus.
    fn bound(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let mut parts = pair.children();
        let first = parts.next()?;
        if first.as_rule() == Rule::negate {
            return Some(self.prefixed(&first, self.literal(&parts.next()?)?));
        }
        self.literal(&first)
    }

    /// A number whose next word is not its unit, with a minus or without.
    pub(super) fn lone_number(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let number = self.literal(&pair.child(Rule::number)?)?;
        Some(match pair.child(Rule::negate) {
            Some(sign) => self.prefixed(&sign, number),
            None => number,
        })
    }

    /// The operand of `per`.
    pub(super) fn per_operand(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let inner = pair.children().find(|child| child.as_rule() != Rule::paren_open)?;
        match inner.as_rule() {
            Rule::expr => self.expr(inner),
            Rule::path => self.path(&inner),
            _ => self.primary(inner),
        }
    }
}

/// The broken promise outside, the optional thing inside.
fn lift<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(None) => None,
        Some(some) => Some(some),
        None => Some(None),
    }
}

fn aggregate_function(written: &str) -> Option<AggregateFunction> {
    Some(match written {
        "sum" => AggregateFunction::Sum,
        "count" => AggregateFunction::Count,
        "min" => AggregateFunction::Min,
        "max" => AggregateFunction::Max,
        "average" => AggregateFunction::Average,
        "first" => AggregateFunction::First,
        "last" => AggregateFunction::Last,
        "streak" => AggregateFunction::Streak,
        _ if written.starts_with("count") && written.ends_with("distinct") => AggregateFunction::CountDistinct,
        _ => return None,
    })
}
