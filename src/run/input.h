/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * input.h - what -a names: opened, and told apart.
 *
 * A directory becomes an input for each host whose trails are in it.
 */
#ifndef RUN_INPUT_H
#define RUN_INPUT_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct place;
struct trailset;

#define INPUT_AUDITPIPE "/dev/auditpipe"

struct input {
	const char	*path;		/* as given; for messages */
	const char	*name;		/* as alerts name it: the last part */
	char		*host;		/* from the trail's name; or NULL */
	int		 fd;
	struct trailset	*set;		/* of a directory, else NULL */
	bool		 finished;	/* read to its end, not waited for */
	bool		 again;		/* can be read again at an offset */
	bool		 own_host;	/* the audit pipe of this machine */
	bool		 followed;	/* a directory, as it goes on; */
	bool		 one_host;	/* only trails of this host in it */
	char		*dir;		/* PATH, if it is not as given */
	uint64_t	 start;		/* of a file: offset where we began */
	uint64_t	 size;		/* of a file, bytes from there; on
					 * disk, where it may be compressed */
	char		*whole;		/* absolute path, or "-"; or NULL */
	uint64_t	 dev, ino;	/* of a file */
	uint32_t	 first_n;	/* bytes at START, at most
					 * INPUT_FIRST, and their hash */
	uint64_t	 first_hash;
	const struct place *from;	/* read on there; NULL: at START */
};

#define INPUT_FIRST	256u

/*
 * The offset of a record in a source that is a directory: which trail of the
 * set it is in, and where.
 */
#define INPUT_OFFSET_BITS	44	/* 16 TB, more than any trail has */

static inline uint64_t
input_place(size_t trail, uint64_t offset)
{
	return (uint64_t)trail << INPUT_OFFSET_BITS | offset;
}

static inline size_t
input_trail(uint64_t place)
{
	return (size_t)(place >> INPUT_OFFSET_BITS);
}

static inline uint64_t
input_offset(uint64_t place)
{
	return place & ((UINT64_C(1) << INPUT_OFFSET_BITS) - 1);
}

/*
 * Open it. `-` is standard input, which is duplicated. Returns NULL, or words
 * for what is wrong: borrowed, valid until the next call into the C library.
 */
const char	*input_open(struct input *, const char *path);
void		 input_close(struct input *);

struct inputs {
	struct input	*v;
	size_t		 n, cap;
};

enum input_follow {
	INPUT_TO_END,		/* what is there now */
	INPUT_FOLLOW_DIRECTORY,	/* a directory goes on */
	INPUT_FOLLOW		/* that of a trail, too, from the trail on */
};

/*
 * The hash of the first N bytes of a file, INPUT_FIRST at most: they tell one
 * from another that took its place. False when there are fewer.
 */
bool		 input_first(const struct input *, size_t n, uint64_t *hash);

/* Open what -a names and add it. False when that failed, which was said. */
bool		 inputs_add(struct inputs *, const char *path,
		    enum input_follow);
void		 inputs_fini(struct inputs *);

/* Read N bytes that have been read before, of one that can be: see file_at() */
ssize_t		 input_at(const struct input *, uint64_t offset, void *to,
		    size_t n);

#endif
