# concbench: `make help` lists the targets.
#
# Nothing here names a source file: adding lib/x/y.c, workloads/NAME.c, cmd/concbench/x.c, tests/unit/test_x.c,
# tests/cli/x.bats or tests/fuzz/fuzz_x.c is the whole change. Objects live in build/PROFILE/, and the release
# binary at build/concbench. CC, CPPFLAGS, CFLAGS and LDFLAGS come last on the command line, so yours win.
#
# Called from another folder, make -f PATH/Makefile leaves all that it makes in build/ there; so does BUILDDIR=FOLDER.

SOURCES := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ifneq ($(SOURCES),$(CURDIR))

goals := $(or $(MAKECMDGOALS),all)
.PHONY: $(goals) in-sources
$(goals): in-sources ;
in-sources:
	+@$(MAKE) --no-print-directory -C '$(SOURCES)' -f Makefile BUILDDIR='$(abspath $(if $(filter command%,$(origin BUILDDIR)),$(BUILDDIR),build))' \
		$(if $(DESTDIR),DESTDIR='$(abspath $(DESTDIR))') $(goals)

else

VERSION = 0.1.0
PREFIX  ?= /usr/local
PROFILE ?= release
BUILDDIR := build
export BUILDDIR

# What each profile adds. asan, tsan and fuzz must also be given to the linker.
flags_release  := -O2 -g
flags_asan     := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
flags_tsan     := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
flags_fuzz     := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
		  -fno-sanitize-recover=undefined
flags_coverage := -O0 -g --coverage
ifeq ($(flags_$(PROFILE)),)
$(error PROFILE=$(PROFILE) is unknown; it is one of release, asan, tsan, fuzz, coverage)
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
	    -Wformat=2 $(if $(WERROR),-Werror)

OUT := $(BUILDDIR)/$(PROFILE)
BIN := $(if $(filter release,$(PROFILE)),$(BUILDDIR)/concbench,$(OUT)/concbench)
LIB := $(OUT)/libconcbench.a

LIB_SRCS      := $(sort $(shell find lib -name '*.c'))
WORKLOAD_SRCS := $(sort $(wildcard workloads/*.c))
CMD_SRCS      := $(sort $(wildcard cmd/concbench/*.c))
UNIT_SRCS     := $(sort $(wildcard tests/unit/test_*.c))
UNIT_COMMON   := $(filter-out $(UNIT_SRCS),$(sort $(wildcard tests/unit/*.c)))
FUZZ_SRCS     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FAKE_SRCS     := $(sort $(wildcard tests/workloads/*.c))

objects = $(patsubst %.c,$(OUT)/%.o,$(1))

LIB_OBJS      := $(call objects,$(LIB_SRCS))
WORKLOAD_OBJS := $(call objects,$(WORKLOAD_SRCS)) $(OUT)/gen/registry.o
CMD_OBJS      := $(call objects,$(CMD_SRCS))
FAKE_OBJS     := $(call objects,$(WORKLOAD_SRCS) $(FAKE_SRCS)) $(OUT)/gen/registry-test.o
UNIT_PROGRAMS := $(patsubst %.c,$(OUT)/%,$(UNIT_SRCS))
FUZZ_PROGRAMS := $(patsubst %.c,$(OUT)/%,$(FUZZ_SRCS))
# The program with the workloads of tests/workloads added to the real ones: those that fail on purpose.
TEST_BIN      := $(if $(FAKE_SRCS),$(OUT)/concbench-test)

# ---- libraries -----------------------------------------------------------------------------------------------

LINKED     := libcjson zlib
PACKAGES   := $(LINKED) hwloc# opened at run time and closed again: lib/host/hwloc_library.h
PKG_CONFIG ?= pkg-config

# These targets work without the libraries, or install them first and call make again.
no_build := help clean dist uninstall quickstart picture check asan tsan fuzz lint fmt bench baseline concepts
ifneq ($(filter-out $(no_build),$(or $(MAKECMDGOALS),all)),)
missing := $(shell for p in $(PACKAGES); do $(PKG_CONFIG) --exists $$p 2>/dev/null || echo $$p; done)
ifneq ($(missing),)
$(error pkg-config does not find $(strip $(missing)): run scripts/deps, which installs what the build needs)
endif
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
# Concurrency Kit is optional, and used as headers only: without it sync_counter refuses its locks.
PKG_CFLAGS += $(shell $(PKG_CONFIG) --exists ck 2>/dev/null && echo -DCB_HAVE_CK && $(PKG_CONFIG) --cflags ck)
# cminpack is optional, and opened when curves are fitted: without it there are no fits.
PKG_CFLAGS += $(shell $(PKG_CONFIG) --exists cminpack 2>/dev/null && echo -DCB_HAVE_CMINPACK && $(PKG_CONFIG) --cflags cminpack)
# A library that is there as an archive is linked in: as a file of its own it is five more mappings in each process.
SHARED     := $(if $(filter release,$(PROFILE)),,yes)
archive     = $(if $(SHARED),,$(filter /%,$(shell $(CC) -print-file-name=$(1:-l%=lib%.a))))
PKG_LIBS   := $(foreach l,$(shell $(PKG_CONFIG) --libs $(LINKED)),$(or $(if $(filter -l%,$l),$(call archive,$l)),$l))
compiler   := $(shell $(CC) --version 2>/dev/null | head -n 1)
endif

BASE_FLAGS := -std=gnu17 -pthread -fno-plt $(flags_$(PROFILE))
COMPILE     = $(CC) $(BASE_FLAGS) $(WARNINGS) -D_GNU_SOURCE -I. -I$(OUT)/gen $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
# Bound at start and without a PLT, so that forked workers do not each look up and write the same addresses; code and
# constants in one mapping, as each mapping is copied by each fork.
LINK        = $(CC) $(BASE_FLAGS) -Wl,-z,now -Wl,-z,noseparate-code $(CFLAGS) $(LDFLAGS)
LIBS        = $(PKG_LIBS) -lm -ldl $(LDLIBS)

say = @$(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),:,printf '  %-5s %s\n' $(1) $@)
q  := $(if $(V),,@)

# ---- building ------------------------------------------------------------------------------------------------

.PHONY: all unit fuzz-programs
all: $(LIB) $(if $(CMD_SRCS),$(BIN)) ## build build/concbench (PROFILE=asan and others: build/PROFILE/concbench)
unit: $(UNIT_PROGRAMS) $(TEST_BIN)
fuzz-programs: $(FUZZ_PROGRAMS)

$(OUT)/%.o: %.c $(OUT)/gen/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(q)$(COMPILE) -MMD -MP -c -o $@ $<

$(OUT)/gen/%.o: $(OUT)/gen/%.c $(OUT)/gen/flags
	$(call say,CC)
	$(q)$(COMPILE) -MMD -MP -c -o $@ $<

# The archive is made anew, so that a source that was removed leaves it.
$(LIB): $(LIB_OBJS) $(OUT)/gen/sources
	$(call say,AR)
	$(q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJS)

$(BIN): $(CMD_OBJS) $(WORKLOAD_OBJS) $(LIB) $(OUT)/gen/sources
	$(call say,LINK)
	$(q)$(LINK) -o $@ $(CMD_OBJS) $(WORKLOAD_OBJS) $(LIB) $(LIBS)

$(OUT)/concbench-test: $(CMD_OBJS) $(FAKE_OBJS) $(LIB) $(OUT)/gen/sources
	$(call say,LINK)
	$(q)$(LINK) -o $@ $(CMD_OBJS) $(FAKE_OBJS) $(LIB) $(LIBS)

$(UNIT_PROGRAMS): $(OUT)/%: $(OUT)/%.o $(call objects,$(UNIT_COMMON)) $(FAKE_OBJS) $(LIB) $(OUT)/gen/sources
	$(call say,LINK)
	$(q)$(LINK) -o $@ $< $(call objects,$(UNIT_COMMON)) $(FAKE_OBJS) $(LIB) -lcmocka $(LIBS)

$(FUZZ_PROGRAMS): $(OUT)/%: $(OUT)/%.o $(WORKLOAD_OBJS) $(LIB) $(OUT)/gen/sources
	$(call say,LINK)
	$(q)$(LINK) -fsanitize=fuzzer -o $@ $< $(WORKLOAD_OBJS) $(LIB) $(LIBS)

# Generated files. Each is written on every run of make but touched only when its content changes, so that a changed
# flag, folder listing or revision rebuilds what depends on it and nothing else.
.PHONY: FORCE
FORCE:
GENERATED := $(addprefix $(OUT)/gen/,flags sources registry.c registry-test.c version.h)
$(GENERATED): $(OUT)/gen/%: FORCE
	@mkdir -p $(@D)
	@$(generate_$*) >$@.new && { cmp -s $@.new $@ && rm $@.new || mv $@.new $@; }

revision = $(shell test -e .git && git describe --always --dirty 2>/dev/null || echo unknown)
c_string = "$(subst ",\",$(subst \,\\,$(1)))"

generate_flags           = printf '%s\n' '$(COMPILE)' '$(compiler)' '$(LINK) $(LIBS)'
generate_sources         = printf '%s\n' $(LIB_OBJS) $(CMD_OBJS) $(WORKLOAD_OBJS) $(FAKE_OBJS) $(UNIT_COMMON)
generate_registry.c      = scripts/registry $(WORKLOAD_SRCS)
generate_registry-test.c = scripts/registry $(WORKLOAD_SRCS) $(FAKE_SRCS)
generate_version.h       = printf '\#define %s %s\n' CB_VERSION '$(call c_string,$(VERSION))' \
	CB_REVISION '$(call c_string,$(revision))' CB_COMPILER '$(call c_string,$(compiler))' \
	CB_FLAGS '$(call c_string,$(strip $(BASE_FLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)))'

# A first build has no dependency files yet: what may include the generated header waits for it.
$(LIB_OBJS) $(CMD_OBJS) $(call objects,$(UNIT_SRCS)): | $(OUT)/gen/version.h

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)

# ---- checking ------------------------------------------------------------------------------------------------

# Where no -j was given the calls of make below use all CPUs.
JOBS   := $(shell nproc)
submake = $(MAKE) --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

UNIT_TESTS = $(UNIT_SRCS:%.c=$(BUILDDIR)/$(1)/%)
CLI_TESTS  = $(sort $(wildcard tests/cli/*.bats tests/fault/*.bats tests/browser/*.bats))
# Threads are what the thread sanitizer looks at.
TSAN_TESTS = $(sort $(wildcard tests/cli/run*.bats))

.PHONY: check asan tsan lint fmt bench baseline concepts fuzz
check: ## install what the tests need, build, run all tests
	scripts/deps --tests
	tests/browser/axe >/dev/null || true
	+$(submake) all unit
	scripts/runtests --profile=$(PROFILE) $(call UNIT_TESTS,$(PROFILE)) $(CLI_TESTS)

# Tests of scripts alone have nothing to sanitize.
ASAN_TESTS = $(filter-out $(addprefix tests/cli/,table.bats pivot.bats plot.bats export.bats tools.bats report.bats ci.bats hyperfine.bats statistics.bats) tests/browser/report.bats,$(CLI_TESTS))
asan: ## the same under the address and undefined behaviour sanitizers
	+$(submake) all unit PROFILE=asan WERROR=1
	scripts/runtests --profile=asan $(call UNIT_TESTS,asan) $(ASAN_TESTS)

tsan: ## threads under the thread sanitizer: unit tests and TSAN_TESTS
	+$(submake) all unit PROFILE=tsan WERROR=1
	scripts/runtests --profile=tsan $(call UNIT_TESTS,tsan) $(TSAN_TESTS)

lint: ## clang-tidy, cppcheck, shellcheck, format, headers, layers; warnings are errors
	+$(submake) all
	scripts/lint $(OUT)

fmt: ## format the C sources
	clang-format -i $$(git ls-files --cached --others --exclude-standard '*.c' '*.h')

FUZZ_SECONDS ?= 60
fuzz: ## fuzz the parsers for FUZZ_SECONDS (60) in all
	+$(submake) fuzz-programs PROFILE=fuzz CC=clang
	scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_SRCS:%.c=$(BUILDDIR)/fuzz/%)

concepts: ## run concbench demo and write what it says into docs/concepts.md
	+$(submake) all
	CONCBENCH=$(BIN) scripts/concepts

bench: ## compare the harness with bare loops, sysbench and fio
	+$(submake) all
	scripts/bench

baseline: ## measure a baseline of this kind of host into results/baselines, on a quiet host (results/README.md)
	+$(submake) all
	scripts/baseline make

QUICKSTART_WORKLOADS = cpu_prime cpu_deflate mem_stream wait_sleep:duration=2ms file_read:cache=direct,size=64MiB
.PHONY: quickstart
quickstart: ## install what the build needs, build, measure real workloads in all modes, print the table
	scripts/deps
	+$(submake) all
	$(BUILDDIR)/concbench run --quick --output=results/quickstart.json $(QUICKSTART_WORKLOADS)

PICTURE = docs/pictures/quickstart.svg
.PHONY: picture
picture: ## draw README's picture from what quickstart measured, by gnuplot
	scripts/plot.py --output=$(PICTURE) results/quickstart.json

# ---- installing ----------------------------------------------------------------------------------------------

bindir     = $(DESTDIR)$(PREFIX)/bin
includedir = $(DESTDIR)$(PREFIX)/include/concbench
datadir    = $(DESTDIR)$(PREFIX)/share/concbench
docdir     = $(DESTDIR)$(PREFIX)/share/doc/concbench
pcdir      = $(DESTDIR)$(PREFIX)/lib/pkgconfig
mandir     = $(DESTDIR)$(PREFIX)/share/man/man1
MANPAGES   := $(wildcard docs/*.1)
DOCS       := $(wildcard README.md LICENSE docs/*.md docs/*.json)
SCRIPTS    := $(sort $(wildcard scripts/*.py))
MODULES    := $(sort $(wildcard scripts/concbench_tools/*.py))
HEADERS    := $(sort $(wildcard lib/workload*.h))
EXAMPLES   := $(sort $(wildcard examples/*))
PARTS      := $(sort $(wildcard scripts/concbench_tools/page/*))# of the page of report.py

.PHONY: install install-files uninstall dist clean help
install: all ## install below PREFIX (/usr/local), inside DESTDIR
	+@$(MAKE) --no-print-directory install-files

# What is built already, as it is: for the tests, whose build may have other flags.
install-files:
	install -d $(bindir) $(includedir) $(datadir)/concbench_tools/page $(docdir)
	install -m 755 $(BIN) $(bindir)/concbench
	install -m 644 $(HEADERS) $(includedir)
	install -d $(pcdir) $(docdir)/examples
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' lib/concbench.pc.in >$(pcdir)/concbench.pc
	chmod 644 $(pcdir)/concbench.pc
	install -m 644 $(EXAMPLES) $(docdir)/examples
	install -m 755 $(SCRIPTS) $(datadir)
	install -m 644 $(MODULES) $(datadir)/concbench_tools
	install -m 644 $(PARTS) $(datadir)/concbench_tools/page
	install -m 644 $(DOCS) $(docdir)
	$(if $(MANPAGES),install -d $(mandir) && install -m 644 $(MANPAGES) $(mandir))

uninstall: ## remove what install put there
	rm -f $(bindir)/concbench $(pcdir)/concbench.pc $(addprefix $(mandir)/,$(notdir $(MANPAGES)))
	rm -rf $(includedir) $(datadir) $(docdir)

dist: ## build/concbench-VERSION.tar.gz of the committed sources
	@mkdir -p $(BUILDDIR)
	git archive --prefix=concbench-$(VERSION)/ -o $(BUILDDIR)/concbench-$(VERSION).tar.gz HEAD

clean: ## remove build/
	rm -rf $(BUILDDIR)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile
	@echo 'Variables: PROFILE=release|asan|tsan|fuzz|coverage WERROR=1 V=1 SHARED=yes (link no archives) CC CPPFLAGS CFLAGS LDFLAGS PREFIX DESTDIR BUILDDIR'

endif
