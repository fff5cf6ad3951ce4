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

# What starts it at boot: made for every system, installed for this one.
made=$(dirname "$BUILD")/share/service
run grep -l '@[A-Z]*@' "$made"/bsmtrace.service "$made"/bsmtrace.rc \
    "$made"/org.bsmtrace.plist "$made"/bsmtrace.xml
is 'all places in the service files are filled in' "$out" ''
run sh -n "$made/bsmtrace.rc"
is 'the script for rc.d is one for the shell' "$rc:$err" '0:'
if command -v xmllint >/dev/null; then
	run xmllint --nonet --noout "$made/org.bsmtrace.plist" \
	    "$made/bsmtrace.xml"
	is 'those for launchd and SMF are well-formed' "$rc" 0
else
	skip 'those for launchd and SMF are well-formed' 'no xmllint'
fi
if [ "$(uname -s)" = Linux ]; then
	same 'the unit for systemd is there' \
	    "lib/systemd/system/bsmtrace.service" "$made/bsmtrace.service"
	if command -v systemd-analyze >/dev/null; then
		# It looks for the program where it will be installed.
		sed "s,^Exec\(.*\)=[^ ]*/bsmtrace,Exec\1=$bin/bsmtrace," \
		    lib/systemd/system/bsmtrace.service \
		    >"$tmp/bsmtrace.service"
		run systemd-analyze verify --man=no "$tmp/bsmtrace.service"
		is '... and systemd understands it' "$rc:$err" '0:'
	else
		skip '... and systemd understands it' 'no systemd-analyze'
	fi
fi

done_testing
