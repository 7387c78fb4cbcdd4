import { dirname } from "node:path";
import type { ConfigFiles } from "../corefile/config-files.ts";
import { filesOf } from "../corefile/config-files.ts";
import type { Position } from "../corefile/corefile-error.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { Inside, Written } from "./audited-object.ts";

/** Where distributions mount the ConfigMap of CoreDNS. */
export const MOUNT = "/etc/coredns";

/** A file as a Pod would see it. */
export interface MountedFile {
  readonly text: string;
  /** Where a place in it stands in what somebody has written. */
  placeOf(inside: Inside): Position;
}

/** A Corefile that a Pod would read, with the files that are mounted beside it. */
export class MountedCorefile {
  /** For a line that says what is well. */
  readonly label: string;
  /** In the Pod. */
  readonly path: string;
  readonly files: ReadonlyMap<string, MountedFile>;
  /** Files that have been read, the Corefile among them. */
  readonly read = new Set<string>();
  /** Whether nobody has written the Corefile itself: it is made around what is there. */
  readonly isMade: boolean;

  constructor(
    label: string,
    path: string,
    files: ReadonlyMap<string, MountedFile>,
    isMade: boolean = false,
  ) {
    this.label = label;
    this.path = path;
    this.files = files;
    this.isMade = isMade;
  }

  get text(): string {
    return this.files.get(this.path)?.text ?? "";
  }

  /** What imports are looked for in: the mounted files, and nothing of this machine. */
  get configFiles(): ConfigFiles {
    const { files, read } = this;
    return filesOf({
      isFile: (path) => files.has(path),
      list: (folder) => namesIn(folder, files.keys()),
      readFile(path) {
        const file = files.get(path);
        if (!file) throw new Error("no such key of the ConfigMap");
        read.add(path);
        return file.text;
      },
    });
  }

  /** Where somebody has written what stands in a mounted file. */
  placeOf({ file, line, column }: Position): Position {
    return this.files.get(file)?.placeOf({ line, column }) ?? { file, line, column };
  }

  /** The words of a message that name lines of a mounted file, with the lines that somebody has written. */
  messageOf(file: string, message: string): string {
    return message.replaceAll(/\b(in line )(\d+)\b/g, (_whole, words: string, line: string) => {
      return `${words}${this.placeOf({ file, line: Number(line) }).line}`;
    });
  }
}

function namesIn(folder: string, paths: Iterable<string>): string[] {
  const inside = [...paths].filter((path) => dirname(path) === folder);
  return inside.map((path) => path.slice(folder.length + 1));
}

/** A text of a field. */
export function fileIn(written: Written, path: FieldPath, text: string): MountedFile {
  return { text, placeOf: (inside) => written.inside(path, inside) };
}
