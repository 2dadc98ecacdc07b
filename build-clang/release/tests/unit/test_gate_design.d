build-clang/release/tests/unit/test_gate_design.o: \
  tests/unit/test_gate_design.c lib/base/rng.h lib/base/base.h \
  lib/workload.h lib/gate/gate.h lib/base/parse.h lib/stats/binomial.h \
  lib/stats/normal.h

lib/base/rng.h:

lib/base/base.h:

lib/workload.h:

lib/gate/gate.h:

lib/base/parse.h:

lib/stats/binomial.h:

lib/stats/normal.h:
