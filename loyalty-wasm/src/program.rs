//! Programs and members.

use loyalty_core::Instant;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;

/// A compiled program: immutable, to be used for any number of members.
#[wasm_bindgen]
pub struct Program(loyalty_core::Program);

/// The state of one member. Only the program that enrolled or loaded a member can use it.
#[wasm_bindgen]
pub struct Member(loyalty_core::Member);

#[wasm_bindgen]
impl Program {
    /// Compiles the text of a program; throws a `RulesError` with all that is wrong with it.
    pub fn compile(text: &Text) -> Result<Self, JsValue> {
        loyalty_core::Program::compile(&string(text)?).map(Self).map_err(|diagnostics| error::rules(&diagnostics))
    }

    /// The program's title.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.0.title().to_owned()
    }

    /// The program's own version number.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> u32 {
        self.0.version()
    }

    /// A new member, joining at that instant (RFC 3339).
    pub fn enroll(&self, id: &Text, at: &Text) -> Result<Member, JsValue> {
        let enrolled = self.0.enroll(&string(id)?, instant(at)?);
        enrolled.map(Member).map_err(|refused| error::event(&refused))
    }

    /// An event happens to a member: JSON in, the outcome's JSON out. With `now`, an event from the future is refused.
    pub fn apply(&self, member: &mut Member, event: &Text, now: Option<Text>) -> Result<String, JsValue> {
        let event = string(event)?;
        let applied = match now {
            Some(now) => self.0.apply_at(&mut member.0, event, instant(&now)?),
            None => self.0.apply(&mut member.0, event),
        };
        applied.map(|outcome| outcome.to_json()).map_err(|refused| error::event(&refused))
    }

    /// Time passes until that instant: the outcome's JSON.
    pub fn advance(&self, member: &mut Member, at: &Text) -> Result<String, JsValue> {
        let advanced = self.0.advance(&mut member.0, instant(at)?);
        advanced.map(|outcome| outcome.to_json()).map_err(|refused| error::event(&refused))
    }

    /// What a member has at that instant, or at its own clock if that is later, as JSON; changes nothing.
    pub fn view(&self, member: &Member, at: &Text) -> Result<String, JsValue> {
        Ok(self.0.view(&member.0, instant(at)?).to_json())
    }

    /// Why an event would earn what it would, as JSON; changes nothing.
    pub fn explain(&self, member: &Member, event: &Text) -> Result<String, JsValue> {
        let explained = self.0.explain(&member.0, string(event)?);
        explained.map(|explanation| explanation.to_json()).map_err(|refused| error::event(&refused))
    }

    /// The member's state as JSON.
    pub fn save(&self, member: &Member) -> String {
        self.0.save(&member.0)
    }

    /// The member whose state this or another version of the program has saved.
    pub fn load(&self, state: &Text) -> Result<Member, JsValue> {
        self.0.load(&string(state)?).map(|loaded| Member(loaded.member)).map_err(|error| error::state(&error))
    }
}

#[wasm_bindgen]
impl Member {
    /// The member's id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// Grows with everything that happens to the member.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> u64 {
        self.0.revision()
    }

    /// The next instant at which something will happen by time alone, in UTC; undefined for never.
    #[wasm_bindgen(getter, js_name = nextDue)]
    pub fn next_due(&self) -> Option<String> {
        self.0.next_due().map(|due| due.to_string())
    }
}

#[wasm_bindgen]
extern "C" {
    /// What should be a string. The generated code checks no types, and a `&str` that is none would trap.
    #[wasm_bindgen(typescript_type = "string")]
    pub type Text;
}

fn string(text: &Text) -> Result<String, JsValue> {
    text.as_string().ok_or_else(error::no_string)
}

fn instant(text: &Text) -> Result<Instant, JsValue> {
    string(text)?.parse().map_err(|refused| error::event(&refused))
}
