/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.c - the program's own voice: stderr or syslog, with the role's name.
 *
 * A line is put together first and written at once, so that the lines of
 * several processes on one terminal do not mix. This is the only module that
 * keeps state of its own: the voice of a process is one. errno is left as it
 * was found, so that a message can stand before the code that looks at it.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/buf.h"
#include "base/log.h"

static struct {
	enum log_to	 to;
	const char	*role;		/* NULL: none; borrowed */
	bool		 debug;
	void		(*before)(void *arg);	/* or NULL */
	void		*arg;
	/* Takes the lines instead; or NULL. */
	void		(*divert)(void *arg, int level, const char *text);
	void		*divert_arg;
	/* Takes what is for syslog; or NULL. */
	void		(*send)(void *arg, int level, const char *text);
	void		*send_arg;
} voice = { .to = LOG_TO_STDERR };

void
log_open(enum log_to to, const char *role)
{
	voice.to = to;
	voice.role = role;
	if (to != LOG_TO_STDERR)
		openlog("bsmtrace", LOG_PID, LOG_USER);
}

void
log_set_debug(bool on)
{
	voice.debug = on;
}

void
log_before(void (*before)(void *arg), void *arg)
{
	voice.before = before;
	voice.arg = arg;
}

void
log_divert(void (*divert)(void *arg, int level, const char *text), void *arg)
{
	voice.divert = divert;
	voice.divert_arg = arg;
}

static void
to_stderr(struct slice text)
{
	struct buf	 line = { 0 };

	if (voice.before != NULL)
		voice.before(voice.arg);
	buf_str(&line, "bsmtrace");
	if (voice.role != NULL) {
		buf_char(&line, '[');
		buf_str(&line, voice.role);
		buf_char(&line, ']');
	}
	buf_str(&line, ": ");
	buf_slice(&line, text);
	buf_char(&line, '\n');
	/* There is nobody left to tell when standard error fails. */
	(void)fwrite(line.p, 1, line.n, stderr);
	buf_fini(&line);
}

void
log_syslog_by(void (*send)(void *arg, int level, const char *text), void *arg)
{
	voice.send = send;
	voice.send_arg = arg;
}

static void
to_syslog(int level, const char *text)
{
	struct buf	 line = { 0 };

	if (voice.role != NULL)
		buf_printf(&line, "%s: ", voice.role);
	buf_str(&line, text);
	if (voice.send != NULL)
		voice.send(voice.send_arg, level, buf_cstr(&line));
	else
		syslog(level, "%s", buf_cstr(&line));
	buf_fini(&line);
}

static void
put_line(int level, struct buf *text)
{
	if (voice.divert != NULL) {
		voice.divert(voice.divert_arg, level, buf_cstr(text));
		return;
	}
	if (voice.to != LOG_TO_SYSLOG)
		to_stderr(buf_bytes(text));
	if (voice.to != LOG_TO_STDERR)
		to_syslog(level, buf_cstr(text));
}

/* ERR is the errno to tell, or 0. */
static void __attribute__((format(printf, 3, 0)))
say(int level, int err, const char *fmt, va_list ap)
{
	const int	 saved = errno;
	struct buf	 text = { 0 };

	buf_vprintf(&text, fmt, ap);
	if (err != 0) {
		buf_str(&text, ": ");
		buf_str(&text, strerror(err));
	}
	put_line(level, &text);
	buf_fini(&text);
	errno = saved;
}

void
log_line(int level, const char *line)
{
	struct buf	 text = { 0 };

	if (level == LOG_DEBUG && !voice.debug)
		return;
	buf_str(&text, line);
	put_line(level, &text);
	buf_fini(&text);
}

void
log_warn(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	say(LOG_WARNING, 0, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	say(LOG_INFO, 0, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list	ap;

	if (!voice.debug)
		return;
	va_start(ap, fmt);
	say(LOG_DEBUG, 0, fmt, ap);
	va_end(ap);
}

void
log_warn_errno(const char *fmt, ...)
{
	const int	 err = errno;
	va_list		 ap;

	va_start(ap, fmt);
	say(LOG_WARNING, err, fmt, ap);
	va_end(ap);
}
