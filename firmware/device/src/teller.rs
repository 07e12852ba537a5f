//! What a session prints, and what it tells the service manager.

use crate::say;
use crate::update::Begun;
use petri_runtime::capture::Percept;
use petri_runtime::heart::Heart;
use petri_runtime::link::Link;
use petri_runtime::report;
use petri_runtime::run::Happening;

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells {
    Everything,
    /// What is amiss with the device; nothing that the learner did or showed.
    Trouble,
    Nothing,
}

impl Tells {
    fn wants(self, happening: &Happening<'_>) -> bool {
        match self {
            Tells::Everything => true,
            Tells::Trouble => matches!(
                happening,
                Happening::Trouble(_) | Happening::Percept(Percept::Sensor { .. } | Percept::Failed(_))
            ),
            Tells::Nothing => false,
        }
    }
}

/// Prints what happens, line by line, tells robots, and beats for the service manager.
pub(crate) struct Teller {
    tells: Tells,
    last_look: String,
    heart: Option<Heart>,
    link: Option<Link>,
    /// Installed sets that have to show that the device comes up with them.
    begun: Begun,
}

impl Teller {
    pub(crate) fn new(tells: Tells, link: Option<Link>, begun: Begun) -> Self {
        Self { tells, last_look: String::new(), heart: Heart::of_service(), link, begun }
    }

    pub(crate) fn tell(&mut self, happening: &Happening<'_>) {
        if let Some(link) = &self.link {
            link.tell(happening);
        }
        if let Happening::Step(_) = happening {
            self.begun.came_up();
        }
        match (happening, &mut self.heart) {
            (Happening::Step(now), Some(heart)) => heart.step(*now),
            (Happening::Trouble(what), Some(heart)) => heart.status(what),
            _ => {}
        }
        if !self.tells.wants(happening) {
            return;
        }
        let line = match happening {
            Happening::Step(_) | Happening::Kept(_) => return,
            Happening::Screen(screen) => format!(
                "screen {}: {} | {}",
                screen.scene.name(),
                screen.title,
                screen.body.replace('\n', " ")
            ),
            Happening::Entry(entry) => report::entry(entry),
            Happening::Trouble(what) => format!("note   {what}"),
            Happening::Percept(percept) => report::percept(percept),
        };
        // A camera gives many looks a second: only a change of what is seen is told.
        let is_look = matches!(happening, Happening::Percept(Percept::Face { .. } | Percept::Reading(_)));
        if is_look && line == self.last_look {
            return;
        }
        if is_look {
            self.last_look.clone_from(&line);
        }
        say(line);
    }

    pub(crate) fn end(&self) {
        if let Some(heart) = &self.heart {
            heart.end();
        }
    }
}
