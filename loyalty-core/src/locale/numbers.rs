//! Numbers, percents and money as a language writes them: digits, signs, groups, patterns.

use rust_decimal::Decimal;

use super::{Field, Locale};

impl Locale {
    /// A number with as many digits after the point as it has.
    pub fn number(self, number: Decimal) -> String {
        self.patterned(self.field(Field::NumberPattern), number, "")
    }

    /// A share, held as its hundredth: `0.2` is `20%`.
    pub fn percent(self, share: Decimal) -> String {
        let hundred = share.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(share).normalize();
        let text = self.patterned(self.field(Field::PercentPattern), hundred, "");
        text.replacen('%', self.field(Field::PercentSign), 1)
    }

    /// An amount of money with all digits of its minor unit.
    pub fn money(self, amount: Decimal, currency: &str, minor: u8) -> String {
        let mut amount = amount.normalize();
        if amount.scale() < u32::from(minor) {
            amount.rescale(u32::from(minor));
        }
        self.patterned(self.field(Field::MoneyPattern), amount, self.sign_of(currency))
    }

    /// The sign of a currency, or its code.
    fn sign_of<'c>(self, currency: &'c str) -> &'c str
    where
        'static: 'c,
    {
        let known =
            |list: &'static str| list.split(',').find_map(|entry| entry.strip_prefix(currency)?.strip_prefix('='));
        let parent = self.parent.and_then(|fields| fields.get(Field::Currencies as usize).copied());
        let english = Locale::find("en").map_or("", |english| english.field(Field::Currencies));
        let own = known(self.field(Field::Currencies)).or_else(|| parent.and_then(known));
        own.or_else(|| known(english)).unwrap_or(currency)
    }

    /// Digits of the language.
    pub fn digits(self, text: &str) -> String {
        let zero = self.field(Field::Zero).chars().next().unwrap_or('0');
        if zero == '0' {
            return text.to_owned();
        }
        let digit = |character: char| {
            let value = character.to_digit(10)?;
            char::from_u32(u32::from(zero).checked_add(value)?)
        };
        text.chars().map(|character| digit(character).unwrap_or(character)).collect()
    }

    /// A number in a pattern such as `#,##0.###` or `#,##0.00 ¤`.
    fn patterned(self, pattern: &str, number: Decimal, sign: &str) -> String {
        let positive = pattern.split(';').next().unwrap_or(pattern);
        let negative = number.is_sign_negative() && !number.is_zero();
        let is_number = |character: char| matches!(character, '#' | '0' | ',' | '.');
        let start = positive.find(is_number).unwrap_or(0);
        let end = positive.rfind(is_number).map_or(start, |at| at + 1);
        let (before, rest) = positive.split_at_checked(start).unwrap_or((positive, ""));
        let (shape, after) = rest.split_at_checked(end.saturating_sub(start)).unwrap_or((rest, ""));
        let digits = self.grouped(shape, number);
        let mut text = String::new();
        let minus = self.field(Field::Minus);
        match pattern.split_once(';') {
            // The pattern of what is below zero says where its sign stands.
            Some((_, below)) if negative => {
                let start = below.find(is_number).unwrap_or(0);
                let end = below.rfind(is_number).map_or(start, |at| at + 1);
                let before = below.get(..start).unwrap_or("").replace('-', minus);
                let after = below.get(end..).unwrap_or("").replace('-', minus);
                joined(&mut text, &before, &digits, &after, sign);
            }
            _ => {
                if negative {
                    text.push_str(minus);
                }
                joined(&mut text, before, &digits, after, sign);
            }
        }
        text
    }

    fn grouped(self, shape: &str, number: Decimal) -> String {
        let whole_shape = shape.split('.').next().unwrap_or(shape);
        let mut groups = whole_shape.rsplit(',');
        let primary = if whole_shape.contains(',') { groups.next().map_or(0, str::len) } else { 0 };
        let secondary = match groups.next() {
            Some(group) if groups.next().is_some() => group.len(),
            _ => primary,
        };
        let written = number.abs().to_string();
        let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let least: usize = self.field(Field::GroupsFrom).parse().unwrap_or(1);
        let mut text = String::new();
        let grouped = primary > 0 && whole.len() >= primary + least;
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len() - at;
            let breaks = left == primary || (left > primary && secondary > 0 && (left - primary) % secondary == 0);
            if grouped && at > 0 && breaks {
                text.push_str(self.field(Field::GroupSign));
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push_str(self.field(Field::DecimalSign));
            text.push_str(fraction);
        }
        self.digits(&text)
    }
}

/// A sign of letters stands off the digits, as in `MYR 5`.
fn joined(text: &mut String, before: &str, digits: &str, after: &str, sign: &str) {
    if let Some((outer, inner)) = before.split_once('¤') {
        text.push_str(outer);
        text.push_str(sign);
        let letters = sign.chars().next_back().is_some_and(char::is_alphabetic);
        if inner.is_empty() && letters {
            text.push('\u{a0}');
        }
        text.push_str(inner);
    } else {
        text.push_str(before);
    }
    text.push_str(digits);
    if let Some((inner, outer)) = after.split_once('¤') {
        let letters = sign.chars().next().is_some_and(char::is_alphabetic);
        if inner.is_empty() && letters {
            text.push('\u{a0}');
        }
        text.push_str(inner);
        text.push_str(sign);
        text.push_str(outer);
    } else {
        text.push_str(after);
    }
}
