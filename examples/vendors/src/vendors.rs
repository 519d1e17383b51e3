//! The vendors, one file each: how a body is recognised, where each fact lies in it, and what its events mean.

use serde_json::Value;

use crate::look::Look;
use crate::news::Tidings;

/// What a vendor's file says.
pub(crate) struct Vendor {
    /// The vendor's name, which begins the ids of its chats and agents. It has no colon.
    pub(crate) name: &'static str,
    /// Whether this is one of the vendor's events: by the field that says what has happened, and by what the vendor
    /// always puts beside it. One likeness is not enough, for others use the same words.
    pub(crate) recognise: fn(&Look<'_>) -> bool,
    /// The events in a body, where it may hold several.
    pub(crate) parts: fn(&Value) -> Vec<&Value>,
    /// What an event tells.
    pub(crate) read: fn(&mut Look<'_>) -> Tidings,
}

impl Vendor {
    pub(crate) const fn new(
        name: &'static str,
        recognise: fn(&Look<'_>) -> bool,
        read: fn(&mut Look<'_>) -> Tidings,
    ) -> Self {
        Vendor { name, recognise, parts: |event| vec![event], read }
    }
}

/// A line for each vendor: its file declares a `VENDOR`.
macro_rules! vendors {
    ($($file:ident,)*) => {
        $(mod $file;)*
        static VENDORS: &[Vendor] = &[$($file::VENDOR,)*];
    };
}

vendors! {
    amazon_connect,
    brevo,
    chatwoot,
    crisp,
    freshchat,
    genesys,
    hubspot,
    intercom,
    jivochat,
    livechat,
    olark,
    rocket_chat,
    tawk_to,
    twilio,
    zendesk,
    zoho,
}

/// The vendor whose event this is. An event that two of them recognise is nobody's.
pub(crate) fn of(event: &Value) -> Option<&'static Vendor> {
    let (people, proxies) = Default::default();
    let look = Look::at(event, "", &people, &proxies);
    let mut theirs = VENDORS.iter().filter(|vendor| (vendor.recognise)(&look));
    theirs.next().filter(|_| theirs.next().is_none())
}

/// The vendors' names, in the order of the alphabet.
pub fn names() -> impl Iterator<Item = &'static str> {
    VENDORS.iter().map(|vendor| vendor.name)
}

pub(crate) fn is_vendor(name: &str) -> bool {
    names().any(|vendor| vendor == name)
}
