/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reading.c - one trail on its way into a press.
 *
 * A trail is read in large pieces and cut into records by bsm/frame.c. Runs of
 * intact records go into the press in one go; only damage, and what a piece has
 * cut, comes record by record.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "run/press.h"
#include "run/reading.h"
#include "source/source.h"

#define QUIET_MS	500		/* a pipe that is silent so long */

bool
reading_open(struct reading *r, struct press *press, const char *path,
    size_t piece)
{
	struct stat	 st;

	*r = (struct reading){ .press = press, .fd = STDIN_FILENO,
	    .label = path == NULL ? "standard input" : path };
	if (path != NULL &&
	    (r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		press_words(press, path, strerror(errno));
		return false;
	}
	r->slow = fstat(r->fd, &st) == -1 || !S_ISREG(st.st_mode);
	r->trail = press_trail(press, path == NULL ? "-" : path, r->label);
	r->source = file_new_piece(r->fd, piece);
	r->frame = frame_new();
	return true;
}

static void
drain(struct reading *r)
{
	struct frame_record	 f;

	for (;;) {
		frame_took(r->frame, press_ahead(r->press, r->trail,
		    frame_ahead(r->frame), true));
		if (press_stopped(r->press) || frame_next(r->frame, &f) != 1)
			return;
		press_frame(r->press, r->trail, &f);
	}
}

void
reading_settle(struct reading *r)
{
	frame_quiet(r->frame);
	drain(r);
	press_flush(r->press);
}

/*
 * Wait for a source that may be slow. False when nobody is left who would read
 * what we could write; a pipe tells that without being written to.
 */
static bool
wait_for(struct reading *r)
{
	struct pollfd	 ends[] = { { .fd = r->fd, .events = POLLIN },
	    { .fd = press_fd(r->press) } };

	press_flush(r->press);
	if (poll(ends, 2, QUIET_MS) == 0) {
		reading_settle(r);
		(void)poll(ends, 2, -1);	/* read(2) says what is wrong */
	}
	if (ends[1].revents & (POLLERR | POLLHUP))
		press_stop(r->press);
	return !press_stopped(r->press);
}

static void
count(struct reading *r)
{
	const uint64_t	 taken = file_taken(r->source);

	press_took(r->press, taken - r->taken);
	r->taken = taken;
}

bool
reading_go_on(struct reading *r)
{
	struct slice	 piece;
	int		 got = 1;

	while (got == 1 && !press_stopped(r->press)) {
		if (r->slow && !wait_for(r))
			return false;
		if ((got = file_more(r->source, &piece)) != 1)
			break;
		count(r);
		(void)frame_feed(r->frame, piece.p, piece.n);	/* drained */
		drain(r);
		press_release(r->press);
	}
	if (got == -1) {
		r->failed = true;
		press_words(r->press, r->label, file_why(r->source));
	}
	return got == 0;
}

bool
reading_compressed(const struct reading *r)
{
	return file_compression(r->source) != NULL;
}

bool
reading_end(struct reading *r)
{
	if (!press_stopped(r->press)) {
		frame_end(r->frame);
		drain(r);
	}
	press_trail_end(r->press, r->trail);
	frame_free(r->frame);
	file_free(r->source);
	if (r->fd != STDIN_FILENO)
		(void)close(r->fd);	/* it was only read */
	return !r->failed;
}
