//! How a member may be reached, as it is kept.

use super::StateError;
use super::saved::{Opaque, saved};
use super::values::Moment;
use crate::engine::contact::{Consent, ConsentState, Contact, Heard, Held, Reach};
use crate::engine::messages::said::Said;
use crate::engine::undo::Kept;
use crate::time::Instant;
use crate::wire::codec::{Reader, Writer};

#[derive(Default)]
pub struct SavedContact {
    consents: Vec<SavedConsent>,
    wrote_at: Option<Moment>,
    backoff: Option<Moment>,
    marketing_backoff: Option<Moment>,
    failures: u32,
    unreachable: bool,
    /// Until when, since when, and the message: for the engine alone.
    held: Vec<(Moment, Moment, Opaque)>,
    /// Campaign, message, when.
    campaigns: Vec<(String, String, Moment)>,
}

saved! { SavedContact { consents, wrote_at, backoff, marketing_backoff, failures, unreachable, held, campaigns } }

/// Category, state, when, how, in which words.
type SavedConsent = (String, String, Moment, String, Option<String>);

pub fn save(contact: &Contact) -> Vec<SavedContact> {
    if *contact == Contact::default() {
        return Vec::new();
    }
    let consents = contact.consents.iter().map(|consent| {
        let Consent { category, state, at, how, words } = consent;
        let words = words.as_deref().map(str::to_owned);
        (category.to_string(), state.name().to_owned(), Moment(*at), how.to_string(), words)
    });
    let held = contact.held.iter().map(|held| {
        let mut bytes = Vec::new();
        held.said.write(&mut Writer(&mut bytes));
        (Moment(held.until), Moment(held.since), Opaque(bytes))
    });
    vec![SavedContact {
        consents: consents.collect(),
        wrote_at: contact.wrote_at.map(Moment),
        backoff: contact.backoff.map(Moment),
        marketing_backoff: contact.marketing_backoff.map(Moment),
        failures: contact.failures,
        unreachable: contact.unreachable,
        held: held.collect(),
        campaigns: contact
            .campaigns
            .iter()
            .map(|heard| (heard.campaign.to_string(), heard.message.to_string(), Moment(heard.at)))
            .collect(),
    }]
}

pub fn restore(saved: &[SavedContact]) -> Result<Contact, StateError> {
    let Some(saved) = saved.first() else { return Ok(Contact::default()) };
    let damaged = || StateError::new("not a saved member: what it says of messages is damaged");
    let consent_moments = saved.consents.iter().map(|(_, _, at, ..)| at);
    let others = [&saved.wrote_at, &saved.backoff, &saved.marketing_backoff];
    let moments = others
        .into_iter()
        .flatten()
        .chain(consent_moments)
        .chain(saved.held.iter().flat_map(|(until, since, _)| [until, since]));
    let moments = moments.chain(saved.campaigns.iter().map(|(.., at)| at));
    for moment in moments {
        Instant::reckoned(moment.0).ok_or_else(damaged)?;
    }
    let reach = Reach {
        wrote_at: saved.wrote_at.map(|at| at.0),
        backoff: saved.backoff.map(|at| at.0),
        marketing_backoff: saved.marketing_backoff.map(|at| at.0),
        failures: saved.failures,
        unreachable: saved.unreachable,
    };
    let mut contact = Contact { reach: Kept::new(reach), ..Contact::default() };
    for (category, state, at, how, words) in &saved.consents {
        let state = ConsentState::ALL.into_iter().find(|known| known.name() == state).ok_or_else(damaged)?;
        contact.note(Consent {
            category: category.as_str().into(),
            state,
            at: at.0,
            how: how.as_str().into(),
            words: words.as_deref().map(Into::into),
        });
    }
    for (until, since, said) in &saved.held {
        let said = Said::read(&mut Reader(&said.0)).map_err(|_| damaged())?;
        contact.held.push(Held { until: until.0, since: since.0, said });
    }
    for (campaign, message, at) in &saved.campaigns {
        contact.hear(Heard { campaign: campaign.as_str().into(), message: message.as_str().into(), at: at.0 });
    }
    Ok(contact)
}
