import type { Lookup, Told } from "./explanation.ts";
import type { Look } from "./look.ts";
import { paint, wrapped } from "./look.ts";

/** A name, and below it each question with the way that it took, and the records. */
export function lookupLines({ name, answers }: Lookup, look: Look): string {
  const lines = answers.map((told) => answerLines(told, look));
  return `${paint("name", wrapped(name, "  ", look), look)}${lines.join("")}`;
}

function answerLines(told: Told, look: Look): string {
  const { type, rcode, failure, records, tookUs, block, reason } = told;
  const where = block === null ? "no server block" : `block ${block.at}`;
  const view = block?.view ? `, view ${block.view}` : "";
  const why = reason === null ? "" : `, ${reason}`;
  const took = `${(tookUs / 1_000).toFixed(1)} ms`;
  let text = wrapped(
    `${type} ${rcode ?? "no reply"}${why} (${where}${view}, ${took})`,
    "    ",
    look,
  );
  text += paint("aside", stepLines(told, look), look);
  if (failure !== null) text += wrapped(failure, "      ", look);
  return text + records.map((record) => wrapped(record, "      ", look)).join("");
}

/** One below the other; a line of the file that the block is in is named by its number alone. */
function stepLines({ steps, block }: Told, look: Look): string {
  const file = block?.at.replace(/:\d+$/, "");
  const places = steps.map(({ at }) =>
    file !== undefined && at.startsWith(`${file}:`) ? at.slice(file.length) : at,
  );
  const widestName = Math.max(...steps.map(({ plugin }) => plugin.length));
  const widestPlace = Math.max(...places.map((place) => place.length));
  return steps
    .map(({ plugin, notes, outcome }, i) => {
      const said = notes.length === 0 ? (outcome ?? "has not answered") : notes.join("; ");
      const place = (places[i] ?? "").padEnd(widestPlace);
      return wrapped(said, `      ${plugin.padEnd(widestName)} ${place}  `, look);
    })
    .join("");
}
