//! The `test` declarations become plans.

use super::Lower;
use crate::check::model;
use crate::plan::{TestPlan, TestStepPlan};

impl Lower<'_> {
    pub(super) fn tests(&mut self) {
        for test in &self.checked.tests {
            let mut event = None;
            let mut steps = Vec::with_capacity(test.steps.len());
            for step in &test.steps {
                steps.push(match step {
                    model::TestStep::GivenMember(fields) => TestStepPlan::GivenMember(fields.clone()),
                    model::TestStep::GivenLevel(ladder, level) => {
                        TestStepPlan::GivenLevel { ladder: *ladder as u16, level: *level as u16 }
                    }
                    model::TestStep::Given { wallet, amount } => {
                        TestStepPlan::Given { wallet: *wallet as u16, amount: *amount }
                    }
                    model::TestStep::On { event: on, fields, span } => {
                        event = Some(*on);
                        TestStepPlan::On { event: *on as u16, fields: fields.clone(), line: self.line(*span) }
                    }
                    model::TestStep::Advance { to, span } => TestStepPlan::Advance { to: *to, line: self.line(*span) },
                    model::TestStep::Expect(condition) => {
                        // What an expectation says of an event, it says of the last one.
                        self.event = event;
                        let condition_plan = self.condition(condition);
                        self.event = None;
                        TestStepPlan::Expect { condition: condition_plan, line: self.line(condition.span) }
                    }
                    model::TestStep::ExpectRefused { code, by, span } => {
                        let (code, by) = (code.clone(), by.clone());
                        TestStepPlan::ExpectRefused { code, by, line: self.line(*span) }
                    }
                });
            }
            let line = self.line(test.span);
            self.plan.tests.push(TestPlan { title: test.title.as_str().into(), line, steps });
        }
    }
}
