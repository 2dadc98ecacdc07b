build-clang/release/lib/base/text.o: lib/base/text.c lib/base/text.h \
  lib/base/base.h lib/workload.h

lib/base/text.h:

lib/base/base.h:

lib/workload.h:
