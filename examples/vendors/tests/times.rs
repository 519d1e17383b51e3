//! Times, as vendors write them.

use serde_json::{Value, json};
use vendors::Time;

#[test]
fn seconds_milliseconds_and_texts_are_the_same_moment() {
    let moment = Time::from_millis(1_790_000_280_250);
    for value in [
        json!(1_790_000_280.25),
        json!("1790000280.25"),
        json!(1_790_000_280_250_u64),
        json!("1790000280250"),
        json!(1_790_000_280_250_000_u64),
        json!("2026-09-21T14:18:00.250Z"),
        json!("2026-09-21T14:18:00.250000Z"),
        json!("2026-09-21T23:18:00.25+09:00"),
        json!("2026-09-21 14:18:00.25Z"),
        json!("2026-09-21 14:18:00.25 UTC"),
        json!("2026-09-21T14:18:00.250+0000"),
        json!(" 2026-09-21T14:18:00.250Z "),
    ] {
        assert_eq!(Time::read(&value), Ok(moment), "{value}");
    }
    assert_eq!(Time::read(&json!(1_790_000_280)), Ok(Time::from_millis(1_790_000_280_000)));
    assert_eq!(moment.to_string().parse(), Ok(moment));
}

#[test]
fn what_is_no_time_is_an_error() {
    for value in [
        json!(-1),
        json!(-0.5),
        json!("yesterday"),
        json!(""),
        json!("2026-13-01T00:00:00Z"),
        json!("2026-01-01"),
        json!("1969-12-31T23:59:59Z"),
        json!(u64::MAX),
        json!(1e300),
        json!("NaN"),
        json!("inf"),
        json!(null),
        json!([]),
        json!({}),
        json!(true),
        json!("2026-09-21T14:18:00"),
    ] {
        assert!(Time::read(&value).is_err(), "{value}");
    }
    assert!(Time::read(&Value::from(f64::MIN_POSITIVE)).is_ok());
}

#[test]
fn a_later_time_is_later_to_the_microsecond() {
    let at = |text: &str| text.parse::<Time>().unwrap();
    assert!(at("1790000280.000001") > at("1790000280"));
    assert_eq!(at("1790000280").next(), at("1790000280.000001"));
}
