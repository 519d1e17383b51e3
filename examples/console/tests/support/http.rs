//! HTTP and web sockets as bytes: nothing between the test and what the server sends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The first cookie that is set, as a browser sends it back.
    pub(crate) fn cookie(&self) -> String {
        let cookie = self.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {self:?}"));
        cookie.split(';').next().unwrap_or_default().to_owned()
    }
}

/// One request on a connection of its own.
pub(crate) fn request(
    server: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    // The server may answer, and close, before all of a body is sent that is too large.
    let _ = stream.write_all(body);
    read_answer(&mut BufReader::new(stream))
}

/// What comes back to one request.
pub(crate) fn read_answer(reader: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let (status, headers) = read_head(reader)?;
    let mut body = Vec::new();
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    match length {
        Some(length) => {
            body.resize(length, 0);
            reader.read_exact(&mut body)?;
        }
        None if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") => {
            read_chunks(reader, &mut body)?;
        }
        None => {
            reader.read_to_end(&mut body)?;
        }
    }
    Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A body that comes in parts. It ends with an empty one: without that, it is not whole.
fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        let mut chunk = vec![0; length + 2];
        reader.read_exact(&mut chunk)?;
        if length == 0 {
            return Ok(());
        }
        body.extend(chunk.iter().take(length));
    }
}

fn read_head(reader: &mut impl BufRead) -> std::io::Result<(u16, Vec<(String, String)>)> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other(format!("no status line: {line:?}")))?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok((status, headers));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// A web socket that is only read.
#[derive(Debug)]
pub(crate) struct Socket {
    reader: BufReader<TcpStream>,
}

impl Socket {
    /// Opens it; an error has the status with which that was refused.
    pub(crate) fn open(server: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let mut stream = TcpStream::connect(server).map_err(|_| 0u16)?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).map_err(|_| 0u16)?;
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        stream.write_all(head.as_bytes()).map_err(|_| 0u16)?;
        let mut reader = BufReader::new(stream);
        let (status, _) = read_head(&mut reader).map_err(|_| 0u16)?;
        if status == 101 { Ok(Socket { reader }) } else { Err(status) }
    }

    /// The next text; none when the server closes or has nothing to say for some seconds.
    pub(crate) fn text(&mut self) -> Option<String> {
        loop {
            let (kind, payload) = self.frame()?;
            match kind {
                1 => return String::from_utf8(payload).ok(),
                8 => return None,
                _ => {}
            }
        }
    }

    /// The next frame: its kind and what it holds.
    fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0u8; 2];
        self.reader.read_exact(&mut head).ok()?;
        let [first, second] = head;
        let length = match second & 0x7f {
            126 => {
                let mut length = [0u8; 2];
                self.reader.read_exact(&mut length).ok()?;
                usize::from(u16::from_be_bytes(length))
            }
            127 => {
                let mut length = [0u8; 8];
                self.reader.read_exact(&mut length).ok()?;
                usize::try_from(u64::from_be_bytes(length)).ok()?
            }
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.reader.read_exact(&mut payload).ok()?;
        Some((first & 0x0f, payload))
    }

    /// Reads on, and says with which code the server closes; none when it is gone without a word.
    pub(crate) fn close_code(&mut self) -> Option<u16> {
        loop {
            let (kind, payload) = self.frame()?;
            if kind == 8 {
                return payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            }
        }
    }

    pub(crate) fn json(&mut self) -> Option<Value> {
        self.text().and_then(|text| serde_json::from_str(&text).ok())
    }

    /// Reads until a news of this type comes.
    pub(crate) fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let news = self.json().unwrap_or_else(|| panic!("`{kind}` never came"));
            if news.get("type").and_then(Value::as_str) == Some(kind) {
                return news;
            }
        }
    }

    /// All that has come when nothing has for a while.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let _ = self.reader.get_ref().set_read_timeout(Some(Duration::from_millis(400)));
        let mut texts = Vec::new();
        while let Some(text) = self.text() {
            texts.push(text);
        }
        texts
    }
}
