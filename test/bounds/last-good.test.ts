import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../src/testing/certificate.ts";
import { askUdp } from "../../src/transport/transport.cases.ts";
import { freePort } from "../bench/free-port.ts";
import { Portolan, endAll } from "../run-portolan.ts";
import { until } from "../../src/testing/until.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portolan-"));
  writeFileSync(join(folder, "hosts"), "192.0.2.1 a.test\n");
  writeFileSync(join(folder, "cert.pem"), CERTIFICATE);
  writeFileSync(join(folder, "key.pem"), CERTIFICATE_KEY);
});

afterEach(() => rmSync(folder, { recursive: true }));
afterAll(endAll);

async function address(port: number): Promise<string> {
  const reply = await askUdp(port, encodeQuestion(parseQuestion("a.test A"), 1));
  const { rcode, answer = [], edns } = parseMessage(reply) ?? {};
  return [
    rcode,
    ...answer.map((record) => formatRecord(record).split(" ").at(-1)),
    edns ? "EDE" : "",
  ].join(" ");
}

it("a bad Corefile, certificate or hosts file leaves the last good one, and is counted", async () => {
  const httpPort = await freePort();
  const corefile = (extra: string): string => `.:0 {
  bind 127.0.0.1
  root ${folder}
  prometheus 127.0.0.1:${httpPort}
  hosts ${join(folder, "hosts")} {
    reload 10ms
    fallthrough
  }
  forward . tls://127.0.0.1:1 {
    tls cert.pem key.pem
  }
  ${extra}
}
`;
  const path = join(folder, "Corefile");
  writeFileSync(path, corefile(""));
  const portolan = new Portolan(["-conf", path]);
  const port = await portolan.port();
  const failed = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
    return Number(/^coredns_reload_failed_total (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const reload = async (expected: RegExp): Promise<void> => {
    portolan.stdout = "";
    portolan.child.kill("SIGUSR1");
    await portolan.saying(expected);
  };
  expect([await address(port), await failed()]).toEqual(["0 192.0.2.1 ", 0]);

  writeFileSync(path, corefile("no-such-thing"));
  await reload(/Cannot reload, the old configuration stays: .*no-such-thing/);
  expect([await address(port), await failed()]).toEqual(["0 192.0.2.1 ", 1]);

  writeFileSync(path, corefile(""));
  writeFileSync(join(folder, "cert.pem"), "no certificate");
  await reload(/Cannot reload, the old configuration stays: .*cannot use tls/);
  expect([await address(port), await failed()]).toEqual(["0 192.0.2.1 ", 2]);

  rmSync(join(folder, "cert.pem"));
  await reload(/Cannot reload, the old configuration stays: .*cannot read/);
  expect([await address(port), await failed()]).toEqual(["0 192.0.2.1 ", 3]);

  writeFileSync(join(folder, "hosts"), "\0\0 not an address\nnonsense\n192.0.2.2 a.test\n");
  await expect.poll(() => address(port)).toBe("0 192.0.2.2 ");

  writeFileSync(join(folder, "cert.pem"), CERTIFICATE);
  await reload(/Reloading complete/);
  expect([await address(port), await failed()]).toEqual(["0 192.0.2.2 ", 3]);
  const { code } = await portolan.stop();
  expect(code).toBe(0);
});

it("/ready is 200 only when queries are answered, and not after SIGTERM", async () => {
  const httpPort = await freePort();
  const path = join(folder, "Corefile");
  const port = await freePort();
  const hosts = join(folder, "hosts");
  writeFileSync(
    path,
    `.:${port} {
  bind 127.0.0.1
  ready 127.0.0.1:${httpPort}
  health 127.0.0.1:${httpPort} {
    lameduck 8s
  }
  hosts ${hosts}
}
`,
  );
  const status = async (what: string): Promise<number> => {
    try {
      return (await fetch(`http://127.0.0.1:${httpPort}/${what}`)).status;
    } catch {
      return 0;
    }
  };
  const portolan = new Portolan(["-conf", path]);
  await until(async () => (await status("ready")) === 200);
  // The first query, asked once, is answered.
  expect(await address(port)).toBe("0 192.0.2.1 ");
  portolan.child.kill("SIGTERM");
  await portolan.saying(/Going into lameduck mode for 8s/);
  expect([await status("ready"), await status("health")]).toEqual([503, 200]);
  expect(await address(port)).toBe("0 192.0.2.1 ");
  expect((await portolan.finished).code).toBe(0);
});
