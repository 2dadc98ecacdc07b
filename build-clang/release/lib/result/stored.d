build-clang/release/lib/result/stored.o: lib/result/stored.c \
  lib/result/stored.h lib/base/base.h lib/workload.h

lib/result/stored.h:

lib/base/base.h:

lib/workload.h:
