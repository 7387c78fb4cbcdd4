import { text } from "node:stream/consumers";
import { AccessError } from "../access.ts";
import type { KubeconfigRequest } from "./kubeconfig-parts.ts";
import { resolveKubeconfig } from "./resolve-kubeconfig.ts";

/**
 * A program of its own, which KubeconfigAccess starts: client-node and what it needs take tens
 * of megabytes, which go with this process. A request as JSON in, an answer or `{ error }` out.
 */
const request = JSON.parse(await text(process.stdin)) as KubeconfigRequest;
try {
  process.stdout.write(JSON.stringify(await resolveKubeconfig(request)));
} catch (error) {
  if (!(error instanceof AccessError)) throw error;
  process.stdout.write(JSON.stringify({ error: error.message }));
}
