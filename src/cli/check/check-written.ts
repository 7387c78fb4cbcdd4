import { auditObjects } from "../../audit/audit-objects.ts";
import type { AuditedValues } from "../../audit/audit-values.ts";
import { auditValues } from "../../audit/audit-values.ts";
import type { AuditedObject } from "../../audit/audited-object.ts";
import { auditKeys, mountedCorefiles } from "../../audit/config-maps.ts";
import { isKubeDns, translateKubeDns } from "../../audit/kube-dns.ts";
import type { MountedCorefile } from "../../audit/mounted-corefile.ts";
import { readWritten } from "../../audit/read-written.ts";
import type { ReleaseValues } from "../../audit/release-values.ts";
import { valuesOfRelease } from "../../audit/release-values.ts";
import { inOrder } from "../../check/findings.ts";
import { MOVE_NEEDS, NO_COREFILE } from "../../check/move-rules.ts";
import type { Finding } from "../../check/rule.ts";
import { readCorefileText } from "../../corefile/corefile.ts";
import { checkCorefile } from "./check-corefile.ts";
import type { Checked } from "./report.ts";

/** Whoever checks for a cluster does not look at this machine. */
export interface WrittenOptions {
  readonly port: number;
  readonly logFormat: "text" | "json";
  /** Whether this machine looks for the names of upstreams. */
  readonly resolvesNames?: boolean;
}

/** Checks a file of YAML or JSON: ConfigMaps and what else a cluster's DNS is made of, or values of CoreDNS's chart. */
export async function checkWritten(
  path: string,
  text: string,
  options: WrittenOptions,
): Promise<Checked> {
  const { objects, others, problems } = await readWritten(text, path);
  const faults: Finding[] = problems.map(({ at, message }) => ({ rule: NO_COREFILE, at, message }));
  const checked = await checkObjects(objects, options);
  const findings = [...faults, ...checked.findings];
  let { blocks } = checked;
  for (const values of others) {
    const inside = await checkValues(auditValues(values), options);
    blocks += inside.blocks;
    findings.push(...inside.findings);
  }
  if (objects.length + others.length + findings.length === 0) {
    const message = "Cannot check: nothing is written here";
    findings.push({ rule: NO_COREFILE, at: { file: path, line: 1 }, message });
  }
  return { ...checked, blocks, path, findings: inOrder(findings) };
}

interface Part {
  readonly blocks: number;
  readonly findings: readonly Finding[];
}

async function checkValues(
  { findings, corefile }: AuditedValues,
  options: WrittenOptions,
): Promise<Part> {
  if (!corefile) return { blocks: 0, findings };
  const inside = await checkMounted(corefile, options);
  return {
    blocks: inside.blocks,
    findings: [...findings, ...inside.findings, ...auditKeys([corefile])],
  };
}

/** Values that others' controllers give to a chart of CoreDNS. */
async function checkReleases(
  releases: readonly ReleaseValues[],
  options: WrittenOptions,
): Promise<Part[]> {
  const parts: Part[] = [];
  for (const release of releases) {
    for (const values of release.values) {
      parts.push(await checkValues(auditValues(values, release), options));
    }
    const findings = release.problems.map(({ at, message }) => ({
      rule: NO_COREFILE,
      at,
      message,
    }));
    parts.push({ blocks: 0, findings });
  }
  return parts;
}

/** Checks objects of a cluster, from wherever. */
export async function checkObjects(
  objects: readonly AuditedObject[],
  options: WrittenOptions,
): Promise<Omit<Checked, "path">> {
  const corefiles = mountedCorefiles(objects);
  const kubeDns = objects.filter(isKubeDns).map(translateKubeDns);
  const translated = kubeDns.flatMap(({ corefile }) => corefile ?? []);
  const findings: Finding[] = kubeDns.flatMap((one) => one.findings);
  let blocks = 0;
  const all = corefiles.length > 0 ? corefiles : translated;
  for (const corefile of all) {
    const checked = await checkMounted(corefile, options);
    blocks += checked.blocks;
    findings.push(...checked.findings);
  }
  if (corefiles.length === 0) findings.push(...translated.map(sayTranslated));
  findings.push(...auditKeys(corefiles));
  const found = await Promise.all(objects.map(valuesOfRelease));
  const releases = found.filter((one) => one !== undefined);
  for (const part of await checkReleases(releases, options)) {
    blocks += part.blocks;
    findings.push(...part.findings);
  }
  const hasCorefile = corefiles.length + kubeDns.length + releases.length > 0;
  findings.push(...auditObjects(objects, hasCorefile));
  return { blocks, hasModules: false, findings: inOrder(findings) };
}

function sayTranslated(corefile: MountedCorefile): Finding {
  const message = `${corefile.label} is kube-dns's, and not read by Portolan: its stub domains and upstreams become server blocks, which portolan check -translate prints`;
  return { rule: MOVE_NEEDS, at: corefile.placeOf({ file: corefile.path, line: 1 }), message };
}

async function checkMounted(mounted: MountedCorefile, options: WrittenOptions): Promise<Part> {
  const { path, text, configFiles } = mounted;
  mounted.read.add(path);
  const { corefile, findings } = await checkCorefile(
    (reading) => readCorefileText(path, text, configFiles, { ...reading, env: {} }),
    { ...options, isElsewhere: true },
  );
  const written = findings.filter(({ at }) => !mounted.isMade || at.file !== path);
  return {
    blocks: corefile?.blocks.length ?? 0,
    findings: written.map((finding) => ({
      ...finding,
      at: mounted.placeOf(finding.at),
      message: mounted.messageOf(finding.at.file, finding.message),
    })),
  };
}
