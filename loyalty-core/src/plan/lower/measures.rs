//! Measures and segments become plans; measures that say the same are kept once.

use chrono::NaiveDate;

use super::Lower;
use super::tallies::period_days;
use crate::calendar::{clock_micros, days_at_most};
use crate::check::model::{self, AggregateFunction, Origin, Window};
use crate::plan::{Grain, MeasureFormPlan, MeasurePlan, SegmentPlan};

impl Lower<'_> {
    /// The name of a measure: its own, or the text of one written in place.
    fn measure_name(&self, measure: &model::Measure) -> String {
        if measure.origin != Origin::InPlace {
            return measure.name.clone();
        }
        squeezed(self.text.get(measure.span.start as usize..measure.span.end as usize).unwrap_or(&measure.name))
    }

    pub(super) fn same_measures(&mut self) {
        let mut first = std::collections::BTreeMap::new();
        for (index, measure) in self.checked.measures.iter().enumerate() {
            let same = *first.entry(self.measure_name(measure)).or_insert(index);
            self.same_measure.push(same as u16);
        }
    }

    pub(super) fn measures(&mut self) {
        let history = self.history_days().max(self.grace_days());
        for measure in &self.checked.measures {
            let windows = measure.versions.iter().map(|version| version.value.window);
            let kept = |days: i32| {
                let before = measure.meter.map_or(0, |meter| meter.windows_before);
                days.saturating_mul(before as i32 + 1).saturating_add(history)
            };
            let keep = windows.clone().map(reach).try_fold(0, |longest, days| Some(longest.max(days?))).map(kept);
            let draw_days = match hold_the_same(windows.clone()) {
                true => Some(windows.filter_map(reach).max().map_or(history, kept)),
                false => None,
            };
            let in_tally = matches!(
                measure.function,
                AggregateFunction::Sum
                    | AggregateFunction::Count
                    | AggregateFunction::Average
                    | AggregateFunction::Streak
            );
            let grain = match measure.by {
                Some(period) if measure.function == AggregateFunction::Streak => Grain::Period(period),
                _ if measure.meter.is_some_and(|meter| meter.by_instant) => Grain::Instant,
                _ => grain_of(measure.versions.iter().map(|version| version.value.window)),
            };
            let name = self.measure_name(measure);
            let tally = in_tally.then(|| self.tally(format!("measure {name}"), grain, keep));
            self.event = measure.of.event();
            let forms = self.dated(&measure.versions, |lower, form| MeasureFormPlan {
                value: form.value.as_ref().map(|value| lower.expression(value)),
                filter: form.filter.as_ref().map(|filter| lower.expression(filter)),
                window: form.window,
                rating: lower.counts(measure, form),
            });
            self.event = None;
            self.plan.measures.push(MeasurePlan {
                name: name.into(),
                hidden: measure.origin != Origin::Declared,
                event: measure.of.event().map(|event| event as u16),
                function: measure.function,
                forms,
                revoke: measure.returns == model::Returns::Revoke,
                tally,
                moments: None,
                by_time: matches!(measure.of, model::MeasureOf::Flow(_, model::Flow::Vested | model::Flow::Expired)),
                step: measure.meter.is_some() && measure.function == AggregateFunction::Last,
                of_purchase: false,
                keep_days: keep,
                draw_days,
            });
            let number = (self.plan.measures.len() - 1) as u16;
            let first = self.same_measure.get(usize::from(number)) == Some(&number);
            if let model::MeasureOf::Flow(wallet, flow) = measure.of
                && first
                && let Some(wallet) = self.plan.wallets.get_mut(wallet)
            {
                wallet.flows.push((flow, number));
            }
        }
    }

    /// A digest of what an event adds to a measure, and when. Of a window that moves on it tells nothing: there the same is
    /// counted, and looked at from elsewhere.
    fn counts(&self, measure: &model::Measure, form: &model::MeasureForm) -> u32 {
        let event = measure.of.event().and_then(|event| self.checked.events.get(event));
        let mut text = format!("{} {}", measure.function.word(), event.map_or("", |event| &event.name));
        for (word, part) in [("of", &form.value), ("where", &form.filter)] {
            if let Some(part) = part {
                text.push_str(&format!("\n{word} {}", self.said(part)));
            }
        }
        if let Window::Range { from, to } = form.window {
            let day = |day: Option<NaiveDate>| day.map_or(String::new(), |day| day.to_string());
            text.push_str(&format!("\n{}..{}", day(from), day(to)));
        }
        crate::wire::digest(text.as_bytes()) as u32
    }

    /// What was earned when a time of grace began is asked for when it ends.
    fn grace_days(&self) -> i32 {
        let forms = self.checked.ladders.iter().flat_map(|ladder| &ladder.versions);
        let days = forms.filter_map(|form| form.value.grace).map(|grace| {
            days_at_most(grace.length).saturating_add(grace.to_end_of.map_or(0, |of| period_days(of.as_long_as())))
        });
        days.max().unwrap_or(0)
    }

    pub(super) fn segments(&mut self) {
        for segment in &self.checked.segments {
            let forms = self.dated(&segment.versions, |lower, condition| lower.expression(condition));
            self.plan.segments.push(SegmentPlan { name: segment.name.as_str().into(), forms });
        }
    }
}

/// How many days back a window looks at most; nothing if it does not move on.
fn reach(window: Window) -> Option<i32> {
    match window {
        Window::AllTime | Window::Range { .. } => None,
        Window::This(period) => Some(period_days(period)),
        Window::Periods { period, back, .. } => Some(period_days(period).saturating_mul(back as i32 + 1)),
        Window::Rolling(length) => Some(days_at_most(length)),
        Window::Own { each, previous, .. } => Some(period_days(each.as_long_as()) * if previous { 2 } else { 1 }),
    }
}

/// Whether the windows do not tell apart what is long over: a range does, from what the others hold.
fn hold_the_same(mut windows: impl Iterator<Item = Window> + Clone) -> bool {
    let mut others = windows.clone();
    let first = others.next();
    others.all(|other| Some(other) == first) || !windows.any(|window| matches!(window, Window::Range { .. }))
}

/// A text without the blanks that formatting may change: none but between two words, and within quotes.
fn squeezed(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let (mut quoted, mut blank) = (false, false);
    let word = |character: char| character.is_alphanumeric() || character == '_';
    for character in text.chars() {
        if !quoted && character.is_whitespace() {
            blank = true;
            continue;
        }
        if blank && squeezed.ends_with(word) && word(character) {
            squeezed.push(' ');
        }
        blank = false;
        quoted ^= character == '"';
        squeezed.push(character);
    }
    squeezed
}

/// The coarsest key that all windows of a measure can be answered from.
fn grain_of(windows: impl Iterator<Item = Window>) -> Grain {
    let mut grain: Option<Grain> = None;
    for window in windows {
        let own = match window {
            Window::AllTime | Window::Range { .. } => Grain::Ever,
            Window::This(period) | Window::Periods { period, .. } => Grain::Period(period),
            Window::Rolling(length) if clock_micros(length).is_some() => Grain::Instant,
            // What led to a level is told from what came after by the instant alone.
            Window::Own { of: model::OwnFrom::Level(_), .. } => Grain::Instant,
            Window::Own { of: model::OwnFrom::Membership, .. } => Grain::Day,
            Window::Rolling(_) => Grain::Day,
        };
        grain = Some(match grain {
            None => own,
            // Two different ranges, or a range and all time, cannot share one number.
            Some(before) if before == own && own != Grain::Ever => own,
            Some(Grain::Instant) => Grain::Instant,
            Some(_) if own == Grain::Instant => Grain::Instant,
            Some(_) => Grain::Day,
        });
    }
    grain.unwrap_or(Grain::Ever)
}
