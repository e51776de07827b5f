//! What others would have said about the same requests.

use ficus_model::Side;

/// One-sided 5 % point of the standard normal distribution.
const NORMAL_P95: f64 = 1.644_853_626_951_472_2;
/// The error rate that the usual rule allows in a minute.
const THRESHOLD: f64 = 0.01;
/// Minutes above the threshold that the usual rule forgives.
const FORGIVEN: u32 = 3;

/// Two rules others use.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rivals {
    service: Arm,
    monolith: Arm,
    this_minute: Arm,
    minutes_above: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Arm {
    total: u64,
    bad: u64,
}

impl Arm {
    fn count(&mut self, bad: bool) {
        self.total += 1;
        self.bad += u64::from(bad);
    }

    fn rate(self) -> f64 {
        self.bad as f64 / self.total.max(1) as f64
    }
}

impl Rivals {
    /// Takes in a request.
    pub(crate) fn count(&mut self, side: Side, bad: bool) {
        match side {
            Side::Monolith => self.monolith.count(bad),
            Side::Service => {
                self.service.count(bad);
                self.this_minute.count(bad);
            }
        }
    }

    /// A minute is over.
    pub(crate) fn minute(&mut self) {
        self.minutes_above += u32::from(self.this_minute.rate() > THRESHOLD);
        self.this_minute = Arm::default();
    }

    /// A pooled one-sided z-test of everything so far, at 5 %.
    pub(crate) fn z_test(&self) -> bool {
        let (service, monolith) = (self.service.total as f64, self.monolith.total as f64);
        if service < 1.0 || monolith < 1.0 {
            return false;
        }
        let pooled = (self.service.bad + self.monolith.bad) as f64 / (service + monolith);
        let spread = (pooled * (1.0 - pooled) * (1.0 / service + 1.0 / monolith)).sqrt();
        spread > 0.0 && (self.service.rate() - self.monolith.rate()) / spread > NORMAL_P95
    }

    /// "More than 1 % in a minute", more than three times.
    pub(crate) fn threshold(&self) -> bool {
        self.minutes_above > FORGIVEN
    }
}
