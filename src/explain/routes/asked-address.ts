import { isIP } from "node:net";
import { canonicalAddress } from "../../kube/canonical-address.ts";
import type { ClusterView, ServiceKey } from "../../server/contract/cluster-view.ts";
import { safeText } from "../words.ts";
import type { AddressAsked } from "./port-routes.ts";

/** `10.96.0.1`, `10.96.0.1:443`, `fd00::1`, `[fd00::1]:443`; undefined for a name. */
export function parseAddressAsked(text: string): AddressAsked | undefined {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-f:.]+)\]|([0-9.]+|[0-9a-f:.]+?))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const whole = isIP(text) === 0 ? undefined : text;
  const address = canonicalAddress(whole ?? bracketed ?? plain ?? "");
  if (address === undefined) return undefined;
  const port = whole === undefined && digits !== undefined ? Number(digits) : undefined;
  return { address, port };
}

/**
 * The Service that an address stands for: one that has it, else one whose port nodes have.
 * @throws {TypeError} if there is none
 */
export function serviceBehind(
  { address, port }: AddressAsked,
  views: readonly ClusterView[],
): ServiceKey {
  for (const view of views) {
    const [first] = view.servicesAt(address);
    if (first) return first;
  }
  for (const view of views) {
    const [first] = port === undefined ? [] : view.servicesAtNodePort(port);
    if (first) return first;
  }
  const ofNode = port === undefined ? "" : `, and none has the NodePort ${port}`;
  throw new TypeError(
    `Cannot explain routes of "${safeText(address)}": no Service is known that has this address${ofNode}`,
  );
}
