/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jsonfacts.h - what a record says, and values of alerts, as members of JSON.
 *
 * One record looks alike wherever it is shown. Paths, arguments, texts and
 * zones are lossless: bytes that are not UTF-8 are {"hex":"..."}.
 */
#ifndef SINK_JSONFACTS_H
#define SINK_JSONFACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "engine/alert.h"
#include "sink/facts.h"

/*
 * time, event, number, status, error, pid, session, address, path, args, text,
 * offset, length; all null but the place when the record is gone.
 */
void	jsonfacts_record(struct json *, const struct facts *, uint64_t offset);

/* {"type","id","name"} */
void	jsonfacts_subject(struct json *, const char *type, uint32_t id,
	    const struct accounts *);

/* A part of the key, or what was bound; its name is the caller's. */
void	jsonfacts_value(struct json *, const struct alert_value *);

/* A key and its value, null where there is none. */
void	jsonfacts_time(struct json *, const char *key, int64_t millis);
void	jsonfacts_cstr(struct json *, const char *key, const char *);
void	jsonfacts_bytes(struct json *, const char *key, bool has,
	    struct slice);

#endif
