build-clang/release/lib/stats/beta.o: lib/stats/beta.c lib/stats/beta.h

lib/stats/beta.h:
