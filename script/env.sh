# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# env.sh - sourced by the other scripts: where libraries tell how to use them.

# Homebrew keeps apart what macOS has a copy of.
if [ "$(uname -s)" = Darwin ] && command -v brew >/dev/null; then
	PKG_CONFIG_PATH=$(brew --prefix)/opt/zlib/lib/pkgconfig:${PKG_CONFIG_PATH:-}
	export PKG_CONFIG_PATH
fi
