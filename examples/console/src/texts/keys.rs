//! Keys of the HTTP API.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("nav_keys", "API keys", "APIキー"),
    (
        "keys_lead",
        "A program with a key acts as one account, with its rights and no others.",
        "キーを持つプログラムは、1つのアカウントとして、その権限の範囲で操作できます。",
    ),
    ("api_page", "The API", "APIの説明"),
    ("key_new", "The new key", "新しいキー"),
    ("key_once", "Copy it now: it is shown this once.", "今すぐコピーしてください。表示されるのは今回だけです。"),
    ("key_name", "Name", "名前"),
    ("key_operator", "Acts as", "アカウント"),
    ("key_made", "Made", "発行日時"),
    ("key_used", "Last used", "最終使用"),
    ("key_never", "Not yet", "未使用"),
    ("key_idle", "The account is disabled", "アカウントは無効です"),
    ("key_make", "Make a key", "キーを発行する"),
    ("key_revoke_text", "Programs with this key are refused from now on.", "このキーを使うプログラムは拒否されます。"),
    ("no_keys", "There are no keys yet.", "キーはまだありません。"),
    ("audit_made_key", "Made an API key", "APIキーを発行"),
    ("audit_revoked_key", "Revoked an API key", "APIキーを無効化"),
    ("audit_opened_keys", "Opened the API keys", "APIキーを開く"),
    ("audit_set_rule_window", "Changed a rule's period", "ルールの期間を変更"),
    ("audit_set_attributes", "Changed a chat's attributes", "チャットの属性を変更"),
    ("no_such_key", "There is no such key.", "キーが見つかりません。"),
    ("bad_key", "A key is missing, or is not one that works.", "キーがないか、使えないキーです。"),
    ("api_title", "HTTP API", "HTTP API"),
    (
        "api_lead",
        "For teams who wrap the monitor in a service. Each request has an API key in its head: Authorization: Bearer KEY.",
        "モニターを自社サービスに組み込むためのAPIです。各要求のヘッダーにAPIキーを付けます: Authorization: Bearer KEY",
    ),
    ("api_document", "The same as an OpenAPI document", "OpenAPI形式の定義"),
    ("api_problems", "Problems", "エラー"),
    (
        "api_problems_text",
        "What is refused changes nothing, and is answered as application/problem+json (RFC 9457); code is a word for programs.",
        "拒否された要求は何も変更しません。application/problem+json（RFC 9457）で返り、code がプログラム用の識別子です。",
    ),
];
