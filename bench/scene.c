/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scene.c - what the generated trails and the rules of the bench agree on.
 *
 * Low numbers are the files and programs that every system has and uses all
 * the time; the generator draws them most often. The others are spread over a
 * few directories, so that very many share a beginning.
 */
#include "scene.h"

#define COUNT(a)	((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const	files[] = {
	"/etc/passwd", "/etc/pwd.db", "/etc/group", "/lib/libc.so.7",
	"/libexec/ld-elf.so.1", "/var/run/ld-elf.so.hints", "/dev/null",
	"/etc/localtime", "/etc/nsswitch.conf", "/etc/hosts",
	"/etc/resolv.conf", "/dev/tty", "/var/log/messages", "/etc/spwd.db",
	"/etc/ssh/sshd_config", "/etc/login.conf", "/etc/master.passwd"
};
static const char *const	roots[] = {
	"/etc", "/var/log", "/var/db", "/usr/lib", "/usr/local/lib",
	"/usr/local/www/data", "/usr/share", "/home/anna/src",
	"/home/bert/src", "/tmp", "/var/tmp", "/var/spool", "/usr/src/sys",
	"/usr/local/etc", "/var/mail", "/usr/obj"
};
static const char *const	folders[] = {
	"", "/cache", "/include", "/conf.d", "/objects", "/tests", "/2021-10",
	"/releases/stable"
};
static const char *const	programs[] = {
	"/bin/sh", "/bin/ls", "/bin/cat", "/usr/bin/grep", "/bin/date",
	"/usr/local/bin/git", "/bin/rm", "/usr/bin/sed", "/usr/bin/awk",
	"/usr/bin/id", "/bin/ps", "/usr/bin/su", "/usr/sbin/sshd",
	"/sbin/ifconfig", "/usr/bin/make", "/usr/bin/cc"
};
static const char *const	program_roots[] = {
	"/bin", "/usr/bin", "/usr/local/bin", "/sbin", "/usr/sbin",
	"/usr/local/sbin", "/usr/libexec", "/rescue"
};

void
scene_deep(struct buf *b, uint32_t levels)
{
	while (levels-- > 0)
		buf_str(b, "/directory");
}

void
scene_directory(struct buf *b, uint32_t number)
{
	buf_str(b, roots[number % COUNT(roots)]);
	buf_str(b, folders[number / COUNT(roots) % COUNT(folders)]);
	buf_char(b, '/');
}

void
scene_file(struct buf *b, uint32_t number)
{
	if (number < COUNT(files)) {
		buf_str(b, files[number]);
		return;
	}
	scene_directory(b, number);
	buf_str(b, "item");
	buf_dec(b, number);
}

void
scene_program(struct buf *b, uint32_t number)
{
	if (number < COUNT(programs)) {
		buf_str(b, programs[number]);
		return;
	}
	buf_str(b, number % SCENE_STRAY == SCENE_STRAY - 1 ? "/tmp" :
	    program_roots[number % COUNT(program_roots)]);
	buf_str(b, "/tool");
	buf_dec(b, number);
}
