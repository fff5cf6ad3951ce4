/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox_linux.c - seccomp and Landlock.
 *
 * seccomp (through libseccomp, seccomp(2)) names the system calls that are
 * left: a list of what each role needs, everything else fails with EPERM, since
 * libraries try things and live without them. Only what has no innocent use,
 * to run another program or to reach into one, ends the process, so that its
 * parent hears of it.
 *
 * Landlock (landlock(7)) says which files: none for the worker, who could open
 * none anyway, and those below its directories for the courier. A kernel
 * without it, or with an older one, leaves that to the permissions of files.
 */
#include "run/sandbox.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

/* System calls. */

/* Work on what is there: memory, time, threads, open descriptors. */
static const int	anybody[] = {
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv),
	SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(close), SCMP_SYS(close_range),
	SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(dup), SCMP_SYS(dup3),
	SCMP_SYS(fadvise64), SCMP_SYS(readahead), SCMP_SYS(ftruncate),
	SCMP_SYS(ftruncate64),
	SCMP_SYS(recvmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendmsg),
	SCMP_SYS(sendto), SCMP_SYS(shutdown), SCMP_SYS(getsockopt),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(eventfd2),
	SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(alarm), SCMP_SYS(setitimer),
	SCMP_SYS(setpriority),
	SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrusage),
	SCMP_SYS(getrandom), SCMP_SYS(sysinfo), SCMP_SYS(uname),
	SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(fork), SCMP_SYS(wait4),
	SCMP_SYS(waitid), SCMP_SYS(exit), SCMP_SYS(exit_group),
	SCMP_SYS(futex), SCMP_SYS(futex_time64), SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address), SCMP_SYS(rseq), SCMP_SYS(membarrier),
	SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(tgkill),
};

/* Files and the log: where, Landlock says. */
static const int	courier_too[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(stat64), SCMP_SYS(lstat64), SCMP_SYS(newfstatat),
	SCMP_SYS(fstatat64), SCMP_SYS(statx), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
	SCMP_SYS(renameat2), SCMP_SYS(fallocate), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock), SCMP_SYS(fchmod), SCMP_SYS(umask),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs),
	SCMP_SYS(connect), SCMP_SYS(accept4), SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername),
};

/* Whoever calls these is not this program any more. */
static const int	never[] = {
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(bpf),
	SCMP_SYS(kexec_load), SCMP_SYS(mount), SCMP_SYS(setuid),
	SCMP_SYS(setresuid), SCMP_SYS(unshare), SCMP_SYS(setns),
};

#define COUNT(list)	(sizeof(list) / sizeof((list)[0]))

/* A call that this machine does not have is no mistake. */
static bool
add(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const int	 error = seccomp_rule_add(filter, action,
		    calls[i], 0);

		if (error != 0 && error != -EDOM && error != -EINVAL)
			return false;
	}
	return true;
}

/* Memory, but none that can be run. */
static bool
add_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp	 no_code = SCMP_A2(SCMP_CMP_MASKED_EQ,
	    PROT_EXEC, 0);

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    no_code) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	    no_code) == 0;
}

static bool
add_fcntl(scmp_filter_ctx filter, int command)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
	    SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)command, 0)) == 0;
}

/*
 * What a descriptor is: newer libraries ask by these calls. Of a path they tell
 * as much; but the caller has to say that there is none, and to learn of a
 * file's size is not to read it.
 */
static bool
add_stat(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
	    1, SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH)) ==
	    0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(statx), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH)) == 0;
}

/* Flags of a descriptor, and what it is duplicated to. */
static bool
add_flags(scmp_filter_ctx filter)
{
	return add_fcntl(filter, F_GETFL) && add_fcntl(filter, F_SETFL) &&
	    add_fcntl(filter, F_GETFD) && add_fcntl(filter, F_SETFD) &&
	    add_fcntl(filter, F_DUPFD_CLOEXEC);
}

/* Files, locks on them, and sockets to the log of this machine only. */
static bool
add_files(scmp_filter_ctx filter)
{
	return add(filter, SCMP_ACT_ALLOW, courier_too, COUNT(courier_too)) &&
	    add_fcntl(filter, F_SETLK) && add_fcntl(filter, F_SETLKW) &&
	    add_fcntl(filter, F_GETLK) &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) == 0;
}

static bool
limit_calls(enum sandbox_role role)
{
	scmp_filter_ctx	 filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool		 good;

	if (filter == NULL)
		return false;
	good = add(filter, SCMP_ACT_ALLOW, anybody, COUNT(anybody)) &&
	    add_memory(filter) && add_flags(filter) && add_stat(filter) &&
	    add(filter, SCMP_ACT_KILL_PROCESS, never, COUNT(never)) &&
	    (role == SANDBOX_WORKER || add_files(filter)) &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}

/* Files. */

#define FILES_READ	(LANDLOCK_ACCESS_FS_READ_FILE |			\
			    LANDLOCK_ACCESS_FS_READ_DIR)
#define FILES_WRITE	(LANDLOCK_ACCESS_FS_WRITE_FILE |		\
			    LANDLOCK_ACCESS_FS_REMOVE_FILE |		\
			    LANDLOCK_ACCESS_FS_REMOVE_DIR |		\
			    LANDLOCK_ACCESS_FS_MAKE_REG |		\
			    LANDLOCK_ACCESS_FS_MAKE_DIR)
#define FILES_NEVER	(LANDLOCK_ACCESS_FS_EXECUTE |			\
			    LANDLOCK_ACCESS_FS_MAKE_CHAR |		\
			    LANDLOCK_ACCESS_FS_MAKE_SOCK |		\
			    LANDLOCK_ACCESS_FS_MAKE_FIFO |		\
			    LANDLOCK_ACCESS_FS_MAKE_BLOCK |		\
			    LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Below this directory files may be read and written. */
static bool
allow_below(int rules, const char *dir)
{
	struct landlock_path_beneath_attr	 below = {
		.allowed_access = FILES_READ | FILES_WRITE
	};
	long					 status;

	below.parent_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (below.parent_fd == -1)
		return errno == ENOENT;
	status = syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	(void)close(below.parent_fd);
	return status == 0;
}

/* The first version of Landlock is enough: what came later is not opened. */
static bool
limit_files(const char *const *dirs, size_t n)
{
	const struct landlock_ruleset_attr	 all = {
		.handled_access_fs = FILES_READ | FILES_WRITE | FILES_NEVER
	};
	const int	 rules = (int)syscall(SYS_landlock_create_ruleset,
	    &all, sizeof(all), 0);
	bool		 good = true;

	if (rules == -1)
		return false;
	for (size_t i = 0; i < n; i++)
		good &= allow_below(rules, dirs[i]);
	good = syscall(SYS_landlock_restrict_self, rules, 0) == 0 && good;
	(void)close(rules);
	return good;
}

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

/* Both. */

const char *
sandbox_enter(enum sandbox_role role, const char *const *dirs, size_t ndirs)
{
	const bool	 files = has_landlock();
	bool		 limited;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return "privileges cannot be given up";
	limited = !files || limit_files(dirs,
	    role == SANDBOX_WORKER ? 0 : ndirs);
	if (!limit_calls(role))
		return "system calls cannot be limited";
	if (!limited)
		return "files cannot be limited";
	return files ? NULL : "this kernel has no Landlock, which would limit "
	    "files";
}

const char *
sandbox_kind(void)
{
	return has_landlock() ? "seccomp, Landlock" : "seccomp";
}
