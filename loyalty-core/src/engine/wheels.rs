//! Wheels: chance chooses a slice, and says by which number.
//!
//! What was drawn is a decision with all that is needed to work it out again; what the slice gives follows from it, as
//! a rule does.

use rust_decimal::Decimal;

use super::claims::Counters;
use super::cycles::Cycles;
use super::decided::Decided;
use super::error::{EventError, Refusal};
use super::eval::Scope;
use super::event::EventData;
use super::member::Member;
use super::outcome::{Decision, Kind, NotDrawn};
use super::tally::{self, Changes};
use super::value::Value;
use super::{doors, experiments, rules};
use crate::chance::{Draw, Position};
use crate::plan::{EventPlan, Plan, WheelPlan};
use crate::time::rfc3339;
use crate::wire::document::Document;

/// What chance has chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The event that turned the wheel, or the instant at which time did.
    pub occasion: Box<str>,
    /// How many times the wheel was turned on that occasion, this one counted.
    pub turn: u32,
    /// Slices that were out of stock, by place.
    pub out: Vec<u16>,
    pub number: u64,
    pub position: u64,
    /// What the position lies below.
    pub of: u64,
}

/// Where a position lies: the place of the slice, and whether it is out of stock. Nothing: every slice is.
pub fn choose(wheel: &WheelPlan, out: &[u16], draw: &Draw) -> Option<(u16, Position, u64)> {
    let is_out = |place: usize| out.contains(&(place as u16));
    let weight = |place: usize, weight: u64| if wheel.renormalise && is_out(place) { 0 } else { weight };
    let weights: Vec<u64> = wheel.slices.iter().enumerate().map(|(place, slice)| weight(place, slice.weight)).collect();
    let of: u64 = weights.iter().sum();
    if of == 0 {
        return None;
    }
    let position = draw.below(of);
    let mut end = 0;
    let place = weights.iter().position(|weight| {
        end += weight;
        position.position < end
    })?;
    Some((place as u16, position, of))
}

/// The texts of the hash.
pub fn texts<'a>(
    plan: &'a Plan,
    wheel: &'a WheelPlan,
    member: &'a str,
    occasion: &'a str,
    turn: &'a str,
) -> [&'a str; 6] {
    ["draw", &plan.settings.title, &wheel.name, member, occasion, turn]
}

/// A card of a wheel that the member may draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    pub wheel: u16,
    pub issued_at: i64,
    /// Before that instant.
    pub until: i64,
}

/// Puts a card into the member's hand.
pub fn deal(plan: &Plan, member: &mut Member, number: u16, rule: u32, at: i64, decisions: &mut Decided) {
    let Some(wheel) = plan.wheels.get(usize::from(number)) else { return };
    let Some(lasts) = wheel.card else { return };
    let until = Cycles::of(plan, member).lasts(lasts, at);
    member.cards.push(Card { wheel: number, issued_at: at, until });
    let kind = Kind::CardIssued { wheel: wheel.name.clone(), expires_at: until, rule };
    decisions.push(Decision { at, kind });
}

/// Takes away the cards that were not drawn in time.
pub fn expire_due(plan: &Plan, member: &mut Member, due: i64, decisions: &mut Decided) {
    for card in member.cards.take(|card| card.until <= due) {
        let wheel = plan.wheels.get(usize::from(card.wheel)).map(|wheel| wheel.name.clone()).unwrap_or_default();
        decisions.push(Decision { at: card.until, kind: Kind::CardExpired { wheel } });
    }
}

/// When the next card lapses.
pub fn next_due(member: &Member) -> i64 {
    member.cards.iter().map(|card| card.until).min().unwrap_or(i64::MAX)
}

/// The cards of a wheel that may be drawn at an instant.
pub fn cards(member: &Member, wheel: u16, at: i64) -> impl Iterator<Item = &Card> {
    member.cards.iter().filter(move |card| card.wheel == wheel && card.issued_at <= at && at < card.until)
}

/// Turns a wheel: what comes of it, and what it claims, are decisions.
pub fn draw(
    plan: &Plan,
    member: &mut Member,
    number: u16,
    rule: Option<u32>,
    at: i64,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let Some(wheel) = plan.wheels.get(usize::from(number)) else { return Ok(()) };
    let Some(secret) = &plan.secret else { return Err(experiments::no_secret()) };
    let counters = decisions.counters();
    let refused = |reason: NotDrawn| Decision { at, kind: Kind::NotDrawn { wheel: wheel.name.clone(), reason, rule } };
    let card = cards(member, number, at).min_by_key(|card| card.until).copied();
    if wheel.card.is_some() && card.is_none() {
        decisions.push(refused(NotDrawn::NoCard));
        return Ok(());
    }
    if !within_limits(plan, member, wheel, counters.as_ref(), at) {
        decisions.push(refused(NotDrawn::Limit));
        return Ok(());
    }
    let occasion: Box<str> = decisions.event().map_or_else(|| rfc3339(at, 0).into(), Into::into);
    let before = decisions.iter().filter(|decision| {
        matches!(&decision.kind, Kind::Drawn { wheel: own, proof, .. } if *own == wheel.name && proof.occasion == occasion)
    });
    let turn = before.count() as u32 + 1;
    let turn_text = turn.to_string();
    let chance = secret.draw(&texts(plan, wheel, &member.id, &occasion, &turn_text));
    let out = out_of_stock(wheel, counters.as_ref());
    let Some((place, Position { number, position, .. }, of)) = choose(wheel, &out, &chance) else {
        decisions.push(refused(NotDrawn::OutOfStock));
        return Ok(());
    };
    let day = plan.calendar.day_at(at);
    let mut changes = Changes::new();
    for tally in wheel.limits.iter().filter_map(|limit| limit.tally) {
        tally::count_once(&mut changes, tally, rules::limit_key(plan, tally, at, day));
    }
    for change in &changes {
        member.tallies.add(change)?;
    }
    if let Some(place) = card.and_then(|card| member.cards.iter().position(|own| *own == card)) {
        member.cards.remove(place);
    }
    let claim = |counter: &str, limit: u32| Decision {
        at,
        kind: Kind::Claim { counter: counter.into(), by: Decimal::ONE, limit: Decimal::from(limit), rule: None },
    };
    for limit in wheel.limits.iter().filter(|limit| limit.in_total) {
        decisions.push(claim(&wheel.counter, limit.total()));
    }
    let slice = wheel.slices.get(usize::from(place));
    let gone = out.contains(&place);
    if let Some((slice, stock)) = slice.and_then(|slice| Some((slice, slice.stock?)))
        && !gone
    {
        decisions.push(claim(&slice.counter, stock));
    }
    let title = slice.and_then(|slice| slice.title.clone()).unwrap_or_default();
    let proof = Box::new(Proof { occasion, turn, out, number, position, of });
    let kind = Kind::Drawn { wheel: wheel.name.clone(), slice: place, title, out_of_stock: gone, rule, proof };
    decisions.push(Decision { at, kind });
    Ok(())
}

/// Whether a counter over all members has one more to give.
fn one_left(counters: &Counters, counter: &str, limit: u32) -> bool {
    counters.left(counter, Decimal::from(limit)) >= Decimal::ONE
}

fn within_limits(plan: &Plan, member: &Member, wheel: &WheelPlan, counters: Option<&Counters>, at: i64) -> bool {
    let scope = Scope::of(plan, member, at);
    wheel.limits.iter().all(|limit| match (limit.in_total, counters) {
        (true, Some(counters)) => one_left(counters, &wheel.counter, limit.total()),
        (true, None) => true,
        (false, _) => rules::left(&scope, limit, &Changes::new()) > 0,
    })
}

/// The slices of which nothing is left, as far as the host says so.
fn out_of_stock(wheel: &WheelPlan, counters: Option<&Counters>) -> Vec<u16> {
    let Some(counters) = counters else { return Vec::new() };
    let slices = wheel
        .slices
        .iter()
        .enumerate()
        .filter(|(_, slice)| slice.stock.is_some_and(|stock| !one_left(counters, &slice.counter, stock)));
    slices.map(|(place, _)| place as u16).collect()
}

/// The member turns a wheel. Over a limit that is refused, and nothing changes.
pub fn on_event(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Decided,
) -> Result<(), EventError> {
    let Value::Text(name, _) = doors::named(event_plan, event, "wheel") else { return Ok(()) };
    member.account.expect_awake_at(plan, event.at)?;
    let Some(number) = plan.wheels.iter().position(|wheel| &*wheel.name == name) else {
        let names: Vec<String> = plan.wheels.iter().take(8).map(|wheel| format!("`{}`", wheel.name)).collect();
        return Err(EventError::new(Refusal::UnknownGame)
            .in_field("wheel")
            .expecting(names.join(" or "))
            .but_found(format!("`{name}`")));
    };
    let first = decisions.len();
    draw(plan, member, number as u16, None, event.at, decisions)?;
    match decisions.get(first).map(|decision| &decision.kind) {
        Some(Kind::NotDrawn { reason: NotDrawn::Limit, .. }) => Err(EventError::new(Refusal::LimitReached)
            .in_field("wheel")
            .expecting("a turn within the limits of the wheel")
            .but_found("all turns used up")
            .advising("`limit` in the wheel says how often a member may turn it")),
        Some(Kind::NotDrawn { reason: NotDrawn::NoCard, .. }) => Err(EventError::new(Refusal::NotEligible)
            .in_field("wheel")
            .expecting(format!("a card of `{name}`"))
            .but_found("none")
            .advising("a rule gives one by `issue`; it lapses if it is not drawn in time")),
        _ => Ok(()),
    }
}

/// Why what an event drew came out so: each draw worked out again from what the member remembers of the event.
pub fn audit(plan: &Plan, member: &Member, event: &str) -> Result<Document, EventError> {
    let Some(secret) = &plan.secret else { return Err(experiments::no_secret()) };
    let record = member.remembered(plan, event).ok_or_else(|| {
        EventError::new(Refusal::UnknownOrder)
            .in_field("event")
            .expecting("the id of an event that the member remembers")
            .but_found(format!("`{event}`"))
    })?;
    let decisions = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
    let mut draws = Vec::new();
    for decision in &decisions {
        let Kind::Drawn { wheel: name, slice, out_of_stock, proof, .. } = &decision.kind else { continue };
        let Some(wheel) = plan.wheels.iter().find(|wheel| wheel.name == *name) else { continue };
        let turn = proof.turn.to_string();
        let texts = texts(plan, wheel, &member.id, &proof.occasion, &turn);
        let again = choose(wheel, &proof.out, &secret.draw(&texts));
        let agrees = again.is_some_and(|(place, found, of)| {
            (place, found.number, found.position, of) == (*slice, proof.number, proof.position, proof.of)
        });
        let mut end = 0;
        let slices = wheel.slices.iter().enumerate().map(|(place, of_slice)| {
            let gone = proof.out.contains(&(place as u16));
            let weight = if gone && wheel.renormalise { 0 } else { of_slice.weight };
            let from = end;
            end += weight;
            let mut row = Document::object().with("slice", place as u64 + 1);
            if let Some(title) = &of_slice.title {
                row.put("title", &**title);
            }
            row.with("weight", of_slice.weight).with("out_of_stock", gone).with("from", from).with("to", end)
        });
        let slices = slices.collect::<Document>();
        draws.push(
            Document::object()
                .with("wheel", &**name)
                .with("hashed", texts.iter().copied().collect::<Document>())
                .with("number", proof.number.to_string())
                .with("position", proof.position)
                .with("of", proof.of)
                .with("slices", slices)
                .with("slice", u64::from(*slice) + 1)
                .with("out_of_stock", *out_of_stock)
                .with("agrees", agrees),
        );
    }
    Ok(Document::object()
        .with("event", event)
        .with("member", &*member.id)
        .with("draws", draws.into_iter().collect::<Document>()))
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::chance::Secret;
    use crate::plan::{SlicePlan, WheelPlan};

    fn wheel(weights: &[u64], renormalise: bool) -> WheelPlan {
        let slices = weights.iter().map(|weight| SlicePlan {
            title: None,
            weight: *weight,
            stock: None,
            counter: "stock".into(),
        });
        WheelPlan {
            name: "w".into(),
            counter: "wheel w".into(),
            slices: slices.collect(),
            renormalise,
            card: None,
            limits: Vec::new(),
        }
    }

    fn secret() -> Secret {
        Secret::new(b"a secret for a million draws").unwrap()
    }

    /// Case F161: A 20 %, B 30 %, nothing 50 %, and A is out of stock.
    #[test]
    fn a_slice_out_of_stock_comes_to_nothing_or_leaves_its_share_to_the_others() {
        let at = |share: u64| secret().draw(&["x"]).with_number(u64::MAX / 100 * share);
        let to_nothing = wheel(&[20, 30, 50], false);
        // The place of A, which gives nothing; and B, where it always was.
        assert_eq!(choose(&to_nothing, &[0], &at(10)).unwrap().0, 0);
        assert_eq!(choose(&to_nothing, &[0], &at(36)).unwrap().0, 1);
        let renormalise = wheel(&[20, 30, 50], true);
        for (share, place) in [(10, 1), (36, 1), (40, 2)] {
            assert_eq!(choose(&renormalise, &[0], &at(share)).unwrap().0, place, "{share}");
        }
        assert!(choose(&wheel(&[1, 1], true), &[0, 1], &at(10)).is_none());
    }

    /// Chi-square, in whole numbers: the sum of (seen × weights − draws × weight)² / (draws × weight × weights), in
    /// thousandths. The draws are always the same, so that a test of it never fails by chance.
    fn chi_square(weights: &[u64]) -> u128 {
        const DRAWS: u64 = 1_000_000;
        let (secret, wheel) = (secret(), wheel(weights, false));
        let mut seen = vec![0_u64; weights.len()];
        for event in 0..DRAWS {
            let event = event.to_string();
            let draw = secret.draw(&["draw", "Shop", "w", "m-1", &event, "1"]);
            seen[usize::from(choose(&wheel, &[], &draw).unwrap().0)] += 1;
        }
        let all: u64 = weights.iter().sum();
        let parts = seen.iter().zip(weights).map(|(seen, weight)| {
            let apart = u128::from((seen * all).abs_diff(DRAWS * weight));
            apart * apart * 1_000 / u128::from(DRAWS * weight * all)
        });
        parts.sum()
    }

    // One of a thousand fair wheels exceeds these, with as many degrees of freedom as slices less one.

    #[test]
    fn a_million_draws_of_uneven_slices_agree_with_the_weights() {
        assert!(chi_square(&[50, 30, 15, 5]) < 16_266);
    }

    #[test]
    fn a_million_draws_of_even_slices_agree_with_the_weights() {
        assert!(chi_square(&[1, 1, 1, 1, 1, 1, 1]) < 22_458);
    }

    #[test]
    fn a_million_draws_of_a_rare_slice_agree_with_the_weights() {
        assert!(chi_square(&[999, 1]) < 10_828);
    }
}
