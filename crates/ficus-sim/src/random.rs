//! Draws from a seed: xoshiro256++ (Blackman & Vigna, ACM TOMS 47, 2021), seeded by SplitMix64.
//!
//! Small and our own, so that a seed means the same on every machine and in every year.

use std::f64::consts::TAU;

/// A source of draws; equal seeds draw equally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The source of this seed.
    pub fn new(seed: u64) -> Self {
        let mut counter = seed;
        let state = [(); 4].map(|()| {
            counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
            spread(counter)
        });
        Self { state }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [first, second, third, fourth] = self.state;
        let drawn = first.wrapping_add(fourth).rotate_left(23).wrapping_add(first);
        let (third, fourth) = (third ^ first, fourth ^ second);
        self.state =
            [first ^ fourth, second ^ third, third ^ (second << 17), fourth.rotate_left(45)];
        drawn
    }

    /// A number from 0 up to, but not including, 1.
    pub fn share(&mut self) -> f64 {
        share_of(self.bits())
    }

    /// A whole number below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A draw from the standard normal distribution (Box & Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.share(), self.share());
        (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
    }

    /// How many events happen where `mean` are expected: counted one by one when few, by the normal law when many.
    pub fn poisson(&mut self, mean: f64) -> u64 {
        const MANY: f64 = 400.0;
        if mean > MANY {
            return rounded(mean + mean.sqrt() * self.normal());
        }
        let limit = (-mean).exp();
        let (mut count, mut product) = (0, self.share());
        while product > limit {
            count += 1;
            product *= self.share();
        }
        count
    }
}

/// Spreads a number over all 64 bits: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
pub fn spread(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The share of the whole range that these bits stand for, from 0 up to, but not including, 1.
pub fn share_of(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

fn rounded(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and a count can not be negative"
    )]
    let count = value.round() as u64;
    count
}

#[cfg(test)]
mod tests;
