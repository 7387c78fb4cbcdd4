import { afterEach, expect, it } from "vitest";
import type { Dns2Answer, Dns2Upstream } from "../testing/dns2-upstream.ts";
import { startDns2Upstream } from "../testing/dns2-upstream.ts";
import { resolveHost } from "./resolve-host.ts";

const A = 1;

let resolver: Dns2Upstream | undefined;
afterEach(async () => {
  await resolver?.close();
  resolver = undefined;
});

async function start(answer: (name: string, type: number) => Dns2Answer): Promise<string> {
  resolver = await startDns2Upstream(answer);
  return resolver.address;
}

it("asks the resolvers it is given for addresses of both kinds", async () => {
  const at = await start((_, type) => (type === A ? ["192.0.2.1", "192.0.2.2"] : ["2001:db8::1"]));
  const found = await resolveHost("dns.example.test", [at]);
  expect(found.toSorted()).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
});

it("tries no search domain", async () => {
  const at = await start(() => ({ rcode: 3 }));
  await expect(resolveHost("dns", [at])).rejects.toThrow(/ENOTFOUND/);
  expect(resolver?.questions.toSorted()).toEqual(["udp dns 1", "udp dns 28"]);
});

it("is content with addresses of one kind", async () => {
  const at = await start((_, type) => (type === A ? { rcode: 2 } : ["2001:db8::1"]));
  expect(await resolveHost("dns.example.test.", [at])).toEqual(["2001:db8::1"]);
});

it("finds the names of the system's hosts file", async () => {
  expect(await resolveHost("LOCALHOST.", [])).toContain("127.0.0.1");
});
