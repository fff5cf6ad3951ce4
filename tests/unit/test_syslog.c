/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "alert_case.h"
#include "sink/sink.h"

static char	 sent[1024];
static int	 sent_priority;

static void
catch(void *arg, int priority, const char *line)
{
	(void)arg;
	sent_priority = priority;
	(void)snprintf(sent, sizeof(sent), "%s", line);
}

static void
send(const char *format)
{
	struct alert_case	 a;

	case_init(&a, "/tmp/x", NULL);
	syslog_alert(catch, NULL, 37, sink_format_find(slice_str(format)),
	    &a.view, &a.world);
	case_fini(&a);
	assert_int_equal(sent_priority, 37);
	assert_null(strchr(sent, '\n'));
}

static void
classic_line_goes_without_its_newline(void **state)
{
	(void)state;
	send("text");
	assert_string_equal(sent, "1634210459.522 state machine: login "
	    "subject: auid 1001 completed: duration 536 seconds priority: 5 "
	    "source: trail.bsm");
}

static void
json_goes_as_json(void **state)
{
	(void)state;
	send("json");
	assert_memory_equal(sent, "{\"time\":", 8);
}

static void
format_of_many_lines_goes_as_the_classic_line(void **state)
{
	(void)state;
	send("long");
	assert_memory_equal(sent, "1634210459.522 state machine: ", 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classic_line_goes_without_its_newline),
		cmocka_unit_test(json_goes_as_json),
		cmocka_unit_test(format_of_many_lines_goes_as_the_classic_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
