//! Tags of a task.

use serde::Serialize;
use serde_json::{Value, json};

use crate::Tag;
use crate::errors::{Errors, within, wrong};
use crate::field::{Field, text};
use crate::tag::MAX_LENGTH;
use crate::text::{line, line_schema};

const MAX_TAGS: usize = 10;

/// Up to ten tags of 1 to 50 characters each, trimmed, in the order given, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tags(Vec<String>);

impl From<Tag> for Tags {
    fn from(tag: Tag) -> Self {
        Self(vec![tag.as_str().to_owned()])
    }
}

impl Field for Tags {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let given = value.as_array().ok_or_else(|| wrong("must be a list of strings, such as [\"work\"]"))?;
        // First, as each tag is compared with those before it.
        if given.len() > MAX_TAGS {
            return Err(wrong(format!("must have at most {MAX_TAGS} tags")));
        }
        let mut tags = Vec::new();
        let mut errors = Errors::new();
        for (index, value) in given.iter().enumerate() {
            match text(value).and_then(|text| line(text, MAX_LENGTH)) {
                Ok(tag) if tags.contains(&tag) => {}
                Ok(tag) => tags.push(tag),
                Err(found) => errors.extend(within(index, found)),
            }
        }
        if errors.is_empty() { Ok(Self(tags)) } else { Err(errors) }
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": line_schema(MAX_LENGTH), "maxItems": MAX_TAGS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_are_trimmed_and_repeats_are_dropped() {
        assert_eq!(
            Tags::parse(&json!([" home", "work", "home "])),
            Ok(Tags(vec!["home".into(), "work".into()]))
        );
    }

    #[test]
    fn every_invalid_tag_is_reported_with_its_index() {
        let errors = Tags::parse(&json!(["ok", "", 7])).expect_err("two are wrong");
        assert_eq!(errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["/1", "/2"]);
    }

    #[test]
    fn too_many_tags_are_one_error() {
        let errors = Tags::parse(&json!(vec![7; 10_000])).expect_err("too many");
        assert_eq!(errors, wrong("must have at most 10 tags"));
    }

    proptest! {
        #[test]
        fn parsed_tags_are_few_and_distinct(given in proptest::collection::vec(any::<String>(), 0..14)) {
            if let Ok(Tags(tags)) = Tags::parse(&json!(given)) {
                prop_assert!(tags.len() <= MAX_TAGS);
                prop_assert!(tags.iter().all(|tag| tags.iter().filter(|other| *other == tag).count() == 1));
            }
        }
    }
}
