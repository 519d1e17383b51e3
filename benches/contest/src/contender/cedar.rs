//! `cedar-policy`: one policy a rule; one request a chat, and the reasons for its answer are the rules that match.

use cedar_policy::{
    Authorizer, Context, Entities, EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression,
};
use chat_monitor::Chat;

use super::matching::{Matcher, Matching};
use super::{Contender, Patience};
use crate::world::{Key, World};

struct Policies {
    authorizer: Authorizer,
    entities: Entities,
    policies: PolicySet,
    somebody: EntityUid,
    watch: EntityUid,
    chat: EntityUid,
}

pub(super) fn build<'w>(world: &'w World, patience: &Patience) -> Result<Box<dyn Contender<'w> + 'w>, String> {
    let mut policies = PolicySet::new();
    for (number, rule) in world.rules.iter().enumerate().filter(|(_, rule)| rule.enabled()) {
        let text = format!("permit(principal, action, resource) when {{ {} }};", condition(Key::of(rule)));
        let policy = Policy::parse(Some(PolicyId::new(number.to_string())), text).map_err(|error| error.to_string())?;
        policies.add(policy).map_err(|error| error.to_string())?;
        patience.check(number, world.rules.len())?;
    }
    let entity = |text: &str| text.parse().map_err(|_| format!("`{text}` is no entity"));
    let policies = Policies {
        authorizer: Authorizer::new(),
        entities: Entities::empty(),
        policies,
        somebody: entity(r#"Operator::"somebody""#)?,
        watch: entity(r#"Action::"watch""#)?,
        chat: entity(r#"Chat::"this""#)?,
    };
    Ok(Box::new(Matching::of(world, policies)))
}

fn condition(key: Key) -> String {
    match key {
        Key::Operator(operator) => format!(r#"context.operators.contains("{operator}")"#),
        Key::Email(email) => format!(r#"context.email == "{email}""#),
        Key::Domain(domain) => format!(r#"context.domain == "{domain}""#),
        Key::Address(address) => format!(r#"context.address == ip("{address}")"#),
        Key::Network(network) => format!(r#"context.address.isInRange(ip("{network}"))"#),
    }
}

impl<'w> Matcher<'w> for Policies {
    type Event = Request;

    fn event(&self, chat: &'w Chat) -> Request {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let visitor = chat.visitor();
        let email = visitor.email().expect("a chat of this world has one");
        let address = visitor.ip().expect("a chat of this world has one");
        let facts = [
            ("operators", RestrictedExpression::new_set(chat.attending().map(|operator| text(operator.as_str())))),
            ("email", text(email.as_str())),
            ("domain", text(email.domain())),
            ("address", RestrictedExpression::new_ip(address.to_string())),
        ];
        let context = Context::from_pairs(facts.map(|(name, fact)| (name.to_owned(), fact)));
        let context = context.expect("the facts have different names");
        let entities = (self.somebody.clone(), self.watch.clone(), self.chat.clone());
        Request::new(entities.0, entities.1, entities.2, context, None).expect("no schema forbids it")
    }

    fn matching(&self, event: &Request, found: impl FnMut(u32)) {
        let response = self.authorizer.is_authorized(event, &self.policies, &self.entities);
        let rules = response.diagnostics().reason();
        let number = |id: &PolicyId| AsRef::<str>::as_ref(id).parse().expect("it was made of a number");
        rules.map(number).for_each(found);
    }
}
