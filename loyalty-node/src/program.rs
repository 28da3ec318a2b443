//! Programs.

use std::cell::Cell;

use loyalty_core::host::{self, Given};
use loyalty_core::{Counters, Event, EventError, Explanation, Instant, Units};
use napi::bindgen_prelude::Buffer;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;

/// A compiled program.
#[napi]
pub struct Program {
    program: Held<loyalty_core::Program>,
    /// The last event; its buffers are used again for the next one.
    event: Cell<Event>,
}

/// A member as it was loaded, and what became of its state.
#[napi]
pub struct Loaded(Held<loyalty_core::Loaded>);

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
        Ok(Self { program: Held::of(program), event: Cell::default() })
    }

    /// The program's title.
    #[napi(getter, catch_unwind)]
    pub fn title(&self) -> Result<&str> {
        Ok(self.core()?.title())
    }

    /// The program's own version number.
    #[napi(getter, catch_unwind)]
    pub fn version(&self) -> Result<u32> {
        Ok(self.core()?.version())
    }

    /// The text that it was compiled from.
    #[napi(getter, catch_unwind)]
    pub fn text(&self) -> Result<&str> {
        Ok(self.core()?.text())
    }

    /// What is legal and surely not meant, as JSON.
    #[napi(catch_unwind)]
    pub fn warnings(&self) -> Result<String> {
        Ok(self.core()?.warnings().to_document(Units::Utf16).to_string())
    }

    /// Whether two members have the same state.
    #[napi(catch_unwind)]
    pub fn same_state(&self, one: &Member, other: &Member) -> Result<bool> {
        Ok(host::same_state(self.core()?, one.get()?, other.get()?))
    }

    /// The fields that the program reads, by event, as JSON.
    #[napi(catch_unwind)]
    pub fn reads(&self) -> Result<String> {
        Ok(host::reads(self.core()?))
    }

    /// The results of the program's own tests as JSON.
    #[napi(catch_unwind)]
    pub fn run_tests(&self) -> Result<String> {
        Ok(host::tests(&self.core()?.run_tests()))
    }

    /// The policies in force as JSON.
    #[napi(catch_unwind)]
    pub fn policies(&self) -> Result<String> {
        Ok(host::policies(self.core()?))
    }

    /// A new member.
    #[napi(catch_unwind)]
    pub fn enroll(&self, env: Env, id: String, at: String) -> Result<Member> {
        let enrolled = self.core()?.enroll(&id, instant(&at, "at")?).map_err(|refused| error::event(&refused))?;
        Member::of(env, enrolled)
    }

    /// An event happens to a member: JSON in bytes in, the outcome out.
    #[napi(catch_unwind)]
    pub fn apply(
        &self,
        member: &mut Member,
        event: &[u8],
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        self.happen(member, Given::Json(&own(event)), now, counters)
    }

    /// The same for a packed object, in bytes too.
    #[napi(catch_unwind)]
    pub fn apply_packed(
        &self,
        member: &mut Member,
        event: &[u8],
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        let event = own(event);
        let packed = Given::packed(&event).map_err(|refused| error::event(&refused))?;
        self.happen(member, packed, now, counters)
    }

    /// Time passes: the outcome.
    #[napi(catch_unwind)]
    pub fn advance(&self, member: &mut Member, to: String, counters: Option<Vec<String>>) -> Result<String> {
        let counters = counted(counters)?.unwrap_or_default();
        let advanced = self.core()?.advance_with(member.get_mut()?, instant(&to, "to")?, counters);
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
        let view = host::view(self.core()?, member.get()?, Some(instant(&at, "at")?));
        view.map(|view| view.to_json()).map_err(|refused| error::event(&refused))
    }

    /// Why an event would earn what it would: as JSON, and as a text for people.
    #[napi(catch_unwind)]
    pub fn explain(&self, member: &Member, event: &[u8], counters: Option<Vec<String>>) -> Result<Vec<String>> {
        self.why(member, Given::Json(&own(event)), counters)
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn explain_packed(&self, member: &Member, event: String, counters: Option<Vec<String>>) -> Result<Vec<String>> {
        self.why(member, Given::Packed(&event), counters)
    }

    /// Why time alone would bring what it would until an instant, in the same forms.
    #[napi(catch_unwind)]
    pub fn explain_advance(&self, member: &Member, to: String, counters: Option<Vec<String>>) -> Result<Vec<String>> {
        let (program, member, to) = (self.core()?, member.get()?, instant(&to, "to")?);
        explained(match counted(counters)? {
            Some(counters) => program.explain_advance_with(member, to, &counters),
            None => program.explain_advance(member, to),
        })
    }

    /// Why what an event drew came out so, as JSON.
    #[napi(catch_unwind)]
    pub fn audit(&self, member: &Member, event: String) -> Result<String> {
        let audited = self.core()?.audit(member.get()?, &event);
        audited.map(|audit| audit.to_string()).map_err(|refused| error::event(&refused))
    }

    /// The member's state as JSON.
    #[napi(catch_unwind)]
    pub fn save(&self, member: &Member) -> Result<String> {
        Ok(self.core()?.save(member.get()?))
    }

    /// The member's state as bytes.
    #[napi(catch_unwind)]
    pub fn save_binary(&self, member: &Member) -> Result<Buffer> {
        Ok(self.core()?.save_binary(member.get()?).into())
    }

    /// The member whose state `save` wrote.
    #[napi(catch_unwind)]
    pub fn load(&self, state: String) -> Result<Loaded> {
        self.core()?.load(&state).map(Loaded::of).map_err(|error| error::state(&error))
    }

    /// The member whose state was saved, in bytes of either form.
    #[napi(catch_unwind)]
    pub fn load_binary(&self, state: &[u8]) -> Result<Loaded> {
        host::loaded_of(self.core()?, &own(state)).map(Loaded::of).map_err(|error| error::state(&error))
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.program.free();
        self.event = Cell::default();
    }

    pub(crate) fn core(&self) -> Result<&loyalty_core::Program> {
        self.program.get()
    }

    fn happen(
        &self,
        member: &mut Member,
        given: Given<'_>,
        now: Option<String>,
        counters: Option<Vec<String>>,
    ) -> Result<String> {
        let now = now.map(|now| instant(&now, "now")).transpose()?;
        let counters = counted(counters)?;
        let (program, member) = (self.core()?, member.get_mut()?);
        let mut event = self.event.take();
        let applied = given.read(program, &mut event).and_then(|()| match (counters, now) {
            (Some(counters), now) => program.apply_event_with(member, &event, now, counters),
            (None, Some(now)) => program.apply_event_at(member, &event, now),
            (None, None) => program.apply_event(member, &event),
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
        let (program, member) = (self.core()?, member.get()?);
        let cart = cart.cart(program);
        let quote = cart.and_then(|cart| host::quote(program, member, &cart, &codes, &counters, others, language));
        quote.map(|quote| quote.to_document_in(language).to_string()).map_err(|refused| error::event(&refused))
    }

    fn why(&self, member: &Member, given: Given<'_>, counters: Option<Vec<String>>) -> Result<Vec<String>> {
        let (program, member, counters) = (self.core()?, member.get()?, counted(counters)?);
        let mut event = self.event.take();
        let why = given.read(program, &mut event).and_then(|()| match &counters {
            Some(counters) => program.explain_event_with(member, &event, counters),
            None => program.explain_event(member, &event),
        });
        self.event.set(event);
        explained(why)
    }
}

#[napi]
impl Loaded {
    fn of(loaded: loyalty_core::Loaded) -> Self {
        Self(Held::of(loaded))
    }

    /// A copy of the member.
    #[napi(catch_unwind)]
    pub fn member(&self, env: Env) -> Result<Member> {
        Member::of(env, self.0.get()?.member.clone())
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }

    /// What was lost and what is new on the way, as JSON.
    #[napi(catch_unwind)]
    pub fn migration(&self) -> Result<String> {
        Ok(host::migration(&self.0.get()?.report))
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

/// An instant that an argument of that name says.
pub fn instant(text: &str, argument: &str) -> Result<Instant> {
    host::instant(text, argument).map_err(|refused| error::event(&refused))
}

/// A copy: what JavaScript lends may be shared with a thread that writes to it meanwhile.
pub fn own(lent: &[u8]) -> Vec<u8> {
    lent.to_vec()
}
