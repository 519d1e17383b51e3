//! A page that a visitor has open.

use chat_monitor::ChatId;
use tokio::runtime::Handle;

use crate::hub::Hub;
use crate::office::Office;

/// A page that a visitor has open, for as long as it lives. When it is dropped, wherever that is, the office hears of it.
#[derive(Debug)]
pub(super) struct OpenPage {
    hub: Hub,
    place: Handle,
    chat: Option<ChatId>,
}

impl OpenPage {
    /// Of no chat yet.
    pub(super) fn of(hub: Hub) -> Self {
        OpenPage { hub, place: Handle::current(), chat: None }
    }

    pub(super) fn opened(&mut self, office: &mut Office, chat: ChatId) {
        office.visitor_came(&chat);
        self.chat = Some(chat);
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let Some(chat) = self.chat.take() else { return };
        let hub = self.hub.clone();
        self.place.spawn(async move {
            // A console that ends has no visitors.
            let _ = hub
                .read(move |office| {
                    office.visitor_went(&chat);
                    Ok(())
                })
                .await;
        });
    }
}
