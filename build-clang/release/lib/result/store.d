build-clang/release/lib/result/store.o: lib/result/store.c \
  lib/result/store.h

lib/result/store.h:
