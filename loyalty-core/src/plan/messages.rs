//! Messages in the plan: their texts in every language, with values as nodes.

use super::NodeId;
use crate::check::model::{Category, ConsentNeed, Length, Message, Per, Period, Quiet, Saying};

/// A value of a message.
#[derive(Debug, Clone)]
pub struct ValuePlan {
    pub node: NodeId,
    /// As the program writes it, to say which one is missing.
    pub written: Box<str>,
}

/// All that a program says.
#[derive(Debug, Default)]
pub struct Messages {
    pub declared: Vec<Message>,
    /// As rules say them.
    pub sayings: Vec<Saying<ValuePlan>>,
    /// Lists of words that inbound texts are compared with, each sorted.
    pub words: Vec<Vec<Box<str>>>,
    pub policy: Option<PolicyPlan>,
    /// Categories that conditions ask for.
    pub consents: Vec<Box<str>>,
    /// The member's attribute that names a zone.
    pub timezone: Option<u16>,
    /// The member's attribute that names a language.
    pub language: Option<u16>,
}

/// What may be said to whom, when and how often.
#[derive(Debug)]
pub struct PolicyPlan {
    pub consent: Vec<ConsentNeed>,
    pub at_most: Vec<AtMostPlan>,
    pub totals: Vec<(Category, u32, Option<Period>)>,
    pub quiet: Option<Quiet>,
    pub window: Option<Length>,
    pub allowed: Vec<(Category, NodeId)>,
    /// Experiments whose arms these conditions read.
    pub arms: Vec<u16>,
}

#[derive(Debug)]
pub struct AtMostPlan {
    pub category: Category,
    pub count: u32,
    pub per: Per,
    pub tally: u32,
}
