//! How much was compared, and what was found.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use crate::Found;
use crate::differences::Compared;
use crate::worlds::InWorlds;

/// Everything that is counted.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    began: Instant,
    shown: Instant,
    pub(crate) histories: u64,
    pub(crate) in_histories: Compared,
    pub(crate) worlds: u64,
    pub(crate) in_worlds: InWorlds,
}

impl Report {
    pub(crate) fn new(began: Instant) -> Self {
        let (in_histories, in_worlds) = (Compared::default(), InWorlds::default());
        Report { began, shown: began, histories: 0, in_histories, worlds: 0, in_worlds }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Once a second, where somebody looks.
    pub(crate) fn show_progress(&mut self) {
        if self.shown.elapsed() >= Duration::from_secs(1) && io::stderr().is_terminal() {
            self.shown = Instant::now();
            let (commands, decisions) = (self.commands(), self.decisions());
            eprint!("\r{:>6} s: {commands} commands, {decisions} decisions", self.elapsed().as_secs());
        }
    }

    pub(crate) fn print(&self, found: Option<&Found>) {
        if self.shown > self.began {
            eprintln!();
        }
        // Nobody is left to tell when this fails.
        let _ = self.write(&mut io::stdout().lock(), found);
    }

    fn write(&self, out: &mut impl Write, found: Option<&Found>) -> io::Result<()> {
        let Compared { accepted, refused, events, watches, decisions, answers, .. } = &self.in_histories;
        writeln!(out, "histories of live chats   {:>12}", self.histories)?;
        writeln!(out, "  commands                {:>12}", self.commands())?;
        writeln!(out, "    accepted, refused     {accepted:>12} {refused:>12}")?;
        writeln!(out, "  events compared         {events:>12}")?;
        writeln!(out, "  watches compared        {watches:>12}")?;
        writeln!(out, "  decisions compared      {decisions:>12}")?;
        writeln!(out, "  answers compared        {answers:>12}")?;
        let InWorlds { compared, most_networks } = &self.in_worlds;
        let Compared { accepted, refused, decisions, answers, sizes, most_watchers, .. } = compared;
        let [nobody, few, some, many, more] = sizes;
        writeln!(out, "big worlds                {:>12}", self.worlds)?;
        writeln!(out, "  commands                {:>12}", accepted + refused)?;
        writeln!(out, "    accepted, refused     {accepted:>12} {refused:>12}")?;
        writeln!(out, "  decisions compared      {decisions:>12}")?;
        writeln!(out, "  answers compared        {answers:>12}")?;
        writeln!(out, "    of nobody             {nobody:>12}")?;
        writeln!(out, "    of 1 to 3 watchers    {few:>12}")?;
        writeln!(out, "    of 4 to 16            {some:>12}")?;
        writeln!(out, "    of 17 to 64           {many:>12}")?;
        writeln!(out, "    of more               {more:>12}")?;
        writeln!(out, "  most watchers           {most_watchers:>12}")?;
        writeln!(out, "  most networks around an address {most_networks:>4}")?;
        let both = [&self.in_histories, compared];
        writeln!(out, "rights compared           {:>12}", both.map(|compared| compared.rights).iter().sum::<u64>())?;
        writeln!(out, "verdicts, in histories and in worlds")?;
        for name in both.iter().flat_map(|compared| compared.verdicts.keys()).collect::<BTreeSet<_>>() {
            let [here, there] = both.map(|compared| compared.verdicts.get(name).copied().unwrap_or_default());
            writeln!(out, "  {name:<23} {here:>12} {there:>12}")?;
        }
        writeln!(out, "events")?;
        for (name, often) in &self.in_histories.happened {
            writeln!(out, "  {name:<23} {often:>12}")?;
        }
        let (commands, decisions) = (self.commands() + accepted + refused, self.decisions());
        let seconds = self.elapsed().as_secs_f64();
        writeln!(out, "in all {commands} commands and {decisions} decisions in {seconds:.1} s")?;
        writeln!(out, "differences               {:>12}", u32::from(found.is_some()))?;
        if let Some(Found { commands, difference }) = found {
            writeln!(out, "\n{difference}\n\nafter these commands:")?;
            for command in commands {
                writeln!(out, "{}", serde_json::to_string(command)?)?;
            }
        }
        Ok(())
    }

    /// To live chats.
    pub(crate) fn commands(&self) -> u64 {
        self.in_histories.accepted + self.in_histories.refused
    }

    fn decisions(&self) -> u64 {
        self.in_histories.decisions + self.in_worlds.compared.decisions
    }
}
