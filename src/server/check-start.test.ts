import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CorefileError } from "../corefile/corefile-error.ts";
import { parseCorefile } from "../corefile/corefile.ts";
import { Faults, faultsOf } from "../corefile/faults.ts";
import { HttpEndpoints } from "../http/http-endpoints.ts";
import { Metrics } from "../observe/metrics.ts";
import { plugins } from "../plugins/index.ts";
import { silentLog } from "../testing/context.ts";
import { checkStart } from "./check-start.ts";
import { Server } from "./server.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "check-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** All that is wrong with a Corefile whose files are in the folder. */
async function faultsIn(template: string): Promise<string[]> {
  const text = template.replaceAll("FOLDER", folder);
  const faults = new Faults();
  const file = join(folder, "Corefile");
  const blocks = parseCorefile(text, file, { faults });
  const around = {
    plugins,
    defaultPort: 0,
    log: silentLog(),
    metrics: new Metrics(),
    host: {
      http: new HttpEndpoints(),
      isServing: () => false,
      reload: () => Promise.resolve(),
      fatal: () => {},
    },
  };
  await checkStart({ blocks, files: [file], digest: "" }, around, faults);
  return linesOf(() => faults.throwIfAny());
}

function linesOf(action: () => void): string[] {
  try {
    action();
    return [];
  } catch (error) {
    if (!(error instanceof CorefileError)) throw error;
    return faultsOf(error).map(({ message }) => message.replaceAll(`${folder}/`, ""));
  }
}

/** What a start says of the same. */
async function refusalOf(template: string): Promise<string> {
  const text = template.replaceAll("FOLDER", folder);
  const file = join(folder, "Corefile");
  const load = () => ({ blocks: parseCorefile(text, file), files: [file], digest: "" });
  const options = { load, plugins, defaultPort: 0, log: silentLog(), onFatal: () => {} };
  try {
    await (await Server.start(options)).stop();
    return "";
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
}

describe("what a start refuses, a check does", () => {
  it.each<[string, string]>([
    [". {\n whoami\n}\n. {\n whoami\n}", 'Corefile:4: Cannot serve zone "." twice'],
    ["a.b {\n whoami\n}\nx.y A.B {\n whoami\n}", 'Corefile:4: Cannot serve zone "a.b." twice'],
    [
      ". {\n kubernetes a.b {\n  ttl 5\n  manifests gone\n }\n}",
      'Corefile:4: plugin/kubernetes: cannot read manifests "',
    ],
    [
      ". {\n kubernetes a.b {\n  manifests .\n  service_cidr 10.0.0.0/8 10.1.0.0/16\n }\n}",
      "Corefile:2: plugin/kubernetes: Cannot take service CIDRs",
    ],
    ["10.in-addr.arpa {\n kubernetes\n}", "Corefile:2: plugin/kubernetes: only reverse zones"],
    [". {\n forward . /gone/resolv.conf\n}", 'Corefile:2: plugin/forward: cannot read "'],
    [
      ". {\n forward . tls://127.0.0.1 {\n  tls gone.pem\n }\n}",
      'Corefile:3: plugin/forward: cannot read "',
    ],
    [
      ". {\n loadbalance weighted gone {\n  reload 0s\n }\n}",
      'Corefile:2: plugin/loadbalance: Cannot read weight file "',
    ],
    [". {\n bind nosuchif0\n whoami\n}", 'Corefile:2: plugin/bind: cannot listen on "nosuchif0"'],
    [
      ". {\n root FOLDER/Corefile/below\n whoami\n}",
      "Corefile:2: plugin/root: cannot access root path",
    ],
    ["# nothing", "Corefile:1: Cannot serve: no server block"],
  ])("%j", async (text, message) => {
    writeFileSync(join(folder, "Corefile"), text);
    const found = await faultsIn(text);
    expect(found).toEqual([expect.stringContaining(message)]);
    expect(await refusalOf(text)).toBe(found[0]);
  });

  it.each([
    [".:0 {\n bind 192.0.2.1\n}", "Corefile:1: Cannot listen on 192.0.2.1: this machine has no"],
    [
      ".:0 {\n bind 127.0.0.1\n health 192.0.2.1:0\n}",
      'Corefile:3: plugin/health: cannot serve on "192.0.2.1:0": this machine has no such address',
    ],
    [
      ".:0 {\n bind 127.0.0.1\n prometheus 192.0.2.1:0\n}",
      'Corefile:3: plugin/prometheus: cannot serve on "192.0.2.1:0"',
    ],
    [
      ".:0 {\n bind 127.0.0.1\n ready 192.0.2.1:0\n}",
      'Corefile:3: plugin/ready: cannot serve on "192.0.2.1:0"',
    ],
  ])("with its place: %j", async (text, message) => {
    expect(await faultsIn(text)).toEqual([expect.stringContaining(message)]);
    expect(await refusalOf(text)).not.toBe("");
  });
});

it.each([
  [
    ".:15399 {\n bind 127.0.0.1\n health 127.0.0.1:15399\n}",
    'Corefile:3: plugin/health: cannot serve on "127.0.0.1:15399": ".:15399" is served on that port',
  ],
  [
    ".:15399 {\n bind 127.0.0.1\n ready :15399\n}",
    'Corefile:3: plugin/ready: cannot serve on ":15399": ".:15399" is served on that port',
  ],
  [
    ".:0 {\n bind 127.0.0.1\n health :15398\n prometheus 127.0.0.1:15398\n}",
    'Corefile:4: plugin/prometheus: cannot serve on "127.0.0.1:15398": plugin/health has ":15398"',
  ],
])("a check sees that a Corefile takes a place twice: %j", async (text, message) => {
  expect(await faultsIn(text)).toEqual([message]);
  expect(await refusalOf(text)).toMatch(/in use/);
});

it("a check lets plugins share an address", async () => {
  const text = ".:0 {\n bind 127.0.0.1\n health :15397\n ready :15397\n prometheus :15397\n}";
  expect(await faultsIn(text)).toEqual([]);
});

it("a check does not mind that a server has the port", async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  expect(await faultsIn(`.:${port} {\n bind 127.0.0.1\n whoami\n}`)).toEqual([]);
  socket.close();
});

it("all that is wrong is told at once, from top to bottom, a snippet's once", async () => {
  const text = `(common) {
  errorz
}
a.test bad:port {
  import common
  whoam
  cache {
    success x
  }
  kubernetes cluster.local {
    manifests gone
  }
}
b.test {
  import common
  import nothing
  kubernetes cluster.local {
    ttl x
    podz verified
  }
}
c.test {
  forward . 127.0.0.1 {
    policy random
  } surplus
}
a.test {
  errors
  errors
  nomad
}
tls://d.test {
  forward . 127.0.0.1
  {
    policy random
  }
}
`;
  const found = await faultsIn(text);
  expect(found.map((line) => line.replace(/^(\S+ (?:plugin\S+ )?\S+ \S+).*/, "$1"))).toEqual([
    "Corefile:2: Unknown directive",
    "Corefile:4: Bad port",
    "Corefile:6: Unknown directive",
    "Corefile:8: plugin/cache: cannot parse",
    "Corefile:11: plugin/kubernetes: cannot read",
    "Corefile:16: Cannot import",
    "Corefile:18: plugin/kubernetes: cannot parse",
    "Corefile:19: plugin/kubernetes: unknown property",
    'Corefile:25: Unexpected "surplus"',
    "Corefile:27: Cannot serve",
    "Corefile:29: Cannot use",
    "Corefile:30: Cannot use",
    "Corefile:32: Cannot serve",
    'Corefile:34: Unexpected "{":',
  ]);
});

describe("a brace that touches a word", () => {
  it.each([
    [
      ". {\n kubernetes a.b{\n  pods verified\n }\n whoami\n}",
      'Corefile:2: Expected a space before "{" in "a.b{"',
    ],
    [
      ". {\n cache{\n  success 5\n }\n}\n.:54 {\n whoami\n}",
      'Corefile:2: Expected a space before "{" in "cache{"',
    ],
    [
      ". {\n whoami}\n",
      'Corefile:2: Expected "}" on a line of its own, not at the end of "whoami}"',
    ],
  ])("is at fault, not where its kin is missing: %j", async (text, message) => {
    expect(await faultsIn(text)).toEqual([message]);
  });

  it("is a word's own where all braces match", async () => {
    expect(await faultsIn(". {\n hosts nosuch{ {\n  fallthrough\n }\n}")).toEqual([]);
  });
});
