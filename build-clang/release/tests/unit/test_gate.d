build-clang/release/tests/unit/test_gate.o: tests/unit/test_gate.c \
  lib/gate/gate.h lib/base/parse.h lib/base/base.h lib/workload.h

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
