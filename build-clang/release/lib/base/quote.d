build-clang/release/lib/base/quote.o: lib/base/quote.c lib/base/parse.h \
  lib/base/base.h lib/workload.h

lib/base/parse.h:

lib/base/base.h:

lib/workload.h:
