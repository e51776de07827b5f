//! Shares of traffic, exact to one part in a million.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A share between nothing and everything, in parts per million.
///
/// Used for the service's share of live traffic, for the mirrored share and for the holdback. Integers, so that a
/// weight survives text, ledger and comparison without rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Weight(u32);

/// Parts in the whole.
const WHOLE_PPM: u32 = 1_000_000;

/// Why a text is not a share.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeightError {
    /// The text does not end in `%` or has no number before it.
    #[error("`{0}` is not a percentage such as \"5%\" or \"0.25%\"")]
    NotAPercentage(String),
    /// The number is below 0 % or above 100 %.
    #[error("`{0}` is outside 0% to 100%")]
    OutOfRange(String),
    /// More than four decimals: finer than one part in a million.
    #[error("`{0}` is finer than one part in a million")]
    TooFine(String),
}

impl Weight {
    /// No traffic.
    pub const ZERO: Self = Self(0);
    /// All traffic.
    pub const FULL: Self = Self(WHOLE_PPM);

    /// A share of `parts` per million; `None` above the whole.
    pub const fn from_ppm(parts: u32) -> Option<Self> {
        if parts <= WHOLE_PPM { Some(Self(parts)) } else { None }
    }

    /// Parts per million.
    pub const fn ppm(self) -> u32 {
        self.0
    }

    /// The share as a fraction between 0 and 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE_PPM)
    }

    /// What is left of the whole.
    pub const fn complement(self) -> Self {
        Self(WHOLE_PPM - self.0)
    }
}

impl FromStr for Weight {
    type Err = WeightError;

    fn from_str(text: &str) -> Result<Self, WeightError> {
        let not_a_percentage = || WeightError::NotAPercentage(text.to_owned());
        let number = text.trim().strip_suffix('%').ok_or_else(not_a_percentage)?.trim_end();
        if let Some(negative) = number.strip_prefix('-') {
            let number_follows = negative.parse::<f64>().is_ok();
            return Err(if number_follows {
                WeightError::OutOfRange(text.to_owned())
            } else {
                not_a_percentage()
            });
        }
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let all_digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) {
            return Err(not_a_percentage());
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > 4 {
            return Err(WeightError::TooFine(text.to_owned()));
        }
        let out_of_range = || WeightError::OutOfRange(text.to_owned());
        let whole: u32 = whole.parse().map_err(|_| out_of_range())?;
        let fraction: u32 = format!("{decimals:0<4}").parse().map_err(|_| not_a_percentage())?;
        let parts = whole.checked_mul(10_000).and_then(|parts| parts.checked_add(fraction));
        parts.and_then(Self::from_ppm).ok_or_else(out_of_range)
    }
}

impl fmt::Display for Weight {
    /// Two decimals as people read them, more only where the share needs them.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest.is_multiple_of(100) {
            write!(formatter, "{whole}.{:02}%", rest / 100)
        } else {
            write!(formatter, "{whole}.{rest:04}%")
        }
    }
}

#[cfg(test)]
mod tests;
