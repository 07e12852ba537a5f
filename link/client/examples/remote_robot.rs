//! A robot that shows what Petri shows, and passes on what a person does.
//!
//! ```sh
//! petri run --board linux --link unix:/run/petri/link      # on the device
//! cargo run -p petri-link-client --example remote_robot -- unix:/run/petri/link
//! ```
//!
//! A person types on the robot's keyboard: a, b, c and stop are the buttons, `start` begins the exercise with faces,
//! anything else is a reply.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use petri_link_client::link::{Button, Exercise, Percept, Screen, ToDevice, ToPeer, Topics};
use petri_link_client::{Client, Error, Event, Options};
use std::io::BufRead as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

fn main() -> ExitCode {
    let address = std::env::args().nth(1).unwrap_or_else(|| "tcp:127.0.0.1:7163".to_owned());
    let topics = Topics::SCREEN.and(Topics::CUE).and(Topics::PERCEPT);
    let client = address.parse().map_err(|error| format!("{error}")).and_then(|address| {
        Client::connect(&address, Options { topics, ..Options::default() }).map_err(|error| error.to_string())
    });
    let client = match client {
        Ok(client) => Arc::new(client),
        Err(error) => {
            eprintln!("robot: {error}");
            return ExitCode::FAILURE;
        }
    };
    let hands = Arc::clone(&client);
    thread::spawn(move || pass_on(&hands));
    loop {
        match client.next(Duration::from_secs(1)) {
            Some(Event::Message(ToPeer::Bye(_))) => return ExitCode::SUCCESS,
            Some(event) => show(&event),
            None => {}
        }
    }
}

/// What the person does goes to the session.
fn pass_on(client: &Client) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let done = match line.trim() {
            "" => continue,
            "a" => client.ask(ToDevice::Press(Button::A)),
            "b" => client.ask(ToDevice::Press(Button::B)),
            "c" => client.ask(ToDevice::Press(Button::C)),
            "stop" => client.ask(ToDevice::Press(Button::Stop)),
            "start" => client.ask(ToDevice::Start(Exercise::ReadTheFace)),
            text => client.text(text),
        };
        match done {
            Ok(()) => {}
            Err(Error::Refused(refusal)) => println!("(not now: {refusal:?})"),
            Err(error) => println!("({error})"),
        }
    }
}

fn show(event: &Event) {
    match event {
        Event::Connected(welcome) => println!("(linked: {:?}, {:?} edition)", welcome.mode, welcome.edition),
        Event::Lost(reason) => println!("(no link: {reason})"),
        Event::Message(ToPeer::Screen(screen)) => paint(screen),
        Event::Message(ToPeer::Cue { cue, .. }) => println!("[{cue:?}]"),
        Event::Message(ToPeer::Percept(Percept::Word { word, .. })) => println!("(heard: {word})"),
        Event::Message(_) => {}
    }
}

fn paint(screen: &Screen) {
    println!("\n{}\n{}", screen.title, screen.body);
    let keys = ["a", "b", "c"].into_iter().zip(&screen.choices);
    for (key, label) in keys.filter(|(_, label)| !label.is_empty()) {
        println!("  {key}: {label}");
    }
}
