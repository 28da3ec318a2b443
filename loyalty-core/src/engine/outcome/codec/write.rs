//! Decisions written in their compact form.

use rust_decimal::Decimal;

use super::parts::{part_number, write_keys, write_parcel, write_restoring, write_stored, write_uses, write_vesting};
use super::{
    CARD_EXPIRED, CARD_ISSUED, CONSENT, COUPON, EARNED, MESSAGE, MESSAGE_SUPPRESSED, MESSAGES_HELD_BACK, QUESTION,
    REINSTATED, WRITE_OFF_SETTLED,
};
use crate::amount;
use crate::engine::messages::said;
use crate::engine::outcome::{Because, Decision, Kind, NotDrawn, NotEarned, NotTaken, RedeemedBy, TierBecause};
use crate::engine::rewards::Ended;
use crate::wire::codec::Writer;

pub fn write(writer: &mut Writer<'_>, decisions: &[Decision], event_at: i64) {
    writer.number(decisions.len() as u64);
    for decision in decisions {
        writer.instant(decision.at, event_at);
        match &decision.kind {
            Kind::Earned { entry, wallet, amount, vesting, expires_at, because } => {
                let parts = || amount::sum(because.iter().map(Because::amount));
                debug_assert!(!parts().is_ok_and(|sum| sum != *amount), "law 11");
                writer.byte(EARNED);
                writer.number(*entry);
                writer.number(u64::from(*wallet));
                write_vesting(writer, *vesting, event_at);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
                writer.number(because.len() as u64);
                for part in because {
                    writer.number(part_number(part));
                    writer.decimal(part.amount());
                }
            }
            Kind::Vested { entry, wallet, lot, amount, expires_at } => {
                head(writer, 1, *entry, *wallet, *amount);
                writer.number(*lot);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::Spent { entry, wallet, amount, rule, uses, restore } => {
                head(writer, 2, *entry, *wallet, *amount);
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
                write_restoring(writer, *restore);
                write_uses(writer, uses, event_at);
            }
            Kind::Expired { entry, wallet, lot, amount, not_vested } => {
                head(writer, 3, *entry, *wallet, *amount);
                writer.number(*lot);
                writer.byte(u8::from(*not_vested));
            }
            Kind::ClawedBack { entry, wallet, amount, from_pending, from_lots, debt, written_off } => {
                head(writer, 4, *entry, *wallet, *amount);
                for part in [from_pending, from_lots, debt, written_off] {
                    writer.decimal(*part);
                }
            }
            Kind::Restored { entry, wallet, amount, expires_at } => {
                head(writer, 5, *entry, *wallet, *amount);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::DebtSettled { entry, wallet, amount } => head(writer, 6, *entry, *wallet, *amount),
            Kind::WriteOffSettled { entry, wallet, amount } => {
                head(writer, WRITE_OFF_SETTLED, *entry, *wallet, *amount)
            }
            Kind::Reinstated { entry, wallet, lot, amount, pending } => {
                head(writer, REINSTATED, *entry, *wallet, *amount);
                writer.number(*lot);
                writer.byte(u8::from(*pending));
            }
            Kind::Tagged { tag } => {
                writer.byte(7);
                writer.text(tag);
            }
            Kind::Untagged { tag } => {
                writer.byte(8);
                writer.text(tag);
            }
            Kind::AttributeSet { field, value } => {
                writer.byte(9);
                writer.number(u64::from(*field));
                write_stored(writer, value);
            }
            Kind::Signal { name, to } => {
                writer.byte(10);
                writer.text(name);
                writer.text(to);
            }
            Kind::Claim { counter, by, limit, rule } => {
                writer.byte(11);
                writer.text(counter);
                writer.decimal(*by);
                writer.decimal(*limit);
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::NotEarned { reason: NotEarned::BeforeEnrolment } => writer.byte(12),
            Kind::Forfeited { entry, wallet, amount, rule } => {
                head(writer, 13, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
            }
            Kind::TierChanged { ladder, from, to, because, until } => {
                writer.byte(14);
                [ladder, from, to].into_iter().for_each(|name| writer.text(name));
                writer.byte(TierBecause::ALL.iter().position(|known| known == because).unwrap_or(0) as u8);
                writer.option(*until, |writer, at| writer.signed(at));
            }
            Kind::TierKept { ladder, level, grace, until } => {
                writer.byte(15);
                [ladder, level].into_iter().for_each(|name| writer.text(name));
                writer.byte(u8::from(*grace));
                writer.option(*until, |writer, at| writer.signed(at));
            }
            Kind::SegmentEntered { segment } => {
                writer.byte(16);
                writer.text(segment);
            }
            Kind::SegmentLeft { segment } => {
                writer.byte(17);
                writer.text(segment);
            }
            Kind::Transferred { entry, wallet, amount, rule, fresh, parcel, uses } => {
                head(writer, 18, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.byte(u8::from(*fresh));
                write_parcel(writer, parcel);
                write_uses(writer, uses, event_at);
            }
            Kind::Received { entry, wallet, amount, sender, expires_at } => {
                head(writer, 19, *entry, *wallet, *amount);
                writer.text(sender);
                writer.option(*expires_at, |writer, at| writer.instant(at, event_at));
            }
            Kind::SentBack { wallet, amount, reason, parcel } => {
                writer.byte(20);
                writer.number(u64::from(*wallet));
                writer.decimal(*amount);
                writer.byte(match reason {
                    NotTaken::NotAccepted => 0,
                    NotTaken::HoldAtMost => 1,
                    NotTaken::Paused => 2,
                    NotTaken::BeforeEnrolment => 3,
                });
                write_parcel(writer, parcel);
            }
            Kind::Merged { from, entries } => {
                writer.byte(21);
                writer.text(from);
                writer.number(*entries);
            }
            Kind::Joined { entry, wallet, available, pending, debt } => {
                head(writer, 22, *entry, *wallet, *available);
                writer.decimal(*pending);
                writer.decimal(*debt);
            }
            Kind::MergedInto { into } => {
                writer.byte(23);
                writer.text(into);
            }
            Kind::Paused { freeze } => {
                writer.byte(24);
                writer.byte(u8::from(*freeze));
            }
            Kind::Resumed { days } => {
                writer.byte(25);
                writer.signed(i64::from(*days));
            }
            Kind::Erased => writer.byte(26),
            Kind::Coupon(decision) => {
                writer.byte(COUPON);
                decision.write(writer, event_at);
            }
            Kind::Consent(consent) => {
                writer.byte(CONSENT);
                said::write_consent(writer, consent);
            }
            Kind::MessagesHeldBack { category, until, error } => {
                writer.byte(MESSAGES_HELD_BACK);
                said::write_held_back(writer, *category, *until, *error);
            }
            Kind::Message(said) => {
                writer.byte(MESSAGE);
                said.write(writer);
            }
            Kind::MessageSuppressed(suppressed) => {
                writer.byte(MESSAGE_SUPPRESSED);
                suppressed.write(writer);
            }
            Kind::NotEarned { reason: NotEarned::Paused } => writer.byte(27),
            Kind::CardIssued { wheel, expires_at, rule } => {
                writer.byte(CARD_ISSUED);
                writer.text(wheel);
                writer.instant(*expires_at, event_at);
                writer.number(u64::from(*rule));
            }
            Kind::CardExpired { wheel } => {
                writer.byte(CARD_EXPIRED);
                writer.text(wheel);
            }
            Kind::Question(told) => {
                writer.byte(QUESTION);
                told.write(writer, event_at);
            }
            Kind::Drawn { wheel, slice, title, out_of_stock, rule, proof } => {
                writer.byte(123);
                [wheel, title, &proof.occasion].into_iter().for_each(|text| writer.text(text));
                writer.number(u64::from(*slice));
                writer.byte(u8::from(*out_of_stock));
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
                writer.number(u64::from(proof.turn));
                writer.number(proof.out.len() as u64);
                proof.out.iter().for_each(|place| writer.number(u64::from(*place)));
                [proof.number, proof.position, proof.of].into_iter().for_each(|number| writer.fixed(number));
            }
            Kind::NotDrawn { wheel, reason, rule } => {
                writer.byte(124);
                writer.text(wheel);
                writer.byte(match reason {
                    NotDrawn::Limit => 0,
                    NotDrawn::OutOfStock => 1,
                    NotDrawn::NoCard => 2,
                });
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::Placed { leaderboard, round, rank, score } => {
                writer.byte(130);
                writer.text(leaderboard);
                writer.signed(i64::from(*round));
                writer.number(u64::from(*rank));
                writer.decimal(*score);
            }
            Kind::BadgeAwarded { badge, level, from, rule } => {
                writer.byte(120);
                [badge, level, from].into_iter().for_each(|name| writer.text(name));
                writer.option(*rule, |writer, rule| writer.number(u64::from(rule)));
            }
            Kind::Assigned { experiment, arm, from } => {
                writer.byte(122);
                [experiment, arm, from].into_iter().for_each(|name| writer.text(name));
            }
            Kind::BadgeRevoked { badge, level, to } => {
                writer.byte(121);
                [badge, level, to].into_iter().for_each(|name| writer.text(name));
            }
            Kind::GoalMet { challenge, goal, place, window, round } => {
                writer.byte(30);
                write_goal(writer, challenge, *goal, *place);
                writer.signed(*window);
                writer.number(u64::from(*round));
            }
            Kind::ChallengeCompleted { challenge, goal, place, window, round, times } => {
                writer.byte(31);
                write_goal(writer, challenge, *goal, *place);
                writer.signed(*window);
                writer.number(u64::from(*round));
                writer.number(u64::from(*times));
            }
            Kind::GoalRevoked { challenge, goal, place, times } => {
                writer.byte(32);
                write_goal(writer, challenge, *goal, *place);
                writer.number(u64::from(*times));
            }
            Kind::Progress { challenge, current, goal, remaining, percent, deadline } => {
                writer.byte(33);
                writer.text(challenge);
                writer.decimal(*current);
                [goal, remaining, percent].into_iter().for_each(|value| writer.option(*value, Writer::decimal));
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::GoalChanged { challenge, goal, deadline } => {
                writer.byte(34);
                writer.text(challenge);
                writer.decimal(*goal);
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::StreakFrozen { challenge, length } => {
                writer.byte(35);
                writer.text(challenge);
                writer.number(u64::from(*length));
            }
            Kind::StreakBroken { challenge, length, best } => {
                writer.byte(36);
                writer.text(challenge);
                writer.number(u64::from(*length));
                writer.number(u64::from(*best));
            }
            Kind::OptedIn { challenge, deadline } => {
                writer.byte(37);
                writer.text(challenge);
                writer.option(*deadline, |writer, at| writer.instant(at, event_at));
            }
            Kind::RewardRedeemed { rule, quantity, worth, by } => {
                writer.byte(60);
                writer.number(u64::from(*rule));
                writer.number(u64::from(*quantity));
                writer.option(*worth, |writer, worth| writer.decimal(worth));
                writer.number(match by {
                    RedeemedBy::Event => 0,
                    RedeemedBy::Time => 1,
                    RedeemedBy::Rule(rule) => u64::from(*rule) + 2,
                });
            }
            Kind::Held { entry, wallet, amount, rule, until, uses } => {
                head(writer, 62, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.instant(*until, event_at);
                write_uses(writer, uses, event_at);
            }
            Kind::Released { entry, wallet, amount, rule, because } => {
                head(writer, 63, *entry, *wallet, *amount);
                writer.number(u64::from(*rule));
                writer.byte(u8::from(*because == Ended::Lapsed));
            }
            Kind::RewardReturned { rule, quantity } => {
                writer.byte(64);
                writer.number(u64::from(*rule));
                writer.decimal(*quantity);
            }
            Kind::RewardRefused { rule, lacks } => {
                writer.byte(61);
                writer.number(u64::from(*rule));
                writer.number(lacks.len() as u64);
                lacks.iter().for_each(|lack| lack.write(writer));
            }
            Kind::NotEarned { reason: NotEarned::Withdrawn } => writer.byte(70),
            Kind::Identified { keys } => {
                writer.byte(71);
                write_keys(writer, keys);
            }
            Kind::Brought { referral, by } => {
                writer.byte(72);
                [referral, by].into_iter().for_each(|name| writer.text(name));
            }
            Kind::Referred { referral, rule, joined, settles_at, revoke, keys, parcel } => {
                writer.byte(73);
                writer.text(referral);
                writer.number(u64::from(*rule));
                writer.signed(i64::from(*joined));
                writer.instant(*settles_at, event_at);
                writer.byte(u8::from(*revoke));
                write_keys(writer, keys);
                write_parcel(writer, parcel);
            }
            Kind::ReferralWithdrawn { referral, parcel } => {
                writer.byte(74);
                writer.text(referral);
                write_parcel(writer, parcel);
            }
            Kind::Shared { referral, amount, replaces, parcel } => {
                writer.byte(131);
                writer.text(referral);
                writer.decimal(*amount);
                writer.text(replaces.as_deref().unwrap_or_default());
                write_parcel(writer, parcel);
            }
            Kind::ShareTakenBack { referral, amount, whole, parcel } => {
                writer.byte(132);
                writer.text(referral);
                writer.decimal(*amount);
                writer.byte(u8::from(*whole));
                write_parcel(writer, parcel);
            }
            Kind::ReferralRefused { referral, by } => {
                writer.byte(75);
                [referral, by].into_iter().for_each(|name| writer.text(name));
            }
            Kind::FriendsReached { referral, friends } => {
                writer.byte(77);
                writer.text(referral);
                writer.number(u64::from(*friends));
            }
            Kind::ReferralSentBack { referral, parcel } => {
                writer.byte(76);
                writer.text(referral);
                write_parcel(writer, parcel);
            }
        }
    }
}

fn head(writer: &mut Writer<'_>, tag: u8, entry: u64, wallet: u16, amount: Decimal) {
    writer.byte(tag);
    writer.number(entry);
    writer.number(u64::from(wallet));
    writer.decimal(amount);
}

fn write_goal(writer: &mut Writer<'_>, challenge: &str, goal: Decimal, place: u16) {
    writer.text(challenge);
    writer.decimal(goal);
    writer.number(u64::from(place));
}
