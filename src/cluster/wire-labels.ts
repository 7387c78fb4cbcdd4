const MAX_LABEL_OCTETS = 63;
const LABEL = /^[!-~]+$/;

/** The name of an object in lower-case wire form, without an end; undefined if it cannot be a name in DNS. */
export function wireLabels(text: string): string | undefined {
  const labels = text.toLowerCase().split(".");
  const isName = labels.every((label) => LABEL.test(label) && label.length <= MAX_LABEL_OCTETS);
  if (!isName) return undefined;
  return labels.map((label) => String.fromCharCode(label.length) + label).join("");
}

/** The labels of a name in wire form, each with its length. */
export function splitLabels(labels: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < labels.length;) {
    const end = at + 1 + labels.charCodeAt(at);
    list.push(labels.slice(at, end));
    at = end;
  }
  return list;
}

/** The names above one: each exists with it, if only as an empty one (RFC 8020). */
export function ancestorsOf(labels: string): string[] {
  const list = splitLabels(labels);
  return list.slice(1).map((_label, i) => list.slice(i + 1).join(""));
}
