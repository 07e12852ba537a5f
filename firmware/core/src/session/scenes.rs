//! What each scene puts on the screen.

mod feedback;
mod question;

use super::Session;
use super::menu::{Item, Setting};
use crate::comfort::Level;
use crate::explain::{Body, Title, put};
use crate::input::{Sensor, Sensors};
use crate::lang::{Language, say};
use crate::reply::{Picture, Portrait, Scene, Screen};
use crate::{Actions, Actor, Emotion, Exercise, Millis, Permille};

impl Session<'_> {
    pub(super) fn screen(&self, now: Millis) -> Screen {
        let mut screen = Screen {
            scene: self.scene,
            title: Title::new(),
            body: Body::new(),
            picture: Picture::None,
            choices: heapless::Vec::new(),
            meter: None,
            sensing: self.sensing(),
            focus: None,
            comfort: self.setup.comfort,
        };
        match self.scene {
            Scene::Greet => self.greet_screen(&mut screen),
            Scene::Consent => self.consent_screen(&mut screen),
            Scene::Choose => self.choose_screen(&mut screen),
            Scene::Settings => self.settings_screen(&mut screen),
            Scene::Show | Scene::Listen if self.talk.is_some() => self.talk_screen(&mut screen),
            Scene::Show | Scene::Listen => self.question_screen(now, &mut screen),
            Scene::Why => self.why_screen(&mut screen),
            Scene::Pick => self.pick_screen(&mut screen),
            Scene::Explain => self.explain_screen(&mut screen),
            Scene::Pause => self.pause_screen(&mut screen),
            Scene::Concern => self.concern_screen(&mut screen),
            Scene::Close => self.close_screen(&mut screen),
        }
        self.set_choices(now, &mut screen);
        screen
    }

    fn language(&self) -> Language {
        self.setup.comfort.language
    }

    /// The sensors in use. Nothing is on before consent, and everything is off at the end.
    fn sensing(&self) -> Sensors {
        let sensors = self.setup.sensors;
        let on = self.may_sense();
        let mut sensing = Sensors::NONE.set(Sensor::Keyboard, sensors.has(Sensor::Keyboard));
        for sensor in [Sensor::Camera, Sensor::Microphone] {
            sensing = sensing.set(sensor, on && sensors.has(sensor));
        }
        sensing
    }

    fn greet_screen(&self, screen: &mut Screen) {
        let language = self.language();
        say!(language, screen.title, "Hello, I am Petri", "你好，我是Petri");
        say!(
            language,
            screen.body,
            "Let us practise reading faces, words and situations. Take all the time you like.",
            "我们来练习读懂表情、话语和处境。想用多少时间都可以。"
        );
        let actions = Actions::of(Emotion::Happy, Permille::new(500));
        screen.picture = Picture::Face(Portrait { actor: Actor::Petri, actions });
        self.choices(screen, [("start", "开始"), ("", ""), ("", "")]);
    }

    fn consent_screen(&self, screen: &mut Screen) {
        let language = self.language();
        say!(language, screen.title, "May I look and listen?", "我可以看和听吗？");
        say!(
            language,
            screen.body,
            "Only to answer you. Pictures and sound are never kept and never leave this device. No is fine: buttons do it all.",
            "只是为了回应你。图像和声音不会保存，也不会离开这台设备。说不也可以：用按键什么都能做。"
        );
        self.choices(screen, [("yes", "可以"), ("no", "不要"), ("", "")]);
    }

    fn choose_screen(&self, screen: &mut Screen) {
        let language = self.language();
        let item = self.item();
        let name = match item {
            Item::Do(exercise) => exercise.name(language),
            Item::Probe => language.pick("What carries over", "举一反三"),
        };
        match self.at {
            0 => say!(language, screen.title, "For you: {name}", "为你推荐：{name}"),
            _ => put(&mut screen.title, format_args!("{name}")),
        }
        put(&mut screen.body, format_args!("{}", about(item, language)));
        self.choices(screen, [("start", "开始"), ("other", "换一个"), ("settings", "设置")]);
    }

    fn settings_screen(&self, screen: &mut Screen) {
        let language = self.language();
        let comfort = self.setup.comfort;
        let place = usize::from(self.at) % Setting::ALL.len() + 1;
        say!(language, screen.title, "Settings ({place} of 5)", "设置（{place}/5）");
        let switch = |on: bool| if on { language.pick("on", "开") } else { language.pick("off", "关") };
        let level = |level: Level| match level {
            Level::Off => language.pick("off", "关"),
            Level::Soft => language.pick("soft", "柔和"),
            Level::Full => language.pick("full", "正常"),
        };
        let (name, value) = match self.setting() {
            Setting::Language => (language.pick("Language", "语言"), language.own_name()),
            Setting::LeftHanded => {
                (language.pick("Choices for the left hand", "左手按键"), switch(comfort.left_handed))
            }
            Setting::Light => (language.pick("Light", "灯光"), level(comfort.light)),
            Setting::Sound => (language.pick("Sound", "声音"), level(comfort.sound)),
            Setting::OneButton => {
                (language.pick("One button does it all", "单键操作"), switch(comfort.one_button))
            }
        };
        say!(language, screen.body, "{name}: {value}", "{name}：{value}");
        self.choices(screen, [("change", "更改"), ("other", "下一项"), ("done", "完成")]);
    }

    fn pause_screen(&self, screen: &mut Screen) {
        let language = self.language();
        say!(language, screen.title, "A short rest?", "休息一下？");
        say!(
            language,
            screen.body,
            "Look out of the window, stretch, drink some water. Go on when you like, or end for today.",
            "看看窗外，伸个懒腰，喝口水。想继续就继续，也可以今天到此为止。"
        );
        let actions = Actions::of(Emotion::Happy, Permille::new(300));
        screen.picture = Picture::Face(Portrait { actor: Actor::Petri, actions });
        self.choices(screen, [("go on", "继续"), ("end", "结束"), ("", "")]);
    }

    /// The one fixed message after a text that should worry. It asks nothing and judges nothing.
    fn concern_screen(&self, screen: &mut Screen) {
        let language = self.language();
        say!(language, screen.title, "Let us pause here", "我们先停一下");
        say!(
            language,
            screen.body,
            "That sounds heavy. You matter. Please tell a person you trust, now. Help is being called by the light. If there is danger, call for help at once.",
            "听起来很不容易。你很重要。请现在就告诉一个你信任的人，灯光正在请人过来。如果有危险，请马上求助。"
        );
        self.choices(screen, [("go on", "继续"), ("end", "结束"), ("", "")]);
    }

    /// The labels of the buttons A, B and C, English and Chinese.
    fn choices(&self, screen: &mut Screen, labels: [(&str, &str); 3]) {
        let language = self.language();
        screen.choices = labels
            .iter()
            .filter_map(|(en, zh)| heapless::String::try_from(language.pick(*en, *zh)).ok())
            .collect();
    }
}

/// What an exercise is, in one or two sentences.
const fn about(item: Item, language: Language) -> &'static str {
    match item {
        Item::Probe => language.pick(
            "New faces and new words, to see what carries over. No feedback on the way.",
            "新的面孔、新的话语，看看学到的能不能用上。过程中没有反馈。",
        ),
        Item::Do(exercise) => match exercise {
            Exercise::ReadTheFace => {
                language.pick("Name the feeling that a face shows.", "说出一张脸上的感受。")
            }
            Exercise::ReadTheWords => {
                language.pick("Name the feeling behind a line.", "说出一句话背后的感受。")
            }
            Exercise::Mirror => language.pick("Make the face that you see.", "做出你看到的表情。"),
            Exercise::ReadTheSituation => {
                language.pick("What does somebody feel, and why?", "一个人会有什么感受，为什么？")
            }
            Exercise::SayIt => {
                language.pick("Find the word for a feeling and say it.", "自己找到表示感受的词，说出来。")
            }
            Exercise::ReplyWithCare => {
                language.pick("Answer somebody who shares something.", "回应一个向你倾诉的人。")
            }
            Exercise::Converse => language.pick(
                "Talk with somebody, and see what your replies do.",
                "和一个人聊天，看看你的话带来什么变化。",
            ),
            Exercise::Together => "",
        },
    }
}
