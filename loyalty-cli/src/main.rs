//! `loyalty`: the command line of the rules language, for authors of rules and for scripts.
//!
//! Every command reads files, asks `loyalty-core`, and writes what it says; no rule is interpreted here.

mod arguments;
mod failure;
mod terminal;

mod events;
mod program;
mod table;

mod check;
mod format;
mod test;

mod achieved;
mod advance;
mod amounts;
mod broadcast;
mod decisions;
mod enrolment;
mod members;
mod migrate;
mod refusals;
mod report;
mod run;
mod store;
mod summary;

mod accounts;
mod explain;
mod history;
mod leaderboard;
mod quote;
mod show;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.command {
        Command::Check(arguments) => check::check(arguments),
        Command::Fmt(arguments) => format::format(arguments),
        Command::Test(arguments) => test::test(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Advance(arguments) => advance::advance(arguments),
        Command::Broadcast(arguments) => broadcast::broadcast(arguments),
        Command::Migrate(arguments) => migrate::migrate(arguments),
        Command::Show(arguments) => show::show(arguments),
        Command::Leaderboard(arguments) => leaderboard::leaderboard(arguments),
        Command::Quote(arguments) => quote::quote(arguments),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Merge(arguments) => accounts::merge(arguments),
        Command::Erase(arguments) => accounts::erase(arguments),
        Command::Export(arguments) => accounts::export(arguments),
    };
    match result {
        Ok(verdict) => verdict.exit_code(),
        Err(failure) => {
            terminal::complain(&failure);
            if arguments.command.answers_json() {
                // Where not even this can be written, the exit code still tells.
                let _ = terminal::print(&format!("{}\n", failure.json()));
            }
            failure.exit_code()
        }
    }
}
