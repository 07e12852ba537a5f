//! Who sees the dashboard, over real HTTP.

use petri_fleet::dashboard;
use petri_fleet::store::Address;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

const TOKEN: &str = "a token of enough characters";

fn serve(folder: &tempfile::TempDir) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, store) = (listener.local_addr().expect("an address"), folder.path().join("fleet.db"));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        runtime.expect("a runtime").block_on(dashboard::serve(listener, TOKEN, Address::Sqlite(store)))
    });
    address
}

fn get(address: SocketAddr, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn tables_are_for_whoever_knows_the_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = serve(&folder);
    for path in ["/api/table", "/api/table.csv?emotion=true&age=true"] {
        assert!(get(address, path, TOKEN).starts_with("HTTP/1.1 200"), "{path}");
        for wrong in ["", "another token of enough characters", &TOKEN[1..]] {
            assert!(get(address, path, wrong).starts_with("HTTP/1.1 401"), "{path} with {wrong:?}");
        }
    }
    let page = get(address, "/", "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("default-src 'self'"), "{page}");
    assert!(get(address, "/api/table.csv", TOKEN).contains("term,edition,emotion,channel,age,reports"));
}

#[test]
fn a_short_token_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let served = runtime.block_on(dashboard::serve(listener, "short", Address::Sqlite("/nowhere".into())));
    assert!(served.expect_err("it is too short").to_string().contains("20 characters"));
}
