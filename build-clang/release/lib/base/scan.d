build-clang/release/lib/base/scan.o: lib/base/scan.c lib/base/scan.h \
  lib/base/parse.h lib/base/base.h lib/workload.h

lib/base/scan.h:

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
