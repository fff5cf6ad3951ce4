/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.c - the records that raised an alert, in a file of their own.
 *
 * The name of a directory is made so that it never leaves the one above: what
 * comes out of evidence_dirname() is one path component and neither "." nor
 * "..". Files are created exclusively; a name that is taken is drawn again, at
 * random or, in a run that is kept, from the alert's uid: what has that name
 * then is the same evidence, whole or torn, or that of another alert of the
 * same moment, and its bytes tell. It is torn when it ends too soon, or has
 * zeros for other bytes: the power was lost before the disk had all.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "sink/evidence.h"

#define TRIES 100	/* names drawn before we believe that none is free */

/* Where evidence may be, and PATH that gets where it is. */
struct evidence_name {
	const char	*dir, *file;
	struct buf	*path;
};

static void
put_percent(struct buf *out, uint8_t c)
{
	buf_char(out, '%');
	buf_hexbytes(out, (struct slice){ &c, 1 });
}

void
evidence_dirname(struct buf *out, const char *label)
{
	/* Fixed, so that a label finds its directory in every run. */
	static const struct hash_key	 key = { 0x6576696465, 0x6e6365 };
	const struct slice		 in = slice_str(label);
	const size_t			 start = out->n;
	const bool	 dots = slice_is(in, ".") || slice_is(in, "..");

	if (in.n == 0)
		buf_char(out, '%');
	for (size_t i = 0; i < in.n; i++) {
		const uint8_t	 c = in.p[i];

		if (c == '/' || c < 0x20 || c == 0x7f || (dots && i == 0))
			put_percent(out, c);
		else
			buf_u8(out, c);
	}
	if (out->n - start > EVIDENCE_NAME_MAX) {
		out->n = start + EVIDENCE_NAME_MAX - 17;
		buf_printf(out, "%%%016llx",
		    (unsigned long long)hash_bytes(&key, in));
	}
}

static void
put_name(struct buf *file, const struct alert *a, uint64_t number)
{
	buf_clear(file);
	buf_sdec(file, a->seconds);
	buf_char(file, '.');
	buf_dec(file, a->fraction);
	buf_char(file, '.');
	buf_dec(file, number & INT32_MAX);
}

/* Returns a descriptor, or -1 and sets *error. */
static int
create(evidence_open_fn open_file, void *arg, const char *base,
    const struct alert *a, struct buf *path, int *error)
{
	struct buf	 dir = { 0 }, file = { 0 };
	int		 fd = -1;

	*error = EEXIST;
	evidence_dirname(&dir, a->rule.label);
	for (unsigned i = 0; i < TRIES && *error == EEXIST; i++) {
		const struct hash_key	 random = hash_key_random();

		buf_clear(path);
		put_name(&file, a, random.k0);
		fd = open_file(arg, base, buf_cstr(&dir), buf_cstr(&file),
		    path);
		*error = fd == -1 ? errno : 0;
	}
	buf_fini(&dir);
	buf_fini(&file);
	return fd;
}

static int
write_record(int fd, struct slice bytes)
{
	while (bytes.n > 0) {
		const ssize_t	 n = write(fd, bytes.p, bytes.n);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? EIO : errno;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return 0;
}

static size_t
count_missing(const struct alert *a)
{
	size_t	 n = a->records > a->nsteps ?
	    (size_t)(a->records - a->nsteps) : 0;

	for (size_t i = 0; i < a->nsteps; i++)
		n += a->steps[i].bytes.n == 0;
	return n;
}

/* The records without the bytes that are THERE already; 0 or an errno. */
static int
write_records(int fd, const struct alert *a, uint64_t there)
{
	int	 error = 0;

	for (size_t i = 0; i < a->nsteps && error == 0; i++) {
		struct slice	 bytes = a->steps[i].bytes;
		const size_t	 skip = there < bytes.n ? (size_t)there :
		    bytes.n;

		there -= skip;
		bytes.n -= skip;
		if (bytes.n == 0)
			continue;
		bytes.p += skip;
		error = write_record(fd, bytes);
	}
	return error;
}

int
evidence_write(evidence_open_fn open_file, void *arg, const char *base,
    const struct alert *a, struct buf *path, size_t *missing)
{
	int	 error;
	int	 fd;

	*missing = count_missing(a);
	if ((fd = create(open_file, arg, base, a, path, &error)) == -1)
		return error;
	error = write_records(fd, a, 0);
	if (close(fd) == -1 && error == 0)
		error = errno;
	return error;
}

/* Runs that are kept. */

/* How many bytes two pieces have in common, from their beginning. */
static size_t
count_same(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t	 same = 0;

	while (same < n && a[same] == b[same])
		same++;
	return same;
}

static bool
only_zeros_differ(const uint8_t *has, const uint8_t *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has[i] != wanted[i] && has[i] != 0)
			return false;
	return true;
}

/* A file that is compared with evidence. */
struct holding {
	int		 fd;
	uint64_t	 same;		/* bytes, up to the first other one */
	bool		 torn;		/* which has come */
	bool		 ended;
};

/* False if it goes on with anything but BYTES, or zeros for some of them. */
static bool
compare(struct holding *h, struct slice bytes)
{
	uint8_t	 chunk[4096];

	while (bytes.n > 0 && !h->ended) {
		const ssize_t	 n = read(h->fd, chunk, bytes.n <
		    sizeof(chunk) ? bytes.n : sizeof(chunk));
		const size_t	 some = n < 0 ? 0 : (size_t)n;
		const size_t	 same = count_same(chunk, bytes.p, some);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 || !only_zeros_differ(chunk, bytes.p, some))
			return false;
		h->same += h->torn ? 0 : same;
		h->torn |= same < some;
		h->ended = n == 0;
		bytes = slice_from(bytes, some);
	}
	return true;
}

/* Does it hold this evidence, of which it goes on behind *there bytes? */
static bool
holds(int fd, const struct alert *a, uint64_t *there)
{
	struct holding	 h = { .fd = fd };
	uint8_t		 more;
	bool		 good = true;

	for (size_t i = 0; i < a->nsteps && good; i++)
		good = compare(&h, a->steps[i].bytes);
	*there = h.same;
	return good && (h.ended || read(fd, &more, 1) == 0) &&
	    lseek(fd, (off_t)h.same, SEEK_SET) != -1;
}

/* The file of this name, if it is this evidence's; or -1 and an errno. */
static int
take_name(const struct evidence_files *f, const char *base,
    const struct alert *a, const struct evidence_name *name, uint64_t *there)
{
	int	 fd;

	*there = 0;
	buf_clear(name->path);
	fd = f->open(f->arg, base, name->dir, name->file, name->path);
	if (fd != -1 || errno != EEXIST)
		return fd;
	buf_clear(name->path);
	fd = f->reopen(f->arg, base, name->dir, name->file, name->path);
	if (fd != -1 && holds(fd, a, there))
		return fd;
	if (fd != -1)
		(void)close(fd);	/* nothing was written */
	errno = EEXIST;
	return -1;
}

/* Returns a descriptor, or -1 with errno. */
static int
create_kept(const struct evidence_files *f, const char *base,
    const struct alert *a, struct buf *path, uint64_t *there)
{
	static const struct hash_key	 key = { 0x6576696465, 0x6e616d65 };
	struct buf			 dir = { 0 }, file = { 0 };
	uint64_t			 number = a->uid[0] ^ a->uid[1];
	int				 fd = -1;

	errno = EEXIST;
	evidence_dirname(&dir, a->rule.label);
	for (unsigned i = 0; i < TRIES && fd == -1 && errno == EEXIST; i++) {
		put_name(&file, a, number);
		fd = take_name(f, base, a, &(struct evidence_name){
		    buf_cstr(&dir), buf_cstr(&file), path }, there);
		number = hash_word(&key, number);
	}
	buf_fini(&dir);
	buf_fini(&file);
	return fd;
}

int
evidence_keep(const struct evidence_files *f, const char *base,
    const struct alert *a, struct buf *path, size_t *missing)
{
	uint64_t	 there;
	int		 error;
	int		 fd;

	*missing = count_missing(a);
	if ((fd = create_kept(f, base, a, path, &there)) == -1)
		return errno;
	error = write_records(fd, a, there);
	if (error == 0 && fsync(fd) == -1)
		error = errno;
	if (close(fd) == -1 && error == 0)
		error = errno;
	return error;
}

void
evidence_notice(struct buf *out, const struct sink_view *v, const char *path)
{
	const struct alert	*a = v->alert;

	buf_dec(out, (uint64_t)a->seconds);
	buf_char(out, '.');
	buf_dec(out, a->fraction);
	buf_str(out, " sequence ");
	lines_text(out, a->rule.label);
	buf_str(out, " match evidence file: ");
	lines_text(out, path);
	buf_str(out, " source: ");
	lines_text(out, v->source);
}
