//! The word lists of the moves, in the pattern language of `phrase`.

use crate::perception::phrase::Classes;
use petri_core::{Emotion, Move};

/// Names for lists of words.
pub(super) const CLASSES: &Classes = &[
    (
        "feel",
        "sad|angry|mad|furious|upset|hurt|worried|scared|afraid|nervous|anxious|lonely|left_out|proud|happy|glad|\
         excited|disappointed|frustrated|tired|exhausted|overwhelmed|relieved|shocked|surprised|stunned|\
         disgusted|grossed_out|embarrassed|ashamed|let_down|down|heartbroken|jealous|unsure|calm|peaceful|content|\
         annoyed|cross|frightened|terrified|stressed|sick|thrilled|delighted|lost|torn|invisible|unfair|alone",
    ),
    (
        "hard",
        "hard|tough|awful|terrible|sad|scary|frightening|painful|lonely|upsetting|frustrating|exhausting|unfair|\
         stressful|disappointing|horrible|heavy|rough|exciting|wonderful|lovely|great|big|gross|disgusting|nasty|\
         confusing|unsettling|peaceful|annoying|a_lot|worrying|a_shock|strange|good|nerve_wracking|like_a_lot",
    ),
    (
        "very",
        "so|very|really|pretty|quite|a_bit|a_little|such_a|just|incredibly|rather|absolutely|all|kind_of",
    ),
    ("who", "你|您|他|她"),
    (
        "受",
        "难过|伤心|生气|气坏|气愤|恼火|害怕|担心|紧张|着急|委屈|失望|孤单|寂寞|开心|高兴|激动|骄傲|自豪|惊讶|意外|震惊|恶心|\
         厌恶|难受|累|疲惫|压力|无助|不安|焦虑|沮丧|舍不得|心疼|烦|郁闷|尴尬|害羞|平静|放松|踏实|满足|想念|心里不好受|不好受|\
         吓|慌|气|不公平|辛苦|不容易|期待|兴奋|为难|矛盾|堵|空落落",
    ),
];

type Rule = (Move, &'static [&'static str], &'static [&'static str]);

/// For each move what shows it, in English and in Chinese.
pub(super) const RULES: [Rule; Move::COUNT] = [
    (
        Move::Names,
        &[
            "you|you_must|must_be|must_feel|you_seem|you_sound|you_look|you_are|you_feel ~3 @feel",
            "you must|might|may|probably|sound|seem|look|are|feel|were ~4 @feel",
            "that|this|it|which sounds|must|seems|is|was|would|feels ~4 @hard",
            "sounds|must_be|must_have_been|must_feel|how @very? @hard",
            "no_wonder you",
            "sounds|feels|felt|feel like ~5",
            "makes|made|make|making you ~2 @feel",
            "you must|really miss|love|care",
            "of_course|no_wonder you ~2 @feel",
            "that|it|must hurts|hurt|stings|stung|sting",
            "you dread|sound|look|seem ~4",
            "must_have been|felt ~4",
            "i_can see|hear|tell you ~6",
        ],
        &[
            "@who ~3 一定|肯定|是不是|好像|看起来|听起来|大概|心里|当时|应该|会|多|真|很|好|特别 ~5 @受",
            "一定|肯定|听起来|听上去|看起来|看得出来|感觉 ~6 @受",
            "真|太|好|多|多么|那么|这么 ~1 @受",
            "让|叫 你 ~3 @受",
            "难怪 你",
            "听得出|看得出|看得出来|听得出来 ~6",
            "你 ~1 累|怕|慌|急|烦|在意|紧张 ~1 了|吧",
        ],
    ),
    (
        Move::Asks,
        &[
            "what|how|who|where|when|which ~12 ？",
            "do|did|would|can|could|are|were|is|was|have|want|will you|it|that|there|to ~12 ？",
            "tell me more|about|what|how|all",
            "you_want|want|like to tell|talk|share ~8 ？",
            "<why why !do_not|did_not|would_not|are|not ~10 ？",
        ],
        &[
            "什么|怎么|哪|谁|吗|呢|多久|是不是|要不要|想不想|愿不愿意|能不能 ~12 ？",
            "什么|怎么|哪里|哪儿 ~8 了|样|事|的|办|想 ？",
            "跟|和|给 我 说说|讲讲|聊聊",
            "说说|讲讲|聊聊 看|吧|你|那",
            "发生 ~2 什么|怎么",
        ],
    ),
    (
        Move::Offers,
        &[
            "i_am|i_will_be|i_am_right here|there|with_you|listening|glad_you|so_glad_you|by_your_side|with_you",
            "i_will|i_can|i_could|let_me|i_would ~2 help|stay|listen|come|sit|walk|go|wait|keep|hold|be|bring|look|search|call|do",
            "i|we|you|they have|are got you|not_alone|in_this",
            "let_us|shall_we|we_can|we_could|shall_i|should_i|can_i|may_i ~8",
            "want|would_you_like me|company|to_do_it_together|a_hug|some_company",
            "i_am|so sorry|happy_for_you|glad|proud_of_you",
            "take your|all time|the_time",
            "thank_you|thanks for telling|sharing|trusting",
            "do_you_want|want to ~4 together",
            "you_are not alone",
            "if you want|need|like to ~3 talk|me",
            "i believe|believe_in you",
            "together",
        ],
        &[
            "我 ~4 陪|在这|在你|帮你|听你|等你|支持|抱抱|替你|为你",
            "我们 ~3 一起|可以",
            "一起",
            "陪 ~2 你",
            "需要 ~3 我|帮|陪",
            "谢谢 你 ~3 告诉|愿意|信任|跟",
            "慢慢 来|说",
            "抱抱 你",
            "有 我 在|呢",
        ],
    ),
    (
        Move::Judges,
        &[
            "you should have|not_have",
            "why did_not|would|are|were you ~10",
            "you|you_are always|never|just ~2 do|forget|late|like|complain|listen|think|make|so",
            "your|your_own fault|own_fault",
            "you_are|you_were|that_is|that_was|this_is|being ~3 silly|stupid|childish|a_baby|lazy|ridiculous|dumb|rude|selfish|too_sensitive|dramatic|overreacting|careless|foolish",
            "how could you",
            "you ~2 ought_to_have|asked_for",
            "serves you",
            "what did_you expect",
            "i told you",
            "like|such a baby",
            "you were|are not ~2 careful|listening",
            "you could have|at_least",
        ],
        &[
            "谁 让|叫 你",
            "你 ~2 怎么 ~3 不|没|这么|那么|又|总|老|能",
            "都 怪|是 你",
            "你 ~1 总是|老是|就是|从来 ~4",
            "活该",
            "早 ~2 说|告诉|知道 ~3",
            "太 ~1 小气|幼稚|敏感|笨|傻|娇气|夸张|任性|懒|粗心",
            "你 ~2 自己 ~3 不|没|的错|造成|粗心",
            "像 ~2 小 宝宝|孩子",
            "本来 就 该|应该",
            "至于 吗|嘛",
            "有 什么 好 ~2 的",
        ],
    ),
    (
        Move::TurnsToSelf,
        &[
            "me too",
            "happened|same to me|thing_to_me|here",
            "i once|also|too|had|got|never|always|hate ~10",
            "when i was|had|did|got|were|lost",
            "my brother|sister|dog|cat|mum|dad|boss|friend|teacher|phone ~1 did|does|never|always|also|too",
            "i was|would_have|nearly|almost ~6 once|too|myself|either",
            "i ~6 once|myself|either|too",
            "i was having|so_busy|going_to|too",
            "i did|do_that not|too",
            "i can|have beat|swim|too|worse|done",
            "that reminds me",
            "you think that is|i",
        ],
        &[
            "我 也 !很|想|会|为|替|陪|在|愿意|不 ~6",
            "我 以前|小时候|上次|去年|那次|当年|比你|从来 ~6",
            "我 ~2 的 ~4 才|更 ~3",
            "换成|换作|要是 我 ~4",
            "我 ~1 玩|忙|忘 ~3",
        ],
    ),
    (
        Move::Dismisses,
        &[
            "at least",
            "do_not|stop|no_need_to|no_point ~1 worry|worrying|cry|crying|be_sad|be_upset|be_angry|think|take_it|fuss|feel|overthink",
            "cheer up",
            "it|that|this is|was ~2 not ~2 bad|big_deal|so_bad|hard|important|serious|terrible|worth",
            "it_is|that_is|it_was only|just|nothing|fine ~4",
            "no big_deal|biggie",
            "just|better forget|ignore|get_over|move_on|let_it_go|smile|relax|calm_down",
            "get|move over|on it|from_it",
            "forget|never about_it|mind|it",
            "others|other_people|everyone|everybody|people ~2 have_it|has|does|gets|worse|goes",
            "could_be|could_have_been|it_could_be|might_have_been worse",
            "look on the_bright_side",
            "you|it|it_will|you_will will|will_be|be ~1 fine|okay|over_it|better|forget",
            "there are|will_be other|plenty|more",
            "calm down",
        ],
        &[
            "至少|起码",
            "别 ~2 想|担心|哭|难过|生气|在意|怕|急|紧张|计较|放在心上|当真|多想|闹|矫情|气",
            "没 ~1 什么|事|关系 ~3",
            "没 什么|啥 大 不 了",
            "不 就 是 ~8",
            "算 了|什么",
            "看 开 ~1",
            "忘 了|掉 ~1 吧|就|它",
            "想 开 点|些",
            "小 事|问题|意思",
            "比 你 ~3 惨|难|辛苦|多",
            "都 会 ~2 过去|好",
            "而 已",
            "开心 ~1 点|一点|起来",
            "大家|别人|谁 都|也 ~3 一样|这样|有|会",
        ],
    ),
    (
        Move::Advises,
        &[
            "you|you_just should|need_to|have_to|ought_to|had_better|better !have|not_have|feel|be|tell_me ~6",
            "you must !be|feel|have|miss|really|love|care ~5",
            "why do_not|not you|just|ask|try ~6",
            "just|simply tell|ask|go|do|try|say|call|write|talk|buy|build|take|get|start|delete|put|use|send|work|practise|practice|quit|leave|stop|wear ~4",
            "^ ask|buy|start|delete|block|quit|apologise|apologize|complain|report|practise|practice ~3",
            "have you tried|thought_of|considered",
            "if_i|i were|was you",
            "next_time ~6",
            "i would|would_just ~1 go|tell|ask|leave|quit|delete|block|say|report",
            "the best|first thing ~4 is",
            "my advice",
        ],
        &[
            "你 ~1 应该|该|得|要|可以|最好|必须|就|还是 !是|很|觉得|一定|难|陪|说说|跟我 ~2 去|找|把|跟|先|多|说|告诉|问|试|学|换|买|写|早|练|努力|直接|再",
            "快|赶紧|赶快|马上|直接|干脆|不如|最好 ~1 去|把|找|跟|说|告诉|问|买|换|删|退|走|再|写|打",
            "去 ~1 找|跟|问|告诉|说|买|申请 ~4",
            "再 ~2 搭|买|做|写|试|找|养 一|个|吧|呗|就 ~2",
            "要是|如果 我 是 你",
            "下次 ~4 就|要|记得|早|别",
            "建议 你",
            "把 ~6 删|退|扔|换|拉黑|还|关 ~2",
            "多 ~1 练|吃|喝|睡|运动|读|休息 ~2 就|吧|点|习",
        ],
    ),
];

/// How Chinese names a feeling; a feeling that is denied is not named, and "not happy" is sad.
pub(super) const FEELINGS_ZH: [(Emotion, &str); 7] = [
    (Emotion::Happy, "<不|没|没有|不是|不太|不怎么|不够 开心|高兴|快乐|喜悦|激动|兴奋"),
    (Emotion::Sad, "<不|没|没有|不是|不太|别 难过|伤心|悲伤|失落|难受|委屈|沮丧|不_开_心|不_高_兴|不_快_乐"),
    (Emotion::Angry, "<不|没|没有|不是|不太|别 生气|愤怒|恼火|气愤|气坏"),
    (Emotion::Scared, "<不|没|没有|不是|不太|别 害怕|恐惧|担心|紧张|焦虑|不_安"),
    (Emotion::Surprised, "<不|没|没有|不是|不太 惊讶|吃惊|意外|震惊|惊喜"),
    (Emotion::Disgusted, "<不|没|没有|不是|不太 厌恶|恶心|反感|嫌弃"),
    (Emotion::Calm, "<不|没|没有|不是|不太 平静|放松|安心|淡定|平和"),
];
