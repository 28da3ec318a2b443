//! Tags, and as of when each was told: what comes late does not undo what came after it, whether an event, time or a rule that
//! follows has told of it.

use super::member::Member;
use super::outcome::Kind;

/// A tag that somebody has told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    pub name: Box<str>,
    /// Given, and not taken.
    pub given: bool,
    /// As of when that was told; before everything that can still be told, nobody knows when.
    pub at: i64,
}

impl Tag {
    /// What an event or a rule tells of a tag, if it is one that a decision is about.
    fn told(kind: &Kind) -> Option<(&str, bool)> {
        match kind {
            Kind::Tagged { tag } => Some((tag, true)),
            Kind::Untagged { tag } => Some((tag, false)),
            _ => None,
        }
    }
}

/// Notes what a decision tells of a tag as of an instant, unless the opposite is known as of a later one; whether it holds. What tells of
/// no tag holds.
pub fn tell(member: &mut Member, kind: &Kind, at: i64) -> bool {
    let Some((name, given)) = Tag::told(kind) else { return true };
    match place(member, name) {
        Ok(known) => {
            let newer = member.tags.get(known).filter(|tag| tag.at > at);
            // A tag that is there anyway is given once more.
            if let Some(newer) = newer {
                return newer.given == given;
            }
            if let Some(tag) = member.tags.get_mut(known) {
                (tag.given, tag.at) = (given, at);
            }
        }
        Err(place) => member.tags.insert(place, Tag { name: name.into(), given, at }),
    }
    true
}

/// Takes a tag away with what gave it; whether it was there.
pub fn take_back(member: &mut Member, name: &str) -> bool {
    let known = place(member, name).ok().filter(|known| member.tags.get(*known).is_some_and(|tag| tag.given));
    if let Some(tag) = known.and_then(|known| member.tags.get_mut(known)) {
        tag.given = false;
    }
    known.is_some()
}

/// Takes over what another account of the same person has; the tags that are new.
pub fn join(member: &mut Member, other: &Member) -> Vec<Box<str>> {
    let mut new = Vec::new();
    for tag in &other.tags {
        if tag.given && !has(member, &tag.name) {
            new.push(tag.name.clone());
        }
        match place(member, &tag.name) {
            Ok(known) => {
                if let Some(own) = member.tags.get_mut(known)
                    && (tag.given, tag.at) > (own.given, own.at)
                {
                    own.clone_from(tag);
                }
            }
            Err(place) => member.tags.insert(place, tag.clone()),
        }
    }
    new
}

/// Forgets what can matter to nothing that is told from here on: an event before `horizon` is refused.
pub fn forget(member: &mut Member, horizon: i64) {
    member.tags.retain(|tag| tag.given || tag.at >= horizon);
    member.tags.change(|tag| tag.at < horizon && tag.at != i64::MIN, |tag| tag.at = i64::MIN);
}

/// The tags that a member has, sorted.
pub fn of(member: &Member) -> impl Iterator<Item = &str> {
    member.tags.iter().filter(|tag| tag.given).map(|tag| &*tag.name)
}

/// Those of which it is known as of when they were told, also those that were taken.
pub fn told(member: &Member) -> impl Iterator<Item = &Tag> {
    member.tags.iter().filter(|tag| tag.at != i64::MIN)
}

pub fn has(member: &Member, name: &str) -> bool {
    place(member, name).ok().and_then(|known| member.tags.get(known)).is_some_and(|tag| tag.given)
}

/// Where a tag is, or would be.
fn place(member: &Member, name: &str) -> Result<usize, usize> {
    member.tags.binary_search_by(|tag| (*tag.name).cmp(name))
}
