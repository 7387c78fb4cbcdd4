import { expect, it } from "vitest";
import { readNodeCacheOptions } from "./options.ts";

function read(values: Record<string, string>): ReturnType<typeof readNodeCacheOptions> {
  return readNodeCacheOptions(new Map(Object.entries({ localip: "169.254.20.10", ...values })));
}

it("is by default what node-cache is", () => {
  expect(read({})).toEqual({
    localAddresses: ["169.254.20.10"],
    templatePath: "/etc/coredns/Corefile.base",
    corefilePath: "/etc/Corefile",
    kubeDnsFolder: undefined,
    upstreamService: "kube-dns",
    interfaceName: "nodelocaldns",
    hasRules: true,
    syncIntervalMs: 60_000,
    isTornDown: true,
    healthPort: 8080,
    metricsAddress: "0.0.0.0:9353",
    isReloadedBySignal: false,
  });
});

it("reads switches as Go does", () => {
  expect(read({ skipteardown: "" }).isTornDown).toBe(false);
  expect(read({ skipteardown: "T" }).isTornDown).toBe(false);
  expect(read({ setupinterface: "false" }).interfaceName).toBeUndefined();
  expect(read({ setupiptables: "0" }).hasRules).toBe(false);
});

it("takes -conf before -corefile", () => {
  expect(read({ corefile: "/a" }).corefilePath).toBe("/a");
  expect(read({ corefile: "/a", conf: "/b" }).corefilePath).toBe("/b");
});

it("takes nanoseconds for seconds, as node-cache does", () => {
  const all = ["60ns", "60", "60s", "1m"].map((syncinterval) => read({ syncinterval }));
  expect(all.map(({ syncIntervalMs }) => syncIntervalMs)).toEqual(Array(4).fill(60_000));
});

it.each([
  ["localip", ""],
  ["localip", "169.254.20.10, 10.96.0.10"],
  ["localip", "169.254.20.10,fd00::5"],
  ["interfacename", "a-name-too-long-"],
  ["interfacename", "a/b"],
  ["setupiptables", "yes"],
  ["syncinterval", "0"],
  ["syncinterval", "soon"],
  ["health-port", "65536"],
  ["metrics-listen-address", "9353"],
])("refuses -%s %j", (name, text) => {
  expect(() => read({ [name]: text })).toThrow(`Cannot parse flag -${name} `);
});
