//! How a program is confined: by bubblewrap, in namespaces of its own, as nobody, with hard limits and a filter of
//! system calls. This layer knows nothing of what the program is for.
//!
//! In a jail there are the system's programs and libraries, read-only, two small disks in memory, what the caller lets
//! be read, and further disks where the caller wants them. There is no network but a loopback device, no other process,
//! no privilege and no way to get one. Nothing is inherited but the caller's own environment and files. A program may
//! have a [terminal](Jail::terminal) of its own.
//!
//! What the kernel tells of the machine as a whole (`/proc/meminfo`, `/proc/cpuinfo`) can be read. Each process is limited
//! by the kernel, all of them together by looking now and then, so for a moment a jail can use more. Linux before 5.14
//! counts processes by user and not by jail. bubblewrap leaves its last process to the system's init to be buried: a
//! container in which this server is the first process needs one (`docker run --init`).

mod limits;

#[cfg(target_os = "linux")]
mod bubblewrap;
#[cfg(target_os = "linux")]
mod seccomp;
#[cfg(target_os = "linux")]
mod spawn;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod watch;

#[cfg(target_os = "linux")]
pub(crate) use bubblewrap::find_program;
#[cfg(target_os = "linux")]
pub use bubblewrap::{Confinement, Disk, Jail, JailCommand, Person};
pub use limits::Limits;
#[cfg(target_os = "linux")]
pub use spawn::{End, Jailed};
#[cfg(target_os = "linux")]
pub use terminal::{Size, Terminal};
#[cfg(target_os = "linux")]
pub use watch::Excess;
