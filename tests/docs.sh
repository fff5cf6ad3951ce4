#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# docs.sh - what the pages say of the code is still so.

: "${TOP:=$(cd "$(dirname "$0")/.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"
cd "$TOP" || exit 99

# shellcheck disable=SC2016

is 'docs/trail-format.md lists the tokens of src/bsm/layouts.h' \
    "$(sed -n 's/^| \(0x..\) | `\([a-z0-9_]*\)` .*/\1 \2/p' \
	docs/trail-format.md)" \
    "$(sed -n 's/^	{ \(0x..\), "\([a-z0-9_]*\)".*/\1 \2/p' \
	src/bsm/layouts.h)"

# Links between the pages lead somewhere.
dead=$(grep -noE '\]\([^)#]+' ./*.md docs/*.md docs/decisions/*.md |
    grep -v 'https\{0,1\}://' | while IFS=: read -r page line link; do
	target=$(dirname "$page")/${link#*\(}
	[ -e "$target" ] || echo "$page:$line: $target"
    done)
is 'no link between pages is dead' "$dead" ''

# Files that the pages name are there.
# shellcheck disable=SC2016
lost=$(grep -ohE '`(src|tests|docs|script|man|rules|samples|bench|data)/[A-Za-z0-9_./-]+`' \
    ./*.md docs/*.md docs/decisions/*.md | tr -d '`' | sort -u |
    while read -r f; do
	case $f in *NAME*) continue ;; esac
	[ -e "$f" ] || echo "$f"
    done)
is 'every file that the pages name is there' "$lost" ''

# The grammar lines above the functions of the parser, each on one line.
code_grammar()
{
	awk '/^(\/\*| \*) [a-z]+ := / {
		sub(/^(\/\*| \*) /, "")
		line = $0
		if (sub(/ *\*\/$/, "", line)) {
			print line
			line = ""
		}
		next
	}
	line != "" && /^ \*\/$|^ \*$/ {
		print line
		line = ""
		next
	}
	line != "" {
		sub(/^ \* +/, "")
		sub(/ *\*\/$/, "")
		line = line " " $0
	}' src/rule/parse.c | sort
}

manual_grammar()
{
	sed -n '/^\.Sh GRAMMAR/,/^\.Ed/p' man/bsmtrace.conf.5 |
	    awk '/ := / { if (line != "") print line; line = $0; next }
		/^\.Ed/ { print line }
		line != "" { sub(/^ +/, ""); line = line " " $0 }' | sort
}
is 'bsmtrace.conf(5) has the grammar of src/rule/parse.c' \
    "$(manual_grammar)" "$(code_grammar)"

# The texts of the catalogue, with X and Y for what is filled in.
code_diagnostics()
{
	awk '/^\[DIAG_/ {
		text = ""
		strings = 0
		inside = 1
	}
	inside {
		line = $0
		while (match(line, /"([^"\\]|\\.)*"/)) {
			if (++strings > 1)
				text = text substr(line, RSTART + 1, RLENGTH - 2)
			line = substr(line, RSTART + RLENGTH)
		}
		if (/},$/) {
			print text
			inside = 0
		}
	}' src/rule/diag.c | sed 's/%1/X/g; s/%2/Y/g' | sort
}
is 'bsmtrace.conf(5) explains each diagnostic of src/rule/diag.c' \
    "$(sed -n '/^\.Sh DIAGNOSTICS/,/^\.Sh DIFF/s/^\.It Sy //p' \
	man/bsmtrace.conf.5 | sort)" "$(code_diagnostics)"

# Words of the records of tests: a mention in the part on tests is enough.
# shellcheck disable=SC2013
untold=$(for w in $(sed -n 's/^	{ "\([a-z]*\)", WORD_.*/\1/p' \
    src/make/words.c); do
	sed -n '/^\.Ss Tests/,/^\.Sh/p' man/bsmtrace.conf.5 |
	    grep -qE "^\.(It )?Ic (.* )?$w( |\$)" || echo "$w"
    done)
is 'bsmtrace.conf(5) has each word of a record' "$untold" ''

# Long options of the commands stand in the manual.
# shellcheck disable=SC2013
untold=$(for o in $(sed -n 's/^	{ [^,]*, "\([a-z][a-z-]*\)", .*/\1/p' \
    src/cli/*.c | sort -u); do
	grep -qE "^\.It Fl .*-$o( |\$)" man/bsmtrace.1 || echo "--$o"
    done)
is 'bsmtrace(1) has each long option' "$untold" ''

done_testing
