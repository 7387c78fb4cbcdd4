/** Rows of the survey that nothing here can be asked yet. */
export interface LeftOut {
  readonly ids: readonly string[];
  readonly why: string;
}

export const leftOut: readonly LeftOut[] = [
  { ids: ["E20"], why: "The servers of these tests have no `nsid` (E19); its own tests hold it." },
  {
    ids: ["Q05"],
    why: "They have no `any` either (Q04); its own tests hold it.",
  },
  {
    ids: ["N25"],
    why: "Nor `local`: special names go where all others go; its own tests hold it.",
  },
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
