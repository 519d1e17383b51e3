//! chat-monitor as a service: `cluster --help` says how.

use std::future::pending;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use cluster::{Call, Failure, HELP, Options, Program, bench, chaos, make_token, move_log, status, takeover, trial};

fn main() -> ExitCode {
    let call = Call::read(std::env::args_os().skip(1));
    // What is tried shows its own picture.
    if !matches!(call, Ok(Call::Try(_))) {
        let ansi = io::stderr().is_terminal();
        tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(ansi).with_target(false).init();
    }
    let done = match call {
        Ok(Call::Help) => {
            print(HELP);
            Ok(())
        }
        Ok(Call::Token(person, key, hours)) => {
            make_token(person, &key, hours).map(|token| print(&format!("{token}\n")))
        }
        Ok(Call::Run(options)) => run(&options),
        Ok(Call::Status(nats)) => told(status(&nats)),
        Ok(Call::Move(nats, log, host)) => told(move_log(&nats, log, &host)),
        Ok(Call::Try(nats)) => runtime().and_then(|runtime| runtime.block_on(trial(&nats))),
        Ok(Call::Chaos(options)) => runtime().and_then(|runtime| runtime.block_on(chaos(&options, print))),
        Ok(Call::Bench(options)) => runtime().and_then(|runtime| runtime.block_on(bench(&options, print, progress))),
        Ok(Call::Takeover(options)) => runtime().and_then(|runtime| runtime.block_on(takeover(&options, print))),
        Err(wrong) => return fail(&format!("{wrong} (--help says more)")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure.to_string()),
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let program = Program::start(options).await?;
        // Whoever reads where it listens may stop it at once.
        let stopped = told_to_stop();
        print(&format!("chat-monitor cluster: http://{}\n", program.address()?));
        program.serve(stopped).await
    })
}

fn told(what: impl Future<Output = Result<String, Failure>>) -> Result<(), Failure> {
    runtime()?.block_on(what).map(|text| print(&text))
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Waits for Ctrl-C and for what service managers send; that is heard from the call on. Without a way to hear of them, it is
/// stopped by force, which loses nothing either.
fn told_to_stop() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        #[cfg(unix)]
        if let Ok(mut terminated) = terminated {
            tokio::select! {
                _ = terminated.recv() => {}
                Ok(()) = tokio::signal::ctrl_c() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}

fn print(text: &str) {
    let mut output = io::stdout().lock();
    // Nobody is left to tell when this fails.
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
}

/// For whoever waits at a terminal.
fn progress(what: &str) {
    let mut output = io::stderr().lock();
    if output.is_terminal() {
        let _ = writeln!(output, "{what}");
    }
}

fn fail(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "cluster: {why}");
    ExitCode::from(2)
}
