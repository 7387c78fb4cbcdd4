import type { Position } from "../corefile/corefile-error.ts";
import type { ManifestDocument } from "../kube/manifests/manifest-document.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import { loadYaml, unpackLists } from "../kube/manifests/read-documents.ts";
import type { AuditedObject, Fields, Inside, Written } from "./audited-object.ts";
import { isFields, textsAt } from "./audited-object.ts";

/** A ConfigMap has 1 MiB at most, and a list of a cluster's DNS a few of them. */
const MAX_CHARACTERS = 4 << 20;
const MAX_MEGABYTES = MAX_CHARACTERS >> 20;

/** What a file of YAML or JSON holds. */
export interface WrittenFile {
  readonly objects: readonly AuditedObject[];
  /** Mappings that are no objects of Kubernetes: values of a chart, if anything. */
  readonly others: readonly WrittenValues[];
  readonly problems: readonly Problem[];
}

export interface WrittenValues extends Written {
  readonly value: Fields;
}

export interface Problem {
  readonly at: Position;
  readonly message: string;
}

/**
 * Whether a text is YAML or JSON rather than a Corefile. No Corefile begins with a name, a colon and a space, and none
 * with a brace that is closed later.
 */
export function isYaml(text: string): boolean {
  const start = text.replace(/^\uFEFF/, "").slice(0, 64 << 10);
  const [first = ""] = /^(?!\s*(?:#|$)).*$/m.exec(start) ?? [];
  if (/^(?:---|%YAML)/.test(first)) return true;
  if (/^\s*\{\s*(?:"|$)/.test(first)) return /"[\w.-]+"\s*:/.test(start);
  return /^(?:[\w./-]+|"[\w./-]+"|'[\w./-]+')\s*:(?:\s+(?!\{\s*$)|$)/.test(first);
}

/** Reads all documents of a file; lists are taken apart. */
export async function readWritten(text: string, file: string): Promise<WrittenFile> {
  const found = { objects: [], others: [], problems: [] } as {
    objects: AuditedObject[];
    others: WrittenValues[];
    problems: Problem[];
  };
  if (text.length > MAX_CHARACTERS) {
    const message = `Cannot read: over ${MAX_MEGABYTES} MiB of YAML; take the objects of the DNS alone`;
    return { ...found, problems: [{ at: { file, line: 1 }, message }] };
  }
  const yamlDocuments = await loadYaml();
  for (const document of yamlDocuments(text)) {
    for (const item of unpackLists(document)) {
      const written = writtenIn(file, item, item.path);
      if ("error" in item) {
        const at = { file, line: item.lineOf?.(item.path) ?? 1 };
        found.problems.push({ at, message: `Cannot read: not YAML: ${item.error}` });
      } else if (!isFields(item.value)) {
        const message = "Cannot read: neither an object nor a mapping of values";
        found.problems.push({ at: written.at([]), message });
      } else if (typeof item.value["kind"] === "string") {
        found.objects.push(objectOf(item.value, written));
      } else found.others.push({ value: item.value, ...written });
    }
  }
  return found;
}

/** @param base of the item in its document */
function writtenIn(file: string, document: ManifestDocument, base: FieldPath): Written {
  const at = (path: FieldPath): Position => {
    return { file, line: document.lineOf?.([...base, ...path]) ?? 1 };
  };
  return {
    at,
    inside(path: FieldPath, { line, column }: Inside): Position {
      const block = document.blockAt?.([...base, ...path]);
      if (!block) return at(path);
      const shifted = column === undefined ? {} : { column: column + block.indent };
      return { file, line: block.line + line - 1, ...shifted };
    },
  };
}

export function objectOf(value: Fields, written: Written): AuditedObject {
  const { kind } = value;
  const { name = "", namespace = "" } = textsAt(value, "metadata");
  return { kind: String(kind), namespace, name, value, ...written };
}
