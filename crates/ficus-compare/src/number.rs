//! When two JSON numbers are the same number.
//!
//! JSON has texts, programs have types, and the two meet nowhere exactly. The policy, the same for hash and diff:
//! - below 2⁵³ in magnitude, numbers are compared as doubles, as RFC 8785 and every browser do: `1`, `1.0` and `1e0`
//!   are one number, and so are `-0` and `0`;
//! - from 2⁵³ on, where doubles begin to swallow digits, the exact decimal values are compared, so that two 64-bit ids
//!   that differ in the last digit differ, and so do numbers no machine type can hold.

/// From here on a double no longer tells neighbouring integers apart.
const DOUBLE_EXACT_MAX: f64 = 9_007_199_254_740_992.0;
/// Exponents beyond this are compared as they are written.
const EXPONENT_DIGITS_MAX: usize = 9;

/// A number as it stood in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    text: String,
}

/// What two numbers are compared by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Canonical {
    /// An integer that fits 64 bits; zero is never negative.
    Integer { negative: bool, magnitude: u64 },
    /// Bits of a double with a fraction, below 2⁵³ in magnitude.
    Fraction(u64),
    /// Sign, significant digits and power of ten of anything larger.
    Decimal(String),
}

impl Number {
    /// A number from its text, which a JSON reader has checked.
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The nearest double; infinite beyond its range.
    pub(crate) fn value(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    /// What it is compared by.
    pub(crate) fn canonical(&self) -> Canonical {
        canonical_of_double(self.value()).unwrap_or_else(|| canonical_of_large(&self.text))
    }
}

/// What a double is compared by; `None` when only the text can say.
pub(crate) fn canonical_of_double(value: f64) -> Option<Canonical> {
    let magnitude = value.abs();
    if magnitude.is_nan() || magnitude >= DOUBLE_EXACT_MAX {
        return None;
    }
    if value.fract() != 0.0 {
        return Some(Canonical::Fraction(value.to_bits()));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an integer between 0 and 2^53 by the checks above"
    )]
    let magnitude = magnitude as u64;
    Some(Canonical::Integer { negative: value < 0.0, magnitude })
}

/// The exact decimal value of a text: an integer where 64 bits suffice, else sign, digits and power of ten.
fn canonical_of_large(text: &str) -> Canonical {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text),
    };
    let sign = if negative { "-" } else { "" };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let Some(written) = short_exponent(exponent) else {
        return Canonical::Decimal(format!("{sign}{mantissa}e{exponent}"));
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    let shift = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let power = written - shift(fraction.len()) + shift(digits.len() - significant.len());
    match integer(significant, power) {
        Some(magnitude) => Canonical::Integer { negative, magnitude },
        None => {
            Canonical::Decimal(format!("{sign}{}e{power}", significant.trim_start_matches('0')))
        }
    }
}

fn short_exponent(exponent: &str) -> Option<i64> {
    (exponent.len() <= EXPONENT_DIGITS_MAX).then(|| exponent.parse().ok()).flatten()
}

fn integer(digits: &str, power: i64) -> Option<u64> {
    let digits: u64 = digits.parse().ok()?;
    10u64.checked_pow(u32::try_from(power).ok()?)?.checked_mul(digits)
}

#[cfg(test)]
mod tests;
