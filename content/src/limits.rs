//! How long and how many the parts of a pack may be: English in bytes, Chinese in characters, as the screen has room.

/// Faults of one pack that are reported at once.
pub const FAULTS_MAX: usize = 200;
/// Largest TOML file.
pub const FILE_BYTES_MAX: u64 = 4 << 20;
/// Longest name of a pack, in bytes.
pub const PACK_NAME_BYTES_MAX: usize = 24;
/// Highest version of a pack.
pub const PACK_VERSION_MAX: i64 = 65_535;
/// Longest author, licence, source of a photo or name of a file, in bytes.
pub const CREDIT_BYTES_MAX: usize = 200;
/// Longest id, in bytes.
pub const ID_MAX: usize = 24;
/// Levels, counted from 1.
pub const LEVEL_MAX: i64 = petri_core::pack::LEVEL_MAX as i64;
/// Longest line, and longest thing shared, in English.
pub const LINE_EN_MAX: usize = 110;
/// Longest line, and longest thing shared, in Chinese.
pub const LINE_ZH_MAX: usize = 36;
/// Pieces of a clue.
pub const CLUES_MAX: usize = 2;
/// Longest clue in English, all pieces together with what joins them.
pub const CLUE_EN_MAX: usize = 38;
/// Longest clue in Chinese.
pub const CLUE_ZH_MAX: usize = 12;
/// Longest name in English.
pub const NAME_EN_MAX: usize = 8;
/// Longest name in Chinese.
pub const NAME_ZH_MAX: usize = 3;
/// Shortest name in Chinese.
pub const NAME_ZH_MIN: usize = 2;
/// Longest story, and longest scene of a conversation, in English.
pub const STORY_EN_MAX: usize = 140;
/// Longest story, and longest scene of a conversation, in Chinese.
pub const STORY_ZH_MAX: usize = 46;
/// Longest reason or reply in English.
pub const REPLY_EN_MAX: usize = 80;
/// Longest reason or reply in Chinese.
pub const REPLY_ZH_MAX: usize = 26;
/// Longest example of a caring reply in English.
pub const BETTER_EN_MAX: usize = 100;
/// Longest example of a caring reply in Chinese.
pub const BETTER_ZH_MAX: usize = 32;
/// Longest title in English.
pub const TITLE_EN_MAX: usize = 24;
/// Longest title in Chinese.
pub const TITLE_ZH_MAX: usize = 8;
/// Longest thing that a character says, in English.
pub const TURN_EN_MAX: usize = 100;
/// Longest thing that a character says, in Chinese.
pub const TURN_ZH_MAX: usize = 33;
/// Bounds of valence, arousal and trust, both ways.
pub const MOOD_MAX: i64 = 1_000;
/// Conversations of one pack.
pub const TALKS_MAX: usize = 64;
/// Replies on the shortest way through a conversation.
pub const WAY_MIN: usize = 4;
/// Replies on the longest way through a conversation.
pub const WAY_MAX: usize = 10;
/// Ends of a conversation, at least.
pub const ENDS_MIN: usize = 2;
/// Fewest replies at a turn that is no end.
pub const ANSWERS_MIN: usize = 2;
/// Fewest turns of one conversation.
pub const TURNS_MIN: usize = 8;
/// Most turns of one conversation.
pub const TURNS_MAX: usize = 64;
/// Turns of one conversation that have other words where trust is low, at least.
pub const CLOSED_MIN: usize = 3;
/// Photos of one pack.
pub const PHOTOS_MAX: usize = 256;
/// Largest photo file.
pub const PHOTO_BYTES_MAX: u64 = 8 << 20;
/// Longest side of a photo file, in pixels.
pub const PHOTO_SIDE_PX_MAX: u32 = 6_000;
/// Texts that a pack has that is enough by itself.
pub const TEXTS_WANTED: usize = 120;
/// Situations of such a pack.
pub const SITUATIONS_WANTED: usize = 40;
/// Care items of such a pack.
pub const CARES_WANTED: usize = 24;
/// Conversations of such a pack.
pub const TALKS_WANTED: usize = 6;
/// Drawn faces beside it: seven feelings of six people.
pub const FACES_WANTED: usize = 42;
/// Of so many items of a kind one is held out for the transfer probe, or the check warns.
pub const HELD_OUT_ONE_IN: usize = 10;
