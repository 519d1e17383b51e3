//! Webhooks.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("nav_hooks", "Webhooks", "Webhook"),
    (
        "hooks_lead",
        "Chats of other systems appear here as soon as those send their webhooks. They can be watched; they are answered there.",
        "他のシステムのチャットも、Webhookを設定するとここでモニタリングできます。返信は元のシステムで行います。",
    ),
    ("hook_address", "The address for your system", "登録するURL"),
    (
        "hook_once",
        "Copy it now: it is shown this once. Whoever has it can send chats.",
        "今すぐコピーしてください。表示されるのは今回だけです。このURLを知る人はだれでもチャットを送信できます。",
    ),
    ("hook_vendor", "System", "システム"),
    ("hook_name", "Name", "名前"),
    ("hook_key", "Signing key (optional)", "署名キー（任意）"),
    (
        "hook_key_text",
        "With a key, bodies without the right signature are refused. It can be checked for: ",
        "設定すると、署名が正しくない要求を拒否します。対応システム: ",
    ),
    ("hook_make", "Make an address", "URLを発行する"),
    ("hook_made", "Made", "発行日時"),
    ("hook_last", "Last received", "最終受信"),
    ("hook_never", "Nothing yet", "まだありません"),
    ("hook_live", "Live chats", "対応中のチャット"),
    ("hook_signed", "Signature checked", "署名を検証"),
    ("hook_unsigned", "Address only", "URLのみ"),
    ("hook_check", "Proof", "認証"),
    ("hook_revoke", "Revoke…", "無効にする…"),
    ("hook_revoke_now", "Revoke now", "無効にする"),
    (
        "hook_revoke_text",
        "The address stops working, and its live chats end here.",
        "このURLは使えなくなり、対応中のチャットはここでは終了します。",
    ),
    ("no_hooks", "There are no webhooks yet.", "Webhookはまだありません。"),
    ("elsewhere_text", "Answered in {vendor}", "{vendor} で対応中"),
    ("audit_made_hook", "Made a webhook", "Webhookを発行"),
    ("audit_revoked_hook", "Revoked a webhook", "Webhookを無効化"),
    ("audit_opened_hooks", "Opened the webhooks", "Webhookを開く"),
    ("no_such_hook", "There is no such webhook.", "Webhookが見つかりません。"),
    ("elsewhere", "This chat is answered in another system.", "このチャットは他のシステムで対応しています。"),
    ("too_large", "The request is too large.", "要求が大きすぎます。"),
    ("bad_signature", "The signature is missing, wrong or too old.", "署名がないか、正しくないか、古すぎます。"),
    ("bad_body", "The body is neither JSON nor a form.", "本文がJSONでもフォームでもありません。"),
    ("other_body", "The body is not one of this vendor's.", "このシステムの本文ではありません。"),
];
