//! The audit.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    (
        "audit_lead",
        "Who watched, advised and joined which chat, when and by which rule; refused attempts too.",
        "だれが、いつ、どのルールで、どのチャットを見て、アドバイスし、参加したか。拒否された操作も記録されます。",
    ),
    ("when", "When", "日時"),
    ("who", "Who", "だれが"),
    ("what", "What", "操作"),
    ("chat", "Chat", "チャット"),
    ("rules", "Rules", "ルール"),
    ("detail", "Detail", "詳細"),
    ("refused_word", "Refused", "拒否"),
    ("refused_only", "Refused attempts only", "拒否された操作のみ"),
    ("everything", "Everything", "すべて"),
    ("older", "Older", "以前の記録"),
    ("no_lines", "There is nothing here yet.", "記録はまだありません。"),
    ("audit_signed_in", "Signed in", "サインイン"),
    ("audit_sign_in_failed", "Sign-in", "サインイン"),
    ("audit_signed_out", "Signed out", "サインアウト"),
    ("audit_added_rule", "Added a rule", "ルールを追加"),
    ("audit_enabled_rule", "Switched a rule on", "ルールをオン"),
    ("audit_disabled_rule", "Switched a rule off", "ルールをオフ"),
    ("audit_removed_rule", "Deleted a rule", "ルールを削除"),
    ("audit_watch_started", "Watch started", "モニタリング開始"),
    ("audit_watch_changed", "Watch changed", "モニタリング変更"),
    ("audit_watch_ended", "Watch ended", "モニタリング終了"),
    ("audit_opened", "Opened the chat", "チャットを開く"),
    ("audit_advised", "Advised", "アドバイス"),
    ("audit_joined", "Joined", "参加"),
    ("audit_left", "Left", "退出"),
    ("audit_opened_settings", "Opened the rules", "ルールを開く"),
    ("audit_opened_audit", "Opened the audit", "監査ログを開く"),
];
