build-clang/release/lib/session/arm_concbench.o: \
  lib/session/arm_concbench.c lib/session/arm_kinds.h lib/session/arm.h \
  lib/result/drive_json.h lib/exec/sample.h lib/exec/mode.h \
  lib/base/base.h lib/workload.h lib/stats/histogram.h lib/gate/gate.h \
  lib/base/parse.h lib/session/driven.h

lib/session/arm_kinds.h:

lib/session/arm.h:

lib/result/drive_json.h:

lib/exec/sample.h:

lib/exec/mode.h:

lib/base/base.h:

lib/workload.h:

lib/stats/histogram.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/session/driven.h:
