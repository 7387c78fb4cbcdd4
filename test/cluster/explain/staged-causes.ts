import type { CorefileName } from "./corefiles.ts";

export interface StagedCause {
  readonly code: string;
  /** What comes behind `portolan explain`. */
  readonly line: string;
  readonly sentence: RegExp;
  readonly corefile?: CorefileName;
}

/** Each cause of docs/troubleshooting.md, as `objects.yaml` and `corefiles.ts` stage it. */
export const STAGED: readonly StagedCause[] = [
  {
    code: "no-namespace",
    line: "web.shpo",
    sentence: /^There is no namespace "shpo": did you mean "shop"\?$/,
  },
  {
    code: "no-service",
    line: "wbe.shop",
    sentence: /^Namespace "shop" has no Service "wbe": did you mean "web"\?$/,
  },
  { code: "no-service", line: "web", sentence: /has no Service "web", but namespace "shop" has/ },
  {
    code: "selector-matches-no-pod",
    line: "empty.shop",
    sentence:
      /^The name has no address: the selector "app=wbe" of Service "empty" .* did you mean "app=web"/,
  },
  {
    code: "selector-matches-no-pod",
    line: "starting.data",
    sentence:
      /the selector "app=starting" of Service "starting" of namespace "data" matches no pod$/,
  },
  {
    code: "pods-not-ready",
    line: "idle.shop",
    sentence: /connections are refused: the only pod of Service "idle" of namespace "shop" is not/,
  },
  {
    code: "service-without-selector",
    line: "broken.com.svc",
    sentence: /connections are refused: Service "broken" of namespace "com" has no selector/,
  },
  {
    code: "cluster-ip-without-endpoint",
    line: "manual.shop",
    sentence: /connections are refused: Service "manual" of namespace "shop"/,
  },
  {
    code: "headless-without-endpoint",
    line: "byhand.shop",
    sentence: /^Headless Service "byhand" of namespace "shop"/,
  },
  {
    code: "endpoints-not-written",
    line: "unwritten.shop",
    sentence:
      /Service "unwritten" of namespace "shop" has ready pods, but no EndpointSlice says so/,
  },
  {
    code: "no-target-port",
    line: "target.shop",
    sentence: /^Port "http" of Service "target" .*: no container of its pods has a port "web"/,
  },
  {
    code: "hostname-mismatch",
    line: "pg-3.pg.data.svc.cluster.local",
    sentence: /^Pod "pg-3" has subdomain "postgres", so it has no name below Service "pg"/,
  },
  {
    code: "no-port",
    line: "_htpt._tcp.web.shop.svc.cluster.local SRV",
    sentence: /^Service "web" of namespace "shop" has no port "_htpt._tcp"/,
  },
  {
    code: "wrong-protocol",
    line: "_http._udp.web.shop.svc.cluster.local SRV",
    sentence: /^Port "http" of Service "web" of namespace "shop" is tcp, not udp/,
  },
  {
    code: "no-endpoint-name",
    line: "pg-7.pg.data.svc.cluster.local",
    sentence: /^Service "pg" of namespace "data" has no ready endpoint "pg-7"/,
  },
  {
    code: "external-name-is-address",
    line: "address.shop",
    sentence: /^ExternalName "192.0.2.1" of Service "address" of namespace "shop" is an address/,
  },
  { code: "external-name-circle", line: "one.shop", sentence: /"one" .* leads in a circle/ },
  {
    code: "external-name-unresolved",
    line: "gone.shop",
    sentence: /"gone" .* is another name for "gone.outside.test.", which does not resolve/,
  },
  {
    code: "missing-family",
    line: "web.shop AAAA",
    sentence: /^Service "web" of namespace "shop" has no AAAA record/,
  },
  { code: "missing-family", line: "six.shop A", sentence: /has no A record/ },
  { code: "no-record-of-type", line: "web.shop MX", sentence: /is there, but has no MX record/ },
  {
    code: "no-pod",
    line: "10-1-0-99.shop.pod.cluster.local",
    sentence: /^Namespace "shop" has no running pod with the address/,
  },
  {
    code: "address-of-nobody",
    line: "99.0.1.10.in-addr.arpa. PTR",
    sentence: /^No Service has ClusterIP 10.1.0.99/,
  },
  { code: "no-such-form", line: "web.shop.cluster.local.", sentence: /no name there looks like/ },
  {
    code: "no-such-name-outside",
    line: "nothing.outside.test.",
    sentence: /^"nothing.outside.test." is no name of the cluster, and outside/,
  },
  {
    code: "no-record-outside",
    line: "there.outside.test. TXT",
    sentence: /is there outside of the cluster, but has no TXT record/,
  },
  {
    code: "captured-by-search-path",
    line: "example.com",
    sentence: /^"example.com" is taken for Service "example" of namespace "com"/,
  },
  { code: "upstream-silent", line: "silent.odd.test.", sentence: /gets no answer/ },
  { code: "upstream-failed", line: "www.dead.test.", sentence: /plugin\/forward \(.*\)/ },
  { code: "upstream-servfail", line: "servfail.odd.test.", sentence: /says SERVFAIL/ },
  { code: "upstream-refuses", line: "refuses.odd.test.", sentence: /refuses it$/ },
  { code: "upstream-lame", line: "lame.odd.test.", sentence: /says NOTAUTH/ },
  { code: "upstream-answers-otherwise", line: "stray.odd.test.", sentence: /other questions/ },
  { code: "answers-other-names", line: "other.odd.test. A", sentence: /other/ },
  { code: "truncated-and-no-tcp", line: "long.odd.test. A", sentence: /does not answer by TCP/ },
  { code: "upstream-slow", line: "slow.odd.test. A", sentence: /resolves, but slowly/ },
  { code: "other-family-fails", line: "half.odd.test.", sentence: /has A records, but .* AAAA/ },
  {
    code: "alias-unresolved",
    line: "dangling.odd.test. A",
    sentence: /is another name for "gone.outside.test.", which does not resolve/,
  },
  { code: "alias-not-followed", line: "apart.odd.test. A", sentence: /which resolves, but/ },
  { code: "alias-circle", line: "round.outside.test. A", sentence: /leads in a circle/ },
  { code: "kept-out-by-acl", line: "web.blocked.test.", sentence: /^plugin\/acl keeps everybody/ },
  {
    code: "kept-out-by-acl",
    corefile: "guarded",
    line: "pg.data --from web-a.shop",
    sentence: /^plugin\/acl keeps this client from "pg.data.svc.cluster.local."/,
  },
  {
    code: "kept-out-by-view",
    corefile: "guarded",
    line: "web.shop --from 10.9.0.7",
    sentence: /^View "pods" \(.*\) keeps this client from "web.shop.default.svc.cluster.local."/,
  },
  {
    code: "rewritten-and-denied",
    corefile: "guarded",
    line: "front.shop --from 10.1.9.9",
    sentence: /becomes "wbe.shop.svc.cluster.local." by plugin\/rewrite/,
  },
  {
    code: "upstream-is-this-server",
    corefile: "guarded",
    line: "www.own.test. --from 10.1.9.9",
    sentence: /which is this server itself/,
  },
  { code: "failed", line: "www.refusing.test.", sentence: /plugin\/template \(.*\) says REFUSED/ },
  { code: "well", line: "web.shop", sentence: /^All is well: "web.shop" resolves to 10.96.20.1$/ },
  {
    code: "namespace-hidden",
    corefile: "hiding",
    line: "pg.data",
    sentence: /namespace "data" does not count: the Corefile shows only "shop", "default"$/,
  },
  {
    code: "empty-service-ignored",
    corefile: "hiding",
    line: "idle.shop",
    sentence: /^Service "idle" .* has no ready endpoint, and the Corefile hides/,
  },
  {
    code: "pods-disabled",
    corefile: "hiding",
    line: "10-1-0-1.shop.pod.cluster.local",
    sentence: /^Names of pods are off/,
  },
  {
    code: "no-block",
    corefile: "hiding",
    line: "www.example.org",
    sentence: /^No server block .* serves "www.example.org."/,
  },
  {
    code: "answered-in-front",
    corefile: "front",
    line: "web.shop",
    sentence: /^Service "web" .* is there, but plugin\/template \(.*\) denies/,
  },
  {
    code: "pod-name-is-no-address",
    corefile: "front",
    line: "web-a.shop.pod.cluster.local",
    sentence: /does not say a pod's address/,
  },
];

/** Causes that no object of an API server can stage, and the test that does. */
export const STAGED_ELSEWHERE: Readonly<Record<string, string>> = {
  "external-name-is-no-name":
    "API servers refuse to keep such a Service: src/explain/causes/causes.test.ts",
  "pods-terminating": "a kubelet has to end them: src/explain/pods.test.ts",
  "namespace-hidden-by-labels": "src/explain/pods.test.ts",
  "service-hidden-by-labels": "src/explain/pods.test.ts",
  "slices-hidden-by-labels": "src/explain/pods.test.ts",
  "denial-cached": "no name of the cluster is kept past a change: src/explain/cache-causes.test.ts",
  "stale-answer": "an upstream has to change and be away: src/explain/cache-causes.test.ts",
  "not-synced": "the API server is away: explain-trouble.test.ts",
  "cluster-out-of-date": "the API server is away: explain-trouble.test.ts",
  unknown: "what nothing is known of: src/explain/causes/causes.test.ts",
};
