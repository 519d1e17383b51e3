//! Medians and quartiles.

/// The middle of a sample, and where its middle half lies.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// A quarter of the sample is below.
    pub low: f64,
    /// Half of the sample is below.
    pub median: f64,
    /// A quarter of the sample is above.
    pub high: f64,
    /// The largest of the sample.
    pub worst: f64,
}

impl Spread {
    /// The spread of a sample; zeros if it is empty.
    pub fn of(sample: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = sample.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * sorted.len().saturating_sub(1) as f64;
            sorted.get(place.round() as usize).copied().unwrap_or_default()
        };
        Spread { low: at(0.25), median: at(0.5), high: at(0.75), worst: at(1.0) }
    }
}

/// Three significant digits, thousands apart: `0.87`, `1.18`, `26.3`, `5,830`.
pub fn figure(value: f64) -> String {
    if value >= 1000.0 {
        let digits = 10f64.powi(value.log10() as i32 - 2);
        grouped(((value / digits).round() * digits) as u64)
    } else if value >= 99.95 {
        format!("{value:.0}")
    } else if value >= 9.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Spread, figure, grouped};

    #[test]
    fn the_median_is_the_middle() {
        let spread = Spread::of([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!((spread.low, spread.median, spread.high, spread.worst), (2.0, 3.0, 4.0, 5.0));
    }

    #[test]
    fn figures_keep_three_digits() {
        assert_eq!(
            [0.871, 1.178, 26.34, 346.4, 5834.0, 128_950.0].map(figure),
            ["0.87", "1.18", "26.3", "346", "5,830", "129,000"]
        );
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
