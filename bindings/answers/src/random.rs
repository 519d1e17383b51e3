//! Commands by chance, the same ones every time. Names are few, so that they meet.

use std::fmt::Debug;
use std::str::FromStr;

use chat_monitor::{
    Attribute, Attributes, Channel, Chat, Command, Criterion, Departments, Exclusion, LiveMonitor, Operator,
    OperatorId, Oversees, Permissions, Policy, Right, Rights, Role, RoleRow, Rule, Sample, Visitor, Window, Within,
};

const OPERATORS: [&str; 8] = ["emi", "hana", "yuki", "ken", "aya", "rin", "jun", "営業 一郎"];
const WATCHERS: [&str; 3] = ["emi", "hana", "yuki"];
const ROLES: [&str; 5] = ["administrator", "supervisor", "associate", "qa", "bot"];
const DEPARTMENTS: [&str; 4] = ["sales", "support", "legal", "窓口"];
const ADDRESSES: [&str; 4] = ["192.0.2.7", "::ffff:192.0.2.99", "2001:db8::7", "198.51.100.7"];
const RANGES: [&str; 6] = ["192.0.2.7", "192.0.2.64/26", "0.0.0.0/0", "2001:db8::/32", "2001:db8::7", "::/0"];
const EMAILS: [&str; 4] = ["mika@example.com", "Taro@Example.com", "a..b@sub.example.com", "mika@例え.jp"];
const PATTERNS: [&str; 5] = ["mika@example.com", "*@example.com", "*@*.example.com", "*@例え.jp", "*@example.org"];
const TAGS: [&str; 3] = ["vip", "refund", "quote\"\\"];
const SALTS: [&str; 2] = ["qa", "監査"];

/// splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    fn pick<T: FromStr<Err: Debug>>(&mut self, of: &[&str]) -> T {
        let roll = self.roll(of.len() as u64) as usize;
        parse(of.get(roll).copied().unwrap_or_default())
    }

    fn some<T: FromStr<Err: Debug>>(&mut self, of: &[&str]) -> Vec<T> {
        (0..self.roll(3)).map(|_| self.pick(of)).collect()
    }

    pub(crate) fn command(&mut self, live: &LiveMonitor) -> Command {
        let chat = format!("c{}", self.roll(8)).parse().unwrap_or_else(|_| 0.into());
        let watching = live.recipients(&chat, Channel::Internal).watchers().next().cloned();
        let given = live.chat(&chat).and_then(|chat| chat.operators().first().cloned());
        let joined = live.chat(&chat).and_then(|chat| chat.joined().first().cloned());
        // Steered: of operators picked by chance, few would be the right one.
        let mut by = |steered: Option<OperatorId>| match steered {
            Some(steered) if self.roll(8) > 0 => steered,
            _ => self.pick(&OPERATORS),
        };
        let (watcher, operator, leaving) = (by(watching), by(given), by(joined));
        match self.roll(40) {
            0..6 => Command::AddRule(self.rule()),
            6 => Command::SetRuleEnabled { rule: self.roll(30).into(), enabled: !self.one_in(3) },
            7 => Command::RemoveRule { rule: self.roll(30).into() },
            8 | 9 => Command::SetRuleWindow { rule: self.roll(30).into(), window: self.window(live) },
            10..17 => Command::StartChat(self.live_chat(chat)),
            17..20 => Command::EndChat { chat },
            20 => Command::SetVisitor { chat, visitor: self.visitor() },
            21 => Command::Attend { chat, operator: self.pick(&OPERATORS) },
            22 => Command::Unattend { chat, operator },
            23 | 24 => {
                let departments = self.one_in(2).then(|| self.departments());
                Command::Transfer { chat, from: operator, to: self.pick(&OPERATORS), departments }
            }
            25 => Command::SetMonitoringAllowed { chat, allowed: !self.one_in(4) },
            26 => Command::SetDepartments { chat, departments: self.departments() },
            27 => Command::SetAttributes { chat, attributes: self.attributes() },
            28 | 29 => Command::Join { chat, watcher },
            30 | 31 => Command::Leave { chat, operator: leaving },
            32 | 33 => Command::Advise { chat, watcher },
            34 if self.one_in(2) => Command::AddExclusion(self.exclusion()),
            34 | 35 => Command::RemoveExclusion { exclusion: self.roll(3).into() },
            36 => Command::SetTime { now: (live.engine().now().unwrap_or(0) + self.roll(30)).saturating_sub(2) },
            37 if self.one_in(4) => Command::RemoveOperator { operator: self.pick(&OPERATORS) },
            38 if self.one_in(4) => Command::SetPolicy(self.policy()),
            _ => {
                let id: OperatorId = self.pick(&OPERATORS);
                // Whoever has rules may mostly watch.
                let watches = WATCHERS.contains(&id.as_str()) && !self.one_in(6);
                let roles = if watches { &["administrator", "supervisor", "qa"][..] } else { &ROLES };
                Command::SetOperator { id, operator: self.operator(roles) }
            }
        }
    }

    /// A chat to ask of, which need not be live.
    pub(crate) fn chat(&mut self) -> Chat {
        let chat = self.live_chat(self.0.into());
        if self.one_in(6) { chat.joined_by(self.pick(&OPERATORS)) } else { chat }
    }

    fn live_chat(&mut self, id: chat_monitor::ChatId) -> Chat {
        let chat = Chat::new(id).with_visitor(self.visitor()).with_monitoring_allowed(!self.one_in(9));
        let chat = chat.with_departments(self.departments()).with_attributes(self.attributes());
        match self.roll(6) {
            0 => chat,
            1 => chat.attended_by(self.pick(&OPERATORS)).attended_by(self.pick(&OPERATORS[3..])),
            _ => chat.attended_by(self.pick(&["ken", "aya", "rin"])),
        }
    }

    fn visitor(&mut self) -> Visitor {
        let mut visitor = Visitor::new();
        if !self.one_in(4) {
            visitor = visitor.with_ip(self.pick(&ADDRESSES));
        }
        if self.one_in(3) { visitor } else { visitor.with_email(self.pick(&EMAILS)) }
    }

    fn departments(&mut self) -> Departments {
        Departments::new(self.some(&DEPARTMENTS)).unwrap_or_default()
    }

    fn attributes(&mut self) -> Attributes {
        let attributes = (0..self.roll(3)).map(|_| self.attribute()).collect::<Vec<_>>();
        Attributes::new(attributes).unwrap_or_default()
    }

    fn attribute(&mut self) -> Attribute {
        let (name, value): (String, String) = (self.pick(&["tag", "ブランド"]), self.pick(&TAGS));
        Attribute::new(&name, &value).unwrap_or_else(|error| panic!("{error}"))
    }

    fn criterion(&mut self) -> Criterion {
        match self.roll(8) {
            0 => Criterion::VisitorIp(self.pick(&RANGES)),
            1 => Criterion::VisitorEmail(self.pick(&PATTERNS)),
            2 => Criterion::Department(self.pick(&DEPARTMENTS)),
            3 => Criterion::OperatorIn(self.pick(&DEPARTMENTS)),
            4 => Criterion::Attribute(self.attribute()),
            5 => {
                let (share, salt): (_, String) = (self.roll(1_000_000) as u32 + 1, self.pick(&SALTS));
                Criterion::Sample(Sample::new(share, &salt).unwrap_or_else(|error| panic!("{error}")))
            }
            _ => Criterion::Operator(self.pick(&["ken", "aya", "rin"])),
        }
    }

    fn window(&mut self, live: &LiveMonitor) -> Option<Window> {
        let from = live.engine().now().unwrap_or(0) + self.roll(40);
        let until = self.one_in(2).then(|| from + 1 + self.roll(40));
        if self.one_in(3) { Window::new(Some(from), until).ok() } else { None }
    }

    fn rule(&mut self) -> Rule {
        let mut rule = Rule::new(self.roll(30).into(), self.pick(&WATCHERS), self.criterion());
        if self.one_in(4) {
            rule = rule.and(self.criterion());
        }
        if self.one_in(4) {
            rule = rule.and_not(self.criterion());
        }
        rule.with_enabled(!self.one_in(9))
    }

    fn exclusion(&mut self) -> Exclusion {
        let exclusion = Exclusion::new(self.roll(3).into(), self.criterion()).and(self.criterion());
        if self.one_in(2) { exclusion.binding(self.pick(&ROLES)) } else { exclusion }
    }

    fn operator(&mut self, roles: &[&str]) -> Operator {
        let operator = Operator::new(self.pick(roles));
        let operator = operator.with_departments(self.departments());
        if self.one_in(3) {
            let department = self.pick(&DEPARTMENTS);
            let rights = self.rights();
            return operator.with_oversees(Oversees::new([(department, rights)]).unwrap_or_default());
        }
        operator
    }

    fn rights(&mut self) -> Rights {
        [Rights::ALL, Rights::from([Right::Watch]), Rights::from([Right::Watch, Right::Join])]
            .into_iter()
            .nth(self.roll(3) as usize)
            .unwrap_or(Rights::NONE)
    }

    fn policy(&mut self) -> Policy {
        let row = RoleRow::new(self.some::<Role>(&["associate", "bot"])).with_rights(self.rights());
        let within = if self.one_in(2) { Within::Anywhere } else { Within::Either };
        let qa = row.with_within(within).with_unattended(self.one_in(3));
        let bot = RoleRow::default().with_hears_advice(false);
        let permissions = Permissions::default().with_rows([(parse("qa"), qa), (parse("bot"), bot)]);
        let policy = Policy::default().with_permissions(permissions.unwrap_or_default());
        policy.with_watch_unattended(self.one_in(3)).with_count_joined(!self.one_in(3))
    }
}

fn parse<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}
