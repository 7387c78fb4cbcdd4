import { posix } from "node:path";

/** A link of a document to something in this repository. */
export interface Link {
  /** Relative to the root of the repository. */
  readonly path: string;
  /** Without `#`; "" for none. */
  readonly anchor: string;
}

/** Without fenced text, in which nothing is a link or a heading. */
function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^( *)```.*?^\1```$/gms, "");
}

/** The relative links of a document, those to pages elsewhere left out. */
export function linksOf(path: string, markdown: string): Link[] {
  const text = withoutFences(markdown).replaceAll(/`[^`\n]*`/g, "``");
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", anchor = ""] = target.split("#");
      const found = file === "" ? path : posix.join(posix.dirname(path), file);
      return { path: found.replace(/\/$/, ""), anchor };
    });
}

/** What can stand behind `#`: the headings as GitHub makes anchors of them, and those set by hand. */
export function anchorsOf(markdown: string): Set<string> {
  const text = withoutFences(markdown);
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id));
  for (const [, title = ""] of text.matchAll(/^#+ (.*)$/gm)) {
    const slug = title
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}
