/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_mem.c - allocation, and the end of the process when it fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

/* Run FN in a process of its own; returns how that ended. */
static int
status_of(void (*fn)(void))
{
	const pid_t	 pid = fork();
	int		 status;

	assert_true(pid != -1);
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		fn();
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
multiply_too_much(void)
{
	free(xcalloc(SIZE_MAX / 2, 3));
}

static void
add_too_much(void)
{
	free(xmalloc(mem_sum(SIZE_MAX, 1)));
}

static void
copy_too_much(void)
{
	free(xstrndup("", SIZE_MAX));
}

static void
grow_too_much(void)
{
	size_t	 cap = 0;

	free(mem_grow(NULL, &cap, SIZE_MAX / 4, 8));
}

static void
end_at_once(void)
{
	mem_end("enough");
}

static void
sizes_that_overflow_end_the_process(void **state)
{
	(void)state;
	assert_int_equal(status_of(multiply_too_much), 1);
	assert_int_equal(status_of(add_too_much), 1);
	assert_int_equal(status_of(copy_too_much), 1);
	assert_int_equal(status_of(grow_too_much), 1);
	assert_int_equal(status_of(end_at_once), 1);
}

static void
no_bytes_are_a_block_all_the_same(void **state)
{
	void	*p[4] = { xmalloc(0), xcalloc(0, 8), xreallocarray(NULL, 8, 0),
		    xmemdup(NULL, 0) };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(p[i]);
		free(p[i]);
	}
}

static void
pages_begin_at_a_page(void **state)
{
	(void)state;
	for (size_t n = 0; n < 1u << 20; n = 3 * n + 1) {
		uint8_t	*p = xpages(n);

		assert_int_equal((uintptr_t)p % 4096, 0);
		memset(p, 1, n);
		free(p);
	}
}

static void
copies_have_their_nul(void **state)
{
	char	*whole = xstrdup("audit"), *part = xstrndup("audit", 3);
	char	*none = xstrndup(NULL, 0);

	(void)state;
	assert_string_equal(whole, "audit");
	assert_string_equal(part, "aud");
	assert_string_equal(none, "");
	free(whole);
	free(part);
	free(none);
}

static void
a_growing_array_keeps_its_items(void **state)
{
	uint32_t	*array = NULL;
	size_t		 cap = 0, moves = 0;

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		const size_t	 before = cap;

		array = mem_grow(array, &cap, i + 1, sizeof(array[0]));
		assert_true(cap > i);
		moves += cap != before;
		array[i] = i;
	}
	for (uint32_t i = 0; i < 10000; i++)
		assert_int_equal(array[i], i);
	assert_true(moves < 12);		/* doubling */
	free(array);
}

static void
an_array_grows_to_what_is_wanted_at_once(void **state)
{
	size_t	 cap = 0;
	char	*array = mem_grow(NULL, &cap, 1000, 1);

	(void)state;
	assert_true(cap >= 1000);
	memset(array, 1, cap);
	free(array);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_overflow_end_the_process),
		cmocka_unit_test(no_bytes_are_a_block_all_the_same),
		cmocka_unit_test(pages_begin_at_a_page),
		cmocka_unit_test(copies_have_their_nul),
		cmocka_unit_test(a_growing_array_keeps_its_items),
		cmocka_unit_test(an_array_grows_to_what_is_wanted_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
