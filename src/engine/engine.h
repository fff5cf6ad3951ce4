/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.h - the folder's face: feed a record, take what comes out.
 *
 * An engine runs one program over the records of one or more sources. Each
 * source has its own clock, its own files and its own instances. Live state
 * holds no pointers. Feeding a record allocates nothing once tables have grown.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bsm/names.h"
#include "bsm/record.h"
#include "engine/alert.h"
#include "rule/program.h"

struct engine;

#define ENGINE_INSTANCES_MAX	1000000u	/* default ceiling */
/* What an instance takes that has passed a state and bound nothing, with its
 * place in the tables; and each further state that it passes. */
#define ENGINE_INSTANCE_BYTES	64u
#define ENGINE_STATE_BYTES	16u
/* What a record takes that is counted, in the second edition. */
#define ENGINE_COUNTED_BYTES	112u
#define ENGINE_KEPT_MAX		(64u << 20)	/* bytes of records kept */

struct engine_options {
	uint32_t	 max_instances;	/* 0: ENGINE_INSTANCES_MAX */
	bool		 want_uid;	/* fill in alert.uid */
	bool		 skip_steps;	/* nobody asks for alert.steps */
	uint32_t	 max_open;	/* see partial.h; 0: PARTIAL_OPEN */
	uint32_t	 max_counted;	/* see tally.h; 0: TALLIES_MAX */
	uint32_t	 muster_from;	/* see muster.h; 0: MUSTER_RULES */
};

struct engine_stats {
	uint64_t	 records;
	uint64_t	 partial;	/* decoded only in part */
	uint64_t	 alerts;
	uint64_t	 instances;	/* live now */
	uint64_t	 started, expired, evicted;
	uint64_t	 steps_lost;	/* evidence over a limit */
	uint64_t	 patterns_failed; /* match limit reached */
	uint64_t	 held_back;	/* alerts, by `cooldown` */
	uint64_t	 forgotten;	/* for want of room: values of `new`,
					 * processes, their images, times of
					 * alerts for `cooldown` */
};

/* PROGRAM and NAMES must outlive the engine. */
struct engine	*engine_new(const struct program *, const struct names *,
		    const struct engine_options *, const struct alert_out *);
void		 engine_free(struct engine *);		/* NULL is allowed */

/*
 * A new source of records. LIVE: its records cannot be read again, so those
 * that take part in something are kept, at most ENGINE_KEPT_MAX bytes in all.
 * Returns its number, from 0.
 */
uint32_t	 engine_source(struct engine *, bool live);

/* The host whose records these are, copied; without it none is known. */
void		 engine_source_host(struct engine *, uint32_t source,
		    struct slice host);

/*
 * No record came, but time has passed up to MILLIS since 1970: what was absent
 * until then is told. For live sources on which nothing waits to be read.
 */
void		 engine_pass(struct engine *, uint32_t source, int64_t millis);

/*
 * Run a record through all rules. What it raises is told before this returns.
 * RECORD needs record_head() alone: the engine indexes it when a rule asks.
 */
void		 engine_feed(struct engine *, uint32_t source,
		    struct record *);

/* The same with N of them, in this order; much faster than one by one. */
void		 engine_feed_many(struct engine *, uint32_t source,
		    struct record *, size_t n);

/*
 * The same with as many whole records as stand at the front of BYTES, OFFSET
 * being where these are in the source: up to one that frame_intact() does not
 * know, or whose header does not fit. This is the fastest way, since of records
 * that concern nobody only the header is read.
 */
struct engine_fed {
	size_t		 bytes;		/* of the records that were taken */
	uint64_t	 records;
	uint8_t		 version;	/* of the last one's header */
};
struct engine_fed engine_feed_bytes(struct engine *, uint32_t source,
		    struct slice bytes, uint64_t offset);

/*
 * Fill in the bytes and the true offset of a step from a live source, whose
 * offset only says where the record is kept. Both stay empty when it is gone.
 */
void		 engine_kept(const struct engine *, struct alert_step *);

/*
 * Numbers of audit events that no table has, met while a rule asked for
 * classes: told once each. NULL: not told.
 */
void		 engine_on_unknown(struct engine *,
		    void (*)(void *arg, uint16_t event), void *arg);

/*
 * Note in this, which must outlive the engine, where the time goes. It is begun
 * anew with each batch, and is to be ended by whoever feeds.
 */
struct profile;
void		 engine_profile(struct engine *, struct profile *);

/* What may need memory that can be executed is ready: see patterns_ready(). */
void		 engine_ready(struct engine *, bool jit);

/* Count the records of each event in this, which must outlive the engine. */
struct census;
void		 engine_census(struct engine *, struct census *);

void		 engine_stats(const struct engine *, struct engine_stats *);

/*
 * The time of the newest record of any source, in seconds since 1970, whatever
 * came behind it. False: none was read.
 */
bool		 engine_newest(const struct engine *, int64_t *seconds);

/* Instances of a rule that are live (not over age) now; a scan of all. */
uint64_t	 engine_waiting(const struct engine *, uint32_t source);

#endif
