//! Where reports go: topics of an MQTT 5 broker.
//!
//! A device publishes with QoS 1, not retained, with a client identifier that is new for each connection, and to
//! [`topic`] of its group. A group is a word that many devices share, such as a district; the default is
//! [`GROUP`]. A topic names no device: a group of one device would, so an operator gives a group to no fewer than
//! [`GROUP_DEVICES_MIN`]. What a report says is protected even then, as it is when a broker sees the device's address.
//!
//! Collectors subscribe with [`subscription`], which is a shared subscription: the broker gives each message to one of
//! them. With QoS 1 a message can come twice, to the same collector or to two; [`Report::id`](crate::Report::id) says
//! so. A collector acknowledges a message only when it is kept. It needs a session that outlives the connection:
//! a broker without any subscriber drops what is published, and says so to a device with the reason *no matching
//! subscribers*, at which the device keeps the report and tries again later.

/// The default group.
pub const GROUP: &str = "all";
/// Letters of a group's name.
pub const GROUP_CHARS_MAX: usize = 32;
/// Fewer devices than this should not have a group of their own.
pub const GROUP_DEVICES_MIN: usize = 20;
/// The content type that goes along with each report.
pub const CONTENT_TYPE: &str = "application/vnd.petri.report";

const PREFIX: &str = "petri/v1/reports/";

/// Whether a word can be the name of a group: 1 to [`GROUP_CHARS_MAX`] of the characters a-z, 0-9 and `-`.
pub fn is_group(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=GROUP_CHARS_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// The topic of a group.
pub fn topic(group: &str) -> String {
    format!("{PREFIX}{group}")
}

/// The group of a topic, if it is one of reports.
pub fn group_of(topic: &str) -> Option<&str> {
    topic.strip_prefix(PREFIX).filter(|group| is_group(group))
}

/// What the collectors that share their work under one name subscribe to, with QoS 1: the reports of all groups.
pub fn subscription(collectors: &str) -> String {
    format!("$share/{collectors}/{PREFIX}+")
}
