import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pass, stopTime } from "../../testing/hand-clock.ts";
import { until } from "../../testing/until.ts";
import { candidates } from "./address-range.ts";
import { Connected, connected, FakeCluster, heard, isOpen, readAll } from "./connect.cases.ts";

const WEB = "web.shop.svc.cluster.local.";
const WEB_RECORDS = [`${WEB} 5 IN A 10.96.0.10`];
const IN_RANGE = /^127\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/;

let cluster: FakeCluster;
const started: Connected[] = [];

function start(answers: readonly string[] = WEB_RECORDS, properties = ""): Connected {
  const one = new Connected(cluster, answers, properties);
  started.push(one);
  return one;
}

beforeEach(() => {
  cluster = new FakeCluster();
});

afterEach(() => {
  for (const { instance } of started.splice(0)) instance.stop();
  cluster.close();
  vi.useRealTimers();
});

describe("names", () => {
  it("get an address of this machine, the same one each time and after a restart", async () => {
    cluster.put("10.96.0.10", "shop/web", 8_080, ["web-1"]);
    const first = start();
    const address = await first.addressOf(WEB);
    expect(address).toMatch(IN_RANGE);
    expect(await first.addressOf(WEB)).toBe(address);
    first.instance.stop();
    expect(await start().addressOf(WEB)).toBe(address);
  });

  it("of others stay as they are", async () => {
    const elsewhere = start(["a.test. 5 IN A 10.96.0.10", `${WEB} 5 IN A 192.0.2.1`]);
    cluster.put("10.96.0.10", "shop/web", 8_080, ["web-1"]);
    expect((await elsewhere.ask("a.test.")).answer).toEqual(["a.test. 5 IN A 10.96.0.10"]);
    expect((await elsewhere.ask(WEB)).answer).toEqual([`${WEB} 5 IN A 192.0.2.1`]);
  });

  it("have no address of IPv6, and one of IPv4 if the cluster has IPv6 only", async () => {
    cluster.put("fd00::10", "shop/web", 8_080, ["web-1"]);
    const one = start([`${WEB} 5 IN AAAA fd00::10`]);
    expect((await one.ask(WEB, "AAAA")).answer).toEqual([]);
    expect(await one.addressOf(WEB)).toMatch(IN_RANGE);
  });

  it("are the targets of SRV records, with the addresses that connect beside them", async () => {
    cluster.put("10.96.0.10", "shop/web", 8_080, ["web-1"]);
    const srv = `_http._tcp.${WEB} 5 IN SRV 0 100 8080 ${WEB}`;
    const one = start([...WEB_RECORDS, srv]);
    const { answer, additional } = await one.ask(`_http._tcp.${WEB}`, "SRV");
    expect(answer).toEqual([srv]);
    expect(additional).toEqual([`${WEB} 5 IN A ${await one.addressOf(WEB)}`]);
  });

  it("are told by their addresses", async () => {
    cluster.put("10.96.0.10", "shop/web", 8_080, ["web-1"]);
    const one = start();
    const address = await one.addressOf(WEB);
    const reverse = `${address.split(".").toReversed().join(".")}.in-addr.arpa.`;
    expect((await one.ask(reverse, "PTR")).answer).toEqual([`${reverse} 5 IN PTR ${WEB}`]);
  });

  it("share no address: the second best one is taken where another program has the port", async () => {
    cluster.put("10.96.0.10", "shop/web", 18_231, ["web-1"]);
    const range = { text: "127.96.0.0/12", first: 0x7f600000, count: 1 << 20 };
    const [best = "", second = ""] = candidates(range, "shop/web", 2);
    const other = createServer().listen(18_231, best);
    await once(other, "listening");
    const one = start();
    expect(await one.addressOf(WEB)).toBe(second);
    expect(one.lines[0]).toBe(
      `info: "shop/web" is on ${second} this time: another program has port 18231 of ${best}`,
    );
    other.close();
  });

  it("have none where another program has their port on all addresses, which is said", async () => {
    const other = createServer().listen(0, "0.0.0.0");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    cluster.put("10.96.0.10", "shop/web", port, ["web-1"]);
    await expect(start().ask(WEB)).rejects.toThrow(
      `Cannot serve "shop/web" on this machine: another program has port ${port} of the addresses in`,
    );
    other.close();
  });

  it("beyond the limit take the place of the one that nobody has asked for longest", async () => {
    cluster.put("10.96.0.10", "shop/web", 18_232, ["web-1"]);
    cluster.put("10.96.0.11", "shop/db", 18_232, ["db-1"]);
    const db = "db.shop.svc.cluster.local.";
    const one = start([...WEB_RECORDS, `${db} 5 IN A 10.96.0.11`], "names 1");
    const web = await one.addressOf(WEB);
    await one.addressOf(db);
    expect(await isOpen(web, 18_232)).toBe(false);
    expect(await one.metrics.text()).toContain("portolan_connect_names 1\n");
  });
});

describe("ports", () => {
  it("are open while somebody is ready behind them", async () => {
    cluster.put("10.96.0.10", "shop/web", 18_233, []);
    const one = start();
    const address = await one.addressOf(WEB);
    expect(await isOpen(address, 18_233)).toBe(false);
    cluster.put("10.96.0.10", "shop/web", 18_233, ["web-1"]);
    await until(() => isOpen(address, 18_233));
    cluster.put("10.96.0.10", "shop/web", 18_233, []);
    await until(async () => !(await isOpen(address, 18_233)));
    expect(one.lines.filter((line) => !line.includes("Connect"))).toEqual([
      `info: Asked for web.shop.svc.cluster.local: "shop/web" is on ${address}, no port is open: nobody is ready behind port 18233`,
      'info: Ready again behind "shop/web": port 18233',
      'info: Nobody is ready behind "shop/web" port 18233 any more: it is refused',
    ]);
  });

  it("of protocols that an API server does not carry are told of, once", async () => {
    cluster.targets.set("10.96.0.10", {
      name: "shop/web",
      ports: [{ port: 53, protocol: "udp", endpoints: [] }],
    });
    const one = start();
    await one.ask(WEB);
    await one.ask(WEB);
    expect(one.lines).toEqual([
      expect.stringMatching(
        /^info: Asked for web.shop.svc.cluster.local: "shop\/web" is on 127.*, no port is open$/,
      ),
      'warn: Not served on this machine: port 53 of "shop/web" is UDP, and an API server carries TCP only',
    ]);
  });

  it("of the last 1,000 names only are remembered as told of", async () => {
    const scanned = "scanned.shop.svc.cluster.local.";
    const ports = [{ port: 53, protocol: "udp", endpoints: [] }];
    const addresses = [...Array(1_000).keys()].map((i) => `10.97.${i >> 8}.${i & 255}`);
    for (const address of ["10.96.0.10", ...addresses]) {
      cluster.targets.set(address, { name: `shop/at-${address}`, ports });
    }
    const one = start([...WEB_RECORDS, ...addresses.map((each) => `${scanned} 5 IN A ${each}`)]);
    const told = () => one.lines.filter((line) => line.includes('"shop/at-10.96.0.10" is UDP'));
    for (let i = 0; i < 2; i++) await one.ask(WEB);
    expect(told()).toHaveLength(1);
    await one.ask(scanned);
    await one.ask(WEB);
    expect(told()).toHaveLength(2);
  });

  it("are closed once nobody has asked for the name in a while", async () => {
    stopTime();
    cluster.put("10.96.0.10", "shop/web", 18_234, ["web-1"]);
    const one = start(WEB_RECORDS, "idle 5m");
    const address = await one.addressOf(WEB);
    await pass(4 * 60_000);
    const socket = await connected(address, 18_234);
    // Somebody is connected: nothing is closed for that long.
    await pass(10 * 60_000);
    expect(await one.metrics.text()).toContain("portolan_connect_names 1\n");
    socket.destroy();
    await until(async () => {
      await pass(1_000);
      return (await one.metrics.text()).includes("open_connections 0\n");
    });
    await pass(6 * 60_000);
    expect(await isOpen(address, 18_234)).toBe(false);
  });
});

describe("connections", () => {
  it("lead to a Pod that is ready, both ways and to the end", async () => {
    const sent = Buffer.alloc(8 << 20, "portolan");
    await cluster.run("web-1", (socket) => void socket.pipe(socket));
    cluster.put("10.96.0.10", "shop/web", 18_235, ["web-1"]);
    const socket = await connected(await start().addressOf(WEB), 18_235);
    socket.end(sent);
    expect((await readAll(socket)).equals(sent)).toBe(true);
  });

  it("go to another Pod if one cannot be asked, or nobody listens there", async () => {
    await cluster.run("web-3", (socket) => {
      socket.once("data", (chunk) => socket.end(`heard ${String(chunk)}`));
    });
    cluster.away.add("web-1");
    cluster.put("10.96.0.10", "shop/web", 18_236, ["web-1", "web-2", "web-3"]);
    const one = start();
    const socket = await connected(await one.addressOf(WEB), 18_236);
    socket.end("hello");
    expect(String(await readAll(socket))).toBe("heard hello");
    expect(cluster.dialed).toEqual(["web-1", "web-2", "web-3"]);
    expect(one.lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  it("are reset if nobody listens, and the log says why, once", async () => {
    cluster.put("10.96.0.10", "shop/web", 18_237, ["web-1"]);
    const one = start();
    const address = await one.addressOf(WEB);
    for (let i = 0; i < 2; i++) {
      const socket = await connected(address, 18_237);
      socket.write("hello");
      await expect(readAll(socket)).rejects.toThrow("ECONNRESET");
    }
    const warnings = one.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toEqual([
      'warn: Cannot connect to "shop/web" port 18237: pod "shop/web-1" port 8080: connection refused',
    ]);
    const text = await one.metrics.text();
    expect(text).toContain('portolan_connect_connections_total{result="failed"} 2\n');
    expect(text).toContain("portolan_connect_open_connections 0\n");
  });

  it("beyond the limit are reset", async () => {
    await cluster.run("web-1", (socket) => void socket.pipe(socket));
    cluster.put("10.96.0.10", "shop/web", 18_238, ["web-1"]);
    const one = start(WEB_RECORDS, "connections 1");
    const address = await one.addressOf(WEB);
    const first = await connected(address, 18_238);
    first.write("a");
    await heard(first);
    await expect(connected(address, 18_238).then(readAll)).rejects.toThrow("ECONNRESET");
    expect(await one.metrics.text()).toContain('result="refused"} 1\n');
    first.destroy();
  });

  it("live on through a reload, as the ports do", async () => {
    await cluster.run("web-1", (socket) => void socket.pipe(socket));
    cluster.put("10.96.0.10", "shop/web", 18_239, ["web-1"]);
    const before = start();
    const socket = await connected(await before.addressOf(WEB), 18_239);
    const after = start();
    before.instance.stop();
    socket.write("still here");
    expect(await heard(socket)).toBe("still here");
    expect(await isOpen(await after.addressOf(WEB), 18_239)).toBe(true);
    socket.destroy();
  });

  it("go to an endpoint that is no Pod as it is", async () => {
    await cluster.run("outside", (socket) => void socket.end("outside"));
    const port = cluster.pods.get("outside") ?? 0;
    const endpoints = [{ address: "127.0.0.1", port, pod: undefined }];
    const ports = [{ port: 18_240, protocol: "tcp", endpoints }];
    cluster.targets.set("10.96.0.10", { name: "shop/web", ports });
    const socket = await connected(await start().addressOf(WEB), 18_240);
    expect(String(await readAll(socket))).toBe("outside");
  });
});
