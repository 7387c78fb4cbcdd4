import { expect, it } from "vitest";
import { RawField } from "./raw-field.ts";

const POD = new RawField({
  metadata: { labels: { app: "web", odd: 1 }, deletionTimestamp: "2026-01-02T03:04:05Z" },
  spec: { hostname: null, containers: [{ name: "a" }, 7], priority: 3, hostNetwork: false },
});

it("reads what is of the type that is wanted", () => {
  expect(POD.get("metadata", "labels").texts()).toEqual({ app: "web" });
  expect(POD.get("metadata", "deletionTimestamp").timeMs()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(POD.get("spec", "containers").items()[0]?.get("name").text()).toBe("a");
  expect(POD.get("spec", "priority").number()).toBe(3);
  expect(POD.get("spec", "hostNetwork").boolean()).toBe(false);
  expect(POD.get("spec", "hostname").isAbsent).toBe(true);
});

it("takes all else for absent", () => {
  for (const path of [["a", "b"], ["spec", "priority", "x"], ["constructor"], ["spec", "length"]]) {
    const field = POD.get(...path);
    expect([field.text(), field.items(), field.texts(), field.timeMs()]).toEqual([
      "",
      [],
      {},
      undefined,
    ]);
    expect([field.number(), field.boolean(), field.isAbsent]).toEqual([undefined, undefined, true]);
  }
});
