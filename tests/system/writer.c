/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * writer.c - trails as auditd(8) leaves them: one that grows, rotated by
 * renaming, with all that a machine does to them.
 *
 *	writer [-n RECORDS] [-t SECONDS] [-r RATE] [-e MILLISECONDS]
 *	    [-c CRASHES] [-s SEED] DIRECTORY < RECORDS
 *
 * Records come from standard input and are cut only by their headers' sizes.
 * They are written in pieces that end anywhere, so that whoever looks sees
 * records in part. A new trail is there before the old one has its last name;
 * the link `current` comes last. After every fifth rotation three more come at
 * once, with few records or none. Each CRASHES-th trail is not closed: the
 * machine fell, in the middle of a record, which was written again when it was
 * up. Names count their own seconds, so no two are the same however fast it
 * goes; what is in a trail depends on when it was rotated, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_STAMP	1704067200	/* 2024-01-01 00:00:00 */
#define STAMP_STEP	10		/* seconds, from name to name */
#define RECORD_MAX	(1u << 20)
#define PIECE_MAX	32768u		/* bytes written at once */
#define TURNS		20		/* a second, when there is a rate */
#define HURRY_EVERY	5u		/* rotations */
#define HURRY		3u
#define STAMP_SIZE	32
#define PATH_SIZE	4096

struct writer {
	const char	*dir;
	uint64_t	 records_max, seconds, rate, every_ms, crashes;
	uint64_t	 random;

	int		 fd;		/* the trail that grows */
	char		 start[STAMP_SIZE];
	uint64_t	 trails;
	uint64_t	 records, bytes, rotations, crashed;
	uint64_t	 hurry;		/* rotations still to come at once, */
	uint64_t	 hurry_records;	/* each behind so many records */
	uint8_t		 piece[PIECE_MAX];
	size_t		 n, full;	/* in it; and when it is written */
};

static void
end(const char *what)
{
	fprintf(stderr, "writer: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* S. Vigna, "splitmix64", 2015, public domain. */
static uint64_t
draw(struct writer *w)
{
	uint64_t	 z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t
now_ms(void)
{
	struct timespec	 t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		end("clock");
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Bytes. */

static void
flush(struct writer *w)
{
	for (size_t done = 0; done < w->n;) {
		const ssize_t	 n = write(w->fd, w->piece + done, w->n - done);

		if (n == -1)
			end("write");
		done += (size_t)n;
	}
	w->n = 0;
	w->full = 1 + (size_t)(draw(w) % PIECE_MAX);
}

static void
put(struct writer *w, const uint8_t *bytes, size_t n)
{
	w->bytes += n;
	while (n > 0) {
		const size_t	 room = w->full - w->n;
		const size_t	 some = n < room ? n : room;

		memcpy(w->piece + w->n, bytes, some);
		w->n += some;
		bytes += some;
		n -= some;
		if (w->n == w->full)
			flush(w);
	}
}

/* Trails. */

static void
stamp(uint64_t number, char *to)
{
	const time_t	 t = FIRST_STAMP + (time_t)number * STAMP_STEP;
	struct tm	 tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(to, STAMP_SIZE, "%Y%m%d%H%M%S", &tm) == 0)
		end("time");
}

static void
path(const struct writer *w, const char *start, const char *last, char *to)
{
	if (snprintf(to, PATH_SIZE, "%s/%s.%s", w->dir, start, last) >=
	    PATH_SIZE) {
		errno = ENAMETOOLONG;
		end(w->dir);
	}
}

static void
link_current(const struct writer *w)
{
	char	 name[PATH_SIZE], to[PATH_SIZE];

	(void)snprintf(name, sizeof(name), "%s/current", w->dir);
	(void)snprintf(to, sizeof(to), "%s.not_terminated", w->start);
	if (unlink(name) == -1 && errno != ENOENT)
		end(name);
	if (symlink(to, name) == -1)
		end(name);
}

static void
open_trail(struct writer *w)
{
	char	 name[PATH_SIZE];

	stamp(w->trails++, w->start);
	path(w, w->start, "not_terminated", name);
	w->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC,
	    0640);
	if (w->fd == -1)
		end(name);
	w->full = 1 + (size_t)(draw(w) % PIECE_MAX);
}

static void
rename_trail(const struct writer *w, const char *start, const char *last)
{
	char	 from[PATH_SIZE], to[PATH_SIZE];

	path(w, start, "not_terminated", from);
	path(w, start, last, to);
	if (rename(from, to) == -1)
		end(from);
}

static void
rotate(struct writer *w)
{
	char		 old[STAMP_SIZE], last[STAMP_SIZE];
	const int	 fd = w->fd;

	flush(w);
	memcpy(old, w->start, sizeof(old));
	stamp(w->trails, last);
	open_trail(w);
	rename_trail(w, old, last);
	(void)close(fd);		/* each write was looked at */
	link_current(w);
	w->rotations++;
}

/* In the middle of this record. */
static void
crash(struct writer *w, const uint8_t *record, size_t n)
{
	put(w, record, 1 + (size_t)(draw(w) % (n - 1)));
	flush(w);
	(void)close(w->fd);		/* the same */
	rename_trail(w, w->start, "crash_recovery");
	open_trail(w);
	link_current(w);
	w->rotations++;
	w->crashed++;
}

/* Records. */

static bool
read_all(uint8_t *to, size_t n)
{
	for (size_t got = 0; got < n;) {
		const size_t	 some = fread(to + got, 1, n - got, stdin);

		if (some == 0)
			return false;
		got += some;
	}
	return true;
}

static size_t
next_record(uint8_t *record)
{
	size_t	 n;

	if (!read_all(record, 5))
		return 0;
	n = (size_t)record[1] << 24 | (size_t)record[2] << 16 |
	    (size_t)record[3] << 8 | record[4];
	if (n < 6 || n > RECORD_MAX || !read_all(record + 5, n - 5)) {
		errno = EILSEQ;
		end("standard input");
	}
	return n;
}

static bool
time_to_rotate(struct writer *w, uint64_t now, uint64_t *last)
{
	if (w->hurry > 0) {
		if (w->hurry_records > 0) {
			w->hurry_records--;
			return false;
		}
		w->hurry--;
	} else {
		if (w->every_ms == 0 || now - *last < w->every_ms)
			return false;
		*last = now;
		if (w->rotations % HURRY_EVERY == HURRY_EVERY - 1)
			w->hurry = HURRY;
	}
	w->hurry_records = draw(w) % 20;
	return true;
}

/* The end of a turn: wait until the next is due. */
static void
wait_for_turn(struct writer *w, uint64_t turn, uint64_t began)
{
	const uint64_t	 due = began + turn * 1000 / TURNS;
	const uint64_t	 now = now_ms();
	struct timespec	 t;

	flush(w);
	if (now >= due)
		return;
	t = (struct timespec){ (time_t)((due - now) / 1000),
	    (long)((due - now) % 1000) * 1000000 };
	(void)nanosleep(&t, NULL);	/* too early does no harm */
}

static void
write_all(struct writer *w)
{
	static uint8_t	 record[RECORD_MAX];
	const uint64_t	 began = now_ms();
	const uint64_t	 a_turn = w->rate / TURNS == 0 ? 1 : w->rate / TURNS;
	uint64_t	 last = began, now = began;
	size_t		 n;

	while (w->records < w->records_max && (w->seconds == 0 ||
	    now - began < w->seconds * 1000) && (n = next_record(record)) > 0) {
		if (time_to_rotate(w, now, &last)) {
			if (w->crashes > 0 && (w->rotations + 1) %
			    w->crashes == 0)
				crash(w, record, n);
			else
				rotate(w);
		}
		put(w, record, n);
		w->records++;
		if (w->rate > 0 && w->records % a_turn == 0)
			wait_for_turn(w, w->records / a_turn, began);
		if (w->records % 64 == 0)
			now = now_ms();
	}
}

int
main(int argc, char **argv)
{
	static struct writer	 w = { .records_max = UINT64_MAX,
	    .every_ms = 2000, .crashes = 7, .random = 1 };
	char			 last[STAMP_SIZE];
	int			 c;

	while ((c = getopt(argc, argv, "n:t:r:e:c:s:")) != -1) {
		uint64_t	*const to = c == 'n' ? &w.records_max :
		    c == 't' ? &w.seconds : c == 'r' ? &w.rate :
		    c == 'e' ? &w.every_ms : c == 'c' ? &w.crashes :
		    c == 's' ? &w.random : NULL;

		if (to == NULL)
			return 2;
		*to = strtoull(optarg, NULL, 10);
	}
	if (optind + 1 != argc)
		return 2;
	w.dir = argv[optind];
	open_trail(&w);
	link_current(&w);
	write_all(&w);
	flush(&w);
	stamp(w.trails, last);
	rename_trail(&w, w.start, last);
	printf("%" PRIu64 " records, %" PRIu64 " bytes, %" PRIu64
	    " rotations, %" PRIu64 " crashes\n", w.records, w.bytes,
	    w.rotations, w.crashed);
	return fflush(stdout) == 0 ? 0 : 1;
}
