/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * images.c - the paths that processes run, each kept once.
 *
 * Bytes lie in cells of 32, 64, 128... bytes, cut from one block as needed; a
 * cell that is given back begins a list of those of its size. Numbers are those
 * of rows, which are used again, too.
 */
#include "engine/images.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/shards.h"

#define CELL_MIN	32u		/* bytes; places are counted in it */
#define SIZES		IMAGES_SIZES	/* of cells: 32 bytes to 64 KiB */
#define NOWHERE		UINT32_MAX

struct row {
	uint64_t	 hash;
	uint32_t	 holders;	/* 0: not in use */
	uint32_t	 n;		/* bytes of the path */
	uint32_t	 at;		/* place of its cell; the next row not
					 * in use, when this one is not */
};

struct images {
	struct shards	*index;
	struct hash_key	 key;
	struct row	*rows;		/* the first stands for none */
	size_t		 nrows, rows_cap;
	uint32_t	 spare;		/* row not in use, or NOWHERE */
	uint8_t		*bytes;
	size_t		 used, bytes_cap, max;
	uint32_t	 cells[SIZES];	/* given back, or NOWHERE */
};

struct images *
images_new(size_t max)
{
	struct images	*im = xcalloc(1, sizeof(*im));

	im->index = shards_new();
	im->key = hash_key_random();
	im->max = max == 0 ? IMAGES_MAX : max;
	im->rows = mem_grow(NULL, &im->rows_cap, 1, sizeof(*im->rows));
	im->rows[0] = (struct row){ .holders = 1 };
	im->nrows = 1;
	im->spare = NOWHERE;
	for (unsigned i = 0; i < SIZES; i++)
		im->cells[i] = NOWHERE;
	return im;
}

void
images_free(struct images *im)
{
	if (im == NULL)
		return;
	shards_free(im->index);
	free(im->rows);
	free(im->bytes);
	free(im);
}

/* Which size of cell holds N bytes. */
static unsigned
size_for(size_t n)
{
	unsigned	 i = 0;

	while (((size_t)CELL_MIN << i) < n)
		i++;
	return i;
}

/* The place of a cell, or NOWHERE. */
static uint32_t
take_cell(struct images *im, unsigned size)
{
	const size_t	 n = (size_t)CELL_MIN << size;
	uint32_t	 at = im->cells[size];

	if (at != NOWHERE) {
		memcpy(&im->cells[size], im->bytes + (size_t)at * CELL_MIN,
		    sizeof(at));
		return at;
	}
	if (n > im->max - im->used)
		return NOWHERE;
	im->bytes = mem_grow(im->bytes, &im->bytes_cap, im->used + n, 1);
	at = (uint32_t)(im->used / CELL_MIN);
	im->used += n;
	return at;
}

static void
give_cell(struct images *im, unsigned size, uint32_t at)
{
	memcpy(im->bytes + (size_t)at * CELL_MIN, &im->cells[size],
	    sizeof(at));
	im->cells[size] = at;
}

static uint32_t
take_row(struct images *im)
{
	const uint32_t	 i = im->spare;

	if (i != NOWHERE) {
		im->spare = im->rows[i].at;
		return i;
	}
	im->rows = mem_grow(im->rows, &im->rows_cap, im->nrows + 1,
	    sizeof(*im->rows));
	return (uint32_t)im->nrows++;
}

static uint32_t
find(const struct images *im, uint64_t hash, struct slice path)
{
	uint32_t	 probe = 0, i;

	while ((i = shards_find(im->index, hash, &probe)) != SHARDS_NONE)
		if (im->rows[i].hash == hash &&
		    slice_eq(images_path(im, i), path))
			return i;
	return IMAGE_NONE;
}

static void
fill(struct images *im, uint32_t i, uint64_t hash, struct slice path,
    uint32_t cell)
{
	if (path.n > 0)
		memcpy(im->bytes + (size_t)cell * CELL_MIN, path.p, path.n);
	im->rows[i] = (struct row){ hash, 1, (uint32_t)path.n, cell };
	shards_add(im->index, hash, i);
}

uint32_t
images_take(struct images *im, struct slice path)
{
	const uint64_t	 hash = hash_bytes(&im->key, path);
	uint32_t	 i, at;

	if (path.n > UINT16_MAX)
		return IMAGE_NONE;
	if ((i = find(im, hash, path)) != IMAGE_NONE) {
		im->rows[i].holders++;
		return i;
	}
	if ((at = take_cell(im, size_for(path.n))) == NOWHERE)
		return IMAGE_NONE;
	i = take_row(im);
	fill(im, i, hash, path, at);
	return i;
}

void
images_hold(struct images *im, uint32_t i)
{
	if (i != IMAGE_NONE)
		im->rows[i].holders++;
}

void
images_drop(struct images *im, uint32_t i)
{
	struct row	*r = &im->rows[i];

	if (i == IMAGE_NONE || --r->holders > 0)
		return;
	shards_remove(im->index, r->hash, i);
	give_cell(im, size_for(r->n), r->at);
	r->at = im->spare;
	im->spare = i;
}

struct slice
images_path(const struct images *im, uint32_t i)
{
	const struct row	*r = &im->rows[i];

	return (struct slice){ im->bytes + (size_t)r->at * CELL_MIN, r->n };
}

/* What is told and put back. */

uint32_t
images_end(const struct images *im)
{
	return (uint32_t)im->nrows;
}

bool
images_is(const struct images *im, uint32_t i)
{
	return i != IMAGE_NONE && i < im->nrows && im->rows[i].holders > 0;
}

void
images_spare(const struct images *im, uint32_t cells[IMAGES_SIZES])
{
	for (unsigned i = 0; i < SIZES; i++) {
		uint32_t	 at = im->cells[i];

		for (cells[i] = 0; at != NOWHERE; cells[i]++)
			memcpy(&at, im->bytes + (size_t)at * CELL_MIN,
			    sizeof(at));
	}
}

/* Rows up to this one, which are nobody's. */
static void
skip_to(struct images *im, uint32_t number)
{
	im->rows = mem_grow(im->rows, &im->rows_cap, number + (size_t)1,
	    sizeof(*im->rows));
	while (im->nrows < number) {
		im->rows[im->nrows] = (struct row){ .at = im->spare };
		im->spare = (uint32_t)im->nrows++;
	}
}

bool
images_restore(struct images *im, uint32_t number, struct slice path)
{
	const uint64_t	 hash = hash_bytes(&im->key, path);
	uint32_t	 at;

	/* There cannot be more rows than there ever were cells. */
	if (number < im->nrows || number > im->max / CELL_MIN ||
	    path.n > UINT16_MAX || find(im, hash, path) != IMAGE_NONE ||
	    (at = take_cell(im, size_for(path.n))) == NOWHERE)
		return false;
	skip_to(im, number);
	im->nrows++;
	fill(im, number, hash, path, at);
	return true;
}

bool
images_restore_spare(struct images *im, const uint32_t cells[IMAGES_SIZES])
{
	for (unsigned i = 0; i < SIZES; i++) {
		const size_t	 n = (size_t)CELL_MIN << i;
		const size_t	 begin = im->used / CELL_MIN;

		if (cells[i] > (im->max - im->used) / n)
			return false;
		im->bytes = mem_grow(im->bytes, &im->bytes_cap,
		    im->used + cells[i] * n, 1);
		im->used += cells[i] * n;
		for (uint32_t k = 0; k < cells[i]; k++)
			give_cell(im, i, (uint32_t)(begin + k * (n /
			    CELL_MIN)));
	}
	return true;
}

void
images_let_go(struct images *im)
{
	for (uint32_t i = 1; i < im->nrows; i++)
		if (images_is(im, i))
			images_drop(im, i);
}
