//! What is decided about coupons. They are named, for another version of the program may number them otherwise.

use rust_decimal::Decimal;

use super::reason::Reason;
use crate::wire::codec::{Malformed, Reader, Writer};

#[derive(Debug, Clone, PartialEq)]
pub enum CouponDecision {
    /// A coupon for this member alone.
    Issued {
        number: u64,
        coupon: Box<str>,
        code: Option<Box<str>>,
        expires_at: Option<i64>,
        /// Nothing: the staff.
        rule: Option<u32>,
    },
    /// Its end has come, and nobody had used it.
    Expired { number: u64, coupon: Box<str>, code: Option<Box<str>> },
    /// Used on an order.
    Redeemed {
        coupon: Box<str>,
        /// Of the issued one that was used.
        number: Option<u64>,
        /// As it was named; nothing for one that applies by itself.
        code: Option<Box<str>>,
        /// What it takes off; nothing where what it gives is the host's.
        discount: Option<Decimal>,
        /// What it takes off each line, by the line's place.
        lines: Vec<(u32, Decimal)>,
        /// The instant at which it had to be valid.
        as_of: i64,
        /// By what a return may lay it on what is kept, as a digest; nothing where it keeps its share.
        terms: Option<u32>,
    },
    /// Named on an order, and not applied.
    Refused { code: Box<str>, coupon: Option<Box<str>>, reasons: Vec<Reason> },
    /// Its order was called off, and it may be used once more.
    GivenBack { coupon: Box<str>, number: Option<u64>, code: Option<Box<str>> },
    /// What is to be paid back, where a coupon may take off less of what is kept.
    RefundDue {
        /// Below zero where more is owed than came back.
        amount: Decimal,
        /// What was charged for what has come back.
        returned: Decimal,
        /// What each coupon takes off what is kept no more; below zero what is no longer owed.
        owed: Vec<OwedPart>,
    },
    /// What it was given for has come back, and nobody had used it.
    Revoked { number: u64, coupon: Box<str>, code: Option<Box<str>> },
}

/// What one coupon takes off no more.
#[derive(Debug, Clone, PartialEq)]
pub struct OwedPart {
    pub coupon: Box<str>,
    pub code: Option<Box<str>>,
    pub amount: Decimal,
}

impl CouponDecision {
    /// The name of its kind in outcomes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "coupon_issued",
            Self::Expired { .. } => "coupon_expired",
            Self::Redeemed { .. } => "coupon_redeemed",
            Self::Refused { .. } => "coupon_refused",
            Self::GivenBack { .. } => "coupon_given_back",
            Self::Revoked { .. } => "coupon_revoked",
            Self::RefundDue { .. } => "refund_due",
        }
    }

    /// The number of the issued coupon that it speaks of.
    pub fn number_mut(&mut self) -> Option<&mut u64> {
        match self {
            Self::Issued { number, .. } | Self::Expired { number, .. } | Self::Revoked { number, .. } => Some(number),
            Self::Redeemed { number, .. } | Self::GivenBack { number, .. } => number.as_mut(),
            Self::Refused { .. } | Self::RefundDue { .. } => None,
        }
    }

    pub fn rule(&self) -> Option<u32> {
        if let Self::Issued { rule, .. } = self { *rule } else { None }
    }

    pub fn rule_mut(&mut self) -> Option<&mut u32> {
        if let Self::Issued { rule, .. } = self { rule.as_mut() } else { None }
    }

    pub fn write(&self, writer: &mut Writer<'_>, event_at: i64) {
        match self {
            Self::Issued { number, coupon, code, expires_at, rule } => {
                writer.byte(0);
                writer.number(*number);
                writer.text(coupon);
                writer.option(code.as_deref(), Writer::text);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Self::Expired { number, coupon, code } => {
                writer.byte(1);
                writer.number(*number);
                writer.text(coupon);
                writer.option(code.as_deref(), Writer::text);
            }
            Self::Redeemed { coupon, number, code, discount, lines, as_of, terms } => {
                writer.byte(2);
                head(writer, coupon, *number, code.as_deref());
                writer.option(*discount, Writer::decimal);
                writer.number(lines.len() as u64);
                for (line, off) in lines {
                    writer.number(u64::from(*line));
                    writer.decimal(*off);
                }
                writer.instant(*as_of, event_at);
                writer.option(*terms, |writer, terms| writer.number(u64::from(terms)));
            }
            Self::Refused { code, coupon, reasons } => {
                writer.byte(3);
                writer.text(code);
                writer.option(coupon.as_deref(), Writer::text);
                writer.number(reasons.len() as u64);
                reasons.iter().for_each(|reason| reason.write(writer, event_at));
            }
            Self::GivenBack { coupon, number, code } => {
                writer.byte(4);
                head(writer, coupon, *number, code.as_deref());
            }
            Self::RefundDue { amount, returned, owed } => {
                writer.byte(10);
                writer.decimal(*amount);
                writer.decimal(*returned);
                writer.number(owed.len() as u64);
                for part in owed {
                    writer.text(&part.coupon);
                    writer.option(part.code.as_deref(), Writer::text);
                    writer.decimal(part.amount);
                }
            }
            Self::Revoked { number, coupon, code } => {
                writer.byte(9);
                writer.number(*number);
                writer.text(coupon);
                writer.option(code.as_deref(), Writer::text);
            }
        }
    }

    pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Self, Malformed> {
        let text = |reader: &mut Reader<'_>| reader.text().map(Box::<str>::from);
        let small = |reader: &mut Reader<'_>| u32::try_from(reader.number()?).map_err(|_| Malformed);
        Ok(match reader.byte()? {
            0 => Self::Issued {
                number: reader.number()?,
                coupon: text(reader)?,
                code: reader.option(text)?,
                expires_at: reader.option(|reader| reader.instant(event_at))?,
                rule: reader.option(small)?,
            },
            1 => Self::Expired { number: reader.number()?, coupon: text(reader)?, code: reader.option(text)? },
            2 => {
                let (coupon, number) = (text(reader)?, reader.option(Reader::number)?);
                let (code, discount) = (reader.option(text)?, reader.option(Reader::decimal)?);
                let count = reader.count()?;
                let mut lines = Vec::with_capacity(count.min(64));
                for _ in 0..count {
                    lines.push((small(reader)?, reader.decimal()?));
                }
                let (as_of, terms) = (reader.instant(event_at)?, reader.option(small)?);
                Self::Redeemed { coupon, number, code, discount, lines, as_of, terms }
            }
            3 => {
                let (code, coupon) = (text(reader)?, reader.option(text)?);
                let count = reader.count()?;
                let mut reasons = Vec::with_capacity(count.min(64));
                for _ in 0..count {
                    reasons.push(Reason::read(reader, event_at)?);
                }
                Self::Refused { code, coupon, reasons }
            }
            4 => Self::GivenBack {
                coupon: text(reader)?,
                number: reader.option(Reader::number)?,
                code: reader.option(text)?,
            },
            10 => {
                let (amount, returned, count) = (reader.decimal()?, reader.decimal()?, reader.count()?);
                let mut owed = Vec::with_capacity(count.min(64));
                for _ in 0..count {
                    let (coupon, code) = (text(reader)?, reader.option(text)?);
                    owed.push(OwedPart { coupon, code, amount: reader.decimal()? });
                }
                Self::RefundDue { amount, returned, owed }
            }
            9 => Self::Revoked { number: reader.number()?, coupon: text(reader)?, code: reader.option(text)? },
            _ => return Err(Malformed),
        })
    }
}

fn head(writer: &mut Writer<'_>, coupon: &str, number: Option<u64>, code: Option<&str>) {
    writer.text(coupon);
    writer.option(number, Writer::number);
    writer.option(code, Writer::text);
}
