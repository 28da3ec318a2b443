//! What can be said to the commands that look at programs alone.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty check club.loyalty                  errors and warnings, with the place and how to mend it
  loyalty check --defaults club.loyalty       also every policy in force, the defaults among them
  loyalty check --deny-warnings *.loyalty     for a build")]
pub(crate) struct Check {
    /// Programs; `-` reads the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Also print every policy in force, as the clause that would say so
    #[arg(long)]
    pub(crate) defaults: bool,

    /// Exit with 1 if there are warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  loyalty fmt club.loyalty            rewrite the file in place
  loyalty fmt --check *.loyalty       name what is not formatted, exit with 1
  loyalty fmt - < club.loyalty        from the standard input to the standard output")]
pub(crate) struct Fmt {
    /// Programs; `-` reads the standard input and writes to the standard output
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Change nothing; exit with 1 if a file is not formatted
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Files are taken one after the other, also after one that has errors: of that file no test is run, and the exit code tells.")]
pub(crate) struct Test {
    /// Programs; `-` reads the standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Write JSON for machines
    #[arg(long)]
    pub(crate) json: bool,
}
