/** Of a character cell, in the units of the picture. */
const CELL = { width: 8.4, height: 19 };
const MARGIN = 16;

/** What the codes of a terminal are in the picture. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "faint",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "36": "cyan",
};

/** For readers whose system is light, and for those whose is dark. */
const STYLE = `
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #1f2328; }
  rect { fill: #ffffff; stroke: #d1d9e0; }
  .bold { font-weight: 700; } .faint { fill: #6a737d; }
  .red { fill: #c5221f; } .green { fill: #1a7f37; } .yellow { fill: #9a6700; } .cyan { fill: #0b6e8a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    rect { fill: #0d1117; stroke: #3d444d; }
    .faint { fill: #8b949e; }
    .red { fill: #ff7b72; } .green { fill: #56d364; } .yellow { fill: #e3b341; } .cyan { fill: #56d4dd; }
  }
`;

/**
 * A picture of what a terminal shows.
 * @param said with the codes that `explain` paints by, each line by itself
 * @param label what it shows, for those who do not see it
 */
export function terminalSvg(said: string, columns: number, label: string): string {
  const lines = said.trimEnd().split("\n");
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${xml(label)}">
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="6"/>
${lines.map(lineElement).join("")}</svg>
`;
}

function lineElement(line: string, row: number): string {
  if (line === "") return "";
  const y = MARGIN + (row + 0.75) * CELL.height;
  return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line)}</text>\n`;
}

/** Each code holds until the next. */
function spans(line: string): string {
  const [first = "", ...rest] = line.split("\u001b[");
  const painted = rest.map((part) => {
    const end = part.indexOf("m");
    const codes = part.slice(0, end).split(";");
    const text = xml(part.slice(end + 1));
    const classes = codes.flatMap((code) => CLASSES[code] ?? []);
    return classes.length === 0 || text === ""
      ? text
      : `<tspan class="${classes.join(" ")}">${text}</tspan>`;
  });
  return xml(first) + painted.join("");
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
