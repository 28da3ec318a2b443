//! What concerns several members, or an account as a whole.

use js_sys::Error;
use loyalty_core::EventError;
use loyalty_core::host::{self, Given, members};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error;
use crate::program::{Member, Program, instant};

/// Members after something that they did together, and what came of it.
#[wasm_bindgen]
pub struct Together(members::Together);

/// A member under another version of the program, and what became of it.
#[wasm_bindgen]
pub struct Migrated(loyalty_core::Migration);

#[wasm_bindgen]
impl Program {
    /// The second of two accounts goes up in the first.
    pub fn merge(&self, members: Vec<Member>, at: &str) -> Result<Together, Error> {
        together(members::merge(&self.program, states(members), instant(at, "at")?))
    }

    /// Members pay together.
    #[wasm_bindgen(js_name = poolSpend)]
    pub fn pool_spend(
        &self,
        members: Vec<Member>,
        id: &str,
        wallet: &str,
        points: &str,
        at: &str,
    ) -> Result<Together, Error> {
        let payment = (id, wallet, points);
        together(members::pool_spend(&self.program, states(members), payment, instant(at, "at")?))
    }

    /// Members get back of what they paid together.
    #[wasm_bindgen(js_name = poolGiveBack)]
    pub fn pool_give_back(
        &self,
        members: Vec<Member>,
        id: &str,
        payment: &str,
        points: Option<String>,
        at: &str,
    ) -> Result<Together, Error> {
        let back = (id, payment, points.as_deref());
        together(members::pool_give_back(&self.program, states(members), back, instant(at, "at")?))
    }

    /// Erases the person and keeps the sums: the outcome's JSON.
    pub fn erase(&self, member: &mut Member, pseudonym: &str, at: &str) -> Result<String, Error> {
        let erased = self.program.erase(&mut member.0, pseudonym, instant(at, "at")?);
        erased.map(|outcome| outcome.to_json()).map_err(|refused| error::event(&refused))
    }

    /// All that is held about a member, as JSON.
    pub fn export(&self, member: &Member) -> Result<String, Error> {
        let exported = host::export(&self.program, &member.0);
        exported.map(|all| all.to_string()).map_err(|refused| error::event(&refused))
    }

    /// The `sent_back` event for a `received` one that cannot be delivered, as JSON.
    #[wasm_bindgen(js_name = sendBack)]
    pub fn send_back(&self, received: &str) -> Result<String, Error> {
        self.come_back(Given::Json(received.as_bytes()))
    }

    /// The same for a packed object.
    #[wasm_bindgen(js_name = sendBackPacked)]
    pub fn send_back_packed(&self, received: &str) -> Result<String, Error> {
        self.come_back(Given::Packed(received))
    }

    /// What becomes of a member of another version of the program.
    pub fn migrate(&self, old: &Program, member: &Member, at: &str) -> Result<Migrated, Error> {
        let migrated = self.program.migrate(&old.program, &member.0, instant(at, "at")?);
        migrated.map(Migrated).map_err(|refused| error::event(&refused))
    }

    fn come_back(&self, received: Given<'_>) -> Result<String, Error> {
        let mut event = loyalty_core::Event::default();
        let back = received.read(&self.program, &mut event).and_then(|()| self.program.send_back_event(&event));
        back.map(|back| back.to_string()).map_err(|refused| error::event(&refused))
    }
}

#[wasm_bindgen]
impl Together {
    /// The outcomes as one JSON list.
    pub fn outcomes(&self) -> String {
        self.0.to_json()
    }

    /// The members, in the order in which they were given.
    pub fn members(&self) -> Vec<Member> {
        self.0.members.iter().cloned().map(Member).collect()
    }
}

#[wasm_bindgen]
impl Migrated {
    /// The member under the new version.
    pub fn member(&self) -> Member {
        Member(self.0.member().clone())
    }

    /// What became of it, as JSON.
    pub fn told(&self) -> String {
        members::migrated(&self.0).to_string()
    }
}

fn together(done: Result<members::Together, EventError>) -> Result<Together, Error> {
    done.map(Together).map_err(|refused| error::event(&refused))
}

/// The states of members that were handed over: copies, for JavaScript lends no more than one at a time.
fn states(members: Vec<Member>) -> Vec<loyalty_core::Member> {
    members.into_iter().map(|member| member.0).collect()
}
