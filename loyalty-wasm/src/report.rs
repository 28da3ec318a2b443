//! Measures of success, from outcomes as they come.

use js_sys::Error;
use loyalty_core::host;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program};

/// A report in the making.
#[wasm_bindgen]
pub struct Report(loyalty_core::Report);

#[wasm_bindgen]
impl Program {
    /// A report, to which outcomes are added; the values of points are names and digits by turns.
    pub fn report(&self, period: Option<String>, active: Vec<String>, values: Vec<String>) -> Result<Report, Error> {
        let values = values.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
        let report = host::report(&self.program, period, active, values);
        report.map(Report).map_err(|refused| error::event(&refused))
    }
}

#[wasm_bindgen]
impl Report {
    /// Adds an outcome as JSON, with the member after it; tells whether it counted.
    pub fn add(&mut self, outcome: &str, member: &Member) -> Result<bool, Error> {
        self.0.add_json(outcome, &member.0).map_err(|refused| error::event(&refused))
    }

    /// Tells of a member without an outcome; tells whether it was not known.
    pub fn know(&mut self, member: &Member) -> Result<bool, Error> {
        self.0.know(&member.0).map_err(|refused| error::event(&refused))
    }

    /// Adds another part.
    pub fn merge(&mut self, other: &Report) -> Result<(), Error> {
        self.0.merge(&other.0).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    pub fn copy(&self) -> Report {
        Self(self.0.clone())
    }

    /// The report as JSON.
    pub fn finish(&self) -> Result<String, Error> {
        self.0.finish().map(|report| report.to_string()).map_err(|refused| error::event(&refused))
    }
}
