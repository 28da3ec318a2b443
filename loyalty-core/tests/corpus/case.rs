//! One case of the corpus: what its file says.

use std::fs;
use std::path::{Path, PathBuf};

use loyalty_core::{Counters, Instant, PoolPayment, PoolReturn, event_head};
use serde_json::Value;

/// A parsed case file.
pub struct Case {
    pub path: PathBuf,
    /// The path below the corpus, for messages.
    pub name: String,
    /// The first, and those to which `next program` goes on.
    pub programs: Vec<String>,
    /// With which the programs choose chance.
    pub secret: Option<String>,
    pub member: String,
    pub enrolled_at: Instant,
    pub steps: Vec<(usize, Step)>,
    /// What every event and advance gave, as the file has it.
    pub outcomes: Vec<String>,
    /// Everything before the outcomes.
    head: String,
}

pub enum Step {
    /// An event as the host sends it, sound or not.
    Event(String),
    Advance(Instant),
    /// A cart is quoted; what it names of codes stands in it.
    Quote(String),
    /// Where the counters over all members stand from here on.
    Counters(Counters),
    /// The host's clock from here on.
    Now(Instant),
    /// The state is saved, and loaded by the next version of the program.
    NextProgram,
    /// A path into the view, and what must stand there.
    Expect(String, Value),
    Refused(String),
    Replayed,
    /// The steps from here on are of that member, who joins then unless it is known.
    Member(String, Option<Instant>),
    /// The events that the outcomes before hold ready for other members are applied to them.
    Deliver,
    /// The same events cannot be delivered: they go back to where they came from.
    Undelivered,
    /// That member is merged into the one at hand.
    Merge(String, Instant),
    /// The member at hand is erased, and has that name from here on.
    Erase(String, Instant),
    /// The standings of a leaderboard at an instant, with what else is asked.
    Standings(String, Instant, Value),
    /// Those members pay together.
    PoolSpend(Vec<String>, PoolPayment),
    /// Those members get back of what they paid together.
    PoolGiveBack(Vec<String>, PoolReturn),
}

const OUTCOMES: &str = "=== outcomes\n";

impl Case {
    /// Reads a case; says in a sentence what is wrong with its form.
    pub fn read(root: &Path, path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let (head, outcomes) = text.split_once(OUTCOMES).ok_or("there is no `=== outcomes`")?;
        let mut case = Self {
            path: path.to_owned(),
            name: path.strip_prefix(root).unwrap_or(path).display().to_string(),
            programs: Vec::new(),
            secret: None,
            member: "m-1".to_owned(),
            enrolled_at: Instant::parse("1970-01-01T00:00:00Z").unwrap(),
            steps: Vec::new(),
            outcomes: outcomes.lines().map(str::to_owned).collect(),
            head: head.to_owned(),
        };
        let mut enrolled = None;
        let mut section = "";
        for (number, line) in (1..).zip(head.lines()) {
            if let Some(name) = line.strip_prefix("=== ") {
                section = name;
                if section == "program" {
                    case.programs.push(String::new());
                }
                continue;
            }
            match section {
                "" if number == 1 => said(line, "why: ")?,
                "" if number == 2 => said(line, "source: ")?,
                "" if line.starts_with("secret: ") => case.secret = line.strip_prefix("secret: ").map(str::to_owned),
                "program" => {
                    let program = case.programs.last_mut().unwrap();
                    program.push_str(line);
                    program.push('\n');
                }
                "steps" => match line.strip_prefix("enroll ") {
                    Some(at) => enrolled = Some(instant(at)?),
                    None => case.steps.push((number, step(line).map_err(|error| format!("line {number}: {error}"))?)),
                },
                _ => return Err(format!("line {number} belongs to no section")),
            }
        }
        let first = case.steps.iter().find_map(|(_, step)| match step {
            Step::Event(json) | Step::Quote(json) => event_head(json.as_bytes()).ok(),
            _ => None,
        });
        case.enrolled_at = enrolled
            .or_else(|| first.as_ref().and_then(|head| head.at))
            .ok_or("nothing says when the member was enrolled")?;
        if let Some(member) = first.and_then(|head| head.member) {
            case.member = member;
        }
        if case.programs.is_empty() || case.steps.is_empty() {
            return Err("a case has a program and steps".to_owned());
        }
        Ok(case)
    }

    /// Writes the outcomes into the file.
    pub fn bless(&self, outcomes: &[String]) {
        let mut text = format!("{}{OUTCOMES}", self.head);
        for outcome in outcomes {
            text.push_str(outcome);
            text.push('\n');
        }
        fs::write(&self.path, text).unwrap();
    }

    /// The latest instant that a step names.
    pub fn ends_at(&self) -> Instant {
        let instants = self.steps.iter().filter_map(|(_, step)| match step {
            Step::Event(json) | Step::Quote(json) => event_head(json.as_bytes()).ok()?.at,
            Step::Advance(to) | Step::Merge(_, to) | Step::Erase(_, to) => Some(*to),
            Step::Standings(_, at, _) => Some(*at),
            Step::PoolSpend(_, payment) => Some(payment.at),
            Step::PoolGiveBack(_, back) => Some(back.at),
            _ => None,
        });
        instants.max().unwrap_or(self.enrolled_at)
    }

    /// The refusals that the case speaks of.
    pub fn refusals(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|(_, step)| match step {
            Step::Refused(code) => Some(code.as_str()),
            _ => None,
        })
    }
}

fn said(line: &str, word: &str) -> Result<(), String> {
    match line.strip_prefix(word) {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => Err(format!("a line `{}…` is missing", word)),
    }
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse(text).ok_or_else(|| format!("`{text}` is no instant"))
}

fn step(line: &str) -> Result<Step, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    Ok(match word {
        _ if line.starts_with('{') => Step::Event(line.to_owned()),
        "raw" => Step::Event(rest.to_owned()),
        "quote" => Step::Quote(rest.to_owned()),
        "counters" => {
            let said: Value = serde_json::from_str(rest).map_err(|error| error.to_string())?;
            let mut counters = Counters::default();
            for (name, value) in said.as_object().ok_or("counters are an object")? {
                let value = value.as_str().and_then(|value| value.parse().ok());
                counters.set(name.as_str(), value.ok_or("counters are decimal texts")?);
            }
            Step::Counters(counters)
        }
        "advance" => Step::Advance(instant(rest)?),
        "now" => Step::Now(instant(rest)?),
        "expect" => {
            let (path, value) = rest.split_once(' ').ok_or("`expect` needs a path and a value")?;
            Step::Expect(path.to_owned(), serde_json::from_str(value).map_err(|error| error.to_string())?)
        }
        "refused" => Step::Refused(rest.to_owned()),
        "replayed" => Step::Replayed,
        "member" => {
            let (id, at) = rest.split_once(' ').map_or((rest, None), |(id, at)| (id, Some(at)));
            Step::Member(id.to_owned(), at.map(instant).transpose()?)
        }
        "deliver" => Step::Deliver,
        "undelivered" => Step::Undelivered,
        "merge" | "erase" => {
            let (id, at) = rest.split_once(' ').ok_or("a member and an instant are missing")?;
            let (id, at) = (id.to_owned(), instant(at)?);
            if word == "merge" { Step::Merge(id, at) } else { Step::Erase(id, at) }
        }
        "standings" => {
            let (name, rest) = rest.split_once(' ').ok_or("a leaderboard and an instant are missing")?;
            let (at, asked) = rest.split_once(' ').unwrap_or((rest, "{}"));
            let asked = serde_json::from_str(asked).map_err(|error| error.to_string())?;
            Step::Standings(name.to_owned(), instant(at)?, asked)
        }
        "pool_spend" | "pool_give_back" => {
            let (members, json) = rest.split_once(" {").ok_or("members and an object are missing")?;
            let members = members.split(' ').map(str::to_owned).collect();
            let said: Value = serde_json::from_str(&format!("{{{json}")).map_err(|error| error.to_string())?;
            let text = |key: &str| said[key].as_str().map(str::to_owned).ok_or(format!("`{key}` is missing"));
            let points = match &said["points"] {
                Value::Null => None,
                points => Some(points.as_str().unwrap_or("").parse().map_err(|_| "points are a decimal text")?),
            };
            let (id, at) = (text("id")?, instant(&text("at")?)?);
            if word == "pool_spend" {
                let points = points.ok_or("`points` is missing")?;
                Step::PoolSpend(members, PoolPayment { id, wallet: text("wallet")?, points, at })
            } else {
                Step::PoolGiveBack(members, PoolReturn { id, payment: text("payment")?, points, at })
            }
        }
        "next" if rest == "program" => Step::NextProgram,
        _ => return Err(format!("`{line}` is no step")),
    })
}

/// All cases below a folder, in the order of their paths.
pub fn all(root: &Path) -> Vec<Result<Case, String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "case") {
                found.push(path);
            }
        }
    }
    found.sort();
    let read = |path: &PathBuf| Case::read(root, path).map_err(|error| format!("{}: {error}", path.display()));
    found.iter().map(read).collect()
}
