import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { findFreePlace } from "./free-place.ts";

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
