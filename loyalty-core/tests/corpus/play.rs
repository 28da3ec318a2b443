//! A case played from its first step to its last, in one of several ways that must make no difference.

use loyalty_core::{EventError, Instant, Member, Outcome, Program, event_head};
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
    member: Member,
    now: Option<Instant>,
    last: Option<Given>,
    played: Played,
}

/// Plays a case by its programs.
pub fn play(case: &Case, programs: &[Program], way: Way) -> Played {
    let member = programs[0].enroll(&case.member, case.enrolled_at).unwrap();
    let played = Played::default();
    let mut player = Player { way, programs, current: 0, member, now: None, last: None, played };
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
    player.played.state = player.program().save(&player.member);
    player.played.view = player.program().view(&player.member, case.ends_at()).to_json();
    player.played
}

impl Player<'_> {
    fn program(&self) -> &Program {
        &self.programs[self.current]
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Event(json) => {
                self.come_near(event_head(json.as_bytes()).ok().and_then(|head| head.at))?;
                let given = self.apply(json);
                if self.way == Way::Twice {
                    self.again(json, &given)?;
                }
                self.note(given)?;
            }
            Step::Advance(to) => {
                self.come_near(Some(*to))?;
                let given = self.programs[self.current].advance(&mut self.member, *to);
                self.note(given)?;
            }
            Step::Now(now) => self.now = Some(*now),
            Step::NextProgram => {
                let saved = self.program().save(&self.member);
                self.current += 1;
                let next = self.programs.get(self.current).ok_or("there is no next program")?;
                self.member = next.load(&saved).map_err(|error| error.to_string())?.member;
            }
            Step::Expect(path, wanted) => {
                self.fine()?;
                let view = self.program().view(&self.member, self.member.clock()).to_json();
                let view: Value = serde_json::from_str(&view).map_err(|error| error.to_string())?;
                let found = look(&view, path);
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
        }
        self.conserved()?;
        self.save_and_load()
    }

    fn apply(&mut self, json: &str) -> Given {
        match self.now {
            Some(now) => self.programs[self.current].apply_at(&mut self.member, json, now),
            None => self.programs[self.current].apply(&mut self.member, json),
        }
    }

    /// Lets time pass up to just before an instant, in three steps.
    fn come_near(&mut self, to: Option<Instant>) -> Result<(), String> {
        let (Way::InSteps, Some(to)) = (self.way, to) else { return Ok(()) };
        let (from, to) = (self.member.clock().as_micros(), to.as_micros());
        for step in [(to - from) / 3, (to - from) / 3 * 2, to - from - 1] {
            if step > 0 {
                let near = Instant::from_micros(from + step).ok_or("an instant out of bounds")?;
                self.programs[self.current].advance(&mut self.member, near).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    /// The same event once more: the same answer, and nothing else.
    fn again(&mut self, json: &str, given: &Given) -> Result<(), String> {
        let before = self.program().save(&self.member);
        let same = match (given, self.apply(json)) {
            (Ok(given), Ok(again)) => again.replayed() && again.decisions() == given.decisions(),
            (Err(given), Err(again)) => *given == again,
            _ => false,
        };
        if same && before == self.program().save(&self.member) {
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
        self.last = Some(given);
        before
    }

    fn fine(&self) -> Result<(), String> {
        match &self.last {
            Some(Err(error)) => Err(format!("the event before was refused: {}", error.to_json())),
            _ => Ok(()),
        }
    }

    fn conserved(&self) -> Result<(), String> {
        match self.program().totals(&self.member).iter().find(|totals| !totals.conserved()) {
            Some(totals) => Err(format!("the wallet does not add up: {totals:?}")),
            None => Ok(()),
        }
    }

    fn save_and_load(&mut self) -> Result<(), String> {
        let loaded = match self.way {
            Way::ThroughJson => self.program().load(&self.program().save(&self.member)),
            Way::ThroughBinary => self.program().load_binary(&self.program().save_binary(&self.member)),
            _ => return Ok(()),
        };
        let loaded = loaded.map_err(|error| format!("the saved state does not load: {error}"))?;
        if !loaded.report.is_empty() {
            return Err("loading the state lost something of it".to_owned());
        }
        self.member = loaded.member;
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
