/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/roles.h"
#include "run/wary.h"

#define TRAIL	11u

/* What the parent tells of a place. */
static bool
tell(struct wary *w, uint32_t what, uint64_t from, uint64_t until, int fd)
{
	struct buf	 b = { 0 };
	bool		 good;

	buf_u32(&b, what);
	buf_u64(&b, TRAIL);
	buf_u64(&b, from);
	buf_u64(&b, until);
	roles_text(&b, fd == -1 ? NULL : "poison-1.bsm");
	good = wary_take(w, buf_bytes(&b), fd);
	buf_fini(&b);
	return good;
}

static void
places_are_known_by_any_byte_they_have(void **state)
{
	struct wary	*w = wary_new();

	(void)state;
	assert_true(tell(w, POISON_NEAR, 100, 200, -1));
	assert_true(wary_near(w, TRAIL, 0, 101));
	assert_true(wary_near(w, TRAIL, 199, 300));
	assert_false(wary_near(w, TRAIL, 0, 100));
	assert_false(wary_near(w, TRAIL, 200, 300));
	assert_false(wary_near(w, TRAIL + 1, 100, 200));
	assert_true(wary_of(w, TRAIL));
	assert_false(wary_of(w, TRAIL + 1));
	assert_false(wary_near(NULL, TRAIL, 100, 200));
	wary_free(w);
}

static void
first_place_of_its_kind_is_found(void **state)
{
	struct wary	*w = wary_new();

	(void)state;
	assert_true(tell(w, POISON_NEAR, 100, 900, -1));
	assert_true(tell(w, POISON_RECORD, 500, 600, -1));
	assert_true(tell(w, POISON_RECORD, 300, 400, -1));
	assert_int_equal(wary_find(w, POISON_RECORD, TRAIL, 0, 900)->from,
	    300);
	assert_int_equal(wary_find(w, POISON_RECORD, TRAIL, 301, 900)->from,
	    500);
	assert_null(wary_find(w, POISON_RECORD, TRAIL, 301, 500));
	assert_null(wary_find(w, POISON_BYTES, TRAIL, 0, 900));
	assert_null(wary_find(NULL, POISON_RECORD, TRAIL, 0, 900));
	wary_free(w);
}

static void
bytes_go_to_the_file_as_they_are(void **state)
{
	char			 path[] = "/tmp/bsmtrace-wary-XXXXXX";
	const int		 fd = mkstemp(path);
	struct wary		*w = wary_new();
	struct poison_place	*l;
	struct buf		 say = { 0 };
	struct cursor		 c;
	char			 got[8] = "";

	(void)state;
	assert_true(fd != -1);
	assert_int_equal(unlink(path), 0);
	assert_true(tell(w, POISON_RECORD, 300, 305, dup(fd)));
	l = wary_find(w, POISON_RECORD, TRAIL, 300, 301);
	assert_string_equal(l->name, "poison-1.bsm");
	assert_true(wary_keep(l, (struct slice){ (const uint8_t *)"a\0b\n\xff",
	    5 }));
	assert_int_equal(pread(fd, got, sizeof(got), 0), 5);
	assert_memory_equal(got, "a\0b\n\xff", 5);
	wary_say(&say, l);
	c = (struct cursor){ .in = buf_bytes(&say) };
	assert_int_equal(cursor_uint(&c, 4), POISON_RECORD);
	assert_int_equal(cursor_uint(&c, 8), TRAIL);
	assert_int_equal(cursor_uint(&c, 8), 300);
	assert_true(roles_taken(&c));
	buf_fini(&say);
	wary_free(w);
	(void)close(fd);
}

static void
without_a_file_or_when_it_fails_nothing_is_kept(void **state)
{
	struct wary	*w = wary_new();

	(void)state;
	assert_true(tell(w, POISON_RECORD, 300, 301, -1));
	assert_true(tell(w, POISON_RECORD, 400, 401,
	    open("/dev/null", O_RDONLY)));
	assert_false(wary_keep(wary_find(w, POISON_RECORD, TRAIL, 300, 301),
	    slice_str("x")));
	assert_false(wary_keep(wary_find(w, POISON_RECORD, TRAIL, 400, 401),
	    slice_str("x")));
	wary_free(w);
}

static void
nonsense_is_refused_and_its_descriptor_closed(void **state)
{
	struct wary	*w = wary_new();
	const int	 fd = open("/dev/null", O_WRONLY);

	(void)state;
	assert_false(tell(w, POISON_END + 1, 1, 2, fd));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_false(tell(w, POISON_NEAR, 2, 1, -1));
	assert_false(wary_take(w, slice_str("short"), -1));
	for (unsigned i = 0; i < POISON_PLACES; i++)
		assert_true(tell(w, POISON_NEAR, i, i + 1, -1));
	assert_false(tell(w, POISON_NEAR, 1, 2, -1));
	wary_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_known_by_any_byte_they_have),
		cmocka_unit_test(first_place_of_its_kind_is_found),
		cmocka_unit_test(bytes_go_to_the_file_as_they_are),
		cmocka_unit_test(
		    without_a_file_or_when_it_fails_nothing_is_kept),
		cmocka_unit_test(nonsense_is_refused_and_its_descriptor_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
