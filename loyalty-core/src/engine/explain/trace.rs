//! The numbers behind a number: what the parts of an expression came to.
//!
//! Nothing is recorded while rules are judged; the plan's nodes are walked again, and each part that reads something is
//! evaluated by itself.

use super::words;
use crate::amount::Overflow;
use crate::check::model::weekday_name;
use crate::engine::eval::{NO_ROW, Scope};
use crate::engine::value::{Stored, Value};
use crate::plan::node::{Node, NodeId};
use crate::plan::{Quote, Unit};

/// A value to be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Value(Stored),
    /// A word of the language, such as `saturday`.
    Word(&'static str),
}

/// What one part of an expression came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The part as the program has it.
    pub said: String,
    pub value: Shown,
    pub unit: Unit,
    /// The items of a list that it was worked out over.
    pub over: Option<Over>,
    /// The list that it is over and that is missing.
    pub lacks: Option<String>,
}

/// The items that a sum, a count or the like took in.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    pub list: Box<str>,
    /// Their places in the list, from 1.
    pub items: Vec<u32>,
    /// How many the list has.
    pub of: u32,
}

impl Shown {
    pub fn of(value: Value<'_>) -> Self {
        match value {
            Value::Weekday(day) => Shown::Word(weekday_name(day)),
            value => Shown::Value(Stored::of(value)),
        }
    }

    pub fn is_missing(&self) -> bool {
        *self == Shown::Value(Stored::Missing)
    }
}

/// Looks at the parts of expressions in one scope.
#[derive(Clone, Copy)]
pub struct Tracer<'a> {
    pub scope: Scope<'a>,
    pub source: &'a str,
    /// How deep it is in conditions within conditions.
    depth: u32,
}

/// Conditions within conditions that are told, through segments of segments; what lies deeper is only evaluated.
const DEPTH_MAX: u32 = 24;

impl<'a> Tracer<'a> {
    pub fn new(scope: Scope<'a>, source: &'a str) -> Self {
        Self { scope, source, depth: 0 }
    }

    /// The same one step deeper; nothing where it has gone deep enough.
    pub fn deeper(&self) -> Option<Self> {
        (self.depth < DEPTH_MAX).then_some(Self { depth: self.depth + 1, ..*self })
    }

    pub fn node(&self, node: NodeId) -> Option<Node> {
        self.scope.plan.nodes.get(node as usize).copied()
    }

    /// The text of an expression in the program.
    pub fn said(&self, node: NodeId) -> String {
        words::quoted(self.source, self.quote(node))
    }

    pub fn quote(&self, node: NodeId) -> Quote {
        self.scope.plan.quotes.get(node as usize).map_or_else(Quote::default, |quoted| quoted.quote)
    }

    pub fn unit(&self, node: NodeId) -> Unit {
        self.scope.plan.quotes.get(node as usize).map_or(Unit::None, |quoted| quoted.unit)
    }

    pub fn eval(&self, node: NodeId) -> Result<Value<'a>, Overflow> {
        self.scope.eval(node, NO_ROW)
    }

    /// The name of a field of the event.
    pub fn field(&self, slot: u16) -> String {
        let event = self.scope.event.and_then(|event| self.scope.plan.events.get(usize::from(event.event)));
        let name = event.and_then(|event| event.layout.slots.get(usize::from(slot))).map_or("", |slot| &*slot.name);
        format!("{}.{name}", event.map_or("", |event| &*event.layout.name))
    }

    /// What an expression came to, as one figure.
    pub fn figure(&self, node: NodeId) -> Result<Figure, Overflow> {
        Ok(Figure {
            said: self.said(node),
            value: Shown::of(self.eval(node)?),
            unit: self.unit(node),
            over: self.over(node)?,
            lacks: self.lacks(node),
        })
    }

    /// What everything that an expression reads came to, in the order of the text; then the expression itself, where
    /// it does more than read.
    pub fn figures(&self, node: NodeId) -> Result<Vec<Figure>, Overflow> {
        let mut found = Vec::new();
        self.collect(node, &mut found)?;
        if !self.is_plain(node) && !found.is_empty() {
            found.push(self.figure(node)?);
        }
        Ok(found)
    }

    /// The parts of an expression that are missing.
    pub fn missing(&self, node: NodeId) -> Result<Vec<String>, Overflow> {
        let mut found = Vec::new();
        self.collect(node, &mut found)?;
        found.retain(|figure| figure.value.is_missing());
        let mut names: Vec<String> = found.into_iter().map(|figure| figure.lacks.unwrap_or(figure.said)).collect();
        names.dedup();
        Ok(names)
    }

    /// Whether an expression is one that is read, or a constant.
    pub fn is_plain(&self, node: NodeId) -> bool {
        !matches!(
            self.node(node),
            Some(
                Node::Not(_)
                    | Node::Negate(_)
                    | Node::And(_)
                    | Node::Or(_)
                    | Node::Compare(..)
                    | Node::SlotAgainst(..)
                    | Node::SlotIs(..)
                    | Node::SlotIn { .. }
                    | Node::InConstants { .. }
                    | Node::InList { .. }
                    | Node::InTags { .. }
                    | Node::Matches { .. }
                    | Node::IsMissing { .. }
                    | Node::Otherwise(..)
                    | Node::Arithmetic(..)
                    | Node::Least(_)
                    | Node::Greatest(_)
                    | Node::Floor(_)
                    | Node::Ceil(_)
                    | Node::Absolute(_)
                    | Node::Match { .. }
            )
        )
    }

    pub fn is_constant(&self, node: NodeId) -> bool {
        matches!(
            self.node(node),
            Some(
                Node::Number(_)
                    | Node::Text(_)
                    | Node::Bool(_)
                    | Node::Date(_)
                    | Node::Instant(_)
                    | Node::Time(_)
                    | Node::Weekday(_)
                    | Node::LevelNamed(..)
            )
        )
    }

    /// The parts that read something, in the order of the text. Sums may have very many terms, so that they are waiting in
    /// a list rather than on the stack.
    fn collect(&self, node: NodeId, found: &mut Vec<Figure>) -> Result<(), Overflow> {
        let operands = &self.scope.plan.operands;
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if self.is_constant(node) {
                continue;
            }
            match self.node(node) {
                None => {}
                Some(
                    Node::Not(of)
                    | Node::Negate(of)
                    | Node::Floor(of)
                    | Node::Ceil(of)
                    | Node::Absolute(of)
                    | Node::InConstants { value: of, .. }
                    | Node::InList { value: of, .. }
                    | Node::InTags { value: of, .. }
                    | Node::Matches { value: of, .. }
                    | Node::IsMissing { value: of, .. },
                ) => waiting.push(of),
                Some(Node::And(parts) | Node::Or(parts) | Node::Least(parts) | Node::Greatest(parts)) => {
                    waiting.extend(parts.of(operands).iter().rev());
                }
                Some(Node::Compare(_, left, right) | Node::Arithmetic(_, left, right)) => waiting.extend([right, left]),
                Some(Node::Otherwise(value, other)) => {
                    let missing = self.eval(value)? == Value::Missing;
                    waiting.extend(Some(other).filter(|_| missing));
                    waiting.push(value);
                }
                Some(Node::SlotAgainst(_, slot, _) | Node::SlotIs(slot, _) | Node::SlotIn { slot, .. }) => {
                    let value = self.scope.event.map_or(Value::Missing, |event| event.slot(slot));
                    let (said, value) = (self.field(slot), Shown::of(value));
                    add(found, Figure { said, value, unit: self.unit(node), over: None, lacks: None });
                }
                Some(Node::Match { subject, arms, otherwise }) => {
                    waiting.extend(self.arm(subject, arms.of(operands), otherwise)?);
                    waiting.push(subject);
                }
                // Everything else reads something, and is known by its own text.
                Some(_) => add(found, self.figure(node)?),
            }
        }
        Ok(())
    }

    /// The arm of a `match` that was taken.
    pub fn arm(&self, subject: NodeId, arms: &[NodeId], otherwise: Option<NodeId>) -> Result<Option<NodeId>, Overflow> {
        let subject = self.eval(subject)?;
        if subject == Value::Missing {
            return Ok(otherwise);
        }
        for arm in arms.chunks_exact(2) {
            let [pattern, value] = arm else { continue };
            let order = |bound: NodeId| Ok::<_, Overflow>(subject.order(self.eval(bound)?));
            let taken = match self.node(*pattern) {
                Some(Node::Equals(literal)) => order(literal)? == Some(core::cmp::Ordering::Equal),
                Some(Node::Between(from, to)) => {
                    let above =
                        from.map(order).transpose()?.is_none_or(|order| order.is_some_and(|order| order.is_ge()));
                    above && to.map(order).transpose()?.is_none_or(|order| order.is_some_and(|order| order.is_lt()))
                }
                _ => false,
            };
            if taken {
                return Ok(Some(*value));
            }
        }
        Ok(otherwise)
    }

    /// The node, or the fold in general that it is a frequent form of.
    fn fold(&self, node: NodeId) -> Option<Node> {
        match self.node(node) {
            Some(Node::PlainSum { fold, .. }) => self.node(fold),
            node => node,
        }
    }

    /// The name of the list that a fold is over, if it is missing.
    fn lacks(&self, node: NodeId) -> Option<String> {
        let Some(Node::Fold { list, .. }) = self.fold(node) else { return None };
        let event = self.scope.event.filter(|event| !event.list(list).present)?;
        let layout = &self.scope.plan.events.get(usize::from(event.event))?.layout;
        Some(format!("{}.{}", layout.name, layout.lists.get(usize::from(list))?.name))
    }

    /// The items that a fold took in, if the expression is one.
    fn over(&self, node: NodeId) -> Result<Option<Over>, Overflow> {
        let (Some(Node::Fold { list, value, filter, .. }), Some(event)) = (self.fold(node), self.scope.event) else {
            return Ok(None);
        };
        let rows = event.list(list);
        let layout = self.scope.plan.events.get(usize::from(event.event)).map(|event| &event.layout);
        let Some(layout) = layout.and_then(|layout| layout.lists.get(usize::from(list))).filter(|_| rows.present)
        else {
            return Ok(None);
        };
        let mut items = Vec::new();
        for (place, row) in (1_u32..).zip(event.rows_of(rows)) {
            let taken = match filter {
                Some(filter) => self.scope.eval(filter, row)?.is_true(),
                None => true,
            };
            let there = match value {
                Some(value) if taken => self.scope.eval(value, row)? != Value::Missing,
                _ => taken,
            };
            if there {
                items.push(place);
            }
        }
        Ok(Some(Over { list: layout.name.clone(), items, of: rows.count }))
    }
}

/// Adds a figure, unless its part of the text was met before.
fn add(found: &mut Vec<Figure>, figure: Figure) {
    if !found.iter().any(|known| known.said == figure.said) {
        found.push(figure);
    }
}
