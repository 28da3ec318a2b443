//! By which form of a word a language counts: the rules of the repository, read as they are written there.

use rust_decimal::Decimal;

use super::{FILE, Field, Locale};

/// A form of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl Category {
    pub const ALL: [Self; 6] = [Self::Zero, Self::One, Self::Two, Self::Few, Self::Many, Self::Other];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One, two, three.
    Cardinal,
    /// First, second, third.
    Ordinal,
}

impl Locale {
    /// The form of a word for a number, as the number is written: `1.0` is not `1` in every language.
    pub fn category(self, kind: Kind, number: Decimal) -> Category {
        let number = Operands::of(number);
        let mut rules = self.rules(kind).split(';').filter_map(|rule| rule.split_once(':'));
        let found = rules.find(|(_, condition)| holds(condition, &number));
        found.and_then(|(name, _)| Category::named(name)).unwrap_or(Category::Other)
    }

    /// The forms that a language has.
    pub fn categories(self, kind: Kind) -> Vec<Category> {
        let named = self.rules(kind).split(';').filter_map(|rule| Category::named(rule.split_once(':')?.0));
        named.chain([Category::Other]).collect()
    }

    fn rules(self, kind: Kind) -> &'static str {
        let number = self.field(if kind == Kind::Cardinal { Field::Cardinals } else { Field::Ordinals });
        let number: usize = number.parse().unwrap_or(usize::MAX);
        FILE.lines().nth(number.saturating_add(2)).unwrap_or("")
    }
}

/// What rules ask of a number.
struct Operands {
    /// The whole number before the point.
    whole: u128,
    /// Digits after the point, and how many.
    fraction: u128,
    fraction_digits: u128,
    /// The same without zeros at the end.
    short_fraction: u128,
    short_digits: u128,
}

impl Operands {
    fn of(number: Decimal) -> Self {
        let scale = number.scale();
        let digits = number.mantissa().unsigned_abs();
        let tens = 10_u128.checked_pow(scale).unwrap_or(u128::MAX);
        let (whole, fraction) = (digits / tens, digits % tens);
        let (mut short_fraction, mut short_digits) = (fraction, u128::from(scale));
        while short_digits > 0 && short_fraction % 10 == 0 {
            (short_fraction, short_digits) = (short_fraction / 10, short_digits - 1);
        }
        Self { whole, fraction, fraction_digits: u128::from(scale), short_fraction, short_digits }
    }

    /// The operand of that letter; nothing for a number that is not whole.
    fn get(&self, letter: &str) -> Option<u128> {
        Some(match letter {
            "n" if self.short_digits > 0 => return None,
            "n" | "i" => self.whole,
            "v" => self.fraction_digits,
            "w" => self.short_digits,
            "f" => self.fraction,
            "t" => self.short_fraction,
            // Numbers are never written with an exponent.
            _ => 0,
        })
    }
}

fn holds(condition: &str, number: &Operands) -> bool {
    condition.split(" or ").any(|all| all.split(" and ").all(|relation| relates(relation, number)))
}

/// `n % 100 = 3..10`, `i != 0,1`
fn relates(relation: &str, number: &Operands) -> bool {
    let (left, negated, right) = match relation.split_once(" != ") {
        Some((left, right)) => (left, true, right),
        None => match relation.split_once(" = ") {
            Some((left, right)) => (left, false, right),
            None => return false,
        },
    };
    let (letter, modulo) = match left.split_once(" % ") {
        Some((letter, modulo)) => (letter, modulo.trim().parse::<u128>().ok()),
        None => (left, None),
    };
    let within = number.get(letter.trim()).is_some_and(|value| {
        let value = match modulo {
            Some(modulo) if modulo != 0 => value % modulo,
            _ => value,
        };
        right.split(',').any(|range| {
            let (from, to) = range.split_once("..").unwrap_or((range, range));
            let bound = |text: &str| text.trim().parse::<u128>().ok();
            matches!((bound(from), bound(to)), (Some(from), Some(to)) if (from..=to).contains(&value))
        })
    });
    within != negated
}
