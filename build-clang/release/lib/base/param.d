build-clang/release/lib/base/param.o: lib/base/param.c lib/base/param.h \
  lib/base/parse.h lib/base/base.h lib/workload.h lib/base/param_type.h \
  lib/base/scan.h

lib/base/param.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:

lib/base/param_type.h:

lib/base/scan.h:
