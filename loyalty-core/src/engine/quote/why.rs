//! Why a coupon does not apply: as data, and in words of English and Arabic.

use rust_decimal::Decimal;

use crate::check::model::{Per, Valid};
use crate::engine::eval::Scope;
use crate::engine::explain::silent::{Gap, Reason};
use crate::engine::explain::{data, limits, words};
use crate::plan::{Plan, Unit};
use crate::wire::document::Document;
use crate::wire::json::instant;

/// One thing that keeps a coupon from applying.
#[derive(Debug, Clone)]
pub enum WhyNot {
    /// No coupon has that code.
    UnknownCode,
    /// The check character says that it was typed wrongly.
    MistypedCode,
    /// It was issued, and not to this member.
    OtherMember,
    NamedTwice,
    TooManyCodes,
    /// The program's days do not have it yet, or no more.
    NotInForce,
    /// It is issued, and not to this member.
    NotHeld,
    Used {
        at: i64,
    },
    Expired {
        at: i64,
    },
    Valid(Box<Reason>),
    /// With whether it reads the order alone.
    Condition(Box<Reason>, bool),
    Limit {
        count: u32,
        in_total: bool,
        per: Option<Per>,
        line: u32,
    },
    Budget {
        of: Decimal,
        line: u32,
    },
    /// No line of the order is meant, or nothing is left to be lowered.
    NothingToLower,
    /// It may be used, and nobody has named it.
    NotNamed,
    /// It does not stand beside these, which take off more.
    NotBeside(Vec<u32>),
    /// This one lets none after it apply, to the order or to the lines that it has lowered.
    Stopped(u32),
    /// Others take off all that it could.
    AddsNothing,
    /// Others without it take off more.
    NotBetter,
    /// Another code does not apply, and the program wants all of them or none.
    OtherCode,
}

/// A language that reasons are told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    Arabic,
}

impl Language {
    /// The language of a tag such as `ar` or `ar-SA`; English for all others.
    pub fn of(tag: &str) -> Self {
        Self::named(tag).unwrap_or(Self::English)
    }

    /// The same, and nothing for a tag of another language.
    pub fn named(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or("");
        let languages = [("en", Self::English), ("ar", Self::Arabic)];
        languages.into_iter().find(|(code, _)| primary.eq_ignore_ascii_case(code)).map(|(_, language)| language)
    }
}

impl WhyNot {
    /// The parts of `valid` that do not hold, in one: whoever asks wants to know when all of them do.
    pub fn invalid(
        scope: &Scope<'_>,
        parts: &[Valid],
        holds: impl Fn(&Scope<'_>, &Valid) -> bool,
        line: u32,
    ) -> Option<Self> {
        let mut failing = limits::not_valid(scope, parts, holds, line).into_iter();
        let first = failing.next()?;
        let said = failing.fold(first.said, |said, more| {
            format!("{said}, {}", more.said.strip_prefix("valid ").unwrap_or(&more.said))
        });
        Some(Self::Valid(Box::new(Reason { said, ..first })))
    }

    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnknownCode => "unknown_code",
            Self::MistypedCode => "mistyped_code",
            Self::OtherMember => "code_of_another_member",
            Self::NamedTwice => "named_twice",
            Self::TooManyCodes => "too_many_codes",
            Self::NotInForce => "not_in_force",
            Self::NotHeld => "not_held",
            Self::Used { .. } => "used",
            Self::Expired { .. } => "expired",
            Self::Valid(reason) if reason.until.is_none() => "expired",
            Self::Valid(_) => "not_valid_now",
            Self::Condition(..) => "condition",
            Self::Limit { .. } => "limit_reached",
            Self::Budget { .. } => "budget_used_up",
            Self::NothingToLower => "nothing_to_lower",
            Self::NotNamed => "not_named",
            Self::NotBeside(_) => "not_beside",
            Self::Stopped(_) => "stopped",
            Self::AddsNothing => "adds_nothing",
            Self::NotBetter => "not_better",
            Self::OtherCode => "other_code",
        }
    }

    /// What the order's sums lack for the condition, if that is a number that only has to grow.
    pub fn shortfall(&self) -> Option<(Decimal, Unit)> {
        let Self::Condition(reason, _) = self else { return None };
        match reason.gap {
            Some(Gap::Short(short)) if reason.missing.is_empty() => Some((short, reason.unit)),
            _ => None,
        }
    }

    pub fn document(&self, plan: &Plan, language: Language) -> Document {
        let mut document = Document::object().with("reason", self.name());
        match self {
            Self::Used { at } | Self::Expired { at } => document.put("at", instant(plan, *at)),
            Self::Valid(reason) | Self::Condition(reason, _) => {
                if let Document::Object(entries) = data::reason_document(plan, reason) {
                    entries
                        .into_iter()
                        .filter(|(key, _)| key != "kind")
                        .for_each(|(key, value)| document.put(key, value));
                }
            }
            Self::Limit { count, in_total, per, line } => {
                document.put("said", limit_said(*count, *in_total, *per));
                document.put("line", *line);
            }
            Self::Budget { of, line } => {
                document.put("of", *of);
                document.put("line", *line);
            }
            Self::Stopped(coupon) => {
                document.put("coupons", vec![self.names(plan, &[*coupon])]);
            }
            Self::NotBeside(coupons) => {
                let names = coupons.iter().filter_map(|coupon| plan.coupons.get(*coupon as usize));
                document.put("coupons", names.map(|coupon| &*coupon.name).collect::<Document>());
            }
            _ => {}
        }
        document.put("text", self.text(plan, language));
        document
    }

    /// The reason in words.
    pub fn text(&self, plan: &Plan, language: Language) -> String {
        match language {
            Language::English => self.english(plan),
            Language::Arabic => self.arabic(plan),
        }
    }

    fn english(&self, plan: &Plan) -> String {
        match self {
            Self::UnknownCode => "no coupon has this code".to_owned(),
            Self::MistypedCode => "this code is typed wrongly".to_owned(),
            Self::OtherMember => "this code was issued to another member".to_owned(),
            Self::NamedTwice => "this code was named already".to_owned(),
            Self::TooManyCodes => format!("at most {} codes are looked at", super::CODES_MAX),
            Self::NotInForce => "this coupon is not in force".to_owned(),
            Self::NotHeld => "this coupon was not issued to this member".to_owned(),
            Self::Used { at } => format!("used on {}", words::moment(plan, *at)),
            Self::Expired { at } => format!("it was good {}", words::through(plan, *at)),
            Self::Valid(reason) => match reason.until {
                Some(until) => format!("not valid now, next on {}", words::from(plan, until)),
                None => format!("no longer valid: {}", reason.said),
            },
            Self::Condition(reason, _) => {
                if !reason.missing.is_empty() {
                    return format!("`{}` does not hold: {} is missing", reason.said, reason.missing.join(", "));
                }
                match (self.shortfall(), reason.gap) {
                    (Some((short, unit)), _) if !short.is_zero() => {
                        format!("{} short", words::number(plan, short, unit))
                    }
                    (_, Some(Gap::Over(over))) if !over.is_zero() => {
                        format!("{} too much", words::number(plan, over, reason.unit))
                    }
                    _ => format!("`{}` does not hold", reason.said),
                }
            }
            Self::Limit { count, in_total, per, .. } => format!("used up: {}", limit_said(*count, *in_total, *per)),
            Self::Budget { .. } => "its budget is used up".to_owned(),
            Self::NothingToLower => "nothing in this cart that it is good for".to_owned(),
            Self::NotNamed => "it may be used: name its code".to_owned(),
            Self::NotBeside(coupons) => format!("it does not go together with {}", self.names(plan, coupons)),
            Self::Stopped(coupon) => format!("{} lets no other apply after it", self.names(plan, &[*coupon])),
            Self::AddsNothing => "the others take off all that it could".to_owned(),
            Self::NotBetter => "the others take off more without it".to_owned(),
            Self::OtherCode => "another code does not apply, and only all of them together do".to_owned(),
        }
    }

    fn arabic(&self, plan: &Plan) -> String {
        match self {
            Self::UnknownCode => "لا توجد قسيمة بهذا الرمز".to_owned(),
            Self::MistypedCode => "كُتب هذا الرمز خطأً".to_owned(),
            Self::OtherMember => "صدر هذا الرمز لعضو آخر".to_owned(),
            Self::NamedTwice => "أُدخل هذا الرمز من قبل".to_owned(),
            Self::TooManyCodes => format!("يُنظر في {} رمز على الأكثر", super::CODES_MAX),
            Self::NotInForce => "هذه القسيمة غير سارية".to_owned(),
            Self::NotHeld => "لم تُصدر هذه القسيمة لهذا العضو".to_owned(),
            Self::Used { at } => format!("استُخدمت في {}", words::moment(plan, *at)),
            Self::Expired { .. } => "انتهت صلاحيتها".to_owned(),
            Self::Valid(reason) => match reason.until {
                Some(until) => format!("غير سارية الآن، وتسري من {}", words::from(plan, until)),
                None => "انتهت صلاحيتها".to_owned(),
            },
            Self::Condition(reason, _) => match (self.shortfall(), reason.gap) {
                (Some((short, unit)), _) if !short.is_zero() => format!("ينقص {}", words::number(plan, short, unit)),
                (_, Some(Gap::Over(over))) if !over.is_zero() => {
                    format!("يزيد بمقدار {}", words::number(plan, over, reason.unit))
                }
                _ => format!("لا يتحقق الشرط: {}", reason.said),
            },
            Self::Limit { .. } => "بلغت حد الاستخدام".to_owned(),
            Self::Budget { .. } => "نفدت ميزانيتها".to_owned(),
            Self::NothingToLower => "لا شيء في السلة تنطبق عليه".to_owned(),
            Self::NotNamed => "يمكن استخدامها: أدخل رمزها".to_owned(),
            Self::NotBeside(coupons) => format!("لا تُجمع مع {}", self.names(plan, coupons)),
            Self::Stopped(coupon) => format!("لا تُطبق قسيمة بعد {}", self.names(plan, &[*coupon])),
            Self::AddsNothing => "القسائم الأخرى تخصم كل ما يمكنها خصمه".to_owned(),
            Self::NotBetter => "القسائم الأخرى تخصم أكثر من دونها".to_owned(),
            Self::OtherCode => "رمز آخر لا ينطبق، والرموز تُقبل معًا فقط".to_owned(),
        }
    }

    fn names(&self, plan: &Plan, coupons: &[u32]) -> String {
        let names = coupons.iter().filter_map(|coupon| plan.coupons.get(*coupon as usize));
        names.map(|coupon| &*coupon.name).collect::<Vec<_>>().join(", ")
    }
}

fn limit_said(count: u32, in_total: bool, per: Option<Per>) -> String {
    if in_total {
        return format!("limit {count} in total");
    }
    format!("limit {count} per member{}", words::per(per))
}
