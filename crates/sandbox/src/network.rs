//! The way out of a jail: to hosts that are named, over a proxy for HTTP that runs in this server.
//!
//! A jail has a network of its own with nothing in it but a loopback device. The program in it opens a listening socket
//! there and hands it to the server over a Unix socket. The server answers on it as a proxy: to the program it looks
//! like a proxy at 127.0.0.1. So nothing runs in the jail for it, and there is no other way out.

mod hosts;
#[cfg(target_os = "linux")]
mod meter;
#[cfg(target_os = "linux")]
mod passing;
#[cfg(target_os = "linux")]
mod proxy;

pub use hosts::{Host, Hosts};
#[cfg(target_os = "linux")]
pub use passing::{PORT, environment, hand_over, listener, take_file};
#[cfg(target_os = "linux")]
pub use proxy::Proxy;

/// What may go through a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Bytes, both ways and over all connections together.
    pub bytes: u64,
    /// Connections at one time. More wait for their turn.
    pub connections: usize,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { bytes: 64 << 20, connections: 16 }
    }
}
