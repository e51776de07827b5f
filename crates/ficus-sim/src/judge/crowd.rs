//! Users as they are: a few call all the time, a few have nearly all of the errors.

use crate::random::{Random, spread};

/// Users of one rollout.
const USERS: u64 = 4_000;
/// Places on the wheel that is spun for each request; busy users hold more of them.
const WHEEL: usize = 1 << 15;

/// Users, as often on a wheel as they call.
#[derive(Debug, Clone)]
pub(crate) struct Crowd {
    wheel: Vec<User>,
}

/// One user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    /// The draw of this rollout's lottery, which is also the key.
    pub(crate) key: u64,
    /// Error rate in units of the average.
    pub(crate) error_factor: f64,
    /// Latency in units of the average.
    pub(crate) latency_factor: f64,
}

impl User {
    /// Stands for a request without a user.
    pub(crate) const AVERAGE: Self = Self { key: 0, error_factor: 1.0, latency_factor: 1.0 };
}

impl Crowd {
    /// Draws a crowd whose error rates average one over its requests, none above 50 % at `error_rate`.
    pub(crate) fn draw(random: &mut Random, error_rate: f64) -> Self {
        let secret = random.bits();
        let mut wheel = Vec::with_capacity(WHEEL);
        for user in 0..USERS {
            let places = places(random).min(WHEEL - wheel.len());
            // Pareto with index 1.1: hardly anybody has errors, some have hundreds of times the average.
            let heavy = (1.0 - random.share()).powf(-1.0 / 1.1) - 1.0;
            let key = spread(secret.wrapping_add(user));
            let latency_factor = (0.4 * random.normal()).exp();
            let member = User { key, error_factor: heavy.min(0.5 / error_rate), latency_factor };
            wheel.extend(std::iter::repeat_n(member, places));
        }
        let total: f64 = wheel.iter().map(|user| user.error_factor).sum();
        let average = total / wheel.len().max(1) as f64;
        wheel.iter_mut().for_each(|user| user.error_factor /= average);
        Self { wheel }
    }

    /// Whose request it is.
    pub(crate) fn pick(&self, bits: u64) -> User {
        let wide = u128::from(bits) * self.wheel.len() as u128;
        let place = usize::try_from(wide >> 64).unwrap_or(0);
        self.wheel.get(place).copied().unwrap_or(User::AVERAGE)
    }
}

/// How busy a user is: one place for most, a hundred for some.
fn places(random: &mut Random) -> usize {
    const MOST: u64 = 128;
    let busy = (1.0 - random.share()).powf(-1.0 / 1.2);
    (1..=MOST)
        .find(|places| *places as f64 >= busy)
        .and_then(|places| usize::try_from(places).ok())
        .unwrap_or(128)
}
