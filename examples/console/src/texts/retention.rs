//! Settings → Retention.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    (
        "retention_lead",
        "How long chats are kept, and how long they wait for a visitor who has gone.",
        "チャットの保存期間と、離れた訪問者を待つ時間を設定します。",
    ),
    ("retention_days", "Keep ended chats for (days)", "終了したチャットの保存日数"),
    (
        "retention_days_help",
        "Then they are deleted with all that was said in them. From 1 to {most}.",
        "この日数を過ぎると、発言も含めて削除されます（1〜{most}）。",
    ),
    ("gone_minutes", "End a chat whose visitor has gone after (minutes)", "訪問者が離れてから終了するまでの分数"),
    (
        "gone_minutes_help",
        "A visitor has gone when no page of the chat is open. From 1 to {most}.",
        "チャットのページがひとつも開かれていない時間です（1〜{most}）。",
    ),
    ("saved", "Saved.", "保存しました。"),
];
