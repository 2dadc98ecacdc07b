build-clang/release/lib/exec/io.o: lib/exec/io.c lib/exec/io.h \
  lib/workload.h lib/host/clock.h

lib/exec/io.h:

lib/workload.h:

lib/host/clock.h:
