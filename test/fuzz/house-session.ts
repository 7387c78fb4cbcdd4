import type { House } from "./house.ts";
import { openHouse } from "./house.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzSession } from "./target.ts";
import { hold } from "./target.ts";

/** Tries cases on one server; at the end nothing of them may be left in it. */
export async function openHouseSession(
  run: (house: House, random: Random) => FuzzResult | Promise<FuzzResult>,
): Promise<FuzzSession> {
  const house = await openHouse();
  return {
    run: (random) => run(house, random),
    async close() {
      const waiting = house.inFlight();
      await house.close();
      hold(waiting === 0, `${waiting} queries are in flight at the end`, "");
    },
  };
}
