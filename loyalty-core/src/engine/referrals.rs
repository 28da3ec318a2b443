//! Who brought whom: what both sides remember, and the events that they hold ready for each other.
//!
//! The friend's state knows who brought it and whether it counts; when it does, its decision `referred` holds a `referral`
//! event for the advocate, and when the order that made it count comes back, `referral_withdrawn` holds another one. The
//! advocate's state keeps its friends. Whatever the order in which these events come, and however often, both end alike.

use rust_decimal::Decimal;

mod advocate;
mod back;
mod share;

use super::coupons::redeem::replaced;
use super::doors::named;
use super::error::{EventError, Refusal};
use super::eval::{NO_ROW, Scope};
use super::event::EventData;
use super::log::hash;
use super::member::Member;
use super::outcome::{Decision, Kind, Parcel};
use super::returns;
use super::undo::{Kept, Nothing, Rows, undo_all};
use super::value::Value;
use crate::check::model::ReferralFigure;
use crate::plan::layout::ID_BYTES_MAX;
use crate::plan::node::{Node, NodeId};
use crate::plan::{EffectKindPlan, EffectPlan, EventPlan, Plan, ReferralPlan, in_force};
use crate::sorting::Arrange as _;

pub use advocate::{gone, is_void, take_in, undelivered, withdraw};
pub use back::{come_back, go_on, lost, net_again, refused};
pub use share::{share, share_comes_back, share_goes_on};

/// The most identities that one event may tell.
const IDENTITIES_MAX: usize = 16;

/// The most identities that are kept of one member.
const IDENTITIES_KEPT: usize = 64;

/// The most friends whose identities an advocate's state keeps; of earlier ones only their number is left.
const FRIENDS_KEPT: usize = 1_000;

/// What is put behind the id of a `referral` event for that of the one that takes it back, and that of a refusal.
const WITHDRAWN: &str = "/withdrawn";
const REFUSED: &str = "/refused";

/// All that one member remembers of friends.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Referrals {
    /// Digests of what the member is known by. Ascending.
    pub identities: Rows<u64>,
    /// One for each declaration.
    pub of: Vec<Standing>,
    /// Referrals that were taken back before they came: digests of their ids, with the instants of taking back.
    pub withdrawn: Rows<(u64, i64)>,
}

undo_all!(Referrals { identities, of, withdrawn });

impl Nothing for Referrals {
    const NOTHING: &'static Self = &Self { identities: Rows::new(), of: Vec::new(), withdrawn: Rows::new() };
}

/// What one declaration has made of a member.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Standing {
    pub brought: Kept<Option<Brought>>,
    /// Ascending by instant and id.
    pub friends: Rows<Friend>,
    /// How many there were before those.
    pub earlier: Kept<u32>,
    /// The numbers of friends that have been reached. Ascending.
    pub reached: Rows<u32>,
    /// How far accounts that went up in this one had come, as far as they count or were refused.
    pub absorbed: Rows<Stage>,
}

undo_all!(Standing { brought, friends, earlier, reached, absorbed });

/// Who brought a member, and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    pub by: Box<str>,
    pub at: i64,
    pub stage: Stage,
}

/// How far a friend has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It does not count yet.
    Open,
    /// It counts since an order, by the digest of its id, for what the rules asked of one; nothing where the program does not know
    /// that any more.
    Counts { order: u64, terms: Option<u32> },
    /// The advocate has not taken it: it counts for nobody. What the order gave for it is taken back.
    Refused(u64),
}

/// A friend who counts for its advocate.
#[derive(Debug, Clone, PartialEq)]
pub struct Friend {
    /// Digest of the id of the `referral` event.
    pub event: u64,
    /// Digest of the friend's id.
    pub friend: u64,
    pub at: i64,
    /// When the time of returning is over, as the rules said when it came to count.
    pub settles_at: i64,
    /// What the friend is known by. Ascending.
    pub keys: Vec<u64>,
}

impl Referrals {
    pub fn new(plan: &Plan) -> Self {
        Self { of: vec![Standing::default(); plan.referrals.len()], ..Self::default() }
    }

    /// Whether there is nothing to be remembered.
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.withdrawn.is_empty() && self.of.iter().all(|one| *one == Standing::default())
    }

    /// Drops what can no longer matter.
    pub fn forget(&mut self, horizon: i64) {
        self.withdrawn.retain(|(_, at)| *at >= horizon);
    }

    fn identify(&mut self, keys: &[u64]) {
        for key in keys {
            if let Err(place) = self.identities.binary_search(key)
                && self.identities.len() < IDENTITIES_KEPT
            {
                self.identities.insert(place, *key);
            }
        }
    }

    /// Takes over what another account of the same person remembers.
    pub fn join(&mut self, other: &Self) {
        self.identify(&other.identities);
        for (own, other) in self.of.iter_mut().zip(&other.of) {
            own.join(other);
            other.friends.iter().for_each(|friend| own.befriend(friend.clone()));
            *own.earlier = own.earlier.saturating_add(*other.earlier);
            own.reached.rework(|own| {
                own.extend(&*other.reached);
                own.arrange();
                own.dedup();
            });
        }
        self.withdrawn.extend(other.withdrawn.iter().copied());
    }
}

impl Standing {
    /// Of two accounts that both were brought the own one stays so. What the other has come to stands beside that: each counts by an
    /// order of its own.
    fn join(&mut self, other: &Self) {
        let brought = match (&mut *self.brought, &*other.brought) {
            (None, Some(_)) => {
                *self.brought = (*other.brought).clone();
                None
            }
            (_, other) => other.as_ref().map(|brought| brought.stage),
        };
        let counts = brought.into_iter().filter(|stage| *stage != Stage::Open);
        self.absorbed.rework(|own| own.extend(counts.chain(other.absorbed.iter().copied())));
        self.rise();
    }

    /// All that the member counts by, or was refused for.
    fn stages(&self) -> impl Iterator<Item = Stage> + '_ {
        self.brought.iter().map(|brought| brought.stage).chain(self.absorbed.iter().copied())
    }

    /// As what the member counts by an order, if it does.
    fn counts_by(&self, own: u64) -> Option<Stage> {
        self.stages().find(|stage| matches!(stage, Stage::Counts { order, .. } if *order == own))
    }

    /// The member has come to another stage by an order.
    fn put(&mut self, own: u64, to: Stage) {
        let is_own = |stage: &Stage| matches!(stage, Stage::Counts { order, .. } if *order == own);
        match self.brought.as_mut().filter(|brought| is_own(&brought.stage)) {
            Some(brought) => brought.stage = to,
            None => self.absorbed.rework(|absorbed| {
                absorbed.iter_mut().filter(|stage| is_own(stage)).for_each(|stage| *stage = to);
                absorbed.retain(|stage| *stage != Stage::Open);
            }),
        }
        self.rise();
    }

    /// The advocate does not take the member, told of an order: the order that nothing is given for any more.
    fn refuse(&mut self, own: u64) -> Option<u64> {
        let is_own = |stage: &Stage| matches!(stage, Stage::Counts { order, .. } if *order == own);
        if self.absorbed.iter().any(is_own) {
            self.put(own, Stage::Refused(own));
            return Some(own);
        }
        let brought = self.brought.as_mut()?;
        let counts = if let Stage::Counts { order, .. } = brought.stage { order } else { own };
        brought.stage = Stage::Refused(counts);
        Some(counts)
    }

    /// Whoever counts by an order of another account has counted, and does not count by a next one.
    fn rise(&mut self) {
        if self.absorbed.is_empty() {
            return;
        }
        let Some(brought) = self.brought.as_mut().filter(|brought| brought.stage == Stage::Open) else { return };
        let counts = self.absorbed.iter().position(|stage| matches!(stage, Stage::Counts { .. }));
        if let Some(stage) = counts.and_then(|place| self.absorbed.remove(place)) {
            brought.stage = stage;
        }
    }

    fn befriend(&mut self, friend: Friend) {
        if self.friends.iter().any(|known| known.event == friend.event) {
            return;
        }
        let place = self.friends.partition_point(|known| (known.at, known.event) < (friend.at, friend.event));
        self.friends.insert(place, friend);
        if self.friends.len() > FRIENDS_KEPT {
            self.friends.remove(0);
            *self.earlier = self.earlier.saturating_add(1);
        }
    }

    /// How many friends count, and how many of them are settled at an instant.
    pub fn friends_at(&self, at: i64) -> (u64, u64) {
        let settled = self.friends.iter().filter(|friend| friend.settles_at <= at).count() as u64;
        let earlier = u64::from(*self.earlier);
        (earlier.saturating_add(self.friends.len() as u64), earlier.saturating_add(settled))
    }
}

/// When the time of returning is over for a friend who counts since an instant.
fn settles_at(plan: &Plan, referral: &ReferralPlan, at: i64) -> i64 {
    referral.settle.map_or(at, |length| plan.calendar.plus(at, length))
}

/// When each friend who counts is settled.
pub fn settling(member: &Member, referral: usize) -> impl Iterator<Item = i64> + '_ {
    let of = member.referrals.of.get(referral).into_iter();
    of.flat_map(|one| one.friends.iter().map(|friend| friend.settles_at))
}

/// When the next number of settled friends is reached, as the friends are; the largest number for never.
pub fn next_due(plan: &Plan, member: &Member) -> i64 {
    let mut next = i64::MAX;
    for (number, (of, standing)) in plan.referrals.iter().zip(&member.referrals.of).enumerate() {
        let Some(wanted) = of.reach.iter().find(|wanted| !standing.reached.contains(wanted)) else { continue };
        let before = wanted.saturating_sub(*standing.earlier).saturating_sub(1);
        // Under another version those who came later may have less time to wait.
        let mut instants: Vec<i64> = settling(member, number).collect();
        instants.arrange();
        let at = instants.get(before as usize);
        next = next.min(at.map_or(i64::MAX, |at| (*at).max(member.clock)));
    }
    next
}

/// Says which numbers of settled friends are reached by an instant, each once.
pub fn settle(plan: &Plan, member: &mut Member, at: i64, decisions: &mut Vec<Decision>) {
    for (of, standing) in plan.referrals.iter().zip(&mut member.referrals.of) {
        let settled = standing.friends_at(at).1;
        for friends in of.reach.iter().copied().filter(|friends| u64::from(*friends) <= settled) {
            if let Err(place) = standing.reached.binary_search(&friends) {
                standing.reached.insert(place, friends);
                let kind = Kind::FriendsReached { referral: of.name.clone(), friends };
                decisions.push(Decision { at, kind });
            }
        }
    }
}

/// What an expression reads.
pub fn figure<'a>(scope: &Scope<'a>, referral: u16, figure: ReferralFigure) -> Value<'a> {
    let plan = scope.plan.referrals.get(usize::from(referral));
    let (Some(plan), Some(standing)) = (plan, scope.member.referrals.of.get(usize::from(referral))) else {
        return Value::Missing;
    };
    let brought = standing.brought.as_ref();
    match figure {
        ReferralFigure::Count => Value::Number(Decimal::from(standing.friends_at(scope.at).0)),
        ReferralFigure::Settled => Value::Number(Decimal::from(standing.friends_at(scope.at).1)),
        ReferralFigure::Advocate => brought.map_or(Value::Missing, |brought| Value::Text(&brought.by, 0)),
        ReferralFigure::Joined => {
            brought.map_or(Value::Missing, |brought| Value::Date(scope.plan.calendar.day_at(brought.at)))
        }
        ReferralFigure::Counted => Value::Bool(share::counted(scope, standing)),
        ReferralFigure::Shares => Value::Bool(share::in_time(scope, usize::from(referral), standing)),
        ReferralFigure::Qualifies => Value::Bool(brought.is_some_and(|brought| {
            let end = plan.within.map_or(i64::MAX, |length| scope.plan.calendar.end_after(brought.at, length));
            // The order that made it count has another form: it is the same purchase.
            let counts = || in_place_of(scope).is_some_and(|order| standing.counts_by(order).is_some());
            match brought.stage {
                Stage::Open => brought.at <= scope.at && scope.at < end,
                Stage::Counts { .. } | Stage::Refused(_) => counts(),
            }
        })),
    }
}

/// Digest of the order whose corrected form the event at hand is.
fn in_place_of(scope: &Scope<'_>) -> Option<u64> {
    let event = scope.event?;
    replaced(scope.plan.events.get(usize::from(event.event))?, event).map(hash)
}

/// An event tells who brought the member, and what it is known by.
pub fn bring(
    scope: &Scope<'_>,
    (referral, by, identities): (u16, NodeId, Option<u16>),
    facts: &mut Vec<Kind>,
) -> Result<bool, EventError> {
    let before = facts.len();
    let known = &scope.member.referrals;
    let keys = identities.map_or(Ok(Vec::new()), |list| keys(scope, list))?;
    let new = keys.iter().any(|key| known.identities.binary_search(key).is_err());
    if new && !facts.iter().any(|fact| matches!(fact, Kind::Identified { .. })) {
        facts.push(Kind::Identified { keys });
    }
    if let Value::Text(advocate, _) = scope.eval(by, NO_ROW)? {
        let field = field_of(scope, by);
        if advocate.is_empty() || advocate.len() > ID_BYTES_MAX {
            return Err(EventError::new(Refusal::UnknownReceiver)
                .in_field(field)
                .expecting("the id of the member who brought this one")
                .but_found(format!("{} bytes", advocate.len())));
        }
        if *advocate == *scope.member.id || scope.member.account.has_absorbed(advocate) {
            return Err(self_referral(field).but_found(format!("`{advocate}`, who is the friend")));
        }
        let (plan, standing) = (scope.plan.referrals.get(usize::from(referral)), known.of.get(usize::from(referral)));
        if let (Some(plan), true) = (plan, standing.is_some_and(|standing| standing.brought.is_none())) {
            facts.push(Kind::Brought { referral: plan.name.clone(), by: advocate.into() });
        }
    }
    Ok(facts.len() > before)
}

fn self_referral(field: &str) -> EventError {
    EventError::new(Refusal::SelfReferral).in_field(field).expecting("another person than the friend")
}

/// The name of the event's field that an expression is.
fn field_of<'p>(scope: &Scope<'p>, node: NodeId) -> &'p str {
    let Some(Node::Slot(slot)) = scope.plan.nodes.get(node as usize) else { return "referrer" };
    let event = scope.event.and_then(|event| scope.plan.events.get(usize::from(event.event)));
    event.and_then(|event| event.layout.slots.get(usize::from(*slot))).map_or("referrer", |slot| &slot.name)
}

/// Digests of the identities that an event tells. Ascending.
fn keys(scope: &Scope<'_>, list: u16) -> Result<Vec<u64>, EventError> {
    let Some(event) = scope.event else { return Ok(Vec::new()) };
    let list = event.list(list);
    if list.count as usize > IDENTITIES_MAX {
        return Err(EventError::new(Refusal::TooManyItems)
            .in_field("identities")
            .expecting(format!("at most {IDENTITIES_MAX}"))
            .but_found(list.count.to_string()));
    }
    let texts = event.rows_of(list).filter_map(|row| match event.item(row, 0) {
        Value::Text(text, _) if !text.is_empty() => Some(hash(&format!("identity {text}"))),
        _ => None,
    });
    let mut keys: Vec<u64> = texts.collect();
    keys.arrange();
    keys.dedup();
    Ok(keys)
}

/// The member counts as a friend from the event at hand on.
pub fn refer(scope: &Scope<'_>, rule: u32, referral: u16) -> Option<Kind> {
    let plan = scope.plan.referrals.get(usize::from(referral))?;
    let brought = scope.member.referrals.of.get(usize::from(referral))?.brought.as_ref()?;
    // The advocate knows of a purchase by its first form.
    if brought.stage != Stage::Open {
        return None;
    }
    let order = scope.event?.id.as_str();
    let id = format!("{}/{order}/{}", scope.member.id, plan.name);
    let id = if id.len() + WITHDRAWN.len() <= ID_BYTES_MAX {
        id
    } else {
        format!("{:016x}/{:016x}/{:016x}", hash(&scope.member.id), hash(order), hash(&plan.name))
    };
    Some(Kind::Referred {
        referral: plan.name.clone(),
        rule,
        joined: scope.plan.calendar.day_at(brought.at),
        settles_at: settles_at(scope.plan, plan, scope.at),
        revoke: plan.revoke,
        keys: scope.member.referrals.identities.to_vec(),
        parcel: Box::new(Parcel {
            id: id.into(),
            transfer: order.into(),
            from: (*scope.member.id).into(),
            to: brought.by.clone(),
        }),
    })
}

/// Writes a decision into the member's state.
pub fn note(plan: &Plan, member: &mut Member, kind: &Kind, at: i64) {
    match kind {
        Kind::Identified { keys } => member.referrals.identify(keys),
        Kind::Brought { referral, by } => {
            if let Some(standing) = standing(plan, member, referral) {
                standing.brought.get_or_insert_with(|| Brought { by: by.clone(), at, stage: Stage::Open });
            }
        }
        Kind::Referred { referral, rule, parcel, .. } => {
            let terms = terms_of(plan, *rule, plan.calendar.day_at(at));
            let brought = standing(plan, member, referral).and_then(|standing| standing.brought.as_mut());
            if let Some(brought) = brought {
                brought.stage = Stage::Counts { order: hash(&parcel.transfer), terms };
            }
        }
        _ => {}
    }
}

/// A digest of what a rule asked, on a day, of the order by which a friend counts; nothing for one that makes nobody count.
fn terms_of(plan: &Plan, rule: u32, day: i32) -> Option<u32> {
    let form = in_force(&plan.rules.get(rule as usize)?.forms, day)?;
    form.effects.iter().find_map(|effect| match effect.kind {
        EffectKindPlan::Refer { terms, .. } => Some(terms),
        _ => None,
    })
}

/// Forgets what the rules of another version asked of orders of which something may come back, where those of this one ask something
/// else; the numbers of the referrals.
pub fn forget_terms(plan: &Plan, member: &mut Member) -> Vec<usize> {
    let mut found = Vec::new();
    for number in 0..member.referrals.of.len() {
        let Some(standing) = member.referrals.of.get(number) else { continue };
        let asks_another = |stage: &Stage| {
            let Stage::Counts { order, terms: Some(terms) } = *stage else { return false };
            let order = member.remembered_by(plan, order).filter(|record| !record.order.is_empty());
            order.is_some_and(|order| rule_that_asks(plan, number, (terms, plan.calendar.day_at(order.at))).is_none())
        };
        let changed: Vec<Stage> = standing.stages().filter(asks_another).collect();
        let Some(standing) = member.referrals.of.get_mut(number).filter(|_| !changed.is_empty()) else { continue };
        for stage in changed {
            if let Stage::Counts { order, .. } = stage {
                standing.put(order, Stage::Counts { order, terms: None });
            }
        }
        found.push(number);
    }
    found
}

/// The rule that asks just that, on a day, of the order by which a friend counts for a referral.
fn rule_that_asks(plan: &Plan, referral: usize, (terms, day): (u32, i32)) -> Option<u32> {
    let asks = |effect: &EffectPlan| matches!(effect.kind, EffectKindPlan::Refer { referral: own, terms: asked } if usize::from(own) == referral && asked == terms);
    let rules = plan.rules.iter().enumerate();
    let mut asking =
        rules.filter(|(_, rule)| in_force(&rule.forms, day).is_some_and(|form| form.effects.iter().any(asks)));
    asking.next().map(|(number, _)| number as u32)
}

fn standing<'m>(plan: &Plan, member: &'m mut Member, referral: &str) -> Option<&'m mut Standing> {
    member.referrals.of.get_mut(number_of(plan, referral)?)
}

fn number_of(plan: &Plan, referral: &str) -> Option<usize> {
    plan.referrals.iter().position(|known| *known.name == *referral)
}

fn text<'e>(event_plan: &EventPlan, event: &'e EventData, name: &str) -> &'e str {
    if let Value::Text(text, _) = named(event_plan, event, name) { text } else { "" }
}

/// The advocate does not take this member for a friend: it counts for nobody, and what it was given for it goes.
pub fn refuse(
    plan: &Plan,
    event_plan: &EventPlan,
    member: &mut Member,
    event: &EventData,
    decisions: &mut Vec<Decision>,
) -> Result<(), EventError> {
    let unknown = |field: &str, found: &str| {
        EventError::new(Refusal::UnknownReferral)
            .in_field(field)
            .expecting("what a `referred` decision of this member says")
            .but_found(format!("`{found}`"))
            .advising("send what `Program::send_back` gives, as it is")
    };
    let (program, order) = (text(event_plan, event, "program"), text(event_plan, event, "order"));
    let id = text(event_plan, event, "referral");
    let number = number_of(plan, program).ok_or_else(|| unknown("program", program))?;
    let record = member.remembered(plan, order).ok_or_else(|| unknown("order", order))?;
    let known = record.decisions().map_err(|_| EventError::new(Refusal::OtherProgram))?;
    let sent_to = known.iter().find_map(|decision| match &decision.kind {
        Kind::Referred { parcel, .. } if *parcel.id == *id => Some(parcel.to.clone()),
        _ => None,
    });
    let by = sent_to.ok_or_else(|| unknown("referral", id))?;
    // The order may have another form by now.
    let last = returns::successor(plan, member, order);
    let last = hash(last.as_deref().unwrap_or(order));
    let counts = member.referrals.of.get_mut(number).and_then(|standing| standing.refuse(last));
    let counts = counts.ok_or_else(|| unknown("program", program))?;
    decisions.push(Decision { at: event.at, kind: Kind::ReferralRefused { referral: program.into(), by } });
    let form = member.remembered_by(plan, counts).map(|record| record.id.to_owned());
    returns::rate_again(plan, member, form.as_deref().unwrap_or(order), event.at, decisions)?;
    share::share_is_refused(plan, member, program, event.at, decisions)?;
    Ok(())
}
