import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isMissing } from "./installed.ts";
import { Portolan, ROOT } from "./run-portolan.ts";

const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), "portolan-tools-"));
let portolan: Portolan;
let port = "";

beforeAll(async () => {
  const path = join(folder, "Corefile");
  writeFileSync(
    path,
    `.:0 {
  bind 127.0.0.1
  errors
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    manifests ${join(ROOT, "deploy/examples")}
  }
  cache 30
  loadbalance
}`,
  );
  portolan = new Portolan(["-conf", path]);
  port = String(await portolan.port());
});

afterAll(async () => {
  await portolan.stop();
  rmSync(folder, { recursive: true });
});

describe.each([
  ["dig", () => ["@127.0.0.1", "-p", port], ["+tcp"]],
  ["kdig", () => ["@127.0.0.1", "-p", port], ["+tcp"]],
])("%s", (tool, at, tcp) => {
  it.skipIf(isMissing(tool, "REQUIRE_DNS_TOOLS"))("asks as a user would", async () => {
    const ask = async (...args: readonly string[]): Promise<string> => {
      return (await run(tool, [...at(), ...args])).stdout;
    };
    const whole = await ask("web.shop.svc.cluster.local");
    expect(whole).toMatch(/status: NOERROR/);
    expect(whole).toMatch(/web\.shop\.svc\.cluster\.local\.\s+\d+\s+IN\s+A\s+10\.\d+\.\d+\.\d+/);
    expect(whole).not.toMatch(/malformed|unexpected|bad cookie|Warning: query response/i);
    const address = (await ask("web.shop.svc.cluster.local", "+short")).trim();
    expect((await ask("-x", address, "+short")).trim()).toBe("web.shop.svc.cluster.local.");
    expect(await ask("web.shop.svc.cluster.local", "SRV", "+short", ...tcp)).toMatch(
      /^0 \d+ \d+ web\.shop\.svc\.cluster\.local\.$/m,
    );
    expect(await ask("nowhere.shop.svc.cluster.local", "AAAA")).toMatch(/status: NXDOMAIN/);
  });
});

describe("nslookup", () => {
  it.skipIf(isMissing("nslookup", "REQUIRE_DNS_TOOLS"))("asks as a user would", async () => {
    const ask = async (...args: readonly string[]): Promise<string> => {
      return (await run("nslookup", [`-port=${port}`, ...args, "127.0.0.1"])).stdout;
    };
    const forward = await ask("web.shop.svc.cluster.local");
    const address = /Name:\s+web\.shop\.svc\.cluster\.local\s+Address: (\S+)/.exec(forward)?.[1];
    expect(address).toMatch(/^10\./);
    expect(await ask(address ?? "")).toContain("name = web.shop.svc.cluster.local.");
    expect(await ask("-type=soa", "cluster.local")).toContain("origin = ns.dns.cluster.local");
  });
});

describe("host", () => {
  it.skipIf(isMissing("host", "REQUIRE_DNS_TOOLS"))("asks as a user would", async () => {
    const ask = async (...args: readonly string[]): Promise<string> => {
      return (await run("host", ["-p", port, ...args, "127.0.0.1"])).stdout;
    };
    expect(await ask("web.shop.svc.cluster.local")).toMatch(/has address 10\./);
    expect(await ask("-t", "SRV", "web.shop.svc.cluster.local")).toContain("has SRV record");
    expect(await ask("-T", "-t", "TXT", "dns-version.cluster.local")).toContain('"1.1.0"');
  });
});
