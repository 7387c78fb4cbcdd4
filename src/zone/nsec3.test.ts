import { expect, test } from "vitest";
import { Name } from "../dns/name.ts";
import { hashedOwner } from "./nsec3.ts";

test.each([
  ["example.", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example."],
  ["a.example.", "35mthgpgcu1qg68fab165klnsnk3dpvl.example."],
  ["*.w.example.", "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example."],
])("the hash of %s is that of RFC 5155 appendix A", (name, hashed) => {
  const parameters = { iterations: 12, salt: Buffer.from("aabbccdd", "hex") };
  expect(hashedOwner(Name.parse(name), Name.parse("example."), parameters).toString()).toBe(hashed);
});
