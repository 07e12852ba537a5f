//! Models that other cores load while this one still loads those before them.

use super::{Engine, Model};
use crate::Error;
use petri_models::Id;
use std::cmp::Reverse;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Whatever a processor has, no more threads load at a time: each needs memory of its own meanwhile.
const THREADS_MAX: usize = 4;

/// A place for each model, the largest file first. Whoever is first loads it; who comes later loads another one
/// meanwhile.
pub(crate) struct Ahead(Vec<Place>);

struct Place {
    id: Id,
    claimed: AtomicBool,
    model: OnceLock<Mutex<Option<Result<Model, Error>>>>,
}

impl Place {
    /// Whether this caller is the one to load it.
    fn claim(&self) -> bool {
        !self.claimed.swap(true, Ordering::Relaxed)
    }

    fn fill(&self, engine: Engine<'_>) -> &Mutex<Option<Result<Model, Error>>> {
        self.model.get_or_init(|| Mutex::new(Some(Model::load_here(engine, self.id))))
    }
}

impl Ahead {
    /// Does `work`, which loads models in an order of its own, while the other cores load the largest first. An
    /// accelerator is one for all, so its models are not loaded ahead.
    pub(crate) fn during<T>(engine: Engine<'_>, work: impl FnOnce(Engine<'_>) -> T) -> T {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX));
        if threads == 1 || engine.is_accelerated() {
            return work(engine);
        }
        let mut ids = Id::ALL.to_vec();
        ids.retain(|id| !engine.reader().spares(*id));
        ids.sort_by_key(|id| Reverse(petri_models::get(*id).bytes));
        let place = |id: Id| Place { id, claimed: AtomicBool::new(false), model: OnceLock::new() };
        let ahead = Self(ids.into_iter().map(place).collect());
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|| while ahead.load_one(engine) {});
            }
            work(engine.with(&ahead))
        })
    }

    /// Loads a model that nobody has begun to load. Whether there was one.
    fn load_one(&self, engine: Engine<'_>) -> bool {
        let place = self.0.iter().find(|place| place.claim());
        place.map(|place| place.fill(engine)).is_some()
    }

    /// The model, once.
    pub(super) fn take(&self, engine: Engine<'_>, id: Id) -> Option<Result<Model, Error>> {
        let place = self.0.iter().find(|place| place.id == id)?;
        let begun = !place.claim();
        while begun && place.model.get().is_none() && self.load_one(engine) {}
        place.fill(engine).lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Reader;
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
    fn a_model_that_a_session_does_not_use_is_not_loaded_ahead() {
        let store = Store::new("/nowhere");
        for (reader, other) in [(Reader::Large, Reader::Small), (Reader::Small, Reader::Large)] {
            Ahead::during(Engine::from(&store).reading(reader), |engine| {
                let Some(ahead) = engine.ahead() else { return };
                assert!(ahead.0.iter().any(|place| place.id == reader.id()));
                assert!(ahead.0.iter().all(|place| place.id != other.id()));
            });
        }
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
