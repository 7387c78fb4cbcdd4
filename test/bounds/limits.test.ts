import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FAULT_PERIOD_MS, MAX_FAULTS } from "../../src/cli/last-net.ts";
import { WAITING_LIMITS } from "../../src/server/pipeline/waiting-queries.ts";
import { DEFAULT_TCP_LIMITS } from "../../src/transport/tcp-limits.ts";
import { ROOT } from "../run-portolan.ts";

it("docs/security.md has the limits of connections and queries as they are", () => {
  const text = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  const figure = (count: number): string => count.toLocaleString("en");
  const { connections, connectionsPerClient, pipelined, readMs, idleMs, writeMs } =
    DEFAULT_TCP_LIMITS;
  const { all, perClient } = WAITING_LIMITS;
  expect(FAULT_PERIOD_MS).toBe(60_000);
  for (const row of [
    `| TCP connections | ${figure(connections)}; ${figure(connectionsPerClient)} of one address |`,
    `| queries of one connection in work | ${pipelined} |`,
    `| a query's first octet to its last | ${readMs / 1_000} s |`,
    `| idle, between queries | ${idleMs / 1_000} s |`,
    `| a client that does not read | ${writeMs / 1_000} s |`,
    `| exceptions that nobody caught | ${MAX_FAULTS} in a minute |`,
    `| queries that wait for an upstream | ${figure(all)}; ${figure(perClient)} of one address |`,
  ]) {
    expect(text).toContain(row);
  }
});
