//! The Prometheus text format, version 0.0.4.

use std::fmt::{Display, Write as _};

use super::Metric;
use crate::histogram::Merged;

/// A text being written.
#[derive(Default)]
pub(super) struct Text(String);

/// One metric of the text, with its samples to come.
pub(super) struct Family<'text> {
    text: &'text mut String,
    metric: Metric,
}

impl Text {
    /// Begins a metric.
    pub(super) fn family(&mut self, metric: &Metric) -> Family<'_> {
        let Metric { name, kind, help, .. } = metric;
        line(&mut self.0, format_args!("# HELP {name} {help}"));
        line(&mut self.0, format_args!("# TYPE {name} {}", kind.as_str()));
        Family { text: &mut self.0, metric: *metric }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

impl Family<'_> {
    /// One number, with the values of the metric's labels in their order.
    pub(super) fn sample(&mut self, values: &[&str], number: impl Display) {
        self.write("", values, None, number);
    }

    /// One histogram: cumulative counts by upper bound, then their sum and count.
    pub(super) fn histogram(&mut self, values: &[&str], bounds: &[(&str, u64)], merged: &Merged) {
        for (bound, count) in bounds {
            self.write("_bucket", values, Some(bound), count);
        }
        let count = merged.count();
        self.write("_bucket", values, Some("+Inf"), count);
        self.write("_sum", values, None, merged.sum_seconds());
        self.write("_count", values, None, count);
    }

    fn write(&mut self, suffix: &str, values: &[&str], bound: Option<&str>, number: impl Display) {
        let named = self.metric.labels.iter().copied().zip(values.iter().copied());
        let labels: Vec<String> = named
            .chain(bound.map(|bound| ("le", bound)))
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let name = self.metric.name;
        if labels.is_empty() {
            line(self.text, format_args!("{name}{suffix} {number}"));
        } else {
            line(self.text, format_args!("{name}{suffix}{{{}}} {number}", labels.join(",")));
        }
    }
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _written = writeln!(text, "{arguments}");
}
