import type { Selector } from "./external-host.ts";
import { WHOLE } from "./external-host.ts";

/** What a name below a zone asks for. Labels are in lower-case wire form, "" if they are not there. */
export interface ServiceName {
  readonly namespace: string;
  readonly service: string;
  readonly selector: Selector;
  /** It has more labels than any name of a Service. */
  readonly isTooLong: boolean;
}

/**
 * Reads a name:
 *
 *     [ENDPOINT. | PORT.PROTOCOL.] SERVICE. NAMESPACE. ZONE
 *
 * @param key the name's lower-case wire form
 * @param end where the zone begins in it
 */
export function parseServiceName(key: string, end: number): ServiceName {
  const labels: string[] = [];
  for (let at = 0; at < end; at += key.charCodeAt(at) + 1) {
    labels.push(key.slice(at, at + key.charCodeAt(at) + 1));
  }
  const [namespace = "", service = "", third = "", fourth = ""] = labels.toReversed();
  const isTooLong = labels.length > 4;
  return { namespace, service, isTooLong, selector: selectorOf(third, fourth) };
}

function selectorOf(third: string, fourth: string): Selector {
  if (third === "") return WHOLE;
  if (fourth === "") return { ...WHOLE, endpoint: wire(text(third)) };
  return { endpoint: "", port: text(fourth), protocol: text(third) };
}

/** `_http` and `http` ask for the same. */
function text(label: string): string {
  return label.startsWith("_", 1) ? label.slice(2) : label.slice(1);
}

function wire(label: string): string {
  return label === "" ? "" : String.fromCharCode(label.length) + label;
}
