//! As of when tags were told, as long as a late event may tell of them; with those that were taken since.

use super::saved::saved;
use super::squeezed::Shared;
use super::values::Moment;
use super::{Snapshot, StateError};
use crate::engine::member::Member;
use crate::engine::tags::{self, Tag};
use crate::engine::undo::Apart;
use crate::sorting::Arrange as _;
use crate::time::Instant;
use crate::wire::squeeze::{Coder, Flag, Instants, Malformed};

/// A tag, whether it was given or taken, and as of when.
#[derive(Default)]
pub struct SavedTag(String, bool, Moment);

saved! { SavedTag(tag, given, at) }

/// What stands before a tag of which one may be told.
#[derive(Default)]
pub struct Told {
    given: Flag,
    instants: Instants,
}

impl SavedTag {
    pub fn code(
        &mut self,
        coder: &mut dyn Coder,
        shared: &mut Shared,
        (told, near): (&mut Told, i64),
    ) -> Result<(), Malformed> {
        shared.tag(coder, &mut self.0)?;
        self.1 = told.given.code(coder, self.1)?;
        self.2 = Moment(told.instants.code(coder, self.2.0, near)?);
        Ok(())
    }
}

pub fn save(member: &Member) -> Vec<SavedTag> {
    tags::told(member).map(|tag| SavedTag(tag.name.to_string(), tag.given, Moment(tag.at))).collect()
}

pub fn restore(member: &mut Member, saved: &Snapshot) -> Result<(), StateError> {
    let given = saved.tags.iter().map(|tag| Tag { name: tag.as_str().into(), given: true, at: i64::MIN });
    let mut tags: Vec<Tag> = given.collect();
    for SavedTag(name, given, at) in &saved.tags_told {
        Instant::from_micros(at.0)
            .ok_or_else(|| StateError::new("a tag told at an instant outside of 1970 to 2199"))?;
        tags.push(Tag { name: name.as_str().into(), given: *given, at: at.0 });
    }
    tags.arrange_by(|one, other| one.name.cmp(&other.name));
    tags.dedup_by(|told, tag| {
        if told.name != tag.name {
            return false;
        }
        if told.given == tag.given {
            tag.at = told.at;
        }
        true
    });
    member.tags = Apart::new(tags.into());
    Ok(())
}
