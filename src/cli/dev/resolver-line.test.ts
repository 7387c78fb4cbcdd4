import { expect, it } from "vitest";
import type { DevSource } from "./dev-corefile.ts";
import type { ResolverState } from "./resolver-line.ts";
import { installArguments, resolverLine } from "./resolver-line.ts";
import { zonesOf } from "./dev-zones.ts";

const USUAL = { address: "127.0.0.1", port: 10_053 };
const PORT_53 = { address: "127.53.0.1", port: 53 };
const INSTALLED = { server: USUAL, zones: ["cluster.local"], search: ["svc.cluster.local"] };

function contexts(...names: readonly string[]): DevSource {
  const zones = zonesOf(names);
  const served = zones.map((zone, i) => ({ ...zone, isCurrent: i === 0, namespaces: [] }));
  return { kubeconfig: "/k", contexts: served };
}

it.each<[Partial<ResolverState>, string]>([
  [{ isAsked: true, installed: INSTALLED }, "asks here"],
  [{}, "does not ask here yet: portolan dev -stub, or sudo portolan stub install"],
  [
    { place: PORT_53 },
    "does not ask here yet: portolan dev -stub, or sudo portolan stub install -server 127.53.0.1:53",
  ],
  [
    { isPort53Only: true },
    'does not ask here yet, and can at port 53 only: let users have it by "sudo sysctl net.ipv4.ip_unprivileged_port_start=53", and start again',
  ],
  [
    { isPort53Only: true, place: PORT_53 },
    "does not ask here yet: portolan dev -stub, or sudo portolan stub install -server 127.53.0.1:53",
  ],
  [
    { source: contexts("staging", "prod") },
    "does not ask here yet: portolan dev -stub, or sudo portolan stub install cluster.local 127.0.0.0/8 svc.staging svc.prod",
  ],
  [{ installed: INSTALLED }, "does not ask here, though it is set up: portolan stub doctor"],
  [
    { installed: INSTALLED, place: PORT_53 },
    "does not ask here, but at 127.0.0.1:10053: end what serves there, or: sudo portolan stub uninstall && sudo portolan stub install -server 127.53.0.1:53",
  ],
])("with %j says what to do", (state, expected) => {
  const usual = {
    isAsked: false,
    isPort53Only: false,
    installed: undefined,
    place: USUAL,
    source: contexts("staging"),
  };
  expect(resolverLine({ ...usual, ...state })).toBe(`This machine's resolver ${expected}`);
});

it("tells stub install the server always: the default is another one where only port 53 is asked", () => {
  expect(installArguments(USUAL, contexts("staging"))).toEqual(["-server", "127.0.0.1:10053"]);
});
