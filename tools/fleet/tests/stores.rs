//! The same promises on both stores, with a real PostgreSQL server.

use petri_fleet::servers::Postgres;
use petri_fleet::store::{Address, Kept, Store};
use petri_fleet::sums::{FIRST_TERM, Sums, UNDATED, place};
use petri_report::{CELLS, Cell, Noise, Period, Report, variance};
use std::str::FromStr;

const NOISE: Noise = Noise { epsilon_milli: 1000, answers: 240, gain: 48_000, transfer: 100 };

/// A report that differs from all others by its number.
fn report(number: u32, term: u16, edition: u8) -> Report {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    let cell = |at: usize| {
        let at = at as i32;
        Cell::from_values([number as i32 + at, -at, 7 * at, 1, -(number as i32), 3])
    };
    Report { id, period: Period::new(term), edition, noise: NOISE, cells: (0..CELLS).map(cell).collect() }
}

fn sums(reports: &[Report]) -> Sums {
    let mut sums = Sums::default();
    for report in reports {
        sums.add(report);
    }
    sums
}

/// Both stores, with nothing in them, and the server, which ends with its test.
fn stores(folder: &tempfile::TempDir) -> ([Address; 2], Postgres) {
    let server = Postgres::start().expect("a PostgreSQL server");
    let database = server.database("fleet").expect("a database");
    let file = format!("sqlite:{}", folder.path().join("fleet.db").display());
    ([file, database].map(|text| Address::from_str(&text).expect("an address")), server)
}

fn open(address: &Address) -> Box<dyn Store> {
    address.open().expect("a store")
}

#[test]
fn each_report_counts_once_however_often_and_in_whatever_batch_it_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (addresses, _server) = stores(&folder);
    for address in addresses {
        let mut store = open(&address);
        let all: Vec<Report> = (0..10).map(|number| report(number, 170, 0)).collect();
        assert_eq!(store.keep(&all[..6]).expect("kept"), Kept { new: 6, again: 0 });
        assert_eq!(store.keep(&all[..6]).expect("kept"), Kept { new: 0, again: 6 });
        let twice = [&all[4..], &all[4..]].concat();
        assert_eq!(store.keep(&twice).expect("kept"), Kept { new: 4, again: 8 });
        assert_eq!(store.keep(&[]).expect("kept"), Kept { new: 0, again: 0 });
        drop(store);
        let terms = open(&address).terms().expect("sums");
        assert_eq!(terms.len(), 1);
        let (found, expected) = (&terms[&(170, 0)], sums(&all));
        assert_eq!((found.reports, &found.cells), (10, &expected.cells));
        for (found, scale) in found.variances.iter().zip([240, 48_000, 100]) {
            assert!((found / (10.0 * variance(scale)) - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn terms_and_editions_are_added_up_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (addresses, _server) = stores(&folder);
    for address in addresses {
        let mut store = open(&address);
        let batch = [report(1, 170, 0), report(2, 170, 1), report(3, 171, 0), report(4, 170, 0)];
        store.keep(&batch).expect("kept");
        let terms = store.terms().expect("sums");
        assert_eq!(terms.keys().copied().collect::<Vec<_>>(), [(170, 0), (170, 1), (171, 0)]);
        assert_eq!(terms[&(170, 0)].cells, sums(&[batch[0].clone(), batch[3].clone()]).cells);
    }
}

#[test]
fn collectors_that_keep_the_same_reports_at_the_same_time_count_each_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (addresses, _server) = stores(&folder);
    for address in addresses {
        let all: Vec<Report> = (0..200).map(|number| report(number, 170 + (number % 3) as u16, 0)).collect();
        let kept: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|worker| {
                    let (address, mut mine) = (&address, all.clone());
                    // Each goes through them in an order of its own.
                    mine.rotate_left(worker * 37);
                    scope.spawn(move || {
                        let mut store = open(address);
                        mine.chunks(20).map(|batch| store.keep(batch).expect("kept").new).sum::<usize>()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("it went through")).sum()
        });
        assert_eq!(kept, all.len());
        let terms = open(&address).terms().expect("sums");
        assert_eq!(terms.values().map(|sums| sums.reports).sum::<u64>(), 200);
        let of_term: Vec<Report> =
            all.iter().filter(|report| report.period.number() == 171).cloned().collect();
        assert_eq!(terms[&(171, 0)].cells, sums(&of_term).cells);
    }
}

#[test]
fn reports_of_a_wrong_clock_are_counted_without_a_term() {
    let today = Period::new(170);
    for (told, expected) in [
        (FIRST_TERM.number(), FIRST_TERM),
        (170, today),
        (171, Period::new(171)),
        (172, UNDATED),
        (FIRST_TERM.number() - 1, UNDATED),
        (u16::MAX, UNDATED),
    ] {
        let mut report = report(1, told, 0);
        place(&mut report, today);
        assert_eq!(report.period, expected, "{told}");
    }
}
