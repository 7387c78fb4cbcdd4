import { stringify } from "yaml";

/** As in a rule file of Prometheus. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: "critical" | "warning" };
  readonly annotations: Readonly<Record<string, string>>;
}

/** `alerts.yaml`, which says what its fields are. */
export interface AlertSource {
  readonly prometheus: Selectors;
  readonly google: Selectors;
  readonly runbooks: string;
  readonly groups: readonly (AlertGroup & { readonly servers: readonly Servers[] })[];
}

type Selectors = Readonly<Record<Servers, string>> & { readonly by: readonly string[] };

/** Those behind the Service, or those on each node. */
export const SERVERS = ["service", "node-local"] as const;
export type Servers = (typeof SERVERS)[number];

const NODE_LOCAL = "portolan-node-local";

/** What the placeholders of the source stand for. */
export interface Filling {
  readonly selector: string;
  /** Labels that tell one cluster from another. */
  readonly by: readonly string[];
  /** The address of the page that has a heading for each alert. */
  readonly runbooks: string;
}

export interface AlertGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

/** The groups for these servers as Prometheus takes them, or with their placeholders if there is no filling. */
export function alertGroups(
  source: AlertSource,
  servers: Servers,
  filling?: Filling,
): readonly AlertGroup[] {
  const groups = source.groups.filter((group) => group.servers.includes(servers));
  return groups.map(({ name, rules }) => ({
    name: servers === "service" ? name : name.replace("portolan", NODE_LOCAL),
    rules: rules.map((rule) => (filling ? fill(rule, filling) : rule)),
  }));
}

function fill(rule: AlertRule, { selector, by, runbooks }: Filling): AlertRule {
  const jobs = [...by, "job"];
  const meanings: Readonly<Record<string, string>> = {
    selector,
    place: by.join(", "),
    by: jobs.join(", "),
    replica: [...jobs, "namespace", "pod", "instance"].join(", "),
  };
  const expr = rule.expr.replaceAll(/\$(\w+)/g, (placeholder, name: string) => {
    const meaning = meanings[name];
    if (meaning === undefined) throw new Error(`${rule.alert}: no meaning for "${placeholder}"`);
    return meaning;
  });
  const runbook_url = `${runbooks}#${rule.alert.toLowerCase()}`;
  return { ...rule, expr, annotations: { ...rule.annotations, runbook_url } };
}

export const FORMATS = ["prometheus", "operator", "google", "google-cluster"] as const;
export type Format = (typeof FORMATS)[number];

const KINDS = {
  operator: ["monitoring.coreos.com/v1", "PrometheusRule"],
  google: ["monitoring.googleapis.com/v1", "Rules"],
  "google-cluster": ["monitoring.googleapis.com/v1", "ClusterRules"],
} as const;

/** The whole text of a file: a rule file, or an object that an operator makes one of. */
export function renderAlerts(
  source: AlertSource,
  format: Format,
  servers: Servers = "service",
  changes: Partial<Filling> = {},
): string {
  const selectors = format.startsWith("google") ? source.google : source.prometheus;
  const groups = alertGroups(source, servers, {
    selector: selectors[servers],
    by: selectors.by,
    runbooks: source.runbooks,
    ...changes,
  });
  if (format === "prometheus") return toYaml({ groups });
  const [apiVersion, kind] = KINDS[format];
  const name = servers === "service" ? "portolan" : NODE_LOCAL;
  const metadata = {
    name,
    // ClusterRules are in none, and a kustomization cannot know that.
    ...(format === "google" && { namespace: "kube-system" }),
    ...(format === "operator" && {
      labels: { "k8s-app": servers === "service" ? "kube-dns" : name },
    }),
  };
  return toYaml({ apiVersion, kind, metadata, spec: { groups } });
}

/** For Helm, which fills in what the values say. */
export function renderForChart(source: AlertSource): string {
  return toYaml({ groups: alertGroups(source, "service") });
}

function toYaml(value: unknown): string {
  const made = "# Made by `npm run alerts` of deploy/alerts/alerts.yaml: change it there.\n";
  return made + stringify(value, { lineWidth: 0 });
}
