//! The access log: one JSON line per sampled request, written off the data threads.
//!
//! The schema is the one that services log in too: `time, level, msg, trace_id, span_id, boundary, side`, then what a
//! request adds. The route is logged as its owner wrote it and the target is not: a path holds identifiers, a query
//! holds secrets, and neither is needed to find a request, because the trace id does that. What ended badly is always
//! logged; of the rest, a share.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use ficus_model::observation::Outcome;
use ficus_model::{Side, Time, Weight};
use http::{Method, StatusCode};

use crate::counters::Ended;
use crate::lane::Lane;
use crate::losses::Losses;
use crate::settings::{AccessLogSettings, LogDestination};
use crate::trace::TraceContext;
use crate::{threads, wall};

/// Lines under way to the writer.
const LINES_MAX: usize = 4096;
/// Longest time a line stays in the writer's buffer.
const FLUSH_INTERVAL: Duration = Duration::from_millis(200);

/// The way to the writer.
#[derive(Debug, Clone)]
pub(crate) struct LogSink {
    /// Share of the requests that ended well.
    pub(crate) sample: Weight,
    lines: SyncSender<LogLine>,
}

/// What is logged of one request.
#[derive(Debug)]
pub(crate) struct LogLine {
    /// When it ended.
    pub(crate) ended: Time,
    /// Its trace.
    pub(crate) context: TraceContext,
    /// The boundary; `None` where none claims the request.
    pub(crate) lane: Option<Arc<Lane>>,
    /// Index of the route.
    pub(crate) route: u16,
    /// The side that was asked.
    pub(crate) side: Option<Side>,
    /// The method.
    pub(crate) method: Method,
    /// The status the client got.
    pub(crate) status: Option<StatusCode>,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// How long it took.
    pub(crate) latency: Duration,
    /// Bytes of the request body.
    pub(crate) request_bytes: u64,
    /// Bytes of the reply body.
    pub(crate) reply_bytes: u64,
}

impl LogSink {
    /// Hands a line over, or drops and counts it.
    pub(crate) fn send(&self, line: LogLine, losses: &Losses) {
        if self.lines.try_send(line).is_err() {
            losses.lines.add(1);
        }
    }
}

impl LogLine {
    /// The line as JSON, with its line end.
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let level = if self.outcome.bad() { "WARN" } else { "INFO" };
        write!(out, r#"{{"time":"{}","level":"{level}""#, wall::rfc3339(self.ended))?;
        write!(out, r#","msg":"request","trace_id":"{}""#, self.context.trace)?;
        write!(out, r#","span_id":"{}""#, self.context.span)?;
        if let Some(lane) = &self.lane {
            write!(out, r#","boundary":"{}","route":"#, lane.name)?;
            serde_json::to_writer(&mut *out, lane.route(self.route))?;
        }
        if let Some(side) = self.side {
            write!(out, r#","side":"{side}""#)?;
        }
        out.write_all(br#","method":"#)?;
        serde_json::to_writer(&mut *out, self.method.as_str())?;
        if let Some(status) = self.status {
            write!(out, r#","status":{}"#, status.as_u16())?;
        }
        let seconds = self.latency.as_secs_f64();
        write!(out, r#","outcome":"{}""#, Ended::from(self.outcome).as_str())?;
        write!(out, r#","duration_seconds":{seconds:.6}"#)?;
        let (sent, received) = (self.reply_bytes, self.request_bytes);
        writeln!(out, r#","request_bytes":{received},"reply_bytes":{sent}}}"#)
    }
}

/// Starts the writer.
pub(crate) fn start(settings: &AccessLogSettings, losses: Arc<Losses>) -> LogSink {
    let (lines, queue) = sync_channel(LINES_MAX);
    let destination = settings.destination.clone();
    threads::start("access-log", move || match open(&destination) {
        Ok(out) => write_all(&queue, BufWriter::new(out), &losses),
        Err(error) => {
            tracing::error!(error = %error, "access log could not be opened");
            queue.iter().for_each(|_| losses.lines.add(1));
        }
    });
    LogSink { sample: settings.sample, lines }
}

fn open(destination: &LogDestination) -> io::Result<Box<dyn Write>> {
    Ok(match destination {
        LogDestination::Stdout => Box::new(io::stdout()),
        LogDestination::File(path) => {
            Box::new(OpenOptions::new().create(true).append(true).open(path)?)
        }
    })
}

/// Writes until nobody can send any more. A line that can not be written is counted; the next one is tried.
fn write_all(queue: &Receiver<LogLine>, mut out: impl Write, losses: &Losses) {
    loop {
        match queue.recv_timeout(FLUSH_INTERVAL) {
            Ok(line) => {
                if line.write(&mut out).is_err() {
                    losses.lines.add(1);
                }
            }
            Err(ended) => {
                if let Err(error) = out.flush() {
                    tracing::warn!(error = %error, "access log could not be written");
                }
                if ended == RecvTimeoutError::Disconnected {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
