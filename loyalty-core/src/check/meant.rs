//! What people first call the things that the language has by another name, so that a message can say which is meant.

/// What to write in the place of an event that nobody has declared.
pub fn event(name: &str) -> Option<&'static str> {
    Some(match name {
        "purchase" | "sale" | "transaction" | "checkout" | "payment" | "buy" => "a purchase is the event `order`",
        "return" | "returned" => {
            "what comes back is the event `refund`, and returns take back what they must by themselves"
        }
        "register" | "registration" | "join" | "enroll" | "enrol" | "enrolment" => {
            "whoever joins sends the event `signup`"
        }
        "birthday" | "member_birthday" => {
            "a day that comes round is `on member.birthday`, a date that `member { … }` declares"
        }
        "tier" | "level" => "a ladder is followed by its own name: `on status rises`, `on status reaches gold`",
        "upgrade" | "promotion" | "levelup" | "level_up" | "downgrade" => {
            "a level that is reached sets a rule off by the name of its ladder: `on status rises`, `on status falls`, `on status reaches gold`"
        }
        "spending" | "redemption" | "redeeming" => {
            "what is earned and what is spent are `activity`: `expire after 12 months without activity`"
        }
        "lines" | "line" | "items" | "item" => "the lines of an order are `order.lines`: `sum(order.lines.amount)`",
        _ => return None,
    })
}

/// What to read in the place of a field that the event does not have.
pub fn field_of_order(name: &str) -> Option<&'static str> {
    Some(match name {
        "amount" | "price" | "value" | "sum" => {
            "what the goods cost is `order.subtotal`, and with shipping and tax `order.total`"
        }
        "quantity" => {
            "how many pieces were bought is `sum(order.lines.quantity)`, and how many lines there are `count(order.lines)`"
        }
        "category" | "sku" | "brand" | "product" | "kind" => {
            "its lines have it: that any line is so is `count(order.lines where category == \"tea\") > 0`"
        }
        "tender" | "card" => {
            "what it was paid with is `order.payment`, or in parts `sum(order.tenders.amount where kind == \"card\")`"
        }
        "items" | "products" | "articles" => {
            "how many pieces were bought is `sum(order.lines.quantity)`; three of one thing are one line, and lines are counted by `count(order.lines)`"
        }
        "store" | "shop" | "location" => "where it was placed is `order.branch`",
        _ => return None,
    })
}

/// What to read in the place of a field that no event has.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "date" | "day" | "month" | "year" | "weekday" | "time" | "hour" => {
            "when it happened is its `at`: `order.at.date`, `order.at.weekday`, `order.at.time`"
        }
        _ => return None,
    })
}

/// What to read in the place of an attribute that the member does not have.
pub fn attribute(name: &str) -> &'static str {
    match name {
        "tier" | "level" | "status" => {
            "a ladder is read by its own name, `status == gold`; attributes are declared in `member { … }`"
        }
        "points" | "balance" => "a balance is read by its wallet: `points >= 500 points`",
        "age" => "how old one is, is `years since member.birthday`, with `member { birthday date? }`",
        _ => "attributes are declared in `member { … }`",
    }
}

/// What to read in the place of a name that nobody has declared.
pub fn value(name: &str) -> Option<&'static str> {
    Some(match name {
        "today" | "now" => {
            "the present is that of the event, `order.at`, and its day `order.at.date`; `days since x` counts to it"
        }
        "null" | "nil" | "none" | "undefined" | "NULL" | "None" => {
            "what nobody has told is missing: write `is missing`, or `is present`"
        }
        "january" | "february" | "march" | "april" | "may" | "june" | "july" | "august" | "september" | "october"
        | "november" | "december" => "a month is a number where it is compared: `order.at.month == 11`",
        "balance" => "a balance is read by its wallet: `points`, or `points.pending`",
        "birthday" | "household" | "age" | "gender" | "city" | "country" => {
            "what is known of a member is an attribute: `member.birthday`, which `member { birthday date? }` declares"
        }
        "tier" | "level" => "a ladder is read by its own name: `status == gold`",
        "lines" | "items" => "the lines of an order are `order.lines`: `sum(order.lines.amount)`",
        "tags" => "they are the member's: `\"vip\" in member.tags`",
        "True" | "TRUE" | "yes" => "write `true`",
        "False" | "FALSE" | "no" => "write `false`",
        "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun" | "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat"
        | "Sun" | "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday" => {
            "a day of the week is written whole, in small letters: `saturday`"
        }
        _ => return None,
    })
}
