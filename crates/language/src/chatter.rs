//! What is no wish at all: greetings, small talk, questions about abilities, text that tells the machine what to do.

use std::ops::Range;

use crate::phrases::Phrases;
use crate::text::Text;

/// True for a greeting or thanks and nothing else.
pub fn is_greeting(text: &Text, tokens: Range<usize>) -> bool {
    static PHRASES: Phrases = Phrases::new(
        "hello, hi, hey, hiya, yo, good morning, good afternoon, good evening, good night, good day, \
         goodnight, goodbye, good bye, bye, bye bye, see you, see ya, see you later, thanks, thank you, \
         thank you very much, thanks a lot, many thanks, thx, ty, cheers, greetings, howdy, welcome, \
         nice to meet you, how are you, how are you doing, how is it going, how's it going, what's up, \
         whats up, sup, how do you do, have a nice day, have a great day, have a good day, \
         have a great week, have a great month, have a good one, take care, later, so long, hello there, \
         hi there, hey there, nice, lol, haha, wow, cool, how is your day, well done, good job, great job, \
         i love you, you are great, you're great, i hate you, you suck, happy new year, merry christmas, \
         happy birthday",
    );
    static NAMES: Phrases = Phrases::new(
        "cortana, olly, alexa, siri, google, taskflow, there, everyone, all, again, to you, today, you, too, \
         so much, very much, my friend, friend, assistant",
    );
    let mut at = tokens.start;
    let mut has_phrase = false;
    while at < tokens.end {
        if let Some(end) = PHRASES.end(text, at) {
            has_phrase = true;
            at = end;
        } else if let Some(end) = NAMES.end(text, at).filter(|_| has_phrase) {
            at = end;
        } else if text.is(at, &[",", ".", "!", "?", "…", "-", ":", ")"]) {
            at += 1;
        } else {
            return false;
        }
    }
    has_phrase
}

/// True for questions about what TaskFlow can do.
pub fn is_about_abilities(text: &Text, tokens: Range<usize>) -> bool {
    static WHOLE: Phrases = Phrases::new(
        "help, help me, commands, usage, instructions, examples, how does this work, how does it work, \
         how do i use this, how do i use you, how do i use taskflow, what is this, what is taskflow, \
         who are you, what are you, how do i start, get started, how do you work, man, manual, menu, \
         options, tutorial, i need help, can you help, can you help me, what now, how to use this, \
         show help, help please",
    );
    let whole = tokens.start..trimmed(text, tokens.clone());
    if whole.is_empty() {
        return (tokens.start..tokens.end).any(|at| text.at(at) == "?");
    }
    if WHOLE.end(text, whole.start) == Some(whole.end) {
        return true;
    }
    let has = |words: &[&str]| whole.clone().any(|at| text.is(at, words));
    let has_phrase = |phrases: &[&str]| {
        whole.clone().any(|at| text.any_phrase(at, phrases).is_some_and(|end| end <= whole.end))
    };
    let speaks_to_it = has(&["you", "your", "u", "ai", "you're"])
        || has_phrase(&["can i ask", "should i ask", "to ask", "may i ask"]);
    let is_ability = has(&[
        "ask",
        "asked",
        "answer",
        "answering",
        "answers",
        "assist",
        "capable",
        "capabilities",
        "capability",
        "skills",
        "skill",
        "abilities",
        "ability",
        "functions",
        "features",
        "topics",
        "topic",
        "versed",
        "experienced",
        "excel",
        "knowledgeable",
        "comprehend",
        "subjects",
        "subject",
        "areas",
        "questions",
        "respond",
        "accept",
    ]) || has_phrase(&[
        "help with",
        "help me with",
        "you do",
        "you know",
        "you familiar",
        "familiar with",
        "able to do",
        "good at",
        "you help",
        "you're aware of",
        "from using you",
        "you aware of",
        "you understand",
        "you good",
        "you best",
    ]);
    // "what tasks can you complete for me"
    let is_offer = text.at(whole.start) == "what"
        && (whole.start + 1..whole.end.min(whole.start + 4)).any(|at| text.phrase(at, "can you").is_some());
    // "which subjects can you tell me about"; but not "… about france".
    let tells_about = whole
        .clone()
        .find(|&at| text.phrase(at, "tell me about").is_some())
        .is_some_and(|at| at + 3 < whole.end);
    // What follows "about", "how" or "if" is the real question.
    let knows = (whole.clone()).find(|&at| text.phrase(at, "you know").is_some()).map(|at| at + 2);
    let knows_something = knows.is_some_and(|at| {
        let at = text.any_phrase(at, &["something about", "about", "best", "how to do", "of"]).unwrap_or(at);
        at < whole.end
    });
    let is_about_else = knows_something
        || tells_about
        || has(&["why", "where", "else's"])
        || has_phrase(&[
            "how to",
            "tell me how",
            "ask him",
            "ask her",
            "ask for",
            "you do if",
            "you feel",
            "do you own",
            "can you give me",
            "find",
            "look up",
        ]) && !has_phrase(&["know how to do"])
        || text.is(whole.start, &["did", "do"]) && has_phrase(&["you know"]);
    let is_deep = whole.len() > 16;
    speaks_to_it && (is_ability || is_offer) && !is_about_else && !is_deep
}

fn trimmed(text: &Text, tokens: Range<usize>) -> usize {
    let mut end = tokens.end;
    while end > tokens.start && (text.is_sign(end - 1) || text.is_after(end, &["please"])) {
        end -= 1;
    }
    end
}

/// True for text that tells the machine what to do with its instructions.
pub fn is_injection(text: &Text, tokens: Range<usize>) -> bool {
    static PHRASES: Phrases = Phrases::new(
        "previous instructions, prior instructions, all instructions, your instructions, above instructions, \
         earlier instructions, system prompt, the instructions above, previous prompts, developer mode, \
         you are now a, you are now an, pretend you are, pretend to be, act as if you, \
         ignore everything above, ignore the above, disregard the above, disregard all, ignore all previous, \
         forget all previous, forget your instructions, override your, jailbreak, new instructions, \
         reveal your prompt, your guidelines, as an ai, safety guidelines, admin mode, sudo",
    );
    tokens.clone().any(|at| PHRASES.end(text, at).is_some_and(|end| end <= tokens.end))
}
