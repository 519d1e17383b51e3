//! A host to try `chat-monitor` in: `console --help` says how.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use console::{Call, Console, Failure, HELP, Options};

fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal()).with_target(false).init();
    let call = match Call::read(std::env::args_os().skip(1), |name| std::env::var_os(name)) {
        Ok(call) => call,
        Err(wrong) => return fail(&format!("{wrong} (--help says more)")),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    let done = match call {
        Call::Help => {
            print(HELP);
            Ok(())
        }
        Call::Run(options) => runtime.block_on(run(options)),
        Call::RemoveDemonstration(options) => runtime.block_on(remove_demonstration(options)),
        Call::Backup(options, to) => console::backup(&options, &to),
        Call::VerifyAudit(options, earlier) => {
            console::verify_audit(&options, earlier.as_deref()).map(|verified| print(&format!("{verified}\n")))
        }
        Call::AddOperator(options, account) => runtime.block_on(add_operator(options, account)),
        Call::NewKey(options, operator) => {
            runtime.block_on(console::new_key(&options, &operator)).map(|key| print(&format!("{key}\n")))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let code = fail(&failure.to_string());
            // Apart from all that prevents a check.
            if let Failure::Audit(_) = failure { ExitCode::FAILURE } else { code }
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let warning = warning(&options);
    let console = Console::start(options).await?;
    // Whoever reads where it listens may stop it at once.
    let stopped = told_to_stop();
    print(&format!("chat-monitor console: http://{}\n", console.address()));
    if !console.passwords().is_empty() {
        print("\nDemonstration data. Sign in with / デモ用のデータです。サインイン:\n\n");
        for known in console.passwords() {
            let line = format!("  {:<6} {:<24} {:<14} {}\n", known.operator, known.password, known.role, known.name);
            print(&line);
        }
        print("\n");
    } else if console.demonstrates() {
        print(
            "\nDemonstration data. The passwords were printed when they were made; --new-passwords makes new ones.\n\
             デモ用のデータです。パスワードは作成時に表示済みです。--new-passwords で作り直せます。\n\n",
        );
    }
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    console.serve(stopped).await
}

/// What those should know who listen for other machines.
fn warning(options: &Options) -> Option<&'static str> {
    if options.address.is_loopback() || options.origin.is_some() {
        return None;
    }
    Some(
        "other machines can reach this address, but pages opened there are refused whatever they send: --origin must say \
         where browsers see this server. Nothing is encrypted without a proxy with TLS, and --remove-demonstration \
         removes accounts that are not meant for others",
    )
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
            std::future::pending::<()>().await;
        }
    }
}

async fn remove_demonstration(options: Options) -> Result<(), Failure> {
    let removed = console::remove_demonstration(&options).await?;
    print(&format!("{removed} accounts of the demonstration removed\n"));
    Ok(())
}

async fn add_operator(options: Options, account: String) -> Result<(), Failure> {
    let mut password = String::new();
    io::stdin().read_line(&mut password)?;
    console::add_operator(&options, &account, password.trim_end_matches(['\r', '\n'])).await
}

fn print(text: &str) {
    let mut output = io::stdout().lock();
    // Nobody is left to tell when this fails.
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
}

fn fail(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "console: {why}");
    ExitCode::from(2)
}
