import type { EdnsOption } from "../../dns/edns.ts";

/** An EDNS option that upstreams are to get. Its octets are its own. */
export interface OutgoingOption extends EdnsOption {
  /**
   * Whether it says something of who asks: what an upstream makes of it is for nobody else
   * (`Validity.perClient`).
   */
  readonly isPerClient: boolean;
  /** Whether the client has sent it: it is for those alone who are told to pass it on. */
  readonly isFromClient: boolean;
}

/** Of a client's options those that somebody passes on, with octets of their own. */
export function passedOn(
  options: readonly EdnsOption[],
  isPassed: (code: number) => boolean,
): readonly OutgoingOption[] {
  return options
    .filter(({ code }) => isPassed(code))
    .map(({ code, data }) => {
      return { code, data: Buffer.from(data), isPerClient: true, isFromClient: true };
    });
}

/** What tells apart questions with other options. What is for one client alone is kept for nobody. */
export function outgoingKey(options: readonly OutgoingOption[]): string {
  let key = "";
  for (const { code, data, isPerClient } of options) {
    const text = isPerClient ? "" : data.toString("latin1");
    key += String.fromCharCode(code, isPerClient ? 0xffff : text.length) + text;
  }
  return key;
}
