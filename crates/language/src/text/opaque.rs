//! Passages that no rule may match: quoted ones, and addresses.

use std::ops::Range;

/// Marks the characters that passages cover.
pub fn covered<'a>(length: usize, passages: impl Iterator<Item = &'a Range<usize>>) -> Vec<bool> {
    let mut covered = vec![false; length];
    for passage in passages {
        if let Some(part) = covered.get_mut(passage.start..passage.end.min(length)) {
            part.fill(true);
        }
    }
    covered
}

/// Finds quoted passages, with their quotation marks.
pub fn quotes(chars: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // Marks for which no closing one follows: it is looked for once, not from each of them.
    let mut unclosed = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let closing: &[char] = match chars[at] {
            '"' => &['"'],
            '“' | '„' => &['”', '“', '"'],
            '«' => &['»'],
            '‘' => &['’'],
            '\'' => &['\''],
            _ => &[],
        };
        let is_gap =
            |c: Option<&char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | ':' | ','));
        let begins = is_gap(at.checked_sub(1).and_then(|before| chars.get(before)))
            && chars.get(at + 1).is_some_and(|next| !next.is_whitespace());
        let is_open = !closing.is_empty() && begins && !unclosed.contains(&chars[at]);
        let end = is_open
            .then(|| {
                (at + 2..chars.len()).find(|&end| {
                    closing.contains(&chars[end])
                        && !chars[end - 1].is_whitespace()
                        && chars.get(end + 1).is_none_or(|after| !after.is_alphanumeric())
                })
            })
            .flatten();
        match end {
            Some(end) => {
                found.push(at..end + 1);
                at = end + 1;
            }
            None => {
                if is_open {
                    unclosed.push(chars[at]);
                }
                at += 1;
            }
        }
    }
    found
}

/// Finds web and mail addresses, paths and names of files.
pub fn addresses(chars: &[char]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut begin = 0;
    for end in 0..=chars.len() {
        if end < chars.len() && !chars[end].is_whitespace() {
            continue;
        }
        if is_address(&chars[begin..end]) {
            found.push(begin..end);
        }
        begin = end + 1;
    }
    found
}

fn is_address(chunk: &[char]) -> bool {
    let last_dot = chunk.iter().rposition(|&c| c == '.');
    let mut previous = ' ';
    for (at, &c) in chunk.iter().enumerate() {
        let after = &chunk[at + 1..];
        let letters =
            |chars: &mut dyn Iterator<Item = &char>| chars.take_while(|c| c.is_ascii_alphabetic()).count();
        let is_found = match c {
            ':' => after.starts_with(&['/', '/']) && at > 1,
            '@' => {
                previous.is_alphanumeric()
                    && after.first().is_some_and(|c| c.is_alphabetic())
                    && last_dot.is_some_and(|dot| dot > at)
            }
            '\\' => at > 0,
            '_' => previous.is_alphanumeric() && after.first().is_some_and(|c| c.is_alphanumeric()),
            '/' => at == 0 && after.len() > 1 && after[0].is_alphabetic(),
            // `report.pdf`, `example.com`; not `a.m.` and not `Dec.21`.
            '.' => {
                letters(&mut chunk[..at].iter().rev()) > 1 && (2..=6).contains(&letters(&mut after.iter()))
            }
            _ => false,
        };
        if is_found {
            return true;
        }
        previous = c;
    }
    false
}
