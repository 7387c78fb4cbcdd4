/** Rows of the survey that nothing here can be asked yet. */
export interface LeftOut {
  readonly ids: readonly string[];
  readonly why: string;
}

const NO_ZONES =
  "The server reads no zones yet (`file`, `auto`, `secondary`); what an upstream says of them is passed on.";

export const leftOut: readonly LeftOut[] = [
  { ids: ["N10", "N11", "N12", "N17", "N18"], why: NO_ZONES },
  { ids: ["E20"], why: "`nsid` is not built yet: there is no identifier to give (E19)." },
  {
    ids: ["Q05"],
    why: "`any` is not built yet: ANY is answered as RFC 8482 allows without it (Q04).",
  },
  { ids: ["N25"], why: "`local` is not built yet: special names go where all others go." },
  {
    ids: ["D01", "D02", "D03", "D04", "D05", "D06", "D07"],
    why: "There is no `tls://` yet. It joins by a line in `transports.ts`, and gets every row above.",
  },
  {
    ids: [...range("W", 1, 19)],
    why: "There is no `https://` yet. It joins by a line in `transports.ts`, and gets every row above.",
  },
];

function range(letter: string, first: number, last: number): string[] {
  const numbers = Array.from({ length: last - first + 1 }, (_none, i) => first + i);
  return numbers.map((number) => letter + String(number).padStart(2, "0"));
}
