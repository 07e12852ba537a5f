//! The two languages, and texts that stand in both.

use serde::{Deserialize, Serialize};

/// A language of the screens and of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Both, in the order of their indices.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-CN",
        }
    }

    /// The language of this tag; a region that does not matter here may follow it.
    pub fn from_tag(tag: &str) -> Option<Language> {
        match tag {
            "en" | "en-GB" | "en-US" => Some(Language::English),
            "zh" | "zh-CN" | "zh-Hans" | "zh-Hans-CN" => Some(Language::Chinese),
            _ => None,
        }
    }

    /// Its own name for itself, as a menu shows it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Chinese => "中文",
        }
    }

    /// The text of this language.
    pub const fn pick<T: Copy>(self, english: T, chinese: T) -> T {
        match self {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both<'a> {
    /// English.
    pub en: &'a str,
    /// Simplified Chinese.
    pub zh: &'a str,
}

impl<'a> Both<'a> {
    /// The text in `language`.
    pub const fn pick(&self, language: Language) -> &'a str {
        match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        }
    }
}

/// Writes the text of a language into a bounded string: `say!(language, text, "Hello {name}", "你好{name}")`.
/// A piece that does not fit is dropped whole.
macro_rules! say {
    ($language:expr, $text:expr, $english:literal, $chinese:literal $(, $($argument:tt)*)?) => {
        match $language {
            $crate::lang::Language::English => {
                $crate::explain::put(&mut $text, format_args!($english $(, $($argument)*)?))
            }
            $crate::lang::Language::Chinese => {
                $crate::explain::put(&mut $text, format_args!($chinese $(, $($argument)*)?))
            }
        }
    };
}
pub(crate) use say;
