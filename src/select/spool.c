/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spool.c - what a merge puts aside: records with their trail and place.
 *
 * An item is a struct of fixed size and the bytes of the record behind it. It
 * is read back by the process that wrote it, so sizes and byte order are its
 * own; a file that nobody else can open cannot have changed.
 */
#include "select/spool.h"

/* Ahead of the bytes. Wide members first: there is no padding to write. */
struct item {
	int64_t		 seconds;
	uint64_t	 fraction;
	uint64_t	 offset;
	uint64_t	 doubt_at;
	uint32_t	 n;		/* bytes that follow */
	uint32_t	 trail;
	int32_t		 doubt;
	uint8_t		 unit;
	uint8_t		 kind;
	uint8_t		 quality;
	uint8_t		 reason;
	uint8_t		 more;
	uint8_t		 note;
	uint8_t		 judged;
	uint8_t		 limit;
	uint8_t		 zero[4];
};

bool
spool_put(const struct merge_spools *s, void *spool,
    const struct merge_record *rec, const struct merge_key *key)
{
	const struct frame_record	*f = &rec->frame;
	const struct item		 item = {
		.seconds = key->seconds,
		.fraction = key->fraction,
		.offset = f->offset,
		.n = (uint32_t)f->bytes.n,
		.trail = rec->trail,
		.unit = (uint8_t)key->unit,
		.kind = (uint8_t)f->kind,
		.quality = (uint8_t)f->quality,
		.reason = (uint8_t)f->reason,
		.more = f->more,
		.note = (uint8_t)rec->note,
		.judged = (uint8_t)rec->judged.as,
		.doubt = rec->judged.note.status,
		.doubt_at = rec->judged.note.at,
		.limit = rec->judged.note.limit
	};

	return s->write(spool, &item, sizeof(item)) &&
	    s->write(spool, f->bytes.p, f->bytes.n);
}

/* Add N bytes to the item at hand: 1; 0 when there are none; -1. */
static int
take(struct spool_reader *r, size_t n)
{
	const size_t	 want = r->buf.n + n;

	while (r->buf.n < want) {
		size_t	 part = want - r->buf.n;
		int	 got;

		if (r->rest.n == 0) {
			got = r->spools->more(r->spool, &r->rest);
			if (got != 1)
				return got;
			continue;
		}
		if (part > r->rest.n)
			part = r->rest.n;
		buf_put(&r->buf, r->rest.p, part);
		r->rest = (struct slice){ r->rest.p + part, r->rest.n - part };
	}
	return 1;
}

int
spool_next(struct spool_reader *r, struct merge_record *rec,
    struct merge_key *key)
{
	struct item	 item;
	int		 got;

	buf_clear(&r->buf);
	if ((got = take(r, sizeof(item))) != 1)
		return got == 0 && r->buf.n > 0 ? -1 : got;
	memcpy(&item, r->buf.p, sizeof(item));
	buf_clear(&r->buf);
	if (take(r, item.n) != 1)
		return -1;
	*key = (struct merge_key){ item.seconds, item.fraction,
	    (enum merge_unit)item.unit };
	*rec = (struct merge_record){
		.frame = {
			.kind = (enum frame_kind)item.kind,
			.bytes = buf_bytes(&r->buf),
			.offset = item.offset,
			.quality = (enum frame_quality)item.quality,
			.reason = (enum frame_reason)item.reason,
			.more = item.more != 0
		},
		.trail = item.trail,
		.note = (enum merge_note)item.note,
		.judged = {
			.as = (enum judged_as)item.judged,
			.note = { item.doubt, item.doubt_at, item.limit != 0 },
			.records = 1,
			.last = r->buf.p
		}
	};
	return 1;
}
