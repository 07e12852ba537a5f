use super::Address;
use serial2::SerialPort;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A read gives up after this time.
pub const READ_WAIT_MS: u64 = 50;
/// A write that moves nothing for this time has failed.
pub const WRITE_WAIT_MS: u64 = 5_000;
const CONNECT_MS: u64 = 5_000;

/// A stream of bytes to the other side.
pub enum Connection {
    /// Over TCP.
    Tcp(TcpStream),
    /// Over a socket of the file system.
    Unix(UnixStream),
    /// Over a serial line.
    Serial(SerialPort),
}

impl Connection {
    /// Connects to an address, or opens its serial line.
    ///
    /// # Errors
    /// When nobody listens there, or the line is not there.
    pub fn open(address: &Address) -> io::Result<Self> {
        match address {
            Address::Tcp(address) => {
                Self::of_tcp(TcpStream::connect_timeout(address, Duration::from_millis(CONNECT_MS))?)
            }
            Address::Unix(path) => Self::of_unix(UnixStream::connect(path)?),
            Address::Serial { path, baud } => {
                let mut port = SerialPort::open(path, *baud)?;
                port.set_read_timeout(Duration::from_millis(READ_WAIT_MS))?;
                port.set_write_timeout(Duration::from_millis(WRITE_WAIT_MS))?;
                // What was on the line before is no frame of ours; a line that cannot forget it does no harm.
                let _ = port.discard_buffers();
                Ok(Self::Serial(port))
            }
        }
    }

    /// Takes over an accepted TCP stream.
    ///
    /// # Errors
    /// When the system refuses its settings.
    pub fn of_tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_millis(READ_WAIT_MS)))?;
        stream.set_write_timeout(Some(Duration::from_millis(WRITE_WAIT_MS)))?;
        Ok(Self::Tcp(stream))
    }

    /// Takes over an accepted local stream.
    ///
    /// # Errors
    /// When the system refuses its settings.
    pub fn of_unix(stream: UnixStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(Duration::from_millis(READ_WAIT_MS)))?;
        stream.set_write_timeout(Some(Duration::from_millis(WRITE_WAIT_MS)))?;
        Ok(Self::Unix(stream))
    }

    /// A second handle to the same connection.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub fn try_clone(&self) -> io::Result<Self> {
        match self {
            Self::Tcp(stream) => stream.try_clone().map(Self::Tcp),
            Self::Unix(stream) => stream.try_clone().map(Self::Unix),
            Self::Serial(port) => port.try_clone().map(Self::Serial),
        }
    }

    /// Whether bytes can get lost or changed on the way.
    pub fn is_serial(&self) -> bool {
        matches!(self, Self::Serial(_))
    }

    /// Reads what there is; `None` when nothing came for [`READ_WAIT_MS`].
    ///
    /// # Errors
    /// When the other side has gone.
    pub fn read(&mut self, bytes: &mut [u8]) -> io::Result<Option<usize>> {
        let read = match self {
            Self::Tcp(stream) => stream.read(bytes),
            Self::Unix(stream) => stream.read(bytes),
            Self::Serial(port) => port.read(bytes),
        };
        match read {
            Ok(0) => Err(io::Error::new(ErrorKind::UnexpectedEof, "the other side has gone")),
            Ok(count) => Ok(Some(count)),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// When the other side has gone, or takes nothing for [`WRITE_WAIT_MS`].
    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.write_all(bytes),
            Self::Unix(stream) => stream.write_all(bytes),
            Self::Serial(port) => port.write_all(bytes),
        }
    }

    /// Ends it for every handle. A serial line stays: it has no end.
    pub fn shutdown(&self) {
        // It may have ended already.
        let _ = match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Serial(_) => Ok(()),
        };
    }
}
