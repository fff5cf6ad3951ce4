/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - the program's own voice: stderr or syslog, with the role's name.
 *
 * One line for each call, without a newline in the format. The text
 * "bsmtrace: " or "bsmtrace[role]: " is put before it on standard error.
 * Untrusted bytes must be escaped by the caller (buf_escape). This is the only
 * module with state of its own; only run/ and cli/ call it.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_to {
	LOG_TO_STDERR,
	LOG_TO_SYSLOG,			/* a daemon: syslog only */
	LOG_TO_BOTH			/* in the foreground, as bsmtrace 3.1 */
};

/* ROLE may be NULL. Warnings go to syslog as user.warning, as 3.1's do. */
void	log_open(enum log_to, const char *role);
void	log_set_debug(bool);

/*
 * Whoever gathers lines for standard error is called before a message is
 * written there, so that what was to be read first is. NULL: nobody.
 */
void	log_before(void (*)(void *arg), void *arg);

/*
 * From now on lines are not written here but given to somebody else: LEVEL is
 * that of syslog(3), TEXT ends without a newline. NULL: written again.
 */
void	log_divert(void (*)(void *arg, int level, const char *text),
	    void *arg);

/*
 * Somebody else sends what is for syslog, the daemon of which may stand still.
 * NULL: this does.
 */
void	log_syslog_by(void (*)(void *arg, int level, const char *text),
	    void *arg);

/* Say a line that came from elsewhere, of that level. */
void	log_line(int level, const char *text);

void	log_warn(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *, ...) __attribute__((format(printf, 1, 2)));
void	log_debug(const char *, ...) __attribute__((format(printf, 1, 2)));
/* With ": " and strerror(errno) behind it. */
void	log_warn_errno(const char *, ...) __attribute__((format(printf, 1, 2)));

#endif
