#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# includes.sh - the shape of the tree: which folder may know which, unique
# names, sizes, and no test that somebody forgot to register.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
cd "$TOP" || exit 99

# What a folder may include, as an extended regular expression; the same table
# stands in docs/design.md. Its own headers are always allowed.
allowed()	# FOLDER
{
	case $1 in
	base)	echo '<pcre2\.h>' ;;
	bsm)	echo '"base/' ;;
	rule)	echo '"base/|"bsm/(token|names|errors|flags)\.h"' ;;
	select)	echo '"base/|"bsm/|"rule/program\.h"|"engine/(ask|eval)\.h"' ;;
	engine)	echo '"base/|"bsm/|"rule/program\.h"' ;;
	print)	echo '"base/|"bsm/' ;;
	source)	echo '"base/|"bsm/|<event2/|<(zlib|zstd|zstd_errors|lzma|bzlib)\.h>' ;;
	sink)	echo '"base/|"bsm/|"print/|"engine/alert\.h"|<event2/|<sqlite3\.h>' ;;
	make)	echo '"base/|"bsm/|"rule/(lex|tree|diag)\.h"|<jansson\.h>' ;;
	run)	echo '"(base|bsm|rule|engine|select|print|make|source|sink)/|<event2/' ;;
	cli)	echo '"|<event2/' ;;
	esac
}

# One file of a folder may know what the others may not.
exception='^src/run/statedb\.c:[0-9]*:#include <sqlite3\.h>$'

# Libraries that not every folder may use; other <headers> are the system's.
library='<(pcre2|jansson|event2/|zlib|zstd|lzma|bzlib|sqlite3)'

for d in src/*/; do
	f=$(basename "$d")
	may=$(allowed "$f")
	if [ -z "$may" ]; then
		not_ok "src/$f stands in the table of folders"
		continue
	fi
	bad=$(find "$d" -name '*.[ch]' -exec grep -Hn '^#[ 	]*include' {} + |
	    grep -E "include[ 	]*(\"|$library)" |
	    grep -vE "include[ 	]*(\"$f/|$may)" | grep -v "$exception")
	is "src/$f includes only what it may know" "$bad" ''
done

is 'file names are unique across src/' \
    "$(find src -name '*.[ch]' | sed 's,.*/,,' | sort | uniq -d)" ''

is 'no file is longer than 1000 lines' \
    "$(find src -name '*.[ch]' -exec wc -l {} + |
	awk '$2 != "total" && $1 > 1000')" ''

is 'no line of code is wider than 80 columns' \
    "$(find src -name '*.[ch]' | while read -r f; do
	expand "$f" | awk -v f="$f" 'length > 80 { print f ":" NR }'
    done)" ''

is 'each file names its licence' \
    "$(find src tests bench \( -name '*.[ch]' -o -name '*.sh' -o -name '*.awk' \) \
	-exec grep -L 'SPDX-License-Identifier: BSD-2-Clause' {} +)" ''

is 'no #if inside a function' \
    "$(find src -name '*.c' -exec awk '
	FNR == 1 { inside = 0 }
	/^{/ { inside = 1 }
	/^}/ { inside = 0 }
	inside && /^#[ 	]*if/ { print FILENAME ":" FNR }' {} +)" ''

is 'nothing unfinished' \
    "$(grep -rnE '(TODO|FIXME|XXX|HACK)($|[:( ])' src script | head)" ''

# Below run/ and cli/ nothing opens files, speaks or ends the program; log.c is
# the voice itself, mem.c and hash.c end without memory or random numbers.
quiet=$(find src -name '*.c' ! -path 'src/run/*' ! -path 'src/cli/*' \
    ! -name log.c ! -name mem.c ! -name hash.c -exec grep -HnE \
    '(^|[^A-Za-z_>.])(open|openat|fopen|socket|fork|exit|_exit|abort|printf|fprintf|puts|perror|syslog)\(' \
    {} + | grep -vE ':[ 	]*/?\*')
is 'only run/ and cli/ open files, speak or exit' "$quiet" ''

if ctags --version 2>/dev/null | grep -q Universal; then
	long=$(find src -name '*.c' | ctags -L - --fields=+ne --kinds-C=f \
	    -f - 2>/dev/null | awk -F'\t' '{
		start = end = 0
		for (i = 4; i <= NF; i++) {
			if ($i ~ /^line:/) start = substr($i, 6)
			if ($i ~ /^end:/) end = substr($i, 5)
		}
		if (end - start >= 100) print $2 ":" start " " $1
	    }')
	is 'no function is longer than 100 lines' "$long" ''
else
	skip 'no function is longer than 100 lines' 'no Universal Ctags'
fi

# unlisted FOLDER PATTERN PREFIX SUFFIX: files of the folder whose name is not
# in its meson.build.
unlisted()
{
	for f in "$1"/$2; do
		[ -e "$f" ] || continue
		n=${f##*/}
		n=${n#"$3"}
		n=${n%"$4"}
		grep -q "'$n'" "$1/meson.build" || echo "$f"
	done
}
for d in src/*/; do
	f=$(basename "$d")
	is "each file of src/$f is built" "$(unlisted "src/$f" '*.c' '' '' |
	    grep -v '/main\.c$')" ''
done
is 'each unit test is run' \
    "$(unlisted tests/unit 'test_*.c' test_ .c)" ''
is 'each script of tests/cli is run' \
    "$(unlisted tests/cli '*.sh' '' .sh)" ''
is 'each script of tests/system is run' \
    "$(unlisted tests/system '*.sh' '' .sh)" ''
is 'each fuzz harness is built' \
    "$(unlisted tests/fuzz 'fuzz_*.c' fuzz_ .c)" ''

done_testing
