/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * evidence.c - the records that raised an alert, in a file of their own.
 *
 * The name of a directory is made so that it never leaves the one above: what
 * comes out of evidence_dirname() is one path component and neither "." nor
 * "..". Files are created exclusively; a name that is taken is drawn again.
 */
#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "sink/evidence.h"

#define TRIES 100	/* names drawn before we believe that none is free */

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

		buf_clear(&file);
		buf_clear(path);
		buf_sdec(&file, a->seconds);
		buf_char(&file, '.');
		buf_dec(&file, a->fraction);
		buf_char(&file, '.');
		buf_dec(&file, random.k0 & INT32_MAX);
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

int
evidence_write(evidence_open_fn open_file, void *arg, const char *base,
    const struct alert *a, struct buf *path, size_t *missing)
{
	int	 error;
	int	 fd;

	*missing = 0;
	if ((fd = create(open_file, arg, base, a, path, &error)) == -1)
		return error;
	for (size_t i = 0; i < a->nsteps && error == 0; i++) {
		if (a->steps[i].bytes.n == 0)
			++*missing;
		else
			error = write_record(fd, a->steps[i].bytes);
	}
	if (a->records > a->nsteps)
		*missing += (size_t)(a->records - a->nsteps);
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
