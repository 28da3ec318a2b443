//! Why a coupon is not applied, as data.

use rust_decimal::Decimal;

use crate::wire::codec::{Malformed, Reader, Writer};

#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// Nobody has ever seen the code.
    UnknownCode,
    /// The check character says that the code was typed wrongly.
    MistypedCode,
    /// The code was issued, and not to this member.
    OtherMember,
    /// The coupon is issued to single members, and this one has none.
    NotHeld,
    AlreadyUsed,
    /// The same coupon is named once more.
    NamedTwice,
    /// It could be used until this instant.
    Expired {
        at: i64,
    },
    /// It can be used from this instant on.
    NotYet {
        from: i64,
    },
    /// It is not valid on this weekday.
    Weekday,
    /// It is not valid at this time of day.
    Hours,
    /// A condition does not hold; they are counted from 1, in the order of the file, `and` taken apart.
    Condition {
        number: u32,
    },
    Limit {
        count: u32,
        in_total: bool,
    },
    /// All that there was to give has been given.
    Budget {
        amount: Decimal,
    },
    /// It could be used, and takes nothing off, or others take off more without it.
    NotApplied(NotApplied),
}

/// Why a coupon that could be used is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotApplied {
    /// No line of the order is meant, or nothing is left to be lowered.
    NothingToLower,
    /// It may not stand beside others that take off more.
    NotBeside,
    /// One before it lets none after it apply.
    Stopped,
    AddsNothing,
    NotBetter,
    /// Another code does not apply, and the program wants all or none.
    OtherCode,
}

impl NotApplied {
    /// Their numbers in saved state are their places; never reordered.
    const ALL: [(Self, &'static str); 6] = [
        (Self::NothingToLower, "nothing_to_lower"),
        (Self::NotBeside, "not_beside"),
        (Self::Stopped, "stopped"),
        (Self::AddsNothing, "adds_nothing"),
        (Self::NotBetter, "not_better"),
        (Self::OtherCode, "other_code"),
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(one, _)| *one)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, name)| name)
    }

    fn place(self) -> u8 {
        Self::ALL.iter().position(|(one, _)| *one == self).unwrap_or(0) as u8
    }
}

impl Reason {
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnknownCode => "unknown_code",
            Self::MistypedCode => "mistyped_code",
            Self::OtherMember => "code_of_another_member",
            Self::NotHeld => "not_held",
            Self::AlreadyUsed => "already_used",
            Self::NamedTwice => "named_twice",
            Self::Expired { .. } => "expired",
            Self::NotYet { .. } => "not_valid_yet",
            Self::Weekday => "not_on_this_weekday",
            Self::Hours => "not_at_this_hour",
            Self::Condition { .. } => "condition",
            Self::Limit { .. } => "limit_reached",
            Self::Budget { .. } => "budget_used_up",
            Self::NotApplied(why) => why.name(),
        }
    }

    pub fn write(&self, writer: &mut Writer<'_>, event_at: i64) {
        match self {
            Self::UnknownCode => writer.byte(0),
            Self::MistypedCode => writer.byte(1),
            Self::OtherMember => writer.byte(2),
            Self::NotHeld => writer.byte(3),
            Self::AlreadyUsed => writer.byte(4),
            Self::NamedTwice => writer.byte(5),
            Self::Expired { at } => {
                writer.byte(6);
                writer.instant(*at, event_at);
            }
            Self::NotYet { from } => {
                writer.byte(7);
                writer.instant(*from, event_at);
            }
            Self::Weekday => writer.byte(8),
            Self::Hours => writer.byte(9),
            Self::Condition { number } => {
                writer.byte(10);
                writer.number(u64::from(*number));
            }
            Self::Limit { count, in_total } => {
                writer.byte(11);
                writer.number(u64::from(*count));
                writer.byte(u8::from(*in_total));
            }
            Self::Budget { amount } => {
                writer.byte(12);
                writer.decimal(*amount);
            }
            Self::NotApplied(why) => {
                writer.byte(13);
                writer.byte(why.place());
            }
        }
    }

    pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Self, Malformed> {
        let small = |reader: &mut Reader<'_>| u32::try_from(reader.number()?).map_err(|_| Malformed);
        Ok(match reader.byte()? {
            0 => Self::UnknownCode,
            1 => Self::MistypedCode,
            2 => Self::OtherMember,
            3 => Self::NotHeld,
            4 => Self::AlreadyUsed,
            5 => Self::NamedTwice,
            6 => Self::Expired { at: reader.instant(event_at)? },
            7 => Self::NotYet { from: reader.instant(event_at)? },
            8 => Self::Weekday,
            9 => Self::Hours,
            10 => Self::Condition { number: small(reader)? },
            11 => Self::Limit { count: small(reader)?, in_total: reader.byte()? != 0 },
            12 => Self::Budget { amount: reader.decimal()? },
            13 => Self::NotApplied(NotApplied::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?.0),
            _ => return Err(Malformed),
        })
    }
}
