//! Ended chats, and erasing what is kept of a person.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    ("nav_ended", "Ended chats", "終了したチャット"),
    (
        "ended_lead",
        "Chats that you attended, watched or joined, to learn from. That you open one is written to the audit.",
        "担当・モニタリング・参加したチャットを、研修や振り返りのために読めます。開いたことは監査ログに記録されます。",
    ),
    (
        "ended_search",
        "Search by name, email, IP address or chat ID",
        "名前・メールアドレス・IPアドレス・チャット ID で検索",
    ),
    ("ended_find", "Search", "検索"),
    ("ended_none", "There is no such chat that you may read.", "閲覧できるチャットはありません。"),
    ("ended_as_attending", "Yours", "担当"),
    ("ended_as_watching", "Watched", "モニタリング"),
    ("ended_from_to", "{from} to {to}", "{from} 〜 {to}"),
    ("ended_more", "Earlier chats", "以前のチャット"),
    ("ended_read_only", "This chat is over. You can only read it.", "終了したチャットです。閲覧のみできます。"),
    (
        "ended_part",
        "You see it up to where your watch ended.",
        "あなたのモニタリングが終了した時点までを表示しています。",
    ),
    ("chat_deleted", "This chat was deleted.", "このチャットは削除されました。"),
    ("ended_people", "Who attended", "応対した人"),
    ("nav_erasure", "Erasure", "個人データの消去"),
    (
        "erasure_lead",
        "Deletes what is kept of a visitor who asks for it. Nothing that was said is shown. The search and the erasure are written to the audit, without the address or the name.",
        "訪問者の求めに応じて、保存されているデータを消去します。発言内容は表示されません。検索と消去は監査ログに記録されますが、アドレスや名前は残りません。",
    ),
    ("erasure_by", "Find by", "検索方法"),
    ("erasure_email", "Email address", "メールアドレス"),
    ("erasure_name", "Name, or a part of it", "名前（部分一致）"),
    ("erasure_chat", "Chat ID", "チャット ID"),
    ("erasure_find", "Find", "検索する"),
    ("erasure_none", "Nothing is kept of that.", "該当するデータはありません。"),
    ("erasure_found", "Chats: {n}", "{n} 件のチャット"),
    (
        "erasure_more",
        "Only the newest 100 are shown. Erase them, then search again.",
        "新しい 100 件だけを表示しています。消去後に再検索してください。",
    ),
    (
        "erasure_lines",
        "Lines of the audit that have the address in their rules, from which it is taken out: {n}",
        "監査ログ {n} 行のルールにこのアドレスが含まれます。該当箇所を消去します。",
    ),
    (
        "erasure_rules",
        "Rules and exclusions that name the address, and stay until they are deleted: {n}",
        "このアドレスを指定したルールまたは除外設定が {n} 件あります。削除されるまで残ります。",
    ),
    ("erasure_live", "Live: it cannot be erased before it ends", "進行中のため、終了するまで消去できません"),
    ("erasure_erase", "Erase", "消去する"),
    ("erasure_title", "Erase for good?", "完全に消去しますか？"),
    (
        "erasure_text",
        "Chats, advice and what the audit says of them go, and do not come back. Backups that were made before still have them.",
        "チャット、アドバイス、監査ログの該当箇所が消去され、元に戻せません。以前に作成したバックアップには残ります。",
    ),
    (
        "erasure_done",
        "Erased: chats {n}, lines of the audit {m}.",
        "チャット {n} 件、監査ログ {m} 行の該当箇所を消去しました。",
    ),
    ("erasure_remain", "Live chats that remain: {n}.", "進行中のチャット {n} 件は残っています。"),
];
