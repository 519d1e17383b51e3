//! What was said in a chat, where a body has it.

use chat_monitor::{ChatId, OperatorId};

use crate::time::Time;

/// Something that everybody in a chat can read. What a vendor marks as private is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The chat that it was said in.
    pub chat: ChatId,
    /// The vendor's own id of it, by which one that comes again is known; where there is none, nothing is.
    pub id: Option<String>,
    /// When it was said, if the body says.
    pub at: Option<Time>,
    /// Who said it.
    pub by: Author,
    /// What the vendor calls them.
    pub name: Option<String>,
    /// The text, without markup.
    pub text: String,
}

/// Who said something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// The visitor.
    Visitor,
    /// An operator, a bot, or somebody of whom the body does not say who they are.
    Operator(OperatorId),
}

/// A message of the chat that an event is about.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) id: Option<String>,
    pub(crate) at: Option<Time>,
    pub(crate) by: Author,
    pub(crate) name: Option<String>,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn within(self, chat: ChatId) -> Message {
        let Said { id, at, by, name, text } = self;
        Message { chat, id, at, by, name, text }
    }
}

/// The text of what a vendor sends as HTML: a line for each block, without tags.
pub(crate) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, behind)) = tag.split_once('>') else { break };
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if ["br", "p", "div", "li"].contains(&name) && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = behind;
    }
    if !rest.contains('<') {
        text.push_str(rest);
    }
    // Last of all the sign that begins the others.
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    names.iter().fold(text, |text, (name, sign)| text.replace(name, sign)).trim().to_owned()
}
