//! How the proxy comes into a jail: as a listening socket that the program in it hands over.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    net::{Ipv4Addr, TcpListener as Listener},
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use rustix::{
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
        recvmsg, sendmsg,
    },
    stdio,
};
use tokio::{
    io::Interest,
    net::{TcpListener, UnixStream},
};

/// The port at which the proxy is found in a jail. There it is always free.
pub const PORT: u16 = 3128;

/// Where systems keep the certificates of the web in one file.
const CERTIFICATES: &[&str] = &["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The environment that makes programs in the jail use the proxy, and trust whom this system trusts. Some libraries of
/// Python would bring certificates of their own.
pub fn environment() -> impl Iterator<Item = (&'static str, String)> {
    let proxies = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
    let proxies = proxies.into_iter().map(|name| (name, format!("http://127.0.0.1:{PORT}")));
    let file = CERTIFICATES.iter().find(|path| Path::new(path).exists());
    let names = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];
    proxies.chain(file.into_iter().flat_map(move |file| names.map(|name| (name, (*file).to_owned()))))
}

/// Waits for one byte from the jail, and takes the open file that came with it.
///
/// # Errors
/// `UnexpectedEof` when the other side has closed without a byte, and what else the system says.
pub async fn take_file(channel: &UnixStream) -> io::Result<Option<OwnedFd>> {
    channel.async_io(Interest::READABLE, || receive(channel)).await
}

fn receive(channel: &UnixStream) -> io::Result<Option<OwnedFd>> {
    let mut byte = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut files = RecvAncillaryBuffer::new(&mut space);
    let received = recvmsg(channel, &mut [IoSliceMut::new(&mut byte)], &mut files, RecvFlags::CMSG_CLOEXEC)?;
    if received.bytes == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(files.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut files) => files.next(),
        _ => None,
    }))
}

/// Inside a jail whose program has the channel in the place of its error output: opens the proxy's port, hands it over, and
/// has errors written where output goes.
///
/// # Errors
/// What the system says, such as that there is no channel.
pub fn hand_over() -> io::Result<()> {
    let listener = Listener::bind((Ipv4Addr::LOCALHOST, PORT))?;
    let files = [listener.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut message = SendAncillaryBuffer::new(&mut space);
    message.push(SendAncillaryMessage::ScmRights(&files));
    sendmsg(stdio::stderr(), &[IoSlice::new(&[0])], &mut message, SendFlags::empty())?;
    Ok(stdio::dup2_stderr(stdio::stdout())?)
}

/// The listening socket that [`take_file`] took.
///
/// # Errors
/// What the system says.
pub fn listener(file: OwnedFd) -> io::Result<TcpListener> {
    let listener = Listener::from(file);
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}
