//! What the machine gives whatever is built on it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::Samples;

/// Each for so long: blocks written and synced in this folder, and a byte that goes to and fro.
pub(super) fn floor(folder: &Path, time: Duration) -> io::Result<[(&'static str, Samples); 3]> {
    Ok([
        ("write and fsync of 256 bytes", write_and_sync(folder, 256, time)?),
        ("write and fsync of 16 kB", write_and_sync(folder, 16 * 1024, time)?),
        ("TCP round trip on the loopback", round_trips(time)?),
    ])
}

fn write_and_sync(folder: &Path, size: usize, time: Duration) -> io::Result<Samples> {
    let block = vec![b'x'; size];
    let mut file = File::create(folder.join("floor"))?;
    repeat(time, || {
        file.write_all(&block)?;
        file.sync_data()
    })
}

fn round_trips(time: Duration) -> io::Result<Samples> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut here = TcpStream::connect(listener.local_addr()?)?;
    let (mut there, _) = listener.accept()?;
    here.set_nodelay(true)?;
    there.set_nodelay(true)?;
    let echo = thread::spawn(move || {
        let mut byte = [0];
        while there.read_exact(&mut byte).and_then(|()| there.write_all(&byte)).is_ok() {}
    });
    let mut byte = [0];
    let samples = repeat(time, || here.write_all(&byte).and_then(|()| here.read_exact(&mut byte)));
    drop(here);
    // It ends with the connection.
    let _ = echo.join();
    samples
}

fn repeat(time: Duration, mut what: impl FnMut() -> io::Result<()>) -> io::Result<Samples> {
    let (begun, mut samples) = (Instant::now(), Samples::default());
    while begun.elapsed() < time {
        let since = Instant::now();
        what()?;
        samples.0.push(since.elapsed());
    }
    Ok(samples)
}
