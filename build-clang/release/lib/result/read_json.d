build-clang/release/lib/result/read_json.o: lib/result/read_json.c \
  lib/result/read_json.h lib/base/base.h lib/workload.h lib/base/parse.h

lib/result/read_json.h:

lib/base/base.h:

lib/workload.h:

lib/base/parse.h:
