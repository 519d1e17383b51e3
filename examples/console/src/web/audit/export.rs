//! What is filtered, as a file: read and sent a part at a time, so that it may be long.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::filter::{Asked, Wanted, Zone};
use super::words::{Known, Worded, Words};
use crate::denial::Denial;
use crate::office::Office;
use crate::store::{Action, AuditLine, Filter};
use crate::web::App;
use crate::web::caller::Staff;
use crate::web::pages::Language;
use crate::web::problem::Problem;

/// How many lines a part has.
const PART: usize = 500;

/// The form of a file.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// For spreadsheets, in words.
    Csv,
    /// For programs, as it is kept.
    JsonLines,
}

pub(in crate::web) async fn csv(
    app: State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    asked: Query<Asked>,
) -> Result<Response, Problem> {
    export(app.0, staff, &headers, &asked.0, Form::Csv).await
}

pub(in crate::web) async fn json_lines(
    app: State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    asked: Query<Asked>,
) -> Result<Response, Problem> {
    export(app.0, staff, &headers, &asked.0, Form::JsonLines).await
}

/// How far an export has come.
struct Export {
    app: Arc<App>,
    staff: Staff,
    form: Form,
    language: Language,
    filter: Filter,
    zone: Zone,
    known: Known,
    /// The last line that has been read, and the last one that is to be.
    read: i64,
    last: i64,
    begun: bool,
    done: bool,
}

async fn export(
    app: Arc<App>,
    staff: Staff,
    headers: &HeaderMap,
    asked: &Asked,
    form: Form,
) -> Result<Response, Problem> {
    if !app.operators.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| Known::read(office, &operator);
    let known = app.look(&staff.operator, Action::ExportedAudit, None, look).await?;
    let Wanted { filter, zone, .. } = asked.read()?;
    // Nothing goes out before it is written down that it does.
    let operator = staff.operator.clone();
    let detail = match form {
        Form::Csv => "detail_csv",
        Form::JsonLines => "detail_json_lines",
    };
    app.hub.record(move |office| office.note_export(&operator, detail)).await?;
    let last = app.readers.watchers.call(|archive| archive.last_audit_line()).await?;
    let (kind, name) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"audit.csv\""),
        Form::JsonLines => ("application/x-ndjson", "attachment; filename=\"audit.jsonl\""),
    };
    let language = Language::of(headers);
    let export = Export { app, staff, form, language, filter, zone, known, read: 0, last, begun: false, done: false };
    let parts = stream::try_unfold(export, |mut export| async move {
        let part = export.next().await?;
        Ok::<_, Denial>(part.map(|part| (part, export)))
    });
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)];
    Ok((headers.map(|(name, value)| (name, HeaderValue::from_static(value))), Body::from_stream(parts)).into_response())
}

impl Export {
    /// The next part. An error cuts the connection off, so that nobody takes half a file for a whole one.
    async fn next(&mut self) -> Result<Option<Bytes>, Denial> {
        if self.done {
            return Ok(None);
        }
        // Whoever is no administrator any more gets no more.
        if self.staff.ended.is_cancelled() {
            return Err(Denial::NotAllowed);
        }
        let operator = self.staff.operator.clone();
        self.app.hub.read(move |office| office.check_administrator(&operator)).await?;
        let (filter, read) = (self.filter.clone(), self.read);
        let lines = self.app.readers.watchers.call(move |archive| archive.audit_part(&filter, read, PART)).await?;
        let lines: Vec<_> = lines.into_iter().filter(|line| line.id <= self.last).collect();
        self.done = lines.len() < PART;
        self.read = lines.last().map_or(self.read, |line| line.id);
        let begun = std::mem::replace(&mut self.begun, true);
        let words = Words { language: self.language, zone: &self.zone, known: &self.known };
        let written = match self.form {
            Form::Csv => csv_part(&words, &lines, !begun),
            Form::JsonLines => json_part(&words, &lines),
        };
        Ok(Some(written.into()))
    }
}

/// By RFC 4180. Begins with the mark of UTF-8, without which Japanese is unreadable in Excel.
fn csv_part(words: &Words<'_>, lines: &[AuditLine], first: bool) -> Vec<u8> {
    let mut written = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut put = |fields: [&str; 12]| {
        // Nothing can fail where the file is in memory and all rows have as many fields.
        let _ = written.write_record(fields.map(harmless));
    };
    if first {
        let columns =
            ["line", "time", "operator", "name", "act", "what", "refused", "chat", "rules", "detail", "erased", "hash"];
        put(columns);
    }
    for line in lines {
        let erased = erased(line).join(" ");
        let Worded { id, time, operator, who, action, what, refused, chat, rules, detail, hash, .. } = words.line(line);
        let (id, refused) = (id.to_string(), if refused { "1" } else { "0" });
        put([&id, &time, &operator, &who, &action, what, refused, &chat, &rules, &detail, &erased, &hash]);
    }
    let rows = written.into_inner().unwrap_or_default();
    if first { ["\u{FEFF}".as_bytes(), &rows].concat() } else { rows }
}

/// A spreadsheet takes for a formula what begins like one, in Japanese in wide characters too.
fn harmless(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
    if formula { format!("'{field}") } else { field.to_owned() }
}

fn json_part(words: &Words<'_>, lines: &[AuditLine]) -> Vec<u8> {
    let written = lines.iter().map(|line| {
        let Worded { id, time, who, .. } = words.line(line);
        let AuditLine { operator, action, chat, rules, detail, refused, hash, .. } = line;
        // Lines of older versions have rules in words.
        let rules =
            if rules.is_empty() { json!([]) } else { serde_json::from_str(rules).unwrap_or_else(|_| json!(rules)) };
        let line: Value = json!({
            "line": id,
            "time": time,
            "operator": operator,
            "name": who,
            "act": action,
            "refused": refused,
            "chat": chat,
            "rules": rules,
            "detail": detail,
            "erased": erased(line),
            "hash": hash.map(|hash| hash.to_string()),
        });
        format!("{line}\n")
    });
    written.collect::<String>().into_bytes()
}

/// Which parts have been erased.
fn erased(line: &AuditLine) -> Vec<&'static str> {
    let parts = ["chat", "rules", "detail"].into_iter().zip(line.erased);
    parts.filter(|(_, erased)| *erased).map(|(part, _)| part).collect()
}
