/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.c - how far a long piece of work is, on a terminal only.
 *
 * The bar is one line that is written over itself. It holds nothing of a
 * trail, so nothing has to be escaped, and is taken away with blanks, which
 * every terminal understands.
 */
#include <time.h>
#include <unistd.h>

#include "run/progress.h"

#define BAR 20		/* columns */

int64_t
progress_clock(void)
{
	struct timespec	 t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);	/* always there */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_init(struct progress *p, int fd, uint64_t total)
{
	*p = (struct progress){ .fd = isatty(fd) ? fd : -1, .total = total };
	p->start_ms = p->shown_ms = progress_clock();
}

void
progress_bytes(struct buf *out, uint64_t n)
{
	static const char *const	 units[] = { "kB", "MB", "GB", "TB" };
	size_t				 u = 0;

	if (n < 1000) {
		buf_printf(out, "%u bytes", (unsigned)n);
		return;
	}
	while (n >= 1000000 && u + 1 < sizeof(units) / sizeof(units[0])) {
		n /= 1000;
		u++;
	}
	buf_printf(out, "%llu.%llu %s", (unsigned long long)(n / 1000),
	    (unsigned long long)(n % 1000 / 100), units[u]);
}

void
progress_line(struct buf *out, uint64_t total, uint64_t bytes,
    uint64_t records, int64_t ms)
{
	const double	 done = (double)bytes / (double)total;
	const double	 seconds = (double)ms / 1000;

	buf_printf(out, "%3u%% [", (unsigned)(100 * done));
	for (unsigned i = 0; i < BAR; i++)
		buf_char(out, i < (unsigned)(BAR * done) ? '#' : '.');
	buf_str(out, "] ");
	progress_bytes(out, bytes);
	buf_str(out, " of ");
	progress_bytes(out, total);
	buf_printf(out, ", %.0f records/s", (double)records / seconds);
	if (done > 0)
		buf_printf(out, ", %.0f s left", seconds / done - seconds);
}

/* Write the text over what stands there. Nobody is told if that fails. */
static void
show(struct progress *p, struct buf *text)
{
	const size_t	 width = text->n;
	struct buf	 line = { 0 };

	buf_char(&line, '\r');
	buf_slice(&line, buf_bytes(text));
	for (size_t i = width; i < p->width; i++)
		buf_char(&line, ' ');
	buf_char(&line, '\r');
	if (write(p->fd, line.p, line.n) == -1)
		p->fd = -1;		/* the terminal has gone */
	p->width = width;
	buf_fini(&line);
}

void
progress_hide(struct progress *p)
{
	struct buf	 nothing = { 0 };

	if (p->fd != -1 && p->width > 0)
		show(p, &nothing);
}

void
progress_step(struct progress *p, uint64_t bytes, uint64_t records)
{
	struct buf	 text = { 0 };
	int64_t		 now;

	if (p->fd == -1 || p->total == 0 || bytes > p->total)
		return;
	now = progress_clock();
	if (now - p->start_ms < PROGRESS_AFTER_MS ||
	    now - p->shown_ms < PROGRESS_EVERY_MS)
		return;
	p->shown_ms = now;
	progress_line(&text, p->total, bytes, records, now - p->start_ms);
	show(p, &text);
	buf_fini(&text);
}
