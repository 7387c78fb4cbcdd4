import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseKubernetes } from "./parse.ts";
import type { ApiOptions } from "../../cluster/api-options.ts";

function parse(properties: string): ApiOptions {
  return parseKubernetes(testDirective(`kubernetes cluster.local {\n${properties}\n}`)).api;
}

describe("how the API server is reached", () => {
  it("is by the service account if nothing is said, with CoreDNS's defaults", () => {
    const { api } = parseKubernetes(testDirective("kubernetes cluster.local"));
    expect(api).toEqual({
      endpoint: undefined,
      tls: undefined,
      kubeconfig: undefined,
      qps: 0,
      burst: 0,
      maxInflight: 0,
      startupTimeoutMs: 20_000,
      snapshot: undefined,
    });
  });

  it.each<[string, object]>([
    ["endpoint https://192.0.2.1:6443", { endpoint: new URL("https://192.0.2.1:6443") }],
    ["endpoint localhost:8080", { endpoint: new URL("http://localhost:8080") }],
    [
      "endpoint https://192.0.2.1\ntls a.crt a.key ca.crt",
      { tls: { certificate: "a.crt", key: "a.key", ca: "ca.crt" } },
    ],
    ["kubeconfig config", { kubeconfig: { path: "config", context: undefined } }],
    ["kubeconfig config dev", { kubeconfig: { path: "config", context: "dev" } }],
    ["startup_timeout 30s", { startupTimeoutMs: 30_000 }],
    ["apiserver_qps 2.5\napiserver_burst 5", { qps: 2.5, burst: 5 }],
    ["apiserver_max_inflight 3", { maxInflight: 3 }],
    ["snapshot state/cluster.snapshot", { snapshot: "state/cluster.snapshot" }],
  ])("reads %s", (properties, expected) => {
    expect(parse(properties)).toMatchObject(expected);
  });

  it.each<[string, RegExp]>([
    ["endpoint", /^Corefile:3: plugin\/kubernetes: missing argument: "endpoint"/],
    ["endpoint ftp://a", /cannot parse "ftp:\/\/a": not a URL such as "https:/],
    ["endpoint https://a?b=c", /not a URL such as/],
    ["tls a b", /missing argument: "tls" takes 3 arguments, found 2/],
    ["tls a b c", /"tls" has no effect without "endpoint"/],
    ["kubeconfig a b c", /unexpected argument "c"/],
    ["kubeconfig a\nendpoint https://b", /^Corefile:4: .*"endpoint" has no effect: "kubeconfig"/],
    ["startup_timeout soon", /cannot parse "soon": not a duration/],
    ["apiserver_qps -1", /cannot parse "-1": less than 0/],
    ["apiserver_burst 1.5", /cannot parse "1.5": not an integer/],
    ["apiserver_max_inflight -1", /less than 0/],
    ["snapshot", /missing argument: "snapshot"/],
    ["snapshot a b", /unexpected argument "b"/],
    ['snapshot ""', /bad file "": expected a path with a file's name/],
    ["snapshot state/", /bad file "state\/"/],
    ["manifests m\nsnapshot s", /^Corefile:4: .*"snapshot" has no effect: "manifests"/],
    ["manifests m\nkubeconfig a", /"kubeconfig" has no effect: "manifests" needs no API server/],
    ["service_cidr 10.0.0.0/8", /"service_cidr" has no effect without "manifests"/],
  ])("refuses %s", (properties, message) => {
    expect(() => parse(properties)).toThrow(message);
  });
});
