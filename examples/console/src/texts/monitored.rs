//! The list of monitored chats, and one of them opened.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    (
        "monitored_lead",
        "Chats that your rules match, as they happen. Nobody in them can tell.",
        "ルールに一致した進行中のチャットです。チャットの参加者には分かりません。",
    ),
    (
        "none_monitored",
        "No chat matches your rules at the moment. New ones appear here by themselves.",
        "ルールに一致するチャットは今ありません。始まると自動的に表示されます。",
    ),
    ("to_rules", "See the rules", "ルールを見る"),
    ("because", "Why it is monitored", "モニタリングの理由"),
    ("open", "Open", "開く"),
    ("visitor", "Visitor", "訪問者"),
    ("operators", "Operators", "担当者"),
    ("last_said", "Last message", "最新のメッセージ"),
    ("nothing_said", "Nothing has been said yet.", "まだ発言はありません。"),
    ("unseen", "You are reading along unseen", "参加者に知られずに閲覧しています"),
    (
        "you_joined",
        "You are in this chat: everyone in it sees you",
        "チャットに参加しています。全員にあなたが見えています",
    ),
    ("advise", "Advise the operator", "担当者にアドバイスする"),
    (
        "advise_text",
        "Only the operators of this chat see it, with your name.",
        "担当者だけに、あなたの名前とともに表示されます。",
    ),
    ("send_advice", "Send advice", "アドバイスを送る"),
    ("join", "Join this chat", "このチャットに参加する"),
    (
        "join_text",
        "Everyone in the chat will see that you have joined.",
        "参加したことがチャットの全員に表示されます。",
    ),
    ("leave", "Leave this chat", "このチャットから退出する"),
    ("no_longer", "You do not watch this chat any more", "このチャットのモニタリングは終了しました"),
    ("ended_chat_ended", "The chat is over.", "チャットが終了しました。"),
    ("ended_joined", "You joined it.", "チャットに参加しました。"),
    ("ended_rule_removed", "The rule was deleted.", "ルールが削除されました。"),
    ("ended_disabled", "The rule was switched off.", "ルールがオフになりました。"),
    ("ended_outside_window", "The rule does not count at this time.", "ルールの有効期間外です。"),
    ("ended_no_longer_matches", "No rule matches it any more.", "ルールに一致しなくなりました。"),
    ("ended_forbidden", "It may not be monitored.", "モニタリングが許可されていません。"),
    ("ended_excluded", "Chats like it are never monitored.", "モニタリングの対象外に指定されています。"),
    ("ended_unattended", "No operator attends it.", "担当者がいません。"),
    ("ended_no_rights", "Your role does not allow it.", "現在の役割では許可されていません。"),
    (
        "ended_own_chat",
        "It was given to you: find it among your chats.",
        "あなたの担当になりました。担当チャットをご覧ください。",
    ),
    (
        "ended_not_permitted",
        "Somebody attends it whom you may not monitor.",
        "モニタリングできない人が担当しています。",
    ),
    ("ended_out_of_scope", "It is outside what you oversee.", "担当範囲の外になりました。"),
    ("ended_left", "You left it.", "チャットから退出しました。"),
    (
        "ended_meanwhile",
        "It ended while this page was off line, or you may not watch it now.",
        "接続が切れている間に終了したか、モニタリングできなくなりました。",
    ),
];
