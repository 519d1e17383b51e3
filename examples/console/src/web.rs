//! The HTTP interface: every request is checked here for who it comes from, and in the office for what they may do.

mod administrator;
mod assets;
mod audit;
mod by_programs;
mod caller;
mod chats;
mod connections;
mod departments;
mod desk;
mod drafts;
mod ended;
mod erasure;
mod exclusions;
mod hook_settings;
mod hooks;
mod keys;
mod monitored;
mod open_page;
mod pages;
mod people;
mod presence;
mod problem;
mod retention;
mod roles;
mod sessions;
mod settings;
mod sign_in;
mod socket;
mod visitor;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chat_monitor::{ChatId, OperatorId};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use vendors::Proxies;

use crate::denial::Denial;
use crate::entry::now;
use crate::hub::Hub;
use crate::limits::{Buckets, Guesses, Origin};
use crate::looks::Looks;
use crate::office::Office;
use crate::options::{Limits, Options};
use crate::password;
use crate::reader::Readers;
use crate::slots::Slots;
use crate::store::Action;
use connections::ForStaff;
pub(crate) use drafts::{CRITERIA, label};
use hooks::HookDoors;
pub(crate) use pages::Language;
use pages::Pages;
use presence::Presence;
pub(crate) use problem::Problem;
use sessions::Sessions;
use socket::Watching;

/// The largest request, in bytes. A text of 2000 characters fits in, however it is written.
const LARGEST_REQUEST: usize = 32 * 1024;

const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What every handler can reach.
#[derive(Debug)]
pub(crate) struct App {
    hub: Hub,
    readers: Readers,
    watching: Watching,
    pages: Pages,
    sessions: Sessions,
    /// What a name that nobody has is checked against, so that it takes as long.
    nobody: String,
    /// Where browsers see this server.
    origins: Vec<String>,
    secure: bool,
    proxies: Proxies,
    /// How many passwords may wait to be hashed.
    hashing: Arc<Semaphore>,
    guesses: Guesses<(Origin, String)>,
    sign_ins: Buckets<Origin>,
    chats: Buckets<Origin>,
    visitors: Buckets<ChatId>,
    operators: Buckets<OperatorId>,
    previews: Buckets<OperatorId>,
    hooks: HookDoors,
    /// What programs ask by their keys.
    calls: Buckets<OperatorId>,
    limits: Limits,
    /// The sockets of visitors.
    of_address: Slots<Origin>,
    of_chat: Slots<ChatId>,
    /// The sockets of staff.
    of_account: Slots<OperatorId>,
    presence: Presence,
    looks: Looks,
    /// Cancelled when the console is about to end.
    stopping: CancellationToken,
    /// The sockets that are open.
    sockets: TaskTracker,
}

/// Which earlier part of a chat is asked for.
#[derive(Debug, Deserialize)]
struct Before {
    before: i64,
    #[serde(default)]
    internal: bool,
}

impl App {
    pub(crate) async fn load(
        hub: Hub,
        readers: Readers,
        options: &Options,
        address: SocketAddr,
    ) -> Result<Self, Denial> {
        let (sessions, hooks) = hub.call(|office| Ok((office.sessions(now())?, office.hook_rows()))).await?;
        let origins = match &options.origin {
            Some(origin) => vec![origin.clone()],
            None => {
                let port = address.port();
                vec![
                    format!("http://{address}"),
                    format!("http://localhost:{port}"),
                    format!("http://127.0.0.1:{port}"),
                ]
            }
        };
        let secure = origins.iter().all(|origin| origin.starts_with("https://"));
        Ok(App {
            hub,
            readers,
            watching: Watching::start()?,
            pages: Pages::new(),
            sessions: Sessions::of(sessions),
            nobody: password::hash(&password::token()).unwrap_or_default(),
            origins,
            secure,
            proxies: Proxies::named(options.trusted_proxies.iter().copied()),
            hashing: Arc::new(Semaphore::new(64)),
            guesses: Guesses::new(),
            sign_ins: Buckets::new(20.0, 0.2),
            chats: Buckets::new(30.0, 1.0),
            visitors: Buckets::new(20.0, 4.0),
            operators: Buckets::new(60.0, 20.0),
            previews: Buckets::new(30.0, 2.0),
            hooks: HookDoors::new(hooks),
            calls: Buckets::new(400.0, 200.0),
            limits: options.limits,
            of_address: Slots::new(options.limits.sockets_per_address),
            of_chat: Slots::new(options.limits.sockets_per_chat),
            of_account: Slots::new(options.limits.sockets_per_account),
            presence: Presence::default(),
            looks: Looks::default(),
            stopping: CancellationToken::new(),
            sockets: TaskTracker::new(),
        })
    }

    pub(crate) fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Serves until the program ends.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) -> Infallible {
        let (limits, proxies) = (self.limits, self.proxies.clone());
        connections::serve(listener, router(self), limits, move |peer| proxies.contain(peer)).await
    }

    /// Closes the sockets, and says to each that the server goes away.
    pub(crate) async fn close_sockets(&self) {
        self.stopping.cancel();
        self.sockets.close();
        // Who does not read is left behind.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.sockets.wait()).await;
    }

    /// Looks at something, and writes down when that was refused.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        operator: &OperatorId,
        action: Action,
        chat: Option<&ChatId>,
        look: impl FnOnce(&mut Office) -> Result<T, Denial> + Send + 'static,
    ) -> Result<T, Denial> {
        let denial = match self.hub.read(look).await {
            Err(denial @ (Denial::Store(_) | Denial::Closed)) => return Err(denial),
            Err(denial) => denial,
            seen => return seen,
        };
        let (operator, chat) = (operator.clone(), chat.cloned());
        self.hub.record(move |office| Err(office.refused(&operator, action, chat.as_ref(), denial))).await
    }

    /// Whether a request may have a connection that is kept for staff: it is of one who has signed in, or signs in.
    fn may_use_room_of_staff(&self, headers: &HeaderMap, path: &str) -> bool {
        let token = caller::cookie(headers, self.session_cookie()).map(password::digest);
        let known = token.is_some_and(|token| self.sessions.get(&token).is_some());
        known || path.starts_with("/sign-in") || path.starts_with("/assets/")
    }

    /// A `Set-Cookie` that scripts cannot read and other sites cannot send.
    fn cookie(&self, name: &str, value: &str, path: &str, max_age: i64) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path={path}; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

/// The routes.
fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(sign_in::home))
        .route("/assets/{name}", get(assets::asset))
        .route("/language", post(pages::set_language))
        .route("/sign-in", get(sign_in::page).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/session/socket", get(sign_in::socket))
        .route("/visit", get(visitor::start_page).post(visitor::start))
        .route("/chat/{chat}", get(visitor::page))
        .route("/chat/{chat}/socket", get(visitor::socket))
        .route("/chat/{chat}/entries", get(visitor::entries))
        .route("/chat/{chat}/say", post(visitor::say))
        .route("/chat/{chat}/email", post(visitor::set_email))
        .route("/chat/{chat}/end", post(visitor::end))
        .route("/desk", get(desk::page))
        .route("/desk/socket", get(desk::socket))
        .route("/desk/colleagues", get(desk::colleagues))
        .route("/desk/{chat}/entries", get(desk::entries))
        .route("/desk/{chat}/{act}", post(desk::act))
        .route("/monitored", get(monitored::page))
        .route("/monitored/socket", get(monitored::socket))
        .route("/monitored/{chat}", get(monitored::opened_page))
        .route("/monitored/{chat}/socket", get(monitored::opened_socket))
        .route("/monitored/{chat}/entries", get(monitored::entries))
        .route("/monitored/{chat}/{act}", post(monitored::act))
        .route("/settings/monitoring", get(settings::page))
        .route("/settings/monitoring/socket", get(settings::socket))
        .route("/settings/monitoring/list", get(settings::list))
        .route("/settings/monitoring/gone", post(settings::told_of_deleted))
        .route("/settings/monitoring/choices", get(drafts::choices))
        .route("/settings/monitoring/check", post(settings::check))
        .route("/settings/monitoring/preview", post(drafts::preview))
        .route("/settings/monitoring/chats", get(drafts::chats))
        .route("/settings/monitoring/why/{chat}", get(drafts::why))
        .route("/settings/monitoring/rules", post(settings::add))
        .route("/settings/monitoring/rules/{rule}/enabled", post(settings::set_enabled))
        .route("/settings/monitoring/rules/{rule}/note", post(settings::set_note))
        .route("/settings/monitoring/rules/{rule}/delete", post(settings::delete))
        .route("/settings/people", get(people::page).post(people::add))
        .route("/settings/people/{person}", post(people::change))
        .route("/settings/people/{person}/{act}", post(people::act))
        .route("/settings/roles", get(roles::page).post(roles::set))
        .route("/settings/roles/preview", post(roles::preview))
        .route("/settings/departments", get(departments::page).post(departments::add))
        .route("/settings/departments/{department}", post(departments::rename))
        .route("/settings/departments/{department}/delete", post(departments::delete))
        .route("/settings/chats", get(chats::page))
        .route("/settings/chats/socket", get(chats::socket))
        .route("/settings/chats/{chat}/{act}", post(chats::act))
        .route("/settings/retention", get(retention::page).post(retention::set))
        .route("/settings/exclusions", get(exclusions::page).post(exclusions::add))
        .route("/settings/exclusions/list", get(exclusions::list))
        .route("/settings/exclusions/{exclusion}/delete", post(exclusions::delete))
        .route("/audit", get(audit::page))
        .route("/audit/export.csv", get(audit::csv))
        .route("/audit/export.jsonl", get(audit::json_lines))
        .route("/ended", get(ended::list_page))
        .route("/ended/list", post(ended::list))
        .route("/ended/{chat}", get(ended::page))
        .route("/ended/{chat}/transcript", get(ended::transcript))
        .route("/ended/{chat}/entries", get(ended::entries))
        .route("/settings/erasure", get(erasure::page))
        .route("/settings/erasure/find", post(erasure::find))
        .route("/settings/erasure/erase", post(erasure::erase))
        .route("/settings/hooks", get(hook_settings::page).post(hook_settings::make))
        .route("/settings/hooks/{hook}/revoke", post(hook_settings::revoke))
        .route("/settings/hooks/{hook}/agents", post(hook_settings::set_agent))
        .route("/hooks/{vendor}/{secret}", post(hooks::receive))
        .route("/settings/keys", get(keys::page).post(keys::make))
        .route("/settings/keys/{key}/revoke", post(keys::revoke))
        .merge(crate::api::router())
        .fallback(|| async { Problem::NO_PAGE })
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(app)
}

/// What holds for every request: state is changed, and sockets are opened, from our own pages only; and what browsers
/// are told of every answer.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD) || headers.contains_key(header::UPGRADE);
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let ours = origin.is_some_and(|origin| app.origins.iter().any(|known| known.eq_ignore_ascii_case(origin)));
    let language = pages::Language::of(headers);
    let path = request.uri().path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_page = accept.is_some_and(|accept| accept.contains("text/html"));
    // Where a page of problems leads back to: nothing comes back to a form that was sent.
    let back = if *request.method() == Method::GET { path.clone() } else { "/".to_owned() };
    let is_asset = path.starts_with("/assets/");
    let no_room = request.extensions().get::<ForStaff>().is_some() && !app.may_use_room_of_staff(headers, &path);
    // Other programs have no page to come from. No cookie counts there.
    let by_programs = ["/hooks/", "/api/v1/"].iter().any(|start| path.starts_with(start));
    let mut response = if changes && !ours && !by_programs {
        Problem::FORGED.into_response()
    } else if no_room {
        Problem::FULL.into_response()
    } else {
        // The rest of a request may not take for ever either.
        let answered = tokio::time::timeout(app.limits.head * 3, next.run(request)).await;
        answered.unwrap_or_else(|_| Problem::TOO_SLOW.into_response())
    };
    if let Some(problem) = Problem::of(&response) {
        response = if by_programs {
            problem.for_programs(language, response.headers().get(header::ALLOW).cloned())
        } else {
            problem.shown(&app.pages, language, wants_page.then_some(&*back))
        };
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    for (name, value) in [
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(header::HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if no_room {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if app.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if !is_asset {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Who is at the other end of the socket.
type Peer = ConnectInfo<SocketAddr>;
