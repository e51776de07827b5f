use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Guard, STAND_IN, Signals, Waits};
use crate::refusal::Refusal;

/// A socket that has received these pieces, and records what is written to it.
#[derive(Default)]
struct Socket {
    pieces: VecDeque<Vec<u8>>,
    written: Vec<u8>,
}

impl Socket {
    fn with<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let pieces = pieces.into_iter().filter(|piece| !piece.is_empty());
        Self { pieces: pieces.map(<[u8]>::to_vec).collect(), written: Vec::new() }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(mut piece) = self.pieces.pop_front() else { return Poll::Pending };
        let rest = piece.split_off(piece.len().min(buffer.remaining()));
        buffer.put_slice(&piece);
        if !rest.is_empty() {
            self.pieces.push_front(rest);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // One byte at a time: every write is a partial one.
        self.written.extend(bytes.first());
        Poll::Ready(Ok(bytes.len().min(1)))
    }

    fn poll_flush(self: Pin<&mut Self>, _task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What a reader gets through the guard, in reads of at most `at_once` bytes, and why it ended.
fn seen(pieces: &[&[u8]], at_once: usize) -> (Vec<u8>, Option<Refusal>, bool) {
    let signals = Arc::new(Signals::default());
    let mut guard = Guard::new(Socket::with(pieces.iter().copied()), Arc::clone(&signals));
    let mut task = Context::from_waker(Waker::noop());
    let mut seen = Vec::new();
    let mut scratch = vec![0; at_once];
    loop {
        let mut buffer = ReadBuf::new(&mut scratch);
        match Pin::new(&mut guard).poll_read(&mut task, &mut buffer) {
            Poll::Ready(Ok(())) => {
                assert!(!buffer.filled().is_empty(), "an end nobody sent");
                seen.extend_from_slice(buffer.filled());
            }
            Poll::Ready(Err(_)) => return (seen, signals.refusal(), true),
            Poll::Pending => return (seen, signals.refusal(), false),
        }
    }
}

const GET: &[u8] = b"GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
const BAD: &[u8] = b"GET /2 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
const BODY: &[u8] = b"POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
const CHUNKS: &[u8] =
    b"POST /4 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nbody\r\n0\r\nt: 1\r\n\r\n";

#[test]
fn accepted_bytes_go_on_unchanged() {
    let all = [GET, BODY, CHUNKS, b"\r\n", GET].concat();
    assert_eq!(seen(&[&all], 4096), (all, None, false));
}

#[test]
fn a_refused_head_is_replaced_and_nothing_follows() {
    let all = [GET, BAD, GET].concat();
    let expected = [GET, STAND_IN].concat();
    assert_eq!(seen(&[&all], 4096), (expected, Some(Refusal::Host), false));
}

#[test]
fn the_beginning_of_a_head_is_held_back() {
    let (begun, _rest) = GET.split_at(20);
    assert_eq!(seen(&[&[BODY, begun].concat()], 4096).0, BODY);
}

#[test]
fn a_body_goes_on_as_it_comes() {
    let (begun, _rest) = BODY.split_at(BODY.len() - 2);
    assert_eq!(seen(&[begun], 4096).0, begun);
}

#[test]
fn a_broken_chunk_is_an_error_behind_the_good_ones() {
    let good = b"POST /4 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n";
    let passed = [&good[..], b"4"].concat();
    let read = seen(&[good, b"4\nbody\r\n0\r\n\r\n"], 4096);
    assert_eq!(read, (passed, Some(Refusal::Framing), true));
}

#[test]
fn what_stands_behind_an_upgrade_is_kept_for_whoever_takes_over() {
    let upgrade = b"GET /ws HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n";
    let signals = Arc::new(Signals::default());
    let socket = Socket::with([&upgrade[..], BAD, GET]);
    let mut guard = Guard::new(socket, Arc::clone(&signals));
    let mut task = Context::from_waker(Waker::noop());
    let mut scratch = [0; 4096];
    let mut buffer = ReadBuf::new(&mut scratch);
    assert!(Pin::new(&mut guard).poll_read(&mut task, &mut buffer).is_ready());
    assert_eq!(buffer.filled(), upgrade);
    assert!(Pin::new(&mut guard).poll_read(&mut task, &mut buffer).is_pending());
    assert!(signals.asks_upgrade(1));
    assert_eq!(guard.into_parts().1, [BAD, GET].concat());
}

#[test]
fn says_what_the_client_is_waited_for() {
    let waits = |pieces: &[&[u8]]| {
        let signals = Arc::new(Signals::default());
        let mut guard = Guard::new(Socket::with(pieces.iter().copied()), Arc::clone(&signals));
        let mut task = Context::from_waker(Waker::noop());
        let mut scratch = [0; 4096];
        while Pin::new(&mut guard).poll_read(&mut task, &mut ReadBuf::new(&mut scratch)).is_ready()
        {
        }
        signals.watch().0
    };
    assert_eq!(waits(&[]), Waits::Request);
    assert_eq!(waits(&[GET]), Waits::Request);
    assert_eq!(waits(&[GET, b"GE"]), Waits::Head);
    assert_eq!(waits(&[b"G", b"E", b"T"]), Waits::Head);
    assert_eq!(waits(&[&BODY[..BODY.len() - 1]]), Waits::Body);
    assert_eq!(waits(&[BODY]), Waits::Request);
    assert_eq!(waits(&[BAD]), Waits::Nothing);
}

#[test]
fn time_that_has_run_out_refuses_the_head_once() {
    let signals = Arc::new(Signals::default());
    let mut guard = Guard::new(Socket::with([&b"GET / HT"[..]]), Arc::clone(&signals));
    let mut task = Context::from_waker(Waker::noop());
    let mut scratch = [0; 4096];
    assert!(
        Pin::new(&mut guard).poll_read(&mut task, &mut ReadBuf::new(&mut scratch)).is_pending()
    );
    signals.expire(Waits::Head);
    let mut buffer = ReadBuf::new(&mut scratch);
    assert!(Pin::new(&mut guard).poll_read(&mut task, &mut buffer).is_ready());
    assert_eq!(buffer.filled(), STAND_IN);
    signals.expire(Waits::Head);
    assert!(Pin::new(&mut guard).poll_read(&mut task, &mut buffer).is_pending());
    assert_eq!(signals.refusal(), Some(Refusal::HeadTimeout));
}

#[test]
fn an_interim_answer_is_written_whole_and_only_while_it_is_due() {
    let signals = Arc::new(Signals::default());
    let mut guard = Guard::new(Socket::default(), Arc::clone(&signals));
    let mut task = Context::from_waker(Waker::noop());
    assert!(!signals.push_interim(1, b"early"), "nobody awaits the first answer yet");
    signals.awaits(1);
    assert!(signals.push_interim(1, b"hint;"));
    assert!(!signals.push_interim(2, b"other"), "this is the answer to another request");
    signals.awaits(0);
    // The final answer has begun: what is queued still comes before it.
    while guard.stream.written.len() < "hint;f".len() {
        assert!(Pin::new(&mut guard).poll_write(&mut task, b"f").is_ready());
    }
    assert!(Pin::new(&mut guard).poll_flush(&mut task).is_ready());
    assert_eq!(guard.stream.written, b"hint;f");
}

/// Some bytes clients send, good and bad.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let fragment = prop_oneof![
        4 => Just(GET.to_vec()),
        2 => Just(BODY.to_vec()),
        2 => Just(CHUNKS.to_vec()),
        1 => Just(BAD.to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\nab".to_vec()),
        1 => Just(b"GET / HTTP/1.1\nHost: h\n\n".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(fragment, 0..6).prop_map(|fragments| fragments.concat())
}

proptest! {
    /// However a stream is cut into packets and reads, it has one reading.
    #[test]
    fn packets_do_not_change_what_is_read(
        stream in stream(),
        cuts in proptest::collection::vec(0_usize..400, 0..8),
        at_once in 1_usize..300,
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();
        let whole = seen(&[&stream], 1 << 16);
        let split = seen(&pieces, at_once);
        // A head cut off by the end of the stream is refused at once when it comes in one piece and is strange, and
        // held when its strange part comes later: both pass nothing of it.
        if whole.1 == split.1 {
            prop_assert_eq!(whole, split);
        } else {
            let shared = split.0.len();
            prop_assert_eq!(split.1, None);
            prop_assert_eq!(&whole.0[..shared], &split.0[..]);
            prop_assert!(whole.0.len() == shared || &whole.0[shared..] == STAND_IN);
        }
    }
}
