# shellcheck shell=bash
# For tests of plugins: builds them as a user does, against an installed concbench.

# install_concbench: once a file, from setup_file: below INSTALLED, with /usr as PREFIX.
install_concbench()
{
	export INSTALLED=$BATS_FILE_TMPDIR/installed PLUGINS=$BATS_FILE_TMPDIR/plugins
	mkdir -p "$PLUGINS"
	local builddir=${CONCBENCH%/*}
	[ "${CB_PROFILE:-release}" = release ] || builddir=${builddir%/*}
	make -s -C "$ROOT" install-files PROFILE="${CB_PROFILE:-release}" BUILDDIR="$builddir" DESTDIR="$INSTALLED" \
		PREFIX=/usr
	export PKG_CONFIG_PATH=$INSTALLED/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$INSTALLED
}

# hostile WRONG [FLAG...]: builds $PLUGINS/WRONG.so, once, and prints its path.
hostile()
{
	local so=$PLUGINS/$1.so
	[ -e "$so" ] || cc -std=gnu17 -D_GNU_SOURCE -fPIC -shared -Wall -Wextra -Werror -DWRONG="$1" \
		"-I$INSTALLED/usr/include" "${@:2}" -o "$so" "$ROOT/tests/plugins/hostile.c" || return
	echo "$so"
}
