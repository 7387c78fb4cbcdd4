import { describe, expect, it } from "vitest";
import { manifestKey } from "./manifest.ts";
import { readDocuments } from "./read-documents.ts";
import { serviceYaml } from "./testing.ts";

async function read(text: string, isJson = false): Promise<{ keys: string[]; problems: string[] }> {
  const { manifests, problems } = await readDocuments(text, isJson);
  return {
    keys: manifests.map(({ manifest }) => manifestKey(manifest)),
    problems: [...problems],
  };
}

describe("documents of a file", () => {
  it("are all read, empty ones are nothing", async () => {
    const text = `# only a comment\n---\n---\n${serviceYaml("a/b")}---\nnull\n${serviceYaml("c/d")}`;
    expect(await read(text)).toEqual({ keys: ["Service a/b", "Service c/d"], problems: [] });
  });

  it("may be lists, whose items need not repeat their kind", async () => {
    const text = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ServiceList
  items:
  - {metadata: {name: a}}
- {apiVersion: v1, kind: Namespace, metadata: {name: b}}
`;
    expect(await read(text)).toEqual({ keys: ["Service default/a", "Namespace b"], problems: [] });
  });

  it("may be JSON", async () => {
    const item = { kind: "Service", apiVersion: "v1", metadata: { name: "a" } };
    const list = { kind: "List", apiVersion: "v1", items: [item] };
    const expected = { keys: ["Service default/a"], problems: [] };
    expect(await read(JSON.stringify(list), true)).toEqual(expected);
    expect(await read(JSON.stringify(list), false)).toEqual(expected);
  });

  it("may use anchors and merge keys", async () => {
    const text = `apiVersion: v1
kind: List
items:
- &base {apiVersion: v1, kind: Service, metadata: {name: a}}
- <<: *base
  metadata: {name: b}
`;
    expect(await read(text)).toMatchObject({ keys: ["Service default/a", "Service default/b"] });
  });
});

describe("a document that is broken is named, the others are read", () => {
  it("where its YAML ends too soon", async () => {
    const text = `${serviceYaml("a/b")}---\nkind: [\nname: x\n${serviceYaml("c/d")}`;
    const { keys, problems } = await read(text);
    expect(keys).toEqual(["Service a/b", "Service c/d"]);
    expect(problems).toEqual([expect.stringMatching(/^document 2, line 8: Flow sequence/)]);
  });

  it("where a key is there twice", async () => {
    expect((await read("kind: a\nkind: b\n")).problems).toEqual([
      "document 1, line 2: Map keys must be unique",
    ]);
  });

  it("where an object is wrong, with the place of the item", async () => {
    const text = `${serviceYaml("a/b")}---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {}}
- {apiVersion: v1, kind: Service, metadata: {name: c}}
`;
    expect(await read(text)).toEqual({
      keys: ["Service a/b", "Service default/c"],
      problems: ["document 2, line 10, item 1: metadata.name: is missing"],
    });
  });

  it.each([
    ["spec: {clusterIP: x}", 5, "spec.clusterIP"],
    ["spec:\n  ports:\n  - port: 80\n  - port: http", 8, "spec.ports[1].port"],
    ["spec:\n  type: ExternalName", 5, "spec.externalName"],
    ["spec: &s\n  clusterIP: x\nother: *s", 6, "spec.clusterIP"],
  ])("with the line of the field: %j", async (spec, line, field) => {
    const text = `# a comment\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n${spec}\n`;
    const { problems } = await read(text);
    expect(problems).toEqual([
      expect.stringContaining(`document 1, line ${line}: ${field}: `) as string,
    ]);
  });

  it("with the line of the field, also in JSON", async () => {
    const item = { kind: "Service", apiVersion: "v1", metadata: { name: "B" } };
    const text = JSON.stringify({ kind: "List", apiVersion: "v1", items: [item] }, null, 2);
    const line = text.split("\n").findIndex((one) => one.includes('"name"')) + 1;
    expect((await read(text, true)).problems).toEqual([
      `document 1, line ${line}, item 1: metadata.name: "B" is not a name for the kind Service`,
    ]);
  });

  it("where JSON is wrong", async () => {
    const { keys, problems } = await read("{", true);
    expect(keys).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^document 1: .*JSON/)]);
  });
});

describe("a hostile document does no harm", () => {
  it("that is a billion laughs", async () => {
    const levels = Array.from({ length: 9 }, (_, i) => {
      return `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(", ")}]`;
    });
    const { problems } = await read(`l0: &l0 [ha]\n${levels.join("\n")}\n${serviceYaml("a/b")}`);
    expect(problems).toEqual([expect.stringMatching(/^document 1, line 1: Excessive alias count/)]);
  });

  it("that is a list in itself", async () => {
    const { problems } = await read("&a {apiVersion: v1, kind: List, items: [*a]}\n");
    expect(problems).toEqual([expect.stringMatching(/item 1: has lists in lists, deeper than 4$/)]);
  });

  it("that is an object in itself", async () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata: &m\n  name: a\n  labels: *m\n";
    const { problems } = await read(text);
    expect(problems).toEqual([
      "document 1, line 5: metadata.labels.labels: an object is not a string",
    ]);
  });

  it("that is nested very deeply", async () => {
    const { keys, problems } = await read(`${"[".repeat(20_000)}\n`);
    expect(keys).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^document 1, line 1: /)]);
  });

  it("that has keys of JavaScript's own", async () => {
    const { problems } = await read("__proto__: {kind: Service}\nconstructor: x\n");
    expect(problems).toEqual(["document 1, line 1: kind: is missing"]);
  });

  it("that has tags of other languages", async () => {
    const { problems } = await read("kind: !!js/function 'x'\napiVersion: v1\n");
    expect(problems).toEqual([]);
  });
});
