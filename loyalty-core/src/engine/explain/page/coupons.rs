//! The wording of what is decided about coupons: what each takes off, and everything that keeps a code from being used.

use rust_decimal::Decimal;

use super::row::{Words, words};
use crate::amount;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::coupons::reason::{NotApplied, Reason};
use crate::engine::explain::{Explanation, words as say};
use crate::plan::{CouponPlan, Plan, in_force};

pub fn of(told: &Explanation, decision: &CouponDecision, at: i64) -> Words {
    let plan = told.plan();
    let with_code = |head: Words, code: &Option<Box<str>>| match code {
        Some(code) => head.say(" with the code ").code(&**code),
        None => head,
    };
    match decision {
        CouponDecision::Issued { coupon, code, expires_at, .. } => {
            let head = with_code(words().strong(&**coupon).say(" issued"), code);
            head.say(say::usable(plan, *expires_at))
        }
        CouponDecision::Expired { coupon, code, .. } => {
            with_code(words().strong(&**coupon).say(" has run out, unused"), code)
        }
        CouponDecision::Revoked { coupon, code, .. } => {
            with_code(words().strong(&**coupon).say(" taken back, unused"), code)
        }
        CouponDecision::GivenBack { coupon, code, .. } => {
            with_code(words().strong(&**coupon).say(" may be used once more"), code)
        }
        CouponDecision::RefundDue { amount, returned, owed } => {
            let head = words().say(format!("{} to be paid back", money(plan, *amount)));
            if owed.is_empty() {
                return head;
            }
            let mut said = head.say(format!(": {} for what came back", money(plan, *returned)));
            for part in owed {
                let (less, sum) =
                    if part.amount.is_sign_negative() { (", and ", -part.amount) } else { (", less ", part.amount) };
                said = said.say(format!("{less}{} of ", money(plan, sum))).strong(&*part.coupon);
            }
            said
        }
        CouponDecision::Redeemed { coupon, discount, lines, .. } => {
            let head = words().strong(&**coupon);
            let Some(discount) = discount else { return head.say(" is used") };
            let head = head.say(format!(" takes {} off", money(plan, *discount)));
            let parts = lines.iter().map(|(line, off)| format!("line {} {}", line + 1, money(plan, *off)));
            let parts: Vec<String> = parts.collect();
            if parts.is_empty() { head } else { head.say(format!(": {}", parts.join(", "))) }
        }
        CouponDecision::Refused { code, coupon, reasons } => {
            let head = words().code(&**code).say(" is not used");
            let day = plan.calendar.day_at(at);
            let coupon = coupon.as_ref().and_then(|coupon| CouponPlan::named(&plan.coupons, coupon));
            let condition = |number: u32| {
                let form = in_force(&plan.coupons.get(coupon? as usize)?.forms, day)?;
                let condition = form.when.get((number as usize).checked_sub(1)?)?;
                let quote = plan.quotes.get(condition.node as usize)?.quote;
                Some(say::quoted(&told.source, quote).to_string())
            };
            let reasons: Vec<String> = reasons.iter().map(|reason| why(plan, reason, &condition)).collect();
            head.say(format!(": {}", reasons.join("; ")))
        }
    }
}

fn why(plan: &Plan, reason: &Reason, condition: &dyn Fn(u32) -> Option<String>) -> String {
    match reason {
        Reason::UnknownCode => "no coupon has this code".to_owned(),
        Reason::MistypedCode => "the code is typed wrongly".to_owned(),
        Reason::OtherMember => "the code was issued to another member".to_owned(),
        Reason::NotHeld => "it was not issued to this member".to_owned(),
        Reason::AlreadyUsed => "it was used before".to_owned(),
        Reason::NamedTwice => "it is named twice".to_owned(),
        Reason::Expired { at } => format!("it was good {}", say::through(plan, *at)),
        Reason::NotYet { from } => format!("it is good from {} on", say::from(plan, *from)),
        Reason::Weekday => "it is not good on this day of the week".to_owned(),
        Reason::Hours => "it is not good at this hour".to_owned(),
        Reason::Condition { number } => match condition(*number) {
            Some(said) if !said.is_empty() => format!("`{said}` does not hold"),
            _ => format!("its condition {number} does not hold"),
        },
        Reason::Limit { count, in_total: true } => format!("used up: limit {count} in total"),
        Reason::Limit { count, in_total: false } => format!("used up: limit {count} per member"),
        Reason::Budget { amount } => format!("its budget of {} is used up", amount::text(*amount)),
        Reason::NotApplied(why) => match why {
            NotApplied::NothingToLower => "nothing in the order that it is good for",
            NotApplied::NotBeside => "it does not go together with those that apply",
            NotApplied::Stopped => "one before it lets no other apply",
            NotApplied::AddsNothing => "the others take off all that it could",
            NotApplied::NotBetter => "the others take off more without it",
            NotApplied::OtherCode => "another code does not apply, and only all of them together do",
        }
        .to_owned(),
    }
}

fn money(plan: &Plan, amount: Decimal) -> String {
    plan.settings.currency.map_or_else(|| amount::text(amount), |currency| say::money(plan, amount, currency))
}
