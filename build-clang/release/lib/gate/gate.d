build-clang/release/lib/gate/gate.o: lib/gate/gate.c lib/gate/gate.h \
  lib/base/parse.h lib/base/base.h lib/workload.h

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
