//! Events that decisions hold ready for other members: what is sent, what friends bring about, and each one's part of a pool.

use rust_decimal::Decimal;

use super::json::{moment, wallet_name};
use crate::engine::lots::Expiry;
use crate::engine::members::pool::Part;
use crate::engine::outcome::{Decision, Kind, Parcel};
use crate::plan::Plan;
use crate::time::{Instant, date_of};
use crate::wire::document::Document;
use crate::wire::sink::Object;

/// The event that a decision holds ready for another member.
pub fn carried(plan: &Plan, decision: &Decision) -> Option<Document> {
    let carries = matches!(
        decision.kind,
        Kind::Transferred { .. }
            | Kind::SentBack { .. }
            | Kind::Referred { .. }
            | Kind::ReferralWithdrawn { .. }
            | Kind::Shared { .. }
            | Kind::ShareTakenBack { .. }
            | Kind::ReferralSentBack { .. }
    );
    carries.then(|| Document::told(|event| carry(plan, decision, event)))
}

/// The same, put into an object.
pub fn carry(plan: &Plan, decision: &Decision, event: &mut Object<'_>) {
    let head = |event: &mut Object<'_>, kind: &str, parcel: &Parcel| {
        event.put("type", kind);
        event.put("id", &*parcel.id);
        event.put("member", &*parcel.to);
        event.put("at", moment(plan, decision.at));
    };
    match &decision.kind {
        Kind::Transferred { wallet, amount, parcel, fresh, uses, .. } => {
            head(event, "received", parcel);
            event.put("sender", &*parcel.from);
            event.put("transfer", &*parcel.transfer);
            event.put("wallet", wallet_name(plan, *wallet));
            event.put("points", *amount);
            event.put_objects("lots", uses, |lot, used| {
                lot.put("amount", used.amount);
                if !fresh {
                    lot.put("earned_at", moment(plan, used.earned_at));
                }
                match used.expiry {
                    // What ends by its owner's inactivity ends by that of the new owner.
                    _ if *fresh => lot.put("fresh", true),
                    Expiry::Inactivity(_)
                    | Expiry::AtLeast { .. }
                    | Expiry::Lapsed { .. }
                    | Expiry::AfterVesting(_) => lot.put("fresh", true),
                    Expiry::At(end) => lot.put("expires_at", moment(plan, end)),
                    Expiry::Never => lot.put("never", true),
                    Expiry::Open => {}
                }
            });
        }
        Kind::SentBack { wallet, amount, parcel, .. } => {
            head(event, "sent_back", parcel);
            event.put("receiver", &*parcel.from);
            event.put("transfer", &*parcel.transfer);
            event.put("wallet", wallet_name(plan, *wallet));
            event.put("points", *amount);
        }
        Kind::Referred { referral, joined, keys, parcel, .. } => {
            head(event, "referral", parcel);
            event.put("friend", &*parcel.from);
            event.put("program", &**referral);
            event.put("order", &*parcel.transfer);
            event.put("joined", date_of(*joined).to_string());
            if !keys.is_empty() {
                event.put_list("identities", keys.iter().map(|key| format!("{key:016x}")));
            }
        }
        Kind::Shared { referral, amount, replaces, parcel } => {
            head(event, "referral_share", parcel);
            event.put("friend", &*parcel.from);
            event.put("program", &**referral);
            event.put("purchase", &*parcel.transfer);
            event.put("amount", *amount);
            if let Some(before) = replaces {
                event.put("replaces", &**before);
            }
        }
        Kind::ShareTakenBack { amount, whole, parcel, .. } => {
            head(event, if *whole { "cancel" } else { "refund" }, parcel);
            event.put("order", &*parcel.transfer);
            if !whole {
                event.put("amount", *amount);
            }
        }
        Kind::ReferralWithdrawn { referral, parcel } => {
            head(event, "referral_withdrawn", parcel);
            event.put("referral", &*parcel.transfer);
            event.put("program", &**referral);
        }
        Kind::ReferralSentBack { referral, parcel } => {
            head(event, "referral_refused", parcel);
            event.put("referral", &*parcel.from);
            event.put("program", &**referral);
            event.put("order", &*parcel.transfer);
        }
        _ => {}
    }
}

/// The event that a host would send for a member's part of what a pool pays or gets back.
pub fn pool_part(part: Part<'_>) -> Document {
    let event = |kind: &str, id: &str, at: Instant, points: Decimal| {
        let at = Document::Instant { at, offset: 0 };
        Document::object().with("type", kind).with("id", id).with("at", at).with("points", points)
    };
    match part {
        Part::Payment(payment, points) => {
            event("pooled", &payment.id, payment.at, points).with("wallet", payment.wallet.as_str())
        }
        Part::Return(back, points) => event("refund", &back.id, back.at, points).with("order", back.payment.as_str()),
    }
}
