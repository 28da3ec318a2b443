//! Messages in the plan: their texts in every language, with values as nodes.

use super::NodeId;
use crate::check::model::{Message, Saying};

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
    /// The member's attribute that names a language.
    pub language: Option<u16>,
}
