//! Programs and members.

use std::cell::Cell;

use loyalty_core::host::{self, Given};
use loyalty_core::{Counters, Event, EventError, Explanation, Instant, Units};
use napi::Result;
use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use crate::error;

/// A compiled program.
#[napi]
pub struct Program {
    pub(crate) program: loyalty_core::Program,
    /// The last event; its buffers are used again for the next one.
    event: Cell<Event>,
}

/// The state of one member.
#[napi]
pub struct Member(pub(crate) loyalty_core::Member);

/// A member as it was loaded, and what became of its state.
#[napi]
pub struct Loaded(loyalty_core::Loaded);

#[napi]
impl Program {
    /// Compiles the text of a program, with the host's secret if there is one.
    #[napi(catch_unwind)]
    pub fn compile(text: String, file_name: String, secret: Option<Buffer>) -> Result<Self> {
        let program =
            loyalty_core::Program::compile(&text).map_err(|diagnostics| error::rules(&diagnostics, &file_name))?;
        let program = match secret {
            Some(secret) => program.with_secret(&secret).map_err(error::secret)?,
            None => program,
        };
        Ok(Self { program, event: Cell::default() })
    }

    /// The program's title.
    #[napi(getter, catch_unwind)]
    pub fn title(&self) -> &str {
        self.program.title()
    }

    /// The program's own version number.
    #[napi(getter, catch_unwind)]
    pub fn version(&self) -> u32 {
        self.program.version()
    }

    /// The text that it was compiled from.
    #[napi(getter, catch_unwind)]
    pub fn text(&self) -> &str {
        self.program.text()
    }

    /// What is legal and surely not meant, as JSON.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> String {
        self.program.warnings().to_document(Units::Utf16).to_string()
    }

    /// The fields that the program reads, by event, as JSON.
    #[napi(catch_unwind)]
    pub fn reads(&self) -> String {
        host::reads(&self.program)
    }

    /// The results of the program's own tests as JSON.
    #[napi(catch_unwind)]
    pub fn run_tests(&self) -> String {
        host::tests(&self.program.run_tests())
    }

    /// The policies in force as JSON.
    #[napi(catch_unwind)]
    pub fn policies(&self) -> String {
        host::policies(&self.program)
    }

    /// A new member.
    #[napi(catch_unwind)]
    pub fn enroll(&self, id: String, at: String) -> Result<Member> {
        self.program.enroll(&id, instant(&at)?).map(Member).map_err(|refused| error::event(&refused))
    }

    /// An event happens to a member: JSON text in, the outcome out.
    #[napi(catch_unwind)]
    pub fn apply(
        &self,
        member: &mut Member,
        event: String,
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        self.happen(member, Given::Json(event.as_bytes()), now, counters)
    }

    /// The same for JSON in bytes.
    #[napi(catch_unwind)]
    pub fn apply_bytes(
        &self,
        member: &mut Member,
        event: &[u8],
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        self.happen(member, Given::Json(&own(event)), now, counters)
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn apply_packed(
        &self,
        member: &mut Member,
        event: String,
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        self.happen(member, Given::Packed(&event), now, counters)
    }

    /// Time passes: the outcome.
    #[napi(catch_unwind)]
    pub fn advance(&self, member: &mut Member, at: String, counters: Option<Vec<String>>) -> Result<String> {
        let counters = counted(counters)?.unwrap_or_default();
        let advanced = self.program.advance_with(&mut member.0, instant(&at)?, counters);
        advanced.map(|outcome| host::outcome(&outcome)).map_err(|refused| error::event(&refused))
    }

    /// What a cart would get, as JSON.
    #[napi(catch_unwind)]
    pub fn quote(
        &self,
        member: &Member,
        cart: String,
        codes: Vec<String>,
        counters: Vec<String>,
        others: bool,
        language: String,
    ) -> Result<String> {
        self.price(member, Given::Json(cart.as_bytes()), &codes, counters, (others, &language))
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn quote_packed(
        &self,
        member: &Member,
        cart: String,
        codes: Vec<String>,
        counters: Vec<String>,
        others: bool,
        language: String,
    ) -> Result<String> {
        self.price(member, Given::Packed(&cart), &codes, counters, (others, &language))
    }

    /// What a member has at an instant, as JSON.
    #[napi(catch_unwind)]
    pub fn view(&self, member: &Member, at: String) -> Result<String> {
        let view = host::view(&self.program, &member.0, Some(instant(&at)?));
        view.map(|view| view.to_json()).map_err(|refused| error::event(&refused))
    }

    /// Why an event would earn what it would: as JSON, and as a text for people.
    #[napi(catch_unwind)]
    pub fn explain(&self, member: &Member, event: &[u8]) -> Result<Vec<String>> {
        self.why(member, Given::Json(&own(event)))
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn explain_packed(&self, member: &Member, event: String) -> Result<Vec<String>> {
        self.why(member, Given::Packed(&event))
    }

    /// Why time alone would bring what it would until an instant, in the same forms.
    #[napi(catch_unwind)]
    pub fn explain_advance(&self, member: &Member, to: String) -> Result<Vec<String>> {
        explained(self.program.explain_advance(&member.0, instant(&to)?))
    }

    /// Why what an event drew came out so, as JSON.
    #[napi(catch_unwind)]
    pub fn audit(&self, member: &Member, event: String) -> Result<String> {
        let audited = self.program.audit(&member.0, &event);
        audited.map(|audit| audit.to_string()).map_err(|refused| error::event(&refused))
    }

    /// The member's state as JSON.
    #[napi(catch_unwind)]
    pub fn save(&self, member: &Member) -> String {
        self.program.save(&member.0)
    }

    /// The member's state as bytes.
    #[napi(catch_unwind)]
    pub fn save_binary(&self, member: &Member) -> Buffer {
        self.program.save_binary(&member.0).into()
    }

    /// The member whose state `save` wrote.
    #[napi(catch_unwind)]
    pub fn load(&self, state: String) -> Result<Loaded> {
        self.program.load(&state).map(Loaded).map_err(|error| error::state(&error))
    }

    /// The member whose state `save_binary` wrote.
    #[napi(catch_unwind)]
    pub fn load_binary(&self, state: &[u8]) -> Result<Loaded> {
        self.program.load_binary(&own(state)).map(Loaded).map_err(|error| error::state(&error))
    }

    fn happen(
        &self,
        member: &mut Member,
        given: Given<'_>,
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        let now = now.map(|now| instant(&now)).transpose()?;
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
    ) -> Result<String> {
        let counters = counted(Some(counters))?.unwrap_or_default();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let cart = cart.cart(&self.program);
        let quote =
            cart.and_then(|cart| host::quote(&self.program, &member.0, &cart, &codes, &counters, others, language));
        quote.map(|quote| quote.to_document_in(language).to_string()).map_err(|refused| error::event(&refused))
    }

    fn why(&self, member: &Member, given: Given<'_>) -> Result<Vec<String>> {
        let mut event = self.event.take();
        let read = given.read(&self.program, &mut event);
        let why = read.and_then(|()| self.program.explain_event(&member.0, &event));
        self.event.set(event);
        explained(why)
    }
}

#[napi]
impl Member {
    /// The member's id.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// Grows with everything that happens to the member; never beyond what a number holds exactly.
    #[napi(getter, catch_unwind)]
    pub fn revision(&self) -> i64 {
        i64::try_from(self.0.revision()).unwrap_or(i64::MAX)
    }

    /// The next instant at which something will happen by time alone, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn next_due(&self) -> Option<String> {
        self.0.next_due().map(|due| due.to_string())
    }

    /// The latest instant that the member has been brought to, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn clock(&self) -> String {
        self.0.clock().to_string()
    }

    /// When the member joined, in UTC.
    #[napi(getter, catch_unwind)]
    pub fn enrolled_at(&self) -> String {
        self.0.enrolled_at().to_string()
    }

    /// A member of its own in the same state.
    #[napi(catch_unwind)]
    pub fn copy(&self) -> Member {
        Member(self.0.clone())
    }
}

#[napi]
impl Loaded {
    /// A copy of the member.
    #[napi(catch_unwind)]
    pub fn member(&self) -> Member {
        Member(self.0.member.clone())
    }

    /// What was lost and what is new on the way, as JSON.
    #[napi(catch_unwind)]
    pub fn migration(&self) -> String {
        host::migration(&self.0.report)
    }
}

/// An explanation as JSON, as a text for people, and as HTML.
fn explained(explained: core::result::Result<Explanation, EventError>) -> Result<Vec<String>> {
    let explained = explained.map_err(|refused| error::event(&refused))?;
    Ok(vec![explained.to_json(), explained.to_text(false), explained.to_html()])
}

/// Counters over all members: names and digits by turns.
pub fn counted(told: Option<Vec<String>>) -> Result<Option<Counters>> {
    let Some(told) = told else { return Ok(None) };
    let pairs = told.chunks_exact(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone())));
    host::counters(pairs).map(Some).map_err(|refused| error::event(&refused))
}

pub fn instant(text: &str) -> Result<Instant> {
    text.parse().map_err(|refused| error::event(&refused))
}

/// A copy: what JavaScript lends may be shared with a thread that writes to it meanwhile.
pub fn own(lent: &[u8]) -> Vec<u8> {
    lent.to_vec()
}
