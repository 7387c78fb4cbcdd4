import { DIFFERS, IGNORED, SAME } from "../check/move-rules.ts";
import type { Finding } from "../check/rule.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import { didYouMean } from "../text/nearest-name.ts";
import type { Fields, Written } from "./audited-object.ts";
import { fieldAt, fieldsOf, isFields, listOf } from "./audited-object.ts";
import chart from "./chart.json" with { type: "json" };

/** Of each chart. */
const ALWAYS_KNOWN = { global: {}, compatibility: "" };
/** Keys that the form of CoreDNS's chart knows, with their defaults. */
export const KNOWN: Fields = { ...chart.values, ...ALWAYS_KNOWN };
const FREE: ReadonlySet<string> = new Set(chart.shape.free);

/** What is said of each key that somebody has set, in the order of the file. */
export function* auditKeysOf(
  values: Fields,
  written: Written,
  base: FieldPath,
): Generator<Finding> {
  yield* walk(values, {
    known: KNOWN,
    items: chart.shape.items,
    path: "",
    at: base,
    written,
    values,
  });
}

interface Place {
  /** All of them. */
  readonly values: Fields;
  readonly known: Fields;
  /** Keys of what stands in lists, by the list's key. */
  readonly items: Fields;
  /** "prometheus.service." in front of a key. */
  readonly path: string;
  readonly at: FieldPath;
  readonly written: Written;
}

function* walk(given: Fields, place: Place): Generator<Finding> {
  for (const [key, value] of Object.entries(given)) {
    const path = `${place.path}${key}`;
    const at = [...place.at, key];
    const known = place.known[key];
    const inside: Place = { ...place, path: `${path}.`, at };
    if (!Object.hasOwn(place.known, key)) yield unknown(path, key, at, place);
    else if (isFields(value) && isFields(known) && goesDeeper(known, path)) {
      const isTold = chart.differs.some(({ keys }) => keys.includes(path));
      if (isTold) yield verdict(path, value, at, place);
      const found = walk(value, { ...inside, known });
      yield* isTold ? found.filter(({ rule }) => rule === IGNORED) : found;
    } else {
      if (!place.path.includes("[")) yield verdict(path, value, at, place);
      const items = place.items[key];
      if (Array.isArray(value) && isFields(items))
        yield* walkItems(value, items, { ...place, path, at });
    }
  }
}

/** Whether each key of a mapping is told by itself. */
function goesDeeper(known: Fields, path: string): boolean {
  return Object.keys(known).length > 0 && !FREE.has(path);
}

function* walkItems(list: readonly unknown[], known: Fields, place: Place): Generator<Finding> {
  for (const [i, item] of list.entries()) {
    if (!isFields(item)) continue;
    const inItem = { known, items: known, path: `${place.path}[${i}].`, at: [...place.at, i] };
    yield* walk(item, { ...place, ...inItem });
  }
}

function unknown(path: string, key: string, at: FieldPath, { known, written }: Place): Finding {
  const message = `"${path}" is unknown: CoreDNS's chart ignores it, and so does Portolan's${didYouMean(key, Object.keys(known))}`;
  return { rule: IGNORED, at: written.at(at), message };
}

function verdict(path: string, value: unknown, at: FieldPath, { written, values }: Place): Finding {
  const found = chart.differs.find(({ keys }) => keys.includes(path));
  const applies = CONDITIONS[path] ?? ((): boolean => true);
  return found && applies(value, values)
    ? { rule: DIFFERS, at: written.at(at), message: `"${path}": ${found.here}` }
    : { rule: SAME, at: written.at(at), message: `"${path}" means the same` };
}

/** Where it depends on the value whether a key differs. */
const CONDITIONS: Readonly<Record<string, (value: unknown, values: Fields) => boolean>> = {
  "image.repository": (value) => isOfCoreDns(value),
  "image.tag": (_value, values) => isOfCoreDns(fieldAt(values, "image", "repository")),
  podSecurityContext: (value) => Object.keys(fieldsOf(value)).length === 0,
  extraSecrets: (value) => listOf(value).some((one) => fieldAt(one, "defaultMode") === undefined),
  "service.trafficDistribution": (_value, values) =>
    fieldAt(values, "deployment", "enabled") === false,
};

/** As `coredns.imageIsTheirs` of the chart. */
function isOfCoreDns(repository: unknown): boolean {
  return /coredns[^/]*$/.test(typeof repository === "string" ? repository : "coredns");
}
