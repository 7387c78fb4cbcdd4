import { Metrics } from "../../observe/metrics.ts";
import type { RawObject } from "../raw-objects.ts";
import type { ApiAccess } from "./access.ts";
import { AccessError } from "./access.ts";
import { ApiClient } from "./api-client.ts";
import { ApiError, ConnectError } from "./api-error.ts";
import { ApiMetrics } from "./api-metrics.ts";
import type { RateLimits } from "./rate-limiter.ts";
import { readBody } from "./read-body.ts";

/** A list of all Deployments of a namespace, with what the API server adds, is far below. */
const MAX_OCTETS = 32 << 20;
/** client-go's own for one who asks now and then. */
const LIMITS = { qps: 5, burst: 20, maxInflight: 0 };

/** There is no way to the cluster, or it does not know who asks. */
export class ClusterAwayError extends Error {
  override readonly name = "ClusterAwayError";
}

export type OneRead =
  | { readonly object: RawObject; readonly reason?: undefined }
  /** `missing`: there is no such thing. `forbidden`: nobody tells. `failed`: anything else, as the API server says it. */
  | { readonly reason: "missing" | "forbidden" | "failed"; readonly text: string };

/** Reads objects and lists of an API server one by one, for a program that asks a few and ends. */
export class OneReader {
  readonly #client: ApiClient;

  constructor(access: ApiAccess, limits: RateLimits = LIMITS) {
    const metrics = new ApiMetrics(new Metrics());
    this.#client = new ApiClient({ access, limits, metrics, isSynced: () => true });
  }

  /** Where the objects come from: `kubeconfig "/home/a/.kube/config", context "dev"`. */
  get place(): string {
    return this.#client.place;
  }

  /**
   * @param path `/api/v1/namespaces/kube-system/configmaps/coredns`
   * @throws {ClusterAwayError}
   */
  async read(path: string): Promise<OneRead> {
    try {
      const { body } = await this.#client.get(path, "application/json");
      const octets = await readBody(body, MAX_OCTETS);
      return { object: JSON.parse(octets.toString()) as RawObject };
    } catch (error) {
      return failureOf(error);
    }
  }

  close(): void {
    this.#client.close();
  }
}

function failureOf(error: unknown): OneRead {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof AccessError || error instanceof ConnectError) {
    throw new ClusterAwayError(text, { cause: error });
  }
  if (!(error instanceof ApiError)) return { reason: "failed", text };
  if (error.status === 401) {
    throw new ClusterAwayError(
      `Cannot read the cluster: the API server does not know who asks: ${text}`,
    );
  }
  if (error.status === 404) return { reason: "missing", text };
  return { reason: error.status === 403 ? "forbidden" : "failed", text };
}
