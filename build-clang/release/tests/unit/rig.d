build-clang/release/tests/unit/rig.o: tests/unit/rig.c tests/unit/rig.h \
  lib/exec/sample.h lib/exec/mode.h lib/base/base.h lib/workload.h \
  lib/stats/histogram.h lib/base/param.h lib/base/parse.h

tests/unit/rig.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/base/param.h:

lib/base/parse.h:
