//! The visitor's pages: what begins with `v_` and `note_` is sent to visitors, nothing else is.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("shop", "Kitanohako Store", "北の箱ストア"),
    ("shop_lead", "Things for a quiet home", "静かな暮らしの道具"),
    (
        "shop_text",
        "This page stands for any web site. Its chat window is what a visitor sees.",
        "このページは一般のウェブサイトの例です。チャット画面が、訪問者に見えるものです。",
    ),
    ("v_title", "Chat with us", "チャットで相談"),
    (
        "v_start_lead",
        "Ask us anything. We usually answer within a minute.",
        "お気軽にお尋ねください。通常 1 分以内にお返事します。",
    ),
    ("v_name", "Name (optional)", "お名前（任意）"),
    ("v_email", "Email (optional)", "メールアドレス（任意）"),
    ("v_start", "Start the chat", "チャットを始める"),
    ("v_message", "Message", "メッセージ"),
    ("v_send", "Send", "送信"),
    ("v_end", "End the chat", "チャットを終了"),
    ("v_waiting", "We will be with you in a moment.", "担当者におつなぎしています。"),
    ("v_with", "You are chatting with {names}", "{names} が担当しています"),
    ("v_over", "This chat is over.", "チャットは終了しました。"),
    ("v_again", "Start another chat", "新しいチャットを始める"),
    ("v_email_save", "Save", "保存"),
    ("v_email_saved", "Saved: {email}", "保存しました: {email}"),
    ("v_email_label", "Your email, in case we lose the connection", "接続が切れたときのためのメールアドレス"),
    (
        "v_offline",
        "Off line since {time}. What you see may be out of date. Trying again…",
        "{time} から接続が切れています。表示は最新ではない可能性があります。再接続しています…",
    ),
    ("v_earlier", "Show what was said earlier", "以前のメッセージを表示"),
    ("v_visitor", "Visitor", "訪問者"),
    ("v_you", "You", "あなた"),
    ("v_failed", "That did not work. Try again.", "うまくいきませんでした。もう一度お試しください。"),
    ("note_picked_up", "{name} is answering", "{name} が担当します"),
    ("note_transferred", "{name} passed the chat on to {to}", "{name} が {to} に引き継ぎました"),
    ("note_joined", "{name} joined the chat", "{name} が参加しました"),
    ("note_left", "{name} left the chat", "{name} が退出しました"),
    ("note_gone", "The chat has ended: its page was closed", "ページが閉じられたため、チャットは終了しました"),
    ("note_ended", "{name} ended the chat", "{name} がチャットを終了しました"),
];
