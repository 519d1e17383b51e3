//! Figures for Prometheus. None of them tells who watches whom, or that anybody does.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::Parts;
use crate::gateway::GatewayStatus;
use crate::owner::Status;

type Figure = (&'static str, &'static str, &'static str, fn(&Status) -> u64);

const OF_LOGS: [Figure; 8] = [
    ("cluster_serves", "gauge", "Whether this process owns the log.", |status| u64::from(status.serves)),
    ("cluster_record", "gauge", "The last record of the log.", |status| status.p),
    ("cluster_rules_applied", "gauge", "The record of the rules that is applied.", |status| status.g),
    ("cluster_rules_lag", "gauge", "Records of the rules that it knows of and has not applied.", |status| status.lag),
    ("cluster_commands_total", "counter", "Wishes accepted.", |status| status.accepted),
    ("cluster_refusals_total", "counter", "Wishes refused.", |status| status.refused),
    ("cluster_appends_total", "counter", "Records added.", |status| status.appends),
    ("cluster_take_overs_total", "counter", "How often this process began to own the log.", |status| status.take_overs),
];

pub(super) async fn metrics(State(parts): State<Parts>) -> impl IntoResponse {
    let mut text = String::new();
    let owners = parts.host.map(|host| host.status()).unwrap_or_default();
    for (name, kind, help, of) in OF_LOGS {
        head(&mut text, name, kind, help);
        for (log, status) in &owners {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name}{{log=\"{log}\"}} {}", of(status));
        }
    }
    if let Some(door) = parts.door {
        of_gateway(&mut text, &door.status());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

fn of_gateway(text: &mut String, gateway: &GatewayStatus) {
    let figures = [
        ("gateway_open", "gauge", "Whether it may deliver.", u64::from(gateway.open)),
        ("gateway_behind", "gauge", "Shards of which something is missing.", gateway.behind as u64),
        ("gateway_rules_in_force", "gauge", "The record of the rules that is in force.", gateway.passed),
        ("gateway_rules_lag", "gauge", "Records of the rules in force in some shards and not in all.", gateway.lag),
        ("gateway_sockets", "gauge", "Sockets.", gateway.sockets as u64),
        ("gateway_wishes", "gauge", "Wishes without an answer.", gateway.wishes as u64),
        ("gateway_deliveries_total", "counter", "What was told and taken.", gateway.taken),
        ("gateway_stale_total", "counter", "What came twice or too late.", gateway.stale),
        ("gateway_gaps_total", "counter", "How often something missing was asked for.", gateway.gaps),
        ("gateway_lost_total", "counter", "How often it was not to be had again.", gateway.lost),
    ];
    for (name, kind, help, value) in figures {
        head(text, name, kind, help);
        let _ = writeln!(text, "{name} {value}");
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
