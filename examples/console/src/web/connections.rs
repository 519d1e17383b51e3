//! Connections: how many anybody may have, and how long they may take to say what they want and to hear what they asked.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;
use tracing::warn;

use crate::limits::Origin;
use crate::options::Limits;
use crate::slots::{Slot, Slots};

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 32 * 1024;

/// How many files the program needs beside connections: the database, its readers, the log.
const OTHER_FILES: usize = 64;

/// A request by a connection that is there for staff alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct ForStaff;

/// Serves for ever. Those of whom `many` says so, such as a proxy, may have any number of connections.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    many: impl Fn(IpAddr) -> bool,
) -> Infallible {
    let per_address = Slots::new(limits.connections_per_address);
    let connections = limits.connections.min(files().saturating_sub(OTHER_FILES));
    let for_staff = Slots::new(limits.connections_of_staff.min(connections / 2));
    let for_all = Slots::new(connections - limits.connections_of_staff.min(connections / 2));
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Such as too many open files: others may close some.
                warn!(%error, "no connection can be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let of_address = if many(peer.ip()) { None } else { per_address.take(Origin::of(Some(peer.ip()))) };
        if of_address.is_none() && !many(peer.ip()) {
            continue;
        }
        let free = for_all.take(());
        let (of_all, scarce) = match free {
            Some(slot) => (slot, false),
            None => match for_staff.take(()) {
                Some(slot) => (slot, true),
                None => continue,
            },
        };
        // Without it, small answers may wait.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.head));
        let counted = Counted { stream: Box::pin(stream), _slots: (of_address, of_all) };
        tokio::spawn(connection(counted, peer, router.clone(), limits.head, scarce));
    }
}

/// How many files the system lets the program open.
fn files() -> usize {
    #[cfg(unix)]
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let most = None::<u64>;
    most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

async fn connection(stream: Counted, peer: SocketAddr, router: Router, head: Duration, scarce: bool) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        if scarce {
            request.extensions_mut().insert(ForStaff);
        }
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(LONGEST_HEAD);
    // What went wrong is the other end's affair.
    let _ = http.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

/// A connection that is counted until it is closed, as a web socket too.
struct Counted {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    _slots: (Option<Slot<Origin>>, Slot<()>),
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
