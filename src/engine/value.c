/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * value.c - the value of a field: what is compared, bound and made a key of.
 *
 * A text that is too long to be kept lives on as its length and a hash under a
 * fixed key, so that it can still be compared with one that is whole, also
 * after a restart.
 */
#include "engine/value.h"

static const struct hash_key	long_key = {
	0x62736d7472616365u, 0x6c6f6e6774657874u	/* "bsmtracelongtext" */
};

/* What stands for a text that is too long to be kept. */
static uint64_t
long_hash(const struct value *v)
{
	return v->cut ? v->number : hash_bytes(&long_key, v->bytes);
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NOTHING:
		return false;
	case VALUE_NUMBER:
		return a->number == b->number;
	case VALUE_TEXT:
	case VALUE_ADDRESS:
		break;
	}
	if (a->bytes.n != b->bytes.n)
		return false;
	if (a->cut || b->cut)
		return long_hash(a) == long_hash(b);
	return slice_eq(a->bytes, b->bytes);
}

bool
value_below(const struct value *path, const struct value *v)
{
	return path->kind == VALUE_TEXT && v->kind == VALUE_TEXT &&
	    !path->cut && !v->cut && slice_lies_in(path->bytes, v->bytes);
}

uint64_t
value_hash(const struct hash_key *key, const struct value *v)
{
	if (v->kind == VALUE_NOTHING)
		return 0;
	if (v->kind == VALUE_NUMBER)
		return hash_word(key, v->number);
	if (v->bytes.n > VALUE_TEXT_MAX)
		return hash_word(key, long_hash(v) + v->bytes.n);
	return hash_bytes(key, v->bytes);
}

void
value_cut(struct value *v)
{
	if (v->kind != VALUE_TEXT || v->cut || v->bytes.n <= VALUE_TEXT_MAX)
		return;
	v->number = long_hash(v);
	v->cut = true;
	v->bytes.p = NULL;
}
