//! How many targets of a fleet may be unreached without failing the run.

/// A number of targets, or a share of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Tolerance {
    /// At most so many.
    Count(usize),
    /// At most this share, in percent.
    Percent(f64),
}

impl Tolerance {
    /// Reads `3` or `1%`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(percent) = text.strip_suffix('%') {
            let percent: f64 = percent.trim().parse().ok()?;
            return (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent));
        }
        text.parse().ok().map(Self::Count)
    }

    /// The most targets of so many. A share is rounded down: 1% of 50 targets is none.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a number of targets, between 0 and that number"
    )]
    pub fn most(&self, targets: usize) -> usize {
        match self {
            Self::Count(count) => *count,
            Self::Percent(percent) => (targets as f64 * percent / 100.0).floor() as usize,
        }
    }

    /// As it is written on the command line.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Percent(percent) => format!("{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;

    #[test]
    fn a_share_is_rounded_down() {
        let most = |text, of| Tolerance::parse(text).map(|tolerance| tolerance.most(of));
        assert_eq!(most("1%", 2000), Some(20));
        assert_eq!(most("1%", 50), Some(0));
        assert_eq!(most("0.5 %", 2000), Some(10));
        assert_eq!(most("3", 2000), Some(3));
        for wrong in ["", "%", "-1%", "101%", "many", "1.5", "nan%"] {
            assert_eq!(most(wrong, 2000), None, "{wrong}");
        }
    }
}
