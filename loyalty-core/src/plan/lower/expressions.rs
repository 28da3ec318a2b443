//! Expressions become nodes; frequent shapes become one node.

use rust_decimal::Decimal;

use super::Lower;
use crate::check::model::{AggregateFunction, Comparison, Expr, ExprKind, Pattern};
use crate::plan::layout::{FieldKind, Place};
use crate::plan::node::{Node, NodeId, Range};
use crate::plan::quotes::{Quoted, Unit};
use crate::sorting::Arrange as _;
use crate::time::{day_of, micros_of};

impl Lower<'_> {
    pub(super) fn expression(&mut self, expr: &Expr) -> NodeId {
        let node = match &expr.kind {
            ExprKind::Number(number) => Node::Number(*number),
            ExprKind::Text(text) => Node::Text(self.plan.symbols.intern(text)),
            ExprKind::Bool(value) => Node::Bool(*value),
            ExprKind::Date(date) => Node::Date(day_of(*date)),
            ExprKind::Instant(micros) => Node::Instant(*micros),
            ExprKind::Time(time) => Node::Time(micros_of(*time)),
            ExprKind::Weekday(day) => Node::Weekday(day.num_days_from_monday() as u8),
            ExprKind::Event(field) => match self.place(*field) {
                Some(Place::Slot(slot)) => Node::Slot(slot),
                // A list by itself is asked only whether it is there: its fold to a count is missing when it is.
                Some(Place::List(list)) => {
                    Node::Fold { function: AggregateFunction::Count, list, value: None, filter: None }
                }
                None => Node::Bool(false),
            },
            ExprKind::Item(field) => Node::Item(self.item_slot(*field)),
            ExprKind::At => Node::At,
            ExprKind::Id => Node::Id,
            ExprKind::Member(field) => Node::Member(*field as u16),
            ExprKind::MemberId => Node::MemberId,
            ExprKind::Enrolled => Node::Enrolled,
            ExprKind::Level(ladder) => Node::Level(*ladder as u16),
            ExprKind::LevelBefore(ladder) => Node::LevelBefore(*ladder as u16),
            ExprKind::LevelNamed(ladder, level) => Node::LevelNamed(*ladder as u16, *level as u16),
            ExprKind::Benefit(ladder, benefit) => Node::Benefit(*ladder as u16, *benefit as u16),
            ExprKind::Standing(ladder, moment) => Node::Standing(*ladder as u16, *moment),
            ExprKind::Held(coupon) => Node::Held(*coupon as u32),
            ExprKind::Used(coupon) => Node::Used(*coupon as u32),
            ExprKind::Referral(referral, figure) => Node::Referral(*referral as u16, *figure),
            ExprKind::CauseCoupon(figure) => Node::CauseCoupon(*figure),
            ExprKind::Arm(experiment) => Node::Arm(*experiment as u16),
            ExprKind::ArmNamed(experiment, arm) => {
                let arms = self.checked.experiments.get(*experiment).map(|experiment| &experiment.arms);
                let name = arms.and_then(|arms| arms.get(*arm)).map_or("", |name| name);
                Node::Text(self.plan.symbols.intern(name))
            }
            ExprKind::Badge(badge, figure) => Node::Badge(*badge as u16, *figure),
            ExprKind::Cards(wheel) => Node::Cards(*wheel as u16),
            ExprKind::Question(question, figure) => Node::Question(*question as u16, *figure),
            ExprKind::Cause(figure) => Node::Cause(*figure),
            ExprKind::Measure(measure) => Node::Measure(self.kept_as(*measure)),
            ExprKind::MeasureBefore(measure) => Node::MeasureBefore(self.kept_as(*measure)),
            ExprKind::Challenge(challenge, figure) => Node::Challenge(*challenge as u16, *figure),
            ExprKind::Segment(segment) => Node::Segment(*segment as u16),
            ExprKind::Reward(reward, figure) => Node::Reward(*reward as u16, *figure),
            ExprKind::Wallet(wallet, figure) => Node::Wallet(*wallet as u16, *figure),
            ExprKind::Part(part, of) => Node::Part(*part, self.expression(of)),
            ExprKind::Since(unit, of) => Node::Since(*unit, self.expression(of)),
            ExprKind::Apart(unit, from, to) => Node::Apart(*unit, self.expression(from), self.expression(to)),
            ExprKind::Moved { of, by, back } => Node::Moved { of: self.expression(of), by: *by, back: *back },
            ExprKind::Not(of) => Node::Not(self.expression(of)),
            ExprKind::Negate(of) => Node::Negate(self.expression(of)),
            ExprKind::And(parts) => Node::And(self.range(parts)),
            ExprKind::Or(parts) => Node::Or(self.range(parts)),
            ExprKind::Least(parts) => Node::Least(self.range(parts)),
            ExprKind::Greatest(parts) => Node::Greatest(self.range(parts)),
            ExprKind::Floor(of) => Node::Floor(self.expression(of)),
            ExprKind::Ceil(of) => Node::Ceil(self.expression(of)),
            ExprKind::Absolute(of) => Node::Absolute(self.expression(of)),
            ExprKind::Compare(comparison, left, right) => self.compare(*comparison, left, right),
            ExprKind::In { value, list, negated } => self.is_in(value, list, *negated),
            ExprKind::Consents(category) => {
                let known = self.plan.messages.consents.iter().position(|known| **known == **category);
                let place = known.unwrap_or_else(|| {
                    self.plan.messages.consents.push((**category).into());
                    self.plan.messages.consents.len() - 1
                });
                Node::Consents(place as u16)
            }
            ExprKind::Matches { value, words, negated } => {
                let mut list: Vec<Box<str>> = words.iter().map(|word| (**word).into()).collect();
                list.arrange();
                list.dedup();
                self.plan.messages.words.push(list);
                let words = (self.plan.messages.words.len() - 1) as u32;
                Node::Matches { value: self.expression(value), words, negated: *negated }
            }
            ExprKind::IsMissing { value, negated } => {
                Node::IsMissing { value: self.expression(value), negated: *negated }
            }
            ExprKind::Otherwise(value, other) => Node::Otherwise(self.expression(value), self.expression(other)),
            ExprKind::Arithmetic(operator, left, right) => {
                Node::Arithmetic(*operator, self.expression(left), self.expression(right))
            }
            ExprKind::Fold { function, list, value, filter, .. } => {
                let Some(Place::List(list)) = self.place(*list) else { return self.node(Node::Bool(false)) };
                let outer = self.list.replace(list);
                let value = value.as_ref().map(|value| self.expression(value));
                let filter = filter.as_ref().map(|filter| self.expression(filter));
                self.list = outer;
                self.fold(Node::Fold { function: *function, list, value, filter })
            }
            ExprKind::Match { subject, arms, otherwise } => self.matching(subject, arms, otherwise.as_deref()),
            // Tags and lists of literals stand only on the right of `in`.
            ExprKind::Tags | ExprKind::List(_) => Node::Bool(false),
        };
        let id = self.node(node);
        self.note_folds_within(id);
        let counts = match &expr.kind {
            ExprKind::Compare(_, left, _) => &left.ty,
            _ => &expr.ty,
        };
        let quoted = Quoted { quote: self.quote(expr.span), unit: Unit::of(counts) };
        if let Some(place) = self.plan.quotes.get_mut(id as usize) {
            *place = quoted;
        }
        id
    }

    fn range(&mut self, parts: &[Expr]) -> Range {
        let ids: Vec<NodeId> = parts.iter().map(|part| self.expression(part)).collect();
        self.push_operands(ids)
    }

    fn push_operands(&mut self, ids: Vec<NodeId>) -> Range {
        let start = self.plan.operands.len() as u32;
        self.plan.operands.extend(ids);
        Range { start, end: self.plan.operands.len() as u32 }
    }

    fn compare(&mut self, comparison: Comparison, left: &Expr, right: &Expr) -> Node {
        let (left, right) = (self.expression(left), self.expression(right));
        let (left_node, right_node) = (self.at(left), self.at(right));
        self.symbolic(left_node, right_node);
        self.symbolic(right_node, left_node);
        match (comparison, left_node, right_node) {
            (Comparison::Equal, Some(Node::Slot(slot)), Some(Node::Text(symbol)))
            | (Comparison::Equal, Some(Node::Text(symbol)), Some(Node::Slot(slot))) => Node::SlotIs(slot, symbol),
            (Comparison::Equal, Some(Node::Item(slot)), Some(Node::Text(symbol)))
            | (Comparison::Equal, Some(Node::Text(symbol)), Some(Node::Item(slot))) => Node::ItemIs(slot, symbol),
            (_, Some(Node::Slot(slot)), Some(Node::Number(number))) => {
                Node::SlotAgainst(comparison, slot, self.as_held(slot, number))
            }
            _ => Node::Compare(comparison, left, right),
        }
    }

    /// A constant with the digits that the field's amounts have, so that the two need not be aligned again and again.
    fn as_held(&self, slot: u16, mut number: Decimal) -> Decimal {
        let layout = self.event.and_then(|event| self.layouts.get(event));
        let kind = layout.and_then(|layout| layout.slots.get(usize::from(slot))).map(|slot| slot.kind);
        if let Some(FieldKind::Number { scale, .. }) = kind
            && number.scale() < u32::from(scale)
        {
            number.rescale(u32::from(scale));
        }
        number
    }

    /// Notes the folds within a fold, those within each other once.
    fn note_folds_within(&mut self, id: NodeId) {
        let Some(Node::Fold { value, filter, .. }) = self.at(id) else { return };
        let (mut within, mut waiting): (Vec<NodeId>, Vec<NodeId>) =
            (Vec::new(), value.into_iter().chain(filter).collect());
        while let Some(part) = waiting.pop() {
            match self.at(part) {
                Some(Node::Fold { .. } | Node::PlainSum { .. }) => within.push(part),
                Some(node) => node.operands(&self.plan.operands, |operand| waiting.push(operand)),
                None => {}
            }
        }
        if !within.is_empty() {
            let within = self.push_operands(within);
            self.plan.folds_within.insert(id, within);
        }
    }

    /// A fold, as a plain sum if it is one.
    fn fold(&mut self, fold: Node) -> Node {
        let Node::Fold { function: AggregateFunction::Sum, list, value: Some(value), filter } = fold else {
            return fold;
        };
        let Some(Node::Item(value)) = self.at(value) else { return fold };
        let only = match filter.map(|filter| self.at(filter)) {
            None => None,
            Some(Some(Node::ItemIs(slot, symbol))) => Some((slot, symbol)),
            Some(_) => return fold,
        };
        let fold = self.node(fold);
        Node::PlainSum { list, value, only, fold }
    }

    fn is_in(&mut self, value: &Expr, list: &Expr, negated: bool) -> Node {
        let value = self.expression(value);
        match &list.kind {
            ExprKind::Tags => Node::InTags { value, negated },
            ExprKind::Event(field) => match self.place(*field) {
                Some(Place::List(list)) => Node::InList { value, list, negated },
                _ => Node::Bool(false),
            },
            ExprKind::List(items) => {
                let texts: Option<Vec<&str>> = items
                    .iter()
                    .map(|item| if let ExprKind::Text(text) = &item.kind { Some(&**text) } else { None })
                    .collect();
                if let (Some(texts), Some(field @ (Node::Slot(_) | Node::Item(_)))) = (texts, self.at(value)) {
                    let mut set: Vec<u32> = texts.into_iter().map(|text| self.plan.symbols.intern(text)).collect();
                    set.arrange();
                    set.dedup();
                    self.mark_symbolic(Some(field));
                    let start = self.plan.symbol_sets.len() as u32;
                    self.plan.symbol_sets.extend(set);
                    let set = Range { start, end: self.plan.symbol_sets.len() as u32 };
                    return match field {
                        Node::Slot(slot) => Node::SlotIn { slot, set, negated },
                        Node::Item(slot) => Node::ItemIn { slot, set, negated },
                        other => other,
                    };
                }
                let items = self.range(items);
                Node::InConstants { value, items, negated }
            }
            _ => Node::Bool(false),
        }
    }

    fn matching(&mut self, subject: &Expr, arms: &[(Vec<Pattern>, Expr)], otherwise: Option<&Expr>) -> Node {
        let subject = self.expression(subject);
        let mut pairs = Vec::new();
        for (patterns, value) in arms {
            let value = self.expression(value);
            for pattern in patterns {
                let pattern = match pattern {
                    Pattern::Equal(literal) => {
                        let literal = self.expression(literal);
                        self.symbolic(self.at(subject), self.at(literal));
                        Node::Equals(literal)
                    }
                    Pattern::Range { from, to } => {
                        let from = from.as_ref().map(|from| self.expression(from));
                        Node::Between(from, to.as_ref().map(|to| self.expression(to)))
                    }
                };
                let pattern = self.node(pattern);
                pairs.extend([pattern, value]);
            }
        }
        let arms = self.push_operands(pairs);
        let otherwise = otherwise.map(|otherwise| self.expression(otherwise));
        Node::Match { subject, arms, otherwise }
    }

    /// The measure that is kept for this one: the first of those that come to the same.
    fn kept_as(&self, measure: usize) -> u16 {
        self.same_measure.get(measure).copied().unwrap_or(measure as u16)
    }

    fn at(&self, node: NodeId) -> Option<Node> {
        self.plan.nodes.get(node as usize).copied()
    }

    /// A field compared with a literal text is looked up among the symbols when an event is decoded.
    fn symbolic(&mut self, field: Option<Node>, literal: Option<Node>) {
        if matches!(literal, Some(Node::Text(_))) {
            self.mark_symbolic(field);
        }
    }

    fn mark_symbolic(&mut self, field: Option<Node>) {
        let Some(layout) = self.event.and_then(|event| self.layouts.get_mut(event)) else { return };
        let slot = match field {
            Some(Node::Slot(slot)) => layout.slots.get_mut(usize::from(slot)),
            Some(Node::Item(slot)) => self
                .list
                .and_then(|list| layout.lists.get_mut(usize::from(list)))
                .and_then(|list| list.fields.get_mut(usize::from(slot))),
            _ => None,
        };
        if let Some(slot) = slot {
            slot.symbolic = true;
        }
    }

    fn place(&self, field: usize) -> Option<Place> {
        self.layouts.get(self.event?)?.places.get(field).copied().flatten()
    }

    /// The number of a list of the event.
    pub(super) fn list_of(&self, field: usize) -> Option<u16> {
        match self.place(field) {
            Some(Place::List(list)) => Some(list),
            _ => None,
        }
    }

    fn item_slot(&self, field: usize) -> u16 {
        let list = self.event.and_then(|event| self.layouts.get(event)).zip(self.list);
        let list = list.and_then(|(layout, list)| layout.lists.get(usize::from(list)));
        list.and_then(|list| list.places.get(field).copied().flatten()).unwrap_or(u16::MAX)
    }

    /// The code of the fields' defaults, in terms of the same event's slots.
    pub(super) fn defaults(&mut self) {
        for (at, field) in self.checked.member.iter().enumerate() {
            let default = field.default.as_ref().map(|default| self.expression(default));
            if let Some(slot) = self.plan.member.get_mut(at) {
                slot.default = default;
            }
        }
        for index in 0..self.checked.events.len() {
            let Some(event) = self.checked.events.get(index) else { return };
            if event.standard && event.name == "profile" {
                // What a profile does not tell stays as it is; the default is the member's.
                continue;
            }
            self.event = Some(index);
            for (at, field) in event.fields.iter().enumerate() {
                match self.place(at) {
                    Some(Place::Slot(slot)) => {
                        let Some(default) = &field.default else { continue };
                        let code = self.expression(default);
                        let layout = self.layouts.get_mut(index);
                        if let Some(slot) = layout.and_then(|layout| layout.slots.get_mut(usize::from(slot))) {
                            slot.default = Some(code);
                        }
                    }
                    Some(Place::List(list)) => self.item_defaults(index, field, list),
                    None => {}
                }
            }
        }
        self.event = None;
    }

    fn item_defaults(&mut self, event: usize, field: &crate::check::model::Field, list: u16) {
        let crate::check::model::Type::List(inner) = &field.ty else { return };
        let crate::check::model::Type::Record(record) = **inner else { return };
        let Some(record) = self.checked.records.get(record) else { return };
        self.list = Some(list);
        for (at, field) in record.fields.iter().enumerate() {
            let Some(default) = &field.default else { continue };
            let slot = self.item_slot(at);
            if slot == u16::MAX {
                continue;
            }
            let code = self.expression(default);
            let layout = self.layouts.get_mut(event).and_then(|layout| layout.lists.get_mut(usize::from(list)));
            if let Some(slot) = layout.and_then(|layout| layout.fields.get_mut(usize::from(slot))) {
                slot.default = Some(code);
            }
        }
        self.list = None;
    }
}
