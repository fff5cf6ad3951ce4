/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.c - which triggers were started, so that none is started twice.
 *
 * The file is a head of 16 bytes and an id of 16 bytes for each start. A torn
 * one at its end, or one of zeros only, which a loss of power may leave, was
 * never followed by a start and counts for nothing.
 *
 * Ids of before the interruption wait until they come again. One that does, and
 * one that is new, belong to this run, in their order: those up to the last
 * mark can be forgotten when its checkpoint is durable, for then their records
 * will not come again. Those that wait longer than LEDGER_IDLE checkpoints were
 * of rules that are gone.
 */
#include "run/ledger.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "run/statedir.h"

#define LEDGER_IDLE	720u		/* checkpoints */
#define LEDGER_MODE	0600

/* As long as an id. */
static const uint8_t	head[LEDGER_ID + 1] = "bsmtrace-start-1";

/* Fixed: ids outlive the process. */
static const struct hash_key	keys[2] = {
	{ 0x62736d7472616365u, 0x7472696767657273u },	/* "bsmtracetriggers" */
	{ 0x7374617274656420u, 0x6265666f72652121u },	/* "started before!!" */
};

struct ledger {
	char		*dir;
	struct buf	 path;
	int		 fd;
	struct map	*waits;		/* id: size_t, how often; owned */
	size_t		 left;		/* the sum of these */
	size_t		 left_before;	/* at the last durable one, and */
	unsigned	 idle;		/* since so many */
	struct buf	 since;		/* ids of this run, in order */
	size_t		 marked;	/* bytes of it before the mark */
	bool		 failing;	/* to be made shorter: was said */
};

/* Ids. */

void
ledger_id(uint8_t id[LEDGER_ID], const struct ledger_start *s)
{
	struct buf	 words = { 0 };

	buf_u64(&words, s->rule);
	buf_u32(&words, s->state);
	buf_u64(&words, s->uid[0]);
	buf_u64(&words, s->uid[1]);
	for (unsigned i = 0; i < 2; i++) {
		const uint64_t	 h = hash_more(&keys[i], hash_bytes(&keys[i],
		    buf_bytes(&words)), s->record);

		for (unsigned k = 0; k < 8; k++)
			id[8 * i + k] = (uint8_t)(h >> (56 - 8 * k));
	}
	buf_fini(&words);
}

/* Opening. */

static bool
refuse(struct buf *why, const char *what)
{
	buf_str(why, what);
	return false;
}

/* One more of this id is to come. */
static void
wait_for(struct ledger *l, const uint8_t *id)
{
	const struct slice	 key = { id, LEDGER_ID };
	size_t			*n = map_find(l->waits, key);

	if (n == NULL) {
		n = xcalloc(1, sizeof(*n));
		(void)map_put(l->waits, key, n);
	}
	++*n;
	l->left++;
}

/* N bytes from the beginning; false with errno when they are not all there. */
static bool
read_all(int fd, uint8_t *p, size_t n)
{
	size_t	 done = 0;

	while (done < n) {
		const ssize_t	 some = pread(fd, p + done, n - done,
		    (off_t)done);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0) {
			errno = some == 0 ? EIO : errno;
			return false;
		}
		done += (size_t)some;
	}
	return true;
}

static int
write_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		const ssize_t	 some = write(fd, p, n);

		if (some == -1 && errno == EINTR)
			continue;
		if (some <= 0)
			return some == 0 ? EIO : errno;
		p += some;
		n -= (size_t)some;
	}
	return 0;
}

/* A file that has no whole head was never used: it gets one. */
static bool
begin(struct ledger *l, struct buf *why)
{
	int	 error = ftruncate(l->fd, 0) == -1 ? errno : 0;

	if (error == 0)
		error = write_all(l->fd, head, LEDGER_ID);
	if (error == 0 && fsync(l->fd) == -1)
		error = errno;
	return error == 0 || refuse(why, strerror(error));
}

static bool
is_zero(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

static bool
take_ids(struct ledger *l, const uint8_t *p, size_t n, struct buf *why)
{
	if (is_zero(p, n * LEDGER_ID))
		return begin(l, why);
	if (memcmp(p, head, LEDGER_ID) != 0)
		return refuse(why, "is not a list of triggers that were "
		    "started");
	for (size_t i = 1; i < n; i++)
		if (!is_zero(p + i * LEDGER_ID, LEDGER_ID))
			wait_for(l, p + i * LEDGER_ID);
	l->left_before = l->left;
	/* What is torn would be in the way of the next. */
	if (ftruncate(l->fd, (off_t)(n * LEDGER_ID)) == -1)
		return refuse(why, strerror(errno));
	return true;
}

static bool
load(struct ledger *l, struct buf *why)
{
	struct stat	 st;
	uint8_t		*p;
	size_t		 n;
	bool		 good;

	if (fstat(l->fd, &st) == -1)
		return refuse(why, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(why, "is not a regular file");
	if (st.st_size / LEDGER_ID > LEDGER_MAX + 1)
		return refuse(why, "is longer than it can be");
	n = (size_t)st.st_size / LEDGER_ID;
	if (n == 0)
		return begin(l, why);
	p = xmalloc(n * LEDGER_ID);
	good = read_all(l->fd, p, n * LEDGER_ID) ? take_ids(l, p, n, why) :
	    refuse(why, strerror(errno));
	free(p);
	return good;
}

static bool
open_file(struct ledger *l, struct buf *why)
{
	int	 error;

	l->fd = open(buf_cstr(&l->path), O_RDWR | O_APPEND | O_CREAT |
	    O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, LEDGER_MODE);
	if (l->fd == -1)
		return refuse(why, strerror(errno));
	if (!load(l, why))
		return false;
	error = statedir_sync(l->dir);
	return error == 0 || refuse(why, strerror(error));
}

struct ledger *
ledger_open(const char *dir, struct buf *why)
{
	struct ledger	*l = xcalloc(1, sizeof(*l));
	struct buf	 what = { 0 };

	l->dir = xstrdup(dir);
	l->waits = map_new();
	buf_str(&l->path, dir);
	buf_str(&l->path, "/" LEDGER_NAME);
	if (!open_file(l, &what)) {
		buf_escape(why, buf_bytes(&l->path));
		buf_printf(why, ": %s", buf_cstr(&what));
		ledger_close(l);
		l = NULL;
	}
	buf_fini(&what);
	return l;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < map_count(l->waits); i++)
		free(map_at(l->waits, i, NULL));
	map_free(l->waits);
	if (l->fd != -1)
		(void)close(l->fd);	/* fsync(2) has told of errors */
	buf_fini(&l->path);
	buf_fini(&l->since);
	free(l->dir);
	free(l);
}

size_t
ledger_left(const struct ledger *l)
{
	return l->left;
}

/* Starting. */

/* Whole, and on the disk; or as if nothing had been written. */
static int
append(struct ledger *l, const uint8_t *id)
{
	struct stat	 st;
	int		 error;

	if (fstat(l->fd, &st) == -1)
		return errno;
	if (st.st_size / LEDGER_ID > LEDGER_MAX)
		return EFBIG;
	error = write_all(l->fd, id, LEDGER_ID);
	if (error == 0 && fsync(l->fd) == -1)
		error = errno;
	if (error != 0)
		(void)ftruncate(l->fd, st.st_size); /* or it stays, unused */
	return error;
}

bool
ledger_start(struct ledger *l, const uint8_t id[LEDGER_ID])
{
	size_t	*n = map_find(l->waits, (struct slice){ id, LEDGER_ID });
	int	 error;

	if (n != NULL && *n > 0) {
		--*n;
		l->left--;
		buf_put(&l->since, id, LEDGER_ID);
		errno = 0;
		return false;
	}
	if ((error = append(l, id)) != 0) {
		errno = error;
		return false;
	}
	buf_put(&l->since, id, LEDGER_ID);
	return true;
}

void
ledger_again(struct ledger *l)
{
	for (size_t i = 0; i < l->since.n; i += LEDGER_ID)
		wait_for(l, l->since.p + i);
	buf_clear(&l->since);
	l->marked = 0;
}

/* Forgetting. */

void
ledger_mark(struct ledger *l)
{
	l->marked = l->since.n;
}

static void
put_waiting(const struct ledger *l, struct buf *b)
{
	struct slice	 id;

	for (size_t i = 0; i < map_count(l->waits); i++) {
		const size_t	*n = map_at(l->waits, i, &id);

		for (size_t k = 0; k < *n; k++)
			buf_slice(b, id);
	}
}

static int
write_aside(const char *path, struct slice bytes, int *fd)
{
	int	 error;

	(void)unlink(path);		/* what another run has left */
	*fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC,
	    LEDGER_MODE);
	if (*fd == -1)
		return errno;
	error = write_all(*fd, bytes.p, bytes.n);
	if (error == 0 && fsync(*fd) == -1)
		error = errno;
	return error;
}

/* The file with these bytes instead; as it was, when that fails. */
static int
replace(struct ledger *l, struct slice bytes)
{
	struct buf	 aside = { 0 };
	int		 error, fd = -1;

	buf_slice(&aside, buf_bytes(&l->path));
	buf_str(&aside, ".new");
	error = write_aside(buf_cstr(&aside), bytes, &fd);
	if (error == 0 && rename(buf_cstr(&aside), buf_cstr(&l->path)) == -1)
		error = errno;
	if (error == 0) {
		(void)close(l->fd);	/* it has no name any more */
		l->fd = fd;
		error = statedir_sync(l->dir);
	} else {
		if (fd != -1)
			(void)close(fd);	/* it is not used */
		(void)unlink(buf_cstr(&aside));
	}
	buf_fini(&aside);
	return error;
}

/* Those that never come again, such as of rules that are gone. */
static void
forget_idle(struct ledger *l)
{
	l->idle = l->left == l->left_before ? l->idle + 1 : 0;
	l->left_before = l->left;
	if (l->left == 0 || l->idle <= LEDGER_IDLE)
		return;
	for (size_t i = 0; i < map_count(l->waits); i++)
		*(size_t *)map_at(l->waits, i, NULL) = 0;
	l->left = 0;
	log_info("triggers of before the restart did not come again: they are "
	    "forgotten");
}

/* What is to stay is in the file, and nothing else. */
static int
rewrite(struct ledger *l)
{
	struct buf	 b = { 0 };
	int		 error;

	buf_put(&b, head, LEDGER_ID);
	put_waiting(l, &b);
	buf_slice(&b, slice_from(buf_bytes(&l->since), l->marked));
	if (b.n == LEDGER_ID)
		error = ftruncate(l->fd, LEDGER_ID) == -1 ? errno : 0;
	else
		error = replace(l, buf_bytes(&b));
	buf_fini(&b);
	return error;
}

void
ledger_durable(struct ledger *l)
{
	const size_t	 left = l->left;
	int		 error;

	forget_idle(l);
	if (l->marked == 0 && left == l->left)
		return;
	error = rewrite(l);
	if (error != 0 && !l->failing)
		log_warn("%s: %s", buf_cstr(&l->path), strerror(error));
	l->failing = error != 0;
	if (error != 0)
		return;			/* it is tried again later */
	if (l->marked > 0)
		memmove(l->since.p, l->since.p + l->marked,
		    l->since.n - l->marked);
	l->since.n -= l->marked;
	l->marked = 0;
}
