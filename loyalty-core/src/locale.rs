//! Languages: how each counts, and how it writes numbers, money, days and times.
//!
//! `locale/locales.txt` is what messages need of the Unicode Common Locale Data Repository; `cargo xtask locales` writes it, and
//! a test compares what is made of it with the words of ICU. Its first line names the version; then comes the number of rules
//! by which languages count and each of them in the repository's own notation, and then a line for each locale, its fields
//! between tabs: name, rules for one, two, three and for first, second, third, the zero, decimal and grouping signs, minus sign,
//! least digits before groups are made, patterns of numbers and percents, the percent sign, the pattern of money, months
//! wide, short and alone, weekdays wide and short, patterns of days from full to short, of times, the words for the halves of
//! the day, how a day and a time are joined, and the signs of currencies. A field `^` is that of the language; an empty list
//! of months is that of the wide ones; signs of currencies that are not there are those of English.

mod dates;
pub mod inbound;
mod numbers;
mod plurals;

use std::sync::LazyLock;

pub use dates::Length;
pub use plurals::{Category, Kind};

const FILE: &str = include_str!("locale/locales.txt");

/// The lines of the locales, taken apart.
static TABLE: LazyLock<Vec<Fields>> = LazyLock::new(|| lines().map(fields).collect());

/// What one line of the file says.
type Fields = [&'static str; Field::Currencies as usize + 1];

/// A language, or one as it is written in a region.
#[derive(Debug, Clone, Copy)]
pub struct Locale {
    /// Its own fields, and those of its language where it says nothing.
    own: &'static Fields,
    parent: Option<&'static Fields>,
}

/// The fields of a locale, in their order.
#[derive(Debug, Clone, Copy)]
#[repr(usize)]
enum Field {
    Cardinals = 1,
    Ordinals,
    Zero,
    DecimalSign,
    GroupSign,
    Minus,
    GroupsFrom,
    NumberPattern,
    PercentPattern,
    PercentSign,
    MoneyPattern,
    MonthsWide,
    MonthsShort,
    MonthsAlone,
    WeekdaysWide,
    WeekdaysShort,
    Dates,
    Time,
    Halves,
    DateAndTime,
    Currencies,
}

/// Names that others use for the same.
const ALIASES: [(&str, &str); 6] =
    [("no", "nb"), ("iw", "he"), ("in", "id"), ("tl", "fil"), ("zh_TW", "zh_Hant"), ("zh_HK", "zh_Hant_HK")];

impl Locale {
    /// The locale of a language named like `ar`, `pt_BR` or `zh_TW`; a region that writes as its language does is that language.
    pub fn find(name: &str) -> Option<Self> {
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known);
        let (language, region) =
            name.split_once('_').map_or((name, None), |(language, region)| (language, Some(region)));
        if let Some(region) = region
            && !(2..=8).contains(&region.len())
        {
            return None;
        }
        let parent = line(language);
        match line(name) {
            Some(own) => Some(Self { own, parent }),
            None => parent.map(|own| Self { own, parent: None }),
        }
    }

    /// Every name that [`Locale::find`] knows besides those of regions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().filter_map(|fields| fields.first().copied())
    }

    /// The language without its region: `pt` of `pt_BR`.
    pub fn language_of(name: &str) -> &str {
        name.split_once('_').map_or(name, |(language, _)| language)
    }

    fn field(self, field: Field) -> &'static str {
        let of = |fields: &'static Fields| fields.get(field as usize).copied().unwrap_or("");
        match of(self.own) {
            "^" => self.parent.map_or("", of),
            own => own,
        }
    }
}

/// The lines of the locales.
fn lines() -> impl Iterator<Item = &'static str> {
    let mut lines = FILE.lines().skip(1);
    let rules = lines.next().and_then(|count| count.parse().ok()).unwrap_or(0);
    lines.skip(rules)
}

/// The fields of a line; those that it does not have are empty.
fn fields(line: &'static str) -> Fields {
    let mut fields = Fields::default();
    fields.iter_mut().zip(line.split('\t')).for_each(|(field, text)| *field = text);
    fields
}

fn line(name: &str) -> Option<&'static Fields> {
    TABLE.iter().find(|fields| fields.first() == Some(&name))
}
