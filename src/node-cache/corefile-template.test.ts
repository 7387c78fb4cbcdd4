import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fillTemplate } from "./corefile-template.ts";
import { NO_KUBE_DNS_CONFIG, parseKubeDnsConfig } from "./kube-dns-config.ts";

function testdata(name: string): string {
  return readFileSync(join(import.meta.dirname, "testdata", name), "utf8");
}

const VALUES = {
  localAddresses: ["169.254.20.10", "10.96.0.10"],
  dnsPort: 53,
  upstreamAddress: "10.96.77.1",
  kubeDns: NO_KUBE_DNS_CONFIG,
};

const CONFIG = parseKubeDnsConfig(
  new Map([
    ["stubDomains", testdata("stubDomains")],
    ["upstreamNameservers", testdata("upstreamNameservers")],
  ]),
);

// testdata/README.md says how node-cache was asked.
describe("a template becomes the Corefile that node-cache makes of it", () => {
  it.each(["manifest", "over-tcp", "indented"])("%s", (name) => {
    const template = testdata(`${name}.base`);
    expect(fillTemplate(template, VALUES)).toBe(testdata(`${name}.Corefile`));
  });

  it.each(["manifest", "over-tcp", "indented"])("%s, with kube-dns's ConfigMap", (name) => {
    const template = testdata(`${name}.base`);
    const made = fillTemplate(template, { ...VALUES, kubeDns: CONFIG });
    expect(made).toBe(testdata(`${name}-custom.Corefile`));
  });
});

describe("without an address of the upstream", () => {
  const values = { ...VALUES, upstreamAddress: undefined };

  it("a template that wants none is filled", () => {
    expect(fillTemplate("bind __PILLAR__LOCAL__DNS__", values)).toBe(
      "bind 169.254.20.10 10.96.0.10",
    );
  });

  it("one that wants it is refused", () => {
    expect(() => fillTemplate("forward . __PILLAR__CLUSTER__DNS__", values)).toThrow(
      "nobody says what __PILLAR__CLUSTER__DNS__ is",
    );
  });
});
