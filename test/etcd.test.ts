import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Etcd } from "../src/plugins/etcd/etcd.ts";
import { parseEtcd } from "../src/plugins/etcd/parse.ts";
import { CERTIFICATE, CERTIFICATE_KEY } from "../src/testing/certificate.ts";
import { testContext, testDirective } from "../src/testing/context.ts";
import type { Sections } from "../src/testing/query.ts";
import { ask, testQuery } from "../src/testing/query.ts";
import { findProgram } from "./bench/find-program.ts";
import { freePort } from "./bench/free-port.ts";
import { ChildProgram } from "./cluster/child-program.ts";

const PATH = findProgram("etcd");
const STARTS_MS = 60_000;

/** Debian's etcd, by TLS, which asks clients for a certificate as well. */
describe.skipIf(PATH === undefined)(
  `etcd itself${PATH ? "" : ": not installed (etcd-server)"}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), "portolan-etcd-"));
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    let program: ChildProgram;
    let url: string;
    let peer: string;

    const start = async (...more: readonly string[]): Promise<void> => {
      const all = [...args(), ...more];
      program = await ChildProgram.start({ name: "etcd", path: PATH ?? "", args: all });
      const isHealthy = (): Promise<true | undefined> => {
        return call("/v3/maintenance/status", {}).then(
          () => true as const,
          () => undefined,
        );
      };
      await program.until("is healthy", isHealthy, STARTS_MS);
    };

    const args = (): string[] => [
      `--data-dir=${join(folder, "data")}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      `--cert-file=${cert}`,
      `--key-file=${key}`,
      "--unsafe-no-fsync",
    ];

    /** Calls the gateway as an operator would with curl. */
    async function call(path: string, body: object, token = ""): Promise<Record<string, string>> {
      const headers = token === "" ? {} : { authorization: token };
      const tls = { ca: CERTIFICATE, cert: CERTIFICATE, key: CERTIFICATE_KEY };
      const outgoing = request(`${url}${path}`, { method: "POST", headers, ...tls });
      outgoing.end(JSON.stringify(body));
      const [response] = (await once(outgoing, "response")) as [AsyncIterable<Buffer>];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const result = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
      if (result.error !== undefined) throw new Error(result.error);
      return result;
    }

    async function put(name: string, value: object, lease = "0", token = ""): Promise<void> {
      await call(
        "/v3/kv/put",
        { key: base64(name), value: base64(JSON.stringify(value)), lease },
        token,
      );
    }

    /** Asks an instance of its own. */
    async function query(qname: string, qtype: string, lines: string): Promise<Sections> {
      const directive = `etcd skydns.test {\nendpoint ${url}\n${lines}\n}`;
      const context = testContext({ directive });
      const instance = new Etcd(parseEtcd(testDirective(directive)), context);
      await instance.start();
      try {
        return await ask(instance, testQuery(qname, qtype));
      } finally {
        instance.stop();
      }
    }

    const withTls = `tls ${cert} ${key} ${cert}`;

    beforeAll(async () => {
      writeFileSync(cert, CERTIFICATE);
      writeFileSync(key, CERTIFICATE_KEY);
      url = `https://127.0.0.1:${await freePort()}`;
      peer = `http://127.0.0.1:${await freePort()}`;
      await start("--client-cert-auth", `--trusted-ca-file=${cert}`);
      const { ID = "" } = await call("/v3/lease/grant", { TTL: 5_000 });
      await put("/skydns/test/skydns/web/a", { host: "192.0.2.1", port: 80 });
      await put("/skydns/test/skydns/web/b", { host: "2001:db8::1", ttl: 60 });
      await put("/skydns/test/skydns/web/c", { host: "192.0.2.3" }, ID);
      await put("/skydns/test/skydns/website", { host: "web.skydns.test" });
    });

    afterAll(async () => {
      await program?.stop();
      rmSync(folder, { recursive: true });
    });

    it("has the records that were put into it, and leases", async () => {
      const { answer } = await query("web.skydns.test.", "A", `${withTls}\nmax-lease-ttl 40`);
      expect(answer).toEqual([
        "web.skydns.test. 300 IN A 192.0.2.1",
        "web.skydns.test. 40 IN A 192.0.2.3",
      ]);
      expect((await query("website.skydns.test.", "AAAA", withTls)).answer).toEqual([
        "website.skydns.test. 300 IN CNAME web.skydns.test.",
        "web.skydns.test. 60 IN AAAA 2001:db8::1",
      ]);
      expect((await query("no.skydns.test.", "A", withTls)).rcode).toBe("NXDOMAIN");
    });

    it("wants a certificate, and has one that somebody vouches for", async () => {
      await expect(query("web.skydns.test.", "A", `tls ${cert}`)).rejects.toThrow(
        "Cannot ask etcd",
      );
      await expect(query("web.skydns.test.", "A", `tls ${cert} ${key}`)).rejects.toThrow(
        /self-signed certificate/,
      );
    });

    it("with users lets in those who may read, also after it was started anew", async () => {
      // Its gateway takes no certificates with a common name where there are users.
      await program.stop();
      await start();
      await call("/v3/auth/user/add", { name: "root", password: "r" });
      await call("/v3/auth/role/add", { name: "root" });
      await call("/v3/auth/user/grant", { user: "root", role: "root" });
      await call("/v3/auth/user/add", { name: "dns", password: "d" });
      await call("/v3/auth/role/add", { name: "reader" });
      const [from, to] = [base64("/skydns/"), base64("/skydns0")];
      const perm = { permType: "READ", key: from, range_end: to };
      await call("/v3/auth/role/grant", { name: "reader", perm });
      await call("/v3/auth/user/grant", { user: "dns", role: "reader" });
      await call("/v3/auth/enable", {});

      const directive = `etcd skydns.test {\nendpoint ${url}\n${withTls}\ncredentials dns d\n}`;
      const instance = new Etcd(parseEtcd(testDirective(directive)), testContext({ directive }));
      await instance.start();
      const web = async (): Promise<number> => {
        return (await ask(instance, testQuery("web.skydns.test.", "SRV"))).answer.length;
      };
      expect(await web()).toBe(3);
      await program.stop();
      await expect(web()).rejects.toThrow("Cannot ask etcd");
      await start();
      // Its tokens are gone with it.
      const answers = (): Promise<true | undefined> => {
        return web().then(
          (count) => count === 3 || undefined,
          () => undefined,
        );
      };
      await program.until("answers again", answers, STARTS_MS);
      instance.stop();

      const ofOther = query("web.skydns.test.", "A", `${withTls}\ncredentials dns d\npath other`);
      await expect(ofOther).rejects.toThrow("permission denied");
      const wrong = query("web.skydns.test.", "A", `${withTls}\ncredentials dns x`);
      await expect(wrong).rejects.toThrow("authentication failed, invalid user ID or password");
      await expect(query("web.skydns.test.", "A", withTls)).rejects.toThrow("user name is empty");
    });
  },
);

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
