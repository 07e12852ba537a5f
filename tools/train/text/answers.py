"""Ordinary answers of learners, made of frames, feelings and reasons: what must not be taken for a hint."""

import random

LINES = 600

FEELINGS = {
    "en": "happy sad angry scared surprised disgusted calm worried upset lonely proud ashamed hurt jealous furious".split(),
    "zh": "开心 难过 生气 害怕 惊讶 恶心 平静 担心 委屈 孤单 自豪 羞愧 受伤 嫉妒 愤怒".split(),
}
FRAMES = {
    "en": [
        "I think {who} is {feeling} because {reason}",
        "{who} feels {feeling}, since {reason}",
        "that must make {who} {feeling}",
        "maybe {who} is a bit {feeling}",
        "{feeling}, because {reason}",
        "I would be {feeling} too if {reason}",
        "it sounds like {who} is {feeling}. What happened?",
        "you sound {feeling}. Do you want to tell me more?",
        "I felt {feeling} when {reason}",
        "{reason}",
        "{reason} and so {who} is {feeling}",
        "my friend was {feeling} yesterday because {reason}",
    ],
    "zh": [
        "我觉得{who}{feeling}，因为{reason}",
        "{who}很{feeling}，{reason}",
        "{who}应该有点{feeling}",
        "{feeling}，因为{reason}",
        "要是{reason}，我也会{feeling}",
        "听起来{who}很{feeling}，怎么了？",
        "你好像很{feeling}，想说说吗？",
        "{reason}的时候，我也{feeling}过",
        "{reason}",
        "{reason}，所以{who}很{feeling}",
        "我朋友昨天很{feeling}，因为{reason}",
    ],
}
WHO = {"en": ["he", "she", "the boy", "the girl", "Mia", "the writer"], "zh": ["他", "她", "小男孩", "米娅", "写信的人"]}
REASONS = {
    "en": [
        "the team lost the match", "the phone broke", "she was not invited", "the test went badly",
        "the cake was mouldy", "it is getting dark", "there was a present at last", "they moved to another town",
        "the boss found fault with everything", "a friend told a lie", "the train was late again",
        "grandma is in hospital", "they won the race", "the dog ran away", "somebody read the diary",
        "the brother shouted", "the holiday is over", "the teacher was unfair", "the milk smelled sour",
        "the film was frightening", "there was a spider in the bed", "it thundered all night",
        "the others left early", "nobody saved a seat", "the drawing was torn", "the cup fell on the floor",
        "the knee still hurts after the fall", "the hamster died in spring", "the joke was not funny",
        "everybody clapped", "the lesson was dull and I wanted to go home", "mum was cross about the mess",
    ],
    "zh": [
        "球队输了", "手机摔坏了", "没有被邀请", "考试没考好", "蛋糕发霉了", "天快黑了", "终于收到了礼物", "他们搬到别的城市了",
        "老板什么都挑剔", "朋友说了谎", "火车又晚点了", "奶奶住院了", "他们赢了比赛", "小狗跑丢了", "有人偷看了日记",
        "哥哥大喊大叫", "假期结束了", "老师不公平", "牛奶馊了", "电影很吓人", "床上有只蜘蛛", "打了一夜的雷", "大家早早走了",
        "没人给留座位", "画被撕破了", "杯子掉在地上", "摔了一跤，膝盖还疼", "仓鼠春天死了", "笑话不好笑", "大家都鼓掌了",
        "课太无聊，想回家", "屋子太乱，妈妈不高兴",
    ],
}


def answers(seed):
    """`LINES` answers in each language, the same for the same seed."""
    chance = random.Random(seed)
    made = []
    for language in ("en", "zh"):
        for _ in range(LINES):
            frame = chance.choice(FRAMES[language])
            words = {"who": WHO, "feeling": FEELINGS, "reason": REASONS}
            made.append(frame.format(**{name: chance.choice(table[language]) for name, table in words.items()}))
    return made
