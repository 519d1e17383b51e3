//! What every page has: names, navigation, the first page, signing in.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("product", "chat-monitor console", "chat-monitor コンソール"),
    ("demonstration", "Demonstration", "デモ"),
    ("skip", "Skip to the content", "本文へ移動"),
    (
        "noscript",
        "JavaScript is switched off in this browser. Chats cannot be shown without it.",
        "JavaScript が無効になっています。チャットの表示には JavaScript が必要です。",
    ),
    ("language", "Language", "言語"),
    ("sign_in", "Sign in", "サインイン"),
    ("sign_out", "Sign out", "サインアウト"),
    ("operator_id", "Operator ID", "担当者 ID"),
    ("password", "Password", "パスワード"),
    ("wrong_password", "The ID or the password is wrong.", "ID またはパスワードが正しくありません。"),
    (
        "sign_in_slowed",
        "Too many wrong passwords. Wait a little and try again.",
        "パスワードの誤りが続いています。しばらく待ってからやり直してください。",
    ),
    (
        "sign_in_slowed_address",
        "Too many failed sign-ins from where you are. Wait a little and try again.",
        "同じ接続元からのサインインの失敗が続いています。しばらく待ってからやり直してください。",
    ),
    (
        "sign_in_busy",
        "Many people are signing in at this moment. Try again in a few seconds.",
        "サインインが集中しています。数秒待ってからやり直してください。",
    ),
    ("role_administrator", "Administrator", "管理者"),
    ("role_supervisor", "Supervisor", "スーパーバイザー"),
    ("role_associate", "Associate", "担当者"),
    (
        "home_lead",
        "Chats as they happen: answered by operators, watched by those who train and help them.",
        "進行中のチャットを、担当者が応対し、指導する人が見守ります。",
    ),
    ("home_visitor", "Visit the shop as a customer", "訪問者としてチャットする"),
    (
        "home_visitor_text",
        "The chat window of a web site. Open it in several tabs to be several visitors.",
        "ウェブサイトのチャット画面です。複数のタブで開くと、複数の訪問者になれます。",
    ),
    ("home_operator", "Work as an operator", "担当者として応対する"),
    (
        "home_operator_text",
        "Pick up chats, answer, transfer. Supervisors and administrators can monitor them.",
        "チャットを受け、応対し、転送します。スーパーバイザーと管理者はモニタリングできます。",
    ),
    (
        "home_demonstration",
        "This is demonstration data. The passwords were printed where the console was started; chats that go on by themselves are marked.",
        "デモ用のデータです。パスワードはコンソールを起動した画面に表示されています。自動で進むチャットには「デモ」と表示されます。",
    ),
    ("nav_chats", "Chats", "チャット"),
    ("nav_desk", "My chats", "担当チャット"),
    ("nav_monitored", "Monitored chats", "モニタリング中のチャット"),
    ("nav_settings", "Settings", "設定"),
    ("nav_permissions", "Permissions", "権限"),
    ("nav_rules", "Chat monitoring", "チャットのモニタリング"),
    ("nav_audit", "Audit", "監査ログ"),
];
