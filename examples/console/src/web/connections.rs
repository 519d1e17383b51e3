//! Connections: how many anybody may have, and how long they may take to say what they want.

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
use tracing::warn;

use crate::limits::Origin;
use crate::options::Limits;
use crate::slots::{Slot, Slots};

/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 32 * 1024;

/// Serves for ever. Those of whom `many` says so, such as a proxy, may have any number of connections.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    many: impl Fn(IpAddr) -> bool,
) -> Infallible {
    let slots = Slots::new(limits.connections_per_address);
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
        let slot = if many(peer.ip()) { None } else { slots.take(Origin::of(Some(peer.ip()))) };
        if slot.is_none() && !many(peer.ip()) {
            continue;
        }
        // Without it, small answers may wait.
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(Counted { stream, _slot: slot }, peer, router.clone(), limits.head));
    }
}

async fn connection(stream: Counted, peer: SocketAddr, router: Router, head: Duration) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(LONGEST_HEAD);
    // What went wrong is the other end's affair.
    let _ = http.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

/// A connection that is counted until it is closed, as a web socket too.
struct Counted {
    stream: TcpStream,
    _slot: Option<Slot<Origin>>,
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
