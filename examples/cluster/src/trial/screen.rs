//! What is shown: a picture of 80 columns and 24 rows that is drawn again and again, or lines where nobody looks at a
//! terminal.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use rustix::termios::{isatty, tcgetwinsize};

use super::orders::HELP;
use super::people::{VISITOR, WATCHED, WATCHER};
use super::places::{Kept, Places};
use super::scene::Scene;
use crate::shard::Log;

const COLUMNS: usize = 80;
/// Of one of three beside each other, but for the blank before it.
const COLUMN: usize = 25;
/// Above the two rows in which orders are typed.
const ROWS: usize = 22;
/// That people have for what they read.
const OF_PEOPLE: usize = 6;
/// That say what has happened.
const OF_NEWS: usize = 2;

/// Everything that is shown at a time.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) since: Duration,
    pub(super) shards: u16,
    /// How each part is: servers, hosts, and gateways.
    pub(super) parts: [Vec<String>; 3],
    pub(super) places: &'a Places,
    pub(super) scene: &'a Scene,
    pub(super) news: &'a VecDeque<String>,
    pub(super) waits: String,
    pub(super) help: bool,
}

/// Where it is shown. Dropped, the terminal is as it was.
#[derive(Debug)]
pub(super) struct Screen {
    /// Whether a picture is drawn; otherwise there are lines, one after the other.
    picture: bool,
}

impl Screen {
    /// A picture, where there is a terminal that is large enough.
    pub(super) fn open() -> Self {
        let large = tcgetwinsize(io::stdout())
            .is_ok_and(|size| usize::from(size.ws_col) >= COLUMNS && usize::from(size.ws_row) >= ROWS + 2);
        let picture = large && isatty(io::stdin());
        if picture {
            // Another screen, of which the last two rows alone move when a line is typed.
            put(&format!("\x1b[?1049h\x1b[2J\x1b[{};{}r\x1b[{};1H> ", ROWS + 1, ROWS + 2, ROWS + 2));
        }
        Screen { picture }
    }

    pub(super) fn is_picture(&self) -> bool {
        self.picture
    }

    /// What has just happened: a picture shows it with the rest.
    pub(super) fn say(&self, since: Duration, line: &str) {
        if !self.picture {
            put(&format!("{:6.1} s  {line}\n", since.as_secs_f64()));
        }
    }

    /// A line was typed.
    pub(super) fn typed(&self, since: Duration, line: &str) {
        if self.picture {
            put("> ");
        } else {
            self.say(since, &format!("> {line}"));
        }
    }

    pub(super) fn draw(&self, view: &View<'_>) {
        if !self.picture {
            return;
        }
        let mut text = "\x1b7\x1b[?25l".to_owned();
        for (nth, row) in picture(view).iter().enumerate() {
            let (begin, end) = if nth == 0 { ("\x1b[7m", "\x1b[0m") } else { ("", "") };
            // Writing to a string does not fail.
            let _ = write!(text, "\x1b[{};1H{begin}{row}{end}\x1b[K", nth + 1);
        }
        put(&(text + "\x1b8\x1b[?25h"));
    }

    /// The terminal as it was.
    pub(super) fn close(&mut self) {
        if self.picture {
            put("\x1b[r\x1b[?1049l");
        }
        self.picture = false;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.close();
    }
}

fn put(text: &str) {
    let mut output = io::stdout().lock();
    // Nobody is left to tell when this fails.
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
}

fn picture(view: &View<'_>) -> Vec<String> {
    let seconds = view.since.as_secs();
    let mut rows = vec![
        format!(
            "{:COLUMNS$}",
            format!(" cluster try   {}:{:02}   `help` says what can be typed", seconds / 60, seconds % 60)
        ),
        String::new(),
    ];
    rows.extend(beside(&view.parts, 3));
    rows.push(String::new());
    rows.extend(logs(view));
    rows.push(String::new());
    let people = ROWS - OF_NEWS - 1;
    if view.help {
        rows.extend(HELP.map(|line| format!(" {line}")));
    } else {
        let watched: Vec<String> = view.scene.watched.iter().map(|chat| chat.to_string()).collect();
        let watched = if watched.is_empty() { "no chat".to_owned() } else { watched.join(", ") };
        let heads = [
            format!("{VISITOR}, a visitor"),
            format!("{WATCHED}, an operator"),
            format!("{WATCHER} watches {watched}"),
        ];
        rows.extend(beside(&heads.map(|head| vec![head]), 1));
        let lines = [&view.scene.visitor, &view.scene.operator, &view.scene.watcher];
        rows.extend(beside(&lines.map(last), OF_PEOPLE));
    }
    rows.resize(people, String::new());
    rows.extend(view.news.iter().rev().take(OF_NEWS).rev().cloned());
    rows.resize(ROWS - 1, String::new());
    rows.push(view.waits.clone());
    rows.iter().map(|row| row.chars().take(COLUMNS).collect()).collect()
}

/// One row for each of: which log, who owns it, who leads it, and how far it is.
fn logs(view: &View<'_>) -> Vec<String> {
    type Of = fn(Log, &Kept) -> String;
    let rows: [(&str, Of); 5] = [
        ("log", |log, _| log.to_string()),
        ("host", |_, kept| kept.host.map_or("?".to_owned(), |nth| nth.to_string())),
        ("leader", |_, kept| kept.leader.map_or("?".to_owned(), |nth| nth.to_string())),
        ("p", |_, kept| kept.p.to_string()),
        ("g", |_, kept| kept.g.to_string()),
    ];
    let row = |(name, of): (&str, Of)| {
        let mut row = format!(" {name:7}");
        for log in Log::all(view.shards) {
            let _ = write!(row, "{:>7}", of(log, &view.places.logs.get(&log).copied().unwrap_or_default()));
        }
        row
    };
    rows.into_iter().map(row).collect()
}

/// Three columns.
fn beside(columns: &[Vec<String>; 3], rows: usize) -> Vec<String> {
    let cell = |column: &Vec<String>, row: usize| {
        let text: String = column.get(row).map(|text| text.chars().take(COLUMN).collect()).unwrap_or_default();
        format!(" {text:COLUMN$}")
    };
    (0..rows)
        .map(|row| columns.iter().map(|column| cell(column, row)).collect::<String>().trim_end().to_owned())
        .collect()
}

/// The last ones for which there is room, each of them whole.
fn last(lines: &VecDeque<String>) -> Vec<String> {
    let mut rows = VecDeque::new();
    for line in lines.iter().rev().map(|line| folded(line)) {
        if rows.len() + line.len() > OF_PEOPLE {
            break;
        }
        line.into_iter().rev().for_each(|row| rows.push_front(row));
    }
    rows.into()
}

/// In as many lines as it needs.
fn folded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= COLUMN => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::Duration;

    use super::{COLUMNS, HELP, Places, ROWS, Scene, View, folded, picture};

    #[test]
    fn the_picture_fits_a_small_terminal() {
        let long = || std::iter::repeat_n("word ".repeat(40), 40).collect::<VecDeque<_>>();
        let mut scene = Scene::default();
        (scene.visitor, scene.operator, scene.watcher) = (long(), long(), long());
        for help in [false, true] {
            let rows = picture(&View {
                since: Duration::from_secs(3_600),
                shards: 8,
                parts: [3, 3, 2].map(|count| vec!["server 1 stands still".to_owned(); count]),
                places: &Places::default(),
                scene: &scene,
                news: &long(),
                waits: "word ".repeat(40),
                help,
            });
            assert_eq!(rows.len(), ROWS);
            assert!(rows.iter().all(|row| row.chars().count() <= COLUMNS), "{rows:?}");
            assert_eq!(rows.iter().any(|row| row.contains("kill host 2")), help);
        }
    }

    #[test]
    fn nothing_of_the_help_is_cut() {
        assert!(HELP.iter().all(|line| line.chars().count() < COLUMNS));
    }

    #[test]
    fn a_long_line_is_folded_between_words() {
        assert_eq!(folded("ken > mika: Yes: 9 to 12, or 14 to 16."), ["ken > mika: Yes: 9 to 12,", "  or 14 to 16."]);
    }
}
