/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * powercut.h - what was done to the files below a directory, in order.
 *
 * A file in memory that processes share: who is loaded into them (powercut.c)
 * adds an entry for each call, and powerloss.c works out from the entries what
 * a disk may have when the power goes.
 */
#ifndef SYSTEM_POWERCUT_H
#define SYSTEM_POWERCUT_H

#include <stdatomic.h>
#include <stdint.h>

#define POWERCUT_MAP	"POWERCUT_MAP"	/* in the environment: its path */
#define POWERCUT_SIZE	(UINT64_C(1) << 29)	/* bytes; most are never used */
#define POWERCUT_FILES	65536u		/* a power of two */
#define POWERCUT_PATH	4096u

enum powercut_what {
	POWERCUT_MADE,		/* NODE in directory AT, by this name */
	POWERCUT_MADE_DIR,
	POWERCUT_GONE,		/* the name from directory AT */
	POWERCUT_MOVED,		/* NODE from directory AT to TO: two names */
	POWERCUT_WRITTEN,	/* bytes of NODE from AT on */
	POWERCUT_CUT,		/* NODE ends at AT */
	POWERCUT_SYNCED,	/* NODE, a file or a directory */
	POWERCUT_BEGUN		/* all before was there, and is durable */
};

/* Followed by its bytes, up to a multiple of eight. */
struct powercut_entry {
	uint32_t	 what;
	uint32_t	 n;		/* bytes */
	uint64_t	 node, at, to;
	int64_t		 seconds, nanos;	/* since 1970 */
};

struct powercut {
	_Atomic uint32_t lock;
	_Atomic uint32_t off;		/* the power is */
	uint64_t	 calls, last;	/* so many; 0: no last one */
	uint64_t	 device;
	uint64_t	 used;		/* bytes, of all of it */
	char		 dir[POWERCUT_PATH];	/* absolute, no link in it */
	_Atomic uint64_t files[POWERCUT_FILES];	/* by number; 0: none */
};

#endif
