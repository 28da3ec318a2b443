//! What the parts of a plan say in the program: stretches of its text, and what numbers count.
//!
//! Evaluation reads none of it; explanations quote it.

use crate::check::model::{Currency, Type};

/// A stretch of the program text, in bytes, and the line on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quote {
    pub start: u32,
    pub end: u32,
    pub line: u32,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unit {
    /// Nothing: a plain number, or no number at all.
    #[default]
    None,
    /// Hundredths of a share are written as per cent.
    Percent,
    Money(Currency),
    /// Points of the wallet with that number.
    Wallet(u16),
}

/// Where an expression stands, and what it counts; of a comparison, what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quoted {
    pub quote: Quote,
    pub unit: Unit,
}

/// The clauses of a wallet's policy; nothing where a default holds.
#[derive(Debug, Clone, Default)]
pub struct PolicyQuotes {
    pub round: Option<Quote>,
    pub multipliers: Option<Quote>,
    pub vest: Option<Quote>,
    /// One for each expiry, in order.
    pub expire: Vec<Quote>,
    pub clawback: Option<Quote>,
    pub restore: Option<Quote>,
    pub hold_at_most: Option<Quote>,
}

impl Unit {
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Percent => Unit::Percent,
            Type::Money(currency) => Unit::Money(*currency),
            Type::Amount(wallet) => Unit::Wallet(*wallet as u16),
            _ => Unit::None,
        }
    }
}
