import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { AuditedObject, Fields } from "./audited-object.ts";
import { fieldAt, isFields, listOf, nameOf } from "./audited-object.ts";
import type { Problem, WrittenValues } from "./read-written.ts";
import { readWritten } from "./read-written.ts";

/** Values that an object has inside, for a chart that somebody else's controller installs. */
export interface ReleaseValues {
  /** `HelmRelease "coredns"` */
  readonly label: string;
  /** Whether they only add to values that the controller has itself. */
  readonly isPart: boolean;
  readonly values: readonly WrittenValues[];
  readonly problems: readonly Problem[];
}

/** Where values stand in an object, as a text of YAML or as a mapping, and which chart they are for. */
interface Place {
  readonly path: FieldPath;
  readonly chart: string;
}

/** By group and kind; versions come and go. */
const PLACES: Readonly<Record<string, (object: AuditedObject) => readonly Place[]>> = {
  // RKE2 and k3s: the chart is that of the HelmChart of the same name.
  "helm.cattle.io/HelmChartConfig": ({ name }) => [
    { path: ["spec", "valuesContent"], chart: name },
  ],
  "helm.cattle.io/HelmChart": ({ name }) => [{ path: ["spec", "valuesContent"], chart: name }],
  "helm.toolkit.fluxcd.io/HelmRelease": ({ name, value }) => {
    const chart = fieldAt(value, "spec", "chart", "spec", "chart");
    const reference = fieldAt(value, "spec", "chartRef", "name");
    return [{ path: ["spec", "values"], chart: textOf(chart) || textOf(reference) || name }];
  },
  "argoproj.io/Application": ({ value }) => {
    const one: FieldPath[] = [["spec", "source"]];
    const several = listOf(fieldAt(value, "spec", "sources")).map((_, i) => ["spec", "sources", i]);
    return [...one, ...several].flatMap((path) => {
      const chart = textOf(fieldAt(value, ...path, "chart"));
      return ["values", "valuesObject"].map((key) => ({ path: [...path, "helm", key], chart }));
    });
  },
};

/** Reads the values for a chart of CoreDNS that an object has inside; undefined if it is no such object. */
export async function valuesOfRelease(object: AuditedObject): Promise<ReleaseValues | undefined> {
  const [group = ""] = textOf(object.value["apiVersion"]).split("/");
  const places = PLACES[`${group}/${object.kind}`]?.(object) ?? [];
  const ours = places.filter(({ chart }) => /coredns/i.test(chart));
  if (ours.length === 0) return undefined;
  const values: WrittenValues[] = [];
  const problems: Problem[] = [];
  for (const { path } of ours) {
    const found = await readAt(object, path, fieldAt(object.value, ...path));
    values.push(...found.values);
    problems.push(...found.problems);
  }
  return { label: nameOf(object), isPart: group === "helm.cattle.io", values, problems };
}

type Found = Pick<ReleaseValues, "values" | "problems">;

async function readAt(object: AuditedObject, path: FieldPath, found: unknown): Promise<Found> {
  if (isFields(found)) return { values: [inObject(object, path, found)], problems: [] };
  if (typeof found === "string") return readText(object, path, found);
  if (found === undefined || found === null) return { values: [], problems: [] };
  const message = "Cannot read: neither a text of YAML nor a mapping of values";
  return { values: [], problems: [{ at: object.at(path), message }] };
}

function inObject(object: AuditedObject, base: FieldPath, value: Fields): WrittenValues {
  return {
    value,
    at: (path) => object.at([...base, ...path]),
    inside: (path, place) => object.inside([...base, ...path], place),
  };
}

/** A text of its own, whose places are those of the object around it. */
async function readText(object: AuditedObject, base: FieldPath, text: string): Promise<Found> {
  const { objects, others, problems } = await readWritten(text, "values");
  const kinds = objects.map((one) => {
    const message = `Cannot read: an object of kind "${one.kind.slice(0, 60)}" is no values`;
    return { at: one.at([]), message };
  });
  return {
    values: others.map((inner) => ({
      value: inner.value,
      at: (path) => object.inside(base, { line: inner.at(path).line }),
      inside: (path, place) => object.inside(base, inner.inside(path, place)),
    })),
    problems: [...problems, ...kinds].map(({ at, message }) => ({
      at: object.inside(base, { line: at.line }),
      message,
    })),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
