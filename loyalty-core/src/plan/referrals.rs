//! Members who bring others: until when a friend counts, and from when.

use crate::check::model::Length;

#[derive(Debug)]
pub struct ReferralPlan {
    pub name: Box<str>,
    pub within: Option<Length>,
    pub settle: Option<Length>,
    pub revoke: bool,
    pub reach: Vec<u32>,
    pub shares: Option<Length>,
}
