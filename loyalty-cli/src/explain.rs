//! `loyalty explain`: why an event gave what it gave.

use std::collections::BTreeSet;

use loyalty_core::event_head;
use serde_json::json;

use crate::arguments::Explain;
use crate::decisions;
use crate::events::Events;
use crate::failure::{Failure, Verdict};
use crate::history;
use crate::program;
use crate::refusals::Refusal;
use crate::terminal;

/// Prints the explanation of the event, judged over all that its member did before.
pub(crate) fn explain(arguments: &Explain) -> Result<Verdict, Failure> {
    let program = program::load(&arguments.program)?;
    let member = match &arguments.member {
        Some(member) => member.clone(),
        None => member_of(arguments)?,
    };
    let past = history::play(&program, &arguments.events, &member, (Some(&arguments.event), None))?;
    let Some(event) = past.event else { return Err(not_there(arguments)) };
    let explained = program.decode(&event).and_then(|event| {
        let enroll = || program.enroll(&member, event.at());
        let member = past.member.map_or_else(enroll, Ok)?;
        program.explain_event_with(&member, &event, &past.counters)
    });
    match explained {
        Ok(explanation) => {
            if let Some(file) = &arguments.html {
                let read = [("program", arguments.program.file.as_path()), ("events", arguments.events.as_path())];
                decisions::apart("--html", file, &read)?;
                let page = page(&arguments.event, &explanation.to_html());
                std::fs::write(file, page).map_err(|error| Failure::file("write", file, &error))?;
            }
            match arguments.json {
                true => terminal::print(&format!("{}\n", explanation.to_json()))?,
                false => terminal::print(&explanation.to_text(terminal::colour_out()))?,
            }
        }
        Err(error) => {
            let refusal = Refusal::new(Some(&arguments.event), &error);
            if arguments.json {
                terminal::print(&format!("{}\n", json!({ "refused": refusal.json() })))?;
            }
            let Refusal { reason, message, .. } = refusal;
            return Err(Failure::no(format!("event `{}` is refused as `{reason}`: {message}", arguments.event)));
        }
    }
    Ok(Verdict::Yes)
}

/// A page around an explanation, light or dark as the reader has it.
fn page(event: &str, explanation: &str) -> String {
    let title = event.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>:root {{ color-scheme: light dark }} body {{ margin: 2rem auto; max-width: 54rem; \
         padding: 0 1rem }}</style>\n{explanation}\n"
    )
}

/// The only member who has the event.
fn member_of(arguments: &Explain) -> Result<String, Failure> {
    if arguments.events.as_os_str() == "-" {
        return Err(Failure::trouble("the standard input can be read only once, so the event's member must be named")
            .help("add --member ID, or name a file"));
    }
    let mut events = Events::open(&arguments.events)?;
    let mut members = BTreeSet::new();
    let mut found = false;
    while let Some(line) = events.next_line()? {
        let Some(Ok(head)) = line.event.map(event_head) else {
            continue;
        };
        if head.id.as_deref() == Some(arguments.event.as_str()) {
            found = true;
            members.extend(head.member);
        }
    }
    match (members.len(), members.pop_first()) {
        (1, Some(member)) => Ok(member),
        (_, Some(first)) => Err(Failure::trouble(format!(
            "several members have an event `{}`: `{first}`, {}",
            arguments.event,
            members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ")
        ))
        .help("add --member ID")),
        (_, None) if found => Err(Failure::no(format!("event `{}` belongs to no member", arguments.event))
            .help("only events of a member are judged")),
        (_, None) => Err(not_there(arguments)),
    }
}

fn not_there(arguments: &Explain) -> Failure {
    let file = program::name(&arguments.events);
    Failure::no(format!("no event `{}` in `{file}`", arguments.event)).help("check the id, the file and --member")
}
