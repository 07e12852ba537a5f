//! Sync: the real making and sending of reports, a broker that drops, delays and doubles, and a collector.

use crate::Mutation;
use crate::check::{Broken as Fault, Check, Invariant};
use crate::world::{Part, World};
use petri_report::Report;
use petri_runtime::journal::Outgoing;
use petri_sync::{Broken, Error, Patience, Post, Stamp, make, send_by};
use std::sync::Arc;

/// A broker that is there some of the time.
struct Broker(Arc<World>);

impl Broker {
    fn arrive(&self, message: &[u8]) {
        let mut state = self.0.state();
        let on = state.sync_on;
        let mut check = state.checker.arrived(message, on);
        if state.mutation == Some(Mutation::SecondReport)
            && let Ok(mut other) = Report::decode(message)
        {
            other.id = state.dice.bytes();
            let again = other.encode().unwrap_or_default();
            check = check.and_then(|()| state.checker.arrived(&again, on));
        }
        drop(state);
        World::hold(check);
    }
}

impl Post for Broker {
    fn bring(
        &mut self,
        _: &str,
        reports: &[Outgoing],
        taken: &mut dyn FnMut(u16) -> Result<(), Error>,
    ) -> Result<(), Broken> {
        let there = |what: &str| Err(Broken::There(what.to_owned()));
        for report in reports {
            self.0.call();
            let luck = self.0.state().dice.below(10);
            match luck {
                0 => return there("no way to the broker"),
                // It goes out and is lost on the way.
                1 => return there("the broker does not answer"),
                // It arrives, and the answer is lost or late: it will come again.
                2 => {
                    self.arrive(&report.message);
                    return there("the broker does not answer");
                }
                // It arrives twice.
                3 => {
                    self.arrive(&report.message);
                    self.arrive(&report.message);
                }
                _ => self.arrive(&report.message),
            }
            self.0.call();
            taken(report.period).map_err(Broken::Here)?;
            self.0.state().tally.reports += 1;
        }
        Ok(())
    }

    fn wait(&mut self, _: u32) -> Result<(), Error> {
        self.0.call();
        Ok(())
    }
}

/// What the daily timer does: a process of its own, beside the device's, which is killed with it.
pub(crate) fn sync(world: &Arc<World>) -> Check {
    let mut journal = world.open().map_err(|error| fault(&error))?;
    let (today, mut random, dies) = {
        let mut state = world.state();
        let random = state.dice.random().clone();
        let dies = state.dice.hits(100).then(|| 1 + state.dice.below(12));
        (state.day(), random, dies)
    };
    let before = world.state().dies_in;
    world.state().dies_in = dies.or(before);
    let mut new_id = || -> std::io::Result<[u8; 16]> {
        world.call();
        Ok(world.state().dice.bytes())
    };
    let mut stamp = Stamp { today, edition: 0, new_id: &mut new_id, random: &mut random };
    let made = make(&mut journal, &mut stamp);
    let patience = Patience { tries: 3, first_wait_ms: 1_000 };
    let sent = made.and_then(|_| {
        send_by(&mut journal, &mut Broker(Arc::clone(world)), today, false, patience, &mut random)
    });
    world.state().dies_in = before;
    match sent {
        Ok(_) | Err(Error::Off) => {}
        // A full disk takes no report, and no mark on one.
        Err(_) if !world.state().is_well(Part::Disk) => {}
        Err(error) => return Err(fault(&error)),
    }
    if world.state().mutation == Some(Mutation::BudgetForgotten) {
        let forget = "DELETE FROM sync_budget";
        let _ = rusqlite::Connection::open(world.journal()).and_then(|db| db.execute(forget, []));
    }
    let budget = journal.sync_budget().map_err(|error| fault(&error))?;
    let outbox = journal.outbox().map_err(|error| fault(&error))?;
    let mut state = world.state();
    let now_ms = state.now_ms;
    state.digest.add(now_ms, 8, &budget);
    for one in &outbox {
        state.digest.add(now_ms, 9, &(one.period, one.due_day, one.tries, one.sent_day, one.message.len()));
    }
    state.checker.budget(&budget)
}

fn fault(error: &dyn std::error::Error) -> Fault {
    Fault { invariant: Invariant::Budget, what: error.to_string() }
}
