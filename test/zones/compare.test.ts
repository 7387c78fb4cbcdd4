import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../src/testing/server.ts";
import { isMissing } from "../installed.ts";
import { askMany } from "./ask-many.ts";
import { comparable } from "./comparable-reply.ts";
import { Random } from "../fuzz/random.ts";
import { testCount } from "../test-count.ts";
import { drawZone } from "./drawn-zone.ts";
import type { OtherServer, ServedZone } from "./other-servers.ts";
import { startKnot, startNsd } from "./other-servers.ts";
import type { Signing } from "./signed.ts";
import { signZone } from "./signed.ts";

const INSIST = "REQUIRE_DNS_SERVERS";
const isHere = ["nsd", "knotd", "dnssec-signzone"].every((tool) => !isMissing(tool, INSIST));

const ZONES = 20;
/** `PORTOLAN_TEST_QUESTIONS` and `PORTOLAN_TEST_SEED` ask more and others. */
const QUESTIONS = Number(process.env["PORTOLAN_TEST_QUESTIONS"] ?? testCount(2_000, 6_000));
const FIRST_SEED = Number(process.env["PORTOLAN_TEST_SEED"] ?? 1);
const SIGNINGS: readonly Signing[] = ["none", "none", "nsec", "nsec3", "opt-out"];
const TYPES = [
  "A",
  "A",
  "AAAA",
  "TXT",
  "MX",
  "SRV",
  "CNAME",
  "DNAME",
  "NS",
  "SOA",
  "DS",
  "CAA",
  "ANY",
  "TYPE65280",
];

describe.runIf(isHere)("zones are answered from as NSD and Knot do", () => {
  let folder = "";
  let others: OtherServer[] = [];
  let stop = (): Promise<void> => Promise.resolve();
  let port = 0;
  const questions: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "zones-"));
    const zones: ServedZone[] = [];
    const random = new Random(FIRST_SEED);
    for (let i = 0; i < ZONES; i++) {
      const { origin, text, names } = drawZone(FIRST_SEED + i);
      const path = join(folder, `${origin}zone`);
      await writeFile(path, text);
      const signing = SIGNINGS[i % SIGNINGS.length] ?? "none";
      zones.push(
        signing === "none" ? { origin, path } : signZone({ origin, path }, signing, folder),
      );
      for (let left = QUESTIONS / ZONES; left > 0; left--) {
        const options = random.oneIn(2) ? " +do +norec" : " +norec";
        questions.push(`${random.pick(names)} ${random.pick(TYPES)}${options}`);
      }
    }
    others = await Promise.all([startNsd(folder, zones), startKnot(folder, zones)]);
    const files = zones.map(({ origin, path }) => `file ${path} ${origin}`).join("\n");
    const ours = await startServer({ corefile: `.:{{PORT}} {\nbind 127.0.0.1\n${files}\n}\n` });
    stop = () => ours.stop();
    port = ours.port;
  });

  afterAll(async () => {
    await Promise.all([stop(), ...others.map((one) => one.stop())]);
    await rm(folder, { recursive: true });
  });

  it("where the two agree, and as one of them where they do not", async () => {
    const ours = await askMany(port, questions);
    const replies = await Promise.all(others.map((one) => askMany(one.port, questions)));
    const unexplained: string[] = [];
    let agreed = 0;
    for (const [i, question] of questions.entries()) {
      const mine = comparable(ours[i]);
      const theirs = replies.map((all) => comparable(all[i]));
      if (theirs[0] === theirs[1]) agreed++;
      if (theirs.includes(mine)) continue;
      unexplained.push(
        [question, mine, ...theirs.map((text, n) => `${others[n]?.name}: ${text}`)].join("\n"),
      );
    }
    expect(unexplained.slice(0, 5).join("\n\n")).toBe("");
    expect(unexplained.length).toBe(0);
    // Else the three would not be asked the same.
    expect(agreed).toBeGreaterThan(questions.length / 2);
  });
});
