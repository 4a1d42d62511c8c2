//! Positions of a client: `<epoch>.<seq>`, the ids of events of a stream.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// Position of a client in the changes of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Name of the history that it belongs to.
    pub epoch: String,
    /// `seq` of the last change that the client has.
    pub seq: u64,
}

/// The text is not the id of an event.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidPosition;

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let (epoch, seq) = text.split_once('.').ok_or(InvalidPosition)?;
        let is_name =
            (1..=64).contains(&epoch.len()) && epoch.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_number = !seq.is_empty() && seq.bytes().all(|byte| byte.is_ascii_digit());
        match seq.parse() {
            Ok(seq) if is_name && is_number && seq <= i64::MAX.cast_unsigned() => {
                Ok(Self { epoch: epoch.to_owned(), seq })
            }
            _ => Err(InvalidPosition),
        }
    }
}

impl Display for Position {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        let position = Position { epoch: "73a4626455ae0adb".into(), seq: 17 };
        assert_eq!(position.to_string().parse(), Ok(position));
    }

    #[test]
    fn nonsense_is_no_position() {
        for text in ["", ".", "17", "a.", ".7", "a.-1", "a.+1", "a.7.7", "a b.7", "a.9223372036854775808"] {
            assert_eq!(text.parse::<Position>(), Err(InvalidPosition), "{text:?}");
        }
    }
}
