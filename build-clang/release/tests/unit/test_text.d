build-clang/release/tests/unit/test_text.o: tests/unit/test_text.c \
  lib/base/text.h lib/base/base.h lib/workload.h

lib/base/text.h:

lib/base/base.h:

lib/workload.h:
