/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "alert_case.h"

static struct alert_case	 a;

static int
setup(void **state)
{
	(void)state;
	case_init(&a, "/tmp/x", NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	case_fini(&a);
	return 0;
}

/* The alert, read back by another JSON library. */
static json_t *
parsed(void)
{
	struct buf	 b = { 0 };
	json_error_t	 error;
	json_t		*root;

	jsonl_put(&b, &a.view, &a.world);
	assert_int_equal(b.p[b.n - 1], '\n');
	assert_null(memchr(b.p, '\n', b.n - 1));
	root = json_loadb((const char *)b.p, b.n, 0, &error);
	assert_non_null(root);
	buf_fini(&b);
	return root;
}

static void
object_has_the_members_that_were_promised_in_order(void **state)
{
	struct buf	 b = { 0 };

	(void)state;
	jsonl_put(&b, &a.view, &a.world);
	assert_string_equal(buf_cstr(&b),
	    "{\"time\":\"2021-10-14T11:20:59.522Z\","
	    "\"uid\":\"0000000000006f1c000000000000002a\","
	    "\"rule\":\"login\",\"serial\":0,\"priority\":5,"
	    "\"description\":null,\"tags\":[],\"defined\":\"ssh.conf:3\","
	    "\"subject\":{\"type\":\"auid\",\"id\":1001,\"name\":\"alice\"},"
	    "\"key\":{},\"host\":null,\"zone\":null,\"source\":\"trail.bsm\","
	    "\"first\":\"2021-10-14T11:12:03.100Z\","
	    "\"last\":\"2021-10-14T11:20:59.522Z\",\"duration_s\":536.422,"
	    "\"records\":1,\"held_back\":0,\"bound\":{},\"steps\":["
	    "{\"state\":1,\"time\":\"2021-10-14T11:20:59.522Z\","
	    "\"event\":\"AUE_EXECVE\",\"number\":23,\"status\":\"failure\","
	    "\"error\":\"EPERM\",\"pid\":1768,\"session\":4711,"
	    "\"address\":\"192.0.2.7\",\"path\":\"/tmp/x\",\"args\":null,"
	    "\"text\":null,\"offset\":0,\"length\":78}]}\n");
	buf_fini(&b);
}

static void
subject_is_null_when_the_record_has_none(void **state)
{
	json_t	*root;

	(void)state;
	a.alert.has_subject = false;
	root = parsed();
	assert_true(json_is_null(json_object_get(root, "subject")));
	json_decref(root);
}

static void
the_key_has_a_member_for_each_part(void **state)
{
	static const struct alert_value	 key[] = {
		{ .name = "session", .is_number = true, .number = 1768 },
		{ .name = "object", .bytes = { (const uint8_t *)"/x\xff", 3 } },
		{ .name = "address", .is_address = true,
		    .bytes = { (const uint8_t *)"\300\0\2\7", 4 } },
	};
	json_t				*root, *k;

	(void)state;
	a.alert.key = key;
	a.alert.nkey = 3;
	root = parsed();
	k = json_object_get(root, "key");
	assert_int_equal(json_integer_value(json_object_get(k, "session")),
	    1768);
	assert_string_equal(json_string_value(json_object_get(
	    json_object_get(k, "object"), "hex")), "2f78ff");
	assert_string_equal(json_string_value(json_object_get(k, "address")),
	    "192.0.2.7");
	json_decref(root);
}

static void
what_was_bound_is_shown_or_how_long_it_was(void **state)
{
	static const struct alert_value	 bound[] = {
		{ .name = "file", .bytes = { (const uint8_t *)"/tmp/x", 6 } },
		{ .name = "text", .bytes = { NULL, 5000 }, .cut = true },
	};
	json_t				*root, *v;

	(void)state;
	a.alert.bound = bound;
	a.alert.nbound = 2;
	root = parsed();
	v = json_object_get(root, "bound");
	assert_string_equal(json_string_value(json_object_get(v, "file")),
	    "/tmp/x");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(v,
	    "text"), "length")), 5000);
	json_decref(root);
}

static void
what_was_held_back_is_counted_and_an_absence_is_said(void **state)
{
	json_t	*root;

	(void)state;
	root = parsed();
	assert_null(json_object_get(root, "absence"));
	json_decref(root);
	a.alert.held_back = 17;
	a.alert.absence = true;
	root = parsed();
	assert_int_equal(json_integer_value(json_object_get(root,
	    "held_back")), 17);
	assert_true(json_is_true(json_object_get(root, "absence")));
	json_decref(root);
}

static void
steps_are_the_first_and_last_fifty(void **state)
{
	json_t	*root, *steps, *at;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		a.steps[i] = a.steps[0];
		a.steps[i].state = i + 1;
	}
	a.alert.nsteps = a.alert.records = 1000;
	root = parsed();
	steps = json_object_get(root, "steps");
	assert_int_equal(json_array_size(steps), 100);
	at = json_array_get(steps, 49);
	assert_int_equal(json_integer_value(json_object_get(at, "state")), 50);
	at = json_array_get(steps, 50);
	assert_int_equal(json_integer_value(json_object_get(at, "state")),
	    951);
	json_decref(root);
}

static void
record_that_is_gone_leaves_nulls(void **state)
{
	json_t	*root, *step;

	(void)state;
	a.steps[0].bytes = (struct slice){ 0 };
	a.steps[0].offset = 99;
	root = parsed();
	step = json_array_get(json_object_get(root, "steps"), 0);
	assert_true(json_is_null(json_object_get(step, "time")));
	assert_true(json_is_null(json_object_get(step, "status")));
	assert_true(json_is_null(json_object_get(step, "length")));
	assert_int_equal(json_integer_value(json_object_get(step, "offset")),
	    99);
	json_decref(root);
}

static void
only_a_recovered_step_says_so(void **state)
{
	json_t	*root, *step;

	(void)state;
	root = parsed();
	step = json_array_get(json_object_get(root, "steps"), 0);
	assert_null(json_object_get(step, "recovered"));
	json_decref(root);
	a.steps[0].quality = FRAME_RECOVERED;
	root = parsed();
	step = json_array_get(json_object_get(root, "steps"), 0);
	assert_true(json_is_true(json_object_get(step, "recovered")));
	json_decref(root);
}

static void
path_that_is_not_text_is_hexadecimal(void **state)
{
	json_t	*root, *step, *path;

	(void)state;
	case_fini(&a);
	case_init(&a, "/\xff\xfe", NULL);
	root = parsed();
	step = json_array_get(json_object_get(root, "steps"), 0);
	path = json_object_get(step, "path");
	assert_string_equal(json_string_value(json_object_get(path, "hex")),
	    "2ffffe");
	json_decref(root);
}

static void
label_of_any_bytes_makes_good_json(void **state)
{
	json_t	*root;

	(void)state;
	a.alert.rule.label = "q\"b\\n\n\x01\xff";
	root = parsed();
	assert_string_equal(json_string_value(json_object_get(root, "rule")),
	    "q\"b\\n\n\x01\xef\xbf\xbd");
	json_decref(root);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(object_has_the_members_that_were_promised_in_order),
		TEST(subject_is_null_when_the_record_has_none),
		TEST(the_key_has_a_member_for_each_part),
		TEST(what_was_bound_is_shown_or_how_long_it_was),
		TEST(what_was_held_back_is_counted_and_an_absence_is_said),
		TEST(steps_are_the_first_and_last_fifty),
		TEST(record_that_is_gone_leaves_nulls),
		TEST(only_a_recovered_step_says_so),
		TEST(path_that_is_not_text_is_hexadecimal),
		TEST(label_of_any_bytes_makes_good_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
