#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# instructions.sh check|update BSMTRACE GEN BENCH FIGURES - count the
# instructions of a few workloads over small trails, and compare them with the
# figures, or write these anew.

set -u
tmp=$(mktemp -d "${TMPDIR:-/tmp}/bsmtrace-instructions.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM

: >"$tmp/nothing.bsm"
"$3" -n 20000 -o "$tmp/usual.bsm" || exit 1
"$3" -n 1000 -u 1000 --sweep -o "$tmp/few-begun.bsm" || exit 1
"$3" -n 21000 -u 1000 --sweep -o "$tmp/few.bsm" || exit 1
case $1 in
update)	"$4" -u "$5" -p "$2" "$tmp" ;;
*)	"$4" -c "$5" -p "$2" "$tmp" ;;
esac
