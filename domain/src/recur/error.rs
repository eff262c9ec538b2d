//! Why a rule is refused.

/// Why the text of a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// FREQ is missing, or is no frequency.
    #[error("the rule does not say how often: FREQ is missing or unknown")]
    Freq,
    /// A part without `=`, or one that RFC 5545 does not know.
    #[error("the rule has an unknown part: {0}")]
    UnknownPart(String),
    /// A part is given twice with different values.
    #[error("the rule has two different values of {0}")]
    Repeated(&'static str),
    /// A value that cannot be read, or lies outside the range that RFC 5545 gives.
    #[error("{part} cannot be {value}")]
    Value {
        /// Name of the part.
        part: &'static str,
        /// What was found there.
        value: String,
    },
    /// A calendar other than the Gregorian one (RFC 7529).
    #[error("rules in the {0} calendar are not supported")]
    Calendar(String),
    /// SKIP moves days only together with RSCALE (RFC 7529 §4.1).
    #[error("SKIP needs RSCALE")]
    SkipWithoutCalendar,
}
