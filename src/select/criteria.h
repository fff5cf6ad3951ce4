/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * criteria.h - which records are wanted: the tests of `reduce`.
 *
 * Put together once from what the user wrote, then asked for each record. All
 * criteria must hold. A criterion is about tokens of a kind, and holds when one
 * of them fits; or, if every() was asked for, when there is one and all fit.
 *
 * Time, events, and classes whatever the outcome, are told by the header alone;
 * then a record is not looked into, and nobody learns that it cannot be
 * decoded. Nothing is allocated for a record.
 */
#ifndef SELECT_CRITERIA_H
#define SELECT_CRITERIA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "bsm/frame.h"
#include "bsm/names.h"

enum criterion {
	/* told by the header, and a class also by what came of it */
	CRIT_HEADER, CRIT_FROM, CRIT_UNTIL, CRIT_CLASS, CRIT_EVENT,
	/* ids of subjects and processes */
	CRIT_AUID, CRIT_EUID, CRIT_RUID, CRIT_EGID, CRIT_RGID, CRIT_PID,
	CRIT_SESSION, CRIT_ZONE,
	/* objects */
	CRIT_FILE, CRIT_FILE_OWNER, CRIT_FILE_GROUP,
	CRIT_MSGQ, CRIT_MSGQ_OWNER, CRIT_MSGQ_GROUP,
	CRIT_SEM, CRIT_SEM_OWNER, CRIT_SEM_GROUP,
	CRIT_SHM, CRIT_SHM_OWNER, CRIT_SHM_GROUP,
	CRIT_PROCESS, CRIT_PROCESS_OWNER, CRIT_PROCESS_GROUP,
	CRIT_SOCKET, CRIT_FMRI, CRIT_USER,
	CRIT_WHERE,
	CRITERIA,
	CRIT_NONE = CRITERIA
};

/* Which tokens the ids of -u -e -r -f -g are looked for in. */
enum criteria_ids {
	IDS_SUBJECTS,		/* and nowhere else */
	IDS_PROCESSES,		/* subjects and processes */
	IDS_OWNERS		/* and owners of files, IPC, X objects */
};

struct criteria;
struct program;

/* What is given must outlive it. */
struct criteria	*criteria_new(const struct names *, const struct accounts *);
void		 criteria_free(struct criteria *);	/* NULL is allowed */

void		 criteria_every(struct criteria *, bool);
void		 criteria_invert(struct criteria *, bool);
void		 criteria_ids(struct criteria *, enum criteria_ids);

/*
 * Add a criterion by the text of its option. The last of its kind counts, but
 * of events each is one more that will do. Returns false when the text makes no
 * sense, with what is wrong appended to WHY. Not for times and CRIT_WHERE.
 */
bool		 criteria_add(struct criteria *, enum criterion,
		    const char *text, struct buf *why);

/* An object by its name, "file", "sock"; CRIT_NONE when there is no such. */
enum criterion	 criteria_object(struct slice name);
/* The names, with commas, for messages. */
void		 criteria_objects(struct buf *);

/* A record must have a header; and not lie before or behind that second. */
void		 criteria_header(struct criteria *);
void		 criteria_from(struct criteria *, int64_t seconds);
void		 criteria_until(struct criteria *, int64_t seconds);
/* The period that is asked for, both ends included. */
void		 criteria_period(const struct criteria *, int64_t *from,
		    int64_t *until);

/* The only state of the program's only rule must hold. */
void		 criteria_where(struct criteria *, const struct program *);
bool		 criteria_has_where(const struct criteria *);

/* To be called once all criteria are there, before a record is judged. */
void		 criteria_ready(struct criteria *);

/*
 * The same once more, for another thread, after criteria_ready(); the first,
 * which must not change any more, is to be joined with it in the end: then it
 * knows what the other has learned, and that is gone.
 */
struct criteria	*criteria_share(const struct criteria *);
void		 criteria_join(struct criteria *, struct criteria *other);

/* What went wrong while a record was judged, if anything. */
struct criteria_note {
	int	 status;	/* 0, or BSM_E*: a token was not decoded */
	size_t	 at;		/* where it stands in the record */
	bool	 limit;		/* a pattern was given up at its limit */
};

/* Is the record, or the file token, wanted? */
bool		 criteria_want(struct criteria *, const struct frame_record *,
		    struct criteria_note *);

/*
 * Did a record of a BSD or a Mac, which look alike, have an event that would
 * have been judged otherwise had it been the other system's?
 */
bool		 criteria_unsure(const struct criteria *);

/* Records that are wanted and follow each other without a gap. */
struct criteria_run {
	struct slice	 bytes;
	uint64_t	 records;
	const uint8_t	*last;		/* where the last one begins */
};
typedef void	 (*criteria_run_fn)(void *arg, const struct criteria_run *);

/*
 * The fast way through intact records: judge those at the start of BYTES until
 * one comes that criteria_want() has to look at, and give the wanted ones to
 * RUN. Returns how many bytes were judged.
 */
size_t		 criteria_scan(struct criteria *, struct slice bytes,
		    criteria_run_fn run, void *arg);

#endif
