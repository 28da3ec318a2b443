//! What the words of the language mean, in a sentence each: what a hover and a list of completions say of them.

/// Words that are offered together because the first is nothing without the others.
pub(super) const PHRASES: [&str; 28] = [
    "at once",
    "by week",
    "count distinct",
    "end of month",
    "end of quarter",
    "end of year",
    "future at most",
    "half even",
    "half up",
    "hold at most",
    "in total",
    "is missing",
    "is present",
    "last month",
    "may overdraw",
    "oldest first",
    "on full return",
    "only pending",
    "over last",
    "per full",
    "per line",
    "per member",
    "per order",
    "per rule",
    "per unit",
    "returns within",
    "soonest expiring first",
    "within balance",
];

/// What a word means in a declaration. The words of a declaration's own come first, then those that mean the same everywhere.
pub(super) fn describe(declaration: &str, word: &str) -> Option<&'static str> {
    let own = match declaration {
        "program" => PROGRAM,
        "wallet" => WALLET,
        "tiers" => TIERS,
        "referral" => REFERRAL,
        "test" => TEST,
        "reward" => REWARD,
        "coupon" => COUPON,
        "quiz" | "survey" => QUESTION,
        "wheel" => WHEEL,
        "message" => MESSAGE,
        "policy" => POLICY,
        "leaderboard" => LEADERBOARD,
        _ => &[],
    };
    let lists = [own, DECLARATIONS, CLAUSES, EXPRESSIONS];
    lists.iter().flat_map(|list| list.iter()).find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

/// What a declaration is, whatever else its word means.
pub(super) fn declaration(word: &str) -> Option<&'static str> {
    DECLARATIONS.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

type Meanings = &'static [(&'static str, &'static str)];

const DECLARATIONS: Meanings = &[
    ("program", "the head of the program: its title, currency, time zone and how long things are remembered"),
    ("member", "attributes of the account: rules read them as `member.level` and write them with `set`"),
    ("event", "an event of the host's own, or more fields for a standard one"),
    ("record", "what lists of an event are made of, or more fields for a standard record"),
    ("wallet", "a balance of points or money, made of lots that vest and expire each for itself"),
    ("measure", "a value kept for each member, over events of one type and a window of time"),
    ("segment", "a named condition on what the member has"),
    ("badge", "a mark of honour, given by rules or by a condition of its own, read as `regular.held`"),
    ("rule", "what follows from an event: a condition, limits and effects"),
    ("group", "limits and caps of several rules together"),
    ("test", "events and what must hold after them; `loyalty test` runs it"),
    ("tiers", "ordered levels that a measure reaches, with what each level brings"),
    ("referral", "members who bring others: what counts, and what both sides get"),
    ("challenge", "a goal to be reached within a time, and its reward"),
    ("wheel", "chances with their weights, of which one is drawn"),
    ("quiz", "a question with a right answer"),
    ("survey", "a question on a scale"),
    ("leaderboard", "members in the order of a measure"),
    ("coupon", "a discount with conditions, for whoever has its code or is issued it"),
    ("reward", "what points can be redeemed for"),
    ("message", "a text to the member in each language"),
    ("policy", "when and how often messages may be sent"),
    ("experiment", "arms and their shares of the members"),
];

const PROGRAM: Meanings = &[
    ("version", "the program's own number, for the host; 1 if it says nothing"),
    ("currency", "the one currency of all money, by its ISO 4217 code"),
    ("timezone", "the zone, by its IANA name, whose days, weeks and months count; `\"UTC\"` if it says nothing"),
    ("week", "the day on which a week starts; `monday` if it says nothing"),
    ("year", "the month with which a year begins, and half years and quarters with it; `january` if it says nothing"),
    ("languages", "the languages of messages"),
    (
        "history",
        "how long single events are remembered: duplicates are told, later ones are refused; `400 days` if it says nothing",
    ),
    (
        "returns",
        "`within 180 days`: how long orders can be returned; `keep` or `revoke`: what a return does to rules that say nothing of it",
    ),
    ("future", "how far an event may lie ahead of the host's clock; `at most 5 minutes` if it says nothing"),
];

const COUPON: Meanings = &[
    (
        "give",
        "what it takes off, and of what: `20% off order.lines where category == \"coffee\"`, `free shipping`; or effects in braces, which may earn by the order and multiply",
    ),
    ("up", "`up to 50 EUR`: the most that it takes off"),
    ("at", "`at most 5`: how many units, or how often in one cart"),
    ("groups", "whether an incomplete group counts: `groups whole`, `groups partial`"),
    ("spread", "how units that are free share their price with those that are paid"),
    ("split", "how an amount is shared out among what it is taken off"),
    ("floor", "`floor 80% of unit_price`: the least that one unit of a line may cost with it"),
    ("basis", "`sequential`: of what coupons before it have left; `initial`: of the price before all"),
    ("judge", "`judge after item discounts`: its minimum is judged on what these leave"),
    ("stop", "no coupon of less priority applies beside it, to the same lines or at all"),
    ("stack", "beside which others it may stand; both must agree"),
    ("priority", "the greater goes first"),
    ("group", "coupons of which the best, the first or all apply"),
    ("budget", "the most that it takes off for all members together"),
    ("codes", "`codes \"BDAY\" length 16`: the codes that the host's secret makes for those that are issued"),
    ("usage", "whether an order that is called off gives its use back"),
];

const MESSAGE: Meanings = &[
    (
        "template",
        "what the provider has approved, and what fills its places: `template \"beans_earned\" (earned.amount)`",
    ),
    (
        "broadcast",
        "it may be said to many by the event `broadcast`; `broadcast to lapsed`: to the members of a segment",
    ),
    ("button", "up to three, and what tapping one does: `button \"My balance\" say balance`"),
    ("list", "up to ten rows to choose from, in place of buttons"),
    ("row", "a choice of a list, with a description if need be, and what it does"),
    ("link", "an address that opens, in place of buttons"),
    ("copy", "a code to copy, in templates: `copy \"Copy the code\" coupon.code`"),
    ("header", "a short text above it"),
    ("footer", "a short text below it"),
    ("when", "the button is there only where this holds"),
];

const POLICY: Meanings = &[
    ("consent", "only to members who have agreed; `double`: who have said so twice"),
    ("quiet", "`quiet 21:00 .. 09:00`: nothing leaves in these hours, and waits for their end or is `dropped`"),
    (
        "window",
        "`window 24 hours`: how long after the member has written a text may be said; after that templates only",
    ),
    ("at", "`marketing at most 2 per week`: how often one member hears of it, or all `in total`"),
    ("when", "`marketing when member.country != \"US\"`: only where it holds"),
];

const REWARD: Meanings = &[
    (
        "cost",
        "what it takes: `50 beans`, `100 stars or 50 coins`, `100 beans and 5 EUR`, or a rate, `100 beans per 1 EUR`",
    ),
    ("steps", "`steps of 100 beans`: what is paid by rate is a multiple of it"),
    ("at", "`at least 500 beans`: the least that is paid by rate"),
    ("up", "`up to 50% of order.subtotal`: the most money that what is paid comes to"),
    ("all", "`all or nothing`: the most that may be paid, or nothing"),
    ("same", "`same order counts`: what an order earns may pay for what is taken in it"),
    ("hold", "`hold for 30 minutes`: how long its price can be set aside before it is captured"),
    ("give", "the effects that follow when it is redeemed, in braces"),
    ("limit", "how often it is redeemed: `1 per member per day`, `500 in total`"),
    ("when", "who may have it; everything that does not hold is told"),
];

const QUESTION: Meanings = &[
    ("ask", "the question: `ask \"Which note is in it?\"`, or a text for each language in braces"),
    ("choice", "an answer, with its name and its text: `choice A \"Cocoa\"`, or a text for each language in braces"),
    ("answer", "the choice that is right: `answer B`"),
    ("scale", "whole numbers as answers: `scale 1 .. 5`"),
    ("right", "the effects of the right answer, in braces"),
    ("wrong", "the effects of any other answer, in braces"),
    ("done", "the effects of any answer, in braces"),
    ("otherwise", "the effects of what is no answer, in braces; without it the question is said again"),
    ("limit", "how often it is asked: `1 per member`, `1_000 in total`"),
    ("within", "how long after it was asked it may be answered: `within 2 days`"),
    ("valid", "when it is asked, and until when it is answered"),
    ("list", "what opens the list of answers, where there are too many for buttons: `list \"Choose\"`"),
    ("template", "the template of the messenger's that it is sent by, outside of a conversation"),
    ("header", "a line above the question"),
    ("footer", "a line below it"),
];

const WHEEL: Meanings = &[
    ("weight", "a slice: its weight or share, what it gives, and how much of it there is: `weight 1% stock 20 { … }`"),
    ("limit", "how often a member may turn it: `1 per member per day`, `1_000 in total`"),
    (
        "without",
        "`without stock to nothing` or `without stock renormalise`: what comes of a slice that is out of stock",
    ),
    ("valid", "how long a card of a wheel that is `issued` may be drawn: `valid 7 days`"),
];

const LEADERBOARD: Meanings = &[
    ("when", "who stands on it: `when member.consents leaderboard`"),
    ("ties", "`competition`, if it says nothing: 1, 2, 2, 4; or `dense`: 1, 2, 2, 3"),
    ("top", "what everybody on so many places gets at the end: `top 3 { earn 100 beans }`, the highest places first"),
];

const REFERRAL: Meanings = &[
    (
        "qualify",
        "the friend's first such event makes it count, as in `order where total >= 20 EUR`; behind it `when orders >= 3`",
    ),
    ("within", "how long after joining a friend may come to count"),
    ("settle", "`after 14 days`: until then the advocate's part is pending, and a return takes it back"),
    ("terms", "whose day decides what is given: `at joining`, or `at qualifying` if it says nothing"),
    ("friend", "what the friend gets"),
    ("advocate", "what the member gets who brought it"),
    ("reach", "what so many settled friends bring, once"),
    ("share", "what the advocate gets of what a friend who counts buys, as in `share order.subtotal for 1 year { … }`"),
    ("returns", "what a return does after the time of settling: `keep`, or `revoke`"),
];

const WALLET: Meanings = &[
    ("holds", "the currency of a wallet of money; without it the wallet holds points"),
    ("tender", "an order is paid from it by the tender of its name, or of another: `tender \"gift card\"`"),
    ("decimals", "digits after the point of a balance, up to 6; `0` if it says nothing"),
    (
        "round",
        "the one rounding: `down`, `half up`, `half even` or `up`, each `per order`, `per rule`, `per line` or `per unit`",
    ),
    ("multipliers", "how several `multiply` go together: `add` their bonuses, `compound`, or only the `best`"),
    ("vest", "when points may be spent: `at once`, `after 14 days`, `on delivered within 30 days`"),
    (
        "expire",
        "when points run out: `never`, `12 months after earning`, `end of year after 1 year`, `after 12 months without order` …",
    ),
    ("spend", "which lots go first: `soonest expiring first`, or `oldest first`"),
    (
        "clawback",
        "where a return takes what is gone: `within balance` (the rest is written off), `may overdraw` (a debt), `only pending`",
    ),
    (
        "restore",
        "the life of spent points that are given back: `original at least 30 days`, `original`, `fresh`, `never`",
    ),
    ("hold", "the greatest balance, pending points counted"),
    (
        "cap",
        "the most that the wallet takes in from one order or in a stretch of time; `truncate` what is over, or `reject` it",
    ),
    ("from", "clauses that replace the earlier ones from that local day on"),
];

const TIERS: Meanings = &[
    ("benefit", "what every level has, and how much of it where a level says nothing: `benefit rate = 1.0`"),
    ("level", "a level by its name, the lowest first: `silver from 500 EUR { rate 1.25 }`"),
    ("rise", "when a member who qualifies gets the level: `at once`, `at end of year`, `at period end`, `on 1 april`"),
    (
        "keep",
        "how long a level is kept: `while qualified`, `12 months`, `3 months to end of month`, `to end of next year`, `to anniversary`",
    ),
    ("grace", "how long a level stays that is no longer qualified for; `none`, or a length of time"),
    ("fall", "where a member falls who no longer qualifies: `to earned level`, `one level`, `never`"),
    ("retain", "what keeps a level beside qualifying for it: a condition, or `when any 2 of [a, b, c]`"),
    ("seen", "the level that rules on an event see: as it stood `before` the event, or `after` it"),
    ("carry", "what is over when a level is reached counts for the next one; `carry nothing`: it begins from zero"),
    (
        "returns",
        "what becomes of a level when what it was reached by is returned: `keep`, `revoke`, `keep to end of year`",
    ),
    ("from", "clauses that replace the earlier ones from that local day on"),
];

const TEST: Meanings = &[
    ("given", "what the member has before anything happens: `given 500 points`, `given member { level \"gold\" }`"),
    ("on", "an event happens"),
    ("advance", "time passes, to a day or an instant"),
    ("expect", "what must hold now; `expect refused` of the last event"),
    ("earned", "what the last step earned"),
    ("spent", "what the last step spent"),
    ("expired", "what ran out in the last step"),
    ("clawed_back", "what the last step took back"),
    ("refused", "the last event was refused, by the code that follows or any"),
];

const CLAUSES: Meanings = &[
    ("on", "the event that sets the rule off"),
    ("when", "a condition; a missing value makes it not true"),
    ("valid", "when the rule holds: days `2026-11-01 .. 2026-12-31`, weekdays `on [saturday]`, hours `22:00 .. 02:00`"),
    (
        "limit",
        "how often the rule fires: `1 per member per day`, `match status { gold 3 else 1 } per member`, `1_000 in total`",
    ),
    ("cap", "the most that this earns from one order or in a stretch of time; `truncate` what is over, or `reject` it"),
    ("returns", "what a return of the order does to what it granted: `keep` it, or `revoke` it"),
    ("from", "clauses that replace the earlier ones from that local day on"),
    (
        "earn",
        "a fixed amount, `earn 100 points`; or a rate, `earn 1 points per 1 EUR of order.subtotal`, `earn 5% of order.subtotal to cashback`",
    ),
    ("per", "a rate: so many points for each so much"),
    ("full", "only whole blocks count: `per full 10 EUR`"),
    ("to", "the wallet that takes it"),
    ("multiply", "multiplies the rates of other rules: `multiply base by 2`"),
    ("spend", "takes available points, or `up to` so many of them"),
    ("award", "gives a badge, or its next level; a member who has it keeps it"),
    ("tag", "gives the member a tag, read as `\"vip\" in member.tags`"),
    ("untag", "takes a tag from the member"),
    (
        "refuse",
        "the event is not taken, and nothing of it happens: the host gets `refused_by_rule`, the rule's name and this text, `refuse \"Five in 60 days.\"`",
    ),
    ("set", "sets an attribute of the member: `set member.level = \"gold\"`"),
    ("signal", "a decision that names another member, for whom the host makes an event of it"),
    ("transfer", "sends available points to another member: `transfer 100 points to gift.friend`"),
    ("accept", "takes in points that another member has sent: `accept points`, in rules on `received`"),
    ("vest", "when these points may be spent, in place of what the wallet says"),
    ("expire", "when these points run out, in place of what the wallet says"),
    ("truncate", "earns what is left below the cap"),
    ("reject", "earns nothing of what does not fit whole"),
    ("shared", "a quantity of the whole order, which shrinks with what is returned of it"),
    ("keep", "a return leaves it"),
    ("revoke", "a return takes it back"),
    (
        "budget",
        "what all discounts of a coupon together may come to, or all points that it gives; `partial` gives what is left of it, `refuse` nothing",
    ),
    ("usage", "what a cancelled order does to the use of a coupon: `given back`, or `kept`"),
    ("award", "gives a badge"),
    ("issue", "gives a coupon, also `for 7 days`, `until 2026-12-31`, with a `code` of the host's"),
    ("redeem", "gives a reward for its cost; `redeem each` gives as many as can be paid"),
    ("draw", "turns a wheel"),
    ("ask", "asks a question of a quiz or survey"),
    ("say", "sends a message"),
    ("consent", "records that the member agrees to a category of messages"),
    ("withdraw", "records that the member no longer agrees"),
    ("convert", "turns an amount of one wallet into another: `convert each 100 points to 1 EUR into cash`"),
    ("forfeit", "takes available points without anything in return"),
    (
        "raise",
        "lifts the member to a level: `raise status to gold`, `for 6 months`, `until 2027-12-31` or `to end of year`",
    ),
    ("every", "a recurring point of the calendar: `every month on day 1`, `every second wednesday at 09:00`"),
    ("reaches", "that level is entered, or passed on the way up; that goal of a challenge is met"),
    ("completes", "the last goal of a challenge is met"),
    ("breaks", "a streak ends"),
    ("within", "the time in which a challenge counts: `each month`, `2026-11-01 .. 2026-12-31`, `30 days of signup`"),
    ("goal", "what is to be reached: `goal 5`, `goal 50 EUR { earn 10 points }`, `goal hot 11 { … }`"),
    ("steps", "events that are each done once, `in order` or in any"),
    ("repeat", "again and again within one window, or `up to` so often"),
    ("carry", "what is over counts for the next round; `carry nothing` begins it from zero"),
    (
        "opt",
        "`opt in`: only whoever asks takes part, in each window anew or `once`; in a rule the member takes part: `opt in five_a_month`",
    ),
    ("freeze", "what is spent to keep a streak over a period without an event: `freeze 1 shields`"),
    ("tolerance", "how late after the end of its window an event still counts"),
    ("migrate", "goals that a new version changes hold for windows under way, too"),
];

const EXPRESSIONS: Meanings = &[
    ("sum", "the sum over lines or events; missing values are passed over"),
    ("count", "how many lines or events"),
    ("distinct", "how many different values"),
    ("average", "the mean; missing of none"),
    ("min", "the least, of lines or events or of several values"),
    ("max", "the greatest, of lines or events or of several values"),
    ("first", "the first by time"),
    ("last", "the last by time; `last month` is the calendar month before, `last 3 calendar months` are those before"),
    ("streak", "how many periods in a row have at least one event"),
    ("floor", "the whole number at or below"),
    ("ceil", "the whole number at or above"),
    ("abs", "without its sign"),
    ("where", "only those that the condition holds for; bare names are their fields"),
    ("match", "chooses by a value: `match order.payment { card 2, [cash, \"gift\"] 1, else 0 }`"),
    ("else", "what no pattern takes"),
    ("since", "whole units of time from then to now: `days since last(order)`"),
    ("over", "a window that moves: `over last 12 months`"),
    ("this", "the calendar period around the event: `this month`"),
    ("and", "both must be true; false as soon as one is"),
    ("or", "one must be true; true as soon as one is"),
    ("not", "the opposite"),
    ("in", "is one of a list: `order.branch in [\"Mitte\", \"Nord\"]`"),
    ("is", "`is missing` or `is present`: whether there is a value"),
    ("missing", "there is no value"),
    ("present", "there is a value"),
    ("of", "what a rate or a percent is taken of"),
    ("true", "a condition that holds"),
    ("false", "a condition that does not hold"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::survey;
    use crate::syntax::parse::words;

    #[test]
    fn what_the_checker_takes_is_described() {
        for declared in survey::declarations() {
            assert!(declaration(declared).is_some(), "{declared}");
            for clause in survey::clauses_of(declared).unwrap_or_default() {
                assert!(describe(declared, clause).is_some(), "{declared}: {clause}");
            }
        }
        for function in survey::functions() {
            assert!(describe("rule", function).is_some(), "{function}");
        }
    }

    #[test]
    fn only_words_of_the_language_are_described() {
        let functions = survey::functions();
        let known = |word: &str| words::WORDS.contains(&word) || functions.contains(&word);
        for (word, _) in [
            DECLARATIONS,
            PROGRAM,
            REWARD,
            QUESTION,
            WHEEL,
            LEADERBOARD,
            MESSAGE,
            POLICY,
            WALLET,
            TIERS,
            TEST,
            CLAUSES,
            EXPRESSIONS,
        ]
        .concat()
        {
            assert!(known(word), "{word}");
        }
        assert!(PHRASES.iter().flat_map(|phrase| phrase.split(' ')).all(known), "{PHRASES:?}");
    }
}
