import { globSync } from "node:fs";
import { ROOT } from "../run-portolan.ts";
import { readDocument } from "./readme.ts";

/** The test that runs what no other one does. */
export const RUNNER = "test/documents/commands.test.ts";

const LAPTOP = "it takes a cluster and root; src/cli/dev and src/stub have tests that stage both";

/** How commands of a document are held: by a test that reads the document, or not, for a reason. */
export interface Holding {
  /** The document, or its folder, and which of its commands; all others if left out. */
  readonly of: string;
  readonly like?: RegExp;
  readonly by?: string;
  readonly because?: string;
}

const ELSEWHERE =
  "it asks a server of somebody else; src/cli/query/secure-query.test.ts has its own";
const LONG =
  "it measures, for minutes; test/documents/commands.test.ts knows that there is the script";
const ITSELF = "it is what runs the tests";

/** For a command the first that fits is meant. */
export const HOLDINGS: readonly Holding[] = [
  { of: "README.md", like: /explain \S+ -conf/, by: "test/cluster/first-time.test.ts" },
  { of: "README.md", like: /-conf Corefile$/, because: "it serves; test/cli.test.ts has it" },
  { of: "README.md", like: /^npm start -- (check|fmt|query|explain) /, by: RUNNER },
  { of: "README.md", like: /^(dig|nslookup) /, by: RUNNER },
  { of: "README.md", like: /^npm ci && npm start$/, because: "a test has what npm installed" },
  { of: "README.md", like: /^npm (run|ci && npm test)/, because: ITSELF },
  { of: "docs/check.md", like: /-from-cluster/, by: "test/cluster/audit.test.ts" },
  {
    of: "docs/check.md",
    like: /^kubectl /,
    because: "no cluster; the file that it makes is staged",
  },
  { of: "docs/check.md", by: RUNNER },
  { of: "docs/command-line.md", like: /^npm run man$/, by: "test/documents/man.test.ts" },
  { of: "docs/command-line.md", like: /-dns\.port/, because: "it serves; test/cli.test.ts has it" },
  { of: "docs/command-line.md", by: RUNNER },
  { of: "docs/install.md", by: "test/package/packages.test.ts" },
  { of: "docs/node-local.md", like: /^npm run image/, by: "test/package/node-image.test.ts" },
  {
    of: "docs/node-local.md",
    like: /^(crane|kubectl)/,
    because: "it takes a registry, and a cluster with nodes",
  },
  {
    of: "docs/node-local.md",
    because: "it takes a node; test/node-cache looks at the same on one of its own",
  },
  { of: "docs/query.md", like: /@(tls|https):/, because: ELSEWHERE },
  { of: "docs/query.md", by: RUNNER },
  { of: "docs/runbooks.md", by: "test/alerts/runbooks.test.ts" },
  { of: "docs/scaling.md", because: LONG },
  { of: "docs/zones.md", like: /^npm run bench/, because: LONG },
  {
    of: "docs/troubleshooting.md",
    like: /-admin |^openssl|^curl/,
    because: "it is for another machine; test/admin.test.ts asks over the loopback",
  },
  { of: "docs/troubleshooting.md", like: /explain/, by: "test/explain/explain.test.ts" },
  { of: "docs/troubleshooting.md", by: "test/admin.test.ts" },
  { of: "README.md", like: /^portolan dev$|stub install|^curl/, because: LAPTOP },
  { of: "docs/laptop.md", because: LAPTOP },
  { of: "docs/distributions/", by: "test/cluster/distributions.test.ts" },
  { of: "docs/migrate.md", by: "test/cluster/distributions.test.ts" },
  { of: "docs/stub.md", because: LAPTOP },
  { of: "docs/upgrades.md", by: RUNNER },
];

export interface DocumentedCommand {
  readonly of: string;
  /** Without its comment, on one line. */
  readonly line: string;
}

/** All commands in `sh` blocks of README.md and of the pages of `docs/`. */
export function documentedCommands(): DocumentedCommand[] {
  const documents = globSync("{README.md,docs/**/*.md}", { cwd: ROOT }).toSorted();
  return documents.flatMap((of) => {
    const blocks = readDocument(of).matchAll(/```sh\n(.*?)```/gs);
    const lines = [...blocks].flatMap(([, block = ""]) => commandsOf(block));
    return lines.map((line) => ({ of, line }));
  });
}

function commandsOf(block: string): string[] {
  const lines = block.replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.map((line) => line.replace(/(^|\s+)#.*$/, "").trim()).filter(Boolean);
}

function isOf(holding: Holding, document: string): boolean {
  return holding.of.endsWith("/") ? document.startsWith(holding.of) : document === holding.of;
}

export function holdingOf({ of, line }: DocumentedCommand): Holding | undefined {
  return HOLDINGS.find((one) => isOf(one, of) && (one.like?.test(line) ?? true));
}
