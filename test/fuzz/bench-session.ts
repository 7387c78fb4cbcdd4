import type { FuzzBench } from "./fuzz-bench.ts";
import { openBench } from "./fuzz-bench.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzSession } from "./target.ts";
import { hold } from "./target.ts";

/** Tries cases on one server; at the end nothing of them may be left in it. */
export async function openHouseSession(
  run: (bench: FuzzBench, random: Random) => FuzzResult | Promise<FuzzResult>,
): Promise<FuzzSession> {
  const bench = await openBench();
  return {
    run: (random) => run(bench, random),
    async close() {
      const waiting = bench.inFlight();
      await bench.close();
      hold(waiting === 0, `${waiting} queries are in flight at the end`, "");
    },
  };
}
