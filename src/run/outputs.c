/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outputs.c - how long the files are that sinks write, as rows.
 *
 * Rows are gathered when a checkpoint begins, and told in the copy: what sinks
 * write in between is behind it.
 */
#include "run/outputs.h"

#include "bsm/cursor.h"

void
outputs_fini(struct outputs *o)
{
	buf_fini(&o->rows);
}

static bool
on_marked(void *arg, const struct row *row)
{
	struct buf	*b = arg;

	buf_u32(b, row->section);
	buf_u32(b, row->page);
	buf_u32(b, (uint32_t)row->bytes.n);
	buf_slice(b, row->bytes);
	return true;
}

void
outputs_mark(struct outputs *o)
{
	struct rows	 rows = { .fn = on_marked, .arg = &o->rows };

	buf_clear(&o->rows);
	sinks_mark(o->sinks, &rows);
	(void)rows_end(&rows);			/* it is never stopped */
}

bool
outputs_save(void *arg, row_fn fn, void *fn_arg)
{
	const struct outputs	*o = arg;
	struct cursor		 c = { .in = buf_bytes(&o->rows) };
	bool			 good = true;

	while (good && cursor_left(&c) > 0) {
		const uint32_t	 section = (uint32_t)cursor_uint(&c, 4);
		const uint32_t	 page = (uint32_t)cursor_uint(&c, 4);
		const size_t	 n = (size_t)cursor_uint(&c, 4);
		const struct row row = { section, page, cursor_take(&c, n) };

		good = fn(fn_arg, &row);
	}
	return good;
}

static bool
on_output(void *arg, const struct row *row)
{
	return sinks_resume(arg, row);
}

bool
outputs_load(const struct outputs *o, struct statedb *db, struct buf *why)
{
	const bool	 good = statedb_rows(db, SINKS_FIRST, SINKS_LAST,
	    on_output, o->sinks);

	if (!good)
		buf_str(why, statedb_why(db)[0] != '\0' ? statedb_why(db) :
		    "outputs: a row is damaged");
	return good;
}
