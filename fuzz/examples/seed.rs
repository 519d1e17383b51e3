//! Writes the inputs to begin with: our own into the corpus, and beside it those of others, where the folder with real
//! input has them.

use std::fs;
use std::io::Result;
use std::iter;
use std::path::Path;

use serde_json::{Value, from_str};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden");

/// A few of each form, valid and not.
const TEXTS: [&str; 47] = [
    "42",
    "山田",
    " ken",
    "ken\n",
    "administrator",
    "associate",
    "mika@example.com",
    "Mika@Example.COM",
    "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ",
    "a..b@docomo.ne.jp",
    "x.@ezweb.ne.jp",
    ".mika@example.com",
    "mika+news@sub.example.com",
    "\"mika\"@example.com",
    "\"Mika \\\"M\\\"\"@example.com",
    "\"mi ka@\"@example.com",
    "*@example.com",
    "＊＠example．com",
    "mika@例え.jp",
    "*@例え。ＪＰ",
    "mika@xn--r8jz45g.jp",
    "mika@[192.0.2.7]",
    "Mika <mika@example.com>",
    "みか@example.com",
    "mıke@example.com",
    "mika@example.com\u{200b}",
    "192.0.2.7",
    "192.0.2.7/24",
    "192.0.2.0/33",
    "192.0.2.0/08",
    "010.0.0.1",
    "0.0.0.0/0",
    "１９２．１６８．０．１／１６",
    "2001:db8::1",
    "2001:db8::/32",
    "::/0",
    "::ffff:10.0.0.0/104",
    "::ffff:10.1.2.3",
    "::ffff:0:0/95",
    "fe80::1%eth0",
    "*@*.example.com",
    "*@*.com",
    "＊＠＊．example．jp",
    "mika*@example.com",
    "mi%ka@example.com",
    "192.0.2.*",
    "lead",
];

/// An address where none belongs.
const MISPLACED: [&str; 6] = [
    r#"{"mika@example.com": 1}"#,
    r#""mika@example.com""#,
    r#"{"operator": {"mika@example.com": "192.0.2.7"}}"#,
    r#"{"id": "c1", "visitor": {"mika@example.com": 1}}"#,
    r#"{"id": "c1", "visitor": {"ip": "mika@example.com", "email": "192.0.2.7"}}"#,
    r#"{"add_rule": {"id": "r1", "watcher": "hana", "when": [{"192.0.2.7": 1}]}}"#,
];

/// Streams in which something comes to pass: a watch by each kind of criterion, advice, joining, leaving, being put out,
/// a transfer to the watcher and to who joined, a crowd, a swarm, a restart.
/// Then, by what is newer: a supervisor within her departments, an exclusion, what a chat is told, a transfer into
/// departments; and a window that opens and closes.
const STREAMS: [&[u8]; 11] = [
    &[0, 1, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 1, 2, 15, 0, 1, 9, 0, 2, 1, 12, 0, 1, 9, 0, 1, 2],
    &[0, 1, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 1, 2, 13, 0, 1, 15, 0, 1, 12, 0, 1, 11, 0],
    &[0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 6, 0, 3, 6, 0, 0, 4, 0, 4, 1, 4, 0, 4, 0, 5, 0],
    &[0, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 9, 0, 2, 1, 9, 0, 1, 2, 17, 10, 0, 1, 10, 0, 0],
    &[0, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 15, 0, 1, 2, 1, 0, 2, 1, 1, 15, 0, 1, 3, 1],
    &[
        0, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 14, 0, 0, 0, 8, 0, 2, 13, 0, 1, 7, 0, 3, 15, 0, 1, 14, 1, 1, 1, 2, 0,
        1,
    ],
    &[0, 18, 0, 2, 0, 0, 0, 0, 0, 1, 2, 2, 0xE3, 0, 3, 0xE4, 5, 0xE5, 17, 15, 0, 0xE1, 12, 0, 0xE1],
    &[0, 0, 0, 0, 0, 0, 1, 2, 19, 0xA5, 1, 1, 3, 4, 0xD4, 1, 2, 1, 0, 2, 1, 2, 5, 0xD0],
    &[0, 1, 0, 1, 1, 1, 1, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3, 1, 2, 1, 2, 5, 1, 4, 0, 1, 17, 11, 0],
    &[
        0, 181, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 180, 1, 1, 1, 0, 0, 186, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2,
        182, 0, 1, 0, 13, 0, 1, 184, 3, 0, 2, 1, 0, 183, 0, 1, 1, 184, 2, 0, 17, 15, 0, 1, 12, 0, 1, 185, 0, 2, 3, 1,
        1,
    ],
    &[
        0, 186, 0, 1, 5, 0, 2, 24, 6, 9, 0, 0, 3, 1, 2, 184, 1, 4, 184, 1, 5, 17, 184, 1, 8, 184, 0, 0, 0, 0, 184, 0,
        0, 9, 0, 184, 1, 9,
    ],
];

fn main() -> Result<()> {
    write("corpus/text_forms", TEXTS.into_iter().map(String::from))?;
    let examples = lines("corpora", 1).into_iter().filter_map(|line| from_str::<Value>(&line).ok());
    let examples =
        examples.flat_map(|line| ["input", "net", "ip"].map(|field| line[field].as_str().map(str::to_owned)));
    let domains = lines("email_domains", 250).into_iter().map(|domain| format!("*@{domain}"));
    write("others/text_forms", examples.flatten().chain(lines("cidr", 500)).chain(domains))?;

    // One of the golden files is one value over many lines.
    let (whole, golden): (Vec<_>, Vec<_>) =
        files(GOLDEN.as_ref()).into_iter().partition(|text| text.starts_with("{\n"));
    // Others are texts: the public face, the list of what the package has.
    let golden = || golden.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with(['{', '[', '"']));
    write("corpus/values", golden().chain(MISPLACED))?;
    write("others/values", files(&Path::new(DATA).join("payloads")).into_iter())?;

    let saved = golden().filter(|line| line.starts_with("{\"version\""));
    write("corpus/saved_states", whole.iter().map(String::as_str).chain(saved))?;
    write("others/saved_states", NONE)?;

    write("corpus/command_streams", STREAMS.into_iter())?;
    write("others/command_streams", NONE)
}

const NONE: iter::Empty<&str> = iter::empty();

/// Every so many lines of the files in a folder of real data; none where that is absent.
fn lines(folder: &str, every: usize) -> Vec<String> {
    let files = files(&Path::new(DATA).join(folder));
    files.iter().flat_map(|text| text.lines().step_by(every)).map(str::to_owned).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
}

fn write(folder: &str, inputs: impl Iterator<Item: AsRef<[u8]>>) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    fs::create_dir_all(&folder)?;
    inputs.enumerate().try_for_each(|(n, input)| fs::write(folder.join(format!("seed-{n:04}")), input))
}
