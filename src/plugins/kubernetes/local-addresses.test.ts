import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import type { Interfaces } from "../../server/listen-addresses.ts";
import { localAddresses } from "./local-addresses.ts";

/** A node with an anycast address of each family on its loopback interface. */
const NODE = {
  lo: ["127.0.0.1", "10.53.0.1", "::1", "2001:db8:53::1"],
  eth0: ["192.0.2.1", "2001:db8::1", "fe80::1"],
  nodelocaldns: ["169.254.20.10", "10.96.0.10"],
};

const interfaces: Interfaces = Object.fromEntries(
  Object.entries(NODE).map(([name, addresses]) => {
    return [
      name,
      addresses.map((address) => ({
        address,
        family: address.includes(":") ? ("IPv6" as const) : ("IPv4" as const),
        internal: name === "lo",
        netmask: "",
        mac: "",
        cidr: null,
        scopeid: 0,
      })),
    ];
  }),
);

function of(listenOn: readonly string[], except: readonly string[] = []): readonly string[] {
  return localAddresses(listenOn, except, () => interfaces);
}

const V4 = ["10.53.0.1", "192.0.2.1", "169.254.20.10", "10.96.0.10"];

describe("localAddresses", () => {
  it("are all that are served, anycast addresses on lo too, where nothing was chosen", () => {
    const all = ["10.53.0.1", "2001:db8:53::1", "192.0.2.1", "2001:db8::1", "fe80::1"];
    expect(of([])).toEqual([...all, "169.254.20.10", "10.96.0.10"]);
    expect(of(["::"])).toEqual(of([]));
    expect(of(["0.0.0.0"])).toEqual(V4);
  });

  it.each<[string, string[], string[], string[]]>([
    ["those listened on", ["192.0.2.1", "127.0.0.1"], [], ["192.0.2.1"]],
    ["those of an interface", ["eth0"], [], ["192.0.2.1", "2001:db8::1"]],
    ["those of lo that others reach", ["lo"], [], ["10.53.0.1", "2001:db8:53::1"]],
    ["not those that are excepted", ["eth0"], ["192.0.2.1"], ["2001:db8::1"]],
    ["a link-local one of IPv4 that was chosen", ["169.254.20.10"], [], ["169.254.20.10"]],
    ["none where only this machine is served", ["127.0.0.1", "::1"], [], []],
    ["none for a link-local one of IPv6", ["fe80::1%eth0"], [], []],
    ["each once", ["192.0.2.1", "eth0"], [], ["192.0.2.1", "2001:db8::1"]],
  ])("are %s", (_what, listenOn, except, expected) => {
    expect(of(listenOn, except)).toEqual(expected);
  });

  it("are looked up in this machine's interfaces", () => {
    const machine = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const expected = machine
      .map(({ address }) => address)
      .filter((address) => !/^(127\.|::1$)/.test(address));
    expect(localAddresses([], [])).toEqual(expected);
  });
});
