import { argumentRange, noArguments, noBody, subDirectives } from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { parseHttpAddress } from "../../http/http-address.ts";

export interface PrometheusOptions {
  readonly address: string;
  /** Whether to tell all that the runtime knows of itself. */
  hasRuntimeMetrics: boolean;
}

const PROPERTIES: Record<string, (sub: Directive, options: PrometheusOptions) => void> = {
  runtime_metrics(sub, options) {
    noArguments(sub);
    options.hasRuntimeMetrics = true;
  },
  tls(sub) {
    throw sub.error(`"tls" is not built yet: metrics are served over plain HTTP`);
  },
};

/** Reads `prometheus [ADDRESS] { runtime_metrics }`. */
export function parsePrometheus(directive: Directive): PrometheusOptions {
  const [address] = argumentRange(directive, 0, 1);
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, {
    address: address ? parseHttpAddress(address) : "localhost:9153",
    hasRuntimeMetrics: false,
  });
}
