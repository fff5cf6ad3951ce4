/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/supervisor.h"

struct listener {
	char	 dir[64], path[96];
	int	 fd;
};

static int
setup(void **state)
{
	struct listener		*l = calloc(1, sizeof(*l));
	struct sockaddr_un	 at = { .sun_family = AF_UNIX };

	(void)snprintf(l->dir, sizeof(l->dir), "/tmp/supervisor-XXXXXX");
	if (mkdtemp(l->dir) == NULL)
		return -1;
	(void)snprintf(l->path, sizeof(l->path), "%s/socket", l->dir);
	memcpy(at.sun_path, l->path, strlen(l->path) + 1);
	l->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	*state = l;
	return bind(l->fd, (const struct sockaddr *)&at, sizeof(at));
}

static int
teardown(void **state)
{
	struct listener	*l = *state;

	close(l->fd);
	unlink(l->path);
	rmdir(l->dir);
	free(l);
	return 0;
}

static void
words_arrive(void **state)
{
	struct listener		*l = *state;
	struct supervisor	 s;
	char			 got[64] = "";

	setenv("NOTIFY_SOCKET", l->path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	supervisor_init(&s);
	assert_int_equal(s.watchdog_us, 30000000);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	supervisor_tell(&s, "READY=1");
	assert_int_equal(recv(l->fd, got, sizeof(got) - 1, 0), 7);
	assert_string_equal(got, "READY=1");
	supervisor_fini(&s);
}

static void
watchdog_of_another_process_is_not_ours(void **state)
{
	struct listener		*l = *state;
	struct supervisor	 s;

	setenv("NOTIFY_SOCKET", l->path, 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	supervisor_init(&s);
	assert_int_equal(s.watchdog_us, 0);
	supervisor_fini(&s);
}

static void
nothing_happens_where_nobody_listens(void **state)
{
	static const char *const	 names[] = { "", "/", "relative",
	    "/nonexistent/socket", "@no-such-name" };
	struct supervisor		 s;
	char				 longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		supervisor_init(&s);
		assert_int_equal(s.fd, -1);
		supervisor_tell(&s, "READY=1");
		supervisor_fini(&s);
	}
	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	supervisor_init(&s);
	assert_int_equal(s.fd, -1);
	unsetenv("NOTIFY_SOCKET");
	supervisor_init(&s);
	assert_int_equal(s.fd, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_arrive, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    watchdog_of_another_process_is_not_ours, setup, teardown),
		cmocka_unit_test(nothing_happens_where_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
