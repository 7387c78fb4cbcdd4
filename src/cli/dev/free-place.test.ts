import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import type { FreePlace } from "./free-place.ts";
import { findFreePlace, startWhereFree } from "./free-place.ts";

it("takes the next place where another program serves, and passes by what this machine has not", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const taken = { address: "127.0.0.1", port: (other.address() as AddressInfo).port };
  const strange = { address: "192.0.2.1", port: 53 };
  const free = { address: "127.0.0.2", port: 0 };
  expect(await findFreePlace([strange, taken, free])).toEqual({ ...free, taken: [taken] });
  await expect(findFreePlace([taken])).rejects.toThrow(/^Cannot find a free port .* EADDRINUSE$/);
  other.close();
});

describe("a start", () => {
  const [first, second] = ["127.53.0.1", "127.53.0.2"].map((address): FreePlace => {
    return { address, port: 53, taken: [] };
  }) as [FreePlace, FreePlace];
  const cause = Object.assign(new Error("bind"), { code: "EADDRINUSE" });
  const inUse = new Error("Cannot listen on udp 127.53.0.1:53: address already in use", { cause });

  function movable() {
    const reads: string[] = [];
    return {
      place: first,
      reads,
      moveTo(place: FreePlace) {
        this.place = place;
      },
      read() {
        return Promise.resolve(reads.push(this.place.address));
      },
    };
  }

  it("goes on to the next place if another one, started at once, was quicker", async () => {
    const session = movable();
    const start = ({ address }: { address: string }): Promise<string> =>
      address === first.address ? Promise.reject(inUse) : Promise.resolve(address);
    expect(await startWhereFree(session, start, () => Promise.resolve(second))).toBe("127.53.0.2");
    expect(session.reads).toEqual(["127.53.0.2"]);
  });

  it("fails for any other reason, and if it is so again and again", async () => {
    const find = (): Promise<FreePlace> => Promise.resolve(first);
    const broken = new Error("no such file");
    await expect(startWhereFree(movable(), () => Promise.reject(broken), find)).rejects.toBe(
      broken,
    );
    const session = movable();
    await expect(startWhereFree(session, () => Promise.reject(inUse), find)).rejects.toBe(inUse);
    expect(session.reads).toHaveLength(3);
  });
});
