//! Programs and members.

use loyalty_core::Instant;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error;

/// A compiled program: immutable, to be used for any number of members.
#[napi]
pub struct Program(loyalty_core::Program);

/// The state of one member. Only the program that enrolled or loaded a member can use it.
#[napi]
pub struct Member(loyalty_core::Member);

#[napi]
impl Program {
    /// Compiles the text of a program; throws a `RulesError` with all that is wrong with it.
    #[napi(catch_unwind)]
    pub fn compile(env: &Env, text: String) -> Result<Self> {
        loyalty_core::Program::compile(&text).map(Self).map_err(|diagnostics| error::rules(env, &diagnostics))
    }

    /// The program's title.
    #[napi(getter, catch_unwind)]
    pub fn title(&self) -> &str {
        self.0.title()
    }

    /// The program's own version number.
    #[napi(getter, catch_unwind)]
    pub fn version(&self) -> u32 {
        self.0.version()
    }

    /// A new member, joining at that instant (RFC 3339).
    #[napi(catch_unwind)]
    pub fn enroll(&self, env: &Env, id: String, at: String) -> Result<Member> {
        let enrolled = self.0.enroll(&id, instant(env, &at)?);
        enrolled.map(Member).map_err(|refused| error::event(env, &refused))
    }

    /// An event happens to a member: JSON in, the outcome's JSON out. With `now`, an event from the future is refused.
    #[napi(catch_unwind)]
    pub fn apply(&self, env: &Env, member: &mut Member, event: String, now: Option<String>) -> Result<String> {
        let applied = match now {
            Some(now) => self.0.apply_at(&mut member.0, event, instant(env, &now)?),
            None => self.0.apply(&mut member.0, event),
        };
        applied.map(|outcome| outcome.to_json()).map_err(|refused| error::event(env, &refused))
    }

    /// Time passes until that instant: the outcome's JSON.
    #[napi(catch_unwind)]
    pub fn advance(&self, env: &Env, member: &mut Member, at: String) -> Result<String> {
        let advanced = self.0.advance(&mut member.0, instant(env, &at)?);
        advanced.map(|outcome| outcome.to_json()).map_err(|refused| error::event(env, &refused))
    }

    /// What a member has at that instant, or at its own clock if that is later, as JSON; changes nothing.
    #[napi(catch_unwind)]
    pub fn view(&self, env: &Env, member: &Member, at: String) -> Result<String> {
        Ok(self.0.view(&member.0, instant(env, &at)?).to_json())
    }

    /// Why an event would earn what it would, as JSON; changes nothing.
    #[napi(catch_unwind)]
    pub fn explain(&self, env: &Env, member: &Member, event: String) -> Result<String> {
        let explained = self.0.explain(&member.0, event);
        explained.map(|explanation| explanation.to_json()).map_err(|refused| error::event(env, &refused))
    }

    /// The member's state as JSON.
    #[napi(catch_unwind)]
    pub fn save(&self, member: &Member) -> String {
        self.0.save(&member.0)
    }

    /// The member whose state this or another version of the program has saved.
    #[napi(catch_unwind)]
    pub fn load(&self, env: &Env, state: String) -> Result<Member> {
        self.0.load(&state).map(|loaded| Member(loaded.member)).map_err(|error| error::state(env, &error))
    }
}

#[napi]
impl Member {
    /// The member's id.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// Grows with everything that happens to the member.
    #[napi(getter, catch_unwind)]
    pub fn revision(&self) -> u64 {
        self.0.revision()
    }

    /// The next instant at which something will happen by time alone, in UTC; null for never.
    #[napi(getter, catch_unwind)]
    pub fn next_due(&self) -> Option<String> {
        self.0.next_due().map(|due| due.to_string())
    }
}

fn instant(env: &Env, text: &str) -> Result<Instant> {
    text.parse().map_err(|refused| error::event(env, &refused))
}
