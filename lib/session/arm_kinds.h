/* The forms that an arm can have, a file each. Internal to lib/session. */
#ifndef CB_SESSION_ARM_KINDS_H
#define CB_SESSION_ARM_KINDS_H

#include "lib/session/arm.h"

extern const struct cb_arm_kind cb_arm_concbench, cb_arm_plugin, cb_arm_command;

#endif
