import { findCoreDns, serveCoreDns, servePortolan } from "../cluster/serve.ts";
import type { Contestant } from "./figure.ts";

export const PORTOLAN: Contestant = { name: "portolan", serve: servePortolan };

/** Undefined where it is not installed. */
export function coreDns(): Contestant | undefined {
  return findCoreDns() === undefined ? undefined : { name: "coredns", serve: serveCoreDns };
}
