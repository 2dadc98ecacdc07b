build-clang/release/lib/base/param_id.o: lib/base/param_id.c \
  lib/base/param.h lib/base/parse.h lib/base/base.h lib/workload.h \
  lib/base/text.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/base/text.h:
