"""Constants of the keyword recognizer and of free transcription, shared by the manifest and the Python reference.

Log-probabilities are natural logarithms.
"""

KEYWORD_SETTINGS = {
    "bos_id": 1,
    "eos_id": 2,
    "sample_rate_hz": 16000,
    # Clip preparation: remove the mean, scale the largest sample to peak_level, never by more than max_gain.
    "peak_level": 0.7,
    "max_gain": 60.0,
    "silent_peak": 0.003,
    "max_clip_seconds": 3.0,
    # Zeros before and after the clip, first and second look.
    "pad_before_ms": [200.0, 300.0],
    "pad_after_ms": [200.0, 500.0],
    # Tokens that may follow a whole word: end, . ! ? , ...
    "end_ids": [2.0, 29889.0, 29991.0, 29973.0, 29892.0, 856.0],
    # A spelling is followed further only if its first token reaches this.
    "prune_log_probability": -8.0,
    # First look: at or above accept, below reject; between them a second look is taken and the mean must reach mean.
    "accept_log_probability": -2.5,
    "reject_log_probability": -6.0,
    "mean_log_probability": -3.2,
    "margin": 1.0,
    # A word whose log-probability on one second of zeros is below the reference gains weight * shortfall, up to limit.
    "rarity_reference": -10.0,
    "rarity_weight": 0.25,
    "rarity_limit": 2.0,
    # What another way to say a word loses against the word itself.
    "alias_handicap": 2.4,
    # What a rival gains. It is followed only if its first token reaches so much: below it could refuse no word.
    "rival_bonus": 0.8,
    "rival_log_probability": -4.0,
    # A word that the verifier knows needs at least this logit of it.
    "verify_logit": -0.5,
    # So much above all its limits a word has to be, unless it asks for an end.
    "lead": 0.4,
    # A word that begins sooner than this after other speech needs this confidence.
    "amid_ms": 1000,
    "amid_confidence": 0.9,
    # Free transcription, greedy.
    "tokens_per_second": 6.5,
    "max_tokens": 96,
    "max_transcribe_seconds": 15.0,
}

# Words that are scored and never answered where the list has the first word but not them: they sound like it.
RIVALS = {
    "happy": ["happen", "puppy", "copy", "heavy", "hockey"],
    "sad": ["sat", "sack", "side", "sod"],
    "angry": ["anger"],
    "scared": ["stared", "cared"],
    "calm": ["car"],
    "yes": ["yet", "less", "mess", "chess", "best", "test", "desk", "us", "his", "ace", "yesterday"],
    "no": ["go", "now", "nine", "night", "none", "known", "note", "nor", "low", "oh", "dough", "though"],
    "again": ["began", "gain", "against", "gun"],
    "next": ["text", "nest", "neck", "six", "fix", "thanks", "eggs"],
    "help": ["helped", "helper", "hope"],
}
# Words whose sound the verifier knows, in the order of its outputs.
VERIFIED = ["no", "yes", "stop"]
# Asks for an end, so it is believed sooner than other words.
BELIEVED_SOONER = "stop"
# Other ways to say a word of the list.
ALIASES = {"yes": "yeah"}
