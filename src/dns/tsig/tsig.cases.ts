import { Composer, Section } from "../composer.ts";
import { Flag } from "../header.ts";
import { RrClass } from "../iana/rr-class.ts";
import { RrType } from "../iana/rr-type.ts";
import { Name } from "../name.ts";
import { parseRecord } from "../presentation.ts";
import { findTsigAlgorithm, parseTsigAlgorithm } from "./tsig-algorithm.ts";
import type { TsigKey } from "./tsig-key.ts";

export const SECRET: Buffer = Buffer.from("X28hl0BOfAL5G0jsmJWSacrwn7YRm2f6U5brnzwWEus=", "base64");
export const NOW_SECONDS = 1_764_585_600;

/** A key; `algorithm` is a word of a configuration, or a name as records have it. */
export function testKey(name = "transfer.example.org.", algorithm?: string): TsigKey {
  const parsed = algorithm === undefined ? undefined : configuredAs(algorithm);
  return { name: Name.parse(name), secret: SECRET, configured: parsed };
}

function configuredAs(text: string): TsigKey["configured"] {
  const algorithm = text.endsWith(".") ? findTsigAlgorithm(Name.parse(text)) : undefined;
  if (algorithm) return { algorithm, macOctets: algorithm.macOctets };
  return parseTsigAlgorithm(text);
}

/** A message with one question, and answers if it is a reply. */
export function plainMessage(id: number, answers: readonly string[] = [], flags = 0): Buffer {
  const composer = new Composer();
  composer.begin(id, answers.length > 0 ? Flag.QR | flags : flags, 4_096);
  composer.question(Name.parse("example.org."), RrType.AXFR, RrClass.IN);
  composer.append(
    Section.answer,
    answers.map((text) => parseRecord(text)),
  );
  return composer.finish();
}
