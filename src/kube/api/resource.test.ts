import { describe, expect, it } from "vitest";
import type { Selection } from "../cluster-source.ts";
import { requestPath, resourcesOf } from "./resource.ts";

const ALL: Selection = {
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  endpoints: true,
  pods: true,
  serviceImports: true,
};

function paths(parts: Partial<Selection>): string[] {
  return resourcesOf({ ...ALL, ...parts }).map((resource) =>
    decodeURIComponent(requestPath(resource, { watch: "1", resourceVersion: "" })),
  );
}

describe("what is watched", () => {
  it("is each kind once", () => {
    expect(paths({})).toEqual([
      "/api/v1/namespaces?watch=1",
      "/api/v1/services?watch=1",
      "/apis/discovery.k8s.io/v1/endpointslices?watch=1",
      "/api/v1/pods?watch=1&fieldSelector=status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown",
      "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports?watch=1",
    ]);
  });

  it("is only what is asked for", () => {
    expect(paths({ endpoints: false, pods: false, serviceImports: false })).toHaveLength(2);
  });

  it("is of the slices only those of other clusters where endpoints are not wanted", () => {
    expect(paths({ endpoints: false, pods: false, labels: "a=b" })[2]).toBe(
      "/apis/discovery.k8s.io/v1/endpointslices?watch=1&labelSelector=a=b,multicluster.kubernetes.io/service-name",
    );
  });

  it("is each kind in each namespace, and of the namespaces only these", () => {
    expect(paths({ namespaces: ["a", "b", "a"], pods: false, serviceImports: false })).toEqual([
      "/api/v1/namespaces?watch=1&fieldSelector=metadata.name=a",
      "/api/v1/namespaces?watch=1&fieldSelector=metadata.name=b",
      "/api/v1/namespaces/a/services?watch=1",
      "/api/v1/namespaces/b/services?watch=1",
      "/apis/discovery.k8s.io/v1/namespaces/a/endpointslices?watch=1",
      "/apis/discovery.k8s.io/v1/namespaces/b/endpointslices?watch=1",
    ]);
  });

  it("is what the selectors select", () => {
    const [namespaces, services] = paths({ labels: "a in (b,c)", namespaceLabels: "team=core" });
    expect(namespaces).toBe("/api/v1/namespaces?watch=1&labelSelector=team=core");
    expect(services?.replaceAll("+", " ")).toBe(
      "/api/v1/services?watch=1&labelSelector=a in (b,c)",
    );
  });
});
