//! Packs: what is read, what is refused, and what the device gets.

mod damage;
mod docs;
mod faults;
mod photos;
mod sample;
mod starter;
mod talks;
