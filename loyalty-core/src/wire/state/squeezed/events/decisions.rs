//! What the events brought about: what was earned follows in part from the order, and when it vests and expires from what
//! was said when it was earned.

use rust_decimal::{Decimal, RoundingStrategy};

use super::super::super::pack::SavedOrder;
use super::{Expected, Shared};
use crate::amount;
use crate::engine::event::{EventData, Slot};
use crate::engine::granted::Together;
use crate::engine::grants::{Basis, Grant};
use crate::engine::lots::Vesting;
use crate::engine::outcome::{self, Because, Decision, Kind};
use crate::wire::codec::{Reader, Writer};
use crate::wire::squeeze::{Amounts, Bytes, Coder, Flag, Instants, Malformed, Number, Small};

const END: usize = 0;
const EARNED: usize = 1;
const VESTED: usize = 2;
const EXPIRED: usize = 3;
const TAGGED: usize = 4;
/// In the form in which the log keeps it.
const OTHER: usize = 5;

/// The kinds of parts that name no rule; the numbers of rules follow them. Zero stands for the end.
const ROUNDING: u64 = 1;
const CAP: u64 = 2;
const HOLD_AT_MOST: u64 = 3;
const ADJUSTMENT: u64 = 4;
const RULES: u64 = 5;

/// What is learnt of one rule or one wallet; of those with higher numbers together.
fn of<T: Default>(models: &mut Vec<T>, number: u64) -> Result<&mut T, Malformed> {
    const MODELS_MAX: u64 = 63;
    let place = number.min(MODELS_MAX) as usize;
    while models.len() <= place {
        models.push(T::default());
    }
    models.get_mut(place).ok_or(Malformed)
}

#[derive(Default)]
pub struct Decisions {
    /// By the one before.
    kinds: [Small; 6],
    before: usize,
    as_expected: [Flag; 2],
    at: Instants,
    entries: Number,
    wallets: Number,
    lots: Number,
    amounts: Amounts,
    expires: Flag,
    expires_at: Instants,
    not_vested: Flag,
    earned: Vec<Earned>,
    parts: Vec<Part>,
    grants: Grants,
    others: Vec<Bytes>,
    /// The numbers of the order whose decisions come, and their sums by kind of line.
    numbers: Vec<Decimal>,
}

/// Of a wallet.
#[derive(Default)]
struct Earned {
    entries: Number,
    vesting: Small,
    vests_at: Instants,
    event: Number,
    expires: Flag,
    as_last: Flag,
    expires_at: Instants,
    last: i64,
    rounded: Small,
    scale: u32,
}

/// Of a rule, or of another kind of part.
#[derive(Default)]
struct Part {
    next: Number,
    amounts: Amounts,
    /// Whether it is the rate times the number that it was the last time.
    follows: Flag,
    number: usize,
    rate: Option<Decimal>,
    basis: Option<(u32, u16, Basis)>,
}

#[derive(Default)]
struct Grants {
    fired: Number,
    rules: Number,
    more: Flag,
    as_told: Flag,
    as_last: Flag,
    together: Number,
    effects: Number,
    wallets: Number,
    amounts: Amounts,
    basis: Small,
    rates: [Amounts; 3],
}

impl Decisions {
    /// Before the decisions of an event.
    pub fn begin(&mut self, order: Option<&EventData>) {
        self.before = END;
        self.numbers.clear();
        for slot in order.map_or(&[][..], |order| &order.slots) {
            if let Slot::Number(number) = slot {
                self.numbers.push(*number);
            }
        }
    }

    /// A decision, which comes back if it is read; nothing where they end.
    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        expected: &[Expected],
        last: u64,
        event_at: i64,
        given: Option<&mut Decision>,
    ) -> Result<Option<Option<Decision>>, Malformed> {
        let kind = match given.as_ref().map(|decision| &decision.kind) {
            None => END,
            Some(Kind::Earned { .. }) => EARNED,
            Some(Kind::Vested { .. }) => VESTED,
            Some(Kind::Expired { .. }) => EXPIRED,
            Some(Kind::Tagged { .. }) => TAGGED,
            Some(_) => OTHER,
        };
        let kind = self.kinds.get_mut(self.before).ok_or(Malformed)?.code(coder, kind)?;
        self.before = kind;
        let mut blank = match kind {
            END => return Ok(None),
            kind => blank(kind)?,
        };
        // What is given is not changed by passing over it, but for nothing that counts.
        let decision = given.unwrap_or(&mut blank);
        let next = last.wrapping_add(1);
        match &mut decision.kind {
            Kind::Earned { entry, wallet, amount, vesting, expires_at, because } => {
                decision.at = self.at.code(coder, decision.at, event_at)?;
                *wallet = self.wallets.narrow(coder, u64::from(*wallet))?;
                let model = of(&mut self.earned, u64::from(*wallet))?;
                *entry = next.wrapping_add(model.entries.signed(coder, entry.wrapping_sub(next) as i64)? as u64);
                model.code(coder, event_at, vesting, expires_at)?;
                let told = self.because(coder, u64::from(*wallet), because)?;
                if coder.reads() {
                    *amount = told;
                }
            }
            Kind::Vested { .. } | Kind::Expired { .. } => {
                self.by_time(coder, expected, next, event_at, decision)?;
            }
            Kind::Tagged { tag } => {
                decision.at = self.at.code(coder, decision.at, event_at)?;
                let mut text = tag.to_string();
                shared.tag(coder, &mut text)?;
                if coder.reads() {
                    *tag = text.into();
                }
            }
            _ => {
                let mut bytes = Vec::new();
                if !coder.reads() {
                    outcome::write(&mut Writer(&mut bytes), core::slice::from_ref(decision), event_at);
                }
                self.other(coder, &mut bytes)?;
                if coder.reads() {
                    let mut reader = Reader(&bytes);
                    let mut read = outcome::read(&mut reader, event_at)?;
                    *decision = read.pop().filter(|_| read.is_empty() && reader.is_empty()).ok_or(Malformed)?;
                }
            }
        }
        Ok(Some(coder.reads().then_some(blank)))
    }

    /// A decision in the form of the log: how many they are, the distance of its instant, its kind, and the rest.
    fn other(&mut self, coder: &mut dyn Coder, bytes: &mut Vec<u8>) -> Result<(), Malformed> {
        const KIND_AT: usize = 2;
        let kind = coder.plain(8, u64::from(bytes.get(KIND_AT).copied().unwrap_or_default()))?;
        of(&mut self.others, kind)?.code(coder, bytes)
    }

    /// What time brought about: for the lot whose turn it is.
    fn by_time(
        &mut self,
        coder: &mut dyn Coder,
        expected: &[Expected],
        next: u64,
        event_at: i64,
        decision: &mut Decision,
    ) -> Result<(), Malformed> {
        let vests = matches!(decision.kind, Kind::Vested { .. });
        let turn = |lot: &Expected| match (vests, lot.vests_at, lot.expires_at) {
            (true, Some(at), _) | (false, None, Some(at)) => Some((at, lot.entry)),
            _ => None,
        };
        let first = expected.iter().filter_map(|lot| turn(lot).zip(Some(lot))).min_by_key(|(turn, _)| *turn);
        let whole = first.map(|((at, _), lot)| {
            let (entry, wallet, amount, expires_at) = (next, lot.wallet, lot.amount, lot.expires_at);
            let kind = match vests {
                true => Kind::Vested { entry, wallet, lot: lot.entry, amount, expires_at },
                false => Kind::Expired { entry, wallet, lot: lot.entry, amount, not_vested: false },
            };
            Decision { at, kind }
        });
        if let Some(whole) = whole {
            let flag = self.as_expected.get_mut(usize::from(vests)).ok_or(Malformed)?;
            if flag.code(coder, *decision == whole)? {
                if coder.reads() {
                    *decision = whole;
                }
                return Ok(());
            }
        }
        decision.at = self.at.code(coder, decision.at, event_at)?;
        if let Kind::Vested { entry, wallet, lot, amount, .. } | Kind::Expired { entry, wallet, lot, amount, .. } =
            &mut decision.kind
        {
            *entry = next.wrapping_add(self.entries.signed(coder, entry.wrapping_sub(next) as i64)? as u64);
            *wallet = self.wallets.narrow(coder, u64::from(*wallet))?;
            *lot = next.wrapping_add(self.lots.signed(coder, lot.wrapping_sub(next) as i64)? as u64);
            *amount = self.amounts.code(coder, *amount)?;
        }
        match &mut decision.kind {
            Kind::Vested { expires_at, .. } => {
                *expires_at = match self.expires.code(coder, expires_at.is_some())? {
                    true => Some(self.expires_at.code(coder, expires_at.unwrap_or_default(), event_at)?),
                    false => None,
                };
            }
            Kind::Expired { not_vested, .. } => *not_vested = self.not_vested.code(coder, *not_vested)?,
            _ => {}
        }
        Ok(())
    }

    /// The parts of what was earned; their sum.
    fn because(
        &mut self,
        coder: &mut dyn Coder,
        wallet: u64,
        because: &mut Vec<Because>,
    ) -> Result<Decimal, Malformed> {
        let (mut before, mut sum) = (0, Decimal::ZERO);
        for place in 0.. {
            let given = if coder.reads() { None } else { because.get(place) };
            let kind = match given {
                None => 0,
                Some(Because::Rounding { .. }) => ROUNDING,
                Some(Because::Cap { .. }) => CAP,
                Some(Because::HoldAtMost { .. }) => HOLD_AT_MOST,
                Some(Because::Adjustment { .. }) => ADJUSTMENT,
                Some(Because::Rule { rule, .. }) => RULES + u64::from(*rule),
            };
            let kind = of(&mut self.parts, before)?.next.code(coder, kind)?;
            if kind == 0 {
                break;
            }
            coder.things(1)?;
            before = kind;
            let amount = given.map_or(Decimal::ZERO, Because::amount);
            let amount = match kind {
                ROUNDING => self.rounding(coder, wallet, sum, amount)?,
                _ => of(&mut self.parts, kind)?.code(coder, &self.numbers, amount)?,
            };
            sum = amount::add(sum, amount).map_err(|_| Malformed)?;
            if coder.reads() {
                because.push(match kind {
                    ROUNDING => Because::Rounding { amount },
                    CAP => Because::Cap { amount },
                    HOLD_AT_MOST => Because::HoldAtMost { amount },
                    ADJUSTMENT => Because::Adjustment { amount },
                    rule => Because::Rule { rule: u32::try_from(rule - RULES).map_err(|_| Malformed)?, amount },
                });
            }
        }
        Ok(sum)
    }

    /// What the rounding of a sum added or took: down or up to as many decimals as the last time, or else itself.
    fn rounding(
        &mut self,
        coder: &mut dyn Coder,
        wallet: u64,
        sum: Decimal,
        amount: Decimal,
    ) -> Result<Decimal, Malformed> {
        let model = of(&mut self.earned, wallet)?;
        let to = |strategy| sum.round_dp_with_strategy(model.scale, strategy).checked_sub(sum);
        let down = to(RoundingStrategy::ToNegativeInfinity);
        let up = to(RoundingStrategy::ToPositiveInfinity);
        let how = match Some(amount) {
            given if given == down => 0,
            given if given == up => 1,
            _ => 2,
        };
        match model.rounded.code(coder, how)? {
            0 => down.ok_or(Malformed),
            1 => up.ok_or(Malformed),
            _ => {
                let amount = of(&mut self.parts, ROUNDING)?.amounts.code(coder, amount)?;
                let rounded = amount::add(sum, amount).map_err(|_| Malformed)?;
                of(&mut self.earned, wallet)?.scale = rounded.normalize().scale();
                Ok(amount)
            }
        }
    }

    /// What granted: mostly the parts of what was earned, in their order, each as that rule did the last time.
    pub fn granted(
        &mut self,
        coder: &mut dyn Coder,
        order: &mut SavedOrder,
        decisions: &[Decision],
    ) -> Result<(), Malformed> {
        let fired = self.grants.fired.code(coder, order.fired.len() as u64)?;
        for place in 0..fired as usize {
            coder.things(1)?;
            let rule = order.fired.get(place).copied().unwrap_or_default();
            let rule = self.grants.rules.narrow(coder, u64::from(rule))?;
            if coder.reads() {
                order.fired.push(rule);
            }
        }
        let told = decisions.iter().filter_map(|decision| match &decision.kind {
            Kind::Earned { wallet, because, .. } => Some((*wallet, because)),
            _ => None,
        });
        let mut told = told.flat_map(|(wallet, because)| {
            because.iter().filter_map(move |part| match part {
                Because::Rule { rule, amount } => Some((*rule, wallet, *amount)),
                _ => None,
            })
        });
        for place in 0.. {
            let given = if coder.reads() { None } else { order.grants.get(place) };
            if !self.grants.more.code(coder, given.is_some())? {
                break;
            }
            coder.things(2)?;
            let grant = self.grant(coder, told.next(), given)?;
            if coder.reads() {
                order.grants.push(grant);
            }
        }
        self.together(coder, &mut order.together)
    }

    /// Which of them were cut together by caps that are gone.
    fn together(&mut self, coder: &mut dyn Coder, together: &mut Together) -> Result<(), Malformed> {
        let models = &mut self.grants;
        let sets = models.together.code(coder, together.len() as u64)?;
        for set in 0..sets as usize {
            coder.things(1)?;
            let mut own = together.get(set).cloned().unwrap_or_default();
            let count = models.together.code(coder, own.len() as u64)?;
            own.resize(usize::try_from(count).map_err(|_| Malformed)?, 0);
            for place in &mut own {
                coder.things(1)?;
                *place = models.together.narrow(coder, u64::from(*place))?;
            }
            if coder.reads() {
                together.push(own);
            }
        }
        Ok(())
    }

    fn grant(
        &mut self,
        coder: &mut dyn Coder,
        told: Option<(u32, u16, Decimal)>,
        given: Option<&Grant>,
    ) -> Result<Grant, Malformed> {
        let models = &mut self.grants;
        let own = given.map_or((0, 0, Decimal::ZERO), |grant| (grant.rule, grant.wallet, grant.amount));
        let (rule, wallet, amount) = match told {
            Some(told) if models.as_told.code(coder, told == own)? => told,
            _ => (
                models.rules.narrow(coder, u64::from(own.0))?,
                models.wallets.narrow(coder, u64::from(own.1))?,
                models.amounts.code(coder, own.2)?,
            ),
        };
        let part = of(&mut self.parts, RULES + u64::from(rule))?;
        let own = given.map(|grant| (grant.base_rule, grant.effect, grant.basis.clone()));
        if let Some((base_rule, effect, basis)) = &part.basis
            && models.as_last.code(coder, own == part.basis)?
        {
            return Ok(Grant { rule, base_rule: *base_rule, effect: *effect, wallet, basis: basis.clone(), amount });
        }
        let (base_rule, effect, basis) = own.unwrap_or((0, 0, Basis::Fixed));
        let base_rule = models.rules.narrow(coder, u64::from(base_rule))?;
        let effect = models.effects.narrow(coder, u64::from(effect))?;
        let (kind, rates) = match &basis {
            Basis::Fixed => (0, [Decimal::ZERO; 3]),
            Basis::Rate(rate) => (1, [*rate, Decimal::ZERO, Decimal::ZERO]),
            Basis::Factor { rate, before, after } => (2, [*rate, *before, *after]),
            Basis::Share => (3, [Decimal::ZERO; 3]),
            Basis::Whole => (4, [Decimal::ZERO; 3]),
        };
        let kind = models.basis.code(coder, kind)?;
        let mut read = [Decimal::ZERO; 3];
        for ((place, column), (to, from)) in models.rates.iter_mut().enumerate().zip(read.iter_mut().zip(rates)) {
            if place == 0 && kind == 1 || kind == 2 {
                *to = column.code(coder, from)?;
            }
        }
        let [rate, before, after] = read;
        let (basis, effective) = match kind {
            0 => (Basis::Fixed, None),
            1 => (Basis::Rate(rate), Some(rate)),
            2 => {
                let step = amount::add(after, -before).ok();
                let effective = step.and_then(|step| amount::multiply(rate, step).ok());
                (Basis::Factor { rate, before, after }, effective)
            }
            3 => (Basis::Share, None),
            4 => (Basis::Whole, None),
            _ => return Err(Malformed),
        };
        part.rate = effective;
        part.basis = Some((base_rule, effect, basis.clone()));
        Ok(Grant { rule, base_rule, effect, wallet, basis, amount })
    }
}

impl Part {
    /// The amount of a part: the rule's rate times a number of the order, or itself.
    fn code(&mut self, coder: &mut dyn Coder, numbers: &[Decimal], amount: Decimal) -> Result<Decimal, Malformed> {
        let times = |rate, number: &Decimal| amount::multiply(rate, *number).ok();
        let follows = self.rate.and_then(|rate| times(rate, numbers.get(self.number)?));
        if let Some(follows) = follows
            && self.follows.code(coder, follows == amount)?
        {
            return Ok(follows);
        }
        let amount = self.amounts.code(coder, amount)?;
        if let Some(rate) = self.rate
            && let Some(number) = numbers.iter().position(|number| times(rate, number) == Some(amount))
        {
            self.number = number;
        }
        Ok(amount)
    }
}

impl Earned {
    fn code(
        &mut self,
        coder: &mut dyn Coder,
        event_at: i64,
        vesting: &mut Vesting,
        expires_at: &mut Option<i64>,
    ) -> Result<(), Malformed> {
        let (kind, at, event) = match *vesting {
            Vesting::Done => (0, 0, 0),
            Vesting::At(at) => (1, at, 0),
            Vesting::On { event, deadline } => (2, deadline, event),
        };
        *vesting = match self.vesting.code(coder, kind)? {
            0 => Vesting::Done,
            1 => Vesting::At(self.vests_at.code(coder, at, event_at)?),
            2 => {
                let event = self.event.narrow(coder, u64::from(event))?;
                Vesting::On { event, deadline: self.vests_at.code(coder, at, event_at)? }
            }
            _ => return Err(Malformed),
        };
        *expires_at = match self.expires.code(coder, expires_at.is_some())? {
            true => {
                let at = expires_at.unwrap_or_default();
                if self.last == 0 || !self.as_last.code(coder, at == self.last)? {
                    // An end of a month is some months after the last one, or as far from the event as before.
                    self.last = self.expires_at.code(coder, at, event_at)?;
                }
                Some(self.last)
            }
            false => None,
        };
        Ok(())
    }
}

/// A decision of that kind for a reader to fill.
fn blank(kind: usize) -> Result<Decision, Malformed> {
    let (entry, wallet, lot, amount, expires_at) = (0, 0, 0, Decimal::ZERO, None);
    let kind = match kind {
        EARNED => Kind::Earned { entry, wallet, amount, vesting: Vesting::Done, expires_at, because: Vec::new() },
        VESTED => Kind::Vested { entry, wallet, lot, amount, expires_at },
        EXPIRED => Kind::Expired { entry, wallet, lot, amount, not_vested: false },
        TAGGED => Kind::Tagged { tag: "".into() },
        OTHER => Kind::Erased,
        _ => return Err(Malformed),
    };
    Ok(Decision { at: 0, kind })
}
