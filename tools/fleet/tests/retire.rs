//! A collector that goes for good, at a real broker.

use petri_fleet::servers::{Mosquitto, Process, until};
use petri_fleet::store::Address;
use petri_report::{CELLS, Cell, Noise, Period, Report, topic};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use rustix::process::Signal;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

fn report(number: u8) -> Vec<u8> {
    let noise = Noise { epsilon_milli: 1000, answers: 240, gain: 48_000, transfer: 96 };
    let cells = vec![Cell::from_values([i32::from(number); 6]); CELLS];
    let report = Report { id: [number; 16], period: Period::new(170), edition: 0, noise, cells };
    report.encode().expect("a report")
}

/// What the broker says of a report that a device sends.
fn send(port: u16, number: u8) -> PubAckReason {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = async {
        let options = MqttOptions::new(format!("device{number}"), "127.0.0.1", port);
        let (client, mut events) = AsyncClient::new(options, 4);
        client
            .try_publish(topic::topic(topic::GROUP), QoS::AtLeastOnce, false, report(number))
            .expect("room");
        loop {
            if let Event::Incoming(Packet::PubAck(answer)) = events.poll().await.expect("the broker is there")
            {
                return answer.reason;
            }
        }
    };
    runtime.block_on(async { tokio::time::timeout(PATIENCE, answer).await.expect("an answer") })
}

fn collector(action: &str, port: u16, store: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_petri-fleet"));
    command.args([action, "--name", "one", "--port", &port.to_string(), "--store"]);
    command.arg(format!("sqlite:{}", store.display()));
    command
}

#[test]
fn a_collector_that_retires_counts_what_waits_for_it_and_then_nothing_is_kept_for_it() {
    let (broker, folder) = (Mosquitto::start().expect("a broker"), tempfile::tempdir().expect("a folder"));
    let store = folder.path().join("fleet.db");
    let counted = || {
        let terms = Address::Sqlite(store.clone()).open().and_then(|mut store| store.terms());
        terms.expect("read").values().map(|sums| sums.reports).sum::<u64>()
    };
    let mut running = Process::start(&mut collector("collect", broker.port, &store)).expect("started");
    // Before it has subscribed the broker says that nobody listens, and the device keeps its report.
    until(PATIENCE, "a subscriber", || Ok(send(broker.port, 1) == PubAckReason::Success)).expect("one");
    until(PATIENCE, "the first report", || Ok(counted() == 1)).expect("it is counted");
    running.end(Signal::TERM).expect("it ends");
    for number in [2, 3, 3] {
        assert_eq!(send(broker.port, number), PubAckReason::Success, "it is kept for the collector");
    }
    assert_eq!(counted(), 1);
    let retired = collector("retire", broker.port, &store).output().expect("it runs");
    let told = String::from_utf8_lossy(&retired.stdout).into_owned();
    assert!(retired.status.success() && told.contains("2 reports counted, 1 came again"), "{retired:?}");
    assert_eq!(counted(), 3);
    assert_eq!(send(broker.port, 4), PubAckReason::NoMatchingSubscribers, "nothing waits for nobody");
}
