//! Lists of words and phrases.

use std::sync::OnceLock;

use crate::text::Text;

/// Words and phrases, written as one text with commas between them. They are sorted when they are first needed,
/// so that a sentence is compared only with those that begin with its word.
pub struct Phrases {
    list: &'static str,
    sorted: OnceLock<Vec<&'static str>>,
}

impl Phrases {
    /// A list from its text.
    pub const fn new(list: &'static str) -> Self {
        Self { list, sorted: OnceLock::new() }
    }

    fn sorted(&self) -> &[&'static str] {
        self.sorted.get_or_init(|| {
            let mut sorted: Vec<&str> = self.list.split(',').map(str::trim).collect();
            sorted.sort_unstable();
            sorted
        })
    }

    /// True if a word is in the list.
    pub fn has(&self, word: &str) -> bool {
        self.sorted().binary_search(&word).is_ok()
    }

    /// Returns the end of the longest phrase of the list that begins at a token.
    pub fn end(&self, text: &Text, at: usize) -> Option<usize> {
        let word = text.at(at);
        if word.is_empty() {
            return None;
        }
        let sorted = self.sorted();
        let from = sorted.partition_point(|phrase| *phrase < word);
        let same = sorted[from..].iter().take_while(|phrase| phrase.starts_with(word));
        same.filter_map(|phrase| text.phrase(at, phrase)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found() {
        static LIST: Phrases = Phrases::new("remind me, remind, remind me to, a");
        let text = Text::new("remind me to remind", &[]);
        assert_eq!((LIST.end(&text, 0), LIST.end(&text, 1), LIST.end(&text, 3)), (Some(3), None, Some(4)));
        assert!(LIST.has("remind me") && !LIST.has("me"));
    }
}
