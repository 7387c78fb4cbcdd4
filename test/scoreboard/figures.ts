import type { Figure } from "./figure.ts";
import { agreement } from "./figures/agreement.ts";
import { outage, readiness, recovery } from "./figures/api.ts";
import { collateral } from "./figures/collateral.ts";
import { exhaustion } from "./figures/connections.ts";
import { liars } from "./figures/liars.ts";
import { memory } from "./figures/memory.ts";
import { reloadLoss } from "./figures/reload.ts";
import { stopLoss } from "./figures/stop.ts";
import { advisories, conformance, fuzz, soaked, wrongAnswers } from "./figures/suites.ts";
import { coalescing, failover } from "./figures/upstreams.ts";

/** The scoreboard, S1 to S17. */
export const FIGURES: readonly Figure[] = [
  conformance,
  agreement,
  fuzz,
  liars,
  coalescing,
  reloadLoss,
  stopLoss,
  failover,
  collateral,
  outage,
  recovery,
  wrongAnswers,
  readiness,
  memory,
  exhaustion,
  soaked,
  advisories,
];
