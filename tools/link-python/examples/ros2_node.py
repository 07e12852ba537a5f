"""A sketch of a ROS 2 node around the client. It has not been run: no ROS 2 is at hand where Petri is built.

Topics (standard messages only, so that nothing has to be generated):

    ~/screen    std_msgs/String      title, body and choices as JSON, latched
    ~/light     std_msgs/ColorRGBA
    ~/percept   std_msgs/String      what was perceived, as JSON; faces are left out
    ~/press     std_msgs/String      a, b, c, stop: what a person pressed on the robot
    ~/text      std_msgs/String      what a person typed, or what the robot's own recognizer understood
    ~/audio     std_msgs/Int16MultiArray   one channel, 16 kHz, without gaps while the device listens

Parameter: `address` (tcp:..., unix:..., serial:...). A robot passes on what people do; it never answers for them, and
it never gives consent for them.
"""

from __future__ import annotations

import array
import dataclasses
import json

import rclpy
from petri_link import Button, Client, FaceSeen, Light, LinkError, Percept, Press, Screen, Sensor, Text, Topics
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import ColorRGBA, Int16MultiArray, String

BUTTONS = {"a": Button.A, "b": Button.B, "c": Button.C, "stop": Button.STOP}


class Petri(Node):
    def __init__(self) -> None:
        super().__init__("petri")
        address = self.declare_parameter("address", "tcp:127.0.0.1:7163").value
        topics = Topics.SCREEN | Topics.LIGHT | Topics.PERCEPT
        self.link = Client(address, topics=topics, offers=[Sensor.MICROPHONE])
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.screen = self.create_publisher(String, "~/screen", latched)
        self.light = self.create_publisher(ColorRGBA, "~/light", latched)
        self.percept = self.create_publisher(String, "~/percept", 10)
        self.create_subscription(String, "~/press", self.on_press, 10)
        self.create_subscription(String, "~/text", self.on_text, 10)
        self.create_subscription(Int16MultiArray, "~/audio", self.on_audio, 10)
        # The client has a thread of its own; here its queue is only emptied.
        self.create_timer(0.02, self.pass_on)

    def pass_on(self) -> None:
        while (event := self.link.next(wait_s=0.0)) is not None:
            match event:
                case Screen(title=title, body=body, choices=choices):
                    text = json.dumps({"title": title, "body": body, "choices": list(choices)})
                    self.screen.publish(String(data=text))
                case Light(red=red, green=green, blue=blue):
                    self.light.publish(ColorRGBA(r=red / 255, g=green / 255, b=blue / 255, a=1.0))
                case Percept(percept=what) if not isinstance(what, FaceSeen):
                    told = {"kind": type(what).__name__, **dataclasses.asdict(what)}
                    self.percept.publish(String(data=json.dumps(told)))
                case _:
                    pass

    def ask(self, message: Press | Text) -> None:
        try:
            self.link.ask(message)
        except (LinkError, ValueError) as error:
            self.get_logger().warning(str(error))

    def on_press(self, message: String) -> None:
        if message.data in BUTTONS:
            self.ask(Press(BUTTONS[message.data]))

    def on_text(self, message: String) -> None:
        self.ask(Text(message.data))

    def on_audio(self, message: Int16MultiArray) -> None:
        # What the device does not want is not sent; it would be dropped.
        if self.link.wants(Sensor.MICROPHONE):
            try:
                self.link.sound(array.array("h", message.data).tobytes())
            except LinkError as error:
                self.get_logger().warning(str(error))


def main() -> None:
    rclpy.init()
    node = Petri()
    try:
        rclpy.spin(node)
    finally:
        node.link.close()
        node.destroy_node()
        rclpy.shutdown()


if __name__ == "__main__":
    main()
