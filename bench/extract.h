/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extract.h - E, the extraction limit: the unit of all measurements.
 *
 * What it costs at the least to cut a trail into records, to check the bounds
 * of every token, and to pull out event, time, subject, return value, paths
 * and attribute. It knows the tokens that bsmtrace-gen writes and no others,
 * and recovers from nothing.
 */
#ifndef BENCH_EXTRACT_H
#define BENCH_EXTRACT_H

#include <stddef.h>
#include <stdint.h>

struct extracted {
	uint64_t	 records;
	uint64_t	 sum;		/* of all that was pulled out, so that
					 * no compiler leaves it away */
};

/*
 * Extract whole records from the start of N bytes. Returns how many bytes they
 * are: fewer than N when the last one is incomplete, or at something that the
 * generator does not write.
 */
size_t	extract(struct extracted *, const uint8_t *, size_t n);

#endif
