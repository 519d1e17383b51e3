//! A service that answers in Japanese: every refusal by its `code()`, every parse error by its `kind()`, and no English
//! text of the crate on the way. Refusals are exhaustive enums, so a new one stops the build here; kinds of parse errors
//! are not, so they have a sentence for what a later release adds.
//!
//! ```text
//! cargo run --example answers_in_japanese
//! ```

use std::error::Error;

use chat_monitor::{
    AddRuleRefusal, Chat, Command, Criterion, EmailPattern, IpRange, LiveMonitor, OperatorId, ParseEmailErrorKind,
    ParseIdErrorKind, ParseIpErrorKind, Refusal, Role, Rule,
};

/// What stands in the answer: a word for programs, and a sentence for people.
fn answer(refusal: &Refusal) -> (&'static str, String) {
    let text = match refusal {
        Refusal::UnknownChat(chat) => format!("チャット「{chat}」は進行中ではありません。"),
        Refusal::ChatIsLive(chat) => format!("チャット「{chat}」はすでに進行中です。"),
        Refusal::StartsWithJoined(operator) => format!("開始前のチャットに「{operator}」は参加できません。"),
        Refusal::AlreadyGiven(operator) => format!("「{operator}」はすでにこのチャットの担当です。"),
        Refusal::NotGiven(operator) => format!("「{operator}」はこのチャットの担当ではありません。"),
        Refusal::NotWatching(operator) => format!("「{operator}」はこのチャットをモニターしていません。"),
        Refusal::MayNotAdvise(operator) => format!("「{operator}」には助言する権限がありません。"),
        Refusal::MayNotJoin(operator) => format!("「{operator}」には参加する権限がありません。"),
        Refusal::NotJoined(operator) => format!("「{operator}」はこのチャットに参加していません。"),
        Refusal::NobodyAttends(chat) => format!("チャット「{chat}」には助言を受け取る担当者がいません。"),
        Refusal::UnknownRule(rule) => format!("ルール「{rule}」はありません。"),
        Refusal::UnknownOperator(operator) => format!("オペレーター「{operator}」は登録されていません。"),
        Refusal::UnknownRole(role) => format!("役割「{role}」は権限表にありません。"),
        Refusal::RoleInUse(role) => format!("役割「{role}」は使用中のため削除できません。"),
        Refusal::DuplicateExclusion(exclusion) => format!("除外「{exclusion}」はすでにあります。"),
        Refusal::UnknownExclusion(exclusion) => format!("除外「{exclusion}」はありません。"),
        Refusal::TimeGoesBack(_) => "時刻を前に戻すことはできません。".into(),
        Refusal::AddRule(refusal) => match refusal {
            AddRuleRefusal::DuplicateRule(rule) => format!("ルール「{rule}」はすでにあります。"),
            AddRuleRefusal::UnknownWatcher(watcher) => format!("オペレーター「{watcher}」は登録されていません。"),
            AddRuleRefusal::NoRights(watcher) => format!("「{watcher}」には誰もモニターする権限がありません。"),
            AddRuleRefusal::OwnChats(_) => "自分のチャットをモニターすることはできません。".into(),
            AddRuleRefusal::UnknownOperator(operator) => format!("オペレーター「{operator}」は登録されていません。"),
            AddRuleRefusal::NotPermitted(operator) => format!("「{operator}」をモニターする権限がありません。"),
        },
    };
    (refusal.code(), text)
}

fn id_fault(kind: ParseIdErrorKind) -> &'static str {
    match kind {
        ParseIdErrorKind::Length => "IDは1〜256バイトで入力してください。",
        ParseIdErrorKind::Control => "IDにタブや改行などの制御文字は使えません。",
        ParseIdErrorKind::Blank => "IDの前後に空白は入れられません。",
        ParseIdErrorKind::BuiltInRole => "標準の役割と同じ名前は使えません。",
        _ => "IDの形式が正しくありません。",
    }
}

fn ip_fault(kind: ParseIpErrorKind) -> &'static str {
    match kind {
        ParseIpErrorKind::Address => "IPアドレスを「192.0.2.7」のように入力してください。",
        ParseIpErrorKind::LeadingZero => "数字の先頭の0を取ってください。",
        ParseIpErrorKind::Zone => "「%eth0」のようなゾーンIDは使えません。",
        ParseIpErrorKind::Port => "ポート番号や角かっこを取ってください。",
        ParseIpErrorKind::Blank => "IPアドレスに空白や改行は使えません。",
        ParseIpErrorKind::Invisible => "目に見えない文字が含まれています。",
        ParseIpErrorKind::Several => "IPアドレスは1つだけ入力してください。",
        ParseIpErrorKind::Wildcard => "「*」の代わりに「192.0.2.0/24」のように入力してください。",
        ParseIpErrorKind::FromTo => "範囲は「192.0.2.0/24」のように入力してください。",
        ParseIpErrorKind::Mask => "マスクの代わりに「/24」のような長さを入力してください。",
        ParseIpErrorKind::PrefixLen => "「/」の後の長さが正しくありません（IPv4は0〜32、IPv6は0〜128）。",
        _ => "IPアドレスの形式が正しくありません。",
    }
}

fn email_fault(kind: ParseEmailErrorKind) -> &'static str {
    match kind {
        ParseEmailErrorKind::Form => "メールアドレスを「name@example.com」のように入力してください。",
        ParseEmailErrorKind::Length => "メールアドレスが長すぎます（全体で254バイト、「@」の前は64バイトまで）。",
        ParseEmailErrorKind::Blank => "メールアドレスに空白や改行は使えません。",
        ParseEmailErrorKind::Several => "メールアドレスは1つだけ入力してください。",
        ParseEmailErrorKind::Brackets => "表示名や山かっこを取ってください。",
        ParseEmailErrorKind::Invisible => "目に見えない文字が含まれています。",
        ParseEmailErrorKind::NoName => "「@」の前に名前を入力してください。",
        ParseEmailErrorKind::LocalPart => "「@」の前に使えない文字があります。",
        ParseEmailErrorKind::LeadingDot => "「@」の前の名前は「.」で始められません。",
        ParseEmailErrorKind::Wildcard => "ドメイン全体ではなく、1人のアドレスを入力してください。",
        ParseEmailErrorKind::WildcardInName => "「*」は名前全体の代わりにだけ使えます（*@example.com）。",
        ParseEmailErrorKind::WildcardInDomain => "ドメインの「*」は「*@*.example.com」の形でだけ使えます。",
        ParseEmailErrorKind::Domain => "「@」の後にドメインを「example.com」のように入力してください。",
        ParseEmailErrorKind::International => "ドメインは英数字で入力してください（例：xn--r8jz45g.jp）。",
        _ => "メールアドレスの形式が正しくありません。",
    }
}

/// A criterion as somebody typed it into a form.
fn criterion(field: &str, text: &str) -> Result<Criterion, &'static str> {
    match field {
        "operator" => Ok(text.parse::<OperatorId>().map_err(|error| id_fault(error.kind()))?.into()),
        "ip" => Ok(text.parse::<IpRange>().map_err(|error| ip_fault(error.kind()))?.into()),
        "email" => Ok(text.parse::<EmailPattern>().map_err(|error| email_fault(error.kind()))?.into()),
        _ => Err("条件の種類が正しくありません。"),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    for (field, text) in [
        ("operator", " ken"),
        ("ip", "192.0.2.*"),
        ("ip", "192.0.2.0/255.255.255.0"),
        ("email", "mika*@example.com"),
        ("email", "mika@localhost"),
    ] {
        let fault = criterion(field, text).expect_err("a form that is filled in wrongly");
        assert!(!fault.contains("expected"));
        println!("{field:8} {text:24} {fault}");
    }
    // Full-width characters, as a Japanese keyboard types them, are understood.
    assert_eq!(criterion("ip", "１９２．０．２．０／２４")?, criterion("ip", "192.0.2.0/24")?);

    let mut live = LiveMonitor::default();
    live.apply(Command::SetOperator { id: "hana".parse()?, operator: Role::Supervisor.into() })?;
    live.apply(Command::StartChat(Chat::new("c1".parse()?)))?;
    for (command, code) in [
        (
            Command::AddRule(Rule::new("r1".parse()?, "hana".parse()?, criterion("operator", "hana")?)),
            "add_rule.own_chats",
        ),
        (Command::StartChat(Chat::new("c1".parse()?)), "chat_is_live"),
        (Command::Join { chat: "c1".parse()?, watcher: "hana".parse()? }, "not_watching"),
        (Command::EndChat { chat: "c9".parse()? }, "unknown_chat"),
    ] {
        let refusal = live.apply(command).expect_err("a command that is refused");
        let (word, text) = answer(&refusal);
        assert_eq!(word, code);
        println!("{word:20} {text}");
    }
    Ok(())
}
