//! Why something was not done.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("problem", "That did not work", "操作を完了できませんでした"),
    ("problem_404", "Not found", "ページが見つかりません"),
    ("problem_403", "Not allowed", "アクセス権限がありません"),
    ("home", "Home", "ホーム"),
    (
        "forged",
        "The request does not come from a page of this server.",
        "このサーバーのページからの要求ではありません。",
    ),
    ("not_signed_in", "Sign in first.", "先にサインインしてください。"),
    ("bad_request", "The request cannot be read.", "要求を読み取れません。"),
    ("no_page", "There is no such page.", "ページが見つかりません。"),
    ("too_slow", "The request took too long.", "要求の受信に時間がかかりすぎました。"),
    (
        "chat_full",
        "This chat has become too long. Please start another one.",
        "このチャットは長くなりすぎました。新しいチャットを始めてください。",
    ),
    (
        "too_many_chats",
        "Too many chats are open from where you are. End one of them first.",
        "開いているチャットが多すぎます。先にいずれかを終了してください。",
    ),
    (
        "too_many_rules",
        "You have too many rules. Delete some first.",
        "ルールが多すぎます。先にいくつか削除してください。",
    ),
    ("too_many", "Too many requests. Wait a little.", "要求が多すぎます。しばらくお待ちください。"),
    ("bad_text", "Write something, of 2000 characters at most.", "2000 文字以内で入力してください。"),
    ("bad_value", "The value cannot be read.", "値を読み取れません。"),
    ("no_such_chat", "There is no such chat.", "チャットが見つかりません。"),
    ("no_such_rule", "There is no such rule.", "ルールが見つかりません。"),
    ("no_such_operator", "There is no such operator.", "担当者が見つかりません。"),
    ("over", "The chat is over.", "チャットは終了しています。"),
    ("was_picked_up", "It does not wait any more.", "このチャットはもう対応待ちではありません。"),
    ("already_given", "The chat is theirs already.", "すでにその人が担当しています。"),
    ("not_given", "The chat is not yours.", "担当していません。"),
    ("not_watching", "You do not watch this chat.", "このチャットをモニタリングしていません。"),
    (
        "may_not_advise",
        "Your role does not allow advice in this chat.",
        "このチャットでアドバイスする権限がありません。",
    ),
    ("may_not_join", "Your role does not allow joining this chat.", "このチャットに参加する権限がありません。"),
    ("not_joined", "You have not joined this chat.", "このチャットに参加していません。"),
    ("nobody_attends", "Nobody attends the chat.", "担当者がいません。"),
    ("no_rights", "Your role may not monitor anybody.", "現在の役割ではモニタリングできません。"),
    ("own_chats", "You cannot watch your own chats.", "自分のチャットはモニタリングできません。"),
    ("not_permitted", "You may not monitor this operator.", "この担当者をモニタリングする権限がありません。"),
    ("not_allowed", "Your role does not allow this.", "この操作は許可されていません。"),
    ("refused", "This was refused.", "拒否されました。"),
    ("failed", "The server cannot do this at the moment.", "現在処理できません。"),
];
