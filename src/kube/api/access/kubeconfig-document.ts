import { parseDocument } from "yaml";
import { AccessError } from "../access.ts";

/** A mapping as a kubeconfig has it; what is in it is looked at where it is used. */
export type Fields = Readonly<Record<string, unknown>>;

/** A file of a kubeconfig, read. */
export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/** A cluster or a user, and the file that it stands in: paths are relative to that. */
export interface Entry {
  readonly file: string;
  readonly fields: Fields;
}

/** What a context stands for. */
export interface Chosen {
  readonly context: string;
  readonly cluster: Entry;
  /** Empty if the context names no user. */
  readonly user: Entry;
}

/** A context, for those who choose one. */
export interface Context {
  readonly name: string;
  /** "" if it names none. */
  readonly namespace: string;
}

export interface Contexts {
  /** "" if there is none. */
  readonly current: string;
  readonly all: readonly Context[];
}

/** So that a file with hundreds of contexts makes no page of a message. */
const MAX_NAMES = 10;

/** What of a file counts. */
interface Document {
  readonly path: string;
  readonly root: Fields;
}

/**
 * Finds a context, and its cluster and user, in a kubeconfig. As in kubectl, of several files the first that says something
 * is the one that counts.
 * @param place of all files, for messages
 * @param name of the context; the current one if undefined
 * @throws {AccessError}
 */
export function chooseContext(
  place: string,
  files: readonly KubeconfigFile[],
  name: string | undefined,
): Chosen {
  const documents = files.map(parse);
  const contexts = entries(documents, "context");
  const context = name ?? currentOf(documents);
  if (context === "") {
    throw unusable(place, `it has no current context; name one after the file: ${list(contexts)}`);
  }
  const found = contexts.get(context);
  if (!found) throw unusable(place, `it has no context "${context}"; it has ${list(contexts)}`);
  const whose = `"${place}", context "${context}"`;
  const pick = (kind: "cluster" | "user"): Entry => {
    const wanted = string(found.fields[kind]);
    if (wanted === "" && kind === "user") return { file: found.file, fields: {} };
    if (wanted === "") throw new AccessError(`Cannot use kubeconfig ${whose}: it names no ${kind}`);
    const all = entries(documents, kind);
    const entry = all.get(wanted);
    if (entry) return entry;
    const reason = `the file has no ${kind} "${wanted}"; it has ${list(all)}`;
    throw new AccessError(`Cannot use kubeconfig ${whose}: ${reason}`);
  };
  return { context, cluster: pick("cluster"), user: pick("user") };
}

/**
 * The contexts of a kubeconfig.
 * @throws {AccessError} if a file is none
 */
export function contextsOf(files: readonly KubeconfigFile[]): Contexts {
  const documents = files.map(parse);
  const all = Array.from(entries(documents, "context"), ([name, { fields }]) => {
    return { name, namespace: string(fields["namespace"]) };
  });
  return { current: currentOf(documents), all };
}

function currentOf(documents: readonly Document[]): string {
  const all = documents.map(({ root }) => string(root["current-context"]));
  return all.find((one) => one !== "") ?? "";
}

function parse({ path, text }: KubeconfigFile): Document {
  const document = parseDocument(text, { merge: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error) {
    const reason = error.message.split("\n", 1)[0]?.replace(/:$/, "");
    throw new AccessError(`Cannot read kubeconfig "${path}": not YAML: ${reason}`);
  }
  const root: unknown = document.toJS({ maxAliasCount: 1_000 });
  if (isFields(root)) return { path, root };
  throw new AccessError(`Cannot read kubeconfig "${path}": it holds no mapping`);
}

/** `[{ name: a, cluster: {...} }]` of all files as a map; the first of two of the same name counts. */
function entries(documents: readonly Document[], kind: string): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  for (const { path, root } of documents) {
    const value = root[`${kind}s`];
    for (const entry of Array.isArray(value) ? value : []) {
      if (!isFields(entry) || typeof entry["name"] !== "string" || found.has(entry["name"])) {
        continue;
      }
      const fields = entry[kind];
      found.set(entry["name"], { file: path, fields: isFields(fields) ? fields : {} });
    }
  }
  return found;
}

function unusable(file: string, reason: string): AccessError {
  return new AccessError(`Cannot use kubeconfig "${file}": ${reason}`);
}

function list(all: ReadonlyMap<string, Entry>): string {
  if (all.size === 0) return "none";
  const names = [...all.keys()].slice(0, MAX_NAMES).map((name) => `"${name}"`);
  const more = all.size - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "" for what is not a string. */
export function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
