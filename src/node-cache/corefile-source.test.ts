import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { recordingLog } from "../testing/context.ts";
import { CorefileSource } from "./corefile-source.ts";
import { SetupErrors } from "./setup-errors.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-node-cache-"));
afterAll(() => rmSync(folder, { recursive: true }));

const template = join(folder, "Corefile.base");
const corefile = join(folder, "Corefile");
const kubeDns = join(folder, "kube-dns");

beforeEach(() => {
  rmSync(kubeDns, { recursive: true, force: true });
  rmSync(corefile, { force: true });
  writeFileSync(template, ".:53 {\n    forward . __PILLAR__UPSTREAM__SERVERS__\n}\n");
});

function source(): CorefileSource & { seen: ReturnType<typeof recordingLog>; errors: SetupErrors } {
  const seen = recordingLog();
  const errors = new SetupErrors();
  const made = new CorefileSource({
    localAddresses: ["169.254.20.10"],
    dnsPort: 53,
    upstreamAddress: undefined,
    templatePath: template,
    corefilePath: corefile,
    kubeDnsFolder: kubeDns,
    log: seen.log,
    errors,
  });
  return Object.assign(made, { seen, errors });
}

function say(key: string, text: string): void {
  mkdirSync(kubeDns, { recursive: true });
  writeFileSync(join(kubeDns, key), text);
}

function written(): string {
  return readFileSync(corefile, "utf8");
}

it("is written again when template or ConfigMap have changed, and only then", async () => {
  const one = source();
  expect(await one.update()).toBe(true);
  expect(written()).toContain("forward . /etc/resolv.conf\n");
  expect(await one.update()).toBe(false);
  say("upstreamNameservers", '["192.0.2.1"]');
  expect(await one.update()).toBe(true);
  expect(written()).toContain("forward . 192.0.2.1\n");
  writeFileSync(template, "# changed\n");
  expect(await one.update()).toBe(true);
  expect(written()).toBe("# changed\n");
});

it("stays as it was while the ConfigMap is wrong, which is told and counted once", async () => {
  const one = source();
  say("stubDomains", '{"acme.local": ["192.0.2.1"]}');
  await one.update();
  const before = written();
  say("stubDomains", "{");
  expect([await one.update(), await one.update()]).toEqual([false, false]);
  expect(written()).toBe(before);
  expect(one.errors.of("configmap")).toBe(1);
  expect(one.seen.lines.at(-1)).toBe(
    'error: Cannot make the Corefile: kube-dns\'s ConfigMap: cannot read "stubDomains": it is not JSON',
  );
});

it("is not written without a template", async () => {
  rmSync(template);
  const one = source();
  expect(await one.update()).toBe(false);
  expect(one.errors.of("configmap")).toBe(1);
});
