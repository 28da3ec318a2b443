//! `loyalty merge`, `loyalty erase`, `loyalty export`: what is done to an account as a whole.

use loyalty_core::{EventError, Outcome};

use crate::arguments::{Erase, Export, Merge};
use crate::failure::{Failure, Verdict};
use crate::members::Members;
use crate::program;
use crate::show;
use crate::store::Store;
use crate::terminal;

/// Merges two accounts of a store and prints both outcomes.
pub(crate) fn merge(arguments: &Merge) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    // A store that is not there would be made: here that is a slip.
    drop(Store::open(&arguments.store)?);
    let mut members = Members::open(&program, Some(&arguments.store), arguments.out.as_deref())?;
    let merged = members.merge(&arguments.into, &arguments.from, arguments.at)?;
    let (into, from) = merged.map_err(|error| refused("cannot merge", &error))?;
    members.commit()?;
    members.close()?;
    tell(&[into, from])
}

/// Erases a member of a store and prints the outcome.
pub(crate) fn erase(arguments: &Erase) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    drop(Store::open(&arguments.store)?);
    let mut members = Members::open(&program, Some(&arguments.store), arguments.out.as_deref())?;
    let waiting = members.undelivered()?;
    if waiting > 0 {
        return Err(Failure::no(format!("{waiting} outcomes wait in the store, and may speak of the member"))
            .help("name a file for them with --out"));
    }
    let erased = members.erase(&arguments.member, &arguments.pseudonym, arguments.at)?;
    let outcome = erased.map_err(|error| refused("cannot erase", &error))?;
    members.commit()?;
    members.close()?;
    tell(&[outcome])
}

/// Prints all that is held about a member.
pub(crate) fn export(arguments: &Export) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let (member, _) = show::member(&program, &arguments.source, &arguments.member, None)?;
    terminal::print(&format!("{}\n", program.export(&member)))?;
    Ok(Verdict::Yes)
}

fn refused(what: &str, error: &EventError) -> Failure {
    Failure::no(format!("{what}: {error}"))
}

fn tell(outcomes: &[Outcome]) -> Result<Verdict, Failure> {
    let lines: String = outcomes.iter().map(|outcome| format!("{}\n", outcome.to_json())).collect();
    terminal::print(&lines)?;
    Ok(Verdict::Yes)
}
