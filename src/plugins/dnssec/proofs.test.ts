import { expect, test } from "vitest";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import { SOA, asked, folder, start } from "./dnssec.cases.ts";

test.each(["nothing.example.org.", "ns.example.org."])(
  "%s is denied as a name without the type, be it there or not",
  async (name) => {
    const one = await start([await writeKeyFiles(folder)]);
    const label = name.split(".", 1)[0];
    expect(await asked(one, name, "AAAA")).toMatchObject({
      rcode: "NOERROR",
      answer: [],
      authority: [
        ...SOA,
        expect.stringMatching(`^${label}.@ 300 NSEC \\\\000.${label}.@ A PTR HINFO MX `),
        `${label}.@ 300 RRSIG NSEC 3 300 @`,
      ],
    });
  },
);

test("the apex is denied with the types of an apex", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const { authority } = await asked(one, "example.org.", "MX");
  expect(authority[2]).toMatch(/^@ 300 NSEC \\000\.@ A NS SOA PTR HINFO TXT .* DNSKEY /);
});

test("who asks for NSEC gets it as the answer", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "nothing.example.org.", "NSEC")).toMatchObject({
    rcode: "NOERROR",
    answer: [
      expect.stringMatching(/^nothing\.@ 300 NSEC \\000\.nothing\.@ A /),
      "nothing.@ 300 RRSIG NSEC 3 300 @",
    ],
    authority: [],
  });
});

test("of a chain of aliases to nowhere, its end is denied", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "dangling.example.org.", "A")).toMatchObject({
    rcode: "NOERROR",
    answer: ["dangling.@ 600 CNAME nothing.@", "dangling.@ 600 RRSIG CNAME 3 600 @"],
    authority: [
      ...SOA,
      expect.stringMatching(/^nothing\.@ 300 NSEC \\000\.nothing\.@ PTR HINFO /),
      "nothing.@ 300 RRSIG NSEC 3 300 @",
    ],
  });
});

test.each([
  ["sub", ["sub.@ 600 NSEC sub\\000.@ NS RRSIG NSEC", "sub.@ 600 RRSIG NSEC 3 600 @"]],
  ["safe", [expect.stringContaining("safe.@ 600 DS 1 13 2"), "safe.@ 600 RRSIG DS 3 600 @"]],
])(
  "a referral to %s has the DS records, or the proof that there are none",
  async (label, proof) => {
    const one = await start([await writeKeyFiles(folder)]);
    expect(await asked(one, `a.${label}.example.org.`, "A")).toMatchObject({
      flags: "",
      answer: [],
      authority: [`${label}.@ 600 NS ns.${label}.@`, ...proof],
      additional: [expect.stringContaining(`ns.${label}.@ 600 A`)],
    });
  },
);

test("an alias into a zone below has its proof, too", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  expect(await asked(one, "into.example.org.", "A")).toMatchObject({
    answer: ["into.@ 600 CNAME host.sub.@", "into.@ 600 RRSIG CNAME 3 600 @"],
    authority: [
      "sub.@ 600 NS ns.sub.@",
      "sub.@ 600 NSEC sub\\000.@ NS RRSIG NSEC",
      "sub.@ 600 RRSIG NSEC 3 600 @",
    ],
  });
});

test.each([
  ["sub.example.org.", "sub\\000.@ NS RRSIG NSEC"],
  ["www.example.org.", "\\000.www.@ A PTR HINFO "],
])("that %s has no DS records says it is a cut only if it is one", async (name, expected) => {
  const one = await start([await writeKeyFiles(folder)]);
  const { authority } = await asked(one, name, "DS");
  expect(authority[2]).toContain(` NSEC ${expected}`);
});
