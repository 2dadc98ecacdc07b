build-clang/release/lib/gate/checksum.o: lib/gate/checksum.c \
  lib/gate/gate.h lib/base/parse.h lib/base/base.h lib/workload.h

lib/gate/gate.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
