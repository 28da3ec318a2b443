//! What concerns several members, or an account as a whole.

use loyalty_core::EventError;
use loyalty_core::host::{self, Given, members};
use napi::bindgen_prelude::ClassInstance;
use napi::{Env, Result};
use napi_derive::napi;

use crate::error;
use crate::held::Held;
use crate::member::Member;
use crate::program::{Program, instant};

/// Members after something that they did together, and what came of it.
#[napi]
pub struct Together(Held<members::Together>);

/// A member under another version of the program, and what became of it.
#[napi]
pub struct Migrated(Held<loyalty_core::Migration>);

#[napi]
impl Program {
    /// The second of two accounts goes up in the first.
    #[napi(catch_unwind)]
    pub fn merge(&self, members: Vec<ClassInstance<Member>>, at: String) -> Result<Together> {
        together(members::merge(self.core()?, copies(&members)?, instant(&at, "at")?))
    }

    /// Members pay together.
    #[napi(catch_unwind)]
    pub fn pool_spend(
        &self,
        members: Vec<ClassInstance<Member>>,
        id: String,
        wallet: String,
        points: String,
        at: String,
    ) -> Result<Together> {
        let payment = (&*id, &*wallet, &*points);
        together(members::pool_spend(self.core()?, copies(&members)?, payment, instant(&at, "at")?))
    }

    /// Members get back of what they paid together.
    #[napi(catch_unwind)]
    pub fn pool_give_back(
        &self,
        members: Vec<ClassInstance<Member>>,
        id: String,
        payment: String,
        points: Option<String>,
        at: String,
    ) -> Result<Together> {
        let back = (&*id, &*payment, points.as_deref());
        together(members::pool_give_back(self.core()?, copies(&members)?, back, instant(&at, "at")?))
    }

    /// Erases the person and keeps the sums: the outcome's JSON.
    #[napi(catch_unwind)]
    pub fn erase(&self, member: &mut Member, pseudonym: String, at: String) -> Result<String> {
        let erased = self.core()?.erase(member.get_mut()?, &pseudonym, instant(&at, "at")?);
        erased.map(|outcome| outcome.to_json()).map_err(|refused| error::event(&refused))
    }

    /// All that is held about a member, as JSON.
    #[napi(catch_unwind)]
    pub fn export(&self, member: &Member) -> Result<String> {
        let exported = host::export(self.core()?, member.get()?);
        exported.map(|all| all.to_string()).map_err(|refused| error::event(&refused))
    }

    /// The `sent_back` event for a `received` one that cannot be delivered, as JSON.
    #[napi(catch_unwind)]
    pub fn send_back(&self, received: String) -> Result<String> {
        self.come_back(Given::Json(received.as_bytes()))
    }

    /// The same for a packed object.
    #[napi(catch_unwind)]
    pub fn send_back_packed(&self, received: String) -> Result<String> {
        self.come_back(Given::Packed(&received))
    }

    /// What becomes of a member of another version of the program.
    #[napi(catch_unwind)]
    pub fn migrate(&self, old: &Program, member: &Member, at: String) -> Result<Migrated> {
        let migrated = self.core()?.migrate(old.core()?, member.get()?, instant(&at, "at")?);
        migrated.map(|migrated| Migrated(Held::of(migrated))).map_err(|refused| error::event(&refused))
    }

    fn come_back(&self, received: Given<'_>) -> Result<String> {
        let (program, mut event) = (self.core()?, loyalty_core::Event::default());
        let back = received.read(program, &mut event).and_then(|()| program.send_back_event(&event));
        back.map(|back| back.to_string()).map_err(|refused| error::event(&refused))
    }
}

#[napi]
impl Together {
    /// The outcomes as one JSON list.
    #[napi(catch_unwind)]
    pub fn outcomes(&self) -> Result<String> {
        Ok(self.0.get()?.to_json())
    }

    /// The members, in the order in which they were given.
    #[napi(catch_unwind)]
    pub fn members(&self, env: Env) -> Result<Vec<Member>> {
        self.0.get()?.members.iter().map(|member| Member::of(env, member.clone())).collect()
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }
}

#[napi]
impl Migrated {
    /// The member under the new version.
    #[napi(catch_unwind)]
    pub fn member(&self, env: Env) -> Result<Member> {
        Member::of(env, self.0.get()?.member().clone())
    }

    /// Gives the memory back at once.
    #[napi(catch_unwind)]
    pub fn free(&mut self) {
        self.0.free();
    }

    /// What became of it, as JSON.
    #[napi(catch_unwind)]
    pub fn told(&self) -> Result<String> {
        Ok(members::migrated(self.0.get()?).to_string())
    }
}

fn together(done: core::result::Result<members::Together, EventError>) -> Result<Together> {
    done.map(|done| Together(Held::of(done))).map_err(|refused| error::event(&refused))
}

/// Copies: two of them may be one object, which cannot be lent twice.
fn copies(members: &[ClassInstance<Member>]) -> Result<Vec<loyalty_core::Member>> {
    members.iter().map(|member| member.get().cloned()).collect()
}
