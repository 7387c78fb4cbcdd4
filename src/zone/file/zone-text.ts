import type { Name } from "../../dns/name.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { TokenError, tokenize } from "../../dns/tokenizer.ts";
import type { Interpreted } from "./entry-interpreter.ts";
import { EntryInterpreter } from "./entry-interpreter.ts";
import { ZoneFileError } from "./zone-file-error.ts";

/**
 * Reads a text in master-file format (RFC 1035 §5, RFC 2308 §4) at once, records in its order. `$INCLUDE` is refused. Whether the records
 * make a zone is not looked at. `readZoneFile` is for files.
 * @param options.origin what relative names belong to until `$ORIGIN` says otherwise.
 * @param options.file what errors call the text.
 * @throws {ZoneFileError}
 */
export function parseZoneText(
  text: string,
  options: { readonly origin?: Name; readonly file: string },
): ResourceRecord[] {
  const interpreter = new EntryInterpreter(options.origin);
  const records: ResourceRecord[] = [];
  try {
    for (const entry of tokenize(text))
      records.push(...recordsIn(interpreter.read(entry), interpreter));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ZoneFileError(
      options.file,
      error instanceof TokenError ? error : interpreter.place,
      error,
    );
  }
  return records;
}

function recordsIn(interpreted: Interpreted, interpreter: EntryInterpreter): ResourceRecord[] {
  if (interpreted === undefined) return [];
  if (interpreted instanceof ResourceRecord) return [interpreted];
  if ("include" in interpreted)
    throw new SyntaxError("Cannot read zone: $INCLUDE is not for a text");
  return [...interpreted.generated].flatMap((text) => {
    return [...tokenize(text)].flatMap((entry) => recordsIn(interpreter.read(entry), interpreter));
  });
}
