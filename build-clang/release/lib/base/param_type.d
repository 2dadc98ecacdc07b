build-clang/release/lib/base/param_type.o: lib/base/param_type.c \
  lib/base/param_type.h lib/base/param.h lib/base/parse.h \
  lib/base/base.h lib/workload.h lib/base/scan.h lib/base/text.h

lib/base/param_type.h:

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/base/scan.h:

lib/base/text.h:
