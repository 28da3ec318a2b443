//! Measures and segments, with the forms that replace them from a day on.

use super::Checker;
use super::expression::Scope;
use super::graph;
use super::model::{Expr, ExprKind, Measure, MeasureForm, Origin, Segment, Versioned};
use super::names::Declared;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Dated, MeasureBody, Name};

/// How deep conditions may lie within each other through segments, each operator and each segment counted.
const SEGMENT_DEPTH_MAX: usize = 200;
const SEGMENT_STEPS_MAX: usize = 10_000;

impl<'a> Checker<'a> {
    pub(super) fn measures(&mut self, declared: &Declared<'a>) {
        for (name, body, later) in &declared.measures {
            let measure = self.measure(name, body, later);
            self.measures.push(measure);
        }
    }

    fn measure(&mut self, name: &Name, body: &'a MeasureBody, later: &'a [Dated<MeasureBody>]) -> Option<Measure> {
        let over = self.over_events(&body.aggregate);
        let window = self.window(&body.window);
        let (over, window) = (over?, window?);
        let (of, function, by, ty) = (over.of, over.function, over.by, over.ty);
        let mut versions =
            vec![Versioned { from: None, value: MeasureForm { value: over.value, filter: over.filter, window } }];
        let mut last = None;
        let mut sound = true;
        for dated in later {
            sound &= self.ascending(last, dated.from, dated.span);
            last = Some((dated.from, dated.span));
            let over = self.over_events(&dated.value.aggregate);
            let window = self.window(&dated.value.window);
            let (Some(over), Some(window)) = (over, window) else {
                sound = false;
                continue;
            };
            if (over.of, over.function, over.by, &over.ty) != (of, function, by, &ty) {
                self.report(
                    Diagnostic::new(Code::FixedForever, dated.value.aggregate.of.span, format!("`{}` cannot come to measure something else", name.text))
                        .label(body.aggregate.of.span, "measured before")
                        .help("a later form may change the window, the value and the filter, not the event, the function or the type"),
                );
                sound = false;
                continue;
            }
            if dated.value.returns.is_some_and(|returns| Some(returns) != body.returns) {
                self.report(
                    Diagnostic::new(
                        Code::FixedForever,
                        dated.span,
                        format!("how returns count in `{}` cannot change", name.text),
                    )
                    .help("say `returns` once, in the first form"),
                );
                sound = false;
            }
            versions.push(Versioned {
                from: Some(dated.from),
                value: MeasureForm { value: over.value, filter: over.filter, window },
            });
        }
        let returns = body.returns.unwrap_or(tree::Returns::Revoke);
        sound.then(|| Measure {
            name: name.text.clone(),
            origin: Origin::Declared,
            of,
            function,
            by,
            ty,
            versions,
            returns,
            meter: None,
            span: name.span,
        })
    }

    pub(super) fn segments(&mut self, declared: &Declared<'a>) {
        for (name, condition, later) in &declared.segments {
            let mut versions = Vec::new();
            versions.extend(self.segment(condition).map(|value| Versioned { from: None, value }));
            let mut last = None;
            for dated in *later {
                self.ascending(last, dated.from, dated.span);
                last = Some((dated.from, dated.span));
                versions.extend(self.segment(&dated.value).map(|value| Versioned { from: Some(dated.from), value }));
            }
            self.segments.push(Segment { name: name.text.clone(), versions, span: name.span });
        }
        let edges: Vec<Vec<usize>> = self
            .segments
            .iter()
            .map(|segment| segment.versions.iter().flat_map(|version| segments_read(&version.value)).collect())
            .collect();
        if let Some(cycle) = graph::cycle(&edges) {
            let ring: Vec<&Segment> = cycle.iter().filter_map(|index| self.segments.get(*index)).collect();
            let names: Vec<String> = ring.iter().map(|segment| format!("`{}`", segment.name)).collect();
            let span = ring.first().map_or(Span::default(), |segment| segment.span);
            let mut diagnostic = Diagnostic::new(
                Code::Cycle,
                span,
                format!("the segment {} reads itself", names.join(", which reads ")),
            );
            for segment in ring.iter().skip(1) {
                diagnostic = diagnostic.label(segment.span, "on the way");
            }
            self.report(diagnostic.help("let one of them stand without the other"));
            return;
        }
        self.large_segments(&edges);
    }

    /// Segments that read each other are evaluated one within the other, as often as they are read: they may not go deeper than
    /// any stack, nor take more steps than an event can wait for.
    fn large_segments(&mut self, edges: &[Vec<usize>]) {
        let size = |form: &Expr| {
            let mut steps: usize = 0;
            form.walk(&mut |_| steps = steps.saturating_add(1));
            Size { depth: form.depth(), steps }
        };
        let own: Vec<Size> = self
            .segments
            .iter()
            .map(|segment| segment.versions.iter().fold(Size::default(), |all, form| all.and(size(&form.value))))
            .collect();
        let mut sizes: Vec<Option<Size>> = vec![None; edges.len()];
        let mut waiting: Vec<usize> = (0..edges.len()).rev().collect();
        while let Some(segment) = waiting.pop() {
            if sizes.get(segment).is_none_or(Option::is_some) {
                continue;
            }
            let read = edges.get(segment).map(Vec::as_slice).unwrap_or(&[]);
            let unknown: Vec<usize> =
                read.iter().copied().filter(|read| sizes.get(*read).is_some_and(Option::is_none)).collect();
            if !unknown.is_empty() {
                // There is no circle, so that those are known the next time.
                waiting.push(segment);
                waiting.extend(unknown);
                continue;
            }
            let of_read = || read.iter().filter_map(|read| sizes.get(*read).copied().flatten());
            let below = of_read().fold(Size::default(), Size::and);
            let own = own.get(segment).copied().unwrap_or_default();
            let whole =
                Size { depth: own.depth.saturating_add(below.depth), steps: own.steps.saturating_add(below.steps) };
            let span = self.segments.get(segment).map_or(Span::default(), |segment| segment.span);
            // Of a chain of them the first is told.
            if whole.steps > SEGMENT_STEPS_MAX && of_read().all(|read| read.steps <= SEGMENT_STEPS_MAX) {
                let message = format!(
                    "this segment takes more than {SEGMENT_STEPS_MAX} steps, with those that it reads, as often as it reads them"
                );
                self.report(
                    Diagnostic::new(Code::TooMany, span, message)
                        .help("read each of the others once, or read a measure or an attribute in their place"),
                );
            } else if whole.depth > SEGMENT_DEPTH_MAX && below.depth <= SEGMENT_DEPTH_MAX {
                let message = format!("this segment reads others to a depth of more than {SEGMENT_DEPTH_MAX} levels");
                self.report(
                    Diagnostic::new(Code::TooDeep, span, message)
                        .help("read a measure or an attribute in place of a chain of segments"),
                );
            }
            if let Some(place) = sizes.get_mut(segment) {
                *place = Some(whole);
            }
        }
    }

    fn segment(&mut self, condition: &'a tree::Expr) -> Option<Expr> {
        self.condition(condition, &Scope::member("a segment"), "a segment")
    }
}

/// How much it takes to judge a condition.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Expressions that lie within each other.
    depth: usize,
    steps: usize,
}

impl Size {
    /// That of two conditions, one after the other.
    fn and(self, other: Self) -> Self {
        Self { depth: self.depth.max(other.depth), steps: self.steps.saturating_add(other.steps) }
    }
}

fn segments_read(expr: &Expr) -> Vec<usize> {
    let mut found = Vec::new();
    expr.walk(&mut |part| {
        if let ExprKind::Segment(segment) = part.kind {
            found.push(segment);
        }
    });
    found
}
