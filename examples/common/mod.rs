//! What the command-line examples share: their arguments, JSON Lines with line numbers, standard error, exit statuses.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chat_monitor::{Criterion, Rule};

/// Runs a program: its exit status is 0 when its work is complete, 1 when lines were left out, 2 when it had to stop.
///
/// `help` has a line that begins with `usage:`, which is repeated to those who call wrongly.
pub(crate) fn run(program: &str, help: &str, work: impl FnOnce() -> Result<Outcome, Stop>) -> ExitCode {
    let message = match work() {
        Ok(Outcome::Complete) => return ExitCode::SUCCESS,
        Ok(Outcome::LinesLeftOut) => return ExitCode::from(1),
        // The reader has seen enough (`decide … | head -1`), which is no failure.
        Err(Stop::Output { error, .. }) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(Stop::Help) => {
            // Nobody is left to tell when this fails.
            let _ = io::stdout().write_all(help.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(Stop::Call(wrong)) => {
            let usage = help.lines().find(|line| line.starts_with("usage:")).unwrap_or_default();
            format!("{program}: {}\n{usage} (--help says more)\n", legible(&wrong))
        }
        Err(Stop::Input { file, error }) => format!("{program}: cannot read {}\n", file_fault(&file, &error)),
        Err(Stop::Output { file, error }) => format!("{program}: cannot write {}\n", file_fault(&file, &error)),
    };
    write_error(&message);
    ExitCode::from(2)
}

/// What is wrong with a file, on one line: its contents may be part of the error.
fn file_fault(file: &str, error: &io::Error) -> String {
    format!("{}: {}", legible(file), legible(&bounded(&error.to_string(), 400)))
}

/// How much of its input a program could use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// All of it.
    Complete,
    /// All but the lines that standard error names.
    LinesLeftOut,
}

/// Why a program ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It was asked for its help.
    Help,
    /// It was called wrongly, in this way.
    Call(String),
    /// A file cannot be read.
    Input { file: String, error: io::Error },
    /// A file, or standard output, cannot be written.
    Output { file: String, error: io::Error },
}

impl From<io::Error> for Stop {
    /// Errors of reading come with the name of their [`Input`]; what is left is standard output.
    fn from(error: io::Error) -> Self {
        Stop::Output { file: "standard output".into(), error }
    }
}

/// One argument of the call.
#[derive(Debug)]
pub(crate) enum Argument {
    /// A dash and something behind it: `--explain`.
    Option(String),
    /// Anything else: a file, a folder, a number, `-` for standard input.
    Operand(OsString),
}

/// The arguments of the call, in order; behind `--` all are operands.
///
/// `--help` and `-h` are not among them but end the iteration with [`Stop::Help`].
pub(crate) fn arguments() -> impl Iterator<Item = Result<Argument, Stop>> {
    let mut options_ended = false;
    std::env::args_os().skip(1).filter_map(move |argument| {
        let text = argument.to_string_lossy();
        if options_ended || text == "-" || !text.starts_with('-') {
            return Some(Ok(Argument::Operand(argument)));
        }
        match &*text {
            "--" => {
                options_ended = true;
                None
            }
            "--help" | "-h" => Some(Err(Stop::Help)),
            _ => Some(Ok(Argument::Option(text.into_owned()))),
        }
    })
}

/// The file that an option asks for; standard input is none.
///
/// # Errors
///
/// [`Stop::Call`].
#[allow(dead_code, reason = "not every example has such an option")]
pub(crate) fn file_behind(option: &str, argument: Option<Result<Argument, Stop>>) -> Result<OsString, Stop> {
    match argument.transpose()? {
        Some(Argument::Operand(file)) if file != "-" => Ok(file),
        _ => Err(Stop::Call(format!("expected a file behind `{option}`"))),
    }
}

/// A file of lines, or standard input, read one line at a time.
pub(crate) struct Input {
    name: String,
    reader: BufReader<Box<dyn Read>>,
    bytes_in_all: Option<u64>,
    bytes_read: u64,
    line: Vec<u8>,
    /// Which line was read last, counted from 1.
    pub(crate) number: u64,
}

impl Input {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    ///
    /// [`Stop::Input`] if there is no such file, it may not be read, or it is a directory.
    pub(crate) fn open(file: &OsStr) -> Result<Self, Stop> {
        let name = file.to_string_lossy().into_owned();
        let (reader, bytes_in_all): (Box<dyn Read>, _) = if file == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let (file, size) = open_file(file).map_err(|error| Stop::Input { file: name.clone(), error })?;
            (Box::new(file), size)
        };
        let reader = BufReader::with_capacity(1 << 16, reader);
        Ok(Input { name, reader, bytes_in_all, bytes_read: 0, line: Vec::new(), number: 0 })
    }

    /// The next line that is not blank, without its line break. A line that is not UTF-8 is left out.
    ///
    /// # Errors
    ///
    /// [`Stop::Input`].
    pub(crate) fn next_line(&mut self, console: &mut Console) -> Result<Option<&str>, Stop> {
        while self.read_line().map_err(|error| Stop::Input { file: self.name.clone(), error })? {
            console.show_progress(&self.name, self.number, self.percent());
            match std::str::from_utf8(&self.line) {
                Ok(text) if text.trim().is_empty() => {}
                // Borrowed anew: a text that may be returned would keep the buffer from being read into again.
                Ok(_) => return Ok(std::str::from_utf8(&self.line).ok()),
                Err(error) => {
                    console.leave_out(self, &format!("expected UTF-8, byte {} is not", error.valid_up_to() + 1));
                }
            }
        }
        console.clear();
        Ok(None)
    }

    /// Whether reading on may have to wait for somebody to write.
    pub(crate) fn is_drained(&self) -> bool {
        self.reader.buffer().is_empty()
    }

    fn percent(&self) -> Option<u64> {
        (100 * self.bytes_read).checked_div(self.bytes_in_all?)
    }

    /// Reads one line into the buffer, without `\n`, `\r\n` or the file's byte order mark; false at the end.
    fn read_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        let bytes = self.reader.read_until(b'\n', &mut self.line)?;
        self.bytes_read += bytes as u64;
        self.number += 1;
        if self.line.ends_with(b"\n") {
            self.line.pop();
        }
        if self.line.ends_with(b"\r") {
            self.line.pop();
        }
        if self.number == 1 && self.line.starts_with(b"\xEF\xBB\xBF") {
            self.line.drain(..3);
        }
        Ok(bytes > 0)
    }
}

fn open_file(file: &OsStr) -> io::Result<(File, Option<u64>)> {
    let file = File::open(file)?;
    let metadata = file.metadata()?;
    // Opening a directory succeeds on some systems, and fails only when it is read.
    if metadata.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

/// What serde_json says is wrong with `line`, without its own line number, which would contradict the file's.
pub(crate) fn json_fault(line: &str, error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.strip_suffix(&format!(" at line {} column {}", error.line(), error.column())) {
        // serde_json counts bytes; people count characters.
        Some(what) => format!("{what} (column {})", characters(line, error.column())),
        None => message,
    }
}

/// What whoever wrote this rule may not expect of it.
pub(crate) fn note_of(rule: &Rule) -> Option<&'static str> {
    /// What is left to a household or an office of an IPv6 address.
    const HOUSEHOLD: u8 = 64;
    let is_narrow = |criterion: &Criterion| match criterion {
        Criterion::VisitorIp(range) => range.first().is_ipv6() && range.prefix_len() > HOUSEHOLD,
        _ => false,
    };
    rule.when().iter().any(is_narrow).then_some(
        "visitors change their IPv6 address every day, within one network of 64 bits; a rule takes that too, such as \
         `2001:db8:1:2::/64`",
    )
}

fn characters(line: &str, bytes: usize) -> usize {
    line.char_indices().take_while(|(start, _)| *start < bytes).count()
}

/// Standard error: a line for each line of input that is left out and, where it is a terminal, progress.
pub(crate) struct Console {
    lines_left_out: u64,
    noted: bool,
    progress: bool,
    shown: bool,
    next: Instant,
}

impl Console {
    /// Progress is seen at most so often; work that is done earlier shows none.
    const INTERVAL: Duration = Duration::from_millis(100);

    pub(crate) fn new() -> Self {
        let progress = io::stderr().is_terminal();
        Console { lines_left_out: 0, noted: false, progress, shown: false, next: Instant::now() + Self::INTERVAL }
    }

    /// Says what is wrong with the line that `input` read last: `FILE:LINE: what`, on one line whatever it contains.
    pub(crate) fn leave_out(&mut self, input: &Input, what: &str) {
        self.lines_left_out += 1;
        self.clear();
        write_error(&format!("{}:{}: {}\n", legible(&input.name), input.number, legible(&bounded(what, 400))));
    }

    /// Says something of the line that `input` read last, which is used all the same. Of later lines it is not said
    /// again: there may be thousands.
    pub(crate) fn note(&mut self, input: &Input, what: &str) {
        if std::mem::replace(&mut self.noted, true) {
            return;
        }
        self.clear();
        write_error(&format!("{}:{}: note: {what}\n", legible(&input.name), input.number));
    }

    /// Shows no progress from here on: for work whose output goes to a terminal, and is progress enough.
    pub(crate) fn hide_progress(&mut self) {
        self.clear();
        self.progress = false;
    }

    /// Whether lines were left out.
    pub(crate) fn outcome(&self) -> Outcome {
        if self.lines_left_out == 0 { Outcome::Complete } else { Outcome::LinesLeftOut }
    }

    /// Shows how far some work is: which line of which file, and how much of all, if that is known.
    pub(crate) fn show_progress(&mut self, file: &str, line: u64, percent: Option<u64>) {
        if !self.progress || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + Self::INTERVAL;
        self.shown = true;
        // Short, because a line that wraps cannot be cleared.
        let name = bounded(file.rsplit('/').next().unwrap_or_default(), 30);
        let share = percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
        write_error(&format!("\r\x1b[K{}: line {line}{share}", legible(&name)));
    }

    /// Takes the progress off the terminal.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            write_error("\r\x1b[K");
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.clear();
    }
}

/// One write for the whole text, so that it stays whole beside other programs' lines.
pub(crate) fn write_error(text: &str) {
    // A standard error that is closed is no reason to stop working.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Escapes what would break a line, move the cursor, turn the reading direction or be seen by nobody.
pub(crate) fn legible(text: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}')
    };
    text.chars().map(|c| if hides(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// A text, or its beginning where it is too long.
pub(crate) fn bounded(text: &str, characters: usize) -> String {
    let ellipsis = (text.chars().count() > characters).then_some('…');
    text.chars().take(characters).chain(ellipsis).collect()
}
