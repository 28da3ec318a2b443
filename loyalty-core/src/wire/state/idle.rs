//! When wallets were without activity for so long that points run out, by the names of wallet and form.

use super::saved::saved;
use super::values::Moment;
use super::{Snapshot, StateError};
use crate::engine::idle::Idle;
use crate::engine::member::Member;
use crate::plan::Plan;
use crate::time::Instant;

#[derive(Default)]
pub struct SavedIdle {
    wallet: String,
    form: String,
    /// Before the first activity, nothing.
    from: Option<Moment>,
    to: Moment,
}

saved! { SavedIdle { wallet, form, from, to } }

pub fn save(plan: &Plan, member: &Member) -> Vec<SavedIdle> {
    let wallets = plan.wallets.iter().zip(&member.wallets);
    let saved = wallets.flat_map(|(wallet, state)| {
        state.idle.iter().filter_map(|idle| {
            let form = wallet.inactivities.get(usize::from(idle.form))?.key.to_string();
            let from = Some(Moment(idle.from)).filter(|_| idle.from != i64::MIN);
            Some(SavedIdle { wallet: wallet.name.to_string(), form, from, to: Moment(idle.to) })
        })
    });
    saved.collect()
}

/// Takes over what wallets and forms of the program were without.
pub fn restore(plan: &Plan, member: &mut Member, saved: &Snapshot) -> Result<(), StateError> {
    for SavedIdle { wallet, form, from, to } in &saved.idle {
        for moment in from.iter().chain([to]) {
            Instant::from_micros(moment.0)
                .ok_or_else(|| StateError::new("a time without activity outside of 1970 to 2199"))?;
        }
        let Some(place) = plan.wallets.iter().position(|known| *known.name == **wallet) else { continue };
        let forms = plan.wallets.get(place).map_or(&[][..], |wallet| &wallet.inactivities);
        let Some(form) = forms.iter().position(|known| *known.key == **form) else { continue };
        if let Some(state) = member.wallets.get_mut(place) {
            state.idle.push(Idle { form: form as u16, from: from.map_or(i64::MIN, |from| from.0), to: to.0 });
        }
    }
    Ok(())
}
