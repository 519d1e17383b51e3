//! Cables between the parts of a cluster on this machine, which can be cut: as where the network between two machines is
//! cut, without the rights of an administrator.
//!
//! Through a cable that is cut nothing comes, not even that the other end has closed. When it is healed, what was held goes
//! on, as what TCP sends again does.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Part;

/// From whom a part is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// From the servers, or the other servers.
    Servers,
    /// From everybody but people. Hosts and gateways speak with servers only.
    Everybody,
}

impl Cut {
    pub(super) fn is_from(self, other: Part) -> bool {
        match (self, other) {
            (Cut::Servers, Part::Host(_) | Part::Gateway(_)) => false,
            (Cut::Servers, Part::Server(_)) | (Cut::Everybody, _) => true,
        }
    }
}

/// All cables. Dropped, they are pulled out.
#[derive(Debug, Default)]
pub(crate) struct Cables {
    cables: Vec<Cable>,
    cuts: BTreeMap<Part, Cut>,
}

#[derive(Debug)]
struct Cable {
    ends: [Part; 2],
    is_cut: watch::Sender<bool>,
}

impl Cables {
    /// Lays one from a part to another that listens at `target`. Gives the address at which the first finds the other.
    pub(crate) fn lay(&mut self, from: Part, to: Part, target: SocketAddr) -> io::Result<SocketAddr> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (is_cut, cut) = watch::channel(false);
        tokio::spawn(listen(TcpListener::from_std(listener)?, target, cut));
        self.cables.push(Cable { ends: [from, to], is_cut });
        Ok(address)
    }

    pub(crate) fn cut(&mut self, part: Part, cut: Cut) {
        self.cuts.insert(part, cut);
        self.apply();
    }

    pub(crate) fn heal(&mut self, part: Part) {
        self.cuts.remove(&part);
        self.apply();
    }

    fn apply(&self) {
        let cut = |part, other| self.cuts.get(&part).is_some_and(|cut| cut.is_from(other));
        for Cable { ends: [one, other], is_cut } in &self.cables {
            is_cut.send_replace(cut(*one, *other) || cut(*other, *one));
        }
    }
}

async fn listen(listener: TcpListener, target: SocketAddr, cut: watch::Receiver<bool>) {
    let mut pulled = cut.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // One that is gone already needs no cable.
                if let Ok((stream, _)) = accepted {
                    tokio::spawn(connect(stream, target, cut.clone()));
                }
            }
            () = end(&mut pulled) => return,
        }
    }
}

async fn connect(near: TcpStream, target: SocketAddr, mut cut: watch::Receiver<bool>) {
    if whole(&mut cut).await.is_none() {
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let mut pulled = cut.clone();
    tokio::select! {
        _ = carry(near_in, far_out, cut.clone()) => {}
        _ = carry(far_in, near_out, cut) => {}
        () = end(&mut pulled) => {}
    }
}

/// Until one end closes.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut cut: watch::Receiver<bool>) -> Option<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await;
        whole(&mut cut).await?;
        let some = buffer.get(..read.ok()?).filter(|some| !some.is_empty())?;
        to.write_all(some).await.ok()?;
    }
}

/// Waits until the cable is not cut; none when it is pulled out.
async fn whole(cut: &mut watch::Receiver<bool>) -> Option<()> {
    cut.wait_for(|is_cut| !is_cut).await.ok().map(|_| ())
}

async fn end(cut: &mut watch::Receiver<bool>) {
    while cut.changed().await.is_ok() {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that finds something missing has failed")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::yield_now;

    use super::{Cables, Cut, Part};

    const HOST: Part = Part::Host(0);
    const SERVER: Part = Part::Server(1);

    async fn ends(cables: &mut Cables) -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = cables.lay(HOST, SERVER, listener.local_addr().unwrap()).unwrap();
        let near = TcpStream::connect(address).await.unwrap();
        (near, listener.accept().await.unwrap().0)
    }

    /// Whether something could be read by now.
    async fn hears(stream: &TcpStream) -> bool {
        for _ in 0..1_000 {
            yield_now().await;
        }
        stream.try_read(&mut [0; 1]).is_ok()
    }

    #[tokio::test]
    async fn what_is_held_by_a_cut_goes_on_when_it_is_healed() {
        let mut cables = Cables::default();
        let (mut near, mut far) = ends(&mut cables).await;
        let mut byte = [0];
        near.write_all(b"a").await.unwrap();
        far.read_exact(&mut byte).await.unwrap();

        cables.cut(SERVER, Cut::Everybody);
        near.write_all(b"b").await.unwrap();
        far.write_all(b"c").await.unwrap();
        assert!(!hears(&near).await && !hears(&far).await);
        drop(near);
        assert!(!hears(&far).await, "that the other end is closed is not heard of");
        cables.heal(SERVER);
        far.read_exact(&mut byte).await.unwrap();
        assert_eq!(&byte, b"b");
        assert_eq!(far.read(&mut byte).await.unwrap_or_default(), 0);
    }

    #[tokio::test]
    async fn a_server_without_its_peers_is_there_for_hosts() {
        let mut cables = Cables::default();
        let (mut near, far) = ends(&mut cables).await;
        cables.cut(SERVER, Cut::Servers);
        near.write_all(b"a").await.unwrap();
        far.readable().await.unwrap();
        assert!(hears(&far).await);
        cables.cut(HOST, Cut::Servers);
        near.write_all(b"b").await.unwrap();
        assert!(!hears(&far).await);
        cables.heal(SERVER);
        assert!(!hears(&far).await, "it is the host that is cut");
        drop(cables);
        assert_eq!(near.read(&mut [0]).await.unwrap_or_default(), 0, "what is pulled out is closed");
    }
}
