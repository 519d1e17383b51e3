//! How the NATS servers are reached.

use std::fmt;
use std::path::PathBuf;

/// The environment variable with the password of the user that `--user` names.
pub(crate) const NATS_PASSWORD: &str = "NATS_PASSWORD";

/// Which servers, and as who.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nats {
    /// As `host:port`, or as `tls://host:port`.
    pub servers: Vec<String>,
    /// The file with the only authorities that are believed to vouch for a server; without it, those of the system are.
    pub ca: Option<PathBuf>,
    /// Who connects.
    pub login: Option<Login>,
}

/// A user and a password, which is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Who.
    pub user: String,
    /// What nobody else knows.
    pub password: String,
}

impl Nats {
    /// Whether nothing is to be sent but by TLS: with a password always.
    pub fn tls(&self) -> bool {
        self.ca.is_some() || self.login.is_some() || self.servers.iter().any(|server| server.starts_with("tls://"))
    }
}

/// Servers that ask for nothing.
impl From<Vec<String>> for Nats {
    fn from(servers: Vec<String>) -> Self {
        Nats { servers, ..Nats::default() }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).finish_non_exhaustive()
    }
}
