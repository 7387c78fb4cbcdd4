/** A file, folder or link of the image. Paths have no slash in front; folders above a file need not be named. */
export type TreeEntry = FileEntry | FolderEntry | LinkEntry;

export interface FileEntry {
  readonly kind: "file";
  readonly path: string;
  /** Permissions, such as 0o755. */
  readonly mode: number;
  readonly content: Uint8Array;
  /** The program may bind ports below 1024, whoever starts it: what `setcap cap_net_bind_service=+ep` does. */
  readonly bindsLowPorts?: boolean;
}

export interface FolderEntry {
  readonly kind: "folder";
  readonly path: string;
  readonly mode: number;
}

export interface LinkEntry {
  readonly kind: "link";
  readonly path: string;
  readonly target: string;
}

export function file(path: string, content: Uint8Array | string, mode = 0o644): FileEntry {
  const octets = typeof content === "string" ? Buffer.from(content) : content;
  return { kind: "file", path, mode, content: octets };
}
