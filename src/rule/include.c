/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * include.c - which files an include names, and bringing them in.
 *
 * A file that is being read cannot be read once more inside itself: it would
 * never end. The same file under another spelling is caught by the limit of the
 * depth; files that include each other many times over by that of the total.
 */
#include <stdlib.h>

#include "rule/include.h"
#include "rule/rules.h"

void
include_init(struct includer *inc, const struct parse_from *from,
    const char *path, struct diags *diags)
{
	*inc = (struct includer){
		.from = from, .path = path, .diags = diags, .files = map_new()
	};
}

void
include_fini(struct includer *inc)
{
	map_free(inc->files);
}

/* The directory of the main file with its slash, and the path behind it. */
static void
join(struct buf *out, const char *path, struct slice name)
{
	const char	*slash = strrchr(path, '/');

	if ((name.n == 0 || name.p[0] != '/') && slash != NULL)
		buf_put(out, path, (size_t)(slash - path) + 1);
	buf_slice(out, name);
}

bool
include_main(struct includer *inc, struct lexer *l, uint32_t *file)
{
	struct buf	 text;
	struct span	 at = { 0 };
	bool		 full;
	int		 error;

	buf_init(&text, PARSE_BYTES_MAX);
	error = inc->from->load(inc->from->arg, inc->path, &text);
	inc->nbytes = text.n;
	full = text.full;
	if (error != 0)
		buf_clear(&text);
	at.file = *file = diags_file(inc->diags, inc->path, &text);
	if (error != 0)
		diag_error(inc->diags, DIAG_FILE_UNREADABLE, at,
		    slice_str(strerror(error)), DIAG_NOTHING);
	else if (full)
		diag_error(inc->diags, DIAG_FILE_LARGE, at, DIAG_NOTHING,
		    DIAG_NOTHING);
	else
		return lex_push(l, *file);
	return false;
}

/* Report a file that is on the stack already, and how it came to be. */
static bool
is_open(struct includer *inc, const struct lexer *l,
    const struct lexeme *name, const char *path)
{
	struct buf	 chain = { 0 };
	size_t		 i = 0;

	while (i < l->depth &&
	    strcmp(diags_name(inc->diags, lex_file(l, i)), path) != 0)
		i++;
	if (i == l->depth)
		return false;
	/* It may be long, and there may be very many of them. */
	for (; i < l->depth && diags_wants(inc->diags); i++) {
		buf_str(&chain, diags_name(inc->diags, lex_file(l, i)));
		buf_str(&chain, " includes ");
	}
	buf_str(&chain, path);
	diag_error(inc->diags, DIAG_INCLUDE_LOOP, name->at, name->text,
	    buf_bytes(&chain));
	buf_fini(&chain);
	return true;
}

static const char *
why_not(int error)
{
	return error == 0 ? "it is larger than 256 megabytes" :
	    error == RULES_NO_FILE ? "it is not a regular file" :
	    strerror(error);
}

/* The number of the file, which is loaded if it is new. */
static bool
load(struct includer *inc, const struct lexeme *name, const char *path,
    uint32_t *file)
{
	struct buf	 text;
	void		*known = map_find(inc->files, name->text);
	int		 error;

	if (known != NULL) {
		*file = (uint32_t)((uintptr_t)known - 1);
		inc->nagain += diags_text(inc->diags, *file).n;
		return true;
	}
	buf_init(&text, PARSE_BYTES_MAX);
	error = (inc->from->include != NULL ? inc->from->include :
	    inc->from->load)(inc->from->arg, path, &text);
	if (error != 0 || text.full) {
		diag_error(inc->diags, DIAG_INCLUDE_UNREADABLE, name->at,
		    name->text, slice_str(why_not(error)));
		buf_fini(&text);
		return false;
	}
	*file = diags_file(inc->diags, path, &text);
	(void)map_put(inc->files, name->text, (void *)((uintptr_t)*file + 1));
	return true;
}

bool
include_push(struct includer *inc, struct lexer *l, const struct lexeme *name,
    uint32_t *file)
{
	struct buf	 path = { 0 };
	bool		 good = false;

	join(&path, inc->path, name->text);
	if (is_open(inc, l, name, buf_cstr(&path)) ||
	    !load(inc, name, buf_cstr(&path), file))
		goto out;
	inc->nbytes += diags_text(inc->diags, *file).n;
	if (++inc->nfiles > PARSE_FILES_MAX || inc->nbytes > PARSE_BYTES_MAX)
		diag_error(inc->diags, DIAG_INCLUDE_MANY, name->at,
		    DIAG_NOTHING, DIAG_NOTHING);
	else if (inc->nagain > PARSE_AGAIN_MAX)
		diag_error(inc->diags, DIAG_INCLUDE_AGAIN, name->at,
		    DIAG_NOTHING, DIAG_NOTHING);
	else if (!(good = lex_push(l, *file)))
		diag_error(inc->diags, DIAG_INCLUDE_DEEP, name->at,
		    DIAG_NOTHING, DIAG_NOTHING);
out:
	buf_fini(&path);
	return good;
}
