//! The desk of those who attend chats.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("waiting_chats", "Waiting", "対応待ち"),
    ("own_chats_title", "My chats", "担当中"),
    ("none_waiting", "Nobody is waiting.", "対応待ちのチャットはありません。"),
    ("none_own", "You have no chats.", "担当中のチャットはありません。"),
    (
        "choose_chat",
        "Pick up a chat, or choose one of yours.",
        "チャットを受けるか、担当中のチャットを選んでください。",
    ),
    ("pick_up", "Pick up", "受ける"),
    ("transfer", "Transfer", "転送"),
    ("transfer_to", "Transfer to", "転送先"),
    ("end", "End", "終了"),
    ("internal", "Internal", "内部メモ"),
    ("internal_text", "The visitor never sees this.", "訪問者には表示されません。"),
    (
        "internal_empty",
        "Notes and advice about this chat appear here.",
        "このチャットについてのメモやアドバイスがここに表示されます。",
    ),
    ("internal_message", "Internal message", "内部メッセージ"),
    ("write", "Write", "書き込む"),
    ("advice", "Advice", "アドバイス"),
    ("joined_badge", "Joined", "参加中"),
    ("since", "since {time}", "{time} から"),
    ("no_email", "no email", "メール未登録"),
    ("back", "Back to the list", "一覧に戻る"),
    ("new_message", "New message", "新着"),
    ("cancel", "Cancel", "キャンセル"),
    ("close", "Close", "閉じる"),
];
