import { UNKNOWN_IGNORED } from "./ignored.ts";
import { MESSAGE_RULES } from "./message-rules.ts";
import { MOVE_RULES } from "./move-rules.ts";
import type { Lint, Rule } from "./rule.ts";
import { aclAllowsAll, aclNeverReached } from "./rules/access.ts";
import { cacheMissing, forwardToSelf, loopMissing } from "./rules/forwarding.ts";
import { patternOutsideZone, patternWithoutDot } from "./rules/patterns.ts";
import { debugOn, errorsMissing, healthMissing, logsAll, readyMissing } from "./rules/presence.ts";
import { hostsDuplicate, reloadJitter, ttlZero, wildcardName } from "./rules/records.ts";
import { rewriteNeverReached, rewriteWithoutAnswer } from "./rules/rewriting.ts";
import {
  importMatchesNothing,
  placeholderLeft,
  snippetUnused,
  variableUnset,
} from "./rules/texts.ts";
import {
  bindSplitsPort,
  cidrHostBits,
  directiveOutside,
  reverseMissing,
  wildcardZone,
} from "./rules/zones.ts";

/** All that is looked for by words alone. Each rule looks for itself; none depends on another. */
export const LINTS: readonly Lint[] = [
  forwardToSelf,
  loopMissing,
  cacheMissing,
  placeholderLeft,
  wildcardZone,
  wildcardName,
  directiveOutside,
  bindSplitsPort,
  cidrHostBits,
  reverseMissing,
  aclAllowsAll,
  aclNeverReached,
  rewriteNeverReached,
  rewriteWithoutAnswer,
  patternWithoutDot,
  patternOutsideZone,
  hostsDuplicate,
  ttlZero,
  reloadJitter,
  snippetUnused,
  importMatchesNothing,
  variableUnset,
  errorsMissing,
  readyMissing,
  healthMissing,
  logsAll,
  debugOn,
];

/** All rules: what a start says first, what is said of a move from CoreDNS last. */
export const RULES: readonly Rule[] = [...MESSAGE_RULES, ...LINTS, UNKNOWN_IGNORED, ...MOVE_RULES];
