import { expect, it } from "vitest";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { Message } from "../../dns/message.ts";
import { testQuery } from "../../testing/query.ts";
import type { Request } from "../../upstream/request.ts";
import { LoopProbes } from "./loop-probes.ts";

const NEVER = new Promise<Message>(() => {});
const ZONE = Name.parse("a.test.");

/** An upstream that has this done with each question. */
function upstream(asked: (name: string, type: string, count: number) => Promise<Message>) {
  let count = 0;
  return {
    exchange({ question: { qname, qtype } }: Request): Promise<Message> {
      return asked(qname.toString(), formatRrType(qtype), count++);
    },
  };
}

it("an upstream whose questions come back twice is a loop", async () => {
  const probes = new LoopProbes();
  const names = new Set<string>();
  const looping = upstream((name, type) => {
    names.add(name);
    expect(probes.sees(testQuery(name, type))).toBe(true);
    return NEVER;
  });
  expect(await probes.isLoop(looping, ZONE)).toBe(true);
  expect(names.size).toBe(2);
  expect([...names].every((name) => name.endsWith(".a.test."))).toBe(true);
});

it("one that answers, fails, or whose question comes back only once is none", async () => {
  const probes = new LoopProbes();
  const answering = upstream(() => Promise.resolve({} as Message));
  const failing = upstream(() => Promise.reject(new Error("no reply")));
  const replayed = upstream((name, type, count) => {
    if (count > 0) return Promise.reject(new Error("no reply"));
    probes.sees(testQuery(name, type));
    return NEVER;
  });
  for (const one of [answering, failing, replayed]) {
    expect(await probes.isLoop(one, ZONE)).toBe(false);
  }
});

it("questions of others are none of its business", async () => {
  const probes = new LoopProbes();
  let isSeen: boolean[] = [];
  const answering = upstream((name) => {
    isSeen = [probes.sees(testQuery("b.test.", "HINFO")), probes.sees(testQuery(name, "A"))];
    return Promise.reject(new Error("no reply"));
  });
  await probes.isLoop(answering, ZONE);
  expect(isSeen).toEqual([false, false]);
});
