//! Wheels become plans.

use super::Lower;
use crate::plan::counters::counter;
use crate::plan::{SlicePlan, WheelPlan};

impl Lower<'_> {
    pub(super) fn wheels(&mut self) {
        for wheel in &self.checked.wheels {
            let slices = wheel.slices.iter().enumerate().map(|(place, slice)| SlicePlan {
                title: slice.title.as_deref().map(Into::into),
                weight: slice.weight,
                stock: slice.stock,
                counter: counter("stock", &format!("{} {}", wheel.name, place + 1)),
            });
            let slices = slices.collect();
            let spins = counter("wheel", &wheel.name);
            let limits = self.limits(&spins, &wheel.limits);
            self.plan.wheels.push(WheelPlan {
                name: wheel.name.as_str().into(),
                counter: spins,
                slices,
                renormalise: wheel.renormalise,
                limits,
                card: wheel.valid_for.filter(|_| wheel.issued),
            });
        }
    }
}
