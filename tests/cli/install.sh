#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install.sh - what `meson install` puts where.

: "${TOP:=$(cd "$(dirname "$0")/../.." && pwd)}"
# shellcheck source=tests/tap.sh
. "$TOP/tests/tap.sh"

if ! command -v meson >/dev/null; then
	skip 'meson install' 'no meson'
	done_testing
fi
run env DESTDIR="$tmp/root" meson install --no-rebuild --quiet \
    -C "$(dirname "$BUILD")"
is 'meson install works' "$rc:$err" '0:'

# Whatever the prefix: it is where the program is.
bin=$(dirname "$(find "$tmp/root" -name bsmtrace -path '*/bin/*')")
cd "$bin/.." || exit 99

is 'the rules are there' \
    "$(cd share/bsmtrace/rules && echo *)" \
    "$(cd "$TOP/rules" && echo *.conf *.rules | tr ' ' '\n' | sort |
	tr '\n' ' ' | sed 's/ $//')"
run bin/bsmtrace test share/bsmtrace/rules/bsmtrace.conf
is 'the tests of the rules pass where they are installed' "$rc:$err" '0:'
is 'the samples are there' \
    "$(cd share/bsmtrace/samples && echo *.conf *.jsonl *.md)" \
    "$(cd "$TOP/samples" && echo *.conf *.jsonl *.md)"
for f in "$TOP"/samples/*.jsonl; do
	n=$(basename "$f" .jsonl)
	run bin/bsmtrace print "share/bsmtrace/samples/$n.bsm"
	is "the trail $n can be read" "$rc:$err" '0:'
done
for f in "$TOP"/man/*.[1-9]; do
	n=${f##*/}
	same "the page $n is there" "share/man/man${n##*.}/$n" "$f"
done
for f in bash-completion/completions/bsmtrace=bsmtrace.bash \
    zsh/site-functions/_bsmtrace=_bsmtrace \
    fish/vendor_completions.d/bsmtrace.fish=bsmtrace.fish; do
	same "share/${f%=*} is there" "share/${f%=*}" \
	    "$TOP/share/completions/${f#*=}"
done

# The links: here they are installed as the option says, elsewhere not.
for n in praudit=bsmtrace-print auditreduce=bsmtrace-reduce; do
	link=${n%=*}
	page=${n#*=}
	if [ ! -L "bin/$link" ]; then
		skip "the link $link" 'not asked for'
		continue
	fi
	run "bin/$link" --help
	has "$link is the program" "$out" "usage: bsmtrace ${page#*-}"
	same "$link has its page" "share/man/man1/$link.1" "$TOP/man/$page.1"
	same "$link has its completion" \
	    "share/bash-completion/completions/$link" \
	    "$TOP/share/completions/bsmtrace.bash"
done

done_testing
