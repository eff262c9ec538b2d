//! Recurrence rules (RFC 5545 §3.3.10).

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A recurrence rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule(pub String);

/// Why a rule is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a recurrence rule")]
pub struct RuleError;

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Ok(Self(text.to_owned()))
    }
}
