import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Explanation } from "../../src/explain/explanation.ts";
import {
  manifests,
  namespaceText,
  podText,
  serviceText,
} from "../../src/explain/explain-bench.cases.ts";
import { until } from "../../src/testing/until.ts";
import { readDocument } from "../documents/readme.ts";
import type { Finished } from "../run-portolan.ts";
import { Portolan, ROOT, endAll } from "../run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-explain-"));
const conf = join(folder, "Corefile");
const socket = join(folder, "p.sock");
const NOBODY = { env: { PATH: process.env.PATH, NO_COLOR: "1" } };

/** On one node only. */
const AGENT_SLICE = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: agent-1, namespace: shop, labels: { kubernetes.io/service-name: agent } }
addressType: IPv4
ports: [{ name: "", port: 8080, protocol: TCP }]
endpoints: [{ addresses: ["10.244.1.77"], nodeName: node-a, conditions: { ready: true } }]
`;

beforeAll(() => {
  cpSync(join(ROOT, "deploy/examples"), join(folder, "cluster"), { recursive: true });
  writeFileSync(
    join(folder, "cluster/99-broken.yaml"),
    manifests(
      namespaceText("default"),
      serviceText("shop/empty", "clusterIP: None"),
      serviceText("shop/idle", "clusterIP: 10.96.80.99, ports: [{ port: 80 }]", false),
      ...brokenPods(),
      serviceText("shop/address", "type: ExternalName, externalName: 192.0.2.1"),
      serviceText("shop/one", "type: ExternalName, externalName: two.shop.svc.cluster.local"),
      serviceText(
        "shop/agent",
        "clusterIP: 10.96.80.98, internalTrafficPolicy: Local, ports: [{ port: 80 }]",
      ),
      AGENT_SLICE,
      serviceText("shop/two", "type: ExternalName, externalName: one.shop.svc.cluster.local"),
    ),
  );
  writeFileSync(
    conf,
    `cluster.local:0 10.in-addr.arpa:0 {
    bind 127.0.0.1
    kubernetes cluster.local 10.in-addr.arpa {
        manifests ${join(folder, "cluster")}
        pods verified
    }
}
.:0 {
    bind 127.0.0.1
    template ANY ANY {
        rcode NXDOMAIN
    }
}
`,
  );
});
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

/** Services whose pods are the matter. */
function brokenPods(): string[] {
  const since = 'lastTransitionTime: "2026-01-02T03:04:05Z"';
  const unready = `conditions: [{ type: Ready, status: "False", reason: ContainersNotReady, ${since} }]`;
  const port = "ports: [{ name: http, port: 80, targetPort: http }]";
  return [
    serviceText("shop/typo", `clusterIP: None, selector: { app: crahs }, ${port}`),
    serviceText("shop/crash", `clusterIP: None, selector: { app: crash }, ${port}`),
    podText("shop/crash-0", "{ app: crash }", `{ podIP: 10.80.0.1, ${unready} }`),
    serviceText("shop/ending", `clusterIP: None, selector: { app: ending }, ${port}`),
    podText("shop/ending-0", "{ app: ending }", "{ podIP: 10.80.0.2 }", {
      metadata: 'deletionTimestamp: "2026-01-02T03:04:35Z", deletionGracePeriodSeconds: 30',
    }),
    serviceText("shop/unwritten", `clusterIP: None, selector: { app: ready }, ${port}`, false),
    podText("shop/ready-0", "{ app: ready }", "{ podIP: 10.80.0.3 }"),
    serviceText(
      "shop/target",
      "clusterIP: 10.96.80.98, selector: { app: ready }, ports: [{ port: 80, targetPort: web }]",
    ),
    serviceText("data/ledger", `clusterIP: None, selector: { app: ledger }, ${port}`),
    podText("data/ledger-0", "{ app: ledger }", "{ podIP: 10.80.0.4 }", {
      spec: "hostname: ledger-0, subdomain: books",
    }),
  ];
}

function run(...args: readonly string[]): Promise<Finished> {
  return new Portolan(["explain", ...args], undefined, [], ROOT, NOBODY).finished;
}

const rows = [
  ...readDocument("docs/troubleshooting.md").matchAll(
    /^\| [^|]+ \| `([a-z-]+)` \| [^|]+ \| `portolan explain ([^`]+)` \|$/gm,
  ),
].map(([, code = "", command = ""]) => [command, code] as const);

describe("each command of docs/troubleshooting.md leads to its cause", () => {
  let server: Portolan;
  beforeAll(async () => {
    server = new Portolan(["-conf", conf, "-admin", socket], undefined, [], ROOT, NOBODY);
    await server.port();
    await until(() => existsSync(socket));
    // Ready when the manifests have been read.
    await server.saying(/Read \d+ manifest files/);
  });
  afterAll(() => server.stop());

  it("of which there are some", () => {
    expect(rows.length).toBeGreaterThan(15);
  });

  it("all of them, by the socket of a running server", async () => {
    const wrong: string[] = [];
    for (const [command, code] of rows) {
      const found = await run(...command.split(" "), "-admin", socket, "-o", "json");
      const { verdict, version } = JSON.parse(found.stdout || "{}") as Partial<Explanation>;
      const isRight = verdict?.code === code && version === 1 && found.stderr === "";
      const exit = code === "well" ? 0 : 2;
      if (!isRight || found.code !== exit)
        wrong.push(`${command}: ${verdict?.code} ${found.stderr}`);
    }
    expect(wrong).toEqual([]);
  });

  it("the questions of where an address leads", async () => {
    const asked = [
      ...readDocument("docs/troubleshooting.md").matchAll(
        /^\| .+ \| `([^|]+)` \| `portolan explain ([^`|]+ -routes[^`|]*)` \|$/gm,
      ),
    ];
    expect(asked.length).toBeGreaterThan(8);
    for (const [, words = "", command = ""] of asked) {
      const { stdout, stderr } = await run(...command.split(" "), "-admin", socket);
      expect([command, stderr, stdout.replace(/\s+/g, " ")]).toEqual([
        command,
        "",
        expect.stringContaining(words),
      ]);
    }
  });

  it("the examples of where an address leads", async () => {
    const section = readDocument("docs/troubleshooting.md").split("## Where does the address")[1];
    const block = /```sh\n(.*?)```/s.exec(section ?? "")?.[1] ?? "";
    const commands = block.trim().split("\n");
    expect(commands.length).toBeGreaterThan(3);
    for (const command of commands) {
      const words = command.replace("portolan explain ", "").split(" ");
      const { code, stdout } = await run(...words, "-admin", socket);
      expect([command, code]).toEqual([command, 0]);
      expect(stdout).toMatch(/^Routes$|"routes": \{/m);
    }
  });

  it("the first examples", async () => {
    const text = readDocument("docs/troubleshooting.md");
    const block = /```sh\n(.*?)```/s.exec(text)?.[1] ?? "";
    const commands = [...block.matchAll(/^portolan explain (.*?)(?: +#.*)?$/gm)];
    expect(commands.length).toBeGreaterThan(3);
    for (const [, words = ""] of commands) {
      const { code, stdout } = await run(...words.trim().split(/ +/), "-admin", socket);
      expect([words, code]).toEqual([words, 0]);
      expect(stdout).toContain("well");
    }
  });
});

describe("without a server", () => {
  it("the Corefile is started aside", async () => {
    const { stdout, stderr, code } = await run("wbe.shop", "-conf", conf);
    expect(code).toBe(2);
    // What a server's log would warn of, and nothing else.
    const warning =
      /^\[WARNING\] plugin\/kubernetes: Service "(address|two)" of namespace "shop" has/;
    const lines = stderr.trimEnd().split("\n");
    expect(lines.filter((line) => !warning.test(line))).toEqual([]);
    expect(stdout).toMatch(
      /^failing \[no-service\]\nNamespace "shop" has no Service "wbe": did you/,
    );
    expect(stdout).toContain("    portolan explain web.shop\n");
  });

  it.each([
    [["-h"], 0, "", "Usage: portolan explain NAME [TYPE]"],
    [[], 1, "Cannot explain: expected NAME [TYPE]", ""],
    [["a", "A", "b"], 1, 'unexpected "b"', ""],
    [["a", "-o", "xml"], 1, 'Cannot explain as "xml": expected text or json', ""],
    [["a..b", "-conf", "Corefile.example"], 1, 'Cannot explain "a..b": empty label', ""],
    [["a", "-conf", "x", "-admin", "y"], 1, "are two servers", ""],
    [["a", "-conf", "none"], 1, "none", ""],
    [["a", "-node", "n"], 1, "Cannot explain: -node says nothing without -routes", ""],
    [["10.9.9.9", "-routes", "-conf", conf], 1, "no Service is known that has this address", ""],
    [
      ["a", "-routes", "-proxy-mode", "x", "-conf", conf],
      1,
      "expected iptables, ipvs, nftables",
      "",
    ],
    [["a", "-admin", "/nowhere/p.sock"], 1, 'Cannot ask "/nowhere/p.sock": ENOENT', ""],
  ])("%j", async (args, code, error, output) => {
    const finished = await run(...args);
    expect(finished.code).toBe(code);
    expect(finished.stderr).toContain(error);
    expect(finished.stdout).toContain(output);
  });
});
