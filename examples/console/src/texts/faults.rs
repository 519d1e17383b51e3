//! What is said of a value that cannot be read: each fault has a text, which names the form that works.

use super::Text;

pub(super) const TEXTS: &[Text] = &[
    // IP addresses of rules.
    (
        "bad_ip",
        "Write an IP address such as 192.0.2.7 or 2001:db8::7, or a network such as 192.0.2.0/24.",
        "IPアドレス（例: 192.0.2.7、2001:db8::7）またはネットワーク（例: 192.0.2.0/24）を入力してください。",
    ),
    (
        "bad_ip_leading_zero",
        "Leave out the leading zeros: 192.0.2.7 rather than 192.000.002.007.",
        "数字の先頭の 0 を取ってください（192.000.002.007 ではなく 192.0.2.7）。",
    ),
    (
        "bad_ip_zone",
        "Leave out the % and what follows: fe80::1 rather than fe80::1%eth0.",
        "% とその後ろを取ってください（fe80::1%eth0 ではなく fe80::1）。",
    ),
    (
        "bad_ip_port",
        "Leave out the port and the brackets: 192.0.2.7 rather than 192.0.2.7:443.",
        "ポート番号と角かっこを取ってください（192.0.2.7:443 ではなく 192.0.2.7）。",
    ),
    ("bad_ip_blank", "Leave out the blanks inside: 192.0.2.0/24.", "途中の空白を取ってください（例: 192.0.2.0/24）。"),
    (
        "bad_ip_unseen",
        "It holds a character that cannot be seen, probably from a copy. Type the address yourself: 192.0.2.7.",
        "目に見えない文字が含まれています（コピーで入ることがあります）。アドレスを打ち直してください（例: 192.0.2.7）。",
    ),
    (
        "bad_ip_several",
        "A rule takes one address or network, such as 192.0.2.7 or 192.0.2.0/24. Add a rule for each.",
        "1 つのルールに入れられるのは 1 つだけです（例: 192.0.2.7、192.0.2.0/24）。アドレスごとにルールを追加してください。",
    ),
    (
        "bad_ip_wildcard",
        "An address takes no * or %. Write a network: 192.0.2.0/24 is every address that begins with 192.0.2.",
        "アドレスに * や % は使えません。ネットワークで入力してください（192.0.2.* は 192.0.2.0/24）。",
    ),
    (
        "bad_ip_from_to",
        "A rule takes no range from one address to another. Write a network such as 192.0.2.0/24, or a rule for each address.",
        "「〜から〜まで」の範囲は使えません。ネットワーク（例: 192.0.2.0/24）にするか、アドレスごとにルールを追加してください。",
    ),
    (
        "bad_ip_mask",
        "Write the length of the network instead of a mask: 192.0.2.0/24 rather than 192.0.2.0/255.255.255.0.",
        "マスクの代わりに長さを書いてください（192.0.2.0/255.255.255.0 ではなく 192.0.2.0/24）。",
    ),
    (
        "bad_ip_prefix",
        "Behind the / stands a number of 0 to 32, or of 0 to 128 for IPv6, as in 192.0.2.0/24.",
        "/ の後ろは 0〜32（IPv6 は 0〜128）の数字です（例: 192.0.2.0/24）。",
    ),
    (
        "bad_ip_email",
        "This is an email address. Choose the kind “Visitor's email” for it.",
        "これはメールアドレスです。種類で「訪問者のメールアドレス」を選んでください。",
    ),
    // Emails and domains of rules.
    (
        "bad_pattern",
        "There is no @ in it. Write an address such as name@example.com, or *@example.com for a whole domain.",
        "@ がありません。アドレス（例: name@example.com）またはドメイン全体（例: *@example.com）を入力してください。",
    ),
    (
        "bad_pattern_length",
        "This is too long. An address such as name@example.com has 254 characters at most, and 64 before the @.",
        "長すぎます。アドレス（例: name@example.com）は 254 文字まで、@ の前は 64 文字までです。",
    ),
    (
        "bad_pattern_blank",
        "Leave out the blanks inside: name@example.com.",
        "途中の空白を取ってください（例: name@example.com）。",
    ),
    (
        "bad_pattern_several",
        "A rule takes one address, such as name@example.com, or one domain, *@example.com. Add a rule for each.",
        "1 つのルールに入れられるのは 1 つだけです（例: name@example.com、*@example.com）。アドレスごとにルールを追加してください。",
    ),
    (
        "bad_pattern_brackets",
        "Write the address alone, without a name and < >: name@example.com.",
        "名前や < > を取り、アドレスだけを入力してください（例: name@example.com）。",
    ),
    (
        "bad_pattern_unseen",
        "It holds a character that cannot be seen, probably from a copy. Type the address yourself: name@example.com.",
        "目に見えない文字が含まれています（コピーで入ることがあります）。アドレスを打ち直してください（例: name@example.com）。",
    ),
    (
        "bad_pattern_no_name",
        "There is nothing before the @. Write *@example.com for a whole domain, or name@example.com.",
        "@ の前がありません。ドメイン全体なら *@example.com、1 人なら name@example.com のように入力してください。",
    ),
    (
        "bad_pattern_name",
        "Before the @ stands a character that no address has there. Write it as in name@example.com.",
        "@ の前に、アドレスに使えない文字があります（例: name@example.com）。",
    ),
    (
        "bad_pattern_leading_dot",
        "The name before the @ cannot begin with a dot. Write it as in name@example.com.",
        "@ の前の名前は「.」で始められません（例: name@example.com）。",
    ),
    (
        "bad_pattern_star_in_name",
        "A * or % cannot be part of a name. Write one address, name@example.com, or the whole domain, *@example.com.",
        "* や % を名前の一部にはできません。1 人のアドレス（name@example.com）か、ドメイン全体（*@example.com）を入力してください。",
    ),
    (
        "bad_pattern_star_in_domain",
        "A * cannot be part of a domain. *@example.com is the domain itself, *@*.example.com all domains below it.",
        "* をドメインの一部にはできません。ドメインそのものは *@example.com、その下のすべては *@*.example.com です。",
    ),
    (
        "bad_pattern_domain",
        "Behind the @ stands a domain with a dot inside, as in name@example.com or *@example.com.",
        "@ の後ろには、途中に「.」のあるドメインを入力してください（例: name@example.com、*@example.com）。",
    ),
    (
        "bad_pattern_international",
        "Write the domain in ASCII: xn--r8jz45g.jp rather than 例え.jp.",
        "ドメインは英数字の形で入力してください（例え.jp ではなく xn--r8jz45g.jp）。",
    ),
    (
        "bad_pattern_ip",
        "This is an IP address. Choose the kind “IP address” for it.",
        "これは IPアドレスです。種類で「IPアドレス」を選んでください。",
    ),
    // Departments, attributes and samples of rules.
    (
        "bad_department",
        "Write the department as its ID has it, of at most 256 bytes.",
        "部門の ID を 256 バイト以内で入力してください。",
    ),
    (
        "bad_attribute_name",
        "Write the attribute's name, such as brand or tag, of at most 256 bytes.",
        "属性の名前（例: brand、tag）を 256 バイト以内で入力してください。",
    ),
    (
        "bad_attribute_value",
        "Write the attribute's value, exactly as chats have it, of at most 256 bytes.",
        "属性の値を、チャットに付いているとおりに 256 バイト以内で入力してください。",
    ),
    (
        "bad_share",
        "Write a share in percent, such as 5 or 33.3334.",
        "割合をパーセントで入力してください（例: 5、33.3334）。",
    ),
    (
        "bad_share_digits",
        "A share has four digits behind the point at most, such as 33.3334.",
        "小数点以下は 4 桁までです（例: 33.3334）。",
    ),
    ("bad_share_nothing", "A share is more than 0, such as 0.5.", "0 より大きい割合を入力してください（例: 0.5）。"),
    ("bad_share_wide", "A share is 100 at most.", "割合は 100 までです。"),
    // A visitor's own email.
    (
        "bad_email",
        "This is no email address. Write it as in name@example.com.",
        "メールアドレスの形式が正しくありません（例: name@example.com）。",
    ),
    (
        "bad_email_name",
        "Something is wrong before the @. Write your address as in name@example.com.",
        "@ の前が正しくありません（例: name@example.com）。",
    ),
    (
        "bad_email_domain",
        "Something is wrong behind the @. Write your address as in name@example.com.",
        "@ の後ろが正しくありません（例: name@example.com）。",
    ),
    ("bad_email_length", "This is too long for an email address.", "メールアドレスとして長すぎます。"),
    ("bad_email_blank", "Leave out the blanks inside the address.", "アドレスの途中の空白を取ってください。"),
    ("bad_email_several", "Write one address only.", "メールアドレスは 1 つだけ入力してください。"),
    (
        "bad_email_brackets",
        "Write the address alone, as in name@example.com.",
        "アドレスだけを入力してください（例: name@example.com）。",
    ),
    (
        "bad_email_unseen",
        "It holds a character that cannot be seen, probably from a copy. Type the address yourself.",
        "目に見えない文字が含まれています。アドレスを打ち直してください。",
    ),
];
