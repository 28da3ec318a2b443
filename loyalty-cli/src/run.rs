//! `loyalty run`: plays a file of events, batch by batch, and sums up.

use std::path::Path;
use std::time::Instant as Clock;

use loyalty_core::{Counters, Event, EventHead, Member, Program, Refusal as Code, ReportOptions, event_head};

use crate::achieved::Achieved;
use crate::arguments::Run;
use crate::decisions;
use crate::enrolment::Enrolment;
use crate::events::{Events, Line};
use crate::failure::{Failure, Verdict};
use crate::members::{Judged, Members};
use crate::program;
use crate::refusals::Refusal;
use crate::report;
use crate::store::LineKey;
use crate::summary::{Counts, Summary};
use crate::table::grouped;
use crate::terminal::{self, Progress};

/// How many events share a transaction: enough that syncing costs little for each, few enough to be done in a moment.
const BATCH_EVENTS: u64 = 512;

/// Plays the events and prints the summary.
pub(crate) fn run(arguments: &Run) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let mut events = Events::open(&arguments.events)?;
    if let Some(out) = &arguments.out {
        let secret = arguments.program.secret_file.as_deref().map(|file| ("secret", file));
        let store = arguments.store.as_deref().map(|file| ("store", file));
        let read = [("program", arguments.program.file.as_path()), ("events", arguments.events.as_path())];
        decisions::apart("--out", out, &read.into_iter().chain(secret).chain(store).collect::<Vec<_>>())?;
    }
    // Before the store is touched: what is wrong here is wrong in the arguments.
    let report = arguments.report.then(|| {
        let Run { period, active, values, .. } = arguments;
        let options = ReportOptions { period: Some(period.clone()), active: active.clone(), values: values.clone() };
        program.report(&options).map_err(|error| report::unknown(&error))
    });
    let report = report.transpose()?;
    let source = events.name().to_owned();
    let began = Clock::now();
    let (store, out) = (arguments.store.as_deref(), arguments.out.as_deref());
    let members = Members::take_over(&program, store, out, arguments.drop_balances)?;
    let mut run = Playing {
        program: &program,
        members,
        enrolment: Enrolment::new(&arguments.enroll),
        event: Event::default(),
        counts: Counts::default(),
        retry_refused: arguments.retry_refused,
        file: digest(DIGEST_OF_NOTHING, events.place().as_bytes()),
    };
    if let Some(report) = report {
        run.members.report(report);
    }
    run.members.now(arguments.now);
    run.play(&mut events)?;
    if let Some(until) = arguments.until {
        run.members.advance(until)?;
    }
    let elapsed = began.elapsed();
    let achieved = Achieved::new(&program, &run.members, arguments.until)?;
    let summary = Summary::new(&program, &source, &run.counts, elapsed, &run.members, achieved)?;
    let reported = run.members.reported()?;
    let text = match (arguments.json, &reported) {
        (true, reported) => {
            let mut json = summary.json();
            if let (Some(summary), Some(report)) = (json.as_object_mut(), reported) {
                summary.insert("report".to_owned(), report::json(report));
            }
            format!("{json}\n")
        }
        (false, Some(report)) => format!("{}{}", summary.page(), report::page(report)),
        (false, None) => summary.page(),
    };
    let well = summary.conserved() && !(arguments.deny_refused && run.counts.refused.count() > 0);
    run.members.close()?;
    terminal::print(&text)?;
    Ok(Verdict::of(well))
}

/// The members after a file of events, in memory.
pub(crate) fn played<'a>(program: &'a Program, path: &Path) -> Result<Members<'a>, Failure> {
    Ok(played_while(program, path, |_| Step::Play)?.0)
}

/// What is to be done with a line.
pub(crate) enum Step {
    Play,
    Pass,
    /// It is asked about. No more is played once it is accepted: one that is refused may come again, mended.
    Ask,
}

/// An event that is asked about, and what was before it.
pub(crate) struct Asked {
    pub(crate) event: Vec<u8>,
    pub(crate) member: Option<Member>,
    pub(crate) counters: Counters,
}

/// The members after the lines that `step` has played, in memory, and what it asked about: the one that was accepted, or the
/// last one that was refused.
pub(crate) fn played_while<'a>(
    program: &'a Program,
    path: &Path,
    step: impl Fn(&EventHead) -> Step,
) -> Result<(Members<'a>, Option<Asked>), Failure> {
    let mut run = Playing {
        program,
        members: Members::open(program, None, None)?,
        enrolment: Enrolment::new(&[]),
        event: Event::default(),
        counts: Counts::default(),
        retry_refused: false,
        file: DIGEST_OF_NOTHING,
    };
    let mut events = Events::open(path)?;
    let mut asked = None;
    while let Some(line) = events.next_line()? {
        // What cannot be read is refused, and changes nothing.
        let Some(Ok(head)) = line.event.map(event_head) else { continue };
        match step(&head) {
            Step::Play => run.judge(line)?,
            Step::Pass => {}
            Step::Ask => {
                let member = head.member.map_or(Ok(None), |id| run.members.member(&id))?;
                let event = line.event.unwrap_or_default().to_vec();
                asked = Some(Asked { event, member, counters: run.members.counters().clone() });
                let refused = run.counts.refused.count();
                run.judge(line)?;
                if run.counts.refused.count() == refused {
                    break;
                }
            }
        }
    }
    Ok((run.members, asked))
}

/// A run over a file of events.
struct Playing<'a> {
    program: &'a Program,
    members: Members<'a>,
    enrolment: Enrolment<'a>,
    /// The event at hand; its buffers are used again for the next one.
    event: Event,
    counts: Counts,
    retry_refused: bool,
    /// Tells the file from others: the same line in another one is a new attempt.
    file: u128,
}

impl Playing<'_> {
    fn play(&mut self, events: &mut Events) -> Result<(), Failure> {
        let progress = Progress::over(events.size());
        loop {
            match events.next_line() {
                Ok(Some(line)) => self.judge(line)?,
                Ok(None) => break,
                // What came before the damage is good and stays.
                Err(failure) => {
                    self.members.commit()?;
                    return Err(failure);
                }
            }
            if self.counts.events.is_multiple_of(BATCH_EVENTS) {
                self.members.commit()?;
                progress.done(events.position(), self.done());
            }
        }
        self.members.commit()?;
        progress.done(events.position(), self.done());
        Ok(())
    }

    fn done(&self) -> String {
        let refused = self.counts.refused.count();
        format!("{} events, {} refused", grouped(&self.counts.events.to_string()), grouped(&refused.to_string()))
    }

    fn judge(&mut self, line: Line<'_>) -> Result<(), Failure> {
        let counts = &mut self.counts;
        counts.events = counts.events.saturating_add(1);
        let number = line.number;
        match self.outcome(line)? {
            Ok(Judged::Replayed) => self.counts.replayed = self.counts.replayed.saturating_add(1),
            Ok(Judged::Applied { unearned }) => {
                self.counts.applied = self.counts.applied.saturating_add(1);
                if let Some(reason) = unearned {
                    self.counts.unearned.add(number, Refusal::unearned(self.event.id(), reason));
                }
            }
            Ok(Judged::Refused(error)) => {
                self.counts.refused.add(number, Refusal::new(Some(self.event.id()), &error));
            }
            Err(refusal) => self.counts.refused.add(number, refusal),
        }
        Ok(())
    }

    fn outcome(&mut self, line: Line<'_>) -> Result<Result<Judged, Refusal>, Failure> {
        let Some(json) = line.event else { return Ok(Err(Refusal::too_long())) };
        if let Err(error) = self.program.decode_into(json, &mut self.event) {
            self.counts.one_document |= self.counts.events == 1 && (json == b"{" || json.starts_with(b"["));
            // What belongs to nobody need not be whole.
            return Ok(Err(match event_head(json) {
                Ok(EventHead { id: Some(id), member: None, .. }) => Refusal::no_member(&id),
                // The id comes before the member, and was read.
                Err(_) if error.field() == Some("member") => Refusal::new(Some(self.event.id()), &error),
                head => Refusal::new(head.ok().and_then(|head| head.id).as_deref(), &error),
            }));
        }
        let event = &self.event;
        let Some(member) = event.member() else { return Ok(Err(Refusal::no_member(event.id()))) };
        let key: LineKey = (line.number, digest(self.file, json).to_be_bytes());
        if !self.retry_refused
            && let Some(refusal) = self.members.refusal(key)?
        {
            self.counts.refused_before = self.counts.refused_before.saturating_add(1);
            return Ok(Err(refusal));
        }
        let judged = self.members.judge(member, event, || self.enrolment.instant(json, event))?;
        Ok(match judged {
            Ok(Judged::Refused(error)) => {
                let refusal = Refusal::new(Some(event.id()), &error);
                // An event that has become too old stays so; it may have been accepted when it was young.
                if error.code() != Code::TooLate {
                    self.members.remember(key, &refusal);
                }
                Err(refusal)
            }
            judged => judged,
        })
    }
}

const DIGEST_OF_NOTHING: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// Tells files, and the lines of one, from each other (FNV-1a, 128 bits); nothing rests on it against malice.
fn digest(before: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(before, |digest, byte| (digest ^ u128::from(*byte)).wrapping_mul(PRIME))
}
