"""A robot that shows what Petri shows, and passes on what a person says to it: `robot.py tcp:127.0.0.1:7163`.

The person types on the robot's keyboard: a, b, c and stop are the buttons, anything else is a reply.
"""

from __future__ import annotations

import sys
import threading

from petri_link import Button, Client, Connected, Goodbye, Light, LinkError, Lost, PlayCue, Press, Screen, Text, Topics

BUTTONS = {"a": Button.A, "b": Button.B, "c": Button.C, "stop": Button.STOP}


def pass_on(petri: Client) -> None:
    """What the person does goes to the session."""
    for line in sys.stdin:
        word = line.strip()
        if not word:
            continue
        try:
            petri.ask(Press(BUTTONS[word]) if word in BUTTONS else Text(word))
        except (LinkError, ValueError) as error:
            print(f"({error})")


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "tcp:127.0.0.1:7163"
    topics = Topics.SCREEN | Topics.LIGHT | Topics.CUE
    with Client(address, topics=topics) as petri:
        threading.Thread(target=pass_on, args=(petri,), daemon=True).start()
        last = ("", "")
        while True:
            match petri.next(wait_s=1.0):
                case Screen(title=title, body=body, choices=choices) if (title, body) != last:
                    last = (title, body)
                    labels = [f"{key}: {label}" for key, label in zip("abc", choices) if label]
                    print(f"\n{title}\n{body}\n{'   '.join(labels)}")
                case Light(red=red, green=green, blue=blue):
                    print(f"\x1b[38;2;{red};{green};{blue}m*\x1b[0m", end="", flush=True)
                case PlayCue(cue=cue):
                    print(f"[{cue.name.lower()}]")
                case Lost(reason=reason):
                    print(f"(no link: {reason})")
                case Connected(welcome=welcome):
                    print(f"(linked: {welcome.mode.name.lower()}, {welcome.edition.name.lower()} edition)")
                case Goodbye():
                    return
                case _:
                    pass


if __name__ == "__main__":
    main()
