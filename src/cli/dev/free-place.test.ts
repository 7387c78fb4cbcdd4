import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findFreePlace } from "./free-place.ts";
import { upstreamsOf } from "./upstreams.ts";

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

it.each([
  ["nameserver 192.0.2.1\n", undefined],
  ["nameserver 127.53.0.1\nnameserver 192.0.2.1\n", ["192.0.2.1"]],
  ["nameserver 127.53.0.1\n", []],
  ["search example\n", []],
])("with %j it never asks itself", (text, expected) => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-dev-"));
  const path = join(folder, "resolv.conf");
  writeFileSync(path, text);
  expect(upstreamsOf({ address: "127.53.0.1", port: 53 }, path)).toEqual(expected ?? [path]);
  rmSync(folder, { recursive: true });
});
