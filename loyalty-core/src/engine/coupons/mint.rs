//! Codes that the host's secret makes: nobody without it can guess one, and a slip of the finger is told from a code of
//! somebody else.
//!
//! A code is its prefix and so many characters of [`ALPHABET`]: some that belong to the issue,
//! [`SEAL`] that belong to those before them, and one that checks all. All but the last come from the keyed hash. The
//! seal tells, without any list of codes, whether one was made with this secret.

use super::name;
use super::reason::Reason;
use crate::chance::Secret;
use crate::codes::{ALPHABET, PREFIX_MAX, check_character, from_number, is_sound};
use crate::plan::Plan;
use crate::plan::coupons::MintPlan;
use crate::time::rfc3339;

/// Characters of the seal.
const SEAL: usize = 4;

/// Characters that one number of 64 bits makes, each equally likely.
const BLOCK: usize = 12;

/// Characters that stand together when a code is shown.
const TOGETHER: usize = 4;

/// The code of one issue, as it is shown: in groups of four.
pub fn code(
    plan: &Plan,
    mint: &MintPlan,
    secret: &Secret,
    coupon: u32,
    (member, number, at): (&str, u64, i64),
) -> Box<str> {
    let own = usize::from(mint.length).saturating_sub(SEAL + 1);
    let (title, coupon) = (&*plan.settings.title, name(plan, coupon));
    let (number, at) = (number.to_string(), rfc3339(at, 0));
    let mut plain = String::with_capacity(usize::from(mint.length));
    for (block, from) in (0..own).step_by(BLOCK).enumerate() {
        let block = (block + 1).to_string();
        let fields = ["code", title, coupon, member, &number, &at, &block];
        plain.push_str(&characters(secret, &fields, BLOCK.min(own - from)));
    }
    let seal = seal(secret, title, coupon, &plain);
    plain.push_str(&seal);
    plain.extend(check_character(&plain));
    let mut shown = mint.prefix.to_string();
    for (place, letter) in plain.chars().enumerate() {
        if place.is_multiple_of(TOGETHER) {
            shown.push('-');
        }
        shown.push(letter);
    }
    shown.into()
}
fn seal(secret: &Secret, title: &str, coupon: &str, own: &str) -> String {
    characters(secret, &["seal", title, coupon, own], SEAL)
}

/// So many characters that belong to a list of fields; at most [`BLOCK`].
fn characters(secret: &Secret, fields: &[&str], count: usize) -> String {
    let all = ALPHABET.len() as u64;
    let bound = all.pow(count.min(BLOCK) as u32);
    from_number(secret.draw(fields).below(bound).position, count)
}

/// What can be said of a code, normalised, that this member has not got: the coupon that it looks like, and the reason.
pub fn strange(plan: &Plan, code: &str) -> (Option<u32>, Reason) {
    let mut mistyped = None;
    // Its first letters say which coupons it may be of.
    let ends = code.char_indices().map(|(at, _)| at).skip(1).chain([code.len()]).take(PREFIX_MAX);
    for end in ends {
        let (Some(prefix), Some(rest)) = (code.get(..end), code.get(end..)) else { continue };
        let Some(known) = plan.coupon_names.minted.get(prefix) else { continue };
        let count = rest.chars().count();
        for (length, coupon) in known {
            let length = usize::from(*length);
            if count == length && is_sound(rest) {
                if plan.secret.as_ref().is_some_and(|secret| is_sealed(plan, secret, *coupon, rest)) {
                    return (Some(*coupon), Reason::OtherMember);
                }
            } else if count.abs_diff(length) <= 1 {
                mistyped.get_or_insert(*coupon);
            }
        }
    }
    match mistyped {
        Some(coupon) => (Some(coupon), Reason::MistypedCode),
        None => (None, Reason::UnknownCode),
    }
}

/// Whether the characters of a code were made with this secret for this coupon.
fn is_sealed(plan: &Plan, secret: &Secret, coupon: u32, characters: &str) -> bool {
    let own = characters.len().saturating_sub(SEAL + 1);
    let (Some(own), Some(sealed)) = (characters.get(..own), characters.get(own..own + SEAL)) else { return false };
    seal(secret, &plan.settings.title, name(plan, coupon), own) == sealed
}
