build-clang/release/lib/base/parse_numbers.o: lib/base/parse_numbers.c \
  lib/base/scan.h lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/scan.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
