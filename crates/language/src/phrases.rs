//! Lists of words and phrases.

use std::ops::Range;
use std::sync::OnceLock;

use crate::text::{Text, is_same};

/// Words and phrases, written as one text with commas between them. They are sorted when they are first
/// needed, so that a sentence is compared only with those that begin with its letter.
pub struct Phrases {
    list: &'static str,
    index: OnceLock<Index>,
}

struct Index {
    sorted: Vec<&'static str>,
    /// Places of the phrases that begin with a byte.
    letters: [(u16, u16); 128],
}

impl Phrases {
    /// A list from its text.
    pub const fn new(list: &'static str) -> Self {
        Self { list, index: OnceLock::new() }
    }

    /// Phrases that begin with the letter of a word.
    fn alike(&self, word: &str) -> &[&'static str] {
        let index = self.index.get_or_init(|| Index::new(self.list));
        let letter = word.as_bytes().first().map_or(usize::MAX, |&byte| usize::from(byte));
        let Some(&(from, to)) = index.letters.get(letter) else { return &[] };
        index.sorted.get(Range { start: from.into(), end: to.into() }).unwrap_or_default()
    }

    /// True if a word is in the list.
    pub fn has(&self, word: &str) -> bool {
        self.alike(word).iter().any(|phrase| is_same(phrase, word))
    }

    /// Returns the end of the longest phrase of the list that begins at a token.
    pub fn end(&self, text: &Text, at: usize) -> Option<usize> {
        let word = text.at(at);
        self.alike(word).iter().filter_map(|phrase| text.phrase(at, phrase)).max()
    }
}

impl Index {
    fn new(list: &'static str) -> Self {
        let mut sorted: Vec<&str> = list.split(',').map(str::trim).collect();
        sorted.sort_unstable();
        let mut letters = [(0, 0); 128];
        for (at, phrase) in (0..).zip(&sorted) {
            let letter = phrase.as_bytes().first().map_or(0, |&byte| usize::from(byte));
            if let Some((from, to)) = letters.get_mut(letter) {
                if *to == 0 {
                    *from = at;
                }
                *to = at + 1;
            }
        }
        Self { sorted, letters }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found() {
        static LIST: Phrases = Phrases::new("remind me, remind, remind me to, a");
        let text = Text::new("remind me to remind ä", &[]);
        let ends: Vec<_> = (0..6).map(|at| LIST.end(&text, at)).collect();
        assert_eq!(ends, [Some(3), None, None, Some(4), None, None]);
        assert!(LIST.has("remind me") && LIST.has("a") && !LIST.has("me") && !LIST.has(""));
    }
}
