//! A case played from its first step to its last, in one of several ways that must make no difference.

use std::collections::BTreeMap;

use loyalty_core::{Counters, EventError, Instant, Member, Outcome, Program, event_head};
use serde_json::Value;

use crate::case::{Case, Step};

/// How a case is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Plain,
    /// Every event comes twice.
    Twice,
    /// The state is saved as JSON and loaded after every step.
    ThroughJson,
    /// The same in the binary form.
    ThroughBinary,
    /// Time passes in several steps up to every event and every advance.
    InSteps,
}

/// What a case came to.
#[derive(Default, PartialEq)]
pub struct Played {
    /// The outcome or error of every event and every advance, as JSON.
    pub outcomes: Vec<String>,
    /// The member at the latest instant that the case names.
    pub view: String,
    /// The member's state as it would be kept.
    pub state: String,
    /// What did not hold, each with its line.
    pub failures: Vec<String>,
}

/// What the last event or advance gave.
type Given = Result<Outcome, EventError>;

struct Player<'c> {
    way: Way,
    programs: &'c [Program],
    /// The one in force.
    current: usize,
    members: BTreeMap<String, Member>,
    /// The id of the one at hand.
    member: String,
    /// When members join, unless a step says it.
    enrolled_at: Instant,
    /// Where the accounts went that were merged into others.
    merged: BTreeMap<String, String>,
    /// Events for other members, not delivered yet.
    outgoing: Vec<String>,
    now: Option<Instant>,
    last: Option<Given>,
    /// Where the counters over all members stand, once a step has said so.
    counters: Option<Counters>,
    /// The last quote.
    quoted: Value,
    /// The last standings.
    standings: Value,
    played: Played,
}

/// Plays a case by its programs.
pub fn play(case: &Case, programs: &[Program], way: Way) -> Played {
    let mut player = Player {
        way,
        programs,
        current: 0,
        members: BTreeMap::new(),
        member: case.member.clone(),
        enrolled_at: case.enrolled_at,
        merged: BTreeMap::new(),
        outgoing: Vec::new(),
        now: None,
        last: None,
        counters: None,
        quoted: Value::Null,
        standings: Value::Null,
        played: Played::default(),
    };
    player.join(&case.member, case.enrolled_at);
    for (line, step) in &case.steps {
        if let Err(failure) = player.step(step) {
            player.played.failures.push(format!("{}:{line}: {failure}", case.name));
        }
    }
    if let Err(failure) = player.fine() {
        player.played.failures.push(format!("{}: {failure}", case.name));
    }
    if player.current + 1 < programs.len() {
        player.played.failures.push(format!("{}: there is a program that no step comes to", case.name));
    }
    let program = &player.programs[player.current];
    let states: Vec<String> = player.members.values().map(|member| program.save(member)).collect();
    let views = player.members.values().map(|member| program.view(member, case.ends_at()).to_json());
    player.played.view = views.collect::<Vec<_>>().join("\n");
    player.played.state = states.join("\n");
    player.played
}

impl Player<'_> {
    fn program(&self) -> &Program {
        &self.programs[self.current]
    }

    fn at_hand(&self) -> &Member {
        &self.members[&self.member]
    }

    /// Enrols a member that is not known yet.
    fn join(&mut self, id: &str, at: Instant) {
        if !self.members.contains_key(id) {
            let member = self.program().enroll(id, at).unwrap();
            self.members.insert(id.to_owned(), member);
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Event(json) => self.event(&self.member.clone(), json)?,
            Step::Advance(to) => {
                let id = self.member.clone();
                self.come_near(&id, Some(*to))?;
                let (program, member) = (&self.programs[self.current], self.members.get_mut(&id).unwrap());
                let given = match &self.counters {
                    Some(counters) => program.advance_with(member, *to, counters.clone()),
                    None => program.advance(member, *to),
                };
                self.note(given)?;
            }
            Step::Now(now) => self.now = Some(*now),
            Step::Counters(counters) => self.counters = Some(counters.clone()),
            Step::Quote(json) => self.quote(json)?,
            Step::NextProgram => {
                let program = &self.programs[self.current];
                self.current += 1;
                let next = self.programs.get(self.current).ok_or("there is no next program")?;
                for member in self.members.values_mut() {
                    *member = next.load(&program.save(member)).map_err(|error| error.to_string())?.member;
                }
            }
            Step::Expect(path, wanted) => {
                self.fine()?;
                let view = self.program().view(self.at_hand(), self.at_hand().clock()).to_json();
                let view: Value = serde_json::from_str(&view).map_err(|error| error.to_string())?;
                let found = match (path.strip_prefix("quote."), path.strip_prefix("standings.")) {
                    (Some(path), _) => look(&self.quoted, path),
                    (_, Some(path)) => look(&self.standings, path),
                    _ => look(&view, path),
                };
                if found != Some(wanted) {
                    let found = found.map_or("nothing".to_owned(), Value::to_string);
                    return Err(format!("expected {path} {wanted}, found {found}"));
                }
            }
            Step::Refused(code) => match self.last.take() {
                Some(Err(error)) if error.code().as_str() == code => {}
                Some(Err(error)) => return Err(format!("expected `{code}`, was refused with {}", error.to_json())),
                _ => return Err(format!("expected `{code}`, was taken")),
            },
            Step::Replayed => match &self.last {
                Some(Ok(outcome)) if outcome.replayed() => {}
                _ => return Err("expected a replay".to_owned()),
            },
            _ => self.between_members(step)?,
        }
        self.conserved()?;
        self.save_and_load()
    }

    /// What concerns several members, or an account as a whole.
    fn between_members(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Member(id, at) => {
                self.join(id, at.unwrap_or(self.enrolled_at));
                self.member.clone_from(id);
            }
            Step::Deliver => {
                for json in std::mem::take(&mut self.outgoing) {
                    let to = event_head(json.as_bytes()).ok().and_then(|head| head.member).ok_or("nobody")?;
                    let to = self.merged.get(&to).cloned().unwrap_or(to);
                    self.join(&to, self.enrolled_at);
                    self.event(&to, &json)?;
                }
            }
            Step::Undelivered => {
                for json in std::mem::take(&mut self.outgoing) {
                    let back = self.program().send_back(&json).map_err(|error| error.to_json())?;
                    self.outgoing.push(back);
                }
            }
            Step::Merge(id, at) => {
                for id in [self.member.clone(), id.clone()] {
                    self.come_near(&id, Some(*at))?;
                }
                self.twice(|player| {
                    let program = &player.programs[player.current];
                    let mut from = player.members[id].clone();
                    let merged = program.merge(player.members.get_mut(&player.member).unwrap(), &mut from, *at);
                    player.members.insert(id.clone(), from);
                    if merged.is_ok() {
                        player.merged.insert(id.clone(), player.member.clone());
                    }
                    merged.map(|(into, from)| vec![into, from])
                })?;
            }
            Step::Erase(pseudonym, at) => {
                self.come_near(&self.member.clone(), Some(*at))?;
                let mut member = self.members.remove(&self.member).unwrap();
                let erased = self.program().erase(&mut member, pseudonym, *at);
                self.member = member.id().to_owned();
                self.members.insert(self.member.clone(), member);
                self.note(erased)?;
            }
            Step::Standings(name, at, asked) => self.standings(name, *at, asked)?,
            Step::PoolSpend(ids, payment) => {
                self.pool(ids, payment.at, |program, members| program.pool_spend(members, payment))?;
            }
            Step::PoolGiveBack(ids, back) => {
                self.pool(ids, back.at, |program, members| program.pool_give_back(members, back))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The standings of all members: the same one by one, the other way round, and in two parts. The events of those who win
    /// something are held ready for `deliver`.
    fn standings(&mut self, name: &str, at: Instant, asked: &Value) -> Result<(), String> {
        let before = self.fine();
        let members: Vec<&Member> = self.members.values().collect();
        let program = self.program();
        let number = |key: &str| asked[key].as_u64().map(|number| number as usize);
        let begin = || {
            let mut board = match asked["closed"] == true {
                true => program.closed_leaderboard(name, at),
                false => program.leaderboard(name, at),
            }?;
            if let Some(top) = number("top") {
                board = board.top(top)?;
            }
            if let Some(member) = asked["around"].as_str().and_then(|id| self.members.get(id)) {
                board = board.around(member, number("neighbours").unwrap_or(2))?;
            }
            Ok::<_, EventError>(board)
        };
        let add = |members: &[&Member]| -> Result<_, EventError> {
            let mut board: loyalty_core::Leaderboard = begin()?;
            for member in members {
                board.add(member)?;
            }
            Ok(board)
        };
        let given = add(&members).and_then(|board| board.finish());
        if let Ok(standings) = &given {
            let reversed: Vec<&Member> = members.iter().rev().copied().collect();
            let (one, two) = reversed.split_at(members.len() / 2);
            let mut parts = add(one).map_err(|error| error.to_json())?;
            parts.merge(&add(two).map_err(|error| error.to_json())?).map_err(|error| error.to_json())?;
            if parts.finish().as_ref() != Ok(standings) {
                return Err("the standings of two parts are others".to_owned());
            }
        }
        let text = match &given {
            Ok(standings) => standings.to_json(),
            Err(error) => error.to_json(),
        };
        if let Ok(standings) = &given {
            self.outgoing.extend(standings.rows().filter_map(|row| row.event()).map(ToString::to_string));
        }
        self.standings = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        self.played.outcomes.push(text);
        self.last = given.err().map(Err);
        before
    }

    /// Something that several members do, in the order of their ids in the step.
    fn pool(
        &mut self,
        ids: &[String],
        at: Instant,
        act: impl Fn(&Program, &mut [&mut Member]) -> Result<Vec<Outcome>, EventError>,
    ) -> Result<(), String> {
        for id in ids {
            self.join(id, self.enrolled_at);
            self.come_near(id, Some(at))?;
        }
        self.twice(|player| {
            let mut members: Vec<Member> = ids.iter().map(|id| player.members[id].clone()).collect();
            let mut borrowed: Vec<&mut Member> = members.iter_mut().collect();
            let given = act(player.program(), &mut borrowed);
            for (id, member) in ids.iter().zip(members) {
                player.members.insert(id.clone(), member);
            }
            given
        })
    }

    /// Does something with several outcomes; in one way of playing, once more with the same answers.
    fn twice(&mut self, act: impl Fn(&mut Self) -> Result<Vec<Outcome>, EventError>) -> Result<(), String> {
        let given = act(self);
        if self.way == Way::Twice {
            let before = self.members.clone();
            let same = match (&given, act(self)) {
                (Ok(_), Ok(again)) => again.iter().all(Outcome::replayed),
                (Err(given), Err(again)) => *given == again,
                _ => false,
            };
            if !same || self.members != before {
                return Err("the same once more gave something else".to_owned());
            }
        }
        match given {
            Ok(outcomes) => outcomes.into_iter().try_for_each(|outcome| self.note(Ok(outcome))),
            Err(error) => self.note(Err(error)),
        }
    }

    /// A cart is quoted, which changes nothing, however often it is asked for.
    fn quote(&mut self, json: &str) -> Result<(), String> {
        let id = self.member.clone();
        self.come_near(&id, event_head(json.as_bytes()).ok().and_then(|head| head.at))?;
        let before = self.fine();
        let counters = self.counters.clone().unwrap_or_default();
        let ask = |player: &Self| player.program().quote(&player.members[&id], json, &[], &counters);
        let (state, quote) = (self.program().save(&self.members[&id]), ask(self));
        let text = |quote: &Result<loyalty_core::Quote, EventError>| match quote {
            Ok(quote) => quote.to_json(),
            Err(error) => error.to_json(),
        };
        if text(&quote) != text(&ask(self)) || state != self.program().save(&self.members[&id]) {
            return Err("a quote changed something".to_owned());
        }
        self.quoted = serde_json::from_str(&text(&quote)).map_err(|error| error.to_string())?;
        self.played.outcomes.push(text(&quote));
        self.last = quote.err().map(Err);
        before
    }

    /// An event happens to a member.
    fn event(&mut self, id: &str, json: &str) -> Result<(), String> {
        self.come_near(id, event_head(json.as_bytes()).ok().and_then(|head| head.at))?;
        let given = self.apply(id, json);
        if self.way == Way::Twice {
            self.again(id, json, &given)?;
        }
        self.note(given)
    }

    fn apply(&mut self, id: &str, json: &str) -> Given {
        let (program, member) = (&self.programs[self.current], self.members.get_mut(id).unwrap());
        match (&self.counters, self.now) {
            (Some(counters), now) => {
                let event = program.decode(json.as_bytes())?;
                program.apply_event_with(member, &event, now, counters.clone())
            }
            (None, Some(now)) => program.apply_at(member, json, now),
            (None, None) => program.apply(member, json),
        }
    }

    /// Lets time pass up to just before an instant, in three steps.
    fn come_near(&mut self, id: &str, to: Option<Instant>) -> Result<(), String> {
        let (Way::InSteps, Some(to)) = (self.way, to) else { return Ok(()) };
        let (program, member) = (&self.programs[self.current], self.members.get_mut(id).unwrap());
        let (from, to) = (member.clock().as_micros(), to.as_micros());
        for step in [(to - from) / 3, (to - from) / 3 * 2, to - from - 1] {
            if step > 0 {
                let near = Instant::from_micros(from + step).ok_or("an instant out of bounds")?;
                program.advance(member, near).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// The same event once more: the same answer, and nothing else.
    fn again(&mut self, id: &str, json: &str, given: &Given) -> Result<(), String> {
        let before = self.program().save(&self.members[id]);
        let same = match (given, self.apply(id, json)) {
            (Ok(given), Ok(again)) => again.replayed() && again.decisions() == given.decisions(),
            (Err(given), Err(again)) => *given == again,
            _ => false,
        };
        if same && before == self.program().save(&self.members[id]) {
            Ok(())
        } else {
            Err("the same event once more gave something else".to_owned())
        }
    }

    /// Keeps what an event or advance gave; a refusal that the case said nothing about is a failure.
    fn note(&mut self, given: Given) -> Result<(), String> {
        let before = self.fine();
        self.played.outcomes.push(match &given {
            Ok(outcome) => outcome.to_json(),
            Err(error) => error.to_json(),
        });
        if let Ok(outcome) = &given {
            self.outgoing.extend(outcome.outgoing());
        }
        self.last = Some(given);
        before
    }

    fn fine(&self) -> Result<(), String> {
        match &self.last {
            Some(Err(error)) => Err(format!("the event before was refused: {}", error.to_json())),
            _ => Ok(()),
        }
    }

    /// Every wallet of every member adds up.
    fn conserved(&self) -> Result<(), String> {
        let totals: Vec<_> = self.members.values().flat_map(|member| self.program().totals(member)).collect();
        if let Some(totals) = totals.iter().find(|totals| !totals.conserved()) {
            return Err(format!("the wallet does not add up: {totals:?}"));
        }
        Ok(())
    }

    fn save_and_load(&mut self) -> Result<(), String> {
        let program = &self.programs[self.current];
        for member in self.members.values_mut() {
            let loaded = match self.way {
                Way::ThroughJson => program.load(&program.save(member)),
                Way::ThroughBinary => program.load_binary(&program.save_binary(member)),
                _ => return Ok(()),
            };
            let loaded = loaded.map_err(|error| format!("the saved state does not load: {error}"))?;
            if !loaded.report.is_empty() {
                return Err("loading the state lost something of it".to_owned());
            }
            *member = loaded.member;
        }
        Ok(())
    }
}

/// What stands at a dotted path; numbers count the items of a list from zero.
fn look<'v>(view: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(view, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => value.get(part),
    })
}
