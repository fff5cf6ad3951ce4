/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

#include "alert_case.h"
#include "caught.h"
#include "run/retention.h"

static struct alert_case	 a;
static char			 dir[] = "/tmp/test_retention.XXXXXX";
static struct event_base	*base;
static struct store		*store;
static struct sinks		*sinks;

static void
trouble(void *arg, const char *what, int error, uint64_t lost)
{
	(void)lost;
	buf_printf(arg, "%s %s\n", what, error == 0 ? "works" : "fails");
}

static struct buf	 said;

static int
setup(void **state)
{
	struct sinks_options	 o = {
		.format = sink_formats(), .syslog = SINK_NO_SYSLOG,
		.stderr_fd = -1,
		.host = { .trouble = trouble, .arg = &said }
	};
	struct buf		 why = { 0 };

	(void)state;
	case_init(&a, "/tmp/x", NULL);
	o.world = a.world;
	base = event_base_new();
	store = store_open("alerts.db", true, &why);
	sinks = sinks_new(&o);
	sinks_use_store(sinks, store);
	return store == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	sinks_free(sinks);
	store_close(store);
	event_base_free(base);
	case_fini(&a);
	buf_fini(&said);
	said = (struct buf){ 0 };
	unlink("alerts.db");
	return 0;
}

/* N alerts, so many seconds old. */
static void
add(uint32_t n, int64_t age_s)
{
	static uint64_t	 number;

	for (uint32_t i = 0; i < n; i++) {
		a.alert.uid[1] = ++number;
		a.alert.millis = ((int64_t)time(NULL) - age_s) * 1000;
		sinks_alert(sinks, &a.view);
	}
	sinks_flush(sinks);
}

static bool
on_found(void *arg, const struct store_row *row)
{
	(void)row;
	++*(size_t *)arg;
	return true;
}

static size_t
count(void)
{
	const struct store_query	 all = { .since_ms = STORE_ANY,
	    .until_ms = STORE_ANY, .priority = STORE_ANY };
	size_t				 n = 0;

	assert_true(store_find(store, &all, on_found, &n));
	return n;
}

static void
sizes_have_a_unit_and_a_smallest(void **state)
{
	static const char *const	 bad[] = { "", "1", "1k", "x", "-1g",
	    " 1g", "1gb", "1.5g", "9223372036854775808", "16777216t",
	    "99999999999999999999999", "1 g", "1023k" };
	uint64_t			 n;

	(void)state;
	assert_true(retention_size("1m", &n));
	assert_int_equal(n, 1 << 20);
	assert_true(retention_size("1048576", &n));
	assert_int_equal(n, 1 << 20);
	assert_true(retention_size("3G", &n));
	assert_int_equal(n, UINT64_C(3) << 30);
	assert_true(retention_size("2048k", &n));
	assert_int_equal(n, 2 << 20);
	assert_true(retention_size("8388607t", &n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(retention_size(bad[i], &n));
}

static void
without_limits_there_is_nothing_to_do(void **state)
{
	const struct retention_limits	 none = { 0 };

	(void)state;
	assert_null(retention_new(base, sinks, &none));
}

static void
old_alerts_go_a_few_at_a_time(void **state)
{
	const struct retention_limits	 limits = { .keep_s = 3600 };
	struct retention		*r;
	size_t				 before = 500;

	(void)state;
	add(200, 7200);
	add(300, 60);
	r = retention_new(base, sinks, &limits);
	assert_non_null(r);
	assert_int_equal(count(), before -= STORE_STEP);	/* at once */
	while (before > 300) {
		const size_t	 left = count();

		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		assert_true(left - count() <= STORE_STEP);
		before = count();
	}
	assert_int_equal(count(), 300);
	retention_free(r);
}

static void
oldest_go_when_there_are_too_many(void **state)
{
	const struct retention_limits	 limits = { .max = 1 << 20 };
	struct retention		*r;

	(void)state;
	add(3000, 60);
	r = retention_new(base, sinks, &limits);
	for (unsigned i = 0; i < 12; i++)
		(void)event_base_loop(base, EVLOOP_ONCE);
	assert_in_range(count(), 500, 2999);
	retention_free(r);
}

/* It is said once, and tried again an hour later. */
static void
store_that_fails_is_said_by_the_sinks(void **state)
{
	const struct retention_limits	 limits = { .keep_s = 3600 };
	struct retention		*r;
	sqlite3				*other;

	(void)state;
	add(10, 7200);
	assert_int_equal(sqlite3_open("alerts.db", &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "ALTER TABLE alerts RENAME TO "
	    "elsewhere", NULL, NULL, NULL), SQLITE_OK);
	r = retention_new(base, sinks, &limits);
	assert_string_equal(buf_cstr(&said), "the store fails\n");
	assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(sqlite3_exec(other, "ALTER TABLE elsewhere RENAME TO "
	    "alerts", NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(other);
	sinks_flush(sinks);
	assert_string_equal(buf_cstr(&said), "the store fails\n"
	    "the store works\n");
	assert_int_equal(count(), 10);
	retention_free(r);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sizes_have_a_unit_and_a_smallest),
		TEST(without_limits_there_is_nothing_to_do),
		TEST(old_alerts_go_a_few_at_a_time),
		TEST(oldest_go_when_there_are_too_many),
		TEST(store_that_fails_is_said_by_the_sinks),
	};
	int	 failed;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 99;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (chdir("/") == 0)
		rmdir(dir);
	return failed;
}
