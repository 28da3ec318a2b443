//! Wheels become plans.

use super::Lower;
use crate::plan::{SlicePlan, WheelPlan};

impl Lower<'_> {
    pub(super) fn wheels(&mut self) {
        for wheel in &self.checked.wheels {
            let slices = wheel.slices.iter().enumerate().map(|(place, slice)| SlicePlan {
                title: slice.title.as_deref().map(Into::into),
                weight: slice.weight,
                stock: slice.stock,
                counter: format!("stock {} {}", wheel.name, place + 1).into(),
            });
            let slices = slices.collect();
            let limits = self.limits(&format!("wheel {}", wheel.name), &wheel.limits);
            self.plan.wheels.push(WheelPlan {
                name: wheel.name.as_str().into(),
                counter: format!("wheel {}", wheel.name).into(),
                slices,
                renormalise: wheel.renormalise,
                limits,
                card: wheel.valid_for.filter(|_| wheel.issued),
            });
        }
    }
}
