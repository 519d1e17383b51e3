//! Just enough HTTP to talk to a gateway on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// How long one that stands still is waited for before it is asked again.
const PATIENCE: Duration = Duration::from_secs(4);

/// None where there is no answer, or where the connection broke before its end.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
}

/// As [`get`].
pub(crate) async fn ask(address: SocketAddr, token: &str, body: &str) -> Option<(u16, String)> {
    let head = format!(
        "POST /ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(address, &(head + body)).await
}

/// Waits until all of them say that they are ready.
pub(crate) async fn ready(addresses: impl IntoIterator<Item = SocketAddr>) {
    for address in addresses {
        while timeout(PATIENCE, get(address, "/ready")).await.ok().flatten().is_none_or(|(status, _)| status != 200) {
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The sum of a figure that is told at `/metrics`, over all logs; 0 where there is no answer.
pub(crate) async fn figure(address: SocketAddr, name: &str) -> u64 {
    let Some((_, text)) = get(address, "/metrics").await else { return 0 };
    let value = |line: &str| {
        let (found, value) = line.rsplit_once(' ')?;
        (found.split('{').next() == Some(name)).then(|| value.parse::<u64>().ok()).flatten()
    };
    text.lines().filter_map(value).sum()
}

async fn exchange(address: SocketAddr, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}
