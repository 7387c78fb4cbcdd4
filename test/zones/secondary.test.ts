import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Name } from "../../src/dns/name.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { recordingLog } from "../../src/testing/context.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { transfer } from "../../src/zone/primary/transfer.ts";
import { freePort } from "../bench/free-port.ts";
import { isMissing } from "../installed.ts";
import type { ChangedZone, Primary, StartPrimary } from "./primaries.ts";
import { KEY_NAME, ORIGIN, ZONE_FILE, startBind, startKnot, startNsd } from "./primaries.ts";

const INSIST = "REQUIRE_DNS_SERVERS";
const SECRET = "NoTCJU+DMqFWywaPyxSijrDEA/eC3nK0xi3AMEZuPVk=";
/** Enough for several messages. */
const HOSTS = 3_000;
const { signal } = new AbortController();
const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).toReversed()) await stop();
});

function address(host: number, octet: number): string {
  return `host${host}.example.org. 300 IN A 192.0.2.${octet}`;
}

/** Version `serial`: each differs from the one before in one address, and one name that comes and goes. */
function version(serial: number): ChangedZone {
  const hosts = Array.from({ length: HOSTS }, (_, i) => address(i, i === 7 ? serial : 99));
  const name = (number: number): string => `version${number}.example.org. 300 IN TXT "${number}"`;
  const head = [
    "$TTL 300",
    `@ SOA ns host ${serial} 3600 600 86400 60`,
    "@ NS ns",
    "ns A 192.0.2.53",
  ];
  return {
    text: `${[...head, ...hosts, name(serial)].join("\n")}\n`,
    added: [address(7, serial), name(serial)],
    removed: [address(7, serial - 1), name(serial - 1)],
  };
}

/** All records that a server has of the zone, in an order of their own; undefined if it sends none. */
async function recordsOf(port: number): Promise<string[]> {
  const got = await transfer(Name.parse(ORIGIN), undefined, { address: "127.0.0.1", port }, signal);
  if (got.kind !== "whole") throw new TypeError(`A transfer of kind ${got.kind}`);
  return Array.from(got.data.freeze().records(), formatRecord).toSorted();
}

interface Pair {
  readonly primary: Primary;
  readonly ports: { readonly primary: number; readonly ours: number };
  readonly lines: readonly string[];
}

/** Ours, and a primary of it, which are both there. */
async function start(startPrimary: StartPrimary, secret?: string): Promise<Pair> {
  const folder = await mkdtemp(join(tmpdir(), "secondary-"));
  running.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, ZONE_FILE), version(1).text);
  const port = await freePort();
  const { log, lines } = recordingLog();
  const signed = secret ? ` key ${KEY_NAME}` : "";
  const keys = secret ? `tsig {\nsecret ${KEY_NAME} ${secret}\n}` : "";
  const ours = await startServer({
    corefile: `example.org:{{PORT}} {
      bind 127.0.0.1
      secondary {
        transfer from 127.0.0.1:${port}${signed}
      }
      transfer {
        to *
      }
      ${keys}
    }\n`,
    log,
  });
  running.push(() => ours.stop());
  const site = { folder, port, secondaryPort: ours.port };
  const primary = await startPrimary(secret ? { ...site, secret } : site);
  running.push(() => primary.stop());
  await until(() => lines.some((line) => line.includes("serial 1, 3004 records, the whole zone")));
  return { primary, ports: { primary: port, ours: ours.port }, lines };
}

const primaries: readonly [string, string, StartPrimary][] = [
  ["BIND", "named", startBind],
  ["Knot", "knotd", startKnot],
  ["NSD", "nsd", startNsd],
];

describe.each(primaries)("a secondary of %s", (_, tool, startPrimary) => {
  const isHere = !isMissing(tool, INSIST);

  it.runIf(isHere)("has what it has, and gets changes by NOTIFY and IXFR", async () => {
    const { primary, ports, lines } = await start(startPrimary);
    expect(await recordsOf(ports.ours)).toEqual(await recordsOf(ports.primary));
    for (const serial of [2, 3, 4]) {
      await primary.change(version(serial));
      await until(() => lines.some((line) => line.includes(`serial ${serial}, 3004 records`)));
    }
    expect(await recordsOf(ports.ours)).toEqual(await recordsOf(ports.primary));
    expect(lines.filter((line) => line.includes("differences in"))).toHaveLength(3);
  });
});

it.runIf(!isMissing("named", INSIST))("a secondary of BIND signs with a key", async () => {
  const { primary, ports, lines } = await start(startBind, SECRET);
  await expect(recordsOf(ports.primary)).rejects.toThrow("it answers REFUSED");
  await primary.change(version(2));
  await until(() => lines.some((line) => line.includes("serial 2, 3004 records, differences")));
  expect(await recordsOf(ports.ours)).toHaveLength(3_004);
});
