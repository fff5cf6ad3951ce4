/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields.c - the words for what a record says of itself.
 */
#include "rule/fields.h"

const struct field_row field_rows[FIELDS] = {
#define PREDICATE	.predicate = true
#define SEVERAL		.several = true
#define KEY		.key = true, .bind = true
#define BIND		.bind = true
[FIELD_AUID] = { "auid", KIND_USER, PREDICATE, KEY },
[FIELD_EUID] = { "euid", KIND_USER, PREDICATE, KEY },
[FIELD_EGID] = { "egid", KIND_GROUP, PREDICATE, KEY },
[FIELD_RUID] = { "ruid", KIND_USER, PREDICATE, KEY },
[FIELD_RGID] = { "rgid", KIND_GROUP, PREDICATE, KEY },
[FIELD_PID] = { "pid", KIND_NUMBER, PREDICATE, KEY },
[FIELD_SESSION] = { "session", KIND_NUMBER, PREDICATE, KEY },
[FIELD_TERMINAL] = { "terminal", KIND_ADDRESS, PREDICATE, KEY },
[FIELD_OWNER] = { "owner", KIND_USER, PREDICATE, KEY },
[FIELD_GROUP] = { "group", KIND_GROUP, PREDICATE, KEY },
[FIELD_MODE] = { "mode", KIND_NUMBER, PREDICATE, BIND },
[FIELD_DEVICE] = { "device", KIND_NUMBER, PREDICATE, KEY },
[FIELD_INODE] = { "inode", KIND_NUMBER, PREDICATE, KEY },
[FIELD_ERRNO] = { "errno", KIND_ERRNO, PREDICATE, BIND },
[FIELD_RETURN] = { "return", KIND_NUMBER, PREDICATE, BIND },
[FIELD_OBJECT] = { "object", KIND_PATH, PREDICATE, KEY, SEVERAL },
[FIELD_ADDRESS] = { "address", KIND_ADDRESS, PREDICATE, KEY, SEVERAL },
[FIELD_PORT] = { "port", KIND_PORT, PREDICATE, KEY, SEVERAL },
[FIELD_TEXT] = { "text", KIND_TEXT, PREDICATE, BIND, SEVERAL },
[FIELD_COMMAND] = { "command", KIND_TEXT, PREDICATE, BIND },
[FIELD_ENVIRONMENT] = { "environment", KIND_TEXT, PREDICATE, SEVERAL },
[FIELD_ARGUMENT] = { "argument", KIND_NUMBER, PREDICATE, SEVERAL },
[FIELD_EVENT] = { "event", KIND_EVENT, .key = false },
[FIELD_ZONE] = { "zone", KIND_TEXT, PREDICATE, KEY },
[FIELD_HOST] = { "host", KIND_TEXT, PREDICATE, KEY },
[FIELD_TIME] = { "time", KIND_TIME, PREDICATE },
[FIELD_DAY] = { "day", KIND_TIME, PREDICATE },
[FIELD_PPID] = { "ppid", KIND_NUMBER, PREDICATE, KEY },
[FIELD_IMAGE] = { "image", KIND_PATH, PREDICATE, KEY },
[FIELD_PARENT] = { "parent", KIND_PATH, PREDICATE },
[FIELD_ANCESTOR] = { "ancestor", KIND_PATH, PREDICATE, SEVERAL },
/* A number that is nobody's but ours: good as a key, for nothing else. */
[FIELD_LINEAGE] = { "lineage", KIND_NUMBER, .key = true },
#undef PREDICATE
#undef SEVERAL
#undef KEY
#undef BIND
};

const struct name field_names[] = {
	{ "auid", FIELD_AUID }, { "euid", FIELD_EUID },
	{ "egid", FIELD_EGID }, { "ruid", FIELD_RUID },
	{ "rgid", FIELD_RGID }, { "pid", FIELD_PID },
	{ "session", FIELD_SESSION }, { "terminal", FIELD_TERMINAL },
	{ "owner", FIELD_OWNER }, { "group", FIELD_GROUP },
	{ "mode", FIELD_MODE }, { "device", FIELD_DEVICE },
	{ "inode", FIELD_INODE }, { "errno", FIELD_ERRNO },
	{ "return", FIELD_RETURN }, { "object", FIELD_OBJECT },
	{ "address", FIELD_ADDRESS }, { "port", FIELD_PORT },
	{ "text", FIELD_TEXT }, { "command", FIELD_COMMAND },
	{ "environment", FIELD_ENVIRONMENT }, { "argument", FIELD_ARGUMENT },
	{ "event", FIELD_EVENT }, { "zone", FIELD_ZONE },
	{ "host", FIELD_HOST }, { "time", FIELD_TIME }, { "day", FIELD_DAY },
	{ "ppid", FIELD_PPID }, { "image", FIELD_IMAGE },
	{ "parent", FIELD_PARENT }, { "ancestor", FIELD_ANCESTOR },
	{ "lineage", FIELD_LINEAGE }, { 0 }
};

enum rule_field
field_find(struct slice word)
{
	const struct name	*name = name_find(field_names, word);

	return name == NULL ? FIELDS : (enum rule_field)name->value;
}

const char *
field_kind_name(enum field_kind kind)
{
	static const char *const	names[] = {
		[KIND_USER] = "a user", [KIND_GROUP] = "a group",
		[KIND_NUMBER] = "a number", [KIND_ERRNO] = "an error",
		[KIND_PORT] = "a port", [KIND_ADDRESS] = "an address",
		[KIND_PATH] = "a path", [KIND_TEXT] = "a text",
		[KIND_EVENT] = "an event", [KIND_TIME] = "a time",
	};

	return names[kind];
}

bool
field_comparable(enum field_kind a, enum field_kind b)
{
	return a == b && a != KIND_EVENT && a != KIND_TIME;
}
