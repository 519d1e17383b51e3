//! `wirefilter-engine`: one compiled filter a rule, and every filter is asked.
//!
//! Its published release has no lists, so that a chat has three places for operators.

use chat_monitor::Chat;
use wirefilter::{ExecutionContext, Filter, Scheme, Type};

use super::matching::{Matcher, Matching};
use super::{Contender, Patience};
use crate::world::{Key, World};

const OPERATORS: [&str; 3] = ["operator.one", "operator.two", "operator.three"];

struct Filters<'w> {
    scheme: &'w Scheme,
    filters: Vec<(u32, Filter<'w>)>,
}

pub(super) fn build<'w>(world: &'w World, patience: &Patience) -> Result<Box<dyn Contender<'w> + 'w>, String> {
    let names = OPERATORS.iter().chain(&["email", "domain"]).map(|name| ((*name).to_owned(), Type::Bytes));
    let fields = names.chain([("address".to_owned(), Type::Ip)]);
    let scheme = Scheme::try_from_iter(fields).map_err(|error| error.to_string())?;
    // The filters borrow it; one for each world is little.
    let scheme: &'static Scheme = Box::leak(Box::new(scheme));
    let mut filters = Vec::new();
    for (number, rule) in world.rules.iter().enumerate().filter(|(_, rule)| rule.enabled()) {
        let expression = expression(Key::of(rule));
        let filter = scheme.parse(&expression).map_err(|error| error.to_string())?;
        filters.push((number as u32, filter.compile()));
        patience.check(number, world.rules.len())?;
    }
    Ok(Box::new(Matching::of(world, Filters { scheme, filters })))
}

fn expression(key: Key) -> String {
    match key {
        Key::Operator(operator) => OPERATORS.map(|name| format!(r#"{name} == "{operator}""#)).join(" || "),
        Key::Email(email) => format!(r#"email == "{email}""#),
        Key::Domain(domain) => format!(r#"domain == "{domain}""#),
        Key::Address(address) => format!("address == {address}"),
        Key::Network(network) => format!("address in {{{network}}}"),
    }
}

impl<'w> Matcher<'w> for Filters<'w> {
    type Event = ExecutionContext<'w>;

    fn event(&self, chat: &'w Chat) -> ExecutionContext<'w> {
        let scheme = "the fields are those of the scheme";
        let mut context = ExecutionContext::new(self.scheme);
        let mut operators = chat.attending();
        for name in OPERATORS {
            let operator = operators.next().map(|operator| operator.as_str()).unwrap_or_default();
            context.set_field_value(name, operator).expect(scheme);
        }
        let visitor = chat.visitor();
        let email = visitor.email().expect("a chat of this world has one");
        context.set_field_value("email", email.as_str()).expect(scheme);
        context.set_field_value("domain", email.domain()).expect(scheme);
        let address = visitor.ip().expect("a chat of this world has one");
        context.set_field_value("address", address).expect(scheme);
        context
    }

    fn matching(&self, event: &ExecutionContext<'w>, mut found: impl FnMut(u32)) {
        for (number, filter) in &self.filters {
            if filter.execute(event).expect("the context is of this scheme") {
                found(*number);
            }
        }
    }
}
