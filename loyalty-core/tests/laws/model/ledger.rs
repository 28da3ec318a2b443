//! A member's ledger: lots, and one line of bookkeeping for every change of a figure.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::{Datelike, NaiveDate};

use super::calendar::{Micros, day, later, later_day, through};
use super::earn::Judgement;
use super::event::Event;
use super::kept::Kept;
use super::marks::Mark;
use super::number::{Exact, zero};
use super::pauses::Pause;
use super::program::{Activity, Dated, Expire, Flow, Length, Program, SpendOrder, Vest};
use super::reactions::Happened;
use super::standing::Standing;

#[derive(Debug, Clone)]
pub struct Lot {
    pub wallet: usize,
    /// The event that granted it.
    pub source: String,
    pub amount: Exact,
    pub earned_at: Micros,
    pub vesting: Vesting,
    /// When it did, if it had to wait.
    pub vested_at: Option<Micros>,
    pub end: End,
    /// From when on a pause moves its end, if it was there by then.
    pub counted_from: Micros,
    /// What ran out of it, as far as no clawback has found it gone.
    pub lapsed: Exact,
    /// When it did and for want of what, if that may come to be told.
    pub gone: Option<(Micros, Want)>,
    /// What returns have left of it that had not vested by then, with their instants.
    pub left_unvested: Vec<(Micros, Exact)>,
}

/// What would have kept points from running out.
#[derive(Debug, Clone, PartialEq)]
pub enum Want {
    Event(String),
    Activity(Length, Activity),
}

/// Points of before then wait, others have nothing to wait for.
fn vests_at(vests: Micros, earned: Micros) -> Vesting {
    if vests <= earned { Vesting::Done } else { Vesting::At(vests) }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Vesting {
    Done,
    At(Micros),
    On { event: String, deadline: Micros },
}

#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Never,
    /// Never, unless the wallet comes to say how long points live without activity.
    Open,
    At(Micros),
    /// They came back after their end, at that instant.
    Over(Micros),
    AfterVesting(Length),
    Idle(Length, Activity),
    /// By that, but not before an instant: they have come back.
    IdleAtLeast(Length, Activity, Micros),
}

/// What a figure of a wallet's account counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    Issued,
    Spent,
    Expired,
    ClawedBack,
    WrittenOff,
    Debt,
}

/// Points taken from a lot by a spending event.
#[derive(Debug, Clone)]
pub struct Use {
    pub lot: usize,
    pub amount: Exact,
    /// How often members had paid for something by then.
    pub payment: usize,
    /// A tender, which has paid for all of the order and not for its goods alone.
    pub tender: bool,
}

/// Points that a return did not find.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The order that came back; one that takes its place takes over what is missing.
    pub order: String,
    /// They had been spent, and had not run out.
    pub spent: bool,
    pub wallet: usize,
    pub amount: Exact,
    /// The payments up to this one were made before.
    pub payments: usize,
}

/// An event as the member knows it, with what became of it.
#[derive(Debug, Clone)]
pub struct Known {
    pub event: Event,
    /// It happened before the member joined: it counts nowhere.
    pub ignored: bool,
    /// It happened, or was bought, while the account rested.
    pub rested: bool,
    /// Another order has taken its place.
    pub replaced: bool,
    pub kept: Kept,
    pub judgement: Judgement,
    /// The rules that followed on it, or on a form before, and gave or took something; and how much of it set them off, in the
    /// form in which that was most.
    pub followed: BTreeMap<usize, Exact>,
    /// Once all of it has come back: the rules of which something stays, so that their limits are used up.
    pub stays: Vec<usize>,
    /// Per wallet.
    pub granted: BTreeMap<usize, Exact>,
    pub clawed: BTreeMap<usize, Exact>,
    pub uses: BTreeMap<usize, Vec<Use>>,
    pub restored: BTreeMap<usize, Exact>,
    /// What returns did not find and stays with the member, per rule and wallet and per wallet: caps still count it.
    pub had: BTreeMap<(usize, usize), Exact>,
    pub had_in: BTreeMap<usize, Exact>,
    /// What of the form before had vested when this one took its place, per wallet.
    pub had_vested: BTreeMap<usize, Exact>,
    /// What of it could be spent from the beginning, per wallet.
    pub at_once: BTreeMap<usize, Exact>,
    /// The levels to which it and the forms before it have led: the ladder, the level before, and the one since.
    pub made: Vec<(usize, usize, usize)>,
}

#[derive(Debug, Clone)]
pub struct Member<'p> {
    pub program: &'p Program,
    pub enrolled: Micros,
    pub clock: Micros,
    /// In the order of arrival.
    pub known: Vec<Rc<Known>>,
    /// In the order of their entries.
    pub lots: Vec<Lot>,
    pub book: Vec<(usize, Account, Exact)>,
    pub payments: usize,
    /// In the order of the returns.
    pub missing: Vec<Missing>,
    /// While an order is edited: the rules of which something stays of the form before.
    pub lasting: Vec<usize>,
    /// And those that followed on it, with how much of that is not yet made up for.
    pub followed: BTreeMap<usize, Exact>,
    /// Rules that undo wait until it is known how much less there is.
    pub edits: bool,
    /// A rule that has followed on it follows again: what goes by no amount has been done.
    pub again: bool,
    /// And what had vested of it, per wallet.
    pub had_vested: BTreeMap<usize, Exact>,
    /// What an edit has put back of points that are never given back, by wallet.
    pub lent: BTreeMap<usize, Exact>,
    /// The rules that have given or taken something since the event, without being on it.
    pub acted: Vec<usize>,
    /// By how much the event has set off each rule that follows.
    pub set_off: BTreeMap<usize, Exact>,
    /// The instants of what facts follow on, by their places.
    pub as_of: BTreeMap<usize, Micros>,
    /// The places of facts that no event and no time, but a rule that follows has brought about.
    pub of_followers: BTreeSet<usize>,
    /// Time passes, and no event happens.
    pub by_time: bool,
    /// Earning, spending and vesting in a wallet, with its instant; and the wait that a first earning starts.
    pub earned: Vec<(usize, Micros)>,
    pub spent: Vec<(usize, Micros)>,
    pub vested: Vec<(usize, Micros)>,
    pub waits: Vec<(usize, End, Micros)>,
    /// Everything that measures over a wallet may sum up.
    pub flows: Vec<(usize, Flow, Exact, Micros)>,
    /// Everything that was ever told of attributes and tags, and as of when.
    pub marks: Vec<(Mark, Micros)>,
    /// One for each ladder.
    pub standings: Vec<Standing>,
    pub pauses: Vec<Pause>,
    /// Rules that follow rest, for what happens does in a pause.
    pub resting: bool,
    /// Whether the member is in each segment that a rule watches.
    pub inside: Vec<bool>,
    pub happened: Vec<Happened>,
    /// Instants at which time alone may change something.
    pub wakes: BTreeSet<Micros>,
    /// By the place of a fact that points of an edited order vest: what had vested of it at most, and has of this form.
    pub vested_at: BTreeMap<usize, (Exact, Exact)>,
    /// By the place of a fact that points of one are earned that need not wait: what had waited and vested of it at most, and is there
    /// of this form.
    pub at_once_at: BTreeMap<usize, (Exact, Exact)>,
}

impl Known {
    pub fn new(event: &Event, minor: u32, ignored: bool) -> Known {
        Known {
            event: event.clone(),
            ignored,
            rested: false,
            replaced: false,
            kept: Kept::new(event, minor),
            judgement: Judgement::default(),
            followed: BTreeMap::new(),
            stays: vec![],
            granted: BTreeMap::new(),
            clawed: BTreeMap::new(),
            uses: BTreeMap::new(),
            restored: BTreeMap::new(),
            had: BTreeMap::new(),
            had_in: BTreeMap::new(),
            had_vested: BTreeMap::new(),
            at_once: BTreeMap::new(),
            made: vec![],
        }
    }
}

impl<'p> Member<'p> {
    pub fn new(program: &'p Program, enrolled: Micros) -> Member<'p> {
        let mut member = Member {
            program,
            enrolled,
            clock: enrolled,
            known: vec![],
            lots: vec![],
            book: vec![],
            payments: 0,
            missing: vec![],
            lasting: vec![],
            followed: BTreeMap::new(),
            edits: false,
            again: false,
            had_vested: BTreeMap::new(),
            lent: BTreeMap::new(),
            acted: vec![],
            set_off: BTreeMap::new(),
            as_of: BTreeMap::new(),
            of_followers: BTreeSet::new(),
            by_time: false,
            earned: vec![],
            spent: vec![],
            vested: vec![],
            waits: vec![],
            flows: vec![],
            marks: vec![],
            standings: program.ladders.iter().map(|_| Standing::new(enrolled)).collect(),
            pauses: vec![],
            resting: false,
            inside: vec![],
            happened: vec![],
            wakes: BTreeSet::new(),
            vested_at: BTreeMap::new(),
            at_once_at: BTreeMap::new(),
        };
        member.note_instant(enrolled);
        member.inside = (0..program.segments.len()).map(|segment| member.is_in(segment, enrolled)).collect();
        member
    }

    pub fn note(&mut self, wallet: usize, account: Account, amount: Exact) {
        self.book.push((wallet, account, amount));
    }

    pub fn figure(&self, wallet: usize, account: Account) -> Exact {
        let lines = self.book.iter().filter(|(of, to, _)| (*of, *to) == (wallet, account));
        lines.map(|(_, _, amount)| amount).sum()
    }

    pub fn available(&self, wallet: usize) -> Exact {
        self.lots.iter().filter(|lot| lot.wallet == wallet && lot.vesting == Vesting::Done).map(|lot| &lot.amount).sum()
    }

    pub fn pending(&self, wallet: usize) -> Exact {
        self.lots.iter().filter(|lot| lot.wallet == wallet && lot.vesting != Vesting::Done).map(|lot| &lot.amount).sum()
    }

    pub fn add_lot(&mut self, wallet: usize, source: &str, amount: Exact, at: Micros, vest: &Vest, expire: &Expire) {
        let zone = self.program.zone;
        let vesting = match vest {
            Vest::AtOnce => Vesting::Done,
            Vest::After(length) => Vesting::At(later(zone, at, *length)),
            Vest::At(day) => vests_at(super::calendar::start(zone, *day), at),
            // What ends then as a life would: the midnight after the period, and the one before the day.
            Vest::EndOf { period, after } => {
                let form = Expire::EndOf { period: *period, after: *after };
                match self.end_of(&form, at, true) {
                    End::At(end) => vests_at(end, at),
                    _ => Vesting::Done,
                }
            }
            Vest::OnDayOfNextYear { month, day: of_month } => {
                let first = self.in_next_year(*month, *of_month, day(zone, at));
                vests_at(super::calendar::start(zone, first), at)
            }
            Vest::OnDayOfNextMonth { day: of_month } => {
                let first = self.in_next_month(*of_month, day(zone, at));
                vests_at(super::calendar::start(zone, first), at)
            }
            Vest::EndOfMembership { of, after } => {
                let form = Expire::EndOfMembership { of: *of, after: *after };
                match self.end_of(&form, at, true) {
                    End::At(end) => vests_at(end, at),
                    _ => Vesting::Done,
                }
            }
            Vest::OnDay { month, day: of_month, after } => {
                let reached = after.map_or(day(zone, at), |after| later_day(day(zone, at), after));
                let in_year = |year| NaiveDate::from_ymd_opt(year, *month, *of_month).filter(|day| *day >= reached);
                let first = (reached.year()..).find_map(in_year).expect("the day comes again");
                vests_at(super::calendar::start(zone, first), at)
            }
            Vest::On { event, within } => Vesting::On { event: event.clone(), deadline: through(zone, at, *within) },
        };
        let end = self.end_of(expire, at, vesting == Vesting::Done);
        let (source, lapsed) = (source.to_owned(), zero());
        let (amount_of, vested_at) = (amount.clone(), None);
        let lot = Lot {
            wallet,
            source,
            amount: amount_of,
            earned_at: at,
            vesting,
            vested_at,
            end,
            counted_from: at,
            lapsed,
            gone: None,
            left_unvested: vec![],
        };
        let spendable = Lot { vesting: Vesting::Done, ..lot.clone() };
        self.start_clock(&spendable, at);
        self.note(wallet, Account::Issued, amount.clone());
        let at_once = lot.vesting == Vesting::Done;
        self.flows.push((wallet, Flow::Earned, amount.clone(), at));
        if at_once {
            self.flows.push((wallet, Flow::Vested, amount.clone(), at));
        }
        self.note_instant(at);
        self.happened.push(Happened::Moved { flow: Flow::Earned, wallet, amount: amount.clone(), at, at_once });
        self.lots.push(lot);
        self.settle(self.lots.len() - 1);
        self.run_out_since(self.lots.len() - 1, at);
    }

    /// Pays debt from points that have just become available.
    pub fn settle(&mut self, lot: usize) {
        if self.lots[lot].vesting != Vesting::Done {
            return;
        }
        let wallet = self.lots[lot].wallet;
        let paid = self.figure(wallet, Account::Debt).min(self.lots[lot].amount.clone());
        if paid > zero() {
            self.lots[lot].amount -= &paid;
            self.note(wallet, Account::Debt, -paid);
        }
    }

    pub fn vest(&mut self, lot: usize, at: Micros) {
        let wallet = self.lots[lot].wallet;
        self.bring_back(wallet, at, |without| !matches!(without, Activity::Events(_)));
        self.lots[lot].vesting = Vesting::Done;
        self.lots[lot].vested_at = Some(at);
        if let End::AfterVesting(length) = self.lots[lot].end {
            self.lots[lot].end = End::At(through(self.program.zone, at, length));
            // A pause that is over before such an end begins to count does not move it.
            let over = self.pauses.iter().filter_map(|pause| pause.to).filter(|to| *to <= at).max();
            self.lots[lot].counted_from = over.into_iter().fold(self.lots[lot].counted_from, Micros::max);
        }
        // What a later form has taken over by then waits anew by that form.
        let form = match self.taken_over(&self.lots[lot]) {
            Some((from, length, without)) if self.lots[lot].end == End::Open && from <= day(self.program.zone, at) => {
                End::Idle(length, without)
            }
            _ => self.lots[lot].end.clone(),
        };
        self.vested.push((wallet, at));
        self.start_clock(&Lot { end: form, ..self.lots[lot].clone() }, at);
        let amount = self.lots[lot].amount.clone();
        if amount > zero() {
            self.flows.push((wallet, Flow::Vested, amount.clone(), at));
            self.note_instant(at);
            self.vested_of_forms(lot);
            self.tell_moved(Flow::Vested, wallet, &amount, at);
        }
        self.settle(lot);
        self.run_out_since(lot, at);
    }

    /// Notes what had vested of forms before of the order that a lot is of, which has just vested.
    fn vested_of_forms(&mut self, lot: usize) {
        let (wallet, amount, source) = (self.lots[lot].wallet, &self.lots[lot].amount, &self.lots[lot].source);
        let since = self.clock - Micros::from(self.program.returns_days) * super::DAY;
        let mut next = Some(source.clone());
        let mut had = zero();
        let mut granted = None;
        while let Some(known) = next.and_then(|id| self.known.iter().find(|known| known.event.id == id)) {
            if granted.is_none() && known.event.at < since {
                return;
            }
            granted.get_or_insert_with(|| known.granted.get(&wallet).cloned().unwrap_or_else(zero));
            had = had.max(known.had_vested.get(&wallet).cloned().unwrap_or_else(zero));
            next = known.event.text("replaces").filter(|_| known.event.at >= since).map(str::to_owned);
        }
        let waits = |lot: &&Lot| lot.wallet == wallet && lot.source == *source && lot.vesting != Vesting::Done;
        let pending: Exact = self.lots.iter().filter(waits).map(|lot| &lot.amount).sum();
        let has = granted.unwrap_or_else(zero) - pending - amount;
        if had > zero() {
            self.vested_at.insert(self.happened.len(), (had, has));
        }
    }

    /// Of what an edited order has just granted, as much vests at once as had vested of the form before.
    pub fn carry(&mut self, wallet: usize, source: &str, (granted, had): (&Exact, &Exact), at: Micros) {
        let waits = |lot: &Lot| lot.wallet == wallet && lot.source == source && lot.vesting != Vesting::Done;
        let pending: Exact = self.lots.iter().filter(|lot| waits(lot)).map(|lot| &lot.amount).sum();
        let mut left = pending - (granted - had).max(zero());
        for number in 0..self.lots.len() {
            if left <= zero() || !waits(&self.lots[number]) {
                continue;
            }
            let part = self.lots[number].amount.clone().min(left.clone());
            left -= &part;
            let mut vests = number;
            if part < self.lots[number].amount {
                self.lots[number].amount -= &part;
                vests = self.lots.len();
                self.lots.push(Lot { amount: part, lapsed: zero(), ..self.lots[number].clone() });
            }
            self.vest(vests, at);
            if let Some(Happened::Moved { flow: Flow::Vested, at_once, .. }) = self.happened.last_mut() {
                *at_once = true;
            }
        }
    }

    /// The next instant at which time alone does something to a lot.
    pub fn next_due(&self) -> Option<Micros> {
        self.lots_due().map(|(at, ..)| at).min()
    }

    /// What comes next to each lot: when, whether it is gone then, its wallet and number.
    fn lots_due(&self) -> impl Iterator<Item = (Micros, bool, usize, usize)> {
        self.lots.iter().enumerate().filter_map(|(index, lot)| match &lot.vesting {
            _ if lot.amount == zero() => None,
            Vesting::At(at) => Some((*at, false, lot.wallet, index)),
            Vesting::On { deadline, .. } => Some((*deadline, true, lot.wallet, index)),
            Vesting::Done => self.runs_out_at(lot).map(|end| (end, true, lot.wallet, index)),
        })
    }

    /// Lets vest what is due by `at`, then lets run out what is.
    pub fn pass_lots(&mut self, at: Micros) {
        while let Some((_, over, wallet, lot)) =
            self.lots_due().filter(|(due, ..)| *due <= at).min_by_key(|(_, over, wallet, lot)| (*over, *wallet, *lot))
        {
            if over {
                self.lots[lot].gone = self.wanted(lot, at);
                let amount = std::mem::replace(&mut self.lots[lot].amount, zero());
                self.lots[lot].vesting = Vesting::Done;
                self.lots[lot].lapsed += &amount;
                self.flows.push((wallet, Flow::Expired, amount.clone(), at));
                self.note_instant(at);
                self.tell_moved(Flow::Expired, wallet, &amount, at);
                self.note(wallet, Account::Expired, amount);
            } else {
                self.vest(lot, at);
            }
        }
    }

    /// The spendable lots of a wallet in the order in which they go.
    pub fn spending_order(&self, wallet: usize, at: Micros) -> Vec<usize> {
        let spendable = |lot: &Lot| lot.wallet == wallet && lot.vesting == Vesting::Done && lot.amount > zero();
        let policy = self.program.wallets[wallet].on(day(self.program.zone, at));
        let mut lots: Vec<usize> = (0..self.lots.len()).filter(|index| spendable(&self.lots[*index])).collect();
        lots.sort_by_key(|index| {
            let lot = &self.lots[*index];
            let end = match policy.spend {
                SpendOrder::Oldest => 0,
                SpendOrder::SoonestExpiring => self.ends_at(lot).unwrap_or(Micros::MAX),
            };
            (end, lot.earned_at, *index)
        });
        lots
    }

    /// Takes up to `wanted` from those lots in turn.
    pub fn take(&mut self, lots: &[usize], wanted: &Exact) -> Vec<Use> {
        let mut left = wanted.clone();
        let mut uses = vec![];
        for lot in lots {
            let amount = self.lots[*lot].amount.clone().min(left.clone());
            if amount > zero() {
                self.lots[*lot].amount -= &amount;
                left -= &amount;
                uses.push(Use { lot: *lot, amount, payment: self.payments, tender: false });
            }
        }
        uses
    }
}
