import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Header } from "tar-stream";
import { extract, pack } from "tar-stream";
import type { TreeEntry } from "./tree.ts";

/**
 * `struct vfs_cap_data` of linux/capability.h: revision 2 with the effective bit, then bit 10 (CAP_NET_BIND_SERVICE)
 * of what is permitted; nothing is inheritable. All octets are below 128, as a pax value has to be UTF-8.
 */
const NET_BIND_SERVICE = Buffer.from("0100000200040000000000000000000000000000", "hex").toString();

/** A tar whose octets follow from its entries and the time alone: sorted, all of root, nothing of this machine. */
export function packTree(entries: readonly TreeEntry[], epochSeconds: number): Readable {
  const tar = pack();
  for (const entry of withFolders(entries)) {
    const common = { uid: 0, gid: 0, mtime: new Date(epochSeconds * 1000), mode: 0o755 };
    if (entry.kind === "folder") {
      tar.entry({ ...common, name: `${entry.path}/`, type: "directory", mode: entry.mode });
    } else if (entry.kind === "link") {
      const { path: name, target: linkname } = entry;
      tar.entry({ ...common, name, linkname, type: "symlink", mode: 0o777 });
    } else {
      const pax = entry.bindsLowPorts
        ? { pax: { "SCHILY.xattr.security.capability": NET_BIND_SERVICE } }
        : {};
      tar.entry(
        { ...common, ...pax, name: entry.path, type: "file", mode: entry.mode },
        entry.content,
      );
    }
  }
  tar.finalize();
  return Readable.from(tar);
}

function withFolders(entries: readonly TreeEntry[]): TreeEntry[] {
  const all = new Map<string, TreeEntry>();
  for (const entry of entries) {
    for (let path = dirname(entry.path); path !== "."; path = dirname(path)) {
      if (!all.has(path)) all.set(path, { kind: "folder", path, mode: 0o755 });
    }
    all.set(entry.path, entry);
  }
  return [...all.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** The entries of a tar, gzipped or not, for which `isWanted` says yes; devices and hard links are left out. */
export async function readTar(
  tar: Readable,
  isWanted: (path: string) => boolean = () => true,
): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = [];
  const extractor = extract();
  extractor.on("entry", (header, stream, next) => {
    const path = header.name.replace(/^\.?\//, "").replace(/\/$/, "");
    const chunks: Buffer[] = [];
    const isTaken = path !== "" && isWanted(path);
    stream.on("data", (chunk) => {
      if (isTaken) chunks.push(chunk as Buffer);
    });
    stream.on("end", () => {
      const entry = isTaken ? treeEntry(header, path, Buffer.concat(chunks)) : undefined;
      if (entry) entries.push(entry);
      next();
    });
    stream.resume();
  });
  await pipeline(tar, extractor);
  return entries;
}

export function gunzip(stream: Readable): Readable {
  return stream.pipe(createGunzip());
}

function treeEntry(header: Header, path: string, content: Buffer): TreeEntry | undefined {
  const mode = header.mode ?? 0o644;
  switch (header.type) {
    case "file":
      return { kind: "file", path, mode, content };
    case "directory":
      return { kind: "folder", path, mode };
    case "symlink":
      return { kind: "link", path, target: header.linkname ?? "" };
    default:
      return undefined;
  }
}
