build-clang/release/lib/gate/match.o: lib/gate/match.c lib/gate/gate.h \
  lib/base/parse.h lib/base/base.h lib/workload.h

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
