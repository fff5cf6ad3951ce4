#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# examples.sh - the rules in the manual and in docs/rules-by-example.md do what
# the pages say: they are clean and their tests pass; and no word of the language
# is without an example in the manual. tests/rules/life.conf has cases that would
# be too many for a page.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
LC_ALL=C
export LC_ALL

# Blocks of the manual that a line `.\" Example` stands before.
awk -v to="$tmp/manual" '
/^\.\\" Example$/	{ file = sprintf("%s.%02d.conf", to, ++n); next }
file != "" && /^\.Bd/	{ inside = 1; next }
inside && /^\.Ed/	{ close(file); file = ""; inside = 0; next }
inside {
	sub(/^\\&/, "")
	gsub(/\\e/, "\\")
	print >file
}' "$TOP/man/bsmtrace.conf.5"

# Indented blocks of the page that hold sequences.
awk -v to="$tmp/page" '
function done() {
	if (text ~ /\nsequence /)
		printf "%s", text >sprintf("%s.%02d.conf", to, ++n)
	text = ""
}
/^    /			{ text = text "\n" substr($0, 5); next }
/^$/ && text != ""	{ text = text "\n"; next }
			{ done() }
END			{ done() }' "$TOP/docs/rules-by-example.md"

cp "$TOP/tests/rules/life.conf" "$tmp/cases.1.conf"

for f in "$tmp"/*.conf; do
	name=$(basename "$f" .conf)
	name="$name: $(sed -n 's/^sequence \(.*\) {$/\1/p' "$f" | xargs)"
	run "$BSMTRACE" check "$f"
	is "check $name" \
	    "$rc:$err:$(printf '%s\n' "$out" | sed -n 's/.* rules\{0,1\}, //p')" \
	    '0::0 errors, 0 warnings'
	run "$BSMTRACE" test "$f"
	is "test $name" "$rc:$err:$(printf '%s\n' "$out" | grep -v '^ok')" \
	    "0::$(grep -c '^test ' "$f") passed, 0 failed"
	tested=$(sed -n 's/^test \(.*\) {$/\1/p' "$f" | sort -u)
	case $name in
	manual* | cases*) is "there is a test: $name" "${tested:+yes}" yes ;;
	*)		is "each has a test: $name" "$tested" \
			    "$(sed -n 's/^sequence \(.*\) {$/\1/p' "$f" | sort)" ;;
	esac
done
is 'there are blocks in both' "$(ls "$tmp" | sed -n 's/\..*conf//p' | sort -u |
    xargs)" 'cases manual page'

# Words of blocks, fields, and types of sets.
words=$(
	cat "$TOP"/src/rule/parse*.c | sed -n '/_rows\[\] = {/,/^}/p
	    /^#define PREDICATES/,/^$/p' | sed -n 's/^	{ "\([a-z-]*\)", .*/\1/p'
	sed -n 's/^\[FIELD_[A-Z]*\] = { "\([a-z]*\)".*/\1/p' \
	    "$TOP/src/rule/fields.c"
	sed -n '/^static const struct name types/,/^}/p' \
	    "$TOP/src/rule/sets.c" | grep -o '"[a-z]*"' | tr -d '"'
)
is 'there are words' "$(echo "$words" | grep -cxE 'within|lineage|glob')" 3
untold=$(for w in $words; do
	grep -qE "(^|[^a-z-])$w([^a-z-]|\$)" "$tmp"/manual.*.conf || echo "$w"
done | sort -u | xargs)
is 'the manual has an example of each word' "$untold" ''

done_testing
