/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_fate.c - what becomes of device and inode when a path goes.
 */
#include "play.h"

#include "engine/fate.h"

#define SEES(options) options SEQ("s", EV_X "object <exact> { /a, /b; }; }; ")
#define EV_X "by pid; state { event <auditevent> { AUE_EXECVE; }; status any; "

static void
the_cache_may_keep_the_first_path_follow_it_or_be_off(void **state)
{
	(void)state;
	plays(SEES(""), "w0:/a,i7 u1:/a,i7 w2:/c,i7 x3:i7", "s@3=3 pid=1");
	plays(SEES("options { path-cache classic; };"),
	    "w0:/a,i7 u1:/a,i7 w2:/c,i7 x3:i7", "s@3=3 pid=1");
	plays(SEES("options { path-cache follow; };"),
	    "w0:/a,i7 u1:/a,i7 w2:/c,i7 x3:i7", "");
	plays(SEES("options { path-cache off; };"), "w0:/a,i7 x1:i7", "");
}

static void
a_path_that_failed_to_go_stays(void **state)
{
	(void)state;
	plays(SEES("options { path-cache follow; };"),
	    "w0:/a,i7 u1:/a,i7,! x2:i7", "s@2=2 pid=1");
}

static void
another_name_of_the_file_that_goes_is_no_matter(void **state)
{
	(void)state;
	plays(SEES("options { path-cache follow; };"),
	    "w0:/a,i7 u1:/c,i7 x2:i7", "s@2=2 pid=1");
}

static enum fate
fate(const struct names *names, enum dialect d, uint16_t event, uint8_t error)
{
	struct fates		 f;
	struct buf		 b = { 0 };
	struct token		 t = { .layout = layout_find(TOK_HEADER32) };
	struct frame_record	 frame = { .kind = FRAME_RECORD };
	struct record		 r;
	enum fate		 what;

	fate_init(&f, names);
	t.header.version = 11;
	t.header.event = event;
	assert_int_equal(build_token(&b, &t), 0);
	t = (struct token){ .layout = layout_find(TOK_RETURN32) };
	t.ret.error = error;
	assert_int_equal(build_token(&b, &t), 0);
	build_finish(&b, 0);
	frame.bytes = buf_bytes(&b);
	assert_int_equal(record_head(&r, &frame), 0);
	record_index(&r);
	what = fate_of(&f, d, &r);
	buf_fini(&b);
	return what;
}

static void
unlink_and_rename_are_known_by_name(void **state)
{
	struct names	*names = names_new();	/* the built-in tables */

	(void)state;
	assert_int_equal(fate(names, DIALECT_FREEBSD, 6, 0), FATE_GONE);
	assert_int_equal(fate(names, DIALECT_FREEBSD, 6, 2), FATE_NONE);
	assert_int_equal(fate(names, DIALECT_FREEBSD, 42, 0), FATE_MOVED);
	assert_int_equal(fate(names, DIALECT_SOLARIS, 42, 0), FATE_MOVED);
	assert_int_equal(fate(names, DIALECT_FREEBSD, 23, 0), FATE_NONE);
	assert_int_equal(fate(names, DIALECT_FREEBSD, 0, 0), FATE_NONE);
	names_free(names);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
#define TEST(name) cmocka_unit_test(name)
		TEST(the_cache_may_keep_the_first_path_follow_it_or_be_off),
		TEST(a_path_that_failed_to_go_stays),
		TEST(another_name_of_the_file_that_goes_is_no_matter),
		TEST(unlink_and_rename_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
