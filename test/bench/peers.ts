import { coredns } from "./peers/coredns.ts";
import { dnsmasq } from "./peers/dnsmasq.ts";
import { echo } from "./peers/echo.ts";
import type { Peer } from "./peers/peer.ts";
import { before, portolan } from "./peers/portolan.ts";
import { unbound } from "./peers/unbound.ts";

/** Who takes part, in the order of the report. */
export const peers: readonly Peer[] = [portolan, before, coredns, unbound, dnsmasq, echo];
