/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts.h - what a record says of itself, for the formats that show steps.
 */
#ifndef SINK_FACTS_H
#define SINK_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bsm/names.h"
#include "bsm/token.h"

/* Everything borrows from the record and the names. */
struct facts {
	bool		 known;		/* false: the record is gone */
	int64_t		 millis;
	uint16_t	 event;
	const char	*event_name;	/* or NULL */
	bool		 failed;
	uint8_t		 error;
	const char	*error_name;	/* or NULL */
	bool		 has_subject;
	uint32_t	 pid, session;
	struct slice	 address;	/* 4 or 16 bytes, or empty */
	bool		 has_path, has_args, has_text;
	struct slice	 path;
	struct strings	 args;
	struct slice	 text;		/* of the last text token */
	size_t		 length;	/* bytes */
};

/* Read them. An empty slice is a record that is gone. */
void	facts_read(struct facts *, const struct names *, struct slice record);

/* 2021-10-14T11:20:59.522Z; seconds since 1970 beyond the year 9999. */
void	facts_time(struct buf *, int64_t millis);

/* 192.0.2.7, 2001:db8::1; nothing for an empty or unspecified address. */
void	facts_address(struct buf *, struct slice address);

/* The name behind a subject; false when nobody has that id. */
bool	facts_subject(const struct accounts *, const char *type, uint32_t id,
	    char *name, size_t n);

#endif
