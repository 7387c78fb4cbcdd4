import { afterEach, expect, it } from "vitest";
import type { FakeUpstream } from "../testing/fake-upstream.ts";
import { replyTo, startFakeUpstream, withExtendedError } from "../testing/fake-upstream.ts";
import { ExplainBench } from "./explain-bench.cases.ts";
import { formatText } from "./format-text.ts";

/** What a terminal could obey, or be turned round by; and what ends strings, lines and words of a shell. */
const NASTY = [
  "\u001b[31m",
  "\u001b]0;title\u0007",
  "\u009b2J",
  "\r\n",
  "\u0000",
  "\u202e",
  "\u2028",
  "'; reboot; '",
  '"\\',
  "$(id)",
  "\u007f\u0008",
];
const ROUNDS = 60;

let upstream: FakeUpstream | undefined;
let bench: ExplainBench | undefined;
afterEach(async () => {
  await bench?.close();
  await upstream?.close();
});

/** The same numbers each time (Lehmer). */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

/** Octets as a label or a string in presentation form. */
function escaped(text: string): string {
  return [...Buffer.from(text)].map((octet) => `\\${String(octet).padStart(3, "0")}`).join("");
}

it("whatever an upstream sends, nothing but printable ASCII is told of it, and no word that a shell obeys", async () => {
  const draw = drawer(20_261_201);
  const nasty = (): string => NASTY[draw(NASTY.length)] ?? "";
  const label = (): string => escaped(`${nasty()}${nasty()}`);
  upstream = await startFakeUpstream(({ packet, reply }) => {
    const owner = draw(3) === 0 ? `${label()}.example.` : "www.example.org.";
    const answers = [
      `${owner} 60 IN CNAME ${label()}.example.`,
      `${owner} 60 IN TXT "${label()}"`,
      `${owner} 60 IN SRV 1 2 3 ${label()}.example.`,
      `${owner} 60 IN CAA 0 issue "${label()}"`,
    ];
    const octets = replyTo(packet, {
      rcode: [0, 0, 0, 2, 3, 5, 9][draw(7)] ?? 0,
      answer: answers.slice(0, draw(answers.length + 1)),
      authority: draw(2) === 0 ? [`${label()}.example. 60 IN NS ${label()}.example.`] : [],
    });
    reply(withExtendedError(octets, 6, nasty() + nasty()));
  });
  bench = await ExplainBench.open(`.:53 {\n forward . ${upstream.address}\n}`, "");
  const codes = new Set<string>();
  for (let i = 0; i < ROUNDS; i++) {
    const type = ["A", "TXT", "SRV", "CAA", "ANY"][draw(5)];
    const explanation = await bench.explain({ name: `${label()}.example.org.`, type });
    const { verdict } = explanation;
    codes.add(verdict.code);
    expect(JSON.stringify(explanation)).toMatch(/^[ -~]*$/);
    expect(formatText(explanation, { colour: false, width: 80 })).toMatch(/^[ -~\n]*$/);
    for (const { command } of [...verdict.next, ...verdict.unseen]) {
      expect(command.replaceAll(/'[^']*'|\\'/g, "")).not.toMatch(/[;$"`\\']/);
    }
  }
  // It has come to more than one cause.
  expect(codes.size).toBeGreaterThan(4);
});
