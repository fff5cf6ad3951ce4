/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/bundle.h"

static unsigned	asked;

static int
load(void *arg, const char *path, struct buf *out)
{
	(void)arg;
	asked++;
	if (strcmp(path, "gone") == 0)
		return ENOENT;
	buf_printf(out, "text of %s", path);
	return 0;
}

static bool
uid_of(void *arg, const char *user, uint32_t *uid)
{
	(void)arg;
	*uid = 4242;
	return strcmp(user, "robert") == 0;
}

static const struct accounts	accounts = { .uid_of = uid_of };
static const struct rules_env	world = { .accounts = &accounts,
	.load = load, .zone = load };

/* Through a channel: what the one has kept, the other gives. */
static void
all_that_was_read_comes_to_the_other(void **state)
{
	struct bundle	*here = bundle_new(), *there = bundle_new();
	struct rules_env env = bundle_keeping(here, &world);
	struct buf	 out = { 0 };
	struct channel	*c[2];
	struct message	 m;
	const char	*why;
	uint32_t	 uid = 0;
	int		 ends[2];

	(void)state;
	buf_str(&out, "before ");
	assert_int_equal(env.load(env.arg, "a.conf", &out), 0);
	assert_int_equal(env.load(env.arg, "gone", &out), ENOENT);
	assert_int_equal(env.zone(env.arg, "UTC", &out), 0);
	assert_true(env.accounts->uid_of(env.accounts->arg, "robert", &uid));
	assert_int_equal(channel_pair(ends), 0);
	c[0] = channel_new(ends[0], ROLES_MAX);
	c[1] = channel_new(ends[1], ROLES_MAX);
	assert_int_equal(bundle_send(here, c[0], PARENT_TO_WORKER), 0);
	assert_int_equal(channel_flush(c[0], true), 0);
	assert_int_equal(channel_fill(c[1], true), 1);
	while (roles_next(c[1], PARENT_TO_WORKER, &m, &why) == 1)
		assert_true(bundle_take(there, &m));

	env = bundle_giving(there, &world);
	asked = 0;
	uid = 0;
	buf_clear(&out);
	assert_int_equal(env.load(env.arg, "a.conf", &out), 0);
	assert_string_equal(buf_cstr(&out), "text of a.conf");
	assert_int_equal(env.load(env.arg, "gone", &out), ENOENT);
	assert_int_equal(env.load(env.arg, "UTC", &out), ENOENT);
	assert_int_equal(env.zone(env.arg, "UTC", &out), 0);
	assert_true(env.accounts->uid_of(env.accounts->arg, "robert", &uid));
	assert_int_equal(uid, 4242);
	assert_false(env.accounts->uid_of(env.accounts->arg, "root", &uid));
	assert_int_equal(asked, 0);
	channel_free(c[0]);
	channel_free(c[1]);
	buf_fini(&out);
	bundle_free(here);
	bundle_free(there);
}

static void
piece_without_a_file_is_refused(void **state)
{
	struct bundle		*b = bundle_new();
	const struct message	 m = { ROLES_PIECE, slice_str("text"), -1 };

	(void)state;
	assert_false(bundle_take(b, &m));
	bundle_free(b);
}

static void
file_of_no_kind_is_refused(void **state)
{
	static const uint8_t	 bytes[] = { 9, 0, 0, 0, 2, 'a', 0 };
	struct bundle		*b = bundle_new();
	const struct message	 m = { ROLES_FILE, { bytes, sizeof(bytes) },
	    -1 };

	(void)state;
	assert_false(bundle_take(b, &m));
	bundle_free(b);
}

/* Whoever bounds it has its bound from this. */
static void
empty_files_have_their_size_as_well(void **state)
{
	struct bundle	*b = bundle_new();
	size_t		 before = 0;
	struct buf	 bytes = { 0 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct message	 m = { .type = ROLES_FILE, .fd = -1 };

		buf_clear(&bytes);
		buf_u8(&bytes, 0);
		roles_text(&bytes, "a name of twenty-six bytes");
		m.bytes = buf_bytes(&bytes);
		assert_true(bundle_take(b, &m));
		if (i == 0)
			assert_true((before = bundle_size(b)) > 26);
	}
	assert_int_equal(bundle_size(b), before);	/* the same one */
	buf_fini(&bytes);
	bundle_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_was_read_comes_to_the_other),
		cmocka_unit_test(piece_without_a_file_is_refused),
		cmocka_unit_test(file_of_no_kind_is_refused),
		cmocka_unit_test(empty_files_have_their_size_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
