//! How far members are in challenges, by name.

use rust_decimal::Decimal;

use super::counters::Regrouped;
use super::rewards::SavedUse;
use super::saved::saved;
use super::values::{Amount, Moment};
use super::{MigrationReport, Snapshot, StateError};
use crate::engine::challenges::{self, ChallengeState, Done, Edited, Ever, Given, Shield, WindowState};
use crate::engine::member::Member;
use crate::engine::undo::Kept;
use crate::plan::Plan;
use crate::sorting::Arrange as _;
use crate::time::Instant;

#[derive(Default)]
pub struct SavedChallenge {
    name: String,
    opted_in: Vec<Moment>,
    times: u32,
    first_done: Option<Moment>,
    length: u32,
    best: u32,
    frozen: Vec<i64>,
    windows: Vec<SavedWindow>,
    edited: Vec<SavedEdited>,
    shields: Vec<SavedShield>,
}

saved! {
    SavedChallenge { name, opted_in, times, first_done, length, best, frozen, windows } unless empty { edited, shields }
}

/// What a streak was kept with over a period.
#[derive(Default)]
struct SavedShield {
    period: i64,
    wallet: String,
    entry: u64,
    at: Moment,
    uses: Vec<SavedUse>,
}

saved! { SavedShield { period, wallet, entry, at, uses } }

/// An edited order of which something is used up.
#[derive(Default)]
struct SavedEdited {
    /// Digest of the order's id.
    order: u64,
    at: Moment,
    lacks: Vec<(i64, Amount)>,
    window: i64,
    counts: Amount,
}

saved! { SavedEdited { order, at, lacks, window, counts } }

#[derive(Default)]
struct SavedWindow {
    key: i64,
    from: Option<Moment>,
    to: Option<Moment>,
    goals: Vec<Amount>,
    used: Amount,
    rounds: u32,
    met: u16,
    told: Amount,
    told_at: i64,
    since: Option<Moment>,
    done: Vec<SavedDone>,
}

saved! { SavedWindow { key, from, to, goals, used, rounds, met, told, told_at, since, done } }

#[derive(Default)]
struct SavedDone {
    goal: u16,
    /// That of the time at which it was met.
    window: i64,
    round: u32,
    at: Moment,
    told: Moment,
    used: Amount,
    since: Option<Moment>,
    /// By the name of the wallet.
    granted: Vec<(String, Amount)>,
    counted: Vec<(String, Amount)>,
    coupons: Vec<u64>,
    given: Vec<SavedGiven>,
}

saved! {
    SavedDone { goal, window, round, at, told, used, since, granted, coupons, given } unless empty { counted }
}

/// A badge, a tag, or a level of a ladder, each by its name.
enum SavedGiven {
    Badge(String, String, String),
    Tag(String),
    Level(String, SavedLevel, Vec<SavedLevel>),
}

saved! { SavedGiven: "badge" = Badge(badge, level, from), "tag" = Tag(tag), "level" = Level(ladder, level, instead_of) }

impl Default for SavedGiven {
    fn default() -> Self {
        Self::Tag(String::new())
    }
}

/// A level with its end.
type SavedLevel = (String, Option<Moment>);

/// An end of time is no instant.
fn moment(at: i64) -> Option<Moment> {
    (at != i64::MIN && at != i64::MAX).then_some(Moment(at))
}

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedChallenge> {
    let all = plan.challenges.iter().zip(&member.challenges);
    let begun = all.filter(|(_, state)| **state != ChallengeState::default());
    begun.map(|(challenge, state)| saved(plan, &challenge.name, state)).collect()
}

fn saved(plan: &Plan, name: &str, state: &ChallengeState) -> SavedChallenge {
    SavedChallenge {
        name: name.to_owned(),
        opted_in: state.opted_in.iter().copied().map(Moment).collect(),
        times: state.times,
        first_done: state.first_done.map(Moment),
        length: state.length,
        best: state.best,
        frozen: state.frozen.to_vec(),
        windows: state.windows.iter().map(|window| saved_window(plan, window)).collect(),
        edited: state.edited.iter().map(saved_edited).collect(),
        shields: state.shields.iter().map(|shield| saved_shield(plan, shield)).collect(),
    }
}

fn saved_shield(plan: &Plan, shield: &Shield) -> SavedShield {
    let wallet = plan.wallets.get(usize::from(shield.wallet)).map_or(String::new(), |wallet| wallet.name.to_string());
    let uses = shield.uses.iter().map(SavedUse::of).collect();
    SavedShield { period: shield.period, wallet, entry: shield.entry, at: Moment(shield.at), uses }
}

/// Takes over what streaks were kept with in wallets that the program still has.
fn shields(
    plan: &Plan,
    member: &Member,
    saved: &Snapshot,
    challenge: &SavedChallenge,
) -> Result<Vec<Shield>, StateError> {
    let damaged = || StateError::new(format!("challenge `{}` was kept with what was never spent", challenge.name));
    let mut found = Vec::new();
    for SavedShield { period, wallet, entry, at, uses } in &challenge.shields {
        Instant::from_micros(at.0).ok_or_else(damaged)?;
        let Some(number) = plan.wallets.iter().position(|known| *known.name == **wallet) else { continue };
        let spent = member.wallets.get(number).map(|state| state.spent).unwrap_or_default();
        let uses = SavedUse::restored(plan, saved, number, uses);
        let sum = crate::amount::sum(uses.iter().map(|used| used.amount)).map_err(|_| damaged())?;
        if sum > spent || uses.iter().any(|used| used.amount <= Decimal::ZERO) {
            return Err(damaged());
        }
        found.push(Shield { period: *period, wallet: number as u16, entry: *entry, at: at.0, uses });
    }
    found.arrange_by_key(|shield| shield.period);
    Ok(found)
}

fn saved_edited(edited: &Edited) -> SavedEdited {
    SavedEdited {
        order: edited.order,
        at: Moment(edited.at),
        lacks: edited.lacks.iter().map(|(key, lacks)| (*key, Amount(*lacks))).collect(),
        window: edited.key,
        counts: Amount(edited.counts),
    }
}

/// What of a challenge edited orders have used up.
fn edited(saved: &SavedChallenge) -> Result<Vec<Edited>, StateError> {
    let negative =
        |edited: &Edited| edited.counts < Decimal::ZERO || edited.lacks.iter().any(|(_, lacks)| *lacks < Decimal::ZERO);
    let edited = saved.edited.iter().map(|edited| Edited {
        order: edited.order,
        at: edited.at.0,
        lacks: edited.lacks.iter().map(|(key, lacks)| (*key, lacks.0)).collect(),
        key: edited.window,
        counts: edited.counts.0,
    });
    let edited: Vec<Edited> = edited.collect();
    match edited.iter().any(|edited| negative(edited) || edited.uses().is_err()) {
        true => Err(StateError::new(format!("challenge `{}` has used up less than nothing", saved.name))),
        false => Ok(edited),
    }
}

fn saved_window(plan: &Plan, window: &WindowState) -> SavedWindow {
    let by_wallet = |amounts: &[(u16, Decimal)]| {
        let named = |wallet: u16| crate::wire::json::wallet_name(plan, wallet).to_owned();
        amounts.iter().map(|(wallet, amount)| (named(*wallet), Amount(*amount))).collect()
    };
    let done = window.done.iter().map(|done| SavedDone {
        goal: done.goal,
        window: done.window,
        round: done.round,
        at: Moment(done.at),
        told: Moment(done.told),
        used: Amount(done.used),
        since: moment(done.since),
        granted: by_wallet(&done.granted),
        counted: by_wallet(&done.counted),
        coupons: done.coupons.clone(),
        given: done.given.iter().filter_map(|given| saved_given(plan, given)).collect(),
    });
    SavedWindow {
        key: window.key,
        from: moment(window.from),
        to: moment(window.to),
        goals: window.goals.iter().copied().map(Amount).collect(),
        used: Amount(window.used),
        rounds: window.rounds,
        met: window.met,
        told: Amount(window.told),
        told_at: window.told_at,
        since: moment(window.since),
        done: done.collect(),
    }
}

fn saved_given(plan: &Plan, given: &Given) -> Option<SavedGiven> {
    Some(match given {
        Given::Badge { badge, level, from } => {
            SavedGiven::Badge(badge.to_string(), level.to_string(), from.to_string())
        }
        Given::Tag(tag) => SavedGiven::Tag(tag.to_string()),
        Given::Level { ladder, level, instead_of } => {
            let ladder = plan.ladders.get(usize::from(*ladder))?;
            let saved = |(level, end): &(u16, i64)| -> Option<SavedLevel> {
                Some((ladder.levels.get(usize::from(*level))?.to_string(), moment(*end)))
            };
            let instead_of = instead_of.iter().filter_map(saved).collect();
            SavedGiven::Level(ladder.name.to_string(), saved(level)?, instead_of)
        }
    })
}

fn restored_given(plan: &Plan, given: &SavedGiven) -> Option<Given> {
    Some(match given {
        SavedGiven::Badge(badge, level, from) => {
            Given::Badge { badge: badge.as_str().into(), level: level.as_str().into(), from: from.as_str().into() }
        }
        SavedGiven::Tag(tag) => Given::Tag(tag.as_str().into()),
        SavedGiven::Level(name, level, instead_of) => {
            let ladder = plan.ladders.iter().position(|ladder| *ladder.name == **name)?;
            let levels = &plan.ladders.get(ladder)?.levels;
            let restored = |(level, end): &SavedLevel| -> Option<(u16, i64)> {
                let place = levels.iter().position(|known| **known == **level)?;
                Some((place as u16, end.map_or(i64::MAX, |end| end.0)))
            };
            let instead_of = instead_of.iter().filter_map(restored).collect();
            Given::Level { ladder: ladder as u16, level: restored(level)?, instead_of }
        }
    })
}

/// By challenge: windows that the program has no more.
pub type Replaced = Vec<(usize, Vec<WindowState>)>;

/// Takes over what the program still has.
pub fn restore(
    plan: &Plan,
    member: &mut Member,
    saved: &Snapshot,
    regrouped: &[Regrouped],
    report: &mut MigrationReport,
) -> Result<Replaced, StateError> {
    let mut replaced = Vec::new();
    for challenge in &saved.challenges {
        let Some(number) = plan.challenge_named(&challenge.name) else {
            report.dropped.push(format!("challenge `{}`, done {} times", challenge.name, challenge.times));
            continue;
        };
        let mut opted_in: Vec<i64> = challenge.opted_in.iter().map(|at| at.0).collect();
        let mut windows: Vec<WindowState> = challenge.windows.iter().map(|window| restored(plan, window)).collect();
        let (mut frozen, mut shields) = (challenge.frozen.clone(), shields(plan, member, saved, challenge)?);
        let negative = |window: &WindowState| window.used < Decimal::ZERO;
        if windows.iter().any(negative) {
            return Err(StateError::new(format!("challenge `{}` has used up less than nothing", challenge.name)));
        }
        let of_before = windows.extract_if(.., |window| !challenges::is_window(plan, member, number, window));
        let of_before: Vec<WindowState> = of_before.collect();
        // Of a streak that goes by other periods nobody knows which of them it was kept over.
        let other_periods = regrouped.iter().any(|other| challenges::is_streak_by(plan, number, other.tally));
        if !of_before.is_empty() || (other_periods && !frozen.is_empty()) {
            report.loses(format!(
                "the windows of challenge `{}`, which are none any more: what met a goal in them is used up, and its reward stays",
                challenge.name
            ));
        }
        replaced.push((number, of_before));
        if other_periods {
            frozen.clear();
            shields.clear();
        }
        windows.arrange_by_key(|window| window.key);
        windows.dedup_by_key(|window| window.key);
        opted_in.arrange();
        frozen.arrange();
        let ever = Ever {
            times: challenge.times,
            first_done: challenge.first_done.map(|at| at.0),
            length: challenge.length,
            best: challenge.best,
        };
        let (opted_in, windows, frozen) = (opted_in.into(), windows.into(), frozen.into());
        let (edited, shields) = (edited(challenge)?.into(), shields.into());
        let state = ChallengeState { opted_in, windows, frozen, shields, edited, ever: Kept::new(ever) };
        if let Some(place) = member.challenges.get_mut(number) {
            *place = state;
        }
    }
    Ok(replaced)
}

/// Uses up in the windows of the program what met goals in those that it has no more.
pub fn use_up(plan: &Plan, member: &mut Member, replaced: &Replaced) -> Result<(), StateError> {
    for (number, windows) in replaced {
        for window in windows {
            let used = challenges::use_up(plan, member, *number, window);
            used.map_err(|_| StateError::new("a challenge in which too much was done"))?;
        }
    }
    Ok(())
}

fn restored(plan: &Plan, window: &SavedWindow) -> WindowState {
    let wallet = |name: &str| plan.wallets.iter().position(|wallet| *wallet.name == *name).map(|at| at as u16);
    let by_wallet = |amounts: &[(String, Amount)]| {
        amounts.iter().filter_map(|(name, amount)| Some((wallet(name)?, amount.0))).collect()
    };
    let done = window.done.iter().map(|done| Done {
        goal: done.goal,
        window: done.window,
        round: done.round,
        at: done.at.0,
        told: done.told.0,
        used: done.used.0,
        since: done.since.map_or(i64::MIN, |at| at.0),
        granted: by_wallet(&done.granted),
        counted: by_wallet(&done.counted),
        coupons: done.coupons.clone(),
        given: done.given.iter().filter_map(|given| restored_given(plan, given)).collect(),
    });
    WindowState {
        key: window.key,
        from: window.from.map_or(i64::MIN, |at| at.0),
        to: window.to.map_or(i64::MAX, |at| at.0),
        goals: window.goals.iter().map(|goal| goal.0).collect(),
        used: window.used.0,
        rounds: window.rounds,
        met: window.met,
        told: window.told.0,
        told_at: window.told_at,
        since: window.since.map_or(i64::MIN, |at| at.0),
        done: done.collect(),
    }
}

/// Whether the goals of a program that has changed would be met at once.
pub fn judged_anew(plan: &Plan, member: &Member) -> bool {
    (0..plan.challenges.len()).any(|challenge| challenges::would_change(plan, member, challenge, member.clock))
}
