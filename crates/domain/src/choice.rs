//! Declares enums of words.

/// Declares a [`Field`](crate::Field) that is one of a few words, with an optional `default`.
#[macro_export]
macro_rules! choice {
    ($(#[doc = $about:literal])+ $visibility:vis enum $Choice:ident { $($Variant:ident = $word:literal),* $(,)? }
     $(default $Default:ident)?) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, $crate::for_macros::Serialize)]
        #[serde(crate = "domain::for_macros::serde")]
        $visibility enum $Choice {
            $(#[doc = concat!("`", $word, "`")]
            #[serde(rename = $word)]
            $Variant,)*
        }

        impl $Choice {
            /// Word for it in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $word,)*
                }
            }
        }

        impl $crate::Field for $Choice {
            fn parse(value: &$crate::for_macros::serde_json::Value) -> Result<Self, $crate::Errors> {
                match value.as_str() {
                    $(Some($word) => Ok(Self::$Variant),)*
                    _ => Err($crate::wrong(concat!("must be one of:" $(, " ", $word)*))),
                }
            }

            fn schema() -> $crate::for_macros::serde_json::Value {
                $crate::for_macros::serde_json::json!({ "type": "string", "enum": [$($word),*] })
            }

            $(fn when_absent() -> Option<Self> {
                Some(Self::$Default)
            })?
        }
    };
}
