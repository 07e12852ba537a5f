//! Models that other cores load while this one still loads those before them.

use super::{Engine, Model};
use crate::Error;
use petri_models::Id;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Whatever a processor has, no more threads load at a time: each needs memory of its own meanwhile.
const THREADS_MAX: usize = 4;

/// A place for each model. Whoever is first loads it; who comes later waits for that.
pub(crate) struct Ahead(Vec<Place>);

struct Place {
    id: Id,
    claimed: AtomicBool,
    model: OnceLock<Mutex<Option<Result<Model, Error>>>>,
}

impl Place {
    fn taken(&self, load: impl FnOnce() -> Result<Model, Error>) -> Option<Result<Model, Error>> {
        let model = self.model.get_or_init(|| {
            self.claimed.store(true, Ordering::Relaxed);
            Mutex::new(Some(load()))
        });
        model.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn fill(&self, load: impl FnOnce() -> Result<Model, Error>) {
        if !self.claimed.swap(true, Ordering::Relaxed) {
            self.model.get_or_init(|| Mutex::new(Some(load())));
        }
    }
}

impl Ahead {
    /// Does `work`, which loads models in an order of its own, while the other cores load those in the order of
    /// [`Id::ALL`]. An accelerator is one for all, so its models are not loaded ahead.
    pub(crate) fn during<T>(engine: Engine<'_>, work: impl FnOnce(Engine<'_>) -> T) -> T {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX));
        if threads == 1 || engine.is_accelerated() {
            return work(engine);
        }
        let place = |id: &Id| Place { id: *id, claimed: AtomicBool::new(false), model: OnceLock::new() };
        let ahead = Self(Id::ALL.iter().map(place).collect());
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| {
                    for place in &ahead.0 {
                        place.fill(|| Model::load(engine, place.id));
                    }
                });
            }
            work(engine.with(&ahead))
        })
    }

    /// The model, once; `load` is how this core loads it when no other has begun.
    pub(super) fn take(
        &self,
        id: Id,
        load: impl FnOnce() -> Result<Model, Error>,
    ) -> Option<Result<Model, Error>> {
        self.0.iter().find(|place| place.id == id)?.taken(load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petri_models::Store;

    #[test]
    fn a_model_that_is_missing_is_missed_on_any_core() {
        let store = Store::new("/nowhere");
        Ahead::during((&store).into(), |engine| {
            for id in Id::ALL {
                assert!(matches!(Model::load(engine, *id), Err(Error::Model(_))), "{}", id.folder());
            }
        });
    }

    #[test]
    fn every_model_is_loaded_as_often_as_it_is_asked_for() {
        let store = Store::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../models"));
        Ahead::during((&store).into(), |engine| {
            for id in [Id::VoiceActivity, Id::TextSigns, Id::VoiceActivity] {
                let model = Model::load(engine, id).expect("the model");
                assert_eq!(model.manifest().id, id.folder());
            }
        });
    }
}
