//! Exact rationals: a third stays a third until it is rounded.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::program::RoundMode;

pub type Exact = BigRational;

pub fn whole(number: i64) -> Exact {
    Exact::from_integer(number.into())
}

/// `digits` behind the point of `number`: `hundredths(12_34, 2)` is 12.34.
pub fn scaled(number: i64, digits: u32) -> Exact {
    Exact::new(number.into(), power_of_ten(digits))
}

pub fn zero() -> Exact {
    whole(0)
}

/// Reads a decimal number such as `-12.340`.
pub fn parse(text: &str) -> Exact {
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{integer}{fraction}").parse().expect("a decimal number");
    Exact::new(digits, power_of_ten(fraction.len() as u32))
}

/// The shortest decimal form; the number must have one.
pub fn print(number: &Exact) -> String {
    let digits = (0..=40).find(|digits| (number * Exact::from_integer(power_of_ten(*digits))).is_integer());
    let digits = digits.expect("a finite decimal") as usize;
    let scaled = (number * Exact::from_integer(power_of_ten(digits as u32))).to_integer();
    let (sign, magnitude) = if scaled < 0.into() { ("-", -scaled) } else { ("", scaled) };
    let text = format!("{magnitude:0>width$}", width = digits + 1);
    let (integer, fraction) = text.split_at(text.len() - digits);
    if digits == 0 { format!("{sign}{integer}") } else { format!("{sign}{integer}.{fraction}") }
}

/// To `digits` behind the point. `down` is toward zero and `up` away from it, as the halves of `half up` are.
pub fn round(number: &Exact, digits: u32, mode: RoundMode) -> Exact {
    let scale = Exact::from_integer(power_of_ten(digits));
    let scaled = number * &scale;
    let half = Exact::new(1.into(), 2.into());
    let rounded = match mode {
        RoundMode::Down => scaled.trunc(),
        RoundMode::Up if scaled < zero() => scaled.floor(),
        RoundMode::Up => scaled.ceil(),
        RoundMode::HalfUp if scaled < zero() => (scaled - half).ceil(),
        RoundMode::HalfUp => (scaled + half).floor(),
        RoundMode::HalfEven => {
            let low = scaled.floor();
            let rest = &scaled - &low;
            let low_is_even = (&low / whole(2)).is_integer();
            if rest < half || (rest == half && low_is_even) { low } else { low + whole(1) }
        }
    };
    rounded / scale
}

pub fn floor_at(number: &Exact, digits: u32) -> Exact {
    let scale = Exact::from_integer(power_of_ten(digits));
    (number * &scale).floor() / scale
}

/// How many digits behind the point the number needs.
pub fn scale_of(number: &Exact) -> u32 {
    (0..=40)
        .find(|digits| (number * Exact::from_integer(power_of_ten(*digits))).is_integer())
        .expect("a finite decimal")
}

/// Splits `amount` over `weights` by the largest remainder in units of `digits`, ties to the lower index.
pub fn apportion(amount: &Exact, weights: &[Exact], digits: u32) -> Vec<Exact> {
    let total: Exact = weights.iter().sum();
    if total == zero() {
        return weights.iter().map(|_| zero()).collect();
    }
    let unit = Exact::new(1.into(), power_of_ten(digits));
    let ideal: Vec<Exact> = weights.iter().map(|weight| amount * weight / &total).collect();
    let mut parts: Vec<Exact> = ideal.iter().map(|part| floor_at(part, digits)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|a, b| (&ideal[*b] - &parts[*b]).cmp(&(&ideal[*a] - &parts[*a])).then(a.cmp(b)));
    let mut left = amount - parts.iter().sum::<Exact>();
    for index in order {
        if left < unit {
            break;
        }
        parts[index] += &unit;
        left -= &unit;
    }
    parts
}

fn power_of_ten(digits: u32) -> BigInt {
    BigInt::from(10).pow(digits)
}
