/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - where bytes come from: the interface of all sources.
 *
 * A live source pushes what comes; a finished file is asked. Neither knows
 * records, opens anything or decides what to do about an end or an error.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <sys/types.h>

#include <event2/event.h>

#include "base/slice.h"

/* Who is told of what a live source brings. */
struct source_to {
	/* Bytes, at least one; lent for the call. */
	void	(*bytes)(void *arg, const void *, size_t n);
	/*
	 * Nothing comes any more: ERROR is 0 at the end of the stream, or an
	 * errno. The last call; it may free the source.
	 */
	void	(*end)(void *arg, int error);
};

struct source;

/*
 * A pipe, a socket, a terminal or a device such as /dev/auditpipe. The
 * descriptor stays the caller's. Returns NULL when the event loop cannot wait
 * for this kind of descriptor: then read it like a file.
 */
struct source	*pipe_new(struct event_base *, int fd,
		    const struct source_to *, void *arg);
void		 pipe_free(struct source *);		/* NULL is allowed */

/*
 * Something that is read from where it stands to its end; what gzip, zstd,
 * bzip2 or xz compressed is given as it was before. The descriptor stays the
 * caller's. FILE_PIECE is what is read at once: large, so that system calls do
 * not count.
 */
struct file_source;

#define FILE_PIECE	 (512u << 10)	/* bytes */
#define FILE_PIECE_SMALL (8u << 10)	/* where a thousand are open */

struct file_source	*file_new(int fd);
struct file_source	*file_new_piece(int fd, size_t piece);	/* bytes */
/* Bytes are given as they are, whatever they look like. */
struct file_source	*file_new_plain(int fd, size_t piece);
void			 file_free(struct file_source *);  /* NULL is allowed */

/*
 * The next piece: 1, with *bytes borrowed until the next call; 0 at the end;
 * -1 with errno, and the piece after that may be asked for. After -1 the words
 * for it are in file_why(), borrowed until the next call: errno is EILSEQ for
 * compressed data that is damaged or cut short, and then there is no more.
 */
int		 file_more(struct file_source *, struct slice *bytes);
const char	*file_why(struct file_source *);

/*
 * As file_more(), but where possible the bytes are read to the N of the
 * caller's at TO, at least one; *bytes tells where they are.
 */
int		 file_more_to(struct file_source *, void *to, size_t n,
		    struct slice *bytes);

/*
 * Before the first file_more(): pass over so many bytes, as they would be
 * given. What is not compressed is not read for that; of what is, the pieces
 * that come are empty meanwhile, so that others have their turn. The second
 * tells how many are still to be passed over: at the end, how much is missing.
 */
void		 file_pass(struct file_source *, uint64_t n);
uint64_t	 file_passing(const struct file_source *);

/* How it is compressed, seen by the first file_more(); NULL: not at all. */
const char	*file_compression(const struct file_source *);

/*
 * The bytes read from the descriptor, which may be fewer than were given, and
 * those that did not have to be read.
 */
uint64_t	 file_taken(const struct file_source *);

/*
 * How the file would be compressed that goes on at OFFSET, without moving;
 * NULL when it is not, or cannot be looked at.
 */
const char	*file_peek(int fd, uint64_t offset);

/*
 * The bytes from OFFSET on, at most N of them, without moving: for a file that
 * can be read again. Returns how many there are, or -1 with errno.
 */
ssize_t	file_at(int fd, uint64_t offset, void *to, size_t n);

#endif
