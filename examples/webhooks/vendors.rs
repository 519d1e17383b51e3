//! What each vendor means by the fields of its webhooks.

use chat_monitor::OperatorId;

use crate::body::Body;
use crate::desk::{News, Operators, State};

/// Who sent a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Vendor {
    Chatwoot,
    LiveChat,
    RocketChat,
    Twilio,
    JivoChat,
    Olark,
    Intercom,
    TawkTo,
}

impl Vendor {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Vendor::Chatwoot => "chatwoot",
            Vendor::LiveChat => "livechat",
            Vendor::RocketChat => "rocket.chat",
            Vendor::Twilio => "twilio",
            Vendor::JivoChat => "jivochat",
            Vendor::Olark => "olark",
            Vendor::Intercom => "intercom",
            Vendor::TawkTo => "tawk.to",
        }
    }

    /// Recognises a body by the field that says what has happened, and what else is always beside it.
    fn of(body: &Body) -> Option<Self> {
        let begins = |pointer, beginnings: &[&str]| {
            body.text(pointer).is_some_and(|text| beginnings.iter().any(|beginning| text.starts_with(beginning)))
        };
        if begins("/type", &["com.twilio.conversations."]) {
            Some(Vendor::Twilio)
        } else if begins("/type", &["Livechat", "LeadCapture", "Message"]) && body.is_object("/visitor") {
            Some(Vendor::RocketChat)
        } else if begins("/type", &["notification_event"]) && body.text("/topic").is_some() {
            Some(Vendor::Intercom)
        } else if begins("/kind", &["Conversation", "conversation"]) && body.is_object("/visitor") {
            Some(Vendor::Olark)
        } else if body.text("/event_name").is_some() {
            Some(Vendor::JivoChat)
        } else if body.text("/action").is_some() && body.is_object("/payload") {
            Some(Vendor::LiveChat)
        } else if begins("/event", &["chat:", "ticket:"]) {
            Some(Vendor::TawkTo)
        } else if begins("/event", &["conversation_", "message_", "webwidget_", "contact_", "inbox_"]) {
            Some(Vendor::Chatwoot)
        } else {
            None
        }
    }
}

/// The news of a chat; or why there is none for us, which is no error.
pub(crate) type Told = Result<News, String>;

/// Reads a body: from whom, what it tells, and what in it could not be read.
///
/// # Errors
///
/// When it is of no known vendor, or does not say which chat it is about.
pub(crate) fn read(bytes: &[u8]) -> Result<(Vendor, Told, Vec<String>), String> {
    let mut body = Body::parse(bytes)?;
    let vendor = Vendor::of(&body).ok_or("expected a body of a known vendor (--help names them)")?;
    let told = match vendor {
        Vendor::Chatwoot => chatwoot(&mut body),
        Vendor::LiveChat => livechat(&mut body),
        Vendor::RocketChat => rocket_chat(&mut body),
        Vendor::Twilio => twilio(&mut body),
        Vendor::JivoChat => jivochat(&mut body),
        Vendor::Olark => olark(&mut body),
        Vendor::Intercom => intercom(&mut body),
        Vendor::TawkTo => tawk_to(&mut body),
    };
    match told {
        Ok(news) => Ok((vendor, Ok(news), body.warnings)),
        Err(Without::Chat(what)) => Ok((vendor, Err(format!("{what} is not about a chat")), body.warnings)),
        Err(Without::Id(what)) => Err(format!("{} {what}", vendor.name())),
    }
}

/// Why there is no news in a body.
enum Without {
    /// What has happened is not about a chat.
    Chat(String),
    /// It is, but its id cannot be read.
    Id(String),
}

impl From<String> for Without {
    fn from(what: String) -> Self {
        Without::Id(what)
    }
}

/// The conversation lies at the top (`conversation_*`), in `conversation` (`message_*`, typing) or in
/// `current_conversation` (`webwidget_triggered`), and is always whole: without an assignee, nobody attends it.
fn chatwoot(body: &mut Body) -> Result<News, Without> {
    let event = body.text("/event").unwrap_or_default().to_owned();
    let at = match ["/conversation", "/current_conversation"].into_iter().find(|at| body.is_object(at)) {
        Some(at) => at,
        None if event.starts_with("conversation_") => "",
        None => return Err(Without::Chat(event)),
    };
    let mut news = News::of(body.chat(&format!("{at}/id"))?);
    // The event counts first: the sample of a `conversation_resolved` still has the status `open`.
    news.state = match body.text(&format!("{at}/status")) {
        _ if event == "conversation_resolved" => State::Ended,
        Some("resolved") => State::Ended,
        Some(_) => State::Live,
        None => State::Untold,
    };
    if body.is_object(&format!("{at}/meta")) {
        news.operators = Operators::All(body.operator(&format!("{at}/meta/assignee/id")).into_iter().collect());
    }
    news.ip = body.fact(&format!("{at}/meta/sender/additional_attributes/created_at_ip"));
    news.email = body.fact(&format!("{at}/meta/sender/email"));
    Ok(news)
}

fn livechat(body: &mut Body) -> Result<News, Without> {
    let action = body.text("/action").unwrap_or_default().to_owned();
    if action == "incoming_chat" {
        return livechat_incoming(body);
    }
    if !body.has("/payload/chat_id") {
        return Err(Without::Chat(action));
    }
    let mut news = News::of(body.chat("/payload/chat_id")?);
    match action.as_str() {
        "chat_deactivated" => news.state = State::Ended,
        // The names before version 3 of the API and since.
        "chat_user_added" | "user_added_to_chat" => {
            if let Some(operator) = livechat_user(body, "/payload/user", &mut news) {
                news.operators = Operators::OneMore(operator);
            }
        }
        "chat_user_removed" | "user_removed_from_chat" if body.text("/payload/user_type") == Some("agent") => {
            news.operators = body.operator("/payload/user_id").map_or(Operators::Untold, Operators::OneLess);
        }
        _ => {}
    }
    Ok(news)
}

fn livechat_incoming(body: &mut Body) -> Result<News, Without> {
    let mut news = News::of(body.chat("/payload/chat/id")?);
    news.state = State::ended_if(body.is_false("/payload/chat/thread/active"));
    let users = 0..body.len("/payload/chat/users");
    let operators = users.filter_map(|n| livechat_user(body, &format!("/payload/chat/users/{n}"), &mut news)).collect();
    news.operators = Operators::All(operators);
    Ok(news)
}

/// An agent is an operator, a customer is the visitor.
fn livechat_user(body: &mut Body, at: &str, news: &mut News) -> Option<OperatorId> {
    match body.text(&format!("{at}/type")) {
        // Agents may have left the chat, or supervise it unseen by LiveChat's own means: those do not attend it.
        Some("agent") if body.is_false(&format!("{at}/present")) => None,
        Some("agent") if body.text(&format!("{at}/visibility")) == Some("agents") => None,
        Some("agent") => body.operator(&format!("{at}/id")),
        Some("customer") => {
            news.ip = body.fact(&format!("{at}/last_visit/ip"));
            news.email = body.fact(&format!("{at}/email"));
            None
        }
        _ => None,
    }
}

/// The room and its guest come with every event; without an agent, the room waits.
fn rocket_chat(body: &mut Body) -> Result<News, Without> {
    let event = body.text("/type").unwrap_or_default().to_owned();
    // A form that was filled in while nobody was there.
    if event == "LivechatOfflineMessage" {
        return Err(Without::Chat(event));
    }
    let last_message = body.len("/messages").saturating_sub(1);
    let mut news = News::of(body.chat("/_id")?);
    news.state = match event.as_str() {
        // Sent on closing, and as a test by the settings page, which closes nothing.
        "LivechatSession" => State::ended_if(body.has("/closedAt")),
        // Closed rooms alone are reported when they are edited.
        "LivechatEdit" => State::Ended,
        "Message" if body.has(&format!("/messages/{last_message}/closingMessage")) => {
            State::ended_if(!body.is_false(&format!("/messages/{last_message}/closingMessage")))
        }
        "Message" | "LeadCapture" => State::Untold,
        _ => State::Live,
    };
    news.operators = Operators::All(body.operator("/agent/_id").into_iter().collect());
    news.ip = body.fact("/visitor/ip");
    // None, one, or a list of `{address}`.
    let is_list = body.len("/visitor/email") > 0;
    news.email = body.fact(if is_list { "/visitor/email/0/address" } else { "/visitor/email" });
    Ok(news)
}

/// A participant with an identity is a person with an account and attends as an operator; one without, known by their
/// phone number, is the visitor. Where visitors have accounts too, they are taken for operators whom nobody knows, and
/// nobody can watch: a host that gives them identities tells them apart here.
fn twilio(body: &mut Body) -> Result<News, Without> {
    let event = body.text("/type").unwrap_or_default().trim_start_matches("com.twilio.conversations.").to_owned();
    if !body.has("/data/ConversationSid") {
        return Err(Without::Chat(event));
    }
    let mut news = News::of(body.chat("/data/ConversationSid")?);
    match event.as_str() {
        "conversation.added" => news.state = State::Live,
        "conversation.removed" => news.state = State::Ended,
        "conversation-state.updated" => {
            news.state = State::ended_if(body.text("/data/StateTo") == Some("closed"));
        }
        "participant.added" => {
            news.operators = body.operator("/data/Identity").map_or(Operators::Untold, Operators::OneMore);
        }
        "participant.removed" => {
            news.operators = body.operator("/data/Identity").map_or(Operators::Untold, Operators::OneLess);
        }
        _ => {}
    }
    Ok(news)
}

/// Ids are strings in some events and numbers in others. Who has accepted a chat has it alone.
fn jivochat(body: &mut Body) -> Result<News, Without> {
    let event = body.text("/event_name").unwrap_or_default().to_owned();
    // Calls have a `chat_id` too.
    if !event.starts_with("chat_") {
        return Err(Without::Chat(event));
    }
    let mut news = News::of(body.chat("/chat_id")?);
    match event.as_str() {
        "chat_accepted" => news.state = State::Live,
        "chat_finished" => news.state = State::Ended,
        _ => {}
    }
    if body.len("/agents") > 0 {
        let agents = 0..body.len("/agents");
        news.operators = Operators::All(agents.filter_map(|n| body.operator(&format!("/agents/{n}/id"))).collect());
    } else if body.has("/agent") {
        news.operators = Operators::All(body.operator("/agent/id").into_iter().collect());
    }
    news.ip = body.fact("/session/ip_addr");
    news.email = body.fact("/visitor/email");
    Ok(news)
}

/// A transcript, sent when the chat is over.
fn olark(body: &mut Body) -> Result<News, Without> {
    let mut news = News::of(body.chat("/id")?);
    news.state = State::Ended;
    let ids = body.names("/operators");
    news.operators = Operators::All(ids.iter().filter_map(|id| body.operator_named("/operators", id)).collect());
    news.ip = body.fact("/visitor/ip");
    news.email = body.fact("/visitor/emailAddress");
    Ok(news)
}

/// A conversation may be assigned to a team as well, which is nobody yet.
fn intercom(body: &mut Body) -> Result<News, Without> {
    let topic = body.text("/topic").unwrap_or_default().to_owned();
    if !topic.starts_with("conversation.") {
        return Err(Without::Chat(topic));
    }
    let mut news = News::of(body.chat("/data/item/id")?);
    news.state = match topic.rsplit('.').next() {
        Some("closed" | "deleted") => State::Ended,
        Some("created" | "opened" | "assigned" | "replied" | "unsnoozed") => State::Live,
        _ => State::Untold,
    };
    if body.has("/data/item/assignee") {
        let is_team = body.text("/data/item/assignee/type") == Some("team");
        let assignee = if is_team { None } else { body.operator("/data/item/assignee/id") };
        news.operators = Operators::All(assignee.into_iter().collect());
    }
    news.email = body.fact("/data/item/user/email");
    Ok(news)
}

/// Who attends is not told.
fn tawk_to(body: &mut Body) -> Result<News, Without> {
    let event = body.text("/event").unwrap_or_default().to_owned();
    if !event.starts_with("chat:") {
        return Err(Without::Chat(event));
    }
    let mut news = News::of(body.chat("/chatId")?);
    news.state = State::ended_if(event != "chat:start");
    news.email = body.fact("/visitor/email");
    Ok(news)
}
