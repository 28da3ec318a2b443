//! Decisions read back from their compact form.

use rust_decimal::Decimal;

use super::parts::{
    part_of, read_keys, read_parcel, read_restoring, read_stored, read_uses, read_vesting, rule, small,
};
use super::{
    CARD_EXPIRED, CARD_ISSUED, CONSENT, COUPON, EARNED, MESSAGE, MESSAGE_SUPPRESSED, MESSAGES_HELD_BACK, QUESTION,
    REINSTATED, WRITE_OFF_SETTLED,
};
use crate::amount;
use crate::engine::coupons::decision::CouponDecision;
use crate::engine::messages::said::{self, Said, Suppressed};
use crate::engine::outcome::{Because, Decision, Kind, NotDrawn, NotEarned, NotTaken, RedeemedBy, TierBecause};
use crate::engine::questions::decision::Told;
use crate::engine::rewards::{Ended, Lack};
use crate::engine::wheels::Proof;
use crate::wire::codec::{Malformed, Reader};

pub fn read(reader: &mut Reader<'_>, event_at: i64) -> Result<Vec<Decision>, Malformed> {
    let count = reader.count()?;
    let mut decisions = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        decisions.push(Decision { at: reader.instant(event_at)?, kind: read_kind(reader, event_at)? });
    }
    Ok(decisions)
}

fn read_kind(reader: &mut Reader<'_>, event_at: i64) -> Result<Kind, Malformed> {
    let tag = reader.byte()?;
    let (mut entry, mut wallet, mut amount) = (0, 0, Decimal::ZERO);
    if matches!(tag, 0..=6 | 13 | 18 | 19 | 22 | 62 | 63 | WRITE_OFF_SETTLED | REINSTATED) {
        entry = reader.number()?;
        wallet = small(reader)?;
    }
    if matches!(tag, 1..=6 | 13 | 18 | 19 | 22 | 62 | 63 | WRITE_OFF_SETTLED | REINSTATED) {
        amount = reader.decimal()?;
    }
    let instant = |reader: &mut Reader<'_>| reader.instant(event_at);
    Ok(match tag {
        EARNED => {
            let vesting = read_vesting(reader, event_at)?;
            let expires_at = reader.option(instant)?;
            let count = reader.count()?;
            let mut because = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                let (kind, amount) = (reader.number()?, reader.decimal()?);
                because.push(part_of(kind, amount)?);
            }
            let amount = amount::sum(because.iter().map(Because::amount)).map_err(|_| Malformed)?;
            Kind::Earned { entry, wallet, amount, vesting, expires_at, because }
        }
        1 => Kind::Vested { entry, wallet, amount, lot: reader.number()?, expires_at: reader.option(instant)? },
        2 => {
            let rule = reader.option(rule)?;
            let restore = read_restoring(reader)?;
            Kind::Spent { entry, wallet, amount, rule, uses: read_uses(reader, event_at)?, restore }
        }
        3 => Kind::Expired { entry, wallet, amount, lot: reader.number()?, not_vested: reader.byte()? != 0 },
        4 => Kind::ClawedBack {
            entry,
            wallet,
            amount,
            from_pending: reader.decimal()?,
            from_lots: reader.decimal()?,
            debt: reader.decimal()?,
            written_off: reader.decimal()?,
        },
        5 => Kind::Restored { entry, wallet, amount, expires_at: reader.option(instant)? },
        6 => Kind::DebtSettled { entry, wallet, amount },
        WRITE_OFF_SETTLED => Kind::WriteOffSettled { entry, wallet, amount },
        REINSTATED => Kind::Reinstated { entry, wallet, amount, lot: reader.number()?, pending: reader.byte()? != 0 },
        7 => Kind::Tagged { tag: reader.text()?.into() },
        8 => Kind::Untagged { tag: reader.text()?.into() },
        9 => Kind::AttributeSet { field: small(reader)?, value: read_stored(reader)? },
        10 => Kind::Signal { name: reader.text()?.into(), to: reader.text()?.into() },
        11 => Kind::Claim {
            counter: reader.text()?.into(),
            by: reader.decimal()?,
            limit: reader.decimal()?,
            rule: reader.option(rule)?,
        },
        12 => Kind::NotEarned { reason: NotEarned::BeforeEnrolment },
        13 => Kind::Forfeited { entry, wallet, amount, rule: rule(reader)? },
        14 => Kind::TierChanged {
            ladder: reader.text()?.into(),
            from: reader.text()?.into(),
            to: reader.text()?.into(),
            because: *TierBecause::ALL.get(usize::from(reader.byte()?)).ok_or(Malformed)?,
            until: reader.option(Reader::signed)?,
        },
        15 => Kind::TierKept {
            ladder: reader.text()?.into(),
            level: reader.text()?.into(),
            grace: reader.byte()? != 0,
            until: reader.option(Reader::signed)?,
        },
        16 => Kind::SegmentEntered { segment: reader.text()?.into() },
        17 => Kind::SegmentLeft { segment: reader.text()?.into() },
        18 => Kind::Transferred {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            fresh: reader.byte()? != 0,
            parcel: read_parcel(reader)?,
            uses: read_uses(reader, event_at)?,
        },
        19 => {
            Kind::Received { entry, wallet, amount, sender: reader.text()?.into(), expires_at: reader.option(instant)? }
        }
        20 => Kind::SentBack {
            wallet: small(reader)?,
            amount: reader.decimal()?,
            reason: match reader.byte()? {
                0 => NotTaken::NotAccepted,
                1 => NotTaken::HoldAtMost,
                2 => NotTaken::Paused,
                3 => NotTaken::BeforeEnrolment,
                _ => return Err(Malformed),
            },
            parcel: read_parcel(reader)?,
        },
        21 => Kind::Merged { from: reader.text()?.into(), entries: reader.number()? },
        22 => Kind::Joined { entry, wallet, available: amount, pending: reader.decimal()?, debt: reader.decimal()? },
        23 => Kind::MergedInto { into: reader.text()?.into() },
        24 => Kind::Paused { freeze: reader.byte()? != 0 },
        25 => Kind::Resumed { days: i32::try_from(reader.signed()?).map_err(|_| Malformed)? },
        26 => Kind::Erased,
        CARD_ISSUED => {
            let (wheel, expires_at) = (reader.text()?.into(), reader.instant(event_at)?);
            Kind::CardIssued { wheel, expires_at, rule: rule(reader)? }
        }
        CARD_EXPIRED => Kind::CardExpired { wheel: reader.text()?.into() },
        QUESTION => Kind::Question(Box::new(Told::read(reader, event_at)?)),
        COUPON => Kind::Coupon(CouponDecision::read(reader, event_at)?),
        CONSENT => Kind::Consent(Box::new(said::read_consent(reader)?)),
        MESSAGES_HELD_BACK => {
            let (category, until, error) = said::read_held_back(reader)?;
            Kind::MessagesHeldBack { category, until, error }
        }
        MESSAGE => Kind::Message(Box::new(Said::read(reader)?)),
        MESSAGE_SUPPRESSED => Kind::MessageSuppressed(Box::new(Suppressed::read(reader)?)),
        27 => Kind::NotEarned { reason: NotEarned::Paused },
        123 => {
            let (wheel, title, occasion) = (reader.text()?.into(), reader.text()?.into(), reader.text()?.into());
            let (slice, out_of_stock, rule) = (small(reader)?, reader.byte()? != 0, reader.option(rule)?);
            let turn = u32::try_from(reader.number()?).map_err(|_| Malformed)?;
            let count = reader.count()?;
            let mut out = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                out.push(small(reader)?);
            }
            let (number, position, of) = (reader.fixed()?, reader.fixed()?, reader.fixed()?);
            let proof = Box::new(Proof { occasion, turn, out, number, position, of });
            Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof }
        }
        124 => Kind::NotDrawn {
            wheel: reader.text()?.into(),
            reason: match reader.byte()? {
                0 => NotDrawn::Limit,
                1 => NotDrawn::OutOfStock,
                2 => NotDrawn::NoCard,
                _ => return Err(Malformed),
            },
            rule: reader.option(rule)?,
        },
        130 => Kind::Placed {
            leaderboard: reader.text()?.into(),
            round: i32::try_from(reader.signed()?).map_err(|_| Malformed)?,
            rank: rule(reader)?,
            score: reader.decimal()?,
        },
        120 => Kind::BadgeAwarded {
            badge: reader.text()?.into(),
            level: reader.text()?.into(),
            from: reader.text()?.into(),
            rule: reader.option(rule)?,
        },
        122 => Kind::Assigned {
            experiment: reader.text()?.into(),
            arm: reader.text()?.into(),
            from: reader.text()?.into(),
        },
        121 => {
            Kind::BadgeRevoked { badge: reader.text()?.into(), level: reader.text()?.into(), to: reader.text()?.into() }
        }
        30 => Kind::GoalMet {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            window: reader.signed()?,
            round: rule(reader)?,
        },
        31 => Kind::ChallengeCompleted {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            window: reader.signed()?,
            round: rule(reader)?,
            times: rule(reader)?,
        },
        32 => Kind::GoalRevoked {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            place: small(reader)?,
            times: rule(reader)?,
        },
        33 => Kind::Progress {
            challenge: reader.text()?.into(),
            current: reader.decimal()?,
            goal: reader.option(Reader::decimal)?,
            remaining: reader.option(Reader::decimal)?,
            percent: reader.option(Reader::decimal)?,
            deadline: reader.option(instant)?,
        },
        34 => Kind::GoalChanged {
            challenge: reader.text()?.into(),
            goal: reader.decimal()?,
            deadline: reader.option(instant)?,
        },
        35 => Kind::StreakFrozen { challenge: reader.text()?.into(), length: rule(reader)? },
        36 => Kind::StreakBroken { challenge: reader.text()?.into(), length: rule(reader)?, best: rule(reader)? },
        37 => Kind::OptedIn { challenge: reader.text()?.into(), deadline: reader.option(instant)? },
        60 => Kind::RewardRedeemed {
            rule: rule(reader)?,
            quantity: rule(reader)?,
            worth: reader.option(Reader::decimal)?,
            by: match reader.number()? {
                0 => RedeemedBy::Event,
                1 => RedeemedBy::Time,
                rule => RedeemedBy::Rule(u32::try_from(rule - 2).map_err(|_| Malformed)?),
            },
        },
        62 => Kind::Held {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            until: reader.instant(event_at)?,
            uses: read_uses(reader, event_at)?,
        },
        63 => Kind::Released {
            entry,
            wallet,
            amount,
            rule: rule(reader)?,
            because: if reader.byte()? == 0 { Ended::Released } else { Ended::Lapsed },
        },
        64 => Kind::RewardReturned { rule: rule(reader)?, quantity: reader.decimal()? },
        61 => {
            let rule = rule(reader)?;
            let count = reader.count()?;
            let mut lacks = Vec::with_capacity(count.min(64));
            for _ in 0..count {
                lacks.push(Lack::read(reader)?);
            }
            Kind::RewardRefused { rule, lacks }
        }
        70 => Kind::NotEarned { reason: NotEarned::Withdrawn },
        71 => Kind::Identified { keys: read_keys(reader)? },
        72 => Kind::Brought { referral: reader.text()?.into(), by: reader.text()?.into() },
        73 => Kind::Referred {
            referral: reader.text()?.into(),
            rule: rule(reader)?,
            joined: i32::try_from(reader.signed()?).map_err(|_| Malformed)?,
            settles_at: reader.instant(event_at)?,
            revoke: reader.byte()? != 0,
            keys: read_keys(reader)?,
            parcel: read_parcel(reader)?,
        },
        74 => Kind::ReferralWithdrawn { referral: reader.text()?.into(), parcel: read_parcel(reader)? },
        131 => Kind::Shared {
            referral: reader.text()?.into(),
            amount: reader.decimal()?,
            replaces: Some(reader.text()?).filter(|id| !id.is_empty()).map(Into::into),
            parcel: read_parcel(reader)?,
        },
        132 => Kind::ShareTakenBack {
            referral: reader.text()?.into(),
            amount: reader.decimal()?,
            whole: reader.byte()? != 0,
            parcel: read_parcel(reader)?,
        },
        75 => Kind::ReferralRefused { referral: reader.text()?.into(), by: reader.text()?.into() },
        77 => Kind::FriendsReached { referral: reader.text()?.into(), friends: rule(reader)? },
        76 => Kind::ReferralSentBack { referral: reader.text()?.into(), parcel: read_parcel(reader)? },
        _ => return Err(Malformed),
    })
}
