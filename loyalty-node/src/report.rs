//! Measures of success, from outcomes as they come.

use loyalty_core::host;
use napi::Result;
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::Program;

/// A report in the making.
#[napi]
pub struct Report(Held<loyalty_core::Report>);

#[napi]
impl Program {
    /// A report, to which outcomes are added; the values of points are names and digits by turns.
    #[napi(catch_unwind)]
    pub fn report(&self, period: Option<String>, active: Vec<String>, values: Vec<String>) -> Result<Report> {
        let values = values.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
        let report = host::report(self.core()?, period, active, values);
        report.map(|report| Report(Held::of(report))).map_err(|refused| error::event(&refused))
    }
}

#[napi]
impl Report {
    /// Adds an outcome as JSON, with the member after it; tells whether it counted.
    #[napi(catch_unwind)]
    pub fn add(&mut self, outcome: String, member: &Member) -> Result<bool> {
        self.0.get_mut()?.add_json(&outcome, member.get()?).map_err(|refused| error::event(&refused))
    }

    /// Tells of a member without an outcome; tells whether it was not known.
    #[napi(catch_unwind)]
    pub fn know(&mut self, member: &Member) -> Result<bool> {
        self.0.get_mut()?.know(member.get()?).map_err(|refused| error::event(&refused))
    }

    /// Adds another part.
    #[napi(catch_unwind)]
    pub fn merge(&mut self, other: &Report) -> Result<()> {
        self.0.get_mut()?.merge(other.0.get()?).map_err(|refused| error::event(&refused))
    }

    /// A copy.
    #[napi(catch_unwind)]
    pub fn copy(&self) -> Result<Report> {
        Ok(Self(Held::of(self.0.get()?.clone())))
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }

    /// The report as JSON.
    #[napi(catch_unwind)]
    pub fn finish(&self) -> Result<String> {
        self.0.get()?.finish().map(|report| report.to_string()).map_err(|refused| error::event(&refused))
    }
}
