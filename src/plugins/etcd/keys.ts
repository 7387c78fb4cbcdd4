import { posix } from "node:path";
import { Name } from "../../dns/name.ts";

/** Where names are in etcd: `a.example.org.` is `/skydns/org/example/a`. */
export class Keys {
  readonly #prefix: string;
  readonly #depth: number;

  /** @param path of all keys, as `skydns` or `/skydns/` */
  constructor(path: string) {
    this.#prefix = posix.join("/", path, "/");
    this.#depth = segmentsOf(this.#prefix).length;
  }

  keyOf(name: Name): string {
    return this.#join(labelsOf(name));
  }

  /**
   * For a name with a label `*` or `any`: the key that all that it stands for is below, and whether a
   * key is one of those. Undefined for any other name.
   */
  wildcard(name: Name): { key: string; matches: (key: string) => boolean } | undefined {
    const labels = labelsOf(name);
    const at = labels.findIndex(isWildcard);
    if (at < 0) return undefined;
    const wanted = this.#join(labels).split("/");
    const matches = (key: string): boolean => {
      const found = key.split("/");
      return wanted.every((part, i) => i < found.length && (isWildcard(part) || found[i] === part));
    };
    return { key: this.#join(labels.slice(0, at)), matches };
  }

  /** The name of a key; undefined if there is none, as where a part of it is too long. */
  nameOf(key: string): Name | undefined {
    const labels = segmentsOf(key).slice(this.#depth).toReversed();
    return Name.tryParse(`${labels.join(".")}.`);
  }

  #join(labels: readonly string[]): string {
    return posix.join(this.#prefix, ...labels).replace(/(?<=.)\/$/, "");
  }
}

/** From the top, in lower case, as CoreDNS writes them: it does not escape "$". */
function labelsOf(name: Name): string[] {
  const labels = Name.fromWire(name.key).labels().toReversed();
  return labels.map((label) => label.replaceAll(String.raw`\$`, "$"));
}

function segmentsOf(key: string): string[] {
  return key.split("/").filter((part) => part !== "");
}

function isWildcard(part: string): boolean {
  return part === "*" || part === "any";
}
