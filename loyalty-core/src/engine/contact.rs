//! How a member may be reached: what they have agreed to and in which words, when they last wrote, what holds messages
//! back, and the messages that wait.

use core::ops::{Deref, DerefMut};

use super::messages::said::Said;
use super::undo::{Kept, Nothing, Rows, undo_all};

/// What is known of it, which reads as its `reach`; nothing of it is kept for members of programs that say nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contact {
    /// By the names of their categories.
    pub consents: Rows<Consent>,
    pub reach: Kept<Reach>,
    /// Messages that wait for the end of quiet hours, in the order in which they were to be said.
    pub held: Rows<Held>,
    /// What the member has heard of campaigns, by their names and those of the messages.
    pub campaigns: Rows<Heard>,
}

undo_all!(Contact { consents, reach, held, campaigns });

impl Nothing for Contact {
    const NOTHING: &'static Self =
        &Self { consents: Rows::new(), reach: Kept::new(Reach::NEVER), held: Rows::new(), campaigns: Rows::new() };
}

impl Reach {
    /// Nobody has written yet, and nothing has failed.
    const NEVER: Self =
        Self { wrote_at: None, backoff: None, marketing_backoff: None, failures: 0, unreachable: false };
}

/// When the member last wrote, and what holds messages back.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reach {
    /// When the member last wrote.
    pub wrote_at: Option<i64>,
    /// Until when nothing is sent, after a failure.
    pub backoff: Option<i64>,
    /// Until when nothing is sent that promotes.
    pub marketing_backoff: Option<i64>,
    /// Failures of one kind, one after the other.
    pub failures: u32,
    /// Messages do not arrive, until one does or the member writes.
    pub unreachable: bool,
}

impl Deref for Contact {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

impl DerefMut for Contact {
    fn deref_mut(&mut self) -> &mut Reach {
        &mut self.reach
    }
}

/// What a member has said of one category of messages, with its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    pub category: Box<str>,
    pub state: ConsentState,
    pub at: i64,
    /// By which way it came: `message`, `button`, the name of an event, or what the host says.
    pub how: Box<str>,
    /// In which words, if there were any.
    pub words: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    Given,
    /// Said once, where it is to be said twice.
    Asked,
    Withdrawn,
}

impl ConsentState {
    pub const ALL: [Self; 3] = [Self::Given, Self::Asked, Self::Withdrawn];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Asked => "asked",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A message that waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub until: i64,
    /// When it was decided.
    pub since: i64,
    pub said: Said,
}

/// A message of a campaign that was said, or waits to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub campaign: Box<str>,
    pub message: Box<str>,
    pub at: i64,
}

impl Contact {
    /// Whether the member has heard a message of a campaign, since an instant.
    pub fn has_heard(&self, campaign: &str, message: &str, since: i64) -> bool {
        let heard = self.place_of(campaign, message).ok().and_then(|at| self.campaigns.get(at));
        heard.is_some_and(|heard| heard.at >= since)
    }

    /// Notes that the member hears a message of a campaign.
    pub fn hear(&mut self, heard: Heard) {
        match self.place_of(&heard.campaign, &heard.message) {
            Ok(at) => {
                if let Some(known) = self.campaigns.get_mut(at) {
                    known.at = known.at.max(heard.at);
                }
            }
            Err(at) => self.campaigns.insert(at, heard),
        }
    }

    /// Forgets that the member was about to hear a message of a campaign.
    pub fn unhear(&mut self, campaign: &str, message: &str) {
        if let Ok(at) = self.place_of(campaign, message) {
            self.campaigns.remove(at);
        }
    }

    fn place_of(&self, campaign: &str, message: &str) -> Result<usize, usize> {
        self.campaigns.binary_search_by(|known| (&*known.campaign, &*known.message).cmp(&(campaign, message)))
    }

    /// Forgets campaigns of before an instant.
    pub fn forget(&mut self, horizon: i64) {
        self.campaigns.retain(|heard| heard.at >= horizon);
    }

    /// What the member has said of a category.
    pub fn consent(&self, category: &str) -> Option<&Consent> {
        let at = self.consents.binary_search_by(|known| (*known.category).cmp(category)).ok()?;
        self.consents.get(at)
    }

    /// Whether the member agrees to a category.
    pub fn consents(&self, category: &str) -> bool {
        self.consent(category).is_some_and(|consent| consent.state == ConsentState::Given)
    }

    /// Dates what a rule that follows says of a category as of an instant of the past; whether that stands.
    pub fn date(&self, consent: &mut Consent, as_of: i64) -> bool {
        match self.consent(&consent.category).filter(|known| known.at > as_of) {
            Some(later) if consent.state == ConsentState::Given && later.state == ConsentState::Asked => {
                consent.at = later.at;
            }
            Some(_) => return false,
            None => consent.at = as_of,
        }
        true
    }

    /// Notes what the member says of a category.
    pub fn note(&mut self, consent: Consent) {
        match self.consents.binary_search_by(|known| known.category.cmp(&consent.category)) {
            Ok(at) => self.consents.set(at, consent),
            Err(at) => self.consents.insert(at, consent),
        }
    }

    /// Takes over what is known of another account of the same person: the later word counts.
    pub fn join(&mut self, other: &Self) {
        for consent in &other.consents {
            if self.consent(&consent.category).is_none_or(|own| own.at < consent.at) {
                self.note(consent.clone());
            }
        }
        self.wrote_at = self.wrote_at.max(other.wrote_at);
        self.backoff = self.backoff.max(other.backoff);
        self.marketing_backoff = self.marketing_backoff.max(other.marketing_backoff);
        for held in &other.held {
            // What both accounts were to hear of one campaign is heard once.
            let same = |own: &Held| own.said.message == held.said.message && own.said.because == held.said.because;
            let campaign = self.has_heard(&held.said.because.name, &held.said.message, i64::MIN);
            if !(campaign && self.held.iter().any(same)) {
                self.held.push(held.clone());
            }
        }
        other.campaigns.iter().for_each(|heard| self.hear(heard.clone()));
    }

    /// When the next message that waits is due.
    pub fn next_due(&self) -> i64 {
        self.held.iter().map(|held| held.until).min().unwrap_or(i64::MAX)
    }
}
