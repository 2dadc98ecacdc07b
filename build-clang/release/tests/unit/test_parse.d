build-clang/release/tests/unit/test_parse.o: tests/unit/test_parse.c \
  lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
