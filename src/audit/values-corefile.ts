import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { Fields, Written } from "./audited-object.ts";
import { fieldsOf, listOf } from "./audited-object.ts";
import type { MountedFile } from "./mounted-corefile.ts";
import { MOUNT, MountedCorefile } from "./mounted-corefile.ts";

/** A line of the Corefile, and which value it is made of. */
interface Line {
  readonly text: string;
  readonly path: FieldPath;
  /** Which line of a text of several, from 1 on. */
  readonly line?: number;
  /** How much deeper it stands than it is written. */
  readonly indent?: number;
}

const CONFIG_INDENT = 8;

/** The Corefile that CoreDNS's chart makes of its values, and Portolan's as well. */
export function corefileOfValues(
  values: Fields,
  written: Written,
  base: FieldPath,
  label: string,
): MountedCorefile {
  const lines = [
    ...extraLines(values, base),
    ...listOf(values["servers"]).flatMap((server, i) =>
      serverLines(fieldsOf(server), [...base, "servers", i]),
    ),
  ];
  const path = `${MOUNT}/Corefile`;
  const files = new Map<string, MountedFile>([[path, fileOf(lines, written)]]);
  for (const [i, zoneFile] of listOf(values["zoneFiles"]).entries()) {
    const { filename, contents } = fieldsOf(zoneFile);
    const at = [...base, "zoneFiles", i, "contents"];
    const text = word(contents);
    files.set(`${MOUNT}/${word(filename)}`, {
      text,
      placeOf: (inside) => written.inside(at, inside),
    });
  }
  return new MountedCorefile(label, path, files);
}

function fileOf(lines: readonly Line[], written: Written): MountedFile {
  return {
    text: lines.map(({ text }) => `${text}\n`).join(""),
    placeOf({ line, column }) {
      const found = lines[line - 1];
      if (!found) return written.at([]);
      if (found.line === undefined) return written.at(found.path);
      const inside = column === undefined ? {} : { column: column - (found.indent ?? 0) };
      return written.inside(found.path, { line: found.line, ...inside });
    },
  };
}

function extraLines(values: Fields, base: FieldPath): Line[] {
  return Object.entries(fieldsOf(values["extraConfig"])).map(([name, given]) => {
    const { parameters } = fieldsOf(given);
    return { text: `${name}${behind(parameters)}`, path: [...base, "extraConfig", name] };
  });
}

function serverLines(server: Fields, path: FieldPath): Line[] {
  const zones = listOf(server["zones"]).map((one) => {
    const { scheme, zone } = fieldsOf(one);
    return `${word(scheme)}${word(zone) || "."}`;
  });
  const port = word(server["port"]);
  const key = `${zones.join(" ") || "."}${port === "" ? "" : `:${port}`}`;
  const plugins = listOf(server["plugins"]).flatMap((plugin, i) =>
    pluginLines(fieldsOf(plugin), [...path, "plugins", i]),
  );
  return [{ text: `${key} {`, path }, ...plugins, { text: "}", path }];
}

function pluginLines({ name, parameters, configBlock }: Fields, path: FieldPath): Line[] {
  const head = `    ${word(name)}${behind(parameters)}`;
  const at = [...path, "name"];
  const block = word(configBlock);
  if (block === "") return [{ text: head, path: at }];
  const inside = block.split("\n").map((text, i) => ({
    text: `${" ".repeat(CONFIG_INDENT)}${text}`,
    path: [...path, "configBlock"],
    line: i + 1,
    indent: CONFIG_INDENT,
  }));
  return [{ text: `${head} {`, path: at }, ...inside, { text: "    }", path: at }];
}

function behind(parameters: unknown): string {
  const text = word(parameters);
  return text === "" ? "" : ` ${text}`;
}

/** As the chart writes a text or a number; nothing for what it takes for empty. */
function word(value: unknown): string {
  if (typeof value === "string") return value;
  return (typeof value === "number" && value !== 0) || value === true ? String(value) : "";
}
