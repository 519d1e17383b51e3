//! Settings → Live chats, and visitors who have gone.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    (
        "all_chats_lead",
        "Every live chat, without what is said in it. Monitoring ends at once where it is forbidden; nobody in the chat learns of that.",
        "進行中のすべてのチャットです（発言は表示されません）。モニタリングを禁止するとすぐに終了し、チャットの参加者には分かりません。",
    ),
    ("all_chats_search", "Search by visitor, operator or department", "訪問者・担当者・部門で検索"),
    ("no_live_chats", "There is no such chat at the moment.", "該当するチャットは今ありません。"),
    ("since_when", "Since", "開始"),
    ("monitoring", "Monitoring", "モニタリング"),
    ("allow_monitoring", "Allow monitoring", "モニタリングを許可する"),
    ("reassign", "Reassign", "担当者を変更する"),
    ("reassign_from", "Instead of", "交代する人"),
    ("reassign_to", "Give it to", "新しい担当者"),
    ("set_departments", "Departments", "部門"),
    ("chat_departments", "Departments of the chat", "チャットの部門"),
    ("end_chat", "End this chat?", "このチャットを終了しますか？"),
    (
        "end_chat_text",
        "It ends for everyone in it, and everyone sees who ended it. It cannot be taken up again.",
        "参加者全員に対して終了し、だれが終了したかが表示されます。再開はできません。",
    ),
    ("gone_since", "left the page at {time}", "{time} にページを離れました"),
];
