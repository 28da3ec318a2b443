//! Programs and members.

use std::cell::Cell;

use js_sys::Error;
use loyalty_core::host::{self, Given};
use loyalty_core::{Counters, Event, EventError, Explanation, Instant, Units};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;

/// A compiled program.
#[wasm_bindgen]
pub struct Program {
    pub(crate) program: loyalty_core::Program,
    /// The last event; its buffers are used again for the next one.
    event: Cell<Event>,
}

/// The state of one member.
#[wasm_bindgen]
pub struct Member(pub(crate) loyalty_core::Member);

/// A member as it was loaded, and what became of its state.
#[wasm_bindgen]
pub struct Loaded(loyalty_core::Loaded);

#[wasm_bindgen]
impl Program {
    /// Compiles the text of a program, with the host's secret if there is one.
    pub fn compile(text: &str, file_name: &str, secret: Option<Vec<u8>>) -> Result<Self, Error> {
        let program =
            loyalty_core::Program::compile(text).map_err(|diagnostics| error::rules(&diagnostics, file_name))?;
        let program = match secret {
            Some(secret) => program.with_secret(&secret).map_err(error::secret)?,
            None => program,
        };
        Ok(Self { program, event: Cell::default() })
    }

    /// The program's title.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.program.title().to_owned()
    }

    /// The program's own version number.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> u32 {
        self.program.version()
    }

    /// The text that it was compiled from.
    #[wasm_bindgen(getter)]
    pub fn text(&self) -> String {
        self.program.text().to_owned()
    }

    /// What is legal and surely not meant, as JSON.
    pub fn warnings(&self) -> String {
        self.program.warnings().to_document(Units::Utf16).to_string()
    }

    /// Whether two members have the same state.
    #[wasm_bindgen(js_name = sameState)]
    pub fn same_state(&self, one: &Member, other: &Member) -> bool {
        host::same_state(&self.program, &one.0, &other.0)
    }

    /// The fields that the program reads, by event, as JSON.
    pub fn reads(&self) -> String {
        host::reads(&self.program)
    }

    /// The results of the program's own tests as JSON.
    #[wasm_bindgen(js_name = runTests)]
    pub fn run_tests(&self) -> String {
        host::tests(&self.program.run_tests())
    }

    /// The policies in force as JSON.
    pub fn policies(&self) -> String {
        host::policies(&self.program)
    }

    /// A new member.
    pub fn enroll(&self, id: &str, at: &str) -> Result<Member, Error> {
        self.program.enroll(id, instant(at, "at")?).map(Member).map_err(|refused| error::event(&refused))
    }

    /// An event happens to a member: JSON in bytes in, the outcome out.
    pub fn apply(
        &self,
        member: &mut Member,
        event: &[u8],
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String, Error> {
        self.happen(member, Given::Json(event), now, counters)
    }

    /// The same for a packed object, in bytes too.
    #[wasm_bindgen(js_name = applyPacked)]
    pub fn apply_packed(
        &self,
        member: &mut Member,
        event: &[u8],
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String, Error> {
        let packed = Given::packed(event).map_err(|refused| error::event(&refused))?;
        self.happen(member, packed, now, counters)
    }

    /// Time passes: the outcome.
    pub fn advance(&self, member: &mut Member, to: &str, counters: Option<Vec<String>>) -> Result<String, Error> {
        let counters = counted(counters)?.unwrap_or_default();
        let advanced = self.program.advance_with(&mut member.0, instant(to, "to")?, counters);
        advanced.map(|outcome| host::outcome(&outcome)).map_err(|refused| error::event(&refused))
    }

    /// What a cart would get, as JSON.
    pub fn quote(
        &self,
        member: &Member,
        cart: &str,
        codes: Vec<String>,
        counters: Vec<String>,
        others: bool,
        language: &str,
    ) -> Result<String, Error> {
        self.price(member, Given::Json(cart.as_bytes()), &codes, counters, (others, language))
    }

    /// The same for a packed object.
    #[wasm_bindgen(js_name = quotePacked)]
    pub fn quote_packed(
        &self,
        member: &Member,
        cart: &str,
        codes: Vec<String>,
        counters: Vec<String>,
        others: bool,
        language: &str,
    ) -> Result<String, Error> {
        self.price(member, Given::Packed(cart), &codes, counters, (others, language))
    }

    /// What a member has at an instant, as JSON.
    pub fn view(&self, member: &Member, at: &str) -> Result<String, Error> {
        let view = host::view(&self.program, &member.0, Some(instant(at, "at")?));
        view.map(|view| view.to_json()).map_err(|refused| error::event(&refused))
    }

    /// Why an event would earn what it would: as JSON, and as a text for people.
    pub fn explain(&self, member: &Member, event: &[u8], counters: Option<Vec<String>>) -> Result<Vec<String>, Error> {
        self.why(member, Given::Json(event), counters)
    }

    /// The same for a packed object.
    #[wasm_bindgen(js_name = explainPacked)]
    pub fn explain_packed(
        &self,
        member: &Member,
        event: &str,
        counters: Option<Vec<String>>,
    ) -> Result<Vec<String>, Error> {
        self.why(member, Given::Packed(event), counters)
    }

    /// Why time alone would bring what it would until an instant, in the same forms.
    #[wasm_bindgen(js_name = explainAdvance)]
    pub fn explain_advance(
        &self,
        member: &Member,
        to: &str,
        counters: Option<Vec<String>>,
    ) -> Result<Vec<String>, Error> {
        let to = instant(to, "to")?;
        explained(match counted(counters)? {
            Some(counters) => self.program.explain_advance_with(&member.0, to, &counters),
            None => self.program.explain_advance(&member.0, to),
        })
    }

    /// Why what an event drew came out so, as JSON.
    pub fn audit(&self, member: &Member, event: &str) -> Result<String, Error> {
        let audited = self.program.audit(&member.0, event);
        audited.map(|audit| audit.to_string()).map_err(|refused| error::event(&refused))
    }

    /// The member's state as JSON.
    pub fn save(&self, member: &Member) -> String {
        self.program.save(&member.0)
    }

    /// The member's state as bytes.
    #[wasm_bindgen(js_name = saveBinary)]
    pub fn save_binary(&self, member: &Member) -> Vec<u8> {
        self.program.save_binary(&member.0)
    }

    /// The member whose state `save` wrote.
    pub fn load(&self, state: &str) -> Result<Loaded, Error> {
        self.program.load(state).map(Loaded).map_err(|error| error::state(&error))
    }

    /// The member whose state was saved, in bytes of either form.
    #[wasm_bindgen(js_name = loadBinary)]
    pub fn load_binary(&self, state: &[u8]) -> Result<Loaded, Error> {
        host::loaded_of(&self.program, state).map(Loaded).map_err(|error| error::state(&error))
    }

    fn happen(
        &self,
        member: &mut Member,
        given: Given<'_>,
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String, Error> {
        let now = now.map(|now| instant(&now, "now")).transpose()?;
        let counters = counted(counters)?;
        let mut event = self.event.take();
        let applied = given.read(&self.program, &mut event).and_then(|()| match (counters, now) {
            (Some(counters), now) => self.program.apply_event_with(&mut member.0, &event, now, counters),
            (None, Some(now)) => self.program.apply_event_at(&mut member.0, &event, now),
            (None, None) => self.program.apply_event(&mut member.0, &event),
        });
        self.event.set(event);
        applied.map(|outcome| host::outcome(&outcome)).map_err(|refused| error::event(&refused))
    }

    fn price(
        &self,
        member: &Member,
        cart: Given<'_>,
        codes: &[String],
        counters: Vec<String>,
        (others, language): (bool, &str),
    ) -> Result<String, Error> {
        let counters = counted(Some(counters))?.unwrap_or_default();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let cart = cart.cart(&self.program);
        let quote =
            cart.and_then(|cart| host::quote(&self.program, &member.0, &cart, &codes, &counters, others, language));
        quote.map(|quote| quote.to_document_in(language).to_string()).map_err(|refused| error::event(&refused))
    }

    fn why(&self, member: &Member, given: Given<'_>, counters: Option<Vec<String>>) -> Result<Vec<String>, Error> {
        let counters = counted(counters)?;
        let mut event = self.event.take();
        let why = given.read(&self.program, &mut event).and_then(|()| match &counters {
            Some(counters) => self.program.explain_event_with(&member.0, &event, counters),
            None => self.program.explain_event(&member.0, &event),
        });
        self.event.set(event);
        explained(why)
    }
}

#[wasm_bindgen]
impl Member {
    /// The member's id.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// Grows with everything that happens to the member; never beyond what a number holds exactly.
    #[wasm_bindgen(getter)]
    pub fn revision(&self) -> u64 {
        self.0.revision()
    }

    /// The next instant at which something will happen by time alone, in UTC.
    #[wasm_bindgen(getter, js_name = nextDue)]
    pub fn next_due(&self) -> Option<String> {
        self.0.next_due().map(|due| due.to_string())
    }

    /// The latest instant that the member has been brought to, in UTC.
    #[wasm_bindgen(getter)]
    pub fn clock(&self) -> String {
        self.0.clock().to_string()
    }

    /// When the member joined, in UTC.
    #[wasm_bindgen(getter, js_name = enrolledAt)]
    pub fn enrolled_at(&self) -> String {
        self.0.enrolled_at().to_string()
    }

    /// A member of its own in the same state.
    pub fn copy(&self) -> Member {
        Member(self.0.clone())
    }
}

#[wasm_bindgen]
impl Loaded {
    /// A copy of the member.
    pub fn member(&self) -> Member {
        Member(self.0.member.clone())
    }

    /// What was lost and what is new on the way, as JSON.
    pub fn migration(&self) -> String {
        host::migration(&self.0.report)
    }
}

/// An explanation as JSON, as a text for people, and as HTML.
fn explained(explained: Result<Explanation, EventError>) -> Result<Vec<String>, Error> {
    let explained = explained.map_err(|refused| error::event(&refused))?;
    Ok(vec![explained.to_json(), explained.to_text(false), explained.to_html()])
}

/// Counters over all members: names and digits by turns.
pub fn counted(told: Option<Vec<String>>) -> Result<Option<Counters>, Error> {
    let Some(told) = told else { return Ok(None) };
    let pairs = told.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
    host::counters(pairs).map(Some).map_err(|refused| error::event(&refused))
}

/// An instant that an argument of that name says.
pub fn instant(text: &str, argument: &str) -> Result<Instant, Error> {
    host::instant(text, argument).map_err(|refused| error::event(&refused))
}
