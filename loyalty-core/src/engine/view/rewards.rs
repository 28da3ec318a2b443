//! What each reward costs a member now, and everything that it lacks; and what points may pay of an order.

use crate::engine::claims::Counters;
use crate::engine::eval::Scope;
use crate::engine::event::EventData;
use crate::engine::member::Member;
use crate::engine::rewards;
use crate::plan::Plan;
use crate::wire::document::Document;
use crate::wire::rewards::reward_offered;

/// The rewards of a member who has been brought to the present; nothing for a program without rewards.
pub fn document(plan: &Plan, member: &Member) -> Option<Document> {
    (!plan.rewards.is_empty()).then(|| offered(plan, member, None, None))
}

/// The same on an order, whose sums are those before any reward has paid: what of it may be paid, and with how much.
pub fn offered(plan: &Plan, member: &Member, order: Option<&EventData>, counters: Option<&Counters>) -> Document {
    let at = order.map_or(member.clock, |order| order.at);
    let scope = Scope { event: order, counters, ..Scope::of(plan, member, at) };
    let mut rewards = Document::object();
    for one in rewards::offered(&scope, None) {
        let name = plan.rewards.get(usize::from(one.reward)).map_or("", |reward| &*reward.name);
        rewards.put(name.to_owned(), reward_offered(plan, &one, |lack| lack.text.to_string()));
    }
    rewards
}
