import { expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import { recordingLog } from "../../testing/context.ts";
import { until } from "../../testing/until.ts";
import { ApiSource } from "./api-source.ts";
import {
  accessTo,
  bookmark,
  failureOf,
  NotingSink,
  ONLY_SERVICES,
  ScriptedApi,
  watchOf,
} from "./testing.ts";

it("takes a namespace that is named to be there if it may not be read itself", async () => {
  await using api = await ScriptedApi.start();
  api.script("/api/v1/namespaces", failureOf(403));
  api.script("/api/v1/namespaces/shop/services", watchOf(bookmark("10", true)));
  const sink = new NotingSink();
  const { log, lines } = recordingLog();
  const source = new ApiSource({
    access: accessTo(api.url),
    selection: { ...ONLY_SERVICES, namespaces: ["shop"] },
    limits: { qps: 0, burst: 0, maxInflight: 0 },
    log,
    metrics: new Metrics(),
  });
  await source.start(sink);
  await until(() => sink.notes.includes("synced Namespace"));
  expect(sink.notes).toContain("+ shop");
  expect(lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  await source.stop();
});
