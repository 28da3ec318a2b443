//! What comes of a payload: events for members, what is parked and why, and notices for the host itself.

use core::fmt;

use loyalty_core::{Document, EventError, Instant};

use crate::build::Build;
use crate::json::Moment;

/// The longest id of an event.
pub(crate) const ID_BYTES_MAX: usize = 128;

/// What comes of one payload. A payload may hold several things; each becomes an event, is parked, or is a notice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Translation {
    events: Vec<HostEvent>,
    parked: Vec<Parked>,
    notices: Vec<Notice>,
}

impl Translation {
    /// Events, in the order in which they are to be applied.
    #[must_use]
    pub fn events(&self) -> &[HostEvent] {
        &self.events
    }

    /// What must not be applied as it is, each with its reason.
    #[must_use]
    pub fn parked(&self) -> &[Parked] {
        &self.parked
    }

    /// What concerns the host and no member.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// `{"events":[…],"parked":[…],"notices":[…]}`, the same in every host.
    #[must_use]
    pub fn to_document(&self) -> Document {
        Build::new()
            .put("events", self.events.iter().map(HostEvent::to_document).collect::<Document>())
            .put("parked", self.parked.iter().map(Parked::to_document).collect::<Document>())
            .put("notices", self.notices.iter().map(|notice| notice.0.clone()).collect::<Document>())
            .done()
    }

    /// The document as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_document().to_string()
    }

    pub(crate) fn push(&mut self, event: HostEvent) {
        self.events.push(event);
    }

    pub(crate) fn extend(&mut self, events: impl IntoIterator<Item = HostEvent>) {
        self.events.extend(events);
    }

    /// Pushes an event that somebody can be found for, and parks any other.
    pub(crate) fn push_or_park(&mut self, event: HostEvent, path: &str) {
        if event.keys().next().is_some() {
            self.push(event);
        } else {
            self.park(Parked::new(Reason::Guest, path).with_event(event));
        }
    }

    pub(crate) fn park(&mut self, parked: Parked) {
        self.parked.push(parked);
    }

    pub(crate) fn notice(&mut self, notice: Document) {
        self.notices.push(Notice(notice));
    }

    /// The events, for nobody: parked until somebody says whose they are.
    pub(crate) fn for_nobody(mut self, path: &str) -> Self {
        if !self.events.is_empty() {
            let events = core::mem::take(&mut self.events);
            self.parked.push(Parked { events, ..Parked::new(Reason::Guest, path) });
        }
        self
    }

    pub(crate) fn parked_only(parked: Parked) -> Self {
        Self { parked: vec![parked], ..Self::default() }
    }
}

/// An event that waits for its member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEvent {
    keys: Vec<(&'static str, String)>,
    own_key: Option<(String, String)>,
    latest: Option<(String, Moment)>,
    event: Document,
}

impl HostEvent {
    pub(crate) fn new(event: Build) -> Self {
        Self { keys: Vec::new(), own_key: None, latest: None, event: event.done() }
    }

    pub(crate) fn with_keys(mut self, keys: &Keys) -> Self {
        self.own_key.clone_from(&keys.own);
        self.keys.clone_from(&keys.others);
        self
    }

    /// The event tells how something stands, and not what happened to it: an older one must not undo a newer one.
    pub(crate) fn latest_of(mut self, what: String, at: Moment) -> Self {
        self.latest = Some((what, at));
        self
    }

    /// What the member can be found by, surest first: the platform's own key under the name of the source, `bsuid`, `phone`
    /// (with its `+`), `email` (in lower case), `order` (the id of an order's event), `cart`, `message` (the id of an
    /// outbound message).
    pub fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.own_key.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        own.chain(self.keys.iter().map(|(name, value)| (*name, value.as_str())))
    }

    /// One of the keys.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&str> {
        self.keys().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// For events that tell how something stands: what it is, and as of when. A host keeps the greatest instant of each
    /// and passes over what is older, for webhooks arrive in any order.
    #[must_use]
    pub fn latest(&self) -> Option<(&str, Instant)> {
        self.latest.as_ref().map(|(what, moment)| (what.as_str(), moment.at))
    }

    /// The event, without a member.
    #[must_use]
    pub fn event(&self) -> &Document {
        &self.event
    }

    /// The event's JSON, for a member.
    #[must_use]
    pub fn json_for(&self, member: &str) -> String {
        let Document::Object(entries) = &self.event else { return self.event.to_string() };
        let mut entries = entries.clone();
        // After its type and id, where it stands in every event of the documentation.
        entries.insert(2.min(entries.len()), ("member".into(), member.into()));
        Document::Object(entries).to_string()
    }

    /// `{"keys":{…},"latest":{"of":…,"at":…},"event":{…}}`; `latest` only where there is one.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let keys = self.keys().map(|(name, value)| (name.to_owned().into(), value.into())).collect();
        let latest = self.latest.as_ref();
        let latest = latest.map(|(of, at)| Build::new().put("of", of.as_str()).put("at", *at).done());
        Build::new().put("keys", Document::Object(keys)).maybe("latest", latest).put("event", self.event.clone()).done()
    }
}

/// What a member can be found by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keys {
    own: Option<(String, String)>,
    others: Vec<(&'static str, String)>,
}

impl Keys {
    /// The platform's own id of the member.
    pub fn own(source: &str, id: Option<String>) -> Self {
        Self { own: id.map(|id| (source.to_owned(), id)), others: Vec::new() }
    }

    pub fn and(mut self, name: &'static str, value: Option<String>) -> Self {
        if let Some(value) = value
            && !self.others.iter().any(|(own, _)| *own == name)
        {
            self.others.push((name, value));
        }
        self
    }

    /// A phone number by its digits, as every platform would write it; nothing without a country.
    pub fn phone(self, number: Option<String>) -> Self {
        let plain = number.filter(|number| number.starts_with('+')).map(|number| {
            let digits = number.chars().filter(char::is_ascii_digit);
            core::iter::once('+').chain(digits).collect::<String>()
        });
        self.and("phone", plain.filter(|number| (8..=16).contains(&number.len())))
    }

    pub fn email(self, address: Option<String>) -> Self {
        self.and("email", address.map(|address| address.to_lowercase()))
    }

    /// One of them, or nothing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// The surest of them.
    pub fn first(&self) -> Option<&str> {
        let own = self.own.as_ref().map(|(_, value)| value.as_str());
        own.or_else(|| self.others.first().map(|(_, value)| value.as_str()))
    }

    /// Whether it says who it is, and not only where to write to.
    pub fn known(&self) -> bool {
        self.own.is_some()
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $sentence:literal,)*) => {
        /// The closed list of reasons for which something is parked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            /// The stable name, such as `guest`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Reason::$name => $text,)* }
            }

            /// What it means, and what the host can do, in one sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Reason::$name => $sentence,)* }
            }
        }
    };
}

reasons! {
    /// Nobody is named; the events are there for when somebody is.
    Guest = "guest": "nobody is named as the buyer: keep the events until a member claims them",
    /// A test of the shop's.
    Test = "test": "a test of the shop: nothing is earned",
    /// An order that is not one yet.
    Draft = "draft": "a draft, which may become an order: wait for that",
    /// Not paid in full yet.
    Unpaid = "unpaid": "not paid in full: wait for the next word about the order",
    /// Not confirmed by the shop.
    Unconfirmed = "unconfirmed": "not confirmed by the shop: wait for the next word about the order",
    /// Called off before anything was paid.
    Voided = "voided": "called off before it was paid: nothing was earned and nothing is taken back",
    /// A checkout that has become an order.
    Completed = "completed": "bought: the order comes by itself",
    /// Only a change is told; the whole has to be read.
    Incomplete = "incomplete": "only a change or a sum is told: read the whole from the platform and translate that",
    /// Money went back, and no goods.
    MoneyOnly = "money_only": "money went back and no goods did: whether points are taken for that is the shop's to decide",
    /// The platform has deleted it.
    Deleted = "deleted": "deleted at the platform: whether that undoes anything is the shop's to decide",
    /// Somebody is to be forgotten or told what is known.
    Privacy = "privacy": "a request about personal data, which the host answers",
    /// A consent that was asked for and not given.
    Undecided = "undecided": "asked and not answered yet: no consent",
    /// Nothing that members can be given points for.
    NotNeeded = "not_needed": "nothing that a rule could react to",
    /// One of several things cannot be read; the others are not held up by it.
    Unreadable = "unreadable": "this one of several things cannot be read: the others are not held up by it",
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What must not be applied as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    reason: Reason,
    path: String,
    events: Vec<HostEvent>,
    error: Option<EventError>,
}

impl Parked {
    pub(crate) fn new(reason: Reason, path: &str) -> Self {
        Self { reason, path: path.to_owned(), events: Vec::new(), error: None }
    }

    pub(crate) fn with_event(mut self, event: HostEvent) -> Self {
        self.events.push(event);
        self
    }

    pub(crate) fn unreadable(path: &str, error: EventError) -> Self {
        Self { error: Some(error), ..Self::new(Reason::Unreadable, path) }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Where in the payload that shows; nothing for the payload as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What would be applied if the host decided so: a guest's order for the member who claims it.
    #[must_use]
    pub fn events(&self) -> &[HostEvent] {
        &self.events
    }

    /// What is wrong, if it cannot be read.
    #[must_use]
    pub fn error(&self) -> Option<&EventError> {
        self.error.as_ref()
    }

    /// `{"reason":…,"path":…,"error":{…},"events":[…]}`; all but the reason only where there is something to say.
    #[must_use]
    pub fn to_document(&self) -> Document {
        let error = self.error.as_ref().map(EventError::to_document);
        let events = self.events.iter().map(HostEvent::to_document).collect();
        Build::new()
            .put("reason", self.reason.as_str())
            .maybe("path", Some(self.path.as_str()).filter(|path| !path.is_empty()))
            .maybe("error", error)
            .some("events", events)
            .done()
    }
}

/// What concerns the host and no member: a template that was put into another category, a limit that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(Document);

impl Notice {
    /// The notice: its `kind`, and what it says.
    #[must_use]
    pub fn to_document(&self) -> Document {
        self.0.clone()
    }
}
