/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tidings.h - what comes out of reading a source, to be told later and in its
 * turn: copied by the thread that reads, and played by the one that speaks.
 */
#ifndef RUN_TIDINGS_H
#define RUN_TIDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "engine/alert.h"
#include "engine/engine.h"
#include "run/batch.h"
#include "sink/format.h"

enum tiding_kind {
	TIDING_MATCHED,		/* a record, for -b */
	TIDING_ALERT,
	TIDING_TRIGGER,
	TIDING_UNKNOWN,		/* an event that no table has */
	TIDING_NOTE,		/* something is wrong with a trail */
	TIDING_MARK,		/* so far it was read */
	TIDING_END		/* the stream has ended */
};

/* Of a stream: records, version of the last one. Of all: the rest. */
struct tiding_mark {
	uint64_t		 records;
	uint8_t			 version;
	uint64_t		 bytes;
	struct engine_stats	 engine;
	bool			 counted;	/* then: */
	uint64_t		 waiting;	/* sequences of the stream */
};

/* All that it leads to is borrowed. */
struct tiding {
	enum tiding_kind	 kind;
	size_t			 stream;	/* of those read together */
	union {
		struct slice			 record;
		struct {
			const struct sink_view	*view;
			size_t			 gone;	/* records */
		} alert;
		struct {
			const struct alert_trigger *trigger;
			const char		*host;	/* or NULL */
		} trigger;
		uint16_t			 event;
		const struct batch_note		*note;
		struct tiding_mark		 mark;
		const char			*why;	/* or NULL */
	};
};

/* Zeroed memory is an empty one. */
struct tidings {
	struct tiding	*v;
	size_t		 n, cap;
	struct arena	*arena;		/* what they lead to */
	size_t		 bytes;		/* about as much is held */
};

void	tidings_fini(struct tidings *);
void	tidings_clear(struct tidings *);

/*
 * Take a copy, of all but what the rules say: that is borrowed. A mark takes
 * the place of one right before it, of the same stream.
 */
void	tidings_put(struct tidings *, const struct tiding *);

#endif
