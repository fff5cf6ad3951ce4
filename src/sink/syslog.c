/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syslog.c - an alert on its way to syslog.
 *
 * syslog(3) itself is called by whoever
 * owns the program's voice; a line goes there without its newline.
 */
#include "sink/syslog.h"

void
syslog_alert(syslog_fn send, void *arg, int priority,
    const struct sink_format *format, const struct sink_view *v,
    const struct sink_world *world)
{
	struct buf	 line = { 0 };

	if (format->one_line)
		format->put(&line, v, world);
	else
		lines_put(&line, v, world);
	line.n--;		/* the newline */
	send(arg, priority, buf_cstr(&line));
	buf_fini(&line);
}
