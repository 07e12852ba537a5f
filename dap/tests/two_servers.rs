//! Two servers add reports up without seeing one.

use petri_dap::{KEY_BYTES, SERVERS, Server, Shares, shard, unshard};
use petri_report::{CELLS, Cell, Noise, Period, Report, VALUE_MAX};

/// A report with numbers of both signs and at the limits.
fn report(number: u8) -> Report {
    let value = |cell: usize, place: usize| match (cell + place + usize::from(number)) % 9 {
        0 => VALUE_MAX,
        1 => -VALUE_MAX,
        rest => (cell as i32 * 31 - 1_500) * (rest as i32 - 4) + i32::from(number),
    };
    let cells = (0..CELLS).map(|cell| Cell::from_values([0, 1, 2, 3, 4, 5].map(|place| value(cell, place))));
    Report {
        id: [number; 16],
        period: Period::new(170),
        edition: 0,
        noise: Noise { epsilon_milli: 1_000, answers: 240, gain: 48_000, transfer: 96 },
        cells: cells.collect(),
    }
}

fn servers() -> [Server; SERVERS] {
    let key = [42; KEY_BYTES];
    [Server::new(0, key), Server::new(1, key)]
}

/// One report through both servers, as they would do it over a network: only bytes go from one to the other.
fn count(servers: &mut [Server; SERVERS], shares: &Shares) -> Result<(), petri_dap::Error> {
    let [first, second] = servers;
    let (one, word) = first.take(shares.id, &shares.public, &shares.inputs[0])?;
    let (two, other) = second.take(shares.id, &shares.public, &shares.inputs[1])?;
    let words = [word, other];
    first.hear(one, &words)?;
    second.hear(two, &words)
}

fn total(servers: [Server; SERVERS]) -> Vec<[i64; 6]> {
    let [first, second] = servers;
    unshard([first.total().expect("a share"), second.total().expect("a share")]).expect("a sum")
}

#[test]
fn what_two_servers_add_up_is_the_sum_of_the_reports() {
    const DEVICES: u8 = 3;
    let mut servers = servers();
    let mut expected = vec![[0i64; 6]; CELLS];
    for number in 0..DEVICES {
        let report = report(number);
        for (sums, cell) in expected.iter_mut().zip(&report.cells) {
            for (sum, value) in sums.iter_mut().zip(cell.values()) {
                *sum += i64::from(value);
            }
        }
        count(&mut servers, &shard(&report).expect("shares")).expect("counted");
    }
    assert_eq!(total(servers), expected);
}

#[test]
fn a_share_that_was_tampered_with_counts_nowhere() {
    let mut servers = servers();
    count(&mut servers, &shard(&report(1)).expect("shares")).expect("counted");
    // In the middle of the leader's share lie the numbers themselves.
    let mut shares = shard(&report(2)).expect("shares");
    let middle = shares.inputs[0].len() / 2;
    shares.inputs[0][middle] ^= 1;
    let told = count(&mut servers, &shares).expect_err("noticed").to_string();
    assert!(told.contains("drop the report"), "{told}");
    // A share of another report, and a report that was here before.
    let (two, three) = (shard(&report(2)).expect("shares"), shard(&report(3)).expect("shares"));
    let mixed = Shares { inputs: [two.inputs[0].clone(), three.inputs[1].clone()], ..two };
    count(&mut servers, &mixed).expect_err("noticed");
    let again = shard(&report(1)).expect("shares");
    count(&mut servers, &again).expect_err("counted before");
    let expected: Vec<[i64; 6]> = report(1).cells.iter().map(|cell| cell.values().map(i64::from)).collect();
    assert_eq!(total(servers), expected);
}

#[test]
fn the_share_of_one_server_is_new_each_time() {
    let (one, again) = (shard(&report(5)).expect("shares"), shard(&report(5)).expect("shares"));
    for (a, b) in one.inputs.iter().zip(&again.inputs) {
        let same = a.iter().zip(b).filter(|(a, b)| a == b).count();
        // One byte in 256 is the same by chance.
        assert!(same * 20 < a.len().max(400), "{same} of {}", a.len());
    }
}
