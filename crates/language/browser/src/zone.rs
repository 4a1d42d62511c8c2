//! Time zone from the offsets that the browser knows, in the format of the IANA database (RFC 8536).

use jiff::tz::{Offset, TimeZone};

/// Change of a zone's offset.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Unix time in seconds.
    pub at: i64,
    /// Offset from then on, in seconds.
    pub offset: i32,
}

/// Most offsets that the format can number.
const MAX_CHANGES: usize = 255;

/// Makes a zone of its first offset and the changes, in order.
pub fn zone(first: i32, changes: &[Change]) -> TimeZone {
    let fixed = || Offset::from_seconds(first).map_or(TimeZone::UTC, TimeZone::fixed);
    if changes.is_empty() || changes.len() > MAX_CHANGES {
        return fixed();
    }
    TimeZone::tzif("Browser/Zone", &file(first, changes)).unwrap_or_else(|_| fixed())
}

/// Writes a file of version 2: an empty block of 32-bit times, and one of 64-bit times.
fn file(first: i32, changes: &[Change]) -> Vec<u8> {
    let types = changes.len() + 1;
    let mut file = header(0, 1);
    file.extend([0; 6]);
    file.push(0);
    file.extend(header(changes.len(), types));
    file.extend(changes.iter().flat_map(|change| change.at.to_be_bytes()));
    // Each change has an offset of its own: the nth one has the number n.
    file.extend((1..types).map(|number| number as u8));
    for offset in std::iter::once(first).chain(changes.iter().map(|change| change.offset)) {
        file.extend(offset.to_be_bytes());
        // Neither is it known to be daylight-saving time, nor has it a name.
        file.extend([0, 0]);
    }
    file.push(0);
    // After the last change its offset stays.
    file.extend(b"\n\n");
    file
}

/// Header of a block with one character for names.
fn header(changes: usize, types: usize) -> Vec<u8> {
    let mut header = b"TZif2".to_vec();
    header.extend([0; 15]);
    for count in [0, 0, 0, changes as u32, types as u32, 1] {
        header.extend(count.to_be_bytes());
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_zone_has_the_offsets_of_its_changes() {
        let berlin = zone(
            3600,
            &[Change { at: 1_774_746_000, offset: 7200 }, Change { at: 1_792_890_000, offset: 3600 }],
        );
        for (instant, local) in [
            ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00"),
            ("2040-07-01T00:00:00Z", "2040-07-01T01:00:00"),
        ] {
            let instant: Timestamp = instant.parse().unwrap();
            assert_eq!(berlin.to_datetime(instant).to_string(), local);
        }
        assert_eq!(zone(5400, &[]).to_offset(Timestamp::UNIX_EPOCH).seconds(), 5400);
    }
}
