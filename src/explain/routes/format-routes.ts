import type { Look } from "../look.ts";
import { paint, wrapped } from "../look.ts";
import { count } from "../words.ts";
import type { Entrance, PortRoutes, RouteEndpoint, RouteOutcome, Routes, Way } from "./routes.ts";

/** Routes for people. Rules are not broken, so that they can be held against those of a node. */
export function formatRoutes(routes: Routes, look: Look): string {
  const title = (text: string): string => `\n${paint("title", text, look)}\n`;
  const { sentence, ports, notes, view } = routes;
  let text = title("Routes") + wrapped(`${sentence}.`, "  ", look);
  text += ports.map((port) => portLines(port, look)).join("");
  text += notes.map((note) => wrapped(note, "  - ", look)).join("");
  if (view === null || ports.length === 0) return text;
  const where = view.node === null ? "every node" : `node "${view.node}"`;
  text += title(`Mode ${view.mode} on ${where}, as "${view.command}" shows it`);
  if (view.lines.some((line) => line.includes("POD-CIDR"))) {
    const words =
      "POD-CIDR stands for what kube-proxy's clusterCIDR, or another detectLocalMode, says.";
    text += wrapped(words, "  ", look);
  }
  return text + view.lines.map((line) => `  ${line}\n`).join("");
}

function portLines(
  { name, protocol, port, endpoints, endpointCount, ways }: PortRoutes,
  look: Look,
): string {
  const what = `port ${port}/${protocol}${name === "" ? "" : ` (${name})`}`;
  const more = endpointCount - endpoints.length;
  return (
    paint("name", wrapped(`${what}: ${count(endpointCount, "endpoint")}`, "  ", look), look) +
    endpoints.map((one) => endpointLines(one, look)).join("") +
    (more > 0 ? `    ... ${more} more\n` : "") +
    ways.map((way) => wayLines(way, look)).join("")
  );
}

function endpointLines(endpoint: RouteEndpoint, look: Look): string {
  const { address, state, pod, node, zone, zoneHints, nodeHints } = endpoint;
  const words = [`${address} ${state}`];
  if (pod !== null) words.push(`pod ${pod}`);
  if (node !== null) words.push(`on ${node}`);
  if (zone !== null) words.push(`in ${zone}`);
  if (zoneHints.length > 0) words.push(`for zone ${zoneHints.join(", ")}`);
  if (nodeHints.length > 0) words.push(`for node ${nodeHints.join(", ")}`);
  const lines = wrapped(words.join(", "), "    ", look);
  return state === "not ready" ? paint("aside", lines, look) : lines;
}

function wayLines({ entrances, policy, outcomes }: Way, look: Look): string {
  const from = `${entrances.map(entranceWords).join(", ")} (policy ${policy})`;
  return (
    wrapped(from, "    ", look) + outcomes.map((outcome) => outcomeLines(outcome, look)).join("")
  );
}

function entranceWords({ kind, address, port }: Entrance): string {
  if (address === null) return `${kind} ${port} of each node`;
  return `${kind} ${address.includes(":") ? `[${address}]` : address}:${port}`;
}

const RESULT_WORDS = {
  rejected: "rejected: the client's connection is refused at once",
  dropped: "dropped: the client waits until its time is up",
} as const;

function outcomeLines({ where, result, why, count: all, to }: RouteOutcome, look: Look): string {
  if (result !== "sent") {
    const words = `${where}: ${RESULT_WORDS[result]}; ${why}`;
    return paint("failing", wrapped(words, "      ", look), look);
  }
  const more = all > to.length ? ` and ${all - to.length} more` : "";
  const share = all === 1 ? "" : `, each 1 in ${all}`;
  return wrapped(`${where}: to ${to.join(", ")}${more}${share} (${why})`, "      ", look);
}
