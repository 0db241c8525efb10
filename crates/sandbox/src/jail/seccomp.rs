//! The filter of system calls: what no program in a jail needs, and what has been the way out of one before.
//!
//! What is filtered answers `ENOSYS`, as a kernel without that call would. Programs know how to live with that: the C
//! library then makes threads with `clone`, whose flags a filter can see, instead of `clone3`, whose flags it cannot.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, sock_filter,
};

/// Calls that are refused whatever their arguments.
const REFUSED: &[c_long] = &[
    // Namespaces, mounts and other roots.
    libc::SYS_chroot,
    libc::SYS_clone3,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_pivot_root,
    libc::SYS_setns,
    libc::SYS_umount2,
    libc::SYS_unshare,
    // Other processes.
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_madvise,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    // Parts of the kernel with a history, or that would go around this filter.
    libc::SYS_bpf,
    libc::SYS_fanotify_init,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    // Keys are kept per user and not per namespace.
    libc::SYS_add_key,
    libc::SYS_keyctl,
    libc::SYS_request_key,
    // Memory that belongs to no process, so that no limit counts it.
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_shmat,
    libc::SYS_shmget,
    // The machine.
    libc::SYS_acct,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_finit_module,
    libc::SYS_init_module,
    libc::SYS_kexec_file_load,
    libc::SYS_kexec_load,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_reboot,
    libc::SYS_sched_setaffinity,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// The kinds of sockets that may be made. Others reach past the network namespace (the host of a virtual machine) or
/// into parts of the kernel that nobody here needs.
const SOCKETS: &[i32] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// `TIOCSTI` and `TIOCLINUX`: input that a terminal would take as typed by its user.
const IOCTLS: &[u64] = &[0x5412, 0x541C];

/// On x86_64 the same calls are there a second time under numbers with this bit.
const X32: u32 = 0x4000_0000;

/// The filter as `bwrap --seccomp` reads it.
///
/// # Errors
/// Text for the operator when this processor has no filter.
pub(super) fn program() -> Result<Vec<u8>, String> {
    let filter = filter().map_err(|error| format!("the filter of system calls cannot be made: {error}"))?;
    Ok(without_x32().iter().chain(&filter).flat_map(bytes).collect())
}

fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    use SeccompCmpArgLen::{Dword, Qword};
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();

    // A rule holds when all its conditions hold, a call is refused when one of its rules holds.
    let is = |argument, length, operation, value| SeccompCondition::new(argument, length, operation, value);
    let namespaces = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
    ];
    for flag in namespaces {
        let flag = u64::from(flag.cast_unsigned());
        let rule = SeccompRule::new(vec![is(0, Qword, SeccompCmpOp::MaskedEq(flag), flag)?])?;
        rules.entry(libc::SYS_clone).or_default().push(rule);
    }
    let others = SOCKETS.iter().map(|family| is(0, Dword, SeccompCmpOp::Ne, family.cast_unsigned().into()));
    let netlink = libc::AF_NETLINK.cast_unsigned().into();
    let sockets = vec![
        SeccompRule::new(others.collect::<Result<_, _>>()?)?,
        // Of netlink only what tells of addresses and routes.
        SeccompRule::new(vec![
            is(0, Dword, SeccompCmpOp::Eq, netlink)?,
            is(2, Dword, SeccompCmpOp::Ne, libc::NETLINK_ROUTE.cast_unsigned().into())?,
        ])?,
    ];
    rules.insert(libc::SYS_socket, sockets);
    for request in IOCTLS {
        let rule = SeccompRule::new(vec![is(1, Dword, SeccompCmpOp::Eq, *request)?])?;
        rules.entry(libc::SYS_ioctl).or_default().push(rule);
    }
    // Linux's own personality may be set, and asked for.
    let personality = vec![is(0, Dword, SeccompCmpOp::Ne, 0)?, is(0, Dword, SeccompCmpOp::Ne, 0xffff_ffff)?];
    rules.insert(libc::SYS_personality, vec![SeccompRule::new(personality)?]);

    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, SeccompAction::Allow, refusal(), arch)?.try_into()
}

fn refusal() -> SeccompAction {
    SeccompAction::Errno(libc::ENOSYS.cast_unsigned())
}

/// The instructions that refuse every x32 call. They stand before the rest, which looks at plain numbers only.
fn without_x32() -> [sock_filter; 3] {
    let instruction = |code: u32, jt, jf, k| sock_filter { code: code as u16, jt, jf, k };
    [
        // The call's number is the first word of what a filter is given.
        instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        // Numbers below the bit go on after the next instruction.
        instruction(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, X32),
        instruction(libc::BPF_RET | libc::BPF_K, 0, 0, refusal().into()),
    ]
}

/// An instruction as the kernel reads it.
fn bytes(instruction: &sock_filter) -> [u8; 8] {
    let mut all = [0; 8];
    all[..2].copy_from_slice(&instruction.code.to_ne_bytes());
    all[2] = instruction.jt;
    all[3] = instruction.jf;
    all[4..].copy_from_slice(&instruction.k.to_ne_bytes());
    all
}
