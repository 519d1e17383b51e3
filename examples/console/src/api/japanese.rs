//! What the calls do, in Japanese. The English is what the code says of them.

const CALLS: &[(&str, &str)] = &[
    ("GET /api/v1/rules", "ルールの一覧を返します。"),
    ("POST /api/v1/rules", "ルールを追加します。すぐに有効になります。"),
    ("GET /api/v1/rules/{rule}", "ルールを1件返します。"),
    ("DELETE /api/v1/rules/{rule}", "ルールを削除します。"),
    ("PUT /api/v1/rules/{rule}/enabled", "ルールの有効・無効を切り替えます。"),
    ("PUT /api/v1/rules/{rule}/window", "ルールの期間を設定します。同じルールのままです。"),
    ("PUT /api/v1/rules/{rule}/note", "ルールの名前とメモを設定します。"),
    ("GET /api/v1/exclusions", "除外設定の一覧を返します。"),
    ("POST /api/v1/exclusions", "除外設定を追加します。すぐに有効になります。"),
    ("DELETE /api/v1/exclusions/{exclusion}", "除外設定を削除します。"),
    ("GET /api/v1/people", "アカウントの一覧を、役割と部門を付けて返します。"),
    ("POST /api/v1/people", "アカウントを追加します。"),
    ("PUT /api/v1/people/{operator}", "アカウントの名前・役割・部門を設定します。すぐに有効になります。"),
    (
        "POST /api/v1/people/{operator}/password",
        "アカウントの新しいパスワードを作成し、すべてのセッションを終了します。",
    ),
    (
        "POST /api/v1/people/{operator}/disable",
        "アカウントを無効にします。サインインできなくなり、権限もなくなります。担当していたチャットは待機中に戻ります。",
    ),
    ("POST /api/v1/people/{operator}/enable", "無効にしたアカウントを元どおり有効にします。"),
    ("GET /api/v1/departments", "部門の一覧を返します。"),
    ("POST /api/v1/departments", "部門を追加します。"),
    ("PUT /api/v1/departments/{department}", "部門の名前を変更します。"),
    ("DELETE /api/v1/departments/{department}", "どこからも参照されていない部門を削除します。"),
    ("GET /api/v1/chats", "進行中のすべてのチャットを、参加者と訪問者を付けて返します。"),
    (
        "PUT /api/v1/chats/{chat}/monitoring",
        "チャットのモニタリングを許可するかどうかを設定します。チャットの参加者には知られません。",
    ),
    ("PUT /api/v1/chats/{chat}/departments", "チャットの部門を設定します。"),
    (
        "PUT /api/v1/chats/{chat}/attributes",
        "チャットの属性を設定します。挙手中の印（signal: help）は応対画面のもので、変わりません。",
    ),
    (
        "POST /api/v1/chats/{chat}/reassign",
        "チャットを別の担当者に引き継ぎます。待機中のチャットは指定した人に割り当てます。",
    ),
    ("POST /api/v1/chats/{chat}/end", "チャットを終了します。"),
    (
        "GET /api/v1/chats/{chat}/why",
        "進行中のチャットについて、自分のルールそれぞれの判定と理由を返します。知り得るチャットに限ります。",
    ),
    ("GET /api/v1/monitored", "いまモニタリング中のチャットの一覧を、該当するルールを付けて返します。"),
    (
        "GET /api/v1/monitored/{chat}",
        "モニタリング中または参加中のチャットを開きます。参加者・訪問者・最近の発言を返します。返す前に監査ログに記録されます。",
    ),
    ("GET /api/v1/monitored/{chat}/entries", "以前の発言を返します。"),
    ("POST /api/v1/monitored/{chat}/advise", "応対中の担当者だけにアドバイスを送ります。"),
    ("POST /api/v1/monitored/{chat}/join", "チャットに参加します。全員に表示されます。"),
    ("POST /api/v1/monitored/{chat}/leave", "参加をやめ、知られずに閲覧する状態に戻ります。"),
    (
        "GET /api/v1/events",
        "モニタリング中のチャットの変化を送り続けます。data が1件の知らせで、最初は一覧全体です。接続が切れた後は最初から始まります。",
    ),
    ("GET /api/v1/ended", "閲覧できる終了したチャットの一覧を返します。"),
    ("GET /api/v1/ended/{chat}", "終了したチャットを読みます。返す前に監査ログに記録されます。"),
    ("GET /api/v1/ended/{chat}/entries", "終了したチャットの以前の発言を返します。"),
    ("GET /api/v1/audit", "誰が何をしたかを、100行ずつ返します。"),
];

/// What a call does.
pub(super) fn call(method: &str, path: &str) -> Option<&'static str> {
    let named = CALLS.iter().find(|(name, _)| name.split_once(' ') == Some((method, path)));
    named.map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::CALLS;

    #[test]
    fn every_call_has_japanese_words_and_nothing_else_has() {
        let (_, document) = super::super::described();
        let document = serde_json::to_value(document).unwrap_or_default();
        let paths = document.get("paths").and_then(Value::as_object).expect("paths");
        let mut calls: Vec<_> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().expect("methods").keys();
                methods.map(move |method| format!("{} {path}", method.to_uppercase()))
            })
            .collect();
        let mut named: Vec<_> = CALLS.iter().map(|(call, _)| *call).collect();
        calls.sort();
        named.sort_unstable();
        assert_eq!(calls, named);
    }
}
