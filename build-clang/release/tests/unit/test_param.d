build-clang/release/tests/unit/test_param.o: tests/unit/test_param.c \
  lib/base/param.h lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
