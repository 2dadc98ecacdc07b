build-clang/release/lib/result/json.o: lib/result/json.c \
  lib/result/json.h lib/base/base.h lib/workload.h

lib/result/json.h:

lib/base/base.h:

lib/workload.h:
