//! Normalized text: tokens with the places where they stand in the original.
//!
//! Rules see lower-case words and know nothing of letter case, typographic quotes or double spaces. A token
//! that is quoted, pinned by the caller, or part of an address or a file name has no word at all, so no rule
//! can match it.

mod opaque;

use std::cell::OnceCell;
use std::ops::Range;

use crate::list::{ListPhrase, names_list};
use crate::recurrence::Recurrence;
use crate::when::{Found, When};
use crate::words::{Meaning, Part, Unit, WeekdayWord};

use opaque::{addresses, covered, quotes};

/// Text with its tokens.
#[derive(Debug)]
pub struct Text {
    chars: Vec<char>,
    lower: String,
    tokens: Vec<Token>,
    quotes: Vec<Range<usize>>,
    /// For each character, whether it is quoted, pinned or part of an address.
    opaque: Vec<bool>,
    /// True if a word may name a list.
    has_list: bool,
    /// Points in time that were looked for before: many rules look at the same tokens.
    whens: Memo<Found<When>>,
    rules: Memo<Found<Recurrence>>,
    lists: Memo<ListPhrase>,
}

/// Finds at each token, as far as somebody has looked.
type Memo<T> = Vec<OnceCell<Option<T>>>;

/// Word, number or sign.
#[derive(Debug)]
struct Token {
    /// Place in the original, in characters.
    place: Range<usize>,
    /// Place in the lower-case text, in bytes.
    bytes: Range<usize>,
    kind: Kind,
    /// True if nothing separates it from the token before.
    is_glued: bool,
    /// True if it is quoted, pinned or part of an address.
    is_opaque: bool,
    meaning: Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Number,
    Sign,
}

impl Text {
    /// Splits a text into tokens. What `keep` covers, in characters, is opaque.
    pub fn new(original: &str, keep: &[Range<usize>]) -> Self {
        // A control character separates words, and never reaches a title.
        let chars: Vec<char> = original.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let quotes = quotes(&chars);
        let addresses = addresses(&chars);
        let opaque = covered(chars.len(), keep.iter().chain(&quotes).chain(&addresses));
        let (mut lower, mut tokens) = (String::with_capacity(original.len()), Vec::<Token>::new());
        let mut at = 0;
        while at < chars.len() {
            let Some(kind) = kind(&chars, at) else {
                at += 1;
                continue;
            };
            let end = match kind {
                Kind::Sign => at + 1,
                _ => {
                    (at + 1..chars.len()).find(|&next| !continues(&chars, next, kind)).unwrap_or(chars.len())
                }
            };
            let begin = lower.len();
            lower.extend(chars[at..end].iter().map(|&c| plain(c)));
            let place = at..end;
            let is_opaque = opaque[at..end].contains(&true);
            let meaning = if is_opaque || kind != Kind::Word {
                Meaning::default()
            } else {
                Meaning::of(&lower[begin..])
            };
            tokens.push(Token {
                is_glued: tokens.last().is_some_and(|last| last.place.end == at),
                is_opaque,
                meaning,
                bytes: begin..lower.len(),
                place,
                kind,
            });
            at = end;
        }
        let has_list = tokens.iter().any(|token| !token.is_opaque && names_list(&lower[token.bytes.clone()]));
        let count = tokens.len();
        let (whens, rules) = (vec![OnceCell::new(); count], vec![OnceCell::new(); count]);
        let lists = vec![OnceCell::new(); count];
        Self { chars, lower, tokens, quotes, opaque, has_list, whens, rules, lists }
    }

    /// True if a word may name a list. Otherwise nothing looks for one.
    pub fn has_list(&self) -> bool {
        self.has_list
    }

    /// Returns the point in time that begins at a token, as `scan` finds it.
    pub fn when(&self, index: usize, scan: impl FnOnce() -> Option<Found<When>>) -> Option<Found<When>> {
        self.whens.get(index)?.get_or_init(scan).clone()
    }

    /// Returns the recurrence that begins at a token, as `scan` finds it.
    pub fn rule(
        &self,
        index: usize,
        scan: impl FnOnce() -> Option<Found<Recurrence>>,
    ) -> Option<Found<Recurrence>> {
        self.rules.get(index)?.get_or_init(scan).clone()
    }

    /// Returns the list that a token begins to name, as `scan` finds it. Without a word for one, nothing is
    /// tried.
    pub fn list(&self, index: usize, scan: impl FnOnce() -> Option<ListPhrase>) -> Option<ListPhrase> {
        if self.has_list { self.lists.get(index)?.get_or_init(scan).clone() } else { None }
    }

    /// True if one of these characters is quoted, pinned or part of an address.
    pub fn has_opaque(&self, passage: Range<usize>) -> bool {
        self.opaque[passage].contains(&true)
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Lower-case token, or nothing after the end and for an opaque token.
    pub fn at(&self, index: usize) -> &str {
        match self.tokens.get(index) {
            Some(token) if !token.is_opaque => &self.lower[token.bytes.start..token.bytes.end],
            _ => "",
        }
    }

    /// Word before a token, or nothing.
    pub fn before(&self, index: usize) -> &str {
        index.checked_sub(1).map_or("", |before| self.at(before))
    }

    /// True if the token is one of these.
    pub fn is(&self, index: usize, words: &[&str]) -> bool {
        let token = self.at(index);
        words.iter().any(|word| is_same(word, token))
    }

    fn meaning(&self, index: usize) -> Meaning {
        self.tokens.get(index).map(|token| token.meaning).unwrap_or_default()
    }

    /// True if a date, a time, a rule or a period may begin here. Most words of a text cannot, so nothing is
    /// tried.
    pub fn begins_date(&self, index: usize) -> bool {
        self.is_number(index) || self.is_sign(index) || self.meaning(index).begins_date
    }

    /// Weekday that the word names.
    pub fn weekday(&self, index: usize) -> Option<WeekdayWord> {
        self.meaning(index).weekday
    }

    /// Number of the month that the word names.
    pub fn month(&self, index: usize) -> Option<i8> {
        self.meaning(index).month
    }

    /// Distance in days to today that the word names.
    pub fn relative_day(&self, index: usize) -> Option<i32> {
        self.meaning(index).relative_day
    }

    /// Unit of time that the word names.
    pub fn unit(&self, index: usize) -> Option<Unit> {
        self.meaning(index).unit
    }

    /// Number below twenty that the word names.
    pub fn ones(&self, index: usize) -> Option<u32> {
        self.meaning(index).ones
    }

    /// Multiple of ten that the word names.
    pub fn tens(&self, index: usize) -> Option<u32> {
        self.meaning(index).tens
    }

    /// Number below twenty whose ordinal the word is.
    pub fn ordinal(&self, index: usize) -> Option<u32> {
        self.meaning(index).ordinal
    }

    /// 20 or 30, if the word is its ordinal.
    pub fn tens_ordinal(&self, index: usize) -> Option<u32> {
        self.meaning(index).tens_ordinal
    }

    /// True for words that mean this night.
    pub fn is_tonight(&self, index: usize) -> bool {
        self.meaning(index).is_tonight
    }

    /// Part of the day that the word names.
    pub fn part(&self, index: usize) -> Option<Part> {
        self.meaning(index).part
    }

    /// True if the token before this one is one of these.
    pub fn is_after(&self, index: usize, words: &[&str]) -> bool {
        index.checked_sub(1).is_some_and(|before| self.is(before, words))
    }

    /// Returns the end of a phrase of several words, if it begins here.
    pub fn phrase(&self, index: usize, phrase: &str) -> Option<usize> {
        // Most phrases differ in their first word, so nothing is split for them.
        let first = self.at(index);
        if first.as_bytes().first() != phrase.as_bytes().first() {
            return None;
        }
        let rest = phrase.strip_prefix(first)?;
        if rest.is_empty() {
            return Some(index + 1);
        }
        let mut at = index + 1;
        for word in rest.strip_prefix(' ')?.split(' ') {
            if self.at(at) != word {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Returns the end of the longest of these phrases that begins here.
    pub fn any_phrase(&self, index: usize, phrases: &[&str]) -> Option<usize> {
        let letter = self.at(index).as_bytes().first()?;
        let alike = phrases.iter().filter(|phrase| phrase.as_bytes().first() == Some(letter));
        alike.filter_map(|phrase| self.phrase(index, phrase)).max()
    }

    /// True for a word of letters.
    pub fn is_word(&self, index: usize) -> bool {
        self.has(index, Kind::Word)
    }

    /// True for digits.
    pub fn is_number(&self, index: usize) -> bool {
        self.has(index, Kind::Number)
    }

    /// True for a sign.
    pub fn is_sign(&self, index: usize) -> bool {
        self.has(index, Kind::Sign)
    }

    fn has(&self, index: usize, kind: Kind) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == kind && !token.is_opaque)
    }

    /// True if nothing separates the token from the one before.
    pub fn is_glued(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.is_glued)
    }

    /// True if the token is quoted, pinned or part of an address.
    pub fn is_opaque(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.is_opaque)
    }

    /// True if a rule may begin at this token: words match at their boundaries only.
    pub fn begins(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return false };
        if !token.is_glued {
            return true;
        }
        match self.before(index) {
            "(" | "[" | "{" | "\"" | "'" | ";" | "!" | "?" | "…" | "*" | "~" | "@" | ">" | "|" | "•"
            | "∙" | "·" => true,
            // `4:30` and `1,200` are one thing, but `says:30 December` is not.
            ":" | "," => !(self.is_number(index) && index >= 2 && self.is_number(index - 2)),
            // A dash is a boundary where it begins or follows a space, as in `-20200701-`.
            "-" | "–" | "—" => !self.is_glued(index.wrapping_sub(1)),
            _ => false,
        }
    }

    /// True if a rule may end before this token.
    pub fn ends(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index) else { return true };
        if !token.is_glued {
            return true;
        }
        let follows_glued = self.is_glued(index + 1) && index + 1 < self.len();
        match self.at(index) {
            ")" | "]" | "}" | "\"" | ";" | "!" | "?" | "…" | "*" | "|" | "•" | "∙" | "·" | "<" => true,
            ":" | "," => !(follows_glued && self.is_number(index + 1)),
            "." => !follows_glued || self.is_sign(index + 1),
            "'" | "-" | "–" | "—" => !follows_glued,
            _ => false,
        }
    }

    /// Place of some tokens in the original, in characters.
    pub fn place(&self, tokens: Range<usize>) -> Range<usize> {
        let begin = self.tokens.get(tokens.start).map_or(self.chars.len(), |token| token.place.start);
        let end = tokens.end.checked_sub(1).and_then(|last| self.tokens.get(last));
        begin..end.map_or(begin, |token| token.place.end).max(begin)
    }

    /// Characters of the original.
    pub fn chars(&self) -> &[char] {
        &self.chars
    }

    /// Quoted passages with their quotation marks, in characters.
    pub fn quotes(&self) -> &[Range<usize>] {
        &self.quotes
    }

    /// Original characters of some tokens, with single spaces.
    pub fn original(&self, tokens: Range<usize>) -> String {
        let text: String = self.chars[self.place(tokens)].iter().collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Compares a word with a token. Most differ in their first letter, which is cheaper to see than to call a
/// function.
pub fn is_same(word: &str, token: &str) -> bool {
    word.len() == token.len() && word.as_bytes().first() == token.as_bytes().first() && word == token
}

/// Lower-case letter, and the plain form of typographic signs. Each character stays one character, so places
/// in both texts can be compared.
fn plain(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '`' | '´' => '\'',
        '“' | '”' | '„' | '«' | '»' => '"',
        '–' | '—' | '−' | '‐' | '‑' => '-',
        '×' => 'x',
        _ => {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        }
    }
}

fn kind(chars: &[char], at: usize) -> Option<Kind> {
    match chars[at] {
        c if c.is_whitespace() => None,
        c if c.is_ascii_digit() => Some(Kind::Number),
        c if is_letter(c) => Some(Kind::Word),
        _ => Some(Kind::Sign),
    }
}

/// Letters, and everything else that is neither a digit nor punctuation: marks of other scripts, emoji.
fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || (!c.is_ascii() && !matches!(c, '\u{80}'..='\u{bf}' | '\u{2000}'..='\u{206f}' | '∙' | '−'))
}

/// True if a character continues the token of that kind.
fn continues(chars: &[char], at: usize, kind: Kind) -> bool {
    let c = chars[at];
    match kind {
        Kind::Number => c.is_ascii_digit(),
        Kind::Word if plain(c) == '\'' => {
            // An apostrophe inside a word: don't, o'clock, today's.
            chars.get(at + 1).is_some_and(|&next| is_letter(next)) && is_letter(chars[at - 1])
        }
        Kind::Word => is_letter(c) && !c.is_whitespace(),
        Kind::Sign => false,
    }
}
