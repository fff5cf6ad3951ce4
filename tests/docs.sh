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
	}' src/rule/parse*.c | sort
}

manual_grammar()
{
	sed -n '/^\.Sh GRAMMAR/,/^\.Ed/p' man/bsmtrace.conf.5 |
	    awk '/ := / { if (line != "") print line; line = $0; next }
		/^\.Ed/ { print line }
		line != "" { sub(/^ +/, ""); line = line " " $0 }' | sort
}
is 'bsmtrace.conf(5) has the grammar of src/rule/parse*.c' \
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

# Every page of man/ is installed.
is 'meson.build installs every page of the manual' \
    "$(grep -o "'man/[^']*'" meson.build | tr -d "'" | sort)" \
    "$(ls man/*.[1-9])"

# What follows asks the program.
if [ ! -x "${BSMTRACE:-}" ]; then
	skip 'each command has its page' 'no program in $BSMTRACE'
	done_testing
fi

# help COMMAND: a line for each option, `-a --trail` or `--utc`.
help()
{
	"$BSMTRACE" "$1" --help |
	    sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\1\2/p' |
	    sed 's/^ *//; s/, / /' | sort
}

# page FILE: the same, as its lists have them.
page()
{
	awk '/^\.It Fl / {
		letter = ""
		for (i = 2; i <= NF; i++) {
			if ($i ~ /^[A-Z][a-z]$/ && $i != "Fl")
				flags = 0
			else if ($i == "Fl")
				flags = 1
			else if (flags && $i ~ /^-/) {
				print letter "-" $i
				letter = ""
			} else if (flags && $i ~ /^[A-Za-z]$/)
				letter = "-" $i " "
		}
	}' "$1" | sort
}

commands=$("$BSMTRACE" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
is 'each command has its page, and each page its command' \
    "$(for c in $commands; do echo "man/bsmtrace-$c.1"; done | sort)" \
    "$(ls man/bsmtrace-*.1)"
for c in $commands; do
	f=man/bsmtrace-$c.1
	is "bsmtrace-$c(1) has the options of \`$c --help\`" \
	    "$(page "$f")" "$(help "$c")"
	is "bsmtrace-$c(1) has examples and tells the exit status" \
	    "$(grep -E '^\.Sh (EXAMPLES|EXIT STATUS)' "$f")" \
	    '.Sh EXIT STATUS
.Sh EXAMPLES'
	has "bsmtrace(1) leads to bsmtrace-$c(1)" \
	    "$(grep '^\.It Xr' man/bsmtrace.1)" ".It Xr bsmtrace-$c 1"
	is "\`$c --help\` has two examples" \
	    "$("$BSMTRACE" "$c" --help | sed -n '/^examples:/,$p' |
		grep -c '^  .*bsmtrace ')" 2
done

# What is common to several commands is told once, where their pages say.
all=$(for c in $commands; do help "$c"; done | sort | uniq -c)
is 'bsmtrace(1) has the options that several commands share' \
    "$(page man/bsmtrace.1)" \
    "$(echo "$all" | sed -n 's/^ *[2-9][0-9]* //p')"

# Closed sets: the words of the help are those of the page.
for c in $commands; do
	"$BSMTRACE" "$c" --help | sed -n \
	    's/^      --\([a-z-]*\) \([a-z]*|[a-z|]*\).*/\1 \2/p'
done | sort -u >"$tmp/sets"
while read -r option words; do
	is "the manual has the words $words of --$option" \
	    "$(sed -n "s/^\.It Fl -$option Cm //p" man/*.1 | tr -d ' ' |
		grep -Fx "$words")" "$words"
done <"$tmp/sets"

# The long options in the examples of the pages and of the help are there.
unknown=$(
	{
		sed -n 's/^\.Dl "*//p' man/*.1
		for c in $commands; do
			"$BSMTRACE" "$c" --help | sed -n '/^examples:/,$p'
		done
	} | tr '|' '\n' | while read -r program command words; do
		[ "$program" = bsmtrace ] || continue
		case " $(echo $commands) " in
		*" $command "*)	;;
		*)		words="$command $words" command=watch ;;
		esac
		for word in $words; do
			case $word in
			--[a-z]*)	word=${word%%=*} ;;
			*)		continue ;;
			esac
			help "$command" | grep -q -- "$word\$" ||
			    echo "$command $word"
		done
	done
)
is 'examples use options that exist' "$unknown" ''

done_testing
