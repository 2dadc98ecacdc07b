build-clang/release/lib/base/param_file.o: lib/base/param_file.c \
  lib/base/param.h lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
