//! Words of feeling, in both languages.

use petri_core::Emotion;

/// Words and the one of the seven feelings that they name.
const ENGLISH: [(Emotion, &[&str]); 7] = [
    (
        Emotion::Happy,
        &[
            "happy",
            "happiness",
            "glad",
            "joy",
            "joyful",
            "cheerful",
            "delighted",
            "pleased",
            "thrilled",
            "overjoyed",
        ],
    ),
    (
        Emotion::Sad,
        &["sad", "sadness", "unhappy", "lonely", "down", "miserable", "heartbroken", "gloomy", "homesick"],
    ),
    (Emotion::Angry, &["angry", "anger", "mad", "furious", "annoyed", "cross", "irritated", "outraged"]),
    (
        Emotion::Scared,
        &[
            "scared",
            "afraid",
            "fear",
            "frightened",
            "terrified",
            "worried",
            "anxious",
            "nervous",
            "fearful",
            "panicked",
        ],
    ),
    (
        Emotion::Surprised,
        &["surprised", "surprise", "amazed", "astonished", "shocked", "stunned", "startled"],
    ),
    (Emotion::Disgusted, &["disgusted", "disgust", "grossed", "revolted"]),
    (Emotion::Calm, &["calm", "relaxed", "peaceful", "neutral"]),
];

/// The same for Chinese; a longer word stands before one that it contains.
const CHINESE: [(Emotion, &[&str]); 7] = [
    (
        Emotion::Happy,
        &[
            "开心", "高兴", "快乐", "愉快", "喜悦", "兴奋", "欢喜", "幸福", "欣喜", "得意", "骄傲", "自豪",
            "满足", "乐坏", "激动",
        ],
    ),
    (
        Emotion::Sad,
        &[
            "难过",
            "伤心",
            "悲伤",
            "悲痛",
            "失落",
            "失望",
            "孤单",
            "孤独",
            "沮丧",
            "心碎",
            "忧伤",
            "想家",
            "委屈",
            "低落",
            "心酸",
            "寂寞",
            "难受",
            "不开心",
            "不高兴",
            "不快乐",
        ],
    ),
    (
        Emotion::Angry,
        &["生气", "愤怒", "气愤", "恼火", "发火", "气坏", "气炸", "恼怒", "火大", "不爽", "气死"],
    ),
    (
        Emotion::Scared,
        &[
            "害怕", "担心", "恐惧", "紧张", "焦虑", "不安", "慌张", "吓坏", "担忧", "发慌", "惊慌", "心慌",
            "胆怯",
        ],
    ),
    (Emotion::Surprised, &["惊讶", "吃惊", "惊喜", "意外", "震惊", "惊呆", "诧异", "吓了一跳"]),
    (Emotion::Disgusted, &["厌恶", "恶心", "反感", "作呕", "反胃", "嫌弃"]),
    (Emotion::Calm, &["平静", "放松", "安心", "淡定", "宁静", "轻松", "镇定"]),
];

/// Words before a feeling that deny it, the longest first.
const DENIED: [&str; 12] =
    ["并没有", "不怎么", "不太", "不是很", "不是", "没有", "没那么", "并不", "不再", "不会", "不", "没"];

/// Classes of patterns: `@feel` is how somebody feels, `@hard` what a happening is like.
pub(super) const CLASSES: &[(&str, &str)] = &[
    (
        "feel",
        "happy|glad|joyful|cheerful|delighted|pleased|thrilled|overjoyed|excited|proud|relieved|sad|\
        unhappy|lonely|miserable|heartbroken|gloomy|homesick|angry|mad|furious|annoyed|cross|irritated|\
        outraged|scared|afraid|frightened|terrified|worried|anxious|nervous|fearful|panicked|surprised|\
        amazed|astonished|shocked|stunned|startled|disgusted|grossed|revolted|calm|relaxed|peaceful|\
        content|upset|hurt|let_down|left_out|disappointed|ashamed|embarrassed|guilty|jealous|envious|\
        alone|frustrated|confused|overwhelmed|exhausted|worn_out|tired|stressed|tense|uneasy|\
        uncomfortable|helpless|hopeless|lost|shy|bored|insulted|humiliated|betrayed|ignored|unseen|\
        invisible|rejected|unwanted|bitter|hurting|crushed|devastated|torn|discouraged|insecure|unsure|\
        shaken|shaky|sick_of_it|fed_up|grateful|touched|moved|hopeful|curious|torn_up|on_edge|blindsided|\
        puzzled|livid|thankful|queasy|nauseous|small|unheard|drained|cheated|puzzled|safe|trapped|\
        mixed_up|stuck|humbled|uncertain|restless|tender|speechless|over_the_moon|heavy|offended|queasy|\
        sick|at_ease|at_peace|settled|cozy|cosy|free|light|weird_inside|awkward|sorry_for_yourself|\
        mortified|missing",
    ),
    (
        "hard",
        "hard|tough|rough|difficult|painful|scary|frightening|terrifying|awful|horrible|terrible|sad|\
        lonely|exciting|gross|disgusting|yucky|nasty|annoying|frustrating|disappointing|embarrassing|\
        unfair|stressful|exhausting|shocking|surprising|upsetting|heartbreaking|tiring|worrying|creepy|\
        confusing|humiliating|heavy|overwhelming|maddening|infuriating|hurtful|wonderful_feeling|peaceful|\
        relaxing|soothing|thrilling|unsettling|irritating|draining|nerve_wracking|revolting|sickening|\
        calming|quite_a_shock|a_shock|a_relief|a_lot|painful|bitter",
    ),
    (
        "感",
        "开心|高兴|快乐|愉快|喜悦|兴奋|欢喜|幸福|欣喜|得意|骄傲|自豪|满足|激动|乐坏|难过|伤心|悲伤|悲痛|失落|失望|孤单|孤独|沮丧|心碎|忧伤|想家|委屈|低落|心酸|寂寞|生气|\
        愤怒|气愤|恼火|发火|气坏|气炸|恼怒|火大|不爽|气死|害怕|担心|恐惧|紧张|焦虑|不安|慌|吓坏|担忧|发慌|惊慌|心慌|胆怯|惊讶|吃惊|惊喜|意外|震惊|惊呆|诧异|吓了一跳|厌恶|\
        恶心|反感|作呕|反胃|嫌弃|平静|放松|安心|淡定|宁静|轻松|镇定|难受|不好受|难熬|痛苦|心疼|疼|尴尬|丢脸|丢人|羞愧|内疚|自责|愧疚|后悔|累|疲惫|压力|\
        崩溃|烦|郁闷|憋屈|憋闷|无助|无奈|迷茫|纠结|矛盾|嫉妒|羡慕|期待|舍不得|想念|不甘心|不舒服|不是滋味|不容易|怕|糟心|扎心|寒心|心寒|感动|踏实|松了口气|松一口气|松了一口气|\
        闷|吓|急|懵|傻眼|堵得慌|心里堵|被冷落|被忽视|被忽略|被撇|被孤立|被排挤|受伤|灰心|泄气|绝望|空落落|不公平|沉重|惬意|舒服|自在|美滋滋|乐开花|心动|害羞|不好意思|难为情|\
        窘|可怕|吓人|心里没底|没底|七上八下|忐忑|意想不到|想不到|没想到|目瞪口呆|恶心坏|火冒三丈|窝火|窝心|来气|够呛|难堪|为难|揪心|牵挂|惦记|不踏实|刺痛|心痛|痛|难|煎熬|沉|\
        酸|苦|孤零零",
    ),
];

/// The feeling that an English word names.
pub(in crate::perception) fn feeling_of_word(word: &str) -> Option<Emotion> {
    ENGLISH.iter().find(|(_, words)| words.contains(&word)).map(|(emotion, _)| *emotion)
}

/// The feeling that a Chinese reply names ("她很难过", "不是开心，是生气"), if it names exactly one.
pub fn named_feeling_zh(text: &str) -> Option<Emotion> {
    let text: String = text.chars().map(crate::perception::phrase::plain).collect();
    let mut named = None;
    for (emotion, words) in CHINESE {
        let stands = words.iter().any(|word| {
            text.match_indices(word).any(|(at, _)| !is_denied(text.get(..at).unwrap_or_default()))
        });
        match named {
            _ if !stands => {}
            Some(_) => return None,
            None => named = Some(emotion),
        }
    }
    named
}

fn is_denied(before: &str) -> bool {
    let before = before
        .trim_end_matches(['很', '太', '那', '么', '怎', '特', '别', '觉', '得', '感', '到', '真', '的']);
    // "不得不" and "差不多" deny nothing.
    let before = before.trim_end_matches("差不多");
    DENIED.iter().any(|word| before.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_feeling_is_found_denied_and_weighed() {
        assert_eq!(named_feeling_zh("她很难过"), Some(Emotion::Sad));
        assert_eq!(named_feeling_zh("他不是开心，是生气"), Some(Emotion::Angry));
        assert_eq!(named_feeling_zh("他不太高兴"), None);
        assert_eq!(named_feeling_zh("他不开心"), Some(Emotion::Sad));
        assert_eq!(named_feeling_zh("没有很害怕"), None);
        assert_eq!(named_feeling_zh("又难过又生气"), None);
        assert_eq!(named_feeling_zh("他嚇壞了，很害怕"), Some(Emotion::Scared));
        assert_eq!(named_feeling_zh("十点开车"), None);
    }

    #[test]
    fn english_words_name_a_feeling() {
        assert_eq!(feeling_of_word("furious"), Some(Emotion::Angry));
        assert_eq!(feeling_of_word("table"), None);
    }
}
