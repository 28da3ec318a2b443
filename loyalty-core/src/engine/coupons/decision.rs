//! What is decided about coupons. They are named, for another version of the program may number them otherwise.

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
}

impl CouponDecision {
    /// The name of its kind in outcomes.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Issued { .. } => "coupon_issued",
            Self::Expired { .. } => "coupon_expired",
        }
    }

    /// The number of the issued coupon that it speaks of.
    pub fn number_mut(&mut self) -> Option<&mut u64> {
        match self {
            Self::Issued { number, .. } | Self::Expired { number, .. } => Some(number),
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
        }
    }

    pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Self, Malformed> {
        let text = |reader: &mut Reader<'_>| reader.text().map(Box::<str>::from);
        let rule = |reader: &mut Reader<'_>| u32::try_from(reader.number()?).map_err(|_| Malformed);
        Ok(match reader.byte()? {
            0 => Self::Issued {
                number: reader.number()?,
                coupon: text(reader)?,
                code: reader.option(text)?,
                expires_at: reader.option(|reader| reader.instant(event_at))?,
                rule: reader.option(rule)?,
            },
            1 => Self::Expired { number: reader.number()?, coupon: text(reader)?, code: reader.option(text)? },
            _ => return Err(Malformed),
        })
    }
}
