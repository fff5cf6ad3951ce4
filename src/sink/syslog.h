/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syslog.h - an alert on its way to syslog.
 */
#ifndef SINK_SYSLOG_H
#define SINK_SYSLOG_H

#include "sink/format.h"

/* Hands a line without newline to syslog(3). */
typedef void (*syslog_fn)(void *arg, int priority, const char *line);

/* Send the alert: in FORMAT if it fits a line, else as the classic line. */
void	syslog_alert(syslog_fn, void *arg, int priority,
	    const struct sink_format *, const struct sink_view *,
	    const struct sink_world *);

#endif
